"""The dashboards of ``bi/`` without Superset: everything they name is in the snapshot, nothing is added twice, bad input is told.

The demonstration archive is published once for the module. That the pages draw is asked in ``tests/browser/test_superset.py``.
"""

import hashlib
import json
import os
import re
import shutil
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import Result

from bi import __main__ as bi
from bi import snapshot
from bi.bundle import Definition, files, stable_uuid
from dagster_project.home import Home, Unusable
from dagster_project.synthesis import demonstration
from tools import bootstrap_uv

# Were they to change, an import would put everything a second time beside the old.
UUIDS = {
    ("database", "gongkai"): "252ea359-769c-5c08-b66e-fd014f897a6e",
    ("dataset", "requests"): "f00fc455-2b40-5234-9de7-cf35b2882d12",
    ("chart", "overview/received"): "6619d672-b79c-5a79-b279-540e717c4af0",
    ("dashboard", "quality"): "c8539902-4561-5122-af6e-b120c94172f4",
}


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory,
    make_home: Callable[[Path, Mapping[str, bytes]], Home],
    ingest: Callable[[Home], Result],
) -> Home:
    home = make_home(tmp_path_factory.mktemp("bi"), demonstration.files())
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return home


@pytest.fixture(autouse=True)
def _permissions_given_back() -> Iterator[None]:
    """``make bi`` lets nobody else read what it writes; the next test must not inherit that."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return Definition.read()


@pytest.fixture(scope="module")
def bundle(home: Home, definition: Definition) -> Mapping[str, Mapping]:
    package = json.loads((home.published / "datapackage.json").read_text(encoding="utf-8"))
    contents = files(definition, package, home.published / "gongkai.duckdb")
    return {path: yaml.safe_load(content) for path, content in contents.items()}


@pytest.fixture
def copy(home: Home, tmp_path: Path) -> Home:
    """The published snapshot in a data folder of its own, to be spoilt."""
    (tmp_path / "data").mkdir()
    shutil.copytree(home.published, tmp_path / "data" / "published")
    return Home.at(tmp_path / "raw", tmp_path / "data")


def parts(bundle: Mapping[str, Mapping], folder: str) -> dict[str, Mapping]:
    return {path: content for path, content in bundle.items() if path.startswith(f"{folder}/")}


def test_everything_that_the_dashboards_name_is_published(home: Home) -> None:
    snapshot.check(home)


def test_what_is_not_published_is_told_by_name(home: Home, definition: Definition) -> None:
    package = json.loads((home.published / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [resource for resource in package["resources"] if resource["name"] != "dim_metric"]
    found = list(snapshot.lacking(definition, package, home.published / "gongkai.duckdb"))
    assert "column dim_metric.label_zh in datapackage.json" in found


def test_charts_use_columns_and_metrics_of_their_dataset(bundle: Mapping[str, Mapping]) -> None:
    datasets = {content["uuid"]: content for content in parts(bundle, "datasets").values()}
    for path, chart in parts(bundle, "charts").items():
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        params = chart["params"]
        used = {one["subject"] for one in params["adhoc_filters"]}
        used |= {column for key in ("groupby", "all_columns", "groupbyRows", "groupbyColumns") for column in params.get(key, [])}
        used |= {json.loads(order)[0] for order in params.get("order_by_cols", [])} | ({params["x_axis"]} if "x_axis" in params else set())
        assert used <= columns, path
        asked = set(params.get("metrics", [])) | ({params["metric"]} if "metric" in params else set())
        asked |= {params["timeseries_limit_metric"]} if params.get("timeseries_limit_metric") else set()
        assert asked <= metrics, path
        assert asked or params.get("all_columns"), path
        assert params.get("x_axis_sort", params.get("x_axis")) in columns | metrics | {None}, path
        assert set(params.get("column_config", {})) <= columns | metrics, path


def test_each_chart_stands_once_on_its_dashboard_and_rows_fit(bundle: Mapping[str, Mapping]) -> None:
    placed = []
    for path, dashboard in parts(bundle, "dashboards").items():
        position = dashboard["position"]
        for row in (item for item in position.values() if isinstance(item, dict) and item["type"] == "ROW"):
            assert sum(position[child]["meta"]["width"] for child in row["children"]) <= 12, path
        placed += [item["meta"]["uuid"] for item in position.values() if isinstance(item, dict) and item["type"] == "CHART"]
    assert sorted(placed) == sorted(chart["uuid"] for chart in parts(bundle, "charts").values())


def test_filters_work_on_columns_of_every_dataset_they_reach(bundle: Mapping[str, Mapping]) -> None:
    """A filter that a chart's dataset does not know is passed over in silence: the number would not be what the filter says."""
    datasets = {content["uuid"]: content for content in parts(bundle, "datasets").values()}
    charts = {content["uuid"]: content for content in parts(bundle, "charts").values()}
    for path, dashboard in parts(bundle, "dashboards").items():
        items = [item["meta"] for item in dashboard["position"].values() if isinstance(item, dict) and item["type"] == "CHART"]
        for one in dashboard["metadata"]["native_filter_configuration"]:
            [target] = one["targets"]
            column = target["column"]["name"]
            for item in items:
                if item["chartId"] in one["scope"]["excluded"]:
                    continue
                dataset = datasets[charts[item["uuid"]]["dataset_uuid"]]
                assert column in {each["column_name"] for each in dataset["columns"]}, (path, one["name"], item["sliceName"])


