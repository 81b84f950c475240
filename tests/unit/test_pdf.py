"""PDF files: what is handed on is what a person sees on the page, cell by cell.

The files are drawn here, each with one difficulty; whole reports come from the synthesis, each printed as its sheet says.
"""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from dagster_project.documents import pdf, pdf_fonts
from dagster_project.documents.pdf_page_image import mark_cell
from dagster_project.documents.pieces import (
    EDGE_MARK,
    IMAGE_MARK,
    NOTE_MARK,
    STRUCK_MARK,
    TABLE_MARK,
    Pieces,
    Unreadable,
)
from dagster_project.reading import inspect
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layouts import Layout, render_pdf
from dagster_project.synthesis.sheets import Sheet
from dagster_project.synthesis.truth import make_truth
from schemas import CELLS, DOCUMENTS

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
HEIGHT = 842
CHINESE = "STSong-Light"

Draw = Callable[[Canvas], None]


def made(*pages: Draw, size: tuple[float, float] = (595, HEIGHT), **options: object) -> bytes:
    """Return a PDF of pages, each drawn by one function; heights are measured from below, as reportlab does."""
    if CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=size, invariant=1, **options)
    for draw in pages:
        canvas.setLineWidth(0.5)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def write(canvas: Canvas, text: str, left: float, top: float, size: float = 10) -> None:
    """Write text whose base line lies ``top`` points below the upper edge of the page."""
    for character in text:
        font = "Helvetica" if character.isascii() else CHINESE
        canvas.setFont(font, size)
        canvas.drawString(left, HEIGHT - top, character)
        left += pdfmetrics.stringWidth(character, font, size)


def rule(canvas: Canvas, across: list[float], down: list[float]) -> None:
    """Draw a grid: lines down at ``across`` and lines across at ``down``, the latter measured from above."""
    for x in across:
        canvas.line(x, HEIGHT - down[0], x, HEIGHT - down[-1])
    for y in down:
        canvas.line(across[0], HEIGHT - y, across[-1], HEIGHT - y)


def read(content: bytes) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    pdf.read(content, pieces)
    return pieces


def tables(content: bytes) -> list[list[list[str]]]:
    """The texts of each table's rows."""
    pieces = read(content)
    texts = list(pieces.texts)
    cells = {key[0]: [texts[at] for at in part["text"]] for key, part in pieces.cells().group_by("row_id")}
    found: dict[int, list[list[str]]] = {}
    for row_id, table in pieces.rows().select("row_id", "table").iter_rows():
        found.setdefault(table, []).append(cells[row_id])
    return list(found.values())


def lines(content: bytes) -> list[str]:
    return read(content).heading.lines


def one_cell(draw: Draw, width: float = 60, height: float = 24) -> str:
    """The text of the second cell of a row that ``draw`` draws something into; the cell begins at (150, 100) from above."""

    def page(canvas: Canvas) -> None:
        rule(canvas, [100, 150, 150 + width], [100, 100 + height, 124 + height])
        write(canvas, "label", 104, 116)
        write(canvas, "last", 104, 116 + height)
        draw(canvas)

    return tables(made(page))[0][0][1]


def drawn_page(stream: bytes) -> bytes:
    """Return a page with this content. Its font F1 draws a bar for the code 1 and names no character; F2 is Helvetica."""
    glyph = b"500 0 0 0 500 700 d1 50 0 400 700 re f"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 7 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</g1 6 0 R>>"
        b"/Encoding<</Type/Encoding/Differences[1/g1]>>/FirstChar 1/LastChar 1/Widths[500]/Resources<<>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(glyph), glyph),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(content),
    )


