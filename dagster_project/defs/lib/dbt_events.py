"""A dbt build in this process, as Dagster events.

Here: dbt's result messages turned into materialisations and check results, with row counts, columns and lineage read
from the warehouse after dbt has closed it. Not here: which models exist; what happens when a test fails (``warehouse``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from dagster import AssetCheckResult, AssetExecutionContext, Output, TableColumn, TableSchema
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.archive import Reporter
from dagster_project.defs.lib.dbt_lineage import Columns, LineageCache
from dagster_project.home import Home

_RESULTS = {"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"}
_FAILED = ("error", "fail", "runtime error")
_SKIPPED = "skipped"
# They ask the models' logic with made-up rows: the same answer in every run, so the test suite asks them.
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


@dataclass
class Build:
    """What one ``dbt build`` said: its result messages, and what failed, as sentences."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def build(home: Home, selection: Sequence[str], nodes: int, reporter: Reporter) -> Build:
    """Run ``dbt build`` and return what it said. A failing node is no exception: everything else is tried too."""
    from google.protobuf.json_format import MessageToDict

    said = Build()

    def listen(event: Any) -> None:
        if event.info.name in _RESULTS:
            said.messages.append(MessageToDict(event, preserving_proto_field_name=True))
            reporter.progress(len(said.messages), nodes)

    result = dbt_project.invoke(home, ["build", *selection, *_NO_UNIT_TESTS], listen)
    for one in result.result or ():
        status = str(getattr(one.status, "value", one.status))
        if status in _FAILED:
            said.failures.append(f"{one.node.resource_type} {one.node.name}: {' '.join((one.message or status).split())}")
        elif status == _SKIPPED:
            said.skipped.append(one.node.name)
    return said


def events(
    context: AssetExecutionContext,
    home: Home,
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    said: Build,
) -> Iterator[Output | AssetCheckResult]:
    """Yield one event per model, seed and test that ran, with what the warehouse holds now in its metadata."""
    found = _relations(home)
    lineage = LineageCache(home, manifest, translator)
    for raw in said.messages:
        message = DbtCoreCliEventMessage(raw_event=raw, event_history_metadata={})
        for event in message.to_default_asset_events(manifest, translator, context, home.dbt_target):
            if isinstance(event, Output):
                node = manifest["nodes"][raw["data"]["node_info"]["unique_id"]]
                yield event.with_metadata({**event.metadata, **_table_metadata(node, manifest, found, lineage)})
            else:
                yield event
    lineage.store()


@dataclass(frozen=True)
class _Relation:
    columns: Columns
    rows: int | None


def _relations(home: Home) -> dict[str, _Relation]:
    """Return columns and rows of everything in the warehouse, by quoted name; rows of a view are not counted."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        columns: dict[tuple[str, str, str], dict[str, str]] = {}
        listed = warehouse.execute(
            "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by table_name, column_index"
        ).fetchall()
        for database, schema, table, column, data_type in listed:
            columns.setdefault((database, schema, table), {})[column] = data_type
        rows = {}
        for place in warehouse.execute("select database_name, schema_name, table_name from duckdb_tables()").fetchall():
            name = _quoted(place)
            rows[name] = warehouse.execute(f"select count(*) from {name}").fetchone()[0]
    return {_quoted(place): _Relation(theirs, rows.get(_quoted(place))) for place, theirs in columns.items()}


def _quoted(place: Sequence[str]) -> str:
    return ".".join(f'"{part}"' for part in place)


def _table_metadata(
    node: Mapping[str, Any], manifest: Mapping[str, Any], found: Mapping[str, _Relation], lineage: LineageCache
) -> dict[str, Any]:
    relation = found.get(node["relation_name"])
    if relation is None:
        return {}
    described = {name.lower(): column for name, column in node["columns"].items()}
    metadata: dict[str, Any] = {
        "dagster/column_schema": TableSchema(
            [
                TableColumn(name, data_type.lower(), described.get(name.lower(), {}).get("description"))
                for name, data_type in relation.columns.items()
            ]
        )
    }
    if relation.rows is not None:
        metadata["dagster/row_count"] = relation.rows
    derived = lineage.of(node, relation.columns, _parents(node, manifest, found))
    if derived is not None:
        metadata["dagster/column_lineage"] = derived
    return metadata


def _parents(node: Mapping[str, Any], manifest: Mapping[str, Any], found: Mapping[str, _Relation]) -> dict[str, Columns]:
    parents: dict[str, Columns] = {}
    for unique_id in node.get("depends_on", {}).get("nodes", ()):
        parent = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        name = parent["relation_name"]
        if name is None:
            continue
        if name in found:
            parents[name] = found[name].columns
        else:  # a source is a Parquet file: its columns are those of its contract
            parents[name] = {column["name"]: column.get("data_type") or "varchar" for column in parent["columns"].values()}
    return parents
