"""Review: what people decided about findings and wrote about cells, checked and staged for the models."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from dagster_project.defs.lib.archive import Archive, write_parquet
from dagster_project.defs.lib.columns import counts_table, frame_key, table_schema
from dagster_project.defs.lib.review import CORRECTIONS_FILE, VERDICTS_FILE
from dagster_project.defs.lib.staged import data_version
from schemas import CELLS, CORRECTIONS, VERDICTS

HOLD = dg.AssetCheckSpec(
    "corrections_hold",
    asset=frame_key(CORRECTIONS.name),
    additional_deps=[frame_key(CELLS.name)],
    blocking=True,
    description="Every correction's report is in the archive and prints what the correction expects.",
)
_SOURCES = {VERDICTS.name: VERDICTS_FILE, CORRECTIONS.name: CORRECTIONS_FILE}
_COUNTED_BY = {VERDICTS.name: ["verdict", "decided_by"], CORRECTIONS.name: ["status"]}


@dg.multi_asset(
    name="review",
    group_name="review",
    specs=[
        dg.AssetSpec(
            frame_key(frame.name),
            deps=[frame_key(CELLS.name)] if frame is CORRECTIONS else [],
            description=frame.grain,
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": table_schema(frame)},
        )
        for frame in (VERDICTS, CORRECTIONS)
    ],
    check_specs=[HOLD],
)
def review(archive: dg.ResourceParam[Archive]) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Check the files and stage them. A file that cannot be read stops the run before anything is built from it."""
    from dagster_project.auditing import corrections, verdicts
    from dagster_project.auditing.review import ReviewError

    home = archive.home
    with home.only_run():
        try:
            tables = {
                VERDICTS: verdicts.verdicts(VERDICTS_FILE),
                CORRECTIONS: corrections.corrections(CORRECTIONS_FILE),
            }
        except ReviewError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for frame, table in tables.items():
            name = frame.name
            path = home.staging / f"{name}.parquet"
            stored = path.exists() and pl.read_parquet(path, memory_map=False).equals(table)
            if not stored:
                write_parquet(table, path)
            yield dg.MaterializeResult(
                asset_key=frame_key(name),
                data_version=data_version(home, frame),
                metadata={
                    "dagster/row_count": table.height,
                    "file": str(_SOURCES[name]),
                    "counts": dg.MetadataValue.md(counts_table(table, _COUNTED_BY[name])),
                    "stored anew": not stored,
                },
            )
        stated = tables[CORRECTIONS]
        cells = pl.scan_parquet(home.staging / CELLS.name / "*.parquet")
        sentences = corrections.broken(stated, cells, CORRECTIONS_FILE.name) if stated.height else []
    yield dg.AssetCheckResult(
        passed=not sentences,
        asset_key=HOLD.asset_key,
        check_name=HOLD.name,
        description="\n".join(sentences) or f"All {stated.height} corrections hold.",
        metadata={"corrections": stated.height, "that do not hold": len(sentences)},
    )
