"""One document on its way through reading: what is known of it and what becomes of it.

Here: the record, its stable identifier, the rules that make it a report, not a report, or a case for quarantine. Not here:
cells (``resolve``), frames (``assemble``).
"""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

import polars as pl

from dagster_project.bodies.identity import Identity
from dagster_project.forms import registry

# Raise it with every change that can change what is read; documents read by an older version are read again.
READER_VERSION = 11


@dataclass(frozen=True)
class Source:
    """One file to read: its path relative to raw/, its bytes' SHA-256 by the manifest, its partition and kind."""

    source_path: str
    source_sha256: str
    partition: str
    file_kind: str


@dataclass
class Document:
    """One document of a batch. ``member`` names it inside its file, '' for the file itself; ``index`` is its place among the
    batch's pieces; ``verdict`` stays None while it is a report."""

    source: Source
    document_id: str
    member: str = ""
    index: int | None = None
    kind: str = "unknown"
    encoding: str | None = None
    identity: Identity | None = None
    verdict: tuple[str, str, str, str] | None = None  # outcome, stage, reason code, sentence; None while it is a report
    notes: list[tuple[str, str]] = field(default_factory=list)
    form: str | None = None
    form_by_labels: str | None = None  # told by labels whose values were not read
    has_chapters: bool = False  # without a title, but with the chapters of the form
    lane: str = "fast"
    is_scan: bool = False  # its characters were recognised
    duplicate_of: str | None = None
    content_sha256: str | None = None
    cells_expected: int | None = None
    cells_read: int | None = None

    def end(self, outcome: str, stage: str, code: str, sentence: str) -> None:
        if self.verdict is None:
            self.verdict = (outcome, stage, code, sentence)


def document_id(source_sha256: str | None, source_path: str, member: str = "") -> str:
    """Return the stable identifier of a document; by its path when its bytes could not be read."""
    return sha256(f"{source_sha256 or 'path ' + source_path}\n{member}".encode()).hexdigest()[:16]


def recognise(document: Document, cells: set[str], readable: bool) -> None:
    """Decide what a document is, from its identity and the cells met in its tables; ``readable``: some of them decided."""
    identity = document.identity
    if identity.foreign is not None:
        document.end("not_a_report", "identification", *identity.foreign)
        return
    if not cells and not identity.is_report and not document.has_chapters:
        document.end(
            "not_a_report",
            "recognition",
            "no_report",
            "Expected the title or a table of an annual report, found neither. If it is a report, give the file its title as name.",
        )
        return
    if not cells or not readable:
        document.end(
            "quarantined",
            "recognition",
            "no_form_table" if not cells else "tables_unreadable",
            "Expected a table of the form of 2019 or 2021 with its labels and values in rows, found "
            + (
                "none: the report follows an older form, has its tables elsewhere, or they were lost."
                if not cells
                else "its labels, but not their values beside them; nothing was guessed."
            ),
        )
        return
    document.form = form_of(cells) or document.form_by_labels
    if document.form is None:
        document.end(
            "quarantined",
            "recognition",
            "form_undecided",
            "Expected the rows and columns of one form, found those of none or of several; the file may hold two reports.",
        )
    elif identity.year is None:
        document.end(
            "quarantined",
            "identification",
            "year_unknown",
            "Expected the report year in the title, in the sentence about the statistics period or in the text, found none. Name the file with its title.",
        )
    elif identity.body is None:
        document.end(
            "quarantined",
            "identification",
            "body_unknown",
            "Expected the reporting body in the title, in the header or at the end, found none. Name the file with its title.",
        )


def form_of(cells: set[str]) -> str | None:
    """Return the form whose own cells were met; None when cells of several forms or of none in particular were."""
    own = _own_cells()
    # 其他处理 in one row or three is borrowed between the forms, so the disclosure table decides where there is one.
    for table in registry.TABLES:
        met = {form for form, by_table in own.items() if by_table.get(table, frozenset()) & cells}
        if len(met) == 1:
            return met.pop()
        if len(met) > 1:
            return None
    return None


@cache
def _own_cells() -> dict[str, dict[str, frozenset[str]]]:
    regular = registry.cells().filter(presence="regular")
    alone = regular.filter(pl.col("form").n_unique().over("cell") == 1)
    own: dict[str, dict[str, frozenset[str]]] = {}
    for form, table, cells in alone.group_by("form", "table").agg("cell").iter_rows():
        own.setdefault(form, {})[table] = frozenset(cells)
    return own