class TestRulings:
    EXPECTED = [["a", "b"], ["1", "20"], ["3", ""]]

    def page(self, lines_of: Callable[[Canvas, list[float], list[float]], None]) -> bytes:
        def draw(canvas: Canvas) -> None:
            lines_of(canvas, [100, 180, 260], [100, 124, 148, 172])
            for text, left, top in (("a", 110, 116), ("b", 200, 116), ("1", 110, 140), ("20", 200, 140), ("3", 110, 164)):
                write(canvas, text, left, top)

        return made(draw)

    def test_strokes(self):
        assert tables(self.page(rule)) == [self.EXPECTED]

    def test_thin_filled_rectangles(self):
        def thin(canvas: Canvas, across: list[float], down: list[float]) -> None:
            for x in across:
                canvas.rect(x, HEIGHT - down[-1], 0.6, down[-1] - down[0], stroke=0, fill=1)
            for y in down:
                canvas.rect(across[0], HEIGHT - y, across[-1] - across[0], 0.6, stroke=0, fill=1)

        assert tables(self.page(thin)) == [self.EXPECTED]

    def test_double_lines(self):
        def double(canvas: Canvas, across: list[float], down: list[float]) -> None:
            rule(canvas, across, down)
            rule(canvas, [x + 1.8 for x in across], [y + 1.8 for y in down])

        assert tables(self.page(double)) == [self.EXPECTED]

    def test_dotted_lines(self):
        def dotted(canvas: Canvas, across: list[float], down: list[float]) -> None:
            for x in across:
                for y in range(int(down[0]), int(down[-1]), 2):
                    canvas.rect(x, HEIGHT - y, 0.8, 0.8, stroke=0, fill=1)
            for y in down:
                for x in range(int(across[0]), int(across[-1]), 2):
                    canvas.rect(x, HEIGHT - y, 0.8, 0.8, stroke=0, fill=1)

        assert tables(self.page(dotted)) == [self.EXPECTED]

    def test_a_frame_between_two_rectangles_of_one_path(self):
        def framed(canvas: Canvas, across: list[float], down: list[float]) -> None:
            for left, right in zip(across, across[1:], strict=False):
                for top, bottom in zip(down, down[1:], strict=False):
                    path = canvas.beginPath()
                    path.rect(left, HEIGHT - bottom, right - left, bottom - top)
                    path.rect(left + 0.5, HEIGHT - bottom + 0.5, right - left - 1, bottom - top - 1)
                    canvas.drawPath(path, stroke=0, fill=1, fillMode=0)

        assert tables(self.page(framed)) == [self.EXPECTED]

    def test_filled_cells_side_by_side(self):
        def filled(canvas: Canvas, across: list[float], down: list[float]) -> None:
            canvas.setFillGray(0.9)
            for left, right in zip(across, across[1:], strict=False):
                for top, bottom in zip(down, down[1:], strict=False):
                    canvas.rect(left + 0.4, HEIGHT - bottom + 0.4, right - left - 0.8, bottom - top - 0.8, stroke=0, fill=1)
            canvas.setFillGray(0)

        assert tables(self.page(filled)) == [self.EXPECTED]

    def test_sides_that_are_not_drawn(self):
        def open_sides(canvas: Canvas, across: list[float], down: list[float]) -> None:
            rule(canvas, across[1:-1], down)
            for y in down:
                canvas.line(across[0], HEIGHT - y, across[-1], HEIGHT - y)

        assert tables(self.page(open_sides)) == [self.EXPECTED]

    def test_lines_of_another_table_do_not_draw_an_edge_aside(self):
        def draw(canvas: Canvas) -> None:
            rule(canvas, [100, 180, 260], [100, 124, 148])
            rule(canvas, [100, 182.4, 260], [300, 324, 348])
            for top in (116, 140, 316, 340):
                write(canvas, "a", 110, top)
                # So near to the line that a shifted edge would take it for something drawn in the cell.
                write(canvas, "7", 190, top)

        assert tables(made(draw)) == [[["a", "7"]] * 2] * 2

    def test_a_merged_cell_is_one_cell_in_the_row_in_which_it_begins(self):
        def draw(canvas: Canvas) -> None:
            canvas.rect(100, HEIGHT - 172, 160, 72)
            canvas.line(180, HEIGHT - 124, 180, HEIGHT - 172)
            canvas.line(100, HEIGHT - 124, 260, HEIGHT - 124)
            canvas.line(180, HEIGHT - 148, 260, HEIGHT - 148)
            for text, left, top in (("head", 150, 116), ("label", 110, 150), ("1", 200, 140), ("2", 200, 164)):
                write(canvas, text, left, top)

        assert tables(made(draw)) == [[["head"], ["label", "1"], ["2"]]]

    def test_a_frame_around_prose_is_no_table(self):
        sentence = "the quick brown fox jumps over the lazy dog 12 times "

        def draw(canvas: Canvas) -> None:
            rule(canvas, [50, 300, 550], [50, 400])
            for at in range(8):
                write(canvas, sentence[:44], 60, 70 + 14 * at)
                write(canvas, sentence[:44], 310, 70 + 14 * at)

        content = made(draw)
        assert tables(content) == []
        assert TABLE_MARK not in lines(content)

    def test_text_that_lost_its_lines_makes_the_row_unsound(self):
        def draw(canvas: Canvas) -> None:
            rule(canvas, [100, 150, 200], [100, 124, 148])
            rule(canvas, [230, 280], [100, 124, 148])
            for y in (100, 124, 148):
                canvas.line(100, HEIGHT - y, 200, HEIGHT - y)
            canvas.line(200, HEIGHT - 148, 230, HEIGHT - 148)
            for text, left in (("a", 110), ("1", 160), ("2", 212), ("3", 250)):
                write(canvas, text, left, 116)

        assert tables(made(draw))[0][0] == ["a", "1", "2", "3"]


