"""Pages of reports from small published tables: what is shown, marked, escaped, linked, and when a file is written."""

import errno
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from published_tables import cell, finding, publish, report
from selectolax.lexbor import LexborHTMLParser, LexborNode

from dagster_project.forms import registry
from dagster_project.pages import Pages, PagesError, index, publish_pages
from dagster_project.pages import publish as publish_module
from dagster_project.pages.layout import layout
from dagster_project.pages.markup import number

ONE, TWO, THREE = "00000000000000a1", "00000000000000b2", "00000000000000c3"
GRANTED = "requests.granted.total"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"


class Published:
    """A folder of published tables and its pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "published"
        self.ledger = folder / "warehouse" / "report_pages.parquet"

    def tables(self, *rows: list[dict]) -> "Published":
        publish(self.folder, *rows)
        return self

    def pages(self) -> Pages:
        return publish_pages(self.folder, self.ledger)

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Every file of the pages with its bytes and inode: a file that was replaced has another inode."""
        root = self.folder / "reports"
        return {p.relative_to(root).as_posix(): (p.read_bytes(), p.stat().st_ino) for p in sorted(root.rglob("*")) if p.is_file()}

    def page(self, report_id: str, year: int = 2022) -> LexborHTMLParser:
        return LexborHTMLParser((self.folder / "reports" / str(year) / f"{report_id}.html").read_bytes())


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path)


def text(node: LexborNode | LexborHTMLParser) -> str:
    return " ".join((node.body if isinstance(node, LexborHTMLParser) else node).text().split())


def titled(page: LexborHTMLParser, title: str) -> LexborNode:
    """The one cell with a title, which tells its place in the document."""
    [found] = [node for node in page.css("td") if node.attributes.get("title") == title]
    return found


def fact(page: LexborHTMLParser, name: str) -> LexborNode:
    [found] = [node.next for node in page.css("dt") if node.text().startswith(name)]
    return found


# --- what strangers wrote --------------------------------------------------------------------------------------------


def test_texts_of_strangers_are_shown_and_do_nothing(published: Published) -> None:
    hostile = dict.fromkeys(("body_name", "title", "source_path", "member", "source_url", "file_kind", "lane", "scope"), HOSTILE)
    judged = {"verdict": "confirmed", "verdict_reason": HOSTILE, "suspect_cell": GRANTED, "implied_value": Decimal(1)}
    said = {"diagnosis": HOSTILE, "place": HOSTILE, "cells": HOSTILE, "pattern": HOSTILE, "blame": HOSTILE}
    correction = {"report_id": ONE, "cell": GRANTED, "printed_text": HOSTILE, "reason": HOSTILE, "status": HOSTILE}
    published.tables(
        [report(ONE, **hostile)],
        [cell(ONE, GRANTED, HOSTILE, "ambiguous", locator=HOSTILE, unit=HOSTILE), cell(ONE, "requests.received.total", HOSTILE, HOSTILE)],
        [finding(ONE, HOSTILE, **judged, **said), finding(ONE, "x", family=HOSTILE, **said)],
        [{**correction, "corrected_value": Decimal(2)}],
    ).pages()
    for page in (published.page(ONE), LexborHTMLParser((published.folder / "reports" / "index.html").read_bytes())):
        assert page.css("script, img, iframe, object, form, link") == []
        attributes = {name for node in page.css("*") for name in node.attributes}
        assert {name for name in attributes if name.startswith("on")} == set()
    page = published.page(ONE)
    assert page.css_first("h1").text() == HOSTILE
    assert titled(page, f"ambiguous · {HOSTILE}").css_first("q").text() == HOSTILE
    assert HOSTILE in fact(page, "来源文件").text()
    assert page.css_first("title").text() == f"2022 {HOSTILE}"


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://www.example.gov.cn/art/2023/1/28/art_1_2.html?a=1&b=2", True),
        ("http://example.gov.cn/", True),
        ("HTTP://EXAMPLE.GOV.CN/x", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("//example.gov.cn", False),
        ("file:///etc/passwd", False),
        ('https://example.gov.cn/" onclick="alert(1)', False),
        ("https://", False),
    ],
)
def test_only_addresses_of_the_web_become_links(published: Published, address: str, is_link: bool) -> None:
    published.tables([report(ONE, source_url=address)]).pages()
    said = fact(published.page(ONE), "原文网址")
    assert said.text() == address
    assert [link.attributes["href"] for link in said.css("a")] == ([address] if is_link else [])


