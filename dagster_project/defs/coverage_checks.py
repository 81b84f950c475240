"""Checks of coverage: who was expected to report and did not, or only after the statutory date.

Here: the rows of mart_coverage judged, with counts by year and a sample. Not here: who is expected (dbt). They warn and never
block: what is missing may be missing on the body's site too.
"""

import dagster as dg
import polars as pl

from dagster_project.defs.lib import facts
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.home import Home

_SHOWN = ("body_name", "kind", "region_code", "report_year", "due_on", "published_on", "days_late")


def coverage_checks(home: Home) -> dg.AssetChecksDefinition:
    """Return the checks of mart_coverage."""
    key = facts.keys(home)["mart_coverage"]
    specs = [
        dg.AssetCheckSpec(
            "everybody_expected_reported",
            asset=key,
            description="Who reported in an earlier year, or is listed in review/expected_bodies.csv, has a report of every year.",
        ),
        dg.AssetCheckSpec(
            "published_in_time",
            asset=key,
            description="Reports are published by 31 March, from report year 2019 on by departments by 31 January.",
        ),
    ]

    @dg.multi_asset_check(name="coverage", specs=specs)
    def coverage(archive: dg.ResourceParam[Archive]):
        with archive.home.only_run():
            rows = facts.rows(archive.home, "mart_coverage")
        expected = rows.drop_nulls("expected_because")
        yield _counted(key, "everybody_expected_reported", expected, expected.filter(~pl.col("is_received")), "have no report")
        dated = rows.filter(pl.col("timeliness").is_in(["on_time", "late"]))
        yield _counted(key, "published_in_time", dated, dated.filter(timeliness="late"), "are later than the statutory date")

    return coverage


def _counted(key: dg.AssetKey, name: str, asked: pl.DataFrame, failing: pl.DataFrame, what: str) -> dg.AssetCheckResult:
    by_year = (
        asked.group_by("report_year")
        .len("asked")
        .join(failing.group_by("report_year").len("failing"), on="report_year", how="left")
        .with_columns(pl.col("failing").fill_null(0))
        .sort("report_year")
    )
    sample = failing.sort("report_year", "body_name", "body_id", descending=[True, False, False])
    return dg.AssetCheckResult(
        passed=failing.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        asset_key=key,
        check_name=name,
        description=f"{failing.height} of {asked.height} body-years {what}.",
        metadata={
            "asked": asked.height,
            "failing": failing.height,
            "by year": dg.MetadataValue.md(markdown_table(by_year)),
            "a sample": dg.MetadataValue.md(markdown_table(sample.select(_SHOWN).head(facts.SAMPLE))),
        },
    )


@dg.definitions
def checks() -> dg.Definitions:
    return dg.Definitions(asset_checks=[coverage_checks(Home.from_environment())])
