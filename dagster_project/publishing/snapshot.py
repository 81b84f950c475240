"""Build the published snapshot beside the old one and swap it in, or leave the old one as it is.

Here: the order of things, the number of a publication, what happens when a step fails or the change needs a person's word,
and the swap. Not here: how each file is written, what changed (``difference``), what needs a word (``judgement``).

Every file is replaced by one rename within the same file system, so a reader sees a whole old file or a whole new one; a
reader that has the old file open keeps it until it closes it. Whatever fails before the last rename, the old files stand.
A file that does not hold what was written (``ledger``) is written anew, whether its table changed or not.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.publishing import database, description, difference, difference_page, files, judgement, ledger
from dagster_project.publishing.description import DATAPACKAGE
from dagster_project.publishing.tables import Table

DATABASE = "gongkai.duckdb"
DICTIONARY = "data_dictionary.md"
DIFFERENCE_PAGE = "publication_diff.md"
_BUILDING = ".building-"
# Tables that are exported at the same time: most are too small to keep more than one core busy.
_AT_A_TIME = 2


class PublishingError(Exception):
    """The snapshot could not be published; the previous one is as it was. The message says why and what to do."""


class PublishingRefused(PublishingError):
    """The change needs a person's word, and none was given. What would change lies in the folder of refused publications."""


@dataclass(frozen=True)
class Publication:
    """What publishing did: rows per table, files replaced (relative paths; empty when nothing changed), seconds.

    ``number``: of the publication that stands now, from 1. ``changes``: changes against the one before, by kind.
    """

    rows: dict[str, int]
    replaced: tuple[str, ...]
    seconds: float
    number: int
    changes: dict[str, int]

    @property
    def changed(self) -> bool:
        return bool(self.replaced)


def publish(
    warehouse: Path, tables: Sequence[Table], published: Path, *, refused: Path | None = None, confirm: str = ""
) -> Publication:
    """Bring ``published`` up to date with the private warehouse; touch nothing when no table and no description changed.

    ``refused``: the folder where a refused change is kept for people to look at, beside ``published`` unless given.
    ``confirm``: the fingerprint of a refused change that a person looked at.

    Raises:
        PublishingRefused: published reports or numbers would be lost, or many changed; ``confirm`` names no such change.
        PublishingError: it could not be done; the previous snapshot is as it was.
    """
    started = time.monotonic()
    refused = refused or published.with_name("refused")
    known = warehouse.with_name(ledger.NAME)
    try:
        published.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(published)
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=published))
        try:
            remembered = ledger.read(known)
            built = _build(warehouse, tables, published, building, remembered)
            _judge(built, published, refused, confirm)
            remembered |= {f"parquet/{name}.parquet": digest for name, digest in built.hashes.items()}
            remembered |= ledger.digests(published, (DATAPACKAGE, DICTIONARY, DIFFERENCE_PAGE))
            remembered |= ledger.digests(building, [path.as_posix() for path in _files(building)])
            replaced = _swap(building, published)
            told = difference.with_diff(tables)
            _remove_retired(told, published)
            ledger.write(known, {name: digest for name, digest in remembered.items() if name in _names(told)})
        finally:
            shutil.rmtree(building, ignore_errors=True)
        if refused.exists():
            shutil.rmtree(refused)
    except (OSError, duckdb.Error, pl.exceptions.PolarsError) as error:
        raise PublishingError(_sentence(error, published)) from error
    changes = {} if built.found is None else dict(built.found.changes.group_by("change", maintain_order=True).len().iter_rows())
    return Publication(built.rows, replaced, round(time.monotonic() - started, 3), built.number, changes)


@dataclass(frozen=True)
class _Built:
    """What stands in the building: rows per table and the SHA-256 of its Parquet file, the publication's number, what it changes
    (None: nothing, or all new)."""

    rows: dict[str, int]
    hashes: dict[str, str]
    number: int
    found: difference.Difference | None


def _names(tables: Sequence[Table]) -> set[str]:
    """Return the paths of all published files, below the published folder."""
    return {
        DATABASE,
        DATAPACKAGE,
        DICTIONARY,
        DIFFERENCE_PAGE,
        *(f"parquet/{table.name}.parquet" for table in tables),
        *(f"csv/{table.name}.csv" for table in tables),
    }