def test_characters_that_no_document_may_hold_are_replaced(published: Published) -> None:
    published.tables([report(ONE, title="a\x00b\x08c\x85d")]).pages()
    assert published.page(ONE).css_first("h1").text() == "a\ufffdb\ufffdc\ufffdd"


def test_a_page_asks_for_nothing_from_anywhere(published: Published) -> None:
    published.tables([report(ONE)]).pages()
    page = published.page(ONE)
    policy = page.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert [name for node in page.css("*") for name in node.attributes if name in ("src", "srcset", "data", "action")] == []
    assert "url(" not in page.css_first("style").text() and "@import" not in page.css_first("style").text()


# --- cells -----------------------------------------------------------------------------------------------------------


def shown(published: Published, row: dict) -> LexborNode:
    published.tables([report(ONE)], [{**row, "locator": "table=9"}]).pages()
    [found] = [node for node in published.page(ONE).css("td") if "table=9" in (node.attributes.get("title") or "")]
    return found


def test_one_figure_stands_for_printed_and_read_when_they_are_alike(published: Published) -> None:
    assert text(shown(published, cell(ONE, GRANTED, "48"))) == "48"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (cell(ONE, GRANTED, "1,036", value=Decimal(1036)), "1036 1,036"),
        (cell(ONE, GRANTED, "０", value=Decimal(0)), "0 ０"),
        (cell(ONE, GRANTED, "3578.30", value=Decimal("3578.3")), "3578.3 3578.30"),
        (cell(ONE, GRANTED, "3件（其中1件重复）", "noted", value=Decimal(3)), "3 带附注 3件（其中1件重复）"),
        (cell(ONE, GRANTED, "3 2", "segmented", value=Decimal(3)), "3 切分所得 3 2"),
        (cell(ONE, GRANTED, "5元", "noted", value=Decimal(5), unit="元"), "5 元 带附注 5元"),
    ],
)
def test_the_printed_text_stands_beside_a_value_that_is_written_otherwise(published: Published, row: dict, expected: str) -> None:
    assert text(shown(published, row)) == expected


@pytest.mark.parametrize(
    ("printed", "status", "expected"),
    [
        ("", "blank", "NULL 空白"),
        ("/", "mark", "NULL 符号 /"),
        (None, "absent", "NULL 缺失"),
        ("12 3", "ambiguous", "NULL 无法判定 12 3"),
        ("?", "illegible", "NULL 无法辨认 ?"),
    ],
)
def test_null_says_why_and_is_no_zero(published: Published, printed: str | None, status: str, expected: str) -> None:
    found = shown(published, cell(ONE, GRANTED, printed, status))
    assert text(found) == expected
    assert found.attributes["class"] == "n"
    assert found.attributes["title"] == f"{status} · table=9"


def test_zero_is_shown_as_zero(published: Published) -> None:
    found = shown(published, cell(ONE, GRANTED, "0"))
    assert (text(found), found.attributes["class"], found.attributes["title"]) == ("0", "z", "table=9")


def test_a_cell_that_the_tables_do_not_hold_is_null_too(published: Published) -> None:
    published.tables([report(ONE)], [cell(ONE, GRANTED, "1")]).pages()
    cells = published.page(ONE).css("td[title]")
    assert len(cells) == 200
    assert sorted(text(node) for node in cells) == ["1"] + ["NULL 缺失"] * 199


