"""A synthetic report as a Word document, an Excel workbook and separated values.

Here: the report as blocks of lines and grids, and the three writers. Not here: what is printed (``printing``), sentences
(``prose``), the cells of tables (``tables``).

Equal arguments give equal bytes: what the libraries write about the time of writing is set to the day the form of 2021 was made.
"""

import csv
import io
import re
import zipfile
from datetime import datetime
from random import Random
from typing import NamedTuple
from xml.sax.saxutils import escape

from dagster_project.synthesis import prose
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.printing import Printed, Rendered, print_cells
from dagster_project.synthesis.tables import Cell, Table, form_tables
from dagster_project.synthesis.truth import ReportTruth

_WRITTEN = datetime(2021, 9, 26)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?")
_GROUPED_NUMBER = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+")
_SHORTEST_SPLIT = 4
_NO_BREAK = "\u00a0"


class Placed(NamedTuple):
    """One place of a grid row: the cell that begins there, or None below a cell that spans rows; its columns."""

    cell: Cell | None
    column: int
    width: int


Grid = list[list[Placed]]


class _Report(NamedTuple):
    printed: dict[str, Printed]
    title: str
    blocks: list[tuple[str, str | list[Grid]]]


def render_docx(truth: ReportTruth, layout: Layout | None = None) -> Rendered:
    """Return the report as a Word document; equal arguments give equal bytes."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    layout = layout or Layout()
    random = Random(f"docx:{layout.seed}:{truth.body}:{truth.report_year}")
    report = _report(truth, layout, random)
    document = docx.Document()
    document.core_properties.title = report.title if layout.published == "meta" else ""
    styled = random.random() < 0.5
    markup = _WordMarkup(layout, random)
    parts = []
    for kind, content in report.blocks:
        if kind == "table":
            assert isinstance(content, list)
            parts.append(markup.table([row for grid in content for row in grid], report.printed))
        else:
            assert isinstance(content, str)
            style = {"title": "Title", "heading": "Heading1"}.get(kind) if styled else None
            parts.append(markup.paragraph(content, style))
    body = document.element.body
    inside = "".join(parts)
    if layout.inside_layout_table:
        inside = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr/>{inside}<w:p/></w:tc></w:tr></w:tbl>"
    for at, element in enumerate(parse_xml(f"<w:body {nsdecls('w')}>{inside}</w:body>")):
        body.insert(at, element)
    buffer = io.BytesIO()
    document.save(buffer)
    return _rendered(report, truth, layout, _dated(buffer.getvalue()), "docx")


def render_xlsx(truth: ReportTruth, layout: Layout | None = None) -> Rendered:
    """Return the report as an Excel workbook; equal arguments give equal bytes.

    Raises:
        ModuleNotFoundError: openpyxl, which only development needs, is not installed.
    """
    import openpyxl
    from openpyxl.styles import Border, Side

    layout = layout or Layout()
    random = Random(f"xlsx:{layout.seed}:{truth.body}:{truth.report_year}")
    report = _report(truth, layout, random)
    book = openpyxl.Workbook()
    sheet = book.active
    merged, each_on_its_own, line = random.random() < 0.7, random.random() < 0.3, Side("thin")
    frame = Border(left=line, right=line, top=line, bottom=line) if random.random() < 0.6 else None
    for kind, content in report.blocks:
        if kind == "heading" and each_on_its_own:
            sheet = book.create_sheet(str(content).translate(_NO_SHEET_NAME)[:31])
        if kind != "table":
            sheet.append([content])
            continue
        for grid in content:
            first = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
            _fill(sheet, grid, first, report.printed, merged, frame)
        if random.random() < 0.5 and not each_on_its_own:
            sheet.append([_NO_BREAK])
    buffer = io.BytesIO()
    book.save(buffer)
    return _rendered(report, truth, layout, _dated(buffer.getvalue()), "xlsx")


def render_csv(truth: ReportTruth, layout: Layout | None = None) -> Rendered:
    """Return the report as separated values, as a spreadsheet program exports a sheet; equal arguments give equal bytes."""
    layout = layout or Layout()
    random = Random(f"csv:{layout.seed}:{truth.body}:{truth.report_year}")
    report = _report(truth, layout, random)
    rows: list[list[str]] = []
    for kind, content in report.blocks:
        if kind != "table":
            rows.append([str(content)])
            continue
        for grid in content:
            for places in grid:
                row = [""] * max(place.column + place.width for place in places)
                for place in places:
                    row[place.column] = place.cell.text if place.cell is not None else ""
                rows.append(row)
    width = max(map(len, rows))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=random.choice((",", ",", "\t")), lineterminator="\r\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return _rendered(report, truth, layout, buffer.getvalue().encode(layout.encoding), "csv")


def _report(truth: ReportTruth, layout: Layout, random: Random) -> _Report:
    """Return the report as blocks in order: ("title" | "heading" | "line", text) or ("table", grids one below the other)."""
    printed = print_cells(truth, layout, random)
    title = prose.printed_title(truth, layout)
    tables = form_tables(truth.form, printed, layout, random)
    blocks: list[tuple[str, str | list[Grid]]] = [("title", title)]
    day = truth.published_on
    if layout.published in ("header", "meta"):
        blocks.append(("line", f"来源：{truth.body}  发布日期：{day.isoformat()}"))
    elif layout.published in ("line", "bracketed"):
        blocks.append(("line", f"（{day.year}年{day.month}月{day.day}日）"))
    blocks += [("line", text) for text in prose.opening(truth, layout)]
    for number in range(1, 7):
        blocks.append(("heading", prose.heading(number, layout)))
        blocks += [("line", text) for text in prose.chapter(truth, number, layout, random)]
        grids = [_grid(table, layout) for table in tables if table.chapter == number]
        if grids and layout.disclosure_tables == "one":
            blocks.append(("table", grids))
        else:
            blocks += [("table", [grid]) for grid in grids]
    if layout.published == "signature":
        blocks += [("line", truth.body), ("line", prose.printed_date(day, random))]
    return _Report(printed, title, blocks)


def _grid(table: Table, layout: Layout) -> Grid:
    """Return the rows of a table with the columns of their cells; a cell that spans rows is None in the rows below it."""
    rows: list[list[Cell]] = [*table.head]
    for row in table.rows:
        hidden = [Cell("")] * row.depth if layout.empty_for_rowspan else []
        rows.append([*hidden, *row.labels, *row.values])
    below: dict[tuple[int, int], int] = {}
    grid: Grid = []
    for at, cells in enumerate(rows):
        places: list[Placed] = []
        column = 0
        for cell in [*cells, None]:
            while (at, column) in below:
                places.append(Placed(None, column, below[at, column]))
                column += below[at, column]
            if cell is None:
                break
            rowspan = 1 if layout.empty_for_rowspan and cell.code is None else cell.rowspan
            below |= {(at + down, column): cell.colspan for down in range(1, rowspan)}
            places.append(Placed(cell, column, cell.colspan))
            column += cell.colspan
        grid.append(places)
    return grid


class _WordMarkup:
    """Turns grids and lines into WordprocessingML for one layout."""

    def __init__(self, layout: Layout, random: Random):
        self._layout = layout
        self._random = random

    def paragraph(self, text: str, style: str | None = None) -> str:
        about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f"<w:p>{about}{self._runs(text)}</w:p>"

    def table(self, grid: Grid, printed: dict[str, Printed]) -> str:
        width = max(place.column + place.width for places in grid for place in places)
        rows = []
        for at, places in enumerate(grid):
            below = {place.column for place in grid[at + 1] if place.cell is None} if at + 1 < len(grid) else set()
            rows.append(f"<w:tr>{''.join(self._cell(place, below, printed) for place in places)}</w:tr>")
        return f"<w:tbl><w:tblPr/><w:tblGrid>{'<w:gridCol/>' * width}</w:tblGrid>{''.join(rows)}</w:tbl>"

    def _cell(self, place: Placed, below: set[int], printed: dict[str, Printed]) -> str:
        about = f'<w:gridSpan w:val="{place.width}"/>' if place.width > 1 else ""
        if place.cell is None:
            return f"<w:tc><w:tcPr>{about}<w:vMerge/></w:tcPr><w:p/></w:tc>"
        if place.column in below:
            about += '<w:vMerge w:val="restart"/>'
        cell = place.cell
        inside = self._value(cell.text, printed[cell.code]) if cell.code else self._label(cell.text)
        return f"<w:tc><w:tcPr>{about}</w:tcPr>{inside}</w:tc>"

    def _label(self, text: str) -> str:
        if self._layout.split_labels == "none" or len(text) < _SHORTEST_SPLIT or self._random.random() < 0.4:
            return self.paragraph(text)
        at = self._random.randrange(2, len(text) - 1)
        if self._layout.split_labels == "p":
            return self.paragraph(text[:at]) + self.paragraph(text[at:])
        return f"<w:p>{self._runs(text[:at])}<w:r><w:br/></w:r>{self._runs(text[at:])}</w:p>"

    def _value(self, text: str, printed: Printed) -> str:
        if self._layout.padding and text:
            text = self._random.choice((f"{_NO_BREAK}{text}", f"{text}{_NO_BREAK}"))
        if self._layout.split_numbers and printed.status == "number" and len(text) > 1:
            at = self._random.randrange(1, len(text))
            return f"<w:p>{self._runs(text[:at])}{self._runs(text[at:])}</w:p>"
        return self.paragraph(text)

    def _runs(self, text: str) -> str:
        pieces = text if self._layout.character_spans else [text]
        return "".join(f'<w:r><w:t xml:space="preserve">{escape(piece)}</w:t></w:r>' for piece in pieces if piece)


_NO_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\"))


def _fill(sheet, grid: Grid, first: int, printed: dict[str, Printed], merged: bool, frame) -> None:
    """Write a grid into a worksheet from a row on: numbers as numbers where the program shows them as printed."""
    for at, places in enumerate(grid):
        row = first + at
        for place in places:
            if place.cell is None:
                continue
            cell = sheet.cell(row, place.column + 1)
            text = place.cell.text
            status = printed[place.cell.code].status if place.cell.code else ""
            if status == "number" and _PLAIN_NUMBER.fullmatch(text):
                cell.value = float(text) if "." in text else int(text)
            elif status == "number" and _GROUPED_NUMBER.fullmatch(text):
                cell.value, cell.number_format = int(text.replace(",", "")), "#,##0"
            else:
                cell.value = text
            # A text that begins with = or - stays a text.
            if isinstance(cell.value, str) and cell.data_type == "f":
                cell.data_type = "s"
            down = at + 1
            while down < len(grid) and any(
                each.cell is None and each.column == place.column and each.width == place.width for each in grid[down]
            ):
                down += 1
            last, right = first + down - 1, place.column + place.width
            if frame is not None:
                for line in sheet.iter_rows(row, last, place.column + 1, right):
                    for each in line:
                        each.border = frame
            if merged and (last > row or place.width > 1):
                sheet.merge_cells(start_row=row, end_row=last, start_column=place.column + 1, end_column=right)


def _dated(package: bytes) -> bytes:
    """Return a package whose entries and properties were all written at one time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as found, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in found.namelist():
            content = found.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>" + f"{_WRITTEN.isoformat()}Z<".encode(), content)
            entry = zipfile.ZipInfo(name, _WRITTEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _rendered(report: _Report, truth: ReportTruth, layout: Layout, content: bytes, kind: str) -> Rendered:
    published = None if layout.published == "none" else truth.published_on
    return Rendered(content, report.printed, report.title, published, kind)
