"""The demonstration archive from raw to published, again and again: what a run says, keeps, replaces and refuses.

The runs follow each other in one home, each a fixture that keeps what the tests ask of it; a run is about ten seconds of
start-up and dbt, so there is one for each thing that can only be seen on a whole run.
"""

import csv
import errno
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from click.testing import Result

from dagster_project.home import Home
from dagster_project.publishing import snapshot
from dagster_project.reading import batch
from dagster_project.synthesis import demonstration
from dagster_project.synthesis.layouts import RENDERERS, Layout
from dagster_project.synthesis.truth import make_truth

LATE = "2023/late-bureau-2023.html"
CHANGED = "2021/zhanhe-urban-management-2021.html"
REMOVED = "2023/yuejiang-half-year-2023.html"
# What becomes of each file of the demonstration (the table in dagster_project/synthesis/demonstration.py).
FATES = {
    **dict.fromkeys(demonstration.reports(), "report"),
    "2021/xiangling-market-supervision-2021.html": "superseded",
    "2022/diyang-yishui-street-2022-copy.html": "report",
    "2022/diyang-yishui-street-2022.html": "duplicate",
    "2022/diyang-yishui-street-2022-portal.html": "duplicate",
    "2023/yuejiang-half-year-2023.html": "not_a_report",
    "2023/yuejiang-website-2023.html": "not_a_report",
    "2024/template-2024.html": "not_a_report",
    "2024/hengling-health-2024.html": "report",
    "2024/hengling-health-2024-scan.html": "quarantined",
    "2024/towns-2024.zip": "report",
    "2024/qiaoting-town-2024.json": "report",
}
PLACES = {
    "reports": "report",
    "superseded versions": "superseded",
    "duplicates": "duplicate",
    "not a report": "not_a_report",
    "quarantined": "quarantined",
}


@dataclass(frozen=True)
class Ran:
    """One finished run: its exit status and words, a copy of what was published after it, hashes of it, its Dagster run."""

    result: Result
    published: Path
    bytes: Mapping[str, str]
    run: dg.DagsterRun

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.published / "parquet" / f"{name}.parquet")

    def count(self, label: str) -> int:
        """A number of the summary by what stands before it."""
        [number] = re.findall(rf"^ *{re.escape(label)} +([\d,]+)(?:  .*)?$", self.result.stdout, re.MULTILINE)
        return int(number.replace(",", ""))

    @property
    def read_and_kept(self) -> tuple[int, int]:
        """Files read and documents kept, as the summary says."""
        [found] = re.findall(r"^documents read ([\d,]+), kept ([\d,]+)$", self.result.stdout, re.MULTILINE)
        return tuple(int(number.replace(",", "")) for number in found)

    @property
    def documents(self) -> int:
        """Documents that stand in the ledger because they were read: a container has several, a byte duplicate none."""
        ledger = self.table("file_ledger")
        return ledger["documents"].sum() - ledger.filter(reason_code="duplicate").height

    @property
    def said(self) -> str:
        return f"{self.result.stdout}\n{self.result.stderr}"


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def instance(home: Home) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(home.dagster))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, make_home) -> Home:
    return make_home(tmp_path_factory.mktemp("demonstration"), demonstration.files())


@pytest.fixture(scope="module")
def run(home: Home, ingest):
    """Run the home, and keep what was published after it."""

    def run() -> Ran:
        result = ingest(home)
        with instance(home) as history:
            [last] = history.get_runs(limit=1)
        kept = home.data.parent / f"published after {last.run_id}"
        shutil.copytree(home.published, kept)
        return Ran(result, kept, hashes(home.published), last)

    return run


@pytest.fixture
def history(home: Home) -> Iterator[dg.DagsterInstance]:
    with instance(home) as opened:
        yield opened


