"""Workbooks are read as they are shown: hidden, covered, struck and uncomputed cells never pass for numbers or blanks."""

import io
import struct
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import polars as pl
import pytest
from office_files import compound, packed, record, repacked
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from dagster_project.documents import doc, spreadsheet, workbook_biff
from dagster_project.documents.compound import CompoundFile, title_of, wrapped
from dagster_project.documents.pieces import NOTE_MARK, STRUCK_MARK, TABLE_MARK, Pieces, Unreadable
from dagster_project.documents.sheets import SheetCell, SheetRow, hand_on
from dagster_project.reading.values import classify

FRAME = Border(left=Side("thin"), right=Side("thin"), top=Side("thin"), bottom=Side("thin"))


def workbook(*fill: Callable[[Worksheet], None]) -> bytes:
    """A workbook of one sheet for each function that fills it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, each in enumerate(fill, 1):
        each(book.create_sheet(f"表{number}"))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rows(*given: list) -> bytes:
    return workbook(lambda sheet: [sheet.append(row) for row in given])


def read(content: bytes) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    spreadsheet.read(content, pieces)
    return pieces


def grid(pieces: Pieces) -> list[list[str]]:
    texts = list(pieces.texts)
    cells = pieces.cells()
    return [[texts[index] for index in part["text"]] for _, part in cells.group_by("row_id", maintain_order=True)]


def notes(pieces: Pieces) -> list[str]:
    return [code for code, _ in pieces.heading.notes]


def shown(fill: Callable[[Worksheet], None]) -> str:
    """What cell B1 hands on."""

    def with_label(sheet: Worksheet) -> None:
        sheet["A1"], sheet["C1"] = "a", 9
        fill(sheet)

    return grid(read(workbook(with_label)))[0][1]


def set_to(value, **about) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        sheet["B1"] = value
        for name, setting in about.items():
            setattr(sheet["B1"], name, setting)

    return fill


def kind_of(text: str) -> str:
    return classify(pl.Series("text", [text]))["kind"][0]


class TestCells:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (12, "12"),
            (12.0, "12"),
            (-3.50, "-3.5"),
            (24252.311082, "24252.311082"),
            (0.1 + 0.2, "0.3"),
            (1234567890, "1234567890"),
            (0.0000001, "0.0000001"),
            ("12", "12"),
            ("1,234", "1,234"),
            (" 7 ", " 7 "),
            (True, "TRUE"),
            (date(2022, 1, 3), "2022-01-03T00:00:00"),
        ],
    )
    def test_values_are_texts_as_the_program_shows_them(self, value, text):
        found = shown(set_to(value))
        assert found == text or found == text.partition("T")[0]

    def test_dates_and_truth_values_are_no_numbers(self):
        assert kind_of(shown(set_to(date(2022, 1, 3)))) == "ambiguous"
        assert kind_of(shown(set_to(True))) == "text"

    @pytest.mark.parametrize(
        ("value", "code", "text"),
        [
            (1234.5, "#,##0.00", "1,234.50"),
            (0, "0;-0;;@", ""),
            (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
            (12, '0"件"', "12件"),
            (12.345, "0.00", "12.35（单元格值12.345）"),
            (0.5, "0%", "50%"),
        ],
    )
    def test_a_number_is_handed_on_under_its_format(self, value, code, text):
        assert shown(set_to(value, number_format=code)) == text

    def test_a_number_under_a_format_that_is_not_understood_is_undecided(self):
        assert kind_of(shown(set_to(12, number_format="[DBNum1]0"))) == "ambiguous"
        assert kind_of(shown(set_to(0.5, number_format="0%"))) == "ambiguous"

    def test_a_formula_without_a_result_is_no_blank(self):
        found = shown(set_to("=SUM(C1:D1)"))
        assert found == "=SUM(C1:D1)" and kind_of(found) == "ambiguous"
        assert notes(read(workbook(set_to("=1+1")))) == ["formulas_not_computed"]

    def test_a_formula_with_a_result_is_its_result(self):
        content = repacked(rows(["a", "=1+1", 9]), sheet1=("<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>"))
        assert grid(read(content)) == [["a", "2", "9"]]
        content = repacked(
            rows(["a", "=1+1", 9]), sheet1=('<c r="B1"><f>1+1</f><v></v>', '<c r="B1" t="str"><f>1+1</f><v></v>')
        )
        assert grid(read(content)) == [["a", "", "9"]]

    def test_an_error_is_no_blank(self):
        found = shown(set_to("#REF!", data_type="e"))
        assert found == "#REF!" and kind_of(found) == "text"

    def test_struck_and_raised_characters_are_marked(self):
        struck, raised = InlineFont(strike=True), InlineFont(vertAlign="superscript")
        assert shown(set_to(CellRichText("5", TextBlock(struck, "6")))) == f"5{STRUCK_MARK}6{STRUCK_MARK}"
        assert shown(set_to(CellRichText("5", TextBlock(raised, "1")))) == f"5{NOTE_MARK}1{NOTE_MARK}"
        assert shown(set_to(5, font=Font(strike=True))) == f"{STRUCK_MARK}5{STRUCK_MARK}"

    def test_zeros_that_a_sheet_does_not_show_are_blank(self):
        def fill(sheet: Worksheet) -> None:
            sheet["B1"] = 0
            sheet.sheet_view.showZeros = False

        assert shown(fill) == ""


class TestSheets:
    def test_a_cell_covered_by_a_merged_range_is_none(self):
        def fill(sheet: Worksheet) -> None:
            for row in (["三", "一", "", 1], ["", "甲", "乙", 2]):
                sheet.append(row)
            sheet.merge_cells("A1:A2")
            sheet.merge_cells("B1:C1")

        assert grid(read(workbook(fill))) == [["三", "一", "1"], ["甲", "乙", "2"]]

    def test_hidden_rows_columns_and_sheets_are_not_read_and_are_told(self):
        def fill(sheet: Worksheet) -> None:
            for row in (["a", 1, 2], ["b", 3, 4], ["c", 5, 6]):
                sheet.append(row)
            sheet.row_dimensions[2].hidden = True
            sheet.column_dimensions["B"].hidden = True

        def hide(sheet: Worksheet) -> None:
            sheet.append(["d", 7, 8])
            sheet.sheet_state = "veryHidden"

        pieces = read(workbook(fill, hide))
        assert grid(pieces) == [["a", "2"], ["c", "6"]]
        assert notes(pieces) == ["hidden_sheets", "hidden_cells"]

    def test_a_merged_range_whose_first_column_is_hidden_is_still_shown(self):
        def fill(sheet: Worksheet) -> None:
            sheet.append(["a", 5, None, 6])
            sheet.merge_cells("B1:C1")
            sheet.column_dimensions["B"].hidden = True

        assert grid(read(workbook(fill))) == [["a", "5", "6"]]

    def test_each_sheet_has_its_tables_and_each_row_its_place(self):
        def fill(sheet: Worksheet) -> None:
            for row in (["某局报告"], [], ["a", 1], ["b", 2], [], ["c", 3, 4], ["d", 5, 6]):
                sheet.append(row)

        pieces = read(workbook(fill, fill))
        assert pieces.rows()["table"].to_list() == [1, 1, 2, 2, 3, 3, 4, 4]
        assert pieces.rows()["place"].to_list()[:4] == [
            "sheet=1;line=3",
            "sheet=1;line=4",
            "sheet=1;line=6",
            "sheet=1;line=7",
        ]
        assert pieces.heading.lines == ["某局报告", TABLE_MARK, TABLE_MARK] * 2
        assert pieces.tables_begun == 4
        assert ("heading", "表1") in pieces.heading.named

    def test_a_chart_sheet_is_passed_over(self):
        book = openpyxl.Workbook()
        book.active.append(["a", 1])
        book.create_chartsheet("图")
        buffer = io.BytesIO()
        book.save(buffer)
        assert grid(read(buffer.getvalue())) == [["a", "1"]]


def plain_row(number: int, *texts: str) -> SheetRow:
    return SheetRow(number, [SheetCell(text, at, at) for at, text in enumerate(texts)])


def handed_on(*given: SheetRow) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    hand_on(given, pieces)
    return pieces


class TestTablesAndLines:
    def test_a_heading_between_two_tables_is_a_line_and_what_may_be_a_label_is_both(self):
        pieces = handed_on(
            plain_row(1, "题目", "", ""),
            plain_row(2, "", "", ""),
            plain_row(3, "信息内容", "甲", "乙"),
            plain_row(4, "规章", "", ""),
            plain_row(5, "文件", "1", "2"),
            plain_row(6, "五、问题", "", ""),
            plain_row(7, "长" * 60, "", ""),
        )
        assert grid(pieces) == [["信息内容", "甲", "乙"], ["规章", "", ""], ["文件", "1", "2"]]
        assert pieces.heading.lines == ["题目", TABLE_MARK, "规章", "五、问题", "长" * 60]

    def test_frames_tell_a_row_of_blanks_from_a_heading(self):
        def framed(number: int, *texts: str) -> SheetRow:
            return SheetRow(number, [SheetCell(text, at, at, True) for at, text in enumerate(texts)])

        pieces = handed_on(
            framed(1, "信息内容", "甲"),
            framed(2, "规章", ""),
            plain_row(3, "三、申请", ""),
            framed(4, "甲", "乙"),
            framed(5, "", ""),
        )
        assert grid(pieces) == [["信息内容", "甲"], ["规章", ""], ["甲", "乙"], ["", ""]]
        assert pieces.heading.lines == [TABLE_MARK, "三、申请", TABLE_MARK]

    def test_a_row_cut_as_the_row_beside_it_is_of_the_same_table(self):
        def cut(number: int, label: str, value: str) -> SheetRow:
            return SheetRow(number, [SheetCell(label, 0, 2), SheetCell(value, 3, 4)])

        pieces = handed_on(
            cut(1, "信息内容", "甲"),
            cut(2, "规章", ""),
            cut(3, "文件", ""),
            SheetRow(4, [SheetCell("题", 0, 4)]),
            cut(5, "乙", "1"),
        )
        assert grid(pieces) == [["信息内容", "甲"], ["规章", ""], ["文件", ""], ["乙", "1"]]
        assert pieces.heading.lines == [TABLE_MARK, "题", TABLE_MARK, "乙 1"]

    def test_above_a_head_a_table_begins(self):
        pieces = handed_on(
            plain_row(1, "信息内容", "制发件数", "现行件数"),
            plain_row(2, "文件", "1", "2"),
            plain_row(3, "第二十条第（五）项", "", ""),
            plain_row(4, "信息内容", "决定数量", ""),
            plain_row(5, "许可", "3", ""),
        )
        assert grid(pieces) == [
            ["信息内容", "制发件数", "现行件数"],
            ["文件", "1", "2"],
            ["信息内容", "决定数量"],
            ["许可", "3"],
        ]
        assert pieces.heading.lines == [TABLE_MARK, "第二十条第（五）项", TABLE_MARK]

    def test_a_column_that_merged_cells_leave_blank_is_none(self):
        pieces = handed_on(
            plain_row(1, "信息内容", "", "制发件数", "现行件数", ""),
            plain_row(2, "规章", "", "1", "", ""),
            plain_row(3, "文件", "", "2", "3", ""),
        )
        assert grid(pieces) == [["信息内容", "制发件数", "现行件数"], ["规章", "1", ""], ["文件", "2", "3"]]

    def test_a_column_of_numbers_that_no_head_names_keeps_every_column(self):
        rows = [["信息内容", "制发件数", "", "现行件数", ""], ["规章", "1", "2", "", ""], ["文件", "", "2", "3", ""]]
        assert grid(handed_on(*(plain_row(1 + at, *row) for at, row in enumerate(rows)))) == rows

    def test_a_blank_column_of_a_table_without_head_is_kept(self):
        for first in (["规章", "1", "", "2", ""], ["规章", "", "", "", ""], ["规章", "不涉及", "", "不涉及", ""]):
            rows = [first, ["文件", "3", "", "4", ""]]
            found = grid(
                handed_on(plain_row(1, "x", "y", "", "", ""), *(plain_row(2 + at, *row) for at, row in enumerate(rows)))
            )
            assert [row for row in found if row[0] != "x"] == rows

    def test_labels_whose_values_are_blank_do_not_part_a_table(self):
        rows = [
            ["", "", "自然人", "企业", "总计"],
            ["一、新收", "", "3", "", "3"],
            ["", "2.缺", "", "", ""],
            ["", "3.少", "", "", ""],
            ["其他", "1.无", "", "", ""],
            ["总计", "", "2", "", "2"],
        ]
        pieces = handed_on(*(plain_row(1 + at, *row) for at, row in enumerate(rows)))
        assert grid(pieces) == rows
        assert pieces.heading.lines == [TABLE_MARK, "2.缺", "3.少"]

    def test_columns_beyond_a_table_are_not_its_own(self):
        pieces = handed_on(
            plain_row(1, "", "信息内容", "制发件数", "", ""),
            plain_row(2, "", "规章", "", "", ""),
            plain_row(3, "", "文件", "2", "", ""),
        )
        assert grid(pieces) == [["信息内容", "制发件数"], ["规章", ""], ["文件", "2"]]

    def test_fields_of_a_header_beside_each_other_are_a_line(self):
        pieces = handed_on(
            plain_row(1, "发布机构：某局", "发布日期：2022-01-10"), plain_row(2, "a", "1"), plain_row(3, "b", "2")
        )
        assert pieces.heading.lines == ["发布机构：某局 发布日期：2022-01-10", TABLE_MARK]


class TestBadWorkbooks:
    def code(self, content: bytes) -> str:
        with pytest.raises(Unreadable) as refused:
            read(content)
        assert refused.value.detail.startswith("Expected ")
        return refused.value.code

    def test_broken_files_are_damaged(self):
        whole = rows(["a", 1])
        for content in (
            b"PK\x03\x04broken",
            whole[: len(whole) // 2],
            packed({"xl/workbook.xml": "<workbook/"}),
            b"just text",
            compound("Workbook", b"\x00" * 600),
            compound("Workbook", record(0x0809, struct.pack("<HH12x", 0x0600, 5)) + record(0x0031, b"x")),
            compound("WordDocument"),
        ):
            assert self.code(content) == "damaged"

    def test_cells_that_say_they_stand_elsewhere_are_damaged(self):
        content = rows(["a", 1])
        assert self.code(repacked(content, sheet1=('r="B1"', 'r="B9"'))) == "damaged"
        assert self.code(repacked(content, sheet1=('r="B1"', 'r="A1"'))) == "damaged"
        for place in ("ZZZ1", "B1000000000000000", "b1", "B", ""):
            assert self.code(repacked(content, sheet1=('r="B1"', f'r="{place}"'))) == "damaged"
        assert self.code(repacked(content, sheet1=('<row r="1"', '<row r="99999999"'))) == "damaged"

    def test_two_cells_far_apart_do_not_ask_for_all_memory(self):
        content = repacked(
            rows(["a", 1]), sheet1=('<row r="1">', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1">')
        )
        assert self.code(content) == "too_large"

    def test_a_merged_range_over_everything_costs_nothing(self):
        content = rows(["a", 1], ["b", 2])
        merge = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells><pageMargins'
        assert grid(read(repacked(content, sheet1=("<pageMargins", merge)))) == []

    def test_encrypted_workbooks_are_told(self):
        assert self.code(compound("EncryptedPackage")) == "encrypted"
        begin = record(0x0809, struct.pack("<HH12x", 0x0600, 5))
        assert self.code(compound("Workbook", begin + record(0x002F, bytes(6)) + record(0x000A))) == "encrypted"

    def test_other_formats_are_told_apart(self):
        assert self.code(packed({"xl/workbook.bin": "x"})) == "unsupported_kind"
        assert (
            self.code(packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}))
            == "unsupported_kind"
        )
        assert (
            self.code(b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>')
            == "unsupported_kind"
        )

    def test_a_document_type_declaration_is_refused(self):
        content = repacked(
            rows(["a", 1]), sheet1=("<worksheet", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet')
        )
        assert self.code(content) == "external_entity"

    def test_a_bomb_is_refused(self):
        filler = f"<!--{' ' * 20_000_000}--><pageMargins"
        assert self.code(repacked(rows(["a", 1]), sheet1=("<pageMargins", filler))) == "archive_bomb"

    def test_a_workbook_of_pictures_only_is_told_to_be_a_scan(self):
        content = rows([])
        parts = io.BytesIO(content)
        with zipfile.ZipFile(parts, "a") as archive:
            archive.writestr("xl/media/image1.png", b"x")
        assert self.code(parts.getvalue()) == "scan_without_text"


def older(
    *sheet: bytes, formats: dict[int, str] | None = None, fonts: list[bytes] | None = None, frame: int = 0
) -> bytes:
    """The stream of an older workbook with one sheet of records. Cell format 0 is General, 1 the first of ``formats``."""
    begin = record(0x0809, struct.pack("<HH12x", 0x0600, 5))
    font = struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 1, 0) + b"A"
    head = b"".join(record(0x0031, each) for each in (fonts or [font] * 5))
    styles = [(0, 0)]
    for number, code in (formats or {}).items():
        head += record(0x041E, struct.pack("<HHB", number, len(code), 0) + code.encode("latin-1"))
        styles.append((0, number))
    if fonts:
        styles = [(at + (at >= 4), 0) for at in range(len(fonts))]
    head += b"".join(record(0x00E0, struct.pack("<HH6xH8x", font_at, number, frame)) for font_at, number in styles)
    name = struct.pack("<BBBB", 0, 0, 1, 0) + b"S"
    at = len(begin) + len(head) + len(record(0x0085, bytes(4) + name)) + 4
    head += record(0x0085, struct.pack("<I", at) + name) + record(0x000A)
    body = record(0x0809, struct.pack("<HH12x", 0x0600, 0x10)) + b"".join(sheet) + record(0x000A)
    return compound("Workbook", begin + head + body)


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def hidden_row(row: int) -> bytes:
    return record(0x0208, struct.pack("<HHHHHHHH", row, 0, 3, 255, 0, 0, 0x20, 0))


class TestOlderWorkbooks:
    def test_numbers_under_their_formats(self):
        content = older(number(0, 0, 12.0), number(0, 1, 0.5, 1), number(0, 2, 0.5), formats={164: "0%"})
        assert grid(read(content)) == [["12", "50%", "0.5"]]

    def test_hidden_rows_and_columns_are_not_read(self):
        column = record(0x007D, struct.pack("<HHHHHH", 1, 1, 2000, 0, 1, 0))
        cells = [number(row, column, row * 10 + column) for row in range(3) for column in range(3)]
        pieces = read(older(column, hidden_row(1), *cells))
        assert grid(pieces) == [["0", "2"], ["20", "22"]]
        assert notes(pieces) == ["hidden_cells"]

    def test_errors_and_formulas_without_a_result_are_no_blanks(self):
        error = record(0x0205, struct.pack("<HHHBB", 0, 1, 0, 0x17, 1))
        formula = record(0x0006, struct.pack("<HHHQHIH", 0, 2, 0, 0xFFFF000000000003, 0, 0, 0))
        failed = record(0x0006, struct.pack("<HHHBBBBBBHHIH", 0, 3, 0, 2, 0, 0x07, 0, 0, 0, 0xFFFF, 0, 0, 0))
        pieces = read(older(number(0, 0, 1), error, formula, failed, number(0, 4, 2)))
        assert grid(pieces) == [["1", "#REF!", "=", "#DIV/0!", "2"]]
        assert notes(pieces) == ["formulas_not_computed"]

    def test_a_struck_font_marks_its_cells(self):
        plain = struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 1, 0) + b"A"
        struck = struct.pack("<HHHHHBBBBBB", 200, 8, 0x7FFF, 400, 0, 0, 0, 0, 0, 1, 0) + b"A"
        # Font number 4 is missing in every file: the fifth font has the number 5.
        content = older(number(0, 0, 1), number(0, 1, 2, 4), fonts=[plain, plain, plain, plain, struck])
        assert grid(read(content)) == [["1", f"{STRUCK_MARK}2{STRUCK_MARK}"]]

    def test_zeros_that_a_sheet_does_not_show_are_blank(self):
        window = record(0x023E, struct.pack("<H16x", 0x00A6))
        assert grid(read(older(window, number(0, 0, 1), number(0, 1, 0), number(0, 2, 2)))) == [["1", "", "2"]]

    def test_a_sheet_that_shows_formulas_is_refused(self):
        with pytest.raises(Unreadable) as refused:
            read(older(record(0x023E, struct.pack("<H16x", 0x00B7)), number(0, 0, 1)))
        assert refused.value.code == "formulas_shown"

    def test_shared_strings_cut_anywhere_are_followed(self):
        def string(text: str, *runs: tuple[int, int]) -> bytes:
            head = struct.pack("<HB", len(text), 0x09 if runs else 0x01)
            head += struct.pack("<H", len(runs)) if runs else b""
            return head + text.encode("utf-16-le") + b"".join(struct.pack("<HH", *run) for run in runs)

        fonts = ["", "", STRUCK_MARK]
        book = object.__new__(workbook_biff._Book)
        book._marked_strings = {}
        first = struct.pack("<II", 2, 2) + struct.pack("<HB", 4, 1) + "一二".encode("utf-16-le")
        # The second half of the first string goes on in one-byte characters behind a byte that says so.
        second = b"\x00" + b"ab" + string("五六", (0, 0), (1, 2))
        book._read_strings([first, second], fonts)
        assert book._marked_strings == {1: f"五{STRUCK_MARK}六{STRUCK_MARK}"}

    def test_a_cell_that_stands_alone_far_away_does_not_ask_for_all_memory(self):
        with pytest.raises(Unreadable) as refused:
            read(older(number(0, 0, 1), number(65_535, 255, 1)))
        assert refused.value.code == "too_large"

    def test_numbers_that_a_chart_keeps_are_no_cells(self):
        chart = record(0x0809, struct.pack("<HH12x", 0x0600, 0x20)) + number(0, 0, 99) + record(0x000A)
        assert grid(read(older(number(0, 0, 1), chart, number(0, 1, 2)))) == [["1", "2"]]

    def test_what_records_promise_is_not_believed(self):
        vast = record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0))
        unknown = record(0x0006, struct.pack("<HHHdHIH", 0, 1, 0, 7.0, 0, 0, 2) + b"\xff\xff")
        assert grid(read(older(vast, number(0, 0, 1), unknown))) == [["1", "7"]]
        begin = record(0x0809, struct.pack("<HH12x", 0x0600, 5))
        strings = begin + record(0x00FC, struct.pack("<II", 1, 0x7FFFFFFF)) + record(0x000A)
        sheets = begin + record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"S") * 300 + record(0x000A)
        for stream in (strings, sheets):
            with pytest.raises(Unreadable) as refused:
                read(compound("Workbook", stream))
            assert refused.value.code == "damaged"

    def test_text_in_several_fonts_of_excel_5_is_marked_and_not_blank(self):
        page = record(0x0042, struct.pack("<H", 936))
        rich = record(0x00D6, struct.pack("<HHHH", 0, 0, 0, 4) + "规章".encode("gbk") + b"\x00")
        begin = record(0x0809, struct.pack("<HH4x", 0x0500, 5))
        name = struct.pack("<BBB", 0, 0, 1) + b"S"
        at = len(begin + page + record(0x0085, bytes(4) + name)) + 4
        stream = begin + page + record(0x0085, struct.pack("<I", at) + name) + record(0x000A)
        stream += record(0x0809, struct.pack("<HH4x", 0x0500, 0x10)) + rich + number(0, 1, 5) + record(0x000A)
        assert grid(read(compound("Book", stream))) == [[f"{NOTE_MARK}规章", "5"]]

    @pytest.mark.libreoffice
    def test_what_libreoffice_saves_in_the_older_format_reads_the_same(self, system_program, tmp_path):
        office = system_program("soffice", "libreoffice-calc")

        def fill(sheet: Worksheet) -> None:
            for row in (["一", "", 1, 2.5], ["", "甲", "x", 0], ["二", "乙", 3, 4]):
                sheet.append(row)
            sheet.merge_cells("A1:B1")
            for place, code in (("C1", "0%"), ("D1", "0.00"), ("D2", "0;-0;;@")):
                sheet[place].number_format = code
            sheet["C2"] = CellRichText("5", TextBlock(InlineFont(strike=True), "6"))
            sheet["C3"].font = Font(strike=True)
            for cells in sheet["A1:D3"]:
                for cell in cells:
                    cell.border = FRAME
            sheet.append(["三", "丙", 7, 8])
            sheet.row_dimensions[4].hidden = True

        newer = tmp_path / "a.xlsx"
        newer.write_bytes(workbook(fill))
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [office, profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path), str(newer)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        content = (tmp_path / "a.xls").read_bytes()
        first, second = read(newer.read_bytes()), read(content)
        assert grid(first) == grid(second)
        assert grid(first)[0] == ["一", "100%", "2.50"]
        assert notes(first) == notes(second) == ["hidden_cells"]


def test_the_title_among_the_properties_of_a_compound_file():
    def properties(kind: int, text: bytes, page: int = 936) -> bytes:
        about = struct.pack("<II", 80, 2) + struct.pack("<IIII", 1, 24, 2, 32)
        about += (
            struct.pack("<IHH", 2, page, 0)
            + struct.pack("<II", kind, len(text) if kind == 30 else len(text) // 2)
            + text
        )
        return compound("\x05SummaryInformation", struct.pack("<HHI16xI16xI", 0xFFFE, 0, 0, 1, 48) + about)

    assert title_of(properties(30, "某局报告\0".encode("gbk"))) == "某局报告"
    assert title_of(properties(31, "某局报告\0".encode("utf-16-le"))) == "某局报告"
    assert title_of(properties(30, b"\xff\xff\0")) is None
    assert title_of(compound("\x05SummaryInformation", b"short")) is None
    assert title_of(compound("Workbook")) is None


def test_a_compound_file_whose_chains_run_in_circles_is_damaged():
    content = bytearray(compound("Workbook", bytes(2000)))
    struct.pack_into("<I", content, 512 + 4 * 3, 2)  # the second sector of the stream goes on with its first
    with pytest.raises(Unreadable) as refused:
        CompoundFile(bytes(content)).read("Workbook")
    assert refused.value.code == "damaged"
    struct.pack_into("<I", content, 512 + 4, 1)  # the directory follows itself
    with pytest.raises(Unreadable):
        CompoundFile(bytes(content))


@pytest.mark.parametrize("size", [1, 4096, 5000, 5_000_000])
def test_a_wrapped_stream_is_found_again(size):
    stream = bytes(range(256)) * (size // 256) + bytes(size % 256)
    found = CompoundFile(wrapped("Workbook", stream))
    assert found.read("Workbook").rstrip(b"\0") == stream.rstrip(b"\0")


def test_the_converter_and_the_reader_of_workbooks_share_no_kind():
    assert not set(doc.KINDS) & set(spreadsheet.KINDS)
