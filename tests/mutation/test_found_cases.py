"""What mutants were published wrongly, each cut down to what made it wrong.

A case stays here once its cause is gone. The documents are whole reports in as few words as the reader needs.
"""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from dagster_project.forms import registry
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source

TITLE = "栀城县财政局2022年政府信息公开工作年度报告"
APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
# The rows of the requests table of form 2021 with their labels, as the registry spells them.
ROWS = dict(
    registry.cells()
    .filter(form="2021", table="requests", presence="regular")
    .select("row", "row_label_zh")
    .unique(maintain_order=True)
    .iter_rows()
)
ITEMS = "信息内容本年制发件数本年废止件数现行有效件数规章000"


def published(folder: Path, text: str, extension: str = "txt") -> dict[str, Decimal]:
    """The numbers published of a document, by cell; without ``disclosure.`` and ``requests.`` before them."""
    content = text.encode()
    path = folder / f"report.{extension}"
    path.write_bytes(content)
    kind = {"txt": "text", "md": "markdown"}.get(extension, extension)
    frames = read_batch([Source(path.name, sha256(content).hexdigest(), "undated", kind)], folder)
    cells = frames["cells"].drop_nulls("value").select("cell", "value")
    return {cell.removeprefix("requests.").removeprefix("disclosure."): value for cell, value in cells.iter_rows()}


def glued(values: Mapping[str, str], *, between: str = "") -> str:
    """A report in one line: the requests table with the given digits behind its labels, zeros where none are given."""
    head = "申请人情况自然人法人或其他组织总计商业企业科研机构社会公益组织法律服务机构其他"
    rows = between.join(label + values.get(row, "0000000") for row, label in ROWS.items())
    return f"{TITLE}\n二、主动公开政府信息情况{ITEMS}三、收到和处理政府信息公开申请情况{head}{rows}五、存在的主要问题及改进情况\n"


def seven(row: str, values: str) -> dict[str, int]:
    columns = registry.column_order("requests")
    return {f"{row}.{column}": int(value) for column, value in zip(columns, values.split(), strict=True)}


def of_row(found: Mapping[str, Decimal], row: str) -> dict[str, int]:
    return {cell: int(value) for cell, value in found.items() if cell.startswith(row + ".")}


def page(*tables: str) -> str:
    return f"<html><body><p>{TITLE}</p>" + "".join(f"<table>{table}</table>" for table in tables) + "</body></html>"


def cells(*texts: str) -> str:
    return "<tr>" + "".join(f"<td>{text}</td>" for text in texts) + "</tr>"


ITEM_TABLE = cells("信息内容", "本年制发件数", "本年废止件数", "现行有效件数") + cells("规章", "0", "0", "0")
REQUEST_HEAD = cells("项目", *APPLICANTS)


