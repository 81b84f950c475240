"""What people write down about bodies: successions (registry/successions.csv) and bodies expected to report (a list of a team).

Here: reading the two tables, checking them, giving their names the identifiers of bodies. Not here: what is computed with
them (dbt: fct_continuity, mart_coverage).

Names are written as in a report's title. A table that contradicts itself is refused as a whole, with the line: a wrong
succession makes one history of two bodies.
"""

from collections import Counter
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import polars as pl

from dagster_project.bodies import names
from dagster_project.bodies.regions import REGISTRY
from schemas import BODY_SUCCESSIONS, EXPECTED_BODIES

SUCCESSIONS = REGISTRY / "successions.csv"
KINDS = ("renamed", "merged", "split")
_COLUMNS = ("predecessor", "successor", "kind", "effective_on", "note")
_EXPECTED_COLUMNS = ("body_name", "first_year", "last_year", "note")
_FIRST_YEAR, _LAST_YEAR = 2008, 2100


class RegisterError(ValueError):
    """A table is not as it must be. The message names file and line, what was expected, found and to be done."""


def successions(path: Path = SUCCESSIONS) -> pl.DataFrame:
    """Return the successions as schemas.BODY_SUCCESSIONS.

    Raises:
        RegisterError: a row is incomplete, a kind or date unknown, a body its own successor, a rename not one to one, a split
            into one, or a body succeeds itself over several steps.
    """
    rows = []
    for line, row in _rows(path, _COLUMNS):
        kind = row["kind"]
        if kind not in KINDS:
            raise RegisterError(f"{path.name}, line {line}: expected a kind of {', '.join(KINDS)}, found '{kind}'.")
        predecessor, successor = _named(path, line, row["predecessor"]), _named(path, line, row["successor"])
        if predecessor == successor:
            raise RegisterError(
                f"{path.name}, line {line}: '{row['predecessor']}' and '{row['successor']}' are names of one body already. "
                "Remove the line."
            )
        rows.append(
            {
                "predecessor_id": predecessor,
                "successor_id": successor,
                "predecessor": row["predecessor"],
                "successor": row["successor"],
                "kind": kind,
                "effective_on": _day(path, line, row["effective_on"]),
                "note": row["note"] or None,
            }
        )
    _require_no_cycle(path, rows)
    _require_kinds(path, rows)
    return BODY_SUCCESSIONS.validate(BODY_SUCCESSIONS.build(rows).sort(*BODY_SUCCESSIONS.key))


def expected_bodies(path: Path) -> pl.DataFrame:
    """Return the list of bodies expected to report as schemas.EXPECTED_BODIES; empty when there is no such file.

    Raises:
        RegisterError: a row is incomplete, a year none, a body twice.
    """
    rows: list[dict] = []
    for line, row in _rows(path, _EXPECTED_COLUMNS) if path.exists() else ():
        body = _named(path, line, row["body_name"])
        if any(body == other["body_id"] for other in rows):
            raise RegisterError(f"{path.name}, line {line}: '{row['body_name']}' is listed already. Keep one line for each body.")
        first, last = _year(path, line, row["first_year"]), _year(path, line, row["last_year"])
        if first is not None and last is not None and last < first:
            raise RegisterError(f"{path.name}, line {line}: expected last_year not before first_year, found {first} and {last}.")
        rows.append({"body_id": body, "body_name": row["body_name"], "first_year": first, "last_year": last})
    return EXPECTED_BODIES.validate(EXPECTED_BODIES.build(rows).sort(*EXPECTED_BODIES.key))


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    table = pl.read_csv(path, infer_schema=False)
    if tuple(table.columns) != columns:
        raise RegisterError(f"{path.name}: expected the columns {', '.join(columns)}, found {', '.join(table.columns)}.")
    # The first line holds the columns.
    return [
        (line, {name: (value or "").strip() for name, value in row.items()})
        for line, row in enumerate(table.iter_rows(named=True), start=2)
    ]


def _named(path: Path, line: int, name: str) -> str:
    if not name:
        raise RegisterError(f"{path.name}, line {line}: expected the name of a body, found nothing.")
    apart = names.take_apart(name)
    if names.is_bare(name) or (apart.places and apart.place is None):
        raise RegisterError(f"{path.name}, line {line}: '{name}' is the name of many bodies. Write its city or province before it.")
    return names.identifier(apart.canonical)


def _day(path: Path, line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RegisterError(f"{path.name}, line {line}: expected a date such as 2019-03-01, found '{text}'.") from None


def _year(path: Path, line: int, text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        raise RegisterError(f"{path.name}, line {line}: expected a year from {_FIRST_YEAR} or nothing, found '{text}'.")
    return int(text)


def _require_no_cycle(path: Path, rows: list[dict]) -> None:
    by_id: dict[str, set[str]] = {}
    for row in rows:
        by_id.setdefault(row["successor_id"], set()).add(row["predecessor_id"])
    name_of = {row[f"{side}_id"]: row[side] for row in rows for side in ("predecessor", "successor")}
    try:
        TopologicalSorter(by_id).prepare()
    except CycleError as error:
        circle = " → ".join(name_of[each] for each in error.args[1])
        raise RegisterError(f"{path.name}: a body cannot succeed itself, but the lines say {circle}. Correct one of them.") from None


def _require_kinds(path: Path, rows: list[dict]) -> None:
    pairs = Counter((row["predecessor_id"], row["successor_id"]) for row in rows)
    successors = Counter((row["predecessor_id"], row["effective_on"]) for row in rows)
    for row in rows:
        change = f"'{row['predecessor']}' → '{row['successor']}' of {row['effective_on']}"
        if pairs[row["predecessor_id"], row["successor_id"]] > 1:
            raise RegisterError(f"{path.name}: the change {change} is listed more than once. Keep one line.")
        parts = successors[row["predecessor_id"], row["effective_on"]]
        if row["kind"] == "split" and parts == 1:
            raise RegisterError(f"{path.name}: expected a split to have several successors, found one: {change}. Call it renamed.")
        if row["kind"] != "split" and parts > 1:
            raise RegisterError(f"{path.name}: a body with several successors is split: call {change} so.")
