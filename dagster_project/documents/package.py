"""Office Open XML packages: the ZIP files that .docx and .xlsx are.

Here: opening within bounds, parts by their relationships, XML without entities. Not here: what a part says.

A part is decompressed only when it is asked for and never beyond the size its entry declares, so a bomb costs nothing.
A document type declaration is refused as a whole: office programs write none, and entities are how XML reads other files.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from lxml import etree

from dagster_project.documents.compound import MAGIC
from dagster_project.documents.pieces import Unreadable

# A report of hundreds of pages is some ten megabytes of XML. A tree of XML takes up to thirty times the memory of its text.
LARGEST_PART = 32 * 1024 * 1024
LARGEST_TOGETHER = 64 * 1024 * 1024
# Office programs' XML packs to a tenth or a fortieth of its size, a bomb to a thousandth. Small parts are harmless either way.
HIGHEST_RATIO = 120
_RATIO_ASKED_ABOVE = 4 * 1024 * 1024
MOST_PARTS = 5000
_MEBIBYTE = 1024 * 1024
_ENCRYPTED_FLAG = 0x1
_OFFICE_DOCUMENT = "officeDocument"


class Package:
    """One package. ``what`` names it in sentences for people, as in "a Word document (.docx)".

    Raises:
        Unreadable: it is encrypted, no sound ZIP file, or too large once decompressed.
    """

    def __init__(self, content: bytes, what: str):
        self._what = what
        if content.startswith(MAGIC):
            raise Unreadable(
                "encrypted",
                f"Expected {what} that opens without a password, found an encrypted one. Remove the password and supply it again.",
            )
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise self._damaged(str(error)) from None
        entries = self._zip.infolist()
        if len(entries) > MOST_PARTS:
            raise Unreadable(
                "archive_bomb",
                f"Expected {what} of at most {MOST_PARTS} parts, found {len(entries)}. Supply the report itself.",
            )
        # A name that stands twice is read as its last entry, as zipfile does; names are compared as office programs do.
        self._entries = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in entries}
        self._read_bytes = 0
        self._counted: set[str] = set()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._entries

    @property
    def parts(self) -> list[str]:
        """The names of all parts, in lower case."""
        return list(self._entries)

    def bytes_of(self, part: str) -> bytes:
        """Return the bytes of a part.

        Raises:
            Unreadable: the part is missing, damaged, encrypted or too large.
        """
        entry = self._entries.get(part.lower())
        if entry is None:
            raise self._damaged(f"the part {part} is missing")
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise Unreadable(
                "encrypted",
                f"Expected {self._what} that opens without a password, found encrypted parts. Remove the password and supply it again.",
            )
        if part.lower() not in self._counted:
            self._counted.add(part.lower())
            self._read_bytes += entry.file_size
        packed = entry.file_size > _RATIO_ASKED_ABOVE and entry.file_size > HIGHEST_RATIO * entry.compress_size
        if packed or entry.file_size > LARGEST_PART or self._read_bytes > LARGEST_TOGETHER:
            raise Unreadable(
                "archive_bomb",
                f"Expected {self._what} of at most {LARGEST_TOGETHER // _MEBIBYTE} MiB once decompressed and no part above "
                f"{LARGEST_PART // _MEBIBYTE} MiB, found more (the part {part} has {entry.file_size / _MEBIBYTE:.0f} MiB, packed "
                f"into {entry.compress_size / _MEBIBYTE:.2f}). "
                "Supply the report itself, without attachments.",
            )
        try:
            return self._zip.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise self._damaged(f"the part {part}: {error}") from None

    def xml(self, part: str) -> etree._Element:
        """Return the root of an XML part.

        Raises:
            Unreadable: as ``bytes_of``, or it is no XML, or it declares a document type.
        """
        return parsed(self.bytes_of(part), part, self._what)

    def main_part(self, default: str) -> str:
        """Return the name of the part that the package calls its document, else ``default``."""
        if "_rels/.rels" in self:
            for kind, target in self.related("").values():
                if kind == _OFFICE_DOCUMENT and target in self:
                    return target
        return default

    def repacked(self, wanted: Callable[[str], bool]) -> bytes:
        """Return a package of those parts whose lower-case names are ``wanted``, uncompressed: what a library that does not
        bound decompression itself may be given."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, entry in self._entries.items():
                if wanted(name):
                    archive.writestr(entry.filename.replace("\\", "/").lstrip("/"), self.bytes_of(name))
        return buffer.getvalue()

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to inside the package: relationship id → (kind, name of the part).

        The kind is the last word of the relationship's type, as in "footnotes".
        """
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels") if part else "_rels/.rels"
        if relations not in self:
            return {}
        found = {}
        for node in self.xml(relations).iter("{*}Relationship"):
            if node.get("TargetMode") == "External":
                continue
            target = node.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[node.get("Id", "")] = (node.get("Type", "").rpartition("/")[2], posixpath.normpath(path))
        return found

    def title(self) -> str | None:
        """Return the title among the document's properties; None when it has none."""
        for kind, part in self.related("").values():
            if kind == "core-properties" and part in self:
                return next((node.text for node in self.xml(part).iter("{*}title") if node.text), None)
        return None

    def _damaged(self, why: str) -> Unreadable:
        return Unreadable(
            "damaged",
            f"Expected {self._what}, found a damaged one ({why}). Fetch it again from its source.",
        )


def parsed(content: bytes, part: str, what: str) -> etree._Element:
    """Return the root of XML bytes, refusing document type declarations."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            "damaged",
            f"Expected {what}, found a damaged one (the part {part}: {error}). Fetch it again from its source.",
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(
            "external_entity",
            f"Expected {what} without document type declarations, found one in the part {part}: it can draw in other files "
            "and was not read. Open it in an office program and save it again.",
        )
    return root
