"""An archive gives each of its documents, under its right name, and never more than a laptop bears."""

import io
import json
import random
import stat
import struct
import warnings
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.documents import archive_zip
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Member, Unreadable

PAGE = "<html><body><p>某县某局2021年政府信息公开工作年度报告</p></body></html>".encode()


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of names that stand twice
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, content in entries:
                archive.writestr(name, content)
    return buffer.getvalue()


def members(content: bytes) -> list[Member]:
    return list(archive_zip.members(content, "a.zip"))


def names(content: bytes) -> list[str]:
    return [member.name for member in members(content)]


def problem(content: bytes) -> Unreadable:
    (member,) = members(content)
    assert member.problem is not None
    assert member.content == b""
    return member.problem


def refused(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        members(content)
    return error.value


def named_in(name: bytes, flag_utf8: bool = False, extra: bytes = b"") -> bytes:
    """Return an archive of one stored page whose name has these bytes, as tools write it that zipfile does not write."""
    flags, crc = 0x800 if flag_utf8 else 0, zlib.crc32(PAGE)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, flags, 0, 0, 33, crc, len(PAGE), len(PAGE), len(name), 0) + name
    central = struct.pack(
        "<4s6H3I5H2I",
        b"PK\x01\x02",
        20,
        20,
        flags,
        0,
        0,
        33,
        crc,
        len(PAGE),
        len(PAGE),
        len(name),
        len(extra),
        0,
        0,
        0,
        0,
        0,
    )
    central += name + extra
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local) + len(PAGE), 0)
    return local + PAGE + central + end


class TestMembers:
    def test_each_member_is_a_document_in_the_order_of_the_directory(self):
        content = packed(("2021/b.html", PAGE), ("a.html", PAGE + b"a"), ("2021/a.html", PAGE + b"b"))
        assert [(member.name, member.content) for member in members(content)] == [
            ("2021/b.html", PAGE),
            ("a.html", PAGE + b"a"),
            ("2021/a.html", PAGE + b"b"),
        ]

    def test_folders_and_litter_are_no_members(self):
        litter = [
            "docs/",
            "__MACOSX/docs/._a.html",
            "docs/.DS_Store",
            "Thumbs.db",
            "docs/thumbs.DB",
            "desktop.ini",
            "docs/._a.html",
        ]
        assert names(
            packed(*((name, b"" if name.endswith("/") else b"x") for name in litter), ("docs/a.html", PAGE))
        ) == ["docs/a.html"]

    def test_an_archive_of_folders_only_has_no_members(self):
        assert members(packed(("docs/", b""))) == []
        assert members(packed()) == []
        assert sniff(packed(), "a.zip") == "zip"

    def test_names_that_stand_twice_are_told_apart_and_both_kept(self):
        content = packed(
            ("a.html", b"1"), ("a.html", b"2"), ("a (2).html", b"3"), ("b/a", b"4"), ("b/a", b"5"), ("a.html", b"6")
        )
        assert [(member.name, member.content) for member in members(content)] == [
            ("a.html", b"1"),
            ("a (2).html", b"2"),
            ("a (2) (2).html", b"3"),
            ("b/a", b"4"),
            ("b/a (2)", b"5"),
            ("a (3).html", b"6"),
        ]

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_stored_and_deflated_members_are_taken_out(self, method):
        assert members(packed(("a.html", PAGE), method=method)) == [Member("a.html", PAGE)]

    def test_an_export_inside_gives_its_documents_under_its_name(self):
        export = json.dumps([{"title": name, "html": "<table><tr><td>1</td></tr></table>"} for name in "甲乙"]).encode()
        found = members(packed(("x/export.json", export), ("bad.json", b'{"a": '), ("a.html", PAGE)))
        assert [member.name for member in found] == [
            "x/export.json#/0/html",
            "x/export.json#/1/html",
            "bad.json",
            "a.html",
        ]
        assert found[2].problem.code == "bad_json"

    def test_an_archive_inside_is_handed_on_as_what_it_is(self):
        inner = packed(("a.html", PAGE))
        assert members(packed(("inner.zip", inner))) == [Member("inner.zip", inner)]
        assert sniff(inner, "inner.zip") == "zip"


