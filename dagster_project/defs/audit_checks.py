"""Checks of what the auditor found, one for each family of rules: counts, a sample, and how to go on.

Here: judging the open findings of current reports, and the verdicts kept about them. Not here: asking (``auditing``), the
contracts of the frames. They warn and never block: a report is published as printed, its errors beside it.
"""

from dataclasses import dataclass

import dagster as dg
import polars as pl

from dagster_project.defs.lib import facts
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.defs.lib.picture import failing_by_year
from dagster_project.home import Home
from dagster_project.publishing.database import connect

SAMPLE = 20
_WORST = 15


@dataclass(frozen=True)
class Family:
    """One check: its name, which findings it is about, what it asks, and what a person does about a failure."""

    check: str
    families: tuple[str, ...]
    sentence: str
    recovery: str
    # Whether what holds is a row too, so that what was asked can be counted.
    passes_told: bool = True


_OPEN_AND_DECIDE = (
    "Open the report at source_path (make inspect FILE=… shows its tables). If the report says so itself, write a verdict "
    "'confirmed' into review/verdicts.csv with finding_id, left_value and right_value; if the finding is wrong, 'dismissed'."
)
FAMILIES = (
    Family(
        "equations_hold",
        ("equation",),
        "The printed totals of the form are the sums of their parts.",
        f"{_OPEN_AND_DECIDE} Where the blame is 'undecided' or 'reading', compare the cells with the document first: the reader may "
        "have misplaced a value. A right value from elsewhere goes into review/corrections.yaml, never into the table.",
    ),
    Family(
        "blanks_read_as_zero_hold",
        ("blank_as_zero",),
        "In reports that leave their zeros blank, the totals hold with blanks read as zero.",
        _OPEN_AND_DECIDE,
    ),
    Family(
        "numbers_in_range",
        ("range", "expectation"),
        "Counts are whole and not negative, money has a unit, and related cells fit together.",
        _OPEN_AND_DECIDE,
    ),
    Family(
        "prose_agrees_with_tables",
        ("prose",),
        "Figures in sentences fit the tables in some accepted reading.",
        f"{_OPEN_AND_DECIDE} If the sentence counts other cases than every accepted reading, the reading can be added to "
        "dagster_project/forms/registry/claim_readings.csv. All claims, those that agree too, are in fct_claims.",
        passes_told=False,
    ),
    Family(
        "figures_are_plausible",
        ("plausibility",),
        "Figures fit the body and its report of the year before.",
        _OPEN_AND_DECIDE,
        passes_told=False,
    ),
    Family(
        "texts_are_their_own",
        ("similarity",),
        "Texts are not taken over from the year before or from another body.",
        "The shares of all reports are in fct_text_similarity. Nothing is wrong with the figures.",
        passes_told=False,
    ),
)
VERDICTS = "verdicts_still_hold"


def audit_checks(home: Home) -> dg.AssetChecksDefinition:
    """Return the checks of fct_findings by family."""
    models = facts.keys(home)
    key = models["fct_findings"]
    specs = [
        dg.AssetCheckSpec(each.check, asset=key, additional_deps=[models["dim_report"]], description=each.sentence)
        for each in FAMILIES
    ]
    specs.append(
        dg.AssetCheckSpec(
            VERDICTS,
            asset=key,
            additional_deps=[models["stg_verdicts"], models["mart_worst_reports"]],
            description="Every verdict is about a finding that is still there with the values that were looked at.",
        )
    )

    @dg.multi_asset_check(name="audit", specs=specs)
    def audit(archive: dg.ResourceParam[Archive]):
        with archive.home.only_run():
            found = _Found.read(archive.home)
        for each in FAMILIES:
            yield _judged(each, found, key)
        yield _verdicts(found, key)

    return audit


