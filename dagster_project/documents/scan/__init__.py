"""Scans: pages that are images, read by ruling lines and optical character recognition.

Here: pages as images (``pages``), the right way up (``upright``), the grid that their ruling lines draw (``grid``), the characters
in a cell or a line (``recognition``), both as a page of glyphs (``layout``), and the order of it all (``reading``). From there on a
scan is read as a PDF is, by ``documents.pdf_unruled``, ``pdf_margins`` and ``pdf_pages``. Not here: what a text means. Needs the
extra ``ocr``; its models are inside its wheel.

Reading a scan takes seconds a page where everything else takes milliseconds, so it is asked for on its own: a reader that meets
a document without text says so (code SCAN), and ``scan_reader`` reads it in a pass of its own.
"""

from collections.abc import Callable

from dagster_project.documents.pieces import Pieces, Unreadable

# The reason code of a document that has pages but no characters.
SCAN = "scan_without_text"


def available() -> bool:
    """Whether the extra ``ocr`` is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))


def scan_reader(kind: str) -> Callable[[bytes, Pieces], None]:
    """Return the reader of scans of a file kind (image, pdf).

    Raises:
        Unreadable: the extra is not installed.
    """
    if not available():
        raise needs_recognition(kind)
    from dagster_project.documents.scan import pages, reading

    return lambda content, into: reading.read_pages(pages.pages(kind, content), into)


def needs_recognition(kind: str) -> Unreadable:
    """Return the reason why a scan was not read in the first pass."""
    return Unreadable(
        SCAN,
        f"Expected characters in the {kind}, found pages that are images. Install the extra 'ocr' (make setup does) and run "
        "again, or supply the report as a page or a PDF with text.",
        "decoding",
    )
