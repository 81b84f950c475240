"""What the steps of one run share: the home, who is told about progress, and what was measured on the way.

Here: the resource ``archive`` and the manifest's file. Not here: what a step does.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from dagster_project.home import Home
from dagster_project.publishing.files import replacing
from schemas import MANIFEST

if TYPE_CHECKING:
    from dagster_project.defs.lib.last_build import Standing
    from dagster_project.pages import Pages
    from dagster_project.publishing import Publication
    from dagster_project.reading.staging import Refresh

# The partition of an archive without any year, so that an empty archive too can be run.
UNDATED = "undated"


class Reporter(Protocol):
    """Who is told about long work."""

    def stage(self, title: str) -> None: ...

    def progress(self, done: int, total: int) -> None: ...


class Silent:
    """Tells nobody: runs started in the UI, tests."""

    def stage(self, title: str) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int) -> None:
        """Say nothing."""


class Archive:
    """The archive and data folder of a run. ``make run`` scans first, to know the partitions, and hands the result over."""

    def __init__(self, home: Home | None = None, reporter: Reporter | None = None, *, keeps_what_stands: bool = False) -> None:
        """``keeps_what_stands``: models are built only when something changed since the last build. Who asks for a model in the
        UI gets it built."""
        self._home = home
        self.keeps_what_stands = keeps_what_stands
        self._manifest: pl.DataFrame | None = None
        self.reporter = reporter or Silent()
        self.seconds: dict[str, float] = {}
        self.refresh: Refresh | None = None
        self.publication: Publication | None = None
        self.pages: Pages | None = None
        self.standing: Standing | None = None

    @property
    def home(self) -> Home:
        if self._home is None:
            self._home = Home.from_environment()
            self._home.into_environment()
        return self._home

    @contextmanager
    def measured(self, stage: str) -> Iterator[None]:
        """Add the seconds of the block to ``seconds[stage]``."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - started

    def manifest(self) -> pl.DataFrame:
        """Return the manifest of the archive as it is now; the archive is scanned once per run."""
        if self._manifest is None:
            from dagster_project.documents import manifest

            self.home.require_raw()
            with self.measured("scan"):
                self._manifest = manifest.scan(self.home.raw, self.stored_manifest(), datetime.now(UTC))
        return self._manifest

    def stored_manifest(self) -> pl.DataFrame | None:
        """Return the manifest of the last run, None when there is none of today's columns."""
        if not self.home.manifest.exists():
            return None
        stored = pl.read_parquet(self.home.manifest)
        return stored if stored.schema == MANIFEST.polars_schema else None

    def store_manifest(self, frame: pl.DataFrame) -> bool:
        """Write the manifest when it differs from the stored one, and return whether it did."""
        stored = self.stored_manifest()
        if stored is not None and stored.equals(frame):
            return False
        write_parquet(frame, self.home.manifest)
        return True

    def partitions(self) -> list[str]:
        """Return the partitions of the manifest and of what is staged, in order: a staged one may have lost its files."""
        staged = {path.stem for path in self.home.staging.glob("documents/*.parquet")}
        return sorted({*self.manifest()["partition"], *staged}) or [UNDATED]


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame so that a reader sees the old file or the new one, never a part."""
    with replacing(path) as building:
        frame.write_parquet(building)