@pytest.mark.parametrize("name", ["overview", "requests", "review"])
def test_where_figures_are_added_up_one_scope_is_chosen_and_it_is_own(bundle: Mapping[str, Mapping], name: str) -> None:
    [scope] = [
        one
        for one in bundle[f"dashboards/{name}.yaml"]["metadata"]["native_filter_configuration"]
        if one["targets"][0]["column"]["name"] == "scope"
    ]
    assert scope["defaultDataMask"]["filterState"]["value"] == ["自报 own"]
    assert (scope["controlValues"]["multiSelect"], scope["controlValues"]["enableEmptyFilter"]) == (False, True)


def test_a_metric_over_figures_that_overlap_is_null(definition: Definition) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table figures as select * from (values ('own', 'province', 10.0), ('own', 'province', 5.0), "
            "('region', 'province', 20.0), ('own', 'county', 3.0)) as told(scope, level, requests_received)"
        )
        expression = definition.datasets["region_year"].expression("requests_received")

        def asked(where: str) -> object:
            return connection.execute(f"select {expression} from figures where {where}").fetchone()[0]

        assert asked("scope = 'own' and level = 'province'") == 15
        assert asked("scope = 'region'") == 20
        for overlapping in ("level = 'province'", "scope = 'own'", "true", "false"):
            assert asked(overlapping) is None, overlapping


def test_every_metric_that_adds_figures_is_guarded(definition: Definition) -> None:
    counted = {"coverage", "cells", "report_quality", "findings", "files", "quarantine"}
    for dataset in definition.datasets.values():
        adds = any("sum" in metric or "rate" in metric for metric in dataset.metrics.values())
        assert bool(dataset.never_added) == (adds and dataset.name not in counted), dataset.name


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(1, 2, 5), (2, 2, 5)], None),
        ([(1, 2, 5), (2, 3, 5)], 0.6),
        ([(None, None, 5), (3, 6, 5)], 0.5),
        ([(0, 0, 5)], None),
        ([], None),
    ],
)
def test_a_rate_is_a_sum_over_a_sum_and_null_below_the_minimum(definition: Definition, rows: list, expected: float | None) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table figures (counted_once varchar, metric varchar, numerator decimal(38, 6), denominator decimal(38, 6), minimum_denominator integer)"
        )
        for row in rows:
            connection.execute("insert into figures values ('own', 'disclosure_rate', ?, ?, ?)", row)
        expression = definition.datasets["report_metrics"].expression("rate")
        [(found,)] = connection.execute(f"select {expression} from figures").fetchall()
    assert found == (None if expected is None else pytest.approx(expected))


