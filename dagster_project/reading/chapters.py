"""The prose of a report, chapter by chapter.

Here: headings of the six chapters of the forms (and headings that are none of them), the text between them. Not here:
what the prose claims.
"""

import re

from dagster_project.documents.pieces import TABLE_MARK

_HEADING = re.compile(
    r"^(?:第?([一二三四五六七八九十]{1,2})(?:[、.．:：\s]|部分[、.．:：\s]*)|[1-9][、.．](?!\d))\s*(\S.{1,39})$"
)
_LONGEST_HEADING = 44
# What a heading begins with, and most lines do not.
_BEGINNINGS = frozenset("第一二三四五六七八九十123456789")
_SENTENCE_END = re.compile(r"[。；;，,]$|[。；]")
# Chapter of the form by a word that its heading must hold, in the order asked.
_CHAPTERS = (
    (3, re.compile(r"申请")),
    (4, re.compile(r"复议|诉讼")),
    (5, re.compile(r"问题")),
    (6, re.compile(r"其他.{0,3}(?:需要|报告|事项)")),
    (2, re.compile(r"主动公开")),
    (1, re.compile(r"总体|概述|概况|基本情况")),
)
_FOURTH = re.compile(r"复议|诉讼")


def chapters(lines: list[str]) -> list[tuple[int | None, str | None, str]]:
    """Split a document's lines into ``(chapter, heading, text)``, in order; what stands before the first heading comes first.

    ``chapter`` is 1 to 6 of the form or None; lines that stand for tables are left out.
    """
    parts: list[tuple[int | None, str | None, list[str]]] = [(None, None, [])]
    for line in lines:
        if line == TABLE_MARK:
            continue
        if len(line) <= _LONGEST_HEADING and line[:1] in _BEGINNINGS and (match := _HEADING.match(line)) and not _SENTENCE_END.search(match[2]):
            parts.append((_chapter(match[2]), line, []))
        else:
            parts[-1][2].append(line)
    return [(chapter, heading, "\n".join(text)) for chapter, heading, text in parts]


def _chapter(heading: str) -> int | None:
    # The heading of chapter 4 says 因政府信息公开申请被申请行政复议…: its own words come first.
    if _FOURTH.search(heading):
        return 4
    return next((number for number, pattern in _CHAPTERS if pattern.search(heading)), None)
