"""A run with nothing new builds nothing, says so, and leaves the history true; anything else is built.

The runs follow each other in one home. What only has to be decided is asked of ``last_build.standing`` without a run.
"""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from dagster_project.defs.lib import dbt_parse, dbt_project, last_build
from dagster_project.home import Home
from dagster_project.publishing import snapshot
from dagster_project.reading import document
from dagster_project.synthesis import demonstration
from dagster_project.synthesis.layouts import RENDERERS, Layout
from dagster_project.synthesis.truth import make_truth

SENTENCE = "Nothing changed since publication 1 was built, so models, checks, tables and pages stand as they were.\n"
LATE = "2023/late-bureau-2023.html"


def hashes(home: Home) -> dict[str, str]:
    return {
        path.relative_to(home.published).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.published.rglob("*"))
        if path.is_file()
    }


def counts(result: Result) -> str:
    """The summary from the files to the findings: everything that is counted."""
    return result.stdout.partition("files in")[2].partition("documents read")[0]


def warnings(result: Result) -> list[str]:
    return sorted(result.stdout.partition("\nwarnings\n")[2].splitlines())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, make_home) -> Home:
    return make_home(tmp_path_factory.mktemp("standing"), demonstration.files())


@pytest.fixture(scope="module")
def first(home: Home, ingest) -> Result:
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def published(home: Home, first: Result) -> dict[str, str]:
    return hashes(home)


@pytest.fixture(scope="module")
def again(home: Home, published: dict[str, str], ingest) -> Result:
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def history(home: Home) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        yield opened


def told(history: dg.DagsterInstance, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    """The events of one kind of the last run."""
    [last] = history.get_runs(limit=1)
    return [record.event_log_entry.dagster_event for record in history.get_records_for_run(last.run_id, of_type=kind).records]


def models_built(history: dg.DagsterInstance) -> int:
    events = told(history, dg.DagsterEventType.ASSET_MATERIALIZATION)
    return sum(event.asset_key.path[0] in ("main", "intermediate", "registry") for event in events)


# --- nothing new -----------------------------------------------------------------------------------------------------


def test_a_run_with_nothing_new_says_so_and_leaves_every_byte(again: Result, home: Home, published: dict[str, str]) -> None:
    assert SENTENCE in again.stdout
    assert hashes(home) == published
    assert "published (unchanged)" in again.stdout
    assert re.search(r"/reports/index\.html  \(\d+ pages, unchanged\)$", again.stdout, re.MULTILINE)
    stages = re.findall(r"^  (\S.*?) +[\d.]+$", again.stdout.partition("\nseconds\n")[2].partition("\n\n")[0], re.MULTILINE)
    assert "looking for changes" in stages
    assert not {"dbt", "dbt metadata", "publishing", "pages"} & set(stages)


def test_its_summary_counts_and_warns_as_the_build_did(again: Result, first: Result) -> None:
    assert SENTENCE not in first.stdout
    assert counts(again) == counts(first)
    assert warnings(again) == warnings(first)
    assert len(warnings(first)) > 3


def test_nothing_of_dagster_is_told_on_the_terminal(again: Result) -> None:
    assert [line for line in again.stderr.splitlines() if not re.fullmatch(r" *[\d.]+ s  .+", line)] == []


def test_the_history_has_the_run_and_no_made_up_materialisation(again: Result, history: dg.DagsterInstance) -> None:
    [last] = history.get_runs(limit=1)
    assert last.status == dg.DagsterRunStatus.SUCCESS
    assert models_built(history) == 0
    staged = {event.asset_key.path[0] for event in told(history, dg.DagsterEventType.ASSET_MATERIALIZATION)}
    assert staged == {"staging"}
    checked = {event.event_specific_data.asset_key.path[0] for event in told(history, dg.DagsterEventType.ASSET_CHECK_EVALUATION)}
    assert checked == {"staging"}
    skipped = {event.step_key for event in told(history, dg.DagsterEventType.STEP_SKIPPED)}
    assert skipped >= {"archive_account", "audit", "coverage", "published__snapshot", "published__report_pages"}
    said = [record.user_message for record in history.all_logs(last.run_id) if not record.is_dagster_event]
    assert any(message.startswith("Nothing changed since the last build: ") for message in said)


def test_the_ui_shows_every_asset_as_up_to_date_and_every_check_with_its_last_result(
    again: Result, history: dg.DagsterInstance
) -> None:
    from dagster_project.definitions import defs

    graph = defs().resolve_asset_graph()
    resolver = CachingStaleStatusResolver(history, graph, LoadingContextForTest(history))
    stale = {key.to_user_string() for key in graph.get_all_asset_keys() if resolver.get_status(key) != StaleStatus.FRESH}
    assert stale == set()
    latest = history.event_log_storage.get_latest_asset_check_execution_by_key(list(graph.asset_check_keys))
    assert set(latest) == set(graph.asset_check_keys)


# --- what is built -----------------------------------------------------------------------------------------------------


def why(home: Home) -> str:
    return last_build.standing(home).why


@pytest.fixture
def stands(home: Home, again: Result, tmp_path: Path) -> Iterator[Home]:
    """The home while everything stands; it is put back as it was."""
    assert why(home) == ""
    shutil.copytree(home.data, tmp_path / "data")
    yield home
    shutil.rmtree(home.data)
    shutil.copytree(tmp_path / "data", home.data)
    assert why(home) == ""


def _gone(path: Path) -> None:
    path.unlink()


def _one_byte_other(path: Path) -> None:
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])


