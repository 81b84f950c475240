"""Intake: the manifest of the archive, and the partitions it names."""

import dagster as dg
import polars as pl

from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import counts_table, frame_key, table_schema
from dagster_project.defs.lib.staged import data_version
from schemas import MANIFEST, ContractError

# One partition per report year, found by the manifest. Never one per file: 0.2 s and 135–225 kB of history each.
report_years = dg.DynamicPartitionsDefinition(name="report_year")

CONTRACT = dg.AssetCheckSpec(
    "manifest_contract",
    asset=frame_key(MANIFEST.name),
    blocking=True,
    description="The manifest is as schemas/frames.py describes it: columns, types, vocabularies, ranges, key.",
)
_SAMPLE = 10


@dg.multi_asset(
    name="manifest",
    group_name="intake",
    specs=[
        dg.AssetSpec(
            frame_key(MANIFEST.name),
            description=f"{MANIFEST.grain} Path, hash, kind, partition and first sight of each; hashes tell what is new. "
            "Files that cannot be opened are here too, with their problem.",
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": table_schema(MANIFEST)},
        )
    ],
    check_specs=[CONTRACT],
)
def manifest(context: dg.AssetExecutionContext, archive: dg.ResourceParam[Archive]):
    home = archive.home
    with home.only_run():
        frame = archive.manifest()
        try:
            MANIFEST.validate(frame)
        except ContractError as error:
            yield dg.AssetCheckResult(passed=False, check_name=CONTRACT.name, asset_key=CONTRACT.asset_key, description=str(error))
            raise dg.Failure(str(error), allow_retries=False) from error
        stored = archive.store_manifest(frame)
        context.instance.add_dynamic_partitions(report_years.name, archive.partitions())
    yield dg.MaterializeResult(
        asset_key=frame_key(MANIFEST.name),
        data_version=data_version(home, MANIFEST),
        metadata={
            "dagster/row_count": frame.height,
            "dagster/column_schema": table_schema(MANIFEST),
            "dagster/uri": str(home.manifest),
            "bytes": int(frame["size_bytes"].sum()),
            "byte duplicates": int(frame["duplicate_of"].is_not_null().sum()),
            "by kind": dg.MetadataValue.md(counts_table(frame, ["file_kind"])),
            "by partition": dg.MetadataValue.md(counts_table(frame, ["partition"])),
            "problems": dg.MetadataValue.md(counts_table(frame.filter(pl.col("problem").is_not_null()), ["problem"])),
            "newest files": dg.MetadataValue.md(_newest(frame)),
            "seconds": round(archive.seconds.get("scan", 0.0), 3),
            "stored anew": stored,
        },
    )
    yield dg.AssetCheckResult(
        passed=True, check_name=CONTRACT.name, asset_key=CONTRACT.asset_key, metadata={"rows validated": frame.height}
    )


def _newest(frame: pl.DataFrame) -> str:
    newest = frame.sort("first_seen", "source_path", descending=[True, False]).head(_SAMPLE)
    return "\n".join(f"- {path} ({seen:%Y-%m-%d %H:%M} UTC)" for path, seen in newest.select("source_path", "first_seen").iter_rows())