def test_a_cell_without_a_place_in_the_form_is_listed(published: Published) -> None:
    published.tables([report(ONE, form="2008")], [cell(ONE, "applications.by_post.year", "17")]).pages()
    page = published.page(ONE)
    [row] = [row for row in page.css("tr") if "applications.by_post.year" in row.text()]
    assert text(row.css_first("td")) == "17 件"


def test_numbers_are_written_without_the_zeros_of_their_type() -> None:
    values = ["48.000000", "0.500000", "-8.000000", "100.000000", "0.000000", "27642000.000000", "0.000001"]
    frame = pl.DataFrame({"value": [Decimal(value) for value in values]}, schema={"value": pl.Decimal(18, 6)})
    written = frame.select(number(pl.col("value")))["value"].to_list()
    assert written == ["48", "0.5", "-8", "100", "0", "27642000", "0.000001"]


# --- last year -------------------------------------------------------------------------------------------------------


def test_last_years_value_stands_beneath(published: Published) -> None:
    received = "requests.received.total"
    published.tables(
        [report(ONE), report(TWO, report_year=2021, form="2019")],
        [cell(ONE, GRANTED, "5"), cell(TWO, GRANTED, "7"), cell(ONE, received, "6"), cell(TWO, received, "", "blank")],
    ).pages()
    said = [text(node) for node in published.page(ONE).css("td i")]
    assert sorted(said) == ["上年 7", "上年 空白"]
    link = fact(published.page(ONE), "上年").css_first("a")
    assert (link.attributes["href"], text(link)) == (f"../2021/{TWO}.html", "上年报告（2019）")
    assert published.page(TWO, 2021).css("td i") == []


@pytest.mark.parametrize(
    "other",
    [
        {"report_year": 2021, "scope": "region"},
        {"report_year": 2021, "body_id": "b2"},
        {"report_year": 2020},
        {"report_year": 2023},
        {"report_year": 2021, "is_current": False, "version_status": "superseded"},
    ],
)
def test_last_year_is_the_current_report_of_the_same_body_and_scope(published: Published, other: dict) -> None:
    published.tables([report(ONE), report(TWO, **other)], [cell(ONE, GRANTED, "5"), cell(TWO, GRANTED, "7")]).pages()
    assert published.page(ONE).css("td i") == []
    assert "无" in fact(published.page(ONE), "上年").text()


# --- findings --------------------------------------------------------------------------------------------------------

WRONG_TOTAL = {
    "place": "granted",
    "cells": f"{GRANTED} requests.granted.natural_person",
    "left_value": Decimal(48),
    "right_value": Decimal(47),
    "residual": Decimal(1),
    "diagnosis": "One wrong cell explains every failing equation.",
    "pattern": "single_cell",
}
LOCATED = {"suspect_cell": GRANTED, "implied_value": Decimal(47)}


def test_a_failed_equation_is_told_in_words_and_its_suspect_is_marked(published: Published) -> None:
    published.tables(
        [report(ONE, equations_failed=1)], [cell(ONE, GRANTED, "48")], [finding(ONE, "requests.row_sum", **WRONG_TOTAL, **LOCATED)]
    ).pages()
    page = published.page(ONE)
    [item] = page.css("ol li")
    said = text(item)
    assert said.startswith("（一）予以公开：总计 48 ≠ 各类申请人之和 47，差 1。 ⚠ 嫌疑单元格 （一）予以公开 × 总计，应为 47。")
    assert "一格之误" in said and "错在原文" in said and "One wrong cell explains every failing equation." in said
    assert {link.attributes["href"] for link in item.css("a")} == {f"#{GRANTED}"}
    suspect = page.css_first(item.css_first("a").attributes["href"].replace(".", "\\."))
    assert suspect.attributes["class"] == "x"
    # The sign is told apart without colour, and said to those who do not see it.
    assert text(suspect) == "⚠ 48 应为 47"
    assert suspect.css_first("b").attributes["aria-label"] == "嫌疑单元格 suspect cell"
    assert [node.attributes["class"] for node in page.css("td.x, td.e, td.o")] == ["x"]
    assert "⚠ 1 条等式不成立（核验 42 条）" in text(page.css_first("p.s.f"))


