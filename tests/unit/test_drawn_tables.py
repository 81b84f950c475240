"""A table drawn with characters is cut where it is drawn, and what is not wholly drawn is no table."""

from textwrap import dedent

import pytest

from dagster_project.documents import markdown, text
from dagster_project.documents.drawn_tables import drawn_tables
from dagster_project.documents.pieces import TABLE_MARK, Pieces


def rows(drawing: str) -> list[list[list[str]]]:
    content = dedent(drawing)
    return [table.rows for table in drawn_tables(content, content.splitlines()).values()]


PLAIN = """
    +------+----+----+
    | 项目 | 甲 | 乙 |
    +======+:==:+====+
    | 一   | 12 |    |
    +------+----+----+
    """


def test_rows_are_what_stands_between_the_rules_and_a_blank_cell_stays() -> None:
    assert rows(PLAIN) == [[["项目", "甲", "乙"], ["一", "12", ""]]]


def test_a_cell_over_several_columns_or_rows_is_one_cell_of_the_row_it_begins_in() -> None:
    assert rows(
        """
        +------+---------+
        | 项目 | 数目    |
        |      +----+----+
        |      | 甲 | 乙 |
        +------+----+----+
        | 一   | 1  | 2  |
        |      +----+----+
        |      | 3       |
        +------+---------+
        """
    ) == [[["项目", "数目"], ["甲", "乙"], ["一", "1", "2"], ["3"]]]


def test_the_lines_of_a_cell_stay_apart() -> None:
    assert rows(
        """
        +------+----+
        | 结果 | 12 |
        |      |    |
        | 维持 | 34 |
        +------+----+
        """
    ) == [[["结果\n维持", "12\n34"]]]


@pytest.mark.parametrize(
    "drawing",
    [
        "┌────┬──┐\n│项目│甲│\n├────┼──┤\n│一  │12│\n└────┴──┘",
        "╔════╦══╗\n║项目║甲║\n╠════╬══╣\n║一  ║12║\n╚════╩══╝",
        # Counted in characters, whatever their width.
        "+----+----+\n| 项目 | 甲 |\n+----+----+\n| 一  | 12 |\n+----+----+".replace("| 甲 |", "| 甲  |"),
    ],
)
def test_other_ways_to_draw_and_to_count(drawing: str) -> None:
    assert rows(drawing) == [[["项目", "甲"], ["一", "12"]]]


def test_ambiguous_characters_are_as_wide_as_the_drawing_shows() -> None:
    narrow = "+------+---+\n| “甲” | 1 |\n+------+---+"
    wide = "+--------+---+\n| “甲” | 1 |\n+--------+---+"
    assert rows(narrow) == rows(wide) == [[["“甲”", "1"]]]


def test_two_drawings_without_a_line_between_them_are_two_tables() -> None:
    assert rows("+---+\n| 1 |\n+---+\n+---+---+\n| 2 | 3 |\n+---+---+") == [[["1"]], [["2", "3"]]]


@pytest.mark.parametrize(
    "drawing",
    [
        "+---+---+\n| 1 | 2 |\n",
        "+---+---+\n| 1 | 23 |\n+---+---+",
        "+---+---+\n| 1   2 |\n+---+---+\n| 1 | 2\n+---+---+",
        "+---+---+\n| 1 | 2 |\n+---+   +\n| 3 | 4 |\n+- -+---+",
        "+\n+-\n+-+\n|",
    ],
)
def test_a_drawing_with_a_gap_is_no_table(drawing: str) -> None:
    assert rows(drawing) == []


def test_a_bar_in_a_cell_is_a_character() -> None:
    assert rows("+-------+---+\n| a | b | 2 |\n+-------+---+") == [[["a | b", "2"]]]


@pytest.mark.parametrize("reader", [text, markdown])
def test_readers_hand_a_drawing_on_as_a_table_among_the_lines(reader) -> None:
    pieces = Pieces()
    pieces.begin()
    reader.read(f"前文\n\n{dedent(PLAIN).strip()}\n\n后文\n".encode(), pieces)
    assert pieces.heading.lines == ["前文", TABLE_MARK, "后文"]
    assert pieces.rows()["width"].to_list() == [3, 3]


def test_a_long_drawing_with_a_gap_at_its_end_takes_no_time() -> None:
    rule, row = "+-" * 400 + "+", "| " * 400 + "|"
    lines = [rule, *[row] * 1500, row.replace("|", " ").replace(" ", "|", 1)[:-1] + "|", rule]
    assert drawn_tables("\n".join(lines), lines) == {}
