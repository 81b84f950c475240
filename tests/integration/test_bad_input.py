"""An archive of everything that goes wrong with files: nothing is lost, each is told why, the run goes on.

One run over all of it, with a sound report among them; what depends on where a file breaks off is asked of a batch.
"""

import ctypes
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

import polars as pl
import pytest
from click.testing import Result

from dagster_project.home import Home
from dagster_project.reading import staging
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layouts import RENDERERS, Layout, Rendered
from dagster_project.synthesis.truth import ReportTruth, make_truth
from schemas import CELLS, DOCUMENTS

GOOD = "2022/sound.html"
CHANGES = "2022/changes-during-the-run.html"
VANISHES = "2022/vanishes-during-the-run.html"
TITLE_ONLY = "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>一、总体情况 附件：年度报告表</p></body></html>"
MEBIBYTE = 1024 * 1024


def report(seed: str, body: str, activity: str = "tens", **layout: object) -> tuple[ReportTruth, Rendered]:
    truth = make_truth(seed, "2021", body=body, year=2022, activity=activity)
    return truth, RENDERERS["html"](truth, Layout(seed=60, **layout))


def page(content: bytes) -> bytes:
    """The body of a page, without its head."""
    return content[content.index(b"<body") :].partition(b">")[2].partition(b"</body>")[0]


def two_reports_apart() -> bytes:
    pages = (report("first", "岚溪县司法局")[1], report("second", "岚溪县水利局")[1])
    return b"<html><body>" + b"<hr>".join(page(one.content) for one in pages) + b"</body></html>"


def entangled() -> tuple[Rendered, Rendered]:
    first, second = (report(seed, "岚溪县粮食局", chrome="none")[1] for seed in ("one", "other"))
    return first, second


