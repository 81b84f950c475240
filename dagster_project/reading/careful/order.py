"""Whether values follow their labels: text taken from a page by height may put the values of a row before its label.

Here: rows whose values could as well be those of the label after them. Not here: which values follow a label (``runs``).

Where a row stands in a line of its own, its values are in that line. Elsewhere "the values after a label" takes for granted that
labels come first. What speaks against it:
- values between a head and the first label below it, the values of two rows behind one label, or a row of them within a label;
- values behind words that are no label, other rows, and a label that has none: what stands between may have moved by a row;
- two labels, a row of values, the name of a group and another row of values: labels stand above their values;
- an item's values below it, before an item that has none, or behind two items' labels: no sum of other rows tells whose they are;
- heads or values of which some share a line and others do not: the lines are not those of a table, nor need their order be;
- a row of items with too few values, line by line: in the one beside it a page number may stand in for what all of them lost.
Of such a part of a table only lines are taken. Sums do not tell: a row moved as a whole keeps its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise, takewhile

from dagster_project.reading.careful.anchors import HEADED_BY_ROWS, Anchor
from dagster_project.reading.careful.runs import Run, Runs, rows_of
from dagster_project.reading.careful.stream import BREAKS, LINE_BREAK, PIECE, Stream, breaks_at
from dagster_project.reading.careful.tokens import ROW_OF_VALUES, holds_values, is_value, region
from dagster_project.reading.found import subtotal_rows

_DIGIT = re.compile(r"[0-9]")
_NUMBERING = re.compile(rf"[{BREAKS}]*[0-9]{{1,2}}[.．、)）][^0-9]")
# So many glued digits before the first label are a row of values and no page number.
_GLUED_ROW = 6
# In this table a row may have a single value.
_SHORT_ROWS = "disclosure"


def in_order(stream: Stream, anchors: Sequence[Anchor], runs: Runs, form: str) -> tuple[Runs, tuple[Run, ...]]:
    """Return ``runs`` without those whose values may belong to the label after them, which count as unread, and these."""
    text = stream.text
    labels = [anchor for anchor in anchors if anchor.meaning.role != "word"]
    loose = {
        at: run
        for run in runs.found
        if run.table not in HEADED_BY_ROWS
        if (at := _label_of(run, labels)) is not None and not _in_own_line(text, labels[at], run)
    }
    if not loose:
        return runs, ()
    behind = [
        _Behind.of(text[label.end : following]) for label, following in zip(labels, _ends(labels, text), strict=True)
    ]
    parts = _parts(labels)
    disordered = {parts[at] for at in _with_values_first(labels, behind, form) | _perhaps_moved(labels, behind)}
    disordered |= {parts[at] for at in _stacked_above_values(labels, behind)}
    disordered |= {parts[at] for at in _with_too_few(labels, behind, form)}
    disordered |= {parts[at] for at in _perhaps_of_the_item_beside(labels, behind, parts)}
    disordered |= _in_uneven_lines(text, labels, behind, parts)
    disordered |= {parts[at] for at, label in enumerate(labels) if holds_values(text[label.start : label.end])}
    # A short part may have met a page number; a whole table is as the page was taken apart.
    everywhere = any(table != _SHORT_ROWS for table, _ in disordered)
    doubted = tuple(run for at, run in loose.items() if everywhere or parts[at] in disordered)
    unread = {(run.table, row) for run in doubted for row in run.rows}
    kept = tuple(run for run in runs.found if not any(run is each for each in doubted))
    return replace(runs, found=kept, unread=runs.unread | unread), doubted


def _is_item(label: Anchor) -> bool:
    """Whether a label is that of a row without a sum."""
    return label.meaning.role == "row" and label.meaning.table == _SHORT_ROWS


def _label_of(run: Run, labels: Sequence[Anchor]) -> int | None:
    """Return which label a run stands behind."""
    return next(
        (
            at
            for at in range(len(labels) - 1, -1, -1)
            if labels[at].end <= run.tokens[0].start
            and labels[at].meaning.role == "row"
            and (labels[at].meaning.table, labels[at].meaning.code) == (run.table, run.rows[0])
        ),
        None,
    )


def _in_own_line(text: str, label: Anchor, run: Run) -> bool:
    """Whether a label and its values make a line that no other values stand in."""
    begin = text.rfind(LINE_BREAK, 0, label.start) + 1
    return LINE_BREAK not in text[label.end : run.tokens[-1].start] and not _DIGIT.search(text, begin, label.start)


def _ends(labels: Sequence[Anchor], text: str) -> list[int]:
    return [*(label.start for label in labels[1:]), len(text)]


@dataclass(frozen=True)
class _Behind:
    """What stands between a label and the next: ``own`` values directly behind it, ``last`` values directly before the next, of which
    one is ``glued`` of many digits; ``parted``: the latter are others, behind words. ``below``: its own values begin in a line below;
    ``in_lines``: each of them stands in a line of its own; ``uneven``: some of them do, or begin one, others share the line before."""

    own: int
    last: int
    glued: bool
    parted: bool
    below: bool
    in_lines: bool
    uneven: bool

    @classmethod
    def of(cls, text: str) -> "_Behind":
        part = region(text, 0, len(text))
        own = part.tokens
        last = list(takewhile(lambda match: is_value(match[0]), reversed(list(PIECE.finditer(text)))))
        parted = not own or (bool(last) and last[-1].start() > own[-1].start)
        # Before the first label glued digits are a row of them; elsewhere a large number may look so.
        glued = max((len(_DIGIT.findall(match[0])) for match in last), default=0) >= _GLUED_ROW
        # Digits that run into the next words are values too, unless they number those.
        count = len(own) or int(part.figures and not _NUMBERING.match(text))
        # A row of marks is one of values, but a dash or two before a label are none.
        digits = sum(_DIGIT.search(match[0]) is not None for match in last)
        breaks = sum(token.new_line for token in own[1:])
        in_lines = not part.beside and breaks == len(own[1:])
        uneven = bool(breaks) and not in_lines
        last_values = len(last) if len(last) >= ROW_OF_VALUES else digits
        return cls(count, last_values, glued, parted, bool(own) and not part.beside, in_lines, uneven)


def _parts(labels: Sequence[Anchor]) -> list[tuple[str, int]]:
    """Return for each label the part of a table that it stands in: each head of the disclosure table begins one, while the head of
    another table may be repeated on each page."""
    in_head = [label.meaning.table == _SHORT_ROWS and label.meaning.role == "column" for label in labels]
    begins = (here and not before for before, here in zip(in_head, in_head[1:], strict=False))
    heads = accumulate(map(int, begins), initial=0)
    return [
        (label.meaning.table, head if label.meaning.table == _SHORT_ROWS else 0)
        for label, head in zip(labels, heads, strict=True)
    ]


def _with_values_first(labels: Sequence[Anchor], behind: Sequence[_Behind], form: str) -> set[int]:
    """Return the labels that values stand before where the form prints none."""
    printed = rows_of(form)
    found = set()
    for at, (label, here) in enumerate(zip(labels, behind, strict=True)):
        row = printed.get((label.meaning.table, label.meaning.code)) if label.meaning.role == "row" else None
        if row is None or row.table in HEADED_BY_ROWS:
            continue
        # In a table the second row of values is no longer the label's own.
        if max(here.own, here.last) >= len(row.columns) + min(len(row.columns), ROW_OF_VALUES):
            found.add(at)
        # A caption is neither head nor row: what stands above it counts.
        first = next((back for back in range(at - 1, -1, -1) if labels[back].meaning.role != "caption"), 0)
        before = labels[first].meaning if at else None
        if before is None or (before.table == row.table and before.role in ("row", "family")):
            continue
        fewest = 1 if row.table == _SHORT_ROWS else ROW_OF_VALUES
        if any(in_head.glued or in_head.last >= fewest for in_head in behind[first:at]):
            found.add(at)
    return found


def _stacked_above_values(labels: Sequence[Anchor], behind: Sequence[_Behind]) -> set[int]:
    """Return the names of groups that values stand behind, where two labels stand before those of one row: these are the next row's, and
    which of the labels the first ones belong to is open. Elsewhere they are the group's own sum."""
    found: set[int] = set()
    bare = stacked = False
    for at, (label, here) in enumerate(zip(labels, behind, strict=True)):
        meaning = label.meaning
        if meaning.role == "family":
            if stacked and here.own >= ROW_OF_VALUES:
                found.add(at)
        elif meaning.role == "row" and f"{meaning.table}.{meaning.code}" not in subtotal_rows():
            bare, stacked = not here.own, bare and here.own > 0
    return found