class TestGluedDigits:
    # Eleven alone may be 11 0 or 1 10; four and seven of them leave one way.
    ELEVEN = {"received": "110000011", "granted": "4000004", "declined_repeat": "7000007", "disposed": "110000011"}

    def test_sound_digits_are_cut(self, tmp_path: Path) -> None:
        found = published(tmp_path, glued(self.ELEVEN))
        assert of_row(found, "received") == seven("received", "11 0 0 0 0 0 11")
        assert of_row(found, "granted") == seven("granted", "4 0 0 0 0 0 4")

    def test_digits_that_can_be_cut_in_two_ways_are_not_read(self, tmp_path: Path) -> None:
        same = dict.fromkeys(("received", "granted", "disposed"), "110000011")
        assert "granted.natural_person" not in published(tmp_path, glued(same))

    def test_a_lost_cell_whose_digits_add_up_all_the_same_is_not_read(self, tmp_path: Path) -> None:
        # Of 11 0 0 0 0 0 11 the first is lost: 0 0 0 0 0 1 1 is a row that adds up.
        found = published(tmp_path, glued({**self.ELEVEN, "received": "0000011"}))
        assert of_row(found, "received") == {}
        assert of_row(found, "granted") == seven("granted", "4 0 0 0 0 0 4")

    def test_rows_that_nothing_binds_any_more_are_not_read(self, tmp_path: Path) -> None:
        # Two rows cannot be read, so nothing checks whether a cell of a third was lost.
        found = published(tmp_path, glued({**self.ELEVEN, "granted": "0000011", "disposed": "12", "declined_repeat": "34"}))
        assert of_row(found, "granted") == {}
        assert of_row(found, "refused_state_secret") == seven("refused_state_secret", "0 0 0 0 0 0 0")

    def test_a_wrong_sum_at_the_source_leaves_the_other_rows_readable(self, tmp_path: Path) -> None:
        # The body left the 3 requests of one row out of its total of outcomes, in the column and in the total alike.
        rows = {"received": "120000012", "granted": "5000005", "declined_repeat": "7000007", "disposed": "120000012"}
        found = published(tmp_path, glued({**rows, "declined_petition": "3000003"}))
        for row, values in (("declined_petition", "3 0 0 0 0 0 3"), ("granted", "5 0 0 0 0 0 5")):
            assert of_row(found, row) == seven(row, values)

    def test_a_torn_number_whose_row_adds_up_all_the_same(self, tmp_path: Path) -> None:
        # 15 3 1 0 0 2 21, torn and glued: cutting digits differently changes a sum by nines, and 10 - 1 is nine.
        rows = {"received": "93100215", "carried_in": "6000006", "granted": "93100215", "declined_repeat": "6000006"}
        found = published(tmp_path, glued({**rows, "disposed": " 1 5 3 10 0 2 21 "}))
        right = seven("disposed", "15 3 1 0 0 2 21")
        del right["disposed.natural_person"]  # digits apart are joined by nobody
        assert of_row(found, "disposed") == right
        assert of_row(found, "granted") == seven("granted", "9 3 1 0 0 2 15")

    def test_a_row_without_label_is_not_cut_as_a_part_of_the_row_above(self, tmp_path: Path) -> None:
        rows = {**self.ELEVEN, "granted": "43 3 00 0248012 5 050 22 "}
        assert of_row(published(tmp_path, glued(rows)), "granted") == {}

    def test_a_sum_of_a_family_is_no_row_beside_its_parts(self, tmp_path: Path) -> None:
        text = glued({"received": "2000002", "other_other": "2000002", "disposed": "2000002"})
        text = text.replace(ROWS["other_uncorrected"], "（六）其他处理2000002" + ROWS["other_uncorrected"])
        assert of_row(published(tmp_path, text), "other") == {}

    def test_a_page_mark_inside_a_row_is_no_value(self, tmp_path: Path) -> None:
        found = published(tmp_path, glued({}).replace("规章000", "规章000行政规范性文件 3067  — 5 —242"))
        assert of_row(found, "normative_documents") == {}

    def test_digits_apart_are_not_joined_where_no_sum_checks_them(self, tmp_path: Path) -> None:
        found = published(tmp_path, glued({}).replace("规章000", "规章000行政规范性文件032 4"))
        assert of_row(found, "normative_documents") == {}

    def test_a_dash_before_a_digit_may_be_a_mark(self, tmp_path: Path) -> None:
        head = "信息内容上一年项目数量本年增/减处理决定数量"
        found = published(tmp_path, glued({}).replace(ITEMS, f"信息内容本年新制作数量本年新公开数量对外公开总数量规章000{head}行政许可 66 -6 "))
        assert "licences.items_change" not in found

    def test_one_report_of_two_whose_digits_cannot_be_cut(self, tmp_path: Path) -> None:
        # Neither head is there to say that the rows stand in a table; their numbering does.
        head = "申请人情况自然人法人或其他组织总计商业企业科研机构社会公益组织法律服务机构其他"
        first = glued({**self.ELEVEN, "granted": "5件5件0110件62件"}).replace(head, "数据1数据2数据3")
        second = glued({"declined_repeat": "5000005", "received": "5000005", "disposed": "5000005"})
        assert of_row(published(tmp_path, first.strip() + second.replace("\n", "") + "\n"), "granted") == {}

    def test_a_second_report_in_the_same_line_ends_the_document(self, tmp_path: Path) -> None:
        first = glued({"received": "3000003", "granted": "2000002", "declined_repeat": "1000001", "disposed": "3000003"})
        second = glued({"received": "5000005", "granted": "1000001", "declined_repeat": "4000004", "disposed": "5000005"})
        assert published(tmp_path, first.strip() + second.replace("\n", "").replace("2022", "2021") + "\n") == {}

    @pytest.mark.parametrize("order", ["总计法人或其他组织自然人商业企业", "自然人法人或其他组织商业企业总计"])
    def test_a_head_in_another_order_stays_in_force_below_an_odd_row(self, tmp_path: Path, order: str) -> None:
        text = glued(self.ELEVEN)
        text = text.replace("自然人法人或其他组织总计商业企业", order).replace("1.属于国家秘密", "（三）不予公开0000000" + "1.属于国家秘密")
        assert of_row(published(tmp_path, text), "disposed") == {}


