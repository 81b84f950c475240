"""Build the published snapshot beside the old one and swap it in, or leave the old one as it is.

Here: the order of things, what happens when a step fails, and the swap. Not here: how each file is written.

Every file is replaced by one rename within the same file system, so a reader sees a whole old file or a whole new one; a
reader that has the old file open keeps it until it closes it. Whatever fails before the last rename, the old files stand.
"""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.publishing import database, description, files
from dagster_project.publishing.tables import Table

DATABASE = "gongkai.duckdb"
DATAPACKAGE = "datapackage.json"
DICTIONARY = "data_dictionary.md"
_BUILDING = ".building-"


class PublishingError(Exception):
    """The snapshot could not be published; the previous one is as it was. The message says why and what to do."""


@dataclass(frozen=True)
class Publication:
    """What publishing did: rows per table, files replaced (relative paths; empty when nothing changed), seconds."""

    rows: dict[str, int]
    replaced: tuple[str, ...]
    seconds: float

    @property
    def changed(self) -> bool:
        return bool(self.replaced)


def publish(warehouse: Path, tables: Sequence[Table], published: Path) -> Publication:
    """Bring ``published`` up to date with the private warehouse; touch nothing when no table and no description changed.

    Raises:
        PublishingError: it could not be done; the previous snapshot is as it was.
    """
    started = time.monotonic()
    try:
        published.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(published)
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=published))
        try:
            rows = _build(warehouse, tables, published, building)
            replaced = _swap(building, published)
            _remove_retired(tables, published)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    except (OSError, duckdb.Error, pl.exceptions.PolarsError) as error:
        raise PublishingError(_sentence(error, published)) from error
    return Publication(rows, replaced, round(time.monotonic() - started, 3))


def _build(warehouse: Path, tables: Sequence[Table], published: Path, building: Path) -> dict[str, int]:
    """Write into ``building`` the files that differ from the published ones, and return the rows of every table."""
    parquet, rows, hashes, changed = {}, {}, {}, []
    (building / "parquet").mkdir()
    (building / "csv").mkdir()
    with database.connect(warehouse, building / "spill", read_only=True) as connection:
        for table in tables:
            new = building / "parquet" / f"{table.name}.parquet"
            rows[table.name] = files.write_parquet(connection, table, new)
            hashes[table.name] = files.sha256(new)
            old = published / "parquet" / new.name
            same = old.exists() and files.sha256(old) == hashes[table.name]
            if same:
                new.unlink()
            else:
                changed.append(table.name)
            parquet[table.name] = old if same else new
    texts = {DATAPACKAGE: description.datapackage(tables, rows, hashes), DICTIONARY: description.data_dictionary(tables)}
    described = {name: _text(published / name) == text for name, text in texts.items()}
    for name, text in texts.items():
        if not described[name]:
            (building / name).write_text(text, encoding="utf-8")
    format_changed = f'"formatVersion": {description.FORMAT_VERSION},' not in (_text(published / DATAPACKAGE) or "")
    for table in tables:
        if format_changed or table.name in changed or not (published / "csv" / f"{table.name}.csv").exists():
            files.write_csv(parquet[table.name], building / "csv" / f"{table.name}.csv")
    if changed or not all(described.values()) or not (published / DATABASE).exists():
        database.write_database(tables, parquet, building / DATABASE)
    shutil.rmtree(building / "spill", ignore_errors=True)
    return rows


def _swap(building: Path, published: Path) -> tuple[str, ...]:
    """Move every built file into place; put the old ones back when one cannot be moved.

    The DuckDB file goes last but one and datapackage.json last: who finds the new one finds everything it names.
    """
    built = sorted(path.relative_to(building) for path in building.rglob("*") if path.is_file())
    built.sort(key=lambda path: (path.name == DATAPACKAGE, path.name == DATABASE))
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
    return path.read_text(encoding="utf-8") if path.exists() else None


def _sentence(error: Exception, published: Path) -> str:
    kept = "The previous snapshot is as it was." if (published / DATABASE).exists() else "No snapshot had been published before."
    if _disk_full(error):
        return f"Publishing stopped: no space left on the disk of {published}. {kept} Free some space there and run again."
    return f"Publishing stopped: {error}. {kept} Mend the cause and run again."


def _disk_full(error: Exception) -> bool:
    number = getattr(error, "errno", None)
    return number in (errno.ENOSPC, errno.EDQUOT) or "no space left" in str(error).lower()

