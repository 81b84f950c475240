"""Older Word files become .docx through LibreOffice, which may be missing, crash, or never end."""

import stat
import struct
import time
from pathlib import Path

import pytest
from office_files import compound

from dagster_project.documents import doc, docx
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Pieces, Unreadable

RICH_TEXT = (
    rb"{\rtf1\ansi\ansicpg936 before\par \trowd\cellx2000\cellx4000\intbl a\cell 12\cell\row "
    rb"\trowd\cellx2000\cellx4000\intbl b\cell 3{\super 1}\cell\row \pard after\par}"
)
# What a program in the place of LibreOffice does with each file it is given, in a shell.
OFFICE = """#!/bin/sh
while [ "$1" != "--outdir" ]; do shift; done
out="$2"; shift 2
for file in "$@"; do
  name=$(basename "$file"); name="${name%.*}"
  case "$(cat "$file")" in
    *bad*) ;;
    *crash*) kill -9 $$ ;;
    *stuck*) while :; do date >>"$0.beat"; sleep 0.1; done & wait ;;
    *) cp "$file" "$out/$name.docx" ;;
  esac
done
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "office"
    path.write_text(OFFICE)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(doc, "program", lambda: str(path))
    monkeypatch.setattr(doc, "SECONDS_TO_START", 0.3)
    monkeypatch.setattr(doc, "SECONDS_FOR_ONE_DOCUMENT", 0.7)
    return path


def outcome(result: bytes | Unreadable) -> str:
    return "converted" if isinstance(result, bytes) else result.code


def test_without_libreoffice_each_file_is_told_so(monkeypatch):
    monkeypatch.setattr(doc, "program", lambda: None)
    results = doc.prepare({"a.doc": RICH_TEXT, "b.doc": RICH_TEXT})
    assert {path: outcome(result) for path, result in results.items()} == dict.fromkeys(
        ("a.doc", "b.doc"), "needs_libreoffice"
    )
    assert "Install it" in results["a.doc"].detail


def test_every_file_has_its_own_result_whatever_its_path(office):
    contents = {"2021/a.doc": b"one", "2022/a.doc": b"two", "x/'; rm -rf y.doc": b"three"}
    assert doc.prepare(contents) == contents


def test_a_file_that_cannot_be_opened_stops_no_other(office):
    results = doc.prepare({"a.doc": b"one", "b.doc": b"bad", "c.doc": b"three"})
    assert [outcome(result) for result in results.values()] == ["converted", "converted", "conversion_failed"]
    assert results["b.doc"].detail.startswith("Expected ")


def test_a_file_that_crashes_the_program_is_left_out_and_the_others_are_converted(office):
    results = doc.prepare({"a.doc": b"one", "b.doc": b"crash", "c.doc": b"three", "d.doc": b"crash", "e.doc": b"five"})
    found = {path: outcome(result) for path, result in results.items()}
    assert found == {
        "a.doc": "converted",
        "b.doc": "conversion_failed",
        "c.doc": "converted",
        "d.doc": "conversion_failed",
        "e.doc": "converted",
    }
    assert "crashed" in results["b.doc"].detail


def test_a_program_that_does_not_get_on_is_ended_with_its_children(office):
    started = time.monotonic()
    results = doc.prepare({"a.doc": b"one", "b.doc": b"stuck", "c.doc": b"three"})
    assert [outcome(results[path]) for path in ("a.doc", "b.doc", "c.doc")] == [
        "converted",
        "conversion_failed",
        "converted",
    ]
    assert time.monotonic() - started < 20
    beat = office.with_name("office.beat")
    size = beat.stat().st_size
    time.sleep(0.5)
    assert beat.stat().st_size == size > 0


def test_a_program_that_never_converts_is_not_started_for_ever(office, monkeypatch):
    starts = []
    run = doc._run
    monkeypatch.setattr(doc, "_run", lambda *given: starts.append(1) or run(*given))
    results = doc.prepare({f"{number}.doc": b"crash" for number in range(9)})
    assert {outcome(result) for result in results.values()} == {"conversion_failed"}
    assert len(results) == 9 and len(starts) == 3


def test_nothing_is_left_behind(office, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    doc.prepare({"a.doc": b"one", "b.doc": b"crash"})
    assert list(folder.iterdir()) == []


def test_encrypted_and_damaged_files_never_reach_the_program(office):
    encrypted = compound("WordDocument", struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0x0100))
    results = doc.prepare({"a.doc": encrypted, "b.doc": encrypted[:300]})
    assert {path: outcome(result) for path, result in results.items()} == {"a.doc": "encrypted", "b.doc": "damaged"}


@pytest.mark.libreoffice
def test_libreoffice_makes_documents_that_the_reader_of_docx_reads(system_program):
    system_program("soffice", "libreoffice-writer")
    results = doc.prepare({"a.rtf": RICH_TEXT, "b.rtf": RICH_TEXT.replace(b"12", b"34")})
    for path, number in (("a.rtf", "12"), ("b.rtf", "34")):
        result = results[path]
        assert isinstance(result, bytes) and sniff(result, "") == "docx"
        pieces = Pieces()
        pieces.begin()
        docx.read(result, pieces)
        texts = list(pieces.texts)
        cells = [texts[index] for index in pieces.cells()["text"]]
        assert cells[:3] == ["a", number, "b"]
        # The raised remark stays apart from the number.
        assert cells[3] != "31" and cells[3].startswith("3")
