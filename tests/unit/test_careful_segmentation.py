"""The ways to cut glued digits into the numbers of their slots."""

import pytest

from dagster_project.reading.careful import segmentation
from dagster_project.reading.careful.segmentation import Slot, Sum, TooMany, candidates

SEVEN = [Slot(f"c{at}", "whole") for at in range(7)]
ROW_SUM = [Sum(6, (0, 1, 2, 3, 4, 5))]


def cuts(texts: list[str], slots: list[Slot], sums: list[Sum], **more) -> set[tuple[str, ...]]:
    return {tuple(piece.text for piece in each) for each in candidates(texts, slots, sums, **more)}


def test_every_way_that_keeps_the_sum_and_no_other() -> None:
    assert cuts(["640020470"], SEVEN, ROW_SUM) == {("64", "0", "0", "2", "0", "4", "70")}
    # Twenty-two may be 22 0 or 2 20: both add up.
    assert cuts(["220000022"], SEVEN, ROW_SUM) == {
        ("22", "0", "0", "0", "0", "0", "22"),
        ("2", "20", "0", "0", "0", "0", "22"),
    }


def test_no_number_goes_over_a_break_or_begins_with_a_zero() -> None:
    assert cuts(["2", "20000022"], SEVEN, ROW_SUM) == {("2", "20", "0", "0", "0", "0", "22")}
    assert cuts(["05"], SEVEN[:1], []) == set()


def test_all_digits_are_used() -> None:
    assert cuts(["00000000"], SEVEN, ROW_SUM) == set()
    assert cuts(["000000"], SEVEN, ROW_SUM) == set()


def test_more_texts_than_slots_have_no_way() -> None:
    assert cuts(["0"] * 8, SEVEN, ROW_SUM) == set()


def test_a_slot_may_stay_empty_where_blanks_leave_no_trace() -> None:
    slots = SEVEN[:3]
    assert cuts(["12"], slots, [], blanks=True) == {
        ("12", "", ""), ("", "12", ""), ("", "", "12"), ("1", "2", ""), ("1", "", "2"), ("", "1", "2"),
    }  # fmt: skip


def test_signs_and_money_stand_only_where_they_may() -> None:
    licences = [Slot("a", "whole"), Slot("b", "signed"), Slot("c", "whole")]
    assert ("2648", "-185", "38") in cuts(["2648-18538"], licences, [])
    assert cuts(["395", "73802895.90元"], [Slot("p", "whole"), Slot("m", "money")], []) == {("395", "73802895.90元")}
    assert cuts(["-3"], SEVEN[:1], []) == set()


def test_a_text_that_says_one_thing_may_stay_whole() -> None:
    texts = ["5件", "/", "000", "0", "5"]
    whole = [5_000_000, 0, None, 0, 5_000_000]
    assert cuts(texts, SEVEN, ROW_SUM, whole=whole) == {("5件", "/", "0", "0", "0", "0", "5")}


def test_several_sums_in_one_line() -> None:
    slots = [Slot(f"c{at}", "whole") for at in range(15)]
    sums = [Sum(4, (0, 1, 2, 3)), Sum(9, (5, 6, 7, 8)), Sum(14, (10, 11, 12, 13))]
    found = cuts(["10203120001200000"], slots, sums)
    assert found == {("1", "0", "2", "0", "3", "12", "0", "0", "0", "12", "0", "0", "0", "0", "0")}


def test_a_total_before_its_parts_is_checked_too() -> None:
    assert cuts(["312"], SEVEN[:3], [Sum(0, (1, 2))]) == {("3", "1", "2")}
    assert cuts(["412"], SEVEN[:3], [Sum(0, (1, 2))]) == set()


def test_the_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmentation, "MOST_STEPS", 50)
    with pytest.raises(TooMany):
        candidates(["123456789123456789"], SEVEN, [])
