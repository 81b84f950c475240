"""Real reports, damaged as the made-up ones are: nothing is published that the damaged page does not print."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mutants import drawn, make_mutant, read, tally
from real_pages import real_pages
from test_mutants import COUNT as MADE_UP
from test_mutants import told

from dagster_project.synthesis.renditions import RENDITIONS

# A fifth of the mutants are of real reports.
COUNT = MADE_UP // 5
TOGETHER = 250
# Undamaged, the real reports are read in these renditions as they are in their own; the others lose cells for good.
KEEPING = ("html", "tabs", "pipes")


@pytest.mark.corpus
def test_nothing_is_published_that_a_damaged_real_report_does_not_print(
    corpus: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    pages = real_pages(corpus)
    undamaged = [make_mutant("0", page, rendition, ()) for page in pages.values() for rendition in KEEPING]
    for each, verdict in zip(undamaged, read(undamaged, tmp_path), strict=True):
        assert not verdict.wrong and verdict.missed <= 2, told(each, verdict)
    names, renditions = sorted(pages), sorted(RENDITIONS)
    found = []
    for start in range(0, COUNT, TOGETHER):
        together = []
        for number in range(start, min(start + TOGETHER, COUNT)):
            name, rendition = names[number % len(names)], renditions[number // len(names) % len(renditions)]
            seed = 10**6 + number
            together.append(make_mutant(str(seed), pages[name], rendition, drawn(seed, rendition)))
        found += zip(together, read(together, tmp_path), strict=True)
    record_property("mutants", tally(found).write_json())
    wrong = [told(each, verdict) for each, verdict in found if verdict.wrong]
    assert not wrong, "\n".join(wrong)
