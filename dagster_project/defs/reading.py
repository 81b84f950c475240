"""Reading: the staged frames, one Parquet file per frame and report year, and the result of their contracts."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from dagster_project.defs.intake import report_years
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import column_lineage, counts_table, frame_key, markdown_table, table_schema
from dagster_project.defs.lib.contracts import contract_check, validated
from dagster_project.defs.lib.picture import documents_by_outcome
from dagster_project.defs.lib.staged import data_version, fill_empty
from dagster_project.home import Home
from schemas import CELLS, DOCUMENTS, FINDINGS, MANIFEST, STAGED, ContractError, Frame

CONTRACTS = {frame.name: contract_check(frame) for frame in STAGED}
# By which columns the rows of a frame are counted for the metadata.
_COUNTED_BY = {
    DOCUMENTS.name: ["outcome", "reason_code"],
    CELLS.name: ["status"],
    FINDINGS.name: ["rule", "status"],
}
_SAMPLE = 10

Events = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


@dg.multi_asset(
    name="reading",
    group_name="reading",
    partitions_def=report_years,
    backfill_policy=dg.BackfillPolicy.single_run(),
    specs=[
        dg.AssetSpec(
            frame_key(frame.name),
            deps=[frame_key(MANIFEST.name)],
            description=" ".join((frame.grain, *frame.warnings)),
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": table_schema(frame), "dagster/column_lineage": column_lineage(frame)},
        )
        for frame in STAGED
    ],
    check_specs=list(CONTRACTS.values()),
)
def reading(context: dg.AssetExecutionContext, archive: dg.ResourceParam[Archive]) -> Events:
    """Read what is new or changed in the partitions asked for; the frames of the others stay as they are."""
    from dagster_project.reading import staging

    home = archive.home
    archive.reporter.stage("reading")
    with home.only_run(), archive.measured("reading"):
        try:
            refresh = staging.refresh(
                archive.manifest(), home.raw, home.staging, context.partition_keys, progress=archive.reporter.progress
            )
        except ContractError as error:
            yield from _broken(error)
            raise dg.Failure(str(error), allow_retries=False) from error
        fill_empty(home, *STAGED)
    archive.refresh = refresh
    work = {
        "documents read": refresh.documents_read,
        "documents kept": refresh.documents_kept,
        "documents dropped": refresh.documents_dropped,
        "worker processes": refresh.workers,
        **{f"seconds: {stage}": round(seconds, 3) for stage, seconds in refresh.seconds_by_stage.items()},
    }
    for frame in STAGED:
        for partition in context.partition_keys:
            path = staging.frame_path(home.staging, frame, partition)
            rows = pl.scan_parquet(path).select(pl.len()).collect().item() if path.exists() else 0
            context.add_asset_metadata(
                {"dagster/partition_row_count": rows, "rewritten": partition in refresh.rewritten},
                asset_key=frame_key(frame.name),
                partition_key=partition,
            )
        yield dg.MaterializeResult(
            asset_key=frame_key(frame.name),
            data_version=data_version(home, frame),
            metadata={
                "dagster/column_schema": table_schema(frame),
                "dagster/column_lineage": column_lineage(frame),
                "dagster/uri": str(home.staging / frame.name),
                **_frame_metadata(home, frame),
                **work,
            },
        )
    for spec in CONTRACTS.values():
        yield validated(spec, refresh.rewritten, refresh.partitions)


def _frame_metadata(home: Home, frame: Frame) -> dict:
    """Return what the whole frame holds, all partitions together."""
    rows = pl.scan_parquet(home.staging / frame.name / "*.parquet")
    metadata: dict = {"dagster/row_count": rows.select(pl.len()).collect().item()}
    if frame.name in _COUNTED_BY:
        by = _COUNTED_BY[frame.name]
        metadata["counts"] = dg.MetadataValue.md(counts_table(rows, by))
    if frame is DOCUMENTS:
        documents = rows.select("partition", "outcome", "source_path", "reason_code", "detail").collect()
        held = documents.filter(pl.col("outcome") == "quarantined")
        reports = rows.filter(pl.col("outcome") == "report")
        metadata["reports by lane"] = dg.MetadataValue.md(counts_table(reports, ["lane"]))
        metadata["picture"] = dg.MetadataValue.md(documents_by_outcome(documents))
        metadata["quarantined, a sample"] = dg.MetadataValue.md(
            markdown_table(held.sort("source_path").select("source_path", "reason_code", "detail").head(_SAMPLE))
        )
    return metadata


def _broken(error: ContractError) -> Events:
    for name, spec in CONTRACTS.items():
        if f"'{name}'" in str(error):
            yield dg.AssetCheckResult(passed=False, asset_key=frame_key(name), check_name=spec.name, description=str(error))
