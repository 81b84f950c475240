"""Runs of glued digits, decided together: the ways to cut them that satisfy the equations between rows.

Here: an exact count of the solutions, and which numbers all of them share. Not here: the ways to cut one run
(``segmentation``), what is done with a number that is not decided (``lane``).

The equations are those of the form's registry, as data. Each candidate of a run adds a vector to the residuals of the
equations; a solution takes one candidate of each run so that every residual is zero. Sums reached from the left and from the
right are kept as sets of vectors, so the work is bounded by their number and not by the number of combinations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.forms.equations import Equation
from dagster_project.reading.careful.segmentation import Candidate, Slot

# More different sums than this at one row, and the table stays open.
MOST_SUMS = 100_000


class TooManySums(Exception):
    """The search met its bound."""


@dataclass(frozen=True)
class Unknown:
    """One run to be decided: its slots and the ways to cut it."""

    slots: tuple[Slot, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Solutions:
    """``count`` of solutions of the whole system; ``viable``: for each unknown the candidates that some solution takes."""

    count: int
    viable: tuple[tuple[Candidate, ...], ...]


def solve(unknowns: Sequence[Unknown], known: Mapping[str, int], equations: Sequence[Equation]) -> Solutions:
    """Solve for one candidate of each unknown such that every equation holds.

    ``known``: millionths of the cells that are decided already. An equation with a cell that is neither known nor among the
    slots of the unknowns asks nothing.

    Raises:
        TooManySums: the bound was met.
    """
    cells = {slot.cell for unknown in unknowns for slot in unknown.slots} | set(known)
    asked = [each for each in equations if cells.issuperset(each.left) and cells.issuperset(each.right)]
    signs: list[dict[str, int]] = [
        {**dict.fromkeys(each.left, 1), **dict.fromkeys(each.right, -1)} for each in asked
    ]
    start = tuple(sum(sign * known[cell] for cell, sign in signed.items() if cell in known) for signed in signs)
    vectors = [[_vector(unknown, candidate, signs) for candidate in unknown.candidates] for unknown in unknowns]
    reach = _bounds(vectors, len(asked))
    # Forward: how often each sum is reached by the first unknowns, kept only while the rest can bring it back to zero.
    forward: list[dict[tuple[int, ...], int]] = [{start: 1}]
    for step, choices in enumerate(vectors):
        sums: dict[tuple[int, ...], int] = {}
        low, high = reach[step + 1]
        for total, times in forward[-1].items():
            for vector in choices:
                new = tuple(a + b for a, b in zip(total, vector, strict=True))
                if all(lo <= -value <= hi for value, lo, hi in zip(new, low, high, strict=True)):
                    sums[new] = sums.get(new, 0) + times
        if len(sums) > MOST_SUMS:
            raise TooManySums
        forward.append(sums)
    zero = (0,) * len(asked)
    count = forward[-1].get(zero, 0)
    wanted = {zero} if count else set()
    viable: list[tuple[Candidate, ...]] = []
    for step in range(len(unknowns) - 1, -1, -1):
        before, kept = set(), []
        for candidate, vector in zip(unknowns[step].candidates, vectors[step], strict=True):
            sources = {tuple(a - b for a, b in zip(total, vector, strict=True)) for total in wanted}
            met = {total for total in sources if total in forward[step]}
            if met:
                kept.append(candidate)
                before |= met
        viable.append(tuple(kept))
        wanted = before
    return Solutions(count, tuple(reversed(viable)))


def _vector(unknown: Unknown, candidate: Candidate, signs: Sequence[Mapping[str, int]]) -> tuple[int, ...]:
    numbers = {slot.cell: piece.number for slot, piece in zip(unknown.slots, candidate, strict=True)}
    return tuple(sum(sign * numbers[cell] for cell, sign in signed.items() if cell in numbers) for signed in signs)


def _bounds(vectors: Sequence[Sequence[tuple[int, ...]]], width: int) -> list[tuple[list[int], list[int]]]:
    """Return for each step the least and the most that the unknowns from there on can add to each residual."""
    reach = [([0] * width, [0] * width)]
    for choices in reversed(vectors):
        low, high = reach[0]
        columns = list(zip(*choices, strict=True)) or [(0,)] * width
        reach.insert(
            0,
            (
                [a + min(column) for a, column in zip(low, columns, strict=True)],
                [a + max(column) for a, column in zip(high, columns, strict=True)],
            ),
        )
    return reach
