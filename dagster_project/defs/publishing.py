"""Publishing: the snapshot that BI opens, and the check that it holds what the marts hold."""

import os

import dagster as dg
import polars as pl
from pydantic import Field

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.defs.warehouse import Translator
from dagster_project.home import Home
from dagster_project.publishing import database, files
from dagster_project.publishing.judgement import CONFIRM_VARIABLE
from dagster_project.publishing.snapshot import DATABASE, DIFFERENCE_PAGE, PublishingError, publish
from dagster_project.publishing.tables import published_tables

SNAPSHOT = dg.AssetKey(["published", "snapshot"])


class Confirmation(dg.Config):
    """A person's word for a publication that was refused."""

    confirm: str = Field(
        default="",
        description="The fingerprint that a refused run named; publishes that change and no other. 'make run CONFIRM=…' sets it too.",
    )


def snapshot_asset(home: Home) -> dg.AssetsDefinition:
    """Return the publishing asset, downstream of every mart that is published."""
    manifest = dbt_project.manifest(home)
    tables = published_tables(manifest)
    translator = Translator()
    names = {table.name for table in tables}
    marts = [
        translator.get_asset_spec(manifest, unique_id, None).key
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["name"] in names
    ]

    @dg.asset(
        key=SNAPSHOT,
        deps=marts,
        group_name="publishing",
        kinds={"duckdb", "parquet", "csv"},
        description="The published tables: a DuckDB file, Parquet and CSV of each table, datapackage.json and a data "
        "dictionary. Swapped in file by file with a rename each; untouched when no table changed. What a publication changes is in "
        "publication_diff; one that loses reports or numbers, or changes many, is refused until a person confirms it.",
    )
    def snapshot(config: Confirmation, archive: dg.ResourceParam[Archive]) -> dg.MaterializeResult:
        archive.reporter.stage("publishing")
        with archive.home.only_run(), archive.measured("publishing"):
            try:
                publication = publish(
                    archive.home.warehouse,
                    tables,
                    archive.home.published,
                    refused=archive.home.refused,
                    confirm=config.confirm or os.environ.get(CONFIRM_VARIABLE, ""),
                )
            except PublishingError as error:
                raise dg.Failure(str(error), allow_retries=False) from error
        archive.publication = publication
        rows = pl.DataFrame({"table": list(publication.rows), "rows": list(publication.rows.values())})
        return dg.MaterializeResult(
            metadata={
                "dagster/uri": str(archive.home.published / DATABASE),
                "tables": len(tables),
                "rows": dg.MetadataValue.md(markdown_table(rows)),
                "files replaced": len(publication.replaced),
                "changed": publication.changed,
                "publication": publication.number,
                "changes": dg.MetadataValue.md(_changes(publication.changes)),
                "difference": dg.MetadataValue.path(str(archive.home.published / DIFFERENCE_PAGE)),
                "seconds": publication.seconds,
            }
        )

    return snapshot


def _changes(changes: dict[str, int]) -> str:
    if not changes:
        return "none"
    return markdown_table(pl.DataFrame({"change": list(changes), "number": list(changes.values())}))


@dg.asset_check(asset=SNAPSHOT, description="Every published table has the rows of its mart, in DuckDB, Parquet and CSV.")
def snapshot_matches_marts(archive: dg.ResourceParam[Archive]) -> dg.AssetCheckResult:
    home = archive.home
    tables = published_tables(dbt_project.manifest(home))
    names = [table.name for table in tables]
    with home.only_run():
        with database.connect(home.warehouse, home.dbt_target / "spill", read_only=True) as warehouse:
            marts = {
                table.name: warehouse.execute(f"select count(*) from {table.relation}").fetchone()[0] for table in tables
            }
        duckdb = database.row_counts(home.published / DATABASE, names)
    parquet = {name: files.parquet_rows(home.published / "parquet" / f"{name}.parquet") for name in names}
    csv = {name: (home.published / "csv" / f"{name}.csv").exists() for name in names}
    differing = [name for name in names if not marts[name] == duckdb[name] == parquet[name] or not csv[name]]
    return dg.AssetCheckResult(
        passed=not differing,
        metadata={
            "tables": len(names),
            "rows": sum(marts.values()),
            "differing": dg.MetadataValue.md(
                "\n".join(f"- {name}: mart {marts[name]}, DuckDB {duckdb[name]}, Parquet {parquet[name]}" for name in differing)
                or "none"
            ),
        },
    )


@dg.definitions
def publishing() -> dg.Definitions:
    return dg.Definitions(assets=[snapshot_asset(Home.from_environment())], asset_checks=[snapshot_matches_marts])
