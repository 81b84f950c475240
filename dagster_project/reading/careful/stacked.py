"""Cells of several lines in a text that keeps its layout: 结果 above 维持, a row's values beside the middle of its label.

Here: lines of such words put together column by column, where every column then is a label of a form or a value. Not here: values,
tables whose cells are known.

Columns are words one above the other with blanks around them. Whether a Chinese character is as wide as two others or as one depends
on the program that wrote the text, so both are tried; where they put different words together, none are.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from unicodedata import east_asian_width

from dagster_project.forms import labels, registry
from dagster_project.reading.careful.stream import PARTED

# Between columns stand two blanks at least.
_PIECE = re.compile(r"\S+(?: \S+)*")
# 社会 公益 组织, each in a line of its own, beside words that stand between these lines.
_MOST_LINES = 6
_MOST_PIECES = 48
_DIGIT, _POINT = "0-9０-９", ".,．，"
# A number, and the end of one that a line broke off.
_UNIT = "(?:万?元|[件项条次])?"
_FIGURE = re.compile(rf"[{_DIGIT}][{_DIGIT}{_POINT}]*{_UNIT}$")
_END = re.compile(rf"[{_POINT}][{_DIGIT}]|(?:万?元|[件项条次])$")
# Before the first value of a line; the numbering of a label is none.
_VALUE = re.compile(rf"(?: |(?<=[:：]))(?=[+-]?[{_DIGIT}][{_DIGIT}{_POINT}]*{_UNIT}(?: |$))")


@dataclass(frozen=True)
class _Piece:
    line: int
    begin: int
    end: int
    text: str

    @property
    def is_word(self) -> bool:
        return labels.has_han(self.text) and not _FIGURE.match(self.text)

    @property
    def is_label(self) -> bool:
        return _is_label(self.text)


Width = Callable[[str], int]


def _one(character: str) -> int:
    return 1


def _two(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def put_together(lines: Sequence[str], spaced: Mapping[int, str]) -> list[str]:
    """Return ``lines`` with the words of a row that stand in several of them put together in the first of these, '' for the others.

    Where they do not make labels, values that stand beside a word in a column nearer to them are parted from the label in their
    own line; so are values of which one goes on in the next line.

    ``spaced``: lines as they stand in the file, by index, those whose blanks may part columns.
    """
    merged = list(lines)
    pieces = {at: tuple(_pieces(at, line, width) for width in (_one, _two)) for at, line in spaced.items()}
    measures = _aligned(pieces)
    at = 0
    while at < len(merged):
        size, words = _stack(at, pieces)
        if size:
            merged[at : at + size] = [" ".join(words), *[""] * (size - 1)]
            for line in range(at, at + size):
                del pieces[line]
        elif at in pieces and any(_stands_apart(at, pieces, measure) or _goes_on(at, pieces, measure) for measure in measures):
            merged[at] = _VALUE.sub(f" {PARTED} ", merged[at], count=1)
        at += size or 1
    return merged


def _pieces(at: int, line: str, width: Width) -> list[_Piece]:
    places = [0]
    for character in line:
        places.append(places[-1] + width(character))
    return [_Piece(at, places[match.start()], places[match.end()], match[0]) for match in _PIECE.finditer(line)]


def _aligned(pieces: Mapping[int, tuple[list[_Piece], ...]]) -> tuple[int, ...]:
    """Return by which measure more values stand below one another, beginning or ending at one place; both when they do alike."""
    counts = [0, 0]
    for at in pieces:
        for measure in (0, 1) if at + 1 in pieces else ():
            above, below = ([piece for piece in pieces[line][measure] if not piece.is_word] for line in (at, at + 1))
            begins, ends = {piece.begin for piece in above}, {piece.end for piece in above}
            counts[measure] += sum(piece.begin in begins or piece.end in ends for piece in below)
    return (0, 1) if counts[0] == counts[1] else (counts.index(max(counts)),)


def _stack(first: int, pieces: Mapping[int, tuple[list[_Piece], ...]]) -> tuple[int, list[str]]:
    """Return of how many lines from the first one on the fewest make whole labels, and the words of these; 0 where none do."""
    for size in range(2, _MOST_LINES + 1):
        window = range(first, first + size)
        if not all(line in pieces for line in window):
            break
        found = {tuple(words) for at in (0, 1) if (words := _columns([pieces[line][at] for line in window]))}
        if found:
            return (size, list(found.pop())) if len(found) == 1 else (0, [])
    return 0, []


def _columns(window: Sequence[list[_Piece]]) -> list[str]:
    """Return the words of each column from left to right where each is a label of a form or a value; [] where some are none.

    Each line has to give a part of a label, or to stand beside one that begins above it and ends below: else it is a row of its
    own. One line may hold values.
    """
    figures = [line[0].line for line in window if any(not piece.is_word for piece in line)]
    pieces = sorted((piece for line in window for piece in line), key=lambda each: each.begin)
    if len(figures) > 1 or not 1 < len(pieces) <= _MOST_PIECES:
        return []
    columns: list[list[_Piece]] = []
    end = 0
    for piece in pieces:
        if not columns or piece.begin >= end:
            columns.append([])
        columns[-1].append(piece)
        end = max(end, piece.end)
    stacked = [sorted(column, key=lambda each: each.line) for column in columns if len(column) > 1]
    for column in stacked:
        if len({piece.line for piece in column}) < len(column) or not all(piece.is_word for piece in column):
            return []
        if all(piece.is_label for piece in column):
            return []
    given = {piece.line for column in stacked for piece in column}
    given.update(line for column in stacked for line in range(column[0].line, column[-1].line))
    if given != {line[0].line for line in window}:
        return []
    words = ["".join(piece.text for piece in sorted(column, key=lambda each: each.line)) for column in columns]
    sound = all(not column[0].is_word or _is_label(word) for column, word in zip(columns, words, strict=True))
    return words if sound else []


def _stands_apart(at: int, pieces: Mapping[int, tuple[list[_Piece], ...]], measure: int) -> bool:
    """Whether a line next to one with a label and values has a word between the two that names no column, and no values: then the
    label in this line may be that of several rows."""
    line = pieces[at][measure]
    first = next((place for place, piece in enumerate(line) if not piece.is_word), 0)
    if not first:
        return False
    gap = range(line[first - 1].end, line[first].begin)
    return any(
        all(piece.is_word for piece in beside)
        and any(piece.begin in gap and piece.end - 1 in gap and not _names_column(piece.text) for piece in beside)
        for beside in (pieces[next_to][measure] for next_to in (at - 1, at + 1) if next_to in pieces)
    )


def _goes_on(at: int, pieces: Mapping[int, tuple[list[_Piece], ...]], measure: int) -> bool:
    """Whether a value of a line may go on, or belong, in the next: there stand figures without a label of their own, less than a row
    of them beside words, or the end of a number."""
    # A value may stand one blank behind its label.
    values = [piece for piece in pieces[at][measure] if not piece.is_word or _VALUE.search(piece.text)]
    below = pieces[at + 1][measure] if at + 1 in pieces else []
    figures = [piece for piece in below if _FIGURE.match(piece.text)]
    return any(_END.match(piece.text) for piece in below) or (
        0 < len(figures) < len(values) + all(not piece.is_word for piece in below)
        and not any(_is_label(_VALUE.split(piece.text)[0]) for piece in below)
    )


def _is_label(text: str) -> bool:
    return labels.key_of(text) in labels.known_keys()


def _names_column(text: str) -> bool:
    return labels.key_of(text) in _columns_of_forms()


@cache
def _columns_of_forms() -> frozenset[str]:
    return frozenset(labels.key_of(label) for label in registry.labels().filter(role="column")["label"])
