"""What a publication changes against the one before: the rows of ``publication_diff``.

Here: comparing the published Parquet files with the ones that are to replace them: columns, rows, which reports count, every
cell and every figure of ``mart_body_year`` that says something else. Not here: whether such a change may be published
(``judgement``), the page for people (``difference_page``).

Only files that changed are compared. Cells are first compared as one fingerprint per report, so that a new report in a large
archive costs two passes over the cells and a join of one report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.publishing import files
from dagster_project.publishing.database import MEMORY_LIMIT
from dagster_project.publishing.files import literal, quoted
from dagster_project.publishing.labels import Label, label
from dagster_project.publishing.tables import Column, Table

NAME = "publication_diff"
# The kinds of change, in the order in which a publication lists them.
CHANGES = (
    "descriptions",
    "table_added",
    "table_removed",
    "column_added",
    "column_removed",
    "column_retyped",
    "rows",
    "report_added",
    "report_removed",
    "report_replaced",
    "cell",
    "figure",
)
# What a snapshot must have to be compared. One that was published before these columns existed cannot be.
_NEEDED = {
    "dim_report": ("report_id", "body_id", "body_name", "report_year", "scope", "version_status", "is_current"),
    "fct_cells": ("report_id", "cell", "value", "status", "is_current"),
    "mart_body_year": ("body_id", "report_year", "body_name", "scope", "report_id"),
}
_NUMBERS = ("DECIMAL", "DOUBLE", "INTEGER", "BIGINT")
# Columns of mart_body_year that are numbers and no figures of the report.
_NO_FIGURES = {"report_year", "reports_of_other_scopes"}

_COLUMNS = (
    ("publication_no", "integer", "Number of the publication, from 1. The first has nothing before it and no rows."),
    ("change_no", "integer", "Number of the change in its publication, from 1."),
    (
        "change",
        "varchar",
        "descriptions (labels, caveats or key of some table), table_added, table_removed, column_added, column_removed, "
        "column_retyped (old_text and new_text are the types), rows (a table with other rows; old_value and new_value count "
        "them), report_added, report_removed, report_replaced (another report counts for a body, year and scope; "
        "the values count the numbers that it prints), cell (a cell of the report that counts) or figure (of mart_body_year, "
        "beyond the sixth decimal).",
    ),
    ("table_name", "varchar", "Table that changed; NULL with descriptions."),
    ("column_name", "varchar", "Column that changed, or the figure's; NULL with rows and reports."),
    ("body_id", "varchar", "Reporting body; NULL unless the change is about a report."),
    ("body_name", "varchar", "Its name as the report prints it."),
    ("report_year", "integer", "Year the figures are about."),
    ("scope", "varchar", "Whose figures the report adds up."),
    ("old_report_id", "varchar", "Report that counted before; NULL with report_added."),
    ("new_report_id", "varchar", "Report that counts now; NULL with report_removed."),
    ("cell", "varchar", "Code of the cell; NULL unless the change is one of a cell."),
    ("old_value", "decimal(38,6)", "Value before; NULL when there was none."),
    ("new_value", "decimal(38,6)", "Value now; NULL when there is none."),
    ("old_text", "varchar", "Type of the column, or status of the cell, before."),
    ("new_text", "varchar", "Type of the column, or status of the cell, now."),
)
TABLE = Table(
    name=NAME,
    relation=quoted(NAME),
    description="One row per publication and change against the one before. The history of all publications of this data "
    "folder; a run that changes nothing is no publication and has no row.",
    order_by=("publication_no", "change_no"),
    key=("publication_no", "change_no"),
    columns=tuple(Column(name, data_type, meaning, label(NAME, name)) for name, data_type, meaning in _COLUMNS),
    label=Label(
        "发布差异", "Differences between publications", caveat="A log: never add its values. Filter on publication_no and change."
    ),
)


@dataclass(frozen=True)
class Difference:
    """What a publication changes.

    ``changes``: the columns of ``publication_diff`` without the publication's number, in order.
    ``body_years``: a row per body and year that lost something: body_id, body_name, report_year, reports_lost, numbers_lost,
    file_gone (its report is in no table any more). What the body itself published anew counts as no loss.
    ``cells``, ``figures``: numbers before, of the reports that stood in both publications, and how many values of those
    reports differ now. A report that its body replaced by a later version stands in one only.
    ``incomparable``: why the two could not be compared, a sentence; "" when they could.
    """

    changes: pl.DataFrame
    body_years: pl.DataFrame
    cells: tuple[int, int] = (0, 0)
    figures: tuple[int, int] = (0, 0)
    incomparable: str = ""


def with_diff(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return all published tables by name: those of the marts, and the history of publications."""
    return tuple(sorted((*tables, TABLE), key=lambda table: table.name))