class TestNames:
    NAME = "某区城市管理局/2021年政府信息公开工作年度报告.html"

    def test_names_marked_as_utf8_are_read_so(self):
        assert names(packed((self.NAME, PAGE))) == [self.NAME]
        assert names(named_in(self.NAME.encode(), flag_utf8=True)) == [self.NAME]

    @pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
    def test_names_without_a_mark_are_read_as_chinese_tools_write_them(self, encoding):
        assert names(named_in(self.NAME.encode(encoding))) == [self.NAME]

    @pytest.mark.parametrize("name", ["联通.html", "年报.html", "公开.html", "阜阳.html"])
    def test_short_names_in_gbk_are_not_taken_for_utf8(self, name):
        assert names(named_in(name.encode("gbk"))) == [name]

    def test_a_second_byte_that_is_a_backslash_is_no_separator(self):
        assert "誠".encode("gbk").endswith(b"\\")
        assert names(named_in("誠信局.html".encode("gbk"))) == ["誠信局.html"]

    def test_backslashes_of_windows_tools_are_separators(self):
        assert names(named_in("县\\局\\a.html".encode("gbk"))) == ["县/局/a.html"]

    def test_the_name_in_the_extra_field_is_believed_when_it_is_of_this_name(self):
        raw = b"???.html"
        field = struct.pack("<BI", 1, zlib.crc32(raw)) + self.NAME.encode()
        extra = struct.pack("<HH", 0x7075, len(field)) + field
        assert names(named_in(raw, extra=extra)) == [self.NAME]
        other = extra[:5] + b"\x00\x00\x00\x00" + extra[9:]
        assert names(named_in(raw, extra=other)) == ["???.html"]

    def test_names_that_nobody_writes_in_chinese_are_read_as_dos_does(self):
        assert names(named_in("résumé.html".encode("cp437"))) != []
        assert names(named_in(b"\xff\xff.html")) == ["\xa0\xa0.html"]

    def test_control_characters_in_names_are_shown(self):
        assert names(named_in(b"a\x1b[31m\n.html")) == ["a\\x1b[31m\\n.html"]
        assert names(named_in("某\u3000局.html".encode())) == ["某\u3000局.html"]


class TestRefusedMembers:
    @pytest.mark.parametrize(
        "name",
        [
            "../a.html",
            "x/../../a.html",
            "/etc/passwd",
            "C:/a.html",
            "c:a.html",
            "..\\a.html",
            "\\\\host\\a.html",
            "a\x00.html",
        ],
    )
    def test_a_name_that_leads_out_of_the_archive_is_refused(self, name):
        error = problem(named_in(name.encode()))
        assert error.code == "unsafe_path"

    @pytest.mark.parametrize("name", ["a..html", "..a/b.html", "a/...html", "年报:1.html"])
    def test_a_name_that_only_looks_so_is_not(self, name):
        assert members(named_in(name.encode()))[0].problem is None

    @pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
    def test_links_and_devices_are_refused(self, mode):
        entry = zipfile.ZipInfo("a.html")
        entry.create_system, entry.external_attr = 3, (mode | 0o777) << 16
        assert problem(packed((entry, b"/etc/passwd"))).code == "not_a_file"

    def test_members_locked_by_a_password_are_refused_and_the_others_read(self):
        content = bytearray(packed(("a.html", PAGE), ("b.html", PAGE)))
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(signature) + offset] |= 1
        locked, read = members(bytes(content))
        assert locked.problem.code == "encrypted"
        assert "password" in locked.problem.detail
        assert read.content == PAGE

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_methods_that_cannot_be_unpacked_within_bounds_are_refused(self, method):
        assert problem(packed(("a.html", PAGE), method=method)).code == "unsupported_compression"

    def test_a_member_with_a_damaged_byte_is_refused_and_the_others_read(self):
        content = bytearray(packed(("a.html", PAGE), ("b.html", PAGE), method=zipfile.ZIP_STORED))
        content[content.index(PAGE) + 30] ^= 1
        damaged, read = members(bytes(content))
        assert damaged.problem.code == "damaged_member"
        assert read.content == PAGE

    def test_a_member_without_bytes_is_refused(self):
        assert problem(packed(("a.html", b""))).code == "empty"

    def test_a_member_that_is_larger_than_it_says_is_cut_and_refused(self):
        content = bytearray(packed(("a.html", PAGE * 1000)))
        at = content.index(b"PK\x01\x02") + 24
        content[at : at + 4] = struct.pack("<I", 100)
        assert problem(bytes(content)).code == "damaged_member"


