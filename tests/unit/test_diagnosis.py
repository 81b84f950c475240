"""From failing equations to what is wrong: located where it is certain, and only there."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.auditing.findings import audit
from dagster_project.forms import registry
from dagster_project.synthesis.truth import make_truth
from schemas import AUDIT_FINDINGS, CELLS

FORMS = ("2019", "2021")
Cells = Mapping[str, Decimal | None]


@cache
def truth(form: str, seed: int = 1) -> dict[str, Decimal]:
    """Cells of a busy report in which every equation holds."""
    made = make_truth(f"diagnosis:{seed}", form, activity="hundreds")
    return {cell: value for cell, value in made.cells.items() if value is not None}


def staged(reports: Mapping[str, Cells], status: str = "number", locator: str = "table=1;row=1;cell=1") -> pl.DataFrame:
    rows = [
        {
            "document_id": document,
            "cell": cell,
            "value": value,
            "unit": "件",
            "raw_text": "" if value is None else str(value),
            "status": "blank" if value is None else status,
            "locator": locator,
        }
        for document, cells in reports.items()
        for cell, value in cells.items()
    ]
    return CELLS.build(rows)


def diagnosed(cells: pl.DataFrame, form: str, lane: str = "fast") -> pl.DataFrame:
    """The failing equations of the reports, with their diagnosis."""
    documents = cells.select("document_id").unique().with_columns(form=pl.lit(form), lane=pl.lit(lane))
    found = AUDIT_FINDINGS.validate(audit(cells, documents))
    return found.filter(pl.col("status") == "fail", pl.col("family") == "equation")


def of_one(cells: Cells, form: str = "2021", **how: str) -> pl.DataFrame:
    return diagnosed(staged({"00000000000000aa": cells}, **how), form)


def request_cells(form: str) -> list[str]:
    return [cell for cell in truth(form) if cell.startswith("requests.")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("change", [Decimal(1), Decimal(37)])
def test_one_wrong_cell_is_located_in_each_cell_of_the_request_table(form, change):
    sound = truth(form)
    cells = request_cells(form)
    assert len(cells) == {"2019": 161, "2021": 175}[form]
    reports = {f"{number:016x}": sound | {cell: sound[cell] + change} for number, cell in enumerate(cells)}
    found = diagnosed(staged(reports), form)
    located = found.group_by("document_id").agg(pl.col("suspect_cell").unique(), pl.col("implied_value").unique())
    assert dict(located.select("document_id", "suspect_cell").iter_rows()) == {
        f"{number:016x}": [cell] for number, cell in enumerate(cells)
    }
    assert dict(located.select("document_id", "implied_value").iter_rows()) == {
        f"{number:016x}": [sound[cell]] for number, cell in enumerate(cells)
    }
    assert set(found["pattern"]) == {"single_cell"}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), form=st.sampled_from(FORMS), seed=st.integers(1, 5))
def test_two_wrong_cells_are_noticed_and_never_taken_for_another_one(data, form, seed):
    sound = truth(form, seed)
    one, two = data.draw(st.lists(st.sampled_from(request_cells(form)), min_size=2, max_size=2, unique=True))
    printed = dict(sound)
    for cell in (one, two):
        printed[cell] = data.draw(st.integers(0, 400).map(Decimal).filter(lambda value, cell=cell: value != sound[cell]))
    found = of_one(printed, form)
    assert found.height
    assert found["suspect_cell"].null_count() == found.height
    assert found["implied_value"].null_count() == found.height


@settings(max_examples=60, deadline=None)
@given(data=st.data(), form=st.sampled_from(FORMS), seed=st.integers(1, 5))
def test_with_blanks_about_a_located_cell_is_still_the_wrong_one(data, form, seed):
    sound = truth(form, seed)
    cells = request_cells(form)
    wrong = data.draw(st.sampled_from(cells))
    blank = data.draw(st.sets(st.sampled_from(cells), max_size=30)) - {wrong}
    printed = dict(sound) | dict.fromkeys(blank) | {wrong: sound[wrong] + data.draw(st.integers(1, 50))}
    found = of_one(printed, form).drop_nulls("suspect_cell")
    assert set(found["suspect_cell"]) <= {wrong}
    assert set(found["implied_value"]) <= {sound[wrong]}


def test_where_an_equation_of_the_cell_could_not_be_asked_it_is_not_located():
    sound = truth("2021")
    printed = sound | {"requests.granted.business": sound["requests.granted.business"] + 3}
    found = of_one(printed | {"requests.granted.research": None})
    assert found["place"].to_list() == ["business"]
    assert found["suspect_cell"].to_list() == [None]
    assert found["pattern"].to_list() == ["several"]


def test_a_wrong_total_of_remedies_is_noticed_but_not_located():
    found = of_one(truth("2021") | cells_of("remedies.review", upheld=10, corrected=1, other=0, pending=0, total=0))
    assert found["rule"].to_list() == ["remedies.total"]
    assert found["suspect_cell"].to_list() == [None]
    assert "If one cell is wrong it is remedies.review.total" in found["diagnosis"].item()
    assert "11" in found["diagnosis"].item()


def test_remedies_with_several_explanations_get_their_number():
    found = of_one(truth("2021") | cells_of("remedies.review", upheld=5, corrected=6, other=7, pending=0, total=16))
    # Each of three parts could be two less, or the total two more.
    assert found["pattern"].to_list() == ["several"]
    assert found["explanations"].to_list() == [4]


def cells_of(row: str, **columns: int) -> dict[str, Decimal]:
    return {f"{row}.{column}": Decimal(value) for column, value in columns.items()}


def plain(form: str = "2021", **rows: tuple[int, ...]) -> dict[str, Decimal]:
    """A report that prints 0 but in these rows of the request table: six applicants, the total added."""
    cells = {cell: Decimal(0) for cell in truth(form)}
    for row, values in rows.items():
        for column, value in zip(registry.column_order("requests"), (*values, sum(values)), strict=True):
            cells[f"requests.{row}.{column}"] = Decimal(value)
    return cells


SOUND = {
    "received": (8, 3, 0, 0, 1, 0),
    "carried_in": (1, 0, 0, 0, 0, 0),
    "granted": (4, 2, 0, 0, 0, 0),
    "unavailable_not_held": (3, 0, 0, 0, 1, 0),
    "declined_repeat": (1, 0, 0, 0, 0, 0),
    "disposed": (8, 2, 0, 0, 1, 0),
    "carried_out": (1, 1, 0, 0, 0, 0),
}


def test_the_sound_table_of_these_tests_is_sound():
    assert of_one(plain(**SOUND)).height == 0


def test_a_total_short_in_two_columns_leaves_open_which_line_it_is():
    printed = plain("2019", granted=(6, 1, 0, 0, 0, 0), partially_granted=(6, 0, 0, 0, 0, 0), unavailable_unclear=(3, 0, 0, 0, 0, 0))
    printed |= plain_row("disposed", (9, 1, 0, 0, 0, 0)) | plain_row("received", (9, 1, 0, 0, 0, 0))
    found = of_one(printed, "2019")
    assert set(found.select("rule", "place").iter_rows()) == {
        ("requests.outcome_sum", "natural_person"),
        ("requests.outcome_sum", "total"),
    }
    assert set(found["pattern"]) == {"total_in_two_columns"}
    assert found["suspect_cell"].null_count() == 2
    assert set(found["explanations"]) == {2}
    assert "granted, partially_granted" in found["diagnosis"][0]


def plain_row(row: str, values: tuple[int, ...]) -> dict[str, Decimal]:
    printed = dict(zip(registry.column_order("requests"), (*values, sum(values)), strict=True))
    return cells_of(f"requests.{row}", **printed)


def test_rows_printed_one_line_too_low_are_recognised():
    rows = registry.row_order("requests", "2021")
    sound = plain(**SOUND)
    start = rows.index("disposed")
    printed = dict(sound)
    # An empty line slipped in before the total: it and what follows stand one line too low, the last is pushed out.
    for at in range(len(rows) - 1, start - 1, -1):
        for column in registry.column_order("requests"):
            above = sound[f"requests.{rows[at - 1]}.{column}"] if at > start else Decimal(0)
            printed[f"requests.{rows[at]}.{column}"] = above
    found = of_one(printed)
    assert set(found["pattern"]) == {"row_shift"}
    assert "from row disposed to row carried_out are read one line higher" in found["diagnosis"][0]
    assert found["suspect_cell"].null_count() == found.height


def test_two_exchanged_rows_are_recognised():
    printed = plain(**SOUND | {"disposed": SOUND["carried_out"], "carried_out": SOUND["disposed"]})
    found = of_one(printed)
    assert set(found["pattern"]) == {"rows_exchanged"}
    assert "disposed and carried_out are exchanged" in found["diagnosis"][0]


def test_values_of_a_row_one_place_too_far_to_the_right_are_recognised():
    columns = registry.column_order("requests")
    printed = plain(**SOUND)
    values = [0, *(printed[f"requests.received.{column}"] for column in columns[:-1])]
    printed |= cells_of("requests.received", **dict(zip(columns, values, strict=True)))
    found = of_one(printed)
    assert set(found["pattern"]) == {"column_shift"}
    assert "row received" in found["diagnosis"][0]
    assert "one place further left" in found["diagnosis"][0]


def test_a_whole_table_one_column_off_is_recognised_without_saying_which():
    columns = registry.column_order("requests")
    sound = plain(**SOUND)
    printed = dict(sound)
    for row in registry.row_order("requests", "2021"):
        values = [0, *(sound[f"requests.{row}.{column}"] for column in columns[:-1])]
        printed |= cells_of(f"requests.{row}", **dict(zip(columns, values, strict=True)))
    found = of_one(printed)
    # Column sums move with their columns, so nothing tells which column is missing.
    assert set(found["pattern"]) == {"whole_column"}
    assert set(found["rule"]) == {"requests.row_sum"}
    assert "7 rows with numbers" in found["diagnosis"][0]


def test_two_errors_that_cancel_in_a_row_are_told_with_their_number():
    printed = plain(**SOUND | {"granted": (2, 2, 2, 0, 0, 0), "declined_repeat": (0, 0, 1, 0, 0, 0)})
    printed |= plain_row("declined_repeat", (1, 0, 0, 0, 0, 0))
    found = of_one(printed)
    assert set(found["place"]) == {"natural_person", "research"}
    assert set(found["pattern"]) == {"compensating"}
    assert "cancel each other in one equation (requests.row_sum at granted)" in found["diagnosis"][0]
    assert found["suspect_cell"].null_count() == 2


def test_two_separate_errors_are_told_as_the_one_pair_that_explains_them():
    sound = truth("2021")
    wrong = {"requests.granted.business": 5, "requests.declined_repeat.natural_person": 9}
    found = of_one(sound | {cell: sound[cell] + by for cell, by in wrong.items()})
    assert set(found["pattern"]) == {"two_cells"}
    assert all(cell in found["diagnosis"][0] for cell in wrong)
    assert found["suspect_cell"].null_count() == found.height


def test_errors_of_two_tables_are_diagnosed_apart():
    sound = truth("2021")
    wrong = ("requests.granted.business", "remedies.review.total")
    found = of_one(sound | {cell: sound[cell] + 1 for cell in wrong})
    assert set(found.filter(pl.col("rule") != "remedies.total")["suspect_cell"]) == {"requests.granted.business"}
    assert found.filter(rule="remedies.total")["suspect_cell"].to_list() == [None]


def test_a_cell_that_would_have_to_be_negative_is_no_explanation():
    # The total says 2, its one part says 9: the part could be 2, the total 9; the other parts cannot make up for it.
    found = of_one(truth("2021") | cells_of("remedies.direct_suit", upheld=9, corrected=0, other=0, pending=0, total=2))
    assert found["explanations"].to_list() == [2]


class TestBlame:
    WRONG = {"requests.granted.business": Decimal(3)}

    def printed(self, by: int = 3) -> dict[str, Decimal]:
        sound = truth("2021")
        return sound | {"requests.granted.business": sound["requests.granted.business"] + by}

    def blame(self, cells: pl.DataFrame, lane: str = "fast") -> set[str | None]:
        return set(diagnosed(cells, "2021", lane)["blame"])

    def test_cells_read_plainly_blame_the_source(self):
        assert self.blame(staged({"00000000000000aa": self.printed()})) == {"source"}

    @pytest.mark.parametrize("lane", ["careful", "ocr"])
    def test_another_lane_than_the_fast_one_leaves_it_undecided(self, lane):
        assert self.blame(staged({"00000000000000aa": self.printed()}), lane) == {"undecided"}

    @pytest.mark.parametrize(
        ("status", "locator"),
        [("segmented", "table=1;row=1;cell=1"), ("number", "table=1;row=1;cell=1;aligned"), ("number", "page=1;ocr")],
    )
    def test_cells_that_a_reader_had_to_place_leave_it_undecided(self, status, locator):
        assert self.blame(staged({"00000000000000aa": self.printed()}, status, locator)) == {"undecided"}

    def test_a_text_that_holds_the_needed_value_too_blames_the_reading(self):
        cells = staged({"00000000000000aa": self.printed()})
        needed = int(truth("2021")["requests.granted.business"])
        at = pl.col("cell") == "requests.granted.business"
        cells = cells.with_columns(
            raw_text=pl.when(at).then(pl.lit(f"{needed + 3}（{needed}）")).otherwise("raw_text"),
            status=pl.when(at).then(pl.lit("noted")).otherwise("status"),
        )
        assert self.blame(cells) == {"reading"}

    def test_a_rule_that_holds_blames_nobody(self):
        cells = staged({"00000000000000aa": truth("2021")})
        documents = pl.DataFrame({"document_id": ["00000000000000aa"], "form": ["2021"], "lane": ["fast"]})
        assert audit(cells, documents)["blame"].null_count() == audit(cells, documents).height
