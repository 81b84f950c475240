"""The audit of each partition on disk: which documents are due, a chunk of them at a time on every core, stored in one step.

Here: reading staged frames, memory, worker processes, storing. Not here: what is asked (``findings``, ``prose``,
``plausibility``), comparisons across partitions (``years``).

What was said of a document stays while it was read the same way by the same reader, and the auditor is the same: a new report
in a partition of twenty thousand costs one report's audit and the rewriting of the partition's files.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from dagster_project.auditing.stamps import Stamp, auditor_of, frame_path, stamp, stamped
from schemas import AUDIT_FINDINGS, CELLS, CLAIMS, DOCUMENTS, PROFILES, SECTIONS, Frame

# Reports asked at once: their cells, texts and answers stay near 250 MB.
CHUNK = 2048
# Starting a worker process costs as much as auditing some thousand reports.
REPORTS_WORTH_A_WORKER = 3000
# The frames of a partition that the auditor writes, and their order.
AUDITED = (AUDIT_FINDINGS, CLAIMS, PROFILES)
_ORDER = {AUDIT_FINDINGS.name: ("document_id", "rule", "place"), CLAIMS.name: CLAIMS.key, PROFILES.name: PROFILES.key}
_READ = (DOCUMENTS, CELLS, SECTIONS)
_CELLS = ("document_id", "cell", "value", "unit", "raw_text", "status", "locator")
_SECTIONS = ("document_id", "position", "chapter", "text")
_POLARS_THREADS = "POLARS_MAX_THREADS"


@dataclass(frozen=True)
class Audit:
    """What one audit did: partitions asked for, those stored anew, and how many documents were audited for that."""

    partitions: tuple[str, ...]
    rewritten: tuple[str, ...]
    documents: int = 0


def audit(
    staging: Path,
    partitions: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
    *,
    workers: int | None = None,
) -> Audit:
    """Audit every staged report and store the answers, one Parquet file per frame and partition.

    Only documents that were read anew are audited, all of them when the auditor changed. Partitions whose cells are gone lose
    their audit. ``progress`` is called with documents done and due.

    Raises:
        schemas.ContractError: a frame broke its contract; the stored ones stay as they were.
        registry.RegistryError: a rule names what no form has.
    """
    # Worker processes import this module too, and need no reader.
    from dagster_project.reading.staging import workers_available

    plans = [plan for partition in partitions if (plan := _plan(staging, partition)) is not None]
    due = sum(plan.due.height for plan in plans)
    with tempfile.TemporaryDirectory(prefix=".auditing-", dir=staging) as folder:
        jobs = [job for plan in plans for job in plan.jobs(staging, Path(folder))]
        done = 0
        for count in _run(jobs, workers or max(1, min(workers_available(), due // REPORTS_WORTH_A_WORKER + 1))):
            done += count
            if progress is not None:
                progress(done, due)
        for plan in plans:
            _store(plan, staging, Path(folder))
    _remove_gone(staging)
    return Audit(tuple(partitions), tuple(plan.partition for plan in plans), due)


@dataclass(frozen=True)
class _Job:
    """One chunk: its documents, and the folder for its parts."""

    staging: Path
    partition: str
    documents: pl.DataFrame
    parts: Path
    number: int


@dataclass(frozen=True)
class _Plan:
    """What a partition needs: documents to audit, documents whose rows stay, and the stamp of it all."""

    partition: str
    due: pl.DataFrame
    kept: pl.DataFrame
    current: Stamp

    def jobs(self, staging: Path, folder: Path) -> Iterator[_Job]:
        for number, start in enumerate(range(0, self.due.height, CHUNK)):
            yield _Job(staging, self.partition, self.due[start : start + CHUNK], folder / self.partition, number)


def _plan(staging: Path, partition: str) -> _Plan | None:
    """Return what a partition needs, None when nothing changed."""
    from dagster_project.auditing.profiles import read_as

    if not frame_path(staging, CELLS, partition).exists():
        return None
    current = stamp(frame_path(staging, frame, partition) for frame in _READ)
    stored = [stamped(frame_path(staging, frame, partition)) for frame in AUDITED]
    if all(each == current for each in stored):
        return None
    documents = pl.read_parquet(frame_path(staging, DOCUMENTS, partition), memory_map=False)
    reports = documents.filter(outcome="report").unique("document_id").sort("document_id")
    kept = pl.DataFrame(schema={"document_id": pl.String})
    if all(each is not None and auditor_of(each) == auditor_of(current) and each == stored[0] for each in stored):
        before = pl.read_parquet(frame_path(staging, PROFILES, partition), columns=["document_id", "read_as"])
        now = reports.select("document_id", read_as=read_as(reports))
        kept = now.join(before, on=["document_id", "read_as"], how="semi").select("document_id")
    return _Plan(partition, reports.join(kept, on="document_id", how="anti", maintain_order="left"), kept, current)


def _run(jobs: list[_Job], workers: int) -> Iterator[int]:
    if workers == 1 or len(jobs) == 1:
        yield from map(_audit_to_parts, jobs)
        return
    # Spawned, not forked: a forked copy of polars' thread pool never answers.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    with _one_thread_each(), pool:
        for future in as_completed([pool.submit(_audit_to_parts, job) for job in jobs]):
            yield future.result()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Give each process that starts meanwhile one thread of polars: there is one process for each core."""
    before = os.environ.get(_POLARS_THREADS)
    os.environ[_POLARS_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_POLARS_THREADS]
        else:
            os.environ[_POLARS_THREADS] = before


