"""What does not add up in a report, in words, and which cells it marks.

Here: the failed equations and the other failed rules of ``fct_findings``, corrections by people, as lists. Not here: what fails
(``auditing``, dbt).
"""

from functools import cache

import polars as pl

from dagster_project.forms import registry
from dagster_project.pages.cells import IN_EQUATION, QUESTIONED, SUSPECT
from dagster_project.pages.layout import names, row_name
from dagster_project.pages.markup import escape, escaped, joined, number, words
from dagster_project.pages.words import BLAME, FAMILIES, PATTERNS, SETS, VERDICTS

_EQUATIONS = ("equation", "blank_as_zero")
_BLANK_AS_ZERO = ".blank_as_zero"
# Families whose finding is about every cell it names, not about the first one.
_ABOUT_EACH_CELL = ("range",)


def marks(failed: pl.DataFrame) -> pl.DataFrame:
    """Return the marked cells of failed findings, the weightiest mark of each: report_id, cell, mark, implied_value."""
    is_open = failed.filter("is_open").with_columns(
        listed=pl.col("cells").str.split(" "), in_equation=pl.col("family").is_in(_EQUATIONS)
    )
    suspects = is_open.drop_nulls("suspect_cell").select(
        "report_id", cell="suspect_cell", mark=pl.lit(SUSPECT, pl.Int8), implied_value="implied_value"
    )
    named = pl.when(pl.col("family").is_in(_ABOUT_EACH_CELL)).then("listed").otherwise(pl.col("listed").list.head(1))
    places = (
        is_open.filter(pl.col("suspect_cell").is_null(), pl.col("cells").is_not_null())
        .select(
            "report_id",
            cell=named,
            mark=pl.when("in_equation").then(pl.lit(IN_EQUATION, pl.Int8)).otherwise(pl.lit(QUESTIONED, pl.Int8)),
            implied_value=pl.lit(None, failed.schema["implied_value"]),
        )
        .explode("cell", empty_as_null=False)
    )
    # Two findings may blame one cell and imply different values: then neither is shown in the cell, both are in the list.
    return (
        pl.concat([suspects, places])
        .group_by("report_id", "cell")
        .agg(
            pl.col("mark").max(),
            pl.when(pl.col("implied_value").drop_nulls().n_unique() == 1).then(pl.col("implied_value").drop_nulls().first()),
        )
        .sort("report_id", "cell")
    )


def lists(failed: pl.DataFrame, marked: pl.DataFrame) -> pl.DataFrame:
    """Return the two lists of each report that has one: report_id, equations, others, as list items in HTML,
    and others_found, how many the latter are.

    ``failed``: the failed findings with the report's form. ``marked``: what ``marks`` returned, so that links lead somewhere.
    """
    # The cell that a finding leads to: the one that it marks.
    about = pl.coalesce("suspect_cell", pl.col("cells").str.split(" ").list.first())
    told = (
        failed.with_columns(
            about=about, equation=pl.col("rule").str.strip_suffix(_BLANK_AS_ZERO), ordinary=~pl.col("family").is_in(_EQUATIONS)
        )
        .join(_equation_words(), on=["form", "equation", "place"], how="left")
        .join(_cell_names(), left_on=["form", "about"], right_on=["form", "cell"], how="left")
        .join(
            marked.select("report_id", "cell", anchored=pl.lit(True)),
            left_on=["report_id", "about"],
            right_on=["report_id", "cell"],
            how="left",
        )
        .sort("report_id", "family", "rule", "place", "finding_id")
    )
    item = joined("<li>", _sentence(), _suspect(), _judgement(), _diagnosis(), "</li>")
    return (
        told.with_columns(item=item)
        .group_by("report_id")
        .agg(
            equations=pl.col("item").filter(~pl.col("ordinary")).str.join(),
            others=pl.col("item").filter("ordinary").str.join(),
            others_found=pl.col("ordinary").sum(),
        )
    )


def correction_items(corrections: pl.DataFrame) -> pl.DataFrame:
    """Return the corrections of each report that has some: report_id, corrections, as list items in HTML."""
    named = corrections.join(_cell_names(), on=["form", "cell"], how="left").sort("report_id", "cell")
    item = joined(
        "<li>",
        pl.col("name").fill_null(escaped(pl.col("cell"))),
        "：印 <q>",
        escaped(pl.col("printed_text")),
        "</q>，更正为 <b>",
        number(pl.col("corrected_value")),
        "</b>（",
        escaped(pl.col("status")),
        "）。",
        escaped(pl.col("reason")),
        "</li>",
    )
    return named.with_columns(item=item).group_by("report_id").agg(corrections=pl.col("item").str.join())


