"""The dashboards of ``definition/`` as files of Superset's import format.

Here: reading the definition, SQL of datasets and metrics, names that stay (uuid5). Not here: how a chart looks (``charts.py``), how
a page is laid out (``dashboards.py``), importing (``serve.py``). Needs PyYAML and nothing of Superset, so the tests read it too.

A dataset has ``table`` or ``sql`` (with @fragments), ``columns`` (name → ``from``, the published column that says what it is called
and means, and where that would mislead a ``label``), ``shared`` columns, and ``metrics``: ``sum: column``, ``count: column`` (distinct), ``rows: true``, or
``rate: [numerator, denominator, minimum denominator]``. ``never_added`` names columns over whose values figures overlap: a metric
that meets more than one combination of them is NULL, so that no choice of filters adds an aggregate to its own parts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid5

import yaml

DEFINITION = Path(__file__).parent / "definition"
DASHBOARDS = ("overview", "requests", "review", "quality")
VERSION = "1.0.0"
_NAMESPACE = UUID("5f0c3a52-6f0a-5b8e-9a53-0f5f3f1f6c11")
_FRAGMENT = re.compile(r"@(\w+)(?:\(([^()]*)\))?")


def stable_uuid(kind: str, name: str) -> str:
    """Return the identifier of an asset: the same name keeps it, so that an import replaces and never doubles."""
    return str(uuid5(_NAMESPACE, f"{kind}/{name}"))


@dataclass(frozen=True)
class Dataset:
    """One dataset of the definition; ``columns`` and ``metrics`` as they stand there, shared columns included."""

    name: str
    label: str
    sql: str | None
    table: str | None
    columns: Mapping[str, Mapping]
    metrics: Mapping[str, Mapping]
    never_added: Sequence[str]

    @property
    def uuid(self) -> str:
        return stable_uuid("dataset", self.name)

    @property
    def query(self) -> str:
        """The query that gives its rows."""
        return self.sql or f"select * from {self.table}"

    def expression(self, metric: str) -> str:
        """Return the SQL of a metric."""
        told = self.metrics[metric]
        if "rows" in told:
            return "COUNT(*)"
        if "count" in told:
            return f"COUNT(DISTINCT {told['count']})"
        conditions = [f"COUNT(DISTINCT {column}) = 1" for column in (*self.never_added, *told.get("never_added", ()))]
        # Each begins with SUM(: so Superset knows a number without asking for it.
        if "sum" in told:
            return f"SUM({told['sum']})" + (f" * CASE WHEN {' AND '.join(conditions)} THEN 1 END" if conditions else "")
        numerator, denominator, minimum = told["rate"]
        conditions.append(f"SUM({denominator}) >= MAX({minimum})")
        return f"SUM({numerator}) / CASE WHEN {' AND '.join(conditions)} THEN SUM({denominator}) END"


@dataclass(frozen=True)
class Definition:
    """All of ``definition/``: datasets by name and dashboards by file name."""

    datasets: Mapping[str, Dataset]
    dashboards: Mapping[str, Mapping]

    @classmethod
    def read(cls, folder: Path = DEFINITION) -> "Definition":
        told = yaml.safe_load((folder / "datasets.yaml").read_text(encoding="utf-8"))
        fragments, shared = told["fragments"], told["shared_columns"]
        datasets = {name: _dataset(name, dataset, fragments, shared) for name, dataset in told["datasets"].items()}
        dashboards = {
            name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in DASHBOARDS
        }
        return cls(datasets, dashboards)


def _dataset(name: str, told: Mapping, fragments: Mapping[str, str], shared: Mapping[str, Mapping]) -> Dataset:
    columns = {column: shared[column] for column in told.get("shared", ())} | dict(told["columns"])
    columns = {column: {"from": one} if isinstance(one, str) else one for column, one in columns.items()}
    for metric in told["metrics"].values():
        # What a metric adds up is a column too; it is described where it is published.
        if "sum" in metric and metric["sum"] not in columns:
            columns[metric["sum"]] = {"from": f"{told['all_columns_of']}.{metric['sum']}"}
    sql = told.get("sql")
    return Dataset(
        name,
        told["label"],
        None if sql is None else expanded(sql, fragments).strip(),
        told.get("table"),
        columns,
        told["metrics"],
        tuple(told.get("never_added", ())),
    )


def expanded(sql: str, fragments: Mapping[str, str]) -> str:
    """Return SQL with every @fragment put in, those inside fragments too."""

    def put_in(match: re.Match) -> str:
        return expanded(fragments[match[1]].format(match[2]) if match[2] else fragments[match[1]], fragments)

    return _FRAGMENT.sub(put_in, sql)


@dataclass(frozen=True)
class Meanings:
    """What datapackage.json says of the published columns."""

    package: Mapping

    @cached_property
    def fields(self) -> Mapping[str, Mapping]:
        """``table.column`` → what is said of it."""
        return {
            f"{resource['name']}.{field['name']}": field
            for resource in self.package["resources"]
            for field in resource["schema"]["fields"]
        }

    def label(self, column: str) -> str:
        """The column's name for people, Chinese before English."""
        field = self.fields[column]
        return f"{field['titleZh']} {field['title']}"

    def meaning(self, column: str) -> str:
        """What the column means, and what must not be done with it."""
        field = self.fields[column]
        return " ".join(field[key] for key in ("description", "caveat") if field.get(key))


