"""The stream of a document: characters, breaks, and the way back to a place."""

from dagster_project.documents.pieces import NOTE_MARK, TABLE_MARK
from dagster_project.reading.careful.stream import CELL_BREAK, LINE_BREAK, Chunk, Stream, document_rows


def test_cells_and_lines_end_with_breaks_and_white_space_is_one_blank() -> None:
    stream = Stream([[Chunk("行政许可", "a"), Chunk("1\u00a0\u30002", "b")], [Chunk("end", "c")]])
    assert stream.text == f"行政许可{CELL_BREAK}1 2{LINE_BREAK}end{LINE_BREAK}"


def test_words_leave_out_punctuation_and_know_their_places() -> None:
    stream = Stream([[Chunk("（一）予以 公开：3", "a")]])
    assert stream.word == "一予以公开3"
    assert [stream.text[at] for at in stream.at] == list(stream.word)


def test_full_width_digits_are_digits_and_raised_ones_are_marks() -> None:
    assert Stream([[Chunk("１２５①", "a")]]).text.strip() == f"125{NOTE_MARK}"


def test_a_place_is_told_by_its_chunk_and_character() -> None:
    stream = Stream([[Chunk("规章", "table=1;row=1;cell=1"), Chunk("17", "table=1;row=1;cell=2")]])
    assert stream.locator(stream.text.index("7")) == "table=1;row=1;cell=2;at=2"


def test_tables_stand_where_their_marks_stood_and_those_without_a_mark_come_last() -> None:
    rows = document_rows(["before", TABLE_MARK, "after"], [[(1, "page=2", ["a", "b"])], [(1, "", ["c"])]])
    assert [[(chunk.text, chunk.locator) for chunk in row] for row in rows] == [
        [("before", "line=1")],
        [("a", "page=2;table=1;row=1;cell=1"), ("b", "page=2;table=1;row=1;cell=2")],
        [("after", "line=3")],
        [("c", "table=2;row=1;cell=1")],
    ]


def test_lines_that_rule_off_columns_are_left_out_and_rows_of_marks_stay() -> None:
    lines = ["======== ==========", "规章 1", "-------- --- ------", "--- --- ---", "----", "--------- -"]
    assert [row[0].locator for row in document_rows(lines, [])] == ["line=2", "line=4", "line=5", "line=6"]
