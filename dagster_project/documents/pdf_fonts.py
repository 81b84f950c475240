"""Characters that pdfium leaves out: their font is neither in the file nor on this machine.

Here: asking pdfminer for them. Not here: characters that pdfium knows (``pdf_characters``).

A published PDF may leave its Chinese fonts to the reader's machine, and a machine that reads archives may have none. pdfium
then drops the characters without a word. pdfminer needs no font to name a character, but takes ten times as long, so it is
asked for the pages where this can happen only.
"""

import ctypes
import math
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from dagster_project.documents.pdf_characters import UNREADABLE, Character, Colour, direction_of, upright_box

# A character that both know stands at one place by both, within this share of its size.
_SAME_PLACE = 0.5
_MOST_OBJECTS = 40_000


class LeftOut:
    """The characters of one file that pdfium leaves out. pdfminer opens the file when the first page needs it."""

    def __init__(self, content: bytes):
        self._content = content
        self._pages: list[Any] | None = None

    def on_page(self, raw: pdfium.PdfPage, index: int, known: list[Character]) -> list[Character]:
        """Return the characters of a page beside those that are ``known``, in the page's own coordinates."""
        if _knows_chinese() or not _leaves_fonts_out(raw):
            return []
        places: dict[str, list[Character]] = defaultdict(list)
        for character in known:
            places[character.text].append(character)
        return [
            character
            for character in self._characters(index)
            if not any(_is_same(character, other) for other in places.get(character.text, ()))
        ]

    def _characters(self, index: int) -> Iterator[Character]:
        from pdfminer.converter import PDFPageAggregator
        from pdfminer.layout import LTChar, LTContainer
        from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
        from pdfminer.pdfpage import PDFPage

        if self._pages is None:
            self._pages = list(PDFPage.get_pages(BytesIO(self._content)))
        page = self._pages[index]
        # Without its rotation pdfminer's coordinates are the page's own, but for their origin.
        page.rotate = 0
        left, bottom = page.mediabox[:2]
        resources = PDFResourceManager()
        device = PDFPageAggregator(resources)
        PDFPageInterpreter(resources, device).process_page(page)

        def characters(container: LTContainer) -> Iterator[LTChar]:
            for each in container:
                if isinstance(each, LTChar):
                    yield each
                elif isinstance(each, LTContainer):
                    yield from characters(each)

        for number, each in enumerate(characters(device.get_result())):
            text = each.get_text()
            # pdfium always knows Latin characters, and where they are drawn.
            if text.isascii() and not text.startswith("(cid:"):
                continue
            a, b, _, _, e, f = each.matrix
            scale = math.hypot(a, b)
            direction = direction_of(a / scale, b / scale) if scale else None
            size = each.width if direction in (1, 3) else each.height
            origin = (e + left, f + bottom)
            box = (each.x0 + left, each.y0 + bottom, each.x1 + left, each.y1 + bottom)
            text = UNREADABLE if text.startswith("(cid:") else text
            tight = upright_box(origin, each.width, size) if direction == 0 else box
            # Each is a piece of text of its own: negative numbers are no addresses.
            colour = _colour(each.graphicstate.ncolor)
            yield Character(text, box, tight, origin, size, direction, -1 - number, True, colour, -1, False)


def _colour(stated: Any) -> Colour | None:
    """Return a colour as red, green and blue; None when it is a pattern or stated in a way of its own."""
    values = tuple(stated) if isinstance(stated, (tuple, list)) else (stated,)
    if stated is None:
        return 0, 0, 0
    if not all(isinstance(value, (int, float)) for value in values):
        return None
    if len(values) == 1:
        values *= 3
    if len(values) == 4:
        *inks, black = values
        values = tuple((1 - ink) * (1 - black) for ink in inks)
    if len(values) != 3:
        return None
    red, green, blue = (min(255, max(0, round(255 * value))) for value in values)
    return red, green, blue


def _is_same(character: Character, other: Character) -> bool:
    x, y = character.origin
    near = _SAME_PLACE * other.size
    return abs(other.origin[0] - x) < near and abs(other.origin[1] - y) < near


def _leaves_fonts_out(raw: pdfium.PdfPage) -> bool:
    """Whether some text of a page is set in a font that is not in the file."""
    for index in range(min(pdfium_c.FPDFPage_CountObjects(raw.raw), _MOST_OBJECTS)):
        if _sets_foreign_font(pdfium_c.FPDFPage_GetObject(raw.raw, index), 0):
            return True
    return False


def _sets_foreign_font(drawn: Any, depth: int) -> bool:
    kind = pdfium_c.FPDFPageObj_GetType(drawn)
    if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
        font = pdfium_c.FPDFTextObj_GetFont(drawn)
        return bool(ctypes.cast(font, ctypes.c_void_p).value) and pdfium_c.FPDFFont_GetIsEmbedded(font) != 1
    if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < 6:
        count = pdfium_c.FPDFFormObj_CountObjects(drawn)
        return any(_sets_foreign_font(pdfium_c.FPDFFormObj_GetObject(drawn, index), depth + 1) for index in range(count))
    return False


@cache
def _knows_chinese() -> bool:
    """Whether pdfium finds a font for Chinese on this machine: it names the one character of a page set in none."""
    document = pdfium.PdfDocument(_page_of_one_character())
    textpage = document[0].get_textpage()
    knows = textpage.count_chars() == 1
    textpage.close()
    document.close()
    return knows


def _page_of_one_character() -> bytes:
    stream = b"BT /F 20 Tf 20 20 Td <4E2D> Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>/DW 1000>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 752"
        b"/Descent -271/CapHeight 737/StemV 58>>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
