"""The audit of each partition on disk: which are due, a chunk of reports at a time, stored in one step.

Here: reading staged frames, memory, stamps, storing. Not here: what is asked (``findings``), anything across partitions.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.auditing import findings, prose
from dagster_project.forms import registry
from schemas import AUDIT_FINDINGS, CELLS, CLAIMS, DOCUMENTS, SECTIONS, Frame

# Raise it with every change that can change what the auditor says; what an older one said is asked again.
AUDITOR_VERSION = 2
# Reports asked at once: their cells and answers stay near 300 MB.
CHUNK = 4096
# The frames of a partition that the auditor writes.
AUDITED = (AUDIT_FINDINGS, CLAIMS)
_RULES = ("equations", "expectations", "ranges", "claim_readings")
_CELLS = ("document_id", "cell", "value", "unit", "raw_text", "status", "locator")
_DOCUMENTS = ("document_id", "outcome", "form", "lane", "report_year", "body_name")
_SECTIONS = ("document_id", "position", "chapter", "text")
# In the Parquet metadata of an audited partition: by which auditor, and of what.
_AUDITOR, _AUDITED = "gongkai_auditor", "gongkai_cells"


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
    auditor = _auditor()
    written = []
    for done, partition in enumerate(partitions, start=1):
        if _path(staging, CELLS, partition).exists():
            stamp = {_AUDITOR: auditor, _AUDITED: _state(staging, partition)}
            if any(_stamp(_path(staging, frame, partition)) != stamp for frame in AUDITED):
                _audit(staging, partition, stamp)
                written.append(partition)
        if progress is not None:
            progress(done, len(partitions))
    _remove_gone(staging)
    return Audit(tuple(partitions), tuple(written))


def _audit(staging: Path, partition: str, stamp: dict[str, str]) -> None:
    """Audit one partition, all of its frames ready before the first is replaced."""
    with tempfile.TemporaryDirectory(prefix=".auditing-", dir=staging) as folder:
        work = Path(folder)
        for number, (documents, cells, sections) in enumerate(_chunks(staging, partition)):
            claims, disagreeing = prose.claims(sections, cells, documents)
            found = {AUDIT_FINDINGS.name: findings.audit(cells, documents, disagreeing), CLAIMS.name: claims}
            for frame in AUDITED:
                part = work / frame.name / f"part-{number:06d}.parquet"
                part.parent.mkdir(exist_ok=True)
                frame.validate(found[frame.name]).write_parquet(part, compression="zstd", statistics=False)
        for frame in AUDITED:
            parts = [pl.scan_parquet(path) for path in sorted((work / frame.name).glob("*.parquet"))]
            new = work / f"{frame.name}.parquet"
            # The parts follow each other by document, and each is in order.
            pl.concat([*parts, frame.empty().lazy()]).sink_parquet(
                new, compression="zstd", maintain_order=True, metadata=stamp
            )
        for frame in AUDITED:
            target = _path(staging, frame, partition)
            target.parent.mkdir(parents=True, exist_ok=True)
            (work / f"{frame.name}.parquet").replace(target)


def _chunks(staging: Path, partition: str) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    """Yield the documents of some reports, their cells and their sections, in the order of their identifiers."""
    documents = pl.read_parquet(_path(staging, DOCUMENTS, partition), columns=list(_DOCUMENTS))
    reports = documents.filter(outcome="report").unique("document_id").sort("document_id")
    for start in range(0, reports.height, CHUNK):
        chunk = reports[start : start + CHUNK]
        first, last = (pl.lit(chunk["document_id"][place]) for place in (0, -1))
        stretches = []
        for frame, columns in ((CELLS, _CELLS), (SECTIONS, _SECTIONS)):
            # Both are stored by document, so a range of identifiers is a stretch of the file.
            rows = pl.scan_parquet(_path(staging, frame, partition)).select(columns)
            within = rows.filter(pl.col("document_id").is_between(first, last)).collect()
            stretches.append(within.join(chunk.select("document_id"), on="document_id", how="semi", maintain_order="left"))
        yield chunk, *stretches


def _path(staging: Path, frame: Frame, partition: str) -> Path:
    return staging / frame.name / f"{partition}.parquet"


def _state(staging: Path, partition: str) -> str:
    """Return what tells one reading of a partition from another: its files are replaced together."""
    stats = [_path(staging, frame, partition).stat() for frame in (DOCUMENTS, CELLS, SECTIONS)]
    return " ".join(f"{stat.st_size} {stat.st_mtime_ns}" for stat in stats)


def _auditor() -> str:
    stated = b"".join((registry.FOLDER / f"{name}.csv").read_bytes() for name in _RULES)
    return f"{AUDITOR_VERSION} {sha256(stated).hexdigest()[:16]}"


def _stamp(path: Path) -> dict[str, str] | None:
    if not path.exists():
        return None
    metadata = pl.read_parquet_metadata(path)
    return {name: metadata[name] for name in (_AUDITOR, _AUDITED) if name in metadata}


def _remove_gone(staging: Path) -> None:
    for frame in AUDITED:
        for path in (staging / frame.name).glob("*.parquet"):
            if not _path(staging, CELLS, path.stem).exists():
                path.unlink()
    for leftover in staging.glob(".auditing-*"):
        shutil.rmtree(leftover, ignore_errors=True)
