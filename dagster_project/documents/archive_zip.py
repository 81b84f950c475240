"""ZIP archives: each member a document of its own, under the name it bears there.

Here: names as Chinese tools write them, what is no member at all (folders, litter of operating systems), what is not taken
out and why. Not here: reading members; archives inside archives, which are refused where members are read.

Nothing is ever written to disk, and nothing is unpacked before its size is known to be bearable: the sizes an archive states
are checked first and never believed.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from unicodedata import category

from dagster_project.documents import json_export
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Member, Unreadable

KINDS = ("zip",)

MOST_MEMBERS = 10_000
# As a file outside an archive may be.
LARGEST_MEMBER = 32 * 1024 * 1024
# All members of one archive are in memory at once.
LARGEST_UNPACKED = 256 * 1024 * 1024
# Markup of a word processor packs to a fortieth; what packs to less than this is made to burst.
_GREATEST_RATIO = 200
# Below this a ratio says nothing: a blank page packs well too.
_RATIO_ASKED_FROM = 1024 * 1024
_MEBIBYTE = 1024 * 1024
_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
# Info-ZIP's extra field with the name in UTF-8 beside the one in the writer's code page: version, CRC-32 of that one, name.
_UNICODE_NAME = 0x7075
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)", re.IGNORECASE)
_LOCAL_HEADER = 30
# What the standard library raises for bytes that are no sound archive.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def members(content: bytes, name: str) -> Iterator[Member]:
    """Yield the documents of an archive in the order of its directory; one that cannot be taken out says why.

    Raises:
        Unreadable: the archive has no readable directory (damaged_archive), or it is made to burst (archive_bomb).
    """
    archive, entries = _opened(content)
    with archive:
        _refuse_bombs(entries)
        names = _Names()
        for entry in entries:
            path = _path(entry)
            if entry.is_dir() or path.endswith("/") or _LITTER.search(path):
                continue
            unique = names.unique(_shown(path))
            try:
                _refuse_entry(entry, path)
                unpacked = _unpacked(archive, entry)
            except Unreadable as problem:
                yield Member(unique, problem=problem)
                continue
            if sniff(unpacked, path) == "json":
                yield from _members_of_json(unique, unpacked, names)
            else:
                yield Member(unique, unpacked)


def _opened(content: bytes) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    # Each entry of the directory begins with these bytes: counted first, because listing a million takes a gigabyte.
    listed = content.count(b"PK\x01\x02")
    if listed > 20 * MOST_MEMBERS:
        raise _too_many(listed)
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        return archive, archive.infolist()
    except _DAMAGED as error:
        raise _damaged(str(error)) from None


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_MEMBERS:
        raise _too_many(len(entries))
    stated = sum(entry.file_size for entry in entries)
    if stated > LARGEST_UNPACKED:
        raise _bomb(
            f"Expected at most {LARGEST_UNPACKED // _MEBIBYTE} MiB unpacked, found members of {stated / _MEBIBYTE:.0f} MiB."
        )
    if any(entry.header_offset < 0 for entry in entries):
        raise _damaged("its directory points before its beginning: a volume of several, or cut off")
    # Members that share their bytes make a small archive burst without any great ratio.
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise _bomb(
                f"Expected members beside each other, found {_shown(_path(entry))} inside the bytes of another."
            )
        end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size


def _refuse_entry(entry: zipfile.ZipInfo, path: str) -> None:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", path) or "\x00" in path:
        raise Unreadable(
            "unsafe_path",
            f"Expected a name inside the archive, found {_shown(path)}, which leads out of it. Pack the archive again.",
            "intake",
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unreadable(
            "not_a_file",
            "Expected a regular file as member, found a link or a device. Pack the file itself into the archive.",
            "intake",
        )
    if entry.flag_bits & _ENCRYPTED:
        raise Unreadable(
            "encrypted",
            "Expected a member that can be read, found one locked by a password. Unpack it and put the report into the archive.",
            "intake",
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable(
            "unsupported_compression",
            f"Expected a member that is stored or deflated, found compression method {entry.compress_type}. Pack the archive "
            "again as an ordinary ZIP file.",
            "intake",
        )
    if entry.file_size > LARGEST_MEMBER:
        raise Unreadable(
            "too_large",
            f"Expected a member of at most {LARGEST_MEMBER // _MEBIBYTE} MiB, found {entry.file_size / _MEBIBYTE:.0f} MiB. "
            "Supply the report itself, without attachments.",
            "intake",
        )
    if entry.file_size > max(_RATIO_ASKED_FROM, _GREATEST_RATIO * entry.compress_size):
        raise _bomb(
            f"Expected a member packed to no less than 1/{_GREATEST_RATIO} of its size, found {entry.file_size} bytes packed "
            f"into {entry.compress_size}."
        )


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
    except _DAMAGED as error:
        raise Unreadable(
            "damaged_member",
            f"Expected a member whose bytes are whole, found a damaged one ({error}). Fetch the archive again from its source.",
            "intake",
        ) from None
    if not content:
        raise Unreadable("empty", "The member has no bytes. Fetch the archive again from its source.", "intake")
    return content


def _members_of_json(name: str, content: bytes, names: "_Names") -> Iterator[Member]:
    try:
        for member in json_export.members(content, name):
            yield replace(member, name=names.unique(f"{name}#{member.name}"))
    except Unreadable as problem:
        yield Member(name, problem=problem)


def _path(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry as its writer meant it, with forward slashes."""
    if entry.flag_bits & _NAME_IS_UTF8:
        name = entry.orig_filename
    else:
        # The standard library has read the bytes as code page 437, which has a character for every byte.
        raw = entry.orig_filename.encode("cp437")
        name = _unicode_name(entry, raw) or _decoded(raw)
    return name.replace("\\", "/")


