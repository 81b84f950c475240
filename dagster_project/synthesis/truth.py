"""What a synthetic report says: every cell of its form, in agreement with every equation of the form.

Here: the figures and the identity of a report. Not here: how they are printed (``printing``, ``tables`` and the file kinds).
Sources: the cells of forms/registry, the equations of 国办公开办函〔2019〕60号 and 国办公开办函〔2021〕30号.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from types import MappingProxyType

from dagster_project.forms import registry
from dagster_project.synthesis import bodies

YEARS = {"2019": (2019, 2020), "2021": (2021, 2022, 2023, 2024)}
# How busy a body is, and how often: most small bodies are never asked for anything.
ACTIVITIES = ("none", "few", "tens", "hundreds")
_ACTIVITY_SHARES = (60, 26, 11, 3)
_MOST_RECEIVED = {"none": 0, "few": 9, "tens": 90, "hundreds": 1400}
_NOTHING = Decimal(0)
_INTEGERS = tuple(Decimal(number) for number in range(2000))


@dataclass(frozen=True)
class FormCell:
    """One cell of a form as the registry describes it."""

    code: str
    table: str
    row: str
    column: str
    row_label: str
    column_label: str


@dataclass(frozen=True)
class ReportTruth:
    """One report. ``cells`` holds every regular cell of ``form`` by code; None is a cell that the body left empty."""

    body: str
    report_year: int
    form: str
    published_on: date
    scope: str
    title: str
    cells: Mapping[str, Decimal | None]

    def total(self, row: str) -> int:
        """Return the 总计 of one row of the requests table, 0 when it is empty."""
        return int(self.cells[f"requests.{row}.total"] or 0)

    def carried_out(self) -> dict[str, int]:
        """Return what next year's report must carry in: requests by applicant type."""
        return {kind: int(self.cells[f"requests.carried_out.{kind}"] or 0) for kind in applicant_types()}


@cache
def form_cells(form: str) -> tuple[FormCell, ...]:
    """Return the regular cells of a form in the order printed."""
    rows = registry.cells().filter(form=form, presence="regular")
    if rows.is_empty():
        raise ValueError(
            f"Expected a form with regular cells in forms/registry/cells.csv, found none of form '{form}'."
        )
    columns = rows.select("cell", "table", "row", "column", "row_label_zh", "column_label_zh")
    return tuple(FormCell(*row) for row in columns.iter_rows())


@cache
def applicant_types() -> tuple[str, ...]:
    """Return the six applicant types in the order printed, without the total."""
    return tuple(column for column in registry.column_order("requests") if column != "total")


@cache
def outcomes(form: str) -> tuple[str, ...]:
    """Return the outcome rows of a form in the order printed: the parts of （七）总计."""
    around = ("received", "carried_in", "disposed", "carried_out")
    return tuple(row for row in registry.row_order("requests", form) if row not in around)


def make_truth(
    seed: int | str,
    form: str,
    *,
    body: str | None = None,
    year: int | None = None,
    activity: str | None = None,
    carried_in: Mapping[str, int] | None = None,
    published_on: date | None = None,
) -> ReportTruth:
    """Make up one report; the same arguments give the same report.

    Args:
        form: "2019" or "2021".
        body: name of the body; an invented one by default.
        activity: one of ACTIVITIES; drawn by default, mostly "none".
        carried_in: last year's ``carried_out()``; drawn by default.
    """
    random = Random(f"truth:{seed}:{form}")
    body = body or bodies.any_invented(random)
    year = year or random.choice(YEARS[form])
    activity = activity or random.choices(ACTIVITIES, _ACTIVITY_SHARES)[0]
    published_on = published_on or date(year + 1, 1, 4) + timedelta(days=random.randrange(80))
    if activity == "none" and not any((carried_in or {}).values()) and random.random() < 0.75:
        cells: Mapping[str, Decimal | None] = _all_zero(form)
    else:
        found: dict[str, Decimal | None] = {}
        _fill_disclosure(found, form, activity, body, random)
        _fill_requests(found, form, activity, carried_in, random)
        _fill_remedies(found, activity, random)
        cells = MappingProxyType({cell.code: found[cell.code] for cell in form_cells(form)})
    scope = "region" if body.endswith(("县人民政府", "区人民政府", "市人民政府")) else "own"
    return ReportTruth(body, year, form, published_on, scope, f"{body}{year}年政府信息公开工作年度报告", cells)


