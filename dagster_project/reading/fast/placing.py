"""Which cells after a label are its values: "the n cells after the label", where fillers and lost cells leave no doubt of it.

Here: rows whose label and columns are known, for a whole batch at once. Not here: finding labels and heads (``lane``), what a
cell says (``values``).

Nothing is taken on geometry: colspans lie. What a row leaves open stays undecided, for the careful lane.
"""

import polars as pl

# Rows whose blank at an end is trusted no more: empty columns were left out beside it, or the file may break off there.
OPEN_END = (pl.col("trimmed") | pl.col("last")).alias("trimmed")


def after_label(candidates: pl.DataFrame, cells: pl.DataFrame, count: int, *, counted: bool = False) -> pl.DataFrame:
    """Take ``count`` cells after the label of each candidate row.

    ``candidates``: ``document``, ``table``, ``row_id``, ``code``, ``label_at``, ``trusted``, ``trimmed``. Returns one row per taken
    cell: ``document``, ``row_id``, ``code``, ``ordinal`` (from 0), ``at``, ``text``, ``decided``; an undecided row gives
    ``count`` rows whose ``text`` and ``at`` are NULL. ``counted``: the outer columns have a number in some row of every report.
    """
    candidates = candidates.with_columns(pl.col("label_at").cast(pl.Int64))
    after = (
        cells.select("row_id", "cell", "text", "kind", "known", "worded", "damaged")
        .join(candidates.select("row_id", "label_at"), on="row_id", how="inner")
        .filter(pl.col("cell") > pl.col("label_at"))
    )
    filled = pl.col("kind") != "blank"
    extent = after.group_by("row_id").agg(
        width=pl.len().cast(pl.Int64),
        first=pl.col("cell").filter(filled).min().cast(pl.Int64),
        last=pl.col("cell").filter(filled).max().cast(pl.Int64),
        # Words among the values are a label too, one that was not recognised: the values are another row's.
        labelled=(pl.col("known") | pl.col("worded")).any(),
        filled=filled.sum().cast(pl.Int64),
        wordy=(pl.col("kind") == "text").any(),
        ambiguous=(pl.col("kind") == "ambiguous").any(),
        damaged=pl.col("damaged").sum(),
    )
    placed = candidates.join(extent, on="row_id", how="left", maintain_order="left").with_columns(
        full=(pl.col("width") > count) & (pl.col("last") - pl.col("first") + 1 == count),
        lead=pl.col("first") - pl.col("label_at") - 1,
    )
    same_shape = ["document", "table", "label_at", "width"]
    # Rows of one shape show together where their values begin: in no fewer places, and in no more, than there are columns.
    leads = placed.group_by(same_shape).agg(
        shape_lead=pl.col("lead").min(),
        columns=(pl.col("last") - pl.col("label_at")).max() - pl.col("lead").min(),
        # One row alone shows nothing: of its blanks any may be the one too many.
        alone=pl.len() == 1,
    )
    # A table of which one row has more values than columns may have too many cells in every row.
    crowded = ((pl.col("last") - pl.col("first") + 1).max() > count).over("document")
    placed = placed.join(leads, on=same_shape, how="left", maintain_order="left").with_columns(
        skip=pl.when(pl.col("width") == count)
        .then(0)
        .when((pl.col("width") > count) & pl.col("first").is_null())
        .then(0)
        .when((pl.col("width") > count) & (pl.col("columns") == count) & (~(crowded | pl.col("alone")) | (pl.col("filled") == count)))
        .then(pl.col("shape_lead"))
        .otherwise(None)
    )
    # A row that lost the border between two cells has two values in one of them and a blank at an end where a value belongs; in
    # a table whose other rows have blanks beyond their values, one without has lost a border too. Where two cells are damaged,
    # one may have been the blank.
    short = (
        (pl.col("last") - pl.col("first") + 1 < count)
        & (pl.col("ambiguous") | ((pl.col("width") == count) & pl.col("full").any().over("document", "table")))
    ) | (pl.col("damaged") > 1)
    # A word among more cells than columns is either none of them or one: where the values begin is open.
    short |= pl.col("wordy") & (pl.col("width") > count)
    placed = placed.with_columns(
        decided=pl.col("skip").is_not_null() & pl.col("trusted") & ~pl.col("labelled") & ~short.fill_null(False),
        start=pl.col("label_at") + 1 + pl.col("skip"),
    ).with_columns(
        # What lies outside the taken cells must be blank.
        decided=pl.col("decided")
        & (
            pl.col("first").is_null()
            | ((pl.col("first") >= pl.col("start")) & (pl.col("last") < pl.col("start") + count))
        ),
    )
    # A blank at the end of a row may be a value's or a filler's. Where rows lost cells or have too many it is no longer
    # known which.
    # A page may have cut the table, so all of its pieces are asked.
    uneven = (
        (pl.col("width").n_unique().over("document", "label_at") > 1)
        | (pl.col("width") < count).any().over("document")
        | crowded.fill_null(False)
        | pl.col("trimmed")
    )
    begins, ends = pl.col("first") == pl.col("start"), pl.col("last") == pl.col("start") + count - 1
    if counted:
        # Somebody asked, and somebody was counted: an outer column without a single number was not read as the one it is.
        uneven |= ~(begins.any().over("document") & ends.any().over("document"))
    placed = placed.with_columns(decided=pl.col("decided") & ~(uneven & ~(begins & ends).fill_null(True)))
    taken = (
        after.join(placed.filter("decided").select("row_id", "document", "code", "start"), on="row_id", how="inner")
        .with_columns(ordinal=pl.col("cell").cast(pl.Int64) - pl.col("start"))
        .filter(pl.col("ordinal").is_between(0, count - 1))
        .select("document", "row_id", "code", "ordinal", at="cell", text="text", decided=pl.lit(True))
    )
    undecided = (
        placed.filter(~pl.col("decided"))
        .select("document", "row_id", "code")
        .join(pl.DataFrame({"ordinal": range(count)}, schema={"ordinal": pl.Int64}), how="cross")
        .with_columns(at=pl.lit(None, pl.UInt32), text=pl.lit(None, pl.UInt32), decided=pl.lit(False))
    )
    return pl.concat([taken, undecided])


