"""Bytes to characters, without loss or not at all.

Here: byte order marks, declared and undeclared encodings of Chinese pages. Not here: what the characters mean, beyond
whether they are plausible Chinese at all.
"""

import codecs
import re

from charset_normalizer import from_bytes

from dagster_project.documents.pieces import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
# GB 18030 contains GBK and GB 2312, and pages that declare one of these use characters of the larger set.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "big5hkscs"}
# The declaration stands in the head; a charset named further down is prose.
_DECLARATION_WITHIN = 4096
# More undecodable bytes than this share mean that the encoding is another one, not that bytes were damaged.
_DAMAGE_ALLOWED = 0.001
# In a short text a single damaged byte is already more than that share.
_DAMAGE_ALWAYS_ALLOWED = 8
# A file cut off inside a character lacks at most this many bytes of it.
_LONGEST_CHARACTER = 4
# The most frequent characters of official prose: a text of another encoding has none of them.
_COMMON = frozenset("的政府信息公开工作年度报告一二三行和件有不数本月日在依申请机关情况")


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of ``content`` and the name of the encoding that decoded it.

    Characters that damaged bytes leave behind are U+FFFD, so that no cell with one can be taken for a number.

    Raises:
        Unreadable: no encoding decodes the bytes into plausible text.
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            try:
                return content.decode(name), name
            except UnicodeDecodeError:
                break
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(content) - _LONGEST_CHARACTER:
            return content.decode("utf-8", "replace"), "utf-8"
    for name in _candidates(content):
        try:
            text = content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if _plausible(text):
            return text, name
    for name in ("utf-8", *_candidates(content)):
        try:
            text = content.decode(name, "replace")
        except LookupError:
            continue
        if text.count("\ufffd") <= _DAMAGE_ALLOWED * len(text) + _DAMAGE_ALWAYS_ALLOWED and _plausible(text):
            return text, name
    raise Unreadable(
        "unknown_encoding",
        "Expected Chinese text in UTF-8, GB 18030, Big5 or UTF-16, found bytes that none of them decodes into text. "
        "Save the page again from its source, or convert it to UTF-8.",
    )


def _candidates(content: bytes) -> list[str]:
    declared = [match.decode("ascii").lower() for match in _DECLARED.findall(content[:_DECLARATION_WITHIN])]
    names = [_WIDER.get(name, name) for name in declared] + ["gb18030", "big5hkscs"]
    guess = from_bytes(content[: 64 * 1024]).best()
    if guess is not None:
        names.append(guess.encoding)
    return list(dict.fromkeys(names))


def _plausible(text: str) -> bool:
    wide = [character for character in text[:20000] if character > "\u2e7f"]
    if not wide:
        return text.isascii()
    common = sum(character in _COMMON for character in wide)
    return common * 20 >= len(wide)
