"""The real reports beside the project, each set as an archive of its own through the whole run, scored against their true cells.

One run a set. Wrong is never allowed: a number that the document does not print at its cell. What must be wholly right is
named here; everything else may be missed with a reason. Nothing of the corpus is kept in the project.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result

from dagster_project.home import Home

pytestmark = pytest.mark.corpus

SETS = ("published", "flattened", "legacy")
_SCORED = re.compile(r"^(?P<file>\S+) +right +(?P<right>\d+) +wrong +(?P<wrong>\d+) +missed +(?P<missed>\d+) +form (?P<form>\S+)$")
_TOTAL = re.compile(r"^TOTAL right (\d+) wrong (\d+) missed (\d+) of \d+ .*absent documents (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Scored:
    """What score.py says of one set: its whole output, per document (right, wrong, missed, form), and the total wrong."""

    output: str
    documents: dict[str, tuple[int, int, int, str]]
    wrong: int


@pytest.fixture(scope="module")
def run(
    corpus: Path, ingest: Callable[[Home], Result], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Home]:
    """Run one folder of the corpus as an archive, once."""
    done: dict[Path, Home] = {}

    def run(raw: Path) -> Home:
        if raw not in done:
            home = Home.at(raw, tmp_path_factory.mktemp("corpus") / "data")
            result = ingest(home)
            assert result.exit_code == 0, result.output
            assert "= files in" in result.stdout
            done[raw] = home
        return done[raw]

    return run


@pytest.fixture(scope="module")
def score(corpus: Path, run: Callable[[Path], Home]) -> Callable[[str], Scored]:
    """Run a set and score it with the corpus's own script."""
    done: dict[str, Scored] = {}

    def score(name: str) -> Scored:
        if name not in done:
            home = run(corpus / name / "docs")
            script = corpus.parent / "score.py"
            arguments = [home.published / "parquet", corpus / name / "expected", "--details"]
            said = subprocess.run(
                [sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True, timeout=120
            )
            total = _TOTAL.search(said.stdout)
            assert total is not None, said.stdout + said.stderr
            documents = {
                match["file"]: (int(match["right"]), int(match["wrong"]), int(match["missed"]), match["form"])
                for match in map(_SCORED.match, said.stdout.splitlines())
                if match
            }
            done[name] = Scored(said.stdout, documents, int(total[2]))
        return done[name]

    return score


@pytest.mark.parametrize("name", SETS)
def test_nothing_is_wrong(score: Callable[[str], Scored], name: str) -> None:
    scored = score(name)
    assert scored.wrong == 0, scored.output


def test_every_page_of_the_two_official_forms_is_wholly_right(score: Callable[[str], Scored], corpus: Path) -> None:
    scored = score("published")
    pages = {path.name for path in (corpus / "published" / "docs").rglob("*.html")}
    assert pages
    for page in pages:
        right, wrong, missed, form = scored.documents[page]
        assert form in ("2019", "2021"), page
        assert right > 0 and (wrong, missed) == (0, 0), scored.output


def test_tab_separated_text_is_wholly_right(score: Callable[[str], Scored]) -> None:
    scored = score("published")
    right, wrong, missed, _ = scored.documents["zhanhe-2021.txt"]
    assert right > 0 and (wrong, missed) == (0, 0), scored.output


@pytest.mark.parametrize("name", SETS)
def test_what_is_not_published_says_why(run: Callable[[Path], Home], corpus: Path, name: str) -> None:
    home = run(corpus / name / "docs")
    ledger = pl.read_parquet(home.published / "parquet" / "file_ledger.parquet")
    assert ledger.height == sum(path.is_file() for path in (corpus / name / "docs").rglob("*"))
    for path, outcome, reason, detail in ledger.select("source_path", "outcome", "reason_code", "detail").iter_rows():
        assert outcome == "report" or (reason and detail and detail.endswith(".")), path


def test_what_is_no_report_publishes_no_number(run: Callable[[Path], Home], corpus: Path) -> None:
    home = run(corpus / "hostile")
    published = home.published / "parquet"
    ledger = pl.read_parquet(published / "file_ledger.parquet")
    assert ledger.height == sum(path.is_file() for path in (corpus / "hostile").rglob("*"))
    assert set(ledger["outcome"]) <= {"not_a_report", "quarantined"}, ledger.select("source_path", "outcome").rows()
    assert ledger["detail"].null_count() == 0
    assert pl.read_parquet(published / "fct_cells.parquet").is_empty()
