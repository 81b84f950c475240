"""The tables that people write: successions of bodies and bodies expected to report, refused when they contradict themselves."""

from pathlib import Path

import pytest

from dagster_project.bodies import names
from dagster_project.bodies.register import RegisterError, expected_bodies, successions

HEAD = "predecessor,successor,kind,effective_on,note\n"
EXPECTED_HEAD = "body_name,first_year,last_year,note\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_table_is_read_and_names_become_identifiers():
    rows = {row["predecessor"]: row for row in successions().iter_rows(named=True)}
    assert rows["环境保护部"]["successor_id"] == names.body_id("生态环境部")


def test_a_name_may_be_written_in_any_way_that_titles_do(tmp_path):
    table = successions(written(tmp_path, HEAD + "湛河区城管局,湛河区城市管理和综合执法局,renamed,2019-03-01,\n"))
    assert table["predecessor_id"].to_list() == [names.body_id("平顶山市湛河区城市管理局")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("湛河区甲局,湛河区乙局,renamed,2019-03-01,\n湛河区乙局,湛河区甲局,renamed,2021-03-01,\n", "cannot succeed itself"),
        (
            "湛河区甲局,湛河区乙局,renamed,2019-03-01,\n湛河区乙局,湛河区丙局,renamed,2020-03-01,\n"
            "湛河区丙局,湛河区甲局,renamed,2021-03-01,\n",
            "→",
        ),
        ("湛河区,湛河区人民政府,renamed,2019-03-01,\n", "names of one body already"),
        ("湛河区甲局,湛河区乙局,joined,2019-03-01,\n", "expected a kind of renamed, merged, split"),
        ("湛河区甲局,湛河区乙局,renamed,2019-3,\n", "expected a date"),
        ("湛河区甲局,,renamed,2019-03-01,\n", "expected the name of a body"),
        ("公安局,湛河区公安局,renamed,2019-03-01,\n", "name of many bodies"),
        ("鼓楼区财政局,南京市鼓楼区财政局,renamed,2019-03-01,\n", "Write its city or province"),
        ("湛河区甲局,湛河区乙局,split,2019-03-01,\n", "several successors, found one"),
        ("湛河区甲局,湛河区乙局,renamed,2019-03-01,\n湛河区甲局,湛河区丙局,renamed,2019-03-01,\n", "is split"),
        ("湛河区甲局,湛河区乙局,renamed,2019-03-01,\n湛河区甲局,湛河区乙局,renamed,2020-03-01,\n", "more than once"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_a_sentence(tmp_path, lines, said):
    with pytest.raises(RegisterError, match=said):
        successions(written(tmp_path, HEAD + lines))


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(RegisterError, match="expected the columns predecessor"):
        successions(written(tmp_path, "old,new\na,b\n"))


def test_a_split_and_a_merger_are_read(tmp_path):
    lines = "湛河区甲局,湛河区乙局,split,2019-03-01,\n湛河区甲局,湛河区丙局,split,2019-03-01,\n湛河区乙局,湛河区丁局,merged,2023-03-01,\n"
    assert successions(written(tmp_path, HEAD + lines)).height == 3


def test_without_a_list_nobody_is_expected_by_it(tmp_path):
    assert expected_bodies(tmp_path / "nothing.csv").is_empty()


def test_a_list_of_expected_bodies_gives_identifiers_and_years(tmp_path):
    table = expected_bodies(written(tmp_path, EXPECTED_HEAD + "湛河区财政局,2020,,\n湛河区教育局,,2022,abolished\n"))
    assert sorted(table.select("body_id", "first_year", "last_year").rows()) == sorted(
        [(names.body_id("湛河区财政局"), 2020, None), (names.body_id("湛河区教育局"), None, 2022)]
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("湛河区财政局,2020,,\n平顶山市湛河区财政局,2021,,\n", "listed already"),
        ("湛河区财政局,20,,\n", "expected a year"),
        ("湛河区财政局,2022,2020,\n", "expected last_year not before first_year"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(tmp_path, lines, said):
    with pytest.raises(RegisterError, match=said):
        expected_bodies(written(tmp_path, EXPECTED_HEAD + lines))
