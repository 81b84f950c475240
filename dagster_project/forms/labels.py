"""Printed labels against the labels of the forms.

Here: the normal form of a label, the dictionary of known ones, exact, alias and bounded fuzzy matching. Not here: where in a
table a label stands and what that means.

A label's key is its normal form without numbering, brackets, spaces and punctuation. Two labels of different meaning may
share a key (总计 is a row and a column); the reader of the table tells them apart by their place.
"""

import re
import unicodedata
from functools import cache, lru_cache

from rapidfuzz.distance import Levenshtein

from dagster_project.forms import registry

# NFKC maps the Kangxi radicals (U+2F00–U+2FD5) that PDF fonts leave behind, but not this supplement to them.
_RADICALS = str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻌⻐⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "民虎西见角贝车辶镸长长门雨青韦页风飞食马骨鱼鸟卤麦黄齐齿龙龟",
)
_RADICAL = re.compile("[⺀-⻿]")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff\u00ad\ue000-\uf8ff]+")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕")
_UNCLOSED = re.compile(r"[(\[【〔].*$")
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.,:]|第[一二三四五六七八九十]+[、部章节]|\d{1,2}[.、,:)]?|[一二三四五六七八九十]{1,2}\))"
)
_PUNCTUATION = re.compile(r"[^\w/一-鿿㐀-䶿]|_")
_HAN = re.compile(r"[一-鿿㐀-䶿]")
# A label longer than this is prose in a cell.
LONGEST_LABEL = 80
# One edit for each so many characters of the known label.
_CHARACTERS_PER_EDIT = 4
_MOST_EDITS = LONGEST_LABEL // _CHARACTERS_PER_EDIT


# Nearly every line of prose has one of these and nothing else that NFKC changes; replacing takes a tenth of normalising.
_WIDE_PUNCTUATION = tuple((chr(ord(narrow) + 0xFEE0), narrow) for narrow in ",():;!?%.")


def plain(text: str) -> str:
    """Return ``text`` in NFKC with radicals as characters."""
    if not unicodedata.is_normalized("NFKC", text):
        for wide, narrow in _WIDE_PUNCTUATION:
            if wide in text:
                text = text.replace(wide, narrow)
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
    return text.translate(_RADICALS) if _RADICAL.search(text) else text


def squeeze(text: str) -> str:
    """Return ``text`` as ``plain`` does, without spaces and unseen characters."""
    return _UNSEEN.sub("", plain(text))


def key_of(text: str) -> str:
    """Return the key of a label: squeezed, without numbering, bracketed remarks and punctuation; '' when nothing is left."""
    plain = squeeze(text)
    bare = _UNCLOSED.sub("", _BRACKETED.sub("", plain))
    bare = _NUMBERING.sub("", bare)
    return _PUNCTUATION.sub("", bare)


def has_han(text: str) -> bool:
    """Tell whether a text contains a Chinese character."""
    return _HAN.search(text) is not None


@cache
def known_keys() -> frozenset[str]:
    """Return the keys of every known label."""
    return frozenset(filter(None, (key_of(label) for label in registry.labels()["label"])))


# Bounded: prose in cells passes through here too.
@lru_cache(maxsize=1 << 16)
def match(text: str) -> tuple[str, int] | None:
    """Return the key of the known label that ``text`` prints and the number of edits between them; None when none is meant.

    Fuzzy on purpose but bounded: one edit for each four characters of the known label, and no second label as near.
    """
    if len(text) > 4 * LONGEST_LABEL:
        return None
    key = key_of(text)
    keys = known_keys()
    if key in keys:
        return key, 0
    # A digit in a label is a value glued to it, not a misprint.
    if not 3 <= len(key) <= LONGEST_LABEL or not has_han(key) or any(character.isdigit() for character in key):
        return None
    distances = sorted(
        (Levenshtein.distance(key, known), known) for known in keys if abs(len(known) - len(key)) <= _MOST_EDITS
    )
    if not distances or distances[0][0] > len(distances[0][1]) // _CHARACTERS_PER_EDIT:
        return None
    if len(distances) > 1 and distances[1][0] == distances[0][0]:
        return None
    return distances[0][1], distances[0][0]


@cache
def codes(table: str, role: str) -> dict[str, str]:
    """Return key → code of one table's labels in one role."""
    found: dict[str, str] = {}
    for code, label in registry.labels().filter(table=table, role=role).select("code", "label").iter_rows():
        key = key_of(label)
        if found.setdefault(key, code) != code:
            raise registry.RegistryError(
                f"labels.csv: expected the {role} label '{label}' of table {table} to mean one thing, found {found[key]} and {code}."
            )
    return found
