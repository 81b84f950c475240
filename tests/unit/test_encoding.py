"""Characters come out as they were written, or the document says why not."""

import pytest

from dagster_project.documents.encoding import decode
from dagster_project.documents.pieces import Unreadable

TEXT = "某区城市管理局2021年政府信息公开工作年度报告：本年度收到申请12件，不予公开3件。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_text_is_decoded_whatever_it_declares(encoding):
    assert decode(TEXT.encode(encoding))[0] == TEXT
    declared = f'<meta charset="gb2312">{TEXT}'
    assert decode(declared.encode(encoding))[0] == declared


def test_traditional_text_in_big5_is_decoded():
    text = "上海市長寧區政府信息公開年報，本年度收到申請的情況不多，公開工作年度報告"
    assert decode(text.encode("big5hkscs"))[0] == text


def test_a_file_cut_inside_a_character_keeps_the_rest():
    assert decode(TEXT.encode()[:-1])[0][:-1] == TEXT[:-1]


def test_damaged_bytes_leave_a_mark_and_not_another_character():
    content = bytearray((TEXT * 40).encode())
    content[300] = 0xFF
    assert "\ufffd" in decode(bytes(content))[0]


@pytest.mark.parametrize("content", [bytes(range(128, 256)) * 20, b"\x81\xff" * 100])
def test_bytes_that_are_no_text_are_refused_with_a_sentence(content):
    with pytest.raises(Unreadable) as refused:
        decode(content)
    assert refused.value.code == "unknown_encoding"
    assert "found" in refused.value.detail
