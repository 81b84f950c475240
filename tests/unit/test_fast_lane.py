"""Values are the n cells after the label, or nothing."""

import pytest

from dagster_project.documents import html
from dagster_project.documents.pieces import Pieces
from dagster_project.reading.fast import read_tables

HEAD = "<tr><td colspan=3 rowspan=3></td><td colspan=7>申请人情况</td></tr><tr><td>自然人</td><td colspan=5>法人或其他组织</td><td>总计</td></tr><tr><td>商业企业</td><td>科研机构</td><td>社会公益组织</td><td>法律服务机构</td><td>其他</td></tr>"
ORDER = ("natural_person", "business", "research", "public_interest", "legal_services", "other_organisation", "total")


def cells(*values: str) -> str:
    return "".join(f"<td>{value}</td>" for value in values)


def row(label: str, *values: str) -> str:
    return f"<tr><td>{label}</td>{cells(*values)}</tr>"


def found(*tables: str) -> dict[str, str | None]:
    pieces = Pieces()
    pieces.begin()
    html.read("".join(f"<table>{table}</table>" for table in tables).encode(), pieces)
    read = read_tables(pieces)
    raw = read.texts["raw"].to_list()
    return {
        cell: raw[text] if decided else None
        for cell, text, decided in read.found.select("cell", "text", "decided").iter_rows()
    }


def seven(code: str, values: str) -> dict[str, str]:
    return {f"requests.{code}.{column}": value for column, value in zip(ORDER, values.split(), strict=True)}


NEW = "一、本年新收政府信息公开申请数量"
OLD = "二、上年结转政府信息公开申请数量"


