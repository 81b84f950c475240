"""Word documents (.docx): tables without their geometry, lines, headings.

Here: the order of paragraphs, tables, text boxes, headers and footers; which cells are cells. Not here: the text of a
paragraph (``docx_text``), styles and automatic numbers (``docx_styles``), the package (``package``).

A cell that continues one above or beside it is not a cell of its own. A table that holds tables is layout: its own text is
prose and its inner tables are read in their turn. Text boxes are read after the paragraph, or the table, that they are
anchored in.
"""

from collections.abc import Iterator

from lxml import etree

from dagster_project.documents import html, mhtml
from dagster_project.documents.docx_styles import Numbers, Styles, child, local, numbering_of, switched_on, value
from dagster_project.documents.docx_text import Paragraphs, chosen
from dagster_project.documents.kinds import sniff
from dagster_project.documents.package import Package
from dagster_project.documents.pictures import FEWEST_ROWS, MOST_PICTURES
from dagster_project.documents.pieces import IMAGE_MARK, NOTE_MARK, TABLE_MARK, Pieces, Unreadable
from dagster_project.documents.scan import SCAN

KINDS = ("docx",)

_WHAT = "a Word document (.docx)"
# Attributes that name a picture's part; their namespace differs between strict and transitional documents.
_REFERENCES = ("embed", "id")
_CONTAINERS = {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "dir", "bdo"}
# Programs that make Word documents of pages put the page in as it is.
_CHUNK_READERS = {kind: module.read for module in (html, mhtml) for kind in module.KINDS}
_TITLE_STYLES = ("title", "heading 1", "heading 2")


def read(content: bytes, into: Pieces) -> None:
    """Read one Word document into ``into``.

    Raises:
        Unreadable: encrypted, damaged, too large once decompressed, with a document type declaration, or without text.
    """
    package = Package(content, _WHAT)
    main = package.main_part("word/document.xml")
    root = package.xml(main)
    body = child(root, "body")
    if body is None:
        raise Unreadable(
            "damaged", f"Expected {_WHAT} with a body, found none in the part {main}. Fetch it again from its source."
        )
    into.named("property_title", package.title())
    _Story(package, main, into).read(body)


