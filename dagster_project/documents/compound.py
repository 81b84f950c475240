"""Compound files (OLE, [MS-CFB]): the container of .doc, .xls, .wps, .et and of encrypted Office files.

Here: the directory and single streams, bounded by the size of the file. Not here: what a stream holds.
"""

import struct
from collections.abc import Iterator

from dagster_project.documents.pieces import Unreadable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_FREE = 0xFFFFFFFA  # this number and those above it name no sector
_STREAM = 2
_CHAIN_END, _TABLE_SECTOR = 0xFFFFFFFE, 0xFFFFFFFD
_NO_ENTRY = 0xFFFFFFFF
_SUMMARY = "\x05SummaryInformation"
_CODE_PAGE, _TITLE, _UNICODE = 1, 2, 31
_CODE_PAGES = {65001: "utf-8", 1200: "utf-16-le", 936: "gb18030"}
# Streams shorter than this stand in the small sectors of the root entry, unless the header says another bound.
_SECTOR_SHIFTS = (9, 12)
_SMALL_SHIFT = 6


class CompoundFile:
    """One compound file. ``streams`` are the names of the streams of its root storage.

    Raises:
        Unreadable: the header, the directory or a chain of sectors is broken ("damaged").
    """

    def __init__(self, content: bytes):
        if len(content) < _HEADER_BYTES or not content.startswith(MAGIC):
            raise _damaged("its header")
        self._content = content
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if shift not in _SECTOR_SHIFTS or small_shift != _SMALL_SHIFT:
            raise _damaged("its header")
        self._sector = 1 << shift
        self._sectors = (len(content) - 1) // self._sector
        directory, _, self._small_below, small_table, _, next_difat = struct.unpack_from("<IIIIII", content, 48)
        self._table = self._allocation(next_difat)
        self._entries = self._directory(self._chain(directory))
        if not self._entries:
            raise _damaged("its directory")
        self._small_table = _integers(self._chain(small_table)) if small_table < _FREE else ()
        self._small: bytes | None = None
        self.streams = {
            name: index for index, name in self._children(self._entries[0][1]) if self._entries[index][3] == _STREAM
        }

    def read(self, name: str) -> bytes:
        """Return the bytes of a stream of the root storage.

        Raises:
            KeyError: there is no such stream. Unreadable: its sectors are broken.
        """
        _, _, _, _, start, size = self._entries[self.streams[name]]
        if size >= self._small_below:
            found = self._chain(start)
        else:
            if self._small is None:
                self._small = self._chain(self._entries[0][4])
            steps = len(self._small) >> _SMALL_SHIFT
            found = b"".join(
                self._small[at << _SMALL_SHIFT : (at + 1) << _SMALL_SHIFT]
                for at in _followed(start, self._small_table, steps + 1)
            )
        if len(found) < size:
            raise _damaged(f"its stream {name}")
        return found[:size]

    def _allocation(self, next_difat: int) -> tuple[int, ...]:
        places = [at for at in struct.unpack_from("<109I", self._content, 76) if at < _FREE]
        seen: set[int] = set()
        while next_difat < _FREE:
            if next_difat in seen:
                raise _damaged("its list of sectors")
            seen.add(next_difat)
            more = _integers(self._at(next_difat))
            places += [at for at in more[:-1] if at < _FREE]
            next_difat = more[-1]
        if len(places) > self._sectors:
            raise _damaged("its list of sectors")
        return tuple(number for at in places for number in _integers(self._at(at)))

    def _at(self, sector: int) -> bytes:
        first = (sector + 1) * self._sector
        found = self._content[first : first + self._sector]
        if not found:
            raise _damaged("a sector")
        return found + b"\0" * (self._sector - len(found))

    def _chain(self, start: int) -> bytes:
        return b"".join(self._at(at) for at in _followed(start, self._table, self._sectors))

    def _directory(self, content: bytes) -> list[tuple[str, int, tuple[int, int], int, int, int]]:
        entries = []
        for at in range(0, len(content) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            name, length, kind, _, left, right, child = struct.unpack_from("<64sHBBIII", content, at)
            start, size = struct.unpack_from("<IQ", content, at + 116)
            text = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            entries.append((text, child, (left, right), kind, start, size & 0xFFFFFFFF))
        return entries

    def _children(self, first: int) -> Iterator[tuple[int, str]]:
        waiting, seen = [first], set()
        while waiting:
            index = waiting.pop()
            if index == _NO_ENTRY or index in seen:
                continue
            if index >= len(self._entries):
                raise _damaged("its directory")
            seen.add(index)
            yield index, self._entries[index][0]
            waiting += self._entries[index][2]


def wrapped(name: str, stream: bytes) -> bytes:
    """Return a sound compound file of one stream: what a library that trusts the container may be given.

    It has sectors of 4096 bytes, so that its table of sectors has room in the header for a stream of 400 MiB.
    """
    sector = 1 << _SECTOR_SHIFTS[1]
    each = sector // 4
    stream = stream.ljust(max(sector, -len(stream) % sector + len(stream)), b"\0")
    count = len(stream) // sector
    tables = 1
    while tables * each < tables + 2 + count:
        tables += 1
    # First the table, then the directory, then an empty sector for small streams (some readers miss it), then the stream.
    table = [_TABLE_SECTOR] * tables + [_CHAIN_END, _CHAIN_END]
    table += [*range(tables + 3, tables + 2 + count), _CHAIN_END]
    table += [_NO_ENTRY] * (tables * each - len(table))
    places = [*range(tables), *[_NO_ENTRY] * (109 - tables)]
    header = MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, _SECTOR_SHIFTS[1], _SMALL_SHIFT)
    header += struct.pack("<III4xIIIII", 1, tables, tables, 4096, _CHAIN_END, 0, _CHAIN_END, 0)
    header += struct.pack("<109I", *places)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        coded = title.encode("utf-16-le") + b"\0\0"
        around = (kind, 1, _NO_ENTRY, _NO_ENTRY, child)
        return struct.pack("<64sHBBIII36xIQ", coded, len(coded), *around, start, size)

    directory = entry("Root Entry", 5, 1, tables + 1, 0) + entry(name, _STREAM, _NO_ENTRY, tables + 2, len(stream))
    return b"".join(
        (
            header.ljust(sector, b"\0"),
            struct.pack(f"<{tables * each}I", *table),
            directory.ljust(sector, b"\0"),
            bytes(sector),
            stream,
        )
    )


