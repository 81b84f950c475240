"""Pages of the demonstration archive after one whole run: every report has its page, every printed value stands on it."""

from pathlib import Path
from urllib.parse import unquote

import dagster as dg
import polars as pl
import pytest
from click.testing import Result
from selectolax.lexbor import LexborHTMLParser

from dagster_project.home import Home
from dagster_project.synthesis import demonstration


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, make_home) -> Home:
    return make_home(tmp_path_factory.mktemp("pages"), demonstration.files())


@pytest.fixture(scope="module")
def result(home: Home, ingest) -> Result:
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def pages(home: Home, result: Result) -> dict[str, LexborHTMLParser]:
    """Every file of the pages, parsed, by its path below the published folder."""
    return {
        path.relative_to(home.published).as_posix(): LexborHTMLParser(path.read_bytes())
        for path in sorted((home.published / "reports").rglob("*"))
        if path.is_file()
    }


def table(home: Home, name: str) -> pl.DataFrame:
    return pl.read_parquet(home.published / "parquet" / f"{name}.parquet")


def test_every_report_has_a_page_and_every_page_a_report(home: Home, pages: dict[str, LexborHTMLParser]) -> None:
    reports = table(home, "dim_report")
    assert reports.filter("is_current").height > 15
    assert set(pages) == {*reports["page_path"], "reports/index.html"}
    for path, title in reports.select("page_path", "title").iter_rows():
        assert pages[path].css_first("h1").text() == title


def test_the_worst_reports_name_their_pages(home: Home, pages: dict[str, LexborHTMLParser]) -> None:
    worst = table(home, "mart_worst_reports")
    assert worst.height > 5
    assert set(worst["page_path"]) <= set(pages)


def test_every_printed_value_stands_on_the_page_at_its_place(home: Home, pages: dict[str, LexborHTMLParser]) -> None:
    cells = table(home, "fct_cells").join(table(home, "dim_report").select("report_id", "page_path"), on="report_id")
    assert cells.height > 4_000
    for (path,), rows in cells.group_by("page_path"):
        drawn = pages[path].css("td[title]")
        assert len(drawn) == rows.height, path
        # Several cells of a damaged table may share one place.
        texts: dict[str, list[str]] = {}
        for node in drawn:
            texts.setdefault(node.attributes["title"].rpartition(" · ")[2], []).append(" ".join(node.text().split()))
        for value, printed, status, locator in rows.select("value", "raw_text", "status", "locator").iter_rows():
            told = texts[locator or status]
            assert any((printed or "").strip() in text for text in told), (path, locator, printed, told)
            wanted = "NULL" if value is None else f"{value.normalize():f}"
            assert any(wanted in text.split() for text in told), (path, locator, value, told)


def test_every_link_leads_to_a_page_and_a_place_in_it(home: Home, pages: dict[str, LexborHTMLParser]) -> None:
    followed = 0
    for path, page in pages.items():
        for link in page.css("a"):
            target = link.attributes["href"]
            if target.startswith(("http://", "https://")):
                continue
            file, _, anchor = unquote(target).partition("#")
            there = (home.published / path).parent / file if file else home.published / path
            found = there.resolve().relative_to(home.published.resolve()).as_posix()
            assert found in pages, (path, target)
            if anchor:
                assert any(node.attributes.get("id") == anchor for node in pages[found].css("[id]")), (path, target)
            followed += 1
    assert followed > 60


def test_the_wrong_total_is_marked_on_its_page(home: Home, pages: dict[str, LexborHTMLParser]) -> None:
    reports = table(home, "dim_report")
    [path] = reports.filter(pl.col("equations_failed") > 0)["page_path"]
    [suspect] = pages[path].css("td.x")
    assert " ".join(suspect.text().split()) == "⚠ 48 应为 47"
    assert len(pages[path].css("ol li")) == 2
    marked = [name for name, page in pages.items() if page.css("td.x, td.e")]
    assert marked == [path]


def test_identifiers_are_unique_and_tables_say_what_they_are(pages: dict[str, LexborHTMLParser]) -> None:
    for path, page in pages.items():
        identifiers = [node.attributes["id"] for node in page.css("[id]")]
        assert len(identifiers) == len(set(identifiers)), path
        assert all(each.css_first("caption") is not None for each in page.css("table")), path
        assert all(each.attributes.get("scope") for each in page.css("th")), path
        assert page.css_first("html").attributes["lang"] == "zh-CN"


def test_the_summary_names_the_index(home: Home, result: Result) -> None:
    written = table(home, "dim_report").height
    assert f"{home.published / 'reports' / 'index.html'}  ({written} pages, {written + 1} files changed)" in result.output


def test_the_asset_links_to_the_index_and_counts(home: Home, result: Result) -> None:
    with dg.DagsterInstance.from_config(str(home.dagster)) as history:
        key = dg.AssetKey(["published", "report_pages"])
        event = history.get_latest_materialization_event(key)
        metadata = event.asset_materialization.metadata
    index = Path(home.published / "reports" / "index.html")
    assert metadata["index"].value == index.as_uri() and index.exists()
    assert metadata["pages"].value == table(home, "dim_report").height
    assert metadata["reports with a failed equation"].value == 1
    assert "珩岭县卫生健康委员会" in metadata["failing reports"].value
