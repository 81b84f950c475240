"""The fast lane: the cells of sound tables, for a whole batch of documents at once.

Here: rows found by their labels, and the columns that the table's head prints. Not here: which of the cells after a label are
its values (``placing``), what a value text says (``values``), tables whose labels or values are broken (the careful lane),
documents.

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
from dagster_project.reading.placing import after_label, between_empty_columns

# Heads of the requests table, as the order of their labels in reading order: the total stands in the upper of two head
# rows beside 自然人, or last in a single one.
_APPLICANTS = tuple(code for code in registry.column_order("requests"))
_HEAD_ORDERS = (
    ",".join((_APPLICANTS[0], _APPLICANTS[-1], *_APPLICANTS[1:-1])),
    ",".join(_APPLICANTS),
)
_RESULTS = registry.column_order("remedies")
_CHANNELS = registry.row_order("remedies", "2021")
# Labels that other tables use as well: they make a row of the requests table only where its own labels stand.
_COMMON_ROWS = ("disposed", "other_other")
# Rows whose blank at an end is trusted no more: empty columns were left out beside it, or the file may break off there.
_OPEN_END = (pl.col("trimmed") | pl.col("last")).alias("trimmed")
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
    cells = _with_texts(pieces.cells(), texts.select("kind", "worded", "damaged", known=pl.col("key").is_not_null()))
    rows, cells = _without_empty_columns(pieces.rows(), cells)
    # Few cells hold a label, so what it stands for is asked of those alone.
    labelled = _with_texts(cells.filter("known"), roles)
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
    found = [_requests(rows, cells, labelled), _remedies(rows, cells, labelled)]
    disclosure, heads = _disclosure(rows, cells, roles)
    found.append(disclosure)
    everything = pl.concat(found)
    return TablesRead(everything, rows, texts, heads, pieces.boxes(), _unknown(rows, cells, everything))


def _with_texts(cells: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Add what is known of the text of each cell. Texts are known by their numbers, which takes a tenth of joining."""
    return pl.concat([cells, texts[cells["text"]]], how="horizontal")


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


