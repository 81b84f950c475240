"""What a report's sentences state, against what its tables print.

Here: claims with quote and place, judged by the accepted readings of each, and percentages worked out again. Not here: the
phrases (``claim_patterns``), the readings (``claim_readings``), rows (``prose``).

A figure is judged only when every accepted reading of it can be worked out from printed numbers: what is blank might be what
the sentence means.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from dagster_project.auditing import claim_patterns as patterns
from dagster_project.auditing.claim_patterns import Pattern
from dagster_project.auditing.claim_readings import Report, readings

_SPACE = re.compile(r"[\s\u3000\u00a0]+")
_SENTENCE_ENDS = "。！!"
# A count with its unit, or a word for none or for all of them.
_FIGURE = re.compile(r"\d(?:件|宗|条|份|起|例|个|次|项|部|元|万元|亿元)|未|没有|无|全部|均|都")
_WIDE_DIGIT = re.compile(r"[０-９]")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
# Sentences without any of these hold no claim.
_TRIGGERS = ("申请", "复议", "诉讼", "规范性文件", "规章", "行政许可", "行政处罚", "行政强制", "行政事业性收费", "办结", "结转",
             "予以公开", "不予公开", "无法提供", "不予处理")  # fmt: skip
# Text from pages is broken anywhere.
_TRIGGER = re.compile(
    "|".join(
        r"\s*".join(word)
        for word in _TRIGGERS
    )
)
# The plan for the next year and the problems of this one state no figures of the year.
_LEFT_OUT = (5,)
_PART = re.compile(r"[；;]")
_CLAUSE = re.compile(r"[，,；;。:：（）()]")
_PER_HUNDRED = 100
_IN_10K_YUAN = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": Decimal(10_000)}
# What a percentage may be a share of, besides any count that the same text states.
_DENOMINATORS = ("disposed", "received", "handled")


@dataclass
class Claim:
    """One figure that a sentence states. ``start``: its place in the section's text, in characters from 0."""

    subject: str
    number: Decimal
    quote: str
    section: int
    start: int
    end: int
    decimals: int = 0
    percent: tuple[Decimal, int] | None = None
    status: str = "not_assessable"
    reading: str | None = None
    expected: Decimal | None = None
    cells: tuple[str, ...] = ()
    readings: list[tuple[str, Decimal | None]] = field(default_factory=list)


def claims_of(report: Report, sections: Sequence[tuple[int, int | None, str]]) -> list[Claim]:
    """Return the claims of one report in the order of its text, judged. ``sections``: position, chapter, text."""
    found: list[Claim] = []
    for position, chapter, text in sections:
        if chapter in _LEFT_OUT or not _TRIGGER.search(text):
            continue
        stated = list(_stated(report, position, text))
        for claim in stated:
            _judge(claim, report)
        found += [claim for claim in stated if claim.readings or claim.subject == "all_disposed"]
        found += [each for claim in stated if (each := _percentage(claim, stated, report)) is not None]
    return sorted(found, key=lambda claim: (claim.section, claim.start, claim.subject))


@dataclass(frozen=True)
class _Squeezed:
    """A sentence without white space, and where each of its characters stood in the section's text (from ``offset`` on)."""

    text: str
    original: str
    offset: int
    # Squeezed offsets at which so many characters had been left out.
    at: list[int]
    left_out: list[int]

    @classmethod
    def of(cls, original: str, offset: int) -> "_Squeezed":
        at, left_out, gone = [0], [0], 0
        for space in _SPACE.finditer(original):
            at.append(space.start() - gone)
            gone += space.end() - space.start()
            left_out.append(gone)
        text = _SPACE.sub("", original)
        return cls(text.translate(_FULL_WIDTH) if _WIDE_DIGIT.search(text) else text, original, offset, at, left_out)

    def place(self, offset: int) -> int:
        """Return where the character at a squeezed offset stands in the section's text."""
        return self.offset + offset + self.left_out[bisect_right(self.at, offset) - 1]

    def quote(self, start: int, end: int) -> tuple[str, int, int]:
        first, last = self.place(start), self.place(end - 1) + 1
        return _SPACE.sub(" ", self.original[first - self.offset : last - self.offset]), first, last


