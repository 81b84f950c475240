"""Tables that a page shows as pictures: found beside the page, recognised in the pass for scans.

Here: which documents wait for that pass, the bytes of their pictures. Not here: links (``documents.pictures``), recognition
(``documents.scan``).
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dagster_project.documents.manifest import read_bytes
from dagster_project.documents.pieces import Heading, Pieces, Unreadable
from dagster_project.documents.scan import SCAN, scan_reader
from dagster_project.reading.document import Document


def wait_for_recognition(documents: list[Document], pieces: Pieces, raw: Path) -> None:
    """Let a page that is a report without tables, and shows pictures that are there, wait for the pass for scans."""
    for document in documents:
        verdict = document.verdict
        if verdict is None or verdict[2] != "no_form_table" or document.index is None:
            continue
        shown = sum(1 for _ in found_pictures(pieces.headings[document.index], raw / document.source.source_path))
        if shown:
            document.verdict = (
                *verdict[:2],
                SCAN,
                f"Expected the tables of the report, found none, but {shown} picture(s) that may show them. Install the extra "
                "'ocr' (make setup does) and run again, or supply the report with its tables as text.",
            )


def read_pictures(pieces: Pieces, page: Path) -> bool:
    """Recognise the pictures of the document begun last as further tables and lines; returns whether there were any."""
    found = list(found_pictures(pieces.heading, page))
    for content in found:
        try:
            scan_reader("image")(content, pieces)
        except Unreadable as error:
            # Icons and photographs stand on the same page; one that is too small to read holds no table.
            pieces.note("picture_not_read", f"A picture of the page was not read: {error.detail}")
    return bool(found)


def found_pictures(heading: Heading, page: Path) -> Iterator[bytes]:
    """Yield the pictures of a document that can be had: those inside it, and those that lie in the page's folder."""
    folder = page.parent.resolve()
    for picture in heading.pictures:
        if isinstance(picture, bytes):
            yield picture
            continue
        address = unquote(urlsplit(picture).path)
        for name in (address, address.rpartition("/")[2]):
            path = (folder / name.lstrip("/")).resolve()
            # An address may lead anywhere; only what lies in or below the page's own folder belongs to it.
            if name and path.is_relative_to(folder) and path.is_file():
                try:
                    yield read_bytes(path)
                except Unreadable:
                    continue  # told in the ledger as a file of its own
                break
