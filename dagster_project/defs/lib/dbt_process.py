"""dbt in a process of its own, which tells each result as it comes.

Importing dbt and loading its project takes seconds in which the run has other work, and so do Dagster's events, which this process
writes while dbt builds on. Here: that process, what it is asked and what it answers. Not here: calling dbt (``dbt_project``), events
made of the answers (``dbt_events``).

There is one such process for the life of this one, idle between builds. It is started before it is needed (``prepare``), or when it is.
A build that is not heard to its end ends the process: DuckDB keeps what was committed and forgets the rest.
"""

import atexit
import os
import signal
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process, util
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.home import Home

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from duckdb import DuckDBPyConnection

_RESULTS = {"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"}
_FAILED = ("error", "fail", "runtime error")
_SKIPPED = "skipped"
_AT_PLACE = "database_name = ? and schema_name = ? and table_name = ?"
# A command that reads the settings and the project, and neither the warehouse nor anything else.
_NOTHING = ("list", "--select", "resource_type:analysis")
# dbt closes what it has opened; then it is killed.
_SECONDS_TO_END = 10
# Name of a column → its type in DuckDB.
Columns = Mapping[str, str]


@dataclass(frozen=True)
class Relation:
    """A table or view of the warehouse: its columns, and its rows unless it is a view."""

    columns: Columns
    rows: int | None = None


@dataclass(frozen=True)
class Before:
    """What the warehouse held before the build, by quoted name. The first answer."""

    relations: Mapping[str, Relation]


@dataclass(frozen=True)
class Result:
    """One node was built, tested or skipped: dbt's own message, and what stands in its place now."""

    message: dict[str, Any]
    relation: Relation | None


@dataclass(frozen=True)
class End:
    """The last answer: which nodes failed, as sentences, and which were skipped for it."""

    failures: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class _Stopped:
    """dbt had no results. ``sentence`` is for people, unless ``crashed``."""

    sentence: str
    crashed: bool


@dataclass(frozen=True)
class _Order:
    """What is to be done, and where: all that the other process must know of this one. An empty command: be ready for one."""

    home: Home
    project: Path
    parsed: Path
    environment: Mapping[str, str]
    command: tuple[str, ...] = ()


def prepare(home: Home) -> None:
    """Have the process import dbt, and load the project when it has been parsed, while this one does something else."""
    from dagster_project.defs.lib import dbt_parse

    worker = _worker()
    parsed = dbt_parse.found(home)
    if parsed is not None:
        # A process that has ended already is started anew by the build, which says why when that ends too.
        with suppress(OSError):
            worker.connection.send(_Order(home, dbt_parse.DBT, parsed, dict(os.environ)))


def build(home: Home, parsed: Path, command: Sequence[str]) -> Iterator[Before | Result | End]:
    """Run one dbt command that builds, and yield its answers as they come, ``Before`` first and ``End`` last.

    Raises:
        DbtError: dbt stopped before it had results, or its process ended.
    """
    from dagster_project.defs.lib import dbt_parse
    from dagster_project.defs.lib.dbt_project import DbtError

    worker = _worker()
    ended = False
    try:
        worker.connection.send(_Order(home, dbt_parse.DBT, parsed, dict(os.environ), tuple(command)))
        while not ended:
            answer = worker.connection.recv()
            ended = isinstance(answer, End | _Stopped)
            if isinstance(answer, _Stopped):
                raise (RuntimeError if answer.crashed else DbtError)(answer.sentence)
            yield answer
    except (EOFError, OSError) as error:
        worker.process.join()
        raise DbtError(
            f"dbt's process ended before its build did (exit status {worker.process.exitcode}): it was killed, by a person or for want "
            "of memory (GONGKAI_MEMORY limits what DuckDB takes). What was built stands; run again."
        ) from error
    finally:
        if not ended:
            _end()


@dataclass(frozen=True)
class _Worker:
    process: "SpawnProcess"
    connection: Connection


_workers: list[_Worker] = []


def _worker() -> _Worker:
    """Return the process, started unless it lives."""
    if _workers and not _workers[0].process.is_alive():
        _end()
    if not _workers:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), name="dbt", daemon=True)
        # An interrupt of the terminal is for this process, which ends the other.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        _workers.append(_Worker(process, ours))
    return _workers[0]


@atexit.register
def _end() -> None:
    """End the process, if there is one, in dbt's own way, whether it works, gets ready or waits."""
    if not _workers:
        return
    worker = _workers.pop()
    worker.process.terminate()
    worker.process.join(_SECONDS_TO_END)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.connection.close()


