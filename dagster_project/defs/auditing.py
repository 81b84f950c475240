"""Auditing: every equation and rule of the forms, asked of every staged report, one Parquet file per report year."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from dagster_project.auditing import RegistryError
from dagster_project.defs.intake import report_years
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import copied_columns, counts_table, frame_key, markdown_table, table_schema
from dagster_project.defs.lib.contracts import contract_check, validated
from dagster_project.defs.lib.staged import data_version, fill_empty
from schemas import AUDIT_FINDINGS, CELLS, CLAIMS, DOCUMENTS, PROFILES, SECTIONS, ContractError, Frame

FRAMES = (AUDIT_FINDINGS, CLAIMS, PROFILES)
CONTRACTS = {frame.name: contract_check(frame) for frame in FRAMES}
_DESCRIPTIONS = {
    AUDIT_FINDINGS.name: "Asked of printed values only; an operand that is no number makes the equation not assessable, "
    "failing equations are diagnosed, and nothing is ever corrected.",
    CLAIMS.name: "Compared with the tables in every accepted reading.",
    PROFILES.name: "A few figures, a fingerprint of the request table, and the sentences as hashes.",
}
_ORIGINS = {
    AUDIT_FINDINGS.name: (CELLS, {"document_id": "document_id", "left_value": "value", "right_value": "value"}),
    CLAIMS.name: (SECTIONS, {"document_id": "document_id", "quote": "text", "section": "position"}),
    PROFILES.name: (DOCUMENTS, {name: name for name in ("document_id", "body_id", "body_name", "report_year", "scope", "form")}),
}
_COUNTED_BY = {
    AUDIT_FINDINGS.name: ["family", "rule", "status"],
    CLAIMS.name: ["subject", "status"],
    PROFILES.name: ["report_year", "form"],
}
_SAMPLE = 10

Events = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


def _lineage(frame: Frame) -> dg.TableColumnLineage:
    parent, origins = _ORIGINS[frame.name]
    return copied_columns(frame, parent, origins)


@dg.multi_asset(
    name="auditing",
    group_name="auditing",
    partitions_def=report_years,
    backfill_policy=dg.BackfillPolicy.single_run(),
    specs=[
        dg.AssetSpec(
            frame_key(frame.name),
            deps=[frame_key(parent.name) for parent in (CELLS, DOCUMENTS, SECTIONS)],
            description=f"{frame.grain} {_DESCRIPTIONS[frame.name]}",
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": table_schema(frame), "dagster/column_lineage": _lineage(frame)},
        )
        for frame in FRAMES
    ],
    check_specs=list(CONTRACTS.values()),
)
def auditing(context: dg.AssetExecutionContext, archive: dg.ResourceParam[Archive]) -> Events:
    """Audit the partitions that were read anew; what was said of the others stays as it is."""
    from dagster_project.auditing import staging

    home = archive.home
    archive.reporter.stage("auditing")
    with home.only_run(), archive.measured("auditing"):
        try:
            audit = staging.audit(home.staging, context.partition_keys, archive.reporter.progress)
        except ContractError as error:
            for name, spec in CONTRACTS.items():
                if f"'{name}'" in str(error):
                    yield dg.AssetCheckResult(
                        passed=False, asset_key=spec.asset_key, check_name=spec.name, description=str(error)
                    )
            raise dg.Failure(str(error), allow_retries=False) from error
        except RegistryError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        fill_empty(home, *FRAMES)
    for frame in FRAMES:
        rows = pl.scan_parquet(home.staging / frame.name / "*.parquet")
        yield dg.MaterializeResult(
            asset_key=frame_key(frame.name),
            data_version=data_version(home, frame),
            metadata={
                "dagster/row_count": rows.select(pl.len()).collect().item(),
                "dagster/column_schema": table_schema(frame),
                "dagster/column_lineage": _lineage(frame),
                "dagster/uri": str(home.staging / frame.name),
                "counts": dg.MetadataValue.md(counts_table(rows, _COUNTED_BY[frame.name])),
                "a sample": dg.MetadataValue.md(markdown_table(_sample(frame, rows))),
                "seconds": round(archive.seconds["auditing"], 3),
            },
        )
    for spec in CONTRACTS.values():
        yield validated(spec, audit.rewritten, audit.partitions)


def _sample(frame: Frame, rows: pl.LazyFrame) -> pl.DataFrame:
    """Return a few rows that a person would look at first."""
    if frame is AUDIT_FINDINGS:
        failing = rows.filter(status="fail").select("document_id", "rule", "place", "pattern", "diagnosis")
        return failing.head(_SAMPLE).collect()
    if frame is PROFILES:
        return rows.select("document_id", "body_name", "report_year", "requests_received").head(_SAMPLE).collect()
    disagreeing = rows.filter(status="disagrees").select("document_id", "subject", "stated", "expected", "quote")
    return disagreeing.head(_SAMPLE).collect()
