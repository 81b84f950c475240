"""The benchmarks: ``make bench [COUNT=<reports>]``, that is python -m benchmarks.

Synthetic HTML reports of about 70 kB (seeded: the same every time), read on one core against the parser alone and against
pandas, then taken from raw to published, again with nothing new, and again with one new report. Here: what is run and which
budgets it has (design: budgets as ratios within one run). Not here: how it is measured.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import click

from benchmarks import all_cores, budgets, lanes, one_core, whole_run
from benchmarks.budgets import Line
from benchmarks.whole_run import Run
from dagster_project.home import Home
from dagster_project.synthesis.archive import written
from dagster_project.synthesis.layouts import RENDERERS, Layout
from dagster_project.synthesis.truth import make_truth

SEED = 2024
# Smaller archives are mostly start-up, so what is said about reading is not judged.
JUDGED_FROM = 10_000
_GROWTH = 10
_GIBIBYTE = 1024**3
# At 100,000 reports and more.
_MANY = 100_000


@click.command()
@click.option("--count", default=10_000, envvar="GONGKAI_COUNT", show_default=True, type=click.IntRange(min=100), help="Reports.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to work; a temporary folder by default.")
def main(count: int, folder: Path | None) -> None:
    """Measure, print a table, write benchmarks/results.md. The exit status is 1 when a budget was missed."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-", dir=folder) as place:
        ratios, seconds, setting = _measure(count, Path(place))
    budgets.tell("ratios", ratios, click.echo)
    budgets.tell("seconds and memory", seconds, click.echo)
    budgets.write(ratios, seconds, setting)
    missed = [line for line in (*ratios, *seconds) if line.verdict == "FAIL"]
    click.echo(f"\n{len(missed)} budget(s) missed. Written to {budgets.RESULTS}.")
    sys.exit(1 if missed else 0)


def _measure(count: int, place: Path) -> tuple[list[Line], list[Line], str]:
    raw = place / "raw"
    load = os.getloadavg()[0]
    size = _write(raw, count)
    _say("reading on one core, against the parser and pandas")
    rates = one_core.measure(raw)
    _say("reading on all cores")
    busy = all_cores.measure(raw)
    _say("one document of each lane")
    by_lane = lanes.measure()
    # Twice, and the better: the first may still have to parse the dbt project or wait for the disk.
    empty = min((_run(f"an empty archive ({each} of 2)", _empty(place, each)) for each in (1, 2)), key=lambda run: run.seconds)
    one = _run("an archive of one report", _home(place / "one", _one_report(place / "one" / "raw", 0)))
    home = _home(place / "whole", raw)
    whole = _run(f"{count:,} reports", home)
    tenth = _tenth(place, count) if count >= JUDGED_FROM else None
    before = whole_run.published(home)
    again = _run("nothing new", home)
    after = whole_run.published(home)
    changed = sum(before.get(path) != after.get(path) for path in before.keys() | after.keys())
    _one_report(raw, 1)
    new = _run(f"one new report among {count:,}", home)
    judged = count >= JUDGED_FROM
    reading = whole.stages["reading"]
    ratios = [
        Line("HTML to staged cells, one core: documents per second, to those of the parser alone", rates.to_parser, at_least=0.25),
        Line("the same, to those of pandas.read_html (lxml)", rates.to_pandas, at_least=4),
        Line("cores kept busy while reading, of those there are", busy, at_least=0.75, judged=judged),
        Line("reading, of the wall time from raw to published", reading / whole.seconds, at_least=0.5, judged=judged),
        Line("one new report, to a run over an empty archive", new.seconds / empty.seconds, at_most=2),
        Line("nothing new: documents read", again.documents_read, at_most=0),
        Line("nothing new: published files with other bytes", changed, at_most=0),
    ]
    if tenth is not None:
        growth = ((whole.seconds - empty.seconds) / count) / ((tenth.seconds - empty.seconds) / (count // _GROWTH))
        what = f"time per report beyond the start-up, {count:,} reports to {count // _GROWTH:,}"
        ratios.append(Line(what, growth, at_most=1.2))
    seconds = [
        Line("one report, raw to published", one.seconds, at_most=15, unit=" s"),
        Line("— processor seconds", one.processor_seconds, unit=" s"),
        Line("an empty archive", empty.seconds, unit=" s"),
        Line("— processor seconds", empty.processor_seconds, unit=" s"),
        Line(f"{count:,} reports, raw to published", whole.seconds, unit=" s"),
        *(Line(f"— {stage}", taken, unit=" s") for stage, taken in whole.stages.items()),
        Line("— processor seconds", whole.processor_seconds, unit=" s"),
        Line("most memory, with all processes", whole.peak_bytes / _GIBIBYTE, at_most=3 if count >= _MANY else 2, unit=" GiB"),
        Line("nothing new", again.seconds, unit=" s"),
        Line("— processor seconds", again.processor_seconds, unit=" s"),
        Line("one new report", new.seconds, unit=" s"),
        Line("— processor seconds", new.processor_seconds, unit=" s"),
        *(Line(f"one document, {what}", taken, unit=" ms") for what, taken in by_lane.items()),
        Line("documents read per second, one core", rates.read_per_second),
        Line("documents parsed per second, one core", rates.parser_per_second),
    ]
    setting = (
        f"{count:,} synthetic HTML reports of {size / count / 1000:.0f} kB, raw to published; {rates.documents:,} of them on one core. "
        f"Programs that others ran on the machine when it began: {load:.1f} (load average); what is not in processor seconds is "
        "as slow as they made it."
    )
    return ratios, seconds, setting


def _write(raw: Path, count: int) -> int:
    """Write the archive and return its bytes."""
    _say(f"writing {count:,} reports")
    return sum(path.stat().st_size for path, _ in written(raw, count, SEED))


def _run(what: str, home: Home) -> Run:
    _say(what)
    found = whole_run.run(home)
    _say(f"  {found.seconds:.1f} s, {found.documents_read:,} documents read")
    return found


def _empty(place: Path, number: int) -> Home:
    raw = place / "empty"
    raw.mkdir(exist_ok=True)
    return _home(place / f"empty-{number}", raw)


def _home(folder: Path, raw: Path) -> Home:
    return Home.at(raw, folder / "data")


def _one_report(raw: Path, number: int) -> Path:
    """Add a report that is in no archive of ``written``."""
    truth = make_truth(f"one:{number}", "2021", body=f"瑾{'阙隰'[number]}县统计局", year=2023)
    folder = raw / str(truth.report_year)
    folder.mkdir(parents=True, exist_ok=True)
    layout = Layout.random(SEED + number, oddity=0.0, target_bytes=70_000)
    (folder / f"one-{number}.html").write_bytes(RENDERERS["html"](truth, layout).content)
    return raw


def _tenth(place: Path, count: int) -> Run:
    raw = place / "tenth"
    _write(raw, count // _GROWTH)
    return _run(f"{count // _GROWTH:,} reports", _home(place / "tenth-home", raw))


_STARTED = time.monotonic()


def _say(text: str) -> None:
    click.echo(f"{time.monotonic() - _STARTED:7.1f} s  {text}", err=True)


if __name__ == "__main__":
    main()
