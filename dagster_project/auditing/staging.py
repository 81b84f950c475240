"""The audit of each partition on disk: which are due, a chunk of reports at a time, stored in one step.

Here: reading staged frames, memory, storing. Not here: what is asked (``findings``, ``prose``, ``plausibility``), comparisons
across partitions (``years``).
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dagster_project.auditing import findings, plausibility, prose
from dagster_project.auditing.profiles import profiles
from dagster_project.auditing.stamps import Stamp, frame_path, stamp, stamped
from schemas import AUDIT_FINDINGS, CELLS, CLAIMS, DOCUMENTS, PROFILES, SECTIONS

# Reports asked at once: their cells, texts and answers stay near 400 MB.
CHUNK = 4096
# The frames of a partition that the auditor writes.
AUDITED = (AUDIT_FINDINGS, CLAIMS, PROFILES)
_READ = (DOCUMENTS, CELLS, SECTIONS)
_CELLS = ("document_id", "cell", "value", "unit", "raw_text", "status", "locator")
_SECTIONS = ("document_id", "position", "chapter", "text")
_DOCUMENTS = (
    "document_id",
    "outcome",
    "form",
    "lane",
    "report_year",
    "scope",
    "body_id",
    "body_name",
    "body_level",
    "body_kind",
)


@dataclass(frozen=True)
class Audit:
    """What one audit did: partitions asked for, and those audited anew."""

    partitions: tuple[str, ...]
    rewritten: tuple[str, ...]


def audit(staging: Path, partitions: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Audit:
    """Audit every staged report and store the answers, one Parquet file per frame and partition.

    A partition is audited again only when what was read or the auditor changed. Partitions whose cells are gone lose their
    audit. ``progress`` is called with partitions done and due.

    Raises:
        schemas.ContractError: a frame broke its contract; the stored ones stay as they were.
        registry.RegistryError: a rule names what no form has.
    """
    written = []
    for done, partition in enumerate(partitions, start=1):
        if frame_path(staging, CELLS, partition).exists():
            current = stamp(frame_path(staging, frame, partition) for frame in _READ)
            if any(stamped(frame_path(staging, frame, partition)) != current for frame in AUDITED):
                _audit(staging, partition, current)
                written.append(partition)
        if progress is not None:
            progress(done, len(partitions))
    _remove_gone(staging)
    return Audit(tuple(partitions), tuple(written))


def _audit(staging: Path, partition: str, current: Stamp) -> None:
    """Audit one partition, all of its frames ready before the first is replaced."""
    with tempfile.TemporaryDirectory(prefix=".auditing-", dir=staging) as folder:
        work = Path(folder)
        for number, (documents, cells, sections) in enumerate(_chunks(staging, partition)):
            claims, disagreeing = prose.claims(sections, cells, documents)
            implausible = findings.found_rows(plausibility.implausible(cells, sections, documents))
            found = {
                AUDIT_FINDINGS.name: findings.audit(cells, documents, disagreeing, implausible),
                CLAIMS.name: claims,
                PROFILES.name: profiles(cells, sections, documents),
            }
            for frame in AUDITED:
                part = work / frame.name / f"part-{number:06d}.parquet"
                part.parent.mkdir(exist_ok=True)
                frame.validate(found[frame.name]).write_parquet(part, compression="zstd", statistics=False)
        for frame in AUDITED:
            parts = [pl.scan_parquet(path) for path in sorted((work / frame.name).glob("*.parquet"))]
            new = work / f"{frame.name}.parquet"
            # The parts follow each other by document, and each is in order.
            pl.concat([*parts, frame.empty().lazy()]).sink_parquet(
                new, compression="zstd", maintain_order=True, metadata=current
            )
        for frame in AUDITED:
            target = frame_path(staging, frame, partition)
            target.parent.mkdir(parents=True, exist_ok=True)
            (work / f"{frame.name}.parquet").replace(target)


def _chunks(staging: Path, partition: str) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    """Yield the documents of some reports, their cells and their sections, in the order of their identifiers."""
    documents = pl.read_parquet(frame_path(staging, DOCUMENTS, partition), columns=list(_DOCUMENTS))
    reports = documents.filter(outcome="report").unique("document_id").sort("document_id")
    for start in range(0, reports.height, CHUNK):
        chunk = reports[start : start + CHUNK]
        first, last = (pl.lit(chunk["document_id"][place]) for place in (0, -1))
        stretches = []
        for frame, columns in ((CELLS, _CELLS), (SECTIONS, _SECTIONS)):
            # Both are stored by document, so a range of identifiers is a stretch of the file.
            rows = pl.scan_parquet(frame_path(staging, frame, partition)).select(columns)
            within = rows.filter(pl.col("document_id").is_between(first, last)).collect()
            stretches.append(within.join(chunk.select("document_id"), on="document_id", how="semi", maintain_order="left"))
        yield chunk, *stretches


def _remove_gone(staging: Path) -> None:
    for frame in AUDITED:
        for path in (staging / frame.name).glob("*.parquet"):
            if not frame_path(staging, CELLS, path.stem).exists():
                path.unlink()
    for leftover in staging.glob(".auditing-*"):
        shutil.rmtree(leftover, ignore_errors=True)