def _audit_to_parts(job: _Job) -> int:
    from dagster_project.auditing import findings, plausibility, prose
    from dagster_project.auditing.profiles import profiles

    cells, sections = (_rows(job, frame, columns) for frame, columns in ((CELLS, _CELLS), (SECTIONS, _SECTIONS)))
    claims, disagreeing = prose.claims(sections, cells, job.documents)
    implausible = findings.found_rows(plausibility.implausible(cells, sections, job.documents))
    found = {
        AUDIT_FINDINGS.name: findings.audit(cells, job.documents, disagreeing, implausible),
        CLAIMS.name: claims,
        PROFILES.name: profiles(cells, sections, job.documents),
    }
    for frame in AUDITED:
        part = job.parts / frame.name / f"part-{job.number:06d}.parquet"
        part.parent.mkdir(parents=True, exist_ok=True)
        frame.validate(found[frame.name]).write_parquet(part, compression="zstd", statistics=False)
    return job.documents.height


def _rows(job: _Job, frame: Frame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the rows of one chunk's documents. They are stored by document, so a range of identifiers is a stretch of the file."""
    ids = job.documents["document_id"]
    rows = pl.scan_parquet(frame_path(job.staging, frame, job.partition)).select(columns)
    within = rows.filter(pl.col("document_id").is_between(pl.lit(ids[0]), pl.lit(ids[-1]))).collect()
    return within.join(job.documents.select("document_id"), on="document_id", how="semi", maintain_order="left")


def _store(plan: _Plan, staging: Path, folder: Path) -> None:
    """Write the partition's files: rows that stay and new ones; all frames are ready before the first is replaced."""
    parts = folder / plan.partition
    parts.mkdir(parents=True, exist_ok=True)
    for frame in AUDITED:
        rows = [pl.scan_parquet(path) for path in sorted((parts / frame.name).glob("*.parquet"))]
        if plan.kept.height:
            stored = pl.scan_parquet(frame_path(staging, frame, plan.partition))
            rows.append(stored.join(plan.kept.lazy(), on="document_id", how="semi"))
        pl.concat([*rows, frame.empty().lazy()]).sort(_ORDER[frame.name]).sink_parquet(
            parts / f"{frame.name}.parquet", compression="zstd", maintain_order=True, metadata=plan.current
        )
    for frame in AUDITED:
        target = frame_path(staging, frame, plan.partition)
        target.parent.mkdir(parents=True, exist_ok=True)
        (parts / f"{frame.name}.parquet").replace(target)


def _remove_gone(staging: Path) -> None:
    for frame in AUDITED:
        for path in (staging / frame.name).glob("*.parquet"):
            if not frame_path(staging, CELLS, path.stem).exists():
                path.unlink()
    for leftover in staging.glob(".auditing-*"):
        shutil.rmtree(leftover, ignore_errors=True)
