"""Synthetic reports keep what they promise: their equations hold, and every printed value stands on the page.

The equations are written out here once more, not taken from the registry: the two must not be wrong together.
"""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from dagster_project.synthesis import bodies, demonstration
from dagster_project.synthesis.__main__ import main
from dagster_project.synthesis.archive import write_archive
from dagster_project.synthesis.layouts import RENDERERS, Layout, Rendered, render_html, render_markdown, render_text
from dagster_project.synthesis.truth import ACTIVITIES, YEARS, ReportTruth, make_truth

APPLICANTS = ("natural_person", "business", "research", "public_interest", "legal_services", "other_organisation")
AROUND = ("received", "carried_in", "disposed", "carried_out")
CELLS = {"2019": 198, "2021": 200}
# Settings that make a page as odd as it can be.
ODDEST = Layout(
    seed=5,
    chrome="portal",
    inside_layout_table=True,
    wrapper="word",
    character_spans=True,
    split_labels="p",
    padding=True,
    uppercase_tags=True,
    unclosed_cells=True,
    attribute_noise=True,
    disclosure_tables="four",
    lying_spans=True,
    empty_for_rowspan=True,
    trailing_blank_row=True,
    brackets="()",
    points="、",
    typos=2,
    full_width_digits=True,
    thousands=True,
    sign="+",
    units=True,
    notes=True,
)


def failed_equations(truth: ReportTruth) -> list[str]:
    """Every hard equation of one report that does not hold, by name and place."""
    value = {code: number or 0 for code, number in truth.cells.items()}
    rows = list(dict.fromkeys(code.split(".")[1] for code in value if code.startswith("requests.")))
    failed = []
    for row in rows:
        if value[f"requests.{row}.total"] != sum(value[f"requests.{row}.{kind}"] for kind in APPLICANTS):
            failed.append(f"row {row}")
    for column in (*APPLICANTS, "total"):
        received, carried_in, disposed, carried_out = (value[f"requests.{row}.{column}"] for row in AROUND)
        if received + carried_in != disposed + carried_out:
            failed.append(f"balance {column}")
        if disposed != sum(value[f"requests.{row}.{column}"] for row in rows if row not in AROUND):
            failed.append(f"outcomes {column}")
    for channel in ("review", "direct_suit", "suit_after_review"):
        parts = (value[f"remedies.{channel}.{result}"] for result in ("upheld", "corrected", "other", "pending"))
        if value[f"remedies.{channel}.total"] != sum(parts):
            failed.append(f"remedies {channel}")
    return failed


def shown_cells(content: bytes) -> list[str]:
    """The text of every cell of the page's tables as a person sees it."""
    return [
        " ".join(cell.text().replace("\xa0", " ").split())
        for table in LexborHTMLParser(content).css("table")
        if len(table.css("table")) == 1  # not the table that the page is laid out with
        for cell in table.css("td")
    ]


def printed_in_order(rendered: Rendered) -> list[str]:
    return [printed.raw for printed in rendered.printed.values()]


def in_order(wanted: list[str], found: list[str]) -> bool:
    rest = iter(found)
    return all(any(text == other for other in rest) for text in wanted)


@pytest.mark.parametrize("form", YEARS)
@pytest.mark.parametrize("activity", ACTIVITIES)
def test_every_equation_of_the_form_holds(form: str, activity: str) -> None:
    for seed in range(40):
        truth = make_truth(seed, form, activity=activity)
        assert failed_equations(truth) == []
        assert len(truth.cells) == CELLS[form]


def test_counts_are_whole_and_only_changes_and_money_are_anything_else() -> None:
    for seed in range(60):
        for form in YEARS:
            for code, value in make_truth(seed, form, activity="hundreds").cells.items():
                assert value is not None
                if code.endswith((".collected", ".amount")):
                    assert value >= 0 and value == round(value, 6)
                elif code.endswith(".items_change"):
                    assert value == int(value)
                else:
                    assert value >= 0 and value == int(value)


def test_most_bodies_are_asked_for_nothing_and_some_for_much() -> None:
    received = [make_truth(seed, "2021").total("received") for seed in range(400)]
    assert received.count(0) > 200
    assert max(received) > 100
    changes = [make_truth(seed, "2019").cells["disclosure.penalties.items_change"] for seed in range(200)]
    assert min(changes) < 0 < max(changes)
    fees = [make_truth(seed, "2021", activity="tens").cells["disclosure.fees.collected"] for seed in range(60)]
    assert min(fee.as_tuple().exponent for fee in fees) == -6


def test_a_truth_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again, other = (make_truth(seed, "2021", activity="tens") for seed in (1, 1, 2))
    assert first == again
    assert first.cells != other.cells