def _stated(report: Report, position: int, text: str) -> Iterator[Claim]:
    for offset, original in _sentences(text):
        squeezed = _Squeezed.of(original, offset)
        sentence = squeezed.text
        if not _FIGURE.search(sentence):
            continue
        taken: list[tuple[int, int]] = []
        for pattern in (*patterns.PATTERNS, *patterns.ZEROS):
            for found in pattern.expression.finditer(sentence):
                start, end = found.span()
                if any(start < other_end and other_start < end for other_start, other_end in taken):
                    continue
                told = max((other_end for _, other_end in taken if other_end <= start), default=0)
                if not _is_own(pattern, found, sentence, told, report):
                    continue
                taken.append((start, end))
                quote, first, last = squeezed.quote(start, end)
                for subject in pattern.subject.split():
                    number, decimals = _number(found, pattern)
                    claim = Claim(subject, number, quote, position, first, last, decimals)
                    share = patterns.PERCENTAGE.match(sentence[end:])
                    if share is not None:
                        claim.percent = (Decimal(share["percent"]), len(share["decimals"] or ""))
                        claim.end = squeezed.place(end + share.end() - 1) + 1
                    yield claim
        yield from _all_disposed(squeezed, report, position)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences that may state something, with their offset."""
    end = 0
    for trigger in _TRIGGER.finditer(text):
        if trigger.start() < end:
            continue
        start = max(text.rfind(mark, 0, trigger.start()) for mark in _SENTENCE_ENDS) + 1
        ends = [place for mark in _SENTENCE_ENDS if (place := text.find(mark, trigger.start())) >= 0]
        end = min(ends) + 1 if ends else len(text)
        yield start, text[start:end]


def _number(found: re.Match[str], pattern: Pattern) -> tuple[Decimal, int]:
    if pattern.zero:
        return Decimal(0), 0
    text = found["number"].replace(",", "").replace("，", "")
    decimals = len(text.partition(".")[2])
    number = Decimal(text)
    unit = found.groupdict().get("unit")
    if unit in _IN_10K_YUAN:
        factor = _IN_10K_YUAN[unit]
        number *= factor
        decimals -= factor.adjusted()
    return number, decimals


def _is_own(pattern: Pattern, found: re.Match[str], sentence: str, told: int, report: Report) -> bool:
    """Return whether a phrase is about this report's body, this report's year, and about what the pattern takes it for.

    ``told``: where the claim before this one ends in the sentence.
    """
    before = sentence[: found.start()]
    part_start = _last_end(_PART, before)
    groups = found.groupdict()
    if groups.get("last") and int(groups["last"]) != (report.year or 0) - 1:
        return False
    if groups.get("next") and int(groups["next"]) != (report.year or 0) + 1:
        return False
    if pattern.about and not patterns.ABOUT[pattern.about].search(sentence):
        return False
    if pattern.about == "requests" and "申请" not in found[0] and patterns.FOREIGN.search(_part(sentence, part_start)):
        return False
    when = patterns.COMPARED.sub("", patterns.THIS_PERIOD.sub("", _up_to_year_end(report.year).sub("", before[part_start:])))
    if patterns.OTHER_TIME.search(when if pattern.whose == "checked" else when[-_REACH:]):
        return False
    years = [int(year) for year in patterns.YEAR.findall(patterns.COMPARED.sub("", before))]
    if years and years[-1] != report.year and not (groups.get("last") or groups.get("next")):
        return False
    clause = before[max(told, _last_end(_CLAUSE, before)) :]
    if pattern.about == "disputes" and patterns.DECIDING.search(clause):
        return False
    return pattern.whose == "part" or _is_ones_own(clause, report)


@cache
def _up_to_year_end(year: int | None) -> re.Pattern[str]:
    """Return what tells of the whole of a report's year, though its words tell of a part of other years."""
    return re.compile(rf"{year}年以来|截[至止](?:到)?{year}年(?:底|年底|末|12月底|12月31日)")


