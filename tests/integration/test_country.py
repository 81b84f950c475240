"""A synthetic country in the warehouse: four levels, 3,000 bodies, seven years, with everything that makes sums go wrong.

One body in twenty is renamed or merged, one report in ten stands there twice, one in thirty was issued again with other
figures, and every government publishes the aggregate of its territory beside its parts. Totals must come out exactly, whatever
the order in which files came and whether in one run or in several. Built from staged frames: reading is tested elsewhere.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest

from dagster_project.bodies import names, regions
from schemas import BODY_SUCCESSIONS, CELLS, DOCUMENTS, FRAMES, MANIFEST, PARTITIONED

DBT = Path(__file__).resolve().parents[2] / "dbt"
YEARS = range(2019, 2026)
BODIES = 3000
PROVINCES = 4
RENAMED, DUPLICATED, REISSUED = 0.05, 0.10, 0.03
TYPES = ("natural_person", "business", "research", "public_interest", "legal_services", "other_organisation")
DEPARTMENTS = ("财政局", "教育局", "民政局", "水利局", "审计局", "司法局", "统计局", "商务局", "信访局", "林业局")
TOTALS = ("+mart_region_year",)
MODELS = (*TOTALS, "+fct_aggregation", "+fct_continuity", "+file_ledger")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Country:
    """The true figures of every body and year, and the documents that tell them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.places = self._places()
        self.bodies = self._bodies()
        self.successions: list[dict] = []
        # (body name, region, kind) of who reports in a year, by body: a renamed or merged body reports under another name.
        self.reports: list[dict] = []
        self._report_all()

    def _places(self) -> pl.DataFrame:
        table = regions.table().filter(pl.col("valid_to").is_null())
        provinces = table.filter(level="province").sort("region_code").head(PROVINCES + 3).tail(PROVINCES)["region_code"]
        return table.filter(pl.col("region_code").str.slice(0, 2).is_in(provinces.str.slice(0, 2).to_list())).sort("region_code")

    def _bodies(self) -> list[tuple[str, str, str]]:
        """Departments of every place and townships of counties, as (name, region code, kind)."""
        found = []
        for code, name, level in self.places.select("region_code", "region_name", "level").iter_rows():
            [place] = [place for place in regions.places()[name] if place.code == code]
            full = "".join(place.above) + name
            found += [(full + department, code, "department") for department in DEPARTMENTS]
            if level == "county":
                found += [(f"{full}第{number}镇人民政府".replace("第1", "东").replace("第2", "西"), code, "township") for number in (1, 2)]
        governments = self.places.height
        return sorted(self.random.sample(found, BODIES - governments))

    def _report_all(self) -> None:
        carried = {name: dict.fromkeys(TYPES, 0) for name, _, _ in self.bodies}
        alive = {name: (name, code, kind) for name, code, kind in self.bodies}
        changes = self.random.sample([name for name, _, kind in self.bodies if kind == "department"], int(RENAMED * BODIES))
        change_year = {name: self.random.choice(YEARS[1:]) for name in changes}
        for year in YEARS:
            for name in sorted(alive):
                if change_year.get(name) == year and name in alive:
                    self._change(name, year, alive, carried)
            for name, code, kind in alive.values():
                figures = self._figures(carried[name])
                carried[name] = figures["carried_out"]
                self.reports.append({"name": name, "code": code, "kind": kind, "scope": "own", "year": year, "figures": figures})
            self._aggregate(year)

    def _change(self, name: str, year: int, alive: dict, carried: dict) -> None:
        """Rename a body, or merge it with another of its place; what it carries over goes with it."""
        old, code, kind = alive.pop(name)
        partner = next((other for other in sorted(alive) if alive[other][1] == code and other[-3:] != name[-3:]), None)
        merges = partner is not None and self.random.random() < 0.5
        new = old[:-1] + "和发展局" if not merges else f"{old[:-1]}与{alive[partner][0][-3:]}"
        joined = [old] + ([alive.pop(partner)[0]] if merges else [])
        alive[new] = (new, code, kind)
        carried[new] = {each: sum(carried[body][each] for body in joined) for each in TYPES}
        for body in joined:
            self.successions.append(
                {
                    "predecessor_id": names.body_id(body),
                    "successor_id": names.body_id(new),
                    "predecessor": body,
                    "successor": new,
                    "kind": "merged" if merges else "renamed",
                    "effective_on": date(year, 6, 1),
                    "note": None,
                }
            )

    def _figures(self, carried_in: dict[str, int]) -> dict[str, dict[str, int]]:
        received = {kind: self.random.choice((0, 0, 0, 1, 2, 7)) for kind in TYPES}
        disposed = {kind: self.random.randint(0, received[kind] + carried_in[kind]) for kind in TYPES}
        out = {kind: received[kind] + carried_in[kind] - disposed[kind] for kind in TYPES}
        return {"received": received, "carried_in": dict(carried_in), "disposed": disposed, "carried_out": out}

    def _aggregate(self, year: int) -> None:
        """Every government's report of its territory: the sum over all bodies within."""
        sums: dict[str, dict[str, dict[str, int]]] = {}
        for report in self.reports:
            if report["year"] != year or report["scope"] != "own":
                continue
            code = report["code"]
            # In its own division and those above it; a prefecture that is none (province-governed counties) has no report.
            for within in {code, code[:4] + "00", code[:2] + "0000"}:
                total = sums.setdefault(within, {row: dict.fromkeys(TYPES, 0) for row in report["figures"]})
                for row, by_type in report["figures"].items():
                    for kind, value in by_type.items():
                        total[row][kind] += value
        for code, name in self.places.select("region_code", "region_name").iter_rows():
            if code in sums:
                [place] = [place for place in regions.places()[name] if place.code == code]
                full = "".join(place.above) + name + "人民政府"
                self.reports.append(
                    {"name": full, "code": code, "kind": "government", "scope": "region", "year": year, "figures": sums[code]}
                )

    def total(self, year: int, row: str, province: str = "") -> int:
        """The true total over all bodies, each once."""
        return sum(
            sum(report["figures"][row].values())
            for report in self.reports
            if report["year"] == year and report["scope"] == "own" and report["code"].startswith(province)
        )

    def stage(self, home: Path, years: range, shuffle: int) -> None:
        """Write the staged frames of some years; ``shuffle`` changes names of files, and so every order that hangs on them."""
        random = Random(shuffle)
        manifest, documents, cells = [], [], []

        def add(report: dict, figures: dict, published: date, copy: str) -> None:
            content = digest(f"{report['name']} {report['year']} {report['scope']} {figures}")
            path = f"{report['year']}/{random.getrandbits(64):016x}.html"
            own = digest(f"{content} {copy} {shuffle}")
            manifest.append({"source_path": path, "source_sha256": own, "size_bytes": 1, "file_kind": "html", "partition": str(report["year"])})
            documents.append(
                {
                    "document_id": own[:16],
                    "source_path": path,
                    "member": "",
                    "source_sha256": own,
                    "partition": str(report["year"]),
                    "file_kind": "html",
                    "reader_version": 1,
                    "outcome": "report",
                    "body_id": names.body_id(report["name"]),
                    "body_name": report["name"],
                    "body_level": "county",
                    "body_kind": report["kind"],
                    "region_code": report["code"],
                    "report_year": report["year"],
                    "form": "2021",
                    "scope": report["scope"],
                    "published_on": published,
                    "lane": "fast",
                    "content_sha256": content,
                    "cells_expected": 200,
                    "cells_read": 28,
                }
            )
            for row, by_type in figures.items():
                for column, value in {**by_type, "total": sum(by_type.values())}.items():
                    cells.append((own[:16], f"requests.{row}.{column}", value))

        order = [report for report in self.reports if report["year"] in years]
        random.shuffle(order)
        for report in order:
            # The same reports are copied or issued again in every shuffle: it is the same archive.
            fate = Random(digest(f"{report['name']} {report['year']} {report['scope']}"))
            if fate.random() < REISSUED:
                wrong = {row: dict(by_type) for row, by_type in report["figures"].items()}
                wrong["received"]["business"] += 1000
                add(report, wrong, date(report["year"] + 1, 1, 10), "first")
            add(report, report["figures"], date(report["year"] + 1, 1, 20), "current")
            if fate.random() < DUPLICATED:
                add(report, report["figures"], date(report["year"] + 1, 3, 1), "copy")
        self._write(home, manifest, documents, cells)

    def _write(self, home: Path, manifest: list[dict], documents: list[dict], cells: list[tuple]) -> None:
        staging = home / "staging"
        (home / "warehouse").mkdir(parents=True, exist_ok=True)
        for frame in FRAMES:
            target = staging / frame.name / "all.parquet" if frame in PARTITIONED else staging / f"{frame.name}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            frame.empty().write_parquet(target)
        stamp = pl.lit("2026-01-01").str.to_datetime(time_unit="us", time_zone="UTC")
        filled = pl.concat([MANIFEST.empty(), pl.DataFrame(manifest).with_columns(first_seen=stamp)], how="diagonal_relaxed")
        MANIFEST.validate(filled.select(MANIFEST.polars_schema.names()).cast(dict(MANIFEST.polars_schema))).write_parquet(
            staging / "manifest.parquet"
        )
        rows = pl.concat([DOCUMENTS.empty(), pl.DataFrame(documents)], how="diagonal_relaxed").cast(dict(DOCUMENTS.polars_schema))
        DOCUMENTS.validate(rows.sort(*DOCUMENTS.key)).write_parquet(staging / "documents" / "all.parquet")
        table = pl.DataFrame(cells, schema=["document_id", "cell", "value"], orient="row").with_columns(
            pl.col("value").cast(CELLS.polars_schema["value"]),
            unit=pl.lit("件"),
            raw_text=pl.col("value").cast(pl.String),
            status=pl.lit("number"),
            locator=pl.lit("table=1;row=1;cell=1"),
        )
        CELLS.validate(table.select(CELLS.polars_schema.names()).sort(*CELLS.key)).write_parquet(staging / "cells" / "all.parquet")
        BODY_SUCCESSIONS.build(self.successions).sort(*BODY_SUCCESSIONS.key).write_parquet(staging / "body_successions.parquet")


