"""Staged frames as folders of Parquet files that dbt can always read."""

from dagster_project.defs.lib.archive import UNDATED, write_parquet
from dagster_project.home import Home
from schemas import Frame


def fill_empty(home: Home, *frames: Frame) -> None:
    """Give a frame without any file an empty one: dbt cannot read a folder that holds none."""
    for frame in frames:
        if not any((home.staging / frame.name).glob("*.parquet")):
            write_parquet(frame.empty(), home.staging / frame.name / f"{UNDATED}.parquet")