class TestLines:
    def test_a_number_torn_into_two_lines_below_its_label(self, tmp_path: Path) -> None:
        lines = [TITLE, "信息内容", "本年制发件数", "本年废止件数", "现行有效件数", "规章", "0", "0", "0"]
        lines += ["信息内容", "本年处理决定数量", "行政许可", "7", "29", "行政处罚", "5"]
        found = published(tmp_path, "\n".join(lines))
        assert "licences.decisions" not in found and found["regulations.issued"] == 0

    def test_two_rows_of_one_label_of_which_one_has_lost_its_head(self, tmp_path: Path) -> None:
        lines = [TITLE, "规章", "4", "2", "9", "信息内容", "本年制发件数", "本年废止件数", "现行有效件数", "规章", "5", "2", "9"]
        assert "regulations.issued" not in published(tmp_path, "\n".join(lines))


class TestTables:
    def test_other_inside_a_longer_label_is_no_row(self, tmp_path: Path) -> None:
        found = published(
            tmp_path,
            page(ITEM_TABLE, REQUEST_HEAD + cells(ROWS["received"], *"3000003") + cells("10.其他情况说明", *"1000001")),
            "html",
        )
        assert of_row(found, "received") and of_row(found, "other_other") == {}

    def test_a_row_that_lost_a_cell_beside_a_filler(self, tmp_path: Path) -> None:
        wide = REQUEST_HEAD + "".join(
            cells("", ROWS[row], *values, *rest)
            for row, values, rest in (
                ("granted", "3000003", [""]),
                ("partially_granted", "2000002", [""]),
                ("disposed", "500005", [""]),
            )
        )
        assert of_row(published(tmp_path, page(ITEM_TABLE, wide), "html"), "disposed") == {}

    def test_a_short_row_does_not_begin_where_longer_labels_let_others_begin(self, tmp_path: Path) -> None:
        table = REQUEST_HEAD + cells(ROWS["carried_in"], "", "", *"110004") + cells("三、本年度办理结果", ROWS["granted"], "", *"1100013")
        assert of_row(published(tmp_path, page(ITEM_TABLE, table), "html"), "carried_in") == {}

    def test_one_column_too_many_in_a_table_of_blanks(self, tmp_path: Path) -> None:
        table = REQUEST_HEAD + cells(ROWS["carried_in"], "", "1", "", "1", "", "1", "3", "3")
        table += cells(ROWS["received"], "4", "", "", "", "", "", "4", "4")
        found = published(tmp_path, page(ITEM_TABLE, table), "html")
        assert of_row(found, "carried_in") == {} and of_row(found, "received") == {}

    def test_a_head_that_names_the_total_before_the_last_result(self, tmp_path: Path) -> None:
        other = ("结果维持", "结果纠正", "其他结果", "总计", "尚未审结")
        head = cells("行政复议", "行政诉讼") + cells(*RESULTS, "未经复议直接起诉", "复议后起诉") + cells(*RESULTS, *other)
        found = published(tmp_path, page(ITEM_TABLE, head + cells(*"100014000412003")), "html")
        assert not [cell for cell in found if cell.startswith("remedies.suit_after_review")]

    def test_a_head_whose_permuted_names_stand_twice_over(self, tmp_path: Path) -> None:
        other = ("总计", "结果纠正", "其他结果", "尚未审结", "结果维持")
        head = cells("行政复议", "行政诉讼") + cells(*RESULTS, "未经复议直接起诉", "复议后起诉") + cells(*other, *RESULTS)
        found = published(tmp_path, page(ITEM_TABLE, head + cells(*"100013112760000")), "html")
        assert not [cell for cell in found if cell.startswith("remedies")]

    def test_an_empty_column_does_not_say_where_a_row_of_blanks_begins(self, tmp_path: Path) -> None:
        head = cells("行政复议", "行政诉讼", "") + cells(*RESULTS, "未经复议直接起诉", "复议后起诉", "") + cells(*RESULTS, *RESULTS, "")
        values = ["", "5", "", "", "2", "7", "8", "", "", "1", "9", *[""] * 5]
        found = published(tmp_path, page(ITEM_TABLE, head + cells(*values)), "html")
        assert not [cell for cell in found if cell.startswith("remedies")]

    def test_a_word_beside_two_cells_is_none_of_them_or_one(self, tmp_path: Path) -> None:
        table = cells("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量") + cells("规章", "0", "0", "0")
        table += cells("信息内容", "上一年项目数量", "本年增/减") + cells("行政事业性收费", "", "14", "（略）")
        assert "fees.items_last_year" not in published(tmp_path, page(table), "html")

    def test_a_count_below_zero_is_not_read_where_only_the_change_can_be(self, tmp_path: Path) -> None:
        table = cells("信息内容", "上一年项目数量", "本年增/减", "处理决定数量") + cells("行政许可", "-3", "-3", "-3")
        assert published(tmp_path, page(table), "html") == {"licences.items_change": -3}

    def test_a_number_in_two_pieces_is_one_cell(self, tmp_path: Path) -> None:
        table = cells("信息内容", "上一年项目数量", "本年增/减", "处理决定数量") + cells("行政许可", "367", "", "2", "29")
        assert published(tmp_path, page(table), "html") == {}

    def test_a_cell_too_many_is_no_part_of_the_next(self, tmp_path: Path) -> None:
        table = cells("信息内容", "上一年项目数量", "本年增/减", "处理决定数量") + cells("行政许可", "0", "0", "57", "30")
        assert published(tmp_path, page(table), "html") == {}
        text = f"{TITLE}\n第二十条第(五)项\n信息内容 上一年项目数量 本年增/减 处理决定数量\n行政许可 0 0 52 0\n"
        assert published(tmp_path, text) == {}

    def test_a_row_of_a_table_that_lost_a_cell_is_not_cut_into_its_sums(self, tmp_path: Path) -> None:
        channels = ("行政复议", "未经复议直接起诉", "复议后起诉")
        head = cells(*channels) + cells(*RESULTS, *RESULTS, *RESULTS)
        values = cells(*["27", "6", "10", "9", "52", "10", "1", "3", "5", "18", "5", "14", "11", "48"])
        assert not any(cell.startswith("remedies") for cell in published(tmp_path, page(ITEM_TABLE, head + values), "html"))

    def test_a_row_of_a_table_with_a_cell_too_many_is_not_cut_into_its_sums(self, tmp_path: Path) -> None:
        channels = ("行政复议", "未经复议直接起诉", "复议后起诉")
        head = cells(*channels) + cells(*RESULTS, *RESULTS, *RESULTS)
        values = cells(*["24", "5", "12", "7", "48", "10", "1", "8", "4", "23", "4", "4", "2", "6", "1", "13"])
        assert not any(cell.startswith("remedies") for cell in published(tmp_path, page(ITEM_TABLE, head + values), "html"))

    def test_lines_of_values_that_lost_one_are_not_cut_into_their_sums(self, tmp_path: Path) -> None:
        head = [*("行政复议", "未经复议直接起诉", "复议后起诉"), *RESULTS * 3]
        values = ["1", "2", "3", "17", "0", "0", "0", "2", "2", "8", "2", "4", "2", "16"]
        items = ["信息内容 本年制发件数 本年废止件数 现行有效件数", "规章 0 0 0"]
        found = published(tmp_path, "\n".join([TITLE, *items, *head, *values]))
        assert found and not any(cell.startswith("remedies") for cell in found)
        wrong = ["12", "5", "6", "3", "26", "25", "3", "1", "10", "48", "30", "4", "9", "14", "57"]
        found = published(tmp_path, "\n".join([TITLE, *items, *head, *wrong]))
        assert found.get("remedies.direct_suit.upheld", 25) == 25 and found.get("remedies.direct_suit.corrected", 3) == 3
        in_a_line = published(tmp_path, "\n".join([TITLE, *items, *head, "27  6  10  9  52  10  1  3  5  18  5  14  11  48"]))
        assert in_a_line and not any(cell.startswith("remedies") for cell in in_a_line)

    def test_an_amount_that_goes_on_in_the_next_line_is_not_what_stands_in_the_first(self, tmp_path: Path) -> None:
        lines = [TITLE, "信息内容 本年制发件数 本年废止件数 现行有效件数", "规章 0 0 0", "信息内容", "本年收费金额（单位：万元）"]
        found = published(tmp_path, "\n".join([*lines, "行政事业性收费 3", "61.839204"]))
        assert "regulations.issued" in found and "fees.collected" not in found

    def test_a_line_of_other_values_in_a_table_without_a_head_leaves_those_below_the_head_open(self, tmp_path: Path) -> None:
        head = cells("行政复议", "未经复议直接起诉", "复议后起诉") + cells(*RESULTS, *RESULTS, *RESULTS)
        values = ["1", "3", "0", "0", "4", *["0"] * 9, "0"]
        found = published(tmp_path, page(ITEM_TABLE, head + cells(*values)), "html")
        assert found["remedies.review.corrected"] == 3
        found = published(tmp_path, page(ITEM_TABLE, head + cells(*values), cells("1", "0", *values[2:])), "html")
        assert found and not any(cell.startswith("remedies") for cell in found)

    def test_a_head_stays_above_the_caption_of_the_next_part(self, tmp_path: Path) -> None:
        first = cells("第二十条第（五）项") + cells("信息内容", "本年增/减", "上一年项目数量", "处理决定数量") + cells("行政许可", "1", "59", "32")
        second = cells("第二十条第（六）项") + cells("行政处罚", "21", "9", "0")
        assert published(tmp_path, page(first + second), "html") == {
            "licences.items_change": 1,
            "licences.items_last_year": 59,
            "licences.decisions": 32,
        }

    def test_rows_under_half_a_head_speak_against_all_of_its_rows(self, tmp_path: Path) -> None:
        rows = {"received": "7 2 1 1 1 4 81", "carried_in": "0 1 0 0 0 1 2", "declined_repeat": "0 1 0 0 0 0 1"}
        body = "\n".join(label + "\n" + rows.get(row, "0 0 0 0 0 0 0").replace(" ", "\n") for row, label in ROWS.items())
        head = "\n".join(("申请人情况", "法人或其他组织", "总计", *APPLICANTS[1:-1]))
        found = published(tmp_path, f"{TITLE}\n三、收到和处理政府信息公开申请情况\n{head}\n{body}\n")
        assert of_row(found, "carried_in") == {} and of_row(found, "declined_repeat") == {}

    def test_a_star_in_a_cell_of_its_own_is_a_value(self, tmp_path: Path) -> None:
        text = f"{TITLE}\n第二十条第（八）项\n信息内容\t本年收费金额（单位：万元）\n行政事业性收费\t*\t12\n"
        assert published(tmp_path, text) == {}


