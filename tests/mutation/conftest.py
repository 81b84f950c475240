"""What the mutants showed, told at the end of the run.

Here: the sums over all parts of the suite, whichever process ran them. Not here: reading and judging (``mutants``).
"""

import json
import os

import polars as pl
import pytest

NUMBERS = ("mutants", "right", "lucky", "missed", "wrong")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows = [row for report in reports for name, told in report.user_properties if name == "mutants" for row in json.loads(told)]
    if not rows:
        return
    sums = (
        pl.DataFrame(rows)
        .group_by("by", "name")
        .agg(pl.col(NUMBERS).sum())
        .with_columns(share=(pl.col("right") / (pl.col("right") + pl.col("missed"))).fill_nan(None).round(3))
        .sort("by", "name")
    )
    terminalreporter.section("damaged documents: numbers published")
    if "GONGKAI_NIGHTLY" not in os.environ and "GONGKAI_MUTANTS" not in os.environ:
        sums = sums.filter(by="all")
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
        terminalreporter.write_line(str(sums))
