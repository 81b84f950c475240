"""The values after a label: the stream's characters cut at its breaks, each piece one value or several glued together.

Here: pieces that are values, and where the values end. Not here: how glued digits are cut (``segmentation``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from dagster_project.reading import values
from dagster_project.reading.careful.stream import BREAKS, CELL_BREAK, LINE_BREAK, PARTED, PIECE

_DIGITS = re.compile(r"[0-9]")
_FIGURE = re.compile(rf"[+-]?[0-9]|{PARTED}")
_BLANK_CELLS = re.compile(rf"[{CELL_BREAK} ]+")
# The rest of a number that a line broke off.
_DECIMALS = re.compile(r"[.,][0-9]")
_HAN = re.compile(r"[一-鿿㐀-䶿]")
# Digits that may be several numbers: signs and one decimal point may stand among them, a unit of money at the end.
_GLUED = re.compile(r"^[+-]?[0-9]+(?:[+-][0-9]+)*(?:\.[0-9]+)?(?:元|万元|件|项)?$")
# A page's number between two lines of a table: - 4 -, — 5 —, 4 / 12, 第 3 页.
_PAGE_MARK = re.compile(
    rf"(?:(?<=[{LINE_BREAK}])|^)(?:[-—–－·]{{1,2}} ?\d{{1,3}} ?[-—–－·]{{1,2}}|\d{{1,3}} ?[/／] ?\d{{1,3}})(?=[{LINE_BREAK}]|$)|第 ?\d{{1,3}} ?页(?:[,，]? ?共 ?\d{{1,3}} ?页)?"
)
# What may stand between a label and its values, or around them.
# A star ends bold print where it follows the label; alone in a cell it is a mark.
_LEAD = re.compile(rf"^(?:[{BREAKS}|:：）)】\]”\"’'#]|(?<![{BREAKS}])\*+|[（(【\[][^（(【\[\])）】]*[)）】\]])+")
# What may stand in a label's own cell after it: punctuation, and a remark in brackets. With more it is another label.
_REMARK = re.compile(r"[^0-9A-Za-z一-鿿㐀-䶿(（\[【]*(?:[(（\[【].*)?")
_SENTENCE_END = re.compile(r"[。，、；：！？,.;:!?）)】\]]+")
_CLAUSE = re.compile(r"[,;。][^0-9]")
# So many values are a row of them and no page number.
ROW_OF_VALUES = 3
_WORDS_OF_MARKS = tuple(sorted(values.MARK_WORDS, key=len, reverse=True))


@dataclass(frozen=True)
class Token:
    """One piece of a region: its text, where it begins in the stream, whether a line begins with it."""

    text: str
    start: int
    new_line: bool


@dataclass(frozen=True)
class Region:
    """The values between a label and what comes next.

    ``clean``: nothing but a break follows the last one. ``beside``: the first one stands in the label's own line. ``figures``:
    a digit stands where values should, whether or not it is one. ``in_row``: the label and what follows it are cells of a table
    row. ``cells``: the cells after the label in its row, or in the row below it, blank ones included; empty when the label
    stands in no row or something else than values follows there. ``goes_on``: how many values stand in lines of values behind
    the first piece that is none.
    """

    tokens: tuple[Token, ...]
    clean: bool
    beside: bool
    figures: bool
    in_row: bool
    cells: tuple[Token, ...] = ()
    goes_on: int = 0


def region(text: str, start: int, end: int, *, below: bool = False) -> Region:
    """Return the values of ``text[start:end]``, from its beginning up to the first piece that is none; ``below``: they stand in
    the row below."""
    part = _PAGE_MARK.sub(lambda match: " " * len(match[0]), text[start:end])
    lead = _LEAD.match(part)
    at = lead.end() if lead else 0
    beside = LINE_BREAK not in part[:at]
    rest = _blank_rest(text, end)
    if _splits_a_cell(part + rest):
        return Region(tokens=(), clean=False, beside=beside, figures=True, in_row=True)
    if lead and holds_values(lead[0]):
        # A remark in brackets that a row's values stand in: it is the rest of the label, in lines beside which the values stood.
        return Region(tokens=(), clean=False, beside=beside, figures=True, in_row=False)
    tokens: list[Token] = []
    line_before, clean = False, True
    place = at
    for match in PIECE.finditer(part, at):
        line_before = line_before or LINE_BREAK in part[place : match.start()]
        if not is_value(match[0]):
            clean = line_before and _DECIMALS.match(match[0]) is None
            break
        if line_before and CELL_BREAK in part[:place] and not _in_table(part, match.start()):
            clean = False  # a row of a table does not go on in a line of text
            break
        tokens.append(Token(match[0], start + match.start(), line_before))
        place, line_before = match.end(), False
    return Region(
        tokens=tuple(tokens),
        clean=clean,
        beside=beside,
        figures=_FIGURE.match(part, at) is not None,
        in_row=CELL_BREAK in part[:place],
        cells=_row_cells(part + rest, start, below),
        goes_on=_values_in_lines(part[place:]) if below else 0,
    )


def _blank_rest(text: str, end: int) -> str:
    """Return the blank cells at the end of a row, behind which the next label's stretch begins."""
    match = _BLANK_CELLS.match(text, end)
    return match[0] if match and text[match.end() : match.end() + 1] in ("", LINE_BREAK) else ""