def test_an_equation_over_a_column_names_its_sides(published: Published) -> None:
    sides = {"left_value": Decimal(3), "right_value": Decimal(5), "residual": Decimal(-2)}
    published.tables([report(ONE)], [], [finding(ONE, "requests.balance", place="business", cells="requests.received.business", **sides)])
    published.pages()
    assert text(published.page(ONE).css_first("ol li")).startswith(
        "商业企业（列）：一、本年新收政府信息公开申请数量 ＋ 二、上年结转政府信息公开申请数量 3 ≠ （七）总计 ＋ 四、结转下年度继续办理 5，差 -2。"
    )


def test_without_a_suspect_the_total_of_the_equation_is_marked(published: Published) -> None:
    published.tables([report(ONE)], [cell(ONE, GRANTED, "48")], [finding(ONE, "requests.row_sum", **WRONG_TOTAL)]).pages()
    [marked] = published.page(ONE).css("td.x, td.e, td.o")
    assert (marked.attributes["class"], text(marked), marked.attributes["id"]) == ("e", "≠ 48", GRANTED)
    [link] = published.page(ONE).css("ol li a")
    assert (link.attributes["href"], text(link)) == (f"#{GRANTED}", "（一）予以公开")


def test_a_finding_about_a_cell_that_is_not_there_leads_nowhere(published: Published) -> None:
    published.tables([report(ONE)], [cell(ONE, "requests.received.total", "1")], [finding(ONE, "requests.row_sum", **WRONG_TOTAL)]).pages()
    page = published.page(ONE)
    assert len(page.css("ol li")) == 1 and page.css("ol li a") == [] and page.css("[id^=requests]") == []


def test_another_finding_is_listed_apart_and_marked_lightly(published: Published) -> None:
    carried = "requests.carried_in.total"
    other = {"family": "continuity", "severity": "soft", "place": "total", "cells": carried, "left_value": Decimal(0), "right_value": Decimal(1)}
    published.tables([report(ONE)], [cell(ONE, carried, "0")], [finding(ONE, "continuity.carried_requests", **other)]).pages()
    page = published.page(ONE)
    assert page.css("ol") == []
    assert "跨年衔接 · 二、上年结转政府信息公开申请数量 × 总计：左 0，右 1" in text(page.css_first("ul li"))
    [marked] = page.css("td.x, td.e, td.o")
    assert (marked.attributes["class"], text(marked)) == ("o", "？ 0")


def test_a_dismissed_finding_is_told_with_its_verdict_and_marks_nothing(published: Published) -> None:
    verdict = {"verdict": "dismissed", "verdict_reason": "附表另计", "is_open": False}
    published.tables([report(ONE)], [cell(ONE, GRANTED, "48")], [finding(ONE, "requests.row_sum", **WRONG_TOTAL, **LOCATED, **verdict)])
    published.pages()
    page = published.page(ONE)
    assert "人工复核：不成立 dismissed：附表另计" in text(page.css_first("ol li"))
    assert page.css("td.x, td.e, td.o") == [] and page.css("ol a") == []


def test_two_findings_that_imply_different_values_show_neither_in_the_cell(published: Published) -> None:
    second = {**WRONG_TOTAL, "place": "total", "suspect_cell": GRANTED, "implied_value": Decimal(45)}
    findings = [finding(ONE, "requests.row_sum", **WRONG_TOTAL, **LOCATED), finding(ONE, "requests.outcome_sum", **second)]
    published.tables([report(ONE)], [cell(ONE, GRANTED, "48")], findings).pages()
    page = published.page(ONE)
    assert text(page.css_first("td.x")) == "⚠ 48"
    assert ["应为 47" in text(item) or "应为 45" in text(item) for item in page.css("ol li")] == [True, True]


