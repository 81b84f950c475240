"""What a run starts with: the dbt project parsed once for all data folders, the history's files kept open, its processes.

That a whole run works with them is asked in ``test_run``; how long it takes is no test (``make bench``).
"""

import gc
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from dagster._core.storage.event_log import SqliteEventLogStorage

from dagster_project.cli import main
from dagster_project.defs.lib import dbt_parse, dbt_project, event_log
from dagster_project.home import DATA_VARIABLE, Home, Unusable
from dagster_project.reading import staging
from schemas import CELLS, FRAMES


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared cache of this test alone, and the parsed manifests forgotten."""
    place = tmp_path / "cache"
    monkeypatch.setattr(dbt_parse, "SHARED", place)
    dbt_project._loaded.cache_clear()
    return place


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shared cache that holds the project as it is, parsed once for this module."""
    place = tmp_path_factory.mktemp("parsed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_parse, "SHARED", place)
        dbt_project.cache(home_at(tmp_path_factory.mktemp("home")))
    return place


@pytest.fixture
def cache_with_project(cache: Path, parsed: Path) -> Path:
    shutil.copytree(parsed, cache)
    return cache


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dbt commands that were run, in order, each with the data folder it was run for."""
    run: list[str] = []
    invoke = dbt_project._invoke

    def counted(command: Sequence[str], *rest: object) -> object:
        run.append(f"{command[0]} {os.environ[DATA_VARIABLE]}")
        return invoke(command, *rest)

    monkeypatch.setattr(dbt_project, "_invoke", counted)
    return run


def home_at(folder: Path) -> Home:
    home = Home.at(folder / "raw", folder / "data")
    home.raw.mkdir(parents=True)
    home.prepare()
    return home


def locations(home: Home) -> dict[str, str]:
    return {source["name"]: source["relation_name"] for source in dbt_project.manifest(home)["sources"].values()}


def test_one_parse_serves_every_data_folder(tmp_path: Path, cache: Path, parses: list[str]) -> None:
    handlers = list(logging.root.handlers)
    one, other = home_at(tmp_path / "one"), home_at(tmp_path / "it's {another}")
    assert locations(one)["cells"] == f"read_parquet('{one.data}/staging/cells/*.parquet')"
    # In SQL a quote is written twice.
    assert locations(other)["cells"] == f"read_parquet('{str(other.data).replace(chr(39), chr(39) * 2)}/staging/cells/*.parquet')"
    assert set(locations(one)) == {frame.name for frame in FRAMES}
    assert len(parses) == 1
    assert str(one.data) not in parses[0]
    assert os.environ[DATA_VARIABLE] == str(one.data)
    # dbt would have the messages of all libraries printed on the terminal.
    assert logging.root.handlers == handlers


def test_dbt_reads_the_frames_of_the_data_folder_it_is_run_for(tmp_path: Path, cache_with_project: Path) -> None:
    for name, documents in (("one", 1), ("it's {another}", 2)):
        home = home_at(tmp_path / name)
        for frame in FRAMES:
            (home.staging / frame.name).mkdir(exist_ok=True)
            place = home.manifest if frame.name == "manifest" else home.staging / frame.name / "2021.parquet"
            rows = [
                {"document_id": f"{number:016x}", "cell": "requests.received.total", "status": "blank"}
                for number in range(documents)
            ]
            rows = [dict.fromkeys(CELLS.polars_schema) | row for row in rows]
            (CELLS.build(rows) if frame is CELLS else frame.empty()).write_parquet(place)
        command = ["show", "--inline", "select count(*) as cells from {{ source('staging', 'cells') }}"]
        home.into_environment()
        result = dbt_project.invoke(home, command, dbt_parse.for_dbt(dbt_project.cache(home), home))
        assert result.success, result.exception
        assert result.result.results[0].agate_table.rows[0]["cells"] == documents


def test_a_manifest_is_made_anew_for_each_command(tmp_path: Path, cache_with_project: Path) -> None:
    # dbt writes into the manifest that it is given.
    home = home_at(tmp_path)
    parsed = dbt_project.cache(home)
    first, second = dbt_parse.for_dbt(parsed, home), dbt_parse.for_dbt(parsed, home)
    assert first is not second
    assert set(first.nodes) == set(dbt_project.manifest(home)["nodes"])
    assert first.flat_graph["nodes"].keys() == first.nodes.keys()


def test_a_project_folder_that_cannot_be_written_leaves_the_cache_in_the_data_folder(
    tmp_path: Path, parsed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [state] = parsed.iterdir()

    def parse(_command: Sequence[str], target: Path) -> None:
        shutil.copytree(state, target, dirs_exist_ok=True)

    (tmp_path / "a file").write_bytes(b"")
    monkeypatch.setattr(dbt_parse, "SHARED", tmp_path / "a file" / "cache")
    home = home_at(tmp_path)
    found = dbt_parse.folder(home, parse)
    assert found.is_relative_to(home.dbt_target)
    assert dbt_project.cache(home) == found
    assert locations(home)["cells"].startswith(f"read_parquet('{home.data}/")


def test_a_parse_cut_short_leaves_nothing_behind(tmp_path: Path, cache: Path) -> None:
    def stopped(_command: Sequence[str], target: Path) -> None:
        (target / "manifest.json").write_bytes(b"half a mani")
        raise dbt_project.DbtError("dbt parse stopped: the reason")

    home = home_at(tmp_path)
    home.into_environment()
    with pytest.raises(dbt_project.DbtError, match="the reason"):
        dbt_parse.folder(home, stopped)
    assert list(cache.iterdir()) == []
    assert os.environ[DATA_VARIABLE] == str(home.data)


def test_another_process_that_parsed_first_wins(tmp_path: Path, cache: Path) -> None:
    def parsed_meanwhile(_command: Sequence[str], target: Path) -> None:
        for folder in (target, cache / f"dbt-{dbt_parse.fingerprint()}"):
            folder.mkdir(exist_ok=True)
            for name in ("manifest.json", "partial_parse.msgpack"):
                (folder / name).write_text(folder.name)

    home = home_at(tmp_path)
    found = dbt_parse.folder(home, parsed_meanwhile)
    assert (found / "manifest.json").read_text() == found.name
    assert [path.name for path in cache.iterdir()] == [found.name]


@pytest.mark.parametrize("changed", ["models/staging/stg_cells.sql", "models/staging/_sources.yml", "new.sql"])
def test_a_changed_project_is_parsed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    copied = tmp_path / "dbt"
    shutil.copytree(dbt_parse.DBT, copied, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr(dbt_parse, "DBT", copied)
    before = dbt_parse.fingerprint()
    assert before == dbt_parse.fingerprint()
    with (copied / changed).open("a", encoding="utf-8") as file:
        file.write("\n-- changed\n")
    assert dbt_parse.fingerprint() != before


def test_a_changed_registry_is_parsed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "registry"
    shutil.copytree(dbt_parse.REGISTRY, copied)
    monkeypatch.setattr(dbt_parse, "REGISTRY", copied)
    before = dbt_parse.fingerprint()
    (copied / "forms.csv").write_text("form\n", encoding="utf-8")
    assert dbt_parse.fingerprint() != before


def test_only_the_latest_states_of_the_project_are_kept(tmp_path: Path, cache: Path) -> None:
    for age in range(10):
        (cache / f"dbt-{age}").mkdir(parents=True)
        os.utime(cache / f"dbt-{age}", ns=(0, 0))

    def parse(_command: Sequence[str], target: Path) -> None:
        (target / "manifest.json").write_text(json.dumps({}))
        (target / "partial_parse.msgpack").write_bytes(b"")

    found = dbt_parse.folder(home_at(tmp_path), parse)
    assert found.exists()
    assert len(list(cache.iterdir())) == 4


# --- the history -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bool], list[str]]:
    """Run a small job on an instance of its own, and return what another instance reads of its events."""

    @dg.asset
    def numbers() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"rows": 3})

    @dg.asset_check(asset=numbers)
    def enough() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    def run(kept_open: bool) -> list[str]:
        folder = tmp_path / str(kept_open)
        folder.mkdir()
        job = dg.Definitions([numbers], asset_checks=[enough]).resolve_implicit_global_asset_job_def()
        with dg.DagsterInstance.from_config(str(_settings(folder))) as instance:
            if kept_open:
                with event_log.kept_open(instance):
                    result = job.execute_in_process(instance=instance)
                    # Another process sees each event when it is written, not at the end.
                    assert _events(folder, result.run_id)
                assert type(instance.event_log_storage)._connect is SqliteEventLogStorage._connect
                assert "_connect" not in vars(instance.event_log_storage)
            else:
                result = job.execute_in_process(instance=instance)
        return _events(folder, result.run_id)

    return run


def _settings(folder: Path) -> Path:
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    return folder


def _events(folder: Path, run_id: str) -> list[str]:
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert instance.get_latest_materialization_event(dg.AssetKey("numbers")) is not None
        return [event.dagster_event.event_type_value for event in instance.all_logs(run_id) if event.is_dagster_event]


def test_the_history_is_the_same_with_its_files_kept_open(stored: Callable[[bool], list[str]]) -> None:
    kept = stored(True)
    assert "ASSET_CHECK_EVALUATION" in kept
    assert kept == stored(False)


def test_another_storage_is_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        before = dict(vars(instance.event_log_storage))
        with event_log.kept_open(instance):
            assert vars(instance.event_log_storage) == before


# --- processes -------------------------------------------------------------------------------------------------------


def test_each_reading_process_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [sys.executable, "-c", "import polars; print(polars.thread_pool_size())"]
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    with staging._one_thread_each():
        threads = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert threads.strip() == "1"
    assert "POLARS_MAX_THREADS" not in os.environ
    monkeypatch.setenv("POLARS_MAX_THREADS", "7")
    with staging._one_thread_each():
        assert os.environ["POLARS_MAX_THREADS"] == "1"
    assert os.environ["POLARS_MAX_THREADS"] == "7"


def test_warming_leaves_the_cache_and_nothing_else(
    tmp_path: Path, cache_with_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    result = CliRunner().invoke(main, ["warm"])
    assert result.exit_code == 0, result.output
    assert result.stderr == "setting up: a first run over an empty archive\n"
    assert list(elsewhere.iterdir()) == []
    [state] = cache_with_project.iterdir()
    assert {path.name for path in state.iterdir()} == {"manifest.json", "partial_parse.msgpack", "column_lineage.json"}
    assert gc.isenabled()


def test_warming_that_fails_is_told_and_no_failure(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_home: Home) -> None:
        raise Unusable("Expected to write somewhere.")

    monkeypatch.setattr(Home, "prepare", refused)
    result = CliRunner().invoke(main, ["warm"])
    assert result.exit_code == 0
    assert "Expected to write somewhere." in result.stderr
