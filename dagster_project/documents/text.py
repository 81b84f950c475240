"""Plain text, as a word processor or a crawler exports it: tab-separated rows or drawn tables between lines of prose.

Here: rows are lines with tab stops; consecutive ones are a table. Tables drawn with rules are cut by ``drawn_tables``. Not here:
rows between pipes, which are Markdown whatever the file is called (``kinds``); rubble without any separator.
"""

import re
from math import gcd

from dagster_project.documents import piped
from dagster_project.documents.drawn_tables import drawn_tables
from dagster_project.documents.encoding import decode
from dagster_project.documents.pieces import TABLE_MARK, Pieces

KINDS = ("text",)
# A line of columns kept apart by blanks; longer ones are prose, or a report in one line.
_LONGEST_SPACED = 1000
# Between two texts: one that indents a line or ends it parts no cells.
_TABS = re.compile(r"(?<=[^\s])\t+(?=[^\s])")


def read(content: bytes, into: Pieces) -> None:
    """Read one text into ``into``."""
    text, into.heading.encoding = decode(content)
    inside = False
    lines = into.heading.lines
    raw = text.splitlines()
    drawn = drawn_tables(text, raw)
    drawn_until = 0
    pipes = piped.Pipes.of(raw)
    tabs = _between_cells(text)
    for at, line in enumerate(raw):
        if at in drawn:
            drawn_until, inside = drawn[at].after, False
            into.table(drawn[at].rows)
            lines.append(TABLE_MARK)
        elif at < drawn_until:
            continue
        elif "\t" in line.strip(" \r\n"):
            if not inside:
                into.begin_table()
                lines.append(TABLE_MARK)
            inside = True
            into.row(line.rstrip("\r\n").split(tabs))
        else:
            inside = False
            for part in piped.cells_of_line(line, pipes):
                if stripped := " ".join(part.split()):
                    if "  " in part and len(part) <= _LONGEST_SPACED:
                        into.heading.spaced[len(lines)] = part
                    lines.append(stripped)


def _between_cells(text: str) -> str:
    """Return the tabs between two cells: one, or as many as some programs write everywhere; then a single one of them is no empty cell."""
    return "\t" * (gcd(*(len(each) for each in set(_TABS.findall(text)))) or 1)
