"""Comparing: each report against its body's report of the year before, and against the texts of other bodies."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import copied_columns, counts_table, frame_key, markdown_table, table_schema
from dagster_project.defs.lib.contracts import contract_check, validated
from dagster_project.defs.lib.staged import data_version, fill_empty
from schemas import HISTORY_FINDINGS, PROFILES, TEXT_SIMILARITY, ContractError

FRAMES = (HISTORY_FINDINGS, TEXT_SIMILARITY)
CONTRACTS = {frame.name: contract_check(frame) for frame in FRAMES}
_COUNTED_BY = {HISTORY_FINDINGS.name: ["rule"], TEXT_SIMILARITY.name: ["kind"]}
_SAMPLES = {
    HISTORY_FINDINGS.name: ("document_id", "rule", "place", "diagnosis"),
    TEXT_SIMILARITY.name: ("document_id", "kind", "other_document_id", "share"),
}
_SAMPLE = 10


@dg.multi_asset(
    name="comparing",
    group_name="auditing",
    specs=[
        dg.AssetSpec(
            frame_key(frame.name),
            deps=[frame_key(PROFILES.name)],
            description=" ".join((frame.grain, *frame.warnings)),
            kinds={"polars", "parquet"},
            metadata={
                "dagster/column_schema": table_schema(frame),
                "dagster/column_lineage": copied_columns(frame, PROFILES, {"document_id": "document_id"}),
            },
        )
        for frame in FRAMES
    ],
    check_specs=list(CONTRACTS.values()),
)
def comparing(archive: dg.ResourceParam[Archive]) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Compare the report years of which a partition changed; what was found in the others stays as it is."""
    from dagster_project.auditing import years

    home = archive.home
    archive.reporter.stage("comparing years")
    with home.only_run(), archive.measured("comparing years"):
        try:
            done = years.compare(home.staging)
        except ContractError as error:
            for name, spec in CONTRACTS.items():
                if f"'{name}'" in str(error):
                    yield dg.AssetCheckResult(
                        passed=False, asset_key=spec.asset_key, check_name=spec.name, description=str(error)
                    )
            raise dg.Failure(str(error), allow_retries=False) from error
        fill_empty(home, *FRAMES)
    for frame in FRAMES:
        rows = pl.scan_parquet(home.staging / frame.name / "*.parquet")
        sample = rows.select(_SAMPLES[frame.name])
        if frame is TEXT_SIMILARITY:
            sample = sample.sort("share", "document_id", "kind", descending=[True, False, False])
        yield dg.MaterializeResult(
            asset_key=frame_key(frame.name),
            data_version=data_version(home, frame),
            metadata={
                "dagster/row_count": rows.select(pl.len()).collect().item(),
                "dagster/uri": str(home.staging / frame.name),
                "counts": dg.MetadataValue.md(counts_table(rows, _COUNTED_BY[frame.name])),
                "a sample": dg.MetadataValue.md(markdown_table(sample.head(_SAMPLE).collect())),
                "seconds": round(archive.seconds["comparing years"], 3),
            },
        )
    compared, known = (tuple(str(year) for year in which) for which in (done.rewritten, done.years))
    for spec in CONTRACTS.values():
        yield validated(spec, compared, known)
