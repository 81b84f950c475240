"""Corrections of people: read as written, refused with the line, and given up as soon as their expectation is."""

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from dagster_project.auditing.corrections import broken, corrections, gone
from dagster_project.auditing.review import ReviewError
from dagster_project.defs.lib import review
from dagster_project.home import Unusable
from dagster_project.reading.document import document_id
from schemas import CELLS, CORRECTIONS, MANIFEST

ENTRY = {
    "report_id": "00000000000000aa",
    "cell": "requests.disposed.total",
    "printed": "21",
    "corrected": "27",
    "reason": "The lines add up to 27",
    "evidence": "Letter of 2025-05-06",
    "status": "confirmed",
}
# Another cell of the same report.
SECOND = ENTRY | {"cell": "requests.received.total"}
SHA256 = "ab" * 32


def written(folder: Path, *entries: dict[str, str]) -> Path:
    path = folder / "corrections.yaml"
    blocks = ["- " + "\n  ".join(f"{name}: {value}" for name, value in entry.items()) for entry in entries]
    path.write_text("# A comment stands first.\n" + "\n".join(blocks) + "\n", encoding="utf-8")
    return path


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in ENTRY.items() if name not in names}


def printed(value: int | None, status: str = "number", cell: str = ENTRY["cell"]) -> pl.LazyFrame:
    row = {
        "document_id": ENTRY["report_id"],
        "cell": cell,
        "value": None if value is None else Decimal(value),
        "unit": "件",
        "raw_text": str(value),
        "status": status,
        "locator": None,
    }
    return CELLS.build([row]).lazy()


def test_corrections_are_read_as_written(tmp_path):
    (row,) = CORRECTIONS.validate(corrections(written(tmp_path, ENTRY))).rows()
    assert row == (
        "00000000000000aa", "requests.disposed.total", Decimal(21), Decimal(27), "The lines add up to 27", "Letter of 2025-05-06",
        "confirmed", 2,
    )  # fmt: skip


def test_a_report_may_be_named_by_its_bytes(tmp_path):
    entry = without("report_id") | {"source_sha256": SHA256, "member": "a.html"}
    assert corrections(written(tmp_path, entry))["document_id"].to_list() == [document_id(SHA256, "", "a.html")]


def test_numbers_keep_every_digit(tmp_path):
    entry = ENTRY | {"cell": "disclosure.fees.collected", "printed": "0.10", "corrected": "123456789012.123456"}
    (row,) = corrections(written(tmp_path, entry)).select("expected_value", "corrected_value").rows()
    assert row == (Decimal("0.1"), Decimal("123456789012.123456"))


def test_a_cell_without_a_number_can_be_expected(tmp_path):
    stated = corrections(written(tmp_path, ENTRY | {"printed": "nothing"}))
    assert stated["expected_value"].to_list() == [None]
    assert broken(stated, printed(None, "blank")) == []
    assert len(broken(stated, printed(0))) == 1


def test_no_file_and_a_file_of_comments_are_no_corrections(tmp_path):
    assert corrections(tmp_path / "corrections.yaml").equals(CORRECTIONS.empty())
    assert corrections(written(tmp_path)).equals(CORRECTIONS.empty())


def test_the_file_of_the_project_can_be_read():
    assert corrections(review.CORRECTIONS_FILE).schema == CORRECTIONS.polars_schema


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (ENTRY | {"cell": "requests.disposed.sum"}, r"corrections.yaml, line 9: expected the code of a cell .* found 'requests.disposed.sum'"),
        (SECOND | {"status": "sure"}, r"line 9: expected the status to be one of proposed, confirmed, found 'sure'"),
        (SECOND | {"corrected": "twenty"}, r"line 9: expected corrected as a number .* found 'twenty'"),
        (SECOND | {"corrected": "''"}, r"line 9: expected the right value as corrected, found nothing"),
        (SECOND | {"printed": "''"}, r"line 9: expected the printed number, or 'nothing'"),
        (SECOND | {"evidence": "''"}, r"line 9: expected where the right value stands, found nothing"),
        (without("reason"), r"line 9: the entry lacks reason"),
        (without("report_id"), r"line 9: expected report_id, or source_sha256 of 64 hex digits"),
        (SECOND | {"report_id": "12"}, r"line 9: expected a report_id of 16 hex digits, found '12'"),
        (ENTRY | {"source_sha256": SHA256}, r"line 9: expected report_id or source_sha256 with member, found both"),
        (ENTRY | {"value": "3"}, r"line 16: expected a field of .* found 'value'"),
        (ENTRY | {"reason": "[a, b]"}, r"line 13: expected one value for reason, found several"),
        (ENTRY | {"cell": "requests.disposed.total"}, r"line 9: requests.disposed.total of report 00000000000000aa is corrected in line 2 already"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_used_is_refused_with_its_line(tmp_path, entry, sentence):
    with pytest.raises(ReviewError, match=sentence):
        corrections(written(tmp_path, ENTRY, entry))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- cell: [requests\n", r"corrections.yaml, line 2: no YAML"),
        ("cell: requests.received.total\n", r"line 1: expected a list of corrections"),
        ("- requests.received.total\n", r"line 1: expected fields such as"),
        ("- cell: a\n  cell: b\n", r"line 2: the field cell stands twice"),
    ],
)
def test_what_is_no_list_of_entries_is_refused_with_its_line(tmp_path, text, sentence):
    path = tmp_path / "corrections.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReviewError, match=sentence):
        corrections(path)


