"""One batch of files from bytes to staged frames.

Here: the order of the steps. Not here: any step (``document``, ``resolve``, ``assemble``), which files are due and where
frames are stored (``staging``).
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.bodies.identify import identify
from dagster_project.documents import reader_for
from dagster_project.documents.kinds import extension_kind, sniff
from dagster_project.documents.manifest import read_bytes
from dagster_project.documents.pieces import Pieces, Unreadable
from dagster_project.reading.assemble import candidates_frame, documents_frame, intake_findings, sections_frame
from dagster_project.reading.document import Document, Source, document_id
from dagster_project.reading.fast_lane import read_tables
from dagster_project.reading.resolve import resolve
from schemas import CANDIDATES, CELLS, DOCUMENTS, FINDINGS, SECTIONS, STAGED


def read_batch(sources: Iterable[Source], raw: Path) -> dict[str, pl.DataFrame]:
    """Read files and return the frames of schemas.STAGED by name, validated.

    Every source gives exactly one row of ``documents`` for each document it holds, whatever happens.

    Raises:
        schemas.ContractError: a frame is not as its contract says; nothing of the batch may be stored.
    """
    pieces = Pieces()
    documents = [_open(source, raw, pieces) for source in sources]
    tables = read_tables(pieces)
    cells = resolve(tables, documents)
    frames = {
        DOCUMENTS.name: documents_frame(documents),
        CELLS.name: cells,
        SECTIONS.name: sections_frame(documents, pieces),
        FINDINGS.name: intake_findings(documents, tables),
        CANDIDATES.name: candidates_frame(documents),
    }
    return {frame.name: frame.validate(sort(frames[frame.name], frame.name)) for frame in STAGED}


def sort(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a staged frame in the order of its key: what is written never depends on the order of reading."""
    key = next(contract.key for contract in STAGED if contract.name == name)
    return frame.sort(*key)


def _open(source: Source, raw: Path, pieces: Pieces) -> Document:
    document = Document(source, document_id(source.source_sha256, source.source_path))
    try:
        content = read_bytes(raw / source.source_path)
        if sha256(content).hexdigest() != source.source_sha256:
            raise Unreadable(
                "changed_during_run",
                "Expected the bytes that the manifest names, found others: the file changed during the run. Run again.",
                "intake",
            )
        document.kind = sniff(content, source.source_path)
        reader = reader_for(document.kind)
        document.index = pieces.begin()
        reader(content, pieces)
        document.encoding = pieces.heading.encoding
        document.notes = pieces.heading.notes
        document.identity = identify(pieces.heading, source.source_path)
        claimed = extension_kind(source.source_path)
        if claimed is not None and claimed != document.kind:
            document.notes.append(
                (
                    "extension_lies",
                    f"The file name says {claimed}, the bytes are {document.kind}; the bytes were believed.",
                )
            )
    except Unreadable as error:
        document.end("quarantined", error.stage, error.code, error.detail)
    except Exception as error:  # one file must never stop the others; what happened is told in the ledger
        document.end(
            "quarantined",
            "reading",
            "reader_failed",
            f"The reader failed on this file ({type(error).__name__}: {error}). The file is kept; report it so that a test can be made of it.",
        )
    return document
