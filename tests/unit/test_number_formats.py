"""A number is handed on as its format shows it, or undecided."""

import pytest

from dagster_project.documents.number_formats import BUILT_IN, NOT_UNDERSTOOD, plain, shown

ACCOUNTING = BUILT_IN[41]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"),
        (12, "12"),
        (-3.5, "-3.5"),
        (0.1 + 0.2, "0.3"),
        (24252.311082, "24252.311082"),
        (1e-7, "0.0000001"),
        (1e3, "1000"),
        (1.2e12, "1200000000000"),
        (-0.0, "0"),
        (100, "100"),
        (100.0, "100"),
        (73802895.90, "73802895.9"),
    ],
)
def test_the_shortest_exact_decimal_and_never_an_exponent(value, text):
    assert plain(value) == text
    assert shown(value, "General") == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (5, "0", "5"),
        (5, "0.00", "5.00"),
        (-3.5, "0.00", "-3.50"),
        (1234567, "#,##0", "1,234,567"),
        (1234.5, "0.##", "1234.5"),
        (12, "0.##", "12"),
        (0, "#", ""),
        (0, "#,##0", "0"),
        (0, "0;-0;;@", ""),
        (0, ";;;", ""),
        (0, ACCOUNTING, "-"),
        (1234, ACCOUNTING, "1,234"),
        (-1234, ACCOUNTING, "-1,234"),
        (5, "0_ ", "5"),
        (5, "[Red]0", "5"),
        (5, "0.0000_);[红色]\\(0.0000\\)", "5.0000"),
        (12, '0"件"', "12件"),
        (12, "0件", "12件"),
        (12, 'General"项"', "12项"),
        (5, "000", "005"),
        (0.25, "0%", "25%"),
        (5, "[$¥-804]#,##0.00", "¥5.00"),
    ],
)
def test_what_a_format_shows(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12.345, "0.00", "12.35（单元格值12.345）"),
        (0.4, "0", "0（单元格值0.4）"),
        (2.5, "0", "3（单元格值2.5）"),
        (1234.5678, "#,##0.0", "1,234.6（单元格值1234.5678）"),
    ],
)
def test_fewer_decimals_than_are_stored_are_shown_with_the_stored_value(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "yyyy-mm-dd"),
        (5, '上午/下午h"时"'),
        (5, "[DBNum1]0"),
        (12000, "0.0,"),
        (12000, "0!.0,"),
        (5, "[>10]0;0"),
        (3, "0.00E+00"),
        (3.5, "# ?/?"),
        (13812345678, "000-0000-0000"),
        (-5, "#,##0;[Red]#,##0"),
        (-5, "0_);(0)"),
        (5, "unknown"),
    ],
)
def test_what_is_not_understood_is_undecided(value, code):
    assert shown(value, code) == f"{plain(value)} {NOT_UNDERSTOOD}"
