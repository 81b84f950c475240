"""JSON exports: the pages and texts of reports that stand in its strings, each a document of its own.

Here: parsing, JSON Lines, which strings and rows make one document, what the export says of it (title, date, source,
address). Not here: their markup (``json_markup``), reading them.

A number in a structure of keys is not printed anywhere: whoever made the export decided which cell it belongs to. Tables are
taken from a structure only where it is rows of cells as printed; everything else in it is left alone.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dagster_project.documents.encoding import decode
from dagster_project.documents.json_markup import (
    HEAD_KEYS,
    ROWS_KEYS,
    Literal,
    Object,
    Value,
    clean,
    holds,
    is_heading,
    is_sequence,
    markup,
    page,
    plain,
    tables_in,
)
from dagster_project.documents.pieces import Member, Unreadable

KINDS = ("json",)

# An export is some levels deep; what is deeper is made to exhaust the reader.
_DEEPEST = 64
# Strings of JSON inside strings of JSON, as services that wrap services write them.
_DEEPEST_ENCODED = 3
MOST_DOCUMENTS = 10_000
# Not strict: line ends inside strings are no JSON, but every second export has them.
_DECODER = json.JSONDecoder(
    object_pairs_hook=Object, parse_int=Literal, parse_float=Literal, parse_constant=Literal, strict=False
)
# Keys that say something of the document beside them, without case and joints.
_ORIGINS = {
    **dict.fromkeys(
        ("title", "articletitle", "doctitle", "headline", "标题", "题名", "信息名称", "文件名称"), "meta_title"
    ),
    **dict.fromkeys(
        (
            "date",
            "pubdate",
            "publishdate",
            "publishtime",
            "publishedat",
            "publishedon",
            "published",
            "releasedate",
            "releasetime",
        )
        + ("发布日期", "发布时间", "公开日期", "成文日期", "生成日期"),
        "meta_published",
    ),
    **dict.fromkeys(
        ("source", "contentsource", "publisher", "来源", "信息来源", "发布机构", "发布单位", "公开主体"), "meta_source"
    ),
    **dict.fromkeys(("site", "sitename", "网站", "站点", "网站名称"), "meta_site"),
    **dict.fromkeys(
        ("url", "link", "href", "pageurl", "sourceurl", "originalurl", "网址", "链接", "原文链接"), "meta_url"
    ),
}
_LONGEST_NAMED = 300


@dataclass
class _Found:
    """One document found: its pointer, its page or text, and what the objects around it say of it."""

    pointer: str
    content: str
    named: dict[str, str] = field(default_factory=dict)


def members(content: bytes, name: str) -> Iterator[Member]:
    """Yield the documents that a JSON file holds, each named by its JSON pointer (RFC 6901), in the order of the file.

    In JSON Lines and in values written one behind the other, the pointer follows the line at which its value begins.

    Raises:
        Unreadable: it is no JSON (bad_json), nested too deep (too_deep), holds too many documents (too_many_documents) or none
            (no_report_text).
    """
    text, encoding = decode(content)
    found: list[_Found] = []
    problems: list[Member] = []
    for prefix, value in _values(text.lstrip("\ufeff")):
        if isinstance(value, Unreadable):
            problems.append(Member(prefix, problem=value))
            continue
        try:
            documents = _documents(value, "", 0, 0)
        except RecursionError:
            raise _too_deep() from None
        for document in documents:
            document.pointer = prefix + document.pointer
            found.append(document)
            if len(found) > MOST_DOCUMENTS:
                raise Unreadable(
                    "too_many_documents",
                    f"Expected at most {MOST_DOCUMENTS} documents in one JSON file, found more. Split the file.",
                    "intake",
                )
    if not found and not problems:
        raise Unreadable(
            "no_report_text",
            "Expected strings that hold the page or the text of a report, or rows of cells as printed, found neither. Numbers "
            "under keys of a program are not read: supply the page or the file that they were taken from.",
            "reading",
        )
    if len(found) == 1 and not problems:
        # Its file's name may be its title, as with any other file.
        found[0].named["file_name"] = name.rpartition("/")[2].rpartition(".")[0]
    given: set[str] = set()
    for document in found:
        pointer = clean(document.pointer)
        while pointer in given:  # a key that stands twice in one object
            pointer += "'"
        given.add(pointer)
        yield Member(pointer, document.content.encode(), tuple(document.named.items()), encoding=encoding)
    yield from problems


def _values(text: str) -> Iterator[tuple[str, Value | Unreadable]]:
    """Yield each value of the file with what its pointers begin with: '' for the one value of an ordinary file."""
    first_error: json.JSONDecodeError
    try:
        yield "", _parsed(text)
        return
    except json.JSONDecodeError as error:
        first_error = error
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > 1 and all(line.startswith(("{", "[")) for _, line in lines):
        for number, line in lines:
            try:
                yield f"line {number}", _parsed(line)
            except json.JSONDecodeError as error:
                yield f"line {number}", _bad(error, number)
        return
    if not first_error.msg.startswith("Extra data"):
        raise _bad(first_error, first_error.lineno)
    yield from _one_behind_another(text)


def _one_behind_another(text: str) -> Iterator[tuple[str, Value]]:
    at = counted = 0
    number = 1
    while (at := _next(text, at)) < len(text):
        number += text.count("\n", counted, at)
        counted = at
        try:
            value, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _bad(error, error.lineno) from None
        except RecursionError:
            raise _too_deep() from None
        yield f"line {number}", value


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _parsed(text: str) -> Value:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise _too_deep() from None


def _bad(error: json.JSONDecodeError, line: int) -> Unreadable:
    return Unreadable(
        "bad_json",
        f"Expected JSON, found an error in line {line}, column {error.colno} ({error.msg}). Export the file again: one that was "
        "cut off or edited by hand lacks a quotation mark or a bracket.",
        "decoding",
    )


def _too_deep() -> Unreadable:
    return Unreadable(
        "too_deep",
        f"Expected JSON of at most {_DEEPEST} levels, found more. Supply the page or the file that it was made from.",
        "decoding",
    )


def _documents(value: Value, pointer: str, depth: int, encoded: int) -> list[_Found]:
    """Return the documents in a value. What an object says of itself holds for the documents whose strings stand in it, and for
    a single one further down; of several further down it says nothing."""
    if depth > _DEEPEST:
        raise _too_deep()
    if isinstance(value, Object):
        return _in_object(value, pointer, depth, encoded)
    if isinstance(value, list):
        if is_sequence(value) or tables_in(value):
            return [_Found(pointer, page(markup(value)))]
        if value and all(isinstance(each, str) for each in value):
            return _in_strings([(pointer, "\n".join(map(str, value)))], depth, encoded)
        return [
            document
            for index, each in enumerate(value)
            for document in _documents(each, f"{pointer}/{index}", depth + 1, encoded)
        ]
    return _in_strings([(pointer, value)], depth, encoded) if isinstance(value, str) else []


def _in_object(value: Object, pointer: str, depth: int, encoded: int) -> list[_Found]:
    strings: list[tuple[str, str]] = []
    printed: list[Value] = []
    below: list[_Found] = []
    table = tables_in(value)
    if table:
        printed.append(value)
    for key, each in value.pairs:
        if table and key.lower() in (*HEAD_KEYS, *ROWS_KEYS):
            continue
        at = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
        if (
            isinstance(each, list)
            and each
            and all(isinstance(part, str) and not isinstance(part, Literal) for part in each)
        ):
            each = "\n".join(each)
        if isinstance(each, str):
            strings.append((at, each))
        elif tables_in(each) or isinstance(each, list) and is_sequence(each):
            printed.append(each)
        else:
            below += _documents(each, at, depth + 1, encoded)
    kinds = [holds(text) for _, text in strings]
    if "table" in kinds:
        # Beside a page with tables its text is the same report once more, without them.
        whole = [string for string, kind in zip(strings, kinds, strict=True) if kind in ("table", "json")]
        own = _in_strings(whole, depth, encoded)
    elif printed:
        # The tables of a report beside its text, as programs write that take documents apart.
        texts = [text for (_, text), kind in zip(strings, kinds, strict=True) if kind in ("page", "text")]
        own = [_Found(pointer, page("\n".join(markup(part) for part in (*texts, *printed))))]
        own += _in_strings(
            [string for string, kind in zip(strings, kinds, strict=True) if kind == "json"], depth, encoded
        )
    else:
        own = _in_strings(strings, depth, encoded)
    said = _said(value)
    for document in (*own, *(below if len(below) == 1 and not own else ())):
        for origin, text in said.items():
            document.named.setdefault(origin, text)
    return own + below


def _in_strings(strings: list[tuple[str, str]], depth: int, encoded: int) -> list[_Found]:
    found = []
    for pointer, text in strings:
        kind = holds(text)
        if kind == "json" and encoded < _DEEPEST_ENCODED:
            try:
                inner = _parsed(text)
            except json.JSONDecodeError:
                kind = holds(text, json_too=False)  # it only looked like JSON: a text that begins with a bracket
            else:
                found += _documents(inner, pointer, depth + 1, encoded + 1)
                continue
        if kind in ("table", "page"):
            found.append(_Found(pointer, page(text)))
        elif kind == "text":
            found.append(_Found(pointer, plain(text)))
    return found


def _said(value: Object) -> dict[str, str]:
    said: dict[str, str] = {}
    for key, text in value.pairs:
        origin = _ORIGINS.get(re.sub(r"[\s_\-]", "", key).lower())
        if origin is None or not isinstance(text, str) or isinstance(text, Literal):
            continue
        if not text.strip() or len(text) > _LONGEST_NAMED:
            continue
        address = text.startswith(("http://", "https://"))
        if address != (origin == "meta_url") or (origin == "meta_title" and is_heading(text)):
            continue
        said.setdefault(origin, clean(html.unescape(text)).strip())
    return said
