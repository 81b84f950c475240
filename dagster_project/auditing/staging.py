"""The audit of each partition on disk: equations over its staged cells.

Here: which partitions are due, reading and storing their frames. Not here: the equations themselves.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from dagster_project.auditing import equations
from schemas import AUDIT_FINDINGS, CELLS


def audit(staging: Path, partitions: Sequence[str]) -> tuple[str, ...]:
    """Ask every equation of every staged report and store the answers, one Parquet file per partition.

    A partition is audited again only when its cells are newer than its audit. Returns the partitions written.

    Raises:
        schemas.ContractError: the findings broke their contract; the stored ones stay as they were.
    """
    written = []
    for partition in partitions:
        source = staging / CELLS.name / f"{partition}.parquet"
        target = staging / AUDIT_FINDINGS.name / f"{partition}.parquet"
        if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
            continue
        cells = pl.read_parquet(source, columns=["document_id", "cell", "value"])
        findings = AUDIT_FINDINGS.validate(equations.ask(cells).sort(*AUDIT_FINDINGS.key))
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_suffix(".new")
        findings.write_parquet(new, compression="zstd")
        new.replace(target)
        written.append(partition)
    _remove_gone(staging)
    return tuple(written)


def _remove_gone(staging: Path) -> None:
    for path in (staging / AUDIT_FINDINGS.name).glob("*.parquet"):
        if not (staging / CELLS.name / path.name).exists():
            path.unlink()
