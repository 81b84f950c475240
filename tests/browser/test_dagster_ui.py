"""``make ui`` on a data folder with one run: the run and its assets are in the history, and a browser draws them.

The server is a process of its own, ended with the tests. The browser is headless Chromium, asked for the page's final
document and for a picture of it; it needs no network beyond this machine.
"""

import html
import json
import re
import struct
import subprocess
import sys
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from serving import Served, serving

from dagster_project.home import PROJECT, Home
from dagster_project.synthesis import demonstration

pytestmark = pytest.mark.browser

FILES = ("2022/hengling-health-2022.html", "2023/yuejiang-website-2023.html")
SECONDS_TO_START = 120
# The browser's own clock runs ahead while it waits for answers; a page is drawn long before this.
DRAWN_WITHIN_MILLISECONDS = 30_000


def graphql(served: Served, query: str) -> dict:
    request = urllib.request.Request(
        f"{served.address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = json.load(answer)
    assert "errors" not in found, found
    return found["data"]


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory,
    make_home: Callable[[Path, Mapping[str, bytes]], Home],
    ingest: Callable[[Home], Result],
) -> Home:
    home = make_home(tmp_path_factory.mktemp("ui"), {path: demonstration.files()[path] for path in FILES})
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return home


@pytest.fixture(scope="module")
def served(home: Home) -> Iterator[Served]:
    said = home.data.parent / "server.txt"
    command = [sys.executable, "-m", "dagster_project.cli", "ui", "--raw", str(home.raw), "--data", str(home.data)]

    def start(port: int) -> subprocess.Popen:
        with said.open("w", encoding="utf-8") as output:
            return subprocess.Popen(
                [*command, "--port", str(port)], cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    with serving(start, "server_info", said, SECONDS_TO_START) as server:
        yield server


@pytest.fixture(scope="module")
def browse(
    system_program: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Open an address in headless Chromium with the given switches."""
    chromium = system_program("chromium", "chromium")
    profile = tmp_path_factory.mktemp("profile")

    def browse(address: str, *switches: str) -> subprocess.CompletedProcess[str]:
        command = [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--window-size=1600,1200",
            f"--user-data-dir={profile}",
            f"--virtual-time-budget={DRAWN_WITHIN_MILLISECONDS}",
            *switches,
            address,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        return done

    return browse


@pytest.fixture(scope="module")
def shown(served: Served, browse: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[[str], str]:
    """The text that a page of the UI shows once it is drawn."""

    @cache
    def shown(page: str) -> str:
        document = browse(f"{served.address}{page}", "--dump-dom").stdout
        document = re.sub(r"<(script|style)\b.*?</\1>", " ", document, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", document)).split())

    return shown


def run_of(served: Served) -> dict:
    found = graphql(served, "{ runsOrError { ... on Runs { results { runId status jobName } } } }")
    [run] = found["runsOrError"]["results"]
    return run


def test_the_run_is_in_the_history(served: Served) -> None:
    run = run_of(served)
    assert (run["status"], run["jobName"]) == ("SUCCESS", "everything")


def test_the_code_location_loads(served: Served) -> None:
    found = graphql(served, 
        "{ workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError { __typename } } } } }"
    )
    [entry] = found["workspaceOrError"]["locationEntries"]
    assert entry == {"name": "gongkai", "locationOrLoadError": {"__typename": "RepositoryLocation"}}


def test_every_asset_was_materialised_by_the_run(served: Served) -> None:
    found = graphql(served, "{ assetNodes { assetKey { path } groupName assetMaterializations(limit: 1) { runId } } }")
    run = run_of(served)["runId"]
    by_run = {
        "/".join(node["assetKey"]["path"]): [one["runId"] for one in node["assetMaterializations"]] for node in found["assetNodes"]
    }
    assert {"staging/manifest", "staging/cells", "main/dim_report", "published/snapshot"} <= set(by_run)
    assert {asset: runs for asset, runs in by_run.items() if runs != [run]} == {}
    assert {"intake", "reading", "auditing", "staging", "intermediate", "marts", "publishing", "registry"} <= {
        node["groupName"] for node in found["assetNodes"]
    }


def test_check_results_are_in_the_history(served: Served) -> None:
    found = graphql(served, 
        "{ assetNodes { assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization "
        "{ status evaluation { success severity } } } } } } }"
    )
    checks = {
        check["name"]: check["executionForLatestMaterialization"]
        for node in found["assetNodes"]
        for check in node["assetChecksOrError"].get("checks", [])
    }
    assert {"files_add_up", "nothing_lost", "cells_contract", "dim_report_grain"} <= set(checks)
    assert [name for name, execution in checks.items() if execution is None] == []
    failed = {name: one["evaluation"]["severity"] for name, one in checks.items() if not one["evaluation"]["success"]}
    # The report prints a total that is wrong, which is the source's error and no error of the run.
    assert failed == {"equations_hold": "WARN"}


def test_the_browser_draws_the_runs(served: Served, shown: Callable[[str], str]) -> None:
    text = shown("/runs")
    assert run_of(served)["runId"][:8] in text
    assert "everything" in text
    assert "Success" in text


def test_no_dialogue_stands_before_the_page(shown: Callable[[str], str]) -> None:
    assert "Join the Dagster community" not in shown("/runs")


def test_the_browser_draws_an_asset_with_its_columns_and_rows(shown: Callable[[str], str]) -> None:
    text = shown("/assets/main/dim_report")
    for expected in ("marts", "Row count", "One row per published version of one body's report for one year.", "equations_failed"):
        assert expected in text, text


def test_the_picture_of_the_runs_is_not_blank(
    served: Served, browse: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    picture = tmp_path / "runs.png"
    browse(f"{served.address}/runs", f"--screenshot={picture}")
    width, height, colours = colours_of(picture.read_bytes())
    assert (width, height) == (1600, 1200)
    # White, greys, the blue of links, the green of success and the shades between them.
    assert colours > 50


def colours_of(png: bytes) -> tuple[int, int, int]:
    """Width, height and number of distinct byte triples of a picture: enough to tell a page from an empty one."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) in ((8, 2), (8, 6)), "expected 8-bit RGB or RGBA"
    compressed, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        if name == b"IDAT":
            compressed += png[at + 8 : at + 8 + length]
        at += 12 + length
    # Lines are filtered, each by its neighbours; an even line filters to zeros, so what varies is drawn.
    lines, channels = zlib.decompress(compressed), 3 if kind == 2 else 4
    stride = width * channels + 1
    found = {
        lines[start + x : start + x + 3]
        for start in range(1, height * stride, stride)
        for x in range(0, width * channels, channels)
    }
    return width, height, len(found)


def test_the_server_has_nothing_to_complain_of(served: Served) -> None:
    said = served.said.read_text(encoding="utf-8")
    assert served.address in said
    assert "WARNING" not in said and "ERROR" not in said and "Traceback" not in said, said
