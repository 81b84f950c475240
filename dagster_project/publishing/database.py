"""The DuckDB file that BI opens: every published table with its comments, made from the published Parquet files.

Here: one file, written once, never changed in place. Not here: the swap.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from dagster_project.publishing.description import column_comment, table_comment
from dagster_project.publishing.files import literal, quoted
from dagster_project.publishing.tables import Table

# The whole run is to stay under 2 GiB; DuckDB spills to its temporary folder beyond this.
MEMORY_LIMIT = "1GB"
# The oldest storage that DuckDB still writes: whatever driver of 1.x a BI tool brings, it can open the file.
STORAGE_VERSION = "v1.0.0"


def connect(path: Path, spill: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file with bounded memory. The caller closes it."""
    return duckdb.connect(
        str(path), read_only=read_only, config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)}
    )


def write_database(tables: Sequence[Table], parquet: Mapping[str, Path], path: Path) -> None:
    """Write a DuckDB file with ``tables`` from their Parquet files, described by COMMENT ON."""
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(path.parent / "spill")}) as database:
        database.execute(f"attach {literal(path)} as published (storage_version {literal(STORAGE_VERSION)})")
        database.execute("use published")
        # In one transaction: several hundred of their own would each wait for the disk.
        database.begin()
        for table in tables:
            name = quoted(table.name)
            database.execute(f"create table {name} as select * from read_parquet({literal(parquet[table.name])})")
            database.execute(f"comment on table {name} is {literal(table_comment(table))}")
            for column in table.columns:
                if comment := column_comment(column):
                    database.execute(f"comment on column {name}.{quoted(column.name)} is {literal(comment)}")
        database.commit()
        database.execute("checkpoint")


def row_counts(path: Path, tables: Sequence[str]) -> dict[str, int | None]:
    """Return the rows of each table in a DuckDB file, None for a table that is not there; the file is closed again."""
    with connect(path, path.parent / "spill", read_only=True) as database:
        present = {name for (name,) in database.execute("select table_name from duckdb_tables()").fetchall()}
        return {
            name: database.execute(f"select count(*) from {quoted(name)}").fetchone()[0] if name in present else None
            for name in tables
        }