def no_changes() -> pl.DataFrame:
    """Return an empty frame of changes."""
    with duckdb.connect() as database:
        _create(database)
        return database.execute("select * from changes").pl()


def changes_of(history: Path, number: int) -> pl.DataFrame:
    """Return the changes of one publication out of the history, as ``Difference.changes`` has them."""
    rows = pl.scan_parquet(history).filter(publication_no=number).sort("change_no").collect()
    return rows.drop("publication_no", "change_no")


def write_history(old: Path | None, found: "Difference | None", number: int, path: Path) -> int:
    """Write ``publication_diff``: the rows that stand (``old``) and the changes of publication ``number``; return the rows."""
    with duckdb.connect() as database:
        database.execute(f"create table {TABLE.relation} ({', '.join(f'{name} {kind}' for name, kind, _ in _COLUMNS)})")
        if old is not None:
            known = ", ".join(name for name in _columns(database, old) if name in {column.name for column in TABLE.columns})
            database.execute(f"insert into {TABLE.relation} by name select {known} from {_scan(old)}")
        if found is not None:
            database.register("found", found.changes.with_row_index("change_no", 1).with_columns(publication_no=number))
            database.execute(f"insert into {TABLE.relation} by name select * from found")
        return files.write_parquet(database, TABLE, path)


def _create(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(f"create table changes ({', '.join(f'{name} {kind}' for name, kind, _ in _COLUMNS[2:])})")


def difference(
    old: Mapping[str, Path], new: Mapping[str, Path], tables: Sequence[Table], *, described: bool, spill: Path
) -> Difference:
    """Compare the Parquet files of two publications, by table name; a path that is the same in both did not change.

    ``described``: the descriptions changed.
    """
    changed = [table for table in tables if old.get(table.name) != new[table.name]]
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)}) as database:
        _create(database)
        database.execute(
            "create table lost (body_id varchar, body_name varchar, report_year integer, reports_lost bigint, "
            "numbers_lost bigint, file_gone boolean)"
        )
        if described:
            database.execute("insert into changes (change) values ('descriptions')")
        _compare_schemas(database, old, new, changed)
        # What the models no longer give cannot be asked for either; that a table left is told all the same.
        comparable = set(_NEEDED) <= set(new)
        incomparable = _incomparable(database, old) if comparable else ""
        cells = figures = (0, 0)
        if comparable and not incomparable:
            names = {table.name for table in changed}
            if {"dim_report", "fct_cells"} & names:
                cells = _compare_cells(database, old, new)
            if {"dim_report", "mart_body_year"} & names:
                figures = _compare_figures(database, old, new)
        kinds = f"list_position([{', '.join(literal(kind) for kind in CHANGES)}], change)"
        order = ", ".join(f"{name} nulls first" for name, *_ in _COLUMNS[3:])
        changes = database.execute(f"select * from changes order by {kinds}, {order}").pl()
        body_years = database.execute("select * from lost order by body_id, report_year").pl()
    return Difference(changes, body_years, cells, figures, incomparable)


def _scan(path: Path) -> str:
    return f"read_parquet({literal(path)})"


