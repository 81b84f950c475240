"""Auditing: every equation and rule of the forms, asked of every staged report, one Parquet file per report year."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from dagster_project.defs.intake import report_years
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import copied_columns, counts_table, frame_key, markdown_table, table_schema
from dagster_project.defs.lib.contracts import contract_check, validated
from dagster_project.defs.lib.staged import fill_empty
from schemas import AUDIT_FINDINGS, CELLS, DOCUMENTS, ContractError

CONTRACT = contract_check(AUDIT_FINDINGS)
_LINEAGE = copied_columns(AUDIT_FINDINGS, CELLS, {"document_id": "document_id", "left_value": "value", "right_value": "value"})
_SAMPLE = 10


@dg.multi_asset(
    name="auditing",
    group_name="auditing",
    partitions_def=report_years,
    backfill_policy=dg.BackfillPolicy.single_run(),
    specs=[
        dg.AssetSpec(
            frame_key(AUDIT_FINDINGS.name),
            deps=[frame_key(CELLS.name), frame_key(DOCUMENTS.name)],
            description=f"{AUDIT_FINDINGS.grain} Asked of printed values only; an operand that is no number makes the "
            "equation not assessable, failing equations are diagnosed, and nothing is ever corrected.",
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": table_schema(AUDIT_FINDINGS), "dagster/column_lineage": _LINEAGE},
        )
    ],
    check_specs=[CONTRACT],
)
def auditing(
    context: dg.AssetExecutionContext, archive: dg.ResourceParam[Archive]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Audit the partitions whose cells changed; the findings of the others stay as they are."""
    from dagster_project.auditing import staging

    home = archive.home
    archive.reporter.stage("auditing")
    with home.only_run(), archive.measured("auditing"):
        try:
            audit = staging.audit(home.staging, context.partition_keys, archive.reporter.progress)
        except ContractError as error:
            yield dg.AssetCheckResult(
                passed=False, asset_key=CONTRACT.asset_key, check_name=CONTRACT.name, description=str(error)
            )
            raise dg.Failure(str(error), allow_retries=False) from error
        fill_empty(home, AUDIT_FINDINGS)
    findings = pl.scan_parquet(home.staging / AUDIT_FINDINGS.name / "*.parquet")
    failing = findings.filter(pl.col("status") == "fail").select("rule", "place", "pattern", "diagnosis").head(_SAMPLE).collect()
    yield dg.MaterializeResult(
        asset_key=frame_key(AUDIT_FINDINGS.name),
        metadata={
            "dagster/row_count": findings.select(pl.len()).collect().item(),
            "dagster/column_schema": table_schema(AUDIT_FINDINGS),
            "dagster/column_lineage": _LINEAGE,
            "dagster/uri": str(home.staging / AUDIT_FINDINGS.name),
            "counts": dg.MetadataValue.md(counts_table(findings, ["family", "rule", "status"])),
            "failing, a sample": dg.MetadataValue.md(markdown_table(failing)),
            "seconds": round(archive.seconds["auditing"], 3),
        },
    )
    yield validated(CONTRACT, audit.rewritten, audit.partitions)
