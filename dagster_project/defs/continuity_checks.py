"""Checks across years and bodies: what one report carries out the next carries in, and a whole is no less than its parts.

Here: what is asked. Not here: how rows are compared (dbt), how a check is made of them (``lib.facts``). They warn and never
block: a body may have merged, or judged its applicants anew, and both reports stay as printed.
"""

import dagster as dg

from dagster_project.defs.lib.facts import Question, questions
from dagster_project.home import Home

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
    Question(
        "aggregates_hold_their_parts",
        "fct_aggregation",
        "The aggregate of a division is no less than the sum of its parts in the archive, and equal to it when all are there.",
        "measure",
        ("region_code", "report_year", "measure", "relation", "aggregate", "sum_of_parts", "parts_counted", "difference"),
    ),
)


@dg.definitions
def checks() -> dg.Definitions:
    return dg.Definitions(asset_checks=[questions("continuity", QUESTIONS, Home.from_environment())])
