"""What is possible but hardly true: of one body, of one year, against the body's last year."""

from decimal import Decimal
from hashlib import sha256

import polars as pl
import pytest

from dagster_project.auditing import staging, stamps, years
from dagster_project.auditing.findings import Found
from dagster_project.auditing.history import against_last_year
from dagster_project.auditing.plausibility import implausible
from dagster_project.auditing.profiles import profiles
from dagster_project.forms import registry
from schemas import AUDIT_FINDINGS, CELLS, DOCUMENTS, HISTORY_FINDINGS, PROFILES, SECTIONS, TEXT_SIMILARITY

BODY = "栀川县水利局"


def report(
    document: str = "00000000000000aa",
    year: int = 2023,
    text: str = "本年工作平稳。",
    body: str = BODY,
    level: str = "county",
    kind: str = "department",
    scope: str = "own",
    units: dict[str, str] | None = None,
    **printed: int | str | None,
) -> dict[str, pl.DataFrame]:
    """The staged frames of one report of form 2021 that prints 0 but in ``printed``."""
    values = {cell.replace("__", "."): value for cell, value in printed.items()}
    cells = [
        {
            "document_id": document,
            "cell": cell,
            "value": None if (value := values.get(cell, 0)) is None else Decimal(value),
            "unit": (units or {}).get(cell, unit),
            "raw_text": str(value),
            "status": "blank" if value is None else "number",
            "locator": "table=1;row=1;cell=1",
        }
        for cell, unit in registry.cells().filter(form="2021", presence="regular").select("cell", "unit").iter_rows()
    ]
    described = dict.fromkeys(DOCUMENTS.polars_schema) | {
        "document_id": document,
        "source_path": f"{year}/{document}.html",
        "member": "",
        "source_sha256": document * 4,
        "partition": str(year),
        "file_kind": "html",
        "reader_version": 1,
        "outcome": "report",
        "body_id": f"{sum(map(ord, body)):016x}",
        "body_name": body,
        "body_level": level,
        "body_kind": kind,
        "report_year": year,
        "form": "2021",
        "scope": scope,
        "lane": "fast",
        "content_sha256": sha256(repr(cells).encode()).hexdigest(),
    }
    section = {"document_id": document, "position": 1, "chapter": 1, "heading": "一、总体情况", "text": text}
    return {
        CELLS.name: CELLS.build(cells),
        DOCUMENTS.name: DOCUMENTS.build([described]),
        SECTIONS.name: SECTIONS.build([section]),
    }


def alone(**how) -> list[Found]:
    frames = report(**how)
    return implausible(frames[CELLS.name], frames[SECTIONS.name], frames[DOCUMENTS.name])


def profile(**how) -> pl.DataFrame:
    frames = report(**how)
    return PROFILES.validate(profiles(frames[CELLS.name], frames[SECTIONS.name], frames[DOCUMENTS.name]))


def rules(found: list[Found]) -> list[str]:
    return sorted(each.rule.removeprefix("plausibility.") for each in found)


REGULATIONS = {"disclosure__regulations__in_force": 3}


@pytest.mark.parametrize(
    ("level", "kind"),
    [("county", "government"), ("county", "department"), ("township", "street"), ("prefecture", "department"), ("province", "department")],
)  # fmt: skip
def test_regulations_of_a_body_that_cannot_issue_them_are_told(level, kind):
    (found,) = alone(level=level, kind=kind, **REGULATIONS)
    assert (found.rule, found.severity) == ("plausibility.regulations_by_body", "soft")
    assert found.cells == ("disclosure.regulations.in_force",)
    assert "规章" in found.diagnosis


@pytest.mark.parametrize(
    ("level", "kind"),
    [("province", "government"), ("prefecture", "government"), ("province", "office"), ("national", "department"), ("unknown", "government"), ("unknown", "department")],
)  # fmt: skip
def test_regulations_of_a_body_that_can_or_may_are_not(level, kind):
    assert alone(level=level, kind=kind, **REGULATIONS) == []


def test_no_regulations_are_nothing_to_tell():
    assert alone(disclosure__regulations__issued=None) == []


def test_fees_beyond_a_low_body_are_told_in_their_unit_only():
    fees = {"disclosure__fees__collected": 150_000}
    assert rules(alone(**fees)) == ["fees_of_body"]
    assert alone(units={"disclosure.fees.collected": "元"}, **fees) == []
    assert alone(level="province", **fees) == []
    assert alone(disclosure__fees__collected=90_000) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("本报告数据的统计期限自2022年1月1日起至2022年12月31日止。", "statistics period"),
        ("2022年，我局公开信息94条。\n2022年，我局办理申请3件。", "overview"),
    ],
)
def test_a_text_about_another_year_is_told(text, place):
    (found,) = alone(text=text)
    assert (found.rule, found.place, found.left, found.right) == ("plausibility.year_in_text", place, 2022, 2023)


