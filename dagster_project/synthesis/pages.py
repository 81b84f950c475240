"""A report as a page of blocks (lines and tables) whose every value cell knows which cell of the form it stands at.

Here: the blocks, a page made from a truth, and what a page states at each cell. Not here: bytes of a file kind
(``renditions``), damage (``damage``). Damage moves the numbers and where they stand; what the page states moves with it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from dagster_project.synthesis import prose
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.printing import print_cells
from dagster_project.synthesis.tables import Cell, Row, Table, form_tables
from dagster_project.synthesis.truth import ReportTruth

_NUMBER = re.compile(
    r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,6})?)(?:件|条|项|次|元|万元)?(?:\([^()]*\)|\[[^\[\]]*\])?"
)
# Channels of the remedies table, each with as many columns as results.
_CHANNELS = ("review", "direct_suit", "suit_after_review")
_WIDE_LABEL = 3


@dataclass
class Label:
    """A cell that holds no value. ``role``: row, column, caption, family, corner or filler; ``code`` of a row or column."""

    text: str
    role: str = "filler"
    code: str | None = None


@dataclass
class Value:
    """A cell for a value. ``number`` is what its text says, None when it says none; ``at`` the cell of the form at which it
    stands, None when the page leaves that open. ``glued`` are the values that were glued to this one's text."""

    text: str
    number: Decimal | None = None
    at: str | None = None
    glued: list["Value"] = field(default_factory=list)


@dataclass
class PageRow:
    """One row: labels and fillers, values, fillers after them. A head has no values. ``cut``: its label is not in one piece;
    ``in_label``: values that stand in the label's cell; ``torn``: a number stands in two cells."""

    labels: list[Label]
    values: list[Value] = field(default_factory=list)
    after: list[Label] = field(default_factory=list)
    code: str | None = None
    cut: bool = False
    in_label: list[Value] = field(default_factory=list)
    torn: bool = False

    def texts(self) -> list[str]:
        return [cell.text for cell in (*self.labels, *self.values, *self.after)]


@dataclass
class PageTable:
    """One table of the form or a piece of it. ``heads`` name the columns of the values in order, ``joined`` says that it
    goes on in the same table of the file; ``part`` is the report of the page it belongs to. ``columns_moved`` and ``heads_fixed``
    exclude one another: nobody can tell which columns were moved once their names are gone, or printed again elsewhere. ``headless``: the
    names of columns are lost or others."""

    name: str
    rows: list[PageRow]
    heads: list[Label]
    part: int = 0
    joined: bool = False
    columns_moved: bool = False
    heads_fixed: bool = False
    headless: bool = False

    def body(self) -> list[PageRow]:
        return [row for row in self.rows if row.values]

    def place(self, row: PageRow) -> None:
        """Let a row's values stand where its label and the head say; nowhere when there are more or fewer than columns."""
        values = list(_unglued(row.values))
        if self.headless and row.code is not None and all(value.at for value in values):
            for value in values:  # by the form's order, whatever the head says
                value.at = f"{self.name}.{row.code}.{value.at.rpartition('.')[2]}"
            return
        known = len(values) == len(self.heads) and (row.code is not None or self.name == "remedies")
        for value, head in zip(values, self.heads if known else [None] * len(values), strict=True):
            if head is None or head.code is None:
                value.at = None
            else:
                value.at = ".".join((self.name, *([row.code] if row.code else []), head.code))


@dataclass
class Line:
    """One line of text outside tables."""

    text: str
    part: int = 0


@dataclass(frozen=True)
class Part:
    """One report of a page, and what its page stated before any damage."""

    body: str
    year: int
    form: str
    states: Mapping[str, Decimal]


@dataclass
class Page:
    """One document: its blocks in order, the first a title. ``parts`` are the reports that it names."""

    blocks: list[Line | PageTable]
    parts: list[Part]

    def tables(self, name: str | None = None, part: int | None = None) -> list[PageTable]:
        return [
            block
            for block in self.blocks
            if isinstance(block, PageTable) and name in (None, block.name) and part in (None, block.part)
        ]

    def copy(self) -> "Page":
        return Page([_copied(block) for block in self.blocks], list(self.parts))

    def stated(self, part: int | None = None, *, keeps_blanks: bool = True) -> dict[str, Decimal]:
        """Return the number that the page states at each cell: once, or several times alike.

        ``part``: of one report of the page only; None: of the page as one report, where several reports must agree.
        ``keeps_blanks``: whether a blank cell leaves a trace in the file. Where it does not, a row of which some cells are
        blank leaves open where the others stand.
        """
        if part is None and len(self.parts) > 1:
            first, *others = (self.stated(each, keeps_blanks=keeps_blanks) for each in range(len(self.parts)))
            return {cell: number for cell, number in first.items() if all(o.get(cell) == number for o in others)}
        found: dict[str, set[Decimal | None]] = {}
        rows = [(table.headless or row.cut, row) for table in self.tables(part=part) for row in table.body()]
        # A whole label under the form's own head is believed before a cut one, or a head that is lost or invented.
        for doubtful in (False, True):
            believed = frozenset(found)
            for _, row in (each for each in rows if each[0] == doubtful):
                values = list(_unglued(row.values))
                if not keeps_blanks and not all(value.text for value in values):
                    continue  # a label with nothing behind it says nothing, one with too little does not say of what
                for value in (*row.in_label, *values):
                    if value.at is not None and value.at not in believed:
                        found.setdefault(value.at, set()).add(value.number)
        return {cell: next(iter(numbers)) for cell, numbers in found.items() if len(numbers) == 1 and None not in numbers}


