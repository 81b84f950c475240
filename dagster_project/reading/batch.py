"""One batch of files from bytes to staged frames.

Here: the order of the steps. Not here: any step (``document``, ``resolve``, ``assemble``), which files are due and where
frames are stored (``staging``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.bodies.identify import identify
from dagster_project.documents import CONVERTERS, UNPACKERS, reader_for
from dagster_project.documents.kinds import extension_kind, sniff
from dagster_project.documents.limits import SECONDS_FOR_ONE_SCAN, within
from dagster_project.documents.manifest import read_bytes
from dagster_project.documents.pieces import Member, Pieces, Unreadable
from dagster_project.documents.scan import SCAN, scan_reader
from dagster_project.reading.assemble import candidates_frame, documents_frame, intake_findings, sections_frame
from dagster_project.reading.attachments import tell_attachments
from dagster_project.reading.careful.batch import read_unfinished
from dagster_project.reading.contradicted import doubt
from dagster_project.reading.document import Document, Source, document_id
from dagster_project.reading.fast import read_tables
from dagster_project.reading.found import found_cells
from dagster_project.reading.pictures import read_pictures, wait_for_recognition
from dagster_project.reading.resolve import finish, resolve
from dagster_project.reading.several import separate
from schemas import CANDIDATES, CELLS, DOCUMENTS, FINDINGS, SECTIONS, STAGED


def read_batch(sources: Sequence[Source], raw: Path, *, scans: bool = False) -> dict[str, pl.DataFrame]:
    """Read files and return the frames of schemas.STAGED by name, validated.

    Every source gives exactly one row of ``documents`` for each document it holds, whatever happens. With ``scans`` the
    characters of pages that are images are recognised; without, such documents end with the reason documents.scan.SCAN.

    Raises:
        schemas.ContractError: a frame is not as its contract says; nothing of the batch may be stored.
    """
    pieces = Pieces()
    converted = _convert(sources, raw)
    documents = [document for source in sources for document in _open(source, raw, pieces, converted, scans)]
    tables = read_tables(pieces)
    found = read_unfinished(found_cells(tables, documents), pieces, documents)
    cells = doubt(resolve(found, documents), found.select("document", "cell", "confidence"), documents)
    finish(documents, cells)
    tell_attachments(documents, pieces, raw)
    wait_for_recognition(documents, pieces, raw)
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


def _open(
    source: Source, raw: Path, pieces: Pieces, converted: Mapping[str, bytes | Unreadable], scans: bool
) -> list[Document]:
    """Read one file: its one document, or each document that it contains."""
    document = Document(source, document_id(source.source_sha256, source.source_path))
    with _told_in_ledger(document):
        content = _content(source, raw)
        document.kind = sniff(content, source.source_path)
        if document.kind in UNPACKERS:
            with within():
                members = list(UNPACKERS[document.kind](content, source.source_path))
            if not members:
                raise Unreadable("empty_container", f"Expected documents inside this {document.kind}, found none.", "intake")
            inside = _converted((each.name, sniff(each.content, each.name), each.content) for each in members)
            return [document for member in members for document in _member(source, member, pieces, inside, raw / source.source_path, scans)]
        content, kind = _as_read(document.kind, source.source_path, content, converted)
        return _read(document, kind, content, source.source_path, pieces, raw / source.source_path, scans)
    return [document]


def _member(
    source: Source, member: Member, pieces: Pieces, converted: Mapping[str, bytes | Unreadable], page: Path, scans: bool
) -> list[Document]:
    identifier = document_id(source.source_sha256, source.source_path, member.name)
    document = Document(source, identifier, member=member.name)
    with _told_in_ledger(document):
        if member.problem is not None:
            raise member.problem
        document.kind = sniff(member.content, member.name)
        if document.kind in UNPACKERS:
            raise Unreadable(
                "nested",
                f"Expected a report inside the container, found {member.name} of kind {document.kind}, which has to be "
                "unpacked itself. Put it into the archive as a file of its own.",
                "intake",
            )
        content, kind = _as_read(document.kind, member.name, member.content, converted)
        return _read(document, kind, content, f"{source.source_path}/{member.name}", pieces, page, scans, member)
    return [document]


def _as_read(kind: str, name: str, content: bytes, converted: Mapping[str, bytes | Unreadable]) -> tuple[bytes, str]:
    """Return the bytes that are read, and their kind: those of the file, or what it was converted into."""
    if kind not in CONVERTERS:
        return content, kind
    result = converted[name]
    if isinstance(result, Unreadable):
        raise result
    return result, sniff(result, "")


def _read(
    document: Document,
    kind: str,
    content: bytes,
    path: str,
    pieces: Pieces,
    page: Path,
    scans: bool,
    member: Member | None = None,
) -> list[Document]:
    """Read one document's bytes and return it, or each report that it holds. ``page`` is the file, whose folder may hold
    pictures that the document shows."""
    document.index = pieces.begin()
    for origin, text in member.named if member else ():
        pieces.named(origin, text)
    try:
        with within():
            reader_for(kind)(content, pieces)
    except Unreadable as error:
        if error.code != SCAN or not scans:
            raise
        document.lane, document.is_scan = "careful", True
        if not pieces.heading.pictures:
            with within(SECONDS_FOR_ONE_SCAN):
                scan_reader(kind)(content, pieces)
    if scans and pieces.heading.pictures:
        with within(SECONDS_FOR_ONE_SCAN):
            shown = read_pictures(pieces, page)
        if shown:
            document.lane, document.is_scan = "careful", True
    if member is not None and member.encoding is not None:
        pieces.heading.encoding = member.encoding
    if "mojibake" in (pieces.heading.encoding or ""):
        pieces.note(
            "mojibake_reversed",
            f"The text had been decoded wrongly and saved so; it was put back without loss: {pieces.heading.encoding}.",
        )
    documents = [document]
    for number in range(2, separate(pieces) + 1):
        name = f"{document.member}#report={number}"
        identifier = document_id(document.source.source_sha256, document.source.source_path, name)
        documents.append(Document(document.source, identifier, name, document.index + number - 1, document.kind))
    claimed = extension_kind(path)
    for each in documents:
        heading = pieces.headings[each.index]
        each.encoding = heading.encoding
        each.notes = heading.notes
        each.lane, each.is_scan = document.lane, document.is_scan
        # The file is named after one report at most.
        each.identity = identify(heading, path if len(documents) == 1 else "")
        if claimed is not None and claimed != each.kind:
            each.notes.append(
                ("extension_lies", f"The file name says {claimed}, the bytes are {each.kind}; the bytes were believed.")
            )
    return documents


def _content(source: Source, raw: Path) -> bytes:
    content = read_bytes(raw / source.source_path)
    if sha256(content).hexdigest() != source.source_sha256:
        raise Unreadable(
            "changed_during_run",
            "Expected the bytes that the manifest names, found others: the file changed during the run. Run again.",
            "intake",
        )
    return content


def _convert(sources: Sequence[Source], raw: Path) -> dict[str, bytes | Unreadable]:
    """Convert the files that need it, by their paths."""
    unreadable: dict[str, bytes | Unreadable] = {}
    files = []
    for source in sources:
        if source.file_kind in CONVERTERS:
            try:
                files.append((source.source_path, source.file_kind, _content(source, raw)))
            except Unreadable as error:
                unreadable[source.source_path] = error
    return unreadable | _converted(files)


def _converted(files: Iterable[tuple[str, str, bytes]]) -> dict[str, bytes | Unreadable]:
    """Convert (name, kind, content) where the kind needs it, all of one kind at once: starting a converter takes longer than
    converting."""
    by_kind: dict[str, dict[str, bytes]] = {}
    for name, kind, content in files:
        if kind in CONVERTERS:
            by_kind.setdefault(kind, {})[name] = content
    converted: dict[str, bytes | Unreadable] = {}
    for kind, contents in by_kind.items():
        converted |= CONVERTERS[kind](contents)
    return converted


@contextmanager
def _told_in_ledger(document: Document) -> Iterator[None]:
    """Whatever goes wrong with one document is told in the ledger and never stops the others."""
    try:
        yield
    except Unreadable as error:
        document.end("quarantined", error.stage, error.code, error.detail)
    except Exception as error:
        document.end(
            "quarantined",
            "reading",
            "reader_failed",
            f"The reader failed on this file ({type(error).__name__}: {error}). The file is kept; report it so that a test can be made of it.",
        )
