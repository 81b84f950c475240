"""Tables drawn with characters in a text: rules of ``+---+`` or box-drawing characters, cells between bars.

Here: finding such tables among lines, and their cells with whatever they span; the lines of a cell stay apart. Not here: tables
between pipes without drawn corners (``markdown``), columns that only blanks keep apart.

Where a cell ends is drawn, so nothing is estimated: a drawing whose cells do not fill it without gap and overlap is no table. A
Chinese character is as wide as two others; whether an ambiguous one (“, ①) is, and whether the writer counted characters instead, shows
in the lines of a table being equally wide.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unicodedata import category, east_asian_width

_CORNER, _DOWN = "+", "|+"
# Colons tell how a column is aligned.
_ALONG = "-=+:"
# A whole rule of one column at least.
_RULE = re.compile(r"\+(?:[-=:]+\+)+")
_LEAST_LINES = 3
# A report's table has some forty rows and sixteen columns; cells of many lines make a drawing longer.
_MOST_LINES = 2000
_MOST_WIDTH = 1000
_DRAWN = str.maketrans(
    {
        **dict.fromkeys("┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛╓╥╖╟╫╢╙╨╜┍┯┑┝┿┥┕┷┙┎┰┒┠╂┨┖┸┚╭╮╯╰", _CORNER),
        **dict.fromkeys("─━═", "-"),
        **dict.fromkeys("│┃║", "|"),
    }
)
# What tells that a text may hold such a table.
_SIGN = re.compile(r"^[ \t]*(?:\+[-=]|[┌┏╔╒╓┍┎╭])", re.MULTILINE)


@dataclass(frozen=True)
class DrawnTable:
    """A table: the line after its last, and its rows, each the texts of the cells that begin in it."""

    after: int
    rows: list[list[str]]


def drawn_tables(text: str, lines: Sequence[str]) -> dict[int, DrawnTable]:
    """Return the tables drawn in a text by their first lines; ``lines`` are those of ``text``."""
    if _SIGN.search(text) is None:
        return {}
    found: dict[int, DrawnTable] = {}
    at = 0
    while at < len(lines):
        drawing = _drawing(lines, at)
        after = at + max(1, len(drawing))
        # Where two tables follow one another without a blank line, two rules do.
        ends = [end for end in range(1, len(drawing)) if _RULE.fullmatch(drawing[end - 1]) and _RULE.fullmatch(drawing[end])]
        for end in [*ends[:1], len(drawing)]:
            if end >= _LEAST_LINES and (rows := _rows(drawing[:end])) is not None:
                found[at] = DrawnTable(at + end, rows)
                after = at + end
                break
        at = after
    return found


def _drawing(lines: Sequence[str], first: int) -> list[str]:
    """Return the lines from the first one on that may be one drawing, up to the last rule among them."""
    drawing: list[str] = []
    for each in lines[first : first + _MOST_LINES]:
        line = each.strip().translate(_DRAWN)
        if not line.startswith(tuple(_DOWN)) or len(line) > _MOST_WIDTH or (not drawing and not _RULE.fullmatch(line)):
            break
        drawing.append(line)
    while drawing and not _RULE.fullmatch(drawing[-1]):
        drawing.pop()  # a line below may begin with a bar
    return drawing


def _rows(drawing: Sequence[str]) -> list[list[str]] | None:
    for width in (len,) if all(map(str.isascii, drawing)) else (_width, _width_of_wide, len):
        grid = [_columns(line, width) for line in drawing]
        if len({len(row) for row in grid}) == 1:
            rows = _cells(grid)
            if rows is not None:
                return rows
    return None


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _width_of_wide(character: str) -> int:
    return 2 if east_asian_width(character) == "A" else _width(character)


def _columns(line: str, width: Callable[[str], int]) -> list[str]:
    """Return a line column by column: '' in the further ones of a wide character; one without width goes with that before it."""
    columns: list[str] = []
    for character in line:
        taken = width(character)
        if not taken and columns:
            columns[-1] += character
        columns += [character, *[""] * (taken - 1)] if taken else []
    return columns


def _cells(grid: list[list[str]]) -> list[list[str]] | None:
    """Return the texts of the cells by the line they begin at; None where the drawing is not filled by its cells."""
    bottom, right = len(grid) - 1, len(grid[0]) - 1
    rows: list[list[str]] = []
    covered = 0
    for top in range(bottom):
        row = []
        for left in range(right):
            if grid[top][left] == _CORNER and (end := _opposite(grid, top, left)) is not None:
                covered += (end[0] - top) * (end[1] - left)
                row.append(_text(grid, top, left, *end))
        if row:
            rows.append(row)
    return rows if covered == bottom * right else None


def _opposite(grid: list[list[str]], top: int, left: int) -> tuple[int, int] | None:
    """Return the lower right corner of the cell whose upper left one is given; None where no cell begins."""
    if not _is_any(grid[top + 1][left], _DOWN):
        return None
    for right in range(left + 1, len(grid[0])):
        if not _is_any(grid[top][right], _ALONG):
            return None
        # Below a corner of the row above only, this cell goes on.
        if grid[top][right] == _CORNER and _is_any(grid[top + 1][right], _DOWN):
            break
    else:
        return None
    for low in range(top + 1, len(grid)):
        sides = grid[low][left], grid[low][right]
        if not all(_is_any(side, _DOWN) for side in sides):
            return None
        if sides == (_CORNER, _CORNER) and all(_is_any(each, _ALONG) for each in grid[low][left + 1 : right]):
            return low, right
    return None


def _is_any(character: str, of: str) -> bool:
    return character != "" and character in of


def _text(grid: list[list[str]], top: int, left: int, bottom: int, right: int) -> str:
    lines = (" ".join("".join(grid[line][left + 1 : right]).split()) for line in range(top + 1, bottom))
    return "\n".join(filter(None, lines))
