"""Runs decided together by the equations between rows."""

import pytest

from dagster_project.forms.equations import Equation
from dagster_project.reading.careful import solving
from dagster_project.reading.careful.segmentation import Candidate, Piece, Slot
from dagster_project.reading.careful.solving import TooManySums, Unknown, solve


def one(number: int) -> Candidate:
    return (Piece(0, str(number), number * 1_000_000),)


def unknown(cell: str, *numbers: int) -> Unknown:
    return Unknown((Slot(cell, "whole"),), tuple(one(number) for number in numbers))


A_IS_B_AND_C = [Equation("sum", "hard", "x", ("t.a.x",), ("t.b.x", "t.c.x"))]


def left(*numbers: int) -> tuple[Candidate, ...]:
    return tuple(one(number) for number in numbers)


def test_only_what_some_solution_takes_is_left() -> None:
    found = solve([unknown("t.b.x", 1, 5), unknown("t.c.x", 2, 9)], {"t.a.x": 3_000_000}, A_IS_B_AND_C)
    assert found.count == 1 and found.viable == (left(1), left(2))


def test_two_solutions_are_counted_and_both_are_left() -> None:
    found = solve([unknown("t.b.x", 1, 2), unknown("t.c.x", 1, 2)], {"t.a.x": 3_000_000}, A_IS_B_AND_C)
    assert found.count == 2 and found.viable == (left(1, 2), left(1, 2))


def test_no_solution_leaves_nothing() -> None:
    found = solve([unknown("t.b.x", 7), unknown("t.c.x", 7)], {"t.a.x": 3_000_000}, A_IS_B_AND_C)
    assert found.count == 0 and found.viable == ((), ())


def test_an_equation_with_a_cell_that_nobody_read_asks_nothing() -> None:
    assert solve([unknown("t.b.x", 7)], {"t.a.x": 3_000_000}, A_IS_B_AND_C).count == 1


def test_the_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "MOST_SUMS", 3)
    many = [unknown("t.b.x", *range(10)), unknown("t.c.x", *range(10))]
    with pytest.raises(TooManySums):
        solve(many, {"t.a.x": 9_000_000}, A_IS_B_AND_C)
