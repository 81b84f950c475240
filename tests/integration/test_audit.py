"""The auditor over whole archives: real reports, injected errors, synthetic archives, and a run with verdicts and corrections."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random

import dagster as dg
import polars as pl
import pytest

from dagster_project.auditing import staging, years
from dagster_project.auditing.findings import audit, fingerprint
from dagster_project.documents import manifest
from dagster_project.reading import staging as reading
from dagster_project.reading.document import document_id
from dagster_project.synthesis.archive import write_archive
from dagster_project.synthesis.layouts import RENDERERS, Layout
from dagster_project.synthesis.truth import make_truth
from schemas import AUDIT_FINDINGS, CELLS, CLAIMS, DOCUMENTS, HISTORY_FINDINGS

FORMS = ("2019", "2021")
SEED = 20


@dataclass(frozen=True)
class Audited:
    """The staged frames of an archive that was read and audited."""

    folder: Path

    def frame(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / name / "*.parquet")

    def with_paths(self, name: str) -> pl.DataFrame:
        return self.frame(name).join(self.frame(DOCUMENTS.name).select("document_id", "source_path", "form"), on="document_id")


def read_and_audit(raw: Path, folder: Path) -> Audited:
    listed = manifest.scan(raw, None, datetime(2026, 4, 1, tzinfo=UTC))
    partitions = sorted(set(listed["partition"]))
    reading.refresh(listed, raw, folder, partitions, workers=1)
    staging.audit(folder, partitions)
    years.compare(folder)
    return Audited(folder)


@pytest.mark.corpus
class TestRealReports:
    """What the transcriptions list as the sources' own errors, and nothing else."""

    # Totals that the transcription notes in words: printed 0 over 10 + 1, and 0 over 5.
    NOTED = {
        "hongze-2023.pdf": {("remedies.total", "review"), ("remedies.total", "suit_after_review")},
    }
    # Figures in sentences that are wrong by themselves, in a report whose transcription lists no claims: 258 of 805 is 32 %.
    OWN_CONTRADICTIONS = {("shanghai-office-2019.html", "prose.percentage")}

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls, corpus: Path) -> dict[str, dict]:
        return {path.name.removesuffix(".json"): json.loads(path.read_text("utf-8")) for path in (corpus / "published" / "expected").iterdir()}

    @pytest.fixture(scope="class")
    @classmethod
    def audited(cls, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Audited:
        return read_and_audit(corpus / "published" / "docs", tmp_path_factory.mktemp("published"))

    def test_exactly_the_listed_equations_fail(self, audited, expected):
        listed = {name: self.NOTED.get(name, set()) for name in expected}
        for name, report in expected.items():
            for identity in report.get("failed_identities", ()):
                assert identity["identity"].startswith("column sum")
                listed[name] = listed[name] | {("requests.outcome_sum", identity["column"])}
        failing = audited.with_paths(AUDIT_FINDINGS.name).filter(
            pl.col("status") == "fail", pl.col("family") == "equation", pl.col("severity") == "hard"
        )
        found = {name: set() for name in expected}
        for name, rule, place in failing.select("source_path", "rule", "place").iter_rows():
            found[name].add((rule, place))
        assert found == listed

    def test_the_transcribed_values_break_the_same_equations(self, audited, expected):
        """Worked out from the transcriptions alone, without the auditor: sums of rows, columns and channels."""
        asked = audited.with_paths(AUDIT_FINDINGS.name).filter(family="equation")
        for name, report in expected.items():
            values = {cell: each["value"] if isinstance(each, dict) else each for cell, each in report["cells"].items()}
            broken = set()
            for row in {cell.rpartition(".")[0] for cell in values if cell.startswith(("requests.", "remedies."))}:
                parts = [value for cell, value in values.items() if cell.rpartition(".")[0] == row and not cell.endswith(".total")]
                total = values.get(f"{row}.total")
                if total is not None and None not in parts and abs(sum(parts) - total) > 1e-9:
                    broken.add(row.split(".")[1])
            failing = asked.filter(pl.col("source_path") == name, pl.col("status") == "fail", pl.col("rule").is_in(["requests.row_sum", "remedies.total"]))
            assert set(failing["place"]) == broken, name

    def test_what_cannot_be_told_is_not_told(self, audited):
        failing = audited.with_paths(AUDIT_FINDINGS.name).filter(status="fail", family="equation")
        of_zone = failing.filter(source_path="zone-2020.html")
        assert set(of_zone["pattern"]) == {"total_in_two_columns"}
        assert of_zone["suspect_cell"].null_count() == of_zone.height
        assert set(of_zone["blame"]) == {"source"}
        assert failing["suspect_cell"].null_count() == failing.height

    def test_labelled_claims_are_found_and_judged_as_labelled_and_near_misses_left_alone(self, audited, expected):
        claims = audited.with_paths(CLAIMS.name).filter(pl.col("subject") != "percentage")
        found = {
            (name, "".join(quote.split())): (subject, number, status)
            for name, quote, subject, number, status in claims.select("source_path", "quote", "subject", "stated", "status").iter_rows()
        }
        labelled, judged, matched = 0, 0, set()
        for name, report in expected.items():
            for claim in report.get("narrative_claims", ()):
                labelled += 1
                squeezed = "".join(claim["quote"].split())
                here = [key for key, (_, number, _) in found.items() if key[0] == name and number == claim["number"] and (key[1] in squeezed or squeezed in key[1])]
                assert here, f"{name}: {claim['quote']}"
                matched |= set(here)
                judged += found[here[0]][2] == ("agrees" if claim["agrees"] else "disagrees")
            for miss in report.get("narrative_near_misses", ()):
                squeezed = "".join(miss["quote"].split())
                assert not [key for key in found if key[0] == name and key[1] in squeezed], f"{name}: {miss['quote']}"
        assert (labelled, judged) == (19, 19)
        # In the reports whose claims are labelled, nothing else was taken for one.
        complete = {name for name, report in expected.items() if "narrative_claims" in report}
        assert {key for key in found if key[0] in complete} == matched

    def test_no_other_sentence_is_accused(self, audited, expected):
        contradicted = {
            (name, "prose.normative_documents_in_force")
            for name, report in expected.items()
            for claim in report.get("narrative_claims", ())
            if not claim["agrees"]
        }
        prose = audited.with_paths(AUDIT_FINDINGS.name).filter(family="prose")
        assert set(prose.select("source_path", "rule").iter_rows()) == contradicted | self.OWN_CONTRADICTIONS

    def test_nothing_is_implausible_or_repeated(self, audited):
        assert audited.frame(HISTORY_FINDINGS.name).height == 0
        assert audited.frame(AUDIT_FINDINGS.name).filter(family="plausibility").height == 0

    def test_a_report_that_was_aligned_or_segmented_never_blames_the_source_alone(self, corpus, tmp_path):
        audited = read_and_audit(corpus / "flattened" / "docs", tmp_path / "staging")
        failing = audited.with_paths(AUDIT_FINDINGS.name).filter(status="fail", family="equation")
        lanes = dict(audited.frame(DOCUMENTS.name).select("source_path", "lane").iter_rows())
        for name, blame in failing.select("source_path", "blame").iter_rows():
            assert lanes[name] == "fast" or blame != "source", name


class TestInjectedErrors:
    """Sound synthetic reports with wrong cells: noticed, and located only where that is certain."""

    REPORTS = 10_000
    TRUTHS = 100

    @pytest.fixture(scope="class")
    @classmethod
    def sound(cls) -> pl.DataFrame:
        """Cells of ``TRUTHS`` sound reports of each form: truth, form, cell, value."""
        rows = []
        for form in FORMS:
            for number in range(cls.TRUTHS):
                truth = make_truth(f"audit:{SEED}:{number}", form, activity=("few", "tens", "hundreds")[number % 3])
                rows += [
                    (f"{form}:{number}", form, cell, value)
                    for cell, value in truth.cells.items()
                    if value is not None and not cell.startswith("disclosure.")
                ]
        return pl.DataFrame(rows, schema={"truth": pl.String, "form": pl.String, "cell": pl.String, "value": pl.Decimal(18, 6)}, orient="row")

    def injected(self, sound: pl.DataFrame, wrong_cells: int, reports: int) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, dict[str, tuple[Decimal, Decimal]]]]:
        """Return cells and documents of reports with so many wrong cells each, and what was put where: right and wrong value."""
        random = Random(f"{SEED}:{wrong_cells}")
        truths = sound["truth"].unique().sort().to_list()
        of_truth = {truth: dict(part.select("cell", "value").iter_rows()) for (truth,), part in sound.group_by("truth")}
        documents, wrong, changes = [], [], {}
        for number in range(reports):
            document, truth = f"{number:016x}", truths[number % len(truths)]
            documents.append((document, truth, truth.split(":")[0]))
            changes[document] = {}
            for cell in random.sample(sorted(of_truth[truth]), wrong_cells):
                right = of_truth[truth][cell]
                near = (right + random.randint(-20, 20), Decimal(random.randint(0, 300)), right * 10, Decimal(str(int(right))[::-1]))
                value = random.choice([each for each in near if each >= 0 and each != right] or [right + 1])
                wrong.append((document, cell, value))
                changes[document][cell] = (right, value)
        listed = pl.DataFrame(documents, schema=["document_id", "truth", "form"], orient="row")
        replaced = pl.DataFrame(wrong, schema={"document_id": pl.String, "cell": pl.String, "wrong": pl.Decimal(18, 6)}, orient="row")
        cells = (
            listed.select("document_id", "truth")
            .join(sound.drop("form"), on="truth", how="inner")
            .join(replaced, on=["document_id", "cell"], how="left")
            .select(
                "document_id",
                "cell",
                value=pl.coalesce("wrong", "value"),
                unit=pl.lit("件"),
                raw_text=pl.lit(""),
                status=pl.lit("number"),
                locator=pl.lit("table=1;row=1;cell=1"),
            )
        )
        return cells, listed.select("document_id", "form", lane=pl.lit("fast")), changes

    @pytest.mark.parametrize(("wrong_cells", "reports"), [(1, REPORTS), (2, 4_000), (3, 1_000)])
    def test_every_error_is_noticed_and_none_located_wrongly(self, sound, wrong_cells, reports):
        cells, documents, changes = self.injected(sound, wrong_cells, reports)
        found = audit(cells, documents)
        failing = found.filter(pl.col("status") == "fail", pl.col("family") == "equation")
        noticed = set(failing["document_id"])
        assert len(noticed) / reports >= {1: 1.0, 2: 0.999, 3: 0.99}[wrong_cells]
        located = set(failing.drop_nulls("suspect_cell").select("document_id", "suspect_cell", "implied_value").iter_rows())
        right = {
            (document, cell, value)
            for document, theirs in changes.items()
            for cell, (value, _) in theirs.items()
            if cell.startswith("requests.")
        }
        assert located <= right
        if wrong_cells == 1:
            assert located == right

    def test_sound_reports_stay_sound(self, sound):
        cells, documents, _ = self.injected(sound, 0, 200)
        found = audit(cells, documents)
        assert set(found.filter(family="equation")["status"]) <= {"pass", "not_assessable"}


