"""A batch's tables into cells of the forms: rows found by their labels, then each table of the form in its turn.

Here: what every table needs of a row before its own rules are asked. Not here: heads and columns of one table (``disclosure``,
``requests``, ``remedies``), which of the cells after a label are its values (``placing``), what a value text says (``values``).

Nothing is taken on geometry: colspans lie. A row gives its values only when
- the head above names all its columns in an order the form knows, and
- exactly as many cells follow the label as the head has columns, or the cells that are not blank are exactly as many and
  stand where every other full row of the table has them, or all are blank.
Otherwise its cells are undecided.
"""

from dataclasses import dataclass
from functools import cache

import polars as pl

from dagster_project.documents.pieces import Pieces
from dagster_project.forms import labels, registry
from dagster_project.reading import values
from dagster_project.reading.fast.coded import with_texts
from dagster_project.reading.fast.disclosure import disclosure
from dagster_project.reading.fast.remedies import remedies
from dagster_project.reading.fast.requests import requests

# So many Chinese characters in a cell are words; a remark on a value has fewer (约20, 无此项).
_WORDS = 4


@dataclass(frozen=True)
class TablesRead:
    """What the fast lane found in one batch.

    ``found``: one row per document and cell of a form met in a table: ``document``, ``cell``, ``row_id``, ``at`` (cell in
    its row, from 0), ``text`` (index of the batch's texts), ``decided``.
    ``rows``: one row per table row, with ``document``, ``table``, ``row``.
    ``texts``: one row per distinct text (see values.classify), plus ``key``, the label it prints.
    ``heads``: ``document``, ``cell``, ``head_text`` for cells whose column head may print a unit.
    ``boxes``: ``row_id``, ``cell`` (from 0), ``box`` of cells whose place on a page is known.
    ``unknown``: ``document``, ``row_id`` of rows with numbers under a label that no form prints, in tables of the form.
    """

    found: pl.DataFrame
    rows: pl.DataFrame
    texts: pl.DataFrame
    heads: pl.DataFrame
    boxes: pl.DataFrame
    unknown: pl.DataFrame


@cache
def _roles() -> pl.DataFrame:
    """Return one row per label key: the code it has as a row, column or family of each table, NULL where it has none."""

    def code(table: str, role: str) -> pl.Expr:
        return pl.col("key").replace_strict(labels.codes(table, role), default=None, return_dtype=registry.part_codes())

    frame = pl.DataFrame({"key": sorted(labels.known_keys())}).with_columns(
        item=code("disclosure", "row"),
        measure=code("disclosure", "column"),
        request=code("requests", "row"),
        applicant=code("requests", "column"),
        family=code("requests", "family"),
        caption=code("disclosure", "caption").is_not_null(),
        channel=code("remedies", "row"),
        result=code("remedies", "column"),
    )
    shared = pl.col("request").is_not_null()
    return frame.with_columns(
        request_head=pl.col("applicant").is_not_null() & ~shared,
        remedy_head=pl.col("channel").is_not_null() | (pl.col("result").is_not_null() & ~shared),
    )


def read_tables(pieces: Pieces) -> TablesRead:
    """Find the cells of the official forms in the tables of a batch."""
    texts = _classified(pieces)
    roles = texts.select("key").join(_roles(), on="key", how="left", maintain_order="left")
    cells = with_texts(pieces.cells(), texts.select("kind", "worded", "damaged", known=pl.col("key").is_not_null()))
    rows, cells = _without_empty_columns(pieces.rows(), cells)
    # Few cells hold a label, so what it stands for is asked of those alone.
    labelled = with_texts(cells.filter("known"), roles)
    summary = labelled.group_by("row_id").agg(
        request_at=pl.col("cell").filter(pl.col("request").is_not_null()).last(),
        request=pl.col("request").drop_nulls().last(),
        item_at=pl.col("cell").filter(pl.col("item").is_not_null()).last(),
        item=pl.col("item").drop_nulls().last(),
        request_head=pl.col("request_head").any(),
        remedy_head=pl.col("remedy_head").any(),
        measure_head=pl.col("measure").is_not_null().any(),
        captioned=pl.col("caption").any(),
        families=pl.col("family").drop_nulls().last(),
    )
    rows = rows.join(summary, on="row_id", how="left", maintain_order="left").with_columns(
        pl.col("request_head", "remedy_head", "measure_head", "captioned").fill_null(False),
        # A file that breaks off inside a table breaks off in its last row.
        last=pl.col("row_id") == pl.col("row_id").max().over("document"),
    )
    rows = _with_rests_below(rows, cells)
    items, heads = disclosure(rows, cells, roles)
    found = pl.concat([requests(rows, cells, labelled), remedies(rows, cells, labelled), items])
    return TablesRead(found, rows, texts, heads, pieces.boxes(), _unknown(rows, cells, found))