@dataclass(frozen=True)
class _Found:
    """What the marts hold. ``counts``: family, rule, report_year, status, is_open, findings; ``failing``: open findings of each
    family, the first of them; ``reports``: reports with an open finding by family; ``worst``; ``verdicts`` that do not hold."""

    counts: pl.DataFrame
    failing: pl.DataFrame
    reports: dict[str, int]
    worst: pl.DataFrame
    verdicts: pl.DataFrame

    @classmethod
    def read(cls, home: Home) -> "_Found":
        with connect(home.warehouse, home.dbt_target / "spill", read_only=True) as warehouse:
            schemas = dict(warehouse.execute("select table_name, schema_name from duckdb_tables()").fetchall())
            views = dict(warehouse.execute("select view_name, schema_name from duckdb_views() where not internal").fetchall())
            findings, report = (f'"{schemas[name]}".{name}' for name in ("fct_findings", "dim_report"))
            counts = warehouse.execute(
                "select family, rule, report_year, status, is_open, findings.blame, count(*) as findings "
                f"from {findings} as findings inner join {report} as reports using (report_id) where findings.is_current group by all"
            ).pl()
            failing = warehouse.execute(
                "select family, rule, source_path, place, left_value as found, right_value as expected, blame, diagnosis, "
                f"finding_id, document_id from {findings} as findings inner join {report} as reports using (report_id) "
                "where is_open and findings.is_current "
                "qualify row_number() over (partition by family order by severity, source_path, rule, place) <= ?",
                [SAMPLE],
            ).pl()
            reports = warehouse.execute(
                f"select family, count(distinct report_id) from {findings} where is_open and is_current group by family"
            ).fetchall()
            worst = warehouse.execute(
                "select rank, body_name, report_year, source_path, open_equations, open_ranges, open_prose, open_continuity, "
                f'open_plausibility, patterns from "{schemas["mart_worst_reports"]}".mart_worst_reports order by rank limit ?',
                [_WORST],
            ).pl()
            verdicts = warehouse.execute(
                "select verdicts.finding_id, verdicts.verdict, verdicts.decided_by, "
                "case when findings.finding_id is null then 'no such finding' else 'its values changed' end as why, "
                "findings.left_value, findings.right_value, verdicts.left_value as left_then, verdicts.right_value as right_then "
                f'from "{views["stg_verdicts"]}".stg_verdicts as verdicts '
                f"left join {findings} as findings on verdicts.finding_id = findings.finding_id "
                "where findings.finding_id is null or findings.verdict = 'outdated' order by verdicts.finding_id"
            ).pl()
        return cls(counts, failing, dict(reports), worst, verdicts)


def _judged(family: Family, found: _Found, key: dg.AssetKey) -> dg.AssetCheckResult:
    counts = found.counts.filter(pl.col("family").is_in(list(family.families)))
    asked = int(counts.filter(pl.col("status") != "not_assessable")["findings"].sum())
    failing = int(counts.filter("is_open")["findings"].sum())
    dismissed = int(counts.filter(status="fail")["findings"].sum()) - failing
    unassessable = int(counts.filter(status="not_assessable")["findings"].sum())
    reports = sum(found.reports.get(each, 0) for each in family.families)
    by_rule = counts.group_by("rule", "status", "blame").agg(pl.col("findings").sum()).sort("rule", "status", "blame")
    sample = found.failing.filter(pl.col("family").is_in(list(family.families))).drop("family")
    metadata: dict = {
        "failing": failing,
        "dismissed": dismissed,
        "counts": dg.MetadataValue.md(markdown_table(by_rule)),
        "a sample": dg.MetadataValue.md(markdown_table(sample.head(SAMPLE))),
        "how to go on": family.recovery,
    }
    if family.passes_told:
        metadata |= {"asked": asked, "not assessable": unassessable}
    if family.families == ("equation",):
        metadata["worst reports"] = dg.MetadataValue.md(markdown_table(found.worst))
        metadata["picture"] = dg.MetadataValue.md(failing_by_year(counts.filter("is_open")))
    sentence = f"{failing} open findings in {reports} reports" if failing else "No open finding"
    told = f"{asked} asked, {unassessable} could not be, " if family.passes_told else ""
    return dg.AssetCheckResult(
        passed=not failing,
        severity=dg.AssetCheckSeverity.WARN,
        asset_key=key,
        check_name=family.check,
        description=f"{sentence}; {told}{dismissed} dismissed.",
        metadata=metadata,
    )


def _verdicts(found: _Found, key: dg.AssetKey) -> dg.AssetCheckResult:
    stale = found.verdicts.height
    return dg.AssetCheckResult(
        passed=not stale,
        severity=dg.AssetCheckSeverity.WARN,
        asset_key=key,
        check_name=VERDICTS,
        description=f"{stale} verdicts of review/verdicts.csv no longer hold." if stale else "Every verdict holds.",
        metadata={
            "that do not hold": dg.MetadataValue.md(markdown_table(found.verdicts.head(SAMPLE))),
            "how to go on": "Look at the finding again and write down its values of today, or remove the line: its report is gone.",
        },
    )


@dg.definitions
def checks() -> dg.Definitions:
    return dg.Definitions(asset_checks=[audit_checks(Home.from_environment())])
