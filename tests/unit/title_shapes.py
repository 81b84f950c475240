"""Shapes of titles with their true parts, and how well the grammar reads shapes that it was not made from.

``python -m tests.unit.title_shapes`` prints the figures that docs/identification.md states. Cross-validation over shapes: for
each of ten folds the grammar gets only the words (bodies/title_words.csv) that the other folds' titles hold, and reads the
fold's shapes with invented bodies, other years and the noise of pages in them. Precision is right / (right + wrong), where a
title not recognised, or without a part, is missed and not wrong.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from dagster_project.bodies import titles
from dagster_project.bodies.traditional import simplified
from dagster_project.synthesis import bodies

TABLE = Path(__file__).with_name("title_shapes.csv")
FOLDS = 10
TITLES_A_SHAPE = 40
NO_TITLE = "-"
_UNSEEN = {r"\u00a0": "\u00a0", r"\u3000": "\u3000", r"\u200b": "\u200b"}
_FULL_WIDTH = str.maketrans("0123456789()", "０１２３４５６７８９（）")


@dataclass(frozen=True)
class Shape:
    """One title; ``body`` is '-' when it is none, '' when it names no body; ``year`` None when it names none or several."""

    name: str
    title: str
    body: str
    year: int | None


def shapes() -> list[Shape]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        title = row["title"]
        for written, character in _UNSEEN.items():
            title = title.replace(written, character)
        found.append(Shape(row["shape"], title, row["body"], int(row["year"]) if row["year"] else None))
    return found


def verdict(shape: Shape, found: titles.Title | None) -> str:
    """Return right, missed or wrong."""
    if shape.body == NO_TITLE:
        return "right" if found is None else "wrong"
    if found is None:
        return "missed"
    wrong = (found.body and found.body != shape.body) or (found.year and found.year != shape.year)
    missing = (shape.body and not found.body) or (shape.year and not found.year)
    return "wrong" if wrong else "missed" if missing else "right"


def varied(shape: Shape, random: Random) -> Shape:
    """Return the shape with another body and year, printed as noisily as pages do."""
    title, body, year = shape.title, shape.body, shape.year
    if body not in ("", NO_TITLE) and body in title and shape.name != "人民政府 printed once":
        body = bodies.any_invented(random)
        title = title.replace(shape.body, body)
    if year and str(year) in title and title.count("20") == 1:
        year = random.randint(2008, 2026)
        title = title.replace(str(shape.year), str(year))
    noise = random.randrange(5)
    if noise == 1:
        title = title.translate(_FULL_WIDTH)
    elif noise == 2:
        at = random.randrange(len(title) + 1)
        title = title[:at] + random.choice(" \u00a0\u3000\u200b") + title[at:]
    elif noise == 3:
        title = " ".join(title)
    return Shape(shape.name, title, body, year)


def cross_validate(seed: int = 0) -> tuple[Counter[str], list[tuple[str, str, titles.Title | None]]]:
    """Return the verdicts over all folds, and the titles read wrongly."""
    every = shapes()
    random = Random(seed)
    counts: Counter[str] = Counter()
    wrong = []
    for fold in range(FOLDS):
        held = every[fold::FOLDS]
        others = [simplified(shape.title) for shape in every if shape not in held]
        grammar = titles.Grammar((role, word) for role, word in titles.words() if any(word in title for title in others))
        for shape in held:
            for _ in range(TITLES_A_SHAPE):
                tried = varied(shape, random)
                found = grammar.parse(tried.title)
                said = verdict(tried, found)
                counts[said] += 1
                if said == "wrong":
                    wrong.append((shape.name, tried.title, found))
    return counts, wrong


def main() -> None:
    counts, wrong = cross_validate()
    read = counts["right"] + counts["wrong"]
    print(f"{len(shapes())} shapes, {counts.total()} titles in {FOLDS} folds")
    print(f"precision {counts['right'] / read:.4f}, right {counts['right']}, missed {counts['missed']}, wrong {counts['wrong']}")
    for name, title, found in wrong[:20]:
        print(f"  {name}: {title} -> {found}")


if __name__ == "__main__":
    main()
