"""Rows of values: which cells of the form the values after a label (or after a whole head) are meant for.

Here: the two shapes in which forms print rows, a label before its values and a head before one line of values for several
rows, each with the columns that the head above names. Not here: cutting glued digits, equations.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from dagster_project.forms import registry
from dagster_project.forms.equations import equations
from dagster_project.reading.careful.anchors import HEADED_BY_ROWS, Anchor, Meaning
from dagster_project.reading.careful.segmentation import Slot
from dagster_project.reading.careful.stream import CELL_BREAK, LINE_BREAK, Stream, breaks_at
from dagster_project.reading.careful.tokens import Region, Token, kind_of, region

# A table row that holds blanks and digits, and no label, or the rest of the one above.
_REST_BELOW = re.compile(
    rf"[{CELL_BREAK} ]*{LINE_BREAK}[^{CELL_BREAK}{LINE_BREAK}0-9]{{0,20}}{CELL_BREAK}[{CELL_BREAK} ]*[0-9]+[{CELL_BREAK} ]*(?:{LINE_BREAK}|$)"
)


@dataclass(frozen=True)
class Run:
    """Values for ``slots`` in order. ``rows``: the rows of the table they fill; ``head_known``: a head names their columns;
    ``in_cells``: each token is a cell of a table row, so that none of them can be several; ``in_table``: they stand in one."""

    table: str
    rows: tuple[str, ...]
    slots: tuple[Slot, ...]
    tokens: tuple[Token, ...]
    head_known: bool
    in_cells: bool = False
    in_table: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.tokens) == len(self.slots)


@dataclass(frozen=True)
class Runs:
    """The runs of a stream in order, and ``unread``: the (table, row) pairs under a head whose label figures follow that no
    run could be made of. Another run of the same row does not make these figures untrue."""

    found: tuple[Run, ...]
    unread: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """One row of a form's table as printed: its columns in order."""

    table: str
    row: str
    columns: tuple[str, ...]


@cache
def rows_of(form: str) -> dict[tuple[str, str], Row]:
    """Return the rows that reports of a form print, borrowed ones included."""
    frame = registry.cells().filter(form=form).group_by("table", "row", maintain_order=True).agg("column")
    return {(table, row): Row(table, row, tuple(columns)) for table, row, columns in frame.iter_rows()}


@cache
def _adds_up(table: str, row: str) -> bool:
    """Whether a row has an equation of its own."""
    return bool(equations(frozenset({f"{table}.{row}"})))


@cache
def _slots(table: str, row: Row) -> tuple[Slot, ...]:
    return tuple(Slot(f"{table}.{row.row}.{column}", _holds(column)) for column in row.columns)


def _holds(column: str) -> str:
    # 本年增/减 is the one signed count; 收费金额 and 采购总金额 are the amounts of money.
    return {"items_change": "signed", "collected": "money", "amount": "money"}.get(column, "whole")


@cache
def column_orders(form: str, table: str) -> tuple[tuple[str, ...], ...]:
    """Return the orders in which a head may name the columns that values stand under: in one line, or the last one, which
    stands in the upper of two head lines, after the first."""
    columns = tuple(
        registry.cells().filter(form=form, table=table)["column"].unique(maintain_order=True)
    )
    return (columns, (columns[0], columns[-1], *columns[1:-1]))


class _Head:
    """The columns and rows named for the values to come, in the table that the stream is in."""

    def __init__(self) -> None:
        self.table: str | None = None
        self.columns: list[str] = []
        self.rows: list[str] = []  # named since the last values
        self.served: list[str] = []  # rows that the values before this head were for
        self.begin = 0  # where the head begins, whichever of its words were recognised
        self.named_at = 0  # where the name of its first column ends
        self.unvalued = 0  # rows named one after the other that no values stand behind, the last one included
        self._earlier: list[tuple[str, ...]] = []
        self._closed = False
        self._valued = False

    def name(self, anchor: Anchor) -> None:
        meaning = anchor.meaning
        if meaning.role == "chapter" or (meaning.table != self.table and meaning.table != "chapters"):
            self.__init__()
            self.table = None if meaning.role == "chapter" else meaning.table
            self.begin = anchor.start
        if meaning.role == "row":
            self.rows.append(meaning.code)
            self.unvalued += 1
        elif meaning.role == "column":
            if self._closed:
                # Below values a head is a new one.
                self._earlier.append(tuple(self.columns))
                self.columns, self._closed, self.begin = [], False, anchor.start
            if not self.columns:
                self.named_at = anchor.end
            if self.table in HEADED_BY_ROWS or self.columns[-1:] != [meaning.code]:
                self.columns.append(meaning.code)  # elsewhere a name printed twice over names one column

    def values_follow(self, meaning: Meaning, *, beside: bool) -> None:
        """Go on below values. What a head names stays in force for all rows below it; a line of values for several rows has
        used it up. ``beside``: they stand in the line of their label."""
        if self.table in HEADED_BY_ROWS:
            served = self.rows or self.served
            self.__init__()
            self.table, self.served = meaning.table, served
        elif meaning.role == "column":
            # A word with a figure behind it heads no column; a row of values below the head may have lost its label.
            self.columns = self.columns[:-1] if beside else self.columns
        else:
            self.rows, self._closed = [], True
            self.unvalued, self._valued = 0, True

    def stands_before_values(self, row: Row) -> bool:
        """Whether the values in the lines below a row's label may be those of a row above, as where all labels stand before all values:
        there is one without any. A row whose sum tells them apart asks for several rows, none of which has values."""
        return self.unvalued > 1 and not (self._valued and _adds_up(row.table, row.row))

    def names(self, row: Row, form: str, text: str, at: int, *, in_row: bool) -> bool | None:
        """Return whether the head names the row's columns in an order the form knows; None when it names others, or a head
        above it in the same table did. ``at``: where the row begins in ``text``; ``in_row``: it is a row of a table."""
        columns = tuple(self.columns)
        if row.table == "disclosure":
            return True if columns == row.columns else None
        orders = column_orders(form, row.table)
        if not all(any(is_part(each, order) for order in orders) for each in (*self._earlier, columns)):
            return None
        if columns in orders:
            return True
        # Half a head leaves open which of its columns is missing, and sums hold whatever their order. A table of its own has
        # its own head, which may be an invented one (数据1, 数据2 … 总计).
        missing = set(row.columns) - set(columns)
        return False if in_row or not columns or all(_is_in_pieces(row.table, each, text, self.begin, at) for each in missing) else None


