"""Where the stream prints labels of the forms, and which of a label's meanings is meant there.

Here: finding labels through breaks and numbering, and telling apart labels of several meanings (总计, 其他) by what stands
before them. Not here: values.
"""

import re
from dataclasses import dataclass
from functools import cache

from dagster_project.forms import labels, registry
from dagster_project.reading.careful.stream import BREAKS, Stream

# Numbering that may stand before a label: 一、 （三） 3. 第一部分
_NUMBERING = re.compile(
    rf"(?:[（(][一二三四五六七八九十]{{1,3}}[）)]|[一二三四五六七八九十]{{1,3}}[、.．,，]|(\d{{1,2}})\s*[.．、）)]|第[一二三四五六七八九十]+[、部分章节项]*)[#*{BREAKS}]*$"
)
_OPENING = re.compile(r"[（(【\[“\"‘《#*\s]+$")


@dataclass(frozen=True)
class Meaning:
    """What a label stands for: a row, column, family or caption of a table, or a chapter."""

    table: str
    role: str
    code: str


@dataclass(frozen=True)
class Anchor:
    """One label in the stream: where it begins (its numbering included) and ends in ``Stream.text``, and what it means."""

    start: int
    end: int
    meaning: Meaning


@cache
def _meanings() -> dict[str, tuple[Meaning, ...]]:
    """Return what each label may mean, by the characters it is compared by."""
    found: dict[str, dict[Meaning, None]] = {}
    for table, role, code, label in registry.labels().select("table", "role", "code", "label").iter_rows():
        whole = "".join(re.findall(r"[0-9A-Za-z一-鿿㐀-䶿]", labels.plain(_unnumbered(label))))
        for key in {labels.key_of(label), whole}:
            if len(key) > 1:
                found.setdefault(key, {})[Meaning(table, role, code)] = None
    return {key: tuple(meanings) for key, meanings in found.items()}


def _unnumbered(label: str) -> str:
    return re.sub(r"^(?:[（(][一二三四五六七八九十]+[）)]|[一二三四五六七八九十]+、|\d+[.、])", "", label)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _meanings()), key=len, reverse=True)))


def find(stream: Stream) -> list[Anchor]:
    """Return the labels of the stream in order. A label that could mean several things there means nothing."""
    found: list[Anchor] = []
    context = _Context()
    for match in _pattern().finditer(stream.word):
        meaning = context.meaning(_meanings()[match[0]])
        if meaning is None:
            continue
        start, end = stream.at[match.start()], stream.at[match.end() - 1] + 1
        before = found[-1].end if found else 0
        found.append(Anchor(_with_numbering(stream.text, before, start), end, meaning))
    return found


def _with_numbering(text: str, earliest: int, start: int) -> int:
    """Return where the label begins when the numbering before it is counted in."""
    lead = text[max(earliest, start - 16) : start]
    bare = _OPENING.sub("", lead)
    match = _NUMBERING.search(bare)
    if match is None:
        return start - (len(lead) - len(bare))
    if match[1] is not None and len(match[1]) > 1:
        # 0000002. is a row of zeros and the number 2: the rows of the forms are numbered with one digit.
        return start - len(lead) + match.end(1) - 1
    return start - len(lead) + match.start()


class _Context:
    """What the labels before say about a label of several meanings."""

    def __init__(self) -> None:
        self._last: Meaning | None = None
        self._table: str | None = None

    def meaning(self, possible: tuple[Meaning, ...]) -> Meaning | None:
        chosen = possible[0] if len(possible) == 1 else self._among(possible)
        if chosen is not None:
            self._last = chosen
            if chosen.table != "chapters":
                self._table = chosen.table
        return chosen

    def _among(self, possible: tuple[Meaning, ...]) -> Meaning | None:
        near = [each for each in possible if each.table == self._table] or list(possible)
        if len(near) > 1 and self._last is not None:
            # A head goes on with columns, the body with rows.
            roles = ("column",) if self._in_head() else ("row", "family", "caption")
            near = [each for each in near if each.role in roles] or near
        if len({(each.table, each.role == "column") for each in near}) == 1:
            return near[0]
        return None

    def _in_head(self) -> bool:
        return self._last is not None and (
            self._last.role == "column" or self._last.code in ("applicants", "organisations", "litigation")
            or (self._last.table == "remedies" and self._last.role in ("row", "column"))
        )