def checks_of(history: dg.DagsterInstance, ran: Ran) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    """The check results of one run, by asset and check."""
    records = history.get_records_for_run(ran.run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    found = [record.event_log_entry.dagster_event.event_specific_data for record in records]
    return {(result.asset_key.to_user_string(), result.check_name): result for result in found}


def materialised(history: dg.DagsterInstance, ran: Ran) -> dict[str, dg.AssetMaterialization]:
    records = history.get_records_for_run(ran.run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    found = [record.event_log_entry.dagster_event.event_specific_data.materialization for record in records]
    return {one.asset_key.to_user_string(): one for one in found}


# --- the first run ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first(run) -> Ran:
    ran = run()
    assert ran.result.exit_code == 0, ran.said
    return ran


def test_every_file_ends_where_the_demonstration_says(first: Ran) -> None:
    assert dict(first.table("file_ledger").select("source_path", "outcome").iter_rows()) == FATES


def test_the_summary_adds_up_to_the_files_and_agrees_with_the_ledger(first: Ran) -> None:
    counts = {label: first.count(label) for label in PLACES}
    ledger = dict(first.table("file_ledger").group_by("outcome").agg(pl.len()).iter_rows())
    assert counts == {label: ledger.get(place, 0) for label, place in PLACES.items()}
    assert sum(counts.values()) == first.count("files in") == len(demonstration.files())
    assert "= files in" in first.result.stdout


def test_the_summary_counts_cells_as_published(first: Ran) -> None:
    block = first.result.stdout.split("\ncells by status\n")[1].split("\n\n")[0]
    said = {name: int(count.replace(",", "")) for name, count in re.findall(r"^  (\S+) +([\d,]+)$", block, re.MULTILINE)}
    assert said.pop("sum") == sum(said.values())
    assert said == dict(first.table("fct_cells").group_by("status").agg(pl.len()).iter_rows())


def test_a_quarantined_file_is_told_with_its_reason_and_is_no_failure(first: Ran) -> None:
    assert first.result.exit_code == 0
    assert "2024/hengling-health-2024-scan.html: unknown_kind. Expected a file" in first.result.stdout
    [held] = first.table("quarantine").filter(pl.col("outcome") == "quarantined").to_dicts()
    assert held["reason_code"] == "unknown_kind"
    assert held["detail"].startswith("Expected ")


# What a CSV value of a field type must be (Data Package standard, version 2); the empty field is NULL for all of them.
PARSED = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def test_every_csv_is_as_the_data_package_says(first: Ran) -> None:
    package = json.loads((first.published / "datapackage.json").read_text(encoding="utf-8"))
    keys, references = {}, []
    for resource in package["resources"]:
        content = (first.published / resource["path"]).read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content, newline="")))
        assert len(rows) == resource["rows"]
        types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        for row in rows:
            assert list(row) == list(types)
            for name, text in row.items():
                if text:
                    PARSED[types[name]](text)
        key = resource["schema"]["primaryKey"]
        keys[resource["name"], tuple(key)] = {tuple(row[name] for name in key) for row in rows}
        assert len(keys[resource["name"], tuple(key)]) == len(rows), resource["name"]
        for foreign in resource["schema"].get("foreignKeys", []):
            values = {tuple(row[name] for name in foreign["fields"]) for row in rows} - {("",)}
            references.append((resource["name"], values, (foreign["reference"]["resource"], tuple(foreign["reference"]["fields"]))))
    assert [(name, values - keys[parent]) for name, values, parent in references if values - keys[parent]] == []


def test_every_published_number_is_the_printed_one(first: Ran) -> None:
    reports = first.table("dim_report").select("report_id", "source_path")
    published = {
        (path, cell): (value, status)
        for path, cell, value, status in first.table("fct_cells")
        .join(reports, on="report_id")
        .select("source_path", "cell", "value", "status")
        .iter_rows()
    }
    expected = {}
    for path, (_, rendered) in demonstration.reports().items():
        # The copy of this file has the same bytes and the path that comes first, so the copy is the one that is read.
        read = path.replace("street-2022.html", "street-2022-copy.html")
        expected |= {(read, cell): (printed.value, printed.status) for cell, printed in rendered.printed.items()}
    broken = {place for place in published if place[0] == "2024/hengling-health-2024.html"}
    told = {path for path, _ in expected}
    assert {place: found for place, found in published.items() if place[0] in told} == expected
    whole = make_truth("hengling-2024", "2021", body="珩岭县卫生健康委员会", year=2024, activity="tens").cells
    numbers = {cell: published[path, cell][0] for path, cell in broken if published[path, cell][0] is not None}
    assert len(numbers) > 100
    assert numbers == {cell: whole[cell] for cell in numbers}


