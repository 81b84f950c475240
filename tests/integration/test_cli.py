"""The command line as a person meets it: exit statuses, what is said where, what refuses to start, what can be stopped."""

import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from dagster_project.cli import main
from dagster_project.home import PROJECT, Home
from dagster_project.synthesis import demonstration

REPORT = "2022/hengling-health-2022.html"
SCAN = "2024/hengling-health-2024-scan.html"
STOPPED = (130, -signal.SIGINT)  # a shell shows both as 130


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", *arguments],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def invoke(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(main, arguments)


def written(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- a run as a process ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, make_home: Callable[[Path, Mapping[str, bytes]], Home]) -> Home:
    """Folders with a blank and a quote in their names, one sound report, one file that is quarantined."""
    folder = tmp_path_factory.mktemp("it's an archive")
    return make_home(folder, {path: demonstration.files()[path] for path in (REPORT, SCAN)})


@pytest.fixture(scope="module")
def ran(home: Home) -> subprocess.CompletedProcess[str]:
    """A run told where to read and write by the environment, as make does."""
    return command("run", GONGKAI_RAW=str(home.raw), GONGKAI_DATA=str(home.data))


def test_quarantined_files_are_no_failure(ran: subprocess.CompletedProcess[str]) -> None:
    assert ran.returncode == 0, ran.stderr
    assert f"{SCAN}: unknown_kind. Expected a file" in ran.stdout


def test_the_summary_goes_to_stdout_and_says_where_the_results_are(ran: subprocess.CompletedProcess[str], home: Home) -> None:
    for titled in ("files in", "quarantined by reason", "cells by status", "findings", "seconds", "published"):
        assert re.search(rf"^{titled}\b", ran.stdout, re.MULTILINE), titled
    assert str(home.published / "gongkai.duckdb") in ran.stdout
    assert (home.published / "gongkai.duckdb").exists()


def test_the_summary_adds_up(ran: subprocess.CompletedProcess[str]) -> None:
    blocks = re.split(r"\n\n(?=\S)", ran.stdout.strip())
    added = 0
    for block in blocks:
        numbers = [int(number.replace(",", "")) for number in re.findall(r"^  \S.* ([\d,]+)(?:  = files in)?$", block, re.MULTILINE)]
        if re.search(r"^  sum ", block, re.MULTILINE):
            *parts, total = numbers
            assert sum(parts) == total, block
            added += 1
    assert added >= 3


def test_progress_goes_to_stderr_and_nothing_else_does(ran: subprocess.CompletedProcess[str]) -> None:
    assert ran.stderr
    assert [line for line in ran.stderr.splitlines() if not re.fullmatch(r" *\d+\.\d s  \S.*", line)] == []


def test_the_run_wrote_nothing_beside_its_data_folder(ran: subprocess.CompletedProcess[str], home: Home) -> None:
    assert written(home.raw) == {path: demonstration.files()[path] for path in (REPORT, SCAN)}
    assert {path.name for path in home.data.parent.iterdir()} == {"raw", "data"}


# --- what refuses to start -------------------------------------------------------------------------------------------