class TestTwoTables:
    def test_a_second_line_of_values_behind_a_line_of_words(self, tmp_path: Path) -> None:
        head = "\n".join(("行政复议", "行政诉讼", *RESULTS, "未经复议直接起诉", "复议后起诉", *RESULTS, *RESULTS))
        first, second = ("\n".join(f"{values} 0 0 0 0 0 0 0 0 0 1".split()) for values in ("1 3 0 0 1", "1 0 0 0 1"))
        text = f"{TITLE}\n四、政府信息公开行政复议、行政诉讼情况\n{head}\n{first}\n首页 政务公开 2022年\n{second}\n五、存在的主要问题及改进情况\n"
        assert not any(cell.startswith("remedies") for cell in published(tmp_path, text))

    def test_a_second_report_that_differs_in_one_row(self, tmp_path: Path) -> None:
        whole = glued({}).replace(f"{TITLE}\n", "").replace("\n", " ")
        sixth = "第二十条第（六）项信息内容本年处理决定数量行政处罚0行政强制"
        first = whole.replace("现行有效件数规章000", f"规章00{sixth}11")
        second = whole.replace("规章000", f"规章000行政规范性文件000{sixth}0")
        assert published(tmp_path, f"{TITLE}\n{first}{second}") == {}

    def test_a_row_that_a_page_cut_from_its_head_contradicts_another_under_a_head(self, tmp_path: Path) -> None:
        head = "信息内容\t本年制发件数\t本年废止件数\t现行有效件数\n规章\t0\t0\t0\n"
        text = f"{TITLE}\n\n{head}\n第 3 页\n\n行政规范性文件\t3\t4\t222\n\n上年情况\n\n{head}行政规范性文件\t8\t4\t227\n"
        assert not any(cell.startswith("normative") for cell in published(tmp_path, text))

    def test_a_second_report_whose_rows_are_the_readable_ones(self, tmp_path: Path) -> None:
        unreadable = glued(dict.fromkeys(ROWS, "2无11无无4")).replace("\n", " ")
        assert published(tmp_path, f"{TITLE}\n{unreadable} {glued({})}") == {}

    def test_a_subtotal_above_parts_that_cannot_be_read(self, tmp_path: Path) -> None:
        parts = dict.fromkeys(("other_uncorrected", "other_unpaid", "other_other"), "无无无无无无0")
        label = ROWS["other_uncorrected"]
        text = glued(parts, between="\n").replace(label, f"（六）其他处理0000000\n{label}")
        assert of_row(published(tmp_path, text), "other") == {}


