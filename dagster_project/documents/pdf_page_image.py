"""A page of a PDF as a picture with one cell marked, for a person who wants to see where a number stands.

Here: the drawing. Not here: which cell (``reading.inspect``), reading.
"""

import re
from pathlib import Path

from PIL import Image, ImageDraw

from dagster_project.documents import pdf
from dagster_project.documents.pieces import Box, Pieces, Unreadable

_PAGE = re.compile(r"(?:^|;)page=([0-9]+)(?:;|$)")
_BOX = re.compile(r"(?:^|;)box=([-0-9.]+),([-0-9.]+),([-0-9.]+),([-0-9.]+)(?:;|$)")
_CELL = re.compile(r"(?:^|;)table=([0-9]+);row=([0-9]+);cell=([0-9]+)(?:;|$)")
# Pixels a point: the print of a narrow cell is readable.
_SCALE = 2.0
_COLOUR = (214, 39, 40)
_LINE = 3
# Room between the cell and the line around it, in points.
_ROOM = 2.0


def mark_cell(content: bytes, locator: str, target: Path) -> Path:
    """Draw the page that ``locator`` names, its cell framed, to ``target`` as PNG and return that path.

    Raises:
        Unreadable: the locator names no place on a page, or the file cannot be opened.
    """
    page, box = _place(content, locator)
    with pdf.opened(content) as document:
        if not 1 <= page <= len(document):
            raise Unreadable("no_place", f"Expected a page from 1 to {len(document)}, found page={page} in the locator.")
        raw = document[page - 1]
        image = raw.render(scale=_SCALE).to_pil().convert("RGB")
        raw.close()
    left, top, right, bottom = (edge * _SCALE for edge in box)
    room = _ROOM * _SCALE
    frame = (left - room, top - room, right + room, bottom + room)
    shade = Image.new("RGB", image.size, _COLOUR)
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).rectangle(frame, fill=40)
    image.paste(shade, mask=mask)
    ImageDraw.Draw(image).rectangle(frame, outline=_COLOUR, width=_LINE)
    image.save(target, "PNG")
    return target


def _place(content: bytes, locator: str) -> tuple[int, Box]:
    page, box = _PAGE.search(locator), _BOX.search(locator)
    if page and box:
        left, top, right, bottom = map(float, box.groups())
        return int(page[1]), (left, top, right, bottom)
    cell = _CELL.search(locator)
    if page and cell:
        return int(page[1]), _box_of(content, *map(int, cell.groups()))
    raise Unreadable("no_place", f"Expected a locator with page and box or cell, found '{locator}'.")


def _box_of(content: bytes, table: int, row: int, cell: int) -> Box:
    """Return the box of a cell that is known by its number only, by reading the file once more."""
    pieces = Pieces()
    pieces.begin()
    pdf.read(content, pieces)
    rows = pieces.rows().filter(table=table, row=row)
    boxes = pieces.boxes().filter(cell=cell - 1).join(rows.select("row_id"), on="row_id", how="semi")
    if not boxes.height:
        raise Unreadable("no_place", f"Expected table {table}, row {row}, cell {cell} in the file, found no such cell.")
    left, top, right, bottom = map(float, boxes["box"][0].split(","))
    return left, top, right, bottom
