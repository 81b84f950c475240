"""Words of a page as labels: lines of one cell put together, labels told apart, the names of columns above them.

Here: which words make one label, which label belongs to which row of numbers, what stands in the head. Not here: where numbers
stand, tables (``pdf_unruled``).

Labels of several lines are put together by the distance of their lines, which is smaller inside a cell than between rows; where it
is not, by the numbers, which stand at the middle of their label, if all lines can be parted so; else a row takes the label on its
own base line and every other line stands for itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dagster_project.documents.pdf_blocks import Tabular, is_value
from dagster_project.documents.pdf_lines import Line
from dagster_project.documents.pdf_ruled import Cell
from dagster_project.documents.pieces import EDGE_MARK, Box

# Shares of the font size.
ALIGNED = 0.2  # Lines of one cell begin or are centred so nearly at one place.
_ON_LINE = 0.5
_CENTRED = 0.3  # A label's middle stands so near to the numbers of its row; one line more moves it by twice as much.
# Lines of one cell follow one another at most so much further apart than the closest of the block.
_LINE_PITCH = 1.25
WIDEST_PITCH = 2.2


@dataclass
class Blob:
    """Words one below the other that make the text of a cell."""

    words: list[Line]

    @property
    def box(self) -> Box:
        return (
            min(word.left for word in self.words),
            self.words[0].top,
            max(word.right for word in self.words),
            self.words[-1].bottom,
        )

    @property
    def centre(self) -> float:
        return (self.words[0].top + self.words[-1].bottom) / 2

    def cell(self) -> Cell:
        glyphs = [glyph for word in self.words for glyph in word.glyphs]
        text = "\n".join(word.text for word in self.words)
        # A number that stands in no column of numbers may be a part of one.
        mark = EDGE_MARK if is_value(text) and any(map(has_digit, self.words)) else ""
        return Cell(self.box, text + mark, glyphs)


def blobs_of(
    words: list[Line], pitch: float, apart: Callable[[Line, Line, list[Line]], bool] | None = None
) -> list[Blob]:
    """Put words one below the other together that are lines of one cell; ``apart`` says of which two they are not."""
    blobs: list[Blob] = []
    for word in sorted(words, key=lambda word: (word.base, word.left)):
        fitting = [
            blob
            for blob in blobs
            if _follows(blob.words[-1], word, pitch)
            and not (apart and apart(blob.words[-1], word, words))
        ]
        if fitting:
            max(fitting, key=lambda blob: blob.words[-1].base).words.append(word)
        else:
            blobs.append(Blob([word]))
    return blobs


def pitch_of(block: list[Tabular]) -> float:
    """Return the distance of base lines up to which words one below the other are lines of one cell."""
    words = sorted((word for each in block for word in each.labels), key=lambda word: word.base)
    closest = [
        below.base - word.base
        for index, word in enumerate(words)
        for below in words[index + 1 : index + 24]
        if _is_aligned(word, below) and 0.9 * word.size < below.base - word.base < WIDEST_PITCH * word.size
    ]
    return _LINE_PITCH * min(closest, default=0.0)


def _follows(upper: Line, lower: Line, pitch: float) -> bool:
    return 0.5 * lower.size < lower.base - upper.base <= pitch and _is_aligned(upper, lower)


def _is_aligned(word: Line, below: Line) -> bool:
    near = ALIGNED * min(word.size, below.size)
    return abs(word.left - below.left) < near or abs(word.left + word.right - below.left - below.right) < 2 * near


def has_digit(word: Line) -> bool:
    return any(glyph.text.isdigit() for glyph in word.glyphs)


def parted(blobs: list[Blob], anchors: list[Tabular]) -> list[Blob]:
    """Return the labels with those of several rows, that stand as close as the lines of one, parted around the numbers.

    Only what stands next to the numbers is parted: further left stand the names of groups, each beside several rows.
    """
    next_to = [_next_to_numbers(_beside(blobs, anchor)) for anchor in anchors]
    return [
        part
        for blob in blobs
        for part in _around_numbers(blob, [a for a, label in zip(anchors, next_to, strict=True) if label is blob])
    ]


def _around_numbers(blob: Blob, anchors: list[Tabular]) -> list[Blob]:
    """Return the lines of a label as one label for each row of numbers, its middle on theirs.

    Where one label ends decides where the next begins, so there is one way at most; with a line too many or too few there is
    none, and the label stays as it is.
    """
    parts: list[Blob] = []
    rest = blob.words
    for anchor in anchors:
        near = _CENTRED * anchor.line.size
        ends = [
            end
            for end in range(1, len(rest) + 1)
            if abs((rest[0].base + rest[end - 1].base) / 2 - anchor.line.base) < near
        ]
        if len(ends) != 1:
            return [blob]
        parts.append(Blob(rest[: ends[0]]))
        rest = rest[ends[0] :]
    return [blob] if rest else parts


def _beside(blobs: list[Blob], anchor: Tabular) -> list[Blob]:
    middle = anchor.line.base - 0.35 * anchor.line.size
    return [blob for blob in blobs if blob.box[1] <= middle <= blob.box[3]]


def _next_to_numbers(beside: list[Blob]) -> Blob | None:
    return max(beside, key=lambda blob: blob.box[0], default=None)


def owned_by(blobs: list[Blob], anchors: list[Tabular]) -> list[list[Blob]]:
    """Return the labels of each row: the one beside its numbers, and those further left that begin there."""
    beside = [_beside(blobs, anchor) for anchor in anchors]
    leaves = [_next_to_numbers(found) for found in beside]
    shared = {id(leaf) for leaf in leaves if leaf is not None and sum(other is leaf for other in leaves) > 1}
    owned: list[list[Blob]] = []
    begun: set[int] = set()
    for anchor, found, leaf in zip(anchors, beside, leaves, strict=True):
        mine = []
        for blob in found:
            if id(blob) in shared:
                # Rows as close as the lines of a cell: only what stands on the row's own base line is surely its label.
                own = [word for word in blob.words if abs(word.base - anchor.line.base) < _ON_LINE * word.size]
                mine += [Blob([word]) for word in own]
            elif blob is leaf or id(blob) not in begun:
                mine.append(blob)
                begun.add(id(blob))
        owned.append(mine)
    return owned


def lone(block: list[Tabular], taken: set[int], pitch: float) -> list[Blob]:
    """Return the labels that belong to no row."""
    return blobs_of([word for each in block for word in each.labels if id(word) not in taken], pitch)


def head_rows(head: list[Tabular], pitch: float) -> list[list[Blob]]:
    """Return the cells above the first row of numbers row by row: those of a row share their upper edge or their middle."""
    words = [word for each in head for word in each.labels]
    rows: list[list[Blob]] = []
    for blob in sorted(blobs_of(words, pitch, _spans), key=lambda blob: blob.words[0].base):
        size = blob.words[0].size
        fitting = [
            row
            for row in rows
            if any(
                abs(other.centre - blob.centre) < _ON_LINE * size
                or abs(other.words[0].base - blob.words[0].base) < ALIGNED * size
                for other in row
            )
        ]
        if fitting:
            fitting[-1].append(blob)
        else:
            rows.append([blob])
    return sorted(rows, key=lambda row: sum(blob.centre for blob in row) / len(row))


def _spans(upper: Line, lower: Line, words: list[Line]) -> bool:
    """Whether a word stands above more than one word of the line of another: a head over several columns."""
    beside = [word for word in words if word is not lower and abs(word.base - lower.base) < ALIGNED * lower.size]
    left = max(((word.right + lower.left) / 2 for word in beside if word.right <= lower.left), default=float("-inf"))
    right = min(((word.left + lower.right) / 2 for word in beside if word.left >= lower.right), default=float("inf"))
    return upper.left < left or upper.right > right


def with_names_last(
    rows: list[list[Blob]], columns: list[tuple[float, float]], pitch: float
) -> list[list[Blob]]:
    """Put what stands lowest above each column of numbers into one last row, where each column has a name of its own."""
    above = [[blob for row in rows for blob in row if _is_over(blob, column)] for column in columns]
    if not all(above):
        return rows
    lowest = [max(blobs, key=lambda blob: blob.box[3]) for blobs in above]
    if any(_columns_below(blob, columns) != 1 for blob in lowest) or _may_hold_two(lowest):
        return rows
    names: list[Blob] = []
    for blobs, blob in zip(above, lowest, strict=True):
        # A line close above one shorter than it is the beginning of the same name: its last word did not fit. Of equal length it may
        # name several columns.
        begun = [each for each in blobs if _columns_below(each, columns) == 1 and _goes_on(each.words[-1], blob.words[0], pitch)]
        names.append(Blob([*(word for each in begun[:1] for word in each.words), *blob.words]))
    taken = {id(word) for name in names for word in name.words}
    others = [[Blob([word for word in blob.words if id(word) not in taken]) for blob in row] for row in rows]
    others = [[blob for blob in row if blob.words] for row in others]
    return [row for row in others if row] + [names]


def _may_hold_two(names: list[Blob]) -> bool:
    """Whether a name of several lines ends on the base line of a name of one: its first line may be the name of a group."""
    single = [blob.words[0] for blob in names if len(blob.words) == 1]
    return any(
        abs(blob.words[-1].base - word.base) < ALIGNED * word.size for blob in names if len(blob.words) > 1 for word in single
    )


def _goes_on(upper: Line, lower: Line, pitch: float) -> bool:
    return _follows(upper, lower, pitch) and upper.right - upper.left > lower.right - lower.left + 0.5 * lower.size


def _columns_below(blob: Blob, columns: list[tuple[float, float]]) -> int:
    return sum(_is_over(blob, column) for column in columns)


def _is_over(blob: Blob, column: tuple[float, float]) -> bool:
    return blob.box[0] <= column[1] and blob.box[2] >= column[0]


def row_of(blobs: list[Blob]) -> list[Cell]:
    return [blob.cell() for blob in sorted(blobs, key=lambda blob: blob.box[0])]