class TestPieces:
    def test_one_of_the_pieces_is_no_number(self, tmp_path: Path) -> None:
        head = f"{TITLE}\n信息内容\n采购项目数量\n采购总金额\n政府集中采购\n"
        assert published(tmp_path, f"{head}5\n0\n")["procurement.projects"] == 5
        assert published(tmp_path, f"{head}05\n0\n") == {}

    def test_a_page_s_number_among_glued_digits_without_a_sum(self, tmp_path: Path) -> None:
        text = glued({}).replace("规章000", "规章00 70行政规范性文件000")
        found = published(tmp_path, text)
        assert found["normative_documents.issued"] == 0 and not any(cell.startswith("regulations") for cell in found)

    def test_the_digits_behind_two_items_may_be_both_s(self, tmp_path: Path) -> None:
        part = "第二十条第(六)项信息内容本年处理决定数量"
        apart = published(tmp_path, glued({}).replace("三、收到", f"{part}行政强制51行政处罚41三、收到", 1))
        assert apart["coercions.decisions"] == 51 and apart["penalties.decisions"] == 41
        found = published(tmp_path, glued({}).replace("三、收到", f"{part}行政强制行政处罚5141三、收到", 1))
        assert not any(cell.startswith(("coercions", "penalties")) for cell in found)


