"""The published snapshot in a PostgreSQL server: schema ``gongkai``, keys, references, comments, and a role that may read it.

Here: loading the published Parquet files as ``datapackage.json`` describes them, in one transaction. Not here: making the
snapshot; the private warehouse, which is never opened.

Everything is built in a schema of its own, which takes the name ``gongkai`` in the last statement before the commit: a reader
sees the old tables or the new ones, and whatever fails before leaves nothing behind. The old tables keep a reader that is in
the middle of them; they are dropped when nobody uses them any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import IO

import polars as pl
import polars.selectors as columns
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import errors, sql

from dagster_project.publishing.description import DATAPACKAGE, NotDescribed, described

SCHEMA = "gongkai"
READER = "gongkai_reader"
DSN_VARIABLE = "GONGKAI_POSTGRES"
_BUILDING = "gongkai_building"
_RETIRED = "gongkai_retired_"
# What the schema says of itself; another schema of that name is somebody else's, and is not replaced.
_MARK = "Published by gongkai"
# Beside the keys and the columns of references: what people search by.
_SEARCHED = {"fct_cells": ("cell",), "fct_findings": ("rule", "status"), "dim_report": ("source_path",)}
_SECONDS_TO_CONNECT = 10
# Whoever reads the old tables is not made to wait for their removal, and neither are those behind him.
_DROP_WITHIN = "500ms"
_ROWS_AT_A_TIME = 50_000
# PostgreSQL's texts hold every character but this one.
_NUL, _INSTEAD = "\x00", "\ufffd"


class PostgresError(Exception):
    """The snapshot could not be published to PostgreSQL; what was there before is as it was. The message says what to do."""


@dataclass(frozen=True)
class Loaded:
    """What was published: where (no password), rows per table, and sentences about what is worth knowing."""

    place: str
    publication: int
    rows: dict[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Source:
    """One table of the snapshot: its description, and its file, open, so that a run that publishes meanwhile takes nothing away."""

    resource: Mapping
    file: IO[bytes]

    @property
    def name(self) -> str:
        return self.resource["name"]


def publish_to_postgres(dsn: str, published: Path) -> Loaded:
    """Load the snapshot in ``published`` into the schema ``gongkai`` of the database that ``dsn`` names.

    Raises:
        PostgresError: there is no snapshot of today's format, the server cannot be used, or loading failed.
    """
    package = _package(published)
    with ExitStack() as opened:
        sources = [_opened(resource, published, opened) for resource in package["resources"]]
        connection, place = _connect(dsn)
        with connection, _said(place, connection):
            _lock(connection)
            _require_utf8(connection)
            _require_own_schema(connection)
            _require_role(connection, place)
            with connection.transaction():
                views = _views_upon(connection)
                notes = _build(connection, sources, package["publication"])
                _swap(connection, package["publication"])
                _renew_views(connection, views)
            notes += _drop_retired(connection)
            connection.execute("select pg_advisory_unlock_all()")
        rows = {source.name: source.resource["rows"] for source in sources}
        return Loaded(str(place), package["publication"], rows, tuple(notes))


# --- the snapshot ----------------------------------------------------------------------------------------------------


def _package(published: Path) -> dict:
    try:
        return described(published)
    except NotDescribed as error:
        raise PostgresError(f"{error} Nothing was changed.") from error


def _opened(resource: Mapping, published: Path, opened: ExitStack) -> _Source:
    """Open a table's Parquet file and see that it is the one that datapackage.json describes."""
    path = published / resource["parquet"]["path"]
    try:
        file = opened.enter_context(path.open("rb"))
    except OSError as error:
        raise PostgresError(f"Expected {path}, found nothing to read ({error.strerror}). Run 'make run' again. Nothing was changed.") from error
    if f"sha256:{file_digest(file, 'sha256').hexdigest()}" != resource["parquet"]["hash"]:
        raise PostgresError(
            f"{path} is not the file that {DATAPACKAGE} describes: a run is publishing, or somebody changed it. Wait for the run "
            "and try again, or run 'make run'. Nothing was changed."
        )
    file.seek(0)
    return _Source(resource, file)


# --- the server ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where a connection leads, as it may be shown, and what must not be."""

    host: str
    port: str
    database: str
    user: str
    password: str

    def __str__(self) -> str:
        return f"{self.database} on {self.host}:{self.port} as {self.user}"

    def shown(self, error: Exception) -> str:
        """Return the first line of a server's message, without the password, should it be in it."""
        text = (str(error).strip() or type(error).__name__).splitlines()[0]
        return text.replace(self.password, "…") if self.password else text


