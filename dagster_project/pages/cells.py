"""One cell of a page: what is printed beside what was read, last year's value beneath, the place in its title.

Here: expressions over all cells of many reports at once. Not here: where a cell stands in its table (``layout``), why a cell is
marked (``findings``).
"""

import polars as pl

from dagster_project.forms import registry
from dagster_project.pages.markup import escaped, joined, number
from dagster_project.pages.words import STATUSES

# How a cell is marked, by the weight of what was found: class, sign (told apart without colour), and what it says.
SUSPECT, IN_EQUATION, QUESTIONED = 3, 2, 1
MARKS = {
    SUSPECT: ("x", "⚠", "嫌疑单元格 suspect cell"),
    IN_EQUATION: ("e", "≠", "等式不成立 equation fails"),
    QUESTIONED: ("o", "？", "另有发现 other finding"),
}
_STATUS_WORDS = {code: chinese for code, (chinese, _) in STATUSES.items()}
# What a cell says but for its place, which alone differs from cell to cell.
_SAYS = ["value", "raw_text", "status", "unit", "form_unit", "prior_value", "prior_status", "mark", "implied_value", "placed"]


def cells_html(cells: pl.DataFrame, prior: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return the HTML of each cell: report_id, cell, html, from the end of its tag's name to its closing tag.

    ``cells``: report_id, form, cell, value, unit, raw_text, status, locator. ``prior``: report_id, cell, value, status of last
    year's report. ``marks``: report_id, cell, mark (a key of ``MARKS``), implied_value.
    """
    units = registry.cells().select("form", "cell", form_unit="unit")
    before = prior.select("report_id", "cell", prior_value="value", prior_status="status")
    # What a finding leads to.
    anchored = marks.with_columns(anchor=joined(' id="', escaped(pl.col("cell")), '"'))
    whole = (
        cells.join(units, on=["form", "cell"], how="left", maintain_order="left")
        .join(before, on=["report_id", "cell"], how="left", maintain_order="left")
        .join(anchored, on=["report_id", "cell"], how="left", maintain_order="left")
        .with_columns(placed=pl.col("locator").is_not_null())
    )
    # Most cells of most reports are alike but for their place: each kind is written once.
    kinds = whole.select(_SAYS).unique()
    kinds = kinds.with_columns(opening=_opening(), content=_content())
    html = joined(pl.col("anchor"), pl.col("opening"), escaped(pl.col("locator")), pl.col("content"))
    return whole.join(kinds, on=_SAYS, how="left", nulls_equal=True, maintain_order="left").select("report_id", "cell", html=html)


def absent_html() -> str:
    """Return the cell of a place of which the table of cells says nothing."""
    return f' class=n title="absent"><b>NULL</b> <em>{_STATUS_WORDS["absent"]}</em></td>'


def _opening() -> pl.Expr:
    """Return the rest of the tag up to the cell's place, which is its title."""
    mark, status = pl.col("mark"), pl.col("status")
    kind = (
        pl.when(mark.is_not_null())
        .then(mark.replace_strict({mark: name for mark, (name, _, _) in MARKS.items()}, default=None, return_dtype=pl.String))
        .when(pl.col("value").is_null())
        .then(pl.lit("n"))
        .when(pl.col("value") == 0)
        .then(pl.lit("z"))
    )
    return joined(
        pl.when(kind.is_not_null()).then(joined(" class=", kind)),
        ' title="',
        pl.when((status != "number") | ~pl.col("placed")).then(escaped(status)),
        pl.when((status != "number") & pl.col("placed")).then(pl.lit(" · ")),
    )


def _content() -> pl.Expr:
    """Return what stands in the cell: sign, value read, its unit where it is not the form's, status, text printed, last year."""
    read, printed, status, is_null = number(pl.col("value")), pl.col("raw_text"), pl.col("status"), pl.col("value").is_null()
    signs = {mark: f'<b role=img aria-label="{said}">{sign}</b> ' for mark, (_, sign, said) in MARKS.items()}
    before = number(pl.col("prior_value")).fill_null(_word(pl.col("prior_status")))
    return joined(
        '">',
        pl.col("mark").replace_strict(signs, default=None, return_dtype=pl.String),
        pl.when(is_null).then(pl.lit("<b>NULL</b>")).otherwise(read),
        pl.when(pl.col("unit").ne_missing(pl.col("form_unit")) & ~is_null).then(joined(" ", escaped(pl.col("unit")))),
        pl.when(status != "number").then(joined(" <em>", _word(status), "</em>")),
        # One figure stands for both where the text printed is the number as it is written here.
        pl.when(printed.str.strip_chars().ne_missing(read) & (printed.fill_null("") != "")).then(
            joined(" <q>", escaped(printed), "</q>")
        ),
        pl.when(pl.col("implied_value").is_not_null()).then(joined(" <u>应为 ", number(pl.col("implied_value")), "</u>")),
        pl.when(pl.col("prior_status").is_not_null()).then(joined(" <i>上年 ", before, "</i>")),
        "</td>",
    )


def _word(status: pl.Expr) -> pl.Expr:
    return escaped(status).replace(_STATUS_WORDS)
