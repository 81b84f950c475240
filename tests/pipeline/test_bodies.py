"""Bodies, years, renditions and continuity of the real reports beside the project.

Identification is asked of the documents themselves; renditions and continuity of one run over the published pages and the text
renditions of some of them in one archive.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result

from dagster_project.bodies import names
from dagster_project.bodies.identify import identify
from dagster_project.documents import reader_for
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Pieces
from dagster_project.home import Home
from tests.conftest import CORPUS

pytestmark = pytest.mark.corpus

# Where the transcription names the body otherwise than the document prints it: the page carries an invented city, or the
# recognition of characters misread one.
NAMED_OTHERWISE = {"hangzhou-2025.html": "测试市", "shuyang-2025.md": "沐阳县人民政府"}
DOCUMENTS = sorted(CORPUS.glob("*/expected/*.json")) if CORPUS.is_dir() else []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_body_year_and_date_are_those_of_the_transcription(path):
    truth = json.loads(path.read_text(encoding="utf-8"))
    document = path.parents[1] / "docs" / truth["file"]
    content = document.read_bytes()
    pieces = Pieces()
    pieces.begin()
    reader_for(sniff(content, document.name))(content, pieces)
    identity = identify(pieces.heading, document.name)
    body = NAMED_OTHERWISE.get(truth["file"], truth["body"])
    assert names.take_apart(identity.body).canonical == names.take_apart(body).canonical
    assert identity.year == truth["report_year"]
    assert str(identity.published_on) == truth.get("published_on", str(identity.published_on))


@pytest.fixture(scope="module")
def both(corpus: Path, ingest: Callable[[Home], Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published tables of an archive that holds pages and their text renditions."""
    folder = tmp_path_factory.mktemp("both")
    for name in ("published", "flattened"):
        shutil.copytree(corpus / name / "docs", folder / "raw" / name)
    home = Home.at(folder / "raw", folder / "data")
    result = ingest(home)
    assert result.exit_code == 0, result.output
    return home.published / "parquet"


def test_a_text_rendition_is_no_second_report(both):
    reports = pl.read_parquet(both / "dim_report.parquet")
    texts = reports.filter(pl.col("source_path").str.starts_with("flattened/zone"))
    assert texts.height == 4
    assert texts["version_status"].unique().to_list() == ["rendition"]
    pages = reports.join(texts.select(pl.col("represented_by").alias("report_id")), on="report_id", how="semi")
    assert sorted(pages["source_path"]) == [f"published/zone-{year}.html" for year in (2020, 2021, 2023, 2024)]
    assert pages["is_current"].all()


def test_what_is_carried_over_agrees_where_two_years_are_there(both):
    zone = pl.read_parquet(both / "dim_body.parquet").filter(body_name="平潭综合实验区")["body_id"].item()
    rows = pl.read_parquet(both / "fct_continuity.parquet").filter(body_id=zone)
    compared = rows.filter(pl.col("status") != "not_assessable")
    assert sorted(compared["report_year"].unique()) == [2021, 2024]
    assert compared.group_by("report_year").len()["len"].to_list() == [7, 7]
    assert compared["status"].unique().to_list() == ["pass"]
    assert rows.filter(pl.col("report_year").is_in([2020, 2023]))["reason"].unique().to_list() == ["prior_report_missing"]


def test_every_file_ends_once(both):
    ledger = pl.read_parquet(both / "file_ledger.parquet")
    assert dict(ledger.group_by("outcome").len().iter_rows())["duplicate"] == 4
    assert "lost" not in ledger["outcome"].to_list()