@cache
def _all_zero(form: str) -> Mapping[str, Decimal | None]:
    return MappingProxyType({cell.code: _NOTHING for cell in form_cells(form)})


def _number(value: int) -> Decimal:
    return _INTEGERS[value] if 0 <= value < len(_INTEGERS) else Decimal(value)


def _fill_disclosure(cells: dict[str, Decimal | None], form: str, activity: str, body: str, random: Random) -> None:
    busy = ACTIVITIES.index(activity)
    stocks = {
        # Only governments of cities and above make regulations (立法法).
        "regulations": _stock(5 if body.endswith("市人民政府") else 1, random),
        "normative_documents": _stock((3, 8, 40, 70)[busy], random),
    }
    for cell in form_cells(form):
        if cell.table != "disclosure":
            continue
        if cell.row in stocks:
            cells[cell.code] = _number(stocks[cell.row][cell.column])
        elif cell.column in ("collected", "amount"):
            cells[cell.code] = _money(busy, random)
        elif random.random() < (0.8, 0.5, 0.2, 0.05)[busy]:
            cells[cell.code] = _NOTHING
        elif cell.column == "items_change":
            cells[cell.code] = _number(random.randint(-40, 60))
        else:
            cells[cell.code] = _number(random.randrange((12, 80, 900, 60000)[busy]))


def _stock(most: int, random: Random) -> dict[str, int]:
    """Return the columns of both forms for documents of one kind: what is new is part of what there is."""
    new, gone = random.randrange(most), random.randrange(most)
    kept = random.randrange(5 * most) if most > 1 else 0
    return {
        "issued": new,
        "repealed": gone,
        "in_force": new + kept,
        "made": new,
        "newly_disclosed": new,
        "disclosed_total": new + kept,
    }


def _money(busy: int, random: Random) -> Decimal:
    if random.random() < (0.8, 0.5, 0.3, 0.1)[busy]:
        return _NOTHING
    decimals = random.choice((0, 1, 2, 4, 6))
    return Decimal(random.randrange(1, 10 ** (2 + busy) * 10**decimals)).scaleb(-decimals)


def _fill_requests(
    cells: dict[str, Decimal | None],
    form: str,
    activity: str,
    carried_in: Mapping[str, int] | None,
    random: Random,
) -> None:
    rows = outcomes(form)
    # Granting and not holding are frequent everywhere, the rest is rare and differs from body to body.
    weights = [
        {"granted": 30, "unavailable_not_held": 14, "partially_granted": 6}.get(row, random.choice((0, 0, 1, 3)))
        for row in rows
    ]
    totals = dict.fromkeys(("received", "carried_in", *rows, "disposed", "carried_out"), 0)
    most = _MOST_RECEIVED[activity]
    whole = random.randint(1, most) if most else 0
    kinds = applicant_types()
    received = _shared(whole, (80, 9, 1, 1, 2, 3), random)
    before = (
        [carried_in.get(kind, 0) for kind in kinds]
        if carried_in is not None
        else [random.randint(0, max(1, count // 12)) if count else 0 for count in received]
    )
    for kind, new, old in zip(kinds, received, before, strict=True):
        left = random.randint(0, max(1, (new + old) // 10)) if new + old else 0
        column = {"received": new, "carried_in": old, "disposed": new + old - left, "carried_out": left}
        column.update(zip(rows, _shared(column["disposed"], weights, random), strict=True))
        for row, count in column.items():
            totals[row] += count
            cells[f"requests.{row}.{kind}"] = _number(count)
    for row, count in totals.items():
        cells[f"requests.{row}.total"] = _number(count)


def _fill_remedies(cells: dict[str, Decimal | None], activity: str, random: Random) -> None:
    most = {"none": 1, "few": 2, "tens": 8, "hundreds": 60}[activity]
    for channel in registry.row_order("remedies", "2021"):
        whole = random.randrange(most)
        results = ("upheld", "corrected", "other", "pending")
        for result, count in zip(results, _shared(whole, (6, 1, 3, 2), random), strict=True):
            cells[f"remedies.{channel}.{result}"] = _number(count)
        cells[f"remedies.{channel}.total"] = _number(whole)


def _shared(whole: int, weights: tuple[int, ...] | list[int], random: Random) -> list[int]:
    """Share ``whole`` out in proportion to ``weights``, at random; the parts add up to it."""
    parts = [0] * len(weights)
    for index in random.choices(range(len(weights)), weights, k=whole):
        parts[index] += 1
    return parts