class TestPages:
    def test_a_file_that_breaks_off_in_a_row_with_blanks_before_it(self, tmp_path: Path) -> None:
        table = "| 项目 | " + " | ".join(APPLICANTS) + " |\n" + "|---" * 8 + "|\n"
        row = f"| {ROWS['received']} |  |  | 187 | 31 | 5 | 2 | 1 |\n"
        assert of_row(published(tmp_path, TestMarkdown.HEAD + table + row, "md"), "received") == {}

    def test_a_row_does_not_go_on_in_the_line_below_its_table(self, tmp_path: Path) -> None:
        table = "| 信息内容 | 采购项目数量 | 采购总金额 |\n|---|---|---|\n| 政府集中采购 | 18 |\n\n7\n"
        assert "procurement.amount" not in published(tmp_path, TestMarkdown.HEAD + table, "md")

    def test_a_row_that_a_page_left_with_a_blank_before_it(self, tmp_path: Path) -> None:
        crowded = cells("项目", *APPLICANTS) + cells(ROWS["received"], "", *"11000012")
        below = cells("三、本年度办理结果", ROWS["granted"], "", "1", "0", "0", "0", "0", "1")
        found = published(tmp_path, page(ITEM_TABLE, crowded, below), "html")
        assert of_row(found, "granted") == {} and of_row(found, "received") == {}


