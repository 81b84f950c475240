"""Bytes to characters, without loss or not at all.

Here: byte order marks, the encodings of Chinese pages whatever they declare, text whose characters are gone. Not here: text
that was decoded wrongly before it was saved (``mojibake``); what the characters mean.
"""

import codecs
import re

from charset_normalizer import from_bytes

from dagster_project.documents import mojibake
from dagster_project.documents.pieces import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
# What Chinese pages are written in besides UTF-8. What a page declares is not asked: declarations are often wrong or missing,
# while text is plausible in one of these only. GB 18030 contains GB 2312 and GBK, Big5-HKSCS all but a few signs of Big5.
_CANDIDATES = ("gb18030", "big5hkscs", "cp950", "utf-16-le", "utf-16-be")
_GUESSED_FROM = 64 * 1024
# More undecodable bytes than this share mean that the encoding is another one, not that bytes were damaged.
_DAMAGE_ALLOWED = 0.001
# In a short text a single damaged byte is already more than that share.
_DAMAGE_ALWAYS_ALLOWED = 8
# A file cut off inside a character lacks at most this many bytes of it.
_LONGEST_CHARACTER = 4
# Characters lost per character left that make a document not worth believing: marks of loss (U+FFFD), question marks.
_LOST_ALLOWED = 0.01
_QUESTION_MARKS_ALLOWED = 0.05
# So many question marks in rows of three and more are none that a person wrote.
_QUESTION_MARKS_ALWAYS_ALLOWED = 20
_QUESTION_MARKS = re.compile(r"[?？]{3,}")
# So much of the beginning tells UTF-16 without a mark by where its zero bytes stand.
_UTF16_TOLD_BY = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of ``content`` and the name of the encoding that decoded it.

    Characters that damaged bytes leave behind are U+FFFD, so that no cell with one can be taken for a number. A text that
    was misread and saved so is put back when nothing of it is lost; the name then says so, as in
    ``utf-8 (mojibake of gb18030 reversed)``.

    Raises:
        Unreadable: no encoding decodes the bytes into plausible text (unknown_encoding), the text was misread and cannot be
            put back whole (mojibake), or its characters are gone (characters_lost).
    """
    text, encoding = _decoded(content)
    text, misread_as = mojibake.put_back(text)
    if misread_as is not None:
        encoding = f"{encoding} (mojibake of {misread_as} reversed)"
    _refuse_lost(text)
    return text, encoding


def utf16_without_mark(content: bytes) -> str | None:
    """Return utf-16-le or utf-16-be when the zero bytes of ``content`` stand where that encoding puts them, else None.

    Markup, digits and line ends have a zero byte each, all on the same side.
    """
    head = content[:_UTF16_TOLD_BY]
    first, second = head[0::2].count(0), head[1::2].count(0)
    # A zero on the other side is the lower half of a character such as 一 (4E 00): some, never many.
    few = len(head) // 20
    name = "utf-16-le" if second > max(few, 4 * first) else "utf-16-be" if first > max(few, 4 * second) else None
    # Whole numbers of a binary file have their zeros on one side too, but no text has control characters.
    return name if name and not _CONTROL.search(head.decode(name, "replace")) else None


def _decoded(content: bytes) -> tuple[str, str]:
    for bom, name, without_mark in _BOMS:
        if content.startswith(bom):
            return _marked(content[len(bom) :], name, without_mark)
    if b"\x00" in content and (name := utf16_without_mark(content)):
        text = content.decode(name, "replace")
        if _sound(text):
            return text, name
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(content) - _LONGEST_CHARACTER:
            return content.decode("utf-8", "replace"), "utf-8"
    for name in _CANDIDATES:
        text = _strictly(content, name)
        if text is not None and mojibake.plausible(text):
            return text, name
    for name in ("utf-8", *_CANDIDATES):
        text = content.decode(name, "replace")
        if _sound(text):
            return text, name
    # Guessing takes longer than reading, so it comes last.
    guess = from_bytes(content[:_GUESSED_FROM]).best()
    text = _strictly(content, guess.encoding) if guess is not None else None
    if text is not None and mojibake.plausible(text):
        return text, guess.encoding
    raise Unreadable(
        "unknown_encoding",
        "Expected Chinese text in UTF-8, GB 18030, Big5 or UTF-16, found bytes that none of them decodes into text. "
        "Save the page again from its source, or convert it to UTF-8.",
    )


def _marked(content: bytes, name: str, without_mark: str) -> tuple[str, str]:
    """Decode what stands behind a byte order mark, which may describe bytes that were damaged or are of another encoding."""
    text = content.decode(without_mark, "replace")
    # Any even number of bytes is UTF-16; UTF-8 without damage is nothing else.
    if _sound(text) or (name == "utf-8-sig" and "\ufffd" not in text):
        return text, name
    try:
        return _decoded(content)
    except Unreadable:
        if "\ufffd" not in text:
            return text, name
        raise


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _sound(text: str) -> bool:
    damage = text.count("\ufffd")
    return damage <= _DAMAGE_ALLOWED * len(text) + _DAMAGE_ALWAYS_ALLOWED and mojibake.plausible(text)


def _refuse_lost(text: str) -> None:
    """Raise Unreadable when so many characters were replaced that nobody can tell what the rest says."""
    replaced = text.count("\ufffd") if "\ufffd" in text else 0
    if replaced > _DAMAGE_ALWAYS_ALLOWED:
        left = mojibake.beyond_ascii(text) - replaced
        if replaced > _LOST_ALLOWED * left:
            raise _lost(f"{replaced} marks of lost characters (U+FFFD) among {left} characters that are left")
    # Looking for one character costs a tenth of counting it or of looking for three.
    if ("?" in text and text.count("?") >= _QUESTION_MARKS_ALWAYS_ALLOWED) or ("？" in text and "？？？" in text):
        marks = sum(map(len, _QUESTION_MARKS.findall(text)))
        left = mojibake.beyond_ascii(text)
        if marks >= _QUESTION_MARKS_ALWAYS_ALLOWED and marks > _QUESTION_MARKS_ALLOWED * left:
            raise _lost(f"{marks} question marks in place of characters beside {left} that are left")


def _lost(found: str) -> Unreadable:
    return Unreadable(
        "characters_lost",
        f"Expected Chinese text, found {found}: they were lost when the document was saved in an encoding that does not have "
        "them, and cannot be brought back. Fetch the document again from its source.",
    )
