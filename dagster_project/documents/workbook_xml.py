"""What an Excel workbook (.xlsx) shows of its cells beyond their values, read from its XML.

Here: hidden rows and columns, number formats, borders, struck or raised characters, errors, formulas that were never
computed, how far a sheet reaches. Not here: values, shared strings, merged ranges (python-calamine in ``spreadsheet``).
"""

import re
from collections.abc import Iterator

from lxml import etree

from dagster_project.documents.number_formats import BUILT_IN
from dagster_project.documents.package import Package
from dagster_project.documents.pieces import NOTE_MARK, STRUCK_MARK, Unreadable
from dagster_project.documents.sheet_look import Place, SheetLook, SheetStyle

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = ("1", "true", "on")
_FALSE = ("0", "false", "off")
_SIDES = ("left", "right", "top", "bottom", "start", "end")
_RAISED = ("superscript", "subscript")
# What stands beyond Excel's last row or column is nothing that Excel wrote.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384


class Workbook:
    """The parts of one workbook.

    Raises:
        Unreadable: a part is missing, damaged, too large or declares a document type.
    """

    def __init__(self, package: Package):
        self._package = package
        main = package.main_part("xl/workbook.xml")
        root = package.xml(main)
        related = package.related(main)
        parts = {kind: part for kind, part in related.values() if part in package}
        self._sheets: dict[int, str] = {}
        for number, node in enumerate(root.iter("{*}sheet"), 1):
            identifier = next((text for key, text in node.attrib.items() if key.endswith("}id")), "")
            kind, part = related.get(identifier, ("", ""))
            if kind == "worksheet" and part in package:
                self._sheets[number] = part
        self._styles = self._read_styles(parts.get("styles"))
        self._marked_strings = self._read_strings(parts.get("sharedStrings"))

    def looks(self) -> dict[int, SheetLook]:
        """Return how each sheet of cells shows them, by the sheet's place in the workbook, from 1."""
        return {number: self._look(part) for number, part in self._sheets.items()}

    def _look(self, part: str) -> SheetLook:
        root = self._package.xml(part)
        look = SheetLook()
        view = next(root.iter("{*}sheetView"), None)
        formulas = view is not None and view.get("showFormulas") in _TRUE
        look.shows_zeros = view is None or view.get("showZeros") not in _FALSE
        defaults = next(root.iter("{*}sheetFormatPr"), None)
        rows_hidden = defaults is not None and defaults.get("zeroHeight") in _TRUE
        for node in root.iter("{*}col"):
            if node.get("hidden") in _TRUE or node.get("width") in ("0", "0.0"):
                first, last = _whole(node.get("min"), 1), _whole(node.get("max"), 0)
                look.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))
        for row, attributes, cells in _rows(root):
            hidden = attributes.get("hidden")
            if hidden in _TRUE or attributes.get("ht") == "0" or (rows_hidden and hidden is None):
                look.hidden_rows.add(row)
            for column, cell in cells:
                self._look_at(cell, (row, column), formulas, look)
        return look

    def _look_at(self, cell: etree._Element, place: Place, formulas: bool, look: SheetLook) -> None:
        kind = cell.get("t", "n")
        style = self._styles.get(_whole(cell.get("s"), 0), _NO_STYLE)
        formula = stored = inline = None
        for node in cell.iterchildren("{*}*"):
            match node.tag.rpartition("}")[2]:
                case "f":
                    formula = node
                case "v":
                    stored = node
                case "is":
                    inline = node
        value = (stored.text or "").strip() if stored is not None else ""
        if style.framed:
            look.framed.add(place)
        if not value and inline is None and formula is None:
            return
        look.rows, look.columns = max(look.rows, place[0] + 1), max(look.columns, place[1] + 1)
        text = None
        # An empty text is a formula's result, nothing at all is none.
        if formula is not None and (formulas or (not value and not (kind == "str" and stored is not None))):
            look.uncomputed += not formulas
            text = f"={formula.text or ''}"
        elif kind == "e":
            text = value
        elif kind == "s" and value.isdigit():
            text = self._marked_strings.get(int(value))
        elif inline is not None:
            text = _marked(inline)
        elif kind == "n" and style.code is not None:
            look.formats[place] = style.code
        if text is not None:
            look.texts[place] = text
        if style.mark:
            look.marks[place] = style.mark

    def _read_strings(self, part: str | None) -> dict[int, str]:
        """Return the shared strings that have struck or raised characters, with marks around these."""
        if part is None:
            return {}
        items = self._package.xml(part).iterchildren("{*}si")
        return {at: text for at, item in enumerate(items) if (text := _marked(item)) is not None}

    def _read_styles(self, part: str | None) -> dict[int, SheetStyle]:
        if part is None:
            return {}
        root = self._package.xml(part)
        codes = dict(BUILT_IN) | {
            _whole(node.get("numFmtId"), 0): node.get("formatCode", "") for node in root.iter("{*}numFmt")
        }
        marks = [_mark(node) for node in _under(root, "fonts")]
        borders = [any(_is_drawn(side) for side in node) for node in _under(root, "borders")]
        found = {}
        for at, node in enumerate(_under(root, "cellXfs")):
            number = _whole(node.get("numFmtId"), 0)
            code = codes.get(number, "unknown")
            font, border = _whole(node.get("fontId"), 0), _whole(node.get("borderId"), 0)
            found[at] = SheetStyle(
                code=None if code.lower() == "general" or code == "@" else code,
                framed=border < len(borders) and borders[border],
                mark=marks[font] if font < len(marks) else "",
            )
        return found


