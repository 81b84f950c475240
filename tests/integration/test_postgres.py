"""Publishing to a real PostgreSQL server on the loopback address, started by the tests and gone with them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import psycopg
import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.home import PROJECT, Home
from dagster_project.publishing import Column, Table, postgres, publish
from dagster_project.publishing.labels import Label
from dagster_project.publishing.postgres import Loaded, PostgresError, publish_to_postgres
from dagster_project.publishing.tables import ForeignKey
from dagster_project.synthesis import demonstration

pytestmark = pytest.mark.postgres

PASSWORD = "s3cret/of the:owner"
QUOTED = "s3cret%2Fof%20the%3Aowner"


@dataclass(frozen=True)
class Server:
    """A running server: its port, and a superuser's address of a database."""

    programs: Path
    folder: Path
    port: int

    def address(self, database: str, user: str = "administrator", password: str = QUOTED) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.address(database), autocommit=True)

    def run(self, program: str, *arguments: str) -> None:
        # The server's programs refuse to run as root.
        as_other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        done = subprocess.run(
            [*as_other, str(self.programs / program), *arguments], capture_output=True, text=True, cwd=self.folder, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _programs(system_program: Callable[[str, str], str]) -> Path:
    """The folder of the server's programs, which Debian keeps off the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else Path(system_program("initdb", "postgresql")).resolve().parent


@pytest.fixture(scope="module")
def server(system_program: Callable[[str, str], str]) -> Iterator[Server]:
    programs = _programs(system_program)
    # Not below tmp_path, whose folders only their owner may enter, who may be root.
    folder = Path(tempfile.mkdtemp(prefix="gongkai-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(programs, folder, free.getsockname()[1])
    try:
        password = folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        if os.getuid() == 0:
            for path in (folder, password):
                shutil.chown(path, "postgres", "postgres")
        data = str(folder / "data")
        server.run(
            "initdb", "-D", data, "-U", "administrator", f"--pwfile={password}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"
        )
        settings = f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        server.run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-o", settings, "start")
        try:
            yield server
        finally:
            server.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """An empty database and its owner, who may create roles; both named ``owner``."""
    with server.connect() as administrator:
        administrator.execute(f"create role owner login createrole password '{PASSWORD}'")
        administrator.execute("create database owner owner owner")
        try:
            yield server.address("owner", "owner")
        finally:
            administrator.execute("drop database owner with (force)")
            administrator.execute("drop role if exists gongkai_reader")
            administrator.execute("drop role owner")


# --- a snapshot of two tables ----------------------------------------------------------------------------------------

FORMS = Table(
    "dim_form",
    "dim_form",
    "One row per form.",
    ("code",),
    ("code",),
    (Column("code", "varchar", "Code of the form.", Label("代码", "Code")), Column("issued_on", "date", "Issued on.")),
    Label("统计表式", "Forms"),
)
CELLS = Table(
    "fct_cells",
    "fct_cells",
    "One row per cell. It's as printed.",
    ("form", "cell"),
    ("form", "cell"),
    (
        Column("form", "varchar", "Form."),
        Column("cell", "varchar", "Cell."),
        Column("value", "decimal(18,6)", "Number.", Label("数值", "Value", "requests (件)", "", "Never add.")),
        Column("raw_text", "varchar", "Text."),
        Column("share", "double", "Share."),
        Column("is_total", "boolean", "Total."),
        Column("position", "integer", "Position."),
    ),
    Label("表格单元格", "Cells"),
    (ForeignKey("form", "dim_form", "code"),),
)
ROWS = """
    ('2019', 'a', 1.5, '１．５ 件', 0.1, true, 1),
    ('2019', 'b', null, null, null, null, null),
    ('2021', 'c', -123456789012.123456, '', 1e-300, false, -7),
    ('2021', 'd', 0, E'a "quoted", text\\nof \\\\. two lines\\\\N', 'nan', false, 2147483647)
"""


@dataclass
class Snapshot:
    """A small snapshot that can be published again with other rows."""

    folder: Path

    def __post_init__(self) -> None:
        self.publish(ROWS)

    @property
    def published(self) -> Path:
        return self.folder / "published"

    def publish(self, rows: str, cells: Table = CELLS) -> None:
        import duckdb

        warehouse = self.folder / "warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create or replace table dim_form as select * from (values ('2019', date '2019-11-01'), ('2021', null)) t(code, issued_on)")
            columns = ", ".join(f"{column.name} {column.data_type}" for column in CELLS.columns)
            connection.execute(f"create or replace table fct_cells ({columns})")
            connection.execute(f"insert into fct_cells values {rows}")
        publish(warehouse, [FORMS, cells], self.published, refused=self.folder / "refused")


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return Snapshot(tmp_path)


def cells(address: str) -> list[tuple]:
    with psycopg.connect(address) as reader:
        return reader.execute("select * from gongkai.fct_cells order by form, cell").fetchall()


def schemas(address: str) -> list[str]:
    with psycopg.connect(address) as reader:
        found = reader.execute("select nspname from pg_namespace where nspname like 'gongkai%' order by 1").fetchall()
        return [name for (name,) in found]


def test_every_value_arrives_as_it_was(database: str, snapshot: Snapshot) -> None:
    loaded = publish_to_postgres(database, snapshot.published)
    assert loaded.rows == {"dim_form": 2, "fct_cells": 4, "publication_diff": 0}
    found = cells(database)
    assert found[:3] == [
        ("2019", "a", Decimal("1.500000"), "１．５ 件", 0.1, True, 1),
        ("2019", "b", None, None, None, None, None),
        ("2021", "c", Decimal("-123456789012.123456"), "", 1e-300, False, -7),
    ]
    assert found[3][:4] == ("2021", "d", Decimal(0), 'a "quoted", text\nof \\. two lines\\N')
    assert str(found[3][4]) == "nan" and found[3][6] == 2147483647


def test_keys_references_indexes_comments_and_types_stand(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    with psycopg.connect(database) as reader:
        constraints = reader.execute(
            "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint "
            "where connamespace = 'gongkai'::regnamespace order by 1, 2"
        ).fetchall()
        assert constraints == [
            ("gongkai.dim_form", "PRIMARY KEY (code)"),
            ("gongkai.fct_cells", "FOREIGN KEY (form) REFERENCES gongkai.dim_form(code)"),
            ("gongkai.fct_cells", "PRIMARY KEY (form, cell)"),
            ("gongkai.publication_diff", "PRIMARY KEY (publication_no, change_no)"),
        ]
        indexes = reader.execute("select indexdef from pg_indexes where schemaname = 'gongkai' and tablename = 'fct_cells'").fetchall()
        assert sorted(line.partition(" USING btree ")[2] for (line,) in indexes) == ["(cell)", "(form, cell)"]
        types = reader.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = 'gongkai.fct_cells'::regclass and attnum > 0 order by attnum"
        ).fetchall()
        assert [kind for _, kind in types] == ["text", "text", "numeric(18,6)", "text", "double precision", "boolean", "integer"]
        assert reader.execute("select obj_description('gongkai.fct_cells'::regclass)").fetchone() == (
            "表格单元格 / Cells. One row per cell. It's as printed.",
        )
        assert reader.execute("select col_description('gongkai.fct_cells'::regclass, 3)").fetchone() == (
            "数值 / Value. Number. Unit: requests (件). Never add.",
        )


def test_who_is_in_the_reading_role_may_read_and_nothing_else(server: Server, database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    with server.connect("owner") as administrator:
        assert administrator.execute("select rolcanlogin from pg_roles where rolname = 'gongkai_reader'").fetchone() == (False,)
        administrator.execute(f"create role analyst login password '{PASSWORD}' in role gongkai_reader")
        administrator.execute(f"create role stranger login password '{PASSWORD}'")
    try:
        assert len(cells(server.address("owner", "analyst"))) == 4
        with psycopg.connect(server.address("owner", "analyst")) as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute("delete from gongkai.fct_cells")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            cells(server.address("owner", "stranger"))
        # And still after the next publication.
        snapshot.publish("('2019', 'z', 1, null, null, null, null)")
        publish_to_postgres(database, snapshot.published)
        assert len(cells(server.address("owner", "analyst"))) == 1
    finally:
        with server.connect("owner") as administrator:
            administrator.execute("drop role analyst")
            administrator.execute("drop role stranger")


def test_a_second_publication_replaces_the_first_and_leaves_nothing_behind(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    snapshot.publish("('2019', 'z', 1, null, null, null, null)")
    assert publish_to_postgres(database, snapshot.published).publication == 2
    assert [row[:3] for row in cells(database)] == [("2019", "z", Decimal(1))]
    assert schemas(database) == ["gongkai"]
    with psycopg.connect(database) as reader:
        comment = reader.execute("select obj_description('gongkai'::regnamespace)").fetchone()[0]
        assert comment.startswith("Published by gongkai, publication 2.")
        assert reader.execute("select change, cell from gongkai.publication_diff").fetchall() == [("rows", None)]


def test_a_reader_in_the_middle_of_the_old_tables_keeps_them(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    snapshot.publish("('2019', 'z', 1, null, null, null, null)")
    with psycopg.connect(database) as reader:
        rows = reader.cursor("rows")
        rows.execute("select cell from gongkai.fct_cells order by cell")
        assert rows.fetchone() == ("a",)
        loaded = publish_to_postgres(database, snapshot.published)
        assert rows.fetchall() == [("b",), ("c",), ("d",)]
    assert "Somebody still reads the tables before" in loaded.notes[0]
    assert schemas(database) == ["gongkai", "gongkai_retired_1"]
    publish_to_postgres(database, snapshot.published)
    assert schemas(database) == ["gongkai"]


def test_readers_see_old_or_new_tables_and_never_wait_for_long(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    ended, seen, slowest = threading.Event(), set(), [0.0]

    def read() -> None:
        with psycopg.connect(database, autocommit=True) as reader:
            while not ended.is_set():
                started = time.monotonic()
                seen.add(reader.execute("select count(*), min(cell) from gongkai.fct_cells").fetchone())
                slowest[0] = max(slowest[0], time.monotonic() - started)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        for rows in ("('2019', 'z', 1, null, null, null, null)", ROWS):
            snapshot.publish(rows)
            publish_to_postgres(database, snapshot.published)
    finally:
        ended.set()
        reading.join()
    assert seen == {(4, "a"), (1, "z")}
    assert slowest[0] < 5


def test_an_older_transaction_finds_the_new_tables_whole(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    snapshot.publish("('2019', 'z', 1, null, null, null, null)")
    with psycopg.connect(database) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert reader.execute("select count(*) from pg_class").fetchone()[0] > 0
        publish_to_postgres(database, snapshot.published)
        # The names lead to the new tables at once; their rows must not be younger than the reader's view of the database.
        assert reader.execute("select cell from gongkai.fct_cells").fetchall() == [("z",)]


def test_views_that_people_made_show_the_new_tables(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    with psycopg.connect(database) as owner:
        owner.execute("create schema work")
        owner.execute("create view work.totals as select form, count(*) as cells from gongkai.fct_cells group by form")
        owner.execute("create view work.forms as select form from work.totals")
    snapshot.publish("('2019', 'z', 1, null, null, null, null)")
    publish_to_postgres(database, snapshot.published)
    assert schemas(database) == ["gongkai"]
    with psycopg.connect(database) as owner:
        assert owner.execute("select * from work.totals").fetchall() == [("2019", 1)]
        assert owner.execute("select * from work.forms").fetchall() == [("2019",)]


def test_a_view_that_does_not_fit_any_more_stops_publishing(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    with psycopg.connect(database) as owner:
        owner.execute("create view public.texts as select raw_text from gongkai.fct_cells")
    narrower = Table(**{**CELLS.__dict__, "columns": tuple(column for column in CELLS.columns if column.name != "raw_text")})
    before = cells(database)
    snapshot.publish(ROWS, narrower)
    with pytest.raises(PostgresError, match=r"The view public\.texts, .* does not fit .* What was published there before is as it was"):
        publish_to_postgres(database, snapshot.published)
    assert repr(cells(database)) == repr(before)
    assert schemas(database) == ["gongkai"]


def test_what_rests_upon_the_old_tables_is_never_dropped(database: str, snapshot: Snapshot) -> None:
    publish_to_postgres(database, snapshot.published)
    with psycopg.connect(database) as owner:
        owner.execute("create materialized view public.kept as select count(*) from gongkai.fct_cells")
    snapshot.publish("('2019', 'z', 1, null, null, null, null)")
    loaded = publish_to_postgres(database, snapshot.published)
    assert "kept as schema gongkai_retired_1, because something rests upon them: materialized view" in loaded.notes[0]
    with psycopg.connect(database) as owner:
        assert owner.execute("select * from public.kept").fetchone() == (4,)


def test_a_character_that_postgres_cannot_hold_is_told(database: str, snapshot: Snapshot) -> None:
    snapshot.publish("('2019', 'z', 1, 'a' || chr(0) || 'b', null, null, null)")
    loaded = publish_to_postgres(database, snapshot.published)
    assert loaded.notes == ("1 texts held the character NUL, which PostgreSQL cannot hold; U+FFFD stands in its place.",)
    assert cells(database)[0][3] == "a\ufffdb"


# --- what cannot be published ----------------------------------------------------------------------------------------


@contextmanager
def kept(address: str) -> Iterator[None]:
    """What is published there stays, and nothing is left behind."""
    before = repr(cells(address))
    yield
    assert repr(cells(address)) == before
    assert schemas(address) == ["gongkai"]


@pytest.fixture
def standing(database: str, snapshot: Snapshot) -> str:
    """A database with a publication, and a newer snapshot that would replace it."""
    publish_to_postgres(database, snapshot.published)
    snapshot.publish("('2019', 'z', 1, null, null, null, null)")
    return database


def command(address: str, folder: Path) -> Result:
    return CliRunner().invoke(main, ["publish-postgres", "--data", str(folder)], env={"GONGKAI_POSTGRES": address})


def test_no_snapshot(standing: str, tmp_path: Path) -> None:
    with kept(standing), pytest.raises(PostgresError, match="found no .* Run 'make run' first. Nothing was changed"):
        publish_to_postgres(standing, tmp_path / "nowhere")


def test_an_older_snapshot(standing: str, snapshot: Snapshot) -> None:
    package = snapshot.published / "datapackage.json"
    said = json.loads(package.read_text("utf-8"))
    package.write_text(json.dumps({**said, "formatVersion": said["formatVersion"] - 1}), encoding="utf-8")
    with kept(standing), pytest.raises(PostgresError, match="found format 1: publish it again with 'make run'. Nothing was changed"):
        publish_to_postgres(standing, snapshot.published)


def test_a_snapshot_that_changes_meanwhile(standing: str, snapshot: Snapshot) -> None:
    pl.DataFrame({"code": ["x"]}).write_parquet(snapshot.published / "parquet" / "dim_form.parquet")
    with kept(standing), pytest.raises(PostgresError, match="a run is publishing, or somebody changed it"):
        publish_to_postgres(standing, snapshot.published)
    (snapshot.published / "parquet" / "dim_form.parquet").unlink()
    with kept(standing), pytest.raises(PostgresError, match="found nothing to read"):
        publish_to_postgres(standing, snapshot.published)


def test_no_address(tmp_path: Path, snapshot: Snapshot) -> None:
    result = command("", tmp_path)
    assert result.exit_code == 1
    assert "make publish-postgres DSN=" in result.stderr


def test_no_server(tmp_path: Path, snapshot: Snapshot) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        result = command(f"postgresql://owner:{QUOTED}@127.0.0.1:{port}/owner", tmp_path)
    assert result.exit_code == 1
    assert f"Cannot connect to owner on 127.0.0.1:{port} as owner" in result.stderr
    assert "Connection refused" in result.stderr or "connection failed" in result.stderr
    assert "s3cret" not in result.output


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://owner:wr0ng@127.0.0.1:{port}/owner", "password authentication failed"),
        ("postgresql://owner:" + QUOTED + "@127.0.0.1:{port}/nowhere", 'database "nowhere" does not exist'),
        ("postgresql://owner:wr0ng@ng@127.0.0.1:{port}/owner", "Write @ in a password as %40"),
        ("host=127.0.0.1 port={port} password=wr0ng nonsense", "cannot be understood"),
    ],
)
def test_a_wrong_address_or_password_is_told_without_it(server: Server, standing: str, tmp_path: Path, address: str, said: str) -> None:
    with kept(standing):
        result = command(address.format(port=server.port), tmp_path)
        assert result.exit_code == 1
        assert said in result.stderr
        assert "wr0ng" not in result.output and "s3cret" not in result.output


def test_the_command_says_where_without_the_password(standing: str, server: Server, tmp_path: Path) -> None:
    result = command(standing, tmp_path)
    assert result.exit_code == 0, result.output
    assert f"publication 2 → schema gongkai in owner on 127.0.0.1:{server.port} as owner" in result.stdout
    assert "3 tables, 4 rows" in result.stdout
    assert "s3cret" not in result.output


def test_no_right_to_create_a_schema(server: Server, standing: str, snapshot: Snapshot) -> None:
    with server.connect("owner") as administrator:
        administrator.execute(f"create role guest login password '{PASSWORD}'")
    try:
        with kept(standing), pytest.raises(PostgresError, match='permission denied .* GRANT CREATE ON DATABASE "owner" TO "guest"'):
            publish_to_postgres(server.address("owner", "guest"), snapshot.published)
    finally:
        with server.connect("owner") as administrator:
            administrator.execute("drop role guest")


def test_a_schema_of_another_owner(server: Server, standing: str, snapshot: Snapshot) -> None:
    with server.connect("owner") as administrator:
        administrator.execute(f"create role guest login password '{PASSWORD}'")
        administrator.execute("grant create on database owner to guest")
    try:
        with kept(standing), pytest.raises(PostgresError, match="must be owner of schema gongkai"):
            publish_to_postgres(server.address("owner", "guest"), snapshot.published)
    finally:
        with server.connect("owner") as administrator:
            administrator.execute("revoke create on database owner from guest")
            administrator.execute("drop role guest")


def test_no_right_to_create_the_reading_role(server: Server, database: str, snapshot: Snapshot) -> None:
    with server.connect("owner") as administrator:
        administrator.execute("alter role owner nocreaterole")
    with pytest.raises(PostgresError, match="may not create it. .* CREATE ROLE gongkai_reader NOLOGIN"):
        publish_to_postgres(database, snapshot.published)
    assert schemas(database) == []
    with server.connect("owner") as administrator:
        administrator.execute("create role gongkai_reader nologin")
    publish_to_postgres(database, snapshot.published)
    assert len(cells(database)) == 4


def test_a_schema_of_that_name_that_is_somebody_elses(database: str, snapshot: Snapshot) -> None:
    with psycopg.connect(database) as owner:
        owner.execute("create schema gongkai")
        owner.execute("create table gongkai.precious (a integer)")
    with pytest.raises(PostgresError, match="that this project did not make"):
        publish_to_postgres(database, snapshot.published)
    with psycopg.connect(database) as owner:
        assert owner.execute("select count(*) from gongkai.precious").fetchone() == (0,)


def test_a_database_that_cannot_hold_the_characters(server: Server, database: str, snapshot: Snapshot) -> None:
    with server.connect() as administrator:
        administrator.execute("create database narrow owner owner encoding 'LATIN1' locale 'C' template template0")
        try:
            with pytest.raises(PostgresError, match="Expected a database in UTF8, found LATIN1"):
                publish_to_postgres(server.address("narrow", "owner"), snapshot.published)
        finally:
            administrator.execute("drop database narrow with (force)")


@contextmanager
def upon(server: Server, tag: str, body: str) -> Iterator[None]:
    """Have the server do something when a command is given: where a disk gets full cannot be chosen otherwise."""
    with server.connect("owner") as administrator:
        administrator.execute(
            f"create function public.trap() returns event_trigger language plpgsql as $$ begin {body} end $$"
        )
        administrator.execute(f"create event trigger trap on ddl_command_end when tag in ('{tag}') execute function public.trap()")
        try:
            yield
        finally:
            administrator.execute("drop event trigger trap")
            administrator.execute("drop function public.trap()")


def test_a_full_disk_half_way(server: Server, standing: str, snapshot: Snapshot) -> None:
    full = "raise exception using errcode = 'disk_full', message = 'could not extend file: No space left on device';"
    said = "has no space left: could not extend file.* What was published there before is as it was"
    with kept(standing), upon(server, "CREATE INDEX", full), pytest.raises(PostgresError, match=said):
        publish_to_postgres(standing, snapshot.published)


def test_a_connection_that_is_cut_half_way(server: Server, standing: str, snapshot: Snapshot) -> None:
    cut, said = "perform pg_terminate_backend(pg_backend_pid());", "ended the work: .* What was published there before is as it was"
    with kept(standing), upon(server, "CREATE INDEX", cut), pytest.raises(PostgresError, match=said):
        publish_to_postgres(standing, snapshot.published)


def _hears_interrupts() -> None:
    """Undo what a process inherits: a shell that runs the tests in the background has them ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_stopped_publication(server: Server, standing: str, snapshot: Snapshot, tmp_path: Path, stop: int, status: int) -> None:
    with kept(standing), upon(server, "CREATE INDEX", "perform pg_sleep(60);"):
        working = subprocess.Popen(
            [sys.executable, "-m", "dagster_project.cli", "publish-postgres", "--data", str(tmp_path)],
            cwd=PROJECT,
            env={**os.environ, "GONGKAI_POSTGRES": standing},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hears_interrupts,
        )
        with server.connect() as administrator:
            busy = "select pid from pg_stat_activity where application_name = 'gongkai publish' and wait_event = 'PgSleep'"
            deadline = time.monotonic() + 60
            while not (found := administrator.execute(busy).fetchone()):
                assert time.monotonic() < deadline and working.poll() is None, working.communicate()
                time.sleep(0.05)
            assert QUOTED not in Path(f"/proc/{working.pid}/cmdline").read_text()
            working.send_signal(stop)
            said, complained = working.communicate(timeout=30)
            assert working.returncode == status, complained
            if stop == signal.SIGINT:
                assert complained.strip() == "Stopped. What was published there before is as it was."
            # A killed process leaves its session to the server, which finds out when it wants to answer.
            administrator.execute("select pg_terminate_backend(%s)", found)
            deadline = time.monotonic() + 60
            while administrator.execute("select 1 from pg_stat_activity where pid = %s", found).fetchone():
                assert time.monotonic() < deadline
                time.sleep(0.05)
    publish_to_postgres(standing, snapshot.published)
    assert len(cells(standing)) == 1


def test_two_publications_at_once(standing: str, snapshot: Snapshot) -> None:
    with psycopg.connect(standing, autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtext('gongkai'))")
        with kept(standing), pytest.raises(PostgresError, match="Another publication to this database is at work"):
            publish_to_postgres(standing, snapshot.published)
    assert publish_to_postgres(standing, snapshot.published).publication == 2


def test_a_broken_reference_is_a_defect_that_is_told(standing: str, snapshot: Snapshot) -> None:
    snapshot.publish("('1999', 'z', 1, null, null, null, null)")
    with kept(standing), pytest.raises(PostgresError, match="breaks a key that datapackage.json declares: .*foreign key"):
        publish_to_postgres(standing, snapshot.published)


# --- the whole demonstration -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory, make_home, ingest) -> Home:
    home = make_home(tmp_path_factory.mktemp("demonstration"), demonstration.files())
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return home


def test_the_demonstration_stands_in_the_server_row_by_row(demonstrated: Home, database: str) -> None:
    loaded: Loaded = publish_to_postgres(database, demonstrated.published)
    assert len(loaded.rows) == len(list(demonstrated.published.glob("parquet/*.parquet"))) > 25
    with psycopg.connect(database) as reader:
        for name, rows in loaded.rows.items():
            columns = [column.name for column in reader.execute(f"select * from gongkai.{name} limit 0").description]
            frame = pl.read_parquet(demonstrated.published / "parquet" / f"{name}.parquet")
            assert columns == frame.columns
            found = reader.execute(f"select * from gongkai.{name}").fetchall()
            assert len(found) == rows
            assert sorted(map(repr, found)) == sorted(map(repr, frame.rows())), name
        references = reader.execute("select count(*) from pg_constraint where contype = 'f' and connamespace = 'gongkai'::regnamespace")
        assert references.fetchone()[0] > 30
        [(uncommented,)] = reader.execute(
            "select count(*) from information_schema.columns "
            "where table_schema = 'gongkai' and col_description((table_schema || '.' || table_name)::regclass, ordinal_position) is null"
        ).fetchall()
        assert uncommented == 0


def test_the_private_warehouse_is_not_needed(demonstrated: Home, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = demonstrated.warehouse.with_suffix(".away")
    demonstrated.warehouse.rename(hidden)
    try:
        assert publish_to_postgres(database, demonstrated.published).rows["dim_report"] > 0
    finally:
        hidden.rename(demonstrated.warehouse)
    assert postgres.SCHEMA in schemas(database)