def test_requests_carried_out_are_carried_in_the_year_after() -> None:
    before = make_truth(1, "2021", body="霁川县财政局", year=2021, activity="hundreds")
    after = make_truth(2, "2021", body="霁川县财政局", year=2022, carried_in=before.carried_out())
    assert {kind: after.cells[f"requests.carried_in.{kind}"] for kind in APPLICANTS} == before.carried_out()
    assert failed_equations(after) == []


def test_an_unknown_form_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="found none of form '2014'"):
        make_truth(1, "2014", year=2014)


def test_invented_names_are_distinct() -> None:
    names = [bodies.invented(number) for number in range(bodies.COUNT)]
    assert len(set(names)) == bodies.COUNT


@pytest.mark.parametrize("kind", RENDERERS)
def test_a_rendering_is_the_same_for_the_same_seed(kind: str) -> None:
    for seed in range(15):
        truth, layout = make_truth(seed, "2021"), Layout.random(seed)
        assert RENDERERS[kind](truth, layout) == RENDERERS[kind](truth, layout)


@pytest.mark.parametrize("form", YEARS)
@pytest.mark.parametrize("layout", [Layout(), ODDEST, *(Layout.random(seed, oddity=0.4) for seed in range(40))])
def test_every_printed_value_stands_in_a_cell_of_the_page_in_the_order_of_the_form(form: str, layout: Layout) -> None:
    truth = make_truth(layout.seed, form, activity="tens")
    rendered = render_html(truth, layout)
    assert list(rendered.printed) == list(truth.cells)
    content = rendered.content.decode(layout.encoding).encode()
    assert in_order(printed_in_order(rendered), shown_cells(content))
    shown = "".join(LexborHTMLParser(content).body.text().split())
    assert "".join(rendered.title.split()) in shown


@pytest.mark.parametrize("form", YEARS)
@pytest.mark.parametrize("shape", ["word", "grid", "compact"])
def test_every_printed_value_stands_in_the_text_and_in_the_pipe_tables(form: str, shape: str) -> None:
    truth = make_truth(3, form, activity="tens")
    layout = Layout(text_shape=shape, notes=True, thousands=True)
    text = render_text(truth, layout)
    cells = [cell for line in text.content.decode().splitlines() for cell in line.split("\t")]
    assert in_order(printed_in_order(text), cells)
    markdown = render_markdown(truth, layout)
    lines = [line for line in markdown.content.decode().splitlines() if line.startswith("|")]
    cells = [cell.strip() for line in lines for cell in line.strip("|").split("|")]
    assert in_order(printed_in_order(markdown), cells)


def test_what_is_printed_for_zero_is_told() -> None:
    truth = make_truth(1, "2021", activity="few")
    blank = render_html(truth, Layout(zeros="")).printed
    marked = render_html(truth, Layout(zeros="/", zeros_where="regulations")).printed
    assert {printed.status for code, printed in blank.items() if truth.cells[code] == 0} == {"blank"}
    assert marked["disclosure.regulations.issued"].status == "mark"
    assert marked["disclosure.regulations.issued"].value is None
    assert marked["remedies.review.upheld"].status == "number"


def test_a_printed_value_is_the_true_one_unless_nothing_is_printed() -> None:
    for seed in range(80):
        truth = make_truth(seed, "2019" if seed % 2 else "2021", activity="tens")
        for code, printed in render_html(truth, Layout.random(seed, oddity=0.5)).printed.items():
            if printed.status in ("number", "noted"):
                assert printed.value == truth.cells[code]
            else:
                assert printed.value is None and truth.cells[code] == 0


def test_a_cell_left_empty_is_printed_blank() -> None:
    truth = make_truth(1, "2021")
    empty = replace(truth, cells=dict.fromkeys(truth.cells))
    assert {printed.status for printed in render_html(empty).printed.values()} == {"blank"}


def test_units_signs_and_remarks_are_printed_as_the_layout_says() -> None:
    truth = make_truth(2, "2019", activity="tens")
    cells = {"disclosure.penalties.items_change": Decimal(-18), "disclosure.licences.items_change": Decimal(1036)}
    cells["disclosure.procurement.amount"] = Decimal("251000")
    truth = replace(truth, cells={**truth.cells, **cells})
    printed = render_html(truth, Layout(units=True, sign="－", thousands=True, seed=4)).printed
    amount = printed["disclosure.procurement.amount"]
    assert (amount.raw, amount.status, amount.unit) == ("251,000元", "noted", "元")
    change = render_html(truth, Layout(sign="－")).printed["disclosure.penalties.items_change"]
    assert (change.raw, change.value) == ("－18", -18)
    change = render_html(truth, Layout(sign="+")).printed["disclosure.licences.items_change"]
    assert change.raw == "+1036"


