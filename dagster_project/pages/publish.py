"""Bring the folder of pages up to date with the published tables, writing only what changed.

Here: what a page depends on, which pages are made anew, the files. Not here: what stands in a page (``page``, ``index``).

A page is made again when a row it is made of, the registry of forms or the code of this package changed; a ledger beside the
private warehouse keeps a fingerprint of each page. A page made again with the same bytes is not written. Each file is replaced
by one rename. Nothing is read but the published Parquet files, so pages and tables cannot tell different things.
"""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.forms import registry
from dagster_project.pages.index import indexes
from dagster_project.pages.page import Batch, pages, version_links
from dagster_project.publishing.database import MEMORY_LIMIT
from dagster_project.publishing.files import BUILDING, disk_full, literal, quoted, replacing
from dagster_project.publishing.files import sha256 as sha256_of

FOLDER = "reports"
INDEX = f"{FOLDER}/index.html"
# Pages are made so many at a time: their text is held in memory, about 40 kB each.
PAGES_AT_A_TIME = 2_500
_TABLES = ("dim_report", "fct_cells", "fct_findings", "fct_corrections")
# The columns of the tables that a page shows; nothing else of them is read.
_CELL = ("cell", "value", "unit", "raw_text", "status", "locator")
_FINDING = (
    "finding_id", "rule", "family", "place", "cells", "left_value", "right_value", "residual", "diagnosis", "suspect_cell",
    "implied_value", "blame", "pattern", "verdict", "verdict_reason", "is_open",
)  # fmt: skip
_CORRECTION = ("cell", "printed_text", "corrected_value", "reason", "status")
# A page is in the folder of its year and named by its report; anything else in that column would lead elsewhere.
_PAGE_PATH = rf"^{FOLDER}/[0-9]{{4}}/[0-9a-f]{{8,64}}\.html$"
_LEDGER = {"report_id": pl.String, "page_path": pl.String, "fingerprint": pl.UInt64}


class PagesError(Exception):
    """The pages could not be brought up to date; the tables are published. The message says why and what to do."""


@dataclass(frozen=True)
class Pages:
    """What was done: pages of reports, files written and removed (lists of pages included), reports with a failed equation."""

    pages: int
    written: int
    removed: int
    failing: int
    index: Path
    seconds: float


@dataclass(frozen=True)
class _Ledger:
    """What the pages were made of: a fingerprint each, a hash of all inputs, the paths of the lists."""

    pages: pl.DataFrame
    inputs: str
    lists: str

    @property
    def files(self) -> set[str]:
        return {*self.pages["page_path"].str.strip_prefix(f"{FOLDER}/"), *self.lists.split(" ")}


def publish_pages(published: Path, ledger: Path) -> Pages:
    """Write the page of every report of the published ``dim_report``, and the lists of pages; remove what is left of others.

    ``ledger``: the file that remembers what each page was made of; without it every page is made again.

    Raises:
        PagesError: it could not be done.
    """
    started = time.monotonic()
    try:
        return _publish(published, ledger, started)
    except (OSError, duckdb.Error, pl.exceptions.PolarsError) as error:
        full = disk_full(error)
        cause = f"no space left on the disk of {published}" if full else str(error)
        raise PagesError(
            f"The pages of the reports could not be written: {cause}. The tables are published; pages that were not reached are as "
            f"they were. {'Free some space there' if full else 'Mend the cause'} and run again."
        ) from error


def standing_pages(published: Path, ledger: Path) -> int | None:
    """Return how many pages of reports there are when each is there and made of today's tables and code, else None."""
    known = _read_ledger(ledger)
    return known.pages.height if _stand(known, _inputs(published), set(_present(published / FOLDER))) else None


def _stand(known: "_Ledger | None", inputs: str, present: set[str]) -> bool:
    return known is not None and known.inputs == inputs and present == known.files