@pytest.mark.parametrize("damage", [_gone, _one_byte_other])
@pytest.mark.parametrize(
    "name",
    [
        "gongkai.duckdb",
        "datapackage.json",
        "data_dictionary.md",
        "publication_diff.md",
        "csv/fct_cells.csv",
        "parquet/fct_cells.parquet",
        "parquet/publication_diff.parquet",
    ],
)
def test_a_published_file_that_is_gone_or_damaged(stands: Home, name: str, damage: Callable[[Path], None]) -> None:
    path = stands.published / name
    stat = path.stat()
    damage(path)
    if path.exists():
        # Size and times tell nothing.
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert path.stat().st_size == stat.st_size
    assert why(stands) == f"Published files are missing or damaged: {name}."


def test_a_page_that_is_gone_and_one_too_many(stands: Home) -> None:
    page = next(stands.published.glob("reports/2*/*.html"))
    page.rename(page.with_name("0123456789abcdef.html"))
    assert why(stands) == "Pages of reports are missing, or made of something else."


@pytest.mark.parametrize("damage", [_gone, _one_byte_other])
@pytest.mark.parametrize("name", ["cells/2021.parquet", "manifest.parquet", "verdicts.parquet", "text_similarity/2022.parquet"])
def test_a_staged_file_that_differs(stands: Home, name: str, damage: Callable[[Path], None]) -> None:
    damage(stands.staging / name)
    assert why(stands) == f"Changed since the last build: the staged frame {name.removesuffix('.parquet').split('/')[0]}."


@pytest.mark.parametrize(
    ("name", "text"), [("last_build.json", None), ("last_build.json", "half a rec"), ("last_build.json", "[]"), ("published_files.json", None)]
)
def test_nothing_remembered(stands: Home, name: str, text: str | None) -> None:
    path = stands.warehouse.with_name(name)
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    assert why(stands).startswith("No earlier build is known" if name == "last_build.json" else "Published files are missing")


def test_a_warehouse_that_is_gone(stands: Home) -> None:
    stands.warehouse.unlink()
    assert why(stands) == "The private warehouse is gone."