@pytest.mark.parametrize(
    "text",
    [
        "统计期限自2023年1月1日起至2023年12月31日止。",
        "2023年，我局公开信息94条。2022年，我局公开信息80条。",
        "2022年12月起试行新规。我局公开信息94条。",
        "我局按照2022年修订的办法公开信息。",
        "无。",
    ],
)
def test_a_text_that_mentions_another_year_is_not(text):
    assert alone(text=text) == []


def both(now: dict, before: dict) -> list[Found]:
    return against_last_year(
        profile(document="00000000000000aa", year=2023, **now), profile(document="00000000000000bb", year=2022, **before)
    )


FEES = "disclosure__fees__collected"


@pytest.mark.parametrize(("now", "before", "direction"), [(125_000, 12, "more"), (12, 125_000, "less")])
def test_fees_ten_thousand_times_those_of_last_year_are_told(now, before, direction):
    (found,) = both({FEES: now}, {FEES: before})
    assert found.rule == "plausibility.fees_thousandfold"
    assert f"10,417 times {direction}" in found.diagnosis
    assert (found.left, found.right) == (now, before)


@pytest.mark.parametrize(("now", "before"), [(50, 12), (0, 12), (11_000, 12), (1_300_000, 12)])
def test_fees_of_another_proportion_are_not(now, before):
    assert both({FEES: now}, {FEES: before}) == []


@pytest.mark.parametrize(
    ("cell", "figure"),
    [("requests__received__total", "requests_received"), ("disclosure__penalties__decisions", "penalty_decisions")],
)
def test_nothing_after_hundreds_is_told(cell, figure):
    (found,) = both({cell: 0}, {cell: 240})
    assert (found.rule, found.place) == ("plausibility.zero_after_hundreds", figure)
    assert both({cell: 0}, {cell: 99}) == []
    assert both({cell: None}, {cell: 240}) == []
    assert both({cell: 1}, {cell: 240}) == []


BUSY = {"requests__received__total": 12, "requests__received__natural_person": 12, "requests__granted__total": 12}


def test_a_request_table_like_last_years_in_every_cell_is_told():
    (found,) = both(BUSY, BUSY)
    assert found.rule == "plausibility.table_repeated"
    assert "3 of them not zero" in found.diagnosis


def test_tables_of_zeros_and_of_few_requests_are_alike_by_chance():
    assert both({}, {}) == []
    one = {"requests__received__total": 1, "requests__granted__total": 1}
    assert both(one, one) == []
    assert both(BUSY, BUSY | {"requests__granted__natural_person": 12}) == []


def test_more_repealed_than_there_was_is_told():
    stock = "disclosure__normative_documents__"
    before = {f"{stock}in_force": 10}
    assert rules(both({f"{stock}repealed": 13, f"{stock}issued": 2}, before)) == ["repealed_beyond_stock"]
    assert both({f"{stock}repealed": 12, f"{stock}issued": 2}, before) == []


def test_only_the_same_body_and_scope_are_compared():
    assert both({FEES: 125_000}, {FEES: 12, "body": "霁洲县水利局"}) == []
    assert both({FEES: 125_000, "scope": "region"}, {FEES: 12}) == []
    assert len(both({FEES: 125_000, "scope": "unknown"}, {FEES: 12})) == 1


def test_with_several_versions_of_last_year_a_rule_must_fail_against_each():
    now = profile(**{FEES: 125_000})
    versions = [profile(document=f"00000000000000b{at}", year=2022, **{FEES: fees}) for at, fees in enumerate((12, 11))]
    assert len(against_last_year(now, pl.concat(versions))) == 1
    versions.append(profile(document="00000000000000b9", year=2022, **{FEES: 120_000}))
    assert against_last_year(now, pl.concat(versions)) == []


