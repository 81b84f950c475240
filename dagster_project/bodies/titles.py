"""Titles of annual reports taken apart, and titles of what is no annual report.

Here: one line of text at a time, and the grammar that its words (title_words.csv) make. Not here: choosing between several
titles of a document (``identify``), what a body's name tells (``names``).

A title is: words before, the year, the body, the year, the subject (政府信息公开), words between, the report (年度报告), a
remark in brackets. Every part but subject and report may be missing. Precision goes first: a line that does not read so to its
end is no title.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import polars as pl

from dagster_project.bodies import names
from dagster_project.bodies.traditional import simplified
from dagster_project.forms.labels import squeeze

_HERE = Path(__file__).parent
_DIGITS = str.maketrans("〇○O零一二三四五六七八九", "0000123456789")
# Four characters, each one digit: 二〇二一, 二○二一, 2021.
_YEAR = r"(?<!\d)20[0-3]\d(?!\d)"
_CHINESE_YEAR = re.compile(r"二[〇○O0零][〇○O0零一二三][〇○O0零一二三四五六七八九](?=年|度)")
_YEAR_IN = re.compile(rf"[\[（(【]?({_YEAR})[)）\]】]?(?:年度?|度)?")
_SEVERAL_YEARS = re.compile(rf"{_YEAR}年?[-—–~～至到、和及]{_YEAR}年?度?")
_BRACKETED_LEAD = re.compile(r"^[\(【\[][^)】\]]{0,12}[\)】\]]")
_NUMBER_LEAD = re.compile(r"^(?:\d{1,2}[.、:：)]|[一二三四五六七八九十]{1,3}[、.])")
_QUOTES = '《》〈〉"“”‘’# '
_SEPARATORS = re.compile(r"[_|｜丨]|\s[-–—·]+\s|--+|——+|>>|(?<=[报告])[-–—](?!\d)|(?<!\d)[-–—](?=20)")
_ONLY_SIGNS = re.compile(r"^[\W_]+|[:：,，\-—_·]+$")
_NO_NAME = re.compile(r"[:：>＞»;；。，,!！?？]")
# Of what may stand behind the report in a title, see ``Grammar``: brackets, an edition, a year.
_REMARK_ENDS = ")）]】版年度0123456789"
_HANGING = "-—–_:："
_LONGEST_TITLE = 80
_LONGEST_BODY = 45
# What is left of a subject that the grammar does not know; no body ends so.
_CUT_SHORT = re.compile(r"(?:[与和及暨并]|政务|信息|公开)$")
# With the spaces that some sites set between the characters of a title.
_LONGEST_LINE = 3 * _LONGEST_TITLE
_TRADITIONAL = re.compile("[開報書區縣廳門務訊]")


@dataclass(frozen=True)
class Title:
    """A title taken apart: the text it was read from, the body's name as printed ('' when the title names none), the year."""

    text: str
    body: str
    year: int | None