class TestCells:
    def test_digits_far_apart_are_two_numbers(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "12", 155, 116)
            write(canvas, "5", 185, 116)

        assert one_cell(draw) == "12 5"

    def test_a_space_in_the_file_between_digits_that_touch_is_none(self):
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 10)
            canvas.drawString(155, HEIGHT - 116, "1 ")
            canvas.drawString(155 + 5.56, HEIGHT - 116, "2")

        assert one_cell(draw) == "12"

    def test_every_digit_in_a_piece_of_its_own(self):
        assert one_cell(lambda canvas: [write(canvas, digit, 155 + 5.56 * at, 116) for at, digit in enumerate("4096")]) == "4096"

    def test_characters_drawn_twice_to_look_bold_are_drawn_once(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "11", 155, 116)
            write(canvas, "11", 155.4, 116)

        assert one_cell(draw) == "11"

    def test_digits_drawn_one_over_the_other_are_undecided(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "5", 155, 116)
            write(canvas, "8", 156, 116)

        assert STRUCK_MARK in one_cell(draw)

    def test_a_struck_number_is_undecided(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "55", 155, 116)
            canvas.line(153, HEIGHT - 112.5, 168, HEIGHT - 112.5)

        assert STRUCK_MARK in one_cell(draw)

    def test_an_underlined_number_is_a_number(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "55", 155, 116)
            canvas.line(155, HEIGHT - 117.5, 166, HEIGHT - 117.5)

        assert one_cell(draw) == "55"

    def test_a_raised_digit_is_no_digit_of_the_number(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "5", 155, 116)
            write(canvas, "1", 161, 112.5, 6)

        assert one_cell(draw) == f"5{NOTE_MARK}1{NOTE_MARK}"

    @pytest.mark.parametrize("hide", ["white", "invisible", "covered", "off the page", "clipped"])
    def test_a_digit_that_is_not_shown_is_no_digit_of_the_number(self, hide: str):
        def draw(canvas: Canvas) -> None:
            write(canvas, "5", 165, 116)
            canvas.saveState()
            match hide:
                case "white":
                    canvas.setFillGray(1)
                    write(canvas, "9", 159.4, 116)
                case "invisible":
                    text = canvas.beginText(159.4, HEIGHT - 116)
                    text.setFont("Helvetica", 10)
                    text.setTextRenderMode(3)
                    text.textOut("9")
                    canvas.drawText(text)
                case "covered":
                    write(canvas, "9", 159.4, 116)
                    canvas.setFillGray(1)
                    canvas.rect(158, HEIGHT - 118, 6.8, 10, stroke=0, fill=1)
                case "clipped":
                    path = canvas.beginPath()
                    path.rect(300, 300, 10, 10)
                    canvas.clipPath(path, stroke=0)
                    write(canvas, "9", 159.4, 116)
                case _:
                    write(canvas, "9", -30, 116)
            canvas.restoreState()

        assert one_cell(draw) == "5"

    def test_white_digits_on_a_dark_ground_are_shown(self):
        def draw(canvas: Canvas) -> None:
            canvas.rect(151, HEIGHT - 123, 58, 22, stroke=0, fill=1)
            canvas.setFillGray(1)
            write(canvas, "42", 165, 116)
            canvas.setFillGray(0)

        assert one_cell(draw) == "42"

    def test_a_number_that_the_edge_of_the_page_cuts_is_undecided(self):
        def draw(canvas: Canvas) -> None:
            rule(canvas, [500, 550, 700], [100, 124, 148])
            write(canvas, "a", 510, 116)
            write(canvas, "1234", 583, 116)

        text = tables(made(draw))[0][0][1]
        assert EDGE_MARK in text

    def test_a_number_that_runs_over_the_edge_of_its_cell_is_undecided(self):
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 10)
            canvas.drawString(190, HEIGHT - 116, "123456")
            canvas.line(260, HEIGHT - 100, 260, HEIGHT - 124)
            canvas.line(210, HEIGHT - 100, 260, HEIGHT - 100)
            canvas.line(210, HEIGHT - 124, 260, HEIGHT - 124)

        assert EDGE_MARK in one_cell(draw)

    def test_a_picture_in_a_cell_is_not_blank(self):
        picture = ImageReader(Image.new("L", (20, 20), 30))
        assert one_cell(lambda canvas: canvas.drawImage(picture, 160, HEIGHT - 118, 10, 10)) == IMAGE_MARK

    def test_a_picture_beside_a_digit_may_be_a_digit(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "5", 165, 116)
            canvas.drawImage(ImageReader(Image.new("L", (20, 20), 30)), 175, HEIGHT - 118, 8, 10)

        assert one_cell(draw) == f"5{IMAGE_MARK}"

    def test_a_small_picture_over_a_number_may_replace_it(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "55", 165, 116)
            canvas.drawImage(ImageReader(Image.new("L", (20, 20), 255)), 170.6, HEIGHT - 118, 8, 10)

        assert one_cell(draw) in (f"55{IMAGE_MARK}", f"5{IMAGE_MARK}")

    def test_a_note_over_a_number_may_replace_it(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "55", 165, 116)
            canvas.freeTextAnnotation("66", "0 g /Helv 10 Tf", Rect=[160, HEIGHT - 120, 185, HEIGHT - 104])

        assert one_cell(draw) == f"55{IMAGE_MARK}"

    def test_a_highlighted_number_is_a_number(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "55", 165, 116)
            canvas.highlightAnnotation("see", Rect=[160, HEIGHT - 120, 185, HEIGHT - 104])

        assert one_cell(draw) == "55"

    def test_digits_with_room_for_a_lost_point_are_apart(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "77", 155, 116)
            write(canvas, "28", 155 + 2 * 5.56 + 2, 116)

        assert one_cell(draw) == "77 28"

    def test_a_digit_drawn_as_a_path_is_not_blank(self):
        assert one_cell(lambda canvas: canvas.circle(170, HEIGHT - 112, 4)) == IMAGE_MARK

    def test_a_filled_form_field_is_not_blank(self):
        def draw(canvas: Canvas) -> None:
            canvas.acroForm.textfield(
                name="n", value="17", x=155, y=HEIGHT - 120, width=40, height=16, borderWidth=0, fontSize=10
            )

        assert IMAGE_MARK in one_cell(draw)

    def test_a_coloured_cell_is_blank(self):
        def draw(canvas: Canvas) -> None:
            canvas.setFillColorRGB(0.7, 0.8, 1)
            canvas.rect(150, HEIGHT - 124, 60, 24, stroke=0, fill=1)
            canvas.setFillGray(0)

        assert one_cell(draw) == ""

    def test_a_slanted_watermark_is_no_text_of_the_cells_it_crosses(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "5", 165, 116)
            canvas.saveState()
            canvas.translate(120, HEIGHT - 135)
            canvas.rotate(30)
            canvas.setFillGray(0.93)
            canvas.setFont("Helvetica", 30)
            canvas.drawString(0, 0, "2024")
            canvas.restoreState()

        assert one_cell(draw).replace(IMAGE_MARK, "") == "5"

    def test_a_number_broken_over_lines_is_put_together_where_its_line_was_full(self):
        # 24 points wide, padding of 3: three digits of 5.56 fill it.
        def draw(canvas: Canvas) -> None:
            write(canvas, "123", 153, 112)
            write(canvas, "45", 153, 124)

        assert one_cell(draw, width=24, height=36) == "12345"

    def test_a_number_broken_over_lines_that_had_room_stays_broken(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "123", 153, 112)
            write(canvas, "45", 153, 124)

        assert one_cell(draw, width=40, height=36) == f"123{EDGE_MARK}45"

    def test_labels_one_character_a_line_keep_their_characters(self):
        def draw(canvas: Canvas) -> None:
            for at, character in enumerate("办理结果"):
                write(canvas, character, 160, 112 + 12 * at)

        assert "".join(one_cell(draw, height=60).split()) == "办理结果"

    @pytest.mark.parametrize("ruled", [True, False])
    def test_a_digit_whose_font_says_no_character_is_not_left_out(self, ruled: bool):
        grid = b"0.5 w 100 742 m 260 742 l 100 718 m 260 718 l S 100 742 m 100 718 l 180 742 m 180 718 l 260 742 m 260 718 l S "
        stream = (grid if ruled else b"") + (
            b"BT /F2 10 Tf 110 726 Td (a) Tj ET BT /F1 10 Tf 190 726 Td (\x01) Tj ET BT /F2 10 Tf 195 726 Td (5) Tj ET "
            b"BT /F2 10 Tf 300 726 Td (6) Tj ET BT /F2 10 Tf 400 726 Td (7) Tj ET"
        )
        row = tables(drawn_page(stream))[0][0]
        assert row[0] == "a" and row[1] == f"5{IMAGE_MARK}"


