"""The staged frames on disk: which documents are due, reading them on all cores, storing each partition in one step.

Here: the ledger (the staged ``documents`` are it), batches, worker processes, atomic writes. Not here: how a batch is read.

A partition is one Parquet file per frame. Batches are formed in the order of paths and written as parts while reading goes
on, so memory holds a few batches and never the archive.
"""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from dagster_project.documents import doc, scan
from dagster_project.reading.assemble import documents_frame
from dagster_project.reading.document import READER_VERSION, Document, Source, document_id
from schemas import DOCUMENTS, STAGED, Frame

# Large enough that the cost of a frame is spread over many documents, small enough that a batch's frames stay near 200 MB.
BATCH_DOCUMENTS = 1024
BATCH_BYTES = 128 * 1024 * 1024
# Starting a worker process costs as much as reading some hundred documents.
DOCUMENTS_WORTH_A_WORKER = 400
SCANS_IN_A_BATCH = 4
# Reasons that tell of the run, not of the file: such a document is read again.
_PASSING = ("changed_during_run", "vanished", "reader_failed")
# Reasons that tell what this machine lacked, and whether it has it now.
_LACKING = {scan.SCAN: scan.available, doc.NEEDS_LIBREOFFICE: lambda: doc.program() is not None}
_PART = "part-{:06d}.parquet"
_POLARS_THREADS = "POLARS_MAX_THREADS"
_OBJECTS_BETWEEN_COLLECTIONS = 10_000


@dataclass(frozen=True)
class Refresh:
    """What one refresh of the staged frames did."""

    partitions: tuple[str, ...]
    rewritten: tuple[str, ...]
    documents_read: int
    documents_kept: int
    documents_dropped: int
    scans_read: int = 0
    seconds_by_stage: dict[str, float] = field(default_factory=dict)
    workers: int = 1


def frame_path(staging: Path, frame: Frame, partition: str) -> Path:
    """Return the Parquet file of one frame and partition."""
    return staging / frame.name / f"{partition}.parquet"


def refresh(
    manifest: pl.DataFrame,
    raw: Path,
    staging: Path,
    partitions: Sequence[str],
    *,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Refresh:
    """Bring the staged frames of ``partitions`` to the state of the manifest, reading only what is new or changed.

    ``progress`` is called with documents done and due. Files that are gone from the manifest leave the frames; partitions
    that are gone from it leave the staging folder.

    Raises:
        schemas.ContractError: a frame broke its contract; the partitions stored before stay as they were.
    """
    started = time.perf_counter()
    plans = [_plan(manifest.filter(partition=partition), staging, partition) for partition in partitions]
    changed = [plan for plan in plans if plan.changed]
    due = [source for plan in changed for source in plan.due]
    batches = [(plan, batch) for plan in changed for batch in _batches(plan.due, manifest)]
    workers = _workers(len(due), workers)
    planned = time.perf_counter()
    staging.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=staging) as folder:
        work = Path(folder)
        jobs = [_Job(batch, raw, work / plan.partition, number) for number, (plan, batch) in enumerate(batches)]
        done, scans = 0, []
        for finished in _run(jobs, workers):
            done += finished.count
            scans += finished.scans
            if progress is not None:
                progress(done, len(due))
        read = time.perf_counter()
        # In a pool of their own: a scan takes seconds where the others take milliseconds, and its models take memory.
        by_partition = [
            (work / plan.partition, [source for source in plan.due if source in set(scans)]) for plan in changed
        ]
        scan_jobs = _scan_jobs(by_partition, raw, len(jobs))
        for finished in _run(scan_jobs, min(workers_available(), len(scan_jobs)) or 1):
            done += finished.count
            if progress is not None:
                progress(done, len(due))
        recognised = time.perf_counter()
        for plan in changed:
            _store(plan, work / plan.partition, staging)
    _remove_gone(staging, set(manifest["partition"]))
    stored = time.perf_counter()
    return Refresh(
        partitions=tuple(partitions),
        rewritten=tuple(plan.partition for plan in changed),
        documents_read=len(due),
        documents_kept=sum(plan.kept.height for plan in plans),
        documents_dropped=sum(plan.dropped for plan in plans),
        scans_read=len(scans),
        seconds_by_stage={
            "plan": planned - started,
            "read": read - planned,
            "recognise": recognised - read,
            "store": stored - recognised,
        },
        workers=workers,
    )


