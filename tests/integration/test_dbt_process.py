"""The process in which dbt builds: what it answers, and that it never outlives or outlasts who asked."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import Ingest

from dagster_project.defs.lib import dbt_process, dbt_project
from dagster_project.defs.lib.dbt_process import Before, End, Result
from dagster_project.home import PROJECT, Home
from dagster_project.synthesis import demonstration

SOME = ["build", "--select", "forms", "stg_manifest", "dim_form", "--exclude-resource-type", "unit_test"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, make_home: Callable[[Path, Mapping[str, bytes]], Home], ingest: Ingest) -> Home:
    name, (_, rendered) = next(iter(demonstration.reports().items()))
    made = make_home(tmp_path_factory.mktemp("dbt"), {name: rendered.content})
    result = ingest(made)
    assert result.exit_code == 0, result.output
    return made


def answers(home: Home, command: list[str]) -> list[Before | Result | End]:
    return list(dbt_process.build(home, dbt_project.cache(home), command))


def test_each_node_is_told_with_what_stands_in_its_place(home: Home) -> None:
    before, *results, end = answers(home, SOME)
    assert isinstance(before, Before) and '"gongkai"."main"."dim_form"' in before.relations
    assert end == End((), ())
    told = {result.message["data"]["node_info"]["node_name"]: result.relation for result in results}
    assert (told["dim_form"].rows, told["stg_manifest"].rows) == (2, None)  # two forms; a view
    assert {"cells_expected", "note"} <= told["dim_form"].columns.keys()
    tests = [result.relation for result in results if result.message["info"]["name"] == "LogTestResult"]
    assert tests and not any(tests)


def test_a_process_that_is_killed_is_told_and_started_anew(home: Home) -> None:
    told = dbt_process.build(home, dbt_project.cache(home), ["build"])
    next(told)
    os.kill(dbt_process._workers[0].process.pid, signal.SIGKILL)
    with pytest.raises(dbt_project.DbtError, match=r"ended before its build did \(exit status -9\)"):
        list(told)
    assert answers(home, SOME)[-1] == End((), ())


def test_a_build_that_nobody_hears_to_its_end_ends(home: Home) -> None:
    told = dbt_process.build(home, dbt_project.cache(home), ["build"])
    next(told)
    process = dbt_process._workers[0].process
    told.close()
    assert not process.is_alive()


def test_a_model_that_fails_is_told_and_what_waits_for_it_is_skipped(home: Home, tmp_path: Path) -> None:
    broken = Home.at(home.raw, tmp_path / "data")
    shutil.copytree(home.data, broken.data)
    for staged in broken.staging.glob("cells/*.parquet"):
        staged.write_bytes(b"no parquet")
    broken.into_environment()
    end = answers(broken, ["build", "--select", "stg_cells", "int_report_cells", "fct_cells", "--exclude-resource-type", "unit_test"])[-1]
    assert any(sentence.startswith("model ") for sentence in end.failures), end
    assert "fct_cells" in end.skipped


def test_a_run_whose_models_fail_says_which_and_publishes_nothing(home: Home, ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    published = {path: path.read_bytes() for path in sorted(home.published.rglob("*")) if path.is_file()}
    home.last_build.unlink(missing_ok=True)
    told = iter([Before({}), End(("model dim_year: why",), ("mart_body_year",))])
    monkeypatch.setattr(dbt_process, "build", lambda *_: told)
    result = ingest(home)
    assert result.exit_code == 1
    assert "1 model(s) or test(s) of the warehouse failed, 1 were skipped for that:" in result.stdout
    assert "model dim_year: why" in result.stdout
    assert {path: path.read_bytes() for path in sorted(home.published.rglob("*")) if path.is_file()} == published


def test_what_stops_dbt_is_told_in_its_words(home: Home) -> None:
    with pytest.raises(dbt_project.DbtError, match="dbt build stopped: .*no_such_option"):
        answers(home, ["build", "--no_such_option"])


def test_it_ends_with_the_process_that_started_it(home: Home) -> None:
    script = (
        "from pathlib import Path\nfrom dagster_project.defs.lib import dbt_process\nfrom dagster_project.home import Home\n"
        "if __name__ == '__main__':\n"
        f"    dbt_process.prepare(Home.at({str(home.raw)!r}, {str(home.data)!r}))\n"
        "    print(dbt_process._workers[0].process.pid, flush=True)\n    input()\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None and starter.stdin is not None
    other = int(starter.stdout.readline())
    os.kill(other, 0)
    starter.kill()
    starter.wait()
    until = time.monotonic() + 120
    while _lives(other) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _lives(other)


def _lives(process: int) -> bool:
    try:
        # One that has ended and whom nobody has asked for its status is a zombie.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