def test_a_page_comes_near_to_its_size() -> None:
    truth = make_truth(1, "2021")
    for seed in range(20):
        layout = Layout.random(seed, oddity=0.0, target_bytes=70_000)
        assert 60_000 < len(render_html(truth, layout).content) < 80_000


def test_random_layouts_turn_every_knob() -> None:
    drawn = [Layout.random(seed) for seed in range(200)]
    for knob in fields(Layout):
        if knob.metadata:
            expected = {knob.default, *knob.metadata["others"]}
            assert {getattr(layout, knob.name) for layout in drawn} == expected, knob.name


def test_an_archive_has_what_it_says(tmp_path: Path) -> None:
    truths = write_archive(tmp_path, 30, 7, kinds=("html", "text", "markdown"), target_bytes=20_000)
    files = sorted(tmp_path.rglob("*.*"), key=lambda path: path.stem[-7:])
    assert len(truths) == len(files) == 30
    assert [path.suffix for path in files[:3]] == [".html", ".txt", ".md"]
    assert [path.parent.name for path in files] == [str(truth.report_year) for truth in truths]
    assert len({(truth.body, truth.report_year) for truth in truths}) == 30
    assert all(failed_equations(truth) == [] for truth in truths)
    assert {truth.form for truth in truths} == {"2019", "2021"}
    for before, after in zip(truths, truths[1:], strict=False):
        if before.body == after.body:
            carried_in = {kind: after.cells[f"requests.carried_in.{kind}"] for kind in APPLICANTS}
            assert carried_in == before.carried_out()


def test_an_archive_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_archive(tmp_path / name, 8, seed, target_bytes=None)

    def content(name: str) -> dict[str, bytes]:
        folder = tmp_path / name
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.html")}

    assert content("one") == content("again") != content("other")


def test_an_archive_of_more_reports_than_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Expected at most"):
        write_archive(tmp_path, bodies.COUNT + 1, 1, years=(2022,))


def test_the_command_line_writes_an_archive_and_refuses_unknown_kinds(tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(main, [str(tmp_path / "a"), "--count", "4", "--seed", "1", "--bytes", "9000"])
    assert done.exit_code == 0 and "4 reports" in done.output
    assert len(list((tmp_path / "a").rglob("*.html"))) == 4
    refused = runner.invoke(main, [str(tmp_path / "b"), "--kinds", "parchment"])
    assert refused.exit_code == 2 and "expected names out of html, text, markdown" in refused.output


def test_the_demonstration_on_disk_is_what_its_module_makes() -> None:
    for name, content in demonstration.files().items():
        assert (demonstration.RAW / name).read_bytes() == content, (
            f"raw/{name} differs; run python -m dagster_project.synthesis.demonstration"
        )
    assert sum(map(len, demonstration.files().values())) < 600_000


def test_the_demonstration_holds_one_file_of_each_fate() -> None:
    files, reports = demonstration.files(), demonstration.reports()
    same = [name for name, content in files.items() if content == files["2022/diyang-yishui-street-2022.html"]]
    assert len(same) == 2
    failing = {name: failed_equations(truth) for name, (truth, _) in reports.items() if failed_equations(truth)}
    assert failing == {"2022/hengling-health-2022.html": ["row granted", "outcomes total"]}
    first = reports["2021/xiangling-market-supervision-2021.html"][0]
    second = reports["2021/xiangling-market-supervision-2021-corrected.html"][0]
    assert (first.body, first.report_year) == (second.body, second.report_year)
    assert first.published_on < second.published_on
    differing = [code for code in first.cells if first.cells[code] != second.cells[code]]
    assert differing == ["disclosure.penalties.decisions"]
    years = [name for name in reports if "jichuan" in name]
    chain = [reports[name][0] for name in sorted(years)]
    assert [truth.report_year for truth in chain] == [2019, 2020, 2021, 2022, 2023, 2024]
    for before, after in zip(chain, chain[1:], strict=False):
        assert {kind: after.cells[f"requests.carried_in.{kind}"] for kind in APPLICANTS} == before.carried_out()


def test_the_one_real_body_has_its_own_figures_and_none_of_our_prose() -> None:
    truth, rendered = demonstration.reports()["2021/zhanhe-urban-management-2021.html"]
    assert truth.body == "湛河区城市管理局"
    assert {printed.raw for printed in rendered.printed.values()} == {"0"}
    assert len(rendered.printed) == 200
    text = rendered.content.decode()
    assert "保留4位小数" in text
    assert "科室" not in text
    assert rendered.published_on is None and date(2022, 1, 10).isoformat() not in text