@dataclass(frozen=True)
class _Plan:
    """What a partition needs: files to read, rows that never need reading, ledger rows that stay."""

    partition: str
    due: list[Source]
    unread: pl.DataFrame
    kept: pl.DataFrame
    dropped: int
    changed: bool


def _plan(manifest: pl.DataFrame, staging: Path, partition: str) -> _Plan:
    unread = _unread(manifest)
    readable = manifest.filter(pl.col("duplicate_of").is_null() & pl.col("problem").is_null())
    complete = all(frame_path(staging, frame, partition).exists() for frame in STAGED)
    ledger = DOCUMENTS.empty()
    if complete:
        ledger = pl.read_parquet(frame_path(staging, DOCUMENTS, partition), memory_map=False)
    passing = [*_PASSING, *(reason for reason, there in _LACKING.items() if there())]
    lasting = (pl.col("reader_version") == READER_VERSION) & ~pl.col("reason_code").is_in(passing).fill_null(False)
    kept = ledger.filter(lasting).join(readable, on=["source_path", "source_sha256"], how="semi", maintain_order="left")
    due = readable.join(kept, on=["source_path", "source_sha256"], how="anti", maintain_order="left")
    same = pl.concat([kept, unread]).sort(*DOCUMENTS.key).equals(ledger.sort(*DOCUMENTS.key))
    dropped = ledger.join(manifest, on="source_path", how="anti").height
    changed = not complete or due.height > 0 or not same
    sources = [Source(*row) for row in due.select("source_path", "source_sha256", "partition", "file_kind").iter_rows()]
    return _Plan(partition, sources, unread, kept, dropped, changed)


def _unread(manifest: pl.DataFrame) -> pl.DataFrame:
    """Return ledger rows for files that need no reading: byte duplicates and what cannot be opened."""
    rows = []
    for row in manifest.iter_rows(named=True):
        if row["duplicate_of"] is None and row["problem"] is None:
            continue
        source = Source(row["source_path"], row["source_sha256"], row["partition"], row["file_kind"])
        document = Document(source, document_id(source.source_sha256, source.source_path), kind=source.file_kind)
        if row["problem"] is not None:
            document.end("quarantined", "intake", row["problem"], row["problem_detail"])
        else:
            document.end(
                "duplicate",
                "intake",
                "duplicate",
                f"The file holds the same bytes as {row['duplicate_of']}, which is read.",
            )
            document.duplicate_of = row["duplicate_of"]
        rows.append(document)
    return documents_frame(rows)


