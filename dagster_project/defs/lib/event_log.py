"""Dagster's event log of one run, written through connections that stay open.

Here: a faster way into the SQLite files of the instance. Dagster opens and closes a connection for every event, and closing
the last one writes SQLite's log back each time: about 10 ms an event, several seconds for a run of any size. Not here: what
is written, which stays Dagster's own; runs that the UI starts, whose processes write as Dagster does.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine
from sqlalchemy.pool import StaticPool


@contextmanager
def kept_open(instance: dg.DagsterInstance) -> Iterator[None]:
    """Keep one connection open to each file of the instance's event log inside the block; other storages are left alone.

    The storage's lock lets one thread at a time use a connection, as it does without this.
    """
    storage = instance.event_log_storage
    # Another storage, configured in dagster.yaml, knows itself how to connect.
    if type(storage) is not SqliteEventLogStorage:
        yield
        return
    with ExitStack() as opened:
        engines: dict[str, Engine] = {}

        @contextmanager
        def connect(shard: str) -> Iterator[Connection]:
            with storage._db_lock:
                if shard not in engines:
                    engines[shard] = create_engine(
                        storage.conn_string_for_shard(shard),
                        poolclass=StaticPool,
                        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
                    )
                    opened.callback(engines[shard].dispose)
                    with engines[shard].connect() as connection:
                        # Without a disk flush at every event: a crash of the machine may cost the last of them, nothing else.
                        connection.exec_driver_sql("pragma synchronous = normal")
                if shard not in storage._initialized_dbs:
                    storage._initdb(engines[shard])
                    storage._initialized_dbs.add(shard)
                with engines[shard].connect() as connection, connection.begin():
                    yield connection

        storage._connect = connect
        opened.callback(delattr, storage, "_connect")
        yield
