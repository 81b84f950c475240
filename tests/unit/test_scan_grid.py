"""Ruling lines of a page image give its cells, straight or askew, and nothing that is not drawn."""

import cv2
import numpy as np
import pytest

from dagster_project.documents.pieces import MARKS
from dagster_project.documents.scan import grid, recognition

DOTS = 200
WIDTH, HEIGHT = 1654, 2339


def page() -> np.ndarray:
    return np.full((HEIGHT, WIDTH), 255, np.uint8)


def draw(image: np.ndarray, lefts: list[int], tops: list[int], *, without: tuple[int, int] | None = None) -> np.ndarray:
    """Draw a table; ``without`` names (row, column) of a cell whose right side is open: it is merged with the next."""
    for top in tops:
        cv2.line(image, (lefts[0], top), (lefts[-1], top), 0, 2)
    for at, left in enumerate(lefts):
        for row in range(len(tops) - 1):
            if without != (row, at - 1):
                cv2.line(image, (left, tops[row]), (left, tops[row + 1]), 0, 2)
    return image


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    return cv2.warpAffine(image, turn, (WIDTH, HEIGHT), borderValue=255)


LEFTS, TOPS = [200, 700, 900, 1100, 1400], [300, 380, 460, 620]


@pytest.mark.parametrize("degrees", [0, 1, -1, 2.5])
def test_every_cell_is_found_in_its_row_however_the_page_lies(degrees):
    image = turned(draw(page(), LEFTS, TOPS), degrees)
    level, angle = grid.straighten(image, grid.skew(image, DOTS))
    assert angle == pytest.approx(-degrees, abs=0.1)
    [table] = grid.tables(level, DOTS)
    assert [len(row) for row in table.rows] == [4, 4, 4]
    assert [cell.left for cell in table.rows[0]] == sorted(cell.left for cell in table.rows[0])


def test_a_merged_cell_is_one_cell():
    [table] = grid.tables(draw(page(), LEFTS, TOPS, without=(1, 1)), DOTS)
    assert [len(row) for row in table.rows] == [4, 3, 4]


def test_two_tables_are_two_and_a_frame_around_text_is_none():
    image = draw(page(), LEFTS, TOPS)
    draw(image, LEFTS, [top + 800 for top in TOPS])
    cv2.rectangle(image, (200, 2000), (1400, 2200), 0, 2)
    assert [len(table.rows) for table in grid.tables(image, DOTS)] == [3, 3]


def test_a_page_of_text_has_no_table():
    image = page()
    for line in range(20):
        cv2.putText(image, "1 2 3 4 5 6 7 8 9 0" * 3, (150, 200 + 60 * line), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    assert grid.tables(image, DOTS) == []
    assert grid.skew(image, DOTS) is None


def cell(text: str = "", height: int = 80, width: int = 200) -> np.ndarray:
    image = np.full((height, width), 255, np.uint8)
    cv2.putText(image, text, (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 0, 2, cv2.LINE_AA)
    return image


def whole(image: np.ndarray) -> recognition.Ink:
    return (0, 0, image.shape[1], image.shape[0])


def test_specks_and_the_rest_of_a_ruling_line_are_a_blank_cell():
    image = cell()
    image[30:32, 40:42] = 0
    image[:, :2] = 0
    assert recognition.cell_lines(image, whole(image), em=31) == []


@pytest.mark.parametrize("number", ["0", "7", "12", "705", "18651.06"])
def test_digits_are_read_and_sure(number):
    image = cell(number)
    [read] = recognition.read_lines(image, recognition.cell_lines(image, whole(image), em=31))
    assert read.text == number
    assert read.confidence >= recognition.SURE


def test_a_smudged_digit_is_not_sure():
    image = cell("8")
    rough = np.random.default_rng(1).integers(0, 255, image.shape, np.uint8)
    smudged = np.where(rough > 140, 255, image)
    smudged[35:50, 20:45] = rough[35:50, 20:45]
    read = recognition.read_lines(smudged, recognition.cell_lines(smudged, whole(smudged), em=31))
    assert not (len(read) == 1 and read[0].text == "8" and read[0].confidence >= 0.99)


def test_lines_of_a_cell_are_apart():
    image = np.vstack([cell("12"), cell("34")])
    assert len(recognition.cell_lines(image, whole(image), em=31)) == 2


def test_a_table_that_the_page_cuts_keeps_its_open_cells():
    image = draw(page(), LEFTS, TOPS)
    image[TOPS[-1] - 20 :] = 255  # the last row goes on overleaf
    [table] = grid.tables(image, DOTS)
    assert (len(table.rows), table.open_above, table.open_below) == (3, False, True)


def test_two_numbers_close_together_are_two_by_the_gaps_between_their_digits():
    dark = np.zeros((40, 400), np.uint8)
    digits = [10, 34, 58, 82, 106, 136, 160, 184]  # five, a gap half as wide again as an em is a third of, three
    for left in digits:
        dark[5:35, left : left + 19] = 255
    parts = recognition._apart(dark, (10, 5, 203, 35), 30, figures=True)
    assert [(left, right) for left, _, right, _ in parts] == [(10, 125), (136, 203)]
    assert len(recognition._apart(dark[:, :130], (10, 5, 125, 35), 30, figures=True)) == 1


def test_figures_in_columns_are_apart_and_a_label_is_apart_from_its_figure():
    image = np.full((120, 900), 255, np.uint8)
    for left, text in ((40, "12"), (240, "0"), (440, "305")):
        cv2.putText(image, text, (left, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 0, 2, cv2.LINE_AA)
    words = recognition.page_words(image, 31).words
    assert sorted((word.ink[0] // 200, word.text.strip(MARKS)) for word in words) == [(0, "12"), (1, "0"), (2, "305")]
