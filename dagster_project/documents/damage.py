"""Damaged bytes in markup: whether the tags of a page's tables are whole.

Here: the question. Not here: damaged characters in words and numbers, which stay U+FFFD and are never read as something else.
"""

import re

from dagster_project.documents.pieces import Unreadable

# A mark of a damaged byte in place of <, in the name of a tag, in place of > or of a quotation mark.
_DAMAGED_TAG = re.compile(
    "\ufffd[\ufffd/]*[a-z][a-z0-9]*[^<>]*>"
    "|</?[a-z0-9]*\ufffd"
    "|<[a-z][^<>]*\ufffd[^<>]*<"
    '|=\ufffd|="[^"<>]*\ufffd[^"<>]*>'
)
_SHOWN = 40


def refuse_damaged_tags(text: str) -> None:
    """Look at a page that has marks of damaged bytes (U+FFFD).

    A cell whose tag is lost leaves its row without a trace, and its label with it: the values beside it are then another
    row's. A damaged byte in the words of a cell harms nothing else.

    Raises:
        Unreadable: one of the tags between the first table's beginning and the last one's end is damaged (damaged_markup).
    """
    whole = text.lower()
    first, last = whole.find("<table"), whole.rfind("</table")
    if first < 0:
        return
    damaged = _DAMAGED_TAG.search(whole, first, last if last > first else len(whole))
    if damaged is not None:
        raise Unreadable(
            "damaged_markup",
            f"Expected a table whose tags are whole, found '{damaged[0][:_SHOWN]}' in it: which row a value belongs to cannot be "
            "told. Fetch the page again from its source.",
            "decoding",
        )
