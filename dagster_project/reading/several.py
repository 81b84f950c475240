"""Several reports in one file: a county's compendium, two years one after the other.

Here: where one report ends and the next begins, told by titles that stand alone, each followed by tables of its own before
the next. Not here: reports that do not separate so; they meet in one document, whose tables then contradict each other.
"""

from dagster_project.bodies import titles
from dagster_project.documents.pieces import TABLE_MARK, Pieces

# Cheaper than taking a line apart: what every title of an annual report holds.
_TITLE_WORDS = ("公开", "报告")
_LONGEST_TITLE_LINE = 80


def separate(pieces: Pieces) -> int:
    """Split the document begun last into the reports that it holds and return how many these are now (1: it was one)."""
    lines = pieces.heading.lines
    starts = report_starts(lines) if lines.count(TABLE_MARK) == pieces.tables_begun >= 2 else []
    if len(starts) < 2:
        return 1
    pieces.split(starts)
    return len(starts)


def report_starts(lines: list[str]) -> list[int]:
    """Return the lines at which reports begin, the first of them 0; fewer than two when the lines hold one report or
    do not separate cleanly.

    A report begins with a title that names a body or a year other than the title before, and has a table before the next.
    Tables that stand before the first title belong to nobody, so such a document is not split.
    """
    found: list[tuple[int, tuple[str, int | None]]] = []
    subject, kind = _TITLE_WORDS
    likely = [at for at, line in enumerate(lines) if kind in line and subject in line and len(line) <= _LONGEST_TITLE_LINE]
    for at in likely:
        title = titles.parse(lines[at])
        if title is not None and title.body and title.year and not (found and found[-1][1] == (title.body, title.year)):
            found.append((at, (title.body, title.year)))
    if len(found) < 2:
        return []
    ends = [at for at, _ in found[1:]] + [len(lines)]
    with_tables = [
        (at, name) for (at, name), end in zip(found, ends, strict=True) if TABLE_MARK in lines[at:end]
    ]  # a table of contents, links to other years: titles without tables
    names = [name for _, name in with_tables]
    if len(with_tables) < 2 or len(set(names)) < len(names) or TABLE_MARK in lines[: with_tables[0][0]]:
        return []
    return [0, *(at for at, _ in with_tables[1:])]