def test_dashboards_add_up_what_the_warehouse_says(home: Home, definition: Definition) -> None:
    """Own reports, each body and year once: the same total by the report as by the division."""
    dataset = definition.datasets["requests"]
    with duckdb.connect(str(home.published / "gongkai.duckdb"), read_only=True) as connection:
        by_report = connection.execute(
            f"select year, count(distinct report_id) from ({dataset.query}) where scope = '自报 own' group by 1 order by 1"
        ).fetchall()
        by_division = connection.execute(
            "select cast(report_year as varchar), reports from mart_region_year where region_code = '000000' and scope = 'own' order by 1"
        ).fetchall()
        rates = connection.execute(
            f"select year, {definition.datasets['report_metrics'].expression('rate')} from ({definition.datasets['report_metrics'].query}) "
            "where scope = '自报 own' and metric = 'disclosure_rate' group by 1 order by 1"
        ).fetchall()
        expected = connection.execute(
            "select cast(report_year as varchar), case when denominator >= 5 then value end from mart_region_metrics "
            "where region_code = '000000' and scope = 'own' and metric = 'disclosure_rate' order by 1"
        ).fetchall()
    assert by_report == by_division
    assert [year for year, _ in rates] == [year for year, _ in expected]
    assert [rate for _, rate in rates] == [None if rate is None else pytest.approx(rate) for _, rate in expected]
    assert any(rate is not None for _, rate in rates)


def test_meanings_come_from_the_published_description(bundle: Mapping[str, Mapping], home: Home) -> None:
    package = json.loads((home.published / "datapackage.json").read_text(encoding="utf-8"))
    told = {
        (resource["name"], field["name"]): field["description"] for resource in package["resources"] for field in resource["schema"]["fields"]
    }
    columns = {column["column_name"]: column for column in bundle["datasets/gongkai/region_metrics.yaml"]["columns"]}
    assert columns["minimum_denominator"]["description"].startswith(told["dim_metric", "minimum_denominator"])
    for path, dataset in parts(bundle, "datasets").items():
        for column in dataset["columns"]:
            assert column["description"], (path, column)
            assert re.search(r"[一-鿿]", column["verbose_name"]) and re.search("[a-z]", column["verbose_name"]), (path, column)


def test_names_are_stable_and_unique(bundle: Mapping[str, Mapping]) -> None:
    found = [content["uuid"] for content in bundle.values() if "uuid" in content]
    assert len(found) == len(set(found))
    assert {name: stable_uuid(*name) for name in UUIDS} == UUIDS
    assert set(UUIDS.values()) <= set(found)


def test_the_same_definition_gives_the_same_files(home: Home, definition: Definition) -> None:
    package = json.loads((home.published / "datapackage.json").read_text(encoding="utf-8"))
    twice = [files(Definition.read(), package, home.published / "gongkai.duckdb") for _ in range(2)]
    assert twice[0] == twice[1]


def test_the_snapshot_is_opened_to_read_and_reaches_no_other_file(bundle: Mapping[str, Mapping], home: Home) -> None:
    database = bundle["databases/gongkai.yaml"]
    assert database["sqlalchemy_uri"] == f"duckdb:///{home.published / 'gongkai.duckdb'}"
    arguments = database["extra"]["engine_params"]["connect_args"]
    with duckdb.connect(str(home.published / "gongkai.duckdb"), **arguments) as connection:
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("create table more (one integer)")
        with pytest.raises(duckdb.PermissionException):
            connection.execute("select * from read_text('/etc/hostname')")
    assert (database["allow_dml"], database["allow_csv_upload"]) == (False, False)


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://www.example.gov.cn/art/2023/1/9/art_1.html?a=1&b=2", True),
        ("javascript:alert(1)", False),
        ("https://www.example.gov.cn/\" onclick=\"alert(1)", False),
        ("https://www.example.gov.cn/<b>", False),
        (None, False),
    ],
)
def test_only_an_address_on_the_web_becomes_a_link(copy: Home, definition: Definition, address: str | None, linked: bool) -> None:
    """A document may state anything as its address."""
    with duckdb.connect(str(copy.published / "gongkai.duckdb")) as connection:
        connection.execute("update dim_report set source_url = ?", [address])
        found = connection.execute(f"select distinct source from ({definition.datasets['worst_reports'].query})").fetchall()
    assert found == [(f'<a href="{address}" target="_blank">原文 source</a>' if linked else None,)]