def test_equations_that_could_not_be_asked_are_counted(published: Published) -> None:
    unasked = {"status": "not_assessable", "is_open": False}
    published.tables(
        [report(ONE, equations_assessed=40, cells_read=190)],
        [],
        [finding(ONE, "requests.row_sum", place=row, **unasked) for row in ("granted", "received")],
    ).pages()
    [verdict] = published.page(ONE).css("p.s")
    assert "40 条等式全部成立，但报告未能全部读出" in text(verdict) and "另有 2 条" in text(verdict)
    assert verdict.attributes["class"] == "s q"


def test_an_older_version_says_so_and_leads_to_the_current_one(published: Published) -> None:
    older = report(TWO, is_current=False, version_status="superseded")
    published.tables([report(ONE, version_no=2), older]).pages()
    said = published.page(TWO).css_first("p.s.f")
    assert "本页不是现行版本" in text(said)
    assert said.css_first("a").attributes["href"] == f"../2022/{ONE}.html"
    assert "本页不是现行版本" not in text(published.page(ONE))
    [link] = fact(published.page(ONE), "其他版本").css("a")
    assert (link.attributes["href"], text(link)) == (f"../2022/{TWO}.html", "第 1 版 · 已被更新 superseded")


def test_reports_of_other_bodies_scopes_and_years_are_no_other_versions(published: Published) -> None:
    published.tables([report(ONE), report(TWO, scope="region"), report(THREE, body_id="b2"), report("d4" * 8, report_year=2021)]).pages()
    assert [node.text() for node in published.page(ONE).css("dt") if node.text().startswith("其他版本")] == []


def test_a_correction_stands_beside_the_printed_value(published: Published) -> None:
    correction = {"report_id": ONE, "cell": GRANTED, "printed_text": "48", "corrected_value": Decimal(47), "reason": "笔误", "status": "confirmed"}
    published.tables([report(ONE)], [cell(ONE, GRANTED, "48")], [], [correction]).pages()
    page = published.page(ONE)
    assert "（一）予以公开 × 总计：印 48，更正为 47（confirmed）。笔误" in text(page.css_first("#corrections").next.next)
    assert text(titled(page, "table=2;row=5;cell=4")) == "48"


# --- the form's own layout -------------------------------------------------------------------------------------------

OTHER_ROWS = frozenset(f"requests.{row}" for row in ("other_uncorrected", "other_fee_unpaid", "other_other"))


@pytest.mark.parametrize(
    ("form", "borrowed", "cells"),
    [("2019", frozenset(), 198), ("2021", frozenset(), 200), ("2019", OTHER_ROWS, 219), ("2021", frozenset({"requests.other"}), 207)],
)
def test_each_table_is_an_even_grid_with_each_cell_once(form: str, borrowed: frozenset[str], cells: int) -> None:
    places = layout(form, borrowed)
    assert len(places.cells) == len(set(places.cells)) == cells
    html = "".join(text + f">{code}</td>" for text, code in zip(places.texts, places.cells, strict=False)) + places.texts[-1]
    tables = LexborHTMLParser(html).css("table")
    assert [table.css_first("caption").text().split(" ")[0] for table in tables] == [
        "主动公开政府信息情况",
        "收到和处理政府信息公开申请情况",
        "政府信息公开行政复议、行政诉讼情况",
    ]
    for table in tables:
        widths = grid_widths(table)
        assert len(set(widths)) == 1, (form, widths)
        assert all(head.attributes.get("scope") for head in table.css("th"))


