"""Traditional characters as simplified ones, for telling names apart.

Here: single characters. Not here: words (a name needs none); what is printed, which stays as printed.

The table (traditional.csv) is OpenCC's list of characters (Apache-2.0, version 1.4), less those that simplified texts use
too, such as 乾 in 乾安县: GB 2312, the set of simplified characters, does not know what stands in it.
"""

from functools import cache
from pathlib import Path

import polars as pl


@cache
def _table() -> dict[int, str]:
    rows = pl.read_csv(Path(__file__).parent / "traditional.csv", infer_schema=False)
    return {ord(traditional): simplified for traditional, simplified in rows.iter_rows()}


def simplified(text: str) -> str:
    """Return ``text`` with every character that is only traditional as its simplified one."""
    return text.translate(_table())