class TestSyntheticArchive:
    """Reports in which every equation holds by construction, from HTML to findings."""

    @pytest.fixture(scope="class")
    @classmethod
    def audited(cls, tmp_path_factory: pytest.TempPathFactory) -> Audited:
        folder = tmp_path_factory.mktemp("synthetic")
        write_archive(folder / "raw", 240, SEED, kinds=("html", "text", "markdown"), target_bytes=20_000)
        return read_and_audit(folder / "raw", folder / "staging")

    def test_no_equation_no_blank_and_no_sentence_is_accused(self, audited):
        found = audited.frame(AUDIT_FINDINGS.name)
        assert found.filter(status="pass", family="equation").height > 5_000
        accused = found.filter(pl.col("status") == "fail", pl.col("family").is_in(["equation", "blank_as_zero", "prose"]))
        assert accused.select("rule", "place", "diagnosis").rows() == []
        assert found.filter(status="fail", rule="plausibility.year_in_text").height == 0

    def test_numbers_that_cannot_be_are_none(self, audited):
        found = audited.frame(AUDIT_FINDINGS.name).filter(family="range", severity="hard")
        assert set(found["status"]) <= {"pass", "not_assessable"}

    def test_no_text_is_called_a_repetition(self, audited):
        assert audited.frame(HISTORY_FINDINGS.name).filter(family="similarity").height == 0

    def test_every_report_is_asked_all_equations_of_its_form(self, audited):
        asked = audited.with_paths(AUDIT_FINDINGS.name).filter(family="equation")
        counts = asked.group_by("document_id", "form").len()
        assert set(counts.select("form", "len").iter_rows()) == {("2019", 40), ("2021", 42)}

    def test_the_same_findings_come_from_one_chunk_and_from_many(self, audited, monkeypatch, tmp_path):
        whole = audited.frame(AUDIT_FINDINGS.name)
        for frame in (CELLS.name, DOCUMENTS.name, "sections"):
            (tmp_path / frame).symlink_to(audited.folder / frame)
        monkeypatch.setattr(staging, "CHUNK", 7)
        partitions = sorted(path.stem for path in (audited.folder / CELLS.name).iterdir())
        staging.audit(tmp_path, partitions)
        assert pl.read_parquet(tmp_path / AUDIT_FINDINGS.name / "*.parquet").equals(whole)


