"""The lines of a PDF that are not its text: page numbers, running heads, and the title.

Here: telling them by their place, their form, their size and their return on other pages. Not here: footnotes, which are text;
what a title says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from dagster_project.documents.pdf_lines import Line
from dagster_project.documents.pdf_page import Page
from dagster_project.documents.pdf_ruled import Table

# Margins, as shares of the page's height.
_MARGIN = 0.12
_NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3}|[ivxlcIVXLC]{1,6})"
_DECORATED = re.compile(
    rf"^(?:[-—–－―~·•|]+{_NUMERAL}[-—–－―~·•|]+"
    rf"|第{_NUMERAL}页(?:[/,，]?[共总]{_NUMERAL}页)?"
    rf"|{_NUMERAL}[/／]{_NUMERAL}"
    rf"|[Pp]age{_NUMERAL}(?:(?:of|/){_NUMERAL})?)$"
)
_BARE = re.compile(r"^(\d{1,4})$")
_DIGITS = re.compile(r"\d+")
# A running head comes back on this share of the pages, and on no fewer pages than this.
_RETURNS = 0.6
_FEWEST_RETURNS = 3
# A title is set so much larger than the text.
_TITLE_SIZE = 1.15


@dataclass
class PageContent:
    """One page: its lines outside tables, from top to bottom, and its tables."""

    page: Page
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def without_margins(pages: Sequence[PageContent]) -> None:
    """Drop page numbers from the lines of pages, and running heads after their first page, in place."""
    bare: dict[int, list[tuple[PageContent, Line]]] = {}
    heads: Counter[str] = Counter()
    marginal: list[tuple[PageContent, Line, str]] = []
    for page in pages:
        for line in _outermost(page):
            text = "".join(line.text.split())
            if _DECORATED.match(text):
                page.lines.remove(line)
            elif match := _BARE.match(text):
                bare.setdefault(int(match[1]) - page.page.number, []).append((page, line))
            elif len(line.words(apart=1.0)) == 1:
                head = _DIGITS.sub("#", text)
                heads[head] += 1
                marginal.append((page, line, head))
    for offset, found in bare.items():
        # A number alone counts pages when it counts on with them; on a single page it must be that page's own.
        if len(found) > 1 or (len(pages) == 1 and offset == 0):
            for page, line in found:
                page.lines.remove(line)
    seen: set[str] = set()
    for page, line, head in marginal:
        if heads[head] >= max(_FEWEST_RETURNS, _RETURNS * len(pages)):
            if head in seen:
                page.lines.remove(line)
            seen.add(head)


def _outermost(page: PageContent) -> list[Line]:
    """Return the first and the last line of a page where they stand in its margins and beyond its tables."""
    height = page.page.height
    first = min((table.box[1] for table in page.tables), default=height)
    last = max((table.box[3] for table in page.tables), default=0.0)
    found = []
    if page.lines and page.lines[0].bottom < min(_MARGIN * height, first):
        found.append(page.lines[0])
    if len(page.lines) > 1 or not found:
        found += [line for line in page.lines[-1:] if line.top > max((1 - _MARGIN) * height, last)]
    return found


def title_of(pages: Sequence[PageContent]) -> str | None:
    """Return the lines in large print that stand together first on the first page with text, as one text; None without any."""
    sizes = Counter(round(line.size * 2) / 2 for page in pages for line in page.lines for _ in line.glyphs)
    page = next((page for page in pages if page.lines), None)
    if page is None:
        return None
    text_size = sizes.most_common(1)[0][0]
    title: list[Line] = []
    for line in page.lines:
        if line.size < _TITLE_SIZE * text_size:
            if title:
                break
        elif (
            not title
            or abs(line.size - title[-1].size) < 0.1 * line.size
            and line.base - title[-1].base < 3 * line.size
        ):
            title.append(line)
        else:
            break
    return "".join(line.text for line in title) or None
