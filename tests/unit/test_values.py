"""What stands in a value cell, and what nobody should guess at."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.documents.pieces import CUT_MARK, IMAGE_MARK, NOTE_MARK, STRUCK_MARK
from dagster_project.reading.values import classify


def read(text: str) -> tuple:
    return classify(pl.Series("text", [text])).select("kind", "value", "unit").row(0)


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("0", "number", "0", None),
        (" 12 ", "number", "12", None),
        ("\xa0\xa05\u3000", "number", "5", None),
        ("２０２１", "number", "2021", None),
        ("-18", "number", "-18", None),
        ("－18", "number", "-18", None),
        ("−18", "number", "-18", None),
        ("+1036", "number", "1036", None),
        ("1,234", "number", "1234", None),
        ("12，345，678.90", "number", "12345678.90", None),
        ("24252.311082", "number", "24252.311082", None),
        ("0.5", "number", "0.5", None),
        ("0.0000", "number", "0", None),
        ("251000元", "noted", "251000", "元"),
        ("2.5亿元", "noted", "2.5", "亿元"),
        ("5件", "noted", "5", "件"),
        ("22（其中修订16件）", "noted", "22", None),
        ("22件（其中修订16件）", "noted", "22", "件"),
        ("", "blank", None, None),
        ("\xa0\u3000\n", "blank", None, None),
        ("\u200b", "blank", None, None),
        *((mark, "mark", None, None) for mark in ("/", "／", "-", "—", "——", "–", "无", "暂无", "N/A", "*", "…")),
        *(
            (text, "ambiguous", None, None)
            for text in (
                "2 0", "2\n0", "0000000", "007", "12,34", "1,2345", ".5", "5.", "1.2345678", "1234567890123", "95%", "约20", "12;",
                "22①", "22²", "①", "10-20", "3/4", "1.2.3", f"5{NOTE_MARK}1", f"5{STRUCK_MARK}6", f"8{IMAGE_MARK}", f"12{CUT_MARK}", "12\ufffd", IMAGE_MARK,
            )
        ),
        ("规章", "text", None, None),
        ("O", "text", None, None),
        ("零", "text", None, None),
    ],
)  # fmt: skip
def test_a_text_is_read_for_what_it_says(text, kind, value, unit):
    assert read(text) == (kind, None if value is None else Decimal(value), unit)


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_any_whole_number_that_fits_is_read_back_however_it_is_written(number):
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    for text in (str(number), f"{number:,}", str(number).translate(wide), f" {number}\xa0"):
        assert read(text)[:2] == ("number", Decimal(number))


@given(st.decimals(0, 10**9, places=6))
def test_six_decimals_are_kept_exactly(number):
    text = f"{number:f}"
    assert read(text)[1] == number


@given(st.text(alphabet="0123456789 .,-+/件元①²（）()\n\u200b", max_size=14))
def test_whatever_is_read_as_a_number_has_just_the_digits_printed(text):
    kind, value, _ = read(text)
    if kind in ("number", "noted"):
        outside = text.split("（")[0].split("(")[0]
        printed = "".join(c for c in outside if c.isdigit())
        shown = f"{abs(value):f}"
        whole = shown.rstrip("0").rstrip(".") if "." in shown else shown
        assert printed.lstrip("0").rstrip("0") == whole.replace(".", "").lstrip("0").rstrip("0")
    else:
        assert value is None