# Bad input: a sentence, exit status 2, and nothing changed.


def told(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **environment: str) -> str:
    """What ``make bi`` says when it cannot start."""
    monkeypatch.setenv("GONGKAI_DATA", str(home.data))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = hashes(home.published)
    assert bi.main() == bi.UNUSABLE
    assert hashes(home.published) == before
    found = capsys.readouterr()
    assert found.out == "" and "Traceback" not in found.err
    return found.err


def hashes(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_no_snapshot_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home.at(tmp_path / "raw", tmp_path / "data")
    assert f"Run 'make run DATA={home.data}' first." in told(home, monkeypatch, capsys)
    assert not home.data.exists()


def test_a_port_that_is_taken_or_none(copy: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        said = told(copy, monkeypatch, capsys, GONGKAI_BI_PORT=port)
    assert f"Expected to serve on 127.0.0.1:{port}" in said and "BI_PORT=<port>" in said
    assert "found 'eighty'" in told(copy, monkeypatch, capsys, GONGKAI_BI_PORT="eighty")


@pytest.mark.parametrize(("version", "expected"), [(0, "publish it again with 'make run"), (99, "use the version of this project that published it")])
def test_a_snapshot_of_another_format(
    copy: Home, version: int, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = copy.published / "datapackage.json"
    told_before = json.loads(package.read_text(encoding="utf-8"))
    package.write_text(json.dumps(told_before | {"formatVersion": version}), encoding="utf-8")
    said = told(copy, monkeypatch, capsys)
    assert f"found format {version}" in said and expected in said


def test_a_snapshot_without_a_table(copy: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(copy.published / "gongkai.duckdb")) as connection:
        connection.execute("drop table dim_metric")
    said = told(copy, monkeypatch, capsys)
    assert "dim_metric" in said and "Publish it again with 'make run" in said


@pytest.mark.parametrize("name", ["datapackage.json", "gongkai.duckdb"])
def test_a_snapshot_that_cannot_be_read(copy: Home, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (copy.published / name).write_bytes(b"not what it was")
    assert str(copy.published / name) in told(copy, monkeypatch, capsys)


def test_an_environment_that_cannot_be_installed(
    copy: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    (project / "bi").mkdir(parents=True)
    for name in ("uv.lock", "pyproject.toml"):
        (project / "bi" / name).write_text("", encoding="utf-8")
    failing = tmp_path / "uv"
    failing.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    failing.chmod(failing.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(bootstrap_uv, "PROJECT", project)
    monkeypatch.setattr(bootstrap_uv, "find_uv", lambda: str(failing))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    said = told(copy, monkeypatch, capsys, GONGKAI_BI_PORT=port)
    assert "Expected to install Superset into bi/.venv" in said and "Python 3.11 or 3.12" in said
    assert not (project / "bi" / ".venv" / ".stamp").exists()


def test_a_data_folder_that_no_address_of_a_database_can_name(copy: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    odd = copy.data.rename(copy.data.with_name("what?"))
    assert "without a question mark" in told(Home.at(copy.raw, odd), monkeypatch, capsys)


def test_a_folder_that_another_server_holds(copy: Home) -> None:
    folder = bi._folder(copy)
    bi._only_server(folder)
    with pytest.raises(Unusable, match=r"is running already \(process \d+\)"):
        bi._only_server(folder)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {"secret_key": 0o600, "server.lock": 0o600}
