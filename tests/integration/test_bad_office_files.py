"""A batch of bad Word, Excel and separated files among sound ones: each is told why, and the sound ones are read.

What is bad about each kind is asked in the unit tests; here is asked that nothing of it reaches the others.
"""

import io
import re
import time
import zipfile
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from dagster_project.documents import doc
from dagster_project.documents.kinds import sniff
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layouts import RENDERERS, Layout, Rendered
from dagster_project.synthesis.truth import make_truth

KINDS = ("docx", "xlsx", "csv")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def report(kind: str, seed: int = 1) -> Rendered:
    return RENDERERS[kind](make_truth(seed, "2021", activity="tens"), Layout(seed=seed))


def changed(content: bytes, part: str, pattern: bytes, new: bytes) -> bytes:
    """A package with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as found, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in found.namelist():
            text = found.read(name)
            archive.writestr(name, re.sub(pattern, new, text, flags=re.DOTALL) if name == part else text)
    return buffer.getvalue()


def read(folder: Path, files: dict[str, bytes]) -> tuple[dict[str, dict], dict[str, dict]]:
    """The ledger row of each file, and the values of its cells."""
    sources = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        sources.append(Source(name, sha256(content).hexdigest(), "undated", sniff(content, name)))
    frames = read_batch(sources, folder)
    rows = {row["source_path"]: row for row in frames["documents"].iter_rows(named=True)}
    assert len(rows) == frames["documents"].height == len(files)
    cells = {
        name: dict(frames["cells"].filter(document_id=row["document_id"]).select("cell", "value").iter_rows())
        for name, row in rows.items()
    }
    return rows, cells


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict], dict[str, dict], float]:
    word, book = report("docx").content, report("xlsx").content
    files = {f"sound.{kind}": report(kind, 2 + at).content for at, kind in enumerate(KINDS)} | {
        "cut.docx": word[: len(word) // 2],
        "entity.docx": changed(
            word,
            "word/document.xml",
            rb"<w:document",
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><w:document',
        ),
        "bomb.docx": changed(word, "word/document.xml", rb"</w:body>", b"<w:p/>" * 2_000_000 + b"</w:body>"),
        "locked.docx": COMPOUND + bytes(4096),
        "cut.xlsx": book[: len(book) // 2],
        "formulas.xlsx": changed(book, "xl/worksheets/sheet1.xml", rb"<v>\d+</v>", b"<f>1+1</f><v></v>"),
        "vast.xlsx": changed(
            book,
            "xl/worksheets/sheet1.xml",
            rb"</sheetData>",
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        ),
        "cut.xls": COMPOUND + bytes(4096),
        "older.doc": COMPOUND + bytes(4096),
        "endless.csv": ("规章," + "政府信息公开工作年度报告" * 200_000).encode(),
        "really-a-page.xls": report("html", 9).content,
        "really-a-document.doc": report("docx", 8).content,
    }
    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doc, "program", lambda: None)
        rows, cells = read(tmp_path_factory.mktemp("bad"), files)
    return rows, cells, time.monotonic() - started


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cut.docx", "damaged"),
        ("entity.docx", "external_entity"),
        ("bomb.docx", "archive_bomb"),
        ("locked.docx", "damaged"),
        ("cut.xlsx", "damaged"),
        ("vast.xlsx", "too_large"),
        ("cut.xls", "damaged"),
        ("older.doc", "damaged"),
        ("endless.csv", "damaged"),
    ],
)
def test_each_bad_file_is_quarantined_with_its_reason(batch, name, code):
    rows, cells, _ = batch
    assert (rows[name]["outcome"], rows[name]["reason_code"]) == ("quarantined", code)
    assert rows[name]["detail"].startswith("Expected ") and rows[name]["detail"].endswith(".")
    assert cells[name] == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_files_among_them_are_read(batch, kind):
    rows, cells, _ = batch
    name = f"sound.{kind}"
    assert rows[name]["outcome"] == "report"
    expected = {code: printed.value for code, printed in report(kind, 2 + KINDS.index(kind)).printed.items()}
    assert cells[name] == expected


def test_formulas_that_were_never_computed_publish_no_number(batch):
    rows, cells, _ = batch
    expected = report("xlsx").printed
    assert {cell: value for cell, value in cells["formulas.xlsx"].items() if value is not None} == {
        cell: printed.value for cell, printed in expected.items() if printed.value is not None and "." in printed.raw
    }


@pytest.mark.parametrize(("name", "kind"), [("really-a-page.xls", "html"), ("really-a-document.doc", "docx")])
def test_a_file_whose_extension_lies_is_read_as_what_it_is(batch, name, kind):
    rows, cells, _ = batch
    assert (rows[name]["outcome"], rows[name]["file_kind"]) == ("report", kind)
    assert any(value is not None for value in cells[name].values())


def test_bad_files_take_no_time(batch):
    assert batch[2] < 60


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_file_cut_anywhere_or_with_changed_bytes_publishes_nothing_untrue(kind, tmp_path):
    rendered = report(kind, 5)
    random = Random(kind)
    files = {}
    for number in range(40):
        content = bytearray(rendered.content)
        if number % 2:
            content = content[: random.randrange(len(content))]
        else:
            for _ in range(random.choice((1, 10))):
                content[random.randrange(len(content))] = random.randrange(256)
        files[f"{number}.{kind}"] = bytes(content)
    rows, cells = read(tmp_path, files)
    assert {row["reason_code"] for row in rows.values() if row["outcome"] == "quarantined"} <= {
        "damaged",
        "archive_bomb",
        "encrypted",
    }
    for name in files:
        for cell, value in cells[name].items():
            assert value is None or value == rendered.printed[cell].value, (name, cell)
