"""Where the stream prints labels of the forms, and which of a label's meanings is meant there.

Here: finding labels through breaks and numbering, and telling apart labels of several meanings (总计, 其他) by what stands
before them. Not here: values.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from dagster_project.forms import labels, registry
from dagster_project.reading import values
from dagster_project.reading.careful.stream import BREAKS, LINE_BREAK, Stream

# Numbering that may stand before a label: 一、 （三） 3. 第一部分; its digit and its sign in one line.
_NUMBERING = re.compile(
    rf"(?:[（(][一二三四五六七八九十]{{1,3}}[）)]|[一二三四五六七八九十]{{1,3}}[、.．,，]|(\d{{1,2}})[ ]*([.．、）)])|第[一二三四五六七八九十]+[、部分章节项]*)[#*{BREAKS}]*$"
)
_HAN = re.compile(r"[一-鿿㐀-䶿]")
# A unit behind a value stands before the next label where text is glued.
_UNITS = (*values.COUNT_UNITS, *values.MONEY_UNITS)
_UNIT_END = re.compile(rf"[0-9](?:{'|'.join(sorted(_UNITS, key=len, reverse=True))})$")
_LONGEST_UNIT = max(map(len, _UNITS))
# Labels of so few characters (其他, 总计) are words of other labels and of sentences too.
_SHORT = 2
# A misprint is looked for in words that no sentence holds by accident.
_LONG = 8
_WORDS = re.compile(rf"[一-鿿㐀-䶿][一-鿿㐀-䶿、,“”]{{{_LONG - 3},{labels.LONGEST_LABEL}}}[一-鿿㐀-䶿]")
# Tables whose rows are named in the head, before the columns of each.
HEADED_BY_ROWS = ("remedies",)
_BRACKET = re.compile(r"[（(【\[]")
_CLOSING = ("）", ")", "】", "]")
_OPENING = re.compile(r"[（(【\[“\"‘《#*\s]+$")


@dataclass(frozen=True)
class Meaning:
    """What a label stands for: a row, column, family or caption of a table, or a chapter."""

    table: str
    role: str
    code: str


@dataclass(frozen=True)
class Anchor:
    """One label in the stream: where it begins (its numbering included) and ends in ``Stream.text``, what it means, and
    whether it is numbered."""

    start: int
    end: int
    meaning: Meaning
    numbered: bool = False


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
    """Return the labels of the stream in order.

    A label that could mean several things there means nothing, and so does a row's label that is a part of a longer word: it
    is a ``word``, before which values end.
    """
    found: list[Anchor] = []
    context = _Context()
    places = _places(stream)
    for at, place in enumerate(places):
        before = places[at - 1].end if at else 0
        after = places[at + 1].begin if at + 1 < len(places) else len(stream.text)
        lead = stream.text[max(before, place.start - _LONGEST_UNIT - 1) : place.start]
        in_word = not place.numbered and _HAN.match(lead[-1:]) and not _UNIT_END.search(lead)
        if in_word and len(place.word) <= _SHORT:
            continue  # 不计其他情形 is no label 其他: the label that it is a part of was not recognised
        possible = _meanings()[place.word]
        if in_word or (after > place.end and _HAN.match(stream.text, place.end)) or _ends_a_remark(stream.text, place):
            possible = tuple(Meaning(m.table, "word", m.code) if _fills_row(m) else m for m in possible)
        elif len(possible) > 1 and not place.numbered and _HAN.search(_line_before(stream.text, before, place.begin)):
            # 总计 after other words in its line ends a head that names no columns of the form.
            possible = tuple(each for each in possible if not _fills_row(each))
        elif len(possible) > 1 and place.numbered:
            possible = tuple(each for each in possible if each.role != "column")  # rows are numbered, columns are not
        meaning = context.meaning(possible, shared=len(_meanings()[place.word]) > 1)
        if meaning is not None:
            found.append(Anchor(place.begin, place.end, meaning, place.numbered))
    return found


def _ends_a_remark(text: str, place: "_Place") -> bool:
    """Whether a bracket closes behind the label that none opens in it or before it: 其他情形） is the end of a label cut in two."""
    return (
        text[place.end : place.end + 1] in _CLOSING
        and not _BRACKET.search(text, place.start, place.end)
        and not _BRACKET.match(text[max(0, place.start - 1) : place.start])
    )


class _Place(NamedTuple):
    """Where a label stands: its beginning with the numbering, without it, and its end in ``Stream.text``."""

    begin: int
    start: int
    end: int
    word: str
    numbered: bool


def _places(stream: Stream) -> list[_Place]:
    misspelt = _misspelt(stream)
    exact = [
        place for place in _exact(stream) if not any(start < place[1] and end > place[0] for start, end, _ in misspelt)
    ]
    found: list[_Place] = []
    for start, end, word in sorted([*exact, *misspelt]):
        begin, numbered = _with_numbering(stream.text, found[-1].end if found else 0, start)
        found.append(_Place(begin, start, end, word, numbered))
    return found


def _line_before(text: str, earliest: int, end: int) -> str:
    return text[max(earliest, text.rfind(LINE_BREAK, 0, end) + 1) : end]


def _exact(stream: Stream) -> list[tuple[int, int, str]]:
    """Return where known labels begin and end, through whatever breaks and punctuation stand in them."""
    return [
        (stream.at[match.start()], stream.at[match.end() - 1] + 1, match[0]) for match in _pattern().finditer(stream.word)
    ]


def _misspelt(stream: Stream) -> list[tuple[int, int, str]]:
    """Return where words begin and end that are a long label but for a misprint or two, and hold no label themselves."""
    found = []
    for match in _WORDS.finditer(stream.text):
        known = labels.match(match[0])
        if known is not None and known[1] and len(known[0]) >= _LONG and known[0] in _meanings():
            found.append((match.start(), match.end(), known[0]))
    known_places = [(start, end) for start, end, word in _exact(stream) if len(word) > _SHORT]
    return [
        place for place in found if not any(start < place[1] and end > place[0] for start, end in known_places)
    ] if found else []


def _fills_row(meaning: Meaning) -> bool:
    """Whether values follow the label."""
    return meaning.role == "row" and meaning.table not in HEADED_BY_ROWS


def _with_numbering(text: str, earliest: int, start: int) -> tuple[int, bool]:
    """Return where the label begins when the numbering before it is counted in, and whether there is one."""
    lead = text[max(earliest, start - 16) : start]
    bare = _OPENING.sub("", lead)
    match = _NUMBERING.search(bare)
    if match is None:
        return start - (len(lead) - len(bare)), False
    if match[1] is not None and len(match[1]) > 1:
        # 0000002. is a row of zeros and the number 2: the rows of the forms are numbered with one digit. What stands before a
        # closing bracket is a value: it closes the （五 of a label that the row's values cut in two.
        return (start - len(lead) + match.end(1) - 1, True) if match[2] not in "）)" else (start - (len(lead) - len(bare)), False)
    return start - len(lead) + match.start(), True


@cache
def _families() -> tuple[tuple[str, str], ...]:
    return tuple(registry.labels().filter(role="family").select("table", "code").unique(maintain_order=True).rows())


def _family(meaning: Meaning) -> str | None:
    """Return the family that a row belongs to or a label names."""
    if meaning.role not in ("row", "family"):
        return None
    named = meaning.code if meaning.role == "family" else None
    return named or next((f for table, f in _families() if table == meaning.table and meaning.code.startswith(f + "_")), None)


class _Context:
    """What the labels before say about a label of several meanings."""

    def __init__(self) -> None:
        self._last: Meaning | None = None
        self._table: str | None = None
        self._family: str | None = None

    def meaning(self, possible: tuple[Meaning, ...], *, shared: bool) -> Meaning | None:
        """Return what is meant among ``possible``; ``shared``: the label has other meanings elsewhere."""
        chosen = possible[0] if len(possible) == 1 else self._among(possible)
        if chosen is not None and shared and _family(chosen) not in (None, self._family):
            return None  # 其他 stands in several families, as a row of the form in one of them
        if chosen is not None:
            self._last = chosen
            if chosen.role in ("row", "family"):
                self._family = _family(chosen) or self._family
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
