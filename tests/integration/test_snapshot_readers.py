"""Readers in other processes while the snapshot is published again and again: nobody fails, and every read is of one publication."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb

from dagster_project.publishing import Column, Table, publish

PUBLICATIONS = 10
# Each of two tables says in every row which publication it belongs to.
TABLES = tuple(
    Table(name, name, f"One row per {name}.", ("row",), ("row",), (Column("row", "integer", "Row."), Column("made", "integer", "Publication.")))
    for name in ("left_table", "right_table")
)
ROWS = 20_000
# Opens the file, reads both tables, closes it, again and again; one connection holds the first publication all the time.
READER = """
import json, select, sys
import duckdb

path, rows = sys.argv[1], int(sys.argv[2])
QUERY = '''
    select (select count(*) from left_table), (select count(*) from right_table),
        (select min(made) from left_table), (select max(made) from left_table),
        (select min(made) from right_table), (select max(made) from right_table),
        (select count(distinct publication_no) from publication_diff)
'''
held = duckdb.connect(path, read_only=True) if sys.argv[3] == "holding" else None
print("ready", flush=True)
seen, reads, wrong = [], 0, []

while not select.select([sys.stdin], [], [], 0)[0]:
    if held is not None:
        found = held.execute(QUERY).fetchone()
    else:
        with duckdb.connect(path, read_only=True) as reader:
            found = reader.execute(QUERY).fetchone()
    reads += 1
    left, right, *made, differing = found
    if left != rows or right != rows or len(set(made)) != 1 or differing != made[0] - 1:
        wrong.append(found)
    if made[0] not in seen:
        seen.append(made[0])
print(json.dumps({"seen": seen, "reads": reads, "wrong": wrong[:5]}), flush=True)
"""


def _fill(warehouse: Path, made: int) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for table in TABLES:
            connection.execute(f"create or replace table {table.name} as select range::integer as row, {made} as made from range({ROWS})")


def test_readers_and_publisher_never_disturb_each_other(tmp_path: Path) -> None:
    warehouse, published = tmp_path / "warehouse.duckdb", tmp_path / "published"
    _fill(warehouse, 1)
    publish(warehouse, TABLES, published)
    readers = {
        kind: subprocess.Popen(
            [sys.executable, "-c", READER, str(published / "gongkai.duckdb"), str(ROWS), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for kind in ("holding", "opening")
    }
    try:
        for reader in readers.values():
            assert reader.stdout.readline() == "ready\n"
        for made in range(2, PUBLICATIONS + 2):
            _fill(warehouse, made)
            assert publish(warehouse, TABLES, published).number == made
        told = {}
        for kind, reader in readers.items():
            said, complained = reader.communicate("stop\n", timeout=60)
            assert reader.returncode == 0, complained
            told[kind] = json.loads(said)
    finally:
        for reader in readers.values():
            reader.kill()
            reader.wait()
    assert told["holding"]["wrong"] == told["opening"]["wrong"] == []
    assert told["holding"]["seen"] == [1]
    # Publications in their order, the last one included; a slow machine may miss some between.
    seen = told["opening"]["seen"]
    assert seen == sorted(seen) and len(seen) > 2
    assert told["opening"]["reads"] > PUBLICATIONS and told["holding"]["reads"] > PUBLICATIONS
    assert sorted(path.name for path in published.iterdir()) == [
        "csv",
        "data_dictionary.md",
        "datapackage.json",
        "gongkai.duckdb",
        "parquet",
        "publication_diff.md",
    ]
