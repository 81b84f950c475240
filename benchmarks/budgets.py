"""Budgets, the figures measured against them, and how both are shown.

Here: one line of the table, the table on a terminal and in benchmarks/results.md. Not here: measuring.
"""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.md"


@dataclass(frozen=True)
class Line:
    """One figure: what it is, what it has to be (``at_least``, ``at_most`` or neither), what was found, and in which unit.

    ``judged`` is false when the archive was too small for the budget to mean anything.
    """

    what: str
    found: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""
    judged: bool = True

    @property
    def budget(self) -> str:
        if self.at_least is not None:
            return f"≥ {_shown(self.at_least)}{self.unit}"
        return f"≤ {_shown(self.at_most)}{self.unit}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        if self.at_least is None and self.at_most is None:
            return ""
        if not self.judged:
            return "not judged"
        return "pass" if self.passed else "FAIL"

    @property
    def passed(self) -> bool:
        return (self.at_least is None or self.found >= self.at_least) and (self.at_most is None or self.found <= self.at_most)

    def cells(self) -> tuple[str, str, str, str]:
        return self.what, self.budget, f"{_shown(self.found)}{self.unit}", self.verdict


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) and abs(number) >= 1 or abs(number) >= 100 else f"{number:.3g}"


def tell(title: str, lines: Sequence[Line], say: Callable[[str], None]) -> None:
    """Say one table, its columns aligned."""
    rows = [("", "budget", "found", ""), *(line.cells() for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    say(f"\n{title}")
    for row in rows:
        say("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write(ratios: Sequence[Line], seconds: Sequence[Line], setting: str) -> None:
    """Write benchmarks/results.md: first what any machine should find, then the seconds of this one."""
    parts = [
        "# What was measured last",
        "Written by `make bench`; `make bench COUNT=<reports>` for another size.",
        f"{setting} {_machine()}",
        "## Ratios",
        "Measured in the same run on the same bytes, so that they hold on any machine.",
        _markdown(ratios),
        "## Seconds and memory on that machine",
        _markdown(seconds),
    ]
    RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _markdown(lines: Sequence[Line]) -> str:
    rows = ["| what | budget | found | |", "|---|---|---|---|"]
    return "\n".join([*rows, *("| " + " | ".join(line.cells()) + " |" for line in lines)])


def _machine() -> str:
    return (
        f"Measured with {cores()} core(s), {platform.machine()}, {platform.system()}, Python {platform.python_version()}."
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