class Grammar:
    """The grammar of titles made of (role, word) pairs; roles: lead, subject, between, report, self, prose."""

    def __init__(self, words: Iterable[tuple[str, str]]):
        by_role: dict[str, list[str]] = {}
        for role, word in words:
            by_role.setdefault(role, []).append(word)

        def any_of(role: str) -> str:
            return "|".join(re.escape(word) for word in sorted(by_role.get(role, ()), key=lambda word: (-len(word), word)))

        year = rf"[\[（(]?{_YEAR}[)）\]]?年?度?"
        self._title = re.compile(
            rf"^(?P<before>.*?)(?P<subject>{any_of('subject')})"
            rf"(?P<kind>(?:{any_of('between')}|{year}|年度?)*(?P<report>{any_of('report')}))"
            rf"(?P<after>(?:[\(（\[【].*[\)）\]】]|第[一二三四]版|{year})*)$"
        )
        # What a title ends with: a report, or a remark behind it. Most lines of prose end otherwise, and looking is enough.
        self._ends = frozenset(word[-1] for word in by_role.get("report", ())) | frozenset(_REMARK_ENDS)
        self._lead = re.compile(rf"^(?:{any_of('lead')})\d{{0,2}}[:：.、]?")
        self._tail = re.compile(r"(?:关于|的|年度|年)+$")
        self._prose = re.compile(any_of("prose"))
        self._self = re.compile(rf"^(?:{any_of('self')})$")

    def parse(self, text: str) -> Title | None:
        """Take one line apart; None when it is not the title of an annual report on government information disclosure."""
        if len(text) > _LONGEST_LINE or not ("公" in text and ("开" in text or "開" in text)):
            return None
        printed = squeeze(text).strip(_QUOTES).rstrip(_HANGING)
        if len(printed) > _LONGEST_TITLE:
            return None
        # Both of equal length: what is found in the one stands at the same place in the other.
        printed = _CHINESE_YEAR.sub(lambda match: match[0].translate(_DIGITS), printed)
        plain = simplified(printed) if _TRADITIONAL.search(printed) else printed
        if plain[-1:] not in self._ends:
            return None
        match = self._title.match(plain)
        if match is None:
            return None
        year, unambiguous = _year_of(match)
        if not _is_report(match):
            return None
        body = self._body(match["before"], printed)
        if body is None:
            return None
        return Title(" ".join(text.split()), body, year if unambiguous else None)

    def _body(self, before: str, printed: str) -> str | None:
        start = 0
        about = before.startswith("关于")
        while True:
            rest = before[start:]
            lead = (
                self._lead.match(rest) or _BRACKETED_LEAD.match(rest) or _NUMBER_LEAD.match(rest) or _ONLY_SIGNS.match(rest)
            )
            if lead is None or _year_alone(lead[0]):
                break
            about = about and lead[0] == "关于"
            start += lead.end()
        # 人民政府信息公开 is 人民政府 + (政府)信息公开 with the word printed once.
        body = printed[start : len(before)] + ("政府" if before.endswith("人民") else "")
        body = _YEAR_IN.sub("", _SEVERAL_YEARS.sub("", body))
        while (shorter := self._tail.sub("", _ONLY_SIGNS.sub("", body.strip(_QUOTES)))) != body:
            body = shorter
        if self._self.match(body) or names.is_self(body):
            return ""
        if len(body) > _LONGEST_BODY or _NO_NAME.search(body) or _CUT_SHORT.search(body) or self._prose.search(body):
            return None
        # 关于 begins a name with a place, or a word that the grammar does not know: which, only a listed place tells.
        if not body or names.begins_with_word(body) or (about and not names.begins_with_place(body)):
            return None if body else ""
        return body if names.is_body(body) else None


def _year_alone(text: str) -> bool:
    return re.fullmatch(rf"\W*{_YEAR}\W*", text) is not None


def _year_of(match: re.Match[str]) -> tuple[int | None, bool]:
    """Return the year around the subject, else that of the remark after it, and whether it is one year only."""
    if _SEVERAL_YEARS.search(match[0]):
        return None, False
    for text in (match["before"] + " " + match["kind"], match["after"] or ""):
        years = {int(year) for year in _YEAR_IN.findall(text)}
        if years:
            return min(years), len(years) == 1
    return None, True


def _is_report(match: re.Match[str]) -> bool:
    """Whether the words speak of a year's report: 政务公开 and 信息公开 alone are said of other reports too."""
    if match["subject"] in ("政务公开", "信息公开", "政府信息"):
        return "年" in match["kind"]
    if match["report"] == "工作总结":
        return "年" in match["before"] + match["kind"]
    return True


@cache
def words() -> tuple[tuple[str, str], ...]:
    """Return the (role, word) pairs of title_words.csv."""
    return tuple(pl.read_csv(_HERE / "title_words.csv", infer_schema=False).iter_rows())


@cache
def _grammar() -> Grammar:
    return Grammar(words())


# A page says its title in several places, and each is asked more than once.
@lru_cache(maxsize=1 << 12)
def parse(text: str) -> Title | None:
    """Take one line apart; None when it is not the title of an annual report on government information disclosure."""
    return _grammar().parse(text)


def titles_in(text: str) -> list[Title]:
    """Return the titles among the parts of a page title such as '<title>_<column>_<site>'."""
    whole = parse(text)
    if whole is not None:
        return [whole]
    return [title for part in _SEPARATORS.split(text) if part and (title := parse(part)) is not None]


@cache
def _foreign() -> list[tuple[re.Pattern[str], str, str]]:
    rows = pl.read_csv(_HERE / "not_reports.csv", infer_schema=False)
    return [
        (re.compile(pattern), code, sentence)
        for pattern, code, sentence in rows.select("pattern", "reason_code", "sentence").iter_rows()
    ]


def foreign(text: str) -> tuple[str, str] | None:
    """Return reason code and sentence when a title says that the document is something else; None when it does not."""
    plain = simplified(squeeze(text))
    for pattern, code, sentence in _foreign():
        if pattern.search(plain):
            return code, sentence
    return None