def _unicode_name(entry: zipfile.ZipInfo, raw: bytes) -> str | None:
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_NAME and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            try:
                return field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
    return None


def _decoded(raw: bytes) -> str:
    """Decode a name whose encoding nobody states: UTF-8 without its flag, GBK as Chinese Windows writes, else code page 437."""
    try:
        name = raw.decode("utf-8")
        # Two hanzi in GBK may be two letters with accents in UTF-8; no file of an archive of reports is named by those.
        if name.isascii() or any(character > "\u2e7f" for character in name):
            return name
    except UnicodeDecodeError:
        pass  # not UTF-8: the next encoding is asked
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _shown(path: str) -> str:
    """Return a name that can be stored and printed: control characters and lone surrogates become \\xNN."""
    return "".join(
        character.encode("unicode_escape").decode("ascii") if category(character) in ("Cc", "Cs") else character
        for character in path
    )


class _Names:
    """Names given to members: two members of one name are told apart by a number before the extension."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def unique(self, name: str) -> str:
        folder, slash, last = name.rpartition("/")
        stem, dot, extension = last.rpartition(".")
        stem, ending = (stem, dot + extension) if stem else (last, "")
        given, number = name, 1
        while given in self._given or not given:
            number += 1
            given = f"{folder}{slash}{stem} ({number}){ending}"
        self._given.add(given)
        return given


def _damaged(how: str) -> Unreadable:
    return Unreadable(
        "damaged_archive",
        f"Expected a ZIP archive with its directory at the end, found a damaged one ({how}). Fetch it again from its source, or "
        "unpack it by hand and supply the reports themselves.",
        "intake",
    )


def _bomb(found: str) -> Unreadable:
    return Unreadable("archive_bomb", f"{found} Nothing of it was unpacked. Supply the reports themselves.", "intake")


def _too_many(count: int) -> Unreadable:
    return _bomb(f"Expected at most {MOST_MEMBERS} members, found {count}.")
