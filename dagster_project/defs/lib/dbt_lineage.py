"""Which columns of a dbt model come from which columns of its parents.

Here: dagster-dbt's derivation, remembered beside the parsed project, since sqlglot takes longer than the models. What is
remembered is keyed by the compiled SQL and the columns around it, no path among them, so that all data folders share it.
Not here: the columns themselves (``dbt_events``).
"""

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from dagster import AssetKey, TableColumnDep, TableColumnLineage
from dagster_dbt import DagsterDbtTranslator

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.dbt_process import Columns
from dagster_project.home import Home


class LineageCache:
    """Column lineage by model, kept with the parsed project."""

    def __init__(self, home: Home, manifest: Mapping[str, Any], translator: DagsterDbtTranslator) -> None:
        self._path = dbt_project.cache(home) / "column_lineage.json"
        self._target = home.dbt_target
        # A staged frame stands in SQL as read_parquet('…'), which is no table to sqlglot: it gets a table's name.
        self._named = {
            source["relation_name"]: f'"{source["database"]}"."{source["schema"]}"."{source["name"]}"'
            for source in manifest["sources"].values()
        }
        sources = {
            unique_id: {**source, "relation_name": self._named[source["relation_name"]]}
            for unique_id, source in manifest["sources"].items()
        }
        self._manifest = {**manifest, "sources": sources}
        self._translator = translator
        self._known: dict[str, dict] = self._stored()
        self._new: dict[str, dict] = {}

    def of(self, node: Mapping[str, Any], columns: Columns, parents: Mapping[str, Columns]) -> TableColumnLineage | None:
        """Return the lineage of one model; None for seeds and where sqlglot cannot tell."""
        sql = self._compiled(node)
        if sql is None or not columns:
            return None
        parents = {self._named.get(relation, relation): theirs for relation, theirs in parents.items()}
        key = sha256(json.dumps([sql, columns, parents], sort_keys=True).encode()).hexdigest()
        if key not in self._known:
            self._known[key] = self._new[key] = self._derive(node, sql, columns, parents)
        return TableColumnLineage(
            {name: [TableColumnDep(AssetKey(path), column) for path, column in deps] for name, deps in self._known[key].items()}
        )

    def store(self) -> None:
        """Remember what this run derived. That it cannot be written is no reason to fail a run."""
        if not self._new:
            return
        building = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            building.write_text(json.dumps(self._stored() | self._new), encoding="utf-8")
            building.replace(self._path)
        except OSError as error:
            logging.getLogger(__name__).warning("column lineage is not remembered: %s", error)

    def _stored(self) -> dict[str, dict]:
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def _compiled(self, node: Mapping[str, Any]) -> str | None:
        if node["resource_type"] != "model":
            return None
        path: Path = self._target / "compiled" / node["package_name"] / node["original_file_path"]
        if not path.exists():
            return None
        sql = path.read_text(encoding="utf-8")
        for location, name in self._named.items():
            sql = sql.replace(location, name)
        return sql

    def _derive(self, node: Mapping[str, Any], sql: str, columns: Columns, parents: Mapping[str, Columns]) -> dict[str, list]:
        from dagster_dbt.core.dbt_cli_event import EventHistoryMetadata, _build_column_lineage_metadata

        history = EventHistoryMetadata(
            columns=_typed(columns), parents={relation: _typed(theirs) for relation, theirs in parents.items()}
        )
        with tempfile.TemporaryDirectory(dir=self._target) as folder:
            path = Path(folder) / "compiled" / node["package_name"] / node["original_file_path"]
            path.parent.mkdir(parents=True)
            path.write_text(sql, encoding="utf-8")
            try:
                metadata = _build_column_lineage_metadata(
                    history, dict(node), self._manifest, self._translator, Path(folder), None
                )
            except Exception as error:  # sqlglot raises many kinds; lineage helps readers and is no reason to fail
                logging.getLogger(__name__).warning("no column lineage for %s: %s", node["name"], error)
                return {}
        lineage: TableColumnLineage = metadata["dagster/column_lineage"]
        return {
            name: sorted([list(dep.asset_key.path), dep.column_name] for dep in deps)
            for name, deps in sorted(lineage.deps_by_column.items())
        }


def _typed(columns: Columns) -> dict[str, dict[str, str]]:
    return {name: {"data_type": data_type} for name, data_type in columns.items()}
