"""Web archives (MHTML): the page that was saved, with the files it showed beside it.

Here: which part is the page, its characters, the names of the other parts. Not here: the page itself (``html``).

A page made of frames has its report in one of them: when the page itself holds no table and exactly one frame does, the frame
is read.
"""

import re
from email import errors, message_from_bytes
from email.message import Message
from urllib.parse import unquote, urlsplit

from dagster_project.documents import html
from dagster_project.documents.damage import refuse_damaged_tags
from dagster_project.documents.encoding import decode
from dagster_project.documents.mojibake import plausible
from dagster_project.documents.pieces import Pieces, Unreadable

KINDS = ("mhtml",)

_PAGES = ("text/html", "application/xhtml+xml")
_TABLE = re.compile(rb"<table[\s>]", re.IGNORECASE)
_SHOWN_OTHERS = 5


def read(content: bytes, into: Pieces) -> None:
    """Read the page of one web archive into ``into``.

    Raises:
        Unreadable: its parts cannot be told apart, none is a page or the page is damaged (damaged_mhtml), or the page's
            characters cannot be decoded.
    """
    message, parts = _parts(content)
    pages = [part for part in parts if part.get_content_type() in _PAGES]
    if not pages:
        found = _listed(parts) if message.is_multipart() else "one part without the boundaries that its head names"
        raise _damaged(f"Expected a saved page among the parts of the file, found {found}.")
    chosen = main = _main(message, pages)
    bodies = {id(part): _payload(part) for part in pages}
    if not _TABLE.search(bodies[id(main)]):
        framed = [part for part in pages if _TABLE.search(bodies[id(part)])]
        if len(framed) == 1:
            chosen = framed[0]
            into.note("frame_read", f"The saved page holds no table; its frame {_name(chosen)} was read.")
    others = [part for part in parts if part is not chosen]
    if others:
        into.note("parts_not_read", f"The file holds {len(others)} other part(s), not read: {_listed(others)}.")
    address = str(message.get("Snapshot-Content-Location") or main.get("Content-Location") or "")
    into.named("meta_url", address if address.startswith(("http://", "https://")) else None)
    if any(
        isinstance(defect, errors.CloseBoundaryNotFoundDefect) for part in message.walk() for defect in part.defects
    ):
        into.note("file_breaks_off", "The file breaks off before its end; what was there is read.")
    text, into.heading.encoding = _decoded(chosen, bodies[id(chosen)])
    if "\ufffd" in text:
        refuse_damaged_tags(text)
    html.read_markup(text.encode(), into)


def _parts(content: bytes) -> tuple[Message, list[Message]]:
    try:
        message = message_from_bytes(content.lstrip(b"\xef\xbb\xbf \t\r\n"))
        return message, [part for part in message.walk() if not part.is_multipart()]
    except RecursionError:
        raise _damaged(
            "Expected the parts of a saved page beside each other, found parts inside parts without end."
        ) from None


def _main(message: Message, pages: list[Message]) -> Message:
    """Return the part that the archive names as its page, else the first page in it."""
    start = message.get_param("start")
    location = message.get("Snapshot-Content-Location") or message.get("Content-Location")
    for part in pages:
        if start and part.get("Content-ID") == start or location and part.get("Content-Location") == location:
            return part
    return pages[0]


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True) or b""
    if any(isinstance(defect, errors.InvalidBase64CharactersDefect) for defect in part.defects):
        # What follows a character that is no Base64 is shifted by some bits: noise, and noise may look like a digit.
        raise _damaged(f"Expected the page {_name(part)} in Base64, found characters that are none.")
    return payload


def _decoded(part: Message, content: bytes) -> tuple[str, str]:
    """Decode a part by what it is; by what its head says only when that fails."""
    try:
        return decode(content)
    except Unreadable as error:
        stated = part.get_content_charset()
        if error.code != "unknown_encoding" or not stated:
            raise
        try:
            text = content.decode(stated)
        except (LookupError, UnicodeError):
            raise error from None
        if not plausible(text):
            raise
        return text, stated


def _name(part: Message) -> str:
    """Return what a person would call a part: the end of its address, its file name, else its type."""
    location = urlsplit(str(part.get("Content-Location", "")).replace("\\", "/")).path.rpartition("/")[2]
    return unquote(location) or part.get_filename() or part.get_content_type()


def _listed(parts: list[Message]) -> str:
    names = ", ".join(_name(part) for part in parts[:_SHOWN_OTHERS])
    return names + (f" and {len(parts) - _SHOWN_OTHERS} more" if len(parts) > _SHOWN_OTHERS else "")


def _damaged(found: str) -> Unreadable:
    return Unreadable(
        "damaged_mhtml", f"{found} Its parts may be broken: save the page again, as an ordinary page.", "decoding"
    )
