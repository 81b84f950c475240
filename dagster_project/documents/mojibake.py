"""Text that was decoded wrongly once and saved so: recognised, and put back when nothing of it is lost.

Here: the usual misreadings of Chinese pages and their reversal. Not here: bytes (``encoding``), text whose characters are
gone (``encoding`` too).

A misreading is reversed only when the whole text goes back to bytes, the bytes are text in the encoding they were written
in, and misreading that text again gives exactly what was found. One character lost on the way and none of it is believed:
what stands beside a lost byte may be a digit.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from dagster_project.documents.pieces import Unreadable

# The most frequent characters of official prose: a text of another encoding has none of them.
_COMMON = "的政府信息公开工作年度报告一二三行和有件不数本月日在依申请机关情况開報請關"
# One character in twenty is one of them; in prose it is one in five.
_COMMON_IN = 20
# Fewer signs than this, or fewer than one in so many characters, are a slip in a sound text (a name, a widget of the site).
_FEWEST_SIGNS = 4
_SIGNS_IN = 200


@dataclass(frozen=True)
class _Misreading:
    """Bytes written in ``right`` and read as ``wrong``.

    ``signs`` are what the commonest punctuation (，。、（）) becomes; sound text has none of them. ``triggers`` are single
    characters of the signs: asking for one character costs next to nothing, and every text is asked.
    """

    right: str
    wrong: str
    triggers: str
    signs: tuple[str, ...]
    to_bytes: Callable[[str], bytes]
    to_text: Callable[[bytes], str]


def _to_gb18030(text: str) -> bytes:
    # Code page 936 reads the lone byte 0x80 as the euro sign; GB 18030 has the sign elsewhere and no such byte.
    return b"\x80".join(part.encode("gb18030") for part in text.split("€"))


def _euro(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError) or error.object[error.start] != 0x80:
        raise error
    return "€", error.start + 1


codecs.register_error("gongkai.euro", _euro)


def _from_gb18030(content: bytes) -> str:
    return content.decode("gb18030", "gongkai.euro")


# Code page 1252 differs from Latin-1 in these; the five bytes it leaves open browsers read as Latin-1 does.
_OPEN_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_FROM_1252 = {byte: bytes((byte,)).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in _OPEN_1252}
_TO_1252 = {ord(character): byte for byte, character in _FROM_1252.items()}


def _to_windows_1252(text: str) -> bytes:
    return text.translate(_TO_1252).encode("latin-1")


def _from_windows_1252(content: bytes) -> str:
    return content.decode("latin-1").translate(_FROM_1252)


_UTF8_IN_LATIN = ("ï¼", "ã€", "ã\x80")
_GBK_IN_LATIN = ("£¬", "¡£", "¡¢", "£¨", "£©")


def _latin(right: str, triggers: str, signs: tuple[str, ...]) -> tuple[_Misreading, _Misreading]:
    return (
        _Misreading(right, "windows-1252", triggers, signs, _to_windows_1252, _from_windows_1252),
        _Misreading(
            right,
            "latin-1",
            triggers,
            signs,
            lambda text: text.encode("latin-1"),
            lambda content: content.decode("latin-1"),
        ),
    )


_MISREADINGS = (
    _Misreading("utf-8", "gb18030", "锛銆", ("锛", "銆"), _to_gb18030, _from_gb18030),
    *_latin("utf-8", "ïã", _UTF8_IN_LATIN),
    *_latin("gb18030", "£¡", _GBK_IN_LATIN),
)
_TRIGGERS = tuple(dict.fromkeys("".join(misreading.triggers for misreading in _MISREADINGS)))


def put_back(text: str) -> tuple[str, str | None]:
    """Return the text as it was written, and the encoding it was misread in; the text itself and None when it is sound.

    Raises:
        Unreadable: the text is misread, and some of it is lost.
    """
    if not any(trigger in text for trigger in _TRIGGERS):
        return text, None
    suspected = [misreading for misreading in _MISREADINGS if _shows(text, misreading)]
    if not suspected:
        return text, None
    for misreading in suspected:
        written = _reversed(text, misreading)
        if written is not None:
            return written, misreading.wrong
    first = suspected[0]
    raise Unreadable(
        "mojibake",
        f"Expected Chinese text, found text written in {first.right.upper()}, read as {first.wrong.upper()} and saved so; some "
        "of its characters were lost on the way and nothing was guessed. Fetch the document again from its source.",
    )


def _shows(text: str, misreading: _Misreading) -> bool:
    signs = sum(text.count(sign) for sign in misreading.signs)
    return signs >= _FEWEST_SIGNS and signs * _SIGNS_IN >= beyond_ascii(text)


def _reversed(text: str, misreading: _Misreading) -> str | None:
    try:
        content = misreading.to_bytes(text)
        written = content.decode(misreading.right)
        whole = written.encode(misreading.right) == content and misreading.to_text(content) == text
    except UnicodeError:
        return None  # this misreading cannot have made this text; the caller refuses it when no other did
    return written if whole and plausible(written) else None


def beyond_ascii(text: str) -> int:
    """Return how many characters are not ASCII."""
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))


def plausible(text: str) -> bool:
    """Return whether the text is Chinese prose or plain ASCII by its most frequent characters."""
    if text.isascii():
        return True
    # A wide character has three bytes in UTF-8, a Latin letter with an accent two.
    wide = (len(text.encode("utf-8", "replace")) - len(text)) // 2
    common = 0
    for character in _COMMON:
        common += text.count(character)
        if common and common * _COMMON_IN >= wide:
            return True
    return False