def test_reports_name_their_body_year_form_and_scope(first: Ran) -> None:
    columns = ["source_path", "body_name", "report_year", "form", "scope", "published_on"]
    found = {path: tuple(rest) for path, *rest in first.table("dim_report").select(columns).iter_rows()}
    for path, (truth, rendered) in demonstration.reports().items():
        if FATES[path] == "duplicate" and path not in found:
            continue
        expected = (truth.body, truth.report_year, truth.form, truth.scope, rendered.published_on)
        assert found[path] == expected, path


def test_the_source_s_own_error_is_found_and_published_as_printed(first: Ran) -> None:
    failing = first.table("fct_findings").filter(status="fail", severity="hard")
    broken = failing.join(first.table("dim_report"), on="report_id").select("source_path", "rule", "place").rows()
    assert sorted(broken) == [
        ("2022/hengling-health-2022.html", "requests.outcome_sum", "total"),
        ("2022/hengling-health-2022.html", "requests.row_sum", "granted"),
    ]


def test_a_corrected_report_supersedes_the_first_issue(first: Ran) -> None:
    versions = first.table("dim_report").filter(pl.col("source_path").str.contains("xiangling.*2021"))
    assert versions.sort("version_no").select("source_path", "version_no", "is_current").rows() == [
        ("2021/xiangling-market-supervision-2021.html", 1, False),
        ("2021/xiangling-market-supervision-2021-corrected.html", 2, True),
    ]
    current = first.table("mart_body_year").filter(body_name="缃岭县市场监督管理局", report_year=2021)
    [year] = current.join(first.table("dim_report"), on="report_id").select("source_path").rows()
    assert year == ("2021/xiangling-market-supervision-2021-corrected.html",)


def test_carried_over_requests_continue_from_year_to_year(first: Ran) -> None:
    reports = first.table("dim_report").filter(body_name="霁川县自然资源局").select("report_id", "report_year")
    totals = first.table("fct_requests").join(reports, on="report_id").group_by("report_year").agg(
        pl.sum("carried_in"), pl.sum("carried_out")
    )
    by_year = {year: (carried_in, carried_out) for year, carried_in, carried_out in totals.iter_rows()}
    assert sorted(by_year) == list(range(2019, 2025))
    for year in range(2020, 2025):
        assert by_year[year][0] == by_year[year - 1][1], year


def test_bi_opens_the_snapshot_while_the_project_does_anything(first: Ran) -> None:
    with duckdb.connect(str(first.published / "gongkai.duckdb"), read_only=True) as database:
        [(reports,)] = database.execute("select count(*) from dim_report where is_current").fetchall()
        tables = {name for (name,) in database.execute("select table_name from duckdb_tables()").fetchall()}
    # One of the files holds two reports.
    assert reports == list(FATES.values()).count("report") + 1
    assert tables == {path.stem for path in (first.published / "parquet").glob("*.parquet")}
    assert tables == {path.stem for path in (first.published / "csv").glob("*.csv")}


def test_the_run_is_in_the_history_with_every_asset(first: Ran, history: dg.DagsterInstance) -> None:
    assert first.run.status == dg.DagsterRunStatus.SUCCESS
    assert first.run.job_name == "everything"
    assert first.run.tags["dagster/asset_partition_range_start"] == "2019"
    assert first.run.tags["dagster/asset_partition_range_end"] == "2024"
    from dagster_project.definitions import defs

    expected = {spec.key.to_user_string() for spec in defs().resolve_all_asset_specs()}
    assert set(materialised(history, first)) == expected
    assert set(history.get_dynamic_partitions("report_year")) == {str(year) for year in range(2019, 2025)}


