"""Scans of known reports: at least 98 % of the cells right, none wrong.

A page of prose takes seconds, so one synthetic report is read in every run of the suite, the real ones in the nightly run.
"""

import os
import re
from pathlib import Path

import pytest

from benchmarks.scans import printed, scanned
from benchmarks.scoring import Expected, Score, expected_of, read_and_score
from dagster_project.documents.encoding import decode
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.pdf import render_pdf
from dagster_project.synthesis.sheets import Sheet
from dagster_project.synthesis.truth import make_truth

LEAST_RIGHT = 0.98
NIGHTLY = os.environ.get("GONGKAI_NIGHTLY") == "1"


def assert_read(score: Score, least: float = LEAST_RIGHT) -> None:
    said = "\n".join(score.notes)
    assert score.wrong == 0, said
    assert score.share_right >= least, said


@pytest.mark.parametrize("degrees", [1.0])
def test_a_synthetic_report_is_read_from_its_scan(degrees: float, tmp_path: Path) -> None:
    truth = make_truth("scan", "2021", activity="tens")
    rendered = render_pdf(truth, Layout(seed=1), Sheet())
    (tmp_path / "2021.pdf").write_bytes(scanned(rendered.content, degrees))
    cells = {code: cell.value for code, cell in rendered.printed.items()}
    assert_read(read_and_score(tmp_path, {"2021.pdf": Expected(cells, truth.report_year)}, scans=True))


def _title(source: Path) -> str | None:
    """Return the title of a page, after which a browser names the file that it prints it to."""
    match = re.search(r"<title>([^<]*)</title>", decode(source.read_bytes())[0], re.IGNORECASE) if source.suffix == ".html" else None
    return "".join(match[1].split()).replace("/", "-")[:80] or None if match else None


@pytest.mark.corpus
@pytest.mark.browser
@pytest.mark.skipif(not NIGHTLY, reason="takes a quarter of an hour: runs with GONGKAI_NIGHTLY=1 (make test-nightly)")
@pytest.mark.parametrize("degrees", [0.0, 1.0])
def test_real_reports_are_read_from_their_scans(degrees: float, corpus: Path, system_program, tmp_path: Path) -> None:
    browser = system_program("chromium", "chromium")
    expected = {}
    for truth in sorted((corpus / "published" / "expected").glob("*.json")):
        source = corpus / "published" / "docs" / truth.name.removesuffix(".json")
        if source.suffix not in (".html", ".pdf"):
            continue
        pdf = source.read_bytes() if source.suffix == ".pdf" else printed(browser, source)
        name = f"{_title(source) or source.stem}.pdf"
        (tmp_path / name).write_bytes(scanned(pdf, degrees))
        expected[name] = expected_of(truth)
    assert_read(read_and_score(tmp_path, expected, scans=True))