class TestARun:
    """A whole run over a few reports, one of them with a wrong cell that a person has looked at."""

    @pytest.fixture(scope="class")
    @classmethod
    def damaged(cls) -> bytes:
        truth = make_truth("damaged", "2021", body="栀川县水利局", year=2023, activity="tens")
        content = RENDERERS["html"](truth, Layout()).content.decode()
        total = int(truth.cells["requests.granted.total"])
        first, row, rest = re.split(r"((?:（|\()一(?:）|\))予以公开)", content, maxsplit=1)
        end = rest.index("</tr>")
        # The last number of the row is its total.
        before, number, after = re.split(rf"(>\s*{total}\s*<)(?!.*>\s*{total}\s*<)", rest[:end], maxsplit=1, flags=re.DOTALL)
        return (first + row + before + number.replace(str(total), str(total + 4)) + after + rest[end:]).encode()

    @pytest.fixture(scope="class")
    @classmethod
    def place(cls, damaged) -> str:
        return document_id(sha256(damaged).hexdigest(), "")

    @pytest.fixture(scope="class")
    @classmethod
    def ran(cls, damaged, place, make_home, ingest, tmp_path_factory):
        from dagster_project.defs import review as staged_review
        from dagster_project.defs.lib import review

        folder = tmp_path_factory.mktemp("run")
        sound = make_truth("sound", "2021", body="翎阳县林业局", year=2023, activity="few")
        home = make_home(folder, {"2023/damaged.html": damaged, "2023/sound.html": RENDERERS["html"](sound, Layout()).content})
        finding = f"{int(place, 16) ^ fingerprint('requests.row_sum.granted'):016x}"
        truth = make_truth("damaged", "2021", body="栀川县水利局", year=2023, activity="tens")
        total = int(truth.cells["requests.granted.total"])
        verdicts, corrections = folder / "verdicts.csv", folder / "corrections.yaml"
        verdicts.write_text(
            "finding_id,verdict,left_value,right_value,reason,decided_by,decided_on\n"
            f"{finding},dismissed,{total + 4},{total},A misprint they know of,A. Person,2025-03-01\n"
            "00000000000000ff,confirmed,1,2,Of a report that is gone,A. Person,2025-03-01\n",
            encoding="utf-8",
        )
        corrections.write_text(
            f"- report_id: {place}\n  cell: requests.granted.total\n  printed: {total + 4}\n  corrected: {total}\n"
            "  reason: The line adds up to it\n  evidence: Letter\n  status: confirmed\n",
            encoding="utf-8",
        )
        with pytest.MonkeyPatch.context() as patch:
            for module in (review, staged_review):
                patch.setattr(module, "VERDICTS_FILE", verdicts)
                patch.setattr(module, "CORRECTIONS_FILE", corrections)
            first = ingest(home)
            corrections.write_text(corrections.read_text("utf-8").replace(f"printed: {total + 4}", "printed: 1"), encoding="utf-8")
            again = ingest(home)
            corrections.write_text("- cell: [\n", encoding="utf-8")
            refused = ingest(home)
        return home, first, again, refused, total

    @staticmethod
    def table(ran, name: str) -> pl.DataFrame:
        return pl.read_parquet(ran[0].published / "parquet" / f"{name}.parquet")

    def test_the_wrong_cell_is_located_and_counted(self, ran, place):
        assert ran[1].exit_code == 0, ran[1].output
        (failed,) = self.table(ran, "dim_report").filter(report_id=place)["equations_failed"]
        assert failed == 2
        findings = self.table(ran, "fct_findings").filter(report_id=place, status="fail", family="equation")
        assert set(findings["suspect_cell"]) == {"requests.granted.total"}
        assert set(findings["implied_value"]) == {ran[4]}
        assert set(findings["blame"]) == {"source"}

    def test_a_dismissed_finding_is_closed_with_its_reason_and_the_other_stays_open(self, ran, place):
        findings = self.table(ran, "fct_findings").filter(report_id=place, status="fail", family="equation").sort("rule")
        assert findings.select("rule", "verdict", "verdict_reason", "is_open").rows() == [
            ("requests.outcome_sum", None, None, True),
            ("requests.row_sum", "dismissed", "A misprint they know of", False),
        ]

    def test_the_corrected_value_stands_beside_the_printed_one(self, ran, place):
        total = ran[4]
        corrections = self.table(ran, "fct_corrections")
        assert corrections.select("report_id", "printed_value", "corrected_value", "difference").rows() == [(place, total + 4, total, -4)]
        cells = self.table(ran, "fct_cells").filter(report_id=place, cell="requests.granted.total")
        assert cells["value"].to_list() == [total + 4]

    def test_the_worst_report_is_named(self, ran, place):
        worst = self.table(ran, "mart_worst_reports")
        assert worst.filter(rank=1).select("report_id", "open_equations", "located_cells").rows() == [(place, 1, 1)]

    def test_checks_warn_with_counts_a_sample_and_how_to_go_on(self, ran):
        home, first, *_ = ran
        assert "equations_hold on main/fct_findings: 1 open findings in 1 reports; 84 asked" in first.stdout
        assert "verdicts_still_hold on main/fct_findings: 1 verdicts of review/verdicts.csv no longer hold." in first.stdout
        with dg.DagsterInstance.from_config(str(home.dagster)) as history:
            runs = history.get_runs()
            records = history.get_records_for_run(runs[-1].run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
        checks = {
            result.check_name: result for result in (record.event_log_entry.dagster_event.event_specific_data for record in records)
        }
        equations = checks["equations_hold"]
        assert (equations.passed, equations.severity, equations.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
        assert equations.metadata["dismissed"].value == 1
        assert "2023/damaged.html" in equations.metadata["a sample"].value
        assert "2023/damaged.html" in equations.metadata["worst reports"].value
        assert equations.metadata["picture"].value.startswith("![failing equations by report year and rule](data:image/png")
        assert "review/verdicts.csv" in equations.metadata["how to go on"].value
        assert checks["blanks_read_as_zero_hold"].passed
        assert checks["texts_are_their_own"].passed

    def test_the_summary_counts_findings_as_published(self, ran):
        findings = self.table(ran, "fct_findings")
        said = ran[1].stdout
        assert Counter(findings["status"])["pass"] == counted(said, "findings")["pass"]
        assert counted(said, "findings")["sum"] == findings.height
        failing = Counter(findings.filter(status="fail")["family"])
        assert {name: count for name, count in counted(said, "failing, by family of rule").items() if name != "sum"} == failing

    def test_a_correction_whose_expectation_is_gone_blocks_the_models(self, ran):
        home, _, again, *_ = ran
        assert again.exit_code == 1
        assert "corrections_hold" in again.output
        assert "corrections.yaml, line 1: expected requests.granted.total" in again.output
        assert self.table(ran, "fct_corrections").height == 1

    def test_a_file_with_a_syntax_error_refuses_the_run_before_it_begins(self, ran):
        refused = ran[3]
        assert refused.exit_code == 2
        assert re.search(r"corrections.yaml, line \d+: no YAML", refused.output)
        assert "Nothing was changed." in refused.output


def counted(said: str, title: str) -> dict[str, int]:
    """The counts that the summary prints under a title."""
    block = said.split(f"\n{title}\n")[1].split("\n\n")[0]
    return {name: int(count.replace(",", "")) for name, count in re.findall(r"^  (\S+) +([\d,]+)$", block, re.MULTILINE)}
