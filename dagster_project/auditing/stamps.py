"""Which auditor said what is stored, and of which input: so that only what can have changed is asked again.

Here: the auditor's version, stamps in the metadata of Parquet files, the state of input files. Not here: asking.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.forms import registry
from schemas import Frame

# Raise it with every change that can change what the auditor says; what an older one said is asked again.
AUDITOR_VERSION = 4
_RULES = ("cells", "outcomes", "equations", "expectations", "ranges", "claim_readings")
_AUDITOR, _AUDITED = "gongkai_auditor", "gongkai_audited"

Stamp = dict[str, str]


def stamp(inputs: Iterable[Path]) -> Stamp:
    """Return the stamp of what today's auditor says of these files as they are now."""
    states = []
    for path in inputs:
        stat = path.stat()
        states.append(f"{path.name} {stat.st_size} {stat.st_mtime_ns}")
    return {_AUDITOR: _auditor(), _AUDITED: "; ".join(states)}


def stamped(path: Path) -> Stamp | None:
    """Return the stamp of a stored file, None when there is no file."""
    if not path.exists():
        return None
    metadata = pl.read_parquet_metadata(path)
    return {name: metadata[name] for name in (_AUDITOR, _AUDITED) if name in metadata}


def auditor_of(found: Stamp) -> str | None:
    """Return by which auditor it was said, whatever the input."""
    return found.get(_AUDITOR)


def frame_path(staging: Path, frame: Frame, partition: str) -> Path:
    """Return the Parquet file of one frame and partition."""
    return staging / frame.name / f"{partition}.parquet"


def _auditor() -> str:
    stated = b"".join((registry.FOLDER / f"{name}.csv").read_bytes() for name in _RULES)
    return f"{AUDITOR_VERSION} {sha256(stated).hexdigest()[:16]}"