def _connect(dsn: str) -> tuple[psycopg.Connection, _Place]:
    if not dsn.strip():
        raise PostgresError(
            "Expected the address of a PostgreSQL database, found none. Name it: make publish-postgres DSN=postgresql://user@host/database, "
            f"or in the environment as {DSN_VARIABLE}; the password may stand in ~/.pgpass."
        )
    try:
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
    except psycopg.Error:
        # Its message quotes the address, and the password with it. So does what caused this error.
        raise PostgresError(
            "The address of the database cannot be understood. Expected postgresql://user:password@host:port/database, with special "
            "characters of the password as %xx, or host=… dbname=… user=…. Nothing was changed."
        ) from None
    place = _Place(
        str(parts.get("host") or parts.get("hostaddr") or "the local socket"),
        str(parts.get("port") or "5432"),
        str(parts.get("dbname") or parts.get("user") or "the user's database"),
        str(parts.get("user") or "this user"),
        str(parts.get("password") or ""),
    )
    if "@" in place.host.lstrip("@"):
        raise PostgresError(
            "The host of the database's address holds an @, so part of the password was taken for it. Write @ in a password as %40. "
            "Nothing was changed."
        )
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=_SECONDS_TO_CONNECT, application_name="gongkai publish", client_encoding="utf8")
    except psycopg.OperationalError as error:
        raise PostgresError(
            f"Cannot connect to {place}: {place.shown(error)}. Check that the server runs, and address, user and password. Nothing was changed."
        ) from None
    info = connection.info
    return connection, _Place(info.host or place.host, str(info.port), info.dbname, info.user, place.password)


@contextmanager
def _said(place: _Place, connection: psycopg.Connection) -> Iterator[None]:
    """Turn what the server says into a sentence; the transaction is undone by then."""
    kept = "What was published there before is as it was."
    try:
        yield
    except errors.InsufficientPrivilege as error:
        raise PostgresError(
            f"{place} may not do what publishing needs: {place.shown(error)}. An administrator can say: GRANT CREATE ON DATABASE "
            f'"{place.database}" TO "{place.user}"; the schema {SCHEMA} must belong to that user. {kept}'
        ) from error
    except errors.DiskFull as error:
        raise PostgresError(f"The server of {place} has no space left: {place.shown(error)}. Free some there and try again. {kept}") from error
    except (errors.UniqueViolation, errors.ForeignKeyViolation, errors.NotNullViolation) as error:
        raise PostgresError(
            f"The snapshot breaks a key that {DATAPACKAGE} declares: {place.shown(error)}. That is a defect of the project; report it. {kept}"
        ) from error
    except psycopg.OperationalError as error:
        raise PostgresError(f"The server of {place} ended the work: {place.shown(error)}. Try again when it runs. {kept}") from error
    except psycopg.Error as error:
        raise PostgresError(f"Publishing to {place} failed: {place.shown(error)}. {kept}") from error


def _lock(connection: psycopg.Connection) -> None:
    """Let one publication at a time work; the lock goes with the connection."""
    if not _one(connection, "select pg_try_advisory_lock(hashtext(%s))", SCHEMA):
        raise PostgresError("Another publication to this database is at work. Wait until it has ended. Nothing was changed.")


def _require_utf8(connection: psycopg.Connection) -> None:
    encoding = _one(connection, "show server_encoding")
    if encoding != "UTF8":
        raise PostgresError(
            f"Expected a database in UTF8, found {encoding}, which cannot hold the reports' characters. Create one: CREATE DATABASE … "
            "ENCODING 'UTF8' TEMPLATE template0. Nothing was changed."
        )


def _require_own_schema(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", (SCHEMA,)
    ).fetchone()
    if found is not None and not (found[0] or "").startswith(_MARK):
        raise PostgresError(
            f"The database has a schema {SCHEMA} that this project did not make. Rename it, or name another database. Nothing was changed."
        )


def _require_role(connection: psycopg.Connection, place: _Place) -> None:
    if _one(connection, "select 1 from pg_roles where rolname = %s", READER):
        return
    try:
        connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(READER)))
    except errors.DuplicateObject:
        return  # somebody else, working on another database of this server, was faster
    except errors.InsufficientPrivilege:
        raise PostgresError(
            f"The role {READER}, which may read the tables, does not exist, and {place} may not create it. An administrator can say: "
            f"CREATE ROLE {READER} NOLOGIN. Nothing was changed."
        ) from None