def _sentence() -> pl.Expr:
    """An equation with both sides in words; of any other rule its kind and its two values, where it has some."""
    left, right, residual = (number(pl.col(side)) for side in ("left_value", "right_value", "residual"))
    equation = joined(
        "<b>", _linked(pl.col("place_words")), "</b>：", pl.col("left_words"), " <var>", left, "</var> ≠ ", pl.col("right_words"),
        " <var>", right, "</var>，差 <var>", residual, "</var>。",
    )  # fmt: skip
    values = pl.when(left.is_not_null() & right.is_not_null()).then(
        joined("：左 <var>", left, "</var>，右 <var>", right, "</var>，差 <var>", residual, "</var>")
    )
    place = pl.when(pl.col("name").is_not_null()).then(joined(" · ", _linked(pl.col("name"))))
    other = joined("<b>", words(pl.col("family"), FAMILIES), "</b>", place, values, "。")
    blanks = pl.when(pl.col("family") == "blank_as_zero").then(pl.lit("（空白按零计）"))
    return joined(pl.when(pl.col("place_words").is_not_null()).then(joined(blanks, equation)).otherwise(other))


def _suspect() -> pl.Expr:
    """The cell that would explain the failure, and what it would have to print."""
    name = _linked(pl.col("name").fill_null(escaped(pl.col("suspect_cell"))))
    implied = pl.when(pl.col("implied_value").is_not_null()).then(joined("，应为 <var>", number(pl.col("implied_value")), "</var>"))
    pattern = pl.when(pl.col("pattern").is_not_null()).then(joined(" 误型：", words(pl.col("pattern"), PATTERNS), "。"))
    suspect = pl.when(pl.col("suspect_cell").is_not_null()).then(joined(" ⚠ 嫌疑单元格 ", name, implied, "。"))
    return joined(suspect, pattern)


def _linked(name: pl.Expr) -> pl.Expr:
    target = joined('<a href="#', escaped(pl.col("about")), '">', name, "</a>")
    return pl.when(pl.col("anchored").fill_null(False)).then(target).otherwise(name)


def _judgement() -> pl.Expr:
    """Who is to blame, and what a person decided."""
    blame = pl.when(pl.col("blame").is_not_null()).then(joined(" <em>", words(pl.col("blame"), BLAME), "</em>"))
    reason = pl.when(pl.col("verdict_reason").is_not_null()).then(joined("：", escaped(pl.col("verdict_reason"))))
    verdict = pl.when(pl.col("verdict").is_not_null()).then(joined(" <em>", words(pl.col("verdict"), VERDICTS), reason, "</em>"))
    return joined(blame, verdict)


def _diagnosis() -> pl.Expr:
    said = pl.when(pl.col("diagnosis").is_not_null()).then(joined('<p lang=en>', escaped(pl.col("diagnosis")), "</p>"))
    return joined(said, "<code>", escaped(pl.col("rule")), "</code>")


@cache
def _cell_names() -> pl.DataFrame:
    rows = [(form, cell, escape(name)) for form in registry.forms()["form"] for cell, name in names(form).items()]
    return pl.DataFrame(rows, schema={"form": pl.String, "cell": pl.String, "name": pl.String}, orient="row")


@cache
def _equation_words() -> pl.DataFrame:
    """Return each equation of the registry at each place of each form, in words."""
    found = []
    for (form, table), cells in registry.cells().group_by("form", "table", maintain_order=True):
        rows = {row: row_name(table, row, label) for row, label in cells.select("row", "row_label_zh").iter_rows()}
        columns = dict(cells.select("column", "column_label_zh").iter_rows())
        for rule in registry.load("equations").filter(table=table).iter_rows(named=True):
            by_row = rule["for_each"] == "row"
            terms, places = (columns, rows) if by_row else (rows, columns)
            sides = [_side(rule[side], terms) for side in ("left", "right")]
            suffix = "" if by_row else "（列）"
            found += [(form, rule["equation"], place, escape(label + suffix), *sides) for place, label in places.items()]
    columns = ("form", "equation", "place", "place_words", "left_words", "right_words")
    return pl.DataFrame(found, schema=dict.fromkeys(columns, pl.String), orient="row")


def _side(terms: str, labels: dict[str, str]) -> str:
    return escape(" ＋ ".join(SETS.get(term) or labels.get(term, term) for term in terms.split()))
