"""Office files made by hand for tests: ZIP packages and compound files, sound or not."""

import io
import struct
import zipfile

_NOTHING, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512
_SMALL_BELOW = 4096


def packed(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP file of parts by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def repacked(content: bytes, **changes: tuple[str, str]) -> bytes:
    """The package with texts replaced: ``sheet1=(old, new)`` for the part whose name ends in sheet1.xml."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            stem = name.rpartition("/")[2].removesuffix(".xml")
            if stem in changes:
                old, new = changes[stem]
                assert old.encode() in part, f"{old} is not in {name}"
                part = part.replace(old.encode(), new.encode(), 1)
            parts[name] = part
    return packed(parts)


def compound(name: str, stream: bytes = b"") -> bytes:
    """A compound file with one stream: header, allocation table, directory, the stream's sectors.

    Shorter streams would stand in sectors of another size, which half of all programs take for granted.
    """
    stream = stream.ljust(_SMALL_BELOW, b"\0") if stream else b""
    count = (len(stream) + _SECTOR - 1) // _SECTOR
    assert count <= 120
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<III4xIIIII", 0, 1, 1, _SMALL_BELOW, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_NOTHING] * 108)
    chain = [at + 1 for at in range(2, 2 + count)]
    if chain:
        chain[-1] = _END
    table = struct.pack("<128I", _TABLE, _END, *chain, *[_NOTHING] * (126 - count))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        coded = title.encode("utf-16-le") + b"\0\0"
        return struct.pack("<64sHBBIII36xIQ", coded, len(coded), kind, 1, _NOTHING, _NOTHING, child, start, size)

    directory = entry("Root Entry", 5, 1, _END, 0)
    directory += entry(name, 2, _NOTHING, 2 if count else _END, len(stream)) + bytes(2 * 128)
    return header + table + directory + stream.ljust(count * _SECTOR, b"\0")


def record(opcode: int, data: bytes = b"") -> bytes:
    """One record of an older Excel workbook."""
    return struct.pack("<HH", opcode, len(data)) + data
