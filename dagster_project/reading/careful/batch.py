"""The documents of a batch that the fast lane could not finish, one after the other through the careful lane.

Here: which documents these are, their streams, and putting what was read beside what the fast lane found. Not here: reading
(``lane``).
"""

from collections.abc import Sequence
from functools import cache, lru_cache

import polars as pl

from dagster_project.documents.limits import within
from dagster_project.documents.pieces import Pieces, Unreadable
from dagster_project.forms import labels, registry
from dagster_project.reading.careful.lane import CarefulCell, read_carefully
from dagster_project.reading.careful.stacked import put_together
from dagster_project.reading.careful.stream import document_rows
from dagster_project.reading.document import Document, form_of
from dagster_project.reading.found import CONFLICTS_OF_TWO_REPORTS, FOUND, cells_met, end_as_several, without_subtotals

_LONGEST_HEADING = 40
# Of the six chapters.
_MOST_CHAPTERS = 4
# The labels of the request table and their values, glued, are longer.
_SHORTEST_PAGE = 400
Table = list[tuple[int, str, list[str]]]


def read_unfinished(found: pl.DataFrame, pieces: Pieces, documents: Sequence[Document]) -> pl.DataFrame:
    """Return ``found`` with the cells that the careful lane read: those that were not met, and those met but not decided."""
    decided = found.filter(pl.col("status") != "ambiguous")
    met = cells_met(decided)
    unfinished = [each for each in documents if _is_unfinished(each, met.get(each.index, frozenset()), pieces)]
    if not unfinished:
        return found
    indices = [each.index for each in unfinished]
    tables = _tables(pieces, indices)
    values = decided.filter(pl.col("document").is_in(indices)).group_by("document").agg("cell", "value")
    printed = {index: dict(zip(cells, numbers, strict=True)) for index, cells, numbers in values.iter_rows()}
    read: list[tuple] = []
    for document in unfinished:
        known = printed.get(document.index, {})
        heading = pieces.headings[document.index]
        document.has_chapters = not document.identity.is_report and _has_the_chapters(heading.lines)
        rows = document_rows(put_together(heading.lines, heading.spaced), tables.get(document.index, []))
        try:
            with within():
                several = document.identity.reports_named > 1
                reading = read_carefully(rows, form_of(set(known)), known, several=several)
        except Unreadable as error:
            document.notes.append((error.code, f"The careful lane gave up: {error.detail}"))
            continue
        except Exception as error:
            document.notes.append(
                (
                    "careful_lane_failed",
                    f"The careful lane failed on this document ({type(error).__name__}: {error}); nothing of it was taken. Report it so that a test can be made of it.",
                )
            )
            continue
        document.notes += reading.notes
        if reading.contradictions >= CONFLICTS_OF_TWO_REPORTS or (reading.contradictions and reading.several):
            end_as_several(document)
        if reading.cells:
            document.lane = "careful"
            document.form_by_labels = reading.form
        read += [_row(document.index, cell) for cell in reading.cells]
    if not read:
        return found
    careful = pl.DataFrame(read, schema=FOUND, orient="row")
    kept = found.join(careful, on=["document", "cell"], how="anti", maintain_order="left")
    return without_subtotals(pl.concat([kept, careful])).sort("document", "cell")


def _is_unfinished(document: Document, met: frozenset[str], pieces: Pieces) -> bool:
    identity = document.identity
    if document.index is None or identity is None or identity.foreign is not None or document.verdict is not None:
        return False
    if not met:
        return identity.is_report or _names_the_form(pieces.headings[document.index].lines)
    return not _is_whole(met)


# Reports that print the same cells share one set, so this is asked a few times, not for every document.
@lru_cache(maxsize=1 << 10)
def _is_whole(met: frozenset[str]) -> bool:
    """Whether these are all the cells of one form."""
    form = form_of(set(met))
    if form is None:
        return False
    borrowed = any(f"requests.{row}.total" in met for row in _borrowed_rows(form))
    return all(cell in met for cell, row in _regular(form) if not (borrowed and row.startswith("other")))


def _names_the_form(lines: list[str]) -> bool:
    """Whether a line is the heading of the chapter on requests, which no other kind of document has, or runs on behind it: a page in
    one line."""
    return any(
        labels.key_of(line).endswith(_headings()["3"]) if len(line) <= _LONGEST_HEADING else _runs_on(line)
        for line in lines
        if "申请" in line
    )


def _runs_on(line: str) -> bool:
    return len(line) >= _SHORTEST_PAGE and any(heading in labels.squeeze(line) for heading in _headings()["3"])


def _has_the_chapters(lines: list[str]) -> bool:
    """Whether most chapters of the form stand in lines of their own; a page that quotes one of them is about the form."""
    keys = [labels.key_of(line) for line in lines if len(line) <= _LONGEST_HEADING]
    return sum(any(key.endswith(headings) for key in keys) for headings in _headings().values()) >= _MOST_CHAPTERS


@cache
def _headings() -> dict[str, tuple[str, ...]]:
    """Return the headings of the form's chapters by their numbers."""
    chapters = registry.labels().filter(role="chapter").select("code", "label").unique().sort("code", "label")
    found: dict[str, tuple[str, ...]] = {}
    for code, label in chapters.iter_rows():
        found[code] = (*found.get(code, ()), labels.key_of(label))
    return found


@cache
def _regular(form: str) -> tuple[tuple[str, str], ...]:
    return tuple(registry.cells().filter(form=form, presence="regular").select("cell", "row").iter_rows())


@cache
def _borrowed_rows(form: str) -> tuple[str, ...]:
    return tuple(registry.cells().filter(form=form, presence="alternative")["row"].unique(maintain_order=True))


def _tables(pieces: Pieces, indices: Sequence[int]) -> dict[int, list[Table]]:
    """Return the tables of some documents as texts."""
    texts = list(pieces.texts)
    rows = pieces.rows().filter(pl.col("document").is_in(indices))
    cells = pieces.cells().join(rows.select("row_id"), on="row_id", how="semi")
    by_row = dict(cells.group_by("row_id", maintain_order=True).agg("text").iter_rows())
    found: dict[int, dict[int, Table]] = {}
    for row_id, document, table, row, place in rows.select("row_id", "document", "table", "row", "place").iter_rows():
        tables = found.setdefault(document, {})
        tables.setdefault(table, []).append((row, place, [texts[text] for text in by_row[row_id]]))
    # A table without a row keeps its number: its mark stands among the lines.
    return {
        document: [tables.get(number, []) for number in range(1, max(tables) + 1)] for document, tables in found.items()
    }


def _row(document: int, cell: CarefulCell) -> tuple:
    return (document, cell.cell, cell.status, cell.value, cell.unit, None, cell.raw_text, cell.locator, None)