@cache
def _column_labels(table: str, column: str) -> tuple[str, ...]:
    return tuple(registry.labels().filter(table=table, role="column", code=column)["label"].unique(maintain_order=True))


def _is_in_pieces(table: str, column: str, text: str, begin: int, end: int) -> bool:
    """Whether a head prints the characters of a column's label in order, other words between them, as narrow cells come out."""
    return any(is_part(label, text[begin:end]) for label in _column_labels(table, column))


def is_part(columns: Sequence[str], order: Sequence[str]) -> bool:
    """Whether what the first names stands in the second in the same order, whatever else does."""
    rest = iter(order)
    return all(column in rest for column in columns)


def find_runs(stream: Stream, anchors: Sequence[Anchor], form: str) -> Runs:
    """Return the runs of values of the stream in order."""
    printed = rows_of(form)
    found: list[Run] = []
    unread: set[tuple[str, str]] = set()
    head = _Head()
    for index, anchor in enumerate(anchors):
        meaning = anchor.meaning
        following = anchors[index + 1].start if index + 1 < len(anchors) else len(stream.text)
        if meaning.role == "word":
            continue
        head.name(anchor)
        part = region(stream.text, anchor.end, following, below=meaning.table in HEADED_BY_ROWS)
        if not part.tokens and not part.figures and not (part.cells and meaning.role == "row"):
            continue
        run = _run(anchor, head, part, form, printed, stream.text, following)
        if run is not None:
            found.append(run)
        elif part.figures or (part.tokens and part.clean):
            unread.update(_rows_meant(anchor, head, part, form, printed, stream.text))
        head.values_follow(meaning, beside=part.beside)
    return Runs(tuple(found), frozenset(unread))


def _rows_meant(
    anchor: Anchor, head: _Head, part: Region, form: str, printed: dict[tuple[str, str], Row], text: str
) -> list[tuple[str, str]]:
    """Return the rows that the figures after a head or label belong to when they stand in a table: in cells, as many as the row
    has columns, behind a numbered label or below a whole head, for sentences name rows and columns too."""
    last = anchor.meaning
    if last.table in HEADED_BY_ROWS:
        whole = len(head.columns) >= len(next(row.columns for (table, _), row in printed.items() if table == last.table))
        # A second head of results below the one that named its rows leaves open which of the two they are of.
        return [(last.table, row) for row in head.rows or head.served] if whole else []
    row = printed.get((last.table, last.code)) if last.role == "row" else None
    if row is None:
        return []
    fills_row = part.clean and len(part.tokens) == len(row.columns) > 1
    in_table = part.in_row or fills_row or (anchor.numbered and part.figures) or head.names(row, form, text, anchor.start, in_row=part.in_row)
    return [(row.table, row.row)] if in_table else []


def _run(
    anchor: Anchor, head: _Head, part: Region, form: str, printed: dict[tuple[str, str], Row], text: str, following: int
) -> Run | None:
    last = anchor.meaning
    if last.table in HEADED_BY_ROWS:
        return _line_of_rows(last.table, head, part, printed)
    if last.role == "row" and (last.table, last.code) in printed:
        row = printed[last.table, last.code]
        if not part.beside and not part.in_row and head.stands_before_values(row):
            return None
        known = head.names(row, form, text, anchor.start, in_row=part.in_row)
        tokens, adds_up = None, _adds_up(row.table, row.row)
        if known is not None:
            tokens = _own(part, len(row.columns), adds_up) or _padded(part, len(row.columns), head, anchor.end, text)
        if tokens is None or (
            not adds_up
            and (_goes_on(tokens, text, following) or (part.in_row and _spells_a_number(tokens, head, text)))
        ):
            return None
        return Run(row.table, (row.row,), _slots(row.table, row), tokens, known, tokens is part.cells, part.in_row)
    return None


