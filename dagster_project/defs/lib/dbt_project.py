"""The dbt project: parsed only when it changed, and dbt called in the process that asks.

Here: calling dbt, and its parsed manifest. Not here: what is kept of parsing (``dbt_parse``), the process in which dbt builds
(``dbt_process``), events of a run (``dbt_events``), the models (dbt/).
"""

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.defs.lib import dbt_parse
from dagster_project.defs.lib.dbt_parse import DBT
from dagster_project.home import Home, Unusable

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

_QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats", "--no-version-check")


class DbtError(Unusable):
    """dbt could not parse or run the project. The message is dbt's own."""


def invoke(
    home: Home, command: Sequence[str], parsed: "Manifest", on_event: Callable | None = None, *, project: Path | None = None
) -> "dbtRunnerResult":
    """Run one dbt command in this process on the parsed project, into which dbt writes. ``project``: its folder, when it is another.

    Raises:
        DbtError: dbt stopped before it had results.
        BaseException: the user stopped it, in Python's or in dagster's way; dbt catches it, here it goes on.
    """
    # dbt would write its artifacts again, half a megabyte that nobody reads; the compiled SQL is written all the same.
    return _invoke([*command, "--no-write-json"], home.dbt_target, parsed, on_event, project)


def _invoke(
    command: Sequence[str],
    target: Path,
    parsed: "Manifest | None" = None,
    on_event: Callable | None = None,
    project: Path | None = None,
) -> "dbtRunnerResult":
    folder = str(project or DBT)
    try:
        result = runner_class()(manifest=parsed, callbacks=[on_event] if on_event else []).invoke(
            [*_QUIET, *command, "--project-dir", folder, "--profiles-dir", folder, "--target-path", str(target)]
        )
    finally:
        _close_warehouse()
    if result.exception is not None and not isinstance(result.exception, Exception):
        raise result.exception
    if result.exception is not None and result.result is None:
        raise DbtError(f"dbt {command[0]} stopped: {str(result.exception).strip()}") from result.exception
    return result


def runner_class() -> "type[dbtRunner]":
    """Import dbt and return what runs it."""
    handlers = list(logging.root.handlers)
    from dbt.cli.main import dbtRunner

    # Its usage tracker, which is off, has every message of every library printed on the terminal from its import on.
    logging.root.handlers[:] = handlers
    return dbtRunner


def _close_warehouse() -> None:
    """Close the DuckDB file, which dbt keeps open for the life of the process; nobody else could read it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()


def cache(home: Home) -> Path:
    """Return the folder of what is kept for the project as it is now, shared by all data folders.

    Raises:
        DbtError: dbt cannot parse the project.
    """
    home.into_environment()
    return dbt_parse.folder(home, _invoke)


def manifest(home: Home) -> dict[str, Any]:
    """Return the parsed manifest of the dbt project for this home."""
    return _loaded(cache(home), home)


@lru_cache(maxsize=2)
def _loaded(parsed: Path, home: Home) -> dict[str, Any]:
    return dbt_parse.for_dagster(parsed, home)
