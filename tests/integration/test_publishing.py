"""Publishing from a small warehouse: what is written, what is left alone, what survives a failure."""

import codecs
import errno
import json
import struct
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dagster_project.publishing import Column, PublishingError, Table, publish
from dagster_project.publishing import database as database_module
from dagster_project.publishing import files as files_module
from dagster_project.publishing import ledger as ledger_module
from dagster_project.publishing import snapshot as snapshot_module
from dagster_project.publishing.labels import Label

BODIES = Table(
    name="dim_body",
    relation='"gongkai"."main"."dim_body"',
    description="One row per reporting body. It's named as printed.",
    order_by=("body_id",),
    key=("body_id",),
    columns=(
        Column("body_id", "varchar", "Identifier of the body."),
        Column("body_name", "varchar", "Name as printed, 'quotes' included."),
        Column("cases", "decimal(18,6)", "A number, which may be negative.", Label("案件数", "Cases", "cases (件)", "复议法", "Don't add.")),
        Column("published_on", "date", "Date as printed."),
    ),
)
ROWS = """
    ('b', '=cmd|calc', -1.5, date '2022-01-28'),
    ('a', '湛河区城市管理局', 0, null),
    ('c', '+86 "tel"', null, date '2023-02-01'),
    ('d', '-', 2, null),
    ('e', '@home', 3, null),
    ('f', null, 4, null),
    ('g', E'\\tindented', 5, null),
    ('h', '', 6, null)
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "gongkai.duckdb"
    _fill(path, ROWS)
    return path


def _fill(path: Path, rows: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create or replace table dim_body (published_on date, body_id varchar, body_name varchar, cases decimal(18,6))"
        )
        connection.execute(f"insert into dim_body (body_id, body_name, cases, published_on) values {rows}")


def _state(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return every file with its bytes, inode and time of change."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_form_of_a_table_is_published(warehouse: Path, tmp_path: Path) -> None:
    publication = publish(warehouse, [BODIES], tmp_path / "published")
    assert publication.rows == {"dim_body": 8, "publication_diff": 0}
    assert sorted(_state(tmp_path / "published")) == [
        "csv/dim_body.csv",
        "csv/publication_diff.csv",
        "data_dictionary.md",
        "datapackage.json",
        "gongkai.duckdb",
        "parquet/dim_body.parquet",
        "parquet/publication_diff.parquet",
        "publication_diff.md",
    ]
    assert set(publication.replaced) == set(_state(tmp_path / "published"))


def test_parquet_holds_the_described_columns_in_order(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    frame = pl.read_parquet(tmp_path / "published" / "parquet" / "dim_body.parquet")
    assert frame.columns == ["body_id", "body_name", "cases", "published_on"]
    assert frame["body_id"].to_list() == list("abcdefgh")
    assert frame.schema["cases"] == pl.Decimal(18, 6)


def test_csv_opens_in_a_spreadsheet_and_starts_no_formula(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    content = (tmp_path / "published" / "csv" / "dim_body.csv").read_bytes()
    assert content.startswith(codecs.BOM_UTF8)
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[:4] == [
        "body_id,body_name,cases,published_on",
        "a,湛河区城市管理局,0.000000,",
        "b,'=cmd|calc,-1.500000,2022-01-28",
        'c,"\'+86 ""tel""",,2023-02-01',
    ]
    assert lines[4].startswith("d,'-,")
    assert lines[5].startswith("e,'@home,")
    assert lines[7].startswith("g,'\tindented,")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_of_a_csv_starts_as_a_formula_does(tmp_path: Path, start: str) -> None:
    texts = pl.DataFrame({"text": [f"{start}1+1", start, f"a{start}", None], "number": [Decimal("-1.5"), None, Decimal(0), Decimal(2)]})
    texts.write_parquet(tmp_path / "texts.parquet")
    files_module.write_csv(tmp_path / "texts.parquet", tmp_path / "texts.csv")
    read = pl.read_csv(tmp_path / "texts.csv", schema_overrides={"number": pl.Float64})
    assert read["text"].to_list() == [f"'{start}1+1", f"'{start}", f"a{start}", None]
    assert read["number"].to_list() == [-1.5, None, 0.0, 2.0]


