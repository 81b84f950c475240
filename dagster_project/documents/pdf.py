"""PDF files with a text layer: tables, ruled and unruled, and the lines around them.

Here: the file, the order of its pages and what is refused. Not here: a page (``pdf_page``, ``pdf_drawings``, ``pdf_ink``), its
tables (``pdf_ruled``, ``pdf_unruled``, ``pdf_labels``, ``pdf_cells``), its lines (``pdf_lines``, ``pdf_margins``), tables over pages
(``pdf_joins``, ``pdf_pages``).

What is handed on is what a person sees on the page: text that is in the file but not shown is left out, and what is shown
without being text makes its cell undecided. Scripts and embedded files are never opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from dagster_project.documents.pdf_cells import fill, mark_drawn
from dagster_project.documents.pdf_drawings import read_drawings
from dagster_project.documents.pdf_fonts import LeftOut
from dagster_project.documents.pdf_ink import Ink
from dagster_project.documents.pdf_lines import lines_of
from dagster_project.documents.pdf_margins import PageContent, without_margins
from dagster_project.documents.pdf_page import MOST_GLYPHS, MOST_OBJECTS, Page, read_page
from dagster_project.documents.pdf_pages import hand_on, mend_breaks
from dagster_project.documents.pdf_ruled import ruled_tables
from dagster_project.documents.pdf_unruled import unruled_tables
from dagster_project.documents.pieces import Pieces, Unreadable
from dagster_project.documents.scan import SCAN

KINDS = ("pdf",)

# A report has 3 to 30 pages, a county's compendium perhaps 200; what has more is a book or made to be slow.
MOST_PAGES = 300


def read(content: bytes, into: Pieces) -> None:
    """Read one PDF into ``into``.

    Raises:
        Unreadable: the file is encrypted, damaged, has no pages or too many, or shows no text.
    """
    with opened(content) as document:
        # A page printed by a browser often says its title nowhere else.
        into.named("property_title", document.get_metadata_value("Title"))
        left_out = LeftOut(content)
        pages = [_read_page(read_page(document, index, left_out)) for index in range(len(document))]
        _refuse_without_text(pages)
        _tell_of_pages(pages, into)
        without_margins(pages)
        for page in pages:
            _add_unruled(page, document)
    mend_breaks(pages)
    hand_on(pages, into)


@contextmanager
def opened(content: bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF and close it again.

    Raises:
        Unreadable: see ``read``.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise _refused(error) from error
    try:
        if len(document) > MOST_PAGES:
            raise Unreadable(
                "too_many_pages",
                f"Expected a report of at most {MOST_PAGES} pages, found {len(document):,}. Supply the report alone, without its attachments.",
            )
        # So that filled form fields are drawn; nothing of a form is run.
        document.init_forms()
        yield document
    finally:
        document.close()


def _refused(error: pdfium.PdfiumError) -> Unreadable:
    if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
        return Unreadable(
            "encrypted",
            "Expected a PDF that opens without a password, found an encrypted one. Supply it without protection.",
        )
    if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
        return Unreadable(
            "encrypted", "Expected a PDF with standard encryption or none, found another. Supply it without protection."
        )
    if error.err_code in (pdfium_c.FPDF_ERR_SUCCESS, None):
        return Unreadable("no_pages", "Expected a PDF with pages, found none. Download it again from its source.")
    return Unreadable(
        "damaged", "Expected a whole PDF, found one that is cut off or damaged. Download it again from its source."
    )


def _read_page(page: Page) -> PageContent:
    """Return a page's ruled tables, with their text, and the lines outside them."""
    read_drawings(page)
    tables = ruled_tables(page)
    if tables:
        ink = Ink(page)
        ink.leave_out_hidden(page)
        left = fill(page, tables, ink)
        frames = [table for table in tables if table.is_frame]
        tables = [table for table in tables if not table.is_frame]
        left += [glyph for table in frames for row in table.rows for cell in row for glyph in cell.glyphs]
    else:
        left = page.glyphs
    page.raw.close()
    return PageContent(page, lines_of(left), tables)


def _add_unruled(content: PageContent, document: pdfium.PdfDocument) -> None:
    """Make tables of the lines of a page that stand in columns."""
    found, left = unruled_tables(content.page, content.lines)
    if not found:
        return
    page = content.page
    page.raw = document[page.number - 1]
    ink = Ink(page)
    if ink.leave_out_hidden(page):
        shown = {id(glyph) for glyph in page.glyphs}
        kept = [glyph for line in content.lines for glyph in line.glyphs if id(glyph) in shown]
        found, left = unruled_tables(page, lines_of(kept))
    mark_drawn(found, ink)
    page.raw.close()
    content.tables += found
    content.lines = left


def _refuse_without_text(pages: list[PageContent]) -> None:
    """Refuse a file whose text is not on its pages as text: scans, drawings, blank pages."""
    crowded = [content.page.number for content in pages if content.page.crowded]
    if any(_shows_text(content) for content in pages):
        pictures = [content for content in pages if content.page.pictured and not _shows_text(content)]
        if not any(content.tables for content in pages) and 2 * len(pictures) >= len(pages):
            raise _scan(f"{len(pictures)} of {len(pages)} pages that are pictures, and no table on the others", pages)
        return
    if crowded:
        raise Unreadable(
            "too_crowded",
            f"Expected pages of at most {MOST_GLYPHS:,} characters and {MOST_OBJECTS:,} drawn objects, found more on page "
            f"{crowded[0]}: a plan or a drawing, no report. Supply the report alone.",
            "reading",
        )
    if not any(content.page.drawn for content in pages):
        raise Unreadable("blank", "Expected a report, found blank pages. Download the file again from its source.", "reading")
    raise _scan("pages that are pictures", pages)


def _shows_text(content: PageContent) -> bool:
    return bool(content.lines) or any(cell.glyphs for table in content.tables for row in table.rows for cell in row)


def _scan(found: str, pages: list[PageContent]) -> Unreadable:
    hidden = sum(content.page.hidden for content in pages)
    return Unreadable(
        SCAN,
        f"Expected a PDF with text, found {found}"
        + (f", with {hidden:,} characters of hidden text, which a machine guessed from them" if hidden else "")
        + ". Its characters have to be recognised (OCR, the extra 'ocr'); or supply the report as a page or as a PDF with text.",
        "reading",
    )


def _tell_of_pages(pages: list[PageContent], into: Pieces) -> None:
    pictures = [content.page.number for content in pages if content.page.pictured and not _shows_text(content)]
    if pictures:
        into.note(
            "pages_are_pictures",
            f"Page(s) {', '.join(map(str, pictures))} are pictures without text; what stands on them is not read.",
        )
    crowded = [content.page.number for content in pages if content.page.crowded]
    if crowded:
        into.note(
            "pages_not_read",
            f"Page(s) {', '.join(map(str, crowded))} hold more characters or lines than a page of text; their tables are not read.",
        )
