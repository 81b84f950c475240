"""What every step needs: the archive, and the executor that runs steps one after the other in one process."""

import dagster as dg

from dagster_project.defs.lib.archive import Archive


@dg.definitions
def resources() -> dg.Definitions:
    # One process: DuckDB lets one process write, and starting a process per step costs seconds.
    return dg.Definitions(resources={"archive": Archive()}, executor=dg.in_process_executor)