class TestTurnedPages:
    def draw(self, canvas: Canvas) -> None:
        rule(canvas, [100, 180, 260], [100, 124, 148])
        for text, left, top in (("a", 110, 116), ("12", 200, 116), ("b", 110, 140), ("34", 200, 140)):
            write(canvas, text, left, top)

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_a_page_that_states_a_rotation(self, rotation: int):
        document = pdfium.PdfDocument(made(self.draw))
        document[0].set_rotation(rotation)
        stream = BytesIO()
        document.save(stream)
        assert tables(stream.getvalue()) == [[["a", "12"], ["b", "34"]]]

    @pytest.mark.parametrize("angle", [90, 180, 270])
    def test_text_set_sideways(self, angle: int):
        def sideways(canvas: Canvas) -> None:
            canvas.translate(421, 421)
            canvas.rotate(angle)
            canvas.translate(-421, -421)
            self.draw(canvas)

        assert tables(made(sideways, size=(HEIGHT, HEIGHT))) == [[["a", "12"], ["b", "34"]]]

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_a_box_is_the_place_on_the_page_as_displayed(self, rotation: int):
        document = pdfium.PdfDocument(made(self.draw))
        document[0].set_rotation(rotation)
        stream = BytesIO()
        document.save(stream)
        box = read(stream.getvalue()).boxes()["box"][1]
        picture = pdfium.PdfDocument(stream.getvalue())[0].render(scale=2, grayscale=True).to_pil()
        left, top, right, bottom = (2 * float(edge) for edge in box.split(","))
        inside = picture.crop((left + 4, top + 4, right - 4, bottom - 4))
        assert inside.getextrema()[0] < 100  # the digits
        assert {round(abs(right - left) / 2), round(abs(bottom - top) / 2)} == {80, 24}


