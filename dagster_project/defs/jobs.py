"""Jobs: the one that ``make run`` executes."""

import dagster as dg

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="Archive to published snapshot: manifest, all report years, every model and test, publishing. "
    "This is what 'make run' executes.",
)
