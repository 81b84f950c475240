"""Files that a page links to and that may hold its tables.

Here: whether a page has such links at all, their names. Not here: whether the files are there (``reading.attachments``).
"""

import re
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser

_EXTENSIONS = "pdf|ofd|docx?|wps|xlsx?|et|csv|txt|zip|rar"
_FILE = re.compile(rf"\.(?:{_EXTENSIONS})(?![A-Za-z0-9])", re.IGNORECASE)
# Asked of every page before its links are: character by character, each of which ends one of the extensions above. Spelling the
# extensions out takes three times as long.
MAY_LINK = re.compile(rb"\.[pPoOdDwWxXeEcCtTzZrR][dDfFoOpPlLtTsSxXiIaA][fFdDcCsSvVtTpPrR]?[^A-Wa-wYyZz0-9]")
# A page of a report links to a handful; one that links to hundreds is a list of files.
_MOST = 50
_LONGEST_NAME = 200


def attachments(tree: LexborHTMLParser) -> list[tuple[str, str]]:
    """Return (name in the link, text shown) of each file that the page links to or embeds, once each, in order.

    The name is '' when the link names no file and only the text does; the text is '' for embedded files.
    """
    found: dict[tuple[str, str], None] = {}
    for node in tree.css("a[href],iframe[src],embed[src],object[data]"):
        attributes = node.attributes
        address = attributes.get("href") or attributes.get("src") or attributes.get("data") or ""
        shown = " ".join(node.text().split()) if node.tag == "a" else ""
        name = _name(address)
        if name or _FILE.search(shown):
            found[name[:_LONGEST_NAME], shown[:_LONGEST_NAME]] = None
            if len(found) == _MOST:
                break
    return list(found)


def shown_name(text: str) -> str:
    """Return the file name in a shown text, as in '附件：年报.doc（点击下载）'; the text itself when it names none."""
    ends = [match.end() for match in _FILE.finditer(text)]
    return text[: ends[-1]] if ends else text


def _name(address: str) -> str:
    """Return the file name in an address: the end of its path, or what a download script is asked for; '' for none."""
    path, _, query = address.partition("#")[0].partition("?")
    for part in (path, *re.split("[&=]", query)):
        name = _unquoted(part).replace("\\", "/").rpartition("/")[2].strip()
        if (match := _FILE.search(name)) and match.end() == len(name):
            return name
    return ""


def _unquoted(text: str) -> str:
    """Decode what is written in percents: UTF-8, else GBK, as older sites write it."""
    content = unquote_to_bytes(text)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")
