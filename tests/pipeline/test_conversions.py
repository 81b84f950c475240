"""The real pages, converted into other kinds of files by LibreOffice, are read as well as the pages themselves.

At least 99.5 % of the cells of each kind are right, and none is wrong: what a conversion loses is missed. Separated values
lose which cells were merged, so that a row with blanks may be read in more ways than one and is left undecided.
"""

from pathlib import Path

import pytest

from benchmarks.conversions import CONVERSIONS
from benchmarks.reading_by_kind import converted
from dagster_project.documents import CONVERTERS, READERS

pytestmark = [pytest.mark.corpus, pytest.mark.libreoffice]

LEAST_RIGHT = 0.995
# Separated values lose which cells a merged one covered: rows whose values stand among such blanks stay undecided.
LEAST_RIGHT_WITHOUT_CELLS = {"csv": 0.80}


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_a_converted_page_is_read_as_well_as_the_page(kind, corpus: Path, system_program, tmp_path: Path) -> None:
    office = system_program("soffice", "libreoffice-writer libreoffice-calc")
    score = converted(corpus, kind, office, tmp_path)
    said = "\n".join(score.notes)
    assert score.documents >= 6
    assert score.wrong == 0, said
    assert score.share_right >= LEAST_RIGHT_WITHOUT_CELLS.get(kind, LEAST_RIGHT), said


def test_every_kind_that_libreoffice_makes_here_has_its_reader() -> None:
    kinds = {"rtf": "doc", "odt": "doc"}
    assert {kinds.get(kind, kind) for kind in CONVERSIONS} <= {*READERS, *CONVERTERS}