def test_contracts_dbt_tests_and_the_account_are_check_results(first: Ran, history: dg.DagsterInstance) -> None:
    results = checks_of(history, first)
    failed = {place: result.severity for place, result in results.items() if not result.passed}
    assert dg.AssetCheckSeverity.ERROR not in failed.values(), failed
    # Bodies of the demonstration report in some years only.
    assert ("main/mart_coverage", "everybody_expected_reported") in failed
    contracts = {place for place in results if place[1].endswith("_contract")}
    assert {asset.removeprefix("staging/") for asset, _ in contracts} >= {
        "manifest",
        "documents",
        "cells",
        "sections",
        "findings",
        "candidates",
        "audit_findings",
    }
    assert {("main/dim_report", "dim_report_grain"), ("main/fct_cells", "fct_cells_references")} <= set(results)
    account = results["main/dim_report", "files_add_up"]
    assert account.blocking
    assert account.metadata["files"].value == len(demonstration.files())
    assert results["main/quarantine", "nothing_lost"].blocking
    assert results["published/snapshot", "snapshot_matches_marts"].metadata["tables"].value > 0


def test_assets_carry_rows_columns_lineage_counts_and_a_picture(first: Ran, history: dg.DagsterInstance) -> None:
    found = materialised(history, first)
    assert found["staging/manifest"].metadata["dagster/row_count"].value == len(demonstration.files())
    documents = found["staging/documents"].metadata
    assert documents["dagster/row_count"].value == first.table("file_ledger")["documents"].sum()
    assert "| quarantined | unknown_kind | 1 |" in documents["counts"].value
    assert documents["picture"].value.startswith("![documents by partition and outcome](data:image/png;base64,iVBOR")
    cells = found["main/fct_cells"].metadata
    assert cells["dagster/row_count"].value == first.table("fct_cells").height
    columns = {column.name: column for column in cells["dagster/column_schema"].value.columns}
    assert columns["value"].type == "decimal(18,6)"
    assert columns["value"].description
    [origin] = cells["dagster/column_lineage"].value.deps_by_column["raw_text"]
    assert origin.column_name == "raw_text"
    from dagster_project.definitions import defs

    described = {spec.key.to_user_string() for spec in defs().resolve_all_asset_specs() if "dagster/column_schema" in spec.metadata}
    described |= {key for key, asset in found.items() if "dagster/column_schema" in asset.metadata}
    assert set(found) - described == {"published/snapshot", "published/report_pages"}


def test_stages_are_told_while_the_run_goes_on(first: Ran) -> None:
    told = re.findall(r"^ *[\d.]+ s  (.+)$", first.result.stderr, re.MULTILINE)
    stages = [line for line in told if ":" not in line]
    known = ["starting", "listing the archive", "loading the definitions", "reading", "auditing", "models", "publishing", "pages"]
    assert [stage for stage in stages if stage in known] == known
    assert len(set(stages)) == len(stages)
    for done, total in re.findall(r": ([\d,]+) of ([\d,]+)$", first.result.stderr, re.MULTILINE):
        assert int(done.replace(",", "")) <= int(total.replace(",", ""))


# --- nothing new -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def again(run, first: Ran) -> Ran:
    ran = run()
    assert ran.result.exit_code == 0, ran.said
    return ran


def test_a_second_run_reads_no_document(again: Ran) -> None:
    assert again.read_and_kept == (0, again.documents)


def test_a_second_run_leaves_every_published_byte(first: Ran, again: Ran) -> None:
    assert again.bytes == first.bytes
    assert "published (unchanged)" in again.result.stdout
    assert re.search(r"/reports/index\.html  \(\d+ pages, unchanged\)$", again.result.stdout, re.MULTILINE)


# --- what must not be published --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def late(home: Home, again: Ran) -> str:
    """A report that arrives late; the runs that fail below would have published it."""
    truth = make_truth("late-2023", "2021", body="霁川县档案局", year=2023, activity="tens")
    (home.raw / LATE).write_bytes(RENDERERS["html"](truth, Layout(seed=40)).content)
    return LATE