def title_of(content: bytes) -> str | None:
    """Return the title among the properties of a compound file ([MS-OLEPS]); None when it has none that can be read."""
    try:
        compound = CompoundFile(content)
        found = compound.read(_SUMMARY) if _SUMMARY in compound.streams else b""
        at = struct.unpack_from("<I", found, 44)[0]
        count = struct.unpack_from("<I", found, at + 4)[0]
        places = dict(struct.unpack_from("<II", found, at + 8 + 8 * number) for number in range(min(count, 64)))
        kind, length = struct.unpack_from("<II", found, at + places[_TITLE])
        text = found[at + places[_TITLE] + 8 :]
        page = struct.unpack_from("<H", found, at + places[_CODE_PAGE] + 4)[0] if _CODE_PAGE in places else 1252
        if kind == _UNICODE:
            return text[: 2 * length].decode("utf-16-le").rstrip("\0") or None
        return text[:length].decode(_CODE_PAGES.get(page, f"cp{page}")).rstrip("\0") or None
    except (Unreadable, struct.error, KeyError, LookupError, UnicodeDecodeError):
        return None  # properties are an aid, and a file without them is whole


def _followed(start: int, table: tuple[int, ...], most: int) -> Iterator[int]:
    # A chain that is longer than the file runs in a circle.
    steps = 0
    while start < _FREE:
        steps += 1
        if start >= len(table) or steps > most:
            raise _damaged("a chain of sectors")
        yield start
        start = table[start]


def _integers(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _damaged(what: str) -> Unreadable:
    return Unreadable(
        "damaged",
        f"Expected a sound Office file of the older kind (compound file), found {what} broken. Fetch the file again, or "
        "open it in an office program and save it as .docx or .xlsx.",
    )
