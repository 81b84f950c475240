"""The tables of the two official forms as rows of cells, under a layout.

Here: order, labels, spans, as 国办公开办函〔2019〕60号 and 国办公开办函〔2021〕30号 print them (domain: forms/registry). Not here:
markup of any file kind.
"""

from functools import cache
from random import Random
from typing import NamedTuple

from dagster_project.forms import registry
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.printing import Printed
from dagster_project.synthesis.truth import FormCell, form_cells

_CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
_DIVIDED_ONLY = "（区分处理的，只计这一情形，不计其他情形）"
# Rows beside 三、本年度办理结果, not below it.
_OUTSIDE_RESULTS = ("received", "carried_in", "carried_out")
_FAMILIES = ("refused", "unavailable", "declined", "other")
# Characters that a hasty typist leaves in place of another.
_MISTYPED = "己日未土人"
_SHORTEST_MISTYPED = 9


class Cell(NamedTuple):
    """One cell: its text, how far it spans, and the code of the value it holds (None for a label)."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    code: str | None = None


class Row(NamedTuple):
    """One row: the labels that begin in it, the values after them. ``depth`` counts label columns hidden under rowspans."""

    labels: list[Cell]
    values: list[Cell]
    depth: int = 0


class Table(NamedTuple):
    """One table: its chapter of the form (2, 3, 4), its width in columns, its head rows and its rows of values."""

    chapter: int
    width: int
    head: list[list[Cell]]
    rows: list[Row]


def form_tables(form: str, printed: dict[str, Printed], layout: Layout, random: Random) -> list[Table]:
    """Return the tables of a form in order: those of chapter 2, one for each item of article 20, then chapters 3 and 4."""
    return [
        *_disclosure(form, printed, layout),
        _requests(form, printed, layout, random),
        _remedies(form, printed, layout),
    ]


@cache
def _label(table: str, role: str, code: str) -> str:
    rows = registry.labels().filter(table=table, role=role, code=code, origin="form")
    return rows["label"][0]


@cache
def _rows_of(form: str, table: str) -> tuple[tuple[FormCell, ...], ...]:
    rows: dict[str, list[FormCell]] = {}
    for cell in form_cells(form):
        if cell.table == table:
            rows.setdefault(cell.row, []).append(cell)
    return tuple(map(tuple, rows.values()))


def _styled(text: str, layout: Layout) -> str:
    """Return an official label in the numbering of the layout."""
    if layout.brackets != "（）":
        text = text.replace("（", layout.brackets[0]).replace("）", layout.brackets[1])
    if layout.points != "." and text[1:2] == "." and text[0].isdigit():
        text = text[0] + layout.points + text[2:]
    return layout.total_label if text == "总计" else text


def _values(cells: tuple[FormCell, ...], printed: dict[str, Printed], spans: tuple[int, ...] = ()) -> list[Cell]:
    return [
        Cell(printed[cell.code].raw, spans[index] if spans else 1, 1, cell.code) for index, cell in enumerate(cells)
    ]


def _disclosure(form: str, printed: dict[str, Printed], layout: Layout) -> list[Table]:
    width = 5 if layout.lying_spans else 4
    blocks: dict[str, list[tuple[FormCell, ...]]] = {}
    for row in _rows_of(form, "disclosure"):
        blocks.setdefault(row[0].row_label.partition("/")[0], []).append(row)
    tables = []
    for article, rows in blocks.items():
        count = len(rows[0])
        head_spans, value_spans = _spans(count, layout)
        heads = [
            Cell(_styled(cell.column_label + (layout.fee_note if cell.column == "collected" else ""), layout), span)
            for cell, span in zip(rows[0], head_spans, strict=True)
        ]
        head = [[Cell(_styled(article, layout), width)], [Cell(_label("disclosure", "caption", "item")), *heads]]
        body = [Row([Cell(row[0].row_label.partition("/")[2])], _values(row, printed, value_spans)) for row in rows]
        tables.append(Table(2, width, head, body))
    return tables


def _spans(count: int, layout: Layout) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the colspans of the heads and of the values; where spans lie, both fill the row, but not in step."""
    if layout.lying_spans:
        return {3: ((1, 2, 1), (2, 1, 1)), 2: ((1, 3), (3, 1)), 1: ((4,), (4,))}[count]
    spans = {3: (1, 1, 1), 2: (1, 2), 1: (3,)}[count]
    return spans, spans