def _publish(published: Path, ledger: Path, started: float) -> Pages:
    key = _inputs(published)
    known = _read_ledger(ledger)
    folder = published / FOLDER
    present = set(_present(folder))
    if _stand(known, key, present):
        reports = pl.read_parquet(_table(published, "dim_report"), columns=["is_current", "equations_failed"])
        return _done(published, reports, 0, 0, started)
    reports = _reports(published)
    fingerprints = _fingerprints(published, reports)
    stale = _stale(fingerprints, known.pages if known else None, present)
    written = 0
    for html in _made(published, reports, stale):
        written += sum(_write(published / path, text) for path, text in html.select("page_path", "html").iter_rows())
    lists = indexes(reports)
    written += sum(_write(folder / path, text) for path, text in lists.items())
    kept = {*reports["page_path"].str.strip_prefix(f"{FOLDER}/"), *lists}
    removed = _remove(folder, present - kept)
    _write_ledger(ledger, fingerprints, key, lists)
    return _done(published, reports, written, removed, started)


def _done(published: Path, reports: pl.DataFrame, written: int, removed: int, started: float) -> Pages:
    failing = reports.filter(pl.col("is_current"), pl.col("equations_failed") > 0).height
    return Pages(reports.height, written, removed, failing, published / INDEX, round(time.monotonic() - started, 3))


def _table(published: Path, name: str) -> Path:
    return published / "parquet" / f"{name}.parquet"


def _inputs(published: Path) -> str:
    """Return a hash of everything the pages are made of."""
    return " ".join([_code(), *(sha256_of(_table(published, name)) for name in _TABLES)])


def _code() -> str:
    """Return a hash of this package, of the registry of forms, and of the versions of what makes the fingerprints."""
    digest = sha256(f"{pl.__version__} {duckdb.__version__}".encode())
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *here.glob("*.css"), *registry.FOLDER.glob("*.csv")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _reports(published: Path) -> pl.DataFrame:
    """Return dim_report with what a page says of other reports: the year before, the current version, the other ones.

    Raises:
        PagesError: a page path leads out of the folder of pages.
    """
    reports = pl.read_parquet(_table(published, "dim_report"))
    wrong = reports.filter(~pl.col("page_path").str.contains(_PAGE_PATH).fill_null(False))
    if wrong.height:
        raise PagesError(
            f"Expected each page_path of dim_report to be {FOLDER}/<year>/<report_id>.html, found {wrong['page_path'][0]!r}. "
            "No page was written; mend the model dim_report and run again."
        )
    whose = ["body_id", "scope", "report_year"]
    current = reports.filter("is_current").unique(whose, keep="first", maintain_order=True)
    prior = current.select(
        "body_id", "scope", pl.col("report_year") + 1, prior_report_id="report_id", prior_path="page_path", prior_form="form"
    )
    now = current.select(*whose, current_path="page_path")
    unanswered = (
        pl.scan_parquet(_table(published, "fct_findings"))
        .filter(family="equation", severity="hard", status="not_assessable")
        .group_by("report_id")
        .agg(not_assessable=pl.len().cast(pl.Int64))
        .collect()
    )
    return (
        reports.join(prior, on=whose, how="left", maintain_order="left")
        .join(now, on=whose, how="left", maintain_order="left")
        .join(version_links(reports), on="report_id", how="left", maintain_order="left")
        .join(unanswered, on="report_id", how="left", maintain_order="left")
        .with_columns(pl.col("not_assessable").fill_null(0))
        .sort("report_id")
    )


def _fingerprints(published: Path, reports: pl.DataFrame) -> pl.DataFrame:
    """Return a fingerprint of everything each page is made of: report_id, page_path, fingerprint."""

    def of(name: str, columns: Iterable[str], where: str = "true") -> pl.DataFrame:
        """The sum over the hashes of a report's rows, each of which names its place; the order says nothing."""
        # By DuckDB, which hashes a repeated text once: an eighth of what polars takes for 20 million cells.
        return connection.execute(
            f"select report_id, (sum(hash({', '.join(map(quoted, columns))})::hugeint) % 18446744073709551616)::ubigint as row "
            f"from read_parquet({literal(_table(published, name))}) where report_id is not null and {where} group by report_id"
        ).pl()

    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        cells = of("fct_cells", _CELL)
        failed = of("fct_findings", _FINDING, "status = 'fail'")
        corrected = of("fct_corrections", _CORRECTION)
    joined = (
        reports.with_columns(own=pl.struct(pl.all()).hash())
        .join(cells.rename({"row": "cells"}), on="report_id", how="left")
        .join(cells.rename({"row": "prior", "report_id": "prior_report_id"}), on="prior_report_id", how="left")
        .join(failed.rename({"row": "failed"}), on="report_id", how="left")
        .join(corrected.rename({"row": "corrected"}), on="report_id", how="left")
    )
    made_of = pl.struct("own", "cells", "prior", "failed", "corrected", pl.lit(_code()).alias("code"))
    return joined.select("report_id", "page_path", fingerprint=made_of.hash()).sort("report_id")


