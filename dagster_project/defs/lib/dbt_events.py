"""A dbt build as Dagster events, made while dbt builds on.

Here: dbt's result messages turned into materialisations and check results, with the row counts, columns and lineage of what was
built. Not here: the process in which dbt builds (``dbt_process``); which models exist; what happens when a test fails
(``warehouse``).
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from dagster import AssetCheckResult, AssetExecutionContext, Output, TableColumn, TableSchema
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project.defs.lib import dbt_process, dbt_project
from dagster_project.defs.lib.archive import Reporter
from dagster_project.defs.lib.dbt_lineage import LineageCache
from dagster_project.defs.lib.dbt_process import Before, Columns, End, Relation
from dagster_project.home import Home

# They ask the models' logic with made-up rows: the same answer in every run, so the test suite asks them.
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


def build(
    context: AssetExecutionContext,
    home: Home,
    selection: Sequence[str],
    manifest: Mapping[str, Any],
    translator: DagsterDbtTranslator,
    reporter: Reporter,
    nodes: int,
) -> Generator[Output | AssetCheckResult, None, End]:
    """Run ``dbt build``, yield one event per model, seed and test, with what the warehouse holds then in its metadata, and return how
    it ended.

    A failing node is no exception: everything else is tried too. ``nodes`` are those the build has to do, for the progress.

    Raises:
        dbt_project.DbtError: dbt stopped before it had results.
    """
    relations: dict[str, Relation] = {}
    lineage = LineageCache(home, manifest, translator)
    done, end = 0, End((), ())
    for answer in dbt_process.build(home, dbt_project.cache(home), ["build", *selection, *_NO_UNIT_TESTS]):
        if isinstance(answer, Before):
            relations |= answer.relations
            continue
        if isinstance(answer, End):
            end = answer
            continue
        reporter.progress(done := done + 1, nodes)
        node = manifest["nodes"].get(answer.message["data"]["node_info"]["unique_id"])
        if answer.relation is not None and node is not None:
            relations[node["relation_name"]] = answer.relation
        message = DbtCoreCliEventMessage(raw_event=answer.message, event_history_metadata={})
        for event in message.to_default_asset_events(manifest, translator, context, home.dbt_target):
            if isinstance(event, Output):
                yield event.with_metadata({**event.metadata, **_table_metadata(node, manifest, relations, lineage)})
            else:
                yield event
    lineage.store()
    return end


def _table_metadata(
    node: Mapping[str, Any], manifest: Mapping[str, Any], found: Mapping[str, Relation], lineage: LineageCache
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


def _parents(node: Mapping[str, Any], manifest: Mapping[str, Any], found: Mapping[str, Relation]) -> dict[str, Columns]:
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
