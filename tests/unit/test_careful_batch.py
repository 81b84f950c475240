"""Which documents the careful lane takes: those that print the form, in lines of their own or in one."""

from hashlib import sha256
from pathlib import Path

import pytest
from test_careful_lane import BALANCED, HEAD, NONE, ROWS

from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source

HEADING = "三、收到和处理政府信息公开申请情况"
PERIOD = "统计期限为2023年1月1日至2023年12月31日。"
GLUED = "".join(HEAD) + "".join(label + "".join(BALANCED.get(row, NONE)) for row, label in ROWS.items())


def outcome(folder: Path, text: str) -> tuple[str, str | None, str | None]:
    content = text.encode()
    (folder / "a.txt").write_bytes(content)
    frames = read_batch([Source("a.txt", sha256(content).hexdigest(), "undated", "text")], folder)
    return frames["documents"].select("outcome", "reason_code", "form").row(0)


@pytest.mark.parametrize("between", ["", "\n"])
def test_a_report_without_a_title_is_known_by_its_table(tmp_path: Path, between: str) -> None:
    assert outcome(tmp_path, f"首页当前位置{PERIOD}{between}{HEADING}{between}{GLUED}") == ("quarantined", "body_unknown", "2021")


def test_a_page_that_quotes_the_heading_is_no_report(tmp_path: Path) -> None:
    assert outcome(tmp_path, f"{PERIOD}{HEADING}" + "本站说明如何填写本章。" * 60)[0] == "not_a_report"


def test_a_report_is_known_by_its_chapters_when_its_title_and_its_values_are_lost(tmp_path: Path) -> None:
    chapters = ["第一部分 总体情况", "第二部分 主动公开政府信息情况", f"第三部分 {HEADING[2:]}", "第五部分 存在的主要问题及改进情况"]
    text = "\n".join([PERIOD, *chapters, *HEAD, *ROWS.values()])
    assert outcome(tmp_path, text)[:2] == ("quarantined", "no_form_table")
    # One of them is quoted by pages about the form.
    assert outcome(tmp_path, f"{PERIOD}\n{HEADING}\n本站说明如何填写本章。")[0] == "not_a_report"
