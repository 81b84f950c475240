"""Synthetic Word documents, workbooks and separated values print every value, in the order of the form.

They are opened with other libraries than the readers use: writer and reader must not be wrong together.
"""

import csv
import io

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from dagster_project.synthesis.layouts import Layout, Rendered
from dagster_project.synthesis.office import render_csv, render_docx, render_xlsx
from dagster_project.synthesis.truth import YEARS, make_truth

LAYOUTS = [Layout(), *(Layout.random(seed, oddity=0.4) for seed in range(12))]


def in_order(rendered: Rendered, found: list[str]) -> bool:
    rest = iter(found)
    return all(any(printed.raw == other for other in rest) for printed in rendered.printed.values())


def stripped(text: str) -> str:
    return text.replace("\u00a0", " ").strip()


@pytest.mark.parametrize("form", YEARS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_printed_value_stands_in_a_cell_of_the_word_document(form, layout):
    rendered = render_docx(make_truth(layout.seed, form, activity="tens"), layout)
    document = docx.Document(io.BytesIO(rendered.content))
    tables = document.tables[0].cell(0, 0).tables if layout.inside_layout_table else document.tables
    cells = [
        stripped("".join(node.text for node in cell.iter(qn("w:t"))))
        for table in tables
        for cell in table._tbl.iter_tcs()
    ]
    assert in_order(rendered, cells)
    assert len(tables) == (3 if layout.disclosure_tables == "one" else len(tables))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert layout.inside_layout_table or "".join(rendered.title.split()) in "".join("".join(lines).split())


@pytest.mark.parametrize("form", YEARS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_printed_value_stands_in_a_cell_of_the_workbook(form, layout):
    rendered = render_xlsx(make_truth(layout.seed, form, activity="tens"), layout)
    book = openpyxl.load_workbook(io.BytesIO(rendered.content))
    found = []
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                grouped = cell.number_format == "#,##0" and cell.value is not None
                found.append("" if cell.value is None else f"{cell.value:,}" if grouped else str(cell.value))
    assert in_order(rendered, found)


@pytest.mark.parametrize("form", YEARS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_printed_value_stands_in_a_field_of_the_separated_values(form, layout):
    rendered = render_csv(make_truth(layout.seed, form, activity="tens"), layout)
    text = rendered.content.decode(layout.encoding)
    separator = "\t" if "\t" in text else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    assert in_order(rendered, [field for row in rows for field in row])
    assert len({len(row) for row in rows}) == 1


def test_numbers_of_a_workbook_are_numbers_and_texts_stay_texts():
    truth = make_truth(3, "2021", activity="hundreds")
    kinds = set()
    for layout in (Layout(thousands=True), Layout(full_width_digits=True), Layout(zeros="-"), Layout()):
        book = openpyxl.load_workbook(io.BytesIO(render_xlsx(truth, layout).content))
        kinds |= {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds == {"n", "s"}