@pytest.fixture(scope="module")
def bad_frame(run, home: Home, late: str) -> Ran:
    """A run whose reader makes a frame that breaks its contract: a status that the vocabulary does not know."""
    staged = hashes(home.staging)
    resolve = batch.resolve

    def broken(*arguments: object) -> pl.DataFrame:
        return resolve(*arguments).with_columns(status=pl.lit("numbr"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "resolve", broken)
        ran = run()
    staged_now = hashes(home.staging)
    changed = {name for name in staged | staged_now if staged.get(name) != staged_now.get(name)}
    assert changed == {"manifest.parquet"}
    return ran


def test_a_bad_frame_stops_the_run_and_the_snapshot_stays(bad_frame: Ran, first: Ran) -> None:
    assert bad_frame.result.exit_code == 1
    assert bad_frame.bytes == first.bytes
    assert bad_frame.run.status == dg.DagsterRunStatus.FAILURE
    assert "The frame 'cells' (200 rows) breaks its contract" in bad_frame.result.stdout
    assert "numbr" in bad_frame.result.stdout
    assert "published (as it was)" in bad_frame.result.stdout
    assert bad_frame.result.stderr.rstrip().endswith(f"FAILED. Details: make ui, run {bad_frame.run.run_id}.")


def test_the_broken_contract_is_a_failed_check(bad_frame: Ran, history: dg.DagsterInstance) -> None:
    results = checks_of(history, bad_frame)
    failed = {place for place, result in results.items() if not result.passed}
    assert failed == {("staging/cells", "cells_contract")}
    assert results["staging/cells", "cells_contract"].blocking
    assert "numbr" in results["staging/cells", "cells_contract"].description


@pytest.fixture(scope="module")
def lost_file(run, bad_frame: Ran) -> Ran:
    """A run whose reader forgets a file."""
    documents_frame = batch.documents_frame

    def forgetful(documents: list) -> pl.DataFrame:
        return documents_frame(documents).filter(pl.col("source_path") != LATE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "documents_frame", forgetful)
        return run()


def test_a_lost_file_fails_the_run_and_the_snapshot_stays(lost_file: Ran, first: Ran, history: dg.DagsterInstance) -> None:
    assert lost_file.result.exit_code == 1
    assert lost_file.bytes == first.bytes
    assert lost_file.run.status == dg.DagsterRunStatus.FAILURE
    assert "files_add_up" in lost_file.result.stdout
    failed = {place for place, result in checks_of(history, lost_file).items() if not result.passed}
    assert ("intermediate/int_file_counts", "files_add_up") in failed


@pytest.fixture(scope="module")
def disk_full(run, home: Home, lost_file: Ran) -> Ran:
    """A run that has nowhere to write the new snapshot."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot.files, "write_csv", full)
        return run()


def test_a_full_disk_fails_the_run_and_the_snapshot_stays(disk_full: Ran, first: Ran) -> None:
    assert disk_full.result.exit_code == 1
    assert disk_full.bytes == first.bytes
    assert "no space left on the disk" in disk_full.result.stdout
    assert re.search(r"/reports/index\.html  \(as it was\)$", disk_full.result.stdout, re.MULTILINE)
    assert "The previous snapshot is as it was." in disk_full.result.stdout


# --- what changed since ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def edited(run, home: Home, disk_full: Ran) -> Ran:
    """A run after one file changed, one was removed, and the failures above are over."""
    truth, _ = demonstration.reports()[CHANGED]
    changed = replace(truth, cells={**truth.cells, "disclosure.penalties.decisions": Decimal(7)})
    (home.raw / CHANGED).write_bytes(RENDERERS["html"](changed, Layout(seed=41)).content)
    (home.raw / REMOVED).unlink()
    ran = run()
    assert ran.result.exit_code == 0, ran.said
    return ran


def test_only_the_changed_file_is_read_again(edited: Ran, history: dg.DagsterInstance) -> None:
    # The late report was read by the run that found the disk full; it is not read a second time.
    assert edited.read_and_kept == (1, edited.documents - 1)
    metadata = materialised(history, edited)["staging/documents"].metadata
    assert metadata["documents read"].value == 1
    assert metadata["documents dropped"].value == 1


def test_the_changed_number_the_late_report_and_the_removal_are_published(edited: Ran, first: Ran) -> None:
    ledger = dict(edited.table("file_ledger").select("source_path", "outcome").iter_rows())
    assert ledger == {path: fate for path, fate in FATES.items() if path != REMOVED} | {LATE: "report"}
    [report] = edited.table("dim_report").filter(source_path=CHANGED)["report_id"]
    values = dict(edited.table("fct_cells").filter(report_id=report).select("cell", "value").iter_rows())
    assert values.pop("disclosure.penalties.decisions") == 7
    assert set(values.values()) == {Decimal(0)}
    others = [CHANGED, LATE, REMOVED]
    before, after = (
        ran.table("fct_cells")
        .join(ran.table("dim_report").select("report_id", "source_path"), on="report_id")
        .filter(~pl.col("source_path").is_in(others))
        .sort("report_id", "cell")
        for ran in (first, edited)
    )
    assert after.equals(before)


def test_every_run_good_or_bad_is_in_the_history(edited: Ran, history: dg.DagsterInstance) -> None:
    assert [run.status.value for run in reversed(history.get_runs())] == [
        "SUCCESS",
        "SUCCESS",
        "FAILURE",
        "FAILURE",
        "FAILURE",
        "SUCCESS",
    ]


# --- what a person has to confirm ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refused(run, home: Home, edited: Ran) -> Ran:
    """A run after a report left the archive, as when a folder is not mounted."""
    (home.raw / LATE).unlink()
    return run()


def test_a_report_that_left_the_archive_is_not_unpublished_without_a_word(refused: Ran, edited: Ran, home: Home) -> None:
    assert refused.result.exit_code == 1
    assert refused.bytes == edited.bytes
    assert "Publishing refused: what is published of a body and year would be lost" in refused.result.stdout
    assert "(霁川县档案局 2023; reports lost 1, numbers lost 200; no longer read from any file 1)" in refused.result.stdout
    assert "published (as it was)" in refused.result.stdout
    assert "| 霁川县档案局 | 2023 |" in (home.refused / "publication_diff.md").read_text(encoding="utf-8")


def word_of(refused: Ran) -> str:
    [word] = re.findall(r"make run CONFIRM=([0-9a-f]+)", refused.result.stdout)
    return word


def test_the_ui_hands_the_word_over_in_the_configuration(refused: Ran, home: Home, history: dg.DagsterInstance) -> None:
    from dagster_project.defs.lib.archive import Archive
    from dagster_project.defs.publishing import snapshot_asset

    asset = snapshot_asset(home)
    result = dg.materialize(
        [asset],
        resources={"archive": Archive(home)},
        run_config={"ops": {"published__snapshot": {"config": {"confirm": "0123456789ab"}}}},
        raise_on_error=False,
    )
    [failure] = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    assert "'0123456789ab' confirms another change" in failure.step_failure_data.user_failure_data.description


def test_a_confirmed_run_publishes_and_tells_what_changed(refused: Ran, run, home: Home, history: dg.DagsterInstance) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_CONFIRM", word_of(refused))
        confirmed = run()
    assert confirmed.result.exit_code == 0, confirmed.said
    changes = confirmed.table("publication_diff")
    # The first run published, the second changed nothing, three failed, one was refused.
    assert sorted(changes["publication_no"].unique()) == [2, 3]
    [gone] = changes.filter(publication_no=3, change="report_removed").to_dicts()
    assert (gone["body_name"], gone["report_year"]) == ("霁川县档案局", 2023)
    cells = changes.filter(publication_no=2, change="cell").select("cell", "old_value", "new_value").rows()
    assert cells == [("disclosure.penalties.decisions", 0, 7)]
    assert "\npublication 3, changes\n" in confirmed.result.stdout
    assert confirmed.count("report_removed") == 1
    metadata = materialised(history, confirmed)["published/snapshot"].metadata
    assert metadata["publication"].value == 3
    assert "| report_removed | 1 |" in metadata["changes"].value
    assert not home.refused.exists()