class TestOnDisk:
    def stage(self, folder, *reports) -> list[str]:
        partitions: dict[str, dict[str, list[pl.DataFrame]]] = {}
        for frames in reports:
            partition = frames[DOCUMENTS.name]["partition"][0]
            for name, frame in frames.items():
                partitions.setdefault(partition, {}).setdefault(name, []).append(frame)
        for partition, frames in partitions.items():
            for name, parts in frames.items():
                path = folder / name / f"{partition}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                pl.concat(parts).write_parquet(path)
        return sorted(partitions)

    def findings(self, folder) -> pl.DataFrame:
        return pl.read_parquet(folder / HISTORY_FINDINGS.name / "*.parquet")

    def test_years_are_compared_across_partitions_and_again_only_when_one_changed(self, tmp_path):
        before = report(document="00000000000000bb", year=2022, **{FEES: 12})
        partitions = self.stage(tmp_path, before, report(**{FEES: 125_000}))
        staging.audit(tmp_path, partitions)
        done = years.compare(tmp_path)
        assert done.rewritten == (2022, 2023)
        assert self.findings(tmp_path)["rule"].to_list() == ["plausibility.fees_thousandfold"]
        assert self.findings(tmp_path)["blame"].to_list() == ["undecided"]
        assert staging.audit(tmp_path, partitions).rewritten == ()
        assert years.compare(tmp_path).rewritten == ()

        later = report(document="00000000000000cc", year=2024)
        partitions = self.stage(tmp_path, later)
        assert staging.audit(tmp_path, ["2022", "2023", "2024"]).rewritten == ("2024",)
        assert years.compare(tmp_path).rewritten == (2024,)

        self.stage(tmp_path, report(document="00000000000000bb", year=2022, **{FEES: 120_000}))
        assert staging.audit(tmp_path, ["2022", "2023", "2024"]).rewritten == ("2022",)
        assert years.compare(tmp_path).rewritten == (2022, 2023)
        assert self.findings(tmp_path).height == 0

    def test_a_new_report_in_a_partition_leaves_what_was_said_of_the_others(self, tmp_path):
        one, two = report(**{FEES: 125_000}), report(document="00000000000000bb", body="霁洲县水利局")
        partitions = self.stage(tmp_path, one)
        assert staging.audit(tmp_path, partitions).documents == 1
        self.stage(tmp_path, one, two)
        assert staging.audit(tmp_path, partitions).documents == 1
        together = pl.read_parquet(tmp_path / AUDIT_FINDINGS.name / "2023.parquet")
        for frame in (AUDIT_FINDINGS, PROFILES):
            (tmp_path / frame.name / "2023.parquet").unlink()
        assert staging.audit(tmp_path, partitions).documents == 2
        assert pl.read_parquet(tmp_path / AUDIT_FINDINGS.name / "2023.parquet").equals(together)
        self.stage(tmp_path, two)
        assert staging.audit(tmp_path, partitions).documents == 0
        assert pl.read_parquet(tmp_path / PROFILES.name / "2023.parquet")["document_id"].to_list() == ["00000000000000bb"]

    def test_another_auditor_asks_everything_again(self, tmp_path, monkeypatch):
        partitions = self.stage(tmp_path, report(), report(document="00000000000000bb"))
        assert staging.audit(tmp_path, partitions).documents == 2
        monkeypatch.setattr(stamps, "AUDITOR_VERSION", stamps.AUDITOR_VERSION + 1)
        assert staging.audit(tmp_path, partitions).documents == 2

    def test_worker_processes_say_the_same(self, tmp_path, monkeypatch):
        reports = [report(document=f"{number:016x}", **{FEES: number}) for number in range(8)]
        partitions = self.stage(tmp_path / "one", *reports)
        self.stage(tmp_path / "two", *reports)
        monkeypatch.setattr(staging, "CHUNK", 3)
        staging.audit(tmp_path / "one", partitions, workers=1)
        told = []
        staging.audit(tmp_path / "two", partitions, lambda done, due: told.append((done, due)), workers=2)
        assert told[-1] == (8, 8)
        for frame in staging.AUDITED:
            one, two = (pl.read_parquet(tmp_path / which / frame.name / "2023.parquet") for which in ("one", "two"))
            assert one.equals(two)

    def test_a_year_that_is_gone_takes_its_comparison_with_it(self, tmp_path):
        partitions = self.stage(tmp_path, report(year=2022), report(document="00000000000000bb", year=2023))
        staging.audit(tmp_path, partitions)
        years.compare(tmp_path)
        for frame in (CELLS, DOCUMENTS, SECTIONS):
            (tmp_path / frame.name / "2022.parquet").unlink()
        staging.audit(tmp_path, ["2023"])
        assert years.compare(tmp_path).years == (2023,)
        assert [path.stem for path in (tmp_path / TEXT_SIMILARITY.name).iterdir()] == ["2023"]

    def test_what_is_implausible_in_one_report_stands_with_its_equations(self, tmp_path):
        partitions = self.stage(tmp_path, report(**REGULATIONS))
        staging.audit(tmp_path, partitions)
        found = AUDIT_FINDINGS.validate(pl.read_parquet(tmp_path / AUDIT_FINDINGS.name / "2023.parquet"))
        assert found.filter(status="fail").select("rule", "blame").rows() == [("plausibility.regulations_by_body", "source")]
