"""Tables and paragraphs on sheets of paper: which line of which cell stands on which page, and where.

Here: widths, line breaks, page breaks, as data. Not here: drawing (``pdf``), what is printed (``tables``, ``prose``).

Heights grow downwards from the upper edge of the sheet; all measures are points.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any

from dagster_project.synthesis.tables import Cell, Table

# Shares of a table's width: label columns first.
_WIDTHS = {2: (0.34, 0.22, 0.22, 0.22), 3: (0.06, 0.14, 0.31, *(0.07,) * 7), 4: (1 / 15,) * 15}
_LABEL_COLUMNS = {2: 1, 3: 3, 4: 0}
_SIZE = (595.0, 842.0)
_MARGIN = 60.0


def _knob(default: Any, *others: Any) -> Any:
    return field(default=default, metadata={"others": others})


@dataclass(frozen=True)
class Sheet:
    """How a report is set on paper. The default is a plain ruled print; each other setting is one met in published files."""

    rules: str = _knob("strokes", "thin_rects", "cell_rects", "double", "open_sides", "none")
    """How lines are drawn: strokes, thin filled rectangles, a rectangle a cell, double lines, no lines at the sides, none."""
    cut: str = _knob("between", "inside_open", "inside_closed")
    """Where a page cuts a table: between rows, or inside a row, without or with lines at the break."""
    values_below: bool = _knob(False, True)
    """Of a row cut in two the values stand on the second page."""
    repeat_head: bool = _knob(False, True)
    page_mark: str = _knob("dashes", "none", "bare", "words")
    running_head: bool = _knob(False, True)
    turned: str = _knob("no", "page", "text")
    """Rotation stated for the page, which is displayed upright, or text set sideways on an upright page."""
    size: float = _knob(10.5, 9.0, 12.0)
    spacing: float = _knob(1.35, 1.2, 1.6)
    latin: str = _knob("Times-Roman", "Vera", "STSong-Light")
    """Font of digits: one of the standard fonts, one inside the file, the Chinese one."""
    align: str = _knob("centre", "left", "right")
    valign: str = _knob("middle", "top")
    single_characters: bool = _knob(False, True)
    """Every character is a piece of text of its own."""
    twice: bool = _knob(False, True)
    """Values are drawn twice, a little apart, to look bold."""
    narrow: bool = _knob(False, True)
    """Columns of values so narrow that numbers of three digits and more are broken over lines."""
    hidden: str = _knob("none", "white", "invisible", "outside", "covered")
    """Digits that are in the file but not shown: beside values or off the page."""
    first_line: float = _knob(0.0, 120.0, 240.0, 330.0)
    """Room left above the title, so that pages cut elsewhere."""

    @classmethod
    def random(cls, seed: int | str, *, oddity: float = 0.3, **fixed: Any) -> "Sheet":
        """Return a sheet drawn from ``seed``: each setting leaves its default with probability ``oddity``; ``fixed`` wins."""
        random = Random(f"sheet:{seed}")
        drawn = {}
        for knob in fields(cls):
            odd, other = random.random(), random.choice(knob.metadata["others"])
            drawn[knob.name] = other if odd < oddity else knob.default
        return replace(cls(**drawn), **fixed)


@dataclass(frozen=True)
class TextLine:
    """One line of text: where its base line begins. ``style``: title, prose, label, head, value or mark."""

    text: str
    left: float
    base: float
    size: float
    style: str


@dataclass(frozen=True)
class Frame:
    """The rectangle of a cell, or of its part on one page. ``open_above``, ``open_below``: a page cuts it there."""

    left: float
    top: float
    right: float
    bottom: float
    open_above: bool = False
    open_below: bool = False
    table: int = 0


@dataclass
class SheetOfPaper:
    """One page: its lines of text and the frames of its cells."""

    texts: list[TextLine] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


@dataclass
class _Placed:
    """A cell in the grid of its table, its text broken into lines."""

    cell: Cell
    row: int
    column: int
    lines: list[str]
    style: str


class Press:
    """Sets paragraphs and tables on sheets one after the other. ``width_of`` measures a text in a size."""

    def __init__(self, sheet: Sheet, width_of: Callable[[str, float], float], random: Random):
        self.sheet = sheet
        self.width, self.height = _SIZE if sheet.turned == "no" else _SIZE[::-1]
        self.pages = [SheetOfPaper()]
        self._width_of = width_of
        self._random = random
        self._leading = sheet.size * sheet.spacing
        self._padding = sheet.size * 0.35
        self._at = _MARGIN + sheet.first_line
        self._tables = 0

    def paragraph(self, text: str, style: str = "prose", size: float | None = None, *, centred: bool = False) -> None:
        """Set a paragraph in the full width."""
        size = size or self.sheet.size
        for line in self._broken(text, self.width - 2 * _MARGIN, size):
            if self._at + 1.6 * size > self.height - _MARGIN:
                self._turn_over()
            left = (self.width - self._width_of(line, size)) / 2 if centred else _MARGIN
            self.pages[-1].texts.append(TextLine(line, left, self._at + size, size, style))
            self._at += 1.6 * size

    def table(self, table: Table) -> None:
        """Set a table, cut by pages as the sheet says."""
        self._tables += 1
        edges = self._edges(table)
        grid = self._placed(table, edges)
        heights = self._heights(table, grid)
        head = len(table.head)
        breaks = self._breaks(grid, heights, head)
        for first, last, upper_cut, lower_cut, repeats in breaks:
            if repeats:
                self._set_rows(grid, edges, heights, 0, head, None, None)
            self._set_rows(grid, edges, heights, first, last, upper_cut, lower_cut)
            if (first, last, upper_cut, lower_cut, repeats) != breaks[-1]:
                self._turn_over()
        self._at += self.sheet.size

    def _turn_over(self) -> None:
        self.pages.append(SheetOfPaper())
        self._at = _MARGIN

    def _edges(self, table: Table) -> list[float]:
        shares = list(_WIDTHS[table.chapter])
        if self.sheet.narrow:
            labels = _LABEL_COLUMNS[table.chapter]
            # Room for two digits beside the padding.
            narrow = (2 * self._padding + 1.45 * self.sheet.size) / (self.width - 2 * _MARGIN)
            shares = [share if at < labels else min(share, narrow) for at, share in enumerate(shares)]
        edges = [_MARGIN]
        for share in shares[: table.width]:
            edges.append(edges[-1] + share * (self.width - 2 * _MARGIN))
        return edges

    def _placed(self, table: Table, edges: list[float]) -> list[_Placed]:
        rows: list[list[Cell]] = [*table.head, *([*row.labels, *row.values] for row in table.rows)]
        covered: set[tuple[int, int]] = set()
        placed = []
        for at, cells in enumerate(rows):
            column = 0
            for cell in cells:
                while (at, column) in covered:
                    column += 1
                width = min(column + cell.colspan, len(edges) - 1)
                covered.update((at + down, right) for down in range(cell.rowspan) for right in range(column, width))
                room = edges[width] - edges[column] - 2 * self._padding
                style = "value" if cell.code else "head" if at < len(table.head) else "label"
                placed.append(_Placed(cell, at, column, self._broken(cell.text, room, self.sheet.size), style))
                column = width
        return placed

    def _heights(self, table: Table, grid: list[_Placed]) -> list[float]:
        heights = [self._leading + 2 * self._padding] * (len(table.head) + len(table.rows))
        for placed in sorted(grid, key=lambda placed: placed.cell.rowspan):
            needed = len(placed.lines) * self._leading + 2 * self._padding
            rows = range(placed.row, placed.row + placed.cell.rowspan)
            missing = needed - sum(heights[row] for row in rows)
            if missing > 0:
                heights[rows[-1]] += missing
        return heights

    def _breaks(
        self, grid: list[_Placed], heights: list[float], head: int
    ) -> list[tuple[int, int, float | None, float | None, bool]]:
        """Return the parts of a table by page: first row, row after the last, height already set of the first row, height
        set of the last row, whether the head is repeated."""
        parts = []
        left = self.height - _MARGIN - self._at
        first, begun, repeats = 0, None, False
        grown: set[int] = set()
        row = 0
        while row < len(heights):
            height = heights[row] - (begun or 0.0 if row == first else 0.0)
            if height <= left:
                left -= height
                row += 1
                continue
            cut = None
            if self.sheet.cut != "between" and row not in grown and left > self._leading + 3 * self._padding:
                grown.add(row)
                cut = self._cut(grid, heights, row, begun if row == first else None, left)
            if row > first or cut or parts:
                parts.append((first, row + 1 if cut else row, begun, cut, repeats))
            else:
                parts.append((0, 0, None, None, False))
            repeats = self.sheet.repeat_head and row >= head and parts[-1][1] > 0
            left = self.height - 2 * _MARGIN - (sum(heights[:head]) if repeats else 0.0)
            first, begun = row, parts[-1][3]
            if heights[row] - (begun or 0.0) > left:
                raise ValueError(f"Expected rows lower than a page, found one of {height:.0f} points.")
        parts.append((first, len(heights), begun, None, repeats))
        return parts

    def _cut(
        self, grid: list[_Placed], heights: list[float], row: int, begun: float | None, left: float
    ) -> float | None:
        """Return the height of the upper half of a row, and make the row so high that the lower half holds its lines."""
        upper = max(1, int((left - 2 * self._padding) / self._leading))
        cells = [placed for placed in grid if placed.row == row and placed.cell.rowspan == 1]
        lower = max((len(placed.lines) - upper for placed in cells), default=0)
        if self.sheet.values_below:
            lower = max(lower, *(len(placed.lines) for placed in cells if placed.style == "value"), 0)
        if begun is not None or lower <= 0:
            return None
        height = upper * self._leading + 2 * self._padding
        heights[row] = height + lower * self._leading + 2 * self._padding
        return height

    def _set_rows(
        self,
        grid: list[_Placed],
        edges: list[float],
        heights: list[float],
        first: int,
        last: int,
        begun: float | None,
        cut: float | None,
    ) -> None:
        if last <= first:
            return
        tops, at = {}, self._at - (begun or 0.0)
        for row in range(first, last):
            tops[row] = at
            at += heights[row]
        bottom = tops[last - 1] + (cut if cut is not None else heights[last - 1])
        for placed in grid:
            end = placed.row + placed.cell.rowspan
            if end <= first or placed.row >= last:
                continue
            above = placed.row < first or (placed.row == first and begun is not None)
            below = end > last or (end == last and cut is not None)
            frame = Frame(
                edges[placed.column],
                self._at if above else tops[placed.row],
                edges[min(placed.column + placed.cell.colspan, len(edges) - 1)],
                bottom if below else tops[end - 1] + heights[end - 1],
                above and self.sheet.cut == "inside_open",
                below and self.sheet.cut == "inside_open",
                self._tables,
            )
            self.pages[-1].frames.append(frame)
            self._set_lines(placed, frame, above, below, cut is not None and end == last)
        self._at = bottom

    def _set_lines(self, placed: _Placed, frame: Frame, above: bool, below: bool, in_cut_row: bool) -> None:
        room = frame.bottom - frame.top - 2 * self._padding
        lines = placed.lines
        if below:
            fitting = max(0, int(room / self._leading + 0.01))
            if placed.style == "value" and in_cut_row and self.sheet.values_below:
                fitting = 0
            lines = placed.lines[:fitting]
            # The rest stands on the next page.
            placed.lines = placed.lines[fitting:]
        height = len(lines) * self._leading
        middle = self.sheet.valign == "middle" and not above and not below
        at = frame.top + self._padding + (max(0.0, room - height) / 2 if middle else 0.0)
        for line in lines:
            width = self._width_of(line, self.sheet.size)
            left = frame.left + self._padding
            inner = frame.right - frame.left - 2 * self._padding
            align = self.sheet.align if placed.style == "value" else "centre" if placed.style == "head" else "left"
            left += {"left": 0.0, "centre": (inner - width) / 2, "right": inner - width}[align]
            base = at + (self._leading - self.sheet.size) / 2 + 0.88 * self.sheet.size
            self.pages[-1].texts.append(TextLine(line, left, base, self.sheet.size, placed.style))
            at += self._leading

    def _broken(self, text: str, room: float, size: float) -> list[str]:
        """Break a text into lines wherever it is full, as Chinese text and numbers in narrow cells are."""
        lines: list[str] = []
        line = ""
        for character in text:
            if line and self._width_of(line + character, size) > room + 0.01:
                lines.append(line)
                line = ""
            line += character
        return [*lines, line] if line else lines

    def finished(self) -> Iterator[SheetOfPaper]:
        """Yield the pages with their marks: page numbers and running heads."""
        for number, page in enumerate(self.pages, start=1):
            mark = {
                "dashes": f"- {number} -",
                "bare": f"{number}",
                "words": f"第{number}页 共{len(self.pages)}页",
                "none": "",
            }[self.sheet.page_mark]
            if mark:
                left = (self.width - self._width_of(mark, 9.0)) / 2
                page.texts.append(TextLine(mark, left, self.height - 30, 9.0, "mark"))
            if self.sheet.running_head:
                page.texts.append(TextLine("政府信息公开年报汇编", _MARGIN, 34, 9.0, "mark"))
            yield page
