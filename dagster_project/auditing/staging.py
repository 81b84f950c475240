"""The audit of each partition on disk: equations over its staged cells.

Here: which partitions are due, reading and storing their frames. Not here: the equations themselves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.auditing import equations
from dagster_project.forms import registry
from schemas import AUDIT_FINDINGS, CELLS

# Raise it with every change that can change what the auditor says; what an older one said is asked again.
AUDITOR_VERSION = 1
# In the Parquet metadata of an audited partition: by which auditor, and of which cells.
_AUDITOR, _AUDITED = "gongkai_auditor", "gongkai_cells"


@dataclass(frozen=True)
class Audit:
    """What one audit did: partitions asked for, and those audited anew."""

    partitions: tuple[str, ...]
    rewritten: tuple[str, ...]


def audit(staging: Path, partitions: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Audit:
    """Ask every equation of every staged report and store the answers, one Parquet file per partition.

    A partition is audited again only when its cells or the auditor changed. Partitions whose cells are gone lose their audit.

    Raises:
        schemas.ContractError: the findings broke their contract; the stored ones stay as they were.
    """
    auditor = _auditor()
    written = []
    for done, partition in enumerate(partitions, start=1):
        source = staging / CELLS.name / f"{partition}.parquet"
        target = staging / AUDIT_FINDINGS.name / f"{partition}.parquet"
        if not source.exists():
            continue
        stamp = {_AUDITOR: auditor, _AUDITED: f"{source.stat().st_size} {source.stat().st_mtime_ns}"}
        if _stamp(target) != stamp:
            cells = pl.read_parquet(source, columns=["document_id", "cell", "value"])
            findings = AUDIT_FINDINGS.validate(equations.ask(cells).sort(*AUDIT_FINDINGS.key))
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_suffix(".new")
            findings.write_parquet(new, compression="zstd", metadata=stamp)
            new.replace(target)
            written.append(partition)
        if progress is not None:
            progress(done, len(partitions))
    _remove_gone(staging)
    return Audit(tuple(partitions), tuple(written))


def _auditor() -> str:
    equations_stated = (registry.FOLDER / "equations.csv").read_bytes()
    return f"{AUDITOR_VERSION} {sha256(equations_stated).hexdigest()[:16]}"


def _stamp(path: Path) -> dict[str, str] | None:
    if not path.exists():
        return None
    metadata = pl.read_parquet_metadata(path)
    return {name: metadata[name] for name in (_AUDITOR, _AUDITED) if name in metadata}


def _remove_gone(staging: Path) -> None:
    for path in (staging / AUDIT_FINDINGS.name).glob("*.parquet"):
        if not (staging / CELLS.name / path.name).exists():
            path.unlink()
