"""HTML pages: tables without their geometry, lines, page title and meta tags.

Here: what the page shows. Cells are taken in order, row by row, because colspans and rowspans of real reports lie. Not
here: any label or number of the forms.

The parser (lexbor) repairs a page as a browser does. What a browser shows and the plain text of a cell does not can invent
a number: the end of a block (2</p><p>0 is not 20), raised or struck-out characters (5<sup>1</sup> is not 51), images,
hidden digits, a file that breaks off inside a cell. Digits that stand apart in the markup are joined only when nothing but
inline markup stands between them; the rest is marked.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from dagster_project.documents.attachments import MAY_LINK, attachments
from dagster_project.documents.encoding import decode
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
_SCRIPTS = ["script", "style", "noscript", "template"]
_BLOCKS = "p,br,div,li,h1,h2,h3,h4,h5,h6,section,article,dd,dt"
# Between two text nodes of a cell and between two lines; control characters never survive in a page's text.
_APART = "\x1f"
_BREAK = "\x1e"
# Digits on both sides of a place where the markup parts them.
_PARTED_NUMBER = re.compile(rf"[0-9０-９.,，．+\-－][\s\u200b]*{_APART}[\s{_APART}\u200b]*[0-9０-９.,，．%①-⑳]")
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|table|tr|td|section|center|blockquote|pre)\b[^>]*>")
_RAISED_TAG = re.compile(r"</?(?:sup|sub)\b[^>]*>")
_ANY_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDING = (b"display", b"visibility", b"DISPLAY", b"VISIBILITY")
# Shown in a cell, but not as text.
_PICTURES = {"img", "input", "object", "embed", "select", "svg", "canvas"}
_NOT_TEXT = ",".join((*sorted(_PICTURES), "del", "s", "strike"))


def read(content: bytes, into: Pieces) -> None:
    """Read one page into ``into``."""
    text, encoding = decode(content)
    into.heading.encoding = encoding
    read_markup(content if encoding == "utf-8" and "\ufffd" not in text else text.encode(), into)


def read_markup(content: bytes, into: Pieces) -> None:
    """Read a page given as UTF-8: named texts, tables and lines, each table's place marked among the lines."""
    breaks_off = _breaks_off(content)
    tree = LexborHTMLParser(content + CUT_MARK.encode() if breaks_off else content)
    _read_head(tree, into)
    if MAY_LINK.search(content):
        into.heading.attachments += attachments(tree)
    tree.strip_tags(_SCRIPTS)
    _mark(tree, content)
    for table in tree.css("table"):
        if len(table.css("table")) > 1:
            continue  # a layout table: its own text is prose, its inner tables are read in their turn
        _read_table(table, into)
        table.replace_with(f"{_BREAK}{TABLE_MARK}{_BREAK}")
    into.heading.lines += _lines(tree)
    if breaks_off:
        into.note("file_breaks_off", "The file breaks off inside its last table; a number at the break is not read.")


def _breaks_off(content: bytes) -> bool:
    opened = max(content.rfind(b"<table"), content.rfind(b"<TABLE"))
    return opened >= 0 and opened > max(content.rfind(b"</table"), content.rfind(b"</TABLE"))


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


def _mark(tree: LexborHTMLParser, content: bytes) -> None:
    """Replace what is shown in cells, but not as text, by marks; drop what is in cells, but not shown."""
    shown = {node.tag for node in tree.css(_NOT_TEXT)}
    if shown & _PICTURES:
        for node in tree.css(",".join(f"td {tag},th {tag}" for tag in sorted(shown & _PICTURES))):
            node.replace_with(IMAGE_MARK)
    if shown - _PICTURES:
        for node in tree.css("td del,td s,td strike,th del,th s,th strike"):
            node.insert_before(STRUCK_MARK)
            node.insert_after(STRUCK_MARK)
    if any(word in content for word in _HIDING):
        # Only inside cells: whole articles are hidden until a script shows them, but hidden digits beside shown ones are
        # not part of the number.
        for node in tree.css("td [style],th [style]"):
            if _HIDDEN.search(node.attributes.get("style") or ""):
                node.decompose()


def _read_table(table: LexborNode, into: Pieces) -> None:
    into.begin_table()
    row: list[str] = []
    for node in table.css("tr,td,th"):
        if node.tag == "tr":
            into.row(row)
            row = []
        else:
            text = node.text(separator=_APART)
            if _APART in text:
                text = _joined(node) if _PARTED_NUMBER.search(text) else text.replace(_APART, "")
            row.append(text)
    into.row(row)


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
    text = tree.body.text()
    if tree.css_first("pre") is not None:
        text = text.replace("\n", _BREAK)
    return [line for line in (" ".join(part.split()) for part in text.split(_BREAK)) if line]
