"""Dagster's column schema and column lineage of the staged frames, from their contracts."""

from collections.abc import Mapping

import polars as pl
from dagster import (
    AssetKey,
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableSchema,
)

from schemas import MANIFEST, Column, Frame
from schemas.render import column_notes, duckdb_type

# Columns of the manifest that the documents carry on, and what the document's identifier is made of.
_CARRIED = ("source_path", "source_sha256", "partition", "file_kind", "duplicate_of")
_DOCUMENT_ID = {"document_id": "source_sha256"}


def frame_key(name: str) -> AssetKey:
    """Return the asset key of a staged frame."""
    return AssetKey(["staging", name])


def table_schema(frame: Frame) -> TableSchema:
    """Return the column schema that Dagster shows for a frame."""
    return TableSchema(
        columns=[_column(column, frame) for column in frame.columns],
        constraints=TableConstraints(other=[f"key: {', '.join(frame.key)}", *frame.warnings]),
    )


def _column(column: Column, frame: Frame) -> TableColumn:
    other = []
    if column.at_least is not None:
        other.append(f">= {column.at_least}")
    if column.at_most is not None:
        other.append(f"<= {column.at_most}")
    if column.pattern is not None:
        other.append(f"matches {column.pattern}")
    return TableColumn(
        column.name,
        duckdb_type(column.dtype),
        column_notes(column),
        TableColumnConstraints(nullable=column.nullable, unique=frame.key == (column.name,), other=other),
    )


def column_lineage(frame: Frame) -> TableColumnLineage:
    """Return which columns of a staged frame come straight from the manifest; the others are read from the document."""
    names = {column.name for column in frame.columns}
    carried = {name: name for name in _CARRIED if name in names} | {
        name: origin for name, origin in _DOCUMENT_ID.items() if name in names
    }
    return copied_columns(frame, MANIFEST, carried)


def copied_columns(frame: Frame, parent: Frame, origins: Mapping[str, str]) -> TableColumnLineage:
    """Return the lineage of columns of ``frame`` that come from columns of ``parent``, by name."""
    unknown = set(origins) - {column.name for column in frame.columns}
    if unknown:
        raise ValueError(f"Expected columns of {frame.name}, found {', '.join(sorted(unknown))}.")
    return TableColumnLineage(
        {name: [TableColumnDep(frame_key(parent.name), origin)] for name, origin in origins.items()}
    )


def counts_table(frame: pl.DataFrame | pl.LazyFrame, by: list[str]) -> str:
    """Return the number of rows by ``by`` as a Markdown table, most frequent first."""
    counts = frame.lazy().group_by(by).agg(pl.len().alias("rows")).collect()
    return markdown_table(counts.sort("rows", *by, descending=[True, *(False for _ in by)]))


def markdown_table(frame: pl.DataFrame) -> str:
    """Return a small frame as a Markdown table."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.width]
    for row in frame.iter_rows():
        lines.append("| " + " | ".join("" if value is None else str(value).replace("|", "\\|") for value in row) + " |")
    return "\n".join(lines)
