"""The published snapshot: what BI opens, taken from the private warehouse.

Here: which tables are published and how they are described (``tables``, ``labels``, ``description``), their files
(``files``, ``database``), the atomic swap (``snapshot``), what was written (``ledger``), and the counts that must add up (``accounting``). Not here: how
the tables are computed (dbt), and anything of dagster.
"""

from dagster_project.publishing.snapshot import Publication, PublishingError, publish
from dagster_project.publishing.tables import Column, Table, published_tables

__all__ = ["Column", "Publication", "PublishingError", "Table", "publish", "published_tables"]
