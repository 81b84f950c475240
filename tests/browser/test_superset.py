"""``make bi`` on a small archive: every dashboard opens, draws every chart, and follows its filters.

The server is a process of its own, started as a person starts it and ended with the tests. Numbers on the page are compared with what the
reports were made to print: each body once, whatever aggregates stand beside it.
"""

import hashlib
import os
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from devtools import Page, opened
from serving import Served, free_port, serving

from bi.bundle import Definition
from dagster_project.home import PROJECT, Home
from dagster_project.synthesis import demonstration
from dagster_project.synthesis.layouts import RENDERERS, Layout
from dagster_project.synthesis.truth import ReportTruth, make_truth

pytestmark = [pytest.mark.browser, pytest.mark.superset]

YEARS = (2022, 2023, 2024)
# Bodies that report on themselves, in two provinces, and the aggregates that hold them.
OWN = ("湖南省教育厅", "湖南省长沙市财政局", "湖南省长沙市浏阳市民政局", "浙江省司法厅", "浙江省杭州市水利局", "浙江省杭州市淳安县教育局")
AGGREGATES = ("湖南省人民政府", "湖南省长沙市人民政府", "浙江省人民政府")
# One with two equations that fail, one that is held back.
SHOWN_FAULTS = ("2022/hengling-health-2022.html", "2024/hengling-health-2024-scan.html")
PASSWORD = "for-this-test-only"
SECONDS_TO_START = 300
SECONDS_TO_DRAW = 90
# Tall enough for the longest dashboard: charts are drawn when they come into view.
WINDOW_HEIGHT = 3200


def truths() -> list[ReportTruth]:
    """The reports of the archive, each carrying over what the year before left."""
    found = []
    for body in (*OWN, *AGGREGATES):
        carried = None
        for year in YEARS:
            truth = make_truth(f"superset-{body}-{year}", "2021", body=body, year=year, activity="tens", carried_in=carried)
            carried = truth.carried_out()
            found.append(replace(truth, scope="region") if body in AGGREGATES else truth)
    return found


def total(cell: str, year: int, bodies: tuple[str, ...]) -> str:
    """The sum of a printed total over bodies, as a dashboard writes it."""
    return f"{sum(int(truth.cells[cell]) for truth in truths() if truth.report_year == year and truth.body in bodies):,}"


@pytest.fixture(scope="module")
def superset() -> None:
    """Superset is installed; the set-up takes minutes and a gigabyte, so it is no part of the test."""
    if not (PROJECT / "bi" / ".venv" / ".stamp").exists():
        reason = "needs Superset in bi/.venv; install it with: make setup-bi"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def home(
    superset: None,
    tmp_path_factory: pytest.TempPathFactory,
    make_home: Callable[[Path, Mapping[str, bytes]], Home],
    ingest: Callable[[Home], Result],
) -> Home:
    files = {
        f"{truth.report_year}/{number:03}.html": RENDERERS["html"](truth, Layout(seed=number)).content
        for number, truth in enumerate(truths())
    }
    faults = demonstration.files()
    home = make_home(tmp_path_factory.mktemp("bi"), files | {path: faults[path] for path in SHOWN_FAULTS})
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return home


def started(home: Home, port: int, said: Path) -> subprocess.Popen:
    environment = os.environ | {
        "GONGKAI_DATA": str(home.data),
        "GONGKAI_BI_PORT": str(port),
        "GONGKAI_BI_PASSWORD": PASSWORD,
    }
    command = [str(PROJECT / ".venv" / "bin" / "python"), "-m", "bi"]
    with said.open("w", encoding="utf-8") as output:
        return subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )


@pytest.fixture(scope="module")
def served(home: Home) -> Iterator[Served]:
    said = home.data.parent / "superset.txt"
    with serving(lambda port: started(home, port, said), "health", said, SECONDS_TO_START) as server:
        yield server


