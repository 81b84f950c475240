"""Which tables are published, and what dbt says about them.

Here: reading the parsed dbt manifest. A model is published when its ``config.meta.publish`` is true; ``meta.order_by``
names the columns its rows are ordered by, ``label_zh``, ``label_en``, ``legal_basis`` and ``caveat`` describe the table. Its
tested references are the foreign keys. Not here: the data; the labels of columns (``labels``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dagster_project.publishing.labels import Label, label

_PARENT = re.compile(r"ref\(['\"](\w+)['\"]\)")


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    label: Label = Label()


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values, where it has one, are keys of another published table."""

    column: str
    table: str
    field: str


@dataclass(frozen=True)
class Table:
    """One published table. ``relation`` is its place in the private warehouse, quoted; ``key`` is unique.

    ``label`` is the table's own; its caveat says what must not be added and which years compare.
    """

    name: str
    relation: str
    description: str
    order_by: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    label: Label = Label()
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def grain(self) -> str:
        """The first sentence of the description ("One row per …")."""
        return self.description.split(". ")[0].split("\n")[0].rstrip(".") + "."


def published_tables(manifest: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the tables to publish, by name.

    Raises:
        ValueError: a model asks to be published but lacks columns, a description or an order.
    """
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and _meta(node).get("publish")]
    tables = sorted((_table(model) for model in models), key=lambda table: table.name)
    references = _references(manifest, {table.name: table for table in tables})
    return tuple(replace(table, foreign_keys=tuple(references.get(table.name, ()))) for table in tables)


def _references(manifest: Mapping[str, Any], tables: Mapping[str, Table]) -> dict[str, list[ForeignKey]]:
    """Return the references that dbt tests between published tables, by table, where they lead to a whole key."""
    found: dict[str, list[ForeignKey]] = {}
    for node in manifest["nodes"].values():
        if (node.get("test_metadata") or {}).get("name") != "references" or node["config"].get("where"):
            continue
        child = manifest["nodes"].get(node.get("attached_node"), {}).get("name")
        for told in node["test_metadata"]["kwargs"]["references"]:
            parent = _PARENT.match(told["to"])
            if child in tables and parent and parent[1] in tables and tables[parent[1]].key == (told["field"],):
                reference = ForeignKey(told["column"], parent[1], told["field"])
                found.setdefault(child, []).append(reference)
    return {child: sorted(references, key=lambda key: (key.column, key.table)) for child, references in found.items()}


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}


def _table(model: Mapping[str, Any]) -> Table:
    meta = _meta(model)
    columns = tuple(
        Column(
            column["name"],
            (column.get("data_type") or "").lower(),
            _one_line(column.get("description")),
            label(model["name"], column["name"]),
        )
        for column in model["columns"].values()
    )
    order_by = tuple(meta.get("order_by") or ())
    lacking = [
        what
        for what, found in (
            ("columns with a data_type", columns and all(column.data_type for column in columns)),
            ("a description", model.get("description")),
            ("meta.order_by naming its columns", order_by and set(order_by) <= {column.name for column in columns}),
        )
        if not found
    ]
    if lacking:
        raise ValueError(f"The dbt model {model['name']} is to be published but lacks {', '.join(lacking)}. Add it to its yml.")
    return Table(
        name=model["name"],
        relation=model["relation_name"],
        description=model["description"].strip(),
        order_by=order_by,
        key=_key(model, meta) or order_by,
        columns=columns,
        label=Label(**{name: meta.get(name, "") for name in ("label_zh", "label_en", "legal_basis", "caveat")}),
    )


def _key(model: Mapping[str, Any], meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the declared key: of the model's constraints, of a column's constraint, or of ``meta.primary_key``."""
    for constraint in model.get("constraints") or ():
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    for column in model["columns"].values():
        if any(constraint["type"] == "primary_key" for constraint in column.get("constraints") or ()):
            return (column["name"],)
    declared = meta.get("primary_key") or meta.get("key") or model.get("primary_key") or ()
    return (declared,) if isinstance(declared, str) else tuple(declared)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
