"""Characters come out as they were written, or the document says why not."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.documents import html
from dagster_project.documents.encoding import decode
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Pieces, Unreadable
from dagster_project.reading.values import classify

TEXT = "某区城市管理局2021年政府信息公开工作年度报告：本年度收到申请12件，不予公开3件。"
LONG = (
    TEXT + "一、总体情况（一）主动公开。二、主动公开政府信息情况（二）依申请公开，三、收到和处理申请情况、办理结果。"
) * 6
TRADITIONAL = "上海市長寧區政府信息公開年報，本年度收到申請的情況不多，公開工作年度報告"


def misread(text: str, written: str, read: str) -> str:
    """Return what Windows shows for bytes written in one encoding and read in another; '?' for what it cannot read."""
    content = text.encode(written)
    shown, at = "", 0
    while at < len(content):
        width = 2 if read == "gbk" and content[at] > 0x80 else 1
        part = content[at : at + width]
        at += width
        if read == "gbk" and part == b"\x80":
            shown += "€"
        elif read == "windows-1252" and part[0] in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
            shown += chr(part[0])
        else:
            shown += part.decode({"gbk": "gb18030"}.get(read, read), "replace").replace("\ufffd", "?")
    return shown


def misread_whole(text: str) -> tuple[str, str]:
    """Return the text, made longer until Windows loses nothing of it, and what Windows shows for it read as GBK."""
    for more in ("", "件", "件件", "一件"):
        shown = misread(text + more, "utf-8", "gbk")
        if "?" not in shown:
            return text + more, shown
    raise AssertionError("Expected a text that can be misread without loss, found none: choose another text.")


CHINESE = "".join(character for character in LONG if not character.isascii())


def refused(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        decode(content)
    return error.value


class TestDeclaredAndUndeclared:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
    )
    @pytest.mark.parametrize(
        "declared", ["", "gb2312", "utf-8", "big5", "iso-8859-1", "utf-16", "no-such", "unicode_escape"]
    )
    def test_text_is_decoded_whatever_it_declares(self, encoding, declared):
        text = f'<meta charset="{declared}"><p>{TEXT}</p>' if declared else TEXT
        assert decode(text.encode(encoding))[0] == text

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_a_declaration_and_the_first_character_may_come_late(self, encoding):
        text = f"<style>{'p{margin:0}' * 4000}</style><meta charset=gb2312><p>{TEXT}</p>"
        assert decode(text.encode(encoding))[0] == text

    @pytest.mark.parametrize("encoding", ["big5", "big5hkscs", "cp950"])
    def test_traditional_text_in_big5_is_decoded(self, encoding):
        assert decode(TRADITIONAL.encode(encoding))[0] == TRADITIONAL
        assert decode(f"<meta charset=gb2312>{TRADITIONAL}".encode(encoding))[0].endswith(TRADITIONAL)

    def test_a_character_of_gb18030_only_is_kept(self):
        text = TEXT + "㐀𠀀€"
        assert decode(text.encode("gb18030")) == (text, "gb18030")

    def test_the_mark_of_utf8_before_text_in_gbk_is_not_believed(self):
        assert decode(b"\xef\xbb\xbf" + TEXT.encode("gbk")) == (TEXT, "gb18030")

    def test_the_mark_of_utf16_before_text_in_utf8_is_not_believed(self):
        assert decode(b"\xff\xfe" + (TEXT + " ").encode()) == (TEXT + " ", "utf-8")

    @pytest.mark.parametrize(("encoding", "kind"), [("utf-16", "html"), ("utf-16-le", "html"), ("utf-16-be", "html")])
    def test_a_page_in_utf16_is_known_as_a_page(self, encoding, kind):
        content = f"<html><body><p>{TEXT}</p></body></html>".encode(encoding)
        assert sniff(content, "a.html") == kind
        assert sniff(content, "a") == kind

    @pytest.mark.parametrize("text", ["ｱｲｳ", "\ue000\ue123", "１２３，４", "①²½", "\u3000\xa0", "〇○"])
    def test_no_character_is_made_another_one(self, text):
        assert decode((TEXT + text).encode())[0] == TEXT + text

    def test_the_zeros_of_a_picture_are_not_taken_for_utf16(self):
        assert sniff(b"\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00" * 50, "a.html") == "unknown"


class TestDamage:
    def test_a_file_cut_inside_a_character_keeps_the_rest(self):
        assert decode(TEXT.encode()[:-1])[0][:-1] == TEXT[:-1]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_damaged_bytes_leave_a_mark_and_do_not_refuse_the_page(self, encoding):
        content = bytearray((TEXT * 40).encode(encoding))
        content[300:302] = b"\x00\xd8" if encoding == "utf-16" else b"\xff\xff"
        text = decode(bytes(content))[0]
        assert "\ufffd" in text
        assert text.count(TEXT) >= 38

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    @pytest.mark.parametrize("damage", [b"\xff", b"\x80", b"\xe5", b"\xb2", b"\xe5\xb9", b"\xfe\xfe", b"\x81"])
    @pytest.mark.parametrize("cell", [b"1%b", b"%b1", b"1%b2", b"1.%b5", b"1%b,234"])
    def test_digits_beside_a_damaged_byte_are_never_a_number(self, encoding, damage, cell):
        before, after = (LONG + "<table><tr><td>").encode(encoding), ("</td></tr></table>" + LONG).encode(encoding)
        pieces = Pieces()
        pieces.begin()
        html.read(before + cell % damage + after, pieces)
        shown = [text for text in pieces.texts if any(character.isdigit() for character in text)]
        assert shown
        kinds = classify(pl.Series("text", shown)).select("kind", "value").rows()
        assert kinds == [("ambiguous", None)] * len(shown)

    @pytest.mark.parametrize("content", [bytes(range(128, 256)) * 20, b"\x81\xff" * 100])
    def test_bytes_that_are_no_text_are_refused_with_a_sentence(self, content):
        error = refused(content)
        assert error.code == "unknown_encoding"
        assert "found" in error.detail

    @given(st.binary(max_size=200))
    def test_any_bytes_are_text_or_refused(self, content):
        try:
            text, encoding = decode(content)
        except Unreadable as error:
            assert error.code in ("unknown_encoding", "mojibake", "characters_lost")
        else:
            assert isinstance(text, str)
            assert encoding


class TestMojibake:
    @pytest.mark.parametrize("read", ["latin-1", "windows-1252"])
    @pytest.mark.parametrize("written", ["utf-8", "gb18030"])
    @pytest.mark.parametrize("saved", ["utf-8", "utf-8-sig", "utf-16"])
    def test_text_read_as_a_western_one_is_put_back(self, written, read, saved):
        text, encoding = decode(misread(LONG, written, read).encode(saved))
        assert text == LONG
        assert encoding == f"{saved} (mojibake of {encoding.split()[-2]} reversed)"

    @pytest.mark.parametrize(
        "text", [CHINESE, "一、总体情况，二、公开。" * 10, "政府信息公开，年度报告。（件数、办理情况）" * 10]
    )
    def test_text_read_as_gbk_is_put_back(self, text):
        written, shown = misread_whole(text)
        assert decode(shown.encode()) == (written, "utf-8 (mojibake of gb18030 reversed)")

    def test_the_lone_byte_80_that_windows_shows_as_the_euro_sign_is_put_back(self):
        written, shown = misread_whole("一、总体情况，二、公开。" * 10)
        assert shown.startswith("涓€銆")
        assert decode(shown.encode())[0] == written

    @pytest.mark.parametrize("lost", ["?", "\ufffd", ""])
    @pytest.mark.parametrize("at", [0, 40, 41, -1])
    def test_one_character_lost_on_the_way_refuses_the_whole(self, lost, at):
        shown = list(misread_whole(CHINESE)[1])
        shown[at] = lost
        error = refused("".join(shown).encode())
        assert error.code == "mojibake"
        assert "source" in error.detail

    def test_what_windows_itself_loses_before_a_tag_refuses_the_whole(self):
        shown = misread("".join(f"<p>{part}，公</p>" for part in CHINESE), "utf-8", "gbk")
        assert "?" in shown
        assert refused(shown.encode()).code == "mojibake"

    def test_a_misread_part_beside_sound_text_refuses_the_whole(self):
        assert refused((LONG + misread_whole(CHINESE)[1]).encode()).code == "mojibake"

    @pytest.mark.parametrize("name", ["锛", "锛锛锛", "£5 ¡hola! ï ã"])
    def test_a_rare_character_in_sound_text_changes_nothing(self, name):
        assert decode((LONG * 10 + name).encode())[0] == LONG * 10 + name

    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
    def test_what_is_put_back_is_what_was_written(self, more):
        whole = LONG + more
        for read in ("latin-1", "windows-1252"):
            assert decode(misread(whole, "utf-8", read).encode())[0] == whole


class TestCharactersLost:
    def test_rows_of_question_marks_in_place_of_text_are_refused(self):
        error = refused(b'{"title": "??????2023?????????", "text": "????????????????????", "n": 12}')
        assert error.code == "characters_lost"
        assert "question marks" in error.detail

    def test_question_marks_beside_sound_navigation_are_refused(self):
        assert refused((TEXT * 3 + "？？？？？？？" * 40).encode()).code == "characters_lost"

    def test_marks_of_lost_characters_everywhere_are_refused(self):
        assert refused(("\ufffd\ufffd公开\ufffd\ufffd\ufffd信息" * 30).encode()).code == "characters_lost"

    @pytest.mark.parametrize("some", ["\ufffd", "?", "???", "http://x/?a=1&b=?", "？" * 8])
    def test_a_few_refuse_nothing(self, some):
        assert decode((TEXT * 10 + some).encode())[0] == TEXT * 10 + some