def _build(
    warehouse: Path, tables: Sequence[Table], published: Path, building: Path, remembered: Mapping[str, str]
) -> _Built:
    """Write into ``building`` the files that differ from the published ones, or from what was published (``remembered``)."""
    parquet, rows, hashes, changed = {}, {}, {}, []
    (building / "parquet").mkdir()
    (building / "csv").mkdir()
    old = {path.stem: path for path in sorted(published.glob("parquet/*.parquet"))}
    if not old:
        # The folder was emptied, or is new: a beginning, and nothing that was damaged.
        remembered = {}
    history = old.pop(difference.NAME, None)
    if history is not None:
        _require_whole(history, remembered)
    with database.connect(warehouse, building / "spill", read_only=True) as connection, ThreadPoolExecutor(_AT_A_TIME) as pool:
        exported = pool.map(lambda table: _export(connection, table, building), tables)
        for table, (new, count, digest) in zip(tables, exported, strict=True):
            parquet[table.name], rows[table.name], hashes[table.name] = new, count, digest
            if table.name in old and files.sha256(old[table.name]) == hashes[table.name]:
                new.unlink()
                parquet[table.name] = old[table.name]
            elif remembered.get(f"parquet/{table.name}.parquet") == hashes[table.name]:
                # The same rows were published: the file was lost or damaged since, and takes its place again.
                old[table.name] = new
            else:
                changed.append(table.name)
    number, found = _previous_number(published, history, old), None
    told = difference.with_diff(tables)
    if history is not None and number is not None:
        parquet[difference.NAME] = history
        rows[difference.NAME], hashes[difference.NAME] = files.parquet_rows(history), files.sha256(history)
    if difference.NAME not in parquet or changed or not all(
        _is_told(published, name, text, remembered) for name, text in _texts(told, rows, hashes, number).items()
    ):
        if number is not None:
            dictionary = description.data_dictionary(told)
            described = not changed or not _is_told(published, DICTIONARY, dictionary, remembered)
            found = difference.difference(old, parquet, tables, described=described, spill=building / "spill")
        number = (number or 0) + 1
        new = building / "parquet" / f"{difference.NAME}.parquet"
        rows[difference.NAME] = difference.write_history(history, found, number, new)
        parquet[difference.NAME], hashes[difference.NAME] = new, files.sha256(new)
        changed.append(difference.NAME)
    told_changes = difference.changes_of(parquet[difference.NAME], number)
    texts = {**_texts(told, rows, hashes, number), DIFFERENCE_PAGE: difference_page.page(number, told_changes)}
    for name, text in texts.items():
        if _text(published / name) != text:
            (building / name).write_text(text, encoding="utf-8")
    format_changed = f'"formatVersion": {description.FORMAT_VERSION},' not in (_text(published / DATAPACKAGE) or "")
    derived = {f"csv/{table.name}.csv": table for table in told}
    standing = ledger.digests(published, (DATABASE, *(name for name, table in derived.items() if table.name not in changed)))
    renewed = changed or not _stands(DATABASE, standing, remembered) or (published / f"{DATABASE}.wal").exists()
    # Writing the database keeps one core busy for as long as all CSV files take another.
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(database.write_database, told, parquet, building / DATABASE) if renewed else None
        for name, table in derived.items():
            if format_changed or not _stands(name, standing, remembered):
                files.write_csv(parquet[table.name], building / name)
        if writing is not None:
            writing.result()
    shutil.rmtree(building / "spill", ignore_errors=True)
    return _Built(rows, hashes, number, found)


def _export(connection: duckdb.DuckDBPyConnection, table: Table, building: Path) -> tuple[Path, int, str]:
    """Write a table as Parquet; return the file, its rows, its SHA-256."""
    path = building / "parquet" / f"{table.name}.parquet"
    with connection.cursor() as cursor:
        rows = files.write_parquet(cursor, table, path)
    return path, rows, files.sha256(path)


def _stands(name: str, standing: Mapping[str, str], remembered: Mapping[str, str]) -> bool:
    """Whether a file has the bytes that were written."""
    return name in standing and standing[name] == remembered.get(name)


