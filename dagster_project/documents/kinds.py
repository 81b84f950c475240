"""What a file is, from its bytes; the extension decides only between kinds that look alike.

Here: signatures. Not here: reading.
"""

import re
import zipfile
from io import BytesIO

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
)
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|tbody|div|p|span|meta|td|tr|h[1-6]|article|section)[\s>/]",
    re.IGNORECASE,
)
_MARKDOWN_RULE = re.compile(
    rb"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$|^\s*\|(?:\s*:?-{2,}:?\s*\|)+\s*$", re.MULTILINE
)
_SNIFFED = 8192
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
    "doc": "doc",
    "xlsx": "xlsx",
    "xls": "xls",
    "csv": "csv",
    "tsv": "csv",
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

    ``content`` is the whole file or its beginning; ``name`` settles only which text format a text is and which Office
    format a compound file is.
    """
    claimed = extension_kind(name)
    head = content[:_SNIFFED]
    if head.startswith(b"PK\x03\x04"):
        return _zipped(content)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            if kind == "doc":
                return "xls" if claimed == "xls" else "doc"
            return kind
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if not head.startswith(_TEXT_BOMS) and _binary(head):
        return "unknown"
    return _textual(content, claimed)


def _zipped(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return "zip"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "zip"


def _binary(head: bytes) -> bool:
    control = len(head) - len(head.translate(None, _CONTROL))
    return b"\x00" in head or control > _CONTROL_ALLOWED * len(head)


def _textual(content: bytes, claimed: str | None) -> str:
    head = content[:_SNIFFED]
    stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped[:1] in (b"{", b"[") and claimed in ("json", "text", None):
        return "json"
    if re.match(rb"(?:MIME-Version|From|Subject|Content-Type|Snapshot-Content-Location):", stripped, re.IGNORECASE):
        return "mhtml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")
    if claimed in ("markdown", "csv"):
        return claimed
    if _HTML.search(head) and (claimed == "html" or stripped[:1] == b"<"):
        return "html"
    if _MARKDOWN_RULE.search(content):
        return "markdown"
    if claimed == "html" and re.search(rb"<[a-zA-Z/!]", content):
        return "html"
    return "text"
