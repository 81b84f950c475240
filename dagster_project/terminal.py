"""What ``make run`` prints: progress while it works, and at the end a summary that a person can check by adding up.

Here: words and columns on a terminal or in a log. Not here: any counting (``publishing.accounting``).
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

import polars as pl

from dagster_project.home import Home
from dagster_project.publishing.accounting import PLACES, Account

# Without a terminal one line at most this often, so that a log stays readable.
SECONDS_BETWEEN_LINES = 5.0
QUARANTINED_SHOWN = 10
_PLACE_NAMES = {
    "report": "reports",
    "superseded": "superseded versions",
    "duplicate": "duplicates",
    "not_a_report": "not a report",
    "quarantined": "quarantined",
}


class Progress:
    """Tells one stage after the other how far it is: a bar on a terminal, a line every few seconds elsewhere."""

    def __init__(self, stream: TextIO | None = None, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """``is_stopped`` is asked before each stage: whether the user stopped the run."""
        self._is_stopped = is_stopped
        self._stream = stream or sys.stderr
        self._bar = None
        self._task = None
        self._stage = ""
        self._told = 0.0
        self._begun = time.monotonic()

    def __enter__(self) -> "Progress":
        if self._stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description:<20}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(file=self._stream),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, title: str) -> None:
        """Say what begins.

        Raises:
            KeyboardInterrupt: the run was stopped and the interrupt got lost on its way.
        """
        if self._is_stopped():
            raise KeyboardInterrupt
        self._stage = title
        self._told = time.monotonic()
        if self._bar is None:
            self._line(title)
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(title, total=None)

    def progress(self, done: int, total: int) -> None:
        """Say how far the stage is."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)
        elif time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            self._line(f"{self._stage}: {done:,} of {total:,}")

    def _line(self, text: str) -> None:
        print(f"{time.monotonic() - self._begun:7.1f} s  {text}", file=self._stream, flush=True)


def account_lines(account: Account) -> list[str]:
    """Return the account of the files as an addition that can be checked by hand."""
    rows: list[tuple[str, int]] = [(_PLACE_NAMES[place], account.by_place[place]) for place in PLACES]
    if account.lost:
        rows.append(("LOST", len(account.lost)))
    lines = [_row("files in", account.files), ""]
    lines += [_row(f"  {name}", files) for name, files in rows]
    total = sum(files for _, files in rows)
    verdict = "= files in" if total == account.files and not account.strays else "DOES NOT ADD UP TO the files in"
    lines += [_row("  sum", total) + f"  {verdict}"]
    if account.by_reason:
        lines += ["", "quarantined by reason"]
        lines += [_row(f"  {reason}", files) for reason, files in account.by_reason]
    return lines


def quarantine_lines(account: Account) -> list[str]:
    """Return the first quarantined files with the reason as a sentence."""
    held = account.quarantined.sort("source_path")
    lines = []
    for path, reason, detail in held.head(QUARANTINED_SHOWN).iter_rows():
        lines.append(f"  {path}: {reason}. {detail or ''}".rstrip())
    if held.height > QUARANTINED_SHOWN:
        lines.append(f"  … and {held.height - QUARANTINED_SHOWN:,} more in the table 'quarantine'")
    return ["", "quarantined files", *lines] if lines else []


def count_lines(title: str, counts: Sequence[tuple[str, int]]) -> list[str]:
    """Return counts by a name, under a title, with their sum."""
    lines = ["", title, *(_row(f"  {name}", count) for name, count in counts)]
    return [*lines, _row("  sum", sum(count for _, count in counts))]


def finding_lines(counts: pl.DataFrame) -> list[str]:
    """Return findings (family, status, rows) by status, and the failing ones by family."""
    by_status = counts.group_by("status").agg(pl.col("rows").sum()).sort("rows", "status", descending=[True, False])
    failing = counts.filter(status="fail").sort("rows", "family", descending=[True, False])
    lines = count_lines("findings", list(by_status.select("status", "rows").iter_rows()))
    return lines + count_lines("failing, by family of rule", list(failing.select("family", "rows").iter_rows()))


def standing_line(publication: int) -> str:
    """Return the sentence of a run that built nothing."""
    return f"Nothing changed since publication {publication} was built, so models, checks, tables and pages stand as they were."


def second_lines(seconds: Mapping[str, float], total: float) -> list[str]:
    """Return the seconds by stage."""
    lines = ["", "seconds", *(f"  {stage:<28}{value:>12.1f}" for stage, value in seconds.items())]
    return [*lines, f"  {'everything':<28}{total:>12.1f}"]


def result_lines(home: Home, replaced: int | None, pages: tuple[int, int] | None = None) -> list[str]:
    """Return where the results are. ``pages``: how many pages of reports there are, and how many files of them were written."""
    state = "as it was" if replaced is None else "unchanged" if replaced == 0 else f"{replaced} files replaced"
    lines = [
        "",
        f"published ({state})",
        f"  {home.published / 'gongkai.duckdb'}",
        f"  {home.published / 'parquet'}",
        f"  {home.published / 'csv'}",
    ]
    index = home.published / "reports" / "index.html"
    if pages is None:
        return [*lines, f"  {index}  (as it was)"] if index.exists() else lines
    number, written = pages
    return [*lines, f"  {index}  ({number:,} pages, {written:,} files changed)" if written else f"  {index}  ({number:,} pages, unchanged)"]


def change_lines(number: int, changes: Mapping[str, int]) -> list[str]:
    """Return what a publication changes against the one before, empty when there is nothing to tell."""
    if not changes:
        return []
    return ["", f"publication {number}, changes", *(_row(f"  {change}", count) for change, count in changes.items())]


def _row(name: str, count: int) -> str:
    return f"{name:<30}{count:>12,}"
