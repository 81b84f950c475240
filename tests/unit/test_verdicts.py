"""Verdicts of people: read as written, refused with the line when they are not as they must be."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.auditing.findings import fingerprint
from dagster_project.auditing.review import ReviewError
from dagster_project.auditing.verdicts import COLUMNS, verdicts
from schemas import VERDICTS

HEAD = ",".join(COLUMNS)
ONE = "00000000000000aa,dismissed,20,26,\"Counted twice, see the letter\",A. Person,2025-03-01"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "verdicts.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_verdicts_are_read_as_written(tmp_path):
    other = "00000000000000bb,confirmed,-1.5,,The body said so,B. Person,2025-04-02"
    found = VERDICTS.validate(verdicts(written(tmp_path, other, "", ONE)))
    assert found.rows() == [
        ("00000000000000aa", "dismissed", Decimal(20), Decimal(26), "Counted twice, see the letter", "A. Person", date(2025, 3, 1), 4),
        ("00000000000000bb", "confirmed", Decimal("-1.5"), None, "The body said so", "B. Person", date(2025, 4, 2), 2),
    ]  # fmt: skip


def test_no_file_and_a_file_without_verdicts_are_no_verdicts(tmp_path):
    assert verdicts(tmp_path / "verdicts.csv").equals(VERDICTS.empty())
    assert verdicts(written(tmp_path)).equals(VERDICTS.empty())


def test_the_file_of_the_project_can_be_read():
    assert verdicts(Path(__file__).parents[2] / "review" / "verdicts.csv").schema == VERDICTS.polars_schema


def test_what_a_spreadsheet_saves_can_be_read(tmp_path):
    path = written(tmp_path, ONE)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert verdicts(path).height == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("aa,dismissed,20,26,because,x,2025-03-01", r"verdicts.csv, line 3: expected a finding_id of 16 hex digits, found 'aa'"),
        ("00000000000000bb,maybe,20,26,because,x,2025-03-01", r"line 3: expected the verdict to be one of confirmed, dismissed, found 'maybe'"),
        ("00000000000000bb,dismissed,twenty,26,because,x,2025-03-01", r"line 3: expected left_value as a number .* found 'twenty'"),
        ("00000000000000bb,dismissed,20,1e3,because,x,2025-03-01", r"line 3: expected right_value as a number .* found '1e3'"),
        ("00000000000000bb,dismissed,20,26, ,x,2025-03-01", r"line 3: expected a reason, found nothing"),
        ("00000000000000bb,dismissed,20,26,because,,2025-03-01", r"line 3: expected who decided, found nothing"),
        ("00000000000000bb,dismissed,20,26,because,x,1.3.2025", r"line 3: expected decided_on as a date .* found '1.3.2025'"),
        ("00000000000000bb,dismissed,20,26,one,two,x,2025-03-01", r"line 3: expected 7 fields, found 8. Put a reason with commas into quotes"),
        ("00000000000000bb,dismissed,20,26,\"because,x,2025-03-01", r"line 3: no CSV: .* Close every quote"),
        (ONE, r"line 3: finding 00000000000000aa is judged in line 2 already"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_refused_with_its_number(tmp_path, line, sentence):
    with pytest.raises(ReviewError, match=sentence):
        verdicts(written(tmp_path, ONE, line))


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(ReviewError, match=r"line 1: expected the columns finding_id,.* found id,verdict"):
        verdicts(written(tmp_path, head="id,verdict"))


def test_another_encoding_is_refused(tmp_path):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + "重复".encode("gb18030"))
    with pytest.raises(ReviewError, match="expected a text in UTF-8"):
        verdicts(path)


def test_the_fingerprint_that_verdicts_are_kept_under_depends_on_rule_and_place_alone():
    # Neither the reader's version nor the auditor's nor the values are in it.
    assert fingerprint("requests.balance.total") == fingerprint("requests.balance.total")
    assert f"{fingerprint('requests.balance.total'):016x}" == "c26123710aa77c7c"