class TestPages:
    HEAD = ["item", "count"]

    def part(self, *rows: tuple[str, str], top: float = 60, shift: float = 0, mark: str = "") -> Draw:
        def draw(canvas: Canvas) -> None:
            edges = [100 + shift, 300 + shift, 400 + shift]
            rule(canvas, edges, [top + 24 * at for at in range(len(rows) + 1)])
            for at, (label, value) in enumerate(rows):
                write(canvas, label, 110 + shift, top + 16 + 24 * at)
                write(canvas, value, 340 + shift, top + 16 + 24 * at)
            if mark:
                write(canvas, mark, 290, 810, 9)

        return draw

    def test_a_table_goes_on_over_pages_also_when_they_are_shifted(self):
        content = made(
            self.part(("item", "count"), ("a", "1"), top=700, mark="- 1 -"), self.part(("b", "2"), shift=30, mark="- 2 -")
        )
        assert tables(content) == [[["item", "count"], ["a", "1"], ["b", "2"]]]
        assert lines(content) == [TABLE_MARK]
        assert read(content).rows()["place"].to_list() == ["page=1", "page=1", "page=2"]

    def test_a_table_with_other_columns_is_another_table(self):
        def other(canvas: Canvas) -> None:
            rule(canvas, [100, 200, 400], [60, 84, 108])
            write(canvas, "b", 110, 76)
            write(canvas, "2", 340, 76)

        assert len(tables(made(self.part(("a", "1"), ("c", "3"), top=700), other))) == 2

    def test_a_heading_between_the_pages_parts_tables(self):
        def after_heading(canvas: Canvas) -> None:
            write(canvas, "next chapter", 100, 50)
            self.part(("b", "2"), ("d", "4"), top=70)(canvas)

        assert len(tables(made(self.part(("a", "1"), ("c", "3"), top=700), after_heading))) == 2

    @pytest.mark.parametrize("marks", [("- 1 -", "- 2 -"), ("— 1 —", "— 2 —"), ("1", "2"), ("第1页 共2页", "第2页 共2页"), ("1/2", "2/2")])
    def test_page_marks_are_no_lines(self, marks: tuple[str, str]):
        pages = [self.part(("a", "1"), ("b", "2"), mark=mark) for mark in marks]
        assert lines(made(*pages)) == [TABLE_MARK] * 2

    def test_a_bare_number_that_counts_no_pages_is_a_line(self):
        pages = [self.part(("a", "1"), ("b", "2"), mark=mark) for mark in ("2024", "77")]
        assert lines(made(*pages)) == [TABLE_MARK, "2024", TABLE_MARK, "77"]

    def test_a_running_head_is_kept_once(self):
        def page(canvas: Canvas) -> None:
            write(canvas, "county yearbook", 100, 40, 9)
            self.part(("a", "1"), ("b", "2"), top=300)(canvas)

        assert lines(made(page, page, page)).count("county yearbook") == 1

    def cut(self, upper: tuple[str, str], lower: tuple[str, str], *, closed: bool) -> list[list[str]]:
        """The rows of a table whose last row on the first page may go on as the first of the second page."""

        def first(canvas: Canvas) -> None:
            rule(canvas, [100, 172, 260], [740, 764, 788] if closed else [740, 764])
            if not closed:
                for x in (100, 172, 260):
                    canvas.line(x, HEIGHT - 764, x, HEIGHT - 788)
            for (label, value), top in ((("above", "7"), 756), (upper, 780)):
                write(canvas, label, 104, top)
                write(canvas, value, 200, top)

        def second(canvas: Canvas) -> None:
            rule(canvas, [100, 172, 260], [60, 84, 108] if closed else [84, 108])
            if not closed:
                for x in (100, 172, 260):
                    canvas.line(x, HEIGHT - 60, x, HEIGHT - 84)
            for (label, value), top in ((lower, 76), (("below", "8"), 100)):
                write(canvas, label, 104, top)
                write(canvas, value, 200, top)

        return tables(made(first, second))[0]

    def test_a_row_cut_without_lines_is_put_together(self):
        assert self.cut(("其他需要说明的", "31"), ("事项", ""), closed=False)[1] == ["其他需要说明的\n事项", "31"]
        assert self.cut(("其他需要说明的", ""), ("事项", "31"), closed=False)[1] == ["其他需要说明的\n事项", "31"]
        assert self.cut(("规章", ""), ("", "31"), closed=False)[1] == ["规章", "31"]

    def test_two_rows_without_a_line_between_stay_two(self):
        assert self.cut(("规章", "31"), ("文件", "42"), closed=False)[1:3] == [["规章", "31"], ["文件", "42"]]
        assert self.cut(("一二三四五六七", "31"), ("2.文件", ""), closed=False)[1:3] == [["一二三四五六七", "31"], ["2.文件", ""]]

    def test_halves_between_lines_are_handed_on_as_they_are(self):
        assert self.cut(("其他需要说明的", "31"), ("事项", ""), closed=True)[1:3] == [["其他需要说明的", "31"], ["事项", ""]]

    def test_a_number_below_a_number_without_a_label_is_never_left_out(self):
        assert self.cut(("规章", "31"), ("", "42"), closed=True)[1] == ["规章", f"31{EDGE_MARK}42"]

    def test_a_blank_cell_of_a_row_that_may_go_on_is_not_surely_blank(self):
        assert self.cut(("规章", ""), ("文件", "42"), closed=False)[1] == ["规章", EDGE_MARK]

    @pytest.mark.parametrize(("label", "expected"), [("2.文件", "31"), ("文件", f"31{EDGE_MARK}")])
    def test_a_number_that_fills_its_cell_may_go_on_below_unless_an_item_begins_there(self, label: str, expected: str):
        def part(top: float, rows: list[tuple[str, str, str]]) -> Draw:
            def draw(canvas: Canvas) -> None:
                rule(canvas, [100, 200, 215, 230], [top + 24 * at for at in range(len(rows) + 1)])
                for at, texts in enumerate(rows):
                    for text, left in zip(texts, (104, 202, 217), strict=True):
                        write(canvas, text, left, top + 16 + 24 * at)

            return draw

        rows = tables(made(part(740, [("above", "7", "8"), ("规章", "31", "5")]), part(60, [(label, "42", ""), ("x", "1", "2")])))
        assert rows[0][1][:2] == ["规章", expected]

    def test_words_of_a_head_cut_by_the_page_are_put_together(self):
        def first(canvas: Canvas) -> None:
            rule(canvas, [100, 126, 152, 178], [700, 740, 780])
            for at, word in enumerate(("结果", "其他", "尚未")):
                write(canvas, word, 103 + 26 * at, 760)
            write(canvas, "x", 110, 720)

        def second(canvas: Canvas) -> None:
            rule(canvas, [100, 126, 152, 178], [60, 84, 108])
            for at, (word, number) in enumerate((("维持", "1"), ("结果", "2"), ("审结", "3"))):
                write(canvas, word, 103 + 26 * at, 76)
                write(canvas, number, 110 + 26 * at, 100)

        assert tables(made(first, second))[0][1:] == [["结果\n维持", "其他\n结果", "尚未\n审结"], ["1", "2", "3"]]


