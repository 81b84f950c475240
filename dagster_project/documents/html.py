"""HTML pages: tables without their geometry, lines, page title and meta tags.

Here: what the page shows. Cells are taken in order, row by row, because colspans and rowspans of real reports lie. Not
here: any label or number of the forms.

The parser (lexbor) repairs a page as a browser does. What a browser shows and the plain text of a cell does not can invent
a number: the end of a block (2</p><p>0 is not 20), raised or struck-out characters (5<sup>1</sup> is not 51), images,
hidden digits, a file that breaks off inside a cell. Digits that stand apart in the markup are joined only when nothing but
inline markup stands between them; the rest is marked.
"""

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from dagster_project.documents.attachments import MAY_LINK, attachments
from dagster_project.documents.damage import refuse_damaged_tags
from dagster_project.documents.encoding import decode
from dagster_project.documents.html_tags import Tags
from dagster_project.documents.pictures import FEWEST_ROWS, pictures
from dagster_project.documents.pieces import CUT_MARK, IMAGE_MARK, NOTE_MARK, STRUCK_MARK, TABLE_MARK, Pieces

KINDS = ("html",)

_META = {
    "articletitle": "meta_title",
    "pubdate": "meta_published",
    "contentsource": "meta_source",
    "sitename": "meta_site",
    "url": "meta_url",
    "publisher": "meta_source",
}
_SCRIPT_TAGS = ("script", "style", "noscript", "template")
# Shown in a cell, but not as text.
_PICTURE_TAGS = ("canvas", "embed", "img", "input", "object", "select", "svg")
_STRUCK_TAGS = ("del", "s", "strike")
_BLOCKS = "p,br,div,li,h1,h2,h3,h4,h5,h6,section,article,dd,dt"
# Between two text nodes of a cell and between two lines; control characters never survive in a page's text.
_APART = "\x1f"
_BREAK = "\x1e"
# Digits on both sides of a place where the markup parts them.
_PARTED_NUMBER = re.compile(rf"[0-9０-９.,，．+\-－][\s\u200b]*{_APART}[\s{_APART}\u200b]*[0-9０-９.,，．%①-⑳]")
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|table|tr|td|section|center|blockquote|pre)\b[^>]*>")
_RAISED_TAG = re.compile(r"</?(?:sup|sub)\b[^>]*>")
_ANY_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
# The same digits with nothing between them: only there can the markup part a number.
_DIGITS = re.compile(r"[0-9０-９.,，．+\-－][\s\u200b]*[0-9０-９.,，．%①-⑳]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADING_TAGS = ("title", "meta", "h1", "h2")
_TABLE_BREAK = f"{_BREAK}{TABLE_MARK}{_BREAK}"


def _tag_ids(*names: str) -> frozenset[int]:
    """Return lexbor's numbers of tags, which it tells faster than their names."""
    page = LexborHTMLParser("")
    return frozenset(page.create_node(name).tag_id for name in names)


[_TABLE], _SECTIONS, _CELLS = _tag_ids("table"), _tag_ids("tbody", "thead", "tfoot"), _tag_ids("td", "th")
_PICTURES = ",".join(f"td {tag},th {tag}" for tag in _PICTURE_TAGS)
_STRUCK = ",".join(f"td {tag},th {tag}" for tag in _STRUCK_TAGS)


def read(content: bytes, into: Pieces) -> None:
    """Read one page into ``into``."""
    text, encoding = decode(content)
    into.heading.encoding = encoding
    damaged = "\ufffd" in text
    if damaged:
        refuse_damaged_tags(text)
    read_markup(content if encoding == "utf-8" and not damaged else text.encode(), into)


def read_markup(content: bytes, into: Pieces) -> None:
    """Read a page given as UTF-8: named texts, tables and lines, each table's place marked among the lines."""
    tags = Tags(content)
    tree = LexborHTMLParser(content + CUT_MARK.encode() if tags.breaks_off else content)
    if tags.have("img", "image") and content.count(b"<tr") < FEWEST_ROWS:
        into.heading.pictures += pictures(tree)
    if tags.have("a", "iframe", "embed", "object") and MAY_LINK.search(content):
        into.heading.attachments += attachments(tree)
    # Of a layout table the own text is prose; its inner tables are read in their turn.
    tables = _without_layout(tree.tags("table"))
    # What the tables do not hold is looked for when they are gone, in what little is left.
    first, last = [], []
    for step, names in ((_read_head, _HEADING_TAGS), (_strip, _SCRIPT_TAGS)):
        if tags.have(*names):
            (first if tags.among_tables(*names) else last).append(step)
    for step in first:
        step(tree, into)
    # The parser takes <image> for <img>.
    marked = tags.among_tables("image", *_PICTURE_TAGS, *_STRUCK_TAGS)
    hiding = tags.may_hide_in_tables()
    for table in tables:
        if marked:
            _mark(table)
        if hiding:
            _drop_hidden(table)
        into.table(_rows(table))
        table.replace_with(_TABLE_BREAK)
    for step in last:
        step(tree, into)
    into.heading.lines += _lines(tree)
    if tags.breaks_off:
        into.note("file_breaks_off", "The file breaks off inside its last table; a number at the break is not read.")


def _without_layout(tables: list[LexborNode]) -> list[LexborNode]:
    """Return the tables that hold no other table."""
    layout: set[int] = set()
    for table in tables:
        node = table.parent
        while node is not None and node.mem_id not in layout:
            if node.tag_id == _TABLE:
                layout.add(node.mem_id)
            node = node.parent
    return [table for table in tables if table.mem_id not in layout]


def _strip(tree: LexborHTMLParser, _into: Pieces) -> None:
    tree.strip_tags(list(_SCRIPT_TAGS))


def _read_head(tree: LexborHTMLParser, into: Pieces) -> None:
    for node in tree.css(",".join(_HEADING_TAGS)):
        if node.tag == "meta":
            attributes = node.attributes
            origin = _META.get((attributes.get("name") or "").lower())
            if origin:
                into.named(origin, attributes.get("content"))
        elif node.tag == "title":
            into.named("page_title", node.text())
        else:
            into.named("heading", node.text())


def _mark(table: LexborNode) -> None:
    """Replace by marks what is shown in cells, but not as text."""
    for node in table.css(_PICTURES):
        node.replace_with(IMAGE_MARK)
    for node in table.css(_STRUCK):
        node.insert_before(STRUCK_MARK)
        node.insert_after(STRUCK_MARK)


def _drop_hidden(table: LexborNode) -> None:
    """Drop what is in cells, but not shown.

    Only inside cells: whole articles are hidden until a script shows them, but hidden digits beside shown ones are no part of
    the number.
    """
    for node in table.css("td [style],th [style]"):
        if _HIDDEN.search(node.attributes.get("style") or ""):
            node.decompose()


def _rows(table: LexborNode) -> list[list[str]]:
    # The parser puts every row into a section and every cell into a row, whatever the page does. Most cells hold a single digit
    # or a label, so that is all that is asked of most.
    return [
        [
            _joined(cell) if len(text := cell.text_lexbor()) > 1 and _may_be_parted(text) and _is_parted(cell) else text
            for cell in row.iter()
            if cell.tag_id in _CELLS
        ]
        for section in table.iter()
        if section.tag_id in _SECTIONS
        for row in section.iter()
    ]


def _is_parted(cell: LexborNode) -> bool:
    return _PARTED_NUMBER.search(cell.text(separator=_APART)) is not None


# Bounded, and asked for the same few labels in every page.
@lru_cache(maxsize=1 << 14)
def _may_be_parted(text: str) -> bool:
    return _DIGITS.search(text) is not None


def _joined(node: LexborNode) -> str:
    """Return the text of a cell whose digits the markup parts: joined across inline markup, apart across blocks."""
    html = node.inner_html or ""
    html = _BLOCK_TAG.sub("\n", html)
    html = _RAISED_TAG.sub(NOTE_MARK, html)
    return _unescaped(_ANY_TAG.sub("", html))


def _unescaped(text: str) -> str:
    # What a serialised page escapes in text: these four and nothing else.
    return text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _lines(tree: LexborHTMLParser) -> list[str]:
    if tree.body is None:
        return []
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    text = tree.body.text_lexbor()
    if tree.css_first("pre") is not None:
        text = text.replace("\n", _BREAK)
    return [line for line in (" ".join(part.split()) for part in text.split(_BREAK)) if line]
