"""Warehouse: every dbt model and seed as an asset, every dbt test as a check, built by dbt."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_subset_selection_for_context

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.archive import Archive
from dagster_project.home import Home

_TESTED = ("model", "seed", "snapshot", "test")
# Failures shown in one sentence; all of them are in the checks.
_SHOWN = 10


class Translator(DagsterDbtTranslator):
    """Models grouped by their layer (staging, intermediate, marts), seeds as ``registry``."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "registry"
        return dbt_resource_props["fqn"][1]


def warehouse_assets(home: Home) -> dg.AssetsDefinition:
    """Return the dbt project as one multi-asset: one dbt invocation builds what is selected of it."""
    manifest = dbt_project.manifest(home)
    translator = Translator()
    nodes = sum(node["resource_type"] in _TESTED for node in manifest["nodes"].values())

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name="warehouse")
    def warehouse(context: dg.AssetExecutionContext, archive: dg.ResourceParam[Archive]):
        from dagster_project.defs.lib import dbt_events, last_build

        with archive.home.only_run():
            if archive.keeps_what_stands:
                archive.reporter.stage("looking for changes")
                with archive.measured("looking for changes"):
                    archive.standing = last_build.standing(archive.home)
                if archive.standing.stands:
                    context.log.info(
                        "Nothing changed since the last build: models, checks, published tables and pages stand as that run made "
                        "them. This run makes none of them and the steps after this one are skipped."
                    )
                    return
                context.log.info(f"The models are built. {archive.standing.why}")
            # Whatever comes of this build, the warehouse is no longer the one that was published.
            last_build.forget(archive.home)
        selection, indirect = get_subset_selection_for_context(
            context, manifest, None, None, None, translator, current_dbt_indirect_selection_env=None
        )
        if indirect:
            selection = [*selection, "--indirect-selection", indirect]
        archive.reporter.stage("models")
        with archive.home.only_run(), archive.measured("dbt"):
            archive.home.require_warehouse()
            end = yield from dbt_events.build(context, archive.home, selection, manifest, translator, archive.reporter, nodes)
        if end.failures:
            raise dg.Failure(_sentence(end.failures, end.skipped), allow_retries=False)

    return warehouse


def _sentence(failures: Sequence[str], skipped: Sequence[str]) -> str:
    lines = [f"{len(failures)} model(s) or test(s) of the warehouse failed, {len(skipped)} were skipped for that:"]
    lines += [f"  {failure}" for failure in failures[:_SHOWN]]
    if len(failures) > _SHOWN:
        lines.append(f"  … and {len(failures) - _SHOWN} more, each a check in 'make ui'")
    lines.append("Nothing is published from it: the previous snapshot is as it was.")
    return "\n".join(lines)


@dg.definitions
def warehouse() -> dg.Definitions:
    return dg.Definitions(assets=[warehouse_assets(Home.from_environment())])