def _stale(fingerprints: pl.DataFrame, known: pl.DataFrame | None, present: set[str]) -> pl.Series:
    """Return the reports whose page is not there, or was made of something else."""
    if known is None:
        return fingerprints["report_id"]
    there = pl.DataFrame({"page_path": [f"{FOLDER}/{name}" for name in sorted(present)]}, schema={"page_path": pl.String})
    fresh = fingerprints.join(known, on=fingerprints.columns, how="semi").join(there, on="page_path", how="semi")
    return fingerprints.join(fresh, on="report_id", how="anti")["report_id"].sort()


def _made(published: Path, reports: pl.DataFrame, stale: pl.Series) -> Iterator[pl.DataFrame]:
    """Make the pages of reports, some at a time."""
    failed = pl.scan_parquet(_table(published, "fct_findings")).filter(status="fail").select("report_id", *_FINDING)
    cells = pl.scan_parquet(_table(published, "fct_cells")).select("report_id", *_CELL)
    corrections = pl.scan_parquet(_table(published, "fct_corrections")).select("report_id", *_CORRECTION)
    for start in range(0, len(stale), PAGES_AT_A_TIME):
        wanted = reports.filter(pl.col("report_id").is_in(stale.slice(start, PAGES_AT_A_TIME).implode()))
        ours = pl.col("report_id").is_in(wanted["report_id"].implode())
        before = wanted.select("report_id", "prior_report_id").drop_nulls()
        theirs = pl.col("report_id").is_in(before["prior_report_id"].implode())
        # A list of identifiers is looked up in the statistics of the files; a join would read all of them.
        own, last_year, found, corrected = pl.collect_all(
            [
                cells.filter(ours),
                cells.filter(theirs).select("cell", "value", "status", prior_report_id="report_id"),
                failed.filter(ours),
                corrections.filter(ours),
            ]
        )
        last_year = before.join(last_year, on="prior_report_id", how="inner")
        yield pages(Batch(wanted, own.sort("report_id", "cell"), last_year, found, corrected))


def _present(folder: Path) -> Iterator[str]:
    """Return the HTML files below the folder of pages, relative to it."""
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from (f"{entry.name}/{inner.name}" for inner in os.scandir(entry) if inner.name.endswith((".html", BUILDING)))
        elif entry.name.endswith((".html", BUILDING)):
            yield entry.name


def _write(path: Path, text: str) -> bool:
    """Write a file unless it holds the same bytes, and return whether it did; a reader sees the old file or the new one."""
    content = text.encode()
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    with replacing(path) as building:
        building.write_bytes(content)
    return True


def _remove(folder: Path, names: set[str]) -> int:
    """Remove the pages of reports that are no more, and folders of years that are left empty."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
    for year in {name.partition("/")[0] for name in names if "/" in name}:
        if not any((folder / year).iterdir()):
            (folder / year).rmdir()
    return len(names)


def _read_ledger(path: Path) -> _Ledger | None:
    """Return what is remembered of the last time; None when nothing is."""
    try:
        frame, metadata = pl.read_parquet(path), pl.read_parquet_metadata(path)
    except (OSError, pl.exceptions.PolarsError):
        # Without it every page is made again; what is the same is not written.
        return None
    return _Ledger(frame, metadata.get("inputs", ""), metadata.get("lists", "")) if dict(frame.schema) == _LEDGER else None


def _write_ledger(path: Path, fingerprints: pl.DataFrame, inputs: str, lists: Iterable[str]) -> None:
    with replacing(path) as building:
        fingerprints.write_parquet(building, metadata={"inputs": inputs, "lists": " ".join(lists)})