def build(home: Path, models: Sequence[str] = TOTALS, *, tested: bool = False) -> None:
    target = str(home / "target")
    environment = os.environ | {"GONGKAI_DATA": str(home), "DBT_TARGET_PATH": target, "DBT_LOG_PATH": target}
    dbt = str(Path(sys.executable).with_name("dbt"))
    done = subprocess.run(
        [dbt, "--no-use-colors", "build", "--project-dir", str(DBT), "--profiles-dir", str(DBT), "--select", *models]
        + ["--indirect-selection", "cautious", "--exclude-resource-type", "unit_test", *([] if tested else ["test"])],
        env=environment, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def read(home: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(home / "warehouse" / "gongkai.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


@pytest.fixture(scope="module")
def country() -> Country:
    return Country(seed=6)


@pytest.fixture(scope="module")
def warehouse(country: Country, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The country in two runs: first three years, then all."""
    home = tmp_path_factory.mktemp("country")
    country.stage(home, YEARS[:3], shuffle=1)
    build(home)
    country.stage(home, YEARS, shuffle=1)
    build(home, MODELS, tested=True)
    yield home


def test_it_is_a_country_of_the_size_that_is_said(country: Country) -> None:
    years = {report["year"] for report in country.reports}
    bodies = {report["name"] for report in country.reports if report["year"] == YEARS[0]}
    assert (len(years), len(bodies)) == (7, BODIES)
    assert len({row["predecessor"] for row in country.successions}) >= RENAMED * BODIES


def test_national_totals_come_out_exactly_by_bodies_and_by_aggregates(country: Country, warehouse: Path) -> None:
    columns = "requests_received, requests_carried_in, requests_disposed, requests_carried_out"
    rows = ("received", "carried_in", "disposed", "carried_out")
    for scope in ("own", "region"):
        found = read(
            warehouse,
            f"select report_year, {columns} from mart_region_year where region_code = '000000' and scope = '{scope}' order by 1",
        )
        assert found == [(year, *(country.total(year, row) for row in rows)) for year in YEARS], scope


def test_totals_of_provinces_come_out_exactly(country: Country, warehouse: Path) -> None:
    found = read(
        warehouse,
        "select region_code, report_year, scope, requests_received from mart_region_year where level = 'province' order by all",
    )
    provinces = country.places.filter(level="province")["region_code"]
    assert found == [
        (code, year, scope, country.total(year, "received", code[:2]))
        for code in provinces
        for year in YEARS
        for scope in ("own", "region")
    ]


def test_a_sum_over_scopes_is_not_what_anybody_publishes(country: Country, warehouse: Path) -> None:
    """Adding an aggregate to its parts doubles them; the mart keeps them in rows of their own, with their coverage."""
    [(own, region)] = read(
        warehouse,
        "select max(reports) filter (where scope = 'own'), max(bodies_received) filter (where scope = 'region') "
        "from mart_region_year where region_code = '000000' and report_year = 2025",
    )
    assert own == sum(report["year"] == 2025 and report["scope"] == "own" for report in country.reports)
    assert region == PROVINCES


def test_every_aggregate_is_the_sum_of_its_parts(warehouse: Path) -> None:
    assert read(warehouse, "select status, count(*) filter (where difference <> 0) from fct_aggregation group by all") == [("pass", 0)]


def test_what_is_carried_over_agrees_through_every_succession(country: Country, warehouse: Path) -> None:
    assert read(warehouse, "select count(*) from fct_continuity where status = 'fail'") == [(0,)]
    reasons = read(warehouse, "select distinct reason, min(report_year), max(report_year) from fct_continuity where reason is not null group by 1")
    assert reasons == [("prior_report_missing", YEARS[0], YEARS[0])]
    [(through,)] = read(warehouse, "select count(distinct body_id) from fct_continuity where through_succession and status = 'pass'")
    # One that was changed twice in a year never reported under the name between.
    reporting = {names.body_id(report["name"]) for report in country.reports}
    assert through == len({row["successor_id"] for row in country.successions} & reporting)


def test_files_end_once_and_copies_and_first_issues_count_nowhere(country: Country, warehouse: Path) -> None:
    counts = dict(read(warehouse, "select outcome, count(*) from file_ledger group by 1"))
    assert counts["report"] == len(country.reports)
    assert counts["duplicate"] > DUPLICATED * len(country.reports) * 0.8
    assert counts["superseded"] > REISSUED * len(country.reports) * 0.8
    assert set(counts) == {"report", "duplicate", "superseded"}


def test_another_order_of_arrival_in_one_run_gives_the_same_totals(country: Country, warehouse: Path, tmp_path: Path) -> None:
    country.stage(tmp_path, YEARS, shuffle=2)
    build(tmp_path)
    every = "select * from mart_region_year order by region_code, report_year, scope"
    assert read(tmp_path, every) == read(warehouse, every)
    bodies = "select body_id, body_name, region_code, valid_from, valid_to, successor_body_id from dim_body order by 1"
    assert read(tmp_path, bodies) == read(warehouse, bodies)