@pytest.fixture(scope="module")
def page(
    served: Served, system_program: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """A browser that has logged in."""
    chromium = system_program("chromium", "chromium")
    with opened(chromium, tmp_path_factory.mktemp("profile")) as page:
        page.look_from_afar(WINDOW_HEIGHT)
        page.go(f"{served.address}/login/")
        page.wait("document.querySelector('#password')")
        for field, text in (("username", "admin"), ("password", PASSWORD)):
            page.ask(f"document.querySelector('#{field}').focus()")
            page.type(text)
        page.click("document.querySelector('[data-test=login-button]')")
        page.wait("!location.href.includes('/login')")
        assert page.ask(f"fetch('{served.address}/api/v1/me/').then(answer => answer.status)") == 200, page.text()
        yield page


def chart(title: str) -> str:
    return f"document.querySelector('[data-test-chart-name=\"{title}\"]')"


def number(page: Page, title: str) -> str:
    page.wait(f"{chart(title)}.querySelector('.header-line')", SECONDS_TO_DRAW)
    return str(page.ask(f"{chart(title)}.querySelector('.header-line').innerText"))


def open_dashboard(page: Page, served: Served, name: str) -> Mapping:
    """Open a dashboard and wait until every chart of it is drawn."""
    told = Definition.read().dashboards[name]
    page.go(f"{served.address}/superset/dashboard/{told['slug']}/")
    page.wait(f"document.querySelectorAll('[data-test-chart-name]').length === {len(told['charts'])}", SECONDS_TO_DRAW)
    settled(page)
    return told


def settled(page: Page) -> None:
    """Wait until no chart waits for its figures."""
    page.wait(
        "document.querySelectorAll('[data-test-chart-name] [data-test=chart-container]').length"
        " === document.querySelectorAll('[data-test-chart-name]').length"
        " && document.querySelectorAll('[data-test-chart-name] [data-test=loading-indicator]').length === 0",
        SECONDS_TO_DRAW,
    )


def choose(page: Page, name: str, value: str) -> None:
    """Choose a value of a filter, in place of what is chosen, and apply it."""
    form = f"[...document.querySelectorAll('.filter-item-wrapper')].find(one => one.innerText.includes('{name}'))"
    removable = f"{form}.querySelector('.ant-select-selection-item-remove')"
    if page.ask(f"Boolean({removable})"):
        page.click(removable)
        page.wait(f"!{removable}")
    page.click(f"{form}.querySelector('.ant-select-selector')")
    option = (
        "[...document.querySelectorAll('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')]"
        f".find(one => one.innerText.trim() === '{value}')"
    )
    page.wait(option)
    page.click(option)
    page.press("Escape")
    page.wait(f"{form}.querySelector('.ant-select-selection-item')?.innerText.trim() === '{value}'")
    apply = "document.querySelector('[data-test=\"filter-bar__apply-button\"]')"
    page.wait(f"!{apply}.disabled")
    page.click(apply)
    page.wait(f"{apply}.disabled")


def test_what_the_login_page_logs_takes_no_login_away(served: Served) -> None:
    logged = urllib.request.Request(f"{served.address}/superset/log/?explode=events", data=b"events=[]", method="POST")
    with urllib.request.urlopen(logged, timeout=30) as answer:
        assert answer.status == 204
        assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize("name", Definition.read().dashboards)
def test_every_chart_of_the_dashboard_draws(page: Page, served: Served, name: str, tmp_path: Path) -> None:
    told = open_dashboard(page, served, name)
    text = page.text()
    assert "error" not in text.lower().replace("http error", ""), text
    empty = []
    for key, one in told["charts"].items():
        kind = one["type"]
        inside = {"number": ".header-line", "records": "tbody tr", "table": "tbody tr", "pivot": "tbody tr"}.get(kind, "canvas")
        if not page.ask(f"Boolean({chart(one['title'])}.querySelector('{inside}'))"):
            empty.append(key)
        assert "No results were returned" not in str(page.ask(f"{chart(one['title'])}.innerText")), key
    assert empty == [], text
    assert page.picture(tmp_path / f"{name}.png").stat().st_size > 50_000


def test_the_latest_year_stands_first_and_another_changes_the_numbers(page: Page, served: Served) -> None:
    open_dashboard(page, served, "requests")
    title = "新收申请 Received"
    assert number(page, title) == total("requests.received.total", 2024, OWN)
    choose(page, "年度 Year", "2022")
    page.wait(f"{chart(title)}.querySelector('.header-line')?.innerText !== '{total('requests.received.total', 2024, OWN)}'")
    settled(page)
    # The report with the faults prints requests too.
    health = {path: truth for path, (truth, _) in demonstration.reports().items()}[SHOWN_FAULTS[0]]
    expected = sum(
        int(truth.cells["requests.received.total"])
        for truth in (*truths(), health)
        if truth.report_year == 2022 and truth.body not in AGGREGATES
    )
    assert number(page, title) == f"{expected:,}"


def test_an_aggregate_is_never_added_to_another_that_holds_it(page: Page, served: Served) -> None:
    open_dashboard(page, served, "requests")
    title = "新收申请 Received"
    choose(page, "口径 Scope", "行政区汇总 region")
    # Two levels of the same territory: no figure is better than a sum of both.
    page.wait(f"{chart(title)}.innerText.includes('No data')", SECONDS_TO_DRAW)
    choose(page, "层级 Level", "省级 province")
    page.wait(f"{chart(title)}.querySelector('.header-line')?.innerText.match(/^[0-9]/)", SECONDS_TO_DRAW)
    assert number(page, title) == total("requests.received.total", 2024, ("湖南省人民政府", "浙江省人民政府"))


def test_the_province_filters(page: Page, served: Served) -> None:
    open_dashboard(page, served, "requests")
    choose(page, "省份 Province", "浙江省")
    of_province = tuple(body for body in OWN if body.startswith("浙江省"))
    page.wait(
        f"{chart('新收申请 Received')}.querySelector('.header-line')?.innerText === '{total('requests.received.total', 2024, of_province)}'"
    )


def test_the_nation_and_its_provinces_on_the_overview(page: Page, served: Served) -> None:
    open_dashboard(page, served, "overview")
    assert number(page, "新收 Received") == total("requests.received.total", 2024, OWN)
    rows = str(page.ask(f"{chart('行政区一览 Divisions')}.innerText"))
    assert "湖南省" in rows and "浙江省" in rows and "长沙市" not in rows
    choose(page, "层级 Level of divisions", "市级 prefecture")
    page.wait(f"{chart('行政区一览 Divisions')}.innerText.includes('长沙市')")


def test_worst_reports_link_to_their_page(page: Page, served: Served, home: Home) -> None:
    open_dashboard(page, served, "quality")
    link = str(page.ask(f"{chart('问题最多的报告 Worst reports')}.querySelector('tbody a').href"))
    assert link.startswith(f"{served.address}/gongkai/reports/2022/") and link.endswith(".html")
    path = home.published / "reports" / link.removeprefix(f"{served.address}/gongkai/reports/")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<!doctype html><title>report</title><h1>珩岭县卫生健康委员会</h1>", encoding="utf-8")
    page.go(link)
    page.wait("document.body.innerText.includes('珩岭县卫生健康委员会')")
    for outside in ("../gongkai.duckdb", "%2e%2e/gongkai.duckdb", "2022/nothing.html"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{served.address}/gongkai/reports/{outside}", timeout=30)
        assert refused.value.code == 404


def test_a_new_publication_shows_at_the_next_look_and_the_server_leaves_it_alone(
    page: Page, served: Served, home: Home, ingest: Callable[[Home], Result]
) -> None:
    open_dashboard(page, served, "requests")
    before = number(page, "新收申请 Received")
    truth = make_truth("superset-new", "2021", body="湖南省审计厅", year=2024, activity="tens")
    (home.raw / "2024" / "new.html").write_bytes(RENDERERS["html"](truth, Layout(seed=99)).content)
    result = ingest(home)
    assert result.exit_code == 0, result.output
    published = hashlib.sha256((home.published / "gongkai.duckdb").read_bytes()).hexdigest()
    open_dashboard(page, served, "requests")
    expected = int(before.replace(",", "")) + int(truth.cells["requests.received.total"])
    assert int(truth.cells["requests.received.total"]) > 0
    assert number(page, "新收申请 Received") == f"{expected:,}"
    assert hashlib.sha256((home.published / "gongkai.duckdb").read_bytes()).hexdigest() == published


def test_an_import_over_the_same_changes_nothing(served: Served, home: Home) -> None:
    def kept() -> list[tuple]:
        with closing(sqlite3.connect(f"file:{home.data / 'bi' / 'superset.db'}?mode=ro", uri=True)) as metadata:
            return [
                metadata.execute(f"select count(*), count(distinct uuid) from {table}").fetchone()
                for table in ("dashboards", "slices", "tables", "dbs", "sql_metrics", "table_columns")
            ]

    before = kept()
    assert before[0] == (4, 4)
    environment = os.environ | {
        "GONGKAI_BI_HOME": str(home.data / "bi"),
        "GONGKAI_BI_PORT": "1",
        "GONGKAI_PUBLISHED": str(home.published),
        "SUPERSET_CONFIG_PATH": str(PROJECT / "bi" / "superset_config.py"),
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run(
        [str(PROJECT / "bi" / ".venv" / "bin" / "python"), "-m", "bi.serve", "prepare"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=SECONDS_TO_START, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "login: admin, password: as shown at the first start (forgotten? make bi BI_PASSWORD=<new>)\n"
    assert kept() == before


def test_a_second_server_of_the_same_folder_is_refused(served: Served, home: Home, tmp_path: Path) -> None:
    said = tmp_path / "second.txt"
    assert started(home, free_port(), said).wait(timeout=60) == 2
    assert "is running already" in said.read_text(encoding="utf-8")


def test_what_it_keeps_is_for_this_user_alone_and_it_has_nothing_to_complain_of(served: Served, home: Home) -> None:
    assert {path.name: path.stat().st_mode & 0o077 for path in (home.data / "bi").iterdir()} == {
        path.name: 0 for path in (home.data / "bi").iterdir()
    }
    said = served.said.read_text(encoding="utf-8")
    assert served.address in said and PASSWORD not in said
    assert "WARNING" not in said and "ERROR" not in said and "Traceback" not in said, said
