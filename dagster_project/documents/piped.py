"""Rows between pipes without a rule, as programs write them that take the text out of a page.

Here: which lines are rows, or parts of one, how the writer parts cells, what pipes at a row's end are worth, cells that stand in lines
of their own.
Not here: pipe tables of Markdown (``markdown``), tables drawn with rules (``drawn_tables``).

Such a program may leave out the empty cells of a row and fill up its end instead: ``规章 | 5 | 74 | |`` are two values of three, and
nobody can tell of which columns. Pipes at the end are taken for empty cells only where the writer does not do that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A pipe that a backslash makes a character of the text parts nothing (GFM, "Tables").
_PIPE = re.compile(r"(?<!\\)\|")
_DOUBLED_PIPE = re.compile(r"(?<!\\)\|\|")
# Pipes between two texts: doubled where each cell has its own, single where one parts two cells.
_DOUBLED = re.compile(r"[^|\s]\|\|(?=[^|\s])")
_SINGLE = re.compile(r"[^|\s\\]\s*\|\s*(?=[^|\s])")
_FEWEST_DOUBLED = 3
# After the last text and its pipe, as many more as cells are lacking. Who writes empty cells has blanks in all of them, or no blanks
# around texts either.
_FILLED_UP = re.compile(r"\S \| ?\|{2,}$")
_FEWEST_ROWS = 3
# Of the rows of a table, so many at least have two texts; a title across the table has one.
_ROWS_OF_SEVERAL = 1 / 3
# A line of so many cells is a whole table; the longest row of a form has sixteen.
_CELLS_OF_A_TABLE = 20


@dataclass(frozen=True)
class Pipes:
    """How the lines of one text use pipes.

    ``each_framed``: every cell has a pipe before and after it, so that two of them part neighbours. ``filled_up``: the ends of rows
    are filled up with pipes, for which nothing stood in the page, or for empty cells that were left out.
    """

    each_framed: bool
    filled_up: bool

    @classmethod
    def of(cls, lines: Sequence[str]) -> "Pipes":
        """Return how ``lines`` use pipes."""
        piped = [line.strip() for line in lines if "|" in line]
        doubled = sum(_DOUBLED.search(line) is not None for line in piped)
        single = any(_SINGLE.search(line) for line in piped)
        return cls(doubled >= _FEWEST_DOUBLED and not single, any(_FILLED_UP.search(line) for line in piped))

    def cells(self, line: str) -> list[str]:
        """Return the cells of a row; pipes around it are no cells."""
        line = line.strip()
        line = line[1:] if line.startswith("|") else line
        line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
        cells = (_DOUBLED_PIPE if self.each_framed else _PIPE).split(line)
        if self.filled_up and sum(map(bool, map(str.strip, cells))) > 1:
            # A row of one text is a title, or a label whose cells are all empty.
            while not cells[-1].strip():
                cells.pop()
        return cells


def whole_rows(lines: Sequence[str], pipes: Pipes) -> list[str]:
    """Return the lines with rows put together that blank cells broke: such a writer breaks the line before each of them.

    A single pipe is no row, nor is what stands behind it, and where rows begin without a pipe a line with one is none.
    """
    rows = [line for line in lines if "|" in line and _texts(line, pipes) > 1]
    if len(rows) < _FEWEST_ROWS:
        return list(lines)  # a cell a line
    open_rows = sum(not line.startswith("|") for line in rows) * 2 > len(rows)
    whole: list[str] = []
    broken = False
    for line in lines:
        bare = line.strip() == "|"
        if (bare or ((open_rows or broken) and line.startswith("|"))) and whole and whole[-1].rstrip().endswith("|"):
            whole[-1] = whole[-1].rstrip() + line.strip()
            broken = bare
            continue
        whole.append(line)
        broken = False
    return whole


def tables(lines: Sequence[str], pipes: Pipes) -> dict[int, int]:
    """Return the tables among lines: first line → the line after the last."""
    found: dict[int, int] = {}
    at = 0
    while at < len(lines):
        after = at
        while after < len(lines) and has_pipe(lines[after]):
            after += 1
        if after - at >= _FEWEST_ROWS:
            several = sum(_texts(line, pipes) > 1 for line in lines[at:after])
            if several >= (after - at) * _ROWS_OF_SEVERAL:
                found[at] = after
        at = max(after, at + 1)
    return found


def has_pipe(line: str) -> bool:
    """Whether a pipe parts cells in a line."""
    return "|" in line and _PIPE.search(line) is not None


def cells_of_line(line: str, pipes: Pipes) -> list[str]:
    """Return the lines that a line outside a table stands for: the cells of a table in one line, or the line without the pipes of
    a cell that stands alone; else itself."""
    if "|" not in line:
        return [line]
    cells = [cell for cell in pipes.cells(line) if cell.strip()]
    return cells if len(cells) < 2 or len(cells) >= _CELLS_OF_A_TABLE else [line]


def _texts(line: str, pipes: Pipes) -> int:
    return sum(bool(cell.strip()) for cell in pipes.cells(line))
