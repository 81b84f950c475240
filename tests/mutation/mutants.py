"""Mutants: a page, its damages, the file it is written to, and the judgement of what was read from it.

Here: making mutants from a seed, reading many in one batch, comparing what was published with what the damaged page states. Not
here: damage and pages (``dagster_project.synthesis``), what must hold (``test_mutants``).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random

import polars as pl

from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.damage import DAMAGES, damaged
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.pages import Page, PageRow, make_page, number_in
from dagster_project.synthesis.renditions import RENDITIONS, write
from dagster_project.synthesis.truth import ACTIVITIES, make_truth

# Where nearly every cell is zero, a number at the wrong place goes unseen: busy bodies are drawn more often than they are.
ACTIVITY_SHARES = (10, 30, 35, 25)
MOST_DAMAGES = 3


@dataclass(frozen=True)
class Mutant:
    """One damaged document."""

    name: str
    rendition: str
    damages: tuple[str, ...]
    page: Page
    content: bytes


@dataclass(frozen=True)
class Verdict:
    """What became of the cells of one mutant.

    ``right``: numbers published that the page states there; ``lucky``: numbers published where the page leaves it open, but
    which stood there before the damage; ``missed``: numbers that the page states and nobody published; ``wrong``: every other
    number published, as (cell, stated or None, published).
    """

    right: int
    lucky: int
    missed: int
    wrong: tuple[tuple[str, Decimal | None, Decimal], ...]


def page_of(seed: int, *, oddity: float = 0.12) -> Page:
    """Return the undamaged page of a seed."""
    random = Random(f"page:{seed}")
    form = random.choice(("2019", "2021"))
    activity = random.choices(ACTIVITIES, ACTIVITY_SHARES)[0]
    truth = make_truth(f"mutant:{seed}", form, activity=activity)
    layout = Layout.random(seed, oddity=oddity, office_work=random.random() < 0.3)
    return make_page(truth, layout, random, flat_head=random.random() < 0.25)


def drawn(seed: int, rendition: str) -> list[tuple[str, int]]:
    """Return the damages of a seed: one to three, with a seed each."""
    random = Random(f"damages:{seed}")
    names = sorted(
        name for name, kind in DAMAGES.items() if RENDITIONS[rendition].names_columns or not kind.moves_columns
    )
    count = random.choice(range(1, MOST_DAMAGES + 1))
    return [(random.choice(names), random.randrange(10**6)) for _ in range(count)]


def mutant(seed: int) -> Mutant:
    """Return the mutant of a seed."""
    rendition = sorted(RENDITIONS)[seed % len(RENDITIONS)]
    return make_mutant(str(seed), page_of(seed), rendition, drawn(seed, rendition))


def make_mutant(name: str, page: Page, rendition: str, damages: Sequence[tuple[str, int]]) -> Mutant:
    after, done = damaged(page, damages)
    content = write(after, RENDITIONS[rendition], Random(f"write:{name}"))
    return Mutant(name, rendition, tuple(done), after, content)


def read(mutants: Sequence[Mutant], folder: Path) -> list[Verdict]:
    """Read mutants in one batch and judge each."""
    sources: dict[bytes, Source] = {}
    for number, each in enumerate(mutants):
        if each.content in sources:
            continue  # the same bytes twice are one document
        extension = RENDITIONS[each.rendition].extension
        path = folder / f"{number:06}.{extension}"
        path.write_bytes(each.content)
        kind = {"txt": "text", "md": "markdown"}.get(extension, extension)
        sources[each.content] = Source(path.name, sha256(each.content).hexdigest(), "undated", kind)
    frames = read_batch(list(sources.values()), folder)
    failed = frames["findings"].filter(pl.col("rule").str.contains("failed"))["diagnosis"].to_list()
    failed += frames["documents"].filter(pl.col("reason_code") == "reader_failed")["detail"].to_list()
    if failed:
        raise AssertionError(f"Expected a reader that fails on no document, found {len(failed)} failures: {failed[0]}")
    published = (
        frames["documents"]
        .select("document_id", "source_path", "member")
        .join(frames["cells"].select("document_id", "cell", "value").drop_nulls("value"), on="document_id", how="left")
        .sort("source_path", "member", "cell")
    )
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for path, member, cell, value in published.select("source_path", "member", "cell", "value").iter_rows():
        cells = found.setdefault(path, {}).setdefault(member, {})
        if value is not None:
            cells[cell] = value
    return [judge(each, found[sources[each.content].source_path]) for each in mutants]


def judge(mutant: Mutant, published: dict[str, dict[str, Decimal]]) -> Verdict:
    """Compare what was published of a mutant, by member and cell, with what its page states."""
    keeps_blanks = RENDITIONS[mutant.rendition].keeps_blanks
    right = lucky = missed = 0
    wrong: list[tuple[str, Decimal | None, Decimal]] = []
    for number, cells in enumerate(published.values()):
        part = number if len(published) > 1 else None
        stated = mutant.page.stated(part, keeps_blanks=keeps_blanks)
        original = mutant.page.parts[part or 0].states
        other = set(cells) - {cell for cell, value in cells.items() if stated.get(cell) == value}
        shown = shown_otherwise(mutant, part, cells) if other else set()
        for cell, value in cells.items():
            if cell not in other or cell in shown:
                right += 1
            elif cell not in stated and original.get(cell) == value:
                lucky += 1
            else:
                wrong.append((cell, stated.get(cell), value))
        missed += sum(cell not in cells for cell in stated)
    return Verdict(right, lucky, missed, tuple(wrong))


def shown_otherwise(mutant: Mutant, part: int | None, published: Mapping[str, Decimal]) -> set[str]:
    """Return the published cells whose numbers a damaged row shows all the same: damage left a row that no one can tell from a
    sound row of other figures.

    - Where cells can be told apart: as many cells as the head names columns, or as many texts with no blank among them. They
      stand in order.
    - Where they cannot: the row's digits are those of the published numbers one after the other, its sums hold for them, and
      the equations of the form with all other rows hold.
    """
    glues = RENDITIONS[mutant.rendition].glues
    shown: set[str] = set()
    rows: dict[str, list[list[str]]] = {}
    for table in mutant.page.tables(part=part):
        for row in map(_with_rest(mutant.page, part), table.rows):
            if not row.values or (row.code is None and table.name != "remedies"):
                continue
            codes = [".".join(filter(None, (table.name, row.code, head.code))) for head in table.heads]
            texts = [text for text in (*(v.text for v in row.values), *(a.text for a in row.after)) if text]
            rows.setdefault(codes[0].rpartition(".")[0], []).append(texts)
            numbers = [published.get(code) for code in codes]
            label = next((each.text for each in reversed(row.labels) if each.text), "")
            if not RENDITIONS[mutant.rendition].keeps_blanks and table.name == "disclosure" and len(codes) == 1:
                # A blank cell leaves no trace there, and what damage put behind the label is what the page prints.
                shown.update(codes if _printed_behind(label, [published.get(codes[0])], mutant.content.decode()) else ())
            if glues:
                written = None not in numbers and _written(numbers) == _squeezed(texts)
                if written and (row.torn or not any(numbers) or _adds_up(table.name, published, codes)):
                    shown.update(codes)  # a number torn where all are glued is as it was, and zeros are zeros
                # A row without a sum that damage glued other digits to: one that prints these digits is no different.
                for count in {1, len(codes)} if table.name == "disclosure" else ():
                    if _printed_behind(label, numbers[:count], mutant.content.decode()):
                        shown.update(codes[:count])
                continue
            # A value glued to its label stands before the others.
            glued = re.findall(r"(?<=[^0-9])[0-9]+$", label)
            if RENDITIONS[mutant.rendition].keeps_blanks and len(row.values) == len(codes):
                cells = [value.text for value in row.values]
                # Its own cell is blank, and beside it: 行政强制 838 |  | 57 | 662.
                cells[:1] = glued if glued and not cells[0] else cells[:1]
                shown.update(c for c, text in zip(codes, cells, strict=True) if number_in(text) == published.get(c))
                continue
            inner = [bool(text) for text in row.texts()[len(row.labels) :]]
            holes = "".join("x" if filled else " " for filled in inner).strip()
            pieces = texts
            if not RENDITIONS[mutant.rendition].keeps_blanks:
                # Its own cell leaves no trace.
                pieces = " ".join([*glued, *texts]).split()
            if len(pieces) == len(codes) and not (RENDITIONS[mutant.rendition].keeps_blanks and " " in holes):
                shown.update(c for c, text in zip(codes, pieces, strict=True) if number_in(text) == published.get(c))
    # Two rows under one label contradict each other, whatever they show.
    doubled = {row for row, texts in rows.items() if len(texts) > 1}
    return {cell for cell in shown if cell in published and cell.rpartition(".")[0] not in doubled}


def _with_rest(page: Page, part: int | None) -> Callable[[PageRow], PageRow]:
    """Return a function that puts together the rows that a page's end parts: a row that lacks values, last in its table, and
    values without a label, first in the next."""
    rests: dict[int, PageRow] = {}
    tables = page.tables(part=part)
    for table, following in pairwise(tables):
        if not table.rows or not following.rows or table.name != following.name:
            continue
        upper, lower = table.rows[-1], following.rows[0]
        if upper.code and lower.values and not any(label.text for label in lower.labels) and len(upper.values) < len(table.heads):
            rests[id(upper)] = lower

    def whole(row: PageRow) -> PageRow:
        rest = rests.get(id(row))
        return row if rest is None else replace(row, values=[*row.values, *rest.values], after=rest.after)

    return whole


def _printed_behind(label: str, numbers: Sequence[Decimal | None], text: str) -> bool:
    """Whether the document prints these numbers, glued, behind a label, whatever its last digits were before."""
    if None in numbers:
        return False
    plain = unicodedata.normalize("NFKC", text)
    return re.search(rf"{re.escape(unicodedata.normalize('NFKC', label))}\s*{re.escape(_written(numbers))}(?![0-9])", plain) is not None


def _written(numbers: Sequence[Decimal]) -> str:
    return "".join(f"{number.normalize():f}" for number in numbers)


def _squeezed(texts: Sequence[str]) -> str:
    return "".join(unicodedata.normalize("NFKC", "".join(texts)).replace("−", "-").split())


def _adds_up(table: str, published: Mapping[str, Decimal], codes: Sequence[str]) -> bool:
    """Whether the sums of the form hold for the cells of a row, written out here once more and not taken from the registry."""
    if table == "disclosure":
        return True
    rows = {code.rpartition(".")[0] for code in codes}
    for row in rows:
        parts = [value for cell, value in published.items() if cell.startswith(row + ".") and not cell.endswith(".total")]
        if published.get(f"{row}.total") != sum(parts):
            return False
    if table == "remedies":
        return True
    cells = {cell: value for cell, value in published.items() if cell.startswith("requests.")}
    for column in {code.rpartition(".")[2] for code in codes}:
        at = {cell.split(".")[1]: value for cell, value in cells.items() if cell.endswith("." + column)}
        around = [at.pop(row, None) for row in ("received", "carried_in", "disposed", "carried_out")]
        if None in around or around[0] + around[1] != around[2] + around[3] or sum(at.values()) != around[2]:
            return False
    return True


def tally(judged: Iterable[tuple[Mutant, Verdict]]) -> pl.DataFrame:
    """Return one row per rendition and per kind of damage: mutants, right, lucky, missed and wrong cells, share right."""
    counts: dict[tuple[str, str], Counter] = {}
    for each, verdict in judged:
        for key in [("rendition", each.rendition), *(("damage", name) for name in set(each.damages)), ("all", "")]:
            counts.setdefault(key, Counter()).update(
                mutants=1, right=verdict.right, lucky=verdict.lucky, missed=verdict.missed, wrong=len(verdict.wrong)
            )
    rows = [{"by": by, "name": name, **count} for (by, name), count in sorted(counts.items())]
    return pl.DataFrame(rows, schema=["by", "name", "mutants", "right", "lucky", "missed", "wrong"]).with_columns(
        share=(pl.col("right") / (pl.col("right") + pl.col("missed"))).fill_nan(None).round(3)
    )


