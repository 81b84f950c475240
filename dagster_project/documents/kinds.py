"""What a file is, from its bytes; the extension decides only between kinds that look alike.

Here: signatures. Not here: reading.
"""

import re
import struct
import zipfile
import zlib
from io import BytesIO

from dagster_project.documents.compound import MAGIC, CompoundFile
from dagster_project.documents.encoding import utf16_without_mark
from dagster_project.documents.pieces import Unreadable

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    # Word processors read rich text as they read their own older files.
    (b"{\\rtf", "doc"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
)
# A member, the end of an archive without any, the mark of an archive in several volumes.
_ZIPPED = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|tbody|div|p|span|meta|td|tr|h[1-6]|article|section)[\s>/]",
    re.IGNORECASE,
)
# No page and no Markdown begins like this; [ alone may begin a link of Markdown.
_JSON = re.compile(rb"\{\s*\"[^\"\n]*\"\s*:|\[\s*\{\s*\"[^\"\n]*\"\s*:")
# Without a name that says otherwise less will do, but [1] is the number of a link.
_JSON_BEGINS = re.compile(rb"[\[{]\s*[\"\[{]")
_MARKDOWN_RULE = re.compile(
    rb"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$|^\s*\|(?:\s*:?-{2,}:?\s*\|)+\s*$", re.MULTILINE
)
# A row of a table between pipes, or of cells that pipes part; so many of them are tables, with or without a rule. In Chinese
# encodings a pipe may be the second byte of a character, but none whose first is ASCII.
_PIPED = re.compile(rb"^[ \t]*\|[^|\n]*\|.*\|[ \t\r]*$|^[^|\n]+\|[^|\n]*[ -~]\|", re.MULTILINE)
_FEWEST_PIPED = 5
_SNIFFED = 8192
_WORD_PART = re.compile(r"word/document\d*\.xml")
_WORKBOOK_PARTS = {"xl/workbook.xml", "xl/workbook.bin"}
# The root of a document in China's own format for fixed pages (GB/T 33190), and the list of parts of a package by Microsoft.
_OFD_PART = "ofd.xml"
_PACKAGE_PART = "[content_types].xml"
_EPUB = b"application/epub+zip"
_LONGEST_MIMETYPE = 200
# Word and Excel of 2003 could save as one XML file.
_XML_DIALECTS = (
    (b"schemas.microsoft.com/office/word/2003/wordml", "doc"),
    (b"schemas-microsoft-com:office:spreadsheet", "xls"),
)
# Control characters that text does not contain; more than this share of them is a binary file.
_CONTROL = bytes(sorted(set(range(32)) - {9, 10, 12, 13, 27}))
_CONTROL_ALLOWED = 0.01

EXTENSIONS = {
    "html": "html",
    "htm": "html",
    "shtml": "html",
    "xhtml": "html",
    "jsp": "html",
    "aspx": "html",
    "php": "html",
    "txt": "text",
    "text": "text",
    "md": "markdown",
    "markdown": "markdown",
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "dotx": "docx",
    "doc": "doc",
    "dot": "doc",
    "rtf": "doc",
    "wps": "doc",
    "odt": "doc",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xltx": "xlsx",
    "xlsb": "xlsx",
    "ods": "xlsx",
    "xls": "xls",
    "xlt": "xls",
    "et": "xls",
    "csv": "csv",
    "tsv": "csv",
    "tab": "csv",
    "ofd": "ofd",
    "json": "json",
    "mht": "mhtml",
    "mhtml": "mhtml",
    "zip": "zip",
    "png": "image",
    "jpg": "image",
    "jpeg": "image",
    "gif": "image",
    "tif": "image",
    "tiff": "image",
    "bmp": "image",
}


def extension_kind(name: str) -> str | None:
    """Return the kind that the file name's extension claims; None when it claims none."""
    return EXTENSIONS.get(name.rpartition(".")[2].lower()) if "." in name else None