def between_empty_columns(candidates: pl.DataFrame, cells: pl.DataFrame, count: int) -> pl.DataFrame:
    """Take the cells of tables that have empty columns among those of the form, as ``after_label`` does.

    Converters write a cell that spans two columns as a cell and a blank. Counted from the right, where every row ends with the
    total, such a column is blank in all rows; what is left has to be exactly the form's columns in every row.
    """
    after = (
        cells.select("row_id", "cell", "text", "kind", "known", "worded")
        .join(candidates.filter("trusted"), on="row_id", how="inner")
        .filter(pl.col("cell") > pl.col("label_at"))
        .with_columns(right=pl.col("cell").max().over("row_id") - pl.col("cell"))
        .with_columns(empty=(pl.col("kind") == "blank").all().over("document", "table", "right"))
    )
    kept = (
        after.filter(~pl.col("empty"))
        .sort("row_id", "cell")
        .with_columns(ordinal=pl.int_range(pl.len(), dtype=pl.Int64).over("row_id"), filled=pl.len().over("row_id"))
    )
    inside = after.filter("empty").join(
        kept.group_by("row_id").agg(first=pl.col("cell").min(), last=pl.col("cell").max()), on="row_id", how="inner"
    ).filter(pl.col("cell").is_between(pl.col("first"), pl.col("last")))
    sound = (
        kept.group_by("document", "table")
        .agg(
            sound=(pl.col("filled") == count).all() & ~(pl.col("known") | pl.col("worded")).any(),
            rows=pl.col("row_id").n_unique(),
        )
        .filter(pl.col("sound") & (pl.col("rows") > 1))
    )
    return (
        kept.join(inside.select("document", "table").unique(), on=["document", "table"], how="semi", maintain_order="left")
        .join(sound, on=["document", "table"], how="semi", maintain_order="left")
        .select("document", "row_id", "code", "ordinal", at="cell", text="text", decided=pl.lit(True))
    )
