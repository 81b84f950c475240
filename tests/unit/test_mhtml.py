"""A saved page is read as the page that was saved."""

import base64
import quopri

import pytest

from dagster_project.documents import mhtml
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import CUT_MARK, TABLE_MARK, Pieces, Unreadable

PAGE = (
    "<html><head><title>某县某局2021年政府信息公开工作年度报告</title></head><body><p>一、总体情况，本年度依申请公开。</p>"
    "<table><tr><td>规章</td><td>12</td></tr></table></body></html>"
)
MENU = "<html><head><title>某县信息公开</title></head><body><p>政府信息公开的目录</p></body></html>"
ADDRESS = "http://xian.example/2022/1.html"


def part(content: bytes, kind: str = "text/html", encoding: str = "quoted-printable", **head: str) -> bytes:
    lines = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in head.items()]
    written = {
        "quoted-printable": lambda: quopri.encodestring(content),
        "base64": lambda: base64.encodebytes(content),
        "8bit": lambda: content,
        "binary": lambda: content,
    }[encoding]()
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + written


def archive(*parts: bytes, head: str = "", boundary: str = "----=_Next", close: bool = True) -> bytes:
    first = (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="{boundary}"{head}\r\n\r\n'
    )
    mark = f"--{boundary}".encode()
    body = b"".join(b"\r\n" + mark + b"\r\n" + each for each in parts)
    return first.encode() + body + (b"\r\n" + mark + b"--\r\n" if close else b"")


def read(content: bytes) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    mhtml.read(content, pieces)
    return pieces


def texts(content: bytes) -> list[str]:
    return list(read(content).texts)


