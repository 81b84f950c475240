"""Whose report a document is and of which year, from everything it says about itself.

Here: collecting titles, years, dates and numbers with their origins, and the choice among them. Not here: the body
(``whose``), the scope (``scope``), the figures. All candidates are kept; where two disagree the caller makes a finding of it.

Order of trust for the year (titles are written with care, prose is copied from last year): title, 统计期限, text, and last the
year before the publication.
"""

import re
from collections.abc import Iterator, Sequence

from dagster_project.bodies import dates, hosts, names, titles
from dagster_project.bodies.credit_code import codes_in
from dagster_project.bodies.header import Pair, pairs_in_cells, pairs_in_lines
from dagster_project.bodies.identity import Candidate, Identity
from dagster_project.bodies.scope import scope_of
from dagster_project.bodies.whose import choose_body
from dagster_project.documents.pieces import TABLE_MARK, Heading
from dagster_project.forms.labels import squeeze

__all__ = ["Candidate", "Identity", "identify", "peek"]

_CHAPTER = re.compile(r"^[#\s]*(?:第?[一1][、.．章]|（一）|\(一\))\s*(?:总体|概述|基本|主动|总的|概况|年度)")
# A report names itself before its first chapter; deeper lines are prose.
_HEAD_LINES = 60
_TAIL_LINES = 8
# Asked of a line as it is, spaces included, before it is made comparable, which takes longer.
_MAY_STATE_PERIOD = re.compile(r"(?:统计|数据|期限|期间|时限|时间)[^。；]{0,90}?年[^。；]{0,12}?月")
_PERIOD = re.compile(
    r"(?:统计|数据|期限|期间|时限|时间)[^。；]{0,30}?(20[0-3]\d)年(\d{1,2})月(\d{1,2})?日?(?:起)?(?:至|到|—|-|–|~|～)+(?:(20[0-3]\d)年)?(\d{1,2})月"
)
_TEXT_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)年(?!\d{1,2}月)")
_YEAR_OF_NUMBER = re.compile(r"[〔\[【（(]\s*(20[0-3]\d)\s*[〕\]】）)]")
_NUMBERED = re.compile(r"^[一-鿿]{2,12}[〔\[【（(]\s*20[0-3]\d\s*[〕\]】）)]\s*第?\s*\d{1,5}\s*号$")
_TITLE_FIELD = re.compile(r"^(?:标题|题名|名称|信息名称)\s*[:：]\s*")
# Fields that sites set behind the title in one line: 标题 来源：某局 时间：2022-02-08.
_FIELDS_BEHIND = re.compile(
    r"\s+(?:信息)?(?:来源|作者|编辑|时间|日期|浏览(?:次数)?|字体|发布(?:日期|时间|机构|单位)|发文(?:日期|时间))\s*[:：].*$"
)
_LONGEST_TITLE_LINE = 50
# A text without line ends holds its title among the first words.
_LONG_LINE = 120
_LONG_LINES = 12
_LONG_LINE_START = 600
_TITLE_END = re.compile("报告|年报")
# Where a year may have been left standing from another report.
_WEAK_ORIGINS = ("path", "property")
_PLACEHOLDER = re.compile(r"[x×X＊*]{2,}|[_＿]{2,}|〇〇|○○|某[市县区局]")
# A report follows its year within half a year; one put up later says nothing of its year.
_LAST_MONTH_OF_PUBLICATION = 6


def identify(heading: Heading, path: str) -> Identity:
    """Identify one document from its heading and its path relative to raw/."""
    identity = Identity()
    lines = [line for line in heading.lines if line != TABLE_MARK]
    head = _head(lines)
    fields = [*pairs_in_cells(heading.cells), *pairs_in_lines(head)]
    found = _titles(heading, head, fields, path)
    _choose_title(identity, heading, found, head, path)
    _choose_numbers(identity, heading, fields, head)
    _choose_date(identity, heading, fields, head, lines)
    _choose_year(identity, found, lines)
    choose_body(identity, found, fields, heading, lines, path)
    _choose_scope(identity, found, lines)
    return identity


