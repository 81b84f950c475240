"""Comparisons across partitions on disk: each report year against the year before, and its reports among themselves.

Here: which report years are due, their profiles from every partition, storing. Not here: the comparisons (``history``,
``similarity``), what is compared (``profiles``).
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dagster_project.auditing import findings, history, similarity
from dagster_project.auditing.stamps import Stamp, frame_path, stamp, stamped
from schemas import AUDIT_FINDINGS, HISTORY_FINDINGS, PROFILES, TEXT_SIMILARITY

# The frames that this step writes, one Parquet file per report year.
COMPARED = (HISTORY_FINDINGS, TEXT_SIMILARITY)


@dataclass(frozen=True)
class Comparison:
    """What one comparison did: report years known, and those compared anew."""

    years: tuple[int, ...]
    rewritten: tuple[int, ...]


def compare(staging: Path) -> Comparison:
    """Compare every report year of the profiles with the one before, and store what was found.

    A year is compared again only when a partition with reports of it or of the year before changed, or the auditor did.

    Raises:
        schemas.ContractError: a frame broke its contract; the stored ones stay as they were.
    """
    holding = _partitions_by_year(staging)
    written = []
    for year in sorted(holding):
        partitions = sorted(holding[year] | holding.get(year - 1, set()))
        current = stamp(frame_path(staging, PROFILES, partition) for partition in partitions)
        if any(stamped(frame_path(staging, frame, str(year))) != current for frame in COMPARED):
            _compare(staging, year, partitions, current)
            written.append(year)
    for frame in COMPARED:
        for path in (staging / frame.name).glob("*.parquet"):
            if not path.stem.isdigit() or int(path.stem) not in holding:
                path.unlink()
    return Comparison(tuple(sorted(holding)), tuple(written))


def _partitions_by_year(staging: Path) -> dict[int, set[str]]:
    holding: dict[int, set[str]] = {}
    for path in sorted((staging / PROFILES.name).glob("*.parquet")):
        for year in pl.read_parquet(path, columns=["report_year"])["report_year"].drop_nulls().unique():
            holding.setdefault(year, set()).add(path.stem)
    return holding


def _compare(staging: Path, year: int, partitions: list[str], current: Stamp) -> None:
    paths = [frame_path(staging, PROFILES, partition) for partition in partitions]
    both = pl.scan_parquet(paths).filter(pl.col("report_year").is_in([year, year - 1])).collect().unique("document_id")
    this_year, last_year = (both.filter(report_year=each).sort("document_id") for each in (year, year - 1))
    similar = similarity.similarities(this_year, last_year)
    found = [*history.against_last_year(this_year, last_year), *similarity.repetitions(similar, both)]
    # Neither report alone is to blame for a difference between two; a repeated text is the source's own.
    blame = pl.when(pl.col("family") == "similarity").then(pl.lit("source")).otherwise(pl.lit("undecided"))
    rows = findings.found_rows(found).with_columns(blame=blame).sort("document_id", "rule", "place")
    frames = {HISTORY_FINDINGS: rows.select(AUDIT_FINDINGS.polars_schema.names()), TEXT_SIMILARITY: similar}
    with tempfile.TemporaryDirectory(prefix=".comparing-", dir=staging) as folder:
        ready = []
        for frame, content in frames.items():
            new = Path(folder) / f"{frame.name}.parquet"
            frame.validate(content).write_parquet(new, compression="zstd", metadata=current)
            ready.append((new, frame_path(staging, frame, str(year))))
        for new, target in ready:
            target.parent.mkdir(parents=True, exist_ok=True)
            new.replace(target)