@pytest.mark.parametrize(
    ("folder", "name"),
    [("dbt", "models/marts/dim_report.sql"), ("dbt", "metrics/metrics.csv"), ("dbt", "models/marts/_facts.yml"), ("dbt", "profiles.yml")],
)
def test_a_changed_model_seed_or_contract(stands: Home, tmp_path: Path, monkeypatch, folder: str, name: str) -> None:
    copied = tmp_path / folder
    shutil.copytree(dbt_parse.DBT, copied, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr(dbt_parse, "DBT", copied)
    assert why(stands) == ""
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert why(stands) == "Changed since the last build: the project's files."


@pytest.mark.parametrize("name", ["schemas/frames.py", "dagster_project/forms/registry/outcomes.csv", "dagster_project/publishing/columns.csv"])
def test_changed_code_registry_or_label(stands: Home, tmp_path: Path, monkeypatch, name: str) -> None:
    for folder in last_build._CODE:
        shutil.copytree(folder, tmp_path / folder.name)
    monkeypatch.setattr(last_build, "_CODE", tuple(tmp_path / folder.name for folder in last_build._CODE))
    assert why(stands) == ""
    # What Python writes beside the code is no change.
    (tmp_path / "schemas" / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "schemas" / "__pycache__" / "new.pyc").write_bytes(b"new")
    assert why(stands) == ""
    with (tmp_path / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert why(stands) == "Changed since the last build: the project's files."


def test_another_reader_library_setting_or_place(stands: Home, tmp_path: Path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(last_build, "READER_VERSION", document.READER_VERSION + 1)
        assert why(stands) == "Changed since the last build: the reader's version."
    with monkeypatch.context() as patch:
        patch.setattr(last_build, "version", lambda name: "0.0.1")
        assert why(stands) == "Changed since the last build: the libraries."
    with monkeypatch.context() as patch:
        patch.setenv("DBT_FULL_REFRESH", "1")
        assert why(stands) == "Changed since the last build: dbt's settings."
    moved = Home.at(stands.raw, tmp_path / "moved")
    shutil.copytree(stands.data, moved.data)
    assert why(moved) == "Changed since the last build: the data folder."


def test_a_build_that_is_not_published_leaves_nothing_that_stands(
    home: Home, again: Result, published: dict[str, str], ingest, history: dg.DagsterInstance
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    truth = make_truth("late-2023", "2021", body="霁川县档案局", year=2023, activity="tens")
    (home.raw / LATE).write_bytes(RENDERERS["html"](truth, Layout(seed=40)).content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot.files, "write_csv", full)
        assert ingest(home).exit_code == 1
    # The archive is as it was when it was published, but the warehouse is not.
    (home.raw / LATE).unlink()
    assert hashes(home) == published
    result = ingest(home)
    assert result.exit_code == 0, result.output
    assert SENTENCE not in result.stdout
    assert models_built(history) > 50
    assert counts(result) == counts(again)
    assert hashes(home) == published
    assert SENTENCE in ingest(home).stdout


# --- and how it ends -------------------------------------------------------------------------------------------------


def test_a_damaged_file_is_restored_by_a_build(home: Home, again: Result, published: dict[str, str], ingest, history) -> None:
    _one_byte_other(home.published / "csv" / "fct_cells.csv")
    (home.published / "parquet" / "dim_report.parquet").unlink()
    result = ingest(home)
    assert result.exit_code == 0, result.output
    assert SENTENCE not in result.stdout
    assert models_built(history) > 50
    assert hashes(home) == published
    assert why(home) == ""


def test_changed_sql_is_built(home: Home, published: dict[str, str], again: Result, ingest, history, tmp_path, monkeypatch) -> None:
    copied = tmp_path / "dbt"
    shutil.copytree(dbt_parse.DBT, copied, ignore=shutil.ignore_patterns("target", "logs"))
    # The project names its seeds relative to itself.
    for registry in ("forms/registry", "bodies/registry"):
        shutil.copytree(dbt_parse.DBT.parent / "dagster_project" / registry, tmp_path / "dagster_project" / registry)
    model = copied / "models" / "marts" / "dim_applicant_type.sql"
    model.write_text(model.read_text(encoding="utf-8").replace("label_en", "upper(label_en) as label_en", 1), encoding="utf-8")
    for module in (dbt_parse, dbt_project):
        monkeypatch.setattr(module, "DBT", copied)
    monkeypatch.setattr(dbt_parse, "SHARED", tmp_path / "cache")
    dbt_project._loaded.cache_clear()
    result = ingest(home)
    assert result.exit_code == 0, result.output
    assert SENTENCE not in result.stdout
    changed = {name for name, digest in hashes(home).items() if published.get(name) != digest}
    assert {"parquet/dim_applicant_type.parquet", "csv/dim_applicant_type.csv"} <= changed
    dbt_project._loaded.cache_clear()
