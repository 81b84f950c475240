"""What a publication changes against the one before: told as rows, and refused where a person has to look first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dagster_project.publishing import Column, PublishingError, Table, publish
from dagster_project.publishing import snapshot as snapshot_module
from dagster_project.publishing.judgement import CHANGED_SHARE
from dagster_project.publishing.snapshot import PublishingRefused

CELLS = 200


def _table(name: str, key: str, columns: str) -> Table:
    described = tuple(Column(*column.rsplit(" ", 1), f"The {column}.") for column in columns.split(", "))
    keys = tuple(key.split())
    return Table(name, f'"gongkai"."main"."{name}"', f"One row per {key}.", keys, keys, described)


TABLES = (
    _table(
        "dim_report",
        "report_id",
        "report_id varchar, body_id varchar, body_name varchar, report_year integer, scope varchar, version_status varchar, "
        "is_current boolean",
    ),
    _table("fct_cells", "report_id cell", "report_id varchar, cell varchar, value decimal(18,6), status varchar, is_current boolean"),
    _table(
        "mart_body_year",
        "body_id report_year",
        "body_id varchar, report_year integer, report_id varchar, body_name varchar, scope varchar, received decimal(18,6), "
        "rate double",
    ),
)


@dataclass(frozen=True)
class Report:
    """A report: whose, its printed numbers (all of them ``number`` unless one differs), the figures of its body and year."""

    body: str
    year: int = 2023
    scope: str = "own"
    status: str = "current"
    numbers: Mapping[str, int | None] = field(default_factory=lambda: {f"c{number:03}": number for number in range(CELLS)})
    received: int | None = 10
    rate: float | None = 0.5

    def printing(self, **numbers: int | None) -> "Report":
        return replace(self, numbers={**self.numbers, **numbers})


ARCHIVE = {"r1": Report("a"), "r2": Report("b"), "r3": Report("c", year=2022)}


class Archive:
    """A warehouse in the shape of the real one, and what is published from it."""

    def __init__(self, folder: Path) -> None:
        self.warehouse, self.published, self.refused = folder / "gongkai.duckdb", folder / "published", folder / "refused"

    def publish(self, reports: Mapping[str, Report], confirm: str = "", tables: tuple[Table, ...] = TABLES):
        self._fill(reports, tables)
        return publish(self.warehouse, tables, self.published, refused=self.refused, confirm=confirm)

    def _fill(self, reports: Mapping[str, Report], tables: tuple[Table, ...]) -> None:
        rows = {table.name: [] for table in tables}
        for report_id, one in reports.items():
            current = one.status == "current"
            rows["dim_report"].append((report_id, one.body, f"{one.body}局", one.year, one.scope, one.status, current))
            rows["fct_cells"] += [
                (report_id, cell, value, "blank" if value is None else "number", current) for cell, value in one.numbers.items()
            ]
            if current:
                rows["mart_body_year"].append(
                    (one.body, one.year, report_id, f"{one.body}局", one.scope, one.received, one.rate)
                )
        with duckdb.connect(str(self.warehouse)) as connection:
            for table in tables:
                columns = ", ".join(f"{column.name} {column.data_type}" for column in table.columns)
                connection.execute(f"create or replace table {table.name} ({columns})")
                known = [(*row, *[None] * (len(table.columns) - len(row))) for row in rows[table.name]]
                if known:
                    names = [column.name for column in table.columns]
                    connection.register("frame", pl.DataFrame(known, schema=names, orient="row", infer_schema_length=None))
                    connection.execute(f"insert into {table.name} select * from frame")

    def rows(self, publication: int | None = None, change: str | None = None) -> list[dict]:
        """The rows of ``publication_diff`` without what is NULL in them."""
        frame = pl.read_parquet(self.published / "parquet" / "publication_diff.parquet")
        if publication is not None:
            frame = frame.filter(publication_no=publication)
        if change is not None:
            frame = frame.filter(change=change)
        return [{name: value for name, value in row.items() if value is not None} for row in frame.to_dicts()]

    def bytes(self) -> dict[str, tuple[bytes, int]]:
        return {
            path.relative_to(self.published).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(self.published.rglob("*"))
            if path.is_file()
        }

    def number(self) -> int:
        return json.loads((self.published / "datapackage.json").read_text("utf-8"))["publication"]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path)
    archive.publish(ARCHIVE)
    return archive


def _word(refusal: PublishingRefused) -> str:
    return str(refusal).partition("CONFIRM=")[2].partition("'")[0]


# --- what is told ----------------------------------------------------------------------------------------------------


def test_the_first_publication_has_nothing_to_differ_from(archive: Archive) -> None:
    assert archive.number() == 1
    assert archive.rows() == []
    assert "nothing was published before" in (archive.published / "publication_diff.md").read_text("utf-8")


def test_nothing_new_is_no_publication(archive: Archive) -> None:
    archive.publish({**ARCHIVE, "r4": Report("d")})
    before = archive.bytes()
    for _ in range(2):
        publication = archive.publish({**ARCHIVE, "r4": Report("d")})
        assert (publication.changed, publication.number, publication.changes) == (False, 2, {})
        assert archive.bytes() == before


def test_a_new_report_is_told_with_its_numbers(archive: Archive) -> None:
    publication = archive.publish({**ARCHIVE, "r4": Report("d", year=2024)})
    assert publication.changes == {"rows": 3, "report_added": 1}
    assert archive.rows(2, "report_added") == [
        {
            "publication_no": 2,
            "change_no": 4,
            "change": "report_added",
            "table_name": "dim_report",
            "body_id": "d",
            "body_name": "d局",
            "report_year": 2024,
            "scope": "own",
            "new_report_id": "r4",
            "new_value": Decimal(CELLS),
        }
    ]
    assert [(row["table_name"], row["old_value"], row["new_value"]) for row in archive.rows(2, "rows")] == [
        ("dim_report", 3, 4),
        ("fct_cells", 3 * CELLS, 4 * CELLS),
        ("mart_body_year", 3, 4),
    ]


def test_the_history_is_kept(archive: Archive) -> None:
    archive.publish({**ARCHIVE, "r4": Report("d")})
    second = archive.rows(2)
    archive.publish({**ARCHIVE, "r4": Report("d"), "r5": Report("e")})
    assert archive.number() == 3
    assert archive.rows(2) == second
    assert [row["new_report_id"] for row in archive.rows(change="report_added")] == ["r4", "r5"]


def test_a_changed_cell_and_figure_are_told_with_both_values(archive: Archive) -> None:
    changed = replace(ARCHIVE["r2"].printing(c007=70), received=None)
    # One of six figures is more than a hundredth, so a person has to say so.
    with pytest.raises(PublishingRefused) as refusal:
        archive.publish({**ARCHIVE, "r2": changed})
    archive.publish({**ARCHIVE, "r2": changed}, confirm=_word(refusal.value))
    [cell] = archive.rows(2, "cell")
    assert {name: cell[name] for name in ("body_id", "report_year", "cell", "old_value", "new_value", "old_text", "new_text")} == {
        "body_id": "b",
        "report_year": 2023,
        "cell": "c007",
        "old_value": 7,
        "new_value": 70,
        "old_text": "number",
        "new_text": "number",
    }
    assert cell["old_report_id"] == cell["new_report_id"] == "r2"
    [figure] = archive.rows(2, "figure")
    assert (figure["column_name"], figure["old_value"], figure.get("new_value")) == ("received", 10, None)
    page = (archive.published / "publication_diff.md").read_text("utf-8")
    assert "| b局 | 2023 | c007 | 7 | 70 | number | number |" in page


def test_columns_and_tables_that_come_and_go_are_told(archive: Archive) -> None:
    reports, cells, mart = TABLES
    wider = replace(mart, columns=(*mart.columns, Column("unit", "varchar", "The unit.")))
    year = _table("dim_year", "report_year", "report_year integer")

    def told(publication: int) -> set[tuple]:
        return {(row["change"], row.get("table_name"), row.get("column_name")) for row in archive.rows(publication)}

    archive.publish(ARCHIVE, tables=(reports, cells, wider, year))
    assert told(2) == {
        ("descriptions", None, None),
        ("table_added", "dim_year", None),
        ("rows", "mart_body_year", None),
        ("column_added", "mart_body_year", "unit"),
    }
    archive.publish(ARCHIVE)
    assert {("table_removed", "dim_year", None), ("column_removed", "mart_body_year", "unit")} <= told(3)
    assert not (archive.published / "parquet" / "dim_year.parquet").exists()
    small = replace(mart, columns=tuple(replace(one, data_type="float") if one.name == "rate" else one for one in mart.columns))
    archive.publish(ARCHIVE, tables=(reports, cells, small))
    [change] = archive.rows(4, "column_retyped")
    assert (change["column_name"], change["old_text"], change["new_text"]) == ("rate", "DOUBLE", "FLOAT")


def test_other_descriptions_alone_are_a_publication(archive: Archive) -> None:
    said = replace(TABLES[0], description="One row per report. Otherwise said.")
    assert archive.publish(ARCHIVE, tables=(said, *TABLES[1:])).changes == {"descriptions": 1}


def test_a_snapshot_from_before_there_were_numbers_is_the_first(archive: Archive) -> None:
    package = archive.published / "datapackage.json"
    package.write_text(package.read_text("utf-8").replace('"publication": 1,', ""), encoding="utf-8")
    (archive.published / "parquet" / "publication_diff.parquet").unlink()
    archive.publish({**ARCHIVE, "r4": Report("d")})
    assert archive.number() == 2
    assert [row["new_report_id"] for row in archive.rows(2, "report_added")] == ["r4"]


# --- what is refused -------------------------------------------------------------------------------------------------


def _refused(archive: Archive, reports: Mapping[str, Report], confirm: str = "") -> PublishingRefused:
    before = archive.bytes()
    with pytest.raises(PublishingRefused) as refusal:
        archive.publish(reports, confirm)
    assert archive.bytes() == before
    assert not list(archive.published.glob(".building-*"))
    return refusal.value


def test_a_report_that_is_gone_is_refused_until_confirmed(archive: Archive) -> None:
    without = {name: report for name, report in ARCHIVE.items() if name != "r3"}
    refusal = _refused(archive, without)
    assert "for 1 of them (c局 2022; reports lost 1, numbers lost 200; no longer read from any file 1)" in str(refusal)
    assert "The previous snapshot is as it was." in str(refusal)
    kept = pl.read_parquet(archive.refused / "publication_diff.parquet")
    assert kept.filter(change="report_removed")["old_report_id"].to_list() == ["r3"]
    assert f"make run CONFIRM={_word(refusal)}" in (archive.refused / "publication_diff.md").read_text("utf-8")
    assert "confirms another change" in str(_refused(archive, without, confirm="0123456789ab"))
    archive.publish(without, confirm=_word(refusal))
    assert [row["old_report_id"] for row in archive.rows(2, "report_removed")] == ["r3"]
    assert not archive.refused.exists()


def test_a_word_for_one_change_is_none_for_another(archive: Archive) -> None:
    word = _word(_refused(archive, {name: ARCHIVE[name] for name in ("r1", "r2")}))
    _refused(archive, {name: ARCHIVE[name] for name in ("r1", "r3")}, confirm=word)


def test_a_report_that_counts_no_longer_is_refused_though_its_file_is_there(archive: Archive) -> None:
    refusal = _refused(archive, {**ARCHIVE, "r3": replace(ARCHIVE["r3"], status="unofficial")})
    assert "no longer read from any file 0" in str(refusal)


def test_a_lost_number_is_refused(archive: Archive) -> None:
    refusal = _refused(archive, {**ARCHIVE, "r1": ARCHIVE["r1"].printing(c005=None)})
    assert "(a局 2023; reports lost 0, numbers lost 1;" in str(refusal)


def test_a_lost_number_in_another_file_of_the_report_is_refused(archive: Archive) -> None:
    others = {name: report for name, report in ARCHIVE.items() if name != "r1"}
    refusal = _refused(archive, {**others, "r9": ARCHIVE["r1"].printing(c005=None)})
    assert "(a局 2023; reports lost 0, numbers lost 1; no longer read from any file 1)" in str(refusal)


def test_what_the_body_published_anew_is_its_own_word(archive: Archive) -> None:
    numbers = dict.fromkeys(list(ARCHIVE["r1"].numbers)[:100])
    later = replace(ARCHIVE["r1"].printing(**numbers), received=3, rate=0.1)
    archive.publish({**ARCHIVE, "r1": replace(ARCHIVE["r1"], status="superseded"), "r9": later})
    [replaced] = archive.rows(2, "report_replaced")
    assert (replaced["old_report_id"], replaced["new_report_id"]) == ("r1", "r9")
    assert (replaced["old_value"], replaced["new_value"]) == (200, 100)
    assert len(archive.rows(2, "cell")) == 100
    assert {row["column_name"] for row in archive.rows(2, "figure")} == {"received", "rate"}


def test_another_scope_is_no_loss(archive: Archive) -> None:
    archive.publish({**ARCHIVE, "r2": replace(ARCHIVE["r2"], scope="region")})
    assert {row["change"] for row in archive.rows(2)} == {"rows", "report_added", "report_removed"}


def test_as_many_changed_numbers_as_a_hundredth_are_published_and_one_more_is_refused(archive: Archive) -> None:
    allowed = int(3 * CELLS * CHANGED_SHARE)
    assert allowed == 6
    for count in (allowed, allowed + 1):
        changed = {**ARCHIVE, "r1": ARCHIVE["r1"].printing(**{f"c{number:03}": 5000 for number in range(count)})}
        if count == allowed:
            unchanged_again = Archive(archive.warehouse.parent / "other")
            unchanged_again.warehouse.parent.mkdir()
            unchanged_again.publish(ARCHIVE)
            assert unchanged_again.publish(changed).changes["cell"] == allowed
        else:
            refusal = _refused(archive, changed)
            assert "1.2% of the numbers of reports that stood before would change (7 of 600" in str(refusal)


def test_numbers_where_none_was_read_count_as_changed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    blank = ARCHIVE["r1"].printing(**{f"c{number:03}": None for number in range(50)})
    archive.publish({**ARCHIVE, "r1": blank})
    refusal = _refused(archive, ARCHIVE)
    assert "(50 of 550" in str(refusal)


def test_a_snapshot_that_cannot_be_compared_is_refused(archive: Archive) -> None:
    path = archive.published / "parquet" / "dim_report.parquet"
    pl.read_parquet(path).drop("scope").write_parquet(path)
    # With what was written remembered, the file would be a damaged one.
    (archive.warehouse.with_name("published_files.json")).unlink()
    refusal = _refused(archive, ARCHIVE)
    assert "the published snapshot lacks dim_report.scope" in str(refusal)
    archive.publish(ARCHIVE, confirm=_word(refusal))
    assert archive.rows(2, "column_added")[0]["column_name"] == "scope"


def test_a_full_disk_keeps_what_was_refused_and_what_is_published(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot_module.difference, "write_history", full)
    before = archive.bytes()
    with pytest.raises(PublishingError, match="no space left on the disk"):
        archive.publish({**ARCHIVE, "r4": Report("d")})
    assert archive.bytes() == before


@pytest.mark.parametrize("at", ["fct_cells.parquet", "mart_body_year.parquet", "dim_report.parquet", "gongkai.duckdb"])
def test_a_publication_that_was_killed_half_way_keeps_its_number_and_rows(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    more = {**ARCHIVE, "r4": Report("d")}
    with monkeypatch.context() as killed:
        replace_file = Path.replace

        def cut(self: Path, target: Path) -> Path:
            if self.name == at:
                raise OSError(5, "Killed here")
            return replace_file(self, target)

        killed.setattr(Path, "replace", cut)
        # A killed process puts nothing back.
        killed.setattr(snapshot_module, "_put_back", lambda *_: None)
        with pytest.raises(PublishingError):
            archive.publish(more)
    assert archive.number() == 1
    assert archive.publish(more).number == 3
    assert [row["new_report_id"] for row in archive.rows(2, "report_added")] == ["r4"]
    keys = [(row["publication_no"], row["change_no"]) for row in archive.rows()]
    assert len(set(keys)) == len(keys)
    before = archive.bytes()
    assert not archive.publish(more).changed
    assert archive.bytes() == before
