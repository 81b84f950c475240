"""Where a run reads and writes: the archive, the data folder, and every path inside it.

Here: the two environment variables, the folders they lead to, whether they can be used, and the lock that lets one run
at a time write to a data folder. Not here: what is stored in those folders.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RAW_VARIABLE = "GONGKAI_RAW"
DATA_VARIABLE = "GONGKAI_DATA"

_DAGSTER_YAML = """\
# Written by 'make run' when it is missing; yours to change.
telemetry:
  enabled: false
# No dialogue that asks for an address.
nux:
  enabled: false
# Steps run in the process that prints the summary: their output belongs on its terminal, not into files.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


class Unusable(Exception):
    """The archive or the data folder cannot be used. The message says what was expected, what was found, what to do."""


class Busy(Unusable):
    """Another run or program holds the data folder or the warehouse."""


@dataclass(frozen=True)
class Home:
    """The folders of one archive and its warehouse. All paths are absolute."""

    raw: Path
    data: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the home named by GONGKAI_RAW and GONGKAI_DATA, else raw/ and data/ of the project."""
        return cls.at(os.environ.get(RAW_VARIABLE) or PROJECT / "raw", os.environ.get(DATA_VARIABLE) or PROJECT / "data")

    @classmethod
    def at(cls, raw: Path | str, data: Path | str) -> "Home":
        return cls(Path(raw).expanduser().resolve(), Path(data).expanduser().resolve())

    @property
    def staging(self) -> Path:
        return self.data / "staging"

    @property
    def manifest(self) -> Path:
        return self.staging / "manifest.parquet"

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse" / "gongkai.duckdb"

    @property
    def page_ledger(self) -> Path:
        """What the pages of the published reports were made of."""
        return self.warehouse.with_name("report_pages.parquet")

    @property
    def published_ledger(self) -> Path:
        """What was written into the published files."""
        return self.warehouse.with_name("published_files.json")

    @property
    def last_build(self) -> Path:
        """What the warehouse and the published snapshot were built from; it is there only while they stand as built."""
        return self.warehouse.with_name("last_build.json")

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def refused(self) -> Path:
        """What a refused publication would have changed, for a person to look at."""
        return self.data / "refused"

    @property
    def dagster(self) -> Path:
        return self.data / "dagster"

    @property
    def dbt_target(self) -> Path:
        return self.data / "dbt_target"

    @property
    def lock(self) -> Path:
        return self.data / "run.lock"

    def into_environment(self) -> None:
        """Make this home the one that dbt, dagster and child processes see, and keep their telemetry off."""
        os.environ |= {
            RAW_VARIABLE: str(self.raw),
            DATA_VARIABLE: str(self.data),
            "DAGSTER_HOME": str(self.dagster),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_VERSION_CHECK": "false",
            "DBT_TARGET_PATH": str(self.dbt_target),
            "DBT_LOG_PATH": str(self.dbt_target / "logs"),
        }

    def require_raw(self) -> None:
        """Raise Unusable unless the archive is a folder that can be listed."""
        if not self.raw.is_dir():
            found = "a file" if self.raw.exists() else "nothing"
            raise Unusable(f"Expected a folder of reports at {self.raw}, found {found}. Name the archive with RAW=<folder>.")
        if not os.access(self.raw, os.R_OK | os.X_OK):
            raise Unusable(f"The archive {self.raw} cannot be read by this user. Grant read permission on the folder.")

    def prepare(self) -> None:
        """Create the folders that a run writes to, and dagster's settings.

        Raises:
            Unusable: the data folder cannot be written.
        """
        try:
            for folder in (self.staging, self.warehouse.parent, self.published, self.dagster, self.dbt_target):
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    pass
            settings = self.dagster / "dagster.yaml"
            if not settings.exists():
                settings.write_text(_DAGSTER_YAML, encoding="utf-8")
        except OSError as error:
            raise Unusable(
                f"Expected to write to the data folder {self.data}, but: {error.strerror} ({error.filename}). "
                "Grant write permission, free space, or name another folder with DATA=<folder>."
            ) from error

    @contextmanager
    def only_run(self) -> Iterator[None]:
        """Hold the data folder for this process; may be nested. The lock ends with the process, however it ends.

        Raises:
            Busy: another process holds it.
        """
        if str(self.lock) in _held:
            yield
            return
        with self.lock.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise Busy(
                    f"Another run (process {holder}) is writing to {self.data}. Wait until it has ended, end it, "
                    "or name another folder with DATA=<folder>. Nothing was changed."
                ) from None
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
            _held.add(str(self.lock))
            try:
                yield
            finally:
                _held.discard(str(self.lock))
                file.truncate(0)

    def require_warehouse(self) -> None:
        """Raise Busy when another program has the private warehouse open."""
        if not self.warehouse.exists():
            return
        import duckdb

        try:
            duckdb.connect(str(self.warehouse)).close()
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            raise Busy(
                f"Another program has the private warehouse {self.warehouse} open. Close it there; to look at the "
                f"tables, open {self.published / 'gongkai.duckdb'} instead, which no run ever locks. Nothing was changed."
            ) from error


# Locks that this process holds.
_held: set[str] = set()
