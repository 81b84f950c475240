"""A synthetic report as a PDF file with a text layer.

Here: drawing. Not here: what stands where (``sheets``), the cells of tables (``tables``), what is printed (``printing``).
Needs reportlab, which is there for development only. Chinese is set in a font that readers know by name and that is not inside
the file, as in many published files.
"""

from dataclasses import replace
from io import BytesIO
from random import Random
from typing import Any

from dagster_project.synthesis import prose
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.printing import Rendered, print_cells
from dagster_project.synthesis.sheets import Frame, Press, Sheet, SheetOfPaper, TextLine
from dagster_project.synthesis.tables import form_tables
from dagster_project.synthesis.truth import ReportTruth

_CHINESE = "STSong-Light"
_LATIN_FONTS = {"Vera": "Vera.ttf"}
# Of prints without a given sheet most settings are plain.
_ODDITY = 0.1
_LINE = 0.5
_DOUBLE = 1.4
# Every so many values are accompanied by hidden digits where the sheet has them.
_HIDDEN_SHARE = 0.2


def render_pdf(truth: ReportTruth, layout: Layout | None = None, sheet: Sheet | None = None) -> Rendered:
    """Return the report as a PDF; equal arguments give equal bytes. ``sheet`` is drawn from the layout's seed by default."""
    # A PDF has no markup: spans do not lie, and empty cells in place of merged ones would be a grid of their own.
    layout = replace(layout or Layout(), lying_spans=False)
    random = Random(f"pdf:{layout.seed}:{truth.body}:{truth.report_year}")
    sheet = sheet or Sheet.random(f"pdf:{layout.seed}", oddity=_ODDITY)
    printed = print_cells(truth, layout, random)
    title = prose.printed_title(truth, layout)
    press = Press(sheet, _ruler(sheet), random)
    press.paragraph(title, "title", 16.0, centred=True)
    if layout.published in ("header", "meta", "line", "bracketed"):
        press.paragraph(f"发布日期：{truth.published_on.isoformat()}")
    for text in prose.opening(truth, layout):
        press.paragraph(text)
    tables = form_tables(truth.form, printed, layout, random)
    for number in range(1, 7):
        press.paragraph(prose.heading(number, layout))
        for text in prose.chapter(truth, number, layout, random):
            press.paragraph(text)
        for table in tables:
            if table.chapter == number:
                press.table(table)
    if layout.published == "signature":
        press.paragraph(truth.body)
        press.paragraph(prose.printed_date(truth.published_on, random))
    content = _drawn(press, sheet, random)
    return Rendered(content, printed, title, None if layout.published == "none" else truth.published_on, "pdf")


def _fonts() -> Any:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    registered = pdfmetrics.getRegisteredFontNames()
    if _CHINESE not in registered:
        pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    for name, file in _LATIN_FONTS.items():
        if name not in registered:
            pdfmetrics.registerFont(TTFont(name, file))
    return pdfmetrics


def _ruler(sheet: Sheet) -> Any:
    metrics = _fonts()

    def width_of(text: str, size: float) -> float:
        return sum(metrics.stringWidth(part, font, size) for part, font in _parts(text, sheet))

    return width_of


def _parts(text: str, sheet: Sheet) -> list[tuple[str, str]]:
    """Return a text in pieces of one font each."""
    parts: list[tuple[str, str]] = []
    for character in text:
        font = sheet.latin if character.isascii() else _CHINESE
        if parts and parts[-1][1] == font and not sheet.single_characters:
            parts[-1] = (parts[-1][0] + character, font)
        else:
            parts.append((character, font))
    return parts