def _without_empty_columns(rows: pl.DataFrame, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out what is blank at the end of every row of a table, its head included: that is no column of the form.

    ``rows`` gets ``trimmed``: whether its table had such columns. There a blank at the end of a row is trusted no more.
    """
    filled = cells.filter(pl.col("kind") != "blank").group_by("row_id").agg(filled=pl.col("cell").max() + 1)
    empty = (pl.col("width") - pl.col("filled").fill_null(pl.col("width"))).min().over("document", "table")
    trimmed = rows.join(filled, on="row_id", how="left", maintain_order="left").with_columns(empty=empty)
    if not (trimmed["empty"] > 0).any():
        return rows.with_columns(trimmed=pl.lit(False)), cells
    trimmed = trimmed.with_columns(width=pl.col("width") - pl.col("empty"), trimmed=pl.col("empty") > 0).drop("filled", "empty")
    kept = cells.join(trimmed.select("row_id", "width"), on="row_id", how="left", maintain_order="left")
    return trimmed, kept.filter(pl.col("cell") < pl.col("width")).drop("width")


def _with_rests_below(rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Add ``goes_on``: whether the row below may hold the rest of what this one's cells hold. Where a row is a line, a long number goes
    on beside what is left of the label, or a blank."""
    labels_of_rows = ("request_at", "item_at", "families")
    heads = pl.any_horizontal("request_head", "remedy_head", "measure_head", "captioned")
    bare = rows.filter(pl.all_horizontal(pl.col(labels_of_rows).is_null()) & ~heads).select("document", "table", "row_id", "row")
    rests = (
        cells.join(bare.select("row_id"), on="row_id", how="semi")
        .group_by("row_id")
        .agg(
            number=(pl.col("kind") == "number").any(),
            words=(pl.col("known") | pl.col("worded")).any(),
        )
        .filter(pl.col("number") & ~pl.col("words"))
    )
    above = bare.join(rests.select("row_id"), on="row_id", how="semi").select("document", "table", pl.col("row") - 1, goes_on=pl.lit(True))
    return rows.join(above, on=["document", "table", "row"], how="left", maintain_order="left").with_columns(
        pl.col("goes_on").fill_null(False)
    )


def _classified(pieces: Pieces) -> pl.DataFrame:
    texts = pl.Series("text", list(pieces.texts), dtype=pl.String)
    frame = values.classify(texts)
    wordy = (frame["kind"].is_in(["text", "ambiguous", "illegible"])).to_list()
    keys = [labels.match(text) if is_word else None for text, is_word in zip(texts, wordy, strict=True)]
    return frame.with_columns(
        pl.Series("key", [None if key is None else key[0] for key in keys], dtype=pl.String),
        pl.Series("edits", [None if key is None else key[1] for key in keys], dtype=pl.Int32),
        damaged=pl.col("raw").str.contains("\ufffd", literal=True),
        worded=pl.col("kind").is_in(["text", "ambiguous"]) & (pl.col("raw").str.count_matches(r"\p{Han}") >= _WORDS),
    )


def _unknown(rows: pl.DataFrame, cells: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    form_tables = (
        rows.join(found.select("row_id").unique(), on="row_id", how="semi").select("document", "table").unique()
    )
    heads = pl.col("request_head") | pl.col("remedy_head") | pl.col("measure_head")
    left = (
        rows.filter(~heads)
        .join(form_tables, on=["document", "table"], how="semi", maintain_order="left")
        .join(found.select("row_id").unique(), on="row_id", how="anti", maintain_order="left")
        .select("document", "row_id")
    )
    numbers = (
        cells.join(left, on="row_id", how="semi")
        .group_by("row_id")
        .agg(number=(pl.col("kind") == "number").any())
        .filter("number")
    )
    return left.join(numbers.select("row_id"), on="row_id", how="semi", maintain_order="left")