class TestRequests:
    def test_seven_cells_after_the_label_in_order(self):
        assert found(HEAD + row(NEW, *"1234567")) == seven("received", "1 2 3 4 5 6 7")

    def test_an_empty_column_behind_every_row_and_the_head_is_none(self):
        head = "".join(cells(*row, "").join(("<tr>", "</tr>")) for row in (["项目", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"],))
        assert found(head + row(NEW, *"123456", "")) == dict.fromkeys(seven("received", "1 2 3 4 5 6 7"))
        assert found(head + row(NEW, *"1234567", "")) == seven("received", "1 2 3 4 5 6 7")

    @pytest.mark.parametrize("below", [row("", "", "", "", "", "", "", "8"), row("量", "", "", "", "", "", "", "8")])
    def test_a_row_of_digits_without_a_label_may_be_the_rest_of_the_row_above(self, below):
        assert found(HEAD + row(NEW, *"1234567") + below) == dict.fromkeys(seven("received", "1 2 3 4 5 6 7"))

    def test_a_row_under_a_label_of_its_own_is_no_rest(self):
        other = row("其他主动公开的各类文件", *"1234567")
        assert found(HEAD + row(NEW, *"1234567") + other) == seven("received", "1 2 3 4 5 6 7")

    def test_a_total_before_the_last_result_is_not_the_head_of_the_form(self):
        results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
        other = [*results[:3], "总计", "尚未审结"]
        head = f"<tr>{cells('行政复议', '行政诉讼')}</tr><tr>{cells(*results, '未经复议直接起诉', '复议后起诉')}</tr><tr>{cells(*results, *other)}</tr>"
        assert found(head + f"<tr>{cells(*'012340123401234')}</tr>") == {}

    def test_blanks_are_cells_too(self):
        assert found(HEAD + row(NEW, "3", "", "", "", "", "", "3"))["requests.received.total"] == "3"

    def test_fillers_around_seven_full_cells_are_left_out_and_tell_where_a_sparse_row_begins(self):
        sparse = row(OLD, "", "", "2", "", "", "", "", "2", "")
        got = found(HEAD + row(NEW, "", *"1234567", "") + sparse + row("四、结转下年度继续办理", "", *"0000000", ""))
        assert got["requests.received.natural_person"] == "1"
        assert got["requests.carried_in.business"] == "2"
        assert got["requests.carried_in.natural_person"] == ""

    def test_an_empty_column_among_those_of_the_form_is_none(self):
        one, two = row(NEW, "", *"12", "", *"34567"), row(OLD, "", *"00", "", *"00000")
        got = found(HEAD + one + two)
        assert [got[f"requests.received.{column}"] for column in ORDER] == list("1234567")
        # A number in it, or a blank one of the form beside it, and nobody can tell which of them is none.
        assert set(found(HEAD + one + row(OLD, "", *"00", "1", *"00000")).values()) == {None}
        assert set(found(HEAD + row(NEW, "", *"12", "", "", *"4567") + row(OLD, "", *"00", "", "", *"0000")).values()) == {None}

    def test_fillers_that_nothing_places_leave_the_row_undecided(self):
        got = found(HEAD + row(OLD, "", "", "2", "", "", "", "", "2", ""))
        assert set(got.values()) == {None}

    def test_rows_that_begin_at_different_places_leave_all_of_that_width_undecided(self):
        got = found(HEAD + row(NEW, "", *"1234567") + row(OLD, *"1234567", ""))
        assert set(got.values()) == {None}

    @pytest.mark.parametrize("glued", ["2 3", "2瞸3", "2\ufffd3", "2|3"])
    def test_two_values_in_one_cell_and_a_blank_at_the_end_leave_the_row_undecided(self, glued):
        assert set(found(HEAD + row(NEW, "1", glued, *"4567", "")).values()) == {None}
        assert set(found(HEAD + row(NEW, "", "1", glued, *"4567")).values()) == {None}
        other = row(OLD, *"7654321", "")
        assert found(HEAD + row(NEW, "", "1", glued, *"4567") + other)["requests.received.business"] is None

    def test_two_damaged_cells_leave_the_row_undecided_and_one_does_not(self):
        assert set(found(HEAD + row(NEW, "\ufffd", *"1234", "5\ufffd6", "7")).values()) == {None}
        assert found(HEAD + row(NEW, *"123456", "\ufffd"))["requests.received.natural_person"] == "1"

    def test_a_row_without_the_blank_that_its_table_has_behind_every_row_has_lost_a_value(self):
        got = found(HEAD + row(OLD, *"7654321", "") + row(NEW, *"134567", ""))
        assert got["requests.carried_in.total"] == "1"
        assert got["requests.received.business"] is None

    def test_words_among_the_values_are_a_label_that_was_not_recognised(self):
        words = "申请人无正当逾期，机关不再处理的"
        assert set(found(HEAD + row(NEW, words, *"123456")).values()) == {None}

    def test_fewer_cells_than_columns_are_undecided(self):
        assert set(found(HEAD + row(NEW, "3", "3")).values()) == {None}

    def test_more_full_cells_than_columns_are_undecided(self):
        assert set(found(HEAD + row(NEW, *"12345678")).values()) == {None}

    def test_a_head_in_another_order_leaves_the_table_undecided(self):
        other = HEAD.replace("商业企业", "@").replace("科研机构", "商业企业").replace("@", "科研机构")
        assert set(found(other + row(NEW, *"1234567")).values()) == {None}

    def test_no_head_anywhere_leaves_the_table_undecided_and_a_head_above_carries_over(self):
        assert set(found(row(NEW, *"1234567")).values()) == {None}
        assert found(HEAD + row(NEW, *"1234567"), row(OLD, *"7654321"))["requests.carried_in.natural_person"] == "7"

    def test_a_head_in_one_row_with_the_total_last_is_known(self):
        head = row("项目", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
        assert found(head + row(NEW, *"1234567")) == seven("received", "1 2 3 4 5 6 7")

    def test_other_is_a_row_only_under_other_handling(self):
        assert "requests.other_other.total" not in found(
            HEAD + row(NEW, *"1234567") + row("（五）不予处理", "6.其他", *"1234567")
        )
        inside = found(
            HEAD
            + row("（六）其他处理", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", *"0000000")
            + row("3.其他", *"1234567")
        )
        assert inside["requests.other_other.total"] == "7"

    def test_other_handling_in_one_row_is_the_row_of_2019(self):
        assert found(HEAD + row(NEW, *"0000000") + row("（六）其他处理", *"1234567"))["requests.other.total"] == "7"

    def test_a_total_row_of_a_foreign_table_is_not_a_cell(self):
        assert found(row("总计", *"1234567")) == {}

    def test_a_misprinted_label_is_understood_and_an_unknown_row_is_left(self):
        got = found(HEAD + row("2.其他法律行政止公开", *"1234567") + row("9.属于工作秘密", *"1234567"))
        assert got == seven("refused_barred_by_law", "1 2 3 4 5 6 7")


class TestDisclosure:
    HEAD_2021 = row("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")

    def test_columns_are_those_of_the_head_above(self):
        got = found(
            self.HEAD_2021 + row("规章", "1", "2", "3") + row("信息内容", "本年处理决定数量") + row("行政许可", "4")
        )
        assert got == {
            "disclosure.regulations.issued": "1",
            "disclosure.regulations.repealed": "2",
            "disclosure.regulations.in_force": "3",
            "disclosure.licences.decisions": "4",
        }

    def test_a_head_in_another_order_is_followed(self):
        got = found(row("信息内容", "现行有效件数", "本年制发件数", "本年废止件数") + row("规章", "1", "2", "3"))
        assert got["disclosure.regulations.in_force"] == "1"

    def test_digits_in_a_head_are_not_values(self):
        got = found(row("信息内容", "本年收费金额（单位：万元，保留4位小数）") + row("行政事业性收费", "0"))
        assert got == {"disclosure.fees.collected": "0"}

    def test_a_head_with_a_word_unknown_counts_no_columns(self):
        assert set(
            found(row("信息内容", "本年制发件数", "数量", "现行有效件数") + row("规章", "1", "2", "3")).values()
        ) <= {None}

    def test_lying_colspans_change_nothing(self):
        table = "<tr><td>信息内容</td><td>上一年项目数量</td><td colspan=2>本年增/减</td><td>处理决定数量</td></tr><tr><td>行政许可</td><td colspan=2>1</td><td>-2</td><td>3</td></tr>"
        got = found(table)
        assert [got[f"disclosure.licences.{m}"] for m in ("items_last_year", "items_change", "decisions")] == [
            "1",
            "-2",
            "3",
        ]

    def test_an_item_without_a_head_is_not_read(self):
        assert found(row("行政许可", "4")) == {}


class TestRemedies:
    RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    HEAD = f"<tr>{cells('行政复议', '行政诉讼')}</tr><tr>{cells(*RESULTS, '未经复议直接起诉', '复议后起诉')}</tr><tr>{cells(*RESULTS, *RESULTS)}</tr>"
    VALUES = [str(n) for n in range(15)]

    def test_fifteen_cells_below_the_head(self):
        got = found(self.HEAD + f"<tr>{cells(*self.VALUES)}</tr>")
        assert got["remedies.review.upheld"] == "0"
        assert got["remedies.direct_suit.upheld"] == "5"
        assert got["remedies.suit_after_review.total"] == "14"

    def test_a_row_of_blanks_below_is_layout(self):
        got = found(self.HEAD + f"<tr>{cells(*self.VALUES)}</tr><tr>{cells(*[''] * 15)}</tr>")
        assert got["remedies.review.corrected"] == "1"

    def test_a_row_of_blanks_alone_is_the_answer(self):
        assert set(found(self.HEAD + f"<tr>{cells(*[''] * 15)}</tr>").values()) == {""}

    @pytest.mark.parametrize("values", [VALUES[:14], [*VALUES, "15"]])
    def test_another_number_of_cells_is_undecided_or_nothing(self, values):
        assert set(found(self.HEAD + f"<tr>{cells(*values)}</tr>").values()) <= {None}

    def test_two_rows_of_values_are_undecided(self):
        got = found(self.HEAD + f"<tr>{cells(*self.VALUES)}</tr><tr>{cells(*self.VALUES[::-1])}</tr>")
        assert set(got.values()) == {None}

    def test_an_incomplete_head_is_no_head(self):
        assert found(f"<tr>{cells(*self.RESULTS)}</tr><tr>{cells(*self.VALUES)}</tr>") == {}