def _values_in_lines(text: str) -> int:
    """Return how many values stand in those lines of a text that hold nothing else."""
    lines = [PIECE.findall(line) for line in text.split(LINE_BREAK)[1:]]
    return sum(len(line) for line in lines if all(map(is_value, line)))


def _in_table(part: str, at: int) -> bool:
    line = part[part.rfind(LINE_BREAK, 0, at) + 1 :].partition(LINE_BREAK)[0]
    return CELL_BREAK in line


def _splits_a_cell(part: str) -> bool:
    """Whether one of several cells after the label holds pieces that would be taken for several values: a number broken over
    lines, a remark. All values of a row in one cell are another matter."""
    cells = [text.strip() for text in part.partition(LINE_BREAK)[0].split(CELL_BREAK)[1:]]
    if len(cells) < 2:
        return False
    for text in filter(None, cells):
        first = text.partition(" ")[0]
        if not is_value(first):
            return False
        if first != text and not is_value(text):
            return True
    return False


def _row_cells(part: str, start: int, below: bool) -> tuple[Token, ...]:
    """Return the cells after the label in its own row, or of the next row that has any where the label's row ends with it, or
    where the values stand ``below`` a head; () when something else than values stands there."""
    own, _, rest = part.partition(LINE_BREAK)
    remark, found, _ = own.partition(CELL_BREAK)
    if _REMARK.fullmatch(remark) is None:
        return ()
    cells = _cells(own[len(remark) + 1 :], start + len(remark) + 1) if found else ()
    if found and not (below and cells and not any(cell.text for cell in cells)):
        return cells
    at = start + len(own) + 1
    for line in rest.split(LINE_BREAK):
        if line.strip(BREAKS):
            return _cells(line, at) if CELL_BREAK in line else ()
        at += len(line) + 1
    return ()


def _cells(line: str, start: int) -> tuple[Token, ...]:
    cells = []
    for text in line.split(CELL_BREAK):
        stripped = text.strip()
        if stripped and not is_value(stripped):
            return ()
        cells.append(Token(stripped, start, False))
        start += len(text) + 1
    return tuple(cells)


def is_value(piece: str) -> bool:
    """Tell whether a piece is a value cell's text, several glued ones included."""
    if _GLUED.match(piece) or piece.lower() in _WORDS_OF_MARKS:
        return True
    if _HAN.search(piece) and not _DIGITS.match(piece):
        return False
    if _SENTENCE_END.fullmatch(piece) or _CLAUSE.search(piece):
        return False
    return kind_of(piece)[0] in ("number", "noted", "mark", "illegible")


def holds_values(text: str) -> bool:
    """Tell whether a row of values stands in a text."""
    return sum(is_value(piece) for piece in PIECE.findall(text)) >= ROW_OF_VALUES


def kind_of(piece: str) -> tuple[str, object, str | None, str]:
    """Return kind, value, unit and shown text of one piece, as ``values.classify`` reads it."""
    if piece.isdigit() and piece.isascii():
        # What nearly every piece is. More digits than a value holds, or zeros in front, are no number.
        sound = len(piece) <= values.MOST_WHOLE_DIGITS and (piece[0] != "0" or piece == "0")
        return ("number", Decimal(piece), None, piece) if sound else ("ambiguous", None, None, piece)
    if piece not in _known:
        learn([piece])
    return _known[piece]


def learn(pieces: Iterable[str]) -> None:
    """Read pieces together: asking for one by one takes as long for each as for all."""
    new = list({piece for piece in pieces if piece not in _known})
    if len(_known) + len(new) > _MOST_KNOWN:
        _known.clear()
    _known.update(zip(new, values.classify(pl.Series(new, dtype=pl.String)).iter_rows(), strict=True))


def value_pieces(text: str) -> set[str]:
    """Return the pieces of a stream, and its cells, that may be values."""
    found = {piece for piece in PIECE.findall(text) if not _HAN.search(piece) or _DIGITS.match(piece)}
    return found | {cell.strip() for line in text.split(LINE_BREAK) if CELL_BREAK in line for cell in line.split(CELL_BREAK)}


def value_of(piece: str) -> int | None:
    """Return the millionths of the one value that a piece says, 0 for a mark; None when it says none, or several."""
    kind, value, _, _ = kind_of(piece)
    if kind == "mark":
        return 0
    return int(value * 1_000_000) if kind in ("number", "noted") else None


# Pieces repeat (0, 1, /): each is asked once.
_MOST_KNOWN = 1 << 14
_known: dict[str, tuple] = {}