def _with_too_few(labels: Sequence[Anchor], behind: Sequence[_Behind], form: str) -> set[int]:
    """Return the labels of rows without a sum that lost a value, line by line: beside them a page number may fill the place in another."""
    printed = rows_of(form)
    return {
        at
        for at, (label, here) in enumerate(zip(labels, behind, strict=True))
        if _is_item(label) and here.in_lines
        if (row := printed.get((_SHORT_ROWS, label.meaning.code))) is not None and 0 < here.own < len(row.columns)
    }


def _perhaps_of_the_item_beside(labels: Sequence[Anchor], behind: Sequence[_Behind], parts: Sequence[tuple[str, int]]) -> set[int]:
    """Return the labels of items whose values may be those of the item beside them, of the same part, which has none: of the one after,
    where they stand below; of the one before, too, where two labels stand together and then the values."""
    found = set()
    for at, (label, following) in enumerate(pairwise(labels)):
        if _is_item(label) and _is_item(following) and parts[at] == parts[at + 1]:
            if behind[at].below and not behind[at + 1].own:
                found.add(at)
            if not behind[at].own and behind[at + 1].own:
                found.add(at + 1)
    return found


def _in_uneven_lines(
    text: str, labels: Sequence[Anchor], behind: Sequence[_Behind], parts: Sequence[tuple[str, int]]
) -> set[tuple[str, int]]:
    """Return the parts of the disclosure table whose heads, or the values of one of whose items, stand in uneven lines."""
    found = {
        parts[at]
        for at, (label, here) in enumerate(zip(labels, behind, strict=True))
        if _is_item(label) and here.uneven
    }
    gaps: dict[tuple[str, int], set[bool]] = {}
    for at, (label, following) in enumerate(pairwise(labels)):
        if label.meaning.table == following.meaning.table == _SHORT_ROWS and label.meaning.role == following.meaning.role == "column":
            gaps.setdefault(parts[at], set()).add(LINE_BREAK in breaks_at(text, label.end))
    return found | {part for part, broken in gaps.items() if len(broken) > 1}


def _perhaps_moved(labels: Sequence[Anchor], behind: Sequence[_Behind]) -> set[int]:
    """Return the labels without values above which rows with values stand, above these values behind other words."""
    found: set[int] = set()
    rows: int | None = None  # with values, since values stood behind other words
    for at, (label, here) in enumerate(zip(labels, behind, strict=True)):
        table, role = label.meaning.table, label.meaning.role
        if role in ("column", "chapter") or table in HEADED_BY_ROWS:
            rows = None
            continue
        if role != "row" or (not here.own and f"{table}.{label.meaning.code}" in subtotal_rows()):
            # The name of a group stands between a row and the next, and has no values.
            rows = 0 if here.own else rows
        elif not here.own:
            if rows:
                found.add(at)
            rows = None
        elif rows is not None:
            rows += 1
        if here.parted and here.last:
            rows = rows or 0
    return found
