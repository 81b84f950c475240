"""``publication_diff.md``: what a publication changed, for a person who reads it before or after.

Here: the page, from the rows of one publication. Not here: finding the changes (``difference``).
"""

from collections.abc import Sequence

import polars as pl

# Rows of one list on the page; all of them are in the table.
_SHOWN = 100
_REPORTS = {"report_added": "New reports", "report_removed": "Reports gone", "report_replaced": "Reports replaced by another"}
_VALUES = {"cell": "Changed cells", "figure": "Changed figures of mart_body_year"}
_SCHEMA = ("table_added", "table_removed", "column_added", "column_removed", "column_retyped")


def page(number: int, changes: pl.DataFrame, objections: Sequence[str] = (), confirm: str = "") -> str:
    """Return the page of publication ``number`` as Markdown; ``objections`` and ``confirm`` when it was refused."""
    lines = [f"# Publication {number}", ""]
    if objections:
        lines = [f"# Publication {number}, refused", "", "Not published, because:", ""]
        lines += [f"- {objection}." for objection in objections]
        lines += ["", f"To publish it all the same: `make run CONFIRM={confirm}`.", ""]
    if number == 1:
        return "\n".join([*lines, "The first one: nothing was published before it."]) + "\n"
    lines += [f"What it changes against publication {number - 1}. All changes are rows of the table `publication_diff`.", ""]
    counts = changes.group_by("change", maintain_order=True).agg(pl.len().alias("number"))
    lines += _table(counts)
    lines += _rows_of_tables(changes)
    schema = changes.filter(pl.col("change").is_in(_SCHEMA)).select("change", "table_name", "column_name", "old_text", "new_text")
    lines += _section("Tables and columns", schema)
    for change, title in _REPORTS.items():
        lines += _section(
            title,
            changes.filter(change=change).select(
                "body_name", "report_year", "scope", pl.col("old_value").alias("numbers before"), pl.col("new_value").alias("now")
            ),
        )
    for change, title in _VALUES.items():
        found = changes.filter(change=change)
        by_report = found.group_by("body_name", "report_year", "scope", maintain_order=True).agg(pl.len().alias("changes"))
        lines += _section(f"{title}, by report", by_report.sort("changes", descending=True, maintain_order=True))
        where = pl.coalesce("cell", "column_name").alias("where")
        lines += _section(title, found.select("body_name", "report_year", where, "old_value", "new_value", "old_text", "new_text"))
    return "\n".join(lines) + "\n"


def _rows_of_tables(changes: pl.DataFrame) -> list[str]:
    rows = changes.filter(change="rows").select(
        "table_name", pl.col("old_value").alias("rows before"), pl.col("new_value").alias("rows now")
    )
    return _section("Tables with other rows", rows)


def _section(title: str, rows: pl.DataFrame) -> list[str]:
    if rows.is_empty():
        return []
    more = rows.height - _SHOWN
    return ["", f"## {title}", "", *_table(rows.head(_SHOWN)), *(["", f"… and {more:,} more."] if more > 0 else [])]


def _table(rows: pl.DataFrame) -> list[str]:
    lines = ["| " + " | ".join(rows.columns) + " |", "|" + "---|" * rows.width]
    return lines + ["| " + " | ".join(_text(value) for value in row) + " |" for row in rows.iter_rows()]


def _text(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if "." in text and not isinstance(value, str):
        text = text.rstrip("0").rstrip(".")
    return text.replace("|", "\\|")