def _last_end(mark: re.Pattern[str], text: str) -> int:
    return max((each.end() for each in mark.finditer(text)), default=0)


def _part(sentence: str, start: int) -> str:
    end = _PART.search(sentence, start)
    return sentence[start : end.start() if end else len(sentence)]


# A part stands behind its whole in one sentence; so far back a word about another time still tells of it.
_REACH = 12


def _is_ones_own(before: str, report: Report) -> bool:
    """Return whether the words before a phrase name nobody, the report's own body, or all that it speaks for."""
    left = patterns.THIS_PERIOD.sub("", before)
    left = left.replace(report.body, "")
    left = patterns.OWN.sub("", left)
    left = patterns.IDLE.sub("", left)
    left = patterns.OWN.sub("", left)
    return not left or _abbreviates(left, report.body)


def _abbreviates(words: str, body: str) -> bool:
    """Return whether every character of ``words`` stands in the body's name in this order: 县政府 for 某某县人民政府.

    An office that speaks for its government (办公厅代表市政府) names the body twice.
    """
    for name in words.split("代表"):
        letters = iter(body)
        if not name or not all(letter in letters for letter in name):
            return False
    return True


def _all_disposed(squeezed: _Squeezed, report: Report, position: int) -> Iterator[Claim]:
    sentence = squeezed.text
    found = patterns.ALL_DISPOSED.search(sentence)
    if found is None or patterns.NOT_ALL.search(sentence) or patterns.FOREIGN.search(sentence):
        return
    if not patterns.REQUESTS_FOR_INFORMATION.search(sentence) or patterns.OTHER_TIME.search(sentence):
        return
    years = {int(year) for year in patterns.YEAR.findall(sentence)}
    if years and report.year not in years:
        return
    quote, first, last = squeezed.quote(*found.span())
    yield Claim("all_disposed", Decimal(0), quote, position, first, last)


def _judge(claim: Claim, report: Report) -> None:
    subject = "carried_out" if claim.subject == "all_disposed" else claim.subject
    accepted = readings(subject, report.form, report.rows)
    if claim.subject == "all_disposed":
        accepted = accepted[:1]
    claim.readings = [(reading.name, reading.value(report.number_of)) for reading in accepted]
    if not accepted:
        return
    claim.cells = accepted[0].cells
    claim.expected = claim.readings[0][1]
    for reading, (name, value) in zip(accepted, claim.readings, strict=True):
        if value is not None and _same(claim, value):
            claim.status, claim.reading, claim.expected, claim.cells = "agrees", name, value, reading.cells
            return
    if all(value is not None for _, value in claim.readings):
        claim.status = "disagrees"


def _same(claim: Claim, value: Decimal) -> bool:
    """Return whether a printed number is the value, rounded to the digits that are printed."""
    return abs(claim.number - value) <= Decimal(5).scaleb(-claim.decimals - 1) if claim.decimals else claim.number == value


def _percentage(claim: Claim, stated: Sequence[Claim], report: Report) -> Claim | None:
    """Return the claim about a share, judged against every total it could be a share of."""
    if claim.percent is None:
        return None
    percent, decimals = claim.percent
    totals = {
        value
        for subject in _DENOMINATORS
        for reading in readings(subject, report.form, report.rows)
        if (value := reading.value(report.number_of))
    }
    totals |= {other.number for other in stated if other.subject in _DENOMINATORS}
    if not totals:
        return None
    share = Claim("percentage", percent, claim.quote, claim.section, claim.start, claim.end, decimals)
    # Printed digits may be rounded or cut off.
    shares = {total: claim.number * _PER_HUNDRED / total for total in totals if total}
    fits = [total for total, exact in shares.items() if abs(exact - percent) < Decimal(1).scaleb(-decimals)]
    nearest = min(shares, key=lambda total: abs(shares[total] - percent))
    share.readings = [(f"share of {total.normalize():f}", exact) for total, exact in sorted(shares.items())]
    share.expected = round(shares[nearest], 6)
    share.status = "agrees" if fits else "disagrees"
    share.reading = f"share of {fits[0].normalize():f}" if fits else None
    return share
