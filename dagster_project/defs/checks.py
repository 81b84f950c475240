"""Operational checks: every file accounted for, nothing lost, not too much held back.

Here: judging the account of the archive. Not here: counting it (``publishing.accounting``), what dbt tests.
"""

import dagster as dg

from dagster_project.defs.lib import dbt_project
from dagster_project.defs.lib.archive import Archive
from dagster_project.defs.lib.columns import markdown_table
from dagster_project.defs.warehouse import Translator
from dagster_project.home import Home
from dagster_project.publishing.accounting import Account, account

# More than this share of the files held back is worth a look: a reader is missing, or a source delivers something else.
QUARANTINE_SHARE = 0.10
_SAMPLE = 20


def archive_checks(home: Home) -> dg.AssetChecksDefinition:
    """Return the checks of the archive's account; publishing waits for the blocking ones."""
    manifest = dbt_project.manifest(home)
    translator = Translator()
    keys = {
        node["name"]: translator.get_asset_spec(manifest, unique_id, None).key
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    reports, held = keys["dim_report"], keys["quarantine"]
    specs = [
        dg.AssetCheckSpec(
            "files_add_up",
            asset=reports,
            additional_deps=[held],
            blocking=True,
            description="Files of the manifest = reports + superseded + duplicates + not a report + quarantined.",
        ),
        dg.AssetCheckSpec(
            "nothing_lost",
            asset=held,
            additional_deps=[reports],
            blocking=True,
            description="Every file of the manifest ended somewhere.",
        ),
        dg.AssetCheckSpec(
            "quarantine_share",
            asset=held,
            additional_deps=[reports],
            description=f"At most {QUARANTINE_SHARE:.0%} of the files are quarantined.",
        ),
    ]

    @dg.multi_asset_check(name="archive_account", specs=specs)
    def archive_account(archive: dg.ResourceParam[Archive]):
        with archive.home.only_run():
            found = account(archive.home)
        yield _files_add_up(found, reports)
        yield _nothing_lost(found, held)
        yield _quarantine_share(found, held)

    return archive_account


def _files_add_up(found: Account, key: dg.AssetKey) -> dg.AssetCheckResult:
    total = " + ".join(f"{files} {place}" for place, files in found.by_place.items())
    return dg.AssetCheckResult(
        passed=found.adds_up,
        asset_key=key,
        check_name="files_add_up",
        description=f"{found.files} files in; {total} = {sum(found.by_place.values())}",
        metadata={"files": found.files, **found.by_place, "not in the manifest": _listed(found.strays)},
    )


def _nothing_lost(found: Account, key: dg.AssetKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not found.lost,
        asset_key=key,
        check_name="nothing_lost",
        description=f"{len(found.lost)} files ended nowhere." if found.lost else "Every file ended somewhere.",
        metadata={"lost": _listed(found.lost)},
    )


def _quarantine_share(found: Account, key: dg.AssetKey) -> dg.AssetCheckResult:
    held = found.by_place["quarantined"]
    share = held / found.files if found.files else 0.0
    return dg.AssetCheckResult(
        passed=share <= QUARANTINE_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        asset_key=key,
        check_name="quarantine_share",
        description=f"{held} of {found.files} files are quarantined ({share:.1%}).",
        metadata={
            "share": share,
            "by reason": dg.MetadataValue.md("\n".join(f"- {reason}: {files}" for reason, files in found.by_reason) or "none"),
            "a sample": dg.MetadataValue.md(markdown_table(found.quarantined.sort("source_path").head(_SAMPLE))),
        },
    )


def _listed(paths: list[str] | tuple[str, ...]) -> dg.MarkdownMetadataValue:
    shown = "\n".join(f"- {path}" for path in paths[:_SAMPLE])
    more = f"\n- … and {len(paths) - _SAMPLE} more" if len(paths) > _SAMPLE else ""
    return dg.MetadataValue.md(shown + more or "none")


@dg.definitions
def checks() -> dg.Definitions:
    return dg.Definitions(asset_checks=[archive_checks(Home.from_environment())])
