"""Tables of HTML pages: whatever the page does around and inside them, the cells are those that a browser would show.

The reader looks into a table only where the page's bytes or tags give a reason to; here each reason is given, and pages are
made up of all of them.
"""

import random

import pytest
from selectolax.lexbor import LexborHTMLParser

from dagster_project.documents import html
from dagster_project.documents.pieces import IMAGE_MARK, STRUCK_MARK, TABLE_MARK, Pieces


def read(markup: str) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    html.read_markup(markup.encode(), pieces)
    return pieces


def tables(pieces: Pieces) -> list[list[list[str]]]:
    """The texts of the cells, by table and row."""
    texts = list(pieces.texts)
    cells = dict(pieces.cells().group_by("row_id", maintain_order=True).agg("text").iter_rows())
    found: dict[int, list[list[str]]] = {}
    for row_id, table in pieces.rows().select("row_id", "table").iter_rows():
        found.setdefault(table, []).append([texts[text] for text in cells[row_id]])
    return list(found.values())


def one_row(cell: str) -> list[str]:
    [[row]] = tables(read(f"<table><tr><td>label</td><td>{cell}</td></tr></table>"))
    return row[1:]


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY:NONE",
        "Display : None",
        "color:red;display:\tnone !important",
        "visibility: hidden",
        "Visibility:Hidden",
    ],
)
def test_hidden_digits_are_no_part_of_a_number(style: str) -> None:
    assert one_row(f'1<span style="{style}">2</span>') == ["1"]
    assert one_row(f'<span style="{style}">2</span>') == [""]


@pytest.mark.parametrize("style", ["display:block", "word-break:break-all;mso-hide:all", "color:#none"])
def test_digits_under_another_style_are_shown(style: str) -> None:
    assert one_row(f'1<span style="{style}">2</span>') == ["12"]


@pytest.mark.parametrize("tag", ["script", "style", "noscript", "template"])
@pytest.mark.parametrize("outside", [True, False])
def test_scripts_are_no_text_wherever_they_stand(tag: str, outside: bool) -> None:
    script = f"<{tag}>7</{tag}>"
    page = f"<body>{script if outside else ''}<p>prose</p><table><tr><td>1{'' if outside else script}</td></tr></table></body>"
    pieces = read(page)
    assert tables(pieces) == [[["1"]]]
    assert pieces.heading.lines == ["prose", TABLE_MARK]


def test_headings_are_noted_in_order_inside_tables_and_outside() -> None:
    pieces = read("<title>t</title><h1>one</h1><table><tr><td><h2>two</h2></td></tr></table><h1>three</h1>")
    assert pieces.heading.named == [("page_title", "t"), ("heading", "one"), ("heading", "two"), ("heading", "three")]
    assert tables(pieces) == [[["two"]]]


@pytest.mark.parametrize("tag", ["img", "IMG", "image", "input", "select", "object", "embed", "svg", "canvas"])
def test_what_is_shown_and_is_no_text_is_marked(tag: str) -> None:
    [text] = one_row(f"5<{tag}></{tag}>")
    assert text == f"5{IMAGE_MARK}"


@pytest.mark.parametrize("tag", ["s", "S", "del", "strike"])
def test_struck_digits_are_marked(tag: str) -> None:
    assert one_row(f"<{tag}>5</{tag}>6") == [f"{STRUCK_MARK}5{STRUCK_MARK}6"]


def test_of_layout_tables_only_the_innermost_are_tables() -> None:
    inner = "<table><tr><td>{}</td></tr></table>"
    page = f"<table><tr><td>prose {inner.format('1')}</td><td><table><tr><td>{inner.format('2')}</td></tr></table></td></tr></table>"
    pieces = read(page + inner.format("3"))
    assert tables(pieces) == [[["1"]], [["2"]], [["3"]]]
    assert pieces.heading.lines.count(TABLE_MARK) == 3
    assert pieces.heading.lines[0] == "prose"


@pytest.mark.parametrize(
    "rows",
    [
        "<tr><td>1<td>2<tr><td>3<td>4",
        "<td>1<td>2<tr><td>3<td>4",
        "<thead><tr><th>1<th>2</thead><tfoot><tr><td>3<td>4</tfoot>",
        "<caption>9</caption><colgroup><col></colgroup><form><tr><td>1</td><td>2</td></tr></form><tr><th>3</th><td>4</td></tr>",
        "<tr></tr><tr><td>1</td><td>2</td></tr><tr>\n</tr><TR><TD>3</TD><TD>4</TD></TR>",
    ],
)
def test_rows_are_those_of_a_browser(rows: str) -> None:
    assert tables(read(f"<table>{rows}</table>")) == [[["1", "2"], ["3", "4"]]]


def test_a_table_added_whole_is_the_table_added_row_by_row() -> None:
    rows = [[["a", "1"], [], ["b"]], [], [["a", "2", "3"]], [[str(number) for number in range(500)]], [["z"]]]
    whole, stepwise = Pieces(), Pieces()
    for pieces in (whole, stepwise):
        pieces.begin()
    for table in rows:
        whole.table(table)
        stepwise.begin_table()
        for row in table:
            stepwise.row(row)
    assert whole.cells().equals(stepwise.cells())
    assert whole.rows().equals(stepwise.rows())
    assert list(whole.texts) == list(stepwise.texts)
    assert whole.heading.cells == stepwise.heading.cells
    assert whole.tables_begun == stepwise.tables_begun == len(rows)


# --- pages made up of everything -------------------------------------------------------------------------------------

_PIECES = (
    "1", "20", "标签", " ", "&nbsp;", "<p>3</p>", "<p>4</p><p>5</p>", "<b>6</b>7", "<br>", "<sup>8</sup>", "<img>", "<s>9</s>",
    "<span style='display:none'>1</span>", "<span style='color:red'>2</span>", "<script>3</script>", "<h2>4</h2>", "</td>",
    "<td>", "</tr>", "<tr>", "</table>", "<table>", "</p>", "<div>", "<!-- 5 -->", "<input value=6>", "７", "①", "1,0", ".5",
)  # fmt: skip


def plainly(markup: str) -> list[list[list[str]]]:
    """The tables of a page, every element asked for what it is: what the reader does without short cuts."""
    tree = LexborHTMLParser(markup)
    tree.strip_tags(["script", "style", "noscript", "template"])
    found = []
    for table in tree.css("table"):
        if len(table.css("table")) > 1:
            continue
        for node in table.css("td *,th *"):
            if "none" in (node.attributes.get("style") or ""):
                node.decompose()
            elif node.tag in ("img", "input"):
                node.replace_with(IMAGE_MARK)
            elif node.tag == "s":
                node.insert_before(STRUCK_MARK)
                node.insert_after(STRUCK_MARK)
        rows: list[list[str]] = [[]]
        for node in table.css("tr,td,th"):
            if node.tag == "tr":
                rows.append([])
            else:
                text = node.text(separator="\x1f")
                parted = "\x1f" in text and html._PARTED_NUMBER.search(text)
                rows[-1].append(html._joined(node) if parted else text.replace("\x1f", ""))
        found.append([row for row in rows if row])
    return [rows for rows in found if rows]


@pytest.mark.parametrize("seed", range(200))
def test_short_cuts_change_nothing(seed: int) -> None:
    chosen = random.Random(seed)
    cells = "".join(chosen.choice(_PIECES) for _ in range(chosen.randrange(1, 40)))
    markup = f"<title>t</title><p>prose</p><table><tr><td>{cells}</td></tr></table><p>end</p>"
    assert tables(read(markup)) == plainly(markup)
