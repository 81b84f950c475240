"""A file is what its bytes are."""

import io
import zipfile

import pytest

from dagster_project.documents.kinds import extension_kind, sniff


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"<!DOCTYPE html><html><body>x</body></html>", "a.html", "html"),
        (b"<p>fragment</p><table><tr><td>1</td></tr></table>", "a.html", "html"),
        ("\ufeff<html>x".encode(), "a.htm", "html"),
        ("<html>x".encode("utf-16"), "a.html", "html"),
        (b"%PDF-1.7 ...", "a.html", "pdf"),
        (b"<html><body>really a page</body></html>", "a.pdf", "html"),
        (b"<html>", "a.txt", "html"),
        ("标题\n一、总体情况".encode(), "a.txt", "text"),
        (b"| a | b |\n|---|---|\n| 1 | 2 |", "a.txt", "markdown"),
        ("# 标题\n".encode(), "a.md", "markdown"),
        (b'{"a": 1}', "a.json", "json"),
        (b"\x89PNG\r\n\x1a\n....", "a.html", "image"),
        (b"\x00\x01\x02\x03" * 100, "a.html", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.doc", "doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.xls", "xls"),
        (packed("word/document.xml"), "a.docx", "docx"),
        (packed("xl/workbook.xml"), "a.doc", "xlsx"),
        (packed("a.html"), "a.zip", "zip"),
        (b"PK\x03\x04broken", "a.docx", "zip"),
        (b"MIME-Version: 1.0\r\n", "a.mht", "mhtml"),
    ],
)
def test_bytes_decide_and_the_name_only_between_text_kinds(content, name, kind):
    assert sniff(content, name) == kind


def test_a_name_without_extension_claims_nothing():
    assert extension_kind("report") is None
    assert extension_kind("REPORT.HTM") == "html"
