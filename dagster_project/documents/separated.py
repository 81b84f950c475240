"""Separated values (.csv, .tsv, and tab text that sites call .xls): rows of one sheet without its geometry.

Here: the separator, quotes, rows. Not here: encodings (``encoding``), which rows are tables (``sheets``).
"""

import csv
import io
import re
from collections import Counter

from dagster_project.documents.encoding import decode
from dagster_project.documents.pieces import Pieces, Unreadable
from dagster_project.documents.sheets import SheetCell, SheetRow, hand_on

KINDS = ("csv",)

# In this order where two separate the rows equally well: commas also stand in numbers, tabs in nothing.
_SEPARATORS = "\t,;|"
# Excel's own first line about the separator.
_DECLARED = re.compile(r"^\ufeff?sep=(.)\r?\n", re.IGNORECASE)
_LONGEST_FIELD = 1024 * 1024
# A report has some thousand fields.
_MOST_FIELDS = 2_000_000


def read(content: bytes, into: Pieces) -> None:
    """Read one file of separated values into ``into``.

    Raises:
        Unreadable: its encoding is unknown, a field has no end, or there are too many.
    """
    text, into.heading.encoding = decode(content)
    declared = _DECLARED.match(text)
    text = text[declared.end() :] if declared else text
    skipped = 1 if declared else 0
    try:
        rows, quoted = _cut(text, declared[1] if declared else _SEPARATORS)
    except csv.Error as error:
        raise Unreadable(
            "damaged",
            f"Expected separated values (.csv), found a field that cannot be read ({error}). Save the file again from its source.",
        ) from None
    if not quoted:
        into.note(
            "unbalanced_quotes",
            "A quotation mark in the file is never closed; quotation marks were read as characters.",
        )
    hand_on(
        [
            SheetRow(line + skipped, [SheetCell(text, at, at) for at, text in enumerate(fields)])
            for line, fields in rows
        ],
        into,
    )


Rows = list[tuple[int, list[str]]]


def _cut(text: str, separators: str) -> tuple[Rows, bool]:
    """Return the rows that the best of some separators cuts, and whether quotation marks hold fields together.

    The best is the one that cuts most rows into one number of fields.
    """
    best: tuple[int, Rows, bool] | None = None
    failed: csv.Error | None = None
    for separator in separators:
        # A quotation mark that nothing closes would swallow the rest of the file: a character like others, then.
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            try:
                rows = _rows(text, separator, quoting)
            except csv.Error as error:
                failed = error
                continue
            widths = Counter(len(fields) for _, fields in rows if len(fields) > 1)
            alike = max(widths.values(), default=0)
            if best is None or alike > best[0]:
                best = alike, rows, quoting == csv.QUOTE_MINIMAL
            break
    if best is None:
        raise failed or csv.Error("no separator was given")
    return best[1:]


def _rows(text: str, separator: str, quoting: int) -> Rows:
    """Return the fields of each row with the number of the line it begins on."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting, strict=True)
        found, line, count = [], 1, 0
        for fields in reader:
            found.append((line, fields))
            count += len(fields)
            if count > _MOST_FIELDS:
                raise Unreadable(
                    "too_large",
                    f"Expected separated values (.csv) of at most {_MOST_FIELDS} fields, found more. Supply the report itself.",
                )
            line = reader.line_num + 1
        return found
    finally:
        csv.field_size_limit(before)
