"""Markdown: pipe tables, tables drawn with rules, HTML tables inside it, headings and lines.

Here: the markup. Not here: how programs that know no Markdown use pipes (``piped``); repairing what a bad conversion did to a table.
"""

import re

from dagster_project.documents import piped
from dagster_project.documents.damage import refuse_damaged_tags
from dagster_project.documents.drawn_tables import DrawnTable, drawn_tables
from dagster_project.documents.encoding import decode
from dagster_project.documents.html import read_markup
from dagster_project.documents.pieces import TABLE_MARK, Pieces

KINDS = ("markdown",)

# Some editors write the corners of a rule as plus signs.
_RULE = re.compile(r"^\|?\s*:?-{2,}:?\s*([|+]\s*:?-{2,}:?\s*)*\|?$")
# One dash a column rules off a head, but further down it is a row of marks.
_SHORT_RULE = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?$")
# Below the head of a table whose rows have no outer pipes; and what rules off the only cell of a head.
_OPEN_RULE = re.compile(r"^:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)+$")
_DASHES = re.compile(r"^-{3,}$")
_HTML_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__|`)")
# A backslash before a sign says that it is no markup (CommonMark, "Backslash escapes"): 1\.属于国家秘密, \-33.
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


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
    raw = text.splitlines()
    drawn = drawn_tables(text, raw)
    pipes = piped.Pipes.of(raw)
    _read_lines(raw if drawn else piped.whole_rows(raw, pipes), drawn, pipes, into)


def _read_lines(raw: list[str], drawn: dict[int, DrawnTable], pipes: piped.Pipes, into: Pieces) -> None:
    """Read lines of Markdown without HTML tables into ``into``; ``drawn``: the tables drawn with rules, by their first lines.

    The rows of a table stand between pipes, or, below a head and its rule, with pipes between their cells only, up to a blank
    line; there a line without any pipe is a row of one cell or goes on with one. Without a rule several lines with pipes are rows.
    """
    inside, is_open = 0, False
    lines = into.heading.lines
    drawn_until = piped_until = 0
    without_rule = piped.tables(raw, pipes)
    for at, each in enumerate(raw):
        if at in drawn:
            drawn_until, inside = drawn[at].after, 0
            into.table([[_cell(cell) for cell in row] for row in drawn[at].rows])
            lines.append(TABLE_MARK)
        if at < drawn_until:
            continue
        line = each.strip()
        framed = line.startswith("|")
        if not inside:
            is_open = not framed and _begins_open(raw, at)
            piped_until = 0 if framed or is_open else without_rule.get(at, 0)
        if framed or (inside and "|" in line) or (is_open and line) or at < piped_until:
            if _RULE.match(line) or (inside == 1 and _SHORT_RULE.match(line)):
                continue
            if not inside:
                into.begin_table()
                lines.append(TABLE_MARK)
            inside += 1
            into.row([_cell(cell) for cell in pipes.cells(line)])
            continue
        inside = 0
        if line.startswith("# "):
            into.named("heading", _plain(line))
        # A rule alone parts a heading from an open table below it.
        if not (_DASHES.match(line) and _has_pipe(raw, at + 1)):
            lines += [plain for part in piped.cells_of_line(line, pipes) if (plain := _plain(part))]


def _begins_open(raw: list[str], at: int) -> bool:
    """Whether the head of a table without outer pipes stands in a line: a rule of several columns below it, or a single one
    above it."""
    if not raw[at].strip():
        return False
    below = raw[at + 1].strip() if at + 1 < len(raw) else ""
    above = raw[at - 1].strip() if at else ""
    return _OPEN_RULE.match(below) is not None or (_DASHES.match(above) is not None and _has_pipe(raw, at))


def _has_pipe(raw: list[str], at: int) -> bool:
    return at < len(raw) and piped.has_pipe(raw[at])


def _cell(text: str) -> str:
    return _LINE_BREAK.sub("\n", _unmarked(text)).strip()


def _plain(line: str) -> str:
    return " ".join(_unmarked(line.lstrip("#>").strip()).split())


def _unmarked(text: str) -> str:
    return _ESCAPED.sub(r"\1", _EMPHASIS.sub("", text))