def _requests(form: str, printed: dict[str, Printed], layout: Layout, random: Random) -> Table:
    rows = _rows_of(form, "requests")
    names = [_styled(cell.column_label, layout) for cell in rows[0]]
    corner = Cell(_styled(_CORNER, layout) if layout.corner_caption else "", 3, 3)
    lie = layout.lying_spans
    natural = Cell(names[0], 2) if lie else Cell(names[0], 1, 2)
    head = [
        [corner, Cell(_label("requests", "caption", "applicants"), 8 if lie else 7)],
        [natural, Cell(_label("requests", "caption", "organisations"), 5), Cell(names[-1], 1, 2)],
        [
            *([Cell("")] if lie else []),
            *(Cell(name, 2 if lie and not at else 1) for at, name in enumerate(names[1:-1])),
        ],
    ]
    inner = [row[0].row for row in rows if row[0].row not in _OUTSIDE_RESULTS]
    mistyped = _mistyped(rows, layout, random)
    body: list[Row] = []
    family_before = None
    for row in rows:
        code = row[0].row
        text = mistyped.get(code) or _styled(row[0].row_label, layout)
        if code == "partially_granted":
            text += _styled(_DIVIDED_ONLY, layout)
        values = _values(row, printed, (1, 2, 1, 1, 1, 1, 1) if lie else ())
        if code in _OUTSIDE_RESULTS:
            body.append(Row([Cell(text, 3)], values))
            continue
        labels = []
        if code == inner[0]:
            labels.append(Cell(_label("requests", "caption", "results"), 1, len(inner)))
        family = next((name for name in _FAMILIES if code.startswith(name + "_")), None)
        if family is None:
            labels.append(Cell(text, 2))
        else:
            if family != family_before:
                size = sum(other.startswith(family + "_") for other in inner)
                labels.append(Cell(_styled(_label("requests", "family", family), layout), 1, size))
            labels.append(Cell(text))
        depth = (0 if code == inner[0] else 1) + (1 if family and family == family_before else 0)
        family_before = family
        body.append(Row(labels, values, depth))
    return Table(3, 11 if lie else 10, head, body)


def _mistyped(rows: tuple[tuple[FormCell, ...], ...], layout: Layout, random: Random) -> dict[str, str]:
    if not layout.typos:
        return {}
    long = [row[0] for row in rows if len(row[0].row_label) >= _SHORTEST_MISTYPED]
    found = {}
    for cell in random.sample(long, layout.typos):
        text = _styled(cell.row_label, layout)
        # Not the numbering, and not the last character, where a reader may expect a remark.
        at = random.randrange(3, len(text) - 1)
        found[cell.row] = text[:at] + random.choice(("", *_MISTYPED)) + text[at + 1 :]
    return found


def _remedies(form: str, printed: dict[str, Printed], layout: Layout) -> Table:
    rows = _rows_of(form, "remedies")
    results = [_styled(cell.column_label, layout) for cell in rows[0]]
    channels = [row[0].row_label.rpartition("/")[2] for row in rows]
    head = [
        [Cell(channels[0], 5), Cell(_label("remedies", "caption", "litigation"), 10)],
        [*(Cell(result, 1, 2) for result in results), *(Cell(channel, 5) for channel in channels[1:])],
        [Cell(result) for _ in channels[1:] for result in results],
    ]
    values = [cell for row in rows for cell in _values(row, printed)]
    body = [Row([], values)]
    if layout.trailing_blank_row:
        body.append(Row([], [Cell("") for _ in values]))
    return Table(4, 15, head, body)
