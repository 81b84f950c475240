"""The text of Word paragraphs as a reader of the printed page sees it.

Here: runs, fields, tracked changes, hidden text, symbols, drawings; the marks that keep them from changing a number. Not
here: the order of paragraphs and tables (``docx``), styles and numbers (``docx_styles``).

Tracked insertions count and tracked deletions do not: that is the text the document ends with. What a field shows is its
result, never its code. A drawing, a control that still shows its placeholder, an equation is a mark: something is shown
there, but not as text.
"""

from lxml import etree

from dagster_project.documents.docx_styles import Styles, child, local, value
from dagster_project.documents.pieces import IMAGE_MARK, NOTE_MARK, STRUCK_MARK

# Not part of the text that the document ends with.
_GONE = {"del", "moveFrom", "delText", "delInstrText"}
_SILENT = {
    "pPr", "rPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "proofErr", "bookmarkStart", "bookmarkEnd",
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef", "permStart", "permEnd",
    "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd", "lastRenderedPageBreak",
    "footnoteRef", "endnoteRef", "separator", "continuationSeparator", "customXmlInsRangeStart", "customXmlInsRangeEnd",
    "customXmlDelRangeStart", "customXmlDelRangeEnd", "fldData", "sectPr",
}  # fmt: skip
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
_SHOWN_NOT_AS_TEXT = {
    "drawing", "pict", "object", "contentPart", "oMath", "oMathPara", "pgNum", "dayLong", "dayShort", "monthLong",
    "monthShort", "yearLong", "yearShort",
}  # fmt: skip
# Fields that show nothing where they stand.
_INVISIBLE_FIELDS = ("XE", "TC", "TA", "RD", "SET", "ASK", "PRIVATE")
_PAGE_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")


class Paragraphs:
    """Turns paragraphs into text, in their order; a field may begin in one and end in another.

    ``boxes`` collects the text boxes met since it was last emptied, ``tracked`` and ``hidden`` what a person should know,
    ``objects`` the embedded objects met.
    """

    def __init__(self, styles: Styles):
        self._styles = styles
        self._fields: list[_Field] = []
        self.boxes: list[etree._Element] = []
        self.tracked = False
        self.hidden = False
        self.objects = 0
        self.pages = False

    def begin_cell(self) -> None:
        """Forget a field that was begun and not ended: no field reaches from one cell into another."""
        self._fields.clear()

    def text(self, paragraph: etree._Element, marked: bool) -> str:
        """Return the text of one paragraph, line breaks as newlines; with marks when ``marked``, as cells need them.

        ``pages`` is true afterwards when the paragraph shows a page number.
        """
        self.pages = False
        style = value(child(child(paragraph, "pPr"), "pStyle"))
        parts: list[tuple[str, bool, bool, int]] = []
        self._walk(paragraph, style, parts)
        if not marked:
            return "".join(text for text, _, _, _ in parts).translate(_UNMARKED)
        return _with_marks(parts)

    def _walk(self, node: etree._Element, style: str | None, parts: list) -> None:
        for each in node.iterchildren("{*}*"):
            name = local(each)
            if name == "r":
                self._run(each, style, parts)
            elif name in _GONE:
                self.tracked = True
            elif name in _SHOWN_NOT_AS_TEXT:
                self._shown(each, parts)
            elif name == "AlternateContent":
                self._walk(chosen(each), style, parts)
            elif name == "sdt":
                if child(child(each, "sdtPr"), "showingPlcHdr") is not None:
                    parts.append((IMAGE_MARK, False, False, 0))
                content = child(each, "sdtContent")
                if content is not None:
                    self._walk(content, style, parts)
            elif name == "fldSimple":
                self._simple_field(each, style, parts)
            elif name not in _SILENT:
                self.tracked = self.tracked or name in ("ins", "moveTo")
                self._walk(each, style, parts)

    def _run(self, run: etree._Element, style: str | None, parts: list) -> None:
        look = self._styles.look(child(run, "rPr"), style)
        plain: list[tuple[str, bool, bool, int]] = []
        for each in run.iterchildren("{*}*"):
            self._in_run(each, local(each), style, plain)
        text = "".join(part[0] for part in plain)
        if not text:
            return
        if look.hidden:
            self.hidden = self.hidden or bool(text.strip())
            return
        parts.append((text, bool(look.struck), bool(look.raised), look.position or 0))

    def _in_run(self, node: etree._Element, name: str, style: str | None, parts: list) -> None:
        if name == "fldChar":
            self._field_character(value(node, "fldCharType"), parts)
        elif name == "instrText":
            if self._fields:
                self._fields[-1].code += node.text or ""
        elif name in _GONE:
            self.tracked = True
        elif self._in_code():
            return
        elif name == "t":
            parts.append((node.text or "", False, False, 0))
        elif name in _CHARACTERS:
            parts.append((_CHARACTERS[name], False, False, 0))
        elif name == "sym":
            parts.append((_symbol(node), False, False, 0))
        elif name in ("footnoteReference", "endnoteReference"):
            parts.append((NOTE_MARK, False, False, 0))
        elif name == "AlternateContent":
            for each in chosen(node).iterchildren("{*}*"):
                self._in_run(each, local(each), style, parts)
        elif name == "ruby":
            # The reading above the characters is an aid, not a part of them.
            base = child(node, "rubyBase")
            if base is not None:
                self._walk(base, style, parts)
            parts.append((NOTE_MARK, False, False, 0))
        elif name in _SHOWN_NOT_AS_TEXT:
            self._shown(node, parts)
        elif name not in _SILENT:
            # What this reader does not know may be shown: better a mark than silence.
            parts.append((IMAGE_MARK, False, False, 0))

    def _in_code(self) -> bool:
        return any(not field.separated for field in self._fields)

    def _field_character(self, kind: str | None, parts: list) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].separated = True
            self._note_pages(self._fields[-1].code)
        elif kind == "end" and self._fields:
            field = self._fields.pop()
            self._note_pages(field.code)
            if not field.separated and not self._in_code() and not _begins(field.code, _INVISIBLE_FIELDS):
                parts.append((IMAGE_MARK, False, False, 0))

    def _simple_field(self, node: etree._Element, style: str | None, parts: list) -> None:
        if self._in_code():
            return
        code = value(node, "instr") or ""
        self._note_pages(code)
        before = len(parts)
        self._walk(node, style, parts)
        if len(parts) == before and not _begins(code, _INVISIBLE_FIELDS):
            parts.append((IMAGE_MARK, False, False, 0))

    def _note_pages(self, code: str) -> None:
        self.pages = self.pages or _begins(code, _PAGE_FIELDS)

    def _shown(self, node: etree._Element, parts: list) -> None:
        self.boxes += text_boxes(node)
        self.objects += local(node) == "object"
        parts.append((IMAGE_MARK, False, False, 0))


