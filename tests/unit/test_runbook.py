"""The runbook tells what to do about every reason with which a document can be held back."""

import ast
import csv
import re
from collections.abc import Iterator

from dagster_project.home import PROJECT

RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be: a constant, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def reasons() -> set[str]:
    """Reason codes: ``Unreadable(code, …)``, ``end(outcome, stage, code, …)``, not_reports.csv, states of versions in dbt."""
    found: set[str] = set()
    for path in (PROJECT / "dagster_project").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            if name == "Unreadable" and node.args:
                found |= set(texts(node.args[0]))
            elif name == "end" and len(node.args) > 2:
                found |= set(texts(node.args[2]))
    with (PROJECT / "dagster_project" / "bodies" / "not_reports.csv").open(encoding="utf-8") as file:
        found |= {row["reason_code"] for row in csv.DictReader(file)}
    ledger = (PROJECT / "dbt" / "models" / "intermediate" / "int_file_outcomes.sql").read_text(encoding="utf-8")
    states = re.findall(r"version_status (?:=|in|<>) (?:\(.*?\)|'\w+')", ledger)
    found |= {state for clause in states for state in re.findall(r"'(\w+)'", clause)} - {"current"}
    return found


def told() -> set[str]:
    """Codes in the first column of the tables of the runbook's chapter on quarantine."""
    chapter = RUNBOOK.split("## What is quarantined, and why")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.+?) \|", chapter, re.MULTILINE)
    return {code for cell in cells for code in re.findall(r"`(\w+)`", cell)}


def test_every_reason_is_in_the_runbook() -> None:
    assert len(reasons()) > 40
    assert sorted(reasons() - told()) == [], "add them to the tables of docs/runbook.md"


def test_the_runbook_tells_of_no_reason_that_is_gone() -> None:
    # One is given by a constant.
    assert sorted(told() - reasons() - {"scan_without_text"}) == []