class TestFontsThatAreNotInTheFile:
    """On a machine without Chinese fonts pdfium drops the characters of a font that is not in the file."""

    @pytest.mark.parametrize("rotation", [0, 90])
    def test_what_pdfium_leaves_out_is_found_at_its_place(self, rotation: int, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(pdf_fonts, "_knows_chinese", lambda: False)
        document = pdfium.PdfDocument(made(lambda canvas: write(canvas, "办理12结果", 160, 112)))
        document[0].set_rotation(rotation)
        stream = BytesIO()
        document.save(stream)
        content = stream.getvalue()
        found = pdf_fonts.LeftOut(content).on_page(pdfium.PdfDocument(content)[0], 0, [])
        assert "".join(character.text for character in found) == "办理结果"
        assert [round(character.origin[0], 1) for character in found] == [160, 170, 191.1, 201.1]
        assert {(round(character.origin[1]), round(character.size), character.direction) for character in found} == {
            (HEIGHT - 112, 10, 0)
        }

    def test_what_pdfium_knows_is_not_found_again(self, monkeypatch: pytest.MonkeyPatch):
        content = made(lambda canvas: [rule(canvas, [100, 180, 260], [100, 124, 148]), write(canvas, "规章", 110, 116)])
        before = tables(content)
        monkeypatch.setattr(pdf_fonts, "_knows_chinese", lambda: False)
        assert tables(content) == before == [[["规章", ""], ["", ""]]]


class TestLines:
    def test_the_title_among_the_properties_is_handed_on(self):
        def page(canvas: Canvas) -> None:
            canvas.setTitle("青河县水利局2020年政府信息公开工作年度报告")
            hello(canvas)

        assert read(made(page)).heading.named == [("property_title", "青河县水利局2020年政府信息公开工作年度报告")]

    def test_full_lines_are_one_paragraph_and_an_indented_one_begins_another(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "一" * 40, 70, 100)
            write(canvas, "二" * 42, 50, 116)
            write(canvas, "三" * 10, 50, 132)
            write(canvas, "四" * 40, 70, 148)
            write(canvas, "五" * 5, 50, 164)

        assert lines(made(draw)) == ["一" * 40 + "二" * 42 + "三" * 10, "四" * 40 + "五" * 5]

    def test_a_paragraph_goes_on_over_pages(self):
        text = ["甲" * 42, "乙" * 7]
        pages = [lambda canvas, at=at: write(canvas, text[at], 50, 780 if at == 0 else 60) for at in range(2)]
        assert lines(made(*pages)) == ["".join(text)]

    def test_a_title_in_large_print_over_two_lines_is_named_as_one(self):
        def draw(canvas: Canvas) -> None:
            write(canvas, "某县人民政府", 200, 100, 22)
            write(canvas, "年度报告", 220, 130, 22)
            for at in range(5):
                write(canvas, "文" * 40, 50, 200 + 16 * at, 10)

        assert ("heading", "某县人民政府年度报告") in read(made(draw)).heading.named


class TestUnruled:
    def page(self, rows: list[tuple[str, list[str]]], pitch: float = 24, head: tuple[str, ...] = ("p", "q", "r")) -> Draw:
        def draw(canvas: Canvas) -> None:
            for at, word in enumerate(head):
                write(canvas, word, 300 + 60 * at, 80)
            for at, (label, values) in enumerate(rows):
                top = 80 + pitch * (at + 1)
                write(canvas, label, 100, top)
                for column, value in enumerate(values):
                    if value:
                        write(canvas, value, 300 + 60 * column, top)

        return draw

    def test_numbers_below_one_another_are_columns(self):
        rows = [("alpha", ["1", "20", "300"]), ("beta", ["40", "5", "6"])]
        assert tables(made(self.page(rows))) == [
            [["p", "q", "r"], ["alpha", "1", "20", "300"], ["beta", "40", "5", "6"]]
        ]

    def test_a_blank_keeps_its_column(self):
        rows = [("alpha", ["1", "", "300"]), ("beta", ["40", "5", "6"])]
        assert tables(made(self.page(rows)))[0][1] == ["alpha", "1", "", "300"]

    def test_a_label_over_lines_is_one_label(self):
        def draw(canvas: Canvas) -> None:
            self.page([("alpha", ["1", "2", "3"]), ("", []), ("gamma", ["7", "8", "9"])], pitch=30)(canvas)
            write(canvas, "a label that", 100, 133)
            write(canvas, "goes on", 100, 147)
            for column in range(3):
                write(canvas, str(column), 300 + 60 * column, 140)

        assert tables(made(draw))[0][2] == ["a label that\ngoes on", "0", "1", "2"]

    def close(self, groups: list[tuple[list[str], float]]) -> Draw:
        """Rows whose lines all stand 14 points apart, each with its label's lines and where its numbers stand below the first."""

        def draw(canvas: Canvas) -> None:
            for at, word in enumerate("pqr"):
                write(canvas, word, 300 + 60 * at, 80)
            top = 100
            for number, (label, below) in enumerate(groups):
                for at, line in enumerate(label):
                    write(canvas, line, 100, top + 14 * at)
                for column in range(3):
                    write(canvas, str(10 * number + column), 300 + 60 * column, top + below)
                top += 14 * len(label)

        return draw

    def test_labels_as_close_as_their_lines_are_parted_around_the_numbers(self):
        draw = self.close([(["alpha", "goes on"], 7), (["beta"], 0), (["gamma", "goes", "on"], 14), (["delta"], 0)])
        assert [row[0] for row in tables(made(draw))[0][1:]] == ["alpha\ngoes on", "beta", "gamma\ngoes\non", "delta"]

    def test_a_line_too_many_among_close_labels_parts_none(self):
        draw = self.close([(["alpha", "goes on"], 7), (["beta", "or", "gamma", "what"], 0), (["delta"], 0)])
        rows = tables(made(draw))[0][1:]
        assert ["beta", "10", "11", "12"] in rows
        assert not any("alpha" in row[0] and len(row) > 1 for row in rows)

    def test_the_name_of_a_group_is_not_parted(self):
        def draw(canvas: Canvas) -> None:
            self.close([(["alpha"], 0), (["beta"], 0), (["gamma", "goes on"], 7)])(canvas)
            write(canvas, "group", 60, 100)
            write(canvas, "name", 60, 114)

        assert [row[:-3] for row in tables(made(draw))[0][1:]] == [["group\nname", "alpha"], ["beta"], ["gamma\ngoes on"]]

    def test_a_head_close_below_a_number_is_no_part_of_it(self):
        def draw(canvas: Canvas) -> None:
            self.page([("alpha", ["1", "2", "12345"]), ("", []), ("beta", ["4", "5", "678"])], pitch=15)(canvas)
            write(canvas, "本年处理决定数量", 410, 110)

        assert [row for row in tables(made(draw))[0] if "12345" in row]

    def test_numbers_that_touch_are_undecided_and_their_columns_stay_two(self):
        rows = [("alpha", ["1", "2", "3"]), ("beta", ["4", "5", "6"])]

        def draw(canvas: Canvas) -> None:
            self.page(rows)(canvas)
            write(canvas, "gamma", 100, 152)
            write(canvas, "12345678901234", 300, 152)
            write(canvas, "9", 420, 152)

        assert tables(made(draw))[0][1:] == [
            ["alpha", "1", "2", "3"],
            ["beta", "4", "5", "6"],
            ["gamma", f"12345678901234{EDGE_MARK}", f"12345678901234{EDGE_MARK}", "9"],
        ]

    def test_the_lowest_words_above_the_columns_are_their_names(self):
        def draw(canvas: Canvas) -> None:
            for at, top in enumerate((66, 80, 73)):
                write(canvas, "甲乙丙"[at] * 2, 295 + 60 * at, top)
            self.page([("alpha", ["1", "2", "3"]), ("beta", ["4", "5", "6"])], head=())(canvas)

        assert tables(made(draw))[0][0] == ["甲甲", "乙乙", "丙丙"]

    def test_lines_between_rows_and_around_are_nothing_drawn_in_a_cell(self):
        rows = [("alpha", ["1", "2", "3"]), ("beta", ["4", "5", "6"])]

        def draw(canvas: Canvas) -> None:
            self.page(rows)(canvas)
            for top in (64, 88, 112, 136):
                canvas.line(90, HEIGHT - top, 430, HEIGHT - top)
            for top in range(64, 136, 12):
                for at in (90, 430):
                    canvas.line(at, HEIGHT - top, at, HEIGHT - top - 12)

        assert tables(made(draw))[0][1:] == [["alpha", "1", "2", "3"], ["beta", "4", "5", "6"]]

    def test_a_line_through_a_row_is_not_left_out(self):
        def draw(canvas: Canvas) -> None:
            self.page([("alpha", ["1", "2", "3"]), ("beta", ["4", "5", "6"])])(canvas)
            canvas.line(290, HEIGHT - 124, 440, HEIGHT - 124)

        assert tables(made(draw))[0][1] == ["alpha", "1", "2", "3"]
        assert all(text.endswith(IMAGE_MARK) for text in tables(made(draw))[0][2][1:])

    def test_two_numbers_in_one_column_are_not_glued(self):
        rows = [("alpha", ["1", "2", "12345678"]), ("beta", ["4", "5", "6"])]

        def draw(canvas: Canvas) -> None:
            self.page(rows)(canvas)
            write(canvas, "77", 445, 128)

        assert tables(made(draw))[0][2] == ["beta", "4", "5", "6\n77"]

    def test_a_number_that_may_go_on_below_is_undecided(self):
        rows = [("alpha", ["1", "2", "12"]), ("more", ["", "", "34"]), ("beta", ["4", "5", "6"])]
        texts = [text for row in tables(made(self.page(rows, pitch=14)))[0] for text in row]
        assert "12" not in texts and "34" not in texts

    def test_two_tables_beside_one_another_are_not_one(self):
        def draw(canvas: Canvas) -> None:
            for at in range(4):
                for left in (50, 300):
                    write(canvas, "alpha", left, 100 + 24 * at)
                    for column in range(3):
                        write(canvas, str(column + at), left + 80 + 40 * column, 100 + 24 * at)

        assert tables(made(draw)) == []

    def test_sentences_with_numbers_are_lines(self):
        def draw(canvas: Canvas) -> None:
            for at in range(6):
                write(canvas, f"in the year 2023 we answered {at} letters and 14 calls, which is 20", 60, 100 + 16 * at)

        content = made(draw)
        assert tables(content) == []

    def test_the_heading_of_the_next_chapter_ends_a_table(self):
        def draw(canvas: Canvas) -> None:
            self.page([("alpha", ["1", "2", "3"]), ("beta", ["4", "5", "6"])])(canvas)
            write(canvas, "五、存在的主要问题及改进情况", 100, 150)
            write(canvas, "文" * 30 + "。", 100, 166)

        content = made(draw)
        assert len(tables(content)[0]) == 3
        assert "五、存在的主要问题及改进情况" in lines(content)


def hello(canvas: Canvas) -> None:
    write(canvas, "hello 5", 100, 100)


def scanned(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 595, HEIGHT)
    text = canvas.beginText(100, 700)
    text.setTextRenderMode(3)
    text.textOut("guessed 5")
    canvas.drawText(text)


def many_pages(count: int) -> bytes:
    document, page = pdfium.PdfDocument.new(), pdfium.PdfDocument(made(hello))
    document.import_pages(page)
    while len(document) < count:
        document.import_pages(document, list(range(min(len(document), count - len(document)))))
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def hundred_thousand(piece: Callable[[int], str]) -> bytes:
    """Return a page that draws ``piece(number)`` 100,000 times."""
    return drawn_page("\n".join(map(piece, range(100_000))).encode())


def dense_grid(canvas: Canvas) -> None:
    rule(canvas, [10 + 3 * at for at in range(190)], [10 + 4 * at for at in range(190)])
    hello(canvas)


REFUSED = {
    "encrypted": (lambda: made(hello, encrypt=StandardEncryption("secret")), "encrypted"),
    "cut in half": (lambda: made(hello, hello)[:700], "damaged"),
    "nothing": (lambda: b"", "damaged"),
    "a header only": (lambda: b"%PDF-1.7\n", "damaged"),
    "another file": (lambda: b"<html><table><tr><td>5</table>", "damaged"),
    "5,000 pages": (lambda: many_pages(5000), "too_many_pages"),
    "blank pages": (lambda: made(lambda canvas: None), "blank"),
    "scans with guessed text": (lambda: made(scanned, scanned), "scan_without_text"),
    "scans behind a cover": (lambda: made(hello, scanned, scanned), "scan_without_text"),
    "100,000 lines": (
        lambda: hundred_thousand(lambda at: f"{at % 500} {at * 7 % 800} m {at % 500 + 50} {at * 7 % 800} l S"),
        "too_crowded",
    ),
    "100,000 rectangles": (
        lambda: hundred_thousand(lambda at: f"{at % 300 * 2} {at // 300 * 2.5} 1.5 1.5 re f"),
        "too_crowded",
    ),
    "100,000 digits": (
        lambda: hundred_thousand(lambda at: f"BT /F2 1 Tf {at % 500} {at // 500 * 4} Td ({at % 10}) Tj ET"),
        "too_crowded",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_soon(name: str):
    make, code = REFUSED[name]
    content = make()
    begun = time.process_time()
    with pytest.raises(Unreadable, match="Expected .* found") as refused:
        read(content)
    assert refused.value.code == code
    assert time.process_time() - begun < 15


def test_a_file_that_only_its_owner_may_change_is_read():
    content = made(hello, encrypt=StandardEncryption("", ownerPassword="owner", canCopy=0))
    assert lines(content) == ["hello 5"]


def test_a_page_of_many_lines_is_read_in_bounded_time():
    begun = time.process_time()
    read(made(dense_grid))
    assert time.process_time() - begun < 15


def test_pages_that_are_pictures_among_others_are_told():
    pieces = read(made(hello, hello, hello, scanned))
    assert [code for code, _ in pieces.heading.notes] == ["pages_are_pictures"]
    assert "guessed" not in " ".join(pieces.heading.lines)


def published(content: bytes, folder: Path) -> tuple[dict, dict[str, dict]]:
    """The document and its cells by code, as a run would stage them."""
    (folder / "report.pdf").write_bytes(content)
    frames = read_batch([Source("report.pdf", sha256(content).hexdigest(), "undated", "pdf")], folder)
    cells = {row["cell"]: row for row in frames[CELLS.name].iter_rows(named=True)}
    return frames[DOCUMENTS.name].row(0, named=True), cells


PLAIN = [
    Sheet(),
    Sheet(rules="thin_rects", latin="Vera", align="right", page_mark="words", first_line=120.0),
    Sheet(rules="cell_rects", repeat_head=True, running_head=True, first_line=330.0),
    Sheet(rules="open_sides", turned="page", single_characters=True),
    Sheet(rules="double", turned="text", twice=True, size=9.0),
    Sheet(cut="inside_open", hidden="covered", first_line=240.0, page_mark="bare"),
    Sheet(hidden="white", valign="top", latin="STSong-Light"),
]


@pytest.mark.parametrize("sheet", PLAIN)
@pytest.mark.parametrize("form", ["2019", "2021"])
def test_a_ruled_report_is_read_cell_by_cell(sheet: Sheet, form: str, tmp_path: Path):
    rendered = render_pdf(make_truth(7, form, activity="tens"), Layout(), sheet)
    document, cells = published(rendered.content, tmp_path)
    assert document["outcome"] == "report"
    assert {code: cells[code]["value"] for code in rendered.printed} == {
        code: printed.value for code, printed in rendered.printed.items()
    }
    # A sheet without cuts inside rows leaves nothing to the reading of broken documents.
    assert document["lane"] == "fast"


@pytest.mark.parametrize("seed", range(16))
def test_whatever_the_print_a_published_number_is_the_printed_one(seed: int, tmp_path: Path):
    layout = Layout.random(seed, oddity=0.2, encoding="utf-8", published="header")
    sheet = Sheet.random(f"test:{seed}", oddity=0.4, **({"rules": "none"} if seed % 4 == 0 else {}))
    rendered = render_pdf(make_truth(f"pdf:{seed}", "2021" if seed % 3 else "2019", activity="hundreds"), layout, sheet)
    document, cells = published(rendered.content, tmp_path)
    wrong = {
        code: (row["value"], rendered.printed[code].raw if code in rendered.printed else None)
        for code, row in cells.items()
        if row["value"] is not None and (code not in rendered.printed or row["value"] != rendered.printed[code].value)
    }
    assert wrong == {}
    if sheet.rules != "none" and not sheet.narrow:
        printed = [code for code, each in rendered.printed.items() if each.value is not None]
        missed = [code for code in printed if cells.get(code, {"value": None})["value"] is None]
        assert document["outcome"] == "report"
        assert len(missed) <= 0.15 * len(printed), missed


class TestInspect:
    def test_the_cell_is_framed_on_its_page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        content = render_pdf(make_truth(7, "2021", activity="tens"), Layout(), Sheet(turned="page")).content
        (tmp_path / "report.pdf").write_bytes(content)
        monkeypatch.chdir(tmp_path)
        assert inspect.show(tmp_path / "report.pdf", "requests.received.total") == 0
        drawn = Image.open(tmp_path / "report.requests.received.total.png").convert("RGB")
        _, cells = published(content, tmp_path)
        locator = cells["requests.received.total"]["locator"]
        left, top, right, bottom = (2 * float(edge) for edge in locator.rpartition("box=")[2].split(","))
        red, green, blue = drawn.getpixel((round(left) - 4, round((top + bottom) / 2)))
        assert red > 180 and green < 90 and blue < 90
        assert drawn.getpixel((round(left) - 20, round(top) - 30))[1] in (0, 255) or right > left

    def test_a_cell_known_by_its_number_only_is_found(self, tmp_path: Path):
        content = render_pdf(make_truth(7, "2021", activity="tens"), Layout(), Sheet()).content
        _, cells = published(content, tmp_path)
        locator = cells["requests.received.total"]["locator"]
        mark_cell(content, locator, tmp_path / "by box.png")
        mark_cell(content, locator.partition(";box=")[0], tmp_path / "by number.png")
        assert (tmp_path / "by box.png").read_bytes() == (tmp_path / "by number.png").read_bytes()

    def test_a_locator_without_a_place_is_refused(self, tmp_path: Path):
        with pytest.raises(Unreadable, match="Expected a locator"):
            mark_cell(made(hello), "table=1;row=2", tmp_path / "none.png")


@pytest.mark.corpus
class TestRealFiles:
    @pytest.fixture(autouse=True)
    def _needs_the_corpus(self):
        if not CORPUS.is_dir():
            pytest.skip(f"the real reports are not at {CORPUS}")

    def test_every_cell_of_a_real_report_is_read_as_printed(self, tmp_path: Path):
        truth = json.loads((CORPUS / "published/expected/hongze-2023.pdf.json").read_text(encoding="utf-8"))
        document, cells = published((CORPUS / "published/docs/hongze-2023.pdf").read_bytes(), tmp_path)
        assert document["outcome"] == "report" and document["report_year"] == truth["report_year"]
        expected = {
            code: None if value is None else Decimal(str(value["value"] if isinstance(value, dict) else value))
            for code, value in truth["cells"].items()
        }
        assert {code: cells[code]["value"] for code in expected} == expected

    def test_two_reports_side_by_side_publish_nothing(self, tmp_path: Path):
        content = (CORPUS / "hostile/two-years-side-by-side.pdf").read_bytes()
        document, cells = published(content, tmp_path)
        assert document["outcome"] == "quarantined"
        assert cells == {}
