"""Bytes to pieces: what kind a file is, how its characters are encoded, which tables and lines it holds.

Here: one module per file kind. A module that reads a document has ``KINDS`` and ``read(content, into)``; one that unpacks a
container of documents has ``KINDS`` and ``members(content, name)``; one whose files are converted first, many at a time, has
``KINDS`` and ``prepare(contents)``, whose results are sniffed and read like any file. A new kind is a new module and a line
here. Not here: anything that knows the official forms, a body's name or a year.
"""

from collections.abc import Callable, Iterator, Mapping

from dagster_project.documents import (
    archive_zip,
    doc,
    docx,
    html,
    json_export,
    markdown,
    mhtml,
    pdf,
    scan,
    separated,
    spreadsheet,
    text,
)
from dagster_project.documents.pieces import Member, Pieces, Unreadable

Reader = Callable[[bytes, Pieces], None]
Unpacker = Callable[[bytes, str], Iterator[Member]]
Converter = Callable[[Mapping[str, bytes]], dict[str, bytes | Unreadable]]

READERS: dict[str, Reader] = {
    kind: module.read for module in (html, text, markdown, docx, spreadsheet, separated, pdf, mhtml) for kind in module.KINDS
}
UNPACKERS: dict[str, Unpacker] = {
    kind: module.members for module in (archive_zip, json_export) for kind in module.KINDS
}
CONVERTERS: dict[str, Converter] = {kind: module.prepare for module in (doc,) for kind in module.KINDS}


def reader_for(kind: str) -> Reader:
    """Return the reader of a file kind.

    Raises:
        Unreadable: no reader knows this kind, or only the recognition of characters can read it.
    """
    if kind == "image":
        raise scan.needs_recognition(kind)
    try:
        return READERS[kind]
    except KeyError:
        known = ", ".join(sorted({*READERS, *UNPACKERS, *CONVERTERS, "image"}))
        raise Unreadable(
            "unsupported_kind" if kind != "unknown" else "unknown_kind",
            f"Expected a file of a kind that can be read ({known}), found {kind}. "
            "Supply the report in one of these kinds.",
        ) from None
