"""Markdown: pipe tables, HTML tables inside it, headings and lines.

Here: the markup. Not here: repairing what a bad conversion did to a table.
"""

import re

from dagster_project.documents.damage import refuse_damaged_tags
from dagster_project.documents.encoding import decode
from dagster_project.documents.html import read_markup
from dagster_project.documents.pieces import TABLE_MARK, Pieces

KINDS = ("markdown",)

_RULE = re.compile(r"^\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?$")
# One dash a column rules off a head, but further down it is a row of marks.
_SHORT_RULE = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_HTML_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__|`)")


def read(content: bytes, into: Pieces) -> None:
    """Read one Markdown text into ``into``."""
    text, into.heading.encoding = decode(content)
    if _HTML_TABLE.search(text):
        if "\ufffd" in text:
            refuse_damaged_tags(text)
        # Converters write merged cells as HTML; in HTML a line break is nothing, so keep those of the prose.
        read_markup(re.sub(r"\n(?=[^<\n|])", "<br>\n", text).encode(), into)
        into.heading.lines = [_plain(line) for line in into.heading.lines]
        return
    inside = 0
    lines = into.heading.lines
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("|") or (inside and "|" in line):
            if _RULE.match(line) or (inside == 1 and _SHORT_RULE.match(line)):
                continue
            if not inside:
                into.begin_table()
                lines.append(TABLE_MARK)
            inside += 1
            into.row([_cell(cell) for cell in _CELL_BREAK.split(_unframed(line))])
        else:
            inside = 0
            if line.startswith("# "):
                into.named("heading", _plain(line))
            if plain := _plain(line):
                lines.append(plain)


def _unframed(line: str) -> str:
    line = line[1:] if line.startswith("|") else line
    return line[:-1] if line.endswith("|") and not line.endswith("\\|") else line


def _cell(text: str) -> str:
    return _LINE_BREAK.sub("\n", _EMPHASIS.sub("", text)).replace("\\|", "|").strip()


def _plain(line: str) -> str:
    return " ".join(_EMPHASIS.sub("", line.lstrip("#>").strip()).split())
