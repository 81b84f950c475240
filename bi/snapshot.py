"""Whether the published snapshot is one that the dashboards can be drawn from.

Here: presence, format, every query and every described column. Not here: whether the figures are right, which the run checks.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bi.bundle import Dataset, Definition, Meanings
from dagster_project.home import Home, Unusable
from dagster_project.publishing.description import DATAPACKAGE, NotDescribed, described
from dagster_project.publishing.snapshot import DATABASE


def check(home: Home) -> None:
    """Raise Unusable unless the snapshot of the home holds all that the dashboards name."""
    database = home.published / DATABASE
    run = f"make run DATA={home.data}"
    if not database.is_file():
        raise Unusable(f"Expected a published snapshot, found no {database}. Run '{run}' first.")
    try:
        told = described(home.published, run)
    except NotDescribed as error:
        raise Unusable(str(error)) from error
    missing = sorted(set(lacking(Definition.read(), told, database)))
    if missing:
        raise Unusable(
            f"Expected a snapshot with all that the dashboards show, but {home.published} lacks:\n  "
            + "\n  ".join(missing)
            + f"\nIt was published by another version of this project. Publish it again with '{run}'; what stands there stays until then."
        )


def lacking(definition: Definition, package: Mapping, database: Path) -> Iterator[str]:
    """Yield what the definition names and the snapshot does not have, a phrase each.

    Raises:
        Unusable: the file cannot be opened as a database.
    """
    import duckdb

    described = Meanings(package).fields
    for dataset in definition.datasets.values():
        for column in dataset.columns.values():
            if column["from"] not in described:
                yield f"column {column['from']} in {DATAPACKAGE}"
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise Unusable(f"Expected a DuckDB file at {database}, but it cannot be opened: {error}. Publish it again with 'make run'.") from error
    with connection:
        for dataset in definition.datasets.values():
            yield from _lacking_for(dataset, connection)


def _lacking_for(dataset: Dataset, connection) -> Iterator[str]:
    import duckdb

    try:
        returned = {name for name, *_ in connection.execute(f"select * from ({dataset.query}) as asked limit 0").description}
        for column in dataset.columns:
            if column not in returned:
                yield f"column {column} for '{dataset.label}'"
        for metric in dataset.metrics:
            connection.execute(f"select {dataset.expression(metric)} from ({dataset.query}) as asked limit 0")
    except duckdb.Error as error:
        yield f"what '{dataset.label}' asks for: {str(error).splitlines()[0]}"
