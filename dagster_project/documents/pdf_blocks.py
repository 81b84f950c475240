"""Lines of a PDF page that stand like the rows of a table without ruling lines.

Here: taking a line apart into labels and values, and which lines stand together. Not here: columns and cells
(``pdf_unruled``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.documents.pdf_lines import Line
from dagster_project.documents.pdf_page import Page

_VALUE = re.compile(
    r"^(?:[+\-－−]?[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?"
    r"(?:[件条项个次人宗起份例篇元万亿]{1,2})?(?:[（(\[〔【].*[)）\]〕】])?"
    r"|[/／\\—–\-－*＊]{1,3}|无|[\ue000-\uf8ff]+)$"
)
_NUMBERING = re.compile(r"^[0-9０-９]{1,2}[.．,，]$")
_CHAPTER = re.compile(r"^第?[一二三四五六七八九十]{1,3}(?:[、.．章]|部分)")
_SHORTEST_HEADING = 6
_SENTENCE = re.compile(r"[。；;]")
# Shares of the font size.
CELLS_APART = 0.4  # Cells of a line stand further apart than this; words of a sentence do not.
_NEAR = 3.6  # Lines of a table follow one another at most so far apart.
_ALONE = 1.75  # A line further than this from its neighbours is no line of a cell.
# A line wider than this share of the page is prose, unless it ends in numbers.
_PROSE_WIDTH = 0.62


@dataclass
class Tabular:
    """One line taken apart: words that may be labels or heads, and the numbers or marks that it ends in."""

    line: Line
    labels: list[Line]
    values: list[Line]


def taken_apart(line: Line) -> Tabular:
    """Take a line apart into the words it begins with and the values it ends in."""
    words = line.words()
    count = 0
    while count < len(words) and is_value(words[-1 - count].text):
        count += 1
    labels, values = words[: len(words) - count], words[len(words) - count :]
    if count == 1 and labels and values[0].left - labels[-1].right < CELLS_APART * line.size:
        # A sentence may end its line with a number.
        labels, values = words, []
    if labels:
        labels = Line([glyph for word in labels for glyph in word.glyphs]).words(CELLS_APART)
    return Tabular(line, labels, values)


def is_value(text: str) -> bool:
    """Whether a text may stand in a column of values: a number, with its unit or a remark, or a mark."""
    return bool(_VALUE.match(text)) and not _NUMBERING.match(text)


def blocks_of(page: Page, lines: Sequence[Tabular]) -> list[list[Tabular]]:
    """Part the lines of a page into blocks that may be tables and single lines that are not."""
    blocks: list[list[Tabular]] = []
    for index, each in enumerate(lines):
        near = bool(index) and each.line.base - lines[index - 1].line.base < _NEAR * each.line.size
        if _is_prose(page, each, lines, index) or not blocks or not near:
            blocks.append([each])
            continue
        before = blocks[-1][-1]
        if _is_prose(page, before, lines, index - 1):
            blocks.append([each])
        else:
            blocks[-1].append(each)
    return blocks


def _is_prose(page: Page, each: Tabular, lines: Sequence[Tabular], index: int) -> bool:
    if each.values:
        return False
    if _SENTENCE.search(each.line.text) or each.line.right - each.line.left > _PROSE_WIDTH * page.width:
        return len(each.line.words(CELLS_APART)) < 3
    if len(each.line.words(CELLS_APART)) > 1:
        return False
    if len(each.line.glyphs) >= _SHORTEST_HEADING and _CHAPTER.match(each.line.text):
        return True
    # A line alone between rows: a heading or an item of its own, unless it is the line of a cell close to another.
    gaps = [
        abs(each.line.base - other.line.base)
        for other in (*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2])
    ]
    return min(gaps, default=1e9) > _ALONE * each.line.size
