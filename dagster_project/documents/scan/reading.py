"""A scan into pieces: tables by their ruling lines or by their columns, everything else as lines.

Here: the order of the steps on a page and over the pages. Not here: the steps.
"""

from collections.abc import Iterable

from dagster_project.documents.pdf_lines import lines_of
from dagster_project.documents.pdf_margins import PageContent, without_margins
from dagster_project.documents.pdf_page import Glyph
from dagster_project.documents.pdf_pages import hand_on, mend_breaks
from dagster_project.documents.pdf_ruled import Cell, Table
from dagster_project.documents.pdf_unruled import unruled_tables
from dagster_project.documents.pieces import DOUBT_MARK, NO_MARKS, Pieces
from dagster_project.documents.scan import grid, recognition
from dagster_project.documents.scan.layout import Layout, text_of
from dagster_project.documents.scan.pages import Page
from dagster_project.documents.scan.upright import Level, upright

# So far above and below the line of a row its numbers may stand, as a share of their height.
_AROUND = 0.35


def read_pages(pages: Iterable[Page], into: Pieces) -> None:
    """Read the pages of one document into ``into``."""
    into.heading.encoding = "ocr"
    contents, turned = [], []
    for page in pages:
        level = upright(page)
        if level.turned:
            turned.append(f"page {page.number} by {level.turned:.1f}°")
        contents.append(_content(page, level))
    without_margins(contents)
    mend_breaks(contents)
    hand_on(contents, into)
    into.note("read_by_ocr", "The document is a scan; its characters were recognised, doubtful digits are illegible.")
    if turned:
        into.note("straightened", f"Pages lay askew and were turned: {', '.join(turned)}.")


def _content(page: Page, level: Level) -> PageContent:
    """Return the tables and lines of a page."""
    layout = Layout(page, level.image, level.em)
    ruled = [_ruled(layout, level, found) for found in level.tables]
    glyphs: list[Glyph] = [glyph for word in level.words for glyph in layout.glyphs(word)]
    # What only frames prose is no table.
    glyphs += [glyph for table in ruled if table.is_frame for row in table.rows for cell in row for glyph in cell.glyphs]
    unruled, lines = unruled_tables(layout.page, lines_of(glyphs))
    for table in unruled:
        _read_again(layout, level, table)
    return PageContent(layout.page, lines, [*(table for table in ruled if not table.is_frame), *unruled])


def _ruled(layout: Layout, level: Level, table: grid.GridTable) -> Table:
    cells = [cell for row in table.rows for cell in row]
    lines = [recognition.cell_lines(level.image, (each.left, each.top, each.right, each.bottom), level.em) for each in cells]
    read = iter(recognition.read_lines(level.image, [line for each in lines for line in each]))
    done = iter(
        [layout.cell(cell, each, [next(read) for _ in each]) for cell, each in zip(cells, lines, strict=True)]
    )
    return layout.table(table, [[next(done) for _ in row] for row in table.rows])


def _read_again(layout: Layout, level: Level, table: Table) -> None:
    """Read the numbers of an unruled table once more, each in the whole room of its column and row, in place.

    The page as a whole was searched for words, and a single digit is easily overlooked there: then what is read now counts, as
    surely as it was read. What the first reading found has to be found again, or it is doubtful.
    """
    columns = list(zip(table.edges[::2], table.edges[1::2], strict=True))
    rooms = dict(zip(columns, _rooms(columns, layout.page.width), strict=True))
    asked: list[tuple[Cell, list[recognition.Ink]]] = []
    for row in table.rows:
        ends = [cell.box[2] for cell in row if (cell.box[0], cell.box[2]) not in rooms]
        for cell in row:
            room = rooms.get((cell.box[0], cell.box[2]))
            if room is None:
                cell.confidence = 1.0
                continue
            around = _AROUND * (cell.box[3] - cell.box[1])
            # The label before the numbers may reach into the room of the first of them.
            label = max((end for end in ends if end <= cell.box[0]), default=0.0)
            left = max(room[0], (label + cell.box[0]) / 2)
            place = layout.pixels((left, max(0.0, cell.box[1] - around), room[1], cell.box[3] + around))
            asked.append((cell, recognition.cell_lines(level.image, place, level.em)))
    read = iter(recognition.read_lines(level.image, [line for _, lines in asked for line in lines]))
    for cell, lines in asked:
        parts = [next(read) for _ in lines]
        text, before = text_of(parts), cell.text.translate(NO_MARKS)
        cell.confidence = min((part.confidence for part in parts), default=1.0)
        if not before:
            cell.text = text
        elif text.translate(NO_MARKS) != before or (DOUBT_MARK in text and DOUBT_MARK not in cell.text):
            cell.text += DOUBT_MARK


def _rooms(columns: list[tuple[float, float]], width: float) -> list[tuple[float, float]]:
    """Return the room of each column: half way to its neighbours, and as far beyond the first and the last."""
    rooms = []
    for at, (left, right) in enumerate(columns):
        before = (left - columns[at - 1][1]) / 2 if at else None
        after = (columns[at + 1][0] - right) / 2 if at + 1 < len(columns) else None
        beyond = min(each for each in (before, after, right - left) if each is not None)
        rooms.append((max(0.0, left - (beyond if before is None else before)), min(width, right + (beyond if after is None else after))))
    return rooms
