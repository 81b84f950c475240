"""A file is what its bytes are."""

import office_files
import pytest
from office_files import compound

from dagster_project.documents.kinds import extension_kind, sniff


def packed(*names: str, text: str = "x") -> bytes:
    return office_files.packed(dict.fromkeys(names, text))


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
        (b'[["a", 1]]', "a.txt", "json"),
        ("[1]首页 [2]政务公开".encode(), "a.txt", "text"),
        (b"\x89PNG\r\n\x1a\n....", "a.html", "image"),
        (b"\x00\x01\x02\x03" * 100, "a.html", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.doc", "doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.xls", "xls"),
        (packed("word/document.xml"), "a.docx", "docx"),
        (packed("word/document2.xml"), "a.docx", "docx"),
        (packed("word/document.xml"), "a.doc", "docx"),
        (packed("xl/workbook.bin"), "a.xlsb", "xlsx"),
        (packed("[Content_Types].xml"), "a.docx", "docx"),
        (packed("mimetype", text="application/vnd.oasis.opendocument.text"), "a.odt", "doc"),
        (packed("mimetype", text="application/vnd.oasis.opendocument.spreadsheet"), "a.ods", "xlsx"),
        (compound("WordDocument"), "a.xls", "doc"),
        (compound("WordDocument"), "a.wps", "doc"),
        (compound("Workbook"), "a.et", "xls"),
        (compound("Book"), "a.doc", "xls"),
        (compound("EncryptedPackage"), "a.docx", "docx"),
        (compound("EncryptedPackage"), "a.xlsx", "xlsx"),
        (compound("PowerPoint Document"), "a.ppt", "unknown"),
        (b"{\\rtf1\\ansi x}", "a.doc", "doc"),
        (b"MIME-Version: 1.0\r\n", "a.doc", "mhtml"),
        (b"<html><table><tr><td>1", "a.xls", "html"),
        ("<html><table><tr><td>1".encode("utf-16"), "a.xls", "html"),
        ("一\t1\n二\t2\n".encode(), "a.xls", "csv"),
        ("一\t1\n二\t2\n".encode("utf-16"), "a.xls", "csv"),
        (b"<html><table><tr><td>1", "a.csv", "html"),
        ("一,1\n".encode(), "a.csv", "csv"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "a.xls", "xls"),
        (
            b'<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">',
            "a.doc",
            "doc",
        ),
        (packed("xl/workbook.xml"), "a.doc", "xlsx"),
        (packed("a.html"), "a.zip", "zip"),
        (packed("OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"), "a.ofd", "ofd"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), "a.pptx", "unknown"),
        (packed("[Content_Types].xml", "Documents/1/Pages/1.fpage"), "a.xps", "unknown"),
        (packed("mimetype", "OEBPS/page.xhtml", text="application/epub+zip"), "a.epub", "unknown"),
        (b"PK\x03\x04broken", "a.docx", "docx"),
        (b"PK\x03\x04broken", "a.zip", "zip"),
        (b"MIME-Version: 1.0\r\n", "a.mht", "mhtml"),
    ],
)
def test_bytes_decide_and_the_name_only_between_text_kinds(content, name, kind):
    assert sniff(content, name) == kind


def test_a_name_without_extension_claims_nothing():
    assert extension_kind("report") is None
    assert extension_kind("REPORT.HTM") == "html"
