"""What stands in a value cell: a number, a number with a note, a mark, nothing, or something nobody should guess at.

Here: the reading of single texts, vectorised over the distinct texts of a batch. Not here: which cell a text belongs to.

Whatever is not wholly understood is ``ambiguous`` and has no number: digits apart (2 0), leading zeros (0000000, a glued
row), raised or struck-out characters, a percent sign, a number with more than six decimals.
"""

import polars as pl

from dagster_project.documents.pieces import CUT_MARK, DOUBT_MARK, EDGE_MARK, IMAGE_MARK, NOTE_MARK, STRUCK_MARK

# Texts that stand for "nothing to report", besides pure punctuation such as "/", "—" or "*".
MARK_WORDS = ("无", "暂无", "空", "不涉及", "不适用", "未涉及", "没有", "na", "n/a", "nil", "null", "none")
# Units that count; printed behind a number they change nothing.
COUNT_UNITS = ("件", "条", "项", "个", "次", "人", "宗", "起", "份", "例", "篇", "件次", "人次")
# Units of money, and bare multipliers. Behind a count a multiplier leaves the number undecided.
MONEY_UNITS = ("元", "万元", "亿元", "人民币元")
MULTIPLIERS = ("万", "亿", "千", "百")

# What a text can be, as a type: a cell holds its number.
KINDS = pl.Enum(["number", "noted", "blank", "mark", "ambiguous", "illegible", "text"])

_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_UNIT = "|".join(
    sorted(
        (*COUNT_UNITS, *MONEY_UNITS, *(f"{m}{u}" for m in ("万", "亿") for u in COUNT_UNITS), *MULTIPLIERS),
        key=len,
        reverse=True,
    )
)
_VALUE = rf"^(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})?\s*(?P<note>\(.+\)|\[.+\])?$"
_LEADING_ZERO = r"^[+-]?0[0-9]"
_PUNCTUATION_ONLY = r"^[/\\\-‐‑‒–—―−_*~.·…、。|○×]+$"
_UNSEEN = r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]"
_BLANKS = r"[\s\u00a0\u3000]"
# Full-width forms of ASCII, and every minus and comma that Chinese text uses for them. Not NFKC: it turns ① and ² into digits.
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
_SAME = {**_FULL_WIDTH, "−": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-", "〔": "[", "〕": "]", "【": "[", "】": "]"}
# How a person sees what the reader of the file kind marked.
_SHOWN_MARKS = {NOTE_MARK: "^", STRUCK_MARK: "~", IMAGE_MARK: "[image]", CUT_MARK: "[file breaks off]", EDGE_MARK: "[over the edge]", DOUBT_MARK: "(?)"}
# DECIMAL(18,6) holds these exactly.
MOST_WHOLE_DIGITS = 12
_MOST_DECIMALS = 6


def classify(texts: pl.Series) -> pl.DataFrame:
    """Read distinct texts as value cells.

    Returns one row per text, in order: ``kind`` (one of KINDS; text when no digit stands in it), ``value`` (Decimal(18,6), NULL
    unless number or noted), ``unit`` as printed, ``raw`` (white space collapsed).
    """
    text = pl.col("text").str.replace_all(_UNSEEN, "")
    frame = pl.DataFrame({"text": texts}).select(
        raw=text.str.replace_all(rf"{_BLANKS}+", " ").str.strip_chars(" "),
    )
    plain = pl.col("raw").str.replace_many(list(_SAME), list(_SAME.values()))
    frame = frame.with_columns(plain=plain)
    groups = pl.col("plain").str.extract_groups(_VALUE)
    frame = frame.with_columns(
        number=groups.struct.field("number").str.replace_all(",", "", literal=True),
        unit=groups.struct.field("unit"),
        note=groups.struct.field("note"),
    )
    whole = pl.col("number").str.extract(r"^[+-]?(\d+)", 1).str.len_chars()
    decimals = pl.col("number").str.extract(r"\.(\d+)$", 1).str.len_chars().fill_null(0)
    sound = (
        pl.col("number").is_not_null()
        & ~pl.col("number").str.contains(_LEADING_ZERO)
        & (whole <= MOST_WHOLE_DIGITS)
        & (decimals <= _MOST_DECIMALS)
    )
    kind = (
        pl.when(pl.col("plain") == "")
        .then(pl.lit("blank"))
        .when(pl.col("plain").str.contains(DOUBT_MARK, literal=True))
        .then(pl.lit("illegible"))
        .when(sound & pl.col("unit").is_null() & pl.col("note").is_null())
        .then(pl.lit("number"))
        .when(sound)
        .then(pl.lit("noted"))
        .when(pl.col("plain").str.contains(_PUNCTUATION_ONLY) | pl.col("plain").str.to_lowercase().is_in(MARK_WORDS))
        .then(pl.lit("mark"))
        .when(pl.col("plain").str.contains(r"[\p{N}\ue000-\uf8ff\ufffd]"))
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("text"))
    )
    return frame.with_columns(kind=kind.cast(KINDS)).select(
        "kind",
        value=pl.when(pl.col("kind").is_in(["number", "noted"])).then(pl.col("number")).cast(pl.Decimal(18, 6)),
        unit=pl.when(pl.col("kind") == "noted").then(pl.col("unit")),
        raw=pl.col("raw").str.replace_many(list(_SHOWN_MARKS), list(_SHOWN_MARKS.values())),
    )