def _columns(database: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    described = database.execute(f"describe select * from {_scan(path)}").fetchall()
    return {name: data_type for name, data_type, *_ in described}


def _compare_schemas(
    database: duckdb.DuckDBPyConnection, old: Mapping[str, Path], new: Mapping[str, Path], changed: Sequence[Table]
) -> None:
    rows: list[tuple] = [("table_removed", name, None, None, None, None, None) for name in old if name not in new]
    for table in changed:
        [after] = database.execute(f"select count(*) from {_scan(new[table.name])}").fetchone()
        if table.name not in old:
            rows.append(("table_added", table.name, None, None, after, None, None))
            continue
        [before] = database.execute(f"select count(*) from {_scan(old[table.name])}").fetchone()
        rows.append(("rows", table.name, None, before, after, None, None))
        types, now = _columns(database, old[table.name]), _columns(database, new[table.name])
        rows += [("column_removed", table.name, name, None, None, types[name], None) for name in types if name not in now]
        rows += [("column_added", table.name, name, None, None, None, now[name]) for name in now if name not in types]
        rows += [
            ("column_retyped", table.name, name, None, None, types[name], now[name])
            for name in types
            if name in now and types[name] != now[name]
        ]
    if rows:
        database.executemany(
            "insert into changes (change, table_name, column_name, old_value, new_value, old_text, new_text) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def _incomparable(database: duckdb.DuckDBPyConnection, old: Mapping[str, Path]) -> str:
    """Return which table or column the older publication lacks, "" when it has what is compared."""
    lacking = []
    for name, needed in _NEEDED.items():
        if name not in old:
            lacking.append(name)
            continue
        found = _columns(database, old[name])
        lacking += [f"{name}.{column}" for column in needed if column not in found]
    return f"the published snapshot lacks {', '.join(lacking)}, so its reports cannot be compared" if lacking else ""


def _compare_cells(
    database: duckdb.DuckDBPyConnection, old: Mapping[str, Path], new: Mapping[str, Path]
) -> tuple[int, int]:
    for side, paths in (("old", old), ("new", new)):
        # One fingerprint per report; the order of its cells does not matter to an exclusive or.
        database.execute(f"""
            create temp table {side}_reports as
            with prints as (
                select report_id, count(value) as numbers, bit_xor(hash(cell, value, status)) as print
                from {_scan(paths["fct_cells"])} where is_current group by report_id
            )
            select report_id, body_id, body_name, report_year, scope, coalesce(numbers, 0) as numbers, print
            from {_scan(paths["dim_report"])} left join prints using (report_id)
            where is_current
        """)
    database.execute(f"""
        create temp table sides as
        select
            coalesce(new_reports.body_id, old_reports.body_id) as body_id,
            coalesce(new_reports.body_name, old_reports.body_name) as body_name,
            coalesce(new_reports.report_year, old_reports.report_year) as report_year,
            coalesce(new_reports.scope, old_reports.scope) as scope,
            old_reports.report_id as old_report_id,
            new_reports.report_id as new_report_id,
            old_reports.numbers as old_numbers,
            new_reports.numbers as new_numbers,
            old_reports.print is distinct from new_reports.print as differs,
            known.report_id is null as file_gone,
            coalesce(known.version_status = 'superseded', false) as restated
        from old_reports
        full join new_reports
            on old_reports.body_id = new_reports.body_id
            and old_reports.report_year = new_reports.report_year
            and old_reports.scope = new_reports.scope
        left join {_scan(new["dim_report"])} as known on old_reports.report_id = known.report_id
    """)
    database.execute("""
        insert into changes by name
        select
            case when old_report_id is null then 'report_added' when new_report_id is null then 'report_removed'
                else 'report_replaced' end as change,
            'dim_report' as table_name, body_id, body_name, report_year, scope, old_report_id, new_report_id,
            old_numbers as old_value, new_numbers as new_value
        from sides where old_report_id is distinct from new_report_id
    """)
    database.execute(f"""
        insert into changes by name
        with touched as (select * from sides where old_report_id is not null and new_report_id is not null and differs),
        before as (
            select touched.old_report_id, cells.cell, cells.value, cells.status
            from {_scan(old["fct_cells"])} as cells inner join touched on cells.report_id = touched.old_report_id
        ),
        after as (
            select touched.old_report_id, cells.cell, cells.value, cells.status
            from {_scan(new["fct_cells"])} as cells inner join touched on cells.report_id = touched.new_report_id
        )
        select
            'cell' as change, 'fct_cells' as table_name, 'value' as column_name,
            touched.body_id, touched.body_name, touched.report_year, touched.scope,
            touched.old_report_id, touched.new_report_id,
            coalesce(before.cell, after.cell) as cell,
            before.value as old_value, after.value as new_value, before.status as old_text, after.status as new_text
        from before
        full join after on before.old_report_id = after.old_report_id and before.cell = after.cell
        inner join touched on touched.old_report_id = coalesce(before.old_report_id, after.old_report_id)
        where before.value is distinct from after.value or before.status is distinct from after.status
    """)
    # A body and year may change its scope without losing a report; numbers are lost where the same report, or another file in
    # its place, prints fewer.
    database.execute("""
        insert into lost
        select
            body_id, any_value(body_name), report_year,
            greatest(count(old_report_id) - count(new_report_id), 0) as reports_lost,
            coalesce(sum(greatest(old_numbers - new_numbers, 0)) filter (where not restated), 0)
            + greatest(
                coalesce(sum(old_numbers) filter (where new_report_id is null), 0)
                - coalesce(sum(new_numbers) filter (where old_report_id is null), 0),
                0
            ) as numbers_lost,
            bool_or(old_report_id is not null and new_report_id is distinct from old_report_id and file_gone)
        from sides group by body_id, report_year
        having reports_lost > 0 or numbers_lost > 0
    """)
    return database.execute("""
        select
            (select coalesce(sum(old_numbers), 0)::bigint from sides where new_report_id is not null and not restated),
            (select count(*) from changes
             inner join sides using (old_report_id)
             where change = 'cell' and not restated and changes.old_value is distinct from changes.new_value)
    """).fetchone()


def _compare_figures(
    database: duckdb.DuckDBPyConnection, old: Mapping[str, Path], new: Mapping[str, Path]
) -> tuple[int, int]:
    now = _columns(database, new["mart_body_year"])
    figures = [
        name
        for name, kind in _columns(database, old["mart_body_year"]).items()
        if kind.startswith(_NUMBERS) and now.get(name, "").startswith(_NUMBERS) and name not in _NO_FIGURES
    ]
    before, after = (", ".join(f"{side}.{quoted(name)}" for name in figures) for side in ("before", "after"))
    database.execute(f"""
        create temp table figures as
        select
            after.body_id, after.body_name, after.report_year, after.scope,
            before.report_id as old_report_id, after.report_id as new_report_id,
            coalesce(known.version_status = 'superseded', false) as restated,
            [{before}]::decimal(38,6)[] as old_values,
            [{after}]::decimal(38,6)[] as new_values
        from {_scan(old["mart_body_year"])} as before
        inner join {_scan(new["mart_body_year"])} as after
            on before.body_id = after.body_id and before.report_year = after.report_year and before.scope = after.scope
        left join {_scan(new["dim_report"])} as known on before.report_id = known.report_id
    """)
    names = f"[{', '.join(literal(name) for name in figures)}]"
    database.execute(f"""
        insert into changes by name
        with one as (
            select * exclude (old_values, new_values, restated),
                unnest({names}) as column_name, unnest(old_values) as old_value, unnest(new_values) as new_value
            from figures where old_values is distinct from new_values
        )
        select 'figure' as change, 'mart_body_year' as table_name, * from one where old_value is distinct from new_value
    """)
    return database.execute("""
        select
            (select coalesce(sum(list_count(old_values)), 0)::bigint from figures where not restated),
            (select count(*) from changes inner join figures using (old_report_id)
             where change = 'figure' and not restated)
    """).fetchone()
