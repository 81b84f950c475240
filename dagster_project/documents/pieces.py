"""What a reader hands on: the cells of a document's tables and its lines, in columns for a whole batch.

Here: the collector that readers write to and the frames made from it. A cell is one integer in an array, the index of its
text in the batch's dictionary of texts, so that no Python object per cell outlives the reader and every rule about a text
is asked once per batch. Not here: any meaning of a text.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import polars as pl

# Marks that a reader puts into a text where gluing the characters around it would invent a number. They are private-use
# characters, so that a text that carries one of its own is treated with the same caution.
NOTE_MARK = "\ue001"  # superscript or subscript begins or ends here
STRUCK_MARK = "\ue002"  # struck-out text begins or ends here
IMAGE_MARK = "\ue003"  # an image or an input field stands here
CUT_MARK = "\ue004"  # the file breaks off inside this cell
EDGE_MARK = "\ue005"  # the text runs over the edge of its cell or page
DOUBT_MARK = "\ue006"  # a character of this text was recognised without certainty
TABLE_MARK = "\ue010"  # a table stood here
MARKS = NOTE_MARK + STRUCK_MARK + IMAGE_MARK + CUT_MARK + EDGE_MARK + DOUBT_MARK
# For str.translate: a text without its marks.
NO_MARKS = str.maketrans("", "", MARKS)

# A head table stands before the tables of the form and holds a few labels with their values.
_HEAD_TABLES = 2
_HEAD_CELLS = 40


class Unreadable(Exception):
    """A document cannot be read, and trying again will not help.

    ``code`` is the reason code of the ledger, ``detail`` a sentence with what was expected, found and to be done.
    """

    def __init__(self, code: str, detail: str, stage: str = "decoding"):
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.stage = stage


@dataclass(frozen=True)
class Member:
    """One document inside a container: its name there, its bytes, and (origin, text) pairs that the container says of it.

    ``encoding`` is that of the container, where it is a text and its members' characters were decoded with it. ``problem`` is set in place of bytes when this member cannot be taken out; the others still can.
    """

    name: str
    content: bytes = b""
    named: tuple[tuple[str, str], ...] = ()
    problem: Unreadable | None = None
    encoding: str | None = None


class _Texts(dict[str, int]):
    """Texts of a batch by order of appearance; asking for a new one adds it."""

    def __missing__(self, text: str) -> int:
        self[text] = index = len(self)
        return index


@dataclass
class Heading:
    """What one document says about itself outside its tables.

    ``named`` are (origin, text) pairs a reader found in places made for them: the page title, meta tags, Markdown
    headings. ``lines`` are the lines of the document in order; a line of ``TABLE_MARK`` stands where a table stood. ``spaced`` are
    those, by their index, whose blanks may part columns, as they stand in a file that keeps its layout.
    ``attachments`` are (name in the link, text shown) of files that the document links to and that may hold its tables.
    ``pictures`` are those that a document without tables shows: their bytes, or their addresses.
    ``cells`` are the first cells of its first tables: many sites print 索引号, 发布机构 and the like as a table.
    """

    encoding: str | None = None
    named: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[tuple[str, str]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    pictures: list[str | bytes] = field(default_factory=list)
    spaced: dict[int, str] = field(default_factory=dict)


_CERTAIN = float("nan")
# Left, top, right, bottom of a cell on its page, in points from the page's upper left corner.
Box = tuple[float, float, float, float]


class Pieces:
    """Collector of one batch. A reader calls ``named``, ``begin_table`` and ``row`` for the document that was begun."""

    def __init__(self) -> None:
        self.texts = _Texts()
        self.headings: list[Heading] = []
        self._cell_text = array("I")
        self._row_document = array("I")
        self._row_table = array("I")
        self._row_width = array("I")
        self._row_place = array("I")
        self._places = _Texts({"": 0})
        self._boxed_cell = array("I")
        self._boxes = array("f")
        self._confidences = array("f")
        self._table = 0

    def begin(self) -> int:
        """Begin the next document and return its index in the batch."""
        self.headings.append(Heading())
        self._table = 0
        return len(self.headings) - 1

    @property
    def heading(self) -> Heading:
        """What the document begun last says about itself."""
        return self.headings[-1]

    def named(self, origin: str, text: str | None) -> None:
        """Note a text found in a place made for it, such as the page title."""
        if text and text.strip():
            self.heading.named.append((origin, text.strip()))

    def note(self, code: str, sentence: str) -> None:
        """Note something about the document that a person should know and that does not stop reading."""
        self.heading.notes.append((code, sentence))

    @property
    def tables_begun(self) -> int:
        """How many tables the document begun last has so far."""
        return self._table

    def begin_table(self) -> None:
        """Begin the document's next table."""
        self._table += 1

    def row(
        self,
        texts: Iterable[str],
        place: str = "",
        boxes: Sequence[Box] | None = None,
        confidences: Sequence[float] | None = None,
    ) -> None:
        """Add a row of the table begun last: the texts of its cells in order. A row without cells is none.

        ``place`` says where the row stands beyond its table, as a part of a locator (``page=3``, ``sheet=2``); ``boxes``
        are the places of its cells on that page, one a cell. ``confidences`` are those of the recognition of characters,
        one a cell, from 0 to 1; characters that the file itself holds have none.
        """
        index = self.texts
        before = len(self._cell_text)
        if self._table <= _HEAD_TABLES and len(cells := self.headings[-1].cells) < _HEAD_CELLS:
            texts = list(texts)
            cells += texts
        self._cell_text.extend([index[text] for text in texts])
        if len(self._cell_text) == before:
            return
        if boxes is not None:
            self._boxed_cell.extend(range(before, len(self._cell_text)))
            for box in boxes:
                self._boxes.extend(box)
            self._confidences.extend(confidences or [_CERTAIN] * len(boxes))
        self._row_place.append(self._places[place])
        self._row_document.append(len(self.headings) - 1)
        self._row_table.append(self._table)
        self._row_width.append(len(self._cell_text) - before)

    def table(self, rows: Iterable[list[str]]) -> None:
        """Begin the next table and add its rows, each the texts of its cells in order: all that a page has to say of one."""
        self.begin_table()
        rows = [row for row in rows if row]
        if self._table <= _HEAD_TABLES:
            cells = self.headings[-1].cells
            for row in rows:
                if len(cells) >= _HEAD_CELLS:
                    break
                cells += row
        self._cell_text.extend(list(map(self.texts.__getitem__, chain.from_iterable(rows))))
        self._row_width.extend(list(map(len, rows)))
        self._row_document.extend([len(self.headings) - 1] * len(rows))
        self._row_table.extend([self._table] * len(rows))
        self._row_place.extend([self._places[""]] * len(rows))

    def split(self, starts: Sequence[int]) -> None:
        """Split the document begun last into one document for each of ``starts``: the line at which it begins, first 0.

        Tables go with the lines that their marks stand among. What the document was named as a whole names none of its parts.
        """
        whole = self.headings.pop()
        first = len(self.headings)
        ends = [*starts[1:], len(whole.lines)]
        parts = [whole.lines[start:end] for start, end in zip(starts, ends, strict=True)]
        tables = [lines.count(TABLE_MARK) for lines in parts]
        if sum(tables) != self._table:
            raise ValueError(f"Expected a mark among the lines for each of {self._table} tables, found {sum(tables)}.")
        for lines, start in zip(parts, starts, strict=True):
            heading = Heading(whole.encoding, [], lines, list(whole.notes), list(whole.attachments))
            heading.spaced = {
                at - start: line for at, line in whole.spaced.items() if start <= at < start + len(lines)
            }
            self.headings.append(heading)
        at = len(self._row_document)
        while at and self._row_document[at - 1] == first:
            at -= 1
            table, part = self._row_table[at], 0
            while table > tables[part]:
                table -= tables[part]
                part += 1
            self._row_document[at], self._row_table[at] = first + part, table
        self._table = tables[-1]

    def rows(self) -> pl.DataFrame:
        """Return one row per table row: ``document``, ``table`` and ``row`` (from 1 in its table), ``width`` in cells, ``place``."""
        frame = pl.DataFrame(
            {
                "document": _numbers(self._row_document),
                "table": _numbers(self._row_table),
                "width": _numbers(self._row_width),
                "place": pl.Series(list(self._places), dtype=pl.String).gather(_numbers(self._row_place)),
            }
        )
        return frame.with_columns(
            row_id=pl.int_range(pl.len(), dtype=pl.UInt32),
            row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("document", "table"),
        )

    def cells(self) -> pl.DataFrame:
        """Return one row per cell: ``row_id`` of its table row, ``cell`` (from 0 in its row), ``text`` (index of texts)."""
        width = _numbers(self._row_width)
        first = np.cumsum(width, dtype=np.uint32) - width
        return pl.DataFrame(
            {
                "row_id": np.repeat(np.arange(len(width), dtype=np.uint32), width),
                "cell": np.arange(len(self._cell_text), dtype=np.uint32) - np.repeat(first, width),
                "text": _numbers(self._cell_text),
            },
            schema={"row_id": pl.UInt32, "cell": pl.UInt32, "text": pl.UInt32},
        ).set_sorted("row_id")


    def boxes(self) -> pl.DataFrame:
        """Return cells whose reader knows their place on the page: ``row_id``, ``cell``, ``box`` ("left,top,right,bottom" in
        points), ``confidence`` (NULL unless the characters were recognised)."""
        schema = {"row_id": pl.UInt32, "cell": pl.UInt32, "box": pl.String, "confidence": pl.Float32}
        if not self._boxes:
            return pl.DataFrame(schema=schema)
        boxes = np.frombuffer(self._boxes, dtype=np.float32).reshape(-1, 4)
        sides = [pl.Series(boxes[:, side]).round(1).cast(pl.String) for side in range(4)]
        confidence = pl.Series(np.frombuffer(self._confidences, dtype=np.float32)).fill_nan(None)
        text = pl.select(
            box=pl.concat_str([pl.lit(side) for side in sides], separator=","), confidence=pl.lit(confidence)
        )
        return pl.concat([self.cells().select("row_id", "cell")[_numbers(self._boxed_cell)], text], how="horizontal")


def _numbers(values: array) -> np.ndarray:
    return np.frombuffer(values, dtype=np.uint32) if len(values) else np.empty(0, dtype=np.uint32)