def peek(heading: Heading) -> int | None:
    """Return the year of the title, for ordering a file whose path names none."""
    head = _head([line for line in heading.lines if line != TABLE_MARK])
    found = _titles(heading, head, pairs_in_lines(head), "")
    return next((title.year for _, title in found if title.year), None)


def _head(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if _CHAPTER.match(line):
            return lines[:index]
    return lines[:_HEAD_LINES]


def _titles(heading: Heading, head: list[str], fields: Sequence[Pair], path: str) -> list[tuple[str, titles.Title]]:
    """Return (origin, title) in order of trust."""
    found = _named_titles(heading, ("meta_title",), "meta")
    found += _named_titles(heading, ("heading",), "heading")
    found += [("header", title) for name, value in fields if name == "title" for title in titles.titles_in(value)]
    found += [("text", title) for title in _titles_in_lines(head)]
    found += _named_titles(heading, ("page_title",), "page_title")
    stem = path.rpartition("/")[2].rpartition(".")[0]
    # Of a container with one document the file's own name is what a path is elsewhere.
    stems = [stem, *(text for origin, text in heading.named if origin == "file_name")]
    found += [("path", title) for each in stems for title in titles.titles_in(each)]
    # Without body and year it is the name of the site's column, unless the document names itself no other way.
    found = [pair for pair in found if pair[1].body or pair[1].year] or found
    if not any(title.body or title.year for _, title in found):
        # Office documents are made from last year's, and their properties stay behind: asked only when nothing else tells.
        found += _named_titles(heading, ("property_title",), "property")
    # A title with a body and a year says more than one without.
    found.sort(key=lambda pair: (pair[0] == "path", not pair[1].body, pair[1].year is None))
    return _own_first(found)


def _named_titles(heading: Heading, origins: tuple[str, ...], origin: str) -> list[tuple[str, titles.Title]]:
    return [(origin, title) for each, text in heading.named if each in origins for title in titles.titles_in(text)]


def _own_first(found: list[tuple[str, titles.Title]]) -> list[tuple[str, titles.Title]]:
    """Put the report's own title, the last before its text, first where it names the same body and year as the first does.

    The body prints its name there; the site's editor may write it otherwise.
    """
    own = next((pair for pair in reversed(found) if pair[0] == "text" and pair[1].body and pair[1].year), None)
    if own is None or found[0] is own or found[0][1].year != own[1].year:
        return found
    if not found[0][1].body or not names.same(found[0][1].body, own[1].body):
        return found
    return [own, *(pair for pair in found if pair is not own)]


def _titles_in_lines(lines: list[str]) -> list[titles.Title]:
    alone = [titles.parse(_without_field(line)) for line in lines]
    # (line of the title's end, title): a title broken over lines stands where it ends.
    found = [(at, title) for at, title in enumerate(alone) if title is not None]
    found += _long_line_titles(lines)
    # A title may be broken over two or three short lines, none of which is a title or a field of the page's header.
    for length in (2, 3):
        for first in range(len(lines) - length + 1):
            parts = lines[first : first + length]
            broken = alone[first : first + length - 1]
            if any(broken) or any(len(part) > _LONGEST_TITLE_LINE or ":" in part or "：" in part for part in parts):
                continue
            last = alone[first + length - 1]
            if last is not None and (last.body or (last.year and not _is_name(parts[0], length))):
                continue
            title = titles.parse("".join(parts))
            if title is not None and (title.body or title.year):
                found.append((first + length - 1, title))
    return [title for _, title in sorted(found, key=lambda pair: pair[0])]


def _is_name(line: str, length: int) -> bool:
    """Whether a line above a title that has a year is the body's name and no word of the page's chrome."""
    return length == 2 and names.kind(line) != "unknown" and not names.is_bare(line)


def _long_line_titles(lines: list[str]) -> Iterator[tuple[int, titles.Title]]:
    for at, line in enumerate(lines[:_LONG_LINES]):
        if len(line) > _LONG_LINE:
            words = line[:_LONG_LINE_START].split()
            # A text glued together whole begins with its title; later in it the same words stand in sentences.
            begun = _TITLE_END.search(words[0]) if at == 0 else None
            for word in [*([words[0][: begun.end()]] if begun else []), *words]:
                if (title := titles.parse(word)) is not None:
                    yield at, title


def _without_field(line: str) -> str:
    return _FIELDS_BEHIND.sub("", _TITLE_FIELD.sub("", line))


def _choose_title(
    identity: Identity, heading: Heading, found: list[tuple[str, titles.Title]], head: list[str], path: str
) -> None:
    identity.candidates += dict.fromkeys(Candidate("title", title.text, origin) for origin, title in found)
    if found:
        origin, title = found[0]
        identity.title = title.text
        identity.choose(Candidate("title", title.text, origin), f"names {_parts_named(title)}, first by trust: {origin}")
    named = [text for origin, text in heading.named if origin in ("meta_title", "heading", "page_title")]
    first_lines = [line for line in head[:12] if len(line) <= 60]
    for text in [identity.title or "", *([] if identity.title else named + first_lines + [path.rpartition("/")[2]])]:
        identity.foreign = titles.foreign(text)
        if identity.foreign:
            return
    if any(_PLACEHOLDER.search(title.text) for _, title in found):
        identity.foreign = ("template", "The title holds placeholders: the document is a template.")
    in_text = {title.year for origin, title in found if origin in ("text", "heading") and title.year}
    identity.reports_named = max(1, len(in_text))


def _parts_named(title: titles.Title) -> str:
    return " and ".join(part for part, there in (("a body", title.body), ("a year", title.year)) if there) or "the report only"


def _choose_numbers(identity: Identity, heading: Heading, fields: Sequence[Pair], head: Sequence[str]) -> None:
    stated = [Candidate(name, value, "header") for name, value in fields if name in ("document_number", "index_number")]
    stated += [
        Candidate("document_number", squeeze(line), "text") for line in head if len(line) <= 40 and _NUMBERED.match(squeeze(line))
    ]
    # The code stands in a field of its own or inside the index number; a code elsewhere may be somebody else's.
    stated += [
        Candidate("unified_social_credit_code", code, "header" if name == "unified_social_credit_code" else "index number")
        for name, value in sorted(fields, key=lambda pair: pair[0] == "index_number")
        if name in ("unified_social_credit_code", "index_number")
        for code in codes_in(value)
    ]
    addresses = [("meta", text) for origin, text in heading.named if origin == "meta_url"]
    addresses += [("header", value) for name, value in fields if name == "source_url"]
    stated += [
        Candidate("source_url", text.split()[0], origin) for origin, text in addresses if text.startswith(("http://", "https://"))
    ]
    identity.candidates += dict.fromkeys(stated)
    for attribute in ("document_number", "index_number", "unified_social_credit_code", "source_url"):
        first = next((each for each in stated if each.attribute == attribute), None)
        if first is not None:
            setattr(identity, attribute, first.value)
            identity.choose(first, f"first stated, by the {first.origin}")
    if identity.source_url is not None:
        identity.is_official_source = hosts.is_official(identity.source_url)


def _choose_year(identity: Identity, found: list[tuple[str, titles.Title]], lines: list[str]) -> None:
    stated = [
        Candidate("report_year", str(title.year), origin if origin in _WEAK_ORIGINS else f"title ({origin})")
        for origin, title in found
        if title.year
    ]
    weak = [candidate for candidate in stated if candidate.origin in _WEAK_ORIGINS]
    stated = [candidate for candidate in stated if candidate.origin not in _WEAK_ORIGINS]
    stated += _years_of_periods(identity, lines)
    if not stated:
        years = [int(year) for year in _TEXT_YEAR.findall("\n".join(lines))]
        if years:
            most = max(sorted(set(years)), key=years.count)
            if years.count(most) * 2 > len(years):
                stated.append(Candidate("report_year", str(most), "text"))
    stated += weak
    if not stated:
        stated += _years_of_publication(identity)
    stated = list(dict.fromkeys(stated))
    identity.candidates += stated
    if not stated:
        return
    first = stated[0]
    identity.year = int(first.value)
    identity.choose(first, f"first by trust: {first.origin}")
    other = next((each for each in stated if each.value != first.value and each.origin != "text"), None)
    if other is not None:
        identity.disagreements.append(
            (
                "report_year",
                f"The report year is {first.value} by its {first.origin}, but {other.value} by its {other.origin}; "
                f"{first.value} was taken.",
            )
        )
    if identity.published_on and identity.published_on.year <= identity.year:
        identity.disagreements.append(
            (
                "published_on",
                f"The publication date {identity.published_on} lies before the end of report year {identity.year}.",
            )
        )


def _years_of_periods(identity: Identity, lines: list[str]) -> list[Candidate]:
    stated = []
    periods = "\n".join(squeeze(line) for line in lines if "月" in line and _MAY_STATE_PERIOD.search(line))
    for match in _PERIOD.finditer(periods):
        first_year, first_month, last_year, last_month = match[1], int(match[2]), match[4] or match[1], int(match[5])
        if first_month == 1 and last_month == 12 and first_year == last_year:
            stated.append(Candidate("report_year", first_year, "statistics_period"))
        elif identity.foreign is None and first_month == 1 and last_month in (3, 6, 9) and first_year == last_year:
            identity.foreign = (
                "part_of_year",
                f"The figures cover January to month {last_month} only; an annual report covers a whole year.",
            )
    return stated


def _years_of_publication(identity: Identity) -> list[Candidate]:
    """Return the year before the publication, by its date or by the document's number, which carries the year it was issued."""
    stated = []
    if identity.published_on and identity.published_on.month <= _LAST_MONTH_OF_PUBLICATION:
        stated.append(Candidate("report_year", str(identity.published_on.year - 1), "year before the publication date"))
    match = _YEAR_OF_NUMBER.search(identity.document_number or "")
    if match:
        stated.append(Candidate("report_year", str(int(match[1]) - 1), "year before that of the document number"))
    return stated


def _choose_date(
    identity: Identity, heading: Heading, fields: Sequence[Pair], head: list[str], lines: list[str]
) -> None:
    stated = [("meta", text) for origin, text in heading.named if origin == "meta_published"]
    stated += [("header", value) for name, value in fields if name == "published_on"]
    stated += [("heading", line) for line in head if dates.is_date(line)]
    stated += [("signature", line) for line in lines[-_TAIL_LINES:] if dates.is_date(line)]
    for origin, text in stated:
        day = dates.date_in(text)
        if day is None:
            continue
        candidate = Candidate("published_on", day.isoformat(), origin)
        if candidate not in identity.candidates:
            identity.candidates.append(candidate)
        if identity.published_on is None:
            identity.published_on = day
            identity.choose(candidate, f"first stated, by the {origin}")


def _choose_scope(identity: Identity, found: list[tuple[str, titles.Title]], lines: list[str]) -> None:
    if identity.body is None:
        return
    # The kind that the title names: 贵阳市 reports for its region, 贵阳市人民政府 may not.
    told = scope_of(names.kind(identity.body), identity.title or "", lines)
    if told is not None:
        identity.scope, origin = told
        candidate = Candidate("scope", identity.scope, origin)
        identity.candidates.append(candidate)
        identity.choose(candidate, f"told by the {origin}")
