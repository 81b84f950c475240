"""What a report prints in each value cell: the truth under a layout, still without any markup.

Here: numbers as text, blanks and marks for zeros, units and remarks. Not here: labels, tables, markup. ``Printed`` is what a
reader of the page must find; whatever else it publishes is wrong.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.truth import FormCell, ReportTruth, form_cells

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
# Shares of the cells that carry a unit or a remark where the layout has them.
_UNIT_SHARE = 0.3
_NOTE_SHARE = 0.15


@dataclass(frozen=True)
class Printed:
    """One printed cell: ``status`` and ``unit`` in the terms of the cells frame, ``raw`` without padding."""

    value: Decimal | None
    status: str
    raw: str
    unit: str | None = None


@dataclass(frozen=True)
class Rendered:
    """One printed report: its bytes, and what is printed in them.

    ``title`` as printed; ``published_on`` None when the document states no date.
    """

    content: bytes
    printed: dict[str, Printed]
    title: str
    published_on: date | None
    kind: str


ZERO = Printed(Decimal(0), "number", "0")
BLANK = Printed(None, "blank", "")


def print_cells(truth: ReportTruth, layout: Layout, random: Random) -> dict[str, Printed]:
    """Return what is printed in each regular cell of the report's form."""
    nothing = _zero(layout)
    zero = Printed(Decimal(0), "number", _digits("0", layout))
    found = {}
    for cell in form_cells(truth.form):
        value = truth.cells[cell.code]
        if value is None:
            found[cell.code] = BLANK
        elif value == 0:
            found[cell.code] = nothing if _zeros_apply(cell, layout) else zero
        else:
            found[cell.code] = _number(cell, value, layout, random)
    return found


def _zero(layout: Layout) -> Printed:
    if layout.zeros == "0":
        return Printed(Decimal(0), "number", _digits("0", layout))
    return BLANK if layout.zeros == "" else Printed(None, "mark", layout.zeros)


def _zeros_apply(cell: FormCell, layout: Layout) -> bool:
    match layout.zeros_where:
        case "parts":
            return cell.column != "total" and cell.row != "disposed"
        case "regulations":
            return cell.row == "regulations"
        case "remedies":
            return cell.table == "remedies"
        case _:
            return True


def _number(cell: FormCell, value: Decimal, layout: Layout, random: Random) -> Printed:
    text = f"{abs(value):,f}" if layout.thousands else f"{abs(value):f}"
    if value < 0:
        text = ("-" if layout.sign == "+" else layout.sign) + text
    elif layout.sign == "+" and cell.column == "items_change":
        text = "+" + text
    text = _digits(text, layout)
    money = cell.column in ("collected", "amount")
    if layout.units and random.random() < (1 if cell.column == "amount" else _UNIT_SHARE):
        unit = "元" if cell.column == "amount" else "万元" if money else "件"
        return Printed(value, "noted", text + unit, unit)
    if layout.notes and not money and value > 1 and cell.table != "requests" and random.random() < _NOTE_SHARE:
        return Printed(value, "noted", f"{text}（其中修订{random.randrange(1, int(value))}件）")
    return Printed(value, "number", text)


def _digits(text: str, layout: Layout) -> str:
    return text.translate(_FULL_WIDTH) if layout.full_width_digits else text
