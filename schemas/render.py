"""Renderings of the contracts for their readers: the dbt source file and the staging part of the data dictionary.

Here: text made from contracts, and ``python -m schemas.render`` that writes it. Not here: Dagster's column schema, which
needs dagster and so lives under ``dagster_project/defs``.
"""

import sys
from pathlib import Path

import polars as pl
import yaml

from schemas.contract import Column, Frame
from schemas.frames import FRAMES, PARTITIONED

PROJECT = Path(__file__).resolve().parent.parent
DBT_SOURCES = PROJECT / "dbt" / "models" / "staging" / "_sources.yml"
DICTIONARY = PROJECT / "docs" / "staging_frames.md"
# The staging folder as dbt sees it: the same variable that the run sets (dagster_project/home.py).
STAGING_IN_DBT = '{{ env_var("GONGKAI_DATA", "../data") }}/staging'
GENERATED = "Generated from schemas/ by 'make contracts'. Edit the contract, not this file."


def duckdb_type(dtype: pl.DataType | type[pl.DataType]) -> str:
    """Return the DuckDB type that a polars type becomes when Parquet is read."""
    plain = {
        pl.String: "varchar",
        pl.Int32: "integer",
        pl.Int64: "bigint",
        pl.UInt16: "usmallint",
        pl.UInt64: "ubigint",
        pl.Float64: "double",
        pl.Boolean: "boolean",
        pl.Date: "date",
    }
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.List):
        return f"{duckdb_type(dtype.inner)}[]"
    if isinstance(dtype, pl.Datetime):
        return "timestamp with time zone" if dtype.time_zone else "timestamp"
    return plain[dtype if isinstance(dtype, type) else type(dtype)]


def parquet_glob(frame: Frame) -> str:
    """Return the path of the frame's files relative to the staging folder, as a glob for read_parquet."""
    return f"{frame.name}/*.parquet" if frame in PARTITIONED else f"{frame.name}.parquet"


def column_notes(column: Column) -> str:
    """Return type-independent facts about a column as a sentence, for people."""
    notes = [column.description]
    if column.values:
        notes.append("One of: " + ", ".join(column.values) + ".")
    if column.unit:
        notes.append(f"Unit: {column.unit}.")
    return " ".join(notes)


def dbt_sources() -> str:
    """Return the dbt source file: one table per frame, with its Parquet location, columns and types."""
    tables = []
    for frame in FRAMES:
        tables.append(
            {
                "name": frame.name,
                "description": " ".join((frame.grain, *frame.warnings)),
                "config": {
                    "meta": {
                        "external_location": f"read_parquet('{STAGING_IN_DBT}/{parquet_glob(frame)}')",
                        "dagster": {"asset_key": ["staging", frame.name]},
                    }
                },
                "columns": [
                    {"name": column.name, "data_type": duckdb_type(column.dtype), "description": column_notes(column)}
                    for column in frame.columns
                ],
            }
        )
    source = {"name": "staging", "description": "Frames staged as Parquet by the Dagster assets.", "tables": tables}
    body = yaml.safe_dump({"version": 2, "sources": [source]}, allow_unicode=True, sort_keys=False, width=120)
    return f"# {GENERATED}\n{body}"


def dictionary() -> str:
    """Return the staging part of the data dictionary as Markdown."""
    lines = ["# Staged frames", "", GENERATED, ""]
    for frame in FRAMES:
        lines += [f"## {frame.name}", "", frame.grain, f"Key: {', '.join(f'`{name}`' for name in frame.key)}.", ""]
        lines += [f"> {warning}\n" for warning in frame.warnings]
        lines += ["| column | type | NULL | meaning |", "|---|---|---|---|"]
        for column in frame.columns:
            allowed = "yes" if column.nullable else "no"
            lines.append(f"| `{column.name}` | {duckdb_type(column.dtype)} | {allowed} | {column_notes(column)} |")
        lines.append("")
    return "\n".join(lines)


RENDERINGS = {DBT_SOURCES: dbt_sources, DICTIONARY: dictionary}


def main() -> int:
    for path, render in RENDERINGS.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(), encoding="utf-8")
        print(f"wrote {path.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
