"""What people found to be wrongly printed: review/corrections.yaml, with the value that it must be and the evidence.

Here: reading and checking the file, and whether its expectations still hold. Not here: the table that holds the corrected
value beside the printed one (dbt: fct_corrections). Nothing is ever put in place of a printed value.

A correction says what it expects to find printed. When the report is gone, the cell unknown, or something else is printed there
now (a new version, a better reading), it is refused loudly until a person has looked at it again.
"""

from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl
import yaml

from dagster_project.auditing.review import ReviewError, identifier, number, one_of, words
from dagster_project.forms import registry
from dagster_project.reading.document import document_id
from schemas import CORRECTIONS
from schemas.frames import CORRECTION_STATUSES

_REQUIRED = ("cell", "printed", "corrected", "reason", "evidence", "status")
_REPORT = ("report_id", "source_sha256", "member")
_SHA256_DIGITS = 64
# What a cell prints when it holds no number.
NOTHING = "nothing"


def corrections(path: Path) -> pl.DataFrame:
    """Return the corrections as schemas.CORRECTIONS; empty when there is no such file.

    Raises:
        ReviewError: the file is no YAML list of corrections, a field is missing, unknown or unreadable, a cell stands in no
            form, or a cell is corrected twice.
    """
    if not path.exists():
        return CORRECTIONS.empty()
    known = set(registry.cells()["cell"])
    rows: list[dict] = []
    lines: dict[tuple[str, str], int] = {}
    for line, entry in _entries(path):
        at = f"{path.name}, line {line}"
        document = _document(entry, at)
        cell = entry["cell"]
        if cell not in known:
            raise ReviewError(f"{at}: expected the code of a cell (forms/registry/cells.csv), found '{cell}'.")
        if (document, cell) in lines:
            raise ReviewError(f"{at}: {cell} of report {document} is corrected in line {lines[document, cell]} already.")
        lines[document, cell] = line
        corrected = number(entry["corrected"], "corrected", at)
        if corrected is None:
            raise ReviewError(f"{at}: expected the right value as corrected, found nothing.")
        rows.append(
            {
                "document_id": document,
                "cell": cell,
                "expected_value": _printed(entry["printed"], at),
                "corrected_value": corrected,
                "reason": words(entry["reason"], "a reason", at),
                "evidence": words(entry["evidence"], "where the right value stands", at),
                "status": one_of(entry["status"], CORRECTION_STATUSES, "the status", at),
                "line": line,
            }
        )
    return CORRECTIONS.validate(CORRECTIONS.build(rows).sort(*CORRECTIONS.key))


def broken(stated: pl.DataFrame, cells: pl.LazyFrame, name: str = "corrections.yaml") -> list[str]:
    """Return a sentence for each correction whose expectation does not hold.

    ``stated``: as schemas.CORRECTIONS; ``cells``: as schemas.CELLS, of every report.
    """
    wanted = stated["document_id"].unique().to_list()
    printed = cells.filter(pl.col("document_id").is_in(wanted)).select("document_id", "cell", "value", "status").collect()
    reports = set(printed["document_id"])
    found = {(document, cell): (value, status) for document, cell, value, status in printed.iter_rows()}
    sentences = []
    for row in stated.sort("line").iter_rows(named=True):
        at = f"{name}, line {row['line']}"
        key = (row["document_id"], row["cell"])
        if row["document_id"] not in reports:
            sentences.append(f"{at}: expected report {row['document_id']} in the archive, found none. Remove the entry or name the report.")
        elif key not in found:
            sentences.append(f"{at}: expected report {key[0]} to print {key[1]}, found no such cell in it.")
        elif found[key][0] != row["expected_value"]:
            value, status = found[key]
            told = f"{value.normalize():f}" if value is not None else f"no number ({status})"
            expected = NOTHING if row["expected_value"] is None else f"{row['expected_value'].normalize():f}"
            sentences.append(
                f"{at}: expected {key[1]} of report {key[0]} to print {expected}, found {told}. Look at the report again and correct "
                "the entry, or remove it."
            )
    return sentences


def gone(stated: pl.DataFrame, documents: Container[str], name: str = "corrections.yaml") -> list[str]:
    """Return a sentence for each correction whose report is none of ``documents``, the identifiers that the archive can hold.

    Told before anything is read; whether the report prints what is expected shows afterwards (``broken``).
    """
    return [
        f"{name}, line {line}: expected report {document} in the archive, found none. Remove the entry or name the report."
        for document, line in stated.sort("line").select("document_id", "line").iter_rows()
        if document not in documents
    ]


def _document(entry: Mapping[str, str], at: str) -> str:
    if "report_id" in entry:
        if "source_sha256" in entry:
            raise ReviewError(f"{at}: expected report_id or source_sha256 with member, found both. Keep one.")
        return identifier(entry["report_id"], "a report_id", at)
    digest = entry.get("source_sha256", "")
    if len(digest) != _SHA256_DIGITS or set(digest) - set("0123456789abcdef"):
        raise ReviewError(f"{at}: expected report_id, or source_sha256 of {_SHA256_DIGITS} hex digits, found '{digest or 'nothing'}'.")
    return document_id(digest, "", entry.get("member", ""))


def _printed(text: str, at: str) -> Decimal | None:
    if text == NOTHING:
        return None
    value = number(text, "printed", at)
    if value is None:
        raise ReviewError(f"{at}: expected the printed number, or '{NOTHING}' where the cell holds none, found nothing.")
    return value


def _entries(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the entries as texts, with their lines: YAML's own idea of numbers would lose digits."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise ReviewError(f"{path.name}: expected a text in UTF-8, found other bytes ({error.reason}). Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ReviewError(f"{path.name}, line {line}: no YAML: {error.problem}. See docs/auditing.md for an entry.") from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise ReviewError(f"{path.name}, line {root.start_mark.line + 1}: expected a list of corrections, each beginning with '- '.")
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise ReviewError(f"{path.name}, line {line}: expected fields such as 'cell: requests.received.total', found '{node.value}'.")
        entry: dict[str, str] = {}
        for key, value in node.value:
            at = f"{path.name}, line {key.start_mark.line + 1}"
            if key.value not in (*_REQUIRED, *_REPORT):
                raise ReviewError(f"{at}: expected a field of {', '.join((*_REPORT, *_REQUIRED))}, found '{key.value}'.")
            if not isinstance(value, yaml.ScalarNode):
                raise ReviewError(f"{at}: expected one value for {key.value}, found several.")
            if key.value in entry:
                raise ReviewError(f"{at}: the field {key.value} stands twice in one entry.")
            entry[key.value] = str(value.value).strip()
        missing = [name for name in _REQUIRED if name not in entry]
        if missing:
            raise ReviewError(f"{path.name}, line {line}: the entry lacks {', '.join(missing)}.")
        yield line, entry
