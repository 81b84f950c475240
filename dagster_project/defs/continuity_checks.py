"""Checks across years: what one report carries out the next must carry in, and stocks follow from the year before.

Here: the rows of the continuity facts judged, with counts and a sample. Not here: how they are compared (dbt). They warn and
never block: a body may have merged, or judged its applicants anew, and both reports stay as printed.
"""

from dataclasses import dataclass

import dagster as dg
import polars as pl

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.defs.warehouse import Translator
from dagster_project.home import Home
from dagster_project.publishing.database import connect

_SAMPLE = 20


@dataclass(frozen=True)
class Question:
    """One check over a fact with the columns status and reason: its name, what it asks, what is counted and shown."""

    name: str
    model: str
    sentence: str
    by: str
    shown: tuple[str, ...]


QUESTIONS = (
    Question(
        "requests_carried_over",
        "fct_continuity",
        "In all seven columns, requests carried in are those that the report of the year before carries out.",
        "applicant_type",
        ("body_id", "report_year", "applicant_type", "carried_out_of_year_before", "carried_in", "difference"),
    ),
    Question(
        "stocks_carried_over",
        "fct_stock_continuity",
        "Documents in force, items of the 2019 form and pending cases follow from the year before.",
        "stock",
        ("body_id", "report_year", "stock", "item", "stock_before", "change", "expected", "printed", "difference"),
    ),
)


def continuity_checks(home: Home) -> dg.AssetChecksDefinition:
    """Return the checks of the continuity facts, each on its model."""
    manifest = dbt_project.manifest(home)
    translator = Translator()
    keys = {
        node["name"]: translator.get_asset_spec(manifest, unique_id, None).key
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    specs = [dg.AssetCheckSpec(each.name, asset=keys[each.model], description=each.sentence) for each in QUESTIONS]

    @dg.multi_asset_check(name="continuity", specs=specs)
    def continuity(archive: dg.ResourceParam[Archive]):
        with archive.home.only_run():
            rows = {each.model: _rows(archive.home, each.model) for each in QUESTIONS}
        for each in QUESTIONS:
            yield _judged(each, rows[each.model], keys[each.model])

    return continuity


def _rows(home: Home, model: str) -> pl.DataFrame:
    with connect(home.warehouse, home.dbt_target / "spill", read_only=True) as warehouse:
        [(schema,)] = warehouse.execute("select schema_name from duckdb_tables() where table_name = ?", [model]).fetchall()
        return warehouse.execute(f'select * from "{schema}".{model}').pl()


def _judged(question: Question, rows: pl.DataFrame, key: dg.AssetKey) -> dg.AssetCheckResult:
    compared = rows.filter(pl.col("status") != "not_assessable")
    failing = rows.filter(pl.col("status") == "fail")
    counts = rows.group_by(question.by, "status").len("rows").sort(question.by, "status")
    reasons = rows.drop_nulls("reason").group_by("reason").len("rows").sort("rows", "reason", descending=[True, False])
    sample = failing.select(question.shown).sort(pl.col("difference").abs(), *question.shown[:4], descending=[True] + [False] * 4)
    return dg.AssetCheckResult(
        passed=failing.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        asset_key=key,
        check_name=question.name,
        description=f"{failing.height} of {compared.height} compared differ; {rows.height - compared.height} cannot be compared.",
        metadata={
            "differing": failing.height,
            "compared": compared.height,
            "counts": dg.MetadataValue.md(markdown_table(counts)),
            "why not compared": dg.MetadataValue.md(markdown_table(reasons)),
            "largest differences": dg.MetadataValue.md(markdown_table(sample.head(_SAMPLE))),
        },
    )


@dg.definitions
def checks() -> dg.Definitions:
    return dg.Definitions(asset_checks=[continuity_checks(Home.from_environment())])
