"""The descriptions of the published tables: datapackage.json for programs, data_dictionary.md for people, comments for SQL.

Here: all three, rendered from the same ``Table``, and the first read back. Nothing that changes without the data or its meaning (no times, no run ids),
so that a rerun of the same input gives the same bytes. Not here: what the columns mean, which the dbt models say.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from dagster_project.publishing.labels import Label
from dagster_project.publishing.tables import Column, Table

DATAPACKAGE = "datapackage.json"
# Raise it when the CSV or DuckDB files are written differently: an unchanged archive is then published anew.
FORMAT_VERSION = 2

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


class NotDescribed(Exception):
    """A folder holds no snapshot that this version of the project can read. The message says what was found and what to do."""


def described(published: Path, run: str = "make run") -> dict:
    """Return what a published snapshot says of itself; ``run`` is the command that publishes it.

    Raises:
        NotDescribed: there is none, it cannot be read, or it is of another format.
    """
    path = published / DATAPACKAGE
    if not path.is_file():
        raise NotDescribed(f"Expected a published snapshot, found no {path}. Run '{run}' first.")
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        found = int(package["formatVersion"])
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise NotDescribed(f"Expected the description of a snapshot in {path}, but it cannot be read ({error!r}). Run '{run}' again.") from error
    if found != FORMAT_VERSION:
        what = f"publish it again with '{run}'" if found < FORMAT_VERSION else "use the version of this project that published it, or a later one"
        raise NotDescribed(f"Expected a snapshot of format {FORMAT_VERSION} in {published}, found format {found}: {what}.")
    return package


def frictionless_type(data_type: str) -> str:
    """Return the Frictionless type of a DuckDB type."""
    plain = data_type.split("(")[0].strip()
    if plain in ("decimal", "numeric"):
        return "number"
    if plain.startswith("timestamp"):
        return "datetime"
    return _FRICTIONLESS_TYPES.get(plain, "any")


def datapackage(tables: Sequence[Table], rows: Mapping[str, int], sha256: Mapping[str, str], publication: int) -> str:
    """Return the Frictionless description of the CSV files of a publication; each names its Parquet twin with rows and hash."""
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gongkai",
        "title": "China's annual reports on open government information (政府信息公开工作年度报告)",
        "description": "Texts of the CSV files that a spreadsheet would take for a formula begin with an apostrophe; the "
        "Parquet files hold them as they are. NULL is an empty field, an empty text is two quotation marks.",
        "publication": publication,
        "formatVersion": FORMAT_VERSION,
        "resources": [_resource(table, rows[table.name], sha256[table.name]) for table in tables],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(table: Table, rows: int, sha256: str) -> dict:
    resource = {
        "name": table.name,
        "path": f"csv/{table.name}.csv",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "title": table.label.label_en,
        **_said(table.label),
        "description": table.description,
        "grain": table.grain,
        "rows": rows,
        "parquet": {"path": f"parquet/{table.name}.parquet", "hash": f"sha256:{sha256}"},
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {"fields": [key.column], "reference": {"resource": key.table, "fields": [key.field]}}
                for key in table.foreign_keys
            ],
            "missingValues": [""],
        },
        "comment": table_comment(table),
    }
    if not table.foreign_keys:
        del resource["schema"]["foreignKeys"]
    return {name: value for name, value in resource.items() if value != ""}


def _field(column: Column) -> dict:
    field = {
        "name": column.name,
        "type": frictionless_type(column.data_type),
        "title": column.label.label_en,
        **_said(column.label),
        "description": column.description,
        "comment": column_comment(column),
    }
    return {name: value for name, value in field.items() if value != ""}


def _said(label: Label) -> dict[str, str]:
    """Return what the Data Package standard has no name for."""
    return {
        "titleZh": label.label_zh,
        "unit": label.unit,
        "legalBasis": label.legal_basis,
        "caveat": label.caveat,
    }


def table_comment(table: Table) -> str:
    """Return a table's comment in a database: labels, description, caveat, legal basis."""
    return _comment(table.label, " ".join(table.description.split()))


def column_comment(column: Column) -> str:
    """Return a column's comment in a database: labels, meaning, unit, caveat, legal basis; "" when nothing is said of it."""
    return _comment(column.label, column.description)


def _comment(label: Label, meaning: str) -> str:
    parts = [
        f"{label.label_zh} / {label.label_en}." if label.label_zh else "",
        meaning,
        f"Unit: {label.unit}." if label.unit else "",
        label.caveat,
        f"Legal basis: {label.legal_basis}." if label.legal_basis else "",
    ]
    return " ".join(part for part in parts if part)


def data_dictionary(tables: Sequence[Table]) -> str:
    """Return the data dictionary of the published tables as Markdown."""
    lines = ["# Data dictionary", "", "The published tables, as their dbt models describe them.", ""]
    lines += [f"- [`{table.name}`](#{table.name}) {table.label.label_zh}: {table.grain}" for table in tables]
    for table in tables:
        lines += ["", f"## {table.name}", ""]
        if table.label.label_zh:
            lines += [f"**{table.label.label_zh}** · {table.label.label_en}", ""]
        lines += [table.description, ""]
        if table.label.caveat:
            lines += [f"*Caveats:* {table.label.caveat}", ""]
        if table.label.legal_basis:
            lines += [f"*Legal basis:* {table.label.legal_basis}", ""]
        lines += [f"Key: {', '.join(f'`{name}`' for name in table.key)}.", ""]
        lines += ["| column | label | type | unit | meaning |", "|---|---|---|---|---|"]
        lines += [_row(column) for column in table.columns]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    label = column.label
    names = f"{label.label_zh}<br>{label.label_en}" if label.label_zh else ""
    meaning = column.description
    if label.caveat:
        meaning += f" *{label.caveat}*"
    if label.legal_basis:
        meaning += f" 〔{label.legal_basis}〕"
    texts = (names, column.data_type, label.unit, meaning.strip())
    return " | ".join((f"| `{column.name}`", *(text.replace("|", "\\|") for text in texts))) + " |"