class _Field:
    def __init__(self) -> None:
        self.code = ""
        self.separated = False


_UNMARKED = {ord(mark): None for mark in (NOTE_MARK, STRUCK_MARK, IMAGE_MARK)}


def _with_marks(parts: list[tuple[str, bool, bool, int]]) -> str:
    # Lowering a whole line is how typists centre it; only characters that stand apart from their neighbours are raised.
    positions = {position for text, _, _, position in parts if text.strip()}
    found = []
    for text, struck, raised, position in parts:
        mark = STRUCK_MARK if struck else ""
        if raised or (len(positions) > 1 and position):
            mark += NOTE_MARK
        found.append(f"{mark}{text}{mark}" if mark and text.strip() else text)
    return "".join(found)


def _begins(code: str, names: tuple[str, ...]) -> bool:
    return code.strip().upper().partition(" ")[0] in names


def _symbol(node: etree._Element) -> str:
    """Return the character of a symbol font; it stands for a glyph that only the font knows, so it is never a digit."""
    code = value(node, "char") or ""
    try:
        number = int(code, 16)
    except ValueError:
        return IMAGE_MARK
    # Symbol fonts put their glyphs at F000 and above; a code below that names the same glyph, not the ASCII character.
    return chr(number if 0xE000 <= number <= 0xF8FF else 0xF000 + number % 0x100)


def chosen(alternatives: etree._Element) -> etree._Element:
    """Return the one of several alternatives that is shown: they hold the same content, once for each generation of Word."""
    choice = child(alternatives, "Choice")
    if choice is not None and len(choice):
        return choice
    fallback = child(alternatives, "Fallback")
    return alternatives.makeelement("none") if fallback is None else fallback


def text_boxes(node: etree._Element) -> list[etree._Element]:
    """Return the contents of the text boxes in a drawing, outermost only, each once."""
    found: list[etree._Element] = []
    for each in node.iterchildren("{*}*"):
        name = local(each)
        if name == "txbxContent":
            found.append(each)
        else:
            found += text_boxes(chosen(each) if name == "AlternateContent" else each)
    return found