class TestHeads:
    ROW_VALUES = ("received", "carried_in", "granted", "unavailable_not_held", "disposed", "carried_out")

    def test_a_row_as_wide_as_the_form_below_a_head_that_lacks_a_column(self, tmp_path: Path) -> None:
        head = cells("项目", "自然人", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
        rows = "".join(cells(ROWS[row], *"710008") for row in self.ROW_VALUES if row != "unavailable_not_held")
        found = published(tmp_path, page(ITEM_TABLE, head + rows + cells(ROWS["unavailable_not_held"], *"2100003")), "html")
        assert found and not any(cell.startswith("unavailable") for cell in found)

    def test_a_row_without_a_label_below_a_head_in_another_order(self, tmp_path: Path) -> None:
        head = cells("项目", "自然人", "商业企业", "科研机构", "社会公益组织", "其他", "法律服务机构", "总计")
        upper = cells("项目", "自然人", "总计") + cells("", "商业企业", "科研机构", "社会公益组织", "其他", "法律服务机构")
        rows = "".join(cells(ROWS[row], *"4000015") for row in self.ROW_VALUES)
        for each in (head, upper):
            for above in ("", cells("", *"1000001")):
                found = published(tmp_path, page(ITEM_TABLE, each + above + rows), "html")
                assert found and not any(cell.endswith((".legal_services", ".other_organisation")) for cell in found)

    def test_an_empty_column_behind_the_head_and_a_blank_before_the_values(self, tmp_path: Path) -> None:
        head = cells("行政复议", "未经复议直接起诉", "复议后起诉", "") + cells(*RESULTS * 3, "")
        sound = cells("27", "6", "15", "9", "57", *"8010920349", "")
        assert published(tmp_path, page(ITEM_TABLE, head + sound), "html")["remedies.review.pending"] == 9
        # Two values in one cell, and the column's blank where the first should be: as many cells as there should be.
        shifted = cells("", "27", "6", "159", "57", *"8010920349")
        assert not any(cell.startswith("remedies.review") for cell in published(tmp_path, page(ITEM_TABLE, head + shifted), "html"))

    def test_two_values_in_one_cell_beside_a_column_that_is_empty_throughout(self, tmp_path: Path) -> None:
        head = cells("行政复议", "未经复议直接起诉", "复议后起诉", "") + cells(*RESULTS * 3, "")
        row = ["20", "7", "11 7", "45", *"32218", "37", "5", "1", "0", "3", "55", ""]
        assert not any(cell.startswith("remedies") for cell in published(tmp_path, page(ITEM_TABLE, head + cells(*row)), "html"))
        # The same as a converter fills rows up with pipes, which are no cells.
        lines = ["（单位：件）", "行政复议 | 未经复议直接起诉 | 复议后起诉", " | ".join(RESULTS * 3), " | ".join(row[:-1])]
        table = "\n".join(f"| {line} |" + "|" * (15 - line.count("|")) for line in lines)
        assert not any(cell.startswith("remedies") for cell in published(tmp_path, f"{TestMarkdown.HEAD}{table}\n", "md"))


class TestMarkdown:
    HEAD = f"# {TITLE}\n\n| 信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n|---|---|---|---|\n| 规章 | 0 | 0 | 0 |\n\n"

    def test_the_total_in_an_invented_head_is_no_row(self, tmp_path: Path) -> None:
        head = "| 类别 | 数据1 | 数据2 | 数据3 | 数据4 | 数据5 | 数据6 | 总计 |\n|---|---|---|---|---|---|---|---|\n"
        rows = f"{head}|  | 1 | 0 | 0 | 0 | 0 | 0 | 1 |\n\n{head}| （七）总计 | 47 | 7 | 0 | 2 | 1 | 0 | 57% |\n"
        assert of_row(published(tmp_path, self.HEAD + rows, "md"), "disposed") == {}

    def test_two_tables_below_one_channel(self, tmp_path: Path) -> None:
        head = "| " + " | ".join(RESULTS) + " |\n|---|---|---|---|---|\n"
        tables = f"### 行政复议\n{head}| 1 | 0 | 0 | 0 | 1 |\n\n### 行政诉讼（复议后起诉）\n{head}| 2 | 0 | 0 | 1 | 3 |\n\n{head}| 4 | 0 | 0 | 0 | 4 |\n"
        found = published(tmp_path, self.HEAD + tables, "md")
        assert found.get("remedies.review.total") == 1 and "remedies.suit_after_review.total" not in found

    def test_a_blank_cell_below_a_head_is_a_cell(self, tmp_path: Path) -> None:
        table = "### 行政复议\n| " + " | ".join(RESULTS) + " |\n|---|---|---|---|---|\n| 10 |  | 0 | 0 | 1 |\n"
        found = published(tmp_path, self.HEAD + table, "md")
        assert found.get("remedies.review.upheld") in (None, 10)
        assert "remedies.review.corrected" not in found

    def test_last_year_s_table_beside_a_row_that_no_one_can_part(self, tmp_path: Path) -> None:
        channels = "| 行政复议 | 行政诉讼 |" + "  |" * 13 + "\n" + "|---" * 15 + "|\n"
        head = channels + "| " + " | ".join(RESULTS) + " | 未经复议直接起诉 | 复议后起诉 |\n| " + " | ".join(RESULTS * 2) + " |\n"
        table = head + "| 1 | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 2 | 0 | 0 | 1 | 3 |\n\n"
        alone = published(tmp_path, self.HEAD + table, "md")
        assert alone["remedies.review.total"] == 1 and alone["remedies.suit_after_review.total"] == 3
        own = head + "| 42107102（其中修订1件）4117603110 |\n\n"
        for tables in (f"上年情况\n\n{table}本年情况\n\n{own}", own + table):
            assert not any(cell.startswith("remedies.") for cell in published(tmp_path, self.HEAD + tables, "md"))
        # A head that a page left alone takes nothing from the one it is repeated by.
        assert published(tmp_path, f"{self.HEAD}{head}\n{table}", "md") == alone