_NO_STYLE = SheetStyle(None, False, "")


def _under(root: etree._Element, name: str) -> Iterator[etree._Element]:
    for group in root.iterchildren("{*}" + name):
        yield from group.iterchildren("{*}*")


def _rows(root: etree._Element) -> Iterator[tuple[int, dict, list[tuple[int, etree._Element]]]]:
    """Yield each row's number from 0, its attributes and its cells with their columns; both may leave their places out."""
    row = -1
    seen: set[Place] = set()
    for data in root.iterchildren("{*}sheetData"):
        for node in data.iterchildren("{*}row"):
            row = _whole(node.get("r", str(row + 2)), MOST_ROWS + 1) - 1
            column, cells = -1, []
            for cell in node.iterchildren("{*}c"):
                place = cell.get("r")
                match = _REFERENCE.fullmatch(place or "")
                column = _column(match[1]) if match else column + 1
                elsewhere = place is not None and (match is None or int(match[2]) != row + 1)
                if elsewhere or column >= MOST_COLUMNS or not 0 <= row < MOST_ROWS or (row, column) in seen:
                    raise Unreadable(
                        "damaged",
                        "Expected an Excel workbook (.xlsx) whose cells stand once each and in their own rows, found the cell "
                        f"{cell.get('r', '')} out of place in row {row + 1}. Save it again in Excel.",
                    )
                seen.add((row, column))
                cells.append((column, cell))
            yield row, dict(node.attrib), cells


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _marked(item: etree._Element) -> str | None:
    """Return a string with marks around its struck and raised runs; None when it has none of these."""
    parts, any_mark = [], False
    for node in item.iterchildren("{*}*"):
        match node.tag.rpartition("}")[2]:
            case "t":
                parts.append(node.text or "")
            case "r":
                text = "".join(each.text or "" for each in node.iterchildren("{*}t"))
                look = next(node.iterchildren("{*}rPr"), None)
                mark = "" if look is None or not text.strip() else _mark(look)
                any_mark = any_mark or bool(mark)
                parts.append(f"{mark}{text}{mark}")
    return "".join(parts) if any_mark else None


def _mark(look: etree._Element) -> str:
    mark = ""
    for node in look.iterchildren("{*}*"):
        name, value = node.tag.rpartition("}")[2], node.get("val")
        if name == "strike" and value not in _FALSE:
            mark += STRUCK_MARK
        elif name == "vertAlign" and value in _RAISED:
            mark += NOTE_MARK
    return mark


def _is_drawn(side: etree._Element) -> bool:
    return side.tag.rpartition("}")[2] in _SIDES and side.get("style", "none") != "none"


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