def _line_of_rows(table: str, head: _Head, part: Region, printed: dict[tuple[str, str], Row]) -> Run | None:
    rows = [row for (of, _), row in printed.items() if of == table]
    order = tuple(row.row for row in rows)
    each = rows[0].columns
    head_known = True
    columns = tuple(head.columns)
    named = tuple(row for at, row in enumerate(head.rows) if at == 0 or row != head.rows[at - 1])
    if columns[-len(each) * len(rows) :] == each * len(rows) and named[-len(rows) :] == order:
        meant = rows
    elif columns == each and len(named) == 1 and named[0] in order:
        # Below two channels one line of results may be either's.
        meant = [printed[table, named[0]]]
    elif named and is_part(columns, each * len(rows)) and is_part(named, order) and len(part.cells) == len(each) * len(rows):
        # A page break cut the head: what is left of it contradicts nothing, and a row of the table has all the values.
        meant, head_known = rows, False
    else:
        return None
    slots = tuple(slot for row in meant for slot in _slots(table, row))
    tokens = _own(part, len(slots), True)
    if tokens is None or sum(bool(token.text) for token in tokens) < len(part.tokens) or part.goes_on >= len(each):
        return None  # a second line of values under one head: which of them is the report's nobody can tell
    return Run(table, tuple(row.row for row in meant), slots, tokens, head_known, tokens is part.cells, part.in_row)


def _own(part: Region, count: int, adds_up: bool) -> tuple[Token, ...] | None:
    """Return the values that belong to the label: the cells of its own row or the pieces of its own line when they are all
    there, else all pieces up to the next label; None when something that is no value follows the last one in its line."""
    if len(part.cells) == count:
        return part.cells
    if part.in_row and not _stand_together(part, count):
        return None  # a table row that lost cells or doubled some: a blank one may have been a value
    own = next((at for at, token in enumerate(part.tokens) if at and token.new_line), len(part.tokens))
    if own < len(part.tokens):
        # Where the values stand in lines of their own, the first of these lines is not the label's. A number may go on in the next
        # line, which only a sum tells from a page number.
        in_line = own == count and part.beside and adds_up
        return part.tokens[:own] if in_line else part.tokens if part.clean else None
    return part.tokens if part.clean and part.tokens else None


def _padded(part: Region, count: int, head: _Head, at: int, text: str) -> tuple[Token, ...] | None:
    """Return the values of a table row with blanks among them: converters fill up what a cell spans. Where all rows of the table
    are equally wide, so that none lost a cell or has one too many, and exactly as many cells are filled as there are columns,
    these are the values.

    ``at``: where the row's label ends in ``text``.
    """
    filled = tuple(cell for cell in part.cells if cell.text)
    # Two values in one cell leave a blank that is none of the fillers.
    if len(filled) != count or not head.columns or any(kind_of(cell.text)[0] == "ambiguous" for cell in filled):
        return None
    begin, widths = _table_around(text, at - 1)
    return filled if begin <= head.named_at and len(widths) == 1 else None


def _spells_a_number(tokens: tuple[Token, ...], head: _Head, text: str) -> bool:
    """Whether the pieces in one cell of a table whose columns have cells of their own may be one number, written with blanks."""
    in_one = len(tokens) > 1 and CELL_BREAK not in text[tokens[0].start : tokens[-1].start]
    one_by_one = all(len(token.text) == 1 for token in tokens) and tokens[0].text != "0"
    return in_one and one_by_one and CELL_BREAK in breaks_at(text, head.named_at)


def _goes_on(tokens: tuple[Token, ...], text: str, following: int) -> bool:
    """Whether the last value of a table row may go on in the row below, which holds nothing but digits beside blanks and what is left of
    the label, before the next label; without a sum nothing tells that they are another number."""
    return bool(tokens) and _REST_BELOW.match(text, tokens[-1].start + len(tokens[-1].text), following) is not None


def _table_around(text: str, at: int) -> tuple[int, set[int]]:
    """Return where the lines of cells begin that the one at a place stands among, and how many breaks between cells they have."""
    begin, end = text.rfind(LINE_BREAK, 0, at) + 1, text.find(LINE_BREAK, at) + 1
    widths = {text.count(CELL_BREAK, begin, end)}
    while begin:
        above = text.rfind(LINE_BREAK, 0, begin - 1) + 1
        width = text.count(CELL_BREAK, above, begin)
        if not width:
            break
        begin = above
        widths.add(width)
    while width := text.count(CELL_BREAK, end, (below := text.find(LINE_BREAK, end) + 1)):
        end = below
        widths.add(width)
    return begin, widths


def _stand_together(part: Region, count: int) -> bool:
    """Whether a table row has no blank cells, or as many that are not blank as there are columns, with fillers around them."""
    filled = [at for at, cell in enumerate(part.cells) if cell.text]
    if not part.cells:
        return len(part.tokens) == count
    return len(filled) == len(part.cells) or (len(filled) == count and filled[-1] - filled[0] + 1 == count)
