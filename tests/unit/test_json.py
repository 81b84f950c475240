"""An export gives the pages and texts of reports in it, and no number that only a program knows the place of."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.documents import READERS, json_export
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Member, Pieces, Unreadable

TABLE = "<table><tr><td>规章</td><td>12</td></tr></table>"
PAGE = f"<html><body><p>某局2021年政府信息公开工作年度报告</p>{TABLE}</body></html>"
TEXT = "某局2021年政府信息公开工作年度报告\n一、总体情况\n" + "本年度依申请公开政府信息的情况和有关工作。" * 12
ROWS = [["信息内容", "本年制发件数", "现行有效件数"], ["规章", 0, None], ["行政规范性文件", "3", 14.50]]


def members(value: object, **options) -> list[Member]:
    content = value if isinstance(value, bytes) else json.dumps(value, **options).encode()
    return list(json_export.members(content, "2022/某局2021年政府信息公开工作年度报告.json"))


def names(value: object) -> list[str]:
    return [member.name for member in members(value)]


def refused(value: object) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        members(value)
    return error.value


def read(member: Member) -> tuple[list[list[str]], list[str]]:
    """Return the rows and lines of a member as the batch reads it."""
    pieces = Pieces()
    pieces.begin()
    READERS[sniff(member.content, member.name)](member.content, pieces)
    texts, cells = list(pieces.texts), pieces.cells()
    rows = [[texts[index] for index in part["text"]] for _, part in cells.group_by("row_id", maintain_order=True)]
    return rows, pieces.heading.lines


class TestStrings:
    @pytest.mark.parametrize("ascii_only", [True, False])
    def test_a_page_is_found_wherever_it_stands(self, ascii_only):
        for value, pointer in (
            ({"content": PAGE}, "/content"),
            ([PAGE], ""),
            ({"data": {"list": [{"x": 1}, {"html": PAGE}]}}, "/data/list/1/html"),
            ({"a/b": {"c~d": PAGE}}, "/a~1b/c~0d"),
            (PAGE, ""),
        ):
            (member,) = members(value, ensure_ascii=ascii_only)
            assert member.name == pointer
            assert read(member)[0] == [["规章", "12"]]

    @pytest.mark.parametrize(
        "content", [f"某局年报 {TABLE}", TABLE.upper(), f"\n{TABLE}", f"<p>[1] {TABLE}</p>", f"[摘要] {TABLE}"]
    )
    def test_a_fragment_is_known_as_a_page(self, content):
        (member,) = members({"content": content})
        assert sniff(member.content, member.name) == "html"
        assert read(member)[0] == [["规章", "12"]]

    def test_markup_that_was_escaped_once_more_is_read(self):
        (member,) = members({"content": TABLE.replace("<", "&lt;").replace(">", "&gt;")})
        assert read(member)[0] == [["规章", "12"]]

    def test_json_inside_a_string_is_opened(self):
        inner = json.dumps({"title": "题", "content": PAGE})
        (member,) = members({"code": 0, "data": json.dumps(json.dumps({"x": inner}))})
        assert member.name == "/data/x/content"
        assert ("meta_title", "题") in member.named

    def test_a_text_is_found_and_keeps_its_lines_and_tabs(self):
        (member,) = members({"body": f"{TEXT}\n规章\t12\n规范性文件\t3\n"})
        rows, lines = read(member)
        assert rows == [["规章", "12"], ["规范性文件", "3"]]
        assert lines[:2] == ["某局2021年政府信息公开工作年度报告", "一、总体情况"]

    @pytest.mark.parametrize("begin", ["[摘要] ", "{", '["', "  ["])
    def test_a_text_that_begins_with_a_bracket_is_a_text(self, begin):
        (member,) = members({"body": begin + TEXT})
        assert sniff(member.content, member.name) == "text"

    def test_lines_given_as_a_list_are_one_text(self):
        (member,) = members({"body": TEXT.split("\n")})
        assert read(member)[1][:2] == ["某局2021年政府信息公开工作年度报告", "一、总体情况"]

    def test_the_text_beside_a_page_with_tables_is_the_same_report_and_not_read_again(self):
        assert names({"html": PAGE, "text": TEXT, "summary": TEXT}) == ["/html"]

    def test_control_characters_and_halves_of_characters_hide_no_text(self):
        (member,) = members(
            b'{"content": "' + PAGE.replace("12", "1\\u00002").replace("规章", "规章\\ud83d").encode() + b'"}'
        )
        assert read(member)[0] == [["规章\ufffd", "1\ufffd2"]]

    def test_line_ends_inside_strings_are_borne(self):
        (member,) = members(b'{"content": "' + TABLE.replace("<tr>", "<tr>\n\t").encode() + b'"}')
        assert read(member)[0] == [["规章", "12"]]


class TestSeveral:
    def test_several_reports_are_named_by_their_pointers(self):
        value = {"title": "全县报告", "items": [{"title": "甲局", "html": PAGE}, {"title": "乙局", "html": PAGE}]}
        found = members(value)
        assert [(member.name, member.named) for member in found] == [
            ("/items/0/html", (("meta_title", "甲局"),)),
            ("/items/1/html", (("meta_title", "乙局"),)),
        ]

    def test_what_is_said_of_several_together_is_said_of_none(self):
        value = {
            "title": "甲局2021年政府信息公开工作年度报告",
            "url": "http://x/",
            "items": [{"html": PAGE}, {"html": PAGE}],
        }
        assert [member.named for member in members(value)] == [(), ()]

    def test_a_key_that_stands_twice_keeps_both(self):
        content = f'{{"html": {json.dumps(PAGE)}, "html": {json.dumps(PAGE)}}}'.encode()
        assert len(set(names(content))) == 2

    def test_each_line_of_json_lines_is_a_value_and_a_bad_one_says_so(self):
        lines = [
            json.dumps({"title": "甲", "html": PAGE}),
            '{"html": "<table',
            "",
            json.dumps({"title": "乙", "html": PAGE}),
        ]
        first, second, bad = members("\n".join(lines).encode())
        assert (first.name, second.name, bad.name) == ("line 1/html", "line 4/html", "line 2")
        assert bad.problem.code == "bad_json"
        assert "line 2" in bad.problem.detail

    def test_values_one_behind_another_are_values(self):
        value = json.dumps({"html": PAGE}, indent=1)
        assert names(f"{value}\n{value},{value}".encode()) == ["line 1/html", "line 4/html", "line 6/html"]

    def test_too_many_documents_are_refused(self, monkeypatch):
        monkeypatch.setattr(json_export, "MOST_DOCUMENTS", 3)
        assert refused([{"html": PAGE}] * 4).code == "too_many_documents"


class TestSaid:
    def test_keys_beside_the_page_are_named_by_what_they_say(self):
        value = {
            "标题": "某局2021年政府信息公开工作年度报告",
            "publish_time": "2022-01-12 10:00:00",
            "来源": "某局",
            "siteName": "某县人民政府",
            "URL": "http://x.example/1.html",
            "data": {"正文": PAGE},
        }
        (member,) = members(value)
        assert dict(member.named) == {
            "meta_title": "某局2021年政府信息公开工作年度报告",
            "meta_published": "2022-01-12 10:00:00",
            "meta_source": "某局",
            "meta_site": "某县人民政府",
            "meta_url": "http://x.example/1.html",
            "file_name": "某局2021年政府信息公开工作年度报告",
        }

    def test_the_nearest_object_is_believed(self):
        (member,) = members({"title": "栏目", "data": {"title": "报告", "html": PAGE}})
        assert dict(member.named)["meta_title"] == "报告"

    @pytest.mark.parametrize(
        ("key", "text"),
        [
            ("title", "二、主动公开政府信息情况"),
            ("url", "/a.html"),
            ("source", "http://x/"),
            ("title", ""),
            ("title", 5),
            ("title", "长" * 400),
        ],
    )
    def test_what_is_no_title_address_or_source_is_not_taken_for_one(self, key, text):
        (member,) = members({key: text, "html": PAGE})
        assert [origin for origin, _ in member.named] == ["file_name"]

    def test_the_encoding_is_that_of_the_file(self):
        content = json.dumps({"html": PAGE}, ensure_ascii=False)
        assert members(content.encode("gb18030"))[0].encoding == "gb18030"
        assert members(content.encode("utf-16"))[0].encoding == "utf-16"
        assert members(content.encode("utf-8-sig"))[0].encoding == "utf-8-sig"


class TestRows:
    def test_rows_of_cells_are_a_table_with_every_digit_as_written(self):
        (member,) = members(json.dumps({"title": "题", "tables": [ROWS]}).replace("14.5", "14.50").encode())
        assert read(member)[0] == [
            ["信息内容", "本年制发件数", "现行有效件数"],
            ["规章", "0", ""],
            ["行政规范性文件", "3", "14.50"],
        ]

    def test_tables_stand_beside_the_text_of_their_object(self):
        (member,) = members({"title": "题", "text": TEXT, "tables": [ROWS, ROWS]})
        rows, lines = read(member)
        assert len(rows) == 6
        assert lines[0] == "某局2021年政府信息公开工作年度报告"

    def test_a_head_beside_its_rows_is_the_first_row(self):
        (member,) = members({"table": {"header": ROWS[0], "rows": ROWS[1:]}})
        assert read(member)[0][0] == ROWS[0]

    @pytest.mark.parametrize(
        "value",
        [
            {"规章": {"made": 3, "valid": 4}},
            [{"label": "规章", "made": 3}, {"label": "规范性文件", "made": 4}],
            [[1, 2], [3, 4]],
            [["规章", True], ["规范性文件", False]],
            [["规章", {"made": 3}], ["规范性文件", {"made": 4}]],
            [["规章", 3]],
            [["规章"], ["规范性文件"]],
        ],
    )
    def test_numbers_under_keys_are_not_read(self, value):
        error = refused({"title": "某局2021年政府信息公开工作年度报告", "year": 2021, "data": value})
        assert error.code == "no_report_text"
        assert "printed" in error.detail

    def test_a_head_of_another_width_is_none(self):
        (member,) = members({"header": ["信息内容"], "rows": ROWS[1:]})
        assert read(member)[0] == [["规章", "0", ""], ["行政规范性文件", "3", "14.5"]]


class TestSequences:
    def test_chapters_of_one_report_are_one_document(self):
        chapters = [
            {"title": "一、总体情况", "content": "本年度的情况。"},
            {"title": "二、主动公开政府信息情况", "content": TABLE},
            {"title": "三、收到和处理政府信息公开申请情况", "tables": [ROWS]},
        ]
        (member,) = members({"title": "题", "chapters": chapters})
        rows, lines = read(member)
        assert len(rows) == 4
        assert lines[:3] == ["一、总体情况", "本年度的情况。", "二、主动公开政府信息情况"]
        assert dict(member.named)["meta_title"] == "题"

    def test_blocks_of_a_taken_apart_document_are_one_document(self):
        blocks = [
            {"type": "title", "text": "某局2021年政府信息公开工作年度报告", "page_idx": 0, "bbox": [1, 2, 3, 4]},
            {"type": "text", "text": "2022年1月", "img_path": "images/1.jpg"},
            {"type": "table", "table_body": PAGE, "table_caption": ["表一"]},
        ]
        (member,) = members(blocks)
        rows, lines = read(member)
        assert rows == [["规章", "12"]]
        assert "images/1.jpg" not in lines
        assert lines[:2] == ["某局2021年政府信息公开工作年度报告", "2022年1月"]

    def test_pages_of_a_taken_apart_document_are_one_document(self):
        pages = [{"page": 1, "text": TEXT}, {"page": 2, "tables": [ROWS]}]
        (member,) = members({"pages": pages})
        assert len(read(member)[0]) == 3

    @pytest.mark.parametrize(
        "items",
        [
            [{"page": 1, "html": PAGE}, {"page": 2, "html": PAGE}],
            [{"title": "一、甲", "html": PAGE}, {"title": "一、乙", "html": PAGE}],
            [{"title": "二、甲", "html": PAGE}, {"title": "一、乙", "html": PAGE}],
            [{"title": "一、甲", "html": PAGE}, {"title": "乙局", "html": PAGE}],
            [{"type": "article", "html": PAGE}, {"type": "table", "html": PAGE}],
            [{"type": "table", "html": PAGE}, {"type": "table", "html": PAGE}],
        ],
    )
    def test_what_may_be_several_documents_is_not_put_together(self, items):
        assert len(members(items)) == 2


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "place"),
        [
            (b'{"a": 1,}', "line 1, column"),
            (b'{"a": "x"\n "b": 2}', "line 2, column 2"),
            (b'{"html": "<table', "line 1, column"),
            (b'{"a": 1} x', "line 1, column 10"),
            (b"{'a': 1}", "line 1, column 2"),
            (b"{", "line 1, column"),
        ],
    )
    def test_what_is_no_json_is_refused_with_line_and_column(self, content, place):
        error = refused(content)
        assert error.code == "bad_json"
        assert place in error.detail

    @pytest.mark.parametrize(
        "content",
        [
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"[" * 100 + b"]" * 100,
            b"[" * 600 + b"]" * 600,
            b"[1," * 300 + b"1" + b"]" * 300,
            b"[1] " + b"[" * 100_000,
        ],
    )
    def test_json_without_a_bottom_is_refused(self, content):
        assert refused(content).code == "too_deep"

    @pytest.mark.parametrize(
        "content", [b"{}", b"[]", b"1", b'"x"', b"null", b'{"a": {"b": [1, 2, null, true]}}', b"[" + b"9" * 9000 + b"]"]
    )
    def test_json_without_a_report_is_refused_with_what_to_do(self, content):
        error = refused(content)
        assert error.code == "no_report_text"
        assert "supply" in error.detail

    def test_a_marked_encoding_and_a_lying_extension_are_seen_through(self):
        content = b"\xef\xbb\xbf" + json.dumps([{"html": PAGE}]).encode()
        assert sniff(content, "a.html") == "json"
        assert names(content) == ["/0/html"]

    def test_text_misread_before_it_was_saved_is_put_back_as_a_whole(self):
        content = json.dumps({"标题": "题", "html": PAGE, "text": TEXT}, ensure_ascii=False)
        (member,) = members(content.encode().decode("latin-1").encode())
        assert read(member)[0] == [["规章", "12"]]
        assert dict(member.named)["meta_title"] == "题"
        assert "mojibake" in member.encoding

    def test_text_of_question_marks_is_refused(self):
        assert (
            refused({"title": "?" * 20, "text": "?" * 200, "tables": [[["?" * 4, 1], ["?" * 5, 2]]]}).code
            == "characters_lost"
        )


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([PAGE, TEXT, "二、x"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["title", "type", "page", "rows", "header", "x"]), inner, max_size=4)
    ),
)


@given(values)
def test_any_json_gives_documents_of_unique_names_or_a_reason(value):
    try:
        found = members(value)
    except Unreadable as error:
        assert error.code in ("no_report_text", "mojibake", "characters_lost")
    else:
        assert len({member.name for member in found}) == len(found)
        for member in found:
            rows, _ = read(member)
            # Of pages and texts this is the one table; any other row has a label the strategy cannot make.
            assert all(row == ["规章", "12"] for row in rows)


def test_a_number_never_passes_through_a_float():
    content = b'{"tables": [[["\xe8\xa7\x84\xe7\xab\xa0", 24252.311082000001], ["\xe6\x96\x87\xe4\xbb\xb6", 100000000000000000001]]]}'
    rows, _ = read(members(content)[0])
    assert [Decimal(row[1]) for row in rows] == [Decimal("24252.311082000001"), Decimal("100000000000000000001")]