def test_an_empty_text_and_null_stay_apart_in_csv(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    lines = (tmp_path / "published" / "csv" / "dim_body.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[6].startswith("f,,")
    assert lines[8].startswith('h,"",')


def test_the_database_carries_comments(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    with duckdb.connect(str(tmp_path / "published" / "gongkai.duckdb"), read_only=True) as connection:
        comments = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
        assert comments["dim_body"] == BODIES.description
        comments = dict(
            connection.execute("select column_name, comment from duckdb_columns() where table_name = 'dim_body'").fetchall()
        )
        said = {column.name: column.description for column in BODIES.columns}
        said["cases"] = "案件数 / Cases. A number, which may be negative. Unit: cases (件). Don't add. Legal basis: 复议法."
        assert comments == said
        assert connection.execute("select cases from dim_body where body_id = 'b'").fetchall() == [(Decimal("-1.500000"),)]


def test_the_database_opens_with_older_drivers(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    header = (tmp_path / "published" / "gongkai.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    # 64 is what DuckDB 1.0 and 1.1 read; 1.2 wrote 65 first, 1.4 wrote 67 first.
    assert struct.unpack("<Q", header[12:20]) == (64,)


def test_the_data_package_names_types_keys_and_grain(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    package = json.loads((tmp_path / "published" / "datapackage.json").read_text(encoding="utf-8"))
    [resource, _] = package["resources"]
    assert resource["path"] == "csv/dim_body.csv"
    assert resource["grain"] == "One row per reporting body."
    assert resource["rows"] == 8
    assert resource["schema"]["primaryKey"] == ["body_id"]
    assert [field["type"] for field in resource["schema"]["fields"]] == ["string", "string", "number", "date"]


def test_nothing_is_touched_when_nothing_changed(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    before = _state(tmp_path / "published")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create or replace table dim_body as select * from dim_body order by body_id desc")
    publication = publish(warehouse, [BODIES], tmp_path / "published")
    assert not publication.changed
    assert _state(tmp_path / "published") == before


def test_only_changed_tables_are_replaced(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table dim_year as select 2021 as year")
    years = Table("dim_year", '"gongkai"."main"."dim_year"', "One row per year.", ("year",), ("year",), (Column("year", "integer", ""),))
    publish(warehouse, [BODIES, years], tmp_path / "published")
    _fill(warehouse, "('z', 'new', 1, null)")
    publication = publish(warehouse, [BODIES, years], tmp_path / "published")
    assert set(publication.replaced) == {
        "csv/dim_body.csv",
        "parquet/dim_body.parquet",
        "csv/publication_diff.csv",
        "parquet/publication_diff.parquet",
        "publication_diff.md",
        "gongkai.duckdb",
        "datapackage.json",
    }


def test_a_reader_of_the_old_database_keeps_it(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    reader = duckdb.connect(str(tmp_path / "published" / "gongkai.duckdb"), read_only=True)
    _fill(warehouse, "('z', 'new', 1, null)")
    publish(warehouse, [BODIES], tmp_path / "published")
    assert reader.execute("select count(*) from dim_body").fetchone() == (8,)
    reader.close()
    with duckdb.connect(str(tmp_path / "published" / "gongkai.duckdb"), read_only=True) as connection:
        assert connection.execute("select body_id from dim_body").fetchall() == [("z",)]


def test_a_log_left_by_a_writer_is_not_replayed_into_the_new_database(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    left = tmp_path / "published" / "gongkai.duckdb.wal"
    left.write_bytes(b"left by a program that opened the snapshot for writing")
    _fill(warehouse, "('z', 'new', 1, null)")
    publish(warehouse, [BODIES], tmp_path / "published")
    assert not left.exists()


@pytest.mark.parametrize("damage", ["gone", "emptied", "one byte"])
@pytest.mark.parametrize(
    "name",
    ["parquet/dim_body.parquet", "csv/dim_body.csv", "gongkai.duckdb", "datapackage.json", "data_dictionary.md", "publication_diff.md"],
)
def test_a_damaged_file_is_written_anew_and_is_no_publication(warehouse: Path, tmp_path: Path, name: str, damage: str) -> None:
    published = tmp_path / "published"
    publish(warehouse, [BODIES], published)
    before = _state(published)
    path = published / name
    if damage == "gone":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(b"" if damage == "emptied" else content[:20] + bytes([content[20] ^ 1]) + content[21:])
    remembered = ledger_module.read(warehouse.with_name("published_files.json"))
    assert ledger_module.damaged(published, remembered) == [name]
    publication = publish(warehouse, [BODIES], published)
    after = _state(published)
    assert publication.number == 1
    assert name in publication.replaced
    # Without the package it is not known in which format the CSV files are; they are written anew with it.
    written = {name, "csv/dim_body.csv", "csv/publication_diff.csv"} if name == "datapackage.json" else {name}
    assert {other for other in before | after if before.get(other) != after.get(other)} <= written
    assert {other for other in before if before[other][0] != after[other][0]} <= {"gongkai.duckdb"}
    remembered = ledger_module.read(warehouse.with_name("published_files.json"))
    assert set(remembered) == set(before)
    assert ledger_module.damaged(published, remembered) == []
    with duckdb.connect(str(published / "gongkai.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from dim_body").fetchone() == (8,)


def test_a_damaged_history_of_publications_is_told_and_not_made_up(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish(warehouse, [BODIES], published)
    history = published / "parquet" / "publication_diff.parquet"
    history.write_bytes(b"PAR1")
    before = _state(published)
    with pytest.raises(PublishingError, match="expected the history of publications in .* delete it: the history begins anew"):
        publish(warehouse, [BODIES], published)
    assert _state(published) == before
    history.unlink()
    assert publish(warehouse, [BODIES], published).number == 2


def test_what_is_remembered_is_what_stands_after_every_publication(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    for rows in (ROWS, ROWS, "('a', 'another', 1, null)"):
        _fill(warehouse, rows)
        publish(warehouse, [BODIES], published)
        remembered = ledger_module.read(warehouse.with_name("published_files.json"))
        assert set(remembered) == set(_state(published))
        assert ledger_module.damaged(published, remembered) == []


def test_files_that_nothing_vouches_for_are_written_anew(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish(warehouse, [BODIES], published)
    before = _state(published)
    warehouse.with_name("published_files.json").write_text("half a led", encoding="utf-8")
    publication = publish(warehouse, [BODIES], published)
    assert set(publication.replaced) == {"csv/dim_body.csv", "csv/publication_diff.csv", "gongkai.duckdb"}
    assert publication.number == 1
    after = _state(published)
    assert {name for name in before if before[name][0] != after[name][0]} <= {"gongkai.duckdb"}


def test_tables_no_longer_published_leave(warehouse: Path, tmp_path: Path) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    stray = tmp_path / "published" / "parquet" / "dim_gone.parquet"
    stray.write_bytes(b"")
    publish(warehouse, [BODIES], tmp_path / "published")
    assert not stray.exists()


@pytest.mark.parametrize("failing", ["write_parquet", "write_csv", "write_database"])
def test_a_full_disk_leaves_the_old_snapshot(warehouse: Path, tmp_path: Path, monkeypatch, failing: str) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    before = _state(tmp_path / "published")
    _fill(warehouse, "('z', 'new', 1, null)")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(database_module if failing == "write_database" else snapshot_module.files, failing, full)
    with pytest.raises(PublishingError, match="no space left on the disk .* The previous snapshot is as it was"):
        publish(warehouse, [BODIES], tmp_path / "published")
    assert _state(tmp_path / "published") == before
    assert not list((tmp_path / "published").glob(".building-*"))


def test_a_swap_that_fails_half_way_is_undone(warehouse: Path, tmp_path: Path, monkeypatch) -> None:
    publish(warehouse, [BODIES], tmp_path / "published")
    before = {name: state[0] for name, state in _state(tmp_path / "published").items()}
    _fill(warehouse, "('z', 'new', 1, null)")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.name == "gongkai.duckdb" and "previous" not in self.parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(PublishingError):
        publish(warehouse, [BODIES], tmp_path / "published")
    assert {name: state[0] for name, state in _state(tmp_path / "published").items()} == before


def test_a_missing_mart_is_a_sentence(warehouse: Path, tmp_path: Path) -> None:
    gone = Table("dim_gone", '"gongkai"."main"."dim_gone"', "One row.", ("a",), ("a",), (Column("a", "integer", ""),))
    with pytest.raises(PublishingError, match="No snapshot had been published before"):
        publish(warehouse, [BODIES, gone], tmp_path / "published")
    assert not (tmp_path / "published" / "gongkai.duckdb").exists()
