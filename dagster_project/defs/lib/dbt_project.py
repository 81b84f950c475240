"""The dbt project as this process uses it: parsed only when its files changed, called in this process.

Here: calling dbt and its parsed manifest. Not here: events of a run (``dbt_events``), the models (dbt/).
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.home import PROJECT, Home, Unusable

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

DBT = PROJECT / "dbt"
# What dbt itself writes into its project folder, should somebody run it by hand.
_NOT_SOURCES = {"target", "logs", "dbt_packages"}
_QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats", "--no-version-check")


class DbtError(Unusable):
    """dbt could not parse or run the project. The message is dbt's own."""


def invoke(home: Home, command: Sequence[str], on_event: Callable | None = None) -> "dbtRunnerResult":
    """Run one dbt command in this process (a dbt process of its own costs 12 to 35 seconds).

    Raises:
        DbtError: dbt stopped before it had results.
        KeyboardInterrupt: the user stopped it; dbt catches it, here it goes on.
    """
    from dbt.cli.main import dbtRunner

    home.into_environment()
    try:
        result = dbtRunner(callbacks=[on_event] if on_event else []).invoke(
            [*_QUIET, *command, "--project-dir", str(DBT), "--profiles-dir", str(DBT), "--target-path", str(home.dbt_target)]
        )
    finally:
        _close_warehouse()
    if isinstance(result.exception, KeyboardInterrupt | SystemExit):
        raise result.exception
    if result.exception is not None and result.result is None:
        raise DbtError(f"dbt {command[0]} stopped: {str(result.exception).strip()}") from result.exception
    return result


def _close_warehouse() -> None:
    """Close the DuckDB file, which dbt keeps open for the life of the process; nobody else could read it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()


def manifest_path(home: Home) -> Path:
    """Return the parsed manifest of the dbt project for this home, parsing it only when the project's files changed."""
    path = home.dbt_target / "manifest.json"
    stamp = home.dbt_target / "parsed.sha256"
    wanted = _fingerprint(home)
    if not path.exists() or not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        home.dbt_target.mkdir(parents=True, exist_ok=True)
        invoke(home, ["parse"])
        stamp.write_text(wanted, encoding="utf-8")
    return path


def manifest(home: Home) -> dict[str, Any]:
    """Return the parsed manifest of the dbt project for this home."""
    path = manifest_path(home)
    return _loaded(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _loaded(path: Path, _changed: int) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _fingerprint(home: Home) -> str:
    """Return a hash over the dbt project's files and the folder they are rendered for."""
    digest = sha256(str(home.data).encode())
    for path in sorted(DBT.rglob("*")):
        relative = path.relative_to(DBT)
        if path.is_file() and relative.parts[0] not in _NOT_SOURCES and not path.name.startswith("."):
            digest.update(f"{relative.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