_SUPERSET_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "string": "VARCHAR"}


def files(definition: Definition, package: Mapping, snapshot: Path) -> dict[str, str]:
    """Return path → YAML of the import: database, datasets, charts, dashboards.

    Args:
        package: the published datapackage.json, which says what columns mean.
        snapshot: the published DuckDB file.
    """
    from bi import charts, dashboards

    meanings = Meanings(package)
    found: dict[str, Mapping] = {
        "metadata.yaml": {"version": VERSION, "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/gongkai.yaml": _database(snapshot),
    }
    for dataset in definition.datasets.values():
        found[f"datasets/gongkai/{dataset.name}.yaml"] = _dataset_file(dataset, meanings)
    for name, told in definition.dashboards.items():
        for key, chart in told["charts"].items():
            found[f"charts/{name}_{key}.yaml"] = charts.chart(name, key, chart, definition.datasets[chart["dataset"]])
        found[f"dashboards/{name}.yaml"] = dashboards.dashboard(name, told, definition)
    return {path: yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=120) for path, content in found.items()}


def _database(snapshot: Path) -> dict:
    return {
        "database_name": "gongkai",
        "sqlalchemy_uri": f"duckdb:///{snapshot}",
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {
            # Opened to read, for the time of one query: a publication is neither hindered nor overlooked.
            "engine_params": {"connect_args": {"read_only": True, "config": {"enable_external_access": False}}},
            "metadata_params": {},
            "metadata_cache_timeout": {},
            "schemas_allowed_for_csv_upload": [],
            "allows_virtual_table_explore": True,
        },
        "uuid": stable_uuid("database", "gongkai"),
        "version": VERSION,
    }


def _dataset_file(dataset: Dataset, meanings: Meanings) -> dict:
    return {
        # Datasets are listed by this name; a table of the snapshot keeps its own.
        "table_name": dataset.table or dataset.label,
        "schema": "main",
        "sql": dataset.sql,
        "description": dataset.label,
        "filter_select_enabled": True,
        "uuid": dataset.uuid,
        "columns": [
            {
                "column_name": name,
                "verbose_name": column.get("label") or meanings.label(column["from"]),
                "description": meanings.meaning(column["from"]),
                "type": _SUPERSET_TYPES[meanings.fields[column["from"]]["type"]],
                "is_dttm": False,
                "is_active": True,
                "groupby": True,
                "filterable": True,
            }
            for name, column in dataset.columns.items()
        ],
        "metrics": [
            {
                "metric_name": name,
                "verbose_name": metric["label"],
                "expression": dataset.expression(name),
                "description": _metric_description(dataset, name, meanings),
                "d3format": ".1%" if "rate" in metric else ",d",
            }
            for name, metric in dataset.metrics.items()
        ],
        "version": VERSION,
        "database_uuid": stable_uuid("database", "gongkai"),
    }


def _metric_description(dataset: Dataset, name: str, meanings: Meanings) -> str:
    metric = dataset.metrics[name]
    if "rate" in metric:
        meaning = "Sum of numerators over sum of denominators, each as dim_metric defines it; NULL below the minimum denominator."
    elif "sum" in metric:
        meaning = meanings.meaning(dataset.columns[metric["sum"]]["from"])
    else:
        return "Number of rows." if "rows" in metric else "Number of different values."
    apart = (*dataset.never_added, *metric.get("never_added", ()))
    return meaning + (f" NULL over more than one {', '.join(apart)}: such figures overlap." if apart else "")