def _batches(sources: list[Source], manifest: pl.DataFrame) -> Iterator[list[Source]]:
    sizes = dict(manifest.select("source_path", "size_bytes").iter_rows())
    batch: list[Source] = []
    size = 0
    for source in sources:
        if batch and (len(batch) >= BATCH_DOCUMENTS or size + sizes[source.source_path] > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(source)
        size += sizes[source.source_path]
    if batch:
        yield batch


def workers_available() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _workers(due: int, wanted: int | None) -> int:
    available = workers_available()
    return max(
        1, min(wanted or available, due // DOCUMENTS_WORTH_A_WORKER + 1, available if wanted is None else wanted)
    )


@dataclass(frozen=True)
class _Job:
    """One batch: files to read, the archive, the folder for its parts, its number. ``scans``: recognise characters."""

    sources: list[Source]
    raw: Path
    parts: Path
    number: int
    scans: bool = False


@dataclass(frozen=True)
class _Done:
    """How many files a job finished, and which it left for the pass that recognises characters."""

    count: int
    scans: list[Source]


def _run(jobs: list[_Job], workers: int) -> Iterator[_Done]:
    if workers == 1:
        yield from map(_read_to_parts, jobs)
        return
    # Spawned, not forked: a forked copy of polars' thread pool never answers.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=ready_to_read)
    with _one_thread_each(), pool:
        for future in as_completed([pool.submit(_read_to_parts, job) for job in jobs]):
            yield future.result()


def _scan_jobs(left: list[tuple[Path, list[Source]]], raw: Path, first: int) -> list[_Job]:
    """Return jobs for the scans of all partitions, a few files each: one scan takes as long as some thousand pages."""
    found = [
        (parts, sources[start : start + SCANS_IN_A_BATCH])
        for parts, sources in left
        for start in range(0, len(sources), SCANS_IN_A_BATCH)
    ]
    return [_Job(sources, raw, parts, first + at, scans=True) for at, (parts, sources) in enumerate(found)]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Have processes that are started inside the block use one thread for polars: each is one core's work.

    The variable is read when polars is imported, which is before anything of ours runs in a new process.
    """
    before = os.environ.get(_POLARS_THREADS)
    os.environ[_POLARS_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_POLARS_THREADS]
        else:
            os.environ[_POLARS_THREADS] = before


def ready_to_read() -> None:
    """Prepare a process that does nothing but read: what it has imported stays, and is not looked through for garbage."""
    import dagster_project.reading.batch  # noqa: F401

    gc.freeze()
    # Pages are freed when they are read; collecting now and then is enough.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _read_to_parts(job: _Job) -> _Done:
    from dagster_project.reading.batch import read_batch

    frames = read_batch(job.sources, job.raw, scans=job.scans)
    left: list[Source] = []
    if not job.scans and scan.available():
        documents = frames[DOCUMENTS.name]
        paths = set(documents.filter(pl.col("reason_code") == scan.SCAN)["source_path"])
        left = [source for source in job.sources if source.source_path in paths]
        ids = documents.filter(pl.col("source_path").is_in(paths))["document_id"].implode()
        if left:
            frames = {name: frame.filter(~pl.col("document_id").is_in(ids)) for name, frame in frames.items()}
    for name, frame in frames.items():
        part = job.parts / name / _PART.format(job.number)
        part.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(part, compression="zstd", statistics=False)
    return _Done(len(job.sources) - len(left), left)


def _store(plan: _Plan, parts: Path, staging: Path) -> None:
    """Write the partition's files: kept rows and new ones, sorted by key; all frames are ready before the first is replaced."""
    kept_ids = plan.kept.select("document_id").unique()
    ready: list[tuple[Path, Path]] = []
    for frame in STAGED:
        target = frame_path(staging, frame, plan.partition)
        sources = [pl.scan_parquet(path) for path in sorted((parts / frame.name).glob("*.parquet"))]
        if frame is DOCUMENTS:
            sources += [plan.kept.lazy(), plan.unread.lazy()]
        elif target.exists() and plan.kept.height:
            sources.append(pl.scan_parquet(target).join(kept_ids.lazy(), on="document_id", how="semi"))
        sources.append(frame.empty().lazy())
        parts.mkdir(parents=True, exist_ok=True)
        new = parts / f"{frame.name}.parquet"
        pl.concat(sources).sort(*frame.key).sink_parquet(new, compression="zstd", maintain_order=True)
        ready.append((new, target))
    # The ledger goes last: a run cut short between two files finds it unchanged and reads again.
    for new, target in sorted(ready, key=lambda pair: pair[1].parent.name == DOCUMENTS.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        new.replace(target)


def _remove_gone(staging: Path, partitions: set[str]) -> None:
    for frame in STAGED:
        for path in (staging / frame.name).glob("*.parquet"):
            if path.stem not in partitions:
                path.unlink()
    for leftover in staging.glob(".reading-*"):
        shutil.rmtree(leftover, ignore_errors=True)
