"""The files of one published table: Parquet for programs, CSV for spreadsheets.

Here: bytes that depend on the rows alone, so that equal tables give equal files; taking the place of a file. Not here: which tables, and where their
files finally stand.
"""

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.publishing.tables import Table

# A spreadsheet takes a text that starts with one of these for a formula (OWASP, "CSV Injection"); the full-width ones where
# it runs in Chinese.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# One pattern over each text costs half of what asking for every start does. A hyphen stands for itself at the end of a class.
_FORMULA = "^[" + "".join(sorted(FORMULA_STARTS, key=lambda start: start == "-")) + "]"
# Ends the name of a file that is being written; one that is left behind is of a run that was killed.
BUILDING = ".building"
_HASHED_AT_A_TIME = 1 << 20


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Return a text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield where to write a file that takes the place of ``path`` when the block ends well: a reader sees the old file or the
    new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}{BUILDING}")
    try:
        yield building
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


def write_parquet(warehouse: duckdb.DuckDBPyConnection, table: Table, path: Path) -> int:
    """Write the table's described columns, ordered, and return the number of rows."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    order = ", ".join(f"{quoted(name)} nulls first" for name in table.order_by)
    [(rows,)] = warehouse.execute(
        f"copy (select {columns} from {table.relation} order by {order}) "
        f"to {literal(path)} (format parquet, compression zstd)"
    ).fetchall()
    return rows


def write_csv(parquet: Path, path: Path) -> None:
    """Write a Parquet file as CSV that a spreadsheet opens as it is: UTF-8 with byte order mark, no text a formula."""
    frame = pl.scan_parquet(parquet)
    texts = [name for name, dtype in frame.collect_schema().items() if dtype == pl.String]
    guarded = [
        pl.when(pl.col(name).str.contains(_FORMULA))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    ]
    frame.with_columns(guarded).sink_csv(path, include_bom=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASHED_AT_A_TIME):
            digest.update(chunk)
    return digest.hexdigest()


def parquet_rows(path: Path) -> int | None:
    """Return the number of rows of a Parquet file, None when there is no file."""
    return pl.scan_parquet(path).select(pl.len()).collect().item() if path.exists() else None


def disk_full(error: Exception) -> bool:
    """Tell whether there was no space left; DuckDB and polars say so in words alone."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "no space left" in str(error).lower()