def grid_widths(table: LexborNode) -> list[int]:
    """The width of each row once spans are laid out as a browser does it."""
    taken: dict[tuple[int, int], bool] = {}
    rows = table.css("tr")
    for y, row in enumerate(rows):
        x = 0
        for node in row.css("td, th"):
            while (y, x) in taken:
                x += 1
            for dy in range(int(node.attributes.get("rowspan") or 1)):
                for dx in range(int(node.attributes.get("colspan") or 1)):
                    assert (y + dy, x + dx) not in taken, "two cells in one place"
                    taken[y + dy, x + dx] = True
    return [sum(place[0] == y for place in taken) for y in range(len(rows))]


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_a_value_stands_in_the_row_and_column_of_its_labels(published: Published, form: str) -> None:
    """Each cell prints its own number; what is read off the drawn grid by row and column is what the registry says."""
    regular = registry.cells().filter(form=form, presence="regular", table="requests")
    values = {code: place for place, code in enumerate(regular["cell"], start=1000)}
    published.tables([report(ONE, form=form)], [cell(ONE, code, str(value)) for code, value in values.items()]).pages()
    rows = published.page(ONE).css("table.requests tbody tr")
    labels = [row.css("th")[-1].text(deep=False) for row in rows]
    found = dict(zip(labels, ([int(node.text()) for node in row.css("td")] for row in rows), strict=True))
    for (label,), line in regular.group_by("row_label_zh", maintain_order=True):
        assert found[label] == [values[code] for code in line["cell"]], label


def test_a_row_borrowed_from_the_other_form_stands_in_its_place(published: Published) -> None:
    borrowed = [cell(ONE, f"requests.other.{column}", "4") for column in registry.column_order("requests")]
    published.tables([report(ONE), report(TWO, body_id="b2")], [*borrowed, cell(TWO, GRANTED, "1")]).pages()
    labels = [row.css("th")[-1].text(deep=False) for row in published.page(ONE).css("table.requests tbody tr")]
    at = labels.index("（六）其他处理")
    assert labels[at + 1].startswith("1.申请人无正当理由逾期不补正")
    other = [row.css("th")[-1].text(deep=False) for row in published.page(TWO).css("table.requests tbody tr")]
    assert "（六）其他处理" not in other and len(other) == len(labels) - 1


# --- files -----------------------------------------------------------------------------------------------------------

ROWS = [report(ONE, report_year=2021), report(TWO), report(THREE, body_id="b2", body_name="霁川县自然资源局")]
CELLS = [cell(ONE, GRANTED, "1"), cell(TWO, GRANTED, "2"), cell(THREE, GRANTED, "3")]


def test_a_second_time_nothing_is_written(published: Published) -> None:
    first = published.tables(ROWS, CELLS).pages()
    before = published.files()
    assert (first.pages, first.written, first.removed) == (3, 4, 0)
    assert set(before) == {f"2021/{ONE}.html", f"2022/{TWO}.html", f"2022/{THREE}.html", "index.html"}
    again = published.pages()
    assert (again.pages, again.written, again.removed) == (3, 0, 0)
    assert published.files() == before


def test_without_the_ledger_the_same_bytes_stay_where_they_are(published: Published) -> None:
    published.tables(ROWS, CELLS).pages()
    before = published.files()
    published.ledger.unlink()
    assert published.pages().written == 0
    assert published.files() == before


def test_a_changed_cell_changes_its_page_and_that_of_the_year_after(published: Published) -> None:
    published.tables(ROWS, CELLS).pages()
    before = published.files()
    assert published.tables(ROWS, [cell(ONE, GRANTED, "9"), *CELLS[1:]]).pages().written == 2
    after = published.files()
    assert {name for name in after if after[name] != before[name]} == {f"2021/{ONE}.html", f"2022/{TWO}.html"}


def test_a_new_finding_changes_the_page_of_its_report(published: Published) -> None:
    published.tables(ROWS, CELLS).pages()
    before = published.files()
    published.tables(ROWS, CELLS, [finding(THREE, "requests.row_sum", **WRONG_TOTAL)]).pages()
    assert {name for name, content in published.files().items() if content != before[name]} == {f"2022/{THREE}.html"}


def test_the_page_of_a_dropped_report_goes_and_others_stop_leading_to_it(published: Published) -> None:
    published.tables(ROWS, CELLS).pages()
    assert published.tables(ROWS[1:], CELLS[1:]).pages().removed == 1
    assert sorted(published.files()) == [f"2022/{TWO}.html", f"2022/{THREE}.html", "index.html"]
    assert not (published.folder / "reports" / "2021").exists()
    assert ONE not in published.page(TWO).html


