"""docs/questions.md: every query on the published demonstration archive, and the answer that stands below it.

When the demonstration or a query changes on purpose:

    .venv/bin/python -m pytest tests/integration/test_questions.py --renew-questions

and the diff of the page is part of the change: read it, an answer may have become a wrong one.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from dagster_project.home import PROJECT
from dagster_project.synthesis import demonstration

PAGE = PROJECT / "docs" / "questions.md"
# A query, and the table below it if there is one.
_BLOCK = re.compile(r"```sql\n(?P<query>[^`]*)```\n(?:\n(?P<answer>(?:\|[^\n]*\n)+))?")
_QUESTION = re.compile(r"^## \d+\. .*\?$", re.MULTILINE)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, make_home, ingest) -> Iterator[duckdb.DuckDBPyConnection]:
    home = make_home(tmp_path_factory.mktemp("questions"), demonstration.files())
    result = ingest(home)
    assert result.exit_code == 0, result.output
    with duckdb.connect(str(home.published / "gongkai.duckdb"), read_only=True) as connection:
        yield connection


def shown(value: object) -> str:
    """Return a value as the page shows it: whole numbers without decimals, no number as NULL."""
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def answer(snapshot: duckdb.DuckDBPyConnection, query: str) -> str:
    """Return the result of a query as a Markdown table."""
    done = snapshot.execute(query)
    names = [column[0] for column in done.description]
    rows = [names, ["---"] * len(names), *([shown(value) for value in row] for row in done.fetchall())]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def test_every_answer_is_what_its_query_gives(snapshot: duckdb.DuckDBPyConnection, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--renew-questions"):
        page = _BLOCK.sub(lambda block: f"```sql\n{block['query']}```\n\n{answer(snapshot, block['query'])}", page)
        PAGE.write_text(page, encoding="utf-8")
    blocks = list(_BLOCK.finditer(page))
    assert len(blocks) >= 10
    for block in blocks:
        found = answer(snapshot, block["query"])
        assert block["answer"] == found, f"{block['query']}; if that is meant: pytest {__file__} --renew-questions"


def test_every_question_has_an_answer_with_rows() -> None:
    page = PAGE.read_text(encoding="utf-8")
    starts = [match.start() for match in _QUESTION.finditer(page)]
    assert len(starts) == 10
    for start, end in zip(starts, [*starts[1:], len(page)], strict=True):
        blocks = list(_BLOCK.finditer(page, start, end))
        assert blocks, page[start : start + 60]
        # Head, rule, and at least one row.
        assert all((block["answer"] or "").count("\n") >= 3 for block in blocks), page[start : start + 60]