class TestRefusedArchives:
    @pytest.mark.parametrize("keep", [slice(0, -30), slice(0, 100), slice(0, 4)])
    def test_an_archive_without_its_directory_is_refused_with_what_to_do(self, keep):
        error = refused(packed(("a.html", PAGE), ("b.html", PAGE))[keep])
        assert error.code == "damaged_archive"
        assert "again" in error.detail

    def test_an_archive_in_several_volumes_is_refused(self):
        content = bytearray(packed(("a.html", PAGE)))
        at = content.index(b"PK\x05\x06")
        content[at + 4 : at + 8] = struct.pack("<HH", 3, 3)
        content[at + 16 : at + 20] = struct.pack("<I", 10_000_000)
        assert refused(bytes(content)).code == "damaged_archive"

    def test_a_member_that_packs_too_well_is_refused(self):
        error = problem(packed(("a.html", b"0" * 20 * 1024 * 1024)))
        assert error.code == "archive_bomb"

    def test_markup_of_a_word_processor_packs_well_and_is_read(self):
        chance = random.Random(1)
        cell = '<td style="mso-style-name:正文;border:solid windowtext 1.0pt;padding:0cm 5.4pt"><p class=MsoNormal>{}</p></td>'
        page = "".join(cell.format(chance.randrange(1000)) for _ in range(15_000)).encode()
        assert len(page) > 1024 * 1024
        assert members(packed(("a.html", page)))[0].problem is None

    def test_too_large_a_member_is_refused(self, monkeypatch):
        monkeypatch.setattr(archive_zip, "LARGEST_MEMBER", 100)
        assert problem(packed(("a.html", PAGE * 10))).code == "too_large"

    def test_members_that_are_too_large_together_refuse_the_archive(self, monkeypatch):
        monkeypatch.setattr(archive_zip, "LARGEST_UNPACKED", 1000)
        assert refused(packed(*((f"{number}.html", PAGE) for number in range(20)))).code == "archive_bomb"

    def test_too_many_members_refuse_the_archive(self, monkeypatch):
        monkeypatch.setattr(archive_zip, "MOST_MEMBERS", 5)
        many = packed(*((f"{number}.html", b"x") for number in range(6)))
        assert refused(many).code == "archive_bomb"
        monkeypatch.setattr(archive_zip, "MOST_MEMBERS", 0)
        assert "found 6" in refused(many).detail

    def test_members_that_share_their_bytes_refuse_the_archive(self):
        """The bomb without a great ratio: many entries of the directory point at one packed member."""
        content = packed(("a.html", b"0" * 900_000))
        at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
        entry = content[at:end]
        entries = b"".join(entry.replace(b"a.html", b"%c.html" % letter) for letter in b"abcdefgh")
        closing = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 8, 8, len(entries), at, 0)
        assert refused(content[:at] + entries + closing).code == "archive_bomb"

    def test_an_archive_that_holds_itself_is_one_member_and_not_opened(self):
        inner = packed(("a.html", PAGE))
        outer = packed(("quine.zip", inner), method=zipfile.ZIP_STORED)
        assert names(outer) == ["quine.zip"]


@pytest.fixture(scope="module")
def sample() -> bytes:
    return packed(
        ("县/a.html", PAGE), ("b.json", b'{"html": "<table><tr><td>1</td></tr></table>"}'), ("mimetype", b"x")
    )


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_whatever_is_damaged_ends_in_members_or_a_reason(sample, data):
    content = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(4, len(content)))])
    if sniff(content, "a.zip") == "zip":
        try:
            found = members(content)
        except Unreadable as error:
            assert error.code in ("damaged_archive", "archive_bomb")
        else:
            assert len({member.name for member in found}) == len(found)
            assert all((member.problem is None) == bool(member.content) for member in found)
