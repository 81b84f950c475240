"""Synthetic archives: many reports in folders of report years, for benchmarks and tests.

Here: which reports, which layouts, where they go. Not here: the demonstration archive (``demonstration``).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from dagster_project.synthesis import bodies
from dagster_project.synthesis.layouts import EXTENSIONS, RENDERERS, Layout
from dagster_project.synthesis.truth import YEARS, ReportTruth, make_truth

# Most pages of an archive are sound; each odd habit is met in about one page of thirty.
ODDITY = 0.03
_FORM_OF_YEAR = {year: form for form, years in YEARS.items() for year in years}


def write_archive(
    folder: Path,
    count: int,
    seed: int,
    *,
    forms: Sequence[str] = ("2019", "2021"),
    kinds: Sequence[str] = ("html",),
    target_bytes: int | None = 70_000,
    years: Sequence[int] | None = None,
    oddity: float = ODDITY,
) -> list[ReportTruth]:
    """Write ``count`` reports to ``folder/<report year>/<name>.<extension>`` and return their truths in order.

    No two reports are of the same body and year. A body reports in each of ``years`` in turn (all years of ``forms`` by
    default), carrying open requests over. The same arguments write the same bytes. ``target_bytes`` is for HTML pages.
    """
    return [
        truth
        for _, truth in written(
            folder, count, seed, forms=forms, kinds=kinds, target_bytes=target_bytes, years=years, oddity=oddity
        )
    ]


def written(
    folder: Path,
    count: int,
    seed: int,
    *,
    forms: Sequence[str] = ("2019", "2021"),
    kinds: Sequence[str] = ("html",),
    target_bytes: int | None = 70_000,
    years: Sequence[int] | None = None,
    oddity: float = ODDITY,
) -> Iterator[tuple[Path, ReportTruth]]:
    """Write reports as ``write_archive`` does, one at a time: each path with its truth, for archives too large to keep."""
    for number, truth in enumerate(_truths(count, seed, forms, years)):
        kind = kinds[number % len(kinds)]
        layout = Layout.random(
            seed * 1_000_003 + number, oddity=oddity, target_bytes=target_bytes if kind == "html" else None
        )
        place = folder / str(truth.report_year)
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"t{truth.published_on:%Y%m%d}_{number:07}.{EXTENSIONS[kind]}"
        path.write_bytes(RENDERERS[kind](truth, layout).content)
        yield path, truth


def _truths(count: int, seed: int, forms: Sequence[str], years: Sequence[int] | None) -> Iterator[ReportTruth]:
    years = sorted(years or (year for form in forms for year in YEARS[form]))
    if count > bodies.COUNT * len(years):
        raise ValueError(
            f"Expected at most {bodies.COUNT * len(years)} reports of {len(years)} years ({bodies.COUNT} names of bodies), "
            f"found {count}. Add years or write a smaller archive."
        )
    before: ReportTruth | None = None
    for number in range(count):
        body, at = divmod(number, len(years))
        year = years[at]
        form = _FORM_OF_YEAR.get(year, forms[-1])
        follows = before is not None and at > 0 and before.report_year == year - 1
        before = make_truth(
            f"{seed}:{number}",
            form if form in forms else forms[0],
            body=bodies.invented((body + seed) % bodies.COUNT),
            year=year,
            carried_in=before.carried_out() if follows and before is not None else None,
        )
        yield before