def test_a_correction_holds_while_the_report_prints_what_it_expects(tmp_path):
    assert broken(corrections(written(tmp_path, ENTRY)), printed(21)) == []


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (printed(27), "line 2: expected requests.disposed.total of report 00000000000000aa to print 21, found 27"),
        (printed(None, "blank"), "line 2: expected requests.disposed.total of report 00000000000000aa to print 21, found no number (blank)"),
        (printed(1, cell="requests.received.total"), "line 2: expected report 00000000000000aa to print requests.disposed.total, found no such cell"),
        (CELLS.empty().lazy(), "line 2: expected report 00000000000000aa in the archive, found none"),
    ],
)  # fmt: skip
def test_a_correction_whose_expectation_is_gone_says_so(tmp_path, cells, sentence):
    (said,) = broken(corrections(written(tmp_path, ENTRY)), cells)
    assert sentence in said


def test_a_correction_for_a_report_that_is_gone_is_told_before_anything_is_read(tmp_path):
    stated = corrections(written(tmp_path, ENTRY))
    assert gone(stated, {"00000000000000aa"}) == []
    (said,) = gone(stated, {"00000000000000bb"})
    assert "corrections.yaml, line 2: expected report 00000000000000aa in the archive, found none" in said


class TestBeforeARun:
    @pytest.fixture(autouse=True)
    def files(self, tmp_path, monkeypatch):
        monkeypatch.setattr(review, "VERDICTS_FILE", tmp_path / "verdicts.csv")
        monkeypatch.setattr(review, "CORRECTIONS_FILE", tmp_path / "corrections.yaml")

    def archive(self, *sha256: str, kind: str = "html"):
        manifest = pl.DataFrame(
            {"source_sha256": sha256, "file_kind": [kind] * len(sha256)},
            schema={name: MANIFEST.polars_schema[name] for name in ("source_sha256", "file_kind")},
        )
        return SimpleNamespace(manifest=lambda: manifest)

    def test_nothing_edited_is_fine(self):
        review.require_review(self.archive())

    def test_a_syntax_error_refuses_the_run(self, tmp_path):
        (tmp_path / "verdicts.csv").write_text("finding,verdict\n", encoding="utf-8")
        with pytest.raises(Unusable, match=r"verdicts.csv, line 1: .* Nothing was changed"):
            review.require_review(self.archive())

    def test_a_correction_of_a_report_that_is_gone_refuses_the_run(self, tmp_path):
        entry = without("report_id") | {"source_sha256": SHA256}
        written(tmp_path, entry)
        review.require_review(self.archive(SHA256))
        with pytest.raises(Unusable, match=r"corrections.yaml, line 2: expected report .* found none"):
            review.require_review(self.archive("cd" * 32))

    def test_what_a_container_holds_shows_only_when_it_is_read(self, tmp_path):
        written(tmp_path, ENTRY)
        review.require_review(self.archive("cd" * 32, kind="zip"))

    def test_a_rule_that_names_an_unknown_cell_refuses_the_run(self, monkeypatch):
        from dagster_project.auditing import ranges
        from dagster_project.forms import registry

        loaded = registry.load
        bad = loaded("ranges").with_columns(columns=pl.lit("totals"))
        monkeypatch.setattr(registry, "load", lambda name: bad if name == "ranges" else loaded(name))
        ranges.ranges.cache_clear()
        with pytest.raises(Unusable, match=r"ranges.csv, line 2: expected a column of table requests, found 'totals'"):
            review.require_review(self.archive())
        ranges.ranges.cache_clear()