def test_an_archive_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    result = invoke("run", "--raw", str(tmp_path / "nowhere"), "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert result.stderr == f"Expected a folder of reports at {tmp_path / 'nowhere'}, found nothing. Name the archive with RAW=<folder>.\n"
    assert not (tmp_path / "data").exists()


def test_an_archive_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("a report", encoding="utf-8")
    result = invoke("run", "--raw", str(tmp_path / "raw"), "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert "found a file" in result.stderr


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    result = invoke("run", "--raw", str(tmp_path / "raw"), "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert "Grant write permission, free space, or name another folder with DATA=<folder>." in result.stderr


@pytest.fixture
def another_process() -> Iterator[Callable[[str], None]]:
    """Start Python in a process of its own, and go on when it has printed a line; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    yield start
    for process in started:
        process.communicate("end\n", timeout=120)


def test_two_runs_never_write_to_one_data_folder(tmp_path: Path, another_process: Callable[[str], None]) -> None:
    home = Home.at(tmp_path / "raw", tmp_path / "data")
    home.raw.mkdir()
    home.prepare()
    another_process(
        f"import fcntl; file = open({str(home.lock)!r}, 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
        "file.write('4711'); file.flush(); print('ready', flush=True); input()"
    )
    before = written(home.data)
    result = invoke("run", "--raw", str(home.raw), "--data", str(home.data))
    assert result.exit_code == 2
    assert "Another run (process 4711) is writing to" in result.stderr
    assert "Nothing was changed." in result.stderr
    assert written(home.data) == before


def test_a_warehouse_open_elsewhere_is_a_sentence(tmp_path: Path, another_process: Callable[[str], None]) -> None:
    home = Home.at(tmp_path / "raw", tmp_path / "data")
    home.raw.mkdir()
    home.prepare()
    duckdb.connect(str(home.warehouse)).close()
    another_process(
        f"import duckdb; held = duckdb.connect({str(home.warehouse)!r}); print('ready', flush=True); input()"
    )
    result = invoke("run", "--raw", str(home.raw), "--data", str(home.data))
    assert result.exit_code == 2
    assert "Another program has the private warehouse" in result.stderr
    assert str(home.published / "gongkai.duckdb") in result.stderr


# --- stopping --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["loading the definitions", "models"])
def test_a_stopped_run_says_so_and_leaves_the_snapshot(ran: subprocess.CompletedProcess[str], home: Home, stage: str) -> None:
    assert ran.returncode == 0
    before = written(home.published)
    # With nothing remembered the models are built although nothing is new.
    home.last_build.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.cli", "run", "--raw", str(home.raw), "--data", str(home.data)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith(f"s  {stage}"):
            process.send_signal(signal.SIGINT)
            break
    _, said = process.communicate(timeout=120)
    assert process.returncode in STOPPED, said
    assert said.rstrip().endswith("Stopped. The published snapshot is as it was; run again to go on.")
    assert "Traceback" not in said
    assert written(home.published) == before
    with home.lock.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


# --- one document ----------------------------------------------------------------------------------------------------


def test_inspect_shows_what_was_recognised_and_every_number_on_a_narrow_terminal(home: Home) -> None:
    result = invoke("inspect", str(home.raw / REPORT))
    assert result.exit_code == 0, result.output
    truth, rendered = demonstration.reports()[REPORT]
    assert truth.body in result.stdout and "2021, fast lane: 200 of 200 cells read" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    for row in ("received", "granted", "disposed", "carried_out"):
        columns = ("natural_person", "business", "research", "public_interest", "legal_services", "other_organisation", "total")
        printed = [rendered.printed[f"requests.{row}.{column}"].raw for column in columns]
        assert any(words[-7:] == printed for words in rows), row
    assert max(cell_len(line) for line in result.stdout.splitlines()) <= 80
    assert "2 fail" in result.stdout
    assert "requests.granted.total as printed is" in result.stdout


def test_inspect_shows_one_cell_with_its_place(home: Home) -> None:
    result = invoke("inspect", str(home.raw / REPORT), "--cell", "requests.granted.total")
    printed = demonstration.reports()[REPORT][1].printed["requests.granted.total"]
    assert result.exit_code == 0
    assert re.search(rf"^Printed +{printed.raw}$", result.stdout, re.MULTILINE)
    assert re.search(r"^Place .*table=\d+;row=\d+;cell=\d+", result.stdout, re.MULTILINE)


def test_inspect_helps_with_an_unknown_cell(home: Home) -> None:
    result = invoke("inspect", str(home.raw / REPORT), "--cell", "requests.granted.totals")
    assert result.exit_code == 1
    assert "requests.granted.total" in result.stdout


def test_inspect_says_why_a_document_is_no_report(home: Home) -> None:
    result = invoke("inspect", str(home.raw / SCAN))
    assert result.exit_code == 1
    assert "unknown_kind" in result.stdout


@pytest.mark.parametrize(("name", "found"), [("nothing.html", "nothing"), (".", "a folder")])
def test_inspect_of_no_file_is_a_sentence(tmp_path: Path, name: str, found: str) -> None:
    result = invoke("inspect", str(tmp_path / name))
    assert result.exit_code == 2
    assert f"found {found}." in result.stderr


# --- make ------------------------------------------------------------------------------------------------------------


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A target of the Makefile in the environment that is there: its set-up is not what is tested here."""
    return subprocess.run(
        ["make", "--assume-old=.venv/.stamp", *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )


def test_make_inspect_takes_a_path_with_blanks_and_quotes(home: Home) -> None:
    shown = make("inspect", f"FILE={home.raw / REPORT}")
    assert shown.returncode == 0, shown.stderr
    assert "珩岭县卫生健康委员会" in shown.stdout


def test_make_inspect_without_a_file_says_how() -> None:
    told = make("inspect")
    assert told.returncode != 0
    assert "Name a document: make inspect FILE=<path>" in told.stderr


def test_each_command_of_the_makefile_s_head_is_a_target() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^# +make ([\w-]+)", text, re.MULTILINE)
    assert {"run", "test", "ui", "inspect", "bench", "contracts", "lint"} <= set(named)
    assert [name for name in named if not re.search(rf"^{name}:", text, re.MULTILINE)] == []
