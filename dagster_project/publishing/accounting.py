"""Where every file of the archive ended: the counts that must add up to the files that went in.

Here: one place for each file of the manifest, from the staged documents and the marts. Not here: printing it (``terminal``)
and judging it (``defs/checks``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from dagster_project.home import Home
from dagster_project.publishing.database import connect
from schemas import CELLS, DOCUMENTS, FINDINGS, PARTITIONED

# In the order in which a file with several documents is counted: where its best document ended.
PLACES = ("report", "superseded", "duplicate", "not_a_report", "quarantined")
# A rendition is the same report with the same figures in another file; what stands on a foreign host alone counts nowhere.
_PLACE_OF_VERSION = {
    "current": "report",
    "superseded": "superseded",
    "rendition": "duplicate",
    "unofficial_copy": "duplicate",
    "unofficial": "quarantined",
}
_UNOFFICIAL = "Its address is of no government site, so its figures count nowhere; see bodies/registry/trusted_hosts.csv."

_FINDINGS = tuple(frame.name for frame in PARTITIONED if "finding_id" in frame.key)


@dataclass(frozen=True)
class Account:
    """Where the files ended.

    ``places``: one row per file of the manifest: source_path, place (NULL when lost), reason_code, detail.
    ``strays``: paths in the marts that the manifest does not know.
    """

    places: pl.DataFrame
    strays: tuple[str, ...]

    @property
    def files(self) -> int:
        return self.places.height

    @cached_property
    def by_place(self) -> dict[str, int]:
        """Files by place, each place named even when it is empty."""
        found = dict(self.places.drop_nulls("place").group_by("place").agg(pl.len()).iter_rows())
        return {place: found.get(place, 0) for place in PLACES}

    @cached_property
    def by_reason(self) -> list[tuple[str, int]]:
        """Quarantined files by reason, most frequent first."""
        held = self.quarantined.group_by("reason_code").agg(pl.len().alias("files"))
        return list(held.sort("files", "reason_code", descending=[True, False]).iter_rows())

    @cached_property
    def quarantined(self) -> pl.DataFrame:
        return self.places.filter(pl.col("place") == "quarantined").select("source_path", "reason_code", "detail")

    @cached_property
    def lost(self) -> list[str]:
        """Files that ended nowhere."""
        return self.places.filter(pl.col("place").is_null())["source_path"].to_list()

    @property
    def adds_up(self) -> bool:
        return not self.lost and not self.strays and sum(self.by_place.values()) == self.files


def account(home: Home) -> Account:
    """Say where every file of the manifest ended, from the staged documents, ``dim_report`` and ``quarantine``."""
    manifest = pl.read_parquet(home.manifest, columns=["source_path"])
    documents = _staged(home, DOCUMENTS.name).select("source_path", "outcome", "reason_code", "detail").collect()
    reports, rejected = _marts(home)
    placed = pl.concat(
        [
            reports.select("source_path", place=pl.col("version_status").replace_strict(_PLACE_OF_VERSION, return_dtype=pl.String)).with_columns(
                reason_code=pl.when(pl.col("place") == "quarantined").then(pl.lit("unofficial")),
                detail=pl.when(pl.col("place") == "quarantined").then(pl.lit(_UNOFFICIAL)),
            ),
            _rejected_places(rejected, documents),
        ]
    )
    rank = pl.col("place").replace_strict({place: number for number, place in enumerate(PLACES)}, return_dtype=pl.Int8)
    best = placed.sort("source_path", rank).unique("source_path", keep="first", maintain_order=True)
    places = manifest.join(best, on="source_path", how="left", maintain_order="left")
    strays = best.join(manifest, on="source_path", how="anti")["source_path"].sort().to_list()
    return Account(places, tuple(strays))


def _rejected_places(rejected: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """A file in quarantine is a duplicate when it names its original, no report when reading said so, else held back."""
    not_reports = documents.filter(pl.col("outcome") == "not_a_report").select("source_path", "reason_code").unique()
    marked = rejected.join(
        not_reports.with_columns(not_a_report=True), on=["source_path", "reason_code"], how="left", nulls_equal=True
    )
    place = (
        pl.when(pl.col("duplicate_of").is_not_null())
        .then(pl.lit("duplicate"))
        .when(pl.col("not_a_report").fill_null(False))
        .then(pl.lit("not_a_report"))
        .otherwise(pl.lit("quarantined"))
    )
    return marked.select("source_path", place.alias("place"), "reason_code", "detail")


def _marts(home: Home) -> tuple[pl.DataFrame, pl.DataFrame]:
    with connect(home.warehouse, home.dbt_target / "spill", read_only=True) as warehouse:
        schemas = dict(warehouse.execute("select table_name, schema_name from duckdb_tables()").fetchall())
        reports = warehouse.execute(f'select source_path, version_status from "{schemas["dim_report"]}".dim_report').pl()
        rejected = warehouse.execute(
            f'select source_path, reason_code, detail, duplicate_of from "{schemas["quarantine"]}".quarantine'
        ).pl()
    return reports, rejected


def _staged(home: Home, frame: str) -> pl.LazyFrame:
    return pl.scan_parquet(home.staging / frame / "*.parquet")


def documents_by_outcome(home: Home) -> list[tuple[str, int]]:
    """Return the staged documents by outcome, most frequent first."""
    return _counted(home, [DOCUMENTS.name], "outcome")


def cells_by_status(home: Home) -> list[tuple[str, int]]:
    """Return the staged cells by status, most frequent first."""
    return _counted(home, [CELLS.name], "status")


def findings(home: Home, *, built: bool) -> pl.DataFrame:
    """Return how many findings there are: family, status, rows.

    ``built``: the models were built in this run, and ``fct_findings`` holds those of the models too; else the staged ones are
    counted.
    """
    if built:
        with connect(home.warehouse, home.dbt_target / "spill", read_only=True) as warehouse:
            schemas = dict(warehouse.execute("select table_name, schema_name from duckdb_tables()").fetchall())
            counts = warehouse.execute(
                f'select family, status, count(*) as rows from "{schemas["fct_findings"]}".fct_findings group by all'
            ).pl()
    else:
        staged = [
            _staged(home, name).select(pl.col("family") if name != FINDINGS.name else pl.lit("intake").alias("family"), "status")
            for name in _FINDINGS
            if any((home.staging / name).glob("*.parquet"))
        ]
        if not staged:
            return pl.DataFrame(schema={"family": pl.String, "status": pl.String, "rows": pl.UInt32})
        counts = pl.concat(staged).group_by("family", "status").agg(pl.len().alias("rows")).collect()
    return counts.sort("family", "status")


def _counted(home: Home, frames: Sequence[str], column: str) -> list[tuple[str, int]]:
    staged = [_staged(home, name).select(column) for name in frames if any((home.staging / name).glob("*.parquet"))]
    if not staged:
        return []
    counts = pl.concat(staged).group_by(column).agg(pl.len().alias("rows")).collect()
    return list(counts.sort("rows", column, descending=[True, False]).iter_rows())
