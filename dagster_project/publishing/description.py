"""The descriptions beside the published tables: datapackage.json for programs, data_dictionary.md for people.

Here: both, rendered from the same ``Table``. Nothing that changes without the data or its meaning (no times, no run ids),
so that a rerun of the same input gives the same bytes. Not here: what the columns mean, which the dbt models say.
"""

import json
from collections.abc import Mapping, Sequence

from dagster_project.publishing.tables import Column, Table

# Raise it when the CSV or DuckDB files are written differently: an unchanged archive is then published anew.
FORMAT_VERSION = 1

_FRICTIONLESS_TYPES = {
    "varchar": "string",
    "text": "string",
    "tinyint": "integer",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "hugeint": "integer",
    "double": "number",
    "float": "number",
    "boolean": "boolean",
    "date": "date",
}


def frictionless_type(data_type: str) -> str:
    """Return the Frictionless type of a DuckDB type."""
    plain = data_type.split("(")[0].strip()
    if plain in ("decimal", "numeric"):
        return "number"
    if plain.startswith("timestamp"):
        return "datetime"
    return _FRICTIONLESS_TYPES.get(plain, "any")


def datapackage(tables: Sequence[Table], rows: Mapping[str, int], sha256: Mapping[str, str]) -> str:
    """Return the Frictionless description of the CSV files; each names its Parquet twin with rows and hash."""
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gongkai",
        "title": "China's annual reports on open government information (政府信息公开工作年度报告)",
        "formatVersion": FORMAT_VERSION,
        "resources": [_resource(table, rows[table.name], sha256[table.name]) for table in tables],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(table: Table, rows: int, sha256: str) -> dict:
    return {
        "name": table.name,
        "path": f"csv/{table.name}.csv",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "description": table.description,
        "grain": table.grain,
        "rows": rows,
        "parquet": {"path": f"parquet/{table.name}.parquet", "hash": f"sha256:{sha256}"},
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict:
    return {"name": column.name, "type": frictionless_type(column.data_type), "description": column.description}


def data_dictionary(tables: Sequence[Table]) -> str:
    """Return the data dictionary of the published tables as Markdown."""
    lines = ["# Data dictionary", "", "The published tables, as their dbt models describe them.", ""]
    lines += [f"- [`{table.name}`](#{table.name}): {table.grain}" for table in tables]
    for table in tables:
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += ["", f"## {table.name}", "", table.description, "", f"Key: {key}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.data_type} | {column.description.replace('|', chr(92) + '|')} |"
            for column in table.columns
        ]
    return "\n".join(lines) + "\n"