def _drawn(press: Press, sheet: Sheet, random: Random) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    metrics = _fonts()
    stream = BytesIO()
    # Of a page that states a rotation reportlab exchanges width and height itself.
    paper = (press.height, press.width) if sheet.turned == "text" else (press.width, press.height)
    canvas = Canvas(stream, pagesize=paper, invariant=1)
    for page in press.finished():
        if sheet.turned != "no":
            # Set sideways: from the lower left corner of the sheet upwards.
            canvas.translate(press.height, 0)
            canvas.rotate(90)
        if sheet.turned == "page":
            canvas.setPageRotation(90)
        _draw_frames(canvas, press, page, sheet)
        for line in page.texts:
            _draw_text(canvas, press, line, sheet, metrics, random)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _draw_frames(canvas: Any, press: Press, page: SheetOfPaper, sheet: Sheet) -> None:
    if sheet.rules == "none":
        return
    sides: dict[int, tuple[float, float]] = {}
    for frame in page.frames:
        left, right = sides.get(frame.table, (frame.left, frame.right))
        sides[frame.table] = min(left, frame.left), max(right, frame.right)
    canvas.setLineWidth(_LINE)
    for frame in page.frames:
        if sheet.rules == "cell_rects" and not (frame.open_above or frame.open_below):
            canvas.rect(frame.left, press.height - frame.bottom, frame.right - frame.left, frame.bottom - frame.top)
            continue
        for line in _lines_around(frame, sides[frame.table], sheet):
            _draw_line(canvas, press, line, sheet)


def _lines_around(frame: Frame, sides: tuple[float, float], sheet: Sheet) -> list[tuple[float, float, float, float]]:
    left, top, right, bottom = frame.left, frame.top, frame.right, frame.bottom
    lines = []
    if not frame.open_above:
        lines.append((left, top, right, top))
    if not frame.open_below:
        lines.append((left, bottom, right, bottom))
    for x in (left, right):
        if sheet.rules != "open_sides" or x not in sides:
            lines.append((x, top, x, bottom))
    return lines


def _draw_line(canvas: Any, press: Press, line: tuple[float, float, float, float], sheet: Sheet) -> None:
    x0, y0, x1, y1 = line
    y0, y1 = press.height - y0, press.height - y1
    if sheet.rules == "thin_rects":
        canvas.rect(x0, y1, max(_LINE, x1 - x0), max(_LINE, y0 - y1), stroke=0, fill=1)
        return
    canvas.line(x0, y0, x1, y1)
    if sheet.rules == "double":
        across, down = (0.0, _DOUBLE) if y0 == y1 else (_DOUBLE, 0.0)
        canvas.line(x0 + across, y0 + down, x1 + across, y1 + down)


def _draw_text(canvas: Any, press: Press, line: TextLine, sheet: Sheet, metrics: Any, random: Random) -> None:
    left, base = line.left, press.height - line.base
    if line.style == "value" and sheet.hidden != "none" and random.random() < _HIDDEN_SHARE:
        _draw_hidden(canvas, left, base, line.size, sheet, random)
    for part, font in _parts(line.text, sheet):
        canvas.setFont(font, line.size)
        canvas.drawString(left, base, part)
        if sheet.twice and line.style in ("value", "head"):
            canvas.drawString(left + 0.35, base, part)
        left += metrics.stringWidth(part, font, line.size)


def _draw_hidden(canvas: Any, left: float, base: float, size: float, sheet: Sheet, random: Random) -> None:
    """Draw a digit that nobody sees, where it would be read as the first digit of the number at ``left``."""
    digit = random.choice("123456789")
    canvas.saveState()
    canvas.setFont("Helvetica", size)
    at = left - 0.556 * size
    if sheet.hidden == "outside":
        canvas.drawString(-60 - size, base, digit)
    elif sheet.hidden == "invisible":
        text = canvas.beginText(at, base)
        text.setTextRenderMode(3)
        text.textOut(digit)
        canvas.drawText(text)
    else:
        canvas.setFillColorRGB(*((1, 1, 1) if sheet.hidden == "white" else (0, 0, 0)))
        canvas.drawString(at, base, digit)
        if sheet.hidden == "covered":
            canvas.setFillColorRGB(1, 1, 1)
            canvas.rect(at - 0.3, base - 0.2 * size, 0.556 * size + 0.3, size * 1.02, stroke=0, fill=1)
    canvas.restoreState()