def sniff(content: bytes, name: str) -> str:
    """Return the kind of the bytes, one of schemas.frames.FILE_KINDS.

    ``content`` is the whole file or its beginning; ``name`` settles which text format a text is, and what a damaged Office
    file was.
    """
    claimed = extension_kind(name)
    head = content[:_SNIFFED]
    if head.startswith(_ZIPPED):
        return _zipped(content, claimed)
    if head.startswith(MAGIC):
        return _compound(content, claimed)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_UTF16_MARKS) or utf16_without_mark(head):
        # What tells text formats apart is ASCII: in UTF-16 its characters and their zero bytes take turns.
        content = content.removeprefix(_UTF16_MARKS[0]).removeprefix(_UTF16_MARKS[1]).replace(b"\x00", b"")
        return _textual(content, claimed)
    if _binary(head):
        return "unknown"
    return _textual(content, claimed)


def _zipped(content: bytes, claimed: str | None) -> str:
    """Return docx or xlsx for their packages, the kind whose reader takes OpenDocument files, ofd, else zip.

    OpenDocument texts are converted as older Word files are; of spreadsheets only the reader of xlsx can tell what to do. One
    document in another package (slides, XPS, EPUB) is no archive of documents: its parts are no reports, but it may be one.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        names = {name.lower() for name in archive.namelist()}
        declared = b""
        if archive.namelist()[:1] == ["mimetype"]:
            with archive.open("mimetype") as entry:
                declared = entry.read(_LONGEST_MIMETYPE)
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, ValueError, EOFError, OSError):
        # RuntimeError: its first entry is locked by a password, or packed in a way that is not supported.
        return claimed if claimed in ("docx", "xlsx") else "zip"
    if any(_WORD_PART.fullmatch(name) for name in names):
        return "docx"
    if names & _WORKBOOK_PARTS:
        return "xlsx"
    if declared.startswith(b"application/vnd.oasis.opendocument."):
        return "xlsx" if b"spreadsheet" in declared else "doc"
    if _OFD_PART in names:
        return "ofd"
    if _PACKAGE_PART in names:
        return claimed if claimed in ("docx", "xlsx") else "unknown"
    return "unknown" if declared.startswith(_EPUB) else "zip"


def _compound(content: bytes, claimed: str | None) -> str:
    """Return which Office program wrote a compound file, from the streams in its root."""
    try:
        streams = CompoundFile(content).streams
    except Unreadable:
        return "xls" if claimed == "xls" else "doc"
    if "EncryptedPackage" in streams:
        return "xlsx" if claimed in ("xls", "xlsx") else "docx"
    if "WordDocument" in streams:
        return "doc"
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    return claimed if claimed in ("doc", "xls") else "unknown"


def _binary(head: bytes) -> bool:
    control = len(head) - len(head.translate(None, _CONTROL))
    return b"\x00" in head or control > _CONTROL_ALLOWED * len(head)


def _textual(content: bytes, claimed: str | None) -> str:
    head = content[:_SNIFFED]
    stripped = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    looks_like_json = _JSON_BEGINS if claimed in ("text", None) else _JSON
    if (claimed == "json" and stripped[:1] in (b"{", b"[")) or looks_like_json.match(stripped):
        return "json"
    if re.match(rb"(?:MIME-Version|From|Subject|Content-Type|Snapshot-Content-Location):", stripped, re.IGNORECASE):
        return "mhtml"
    if stripped.startswith(b"<?xml"):
        for namespace, kind in _XML_DIALECTS:
            if namespace in head and not _HTML.search(head):
                return kind
    if claimed == "markdown":
        return claimed
    if claimed in ("csv", "xls", "xlsx"):
        # Sites name pages and tab-separated lists .xls, so that a click opens them in a spreadsheet program.
        return "html" if stripped[:1] == b"<" and _HTML.search(head) else "csv"
    if _HTML.search(head) and (claimed == "html" or stripped[:1] == b"<"):
        return "html"
    if _MARKDOWN_RULE.search(content) or len(_PIPED.findall(content)) >= _FEWEST_PIPED:
        return "markdown"
    if claimed == "html" and re.search(rb"<[a-zA-Z/!]", content):
        return "html"
    return "text"
