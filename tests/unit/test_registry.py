"""The registry of forms says what the notices say."""

import csv
from pathlib import Path

import polars as pl
import pytest

from dagster_project.forms import registry
from dagster_project.forms.registry import RegistryError


def test_the_forms_print_198_and_200_cells():
    counts = dict(registry.cells().filter(presence="regular").group_by("form").len().iter_rows())
    assert counts == {"2019": 198, "2021": 200}


def test_the_request_tables_have_23_and_25_rows_of_seven():
    assert [len(registry.row_order("requests", form)) for form in ("2019", "2021")] == [23, 25]
    assert registry.column_order("requests")[0] == "natural_person"
    assert registry.column_order("requests")[-1] == "total"


def test_every_outcome_row_is_a_member_of_its_dimension():
    frame = ("received", "carried_in", "disposed", "carried_out")
    rows = {row for form in ("2019", "2021") for row in registry.row_order("requests", form)} - set(frame)
    assert rows == set(registry.load("outcomes")["code"])


def test_codes_agree_with_the_shared_list_where_it_is_there():
    shared = Path(__file__).parents[3] / "shared" / "cell_codes.csv"
    if not shared.exists():
        pytest.skip("../shared/cell_codes.csv is not there")
    with shared.open(encoding="utf-8-sig") as file:
        listed = {(row["form"], row["cell"]) for row in csv.DictReader(file)}
    assert set(registry.cells().filter(presence="regular").select("form", "cell").iter_rows()) == listed


def test_a_registry_that_contradicts_itself_is_refused_with_the_place(monkeypatch):
    good = registry.load("cells")
    registry.cells.cache_clear()
    monkeypatch.setattr(
        registry,
        "load",
        lambda name: (
            good.head(10) if name == "cells" else pl.read_csv(registry.FOLDER / f"{name}.csv", infer_schema=False)
        ),
    )
    with pytest.raises(RegistryError, match="expected 198 regular cells of form 2019"):
        registry.cells()
    registry.cells.cache_clear()