# --- building --------------------------------------------------------------------------------------------------------


def _build(connection: psycopg.Connection, sources: Sequence[_Source], publication: int) -> list[str]:
    """Build all tables in a schema of their own, and return what is worth knowing."""
    schema = sql.Identifier(_BUILDING)
    connection.execute(sql.SQL("create schema {}").format(schema))
    connection.execute(
        sql.SQL("comment on schema {} is {}").format(schema, sql.Literal(f"{_MARK}, publication {publication}. Replaced as a whole."))
    )
    replaced = 0
    for source in sources:
        parquet = pq.ParquetFile(source.file)
        _create(connection, source, parquet.schema_arrow)
        replaced += _copy(connection, source, parquet)
    for source in sources:
        _relate(connection, source)
    for source in sources:
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier(_BUILDING, source.name)))
    reader = sql.Identifier(READER)
    connection.execute(sql.SQL("grant usage on schema {} to {}").format(schema, reader))
    connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(schema, reader))
    return [f"{replaced:,} texts held the character NUL, which PostgreSQL cannot hold; U+FFFD stands in its place."] if replaced else []


def _create(connection: psycopg.Connection, source: _Source, schema: pa.Schema) -> None:
    table = sql.Identifier(_BUILDING, source.name)
    declared = [sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(_type(field, source.name))) for field in schema]
    key = sql.SQL("primary key ({})").format(_names(source.resource["schema"]["primaryKey"]))
    connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join([*declared, key])))
    _comment(connection, sql.SQL("table {}").format(table), source.resource.get("comment"))
    for field in source.resource["schema"]["fields"]:
        column = sql.Identifier(_BUILDING, source.name, field["name"])
        _comment(connection, sql.SQL("column {}").format(column), field.get("comment"))


def _comment(connection: psycopg.Connection, what: sql.Composable, text: str | None) -> None:
    if text:
        connection.execute(sql.SQL("comment on {} is {}").format(what, sql.Literal(text)))


def _type(field: pa.Field, table: str) -> str:
    """Return PostgreSQL's name of an Arrow type."""
    kind = field.type
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp"
    for matches, name in (
        (pa.types.is_string, "text"),
        (pa.types.is_large_string, "text"),
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_date, "date"),
        (pa.types.is_int64, "bigint"),
        (pa.types.is_int32, "integer"),
        (pa.types.is_int16, "smallint"),
        (pa.types.is_int8, "smallint"),
        (pa.types.is_float64, "double precision"),
        (pa.types.is_float32, "real"),
    ):
        if matches(kind):
            return name
    raise PostgresError(f"The column {table}.{field.name} is a {kind}, which publishing to PostgreSQL does not know. Report it. Nothing was changed.")


def _copy(connection: psycopg.Connection, source: _Source, parquet: pq.ParquetFile) -> int:
    """Copy the rows of a file, and return how many texts had to be changed for PostgreSQL to hold them."""
    replaced = 0
    # Frozen: a transaction that began before this one finds the new tables by their names, and would find them empty.
    statement = sql.SQL("copy {} from stdin (format csv, freeze)").format(sql.Identifier(_BUILDING, source.name))
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for batch in parquet.iter_batches(_ROWS_AT_A_TIME):
                frame, changed = _without_nul(pl.from_arrow(batch))
                replaced += changed
                # NULL is nothing between two commas, an empty text is "": what PostgreSQL's CSV says too.
                copy.write(frame.write_csv(include_header=False).encode())
        copied = cursor.rowcount
    if copied != source.resource["rows"]:
        raise PostgresError(
            f"Expected {source.resource['rows']:,} rows of {source.name} as {DATAPACKAGE} says, copied {copied:,}. Run 'make run' and try "
            "again. What was published there before is as it was."
        )
    return replaced


