"""The pages of a document one after the other: what their breaks cut, and handing on tables and lines in order.

Here: PDF pages and scanned pages alike, once their lines and tables are known. Not here: finding either on a page; which rows
are halves of one (``pdf_joins``).
"""

from collections.abc import Sequence
from itertools import pairwise

from dagster_project.documents.pdf_joins import WholeTable, goes_on, mark_at_break
from dagster_project.documents.pdf_lines import Line, paragraphs
from dagster_project.documents.pdf_margins import PageContent, title_of
from dagster_project.documents.pdf_unruled import add_fragments, fragments, head_only, stands_below
from dagster_project.documents.pieces import TABLE_MARK, Pieces

# So many lines at the top of a page may be what is left of the row that the page before breaks off.
_BESIDE_BREAK = 8


def mend_breaks(pages: Sequence[PageContent]) -> None:
    """Take up what unruled tables have beside the breaks between pages, and mark numbers that a break may cut, in place."""
    for page, following in pairwise(pages):
        _add_over_break(page, following)
        _mark_at_break(page, following)


def hand_on(pages: Sequence[PageContent], into: Pieces) -> None:
    """Hand on tables and lines in the order of the pages, a table over several pages where it begins."""
    content: list[Line | WholeTable] = []
    for page in pages:
        for part in sorted([*page.lines, *page.tables], key=lambda part: (part.box[1], part.box[0])):
            if isinstance(part, Line):
                content.append(part)
            elif content and isinstance(content[-1], WholeTable) and goes_on(content[-1], part):
                content[-1].parts.append(part)
            else:
                content.append(WholeTable([part]))
    for part in content:
        if isinstance(part, WholeTable):
            _hand_on_table(part, into)
    into.named("heading", title_of(pages))
    lines = paragraphs([part if isinstance(part, Line) else None for part in content])
    into.heading.lines += [TABLE_MARK if line is None else line for line in lines]


def _hand_on_table(table: WholeTable, into: Pieces) -> None:
    into.begin_table()
    for row in table.rows:
        recognised = any(cell.confidence is not None for cell in row.cells)
        into.row(
            [cell.text for cell in row.cells],
            f"page={row.page.number}",
            [row.page.displayed(cell.box) for cell in row.cells],
            [1.0 if cell.confidence is None else cell.confidence for cell in row.cells] if recognised else None,
        )


def _add_over_break(content: PageContent, following: PageContent) -> None:
    """Take up what an unruled table over two pages has beside the break: its head, parts of its labels."""
    first = min(following.tables, key=lambda table: table.box[1], default=None)
    if first is None or first.ruled or not first.edges:
        return
    above = [line for line in following.lines if line.bottom < first.box[1]]
    last = max(content.tables, key=lambda table: table.box[3], default=None)
    lowest = last.box[3] if last is not None else 0.0
    below = [line for line in content.lines if line.top > lowest]
    if last is not None and not last.ruled and last.edges and stands_below(last, first):
        if fragments(last, above) == above and fragments(last, below) == below:
            add_fragments(first, above, above=True)
            add_fragments(last, below, above=False)
            following.lines = [line for line in following.lines if line not in above]
            content.lines = [line for line in content.lines if line not in below]
    elif not above:
        head, left = head_only(content.page, below)
        if head is not None and stands_below(head, first):
            content.tables.append(head)
            content.lines = [line for line in content.lines if line.top <= lowest] + left


def _mark_at_break(content: PageContent, following: PageContent) -> None:
    last = max(content.tables, key=lambda table: table.box[3], default=None)
    if last is None or last.ruled or any(line.top > last.box[3] for line in content.lines):
        return
    first = min(following.tables, key=lambda table: table.box[1], default=None)
    mark_at_break(last, first, [line for line in following.lines if first is None or line.bottom < first.box[1]][:_BESIDE_BREAK])
