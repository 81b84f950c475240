"""HTML pages: tables without their geometry, lines, page title and meta tags.

Here: what the page shows. Cells are taken in order, row by row, because colspans and rowspans of real reports lie. Not
here: any label or number of the forms.

The parser (lexbor) repairs a page as a browser does. Three things a browser shows are lost when the text of a cell is
simply joined, and each can invent a number; they are marked before parsing: the end of a block (2</p><p>0 is not 20),
raised or struck-out characters (5<sup>1</sup> is not 51), images. A file that breaks off inside a table may have lost
digits of its last cell, which is marked too.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from dagster_project.documents.encoding import decode
from dagster_project.documents.pieces import CUT_MARK, IMAGE_MARK, NOTE_MARK, STRUCK_MARK, TABLE_MARK, Pieces

KINDS = ("html",)

# "<h" and "</h" stand for the six headings; a line break before <head> or <hr> changes nothing.
_BLOCKS = ("<p", "</p", "<div", "</div", "<br", "<li", "<h", "</h")
_MARKED = (
    (NOTE_MARK, ("<sup", "</sup", "<sub", "</sub")),
    (STRUCK_MARK, ("<del", "</del", "<s>", "<s ", "</s>", "<strike", "</strike")),
    (IMAGE_MARK, ("<img", "<input", "<object", "<embed", "<select", "<svg", "<canvas")),
)
_META = {
    "articletitle": "meta_title",
    "pubdate": "meta_published",
    "contentsource": "meta_source",
    "sitename": "meta_site",
    "url": "meta_url",
    "publisher": "meta_source",
}
_UPPERCASE = re.compile(r"<(/?)([A-Z][A-Z0-9]*)")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SCRIPTS = ["script", "style", "noscript", "template"]


def read(content: bytes, into: Pieces) -> None:
    """Read one page into ``into``."""
    text, into.heading.encoding = decode(content)
    read_markup(text, into)


def read_markup(text: str, into: Pieces) -> None:
    """Read a page given as text: named texts, tables and lines, each table's place marked among the lines."""
    tree = LexborHTMLParser(_marked(text))
    _read_head(tree, into)
    tree.strip_tags(_SCRIPTS)
    if _HIDDEN.search(text):
        _drop_hidden(tree)
    last = None
    for table in tree.css("table"):
        if len(table.css("table")) > 1:
            continue  # a layout table: its own text is prose, its inner tables are read in their turn
        last = _read_table(table, into) or last
        table.replace_with(f"\n{TABLE_MARK}\n")
    body = tree.body
    into.heading.lines += _lines(body.text()) if body is not None else []
    if last is not None and text.rfind("</table") < text.rfind("<table") and "</TABLE" not in text:
        into.note(
            "file_breaks_off",
            "The file breaks off inside its last table: that table's last cell may lack characters and is not read as a number.",
        )


def _marked(text: str) -> str:
    if "</TD" in text or "<BR" in text or "<P" in text or "</P" in text or "<IMG" in text or "<SUP" in text:
        text = _UPPERCASE.sub(lambda match: f"<{match[1]}{match[2].lower()}", text)
    if "<pre" not in text:
        text = text.replace("\r", " ").replace("\n", " ")
    for tag in _BLOCKS:
        text = text.replace(tag, "\n" + tag)
    for mark, tags in _MARKED:
        for tag in tags:
            if tag in text:
                text = text.replace(tag, mark + tag)
    if text.rfind("</table") < text.rfind("<table"):
        text += CUT_MARK
    return text


def _read_head(tree: LexborHTMLParser, into: Pieces) -> None:
    for node in tree.css("title,meta,h1,h2"):
        if node.tag == "meta":
            attributes = node.attributes
            origin = _META.get((attributes.get("name") or "").lower())
            if origin:
                into.named(origin, attributes.get("content"))
        elif node.tag == "title":
            into.named("page_title", node.text())
        else:
            into.named("heading", node.text())


def _read_table(table: LexborNode, into: Pieces) -> bool:
    into.begin_table()
    row: list[str] = []
    begun = False
    for node in table.css("tr,td,th"):
        if node.tag == "tr":
            if begun:
                into.row(row)
            begun, row = True, []
        else:
            row.append(node.text())
    if begun:
        into.row(row)
    return begun


def _drop_hidden(tree: LexborHTMLParser) -> None:
    # Only inside cells: whole articles are hidden until a script shows them, but hidden digits beside shown ones are not
    # part of the number.
    for node in tree.css("td [style],th [style]"):
        if _HIDDEN.search(node.attributes.get("style") or ""):
            node.decompose()


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(raw.split()) for raw in text.split("\n")) if line]
