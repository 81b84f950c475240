"""Dates as reports print them.

Here: one date in a text, in digits or in Chinese numerals (二○一○年四月十日). Not here: which of a document's dates it was
published on (``identify``).
"""

import re
from datetime import date

_DIGITS = re.compile(r"(?<!\d)(20[0-3]\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})(?!\d)")
_CHINESE = re.compile(
    r"(二[〇○O0零][〇○O0零一二三][〇○O0零一二三四五六七八九])\s*年\s*(十?[一二三四五六七八九十])\s*月\s*(二?三?十?[一二三四五六七八九十])\s*日"
)
_ALONE = re.compile(rf"^[(（\[]?\s*(?:{_DIGITS.pattern}\s*日?|{_CHINESE.pattern})\s*[)）\]]?$")
_LONGEST_DATE = 40
_NUMERALS = {character: value for value, character in enumerate("零一二三四五六七八九十")} | dict.fromkeys("〇○O0", 0)


def date_in(text: str) -> date | None:
    """Return the first date in ``text`` that the calendar knows; None when there is none."""
    for match in _DIGITS.finditer(text):
        found = _day(int(match[1]), int(match[2]), int(match[3]))
        if found is not None:
            return found
    for match in _CHINESE.finditer(text):
        year = int("".join(str(_NUMERALS[character]) for character in match[1]))
        found = _day(year, _number(match[2]), _number(match[3]))
        if found is not None:
            return found
    return None


def is_date(text: str) -> bool:
    """Tell whether a line holds a date and nothing else."""
    return len(text) <= _LONGEST_DATE and _ALONE.match(text.strip()) is not None


def _number(text: str) -> int:
    """Return the number of 一 to 三十一: 十 stands for ten, with tens before and units after it."""
    if "十" not in text:
        return _NUMERALS[text]
    tens, units = text.split("十")
    return 10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[units] if units else 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None  # 2021-13-40 is no date, so nothing was stated