def number_in(text: str) -> Decimal | None:
    """Return the one number that a cell's text says, None when it says none or leaves it open."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    match = _NUMBER.fullmatch(plain)
    if match is None or re.match(r"[+-]?0[0-9]", plain):
        return None
    return Decimal(match[1].replace(",", ""))


def make_page(truth: ReportTruth, layout: Layout, random: Random, *, flat_head: bool = False) -> Page:
    """Return the page of a report. ``flat_head``: the requests table names its columns in one row, the total last."""
    layout = replace(layout, lying_spans=False)
    printed = print_cells(truth, layout, random)
    numbers = {code: cell.value for code, cell in printed.items()}
    tables = form_tables(truth.form, printed, layout, random)
    blocks: list[Line | PageTable] = [Line(prose.printed_title(truth, layout))]
    blocks += map(Line, prose.opening(truth, layout))
    for chapter in range(1, 7):
        blocks.append(Line(prose.heading(chapter, layout)))
        blocks += map(Line, prose.chapter(truth, chapter, layout, random))
        before: Table | None = None
        for table in tables:
            if table.chapter == chapter:
                joined = before is not None and layout.disclosure_tables == "one"
                blocks.append(_table(table, numbers, layout, joined, flat_head))
                before = table
    states = Page(blocks, []).stated(0)
    return Page(blocks, [Part(truth.body, truth.report_year, truth.form, states)])


def _table(table: Table, numbers: dict[str, Decimal | None], layout: Layout, joined: bool, flat_head: bool) -> PageTable:
    code = table.rows[0].values[0].code
    name = code.partition(".")[0]
    columns = [cell.code.split(".", 1)[1] for cell in table.rows[0].values]
    if name != "remedies":
        columns = [column.partition(".")[2] for column in columns]
    head, heads = _head(name, table, columns, flat_head)
    rows = [*head, *(_row(name, row, numbers, layout) for row in table.rows if any(c.code for c in row.values))]
    if layout.text_shape == "word":
        width = max(len(row.texts()) for row in rows)
        for row in rows:
            row.after += [Label("") for _ in range(width - len(row.texts()))]
    return PageTable(name, rows, heads, joined=joined)


def _head(name: str, table: Table, columns: list[str], flat: bool) -> tuple[list[PageRow], list[Label]]:
    rows = [[Label(cell.text, "caption") for cell in cells] for cells in table.head]
    if name == "disclosure":
        heads = rows[1][1:]
    elif name == "requests":
        heads = [rows[1][0], *rows[2], rows[1][-1]]
        if flat:
            rows = [[Label("项目", "caption"), *heads]]
        else:
            # Below the corner, which spans the three rows.
            rows = [rows[0], [Label(""), *rows[1]], [Label(""), Label(""), *rows[2]]]
    else:
        heads = [*rows[1][:-2], *rows[2]]
        channels = [rows[0][0], *rows[1][-2:]]
        for label, channel in zip(channels, _CHANNELS, strict=True):
            label.role, label.code = "row", channel
    for label, column in zip(heads, columns, strict=True):
        label.role, label.code = "column", column
    return [PageRow(labels) for labels in rows], heads


def _row(name: str, row: Row, numbers: dict[str, Decimal | None], layout: Layout) -> PageRow:
    values = [Value(cell.text, numbers[cell.code], cell.code) for cell in row.values]
    if name == "remedies":
        return PageRow([], values)
    code = row.values[0].code.split(".")[1]
    labels = [Label("") for _ in range(row.depth if layout.text_shape != "compact" else 0)]
    labels += [_label(cell, code if cell is row.labels[-1] else None) for cell in row.labels]
    if name == "requests" and layout.text_shape == "grid":
        labels += [Label("") for _ in range(_WIDE_LABEL - len(labels))]
    return PageRow(labels, values, code=code)


def _label(cell: Cell, code: str | None) -> Label:
    return Label(cell.text, "row" if code else "family", code)


def _copied(block: Line | PageTable) -> Line | PageTable:
    if isinstance(block, Line):
        return replace(block)
    # The heads are the same objects as the labels in the head rows, and must stay so.
    labels: dict[int, Label] = {}

    def label(each: Label) -> Label:
        return labels.setdefault(id(each), replace(each))

    rows = [copied_row(row, label) for row in block.rows]
    return replace(block, rows=rows, heads=[label(each) for each in block.heads])


def copied_row(row: PageRow, label=replace) -> PageRow:
    """Return a row that shares no cell with ``row``."""
    return PageRow(
        [label(each) for each in row.labels],
        [_copied_value(each) for each in row.values],
        [label(each) for each in row.after],
        row.code,
        row.cut,
        [_copied_value(each) for each in row.in_label],
        row.torn,
    )


def _copied_value(value: Value) -> Value:
    return replace(value, glued=[_copied_value(each) for each in value.glued])


def _unglued(values: list[Value]) -> Iterator[Value]:
    for value in values:
        if value.glued:
            yield from _unglued(value.glued)
        else:
            yield value
