"""Administrative divisions: their codes, levels and validity, and the place that a body's name begins with.

Here: the table of registry/regions.csv and looking names up in it. Not here: what follows the place in a name (``names``);
townships, streets and functional zones, which are in no list.

A name is looked up among the divisions of every year since 2007, because a report keeps the name of its year. Counties share
names across provinces (鼓楼区 four times); such a name alone finds several places, with a prefecture before it one.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

# The tables of places and bodies that a person may edit; dbt loads some of them as seeds.
REGISTRY = Path(__file__).parent / "registry"
TABLE = REGISTRY / "regions.csv"
RENAMES = REGISTRY / "region_renames.csv"
_LEVELS = ("province", "prefecture", "county")
# Suffixes that people leave out. 区 is left out only of a few words, so it never is here.
_SHORTENED = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "自治州", "地区", "省", "市", "县", "盟")
# A province's name with 自治区 but without its nationality.
_HALF_SHORT = {"广西自治区": "广西壮族自治区", "宁夏自治区": "宁夏回族自治区", "新疆自治区": "新疆维吾尔自治区"}


@dataclass(frozen=True)
class Place:
    """One division under one name. ``above`` are the names of its province and prefecture, ``line`` tells it from other
    places of the same name and stays the same when it is given another code."""

    code: str
    name: str
    level: str
    province_code: str
    above: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class Located:
    """What a name begins with: the places it may be, and the rest of the name. No places: it begins with none."""

    places: tuple[Place, ...]
    rest: str

    @property
    def place(self) -> Place | None:
        """The place, when there is one only."""
        return self.places[0] if len({place.line for place in self.places}) == 1 else None


def table() -> pl.DataFrame:
    """Return the table: region_code, region_name, level, parent_code (texts), valid_from, valid_to (dates or NULL)."""
    return pl.read_csv(TABLE, infer_schema=False).with_columns(pl.col("valid_from", "valid_to").str.to_date())


@cache
def places() -> dict[str, tuple[Place, ...]]:
    """Return every place by its full name, the latest first."""
    rows = table().sort("valid_to", "region_code", descending=[True, False], nulls_last=False)
    latest: dict[str, str] = {}
    for code, name in rows.select("region_code", "region_name").iter_rows():
        latest.setdefault(code, name)
    found: dict[str, list[Place]] = {}
    lines = _lines(rows)
    for code, name, level, parent in rows.select("region_code", "region_name", "level", "parent_code").iter_rows():
        above = tuple(latest[upper] for upper in _uppers(code, parent) if upper in latest)
        place = Place(code, name, level, code[:2] + "0000", above, lines[code, name])
        if place not in found.setdefault(name, []):
            found[name].append(place)
    return {name: tuple(each) for name, each in found.items()}


def _uppers(code: str, parent: str | None) -> list[str]:
    if parent is None:
        return []
    province = code[:2] + "0000"
    return [province] if parent == province else [province, parent]


def _lines(rows: pl.DataFrame) -> dict[tuple[str, str], str]:
    """Return (code, name) → the name that tells the place apart, whatever it is called later.

    It is the oldest name in the table, with the prefecture or province before it where another place shares it. The oldest,
    because the latest changes with the next rename, and what is identified by it must not.
    """
    roots = _roots()
    codes: dict[str, set[str]] = {}
    spans: dict[str, list[tuple[str, date, date]]] = {}
    for code, name, began, ended in rows.select("region_code", "region_name", "valid_from", "valid_to").iter_rows():
        codes.setdefault(name, set()).add(code[:2])
        spans.setdefault(code[:2] + name, []).append((code, began or date.min, ended or date.max))
    uppers = dict(rows.filter(pl.col("level") != "county").select("region_code", "region_name").unique("region_code").iter_rows())
    lines = {}
    for code, name in rows.select("region_code", "region_name").iter_rows():
        root_code, root_name = roots.get((code, name), (code, name))
        each = spans[root_code[:2] + root_name]
        # Two codes that were never valid together are one place that was given another code.
        together = any(
            one[0] != two[0] and one[1] < two[2] and two[1] < one[2] for one in each for two in each
        )
        if together:
            before = uppers.get(root_code[:4] + "00", uppers[root_code[:2] + "0000"])
        else:
            before = uppers[root_code[:2] + "0000"] if len(codes[root_name]) > 1 else ""
        lines[code, name] = before + root_name
    return lines


def _roots() -> dict[tuple[str, str], tuple[str, str]]:
    """Return (code, name) → the oldest (code, name) of the place, where it was renamed since 2007."""
    renames = pl.read_csv(RENAMES, infer_schema=False).sort("year")
    roots: dict[tuple[str, str], tuple[str, str]] = {}
    for old_code, old_name, new_code, new_name in renames.select(
        "old_code", "old_name", "new_code", "new_name"
    ).iter_rows():
        roots[new_code, new_name] = roots.get((old_code, old_name), (old_code, old_name))
    return roots


@cache
def _short() -> dict[str, tuple[Place, ...]]:
    """Return places by their name without 省, 市, 县 and the like; names of one character are none."""
    found: dict[str, list[Place]] = {}
    for name, each in places().items():
        for suffix in _SHORTENED:
            if name.endswith(suffix) and len(name) - len(suffix) >= 2:
                found.setdefault(name.removesuffix(suffix), []).extend(each)
                break
    for short, name in _HALF_SHORT.items():
        found[short] = list(places()[name])
    return {name: tuple(each) for name, each in found.items()}


def locate(name: str, *, shortened: bool = False) -> Located:
    """Return the place or places that ``name`` begins with and what follows, e.g. 福州市鼓楼区 and 财政局.

    The longest known name counts, and then the next below it. ``shortened`` also takes 杭州 for 杭州市, which only the names
    of zones and provinces do safely.
    """
    found: tuple[Place, ...] = ()
    rest = name
    while True:
        step = _longest(rest, found, shortened)
        if step is None:
            return Located(found, rest)
        found, rest = step


def _longest(text: str, inside: tuple[Place, ...], shortened: bool) -> tuple[tuple[Place, ...], str] | None:
    for start, each in _beginning(shortened).get(text[:2], ()):
        if not text.startswith(start):
            continue
        below = tuple(place for place in each if not inside or any(_within(place, upper) for upper in inside))
        if below:
            return below, text[len(start) :]
    return None


@cache
def _beginning(shortened: bool) -> dict[str, list[tuple[str, tuple[Place, ...]]]]:
    """Return first two characters → the names that begin so with their places, the longest name first."""
    named = dict(places())
    for short, each in _short().items():
        allowed = each if shortened else tuple(place for place in each if place.level == "province")
        if allowed and short not in named:
            named[short] = allowed
    found: dict[str, list[tuple[str, tuple[Place, ...]]]] = {}
    for name in sorted(named, key=lambda name: (-len(name), name)):
        found.setdefault(name[:2], []).append((name, named[name]))
    return found


def _within(place: Place, upper: Place) -> bool:
    if _LEVELS.index(place.level) <= _LEVELS.index(upper.level):
        return False
    return upper.name in place.above or place.code.startswith(upper.code.rstrip("0"))


def decided(candidates: tuple[Place, ...], said: str) -> Place | None:
    """Return the one of several places whose province or prefecture ``said`` names while it names that of no other."""
    named = [place for place in candidates if any(_stem(upper) in said for upper in _own_uppers(place, candidates))]
    return named[0] if len({place.line for place in named}) == 1 else None


def _own_uppers(place: Place, candidates: tuple[Place, ...]) -> list[str]:
    """Return the divisions above a place that are not above another candidate too."""
    others = {upper for other in candidates if other.line != place.line for upper in other.above}
    return [upper for upper in place.above if upper not in others]


def _stem(name: str) -> str:
    return next((name.removesuffix(suffix) for suffix in _SHORTENED if name.endswith(suffix) and len(name) > len(suffix) + 1), name)
