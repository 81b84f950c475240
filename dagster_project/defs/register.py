"""Register: what people write down about bodies, checked and staged for the models."""

from collections.abc import Callable, Iterator

import dagster as dg
import polars as pl

from dagster_project.defs.lib.archive import Archive, write_parquet
from dagster_project.defs.lib.columns import frame_key, table_schema
from dagster_project.defs.lib.staged import data_version
from dagster_project.home import PROJECT, Home
from schemas import BODY_SUCCESSIONS, EXPECTED_BODIES, Frame

EXPECTED_LIST = PROJECT / "review" / "expected_bodies.csv"
FRAMES = (BODY_SUCCESSIONS, EXPECTED_BODIES)
_SOURCES = {
    BODY_SUCCESSIONS.name: "dagster_project/bodies/registry/successions.csv",
    EXPECTED_BODIES.name: "review/expected_bodies.csv, which need not exist",
}


@dg.multi_asset(
    name="register",
    group_name="intake",
    specs=[
        dg.AssetSpec(
            frame_key(frame.name),
            description=f"{frame.grain} From {_SOURCES[frame.name]}.",
            kinds={"polars", "parquet"},
            metadata={"dagster/column_schema": table_schema(frame)},
        )
        for frame in FRAMES
    ],
)
def register(archive: dg.ResourceParam[Archive]) -> Iterator[dg.MaterializeResult]:
    """Check the tables and stage them. One that contradicts itself stops the run before anything is built from it."""
    from dagster_project.bodies.register import RegisterError, expected_bodies, successions

    read: dict[str, Callable[[], pl.DataFrame]] = {
        BODY_SUCCESSIONS.name: successions,
        EXPECTED_BODIES.name: lambda: expected_bodies(EXPECTED_LIST),
    }
    with archive.home.only_run():
        for frame in FRAMES:
            try:
                table = read[frame.name]()
            except RegisterError as error:
                raise dg.Failure(str(error), allow_retries=False) from error
            stored = _store(archive.home, frame, table)
            yield dg.MaterializeResult(
                asset_key=frame_key(frame.name),
                data_version=data_version(archive.home, frame),
                metadata={
                    "dagster/row_count": table.height,
                    "dagster/column_schema": table_schema(frame),
                    "stored anew": stored,
                },
            )


def _store(home: Home, frame: Frame, table: pl.DataFrame) -> bool:
    """Write a staged table when it differs from the stored one, and return whether it did."""
    path = home.staging / f"{frame.name}.parquet"
    if path.exists() and pl.read_parquet(path, memory_map=False).equals(table):
        return False
    write_parquet(table, path)
    return True
