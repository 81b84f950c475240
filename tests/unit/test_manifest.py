"""Every file of the archive has a row, whatever it is and whatever happens to it."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from dagster_project.documents import manifest
from dagster_project.documents.manifest import partition_of, scan

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)
PAGE = "<html><body><p>某局2021年政府信息公开工作年度报告</p></body></html>".encode()

only_bytes = pytest.mark.skipif(sys.platform == "darwin", reason="this file system takes names in UTF-8 only")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "2021").mkdir(parents=True)
    (folder / "2021" / "a.html").write_bytes(PAGE)
    return folder


def rows(raw: Path) -> dict[str, dict]:
    return {row["source_path"]: row for row in scan(raw, None, NOW).to_dicts()}


def problems(raw: Path) -> dict[str, str | None]:
    return {path: row["problem"] for path, row in rows(raw).items()}


class TestFiles:
    def test_a_file_is_a_row_with_its_hash_kind_and_partition(self, raw):
        row = rows(raw)["2021/a.html"]
        assert (row["file_kind"], row["partition"], row["size_bytes"], row["problem"]) == (
            "html",
            "2021",
            len(PAGE),
            None,
        )
        assert len(row["source_sha256"]) == 64

    def test_litter_and_empty_folders_are_no_files(self, raw):
        (raw / "empty" / "more").mkdir(parents=True)
        for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._a.html"):
            (raw / "2021" / name).write_bytes(b"x")
        assert list(rows(raw)) == ["2021/a.html"]

    def test_an_empty_archive_is_a_manifest_without_rows(self, tmp_path):
        assert scan(tmp_path, None, NOW).height == 0

    def test_the_same_bytes_twice_are_read_once(self, raw):
        (raw / "2020").mkdir()
        (raw / "2020" / "z.html").write_bytes(PAGE)
        found = rows(raw)
        assert found["2021/a.html"]["duplicate_of"] == "2020/z.html"
        assert found["2020/z.html"]["duplicate_of"] is None

    def test_what_the_last_run_knew_keeps_its_first_sight(self, raw):
        first = scan(raw, None, NOW)
        (raw / "2021" / "b.html").write_bytes(PAGE + b" ")
        second = scan(raw, first, LATER)
        assert dict(second.select("source_path", "first_seen").iter_rows()) == {
            "2021/a.html": NOW,
            "2021/b.html": LATER,
        }

    @pytest.mark.parametrize(
        "content", [b"", b"\x00", b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{", b"\xff\xfe"]
    )
    def test_scraps_are_rows(self, raw, content):
        (raw / "2021" / "scrap").write_bytes(content)
        assert rows(raw)["2021/scrap"]["problem"] == ("empty" if not content else None)

    def test_a_file_that_confuses_the_signatures_stops_nothing(self, raw, monkeypatch):
        (raw / "2021" / "b.html").write_bytes(b"confusing")
        sniff = manifest.sniff

        def confused(content: bytes, name: str) -> str:
            if content == b"confusing":
                raise IndexError("no such signature")
            return sniff(content, name)

        monkeypatch.setattr(manifest, "sniff", confused)
        assert problems(raw) == {"2021/a.html": None, "2021/b.html": "reader_failed"}


class TestWhatIsNoFile:
    def test_a_pipe_is_told_and_never_opened(self, raw):
        os.mkfifo(raw / "2021" / "pipe.html")
        assert problems(raw)["2021/pipe.html"] == "not_a_file"

    def test_a_link_to_a_file_of_the_archive_is_read_as_its_copy(self, raw):
        (raw / "2021" / "link.html").symlink_to("a.html")
        row = rows(raw)["2021/link.html"]
        assert (row["problem"], row["duplicate_of"]) == (None, "2021/a.html")

    def test_a_link_out_of_the_archive_is_told_and_not_read(self, raw, tmp_path):
        (tmp_path / "secret.html").write_bytes(PAGE + b"secret")
        (raw / "2021" / "link.html").symlink_to(tmp_path / "secret.html")
        (raw / "2021" / "up").symlink_to("../..", target_is_directory=True)
        found = rows(raw)
        assert {path: row["problem"] for path, row in found.items()} == {
            "2021/a.html": None,
            "2021/link.html": "link_out_of_archive",
            "2021/up": "link_out_of_archive",
        }
        assert found["2021/link.html"]["source_sha256"] is None

    def test_links_in_a_circle_are_told(self, raw):
        (raw / "2021" / "one.html").symlink_to("two.html")
        (raw / "2021" / "two.html").symlink_to("one.html")
        (raw / "2021" / "self").symlink_to("self")
        assert {problems(raw)[f"2021/{name}"] for name in ("one.html", "two.html", "self")} == {"link_in_a_circle"}

    def test_a_link_to_a_folder_around_it_is_told_and_not_followed(self, raw):
        (raw / "2021" / "again").symlink_to(raw, target_is_directory=True)
        assert problems(raw) == {"2021/a.html": None, "2021/again": "link_to_folder"}

    def test_a_link_to_nothing_is_told(self, raw):
        (raw / "2021" / "link.html").symlink_to("gone.html")
        assert problems(raw)["2021/link.html"] == "vanished"

    def test_the_archive_itself_may_be_a_link(self, raw, tmp_path):
        (tmp_path / "link").symlink_to(raw, target_is_directory=True)
        (raw / "2021" / "b.html").symlink_to("a.html")
        assert set(problems(tmp_path / "link").values()) == {None}


class TestNames:
    @only_bytes
    def test_a_name_that_is_no_utf8_is_told_with_what_it_reads_in_gbk(self, raw):
        name = "报告.html".encode("gbk")
        Path(os.fsdecode(os.fsencode(raw) + b"/2021/" + name)).write_bytes(PAGE)
        (path,) = set(rows(raw)) - {"2021/a.html"}
        row = rows(raw)[path]
        assert path == "2021/\\xb1\\xa8\\xb8\\xe6.html"
        assert row["problem"] == "name_not_utf8"
        assert "报告.html" in row["problem_detail"]
        path.encode()  # it can be stored

    @only_bytes
    def test_a_folder_whose_name_is_no_utf8_does_not_hide_its_files(self, raw):
        folder = Path(os.fsdecode(os.fsencode(raw) + b"/\xc4\xea"))
        folder.mkdir()
        (folder / "b.html").write_bytes(PAGE)
        assert problems(raw)["\\xc4\\xea/b.html"] == "name_not_utf8"

    @only_bytes
    def test_names_that_would_be_printed_alike_are_told_apart(self, raw):
        Path(os.fsdecode(os.fsencode(raw) + b"/2021/\xc4.html")).write_bytes(b"1")
        (raw / "2021" / "\\xc4.html").write_bytes(b"2")
        assert problems(raw) == {"2021/a.html": None, "2021/\\xc4.html": None, "2021/\\xc4.html'": "name_not_utf8"}

    @pytest.mark.parametrize(
        "name",
        ["a\nb.html", "a\tb.html", " ", "年" * 80 + ".html", "a\x1b[31m.html", "-rf", "a;b'\".html", "\u202egpj.html"],
    )
    def test_odd_names_are_names(self, raw, name):
        (raw / "2021" / name).write_bytes(PAGE + b"x")
        assert problems(raw)[f"2021/{name}"] is None

    def test_a_path_longer_than_the_system_takes_is_told(self, raw):
        # Made step by step: no call takes the whole path.
        before = Path.cwd()
        try:
            os.chdir(raw)
            for _ in range(25):
                Path("d" * 200).mkdir()
                os.chdir("d" * 200)
            Path("deep.html").write_bytes(PAGE + b"deep")
        finally:
            os.chdir(before)
        found = problems(raw)
        assert found.pop("2021/a.html") is None
        assert list(found.values()) == ["folder_not_listed"]
        before = Path.cwd()
        os.chdir(raw)  # taken away step by step too, so that the folder of the test can be
        depth = 0
        try:
            while Path("d" * 200).exists():
                os.chdir("d" * 200)
                depth += 1
            Path("deep.html").unlink()
            for _ in range(depth):
                os.chdir("..")
                Path("d" * 200).rmdir()
        finally:
            os.chdir(before)


class TestWhatHappensMeanwhile:
    def test_a_folder_that_may_not_be_listed_is_told(self, raw, monkeypatch):
        (raw / "2020").mkdir()
        scandir = os.scandir

        def forbidden(folder: Path):
            if Path(folder).name == "2020":
                raise PermissionError(13, "Permission denied", str(folder))
            return scandir(folder)

        monkeypatch.setattr(manifest.os, "scandir", forbidden)
        row = rows(raw)["2020"]
        assert (row["problem"], row["partition"]) == ("folder_not_listed", "2020")
        assert "none of its files was seen" in row["problem_detail"]

    def test_a_folder_that_vanishes_is_told(self, raw, monkeypatch):
        (raw / "2020").mkdir()
        scandir = os.scandir

        def vanishing(folder: Path):
            if Path(folder).name == "2020":
                Path(folder).rmdir()
            return scandir(folder)

        monkeypatch.setattr(manifest.os, "scandir", vanishing)
        assert problems(raw)["2020"] == "folder_not_listed"

    @pytest.mark.parametrize(
        ("error", "problem"),
        [
            (FileNotFoundError(2, "No such file"), "vanished"),
            (PermissionError(13, "Permission denied"), "no_permission"),
            (OSError(5, "Input/output error"), "io_error"),
            (IsADirectoryError(21, "Is a directory"), "io_error"),
        ],
    )
    def test_a_file_that_cannot_be_read_any_more_is_told(self, raw, monkeypatch, error, problem):
        def fails(_path: Path) -> bytes:
            raise error

        monkeypatch.setattr(Path, "read_bytes", fails)
        row = rows(raw)["2021/a.html"]
        assert (row["problem"], row["source_sha256"]) == (problem, None)
        assert row["problem_detail"].endswith(".")

    def test_a_file_too_large_is_told_and_not_read(self, raw, monkeypatch):
        monkeypatch.setattr(manifest, "LARGEST_FILE", 10)
        monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read."))
        row = rows(raw)["2021/a.html"]
        assert (row["problem"], row["size_bytes"]) == ("too_large", len(PAGE))

    def test_an_archive_that_is_not_there_is_an_error(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            scan(tmp_path / "nothing", None, NOW)


@pytest.mark.parametrize(
    ("path", "partition"),
    [
        ("2021/a.html", "2021"),
        ("2020/2021/a.html", "2021"),
        ("2020/x/a-2021.html", "2020"),
        ("x/某局2021年年报.html", "2021"),
        ("x/2020-2021.html", "undated"),
        ("x/20210118.html", "undated"),
        ("a.html", "undated"),
    ],
)
def test_the_partition_is_the_year_that_the_path_names(path, partition):
    assert partition_of(path) == partition


def test_a_manifest_of_thousands_is_sorted_by_path(tmp_path):
    for number in range(300):
        (tmp_path / f"{(number * 7919) % 300}.txt").write_bytes(b"%d" % number)
    paths = scan(tmp_path, None, NOW)["source_path"]
    assert paths.to_list() == sorted(paths)
    assert pl.Series(paths).n_unique() == 300
