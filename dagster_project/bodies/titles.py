"""Titles of annual reports taken apart, and titles of what is no annual report.

Here: one line of text at a time. Not here: choosing between several titles of a document (``identify``).
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from dagster_project.forms.labels import squeeze

_YEAR = r"(?<!\d)(20[0-3]\d)(?!\d)"
_SUBJECT = r"(?:政府|政务|政府政务)信息(?:与政务|和政务|及政务)?(?:公开)"
_KIND = r"(?:工作)?(?:情况)?的?(?:20[0-3]\d)?年?度?(?:工作)?(?:情况)?的?(?:年度)?(?:总结)?(?:年度报告|年报告|年报|报告)"
_TITLE = re.compile(rf"^(?P<before>.*?)(?P<subject>{_SUBJECT})(?P<kind>{_KIND})(?P<after>[\(（].*[\)）])?$")
_YEAR_IN = re.compile(rf"{_YEAR}(?:年度|年|)")
# Words around a name that are no part of it.
_LEAD = re.compile(
    r"^(?:附件\d*[:：]?|附[:：]|关于(?:印发|发布|公布|报送)?|[\(（【\[].*?[\)）】\]]|[《〈\"“]|\d+[.、])+"
)
_TAIL = re.compile(r"(?:关于|的|年度|年|[《〈\"“:：,，\-—_])+$")
# A name with these in it is a breadcrumb or a field of the page, not a body.
_NO_NAME = re.compile(r"信息公开|公开年报|[:：>＞»;；。，]|栏目|链接|下载|首页|位置|文字版|根据")
_LONGEST_TITLE = 80
# With the spaces that some sites set between the characters of a title.
_LONGEST_LINE = 3 * _LONGEST_TITLE


@dataclass(frozen=True)
class Title:
    """A title taken apart: the text it was read from, the body's name as printed ('' when the title names none), the year."""

    text: str
    body: str
    year: int | None


def parse(text: str) -> Title | None:
    """Take one line apart; None when it is not the title of an annual report on government information disclosure."""
    if len(text) > _LONGEST_LINE or not ("信" in text and "公" in text and "开" in text):
        return None
    plain = squeeze(text)
    if len(plain) > _LONGEST_TITLE:
        return None
    plain = plain.strip('《》〈〉"“”# ')
    match = _TITLE.match(plain)
    if match is None:
        return None
    # 人民政府信息公开 is 人民政府 + (政府)信息公开 with the word printed once.
    before = match["before"] + ("政府" if match["before"].endswith("人民") else "")
    years = [int(year) for year in _YEAR_IN.findall(before + match["kind"] + (match["after"] or ""))]
    body = _YEAR_IN.sub("", before)
    body = _TAIL.sub("", _LEAD.sub("", body))
    if _NO_NAME.search(body):
        return None
    return Title(text=" ".join(text.split()), body=body, year=years[-1] if len(set(years)) == 1 else None)


def titles_in(text: str) -> list[Title]:
    """Return the titles among the parts of a page title such as '<title>_<column>_<site>'."""
    whole = parse(text)
    if whole is not None:
        return [whole]
    return [title for part in re.split(r"[_|｜]|\s[-–—]+\s|--|——", text) if (title := parse(part)) is not None]


@cache
def _foreign() -> list[tuple[re.Pattern[str], str, str]]:
    rows = pl.read_csv(Path(__file__).parent / "not_reports.csv", infer_schema=False)
    return [
        (re.compile(pattern), code, sentence)
        for pattern, code, sentence in rows.select("pattern", "reason_code", "sentence").iter_rows()
    ]


def foreign(text: str) -> tuple[str, str] | None:
    """Return reason code and sentence when a title says that the document is something else; None when it does not."""
    plain = squeeze(text)
    for pattern, code, sentence in _foreign():
        if pattern.search(plain):
            return code, sentence
    return None