def test_a_page_that_somebody_removed_is_made_again(published: Published) -> None:
    published.tables(ROWS, CELLS).pages()
    before = published.files()
    for name in (f"2022/{TWO}.html", "index.html"):
        (published.folder / "reports" / name).unlink()
        assert published.pages().written == 1
    assert {name: content for name, (content, _) in published.files().items()} == {name: content for name, (content, _) in before.items()}


def test_what_a_killed_run_left_half_written_is_removed(published: Published) -> None:
    published.tables(ROWS, CELLS).pages()
    left = published.folder / "reports" / "2022" / f".{TWO}.html.building"
    left.write_text("half")
    published.pages()
    assert not left.exists()


def test_pages_are_the_same_however_many_are_made_at_a_time(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    published.tables(ROWS, CELLS).pages()
    monkeypatch.setattr(publish_module, "PAGES_AT_A_TIME", 1)
    published.ledger.unlink()
    assert published.pages().written == 0


def test_an_archive_without_reports_has_an_empty_list(published: Published) -> None:
    assert published.tables([]).pages().pages == 0
    assert "现行报告 0 份" in (published.folder / "reports" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["reports/2022/../../../x.html", "/reports/2022/x.html", "reports/2022/x y.html", None])
def test_a_path_that_leads_elsewhere_is_refused(published: Published, path: str | None) -> None:
    published.tables([report(ONE, page_path=path)])
    with pytest.raises(PagesError, match="Expected each page_path of dim_report to be reports/<year>/<report_id>.html"):
        published.pages()
    assert not (published.folder / "reports").exists()


# DuckDB and polars say it in words alone.
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), duckdb.IOException("write: No space left on device")])
def test_a_full_disk_is_told_in_a_sentence_and_leaves_no_half_page(
    published: Published, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.tables(ROWS, CELLS).pages()
    before = published.files()

    def full(*_: object) -> None:
        raise error

    published.tables(ROWS, [cell(ONE, GRANTED, "9"), *CELLS[1:]])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(PagesError, match="no space left on the disk .* Free some space there and run again"):
            published.pages()
    assert published.files() == before
    assert published.pages().written == 2


def test_an_index_lists_every_page_by_year_and_body(published: Published) -> None:
    published.tables([*ROWS[:2], report(THREE, body_id="b2", body_name="霁川县自然资源局", equations_failed=2, cells_read=122)]).pages()
    page = LexborHTMLParser((published.folder / "reports" / "index.html").read_bytes())
    assert [text(node) for node in page.css("caption")] == ["2022年 Report year", "2021年 Report year"]
    assert [link.attributes["href"] for link in page.css("table a")] == [f"2022/{TWO}.html", f"2022/{THREE}.html", f"2021/{ONE}.html"]
    assert "⚠ 2 / 42" in text(page.css("table tr")[2]) and "！ 122 / 200" in text(page.css("table tr")[2])


def test_a_long_list_is_split_by_year_and_into_parts(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "ROWS_ON_ONE_PAGE", 2)
    ids = [f"{number:016x}" for number in range(3)]
    rows = [report(each, body_id=each, body_name=f"{each}局") for each in ids] + [report(TWO, report_year=2020)]
    published.tables(rows).pages()
    assert {name for name in published.files() if "index" in name} == {"index.html", "2022/index.html", "2022/index-2.html", "2020/index.html"}
    root = published.folder / "reports"
    years = LexborHTMLParser((root / "index.html").read_bytes())
    assert [link.attributes["href"] for link in years.css("table a")] == ["2022/index.html", "2020/index.html"]
    listed = [
        link.attributes["href"]
        for name in ("index.html", "index-2.html")
        for link in LexborHTMLParser((root / "2022" / name).read_bytes()).css("table a")
    ]
    assert listed == [f"{each}.html" for each in ids]
    # When the list is short again, its parts are gone.
    published.tables(rows[:2]).pages()
    assert {name for name in published.files() if "index" in name} == {"index.html"}
