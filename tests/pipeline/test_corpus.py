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


# Published figures, worked out by hand from what each report prints (numerator, denominator, share).
INDICATORS = {
    # 新收 859 (821 from natural persons) and 结转 18; 总计 805; 结转下年度 72. Most totals and all zeros are left blank.
    "shanghai-office-2019.html": {
        "carry_over_rate": (72, 859 + 18, 72 / 877),
        "clearance_rate": (805, 859 + 18, 805 / 877),
        "natural_person_share": (821, 859, 821 / 859),
        "review_rate": (7, 805, 7 / 805),
        # 5 upheld, 2 of 7 pending; 纠正 is blank, and so are the suits after review.
        "review_upheld_rate": (5, 7 - 2, 1.0),
        "review_correction_rate": None,
        "litigation_rate": None,
        "direct_suit_share": None,
        "disclosure_rate": None,
        "refusal_rate": None,
        "refused_state_secret_share": None,
        "normative_document_repeal_rate": None,
    },
    # The report prints 0 as the total of 10 reviews upheld and 1 corrected, and of 5 suits upheld.
    "hongze-2023.pdf": {
        "disclosure_rate": (0 + 4, 21, 4 / 21),
        "refusal_rate": (1 + 1 + 1, 21, 3 / 21),
        "refused_deliberative_share": (1, 3, 1 / 3),
        "refused_third_party_share": (0, 3, 0.0),
        "unavailable_rate": (10 + 3, 21, 13 / 21),
        "declined_rate": (1, 21, 1 / 21),
        "other_rate": (0, 21, 0.0),
        "substantive_disclosure_rate": (4, 4 + 3, 4 / 7),
        "review_rate": (0, 21, 0.0),
        "review_correction_rate": (1, 0, None),
        "litigation_upheld_rate": (5, 0, None),
        "dispute_upheld_rate": (10 + 5, 0, None),
        "direct_suit_share": (0, 0, None),
    },
    # Its parts add up to 27, its total says 21: published as printed.
    "zone-2020.html": {
        "disclosure_rate": (7 + 6, 21, 13 / 21),
        "refusal_rate": (0, 21, 0.0),
        "refused_state_secret_share": (0, 0, None),
        "unavailable_rate": (4 + 3, 21, 7 / 21),
        "other_rate": (4, 21, 4 / 21),
        "natural_person_share": (20, 21, 20 / 21),
        "dispute_rate": (0, 21, 0.0),
        "review_correction_rate": (0, 0, None),
        "normative_document_repeal_rate": None,
    },
    "zone-2021.html": {
        "disclosure_rate": (30 + 5, 69, 35 / 69),
        "refusal_rate": (1 + 6 + 1, 69, 8 / 69),
        "refused_enforcement_file_share": (6, 8, 0.75),
        "carry_over_rate": (1, 70, 1 / 70),
        "clearance_rate": (69, 70, 69 / 70),
        "dispute_rate": (3 + 12, 69, 15 / 69),
        "review_correction_rate": (0, 3, 0.0),
        "litigation_upheld_rate": (12, 12, 1.0),
        "direct_suit_share": (12, 12, 1.0),
        # The form of the year before counts documents made public, not in force.
        "normative_document_repeal_rate": None,
    },
    "zone-2023.html": {
        "disclosure_rate": (22 + 20, 81, 42 / 81),
        "refusal_rate": (1 + 1 + 1 + 2, 81, 5 / 81),
        "litigation_rate": (5 + 2, 81, 7 / 81),
        "review_correction_rate": (1, 2, 0.5),
        "litigation_correction_rate": (0, 5 + 2 - 1, 0.0),
        "litigation_upheld_rate": (4 + 1, 5 + 2 - 1, 5 / 6),
        "direct_suit_share": (5, 5 + 2, 5 / 7),
        "normative_document_repeal_rate": None,
    },
    "zone-2024.html": {
        "disclosure_rate": (71 + 29, 218, 100 / 218),
        "refusal_rate": (4 + 3 + 32, 218, 39 / 218),
        "refused_internal_affairs_share": (32, 39, 32 / 39),
        "review_correction_rate": (1, 7 - 1, 1 / 6),
        "litigation_correction_rate": (2, 19, 2 / 19),
        "dispute_upheld_rate": (2 + 13, 7 + 19 - 1, 0.6),
        "dispute_upheld_share_of_all_cases": (2 + 13, 7 + 19, 15 / 26),
        "direct_suit_share": (0, 19, 0.0),
        # The report does not say whose figures it adds up, so it is not taken for the scope of the year before.
        "normative_document_repeal_rate": None,
    },
}


@pytest.mark.parametrize("name", INDICATORS)
def test_indicators_are_what_the_printed_figures_make(run: Callable[[Path], Home], corpus: Path, name: str) -> None:
    published = run(corpus / "published" / "docs").published / "parquet"
    reports = pl.read_parquet(published / "dim_report.parquet").filter(source_path=name, is_current=True)
    metrics = pl.read_parquet(published / "fct_metrics.parquet").join(reports, on="report_id", how="semi")
    found = {metric: tuple(parts) for metric, *parts in metrics.select("metric", "numerator", "denominator", "value").iter_rows()}
    assert found
    for metric, parts in INDICATORS[name].items():
        assert found.get(metric) == parts, metric


def test_only_the_report_that_contradicts_itself_is_left_out_of_sums(run: Callable[[Path], Home], corpus: Path) -> None:
    published = run(corpus / "published" / "docs").published / "parquet"
    reports = pl.read_parquet(published / "dim_report.parquet").select("report_id", "source_path")
    marked = pl.read_parquet(published / "fct_metrics.parquet").filter(~pl.col("adds_up")).join(reports, on="report_id")
    upheld = {"review_upheld_rate", "litigation_upheld_rate", "dispute_upheld_rate", "dispute_upheld_share_of_all_cases"}
    assert set(marked.select("source_path", "metric").iter_rows()) == {
        ("hongze-2023.pdf", metric) for metric in {"review_correction_rate", *upheld}
    }