def _without_nul(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    texts = columns.string()
    if not frame.select(texts).width:
        return frame, 0
    held = frame.select(texts.str.contains(_NUL, literal=True).sum()).sum_horizontal().item() or 0
    return (frame.with_columns(texts.str.replace_all(_NUL, _INSTEAD, literal=True)), held) if held else (frame, 0)


def _relate(connection: psycopg.Connection, source: _Source) -> None:
    """Declare a table's references, and index what is joined and searched."""
    table = sql.Identifier(_BUILDING, source.name)
    indexed = [key["fields"] for key in source.resource["schema"].get("foreignKeys", ())]
    indexed += [[name] for name in _SEARCHED.get(source.name, ())]
    for key in source.resource["schema"].get("foreignKeys", ()):
        parent = sql.Identifier(_BUILDING, key["reference"]["resource"])
        connection.execute(
            sql.SQL("alter table {} add foreign key ({}) references {} ({})").format(
                table, _names(key["fields"]), parent, _names(key["reference"]["fields"])
            )
        )
    beginning = source.resource["schema"]["primaryKey"]
    for names in indexed:
        if beginning[: len(names)] != names:
            connection.execute(sql.SQL("create index on {} ({})").format(table, _names(names)))


def _names(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


# --- the swap --------------------------------------------------------------------------------------------------------


def _swap(connection: psycopg.Connection, publication: int) -> None:
    """Give the built schema its name; the one that had it is retired under a name that nobody uses."""
    if _one(connection, "select 1 from pg_namespace where nspname = %s", SCHEMA):
        number = _one(
            connection,
            "select coalesce(max(substr(nspname, %s)::bigint), 0) + 1 from pg_namespace where nspname ~ %s",
            len(_RETIRED) + 1,
            f"^{_RETIRED}[0-9]+$",
        )
        _rename(connection, SCHEMA, f"{_RETIRED}{number}")
    _rename(connection, _BUILDING, SCHEMA)


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    connection.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(old), sql.Identifier(new)))


def _views_upon(connection: psycopg.Connection) -> list[tuple[str, str, str]]:
    """Return the views that people made upon the tables: schema, name, definition with every name in full."""
    connection.execute("set local search_path = ''")
    return connection.execute(
        """
        select distinct spaces.nspname::text, views.relname::text, pg_catalog.pg_get_viewdef(views.oid)
        from pg_catalog.pg_depend as depends
        inner join pg_catalog.pg_rewrite as rules on depends.classid = 'pg_catalog.pg_rewrite'::regclass and depends.objid = rules.oid
        inner join pg_catalog.pg_class as views on rules.ev_class = views.oid and views.relkind = 'v'
        inner join pg_catalog.pg_namespace as spaces on views.relnamespace = spaces.oid
        inner join pg_catalog.pg_class as tables
            on depends.refclassid = 'pg_catalog.pg_class'::regclass and depends.refobjid = tables.oid
        where tables.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = %s)
            and views.relnamespace <> tables.relnamespace
        order by 1, 2
        """,
        (SCHEMA,),
    ).fetchall()


def _renew_views(connection: psycopg.Connection, views: Sequence[tuple[str, str, str]]) -> None:
    """Let the views rest upon the new tables; they would keep showing the old ones."""
    for schema, name, definition in views:
        try:
            connection.execute(
                sql.SQL("create or replace view {} as {}").format(sql.Identifier(schema, name), sql.SQL(definition))
            )
        except (errors.UndefinedColumn, errors.UndefinedTable, errors.InvalidTableDefinition, errors.DatatypeMismatch) as error:
            raise PostgresError(
                f"The view {schema}.{name}, which somebody made upon the tables, does not fit the new ones: "
                f"{str(error).splitlines()[0]}. Change or drop it, then try again. What was published there before is as it was."
            ) from error


def _drop_retired(connection: psycopg.Connection) -> list[str]:
    """Drop retired tables that nobody uses, never anything that somebody else made; return what stays."""
    retired = connection.execute("select nspname from pg_namespace where nspname ~ %s order by 1", (f"^{_RETIRED}[0-9]+$",)).fetchall()
    notes = []
    for (name,) in retired:
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{_DROP_WITHIN}'")
                tables = connection.execute("select tablename from pg_tables where schemaname = %s", (name,)).fetchall()
                if tables:
                    listed = sql.SQL(", ").join(sql.Identifier(name, table) for (table,) in tables)
                    connection.execute(sql.SQL("drop table {}").format(listed))
                connection.execute(sql.SQL("drop schema {}").format(sql.Identifier(name)))
        except errors.LockNotAvailable:
            notes.append(f"Somebody still reads the tables before; they are kept as schema {name} until the next publication.")
        except errors.DependentObjectsStillExist as error:
            detail = (error.diag.message_detail or "").splitlines()[:1]
            notes.append(f"The tables before are kept as schema {name}, because something rests upon them: {''.join(detail)}.")
    return notes


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> object:
    found = connection.execute(query, parameters or None).fetchone()
    return None if found is None else found[0]
