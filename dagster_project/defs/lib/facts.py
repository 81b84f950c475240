"""Facts of the warehouse whose rows are judged already: turned into asset checks with counts, reasons and a sample.

Here: reading such a table after dbt built it, and the check made of its columns status, reason and difference. Not here: what
is asked (``continuity_checks``, ``coverage_checks``), the judging (dbt).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
import polars as pl

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.home import Home
from dagster_project.publishing.database import connect

SAMPLE = 20


@dataclass(frozen=True)
class Question:
    """One check over a fact with the columns status and difference: its name, what it asks, what is counted and shown."""

    name: str
    model: str
    sentence: str
    by: str
    shown: tuple[str, ...]


def keys(home: Home) -> dict[str, dg.AssetKey]:
    """Return the asset key of every dbt model by its name."""
    from dagster_project.defs.warehouse import Translator

    manifest = dbt_project.manifest(home)
    translator = Translator()
    return {
        node["name"]: translator.get_asset_spec(manifest, unique_id, None).key
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }


def rows(home: Home, model: str) -> pl.DataFrame:
    """Return a table that dbt built."""
    with connect(home.warehouse, home.dbt_target / "spill", read_only=True) as warehouse:
        [(schema,)] = warehouse.execute("select schema_name from duckdb_tables() where table_name = ?", [model]).fetchall()
        return warehouse.execute(f'select * from "{schema}".{model}').pl()


def questions(name: str, asked: Sequence[Question], home: Home) -> dg.AssetChecksDefinition:
    """Return one check for each question, each on its model. They warn and never block."""
    models = keys(home)
    specs = [dg.AssetCheckSpec(each.name, asset=models[each.model], description=each.sentence) for each in asked]

    @dg.multi_asset_check(name=name, specs=specs)
    def checks(archive: dg.ResourceParam[Archive]):
        with archive.home.only_run():
            found = {each.model: rows(archive.home, each.model) for each in asked}
        for each in asked:
            yield _judged(each, found[each.model], models[each.model])

    return checks


def _judged(question: Question, found: pl.DataFrame, key: dg.AssetKey) -> dg.AssetCheckResult:
    compared = found.filter(pl.col("status") != "not_assessable")
    failing = found.filter(pl.col("status") == "fail")
    counts = found.group_by(question.by, "status").len("rows").sort(question.by, "status")
    reasons = found.drop_nulls("reason").group_by("reason").len("rows").sort("rows", "reason", descending=[True, False])
    # The largest differences first, the rest in the order of the fact's key.
    sample = failing.sort(question.shown[:4]).sort(pl.col("difference").abs(), descending=True, maintain_order=True)
    return dg.AssetCheckResult(
        passed=failing.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        asset_key=key,
        check_name=question.name,
        description=f"{failing.height} of {compared.height} compared differ; {found.height - compared.height} cannot be compared.",
        metadata={
            "differing": failing.height,
            "compared": compared.height,
            "counts": dg.MetadataValue.md(markdown_table(counts)),
            "why not compared": dg.MetadataValue.md(markdown_table(reasons)),
            "largest differences": dg.MetadataValue.md(markdown_table(sample.select(question.shown).head(SAMPLE))),
        },
    )