def _requests(rows: pl.DataFrame, cells: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    rows = rows.with_columns(family=pl.col("families").forward_fill().over("document"))
    candidates = rows.filter(
        pl.col("request_at").is_not_null()
        & ~pl.col("request_head")
        & ~pl.col("remedy_head")
        & ~pl.col("measure_head")
        & (pl.col("width") > pl.col("request_at") + 1)
    ).rename({"request": "code"})
    specific = (~pl.col("code").is_in(_COMMON_ROWS)).any().over("document", "table")
    stray = (pl.col("code") == "other_other") & (pl.col("family") != "other").fill_null(True)
    candidates = candidates.filter(specific & ~stray)
    # A table without a head goes on under the head of the table before it.
    heads = (
        rows.select("document", "table")
        .unique(maintain_order=True)
        .join(_standard_heads(rows, labelled), on=["document", "table"], how="left", maintain_order="left")
        .with_columns(head_known=pl.col("standard").forward_fill().over("document").fill_null(False))
    )
    candidates = candidates.join(heads, on=["document", "table"], how="left", maintain_order="left")
    # Most tables have no cell beyond the form's columns.
    wide = ((pl.col("width") - pl.col("request_at") - 1).max() > len(_APPLICANTS)).over("document", "table")
    candidates = candidates.select(
        "document", "table", "row_id", "code", _OPEN_END, label_at="request_at", trusted=pl.col("head_known") & ~pl.col("goes_on"), wide=wide
    )
    parted = between_empty_columns(candidates.filter("wide"), cells, len(_APPLICANTS))
    whole = candidates.join(parted.select("row_id").unique(), on="row_id", how="anti", maintain_order="left")
    taken = pl.concat([after_label(whole, cells, len(_APPLICANTS), counted=True), parted])
    return _coded(
        taken,
        "requests",
        pl.col("code"),
        _code_at(_APPLICANTS, pl.col("ordinal")),
    )


def _standard_heads(rows: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Return ``document``, ``table``, ``standard``: whether a requests head stands there in an order the form knows."""
    heads = rows.filter("request_head").select("document", "table", "row_id")
    order = (
        labelled.filter(pl.col("applicant").is_not_null())
        .join(heads, on="row_id", how="inner")
        .sort("row_id", "cell")
        .group_by("document", "table", maintain_order=True)
        .agg(pl.col("applicant").cast(pl.String).str.join(",").alias("order"))
    )
    # A head repeated at the top of each page repeats the whole order.
    repeated = [",".join([order] * times) for order in _HEAD_ORDERS for times in (1, 2, 3, 4)]
    return order.select("document", "table", standard=pl.col("order").is_in(repeated))


def _disclosure(rows: pl.DataFrame, cells: pl.DataFrame, roles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    head_rows = rows.filter("measure_head").select("document", "table", "row_id")
    in_head = cells.join(head_rows, on="row_id", how="semi").filter(pl.col("kind") != "blank")
    order = (
        _with_texts(in_head, roles)
        .sort("row_id", "cell")
        .group_by("row_id", maintain_order=True)
        .agg(
            measures=pl.col("measure").drop_nulls(),
            # Every cell of the head but its caption must be understood, else the columns cannot be counted.
            clean=(pl.col("measure").is_not_null() | (pl.col("known") & pl.col("item").is_null())).all()
            & (pl.col("measure").drop_nulls().is_unique().all()),
            head_text=pl.col("text").filter(pl.col("measure").is_not_null()),
        )
    )
    # A caption in a row of its own begins a part with a head of its own; without one its columns are not known.
    part = (pl.col("captioned") & pl.col("item_at").is_null() & ~pl.col("measure_head")).cum_sum().over("document", "table")
    rows = (
        rows.join(order, on="row_id", how="left", maintain_order="left")
        .with_columns(part=part)
        .with_columns(pl.col("measures", "clean", "head_text").forward_fill().over("document", "table", "part"))
    )
    candidates = rows.filter(
        pl.col("item_at").is_not_null()
        & pl.col("measures").is_not_null()
        & ~pl.col("measure_head")
        & (pl.col("width") > pl.col("item_at") + 1)
    ).rename({"item": "code"})
    parts = []
    for count in candidates["measures"].list.len().unique().sort():
        part = candidates.filter(pl.col("measures").list.len() == count)
        taken = after_label(
            part.select(
                "document", "table", "row_id", "code", _OPEN_END, label_at="item_at", trusted=pl.col("clean") & ~pl.col("goes_on")
            ),
            cells,
            count,
        )
        parts.append(
            taken.join(part.select("row_id", "measures", "head_text"), on="row_id", how="left", maintain_order="left")
        )
    if not parts:
        return _no_cells(), pl.DataFrame(schema={"document": pl.UInt32, "cell": registry.cell_codes(), "head_text": pl.UInt32})
    taken = pl.concat(parts).with_columns(
        measure=pl.col("measures").list.get(pl.col("ordinal")),
        head_text=pl.col("head_text").list.get(pl.col("ordinal")),
    )
    coded = _coded(taken, "disclosure", pl.col("code"), pl.col("measure"), extra=("head_text",))
    heads = coded.select("document", "cell", "head_text").unique(
        subset=["document", "cell"], keep="first", maintain_order=True
    )
    # Where an item stands under a head and elsewhere without one, one of the two is not this report's.
    headless = _headless_items(rows).join(coded.select("document", "cell").unique(), on=["document", "cell"], how="semi")
    return pl.concat([coded.drop("head_text"), headless]), heads


def _headless_items(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of items, undecided, whose row stands first in a table: a page cut it from its head."""
    first = rows.filter(
        (pl.col("row") == 1) & pl.col("item_at").is_not_null() & pl.col("measures").is_null() & (pl.col("width") > pl.col("item_at") + 1)
    )
    known = _cells_of("disclosure").select("row", "cell")
    return first.drop("row").join(known, left_on="item", right_on="row", how="inner", maintain_order="left").select(
        "document", "cell", "row_id", at=pl.lit(None, pl.UInt32), text=pl.lit(None, pl.UInt32), decided=pl.lit(False)
    )


def _remedies(rows: pl.DataFrame, cells: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    heads = rows.filter("remedy_head").select("document", "table", "row_id")
    order = (
        labelled.join(heads, on="row_id", how="inner")
        .sort("row_id", "cell")
        .group_by("document", "table", maintain_order=True)
        .agg(
            results=pl.col("result").drop_nulls().cast(pl.String).str.join(","),
            channels=pl.col("channel").drop_nulls().cast(pl.String).str.join(","),
            last_head=pl.col("row_id").max(),
        )
    )
    whole = (pl.col("results") == ",".join([*_RESULTS] * len(_CHANNELS))) & (
        pl.col("channels") == ",".join(_CHANNELS)
    )
    # Beside a head in another order one in the form's own may be that of other figures.
    lone = whole.all().over("document")
    order = order.filter(pl.col("results").str.count_matches(",") + 1 >= len(_RESULTS)).with_columns(lone=lone).filter(whole)
    count = len(_CHANNELS) * len(_RESULTS)
    order = order.with_columns(lone=pl.col("lone") & ~pl.col("document").is_in(_with_loose_lines(rows, cells, order, count).implode()))
    blank_rows = (
        cells.join(rows.join(order, on=["document", "table"], how="semi").select("row_id"), on="row_id", how="semi")
        .group_by("row_id")
        .agg(blank=(pl.col("kind") == "blank").all(), labelled=pl.col("known").any())
    )
    candidates = (
        rows.join(order, on=["document", "table"], how="inner", maintain_order="left")
        .filter((pl.col("row_id") > pl.col("last_head")) & (pl.col("width") >= count))
        .join(blank_rows, on="row_id", how="left", maintain_order="left")
        .filter(~pl.col("labelled"))
    )
    # A row of blanks below the values is layout; a row of blanks alone is the report's answer.
    filled = (~pl.col("blank")).sum().over("document", "table")
    candidates = (
        candidates.filter((filled == 0) | ~pl.col("blank"))
        .with_columns(
            # Two rows of values under one head: which of them is the report's nobody can tell.
            single=((pl.len().over("document", "table") == 1) | pl.col("blank")) & pl.col("lone"),
        )
        .unique(subset=["document", "table"], keep="first", maintain_order=True)
    )
    taken = after_label(
        candidates.select(
            "document", "table", "row_id", "trimmed", code=pl.lit(None, registry.part_codes()), label_at=pl.lit(-1, pl.Int64), trusted="single"
        ),
        cells,
        count,
    )
    each = len(_RESULTS)
    return _coded(
        taken,
        "remedies",
        _code_at(_CHANNELS, pl.col("ordinal") // each),
        _code_at(_RESULTS, pl.col("ordinal") % each),
    )


def _with_loose_lines(rows: pl.DataFrame, cells: pl.DataFrame, headed: pl.DataFrame, count: int) -> pl.Series:
    """Return the documents with a line of as many numbers as the remedies table has, but in no table with its head, while a table with
    its head has one too: which of them is the report's nobody can tell."""
    keys = ["document", "table"]
    wide = rows.filter(pl.col("width") >= count).join(headed.select("document").unique(), on="document", how="semi")
    if not wide.join(headed, on=keys, how="anti").height:
        return pl.Series("document", [], dtype=pl.UInt32)  # as in nearly all reports
    lines = (
        cells.join(wide.select("row_id", *keys), on="row_id", how="inner")
        .group_by(*keys, "row_id")
        .agg(filled=(pl.col("kind") != "blank").sum(), words=(pl.col("known") | pl.col("worded")).any())
        .filter((pl.col("filled") == count) & ~pl.col("words"))
    )
    below = lines.join(headed, on=keys, how="semi")["document"]
    loose = lines.join(headed, on=keys, how="anti")["document"].unique()
    return loose.filter(loose.is_in(below.implode()))


def _no_cells() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "document": pl.UInt32,
            "cell": registry.cell_codes(),
            "row_id": pl.UInt32,
            "at": pl.UInt32,
            "text": pl.UInt32,
            "decided": pl.Boolean,
        }
    )


def _code_at(codes: tuple[str, ...], ordinal: pl.Expr) -> pl.Expr:
    """Return the code that stands at an ordinal, from 0."""
    return pl.lit(pl.Series(codes, dtype=registry.part_codes())).gather(ordinal)


def _coded(taken: pl.DataFrame, table: str, row: pl.Expr, column: pl.Expr, extra: tuple[str, ...] = ()) -> pl.DataFrame:
    """Turn row and column codes into cell codes; combinations that no form prints are dropped."""
    known = _cells_of(table)
    return (
        taken.with_columns(row=row, column=column)
        .join(known, on=["row", "column"], how="inner", maintain_order="left")
        .select("document", "cell", "row_id", "at", "text", "decided", *extra)
    )


@cache
def _cells_of(table: str) -> pl.DataFrame:
    """Return ``row``, ``column``, ``cell`` of each cell that any form prints in a table."""
    parts = pl.col("row", "column").cast(registry.part_codes())
    cells = registry.cells().filter(table=table).select(parts, pl.col("cell").cast(registry.cell_codes()))
    return cells.unique(maintain_order=True)


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
