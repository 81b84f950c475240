"""Real reports of the corpus as pages that can be damaged.

Here: a page from what the readers collect, each value cell tagged with the cell of the form that it was read at, once the
transcribed truth says that it was read rightly. Not here: damage, judgement (``mutants``).
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from dagster_project.documents import reader_for
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import TABLE_MARK, Pieces
from dagster_project.forms import labels, registry
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.pages import Label, Line, Page, PageRow, PageTable, Part, Value

_PLACE = re.compile(r"table=(\d+);row=(\d+);cell=(\d+)")
_CHANNELS = registry.row_order("remedies", "2021")
Tags = Mapping[tuple[int, int, int], tuple[str, Decimal | None]]


def real_pages(corpus: Path) -> dict[str, Page]:
    """Return the pages of the published reports of the corpus by file name."""
    folder = corpus / "published"
    return {path.name: _page(path, folder / "expected" / f"{path.name}.json") for path in sorted((folder / "docs").iterdir())}


def _page(path: Path, expected: Path) -> Page:
    truth = json.loads(expected.read_text(encoding="utf-8"))
    content = path.read_bytes()
    source = Source(path.name, sha256(content).hexdigest(), "undated", sniff(content, path.name))
    frames = read_batch([source], path.parent)
    tags: dict[tuple[int, int, int], tuple[str, Decimal | None]] = {}
    for cell, value, place in frames["cells"].select("cell", "value", "locator").iter_rows():
        found = _PLACE.search(place or "")
        if found and cell in truth["cells"]:
            assert value == _number(truth["cells"][cell]), f"{path.name}: {cell} is read wrongly, nothing can be built on it"
            tags[int(found[1]), int(found[2]), int(found[3])] = (cell, value)
    pieces = Pieces()
    pieces.begin()
    reader_for(source.file_kind)(content, pieces)
    blocks = _blocks(pieces, tags, frames["documents"]["title"][0])
    states = Page(blocks, []).stated(0)
    return Page(blocks, [Part(truth["body"], truth["report_year"], truth["form"], states)])


def _number(value: object) -> Decimal | None:
    value = value.get("value") if isinstance(value, dict) else value
    return None if value is None else Decimal(str(value).replace(",", ""))


def _blocks(pieces: Pieces, tags: Tags, title: str) -> list[Line | PageTable]:
    texts = list(pieces.texts)
    by_row: dict[int, list[str]] = {}
    for row_id, text in pieces.cells().select("row_id", "text").iter_rows():
        by_row.setdefault(row_id, []).append(" ".join(texts[text].split()))
    tables: dict[int, list[PageRow]] = {}
    for row_id, table, row in pieces.rows().select("row_id", "table", "row").iter_rows():
        tables.setdefault(table, []).append(_row(table, row, by_row[row_id], tags))
    blocks: list[Line | PageTable] = [Line(title)]
    number = 0
    for line in pieces.heading.lines:
        if line != TABLE_MARK:
            blocks.append(Line(line))
            continue
        number += 1
        if number in tables:
            blocks += _tables(tables[number])
    return blocks


def _row(table: int, row: int, texts: list[str], tags: Tags) -> PageRow:
    tagged = [at for at in range(1, len(texts) + 1) if (table, row, at) in tags]
    if not tagged:
        return PageRow([Label(text) for text in texts])
    first, last = tagged[0], tagged[-1]
    cells = [Label(text) for text in texts[: first - 1]]
    values = []
    for at in range(first, last + 1):
        code, number = tags.get((table, row, at), (None, None))
        values.append(Value(texts[at - 1], number, code))
    code = values[0].at.split(".")[1] if not values[0].at.startswith("remedies.") else None
    named = [label for label in cells if label.text]
    if code and named:
        named[-1].role, named[-1].code = "row", code
    return PageRow(cells, values, [Label(text) for text in texts[last:]], code)


def _tables(rows: list[PageRow]) -> list[PageTable]:
    """Return the tables of the form that one table of the file holds: one for each head, joined to the one before."""
    found: list[PageTable] = []
    start = 0
    for at, row in enumerate(rows, start=1):
        following = rows[at] if at < len(rows) else None
        if row.values and (following is None or (not following.values and any(r.values for r in rows[at:]))):
            found.append(_table(rows[start:at], joined=bool(found)))
            start = at
    if start < len(rows):
        found.append(PageTable("requests", rows[start:], [], joined=bool(found), heads_fixed=True))
    return found


def _table(rows: list[PageRow], *, joined: bool) -> PageTable:
    first = next(row for row in rows if row.values)
    name = first.values[0].at.split(".")[0]
    columns = [value.at.split(".", 2 if name != "remedies" else 1)[-1] if value.at else None for value in first.values]
    head_labels = [label for row in rows if not row.values for label in row.labels if _column(name, label.text)]
    heads = _in_order(name, head_labels, columns)
    if heads is None:
        return PageTable(name, rows, [Label("", "column", column) for column in columns], joined=joined, heads_fixed=True)
    for label, column in zip(heads, columns, strict=True):
        label.role, label.code = "column", column
    return PageTable(name, rows, heads, joined=joined)


def _column(table: str, text: str) -> str | None:
    known = labels.match(text) if text else None
    return labels.codes(table, "column").get(known[0]) if known else None


def _in_order(name: str, found: list[Label], columns: list[str | None]) -> list[Label] | None:
    """Return the labels of the head in the order of the columns below, None when they do not name them one by one."""
    if len(found) != len(columns):
        return None
    if name == "remedies":
        # Reading order: the first channel's results stand in the upper of the two rows.
        return found if [_column(name, label.text) for label in found] == [(c or "").split(".")[-1] for c in columns] else None
    by_code = {_column(name, label.text): label for label in found}
    return [by_code[column] for column in columns] if set(by_code) == set(columns) else None
