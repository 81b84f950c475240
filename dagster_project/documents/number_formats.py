"""Numbers as a spreadsheet shows them: the stored value under the cell's number format.

Here: format codes of [ECMA-376] 18.8.31 as far as counts and money use them. Not here: dates (the reader of the file kind
knows them), the width of a column.

A document prints what its format shows, so that is handed on: nothing where the format hides zeros, a dash where it prints
one, fewer decimals than are stored with the stored value in brackets behind. A format that is not understood leaves its
number undecided.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

# The formats that files name by number only. Those of dates and times are left out, so that they are not understood.
BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0',
    6: '"¥"#,##0;[Red]"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00',
    8: '"¥"#,##0.00;[Red]"¥"-#,##0.00',
    9: "0%",
    10: "0.00%",
    37: "#,##0_ ;-#,##0_ ",
    38: "#,##0_ ;[Red]-#,##0_ ",
    39: "#,##0.00_ ;-#,##0.00_ ",
    40: "#,##0.00_ ;[Red]-#,##0.00_ ",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    49: "@",
}
NOT_UNDERSTOOD = "?"

# Spreadsheet programs show fifteen significant digits at most: 0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3.
_SIGNIFICANT = 15
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<space>_.)|(?P<fill>\*.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General)'
    r"|(?P<digits>[0#?][0#?,]*(?:\.[0#?,]*)?|\.[0#?,]+)|(?P<percent>%)|(?P<text>@)|(?P<section>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+|[黑蓝青绿红白黄洋]\S*|颜色\s*\d+)$", re.IGNORECASE
)
_CURRENCY = re.compile(r"\$(?P<symbol>[^-]*)(?:-[0-9A-Fa-f]+)?$")
# Characters that stand for themselves without quotes; letters are codes of dates and times.
_LITERALS = set(" -+()（）¥￥$€:/、，") | {"\u00a0"}


class _Section(NamedTuple):
    before: str
    pattern: str | None  # the placeholders; None when the section shows no number
    after: str
    general: bool
    percent: bool


def plain(value: float | int) -> str:
    """Return a number as the shortest decimal of at most fifteen digits: 12.0 is 12, never 1.2e3."""
    number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{_SIGNIFICANT}g}")
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def shown(value: float | int, code: str) -> str:
    """Return what a cell with this value and format shows; an unknown format gives the value with a question about it."""
    exact = plain(value)
    sections = _sections(code)
    if sections is None:
        return _undecided(exact)
    number = Decimal(exact)
    section = _section_for(number, sections)
    # A section of its own for negative numbers prints their sign itself.
    own_sign = number < 0 and len(sections) > 1
    if section.general:
        text = plain(abs(float(value))) if own_sign else exact
    elif section.pattern is None:
        return (section.before + section.after).strip()
    else:
        found = _placed(abs(number) * (100 if section.percent else 1), section.pattern)
        if found is None:
            return _undecided(exact)
        text, rounded = found
        if number < 0 and not own_sign and text.strip("0.,"):
            text = "-" + text
        if rounded:
            text += f"（单元格值{exact}）"
    text = (section.before + text + section.after).strip()
    if number < 0 and "-" not in text:
        return _undecided(exact)  # red, or in brackets
    return text


def _undecided(exact: str) -> str:
    return f"{exact} {NOT_UNDERSTOOD}"


def _section_for(number: Decimal, sections: tuple[_Section, ...]) -> _Section:
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...] | None:
    """Take a format apart; None when something in it is not understood."""
    found: list[_Section] = []
    before, after, pattern, general, percent = "", "", None, False, False
    for token in _TOKEN.finditer(code + ";"):
        kind, text = token.lastgroup, token[0]
        literal = ""
        match kind:
            case "quoted" | "escaped":
                literal = token[kind]
            case "bracket":
                currency = _CURRENCY.match(text[1:-1])
                if currency is None and not _COLOUR.match(text[1:-1]):
                    return None
                literal = currency["symbol"] if currency else ""
            case "general" | "digits":
                if pattern is not None or general:
                    return None  # 000-0000: digits in groups of their own
                general, pattern = kind == "general", None if kind == "general" else text
            case "percent":
                percent, literal = True, "%"
            case "other":
                if text not in _LITERALS and text.isascii():
                    return None
                literal = text
            case "section":
                found.append(_Section(before, pattern, after, general, percent))
                before, after, pattern, general, percent = "", "", None, False, False
                continue
        if pattern is not None or general:
            after += literal
        else:
            before += literal
        if kind == "text" and len(found) < 3:
            general = general or pattern is None
    return tuple(found[:3]) or None


def _placed(number: Decimal, pattern: str) -> tuple[str, bool] | None:
    """Return the digits that placeholders show and whether they were rounded; None when they show thousands of units."""
    whole, _, decimals = pattern.partition(".")
    if whole.endswith(",") or "," in decimals:
        return None
    grouped = "," in whole
    places = len(decimals)
    value = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{value:,f}" if grouped else f"{value:f}"
    integer, point, fraction = text.partition(".")
    required = len(decimals.rstrip("#?"))
    while len(fraction) > required and fraction.endswith("0"):
        fraction = fraction[:-1]
    least = len(whole.replace(",", "").lstrip("#?"))
    if integer == "0" and least == 0 and not fraction:
        integer = ""
    integer = integer.zfill(least)
    return (f"{integer}{point}{fraction}" if fraction else integer), value != number
