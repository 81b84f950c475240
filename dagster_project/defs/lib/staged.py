"""Staged frames as folders of Parquet files that dbt can always read, and what they hold as one digest."""

from hashlib import sha256

from dagster import DataVersion

from dagster_project.defs.lib.archive import UNDATED, write_parquet
from dagster_project.home import Home
from dagster_project.publishing import ledger
from schemas import Frame
from schemas.render import parquet_glob


def fill_empty(home: Home, *frames: Frame) -> None:
    """Give a frame without any file an empty one: dbt cannot read a folder that holds none."""
    for frame in frames:
        if not any((home.staging / frame.name).glob("*.parquet")):
            write_parquet(frame.empty(), home.staging / frame.name / f"{UNDATED}.parquet")


def digest(home: Home, frame: Frame) -> str:
    """Return one SHA-256 of the files that dbt reads of a frame, by name and bytes."""
    names = [path.relative_to(home.staging).as_posix() for path in sorted(home.staging.glob(parquet_glob(frame)))]
    lines = [f"{name} {found}" for name, found in ledger.digests(home.staging, names).items()]
    return sha256("\n".join(lines).encode()).hexdigest()


def data_version(home: Home, frame: Frame) -> DataVersion:
    """Return what Dagster compares: a frame that was staged again with the same bytes makes nothing after it stale."""
    return DataVersion(digest(home, frame))
