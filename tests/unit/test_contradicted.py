"""Equations doubt recognised numbers: the crossing of failing sums, or a whole sum that fails alone."""

import pytest

from dagster_project.forms import registry
from dagster_project.forms.equations import equations
from dagster_project.reading.contradicted import suspects


@pytest.fixture(scope="module")
def asked():
    rows = registry.cells().filter(form="2021", presence="regular").select("table", "row").unique()
    return equations(frozenset(f"{table}.{row}" for table, row in rows.iter_rows()))


def zeros() -> dict[str, int]:
    return dict.fromkeys(registry.cells().filter(form="2021", presence="regular")["cell"], 0)


def test_sums_that_hold_doubt_nothing(asked):
    assert suspects(zeros(), asked) == set()


@pytest.mark.parametrize(
    "cell", ["requests.granted.business", "requests.received.total", "requests.disposed.research", "requests.carried_out.total"]
)
def test_one_misread_number_is_suspected(asked, cell):
    assert cell in suspects(zeros() | {cell: 8_000_000}, asked)
    assert len(suspects(zeros() | {cell: 8_000_000}, asked)) <= 3


def test_an_error_without_a_crossing_sum_makes_its_whole_sum_suspect(asked):
    assert suspects(zeros() | {"remedies.review.upheld": 1_000_000}, asked) == {
        f"remedies.review.{result}" for result in ("upheld", "corrected", "other", "pending", "total")
    }


def test_a_number_that_is_not_known_asks_nothing(asked):
    values = zeros() | {"remedies.review.upheld": 1_000_000}
    del values["remedies.review.total"]
    assert suspects(values, asked) == set()
