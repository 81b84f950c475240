"""The runbook tells what to do about every reason with which a document can be held back."""

import ast
import csv
import re
from collections.abc import Iterator

from dagster_project.home import PROJECT

RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")


def texts(node: ast.expr, named: dict[str, str]) -> Iterator[str]:
    """The texts that an expression may be: a constant, the name of one, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in named:
        yield named[node.id]
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, named)
        yield from texts(node.orelse, named)


def constants(tree: ast.Module) -> dict[str, str]:
    """The texts that a module gives a name at its top."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def reasons() -> set[str]:
    """Reason codes: ``Unreadable(code, …)``, ``end(outcome, stage, code, …)``, not_reports.csv, states of versions in dbt."""
    found: set[str] = set()
    for path in (PROJECT / "dagster_project").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            if name == "Unreadable" and node.args:
                found |= set(texts(node.args[0], named))
            elif name == "end" and len(node.args) > 2:
                found |= set(texts(node.args[2], named))
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
    assert sorted(told() - reasons()) == []
