"""Every equation is asked of printed values, and only of them."""

from decimal import Decimal
from itertools import product

import polars as pl
import pytest

from dagster_project.auditing.equations import ask, equations
from dagster_project.forms import registry
from dagster_project.forms.registry import RegistryError
from schemas import AUDIT_FINDINGS

DOCUMENT = "00000000000000aa"


def report(form: str = "2021", **changes: int | None) -> pl.DataFrame:
    codes = registry.cells().filter(form=form, presence="regular")["cell"].to_list()
    values = dict.fromkeys(codes, Decimal(0)) | {code.replace("__", "."): value for code, value in changes.items()}
    return pl.DataFrame(
        {
            "document_id": [DOCUMENT] * len(values),
            "cell": list(values),
            "value": [None if v is None else Decimal(v) for v in values.values()],
        },
        schema={"document_id": pl.String, "cell": pl.String, "value": pl.Decimal(18, 6)},
    )


def failing(frame: pl.DataFrame) -> set[tuple[str, str]]:
    return set(AUDIT_FINDINGS.validate(ask(frame)).filter(status="fail").select("rule", "place").iter_rows())


def rows_of(form: str) -> frozenset[str]:
    return frozenset(
        registry.cells().filter(form=form, presence="regular").select(pl.format("{}.{}", "table", "row")).to_series()
    )


@pytest.mark.parametrize(("form", "count"), [("2021", 42), ("2019", 40)])
def test_the_form_has_its_equations(form, count):
    assert len(equations(rows_of(form))) == count
    assert ask(report(form)).height == count
    assert failing(report(form)) == set()


def test_the_request_table_of_2021_is_a_parity_code_of_rank_37():
    import numpy as np

    asked = [e for e in equations(rows_of("2021")) if e.rule.startswith("requests")]
    cells = [
        f"requests.{row}.{column}"
        for row, column in product(registry.row_order("requests", "2021"), registry.column_order("requests"))
    ]
    matrix = np.zeros((len(asked), len(cells)))
    for line, equation in enumerate(asked):
        for code in equation.left:
            matrix[line, cells.index(code)] += 1
        for code in equation.right:
            matrix[line, cells.index(code)] -= 1
    assert matrix.shape == (39, 175)
    assert np.linalg.matrix_rank(matrix) == 37
    signatures = {tuple(np.flatnonzero(matrix[:, column])) for column in range(len(cells))}
    assert len(signatures) == 175


def test_one_wrong_outcome_fails_its_row_and_its_column():
    assert failing(report(requests__granted__business=5)) == {
        ("requests.outcome_sum", "business"),
        ("requests.row_sum", "granted"),
    }


def test_one_wrong_remedy_fails_its_channel_alone():
    assert failing(report(remedies__review__upheld=10)) == {("remedies.total", "review")}


def test_a_blank_operand_is_not_zero():
    asked = ask(report(requests__granted__business=None))
    assert dict(asked.filter(place="granted").select("rule", "status").iter_rows()) == {
        "requests.row_sum": "not_assessable"
    }
    assert asked.filter(rule="requests.outcome_sum", place="business")["status"].to_list() == ["not_assessable"]
    assert asked.filter(status="fail").height == 0


def test_a_borrowed_row_of_other_handling_is_added_in_place_of_the_three():
    frame = report().filter(~pl.col("cell").str.contains("other_(uncorrected|fee_unpaid|other)"))
    borrowed = frame.filter(pl.col("cell").str.starts_with("requests.granted.")).with_columns(
        pl.col("cell").str.replace("granted", "other"), value=pl.lit(2, pl.Decimal(18, 6))
    )
    assert ("requests.outcome_sum", "natural_person") in failing(pl.concat([frame, borrowed]))


def test_the_sentence_and_the_figures_tell_what_differs():
    found = ask(report(remedies__review__upheld=10, remedies__review__total=7)).filter(status="fail").row(0, named=True)
    assert (found["left_value"], found["right_value"], found["residual"]) == (7, 10, -3)
    assert "they differ by -3" in found["diagnosis"]


def test_fingerprints_are_the_same_in_every_run_and_differ_between_documents():
    one, two = report(), report().with_columns(document_id=pl.lit("00000000000000bb"))
    together = ask(pl.concat([one, two]))
    assert together["finding_id"].n_unique() == together.height
    assert set(ask(two)["finding_id"]) < set(together["finding_id"])


def test_an_equation_that_names_an_unknown_row_is_refused_with_its_line(monkeypatch):
    bad = registry.load("equations").with_columns(left=pl.lit("received carried_over"))
    monkeypatch.setattr(registry, "load", lambda name: bad)
    with pytest.raises(
        RegistryError, match=r"equations.csv, line 2: expected a row of table requests, found 'carried_over'"
    ):
        equations(frozenset({"requests.received"}))