def fixed_pages() -> bytes:
    """A report in OFD: a package whose parts look like an archive of documents."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in ("OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"):
            package.writestr(name, '<?xml version="1.0" encoding="UTF-8"?><ofd:Part xmlns:ofd="http://www.ofdspec.org/2016"/>')
    return buffer.getvalue()


def two_reports_entangled() -> bytes:
    """Two reports whose tables stand together below one title: nobody can say whose they are."""
    first, second = entangled()
    return first.content + b"".join(re.findall(rb"<table.*?</table>", second.content, re.DOTALL))


# path → bytes, and where the file must end: outcome and reason code.
FILES: dict[str, tuple[bytes, tuple[str, str | None]]] = {
    GOOD: (report("sound", "岚溪县民政局")[1].content, ("report", None)),
    "2022/empty.html": (b"", ("quarantined", "empty")),
    "2022/blanks-only.html": (b" \r\n\t\n", ("not_a_report", "no_report")),
    "2022/junk.html": (b"\x00" + Random("junk").randbytes(5000), ("quarantined", "unknown_kind")),
    "2022/junk.txt": (b"\x00" + Random("more junk").randbytes(5000), ("quarantined", "unknown_kind")),
    "2022/junk": (b"\x00" + Random("nameless junk").randbytes(5000), ("quarantined", "unknown_kind")),
    "2022/named-pdf-but-a-page.pdf": (report("lies", "岚溪县统计局")[1].content, ("report", None)),
    "2022/named-page-but-an-image.html": (
        b"\x89PNG\r\n\x1a\n" + Random("image").randbytes(900),
        ("quarantined", None),
    ),
    "2022/fixed-pages.ofd": (fixed_pages(), ("quarantined", "unsupported_kind")),
    "2022/unknown-encoding.html": (
        "<html><body><h1>Отчёт о раскрытии информации</h1><p>Сведения за год.</p></body></html>".encode("koi8-r"),
        ("quarantined", "unknown_encoding"),
    ),
    "2022/no-table.html": (
        TITLE_ONLY.format(title="岚溪县教育局2022年政府信息公开工作年度报告").encode(),
        ("quarantined", "no_form_table"),
    ),
    "2022/news.html": (
        "<html><body><h1>岚溪县召开春耕会议</h1><table><tr><td>时间</td><td>3</td></tr></table></body></html>".encode(),
        ("not_a_report", "no_report"),
    ),
    "2022/two-reports-apart.html": (two_reports_apart(), ("report", None)),
    "2022/two-reports-entangled.html": (two_reports_entangled(), ("quarantined", "several_reports")),
    CHANGES: (report("changes", "岚溪县交通运输局")[1].content, ("quarantined", "changed_during_run")),
    VANISHES: (report("vanishes", "岚溪县体育局")[1].content, ("quarantined", "vanished")),
    "2022/forbidden.html": (report("forbidden", "岚溪县档案局")[1].content, ("quarantined", "no_permission")),
    "2022/forbidden-folder/unseen.html": (report("unseen", "岚溪县信访局")[1].content, ("absent", None)),
}


def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@contextmanager
def permissions_that_bite() -> Iterator[None]:
    """Have file modes hold for this thread even when root runs the tests: give up the capabilities that pass over them."""
    if os.geteuid() != 0:
        yield
        return
    if not sys.platform.startswith("linux"):
        pytest.skip("root passes over file modes here, and only Linux lets a thread give that up")
    # linux/capability.h, version 3: two words each of effective, permitted, inheritable; bits 1 and 2 of the first word
    # are CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    before, without = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    if libc().capget(header, before) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    without[:] = before[:]
    without[0] &= ~0b110
    if libc().capset(header, without) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    try:
        yield
    finally:
        libc().capset(header, before)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, make_home: Callable) -> Home:
    home = make_home(tmp_path_factory.mktemp("bad input"), {path: content for path, (content, _) in FILES.items()})
    with (home.raw / "2022" / "fifty-megabytes.html").open("wb") as sparse:
        sparse.truncate(50 * MEBIBYTE)
    os.mkfifo(home.raw / "2022" / "pipe.html")
    (home.raw / "2022" / "dangling.html").symlink_to(home.raw / "nowhere.html")
    gbk = os.fsencode(home.raw) + b"/2022/" + "报告.html".encode("gb18030")
    try:
        Path(os.fsdecode(gbk)).write_bytes(report("gbk", "岚溪县林业局")[1].content)
    except OSError:  # a file system that takes UTF-8 names only cannot hold such a file
        assert sys.platform == "darwin"
    return home


@pytest.fixture(scope="module")
def ran(home: Home, ingest: Callable[[Home], Result]) -> Iterator[Result]:
    refresh = staging.refresh

    def meanwhile(*arguments: object, **options: object) -> staging.Refresh:
        """The archive was listed; before it is read, one file changes and one vanishes."""
        with (home.raw / CHANGES).open("ab") as file:
            file.write(b"<!-- mended -->")
        (home.raw / VANISHES).unlink()
        return refresh(*arguments, **options)

    forbidden = (home.raw / "2022" / "forbidden.html", home.raw / "2022" / "forbidden-folder")
    with pytest.MonkeyPatch.context() as patch, permissions_that_bite():
        patch.setattr(staging, "refresh", meanwhile)
        for path in forbidden:
            path.chmod(0)
        try:
            yield ingest(home)
        finally:
            for path in forbidden:
                path.chmod(0o700)


@pytest.fixture(scope="module")
def ledger(home: Home, ran: Result) -> dict[str, dict]:
    assert ran.exit_code == 0, ran.output
    rows = pl.read_parquet(home.published / "parquet" / "file_ledger.parquet").to_dicts()
    return {row["source_path"]: row for row in rows}


def test_bad_files_fail_no_run(ran: Result) -> None:
    assert ran.exit_code == 0, ran.output
    assert "= files in" in ran.stdout


@pytest.mark.parametrize("path", [path for path, (_, (outcome, _)) in FILES.items() if outcome != "absent"])
def test_each_file_ends_with_its_reason(ledger: dict[str, dict], path: str) -> None:
    outcome, reason = FILES[path][1]
    row = ledger[path]
    assert row["outcome"] == outcome, row
    if reason is not None:
        assert row["reason_code"] == reason, row


@pytest.mark.parametrize(
    ("path", "reason", "told"),
    [
        ("2022/fifty-megabytes.html", "too_large", "Expected at most 32 MiB, found 50 MiB."),
        ("2022/pipe.html", "not_a_file", "Expected a regular file"),
        ("2022/dangling.html", "vanished", "gone"),
        ("2022/forbidden-folder", "folder_not_listed", "none of its files was seen"),
        ("2022/\\xb1\\xa8\\xb8\\xe6.html", "name_not_utf8", "报告.html"),
    ],
)
def test_what_is_no_readable_file_is_told_too(ledger: dict[str, dict], path: str, reason: str, told: str) -> None:
    if reason == "name_not_utf8" and sys.platform == "darwin":
        pytest.skip("this file system takes UTF-8 names only")
    assert (ledger[path]["outcome"], ledger[path]["reason_code"]) == ("quarantined", reason)
    assert told in ledger[path]["detail"]


def test_every_reason_is_a_sentence(ledger: dict[str, dict]) -> None:
    for path, row in ledger.items():
        if row["outcome"] != "report":
            assert len(row["detail"].split()) >= 5, path
            assert row["detail"].rstrip().endswith("."), path


def test_nothing_is_lost(home: Home, ledger: dict[str, dict], ran: Result) -> None:
    # Names as bytes: one of them is no text.
    names = {os.fsencode(path.relative_to(home.raw)) for path in home.raw.rglob("*") if not path.is_dir()}
    names |= {VANISHES.encode(), b"2022/forbidden-folder"}
    names -= {b"2022/forbidden-folder/unseen.html"}
    assert {name.decode("utf-8", "backslashreplace") for name in names} == set(ledger)
    assert f"files in{len(ledger):>34}" in ran.stdout


def test_the_sound_report_among_them_is_published_as_printed(home: Home, ledger: dict[str, dict]) -> None:
    published = home.published / "parquet"
    cells = pl.read_parquet(published / "fct_cells.parquet").filter(report_id=ledger[GOOD]["report_id"])
    printed = report("sound", "岚溪县民政局")[1].printed
    assert dict(cells.select("cell", "value").iter_rows()) == {cell: one.value for cell, one in printed.items()}


def test_two_reports_in_one_file_are_two_reports_each_with_its_own_numbers(home: Home, ledger: dict[str, dict]) -> None:
    assert ledger["2022/two-reports-apart.html"]["documents"] == 2
    published = home.published / "parquet"
    reports = pl.read_parquet(published / "dim_report.parquet").filter(source_path="2022/two-reports-apart.html")
    cells = pl.read_parquet(published / "fct_cells.parquet")
    for seed, body in (("first", "岚溪县司法局"), ("second", "岚溪县水利局")):
        [found] = reports.filter(body_name=body)["report_id"]
        values = dict(cells.filter(report_id=found).select("cell", "value").iter_rows())
        assert values == dict(make_truth(seed, "2021", body=body, year=2022, activity="tens").cells), body


def test_a_name_that_lies_is_a_finding_and_the_bytes_are_believed(home: Home, ledger: dict[str, dict]) -> None:
    findings = pl.read_parquet(home.published / "parquet" / "fct_findings.parquet")
    lies = findings.filter(rule="intake.extension_lies", report_id=ledger["2022/named-pdf-but-a-page.pdf"]["report_id"])
    assert lies["diagnosis"].to_list() == ["The file name says pdf, the bytes are html; the bytes were believed."]


def test_what_was_held_back_publishes_no_number(home: Home, ledger: dict[str, dict]) -> None:
    reports = {row["report_id"] for row in ledger.values() if row["outcome"] == "report"}
    reports |= set(
        pl.read_parquet(home.published / "parquet" / "dim_report.parquet").filter(source_path="2022/two-reports-apart.html")[
            "report_id"
        ]
    )
    assert set(pl.read_parquet(home.published / "parquet" / "fct_cells.parquet")["report_id"]) == reports


# --- where a file breaks off -----------------------------------------------------------------------------------------


def read(folder: Path, name: str, content: bytes) -> tuple[dict, pl.DataFrame]:
    """The one document of a file, and its cells."""
    (folder / name).write_bytes(content)
    frames = read_batch([Source(name, sha256(content).hexdigest(), "2022", "html")], folder)
    [document] = frames[DOCUMENTS.name].to_dicts()
    return document, frames[CELLS.name]


def test_a_file_that_breaks_off_anywhere_publishes_only_what_is_printed_whole(tmp_path: Path) -> None:
    _, rendered = report("truncated", "岚溪县应急管理局", wrapper="none")
    content = rendered.content
    begins = content.index(b"<table")
    cuts = sorted({*range(begins, len(content), 97), *(Random("cuts").randrange(begins, len(content)) for _ in range(150))})
    read_whole, numbers = 0, []
    for cut in cuts:
        document, cells = read(tmp_path, "cut.html", content[:cut])
        if document["outcome"] == "report":
            read_whole += 1
        else:
            assert document["detail"]
            assert cells.is_empty()
        values = dict(cells.drop_nulls("value").select("cell", "value").iter_rows())
        assert values == {cell: rendered.printed[cell].value for cell in values}, f"cut at {cut} of {len(content)}"
        numbers.append(len(values))
    assert read_whole > len(cuts) / 2
    assert numbers[-1] > numbers[len(numbers) // 2]


def test_a_number_cut_in_two_is_not_read(tmp_path: Path) -> None:
    truth, rendered = report("cut number", "岚溪县审计局", "hundreds", wrapper="none", chrome="none")
    large = next(cell for cell, value in truth.cells.items() if value >= 10 and cell.startswith("requests."))
    printed = rendered.printed[large].raw.encode()
    place = rendered.content.index(b">" + printed + b"<") + 1
    document, cells = read(tmp_path, "cut.html", rendered.content[: place + 1])
    values = dict(cells.select("cell", "value").iter_rows())
    assert values.get(large) is None
    assert document["outcome"] in ("report", "quarantined")