# --- in the other process --------------------------------------------------------------------------------------------


def _serve(connection: Connection) -> None:
    """Do what is ordered until the other side ends this process or is gone."""
    # dbt takes an interrupt for the order to cancel what runs and to close its connections.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(KeyboardInterrupt):
        _take_orders(connection)
    # What is open is closed; then at once, for taking half a thousand modules apart takes as long as publishing.
    util._exit_function()
    os._exit(0)


def _take_orders(connection: Connection) -> None:
    from dagster_project.defs.lib import dbt_parse, dbt_project

    dbt_project.runner_class()
    ready: tuple[Home, Path, Any] | None = None
    while True:
        try:
            order: _Order = connection.recv()
        except EOFError:
            return
        os.environ.clear()
        os.environ.update(order.environment)
        if not order.command:
            # What is wrong with it is told by the build, which loads it again.
            with suppress(Exception):
                # Whatever dbt is asked first takes a second longer: it makes the classes of its settings.
                dbt_project.invoke(order.home, _NOTHING, dbt_parse.for_dbt(order.parsed, order.home), project=order.project)
                ready = (order.home, order.parsed, dbt_parse.for_dbt(order.parsed, order.home))
            continue
        _build(order, ready[2] if ready and ready[:2] == (order.home, order.parsed) else None, connection)
        # dbt writes into the manifest that it is given, so that it serves once.
        ready = None


def _end_with_parent() -> None:
    """End this process when the other is no more: nobody would know that it still writes to the warehouse."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _build(order: _Order, manifest: Any, connection: Connection) -> None:
    from dagster_project.defs.lib import dbt_parse, dbt_project

    try:
        manifest = manifest or dbt_parse.for_dbt(order.parsed, order.home)
        connection.send(Before(_relations(order.home)))
        listen = partial(_tell, connection=connection, lock=threading.Lock())
        result = dbt_project.invoke(order.home, order.command, manifest, listen, project=order.project)
    except dbt_project.DbtError as error:
        connection.send(_Stopped(str(error), crashed=False))
        return
    except Exception:
        connection.send(_Stopped(traceback.format_exc(), crashed=True))
        return
    failures, skipped = [], []
    for one in result.result or ():
        status = str(getattr(one.status, "value", one.status))
        if status in _FAILED:
            failures.append(f"{one.node.resource_type} {one.node.name}: {' '.join((one.message or status).split())}")
        elif status == _SKIPPED:
            skipped.append(one.node.name)
    connection.send(End(tuple(failures), tuple(skipped)))


def _tell(event: Any, *, connection: Connection, lock: threading.Lock) -> None:
    """Send a result message of dbt; other messages are none of ours. Several threads call this."""
    if event.info.name not in _RESULTS:
        return
    from google.protobuf.json_format import MessageToDict

    message = MessageToDict(event, preserving_proto_field_name=True)
    relation = None if event.info.name == "LogTestResult" else _relation(message["data"]["node_info"]["node_relation"])
    with lock:
        connection.send(Result(message, relation))


def _relations(home: Home) -> dict[str, Relation]:
    """Return the columns of everything in the warehouse, by quoted name."""
    import duckdb

    if not home.warehouse.exists():
        return {}
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return {name: Relation(columns) for name, columns in _columns(warehouse).items()}


def _relation(place: Mapping[str, str]) -> Relation | None:
    """Return what dbt has built at a place, asked of the file that dbt holds open."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    names = [place["database"], place["schema"], place["alias"]]
    with DuckDBConnectionManager._ENV.conn.cursor() as warehouse:
        columns = _columns(warehouse, names).get(_quoted(names))
        if columns is None:
            return None
        is_table = warehouse.execute(f"select count(*) from duckdb_tables() where {_AT_PLACE}", names).fetchone()[0]
        rows = warehouse.execute(f"select count(*) from {_quoted(names)}").fetchone()[0] if is_table else None
    return Relation(columns, rows)


def _columns(warehouse: "DuckDBPyConnection", place: Sequence[str] = ()) -> dict[str, Columns]:
    """Return the columns of what stands at a place, or of everything, by quoted name."""
    found: dict[str, dict[str, str]] = {}
    for *names, column, data_type in warehouse.execute(
        "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
        f"where not internal and {_AT_PLACE if place else 'true'} order by table_name, column_index",
        list(place),
    ).fetchall():
        found.setdefault(_quoted(names), {})[column] = data_type
    return found


def _quoted(place: Sequence[str]) -> str:
    return ".".join(f'"{part}"' for part in place)
