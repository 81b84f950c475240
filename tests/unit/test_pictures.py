"""A report whose tables are pictures waits for recognition, when the pictures are there."""

from base64 import b64encode
from hashlib import sha256
from io import BytesIO

import pytest

from dagster_project.documents.pieces import Heading, Pieces
from dagster_project.documents.scan import SCAN
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.reading.pictures import found_pictures

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
TITLE = "溪口县水利局2022年政府信息公开工作年度报告"


def page(source: str) -> bytes:
    return f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>一、总体情况</p><img src='{source}'></body></html>".encode()


def outcome(tmp_path, content: bytes) -> str | None:
    (tmp_path / "a.html").write_bytes(content)
    source = Source("a.html", sha256(content).hexdigest(), "2022", "html")
    return read_batch([source], tmp_path)["documents"]["reason_code"][0]


@pytest.mark.parametrize("address", ["W020.png", "./W020.png", "images/W%30.png", "http://example.gov.cn/a/b/W020.png?x=1"])
def test_a_page_with_pictures_beside_it_waits(tmp_path, address):
    (tmp_path / "W020.png").write_bytes(PNG)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "W0.png").write_bytes(PNG)
    assert outcome(tmp_path, page(address)) == SCAN


def test_a_picture_inside_the_page_is_there(tmp_path):
    assert outcome(tmp_path, page("data:image/png;base64," + b64encode(PNG).decode())) == SCAN


@pytest.mark.parametrize("address", ["gone.png", "", "../outside.png", "/etc/hostname"])
def test_a_page_whose_pictures_are_not_there_does_not_wait(tmp_path, address):
    (tmp_path / "outside.png").write_bytes(PNG)
    folder = tmp_path / "inside"
    folder.mkdir()
    assert outcome(folder, page(address)) == "no_form_table"


def test_an_address_never_leads_out_of_the_folder(tmp_path):
    (tmp_path / "outside.png").write_bytes(PNG)
    folder = tmp_path / "inside"
    folder.mkdir()
    heading = Heading(pictures=["../outside.png", "..%2Foutside.png", "/outside.png"])
    assert list(found_pictures(heading, folder / "a.html")) == []


def word_document(*, title: str, rows: int = 0) -> bytes:
    from docx import Document
    from PIL import Image

    document = Document()
    if title:
        document.add_paragraph(title)
    if rows:
        document.add_table(rows, 2)
    picture = BytesIO()
    Image.new("L", (400, 300), 255).save(picture, "PNG")
    document.add_picture(picture)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def word_pictures(content: bytes) -> list[str | bytes]:
    from dagster_project.documents import docx

    pieces = Pieces()
    pieces.begin()
    docx.read(content, pieces)
    return pieces.heading.pictures


def test_a_word_document_names_its_pictures_where_it_has_no_table_of_the_form():
    [picture] = word_pictures(word_document(title=TITLE))
    assert isinstance(picture, bytes) and picture.startswith(b"\x89PNG")
    assert word_pictures(word_document(title=TITLE, rows=30)) == []


def test_a_word_document_of_pictures_alone_waits(tmp_path):
    content = word_document(title="")
    (tmp_path / "a.docx").write_bytes(content)
    source = Source("a.docx", sha256(content).hexdigest(), "2022", "docx")
    assert read_batch([source], tmp_path)["documents"]["reason_code"].to_list() == [SCAN]
    read = read_batch([source], tmp_path, scans=True)["documents"]
    assert read["outcome"].to_list() != ["report"] and read["reason_code"].to_list() != [SCAN]


def test_a_page_with_tables_names_no_pictures():
    from dagster_project.documents import html

    pieces = Pieces()
    pieces.begin()
    html.read(page("W020.png") + b"<table>" + b"<tr><td>1</td></tr>" * 30 + b"</table>", pieces)
    assert pieces.heading.pictures == []
