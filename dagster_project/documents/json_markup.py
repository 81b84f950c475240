"""What values of a JSON export are as a page: strings of markup, rows of cells, parts of one document in their order.

Here: the values as parsed, what a string holds, which lists are one document's parts, the page made of them. Not here: parsing
and finding documents (``json_export``); any label or number of the forms.
"""

import html
import re
from dataclasses import dataclass
from itertools import pairwise


class Literal(str):
    """A number as the file writes it: 14722.490 stays 14722.490, and never passes through a float."""


@dataclass(frozen=True)
class Object:
    """An object as its pairs in order: a key that stands twice keeps both values."""

    pairs: list[tuple[str, "Value"]]

    def get(self, *keys: str) -> "Value":
        """Return the value of the first pair whose key is one of ``keys`` in lower case; None when there is none."""
        return next((value for key, value in self.pairs if key.lower() in keys), None)


Value = Object | list["Value"] | str | bool | None

_TABLE = re.compile(r"<table[\s>]", re.IGNORECASE)
_TAG = re.compile(
    r"<(?:html|body|div|p|span|br|h[1-6]|article|section|ul|ol|li|font|strong|b|a)\b[^<>]*>", re.IGNORECASE
)
_ESCAPED_TAG = re.compile(r"&lt;(?:table|html|body|div|p|span|br)\b", re.IGNORECASE)
_WHOLE_PAGE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[\[{"]|"(?:\s*[<\[{]|\\u003[cC]))')
# A text of a report has pages of characters; a shorter string is a name or a remark.
_SHORTEST_TEXT = 200
# Characters that no text has: they would stand for marks of the readers, or hide the text from them.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_NUMERALS = "一二三四五六七八九十"
_HEADING = re.compile(
    rf"\s*(?:第?([{_NUMERALS}])(?:章|部分)?\s*[、.．:：\s]|[（(]([{_NUMERALS}])[)）]|([1-9])\s*[、.．](?!\d))"
)
_HEADING_KEYS = ("title", "heading", "name", "chapter", "section", "标题", "章节", "名称")
_PAGE_KEYS = ("page", "page_no", "page_number", "pagenumber", "page_num", "页码")
# Kinds of blocks that programs name which take documents apart.
_BLOCK = re.compile(
    r"(?:text|title|heading|header|footer|paragraph|table|image|figure|list|equation|formula|caption|footnote|page)(?:[_\- ].*|\d*)$"
)
_CONTENT_KEYS = (
    "text",
    "content",
    "body",
    "html",
    "markdown",
    "table_body",
    "table_html",
    "rows",
    "cells",
    "正文",
    "内容",
)
_LONGEST_CELL = 200
# A form has some sixty rows; what has thousands is a list of something else.
_MOST_ROWS = 2000
HEAD_KEYS = ("header", "headers", "head", "columns", "表头")
ROWS_KEYS = ("rows", "data", "body", "cells")


def holds(text: str, json_too: bool = True) -> str | None:
    """Return what a string holds: 'table' (markup with a table), 'page' (other markup), 'text', 'json'; None for a name, a
    number, an address or a remark."""
    if isinstance(text, Literal):
        return None
    if json_too and _JSON.match(text):
        return "json"
    if _TABLE.search(text) or _ESCAPED_TAG.search(text) and _TABLE.search(html.unescape(text)):
        return "table"
    if len(text) < _SHORTEST_TEXT or text.isascii():
        return None
    return "page" if _TAG.search(text) or _ESCAPED_TAG.search(text) else "text"


def is_heading(text: str) -> bool:
    """Return whether a title is that of a chapter, such as 二、主动公开情况."""
    return _HEADING.match(text) is not None


def is_sequence(value: list[Value]) -> bool:
    """Return whether the objects of a list are the parts of one document in order: its chapters, its pages or its blocks."""
    if len(value) < 2 or not all(isinstance(each, Object) for each in value):
        return False
    return _are_chapters(value) or _are_pages(value) or _are_blocks(value)


def _are_chapters(parts: list[Object]) -> bool:
    numbers, unheaded = [], []
    for part in parts:
        heading = part.get(*_HEADING_KEYS)
        match = _HEADING.match(heading) if isinstance(heading, str) else None
        if match is None:
            unheaded.append(part)
        else:
            numbers.append(int(match[3]) if match[3] else _NUMERALS.index(match[1] or match[2]) + 1)
    if len(numbers) < 2 or any(before >= after for before, after in pairwise(numbers)):
        return False
    # A table under no heading may be another document's.
    return not any(_TABLE.search(markup(part)) for part in unheaded)


def _are_pages(parts: list[Object]) -> bool:
    numbers = []
    for part in parts:
        number = part.get(*_PAGE_KEYS)
        if not (isinstance(number, str) and number.isdigit() and len(number) < 6):
            return False
        numbers.append(number)
    # Pages of a list of results are numbered too, but each is a page of its own.
    whole = sum(_WHOLE_PAGE.search(markup(part)) is not None for part in parts)
    return whole < 2 and all(int(after) == int(before) + 1 for before, after in pairwise(numbers))


def _are_blocks(parts: list[Object]) -> bool:
    kinds = []
    for part in parts:
        kind = part.get("type", "block_type", "category", "label")
        if not (isinstance(kind, str) and _BLOCK.match(kind.lower())):
            return False
        kinds.append(kind)
    tables = sum(kind.lower().startswith("table") for kind in kinds)
    return 0 < tables < len(kinds)


def tables_in(value: Value) -> list[list[list[str]]]:
    """Return the tables that a value is: one, when it is rows of cells as printed, or each of its elements; none otherwise."""
    if isinstance(value, Object):
        head, rows = value.get(*HEAD_KEYS), value.get(*ROWS_KEYS)
        whole = [head, *rows] if isinstance(head, list) and isinstance(rows, list) else []
        return tables_in(whole) if _is_table(whole) and len(head) == max(map(len, rows)) else []
    if not isinstance(value, list):
        return []
    if _is_table(value):
        return [[["" if cell is None else str(cell) for cell in row] for row in value]]
    tables: list[list[list[str]]] = []
    for element in value:
        # Left at the first that is none: lists of a million elements stand in lists.
        found = tables_in(element)
        if not found:
            return []
        tables += found
    return tables


def _is_table(value: list[Value]) -> bool:
    """Rows of cells as printed: lists of texts and numbers, two cells wide somewhere, a label in most rows."""
    if not 2 <= len(value) <= _MOST_ROWS or not all(isinstance(row, list) and row for row in value):
        return False
    if not all(cell is None or isinstance(cell, str) and len(cell) <= _LONGEST_CELL for row in value for cell in row):
        return False
    labelled = sum(any(isinstance(cell, str) and not cell.isascii() for cell in row) for row in value)
    return max(map(len, value)) > 1 and labelled * 2 > len(value)


def markup(value: Value) -> str:
    """Return a value's content as markup: markup as it is, text as paragraphs, rows as tables, parts in their order."""
    if isinstance(value, Literal) or value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        if holds(value, json_too=False) in ("table", "page") or _TAG.search(value):
            return _unescaped(value)
        return "\n".join(f"<p>{html.escape(line)}</p>" for line in value.splitlines() if line.strip())
    tables = tables_in(value)
    if tables:
        return "\n".join(_table(table) for table in tables)
    if isinstance(value, Object):
        return "\n".join(markup(each) for key, each in value.pairs if _is_content(key, each))
    return "\n".join(markup(each) for each in value)


def _is_content(key: str, value: Value) -> bool:
    """Whether a part's value is printed: what is no text of its language (addresses, kinds, places on a page) is not."""
    if isinstance(value, str) and not isinstance(value, Literal):
        return key.lower() in _CONTENT_KEYS or not value.isascii() or _TABLE.search(value) is not None
    return isinstance(value, list) or (isinstance(value, Object) and bool(tables_in(value)))


def _table(rows: list[list[str]]) -> str:
    cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def clean(text: str) -> str:
    """Return a text with U+FFFD for what no text holds: control characters and halves of characters."""
    return _NO_TEXT.sub("\ufffd", text)


def page(content: str) -> str:
    """Return markup as a page that is known as one wherever its first tag stands."""
    content = clean(_unescaped(content))
    head = "" if _WHOLE_PAGE.search(content) else "<html><body>"
    return content if head == "" and content.lstrip()[:1] == "<" else f"<!DOCTYPE html>{head}\n{content}"


def plain(text: str) -> str:
    """Return a text as a file of its own; one that begins with a bracket would be taken for JSON again."""
    text = clean(text)
    return f"\u3000{text}" if text.lstrip()[:1] in ("[", "{") else text


def _unescaped(text: str) -> str:
    # Markup that was escaped once more than needed shows its tags as text.
    return text if _TAG.search(text) or _TABLE.search(text) else html.unescape(text)
