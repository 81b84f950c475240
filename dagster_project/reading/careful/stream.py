"""A document as one stream of characters, tables and lines in order, with the way back to where each character stands.

Here: the characters. Not here: what any of them means.

Between two cells stands CELL_BREAK, between two lines or table rows LINE_BREAK, for any other white space a blank. Characters
that compatibility normalisation would turn into digits of a number (①, ², ㈠) become NOTE_MARK.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.documents.pieces import NOTE_MARK, TABLE_MARK
from dagster_project.forms import labels

CELL_BREAK = "\x1e"
LINE_BREAK = "\n"
# No value and no part of a label: between a label and figures that need not be its own.
PARTED = "〓"
BREAKS = CELL_BREAK + LINE_BREAK + " "
_BREAKS = re.compile(rf"[{BREAKS}]*")
PIECE = re.compile(rf"[^{BREAKS}]+")
_WHITE = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff\u00ad]+")
# A line that rules off a head or a row of columns kept apart by blanks, no row of marks: some column is that wide.
_RULE = re.compile(r"(?=.*(?:-{8}|={8}))(?:-{3,}|={3,})(?: (?:-{3,}|={3,}))*")
# What a label is compared by; the rest (punctuation, breaks, brackets) may stand between any two of its characters.
_WORD = re.compile(r"[0-9A-Za-z一-鿿㐀-䶿]")


@dataclass(frozen=True)
class Chunk:
    """One line or one cell of the document, and its locator."""

    text: str
    locator: str


class Stream:
    """The characters of one document.

    ``text`` has the breaks; ``word`` only the characters that labels are compared by, ``at`` their places in ``text``.
    """

    def __init__(self, rows: Iterable[list[Chunk]]) -> None:
        parts: list[str] = []
        self._starts: list[int] = []
        self._locators: list[str] = []
        length = 0
        for row in rows:
            for number, chunk in enumerate(row):
                text = _plain(chunk.text)
                self._starts.append(length)
                self._locators.append(chunk.locator)
                parts.append(text + (LINE_BREAK if number == len(row) - 1 else CELL_BREAK))
                length += len(text) + 1
        self.text = "".join(parts)
        self.at = [match.start() for match in _WORD.finditer(self.text)]
        self.word = "".join([self.text[place] for place in self.at])

    def locator(self, place: int) -> str:
        """Return the locator of the chunk in which a character of ``text`` stands, with the character's place in it."""
        chunk = bisect_right(self._starts, place) - 1
        return f"{self._locators[chunk]};at={place - self._starts[chunk] + 1}"


def breaks_at(text: str, at: int) -> str:
    """Return the breaks and blanks from a place of a stream's text up to the next character."""
    return _BREAKS.match(text, at)[0]


def document_rows(lines: list[str], tables: list[list[tuple[int, str, list[str]]]]) -> Iterable[list[Chunk]]:
    """Yield the chunks of a document row by row: its lines, and at each mark the rows of the table that stood there.

    ``tables``: for each table its rows as (row number, place, texts of cells).
    """
    left = iter(enumerate(tables, start=1))
    for number, line in enumerate(lines, start=1):
        if line != TABLE_MARK:
            if _RULE.fullmatch(line) is None:
                yield [Chunk(line, f"line={number}")]
            continue
        table = next(left, None)
        if table is not None:
            yield from _table_rows(*table)
    for table in left:
        yield from _table_rows(*table)


def _table_rows(number: int, rows: list[tuple[int, str, list[str]]]) -> Iterable[list[Chunk]]:
    for row, place, texts in rows:
        prefix = f"{place};" if place else ""
        yield [Chunk(text, f"{prefix}table={number};row={row};cell={cell}") for cell, text in enumerate(texts, start=1)]


def _plain(text: str) -> str:
    marked = "".join(NOTE_MARK if unicodedata.category(each) == "No" else each for each in text)
    return _WHITE.sub(" ", labels.plain(marked)).strip()
