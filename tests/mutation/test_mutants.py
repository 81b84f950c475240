"""A published number always stands in the damaged document at that cell.

Reports of known truth, made up and damaged in known ways, are read as ``make run`` reads them. Nothing that is published may be
a number that the damaged page does not print there. How much is still read is printed by the nightly run and held by floors.

``GONGKAI_MUTANTS`` says how many (1,000 by default, 20,000 in ``make test-nightly``), ``GONGKAI_FIRST_MUTANT`` from which seed on.
What was right and missed, by rendition and kind of damage, is told at the end of the run (``conftest``).
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import Mutant, Verdict, drawn, make_mutant, mutant, page_of, read, tally

from dagster_project.synthesis.damage import DAMAGES
from dagster_project.synthesis.renditions import RENDITIONS

NIGHTLY = os.environ.get("GONGKAI_NIGHTLY") == "1"
COUNT = int(os.environ.get("GONGKAI_MUTANTS", "20000" if NIGHTLY else "1000"))
FIRST = int(os.environ.get("GONGKAI_FIRST_MUTANT", "0"))
# Mutants that one call of the reader takes, and the parts in which all of them are read.
TOGETHER = 250
PARTS = 4
# Of the numbers that an undamaged page prints, so many are read.
FLOORS = {"html": 1.0, "tabs": 1.0, "pipes": 1.0, "pipes_a_row": 0.995, "lines": 0.995, "spaced": 0.995, "drawn": 1.0}
# Values that stand before their labels are nobody's: of such pages next to nothing is read.
FLOORS |= {"by_height": 0.0}
GLUED_FLOOR = 0.93
UNDAMAGED = 12


def told(each: Mutant, verdict: Verdict) -> str:
    """What went wrong, as a person needs it to look at."""
    cells = "; ".join(f"{cell}: the page states {stated}, published {value}" for cell, stated, value in verdict.wrong[:4])
    return f"mutant {each.name} ({each.rendition}; {', '.join(each.damages)}): {cells}"


def shrunk(each: Mutant, folder: Path) -> str:
    """Leave out damages one by one while something is still wrong, and tell what is left."""
    page, damages = page_of(int(each.name)), drawn(int(each.name), each.rendition)
    tried = True
    while tried and len(damages) > 1:
        tried = False
        for at in range(len(damages)):
            fewer = make_mutant(each.name, page, each.rendition, damages[:at] + damages[at + 1 :])
            if read([fewer], folder)[0].wrong:
                damages = damages[:at] + damages[at + 1 :]
                tried = True
                break
    least = make_mutant(each.name, page, each.rendition, damages)
    return f"{told(least, read([least], folder)[0])}\n  damages: {damages}"


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_published_that_the_damaged_page_does_not_print(
    part: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seeds = range(FIRST + part, FIRST + COUNT, PARTS)
    found: list[tuple[Mutant, Verdict]] = []
    for start in range(0, len(seeds), TOGETHER):
        together = [mutant(seed) for seed in seeds[start : start + TOGETHER]]
        found += zip(together, read(together, tmp_path), strict=True)
    record_property("mutants", tally(found).write_json())
    wrong = [shrunk(each, tmp_path) for each, verdict in found if verdict.wrong]
    assert not wrong, "\n".join(wrong)
    assert sum(verdict.right for _, verdict in found) > 100 * len(found)


def test_undamaged_pages_are_read_in_every_rendition(tmp_path: Path) -> None:
    plain = [
        make_mutant(f"{seed}", page_of(seed, oddity=0.0), rendition, ())
        for seed in range(UNDAMAGED)
        for rendition in sorted(RENDITIONS)
    ]
    judged = list(zip(plain, read(plain, tmp_path), strict=True))
    assert [told(*each) for each in judged if each[1].wrong] == []
    shares = dict(tally(judged).filter(by="rendition").select("name", "share").iter_rows())
    short = {name: share for name, share in shares.items() if share < FLOORS.get(name, GLUED_FLOOR)}
    assert short == {}


def test_every_kind_of_damage_is_done() -> None:
    done = {name for seed in range(1000) for name in mutant(seed).damages}
    assert done == set(DAMAGES)


@given(
    seed=st.integers(0, 40),
    rendition=st.sampled_from(sorted(RENDITIONS)),
    damages=st.lists(st.tuples(st.sampled_from(sorted(DAMAGES)), st.integers(0, 10_000)), min_size=1, max_size=3),
)
@settings(derandomize=True, max_examples=1000 if NIGHTLY else 80, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_combination_of_damages_makes_a_number_up(
    seed: int, rendition: str, damages: Sequence[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    kinds = RENDITIONS[rendition]
    damages = [(name, each) for name, each in damages if kinds.names_columns or not DAMAGES[name].moves_columns]
    each = make_mutant(f"{seed}", page_of(seed), rendition, damages)
    verdict = read([each], tmp_path_factory.mktemp("mutant"))[0]
    assert not verdict.wrong, told(each, verdict)