class _Story:
    """One document while it is read."""

    def __init__(self, package: Package, main: str, into: Pieces):
        self._package = package
        self._related = package.related(main)
        parts = dict(self._related.values())
        self._styles = Styles(package, parts.get("styles"))
        self._numbers = Numbers(package, parts.get("numbering"))
        self._paragraphs = Paragraphs(self._styles)
        self._into = into
        self._lines = into.heading.lines
        self._hidden_rows = 0
        self._as_prose = False
        self._unfilled: set[etree._Element] = set()

    def read(self, body: etree._Element) -> None:
        """Read headers, body and footers. The placeholder of a control that nobody filled in is no content of a cell."""
        for control in body.iter("{*}sdt"):
            if child(child(control, "sdtPr"), "showingPlcHdr") is not None:
                self._unfilled.update(control.iter("{*}p"))
        for part in self._margins(body, "header"):
            self._margin(part)
        self._blocks(body)
        for part in self._margins(body, "footer"):
            self._margin(part)
        if sum(1 for _ in body.iter("{*}tr")) < FEWEST_ROWS:
            self._into.heading.pictures += self._pictures(body)
        if not _has_text(body) and any(part.startswith("word/media/") for part in self._package.parts):
            raise Unreadable(
                SCAN,
                f"Expected {_WHAT} with text, found pictures only: it is a scan. Its characters have to be recognised (OCR, the "
                "extra 'ocr'); or supply the document it was printed from.",
            )
        self._tell()

    def _pictures(self, body: etree._Element) -> list[str | bytes]:
        """Return the pictures that the body shows, in order, each once; without text beside them they may be the tables."""
        ids = [
            reference
            for node in body.iter("{*}blip", "{*}imagedata")
            for name, reference in node.attrib.items()
            if etree.QName(name).localname in _REFERENCES
        ]
        parts = [self._related[each][1] for each in ids if each in self._related]
        shown = [part for part in dict.fromkeys(parts) if part in self._package][:MOST_PICTURES]
        return [self._package.bytes_of(part) for part in shown]

    def _tell(self) -> None:
        found = self._paragraphs
        if found.tracked:
            self._into.note(
                "tracked_changes", "The document has tracked changes; insertions were read and deletions were not."
            )
        if found.hidden or self._hidden_rows:
            self._into.note("hidden_text", "The document has hidden text, which was not read.")
        if found.objects:
            self._into.note(
                "embedded_object",
                f"The document shows {found.objects} embedded object(s), which were not read; a table among them is missing.",
            )

    def _margins(self, body: etree._Element, name: str) -> list[str]:
        """Return the header or footer parts that some section shows, each once."""
        ids = [value(node, "id") or "" for node in body.iter(f"{{*}}{name}Reference")]
        parts = [self._related[each][1] for each in ids if each in self._related]
        return [part for part in dict.fromkeys(parts) if part in self._package]

    def _margin(self, part: str) -> None:
        """Read a header or footer as lines; lines with the page number say nothing about the report."""
        self._as_prose = True
        self._blocks(self._package.xml(part))
        self._as_prose = False

    def _blocks(self, container: etree._Element) -> None:
        for block in _blocks_in(container):
            match local(block):
                case "p":
                    self._paragraph(block)
                    self._boxes()
                case "tbl":
                    self._table(block)
                case "altChunk":
                    self._chunk(block)

    def _boxes(self) -> None:
        boxes, self._paragraphs.boxes = self._paragraphs.boxes, []
        for box in boxes:
            self._blocks(box)

    def _paragraph(self, paragraph: etree._Element) -> None:
        text = self._paragraphs.text(paragraph, marked=False)
        if self._as_prose and self._paragraphs.pages:
            return
        if text.strip():
            text = self._number(paragraph) + text.lstrip()
        style = value(child(child(paragraph, "pPr"), "pStyle"))
        if self._styles.name(style) in _TITLE_STYLES:
            self._into.named("heading", " ".join(text.split()))
        self._lines.extend(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)

    def _number(self, paragraph: etree._Element) -> str:
        properties = child(paragraph, "pPr")
        list_id, level = numbering_of(properties)
        if list_id is None or level is None:
            from_style = self._styles.numbering(value(child(properties, "pStyle")))
            list_id = from_style[0] if list_id is None else list_id
            level = from_style[1] if level is None else level
        return self._numbers.next(list_id, level)

    def _table(self, table: etree._Element) -> None:
        rows = list(self._rows(table))
        if self._as_prose or any(local(block) == "tbl" for row in rows for cell in row for block in _blocks_in(cell)):
            for row in rows:
                for cell in row:
                    self._paragraphs.begin_cell()
                    self._blocks(cell)
            self._paragraphs.begin_cell()
            return
        self._into.begin_table()
        self._lines.append(TABLE_MARK)
        for row in rows:
            self._into.row([self._cell(cell) for cell in row])
        self._paragraphs.begin_cell()
        self._boxes()

    def _rows(self, table: etree._Element) -> Iterator[list[etree._Element]]:
        """Yield the cells that each row shows."""
        open_columns: set[int] = set()
        for row in _children_named(table, "tr"):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                self._paragraphs.tracked = True
                continue
            hidden = child(properties, "hidden")
            if hidden is not None and switched_on(hidden):
                self._hidden_rows += 1
                continue
            column = _integer(value(child(properties, "gridBefore")))
            shown = []
            still_open = set()
            for cell in _children_named(row, "tc"):
                about = child(cell, "tcPr")
                merged_down = child(about, "vMerge")
                covered = _continues(child(about, "hMerge"))
                if merged_down is not None:
                    still_open.add(column)
                    # A cell that continues nothing is a cell when something stands in it.
                    covered = covered or (_continues(merged_down) and (column in open_columns or not _has_text(cell)))
                if child(about, "cellDel") is not None:
                    self._paragraphs.tracked = covered = True
                column += max(1, _integer(value(child(about, "gridSpan"))))
                if not covered:
                    shown.append(cell)
            open_columns = still_open
            yield shown

    def _cell(self, cell: etree._Element) -> str:
        self._paragraphs.begin_cell()
        texts = []
        for block in _blocks_in(cell):
            if local(block) != "p":
                continue
            number = self._number(block)
            text = self._paragraphs.text(block, marked=True)
            # 1. 5 with an automatic number before it is neither 1.5 nor 5.
            text = f"{number}{NOTE_MARK}{text}" if number else text
            texts.append(IMAGE_MARK + text if block in self._unfilled else text)
        return "\n".join(texts)

    def _chunk(self, node: etree._Element) -> None:
        """Read a page that stands in the package as a file of its own and is shown in this place."""
        part = self._related.get(value(node, "id") or "", ("", ""))[1]
        content = self._package.bytes_of(part) if part in self._package else b""
        reader = _CHUNK_READERS.get(sniff(content, part))
        if reader is not None:
            reader(content, self._into)
        else:
            self._into.note(
                "part_not_read",
                "The document shows a file of another kind inside it, which was not read. Open it in an office program and save it again.",
            )


def _blocks_in(container: etree._Element) -> Iterator[etree._Element]:
    """Yield paragraphs, tables and chunks in order, out of content controls and tracked insertions."""
    for node in container.iterchildren("{*}*"):
        name = local(node)
        if name in ("p", "tbl", "altChunk"):
            yield node
        elif name in _CONTAINERS:
            yield from _blocks_in(node)
        elif name == "AlternateContent":
            yield from _blocks_in(chosen(node))


def _children_named(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for node in parent.iterchildren("{*}*"):
        name = local(node)
        if name == wanted:
            yield node
        elif name in _CONTAINERS:
            yield from _children_named(node, wanted)


def _continues(merge: etree._Element | None) -> bool:
    return merge is not None and value(merge) in (None, "continue")


def _has_text(cell: etree._Element) -> bool:
    return any((node.text or "").strip() for node in cell.iter("{*}t"))


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
