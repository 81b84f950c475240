"""Whose report a document is, from everything it says about itself.

Here: candidates for title, body, report year, publication date and scope, each with its origin, and the choice among them.
Not here: the figures. All candidates are kept; where two of them disagree the caller makes a finding of it.

Order of trust for the year (titles are written with care, prose is copied from last year): title, 统计期限, text.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from dagster_project.bodies import names, titles
from dagster_project.documents.pieces import TABLE_MARK, Heading
from dagster_project.forms.labels import squeeze

_CHAPTER = re.compile(r"^[#\s]*(?:第?[一1][、.．章]|（一）|\(一\))\s*(?:总体|概述|基本|主动)")
# A report names itself before its first chapter; deeper lines are prose.
_HEAD_LINES = 60
_TAIL_LINES = 8
_PERIOD_WORDS = ("统计", "数据", "期限", "期间", "时限", "时间")
_PERIOD = re.compile(
    r"(?:统计|数据|期限|期间|时限|时间)[^。；]{0,30}?(20[0-3]\d)年(\d{1,2})月(\d{1,2})?日?(?:起)?(?:至|到|—|-|–|~|～)+(?:(20[0-3]\d)年)?(\d{1,2})月"
)
_TEXT_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)年(?!\d{1,2}月)")
_DATED = re.compile(
    r"(?:发布(?:日期|时间|于)|发文(?:日期|时间)|公开(?:日期|时间)|生成日期|成文日期|日期|时间)[:：\s]*(20[0-3]\d)[-年./](\d{1,2})[-月./](\d{1,2})"
)
_DATE_ALONE = re.compile(r"^[(（]?\s*(20[0-3]\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})\s*日?\s*[)）]?$")
_DATE = re.compile(r"(20[0-3]\d)[-年./](\d{1,2})[-月./](\d{1,2})")
_SOURCE = re.compile(r"(?:发布机构|发布单位|信息来源|来源|编制机关|制作单位|公开主体)[:：]\s*([一-鿿（）()]{3,40})")
_URL = re.compile(r"(?:原文链接|网址|来源网址|URL)[:：\s]*(https?://\S+)", re.IGNORECASE)
_SITE_TAIL = re.compile(r"(?:门户网站|政府网站|网站|网|信息公开.*|政务公开.*)$")
_SIGNATURE = re.compile(
    r"^[一-鿿（）()]{2,30}(?:人民政府|政府|局|厅|委员会|委|办公室|办公厅|办事处|管委会|中心|部|署|院|队)$"
)
_TITLE_FIELD = re.compile(r"^(?:标题|题名|名称|信息名称)\s*[:：]\s*")
# Fields that sites set behind the title in one line: 标题 来源：某局 时间：2022-02-08.
_FIELDS_BEHIND = re.compile(
    r"\s+(?:信息)?(?:来源|作者|编辑|时间|日期|浏览(?:次数)?|字体|发布(?:日期|时间|机构|单位)|发文(?:日期|时间))\s*[:：].*$"
)
_LONGEST_TITLE_LINE = 50
# Where a year may have been left standing from another report.
_WEAK_ORIGINS = ("path", "property")
_PLACEHOLDER = re.compile(r"[x×X＊*]{2,}|[_＿]{2,}|〇〇|○○|某[市县区局]")


@dataclass(frozen=True)
class Candidate:
    """One value stated for one attribute, and where."""

    attribute: str
    value: str
    origin: str


@dataclass
class Identity:
    """What was chosen; None where the document leaves it open. ``candidates`` holds every statement in order of preference."""

    title: str | None = None
    body: str | None = None
    year: int | None = None
    published_on: date | None = None
    scope: str = "unknown"
    source_url: str | None = None
    foreign: tuple[str, str] | None = None
    candidates: list[Candidate] = field(default_factory=list)
    chosen: dict[str, Candidate] = field(default_factory=dict)
    disagreements: list[tuple[str, str]] = field(default_factory=list)
    reports_named: int = 1

    @property
    def is_report(self) -> bool:
        """Whether some title says that this is an annual report."""
        return self.title is not None


def identify(heading: Heading, path: str) -> Identity:
    """Identify one document from its heading and its path relative to raw/."""
    identity = Identity()
    lines = [line for line in heading.lines if line != TABLE_MARK]
    head = _head(lines)
    found = _titles(heading, head, path)
    _choose_title(identity, heading, found, head, path)
    _choose_year(identity, found, lines)
    _choose_body(identity, found, heading, head, lines)
    _choose_date(identity, heading, head, lines)
    identity.source_url = next((text for origin, text in heading.named if origin == "meta_url"), None) or _first(
        _URL, head
    )
    _choose_scope(identity, lines)
    return identity


def peek(heading: Heading) -> int | None:
    """Return the year of the title, for ordering a file whose path names none."""
    found = _titles(heading, _head([line for line in heading.lines if line != TABLE_MARK]), "")
    return next((title.year for _, title in found if title.year), None)


def _head(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if _CHAPTER.match(line):
            return lines[:index]
    return lines[:_HEAD_LINES]


def _titles(heading: Heading, head: list[str], path: str) -> list[tuple[str, titles.Title]]:
    found = [
        ("meta", title) for origin, text in heading.named if origin == "meta_title" for title in titles.titles_in(text)
    ]
    found += [
        ("heading", title) for origin, text in heading.named if origin == "heading" for title in titles.titles_in(text)
    ]
    found += [("text", title) for title in _titles_in_lines(head)]
    found += [
        ("page_title", title)
        for origin, text in heading.named
        if origin == "page_title"
        for title in titles.titles_in(text)
    ]
    stem = path.rpartition("/")[2].rpartition(".")[0]
    # Of a container with one document the file's own name is what a path is elsewhere.
    stems = [stem, *(text for origin, text in heading.named if origin == "file_name")]
    found += [("path", title) for each in stems for title in titles.titles_in(each)]
    # Without body and year it is the name of the site's column, unless the document names itself no other way.
    found = [pair for pair in found if pair[1].body or pair[1].year] or found
    if not any(title.body or title.year for _, title in found):
        # Office documents are made from last year's, and their properties stay behind: asked only when nothing else tells.
        found += [
            ("property", title)
            for origin, text in heading.named
            if origin == "property_title"
            for title in titles.titles_in(text)
        ]
    # A title with a body and a year says more than one without.
    return sorted(found, key=lambda pair: (pair[0] == "path", not pair[1].body, pair[1].year is None))


def _titles_in_lines(lines: list[str]) -> list[titles.Title]:
    alone = [titles.parse(_without_field(line)) for line in lines]
    found = [title for title in alone if title is not None]
    # A title may be broken over two or three short lines, none of which is a title or a field of the page's header.
    for length in (2, 3):
        for first in range(len(lines) - length + 1):
            parts = lines[first : first + length]
            broken = alone[first : first + length - 1]
            if any(broken) or any(len(part) > _LONGEST_TITLE_LINE or ":" in part or "：" in part for part in parts):
                continue
            title = titles.parse("".join(parts))
            last = alone[first + length - 1]
            if title is not None and (last is None or not (last.body or last.year)):
                found.append(title)
    return found


def _without_field(line: str) -> str:
    return _FIELDS_BEHIND.sub("", _TITLE_FIELD.sub("", line))


def _choose_title(
    identity: Identity, heading: Heading, found: list[tuple[str, titles.Title]], head: list[str], path: str
) -> None:
    for origin, title in found:
        identity.candidates.append(Candidate("title", title.text, origin))
    if found:
        identity.title = found[0][1].text
        identity.chosen["title"] = Candidate("title", found[0][1].text, found[0][0])
    named = [text for origin, text in heading.named if origin in ("meta_title", "heading", "page_title")]
    first_lines = [line for line in head[:12] if len(line) <= 60]
    for text in [identity.title or "", *([] if identity.title else named + first_lines + [path.rpartition("/")[2]])]:
        identity.foreign = titles.foreign(text)
        if identity.foreign:
            return
    if identity.foreign is None and any(_PLACEHOLDER.search(title.text) for _, title in found):
        identity.foreign = ("template", "The title holds placeholders: the document is a template.")
    in_text = {
        (squeeze(title.body), title.year) for origin, title in found if origin in ("text", "heading") and title.year
    }
    identity.reports_named = max(1, len({year for _, year in in_text}))


def _choose_year(identity: Identity, found: list[tuple[str, titles.Title]], lines: list[str]) -> None:
    stated = [
        Candidate("report_year", str(title.year), origin if origin in _WEAK_ORIGINS else f"title ({origin})")
        for origin, title in found
        if title.year
    ]
    weak = [candidate for candidate in stated if candidate.origin in _WEAK_ORIGINS]
    stated = [candidate for candidate in stated if candidate.origin not in _WEAK_ORIGINS]
    periods = "\n".join(squeeze(line) for line in lines if "月" in line and any(word in line for word in _PERIOD_WORDS))
    for match in _PERIOD.finditer(periods):
        first_year, first_month, last_year, last_month = match[1], int(match[2]), match[4] or match[1], int(match[5])
        if first_month == 1 and last_month == 12 and first_year == last_year:
            stated.append(Candidate("report_year", first_year, "statistics_period"))
        elif identity.foreign is None and first_month == 1 and last_month in (3, 6, 9) and first_year == last_year:
            identity.foreign = (
                "part_of_year",
                f"The figures cover January to month {last_month} only; an annual report covers a whole year.",
            )
    if not stated:
        whole = "\n".join(lines)
        years = [int(year) for year in _TEXT_YEAR.findall(whole)]
        if years:
            most = max(sorted(set(years)), key=years.count)
            if years.count(most) * 2 > len(years):
                stated.append(Candidate("report_year", str(most), "text"))
    stated += weak
    identity.candidates += list(dict.fromkeys(stated))
    if stated:
        identity.year = int(stated[0].value)
        identity.chosen["report_year"] = stated[0]
        other = next(
            (candidate for candidate in stated if candidate.value != stated[0].value and candidate.origin != "text"),
            None,
        )
        if other is not None:
            identity.disagreements.append(
                (
                    "report_year",
                    f"The report year is {stated[0].value} by its {stated[0].origin}, but {other.value} by its {other.origin}; {stated[0].value} was taken.",
                )
            )


def _choose_body(
    identity: Identity, found: list[tuple[str, titles.Title]], heading: Heading, head: list[str], lines: list[str]
) -> None:
    stated = [Candidate("body", title.body, f"title ({origin})") for origin, title in found if title.body]
    stated += [
        Candidate("body", match[1].strip("（("), "header")
        for line in head[:20]
        if (match := _SOURCE.search(line)) and not titles.parse(match[1])
    ]
    stated += [Candidate("body", text, "meta") for origin, text in heading.named if origin == "meta_source"]
    stated += [
        Candidate("body", squeeze(line), "signature")
        for line in lines[-_TAIL_LINES:]
        if _SIGNATURE.match(squeeze(line))
    ]
    stated += [
        Candidate("body", name, "site")
        for origin, text in heading.named
        if origin == "meta_site" and (name := _SITE_TAIL.sub("", squeeze(text)))
    ]
    stated = [candidate for candidate in dict.fromkeys(stated) if len(squeeze(candidate.value)) >= 2]
    identity.candidates += stated
    if stated:
        identity.body = stated[0].value
        identity.chosen["body"] = stated[0]
        titled = {
            squeeze(candidate.value)
            for candidate in stated
            if candidate.origin.startswith("title") and "path" not in candidate.origin
        }
        if len(titled) > 1:
            identity.disagreements.append(
                ("body", f"The titles name different bodies: {', '.join(sorted(titled))}; {identity.body} was taken.")
            )


def _choose_date(identity: Identity, heading: Heading, head: list[str], lines: list[str]) -> None:
    stated = [("meta", text) for origin, text in heading.named if origin == "meta_published"]
    stated += [
        ("header", match[0])
        for line in head
        if "20" in line
        and ("日期" in line or "时间" in line or "发布" in line)
        and (match := _DATED.search(squeeze(line)))
    ]
    stated += [("heading", line) for line in head if _DATE_ALONE.match(line)]
    stated += [("signature", line) for line in lines[-_TAIL_LINES:] if _DATE_ALONE.match(line)]
    for origin, text in stated:
        match = _DATE.search(squeeze(text))
        day = _day(match) if match else None
        if day is None:
            continue
        candidate = Candidate("published_on", day.isoformat(), origin)
        identity.candidates.append(candidate)
        if identity.published_on is None:
            identity.published_on = day
            identity.chosen["published_on"] = candidate
    if identity.published_on and identity.year and identity.published_on.year <= identity.year:
        identity.disagreements.append(
            (
                "published_on",
                f"The publication date {identity.published_on} lies before the end of report year {identity.year}.",
            )
        )


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None  # 2021-13-40 is no date; the candidate is not one


# Scope is told where the report introduces itself and sums up its year.
_OPENING = 6000
_REGION_WORDS = re.compile(
    r"(?:汇总|本行政区域内|全[省市县区州盟旗](?:各级行政机关|行政机关|各级|共收到|共受理|共制发)|涵盖.{0,20}(?:县|区|乡镇|街道))"
)
_OWN_NAME = re.compile(r"以.{2,20}人民政府(?:及其|和|及).{0,4}办公[厅室].{0,6}名义")
_SYSTEM = re.compile(r"全系统|全[省市]系统|本系统")


def _choose_scope(identity: Identity, lines: list[str]) -> None:
    if identity.body is None:
        return
    kind = names.kind(identity.body)
    title = identity.title or ""
    opening = "".join(lines)[:_OPENING]
    if "本级" in title:
        candidate = Candidate("scope", "level", "title")
    elif "机关" in title and kind == "government" or _OWN_NAME.search(opening):
        candidate = Candidate("scope", "government_organ", "title" if "机关" in title else "text")
    elif kind == "region":
        candidate = Candidate("scope", "region", "title")
    elif kind in ("government", "zone") and _REGION_WORDS.search(opening):
        candidate = Candidate("scope", "region", "text")
    elif kind in ("government", "zone", "unknown"):
        return
    elif kind == "vertical_branch" and _SYSTEM.search(opening):
        candidate = Candidate("scope", "system", "text")
    else:
        candidate = Candidate("scope", "own", "body kind")
    identity.scope = candidate.value
    identity.candidates.append(candidate)
    identity.chosen["scope"] = candidate


def _first(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next((match[1] for line in lines if (match := pattern.search(line))), None)