def _require_whole(history: Path, remembered: Mapping[str, str]) -> None:
    """Raise PublishingError when the history of publications is damaged: no other file tells what it told."""
    if files.sha256(history) == remembered.get(f"parquet/{difference.NAME}.parquet"):
        return
    # Not what was remembered: from before there was a ledger, of a run that was killed half way, or damaged.
    try:
        pl.read_parquet(history, memory_map=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise PublishingError(
            f"Publishing stopped: expected the history of publications in {history}, found a file that cannot be read ({error}). "
            "Put a copy of it back, or delete it: the history begins anew then. Run again afterwards."
        ) from error


def _texts(tables: Sequence[Table], rows: dict[str, int], hashes: dict[str, str], number: int) -> dict[str, str]:
    return {
        DATAPACKAGE: description.datapackage(tables, rows, hashes, number),
        DICTIONARY: description.data_dictionary(tables),
    }


def _is_told(published: Path, name: str, text: str, remembered: Mapping[str, str]) -> bool:
    """Whether a text was published, even when its file was lost or damaged since."""
    return _text(published / name) == text or remembered.get(name) == sha256(text.encode()).hexdigest()


def _previous_number(published: Path, history: Path | None, old: dict[str, Path]) -> int | None:
    """Return the number of the publication that stands, None when there is none; one without a number is the first.

    A publication that was killed half way has its rows in the history already, and its number is taken.
    """
    if not old:
        return None
    try:
        said = json.loads(_text(published / DATAPACKAGE) or "{}").get("publication")
    except ValueError:
        said = None  # cut short by another program; the history says the number too
    last = None if history is None else pl.scan_parquet(history).select(pl.col("publication_no").max()).collect().item()
    return max(said if isinstance(said, int) else 1, last or 1)


def _judge(built: _Built, published: Path, refused: Path, confirm: str) -> None:
    """Raise PublishingRefused, and keep what would change, when it needs a person's word and ``confirm`` is not it."""
    objections = judgement.objections(built.found) if built.found else []
    if not objections:
        return
    word = judgement.fingerprint(built.found)
    if confirm == word:
        return
    refused.mkdir(parents=True, exist_ok=True)
    (refused / DIFFERENCE_PAGE).write_text(
        difference_page.page(built.number, built.found.changes, objections, word), encoding="utf-8"
    )
    built.found.changes.write_parquet(refused / f"{difference.NAME}.parquet")
    other = f"{confirm!r} confirms another change than this one. " if confirm else ""
    raise PublishingRefused(
        f"Publishing refused: {'; '.join(objections)}. {other}The previous snapshot is as it was. Look at "
        f"{refused / DIFFERENCE_PAGE}; if it is right, 'make run CONFIRM={word}' with the same RAW and DATA publishes it (in the UI: "
        f"published/snapshot with confirm: {word} in its configuration)."
    )


def _swap(building: Path, published: Path) -> tuple[str, ...]:
    """Move every built file into place; put the old ones back when one cannot be moved.

    The history goes first, so that no file is ever replaced without a row that tells it; reports after their cells, so that no
    report stands without any should this process be killed. The DuckDB file goes last but one and datapackage.json last: who
    finds the new one finds everything it names.
    """
    built = _files(building)
    first, late = Path("parquet", f"{difference.NAME}.parquet"), Path("parquet", "dim_report.parquet")
    built.sort(key=lambda path: (path.name == DATAPACKAGE, path.name == DATABASE, path == late, path != first))
    previous = building / "previous"
    moved: list[Path] = []
    try:
        for path in built:
            target = published / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                (previous / path).parent.mkdir(parents=True, exist_ok=True)
                _keep(target, previous / path)
            moved.append(path)
            (building / path).replace(target)
            if path.name == DATABASE:
                # What a program left that opened the old file for writing; DuckDB would replay it into the new one.
                (published / f"{DATABASE}.wal").unlink(missing_ok=True)
    except BaseException:
        for path in moved:
            _put_back(previous / path, published / path, building / path)
        raise
    return tuple(path.as_posix() for path in built)


def _files(building: Path) -> list[Path]:
    """Return the files in the building, relative to it."""
    return sorted(path.relative_to(building) for path in building.rglob("*") if path.is_file())


def _keep(old: Path, kept: Path) -> None:
    """Keep the old file under another name: a second link where the file system has links, else a copy."""
    try:
        os.link(old, kept)
    except OSError:
        shutil.copy2(old, kept)


def _put_back(old: Path, target: Path, unmoved: Path) -> None:
    if old.exists():
        old.replace(target)
    elif not unmoved.exists():
        target.unlink(missing_ok=True)


def _remove_retired(tables: Sequence[Table], published: Path) -> None:
    """Remove the files of tables that are no longer published."""
    names = {table.name for table in tables}
    for path in (*published.glob("parquet/*.parquet"), *published.glob("csv/*.csv")):
        if path.stem not in names:
            path.unlink()


def _remove_leftovers(published: Path) -> None:
    """Remove what a killed run left half built. Only one run at a time publishes, so nobody needs it."""
    for folder in published.glob(f"{_BUILDING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _text(path: Path) -> str | None:
    # A damaged file need not be UTF-8; it is none of the texts it is compared with either way.
    return path.read_bytes().decode("utf-8", errors="replace") if path.exists() else None


def _sentence(error: Exception, published: Path) -> str:
    kept = "The previous snapshot is as it was." if (published / DATABASE).exists() else "No snapshot had been published before."
    if files.disk_full(error):
        return f"Publishing stopped: no space left on the disk of {published}. {kept} Free some space there and run again."
    return f"Publishing stopped: {error}. {kept} Mend the cause and run again."
