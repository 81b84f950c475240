"""Pages: one for each published report, for people, and the check that none is missing."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.defs.publishing import SNAPSHOT

PAGES = dg.AssetKey(["published", "report_pages"])
EVERY_REPORT = dg.AssetCheckSpec(
    "every_report_has_its_page", asset=PAGES, description="Each row of dim_report has its page below the published folder."
)
_SAMPLE = 20


@dg.asset(
    key=PAGES,
    deps=[SNAPSHOT],
    group_name="publishing",
    kinds={"polars"},
    check_specs=[EVERY_REPORT],
    description="A page for each published report: every cell as printed beside what was read, last year's values, what does not "
    "add up. Static HTML without scripts, from the published Parquet files; only pages that changed are written.",
)
def report_pages(archive: dg.ResourceParam[Archive]) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    from dagster_project.pages import PagesError, publish_pages

    home = archive.home
    archive.reporter.stage("pages")
    with home.only_run(), archive.measured("pages"):
        try:
            done = publish_pages(home.published, home.page_ledger)
        except PagesError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
    archive.pages = done
    reports = pl.read_parquet(
        home.published / "parquet" / "dim_report.parquet",
        columns=["body_name", "report_year", "equations_failed", "page_path", "is_current"],
    )
    failing = reports.filter(pl.col("is_current"), pl.col("equations_failed") > 0).drop("is_current")
    worst = failing.sort("equations_failed", "page_path", descending=[True, False]).head(_SAMPLE)
    missing = [path for path in reports["page_path"] if not (home.published / path).is_file()]
    yield dg.MaterializeResult(
        metadata={
            "dagster/uri": str(done.index.parent),
            "index": dg.MetadataValue.url(done.index.as_uri()),
            "pages": done.pages,
            "files written": done.written,
            "files removed": done.removed,
            "reports with a failed equation": done.failing,
            "failing reports": dg.MetadataValue.md(markdown_table(worst) if worst.height else "none"),
            "seconds": done.seconds,
        }
    )
    yield dg.AssetCheckResult(
        passed=not missing,
        check_name=EVERY_REPORT.name,
        metadata={"reports": reports.height, "missing": dg.MetadataValue.md("\n".join(f"- {path}" for path in missing[:_SAMPLE]) or "none")},
    )
