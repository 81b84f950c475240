"""Text of strangers made harmless, and numbers as people write them.

Here: expressions over whole columns, and the same for a single text. Not here: any words of the pages.
"""

import html

import polars as pl

# What HTML gives a meaning, in one pass, so that nothing is escaped twice.
_MEANT = ["&", "<", ">", '"', "'"]
_WRITTEN = ["&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"]
# No document may hold these; a parser would drop or replace each in its own way.
_UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{fffe}\x{ffff}]"
_REPLACEMENT = "\ufffd"
# Schemes that a link may have; a script's address is none of them.
_WEB_ADDRESS = r"^(?i)https?://[^\s\x00-\x20<>\"'`\\]+$"


def escaped(column: pl.Expr) -> pl.Expr:
    """Return texts as HTML that shows them, for elements and quoted attributes; NULL stays NULL."""
    return column.str.replace_all(_UNPRINTABLE, _REPLACEMENT).str.replace_many(_MEANT, _WRITTEN)


def escape(text: str) -> str:
    """Return one text of our own as HTML."""
    return html.escape(text)


def is_web_address(column: pl.Expr) -> pl.Expr:
    """Tell which texts are addresses of the web that a link may lead to; NULL is none."""
    return column.str.contains(_WEB_ADDRESS).fill_null(False)


def number(column: pl.Expr) -> pl.Expr:
    """Return decimals without the zeros that only their type adds: 48.000000 is 48, 0.500000 is 0.5; NULL stays NULL."""
    return column.cast(pl.Decimal(18, 6)).cast(pl.String).str.replace(r"\.?0+$", "")


def joined(*parts: pl.Expr | str) -> pl.Expr:
    """Return the parts one after the other; a part that is NULL is left out."""
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts], ignore_nulls=True)


def words(column: pl.Expr, known: dict[str, str]) -> pl.Expr:
    """Return the words for codes; a code without words stands for itself, escaped."""
    return column.replace_strict(known, default=escaped(column), return_dtype=pl.String)