def refused(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        read(content)
    return error.value


@pytest.mark.parametrize(
    ("transfer", "encoding"),
    [
        *(
            (transfer, encoding)
            for transfer in ("quoted-printable", "base64", "8bit", "binary")
            for encoding in ("utf-8", "gb18030")
        ),
        ("quoted-printable", "utf-16"),
        ("base64", "utf-16"),
    ],
)
def test_the_page_is_read_however_it_is_wrapped(transfer, encoding):
    content = archive(part(PAGE.encode(encoding), f'text/html; charset="{encoding}"', transfer))
    assert sniff(content, "a.mht") == "mhtml"
    pieces = read(content)
    assert list(pieces.texts) == ["规章", "12"]
    assert pieces.heading.lines == ["一、总体情况，本年度依申请公开。", TABLE_MARK]
    assert pieces.heading.named == [("page_title", "某县某局2021年政府信息公开工作年度报告")]
    assert pieces.heading.encoding == encoding


@pytest.mark.parametrize(
    "stated", ["", "; charset=gb2312", "; charset=utf-8", "; charset=iso-8859-1", "; charset=none-such"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_text_tells_its_encoding_and_not_the_head(stated, encoding):
    assert texts(archive(part(PAGE.encode(encoding), f"text/html{stated}"))) == ["规章", "12"]


def test_a_soft_line_break_inside_a_number_joins_it_again():
    content = archive(
        part(b"", encoding="quoted-printable") + b"<table><tr><td>=E8=A7=84=E7=AB=A0</td><td>1=\r\n2</td></tr></table>"
    )
    assert texts(content) == ["规章", "12"]


class TestParts:
    def test_pictures_and_styles_are_named_and_not_read(self):
        pieces = read(
            archive(
                part(PAGE.encode(), Content_Location=ADDRESS),
                part(b"\x89PNG", "image/png", "base64", Content_Location="http://xian.example/images/%E5%9B%BE.png"),
                part(b"td{}", "text/css"),
            )
        )
        notes = dict(pieces.heading.notes)
        assert notes["parts_not_read"] == "The file holds 2 other part(s), not read: 图.png, text/css."
        assert ("meta_url", ADDRESS) in pieces.heading.named

    def test_the_page_is_the_part_that_the_archive_names(self):
        other, page = part(MENU.encode(), Content_Location="menu.html"), part(PAGE.encode(), Content_Location=ADDRESS)
        assert texts(archive(other, page, head=f"\r\nSnapshot-Content-Location: {ADDRESS}")) == ["规章", "12"]
        page = part(PAGE.replace("12", "7").encode(), Content_ID="<main@x>")
        table = part(PAGE.encode())
        assert texts(archive(table, page, head='; start="<main@x>"')) == ["规章", "7"]

    def test_without_a_name_the_page_is_the_first(self):
        assert texts(archive(part(PAGE.encode()), part(PAGE.replace("12", "7").encode()))) == ["规章", "12"]

    def test_the_one_frame_with_a_table_is_read_in_place_of_a_page_without(self):
        pieces = read(archive(part(MENU.encode()), part(PAGE.encode(), Content_Location="frame.html")))
        assert list(pieces.texts) == ["规章", "12"]
        assert (
            dict(pieces.heading.notes)["frame_read"] == "The saved page holds no table; its frame frame.html was read."
        )

    def test_of_two_frames_with_tables_none_is_chosen(self):
        pieces = read(archive(part(MENU.encode()), part(PAGE.encode()), part(PAGE.encode())))
        assert list(pieces.texts) == []
        assert pieces.heading.lines == ["政府信息公开的目录"]

    def test_parts_inside_parts_are_found(self):
        inner = archive(part(b"text", "text/plain"), part(PAGE.encode()), boundary="inner")
        inner = inner.replace(b"MIME-Version: 1.0\r\n", b"").replace(b"multipart/related", b"multipart/alternative")
        assert texts(archive(inner)) == ["规章", "12"]


class TestDamage:
    def test_boundaries_that_are_not_there_are_refused(self):
        content = archive(part(PAGE.encode())).replace(b"\r\n------=_Next", b"\r\n--other")
        error = refused(content)
        assert error.code == "damaged_mhtml"
        assert "boundaries" in error.detail
        assert "save the page again" in error.detail

    def test_an_archive_without_a_page_is_refused_with_what_it_holds(self):
        error = refused(archive(part(b"\x89PNG", "image/png", "base64"), part(b"x", "text/css")))
        assert error.code == "damaged_mhtml"
        assert "image/png, text/css" in error.detail

    def test_a_file_that_breaks_off_inside_a_cell_has_no_number_there(self):
        content = archive(part(PAGE.encode(), encoding="8bit"))
        pieces = read(content[: content.index(b"12") + 1])
        assert list(pieces.texts) == ["规章", f"1{CUT_MARK}"]
        assert "file_breaks_off" in dict(pieces.heading.notes)

    @pytest.mark.parametrize("kept", range(100, 140, 3))
    def test_base64_that_breaks_off_gives_no_number_that_is_not_there(self, kept):
        cells = "".join(f"<td>{number}</td>" for number in range(1000, 1100))
        content = archive(part(f"<p>政府信息公开</p><table><tr>{cells}".encode(), encoding="base64"), close=False)
        head = content.index(b"\r\n\r\n", content.index(b"base64")) + 4
        found = texts(content[: head + kept])
        assert all(text.endswith(CUT_MARK) or 1000 <= int(text) < 1100 for text in found)

    def test_base64_with_foreign_characters_is_refused(self):
        content = archive(part(PAGE.encode() * 3, encoding="base64"))
        at = content.index(b"\r\n\r\n", content.index(b"base64")) + 60
        assert refused(content[:at] + b"!" + content[at + 1 :]).code == "damaged_mhtml"

    def test_parts_nested_without_end_are_refused(self):
        content = b"MIME-Version: 1.0\r\n" + b"".join(
            f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n'.encode()
            for number in range(3000)
        )
        assert refused(content).code == "damaged_mhtml"

    @pytest.mark.parametrize(
        "content", [b"", b"MIME-Version: 1.0\r\n", b"From: x\r\n\r\n", b"\x00" * 50, b"--\r\n--\r\n"]
    )
    def test_scraps_are_refused(self, content):
        assert refused(content).code == "damaged_mhtml"
