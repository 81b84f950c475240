"""What the published tables say of themselves: labels, units, caveats, keys, and the data package that carries them."""

import json
import re
from pathlib import Path

import pytest

from dagster_project.home import Home
from dagster_project.publishing import description
from dagster_project.publishing.difference import with_diff
from dagster_project.publishing.labels import labels
from dagster_project.publishing.tables import Table, published_tables

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NUMBERS = ("integer", "bigint", "decimal", "double")
# Data Package standard, version 2: Table Schema, "Field types".
FIELD_TYPES = {"string", "number", "integer", "boolean", "date", "datetime"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Table, ...]:
    from dagster_project.defs.lib import dbt_project

    folder = tmp_path_factory.mktemp("descriptions")
    home = Home.at(folder, folder / "data")
    home.prepare()
    home.into_environment()
    return with_diff(published_tables(dbt_project.manifest(home)))


@pytest.fixture(scope="module")
def package(tables: tuple[Table, ...]) -> dict:
    counts, hashes = {table.name: 0 for table in tables}, {table.name: "0" * 64 for table in tables}
    return json.loads(description.datapackage(tables, counts, hashes, 1))


def test_every_table_has_a_label_in_both_languages(tables: tuple[Table, ...]) -> None:
    lacking = [table.name for table in tables if not CHINESE.search(table.label.label_zh) or not table.label.label_en]
    assert lacking == [], "add label_zh and label_en to the model's meta"


def test_every_column_has_a_label_in_both_languages(tables: tuple[Table, ...]) -> None:
    lacking = [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if not CHINESE.search(column.label.label_zh) or not column.label.label_en or not column.description
    ]
    assert lacking == [], "add a row to dagster_project/publishing/columns.csv"


def test_every_number_has_a_unit_and_nothing_else_has(tables: tuple[Table, ...]) -> None:
    wrong = [
        f"{table.name}.{column.name}: {column.data_type}, unit {column.label.unit!r}"
        for table in tables
        for column in table.columns
        if column.data_type.startswith(NUMBERS) != bool(column.label.unit)
    ]
    assert wrong == []


def test_rates_and_stocks_say_that_they_are_not_added(tables: tuple[Table, ...]) -> None:
    columns = {column.name: column for table in tables for column in table.columns}
    for name in ("disclosure_rate", "coverage", "carried_out", "requests_carried_in", "normative_documents_in_force", "scope"):
        assert "ever add" in columns[name].label.caveat, name
    assert "2024" in columns["direct_suit_cases"].label.caveat


def test_every_row_of_labels_is_used_and_no_exception_is_idle(tables: tuple[Table, ...]) -> None:
    names = {column.name for table in tables for column in table.columns}
    own = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    assert sorted(set(labels()) - names - own) == []
    exceptions = [name for name in labels() if "." in name]
    assert [name for name in exceptions if labels()[name] == labels().get(name.partition(".")[2])] == []


def test_foreign_keys_are_the_references_that_are_tested(tables: tuple[Table, ...]) -> None:
    keys = {(table.name, key.column): (key.table, key.field) for table in tables for key in table.foreign_keys}
    assert keys[("fct_outcomes", "outcome")] == ("dim_outcome", "code")
    assert keys[("mart_body_year", "body_id")] == ("dim_body", "body_id")
    assert len(keys) > 30


def test_the_package_is_as_the_standard_says(package: dict) -> None:
    names = [resource["name"] for resource in package["resources"]]
    assert names == sorted(set(names))
    fields = {resource["name"]: [field["name"] for field in resource["schema"]["fields"]] for resource in package["resources"]}
    for resource in package["resources"]:
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])
        assert not Path(resource["path"]).is_absolute() and ".." not in Path(resource["path"]).parts
        assert {field["type"] for field in resource["schema"]["fields"]} <= FIELD_TYPES
        assert set(resource["schema"]["primaryKey"]) <= set(fields[resource["name"]])
        assert resource["grain"].startswith("One row per ")
        for key in resource["schema"].get("foreignKeys", []):
            assert set(key["fields"]) <= set(fields[resource["name"]])
            assert set(key["reference"]["fields"]) <= set(fields[key["reference"]["resource"]])
    nothing = [name for resource in package["resources"] for name, value in resource.items() if value in ("", None)]
    assert nothing == []


def test_a_field_carries_what_a_reader_of_the_csv_needs(package: dict) -> None:
    [mart] = [resource for resource in package["resources"] if resource["name"] == "mart_body_year"]
    [rate] = [field for field in mart["schema"]["fields"] if field["name"] == "refusal_rate"]
    assert (rate["title"], rate["titleZh"], rate["unit"]) == ("Refusal rate", "不予公开率", "share (0–1)")
    assert "requests_refused / requests_disposed" in rate["description"] and "Never add" in rate["caveat"]
    assert mart["titleZh"] == "主体年度指标" and "scopes" in mart["caveat"] and mart["legalBasis"]
