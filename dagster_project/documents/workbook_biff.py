"""What an older Excel workbook (.xls, [MS-XLS]) shows of its cells beyond their values, read from its records.

Here: the same as ``workbook_xml`` tells of .xlsx; a workbook that python-calamine may be given. Not here: values, texts,
merged ranges (python-calamine in ``spreadsheet``), the container (``compound``).

python-calamine reserves memory by what records promise, reads the numbers that charts keep as if they stood in cells, and
fails on formulas and names that it does not know. Of the workbook it gets, only what values come from is left.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum

from dagster_project.documents.compound import CompoundFile, wrapped
from dagster_project.documents.number_formats import BUILT_IN
from dagster_project.documents.pieces import NOTE_MARK, STRUCK_MARK, Unreadable
from dagster_project.documents.sheet_look import Place, SheetLook, SheetStyle


class _Record(IntEnum):
    BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
    FILEPASS, BOUNDSHEET, FORMAT, FONT, XF, SST = 0x002F, 0x0085, 0x041E, 0x0031, 0x00E0, 0x00FC
    ROW, COLINFO, WINDOW2, DEFAULTROWHEIGHT = 0x0208, 0x007D, 0x023E, 0x0225
    FORMULA, NUMBER, RK, MULRK, BOOLERR = 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
    LABEL, LABELSST, RSTRING, BLANK, MULBLANK = 0x0204, 0x00FD, 0x00D6, 0x0201, 0x00BE
    CODEPAGE, DIMENSIONS, NAME, EXTERNSHEET, TABID, DRAWINGS = 0x0042, 0x0200, 0x0018, 0x0017, 0x013D, 0x00EB


_SINGLE = {
    _Record.FORMULA,
    _Record.NUMBER,
    _Record.RK,
    _Record.BOOLERR,
    _Record.LABEL,
    _Record.LABELSST,
    _Record.RSTRING,
}
_LEFT_OUT = {_Record.DIMENSIONS, _Record.NAME, _Record.EXTERNSHEET, _Record.TABID, _Record.DRAWINGS}
_NOTHING = 0x0000
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 932: "cp932", 1252: "cp1252"}
_MOST_SHEETS = 256
# Its length and what kind of characters it has.
_SHORTEST_STRING = 3
_BIFF8 = 0x0600
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
# What a formula's eight bytes of result hold when they are no number.
_NO_NUMBER, _RESULT_ERROR, _RESULT_EMPTY = 0xFFFF, 2, 3
_HIDDEN_ROW, _HIDDEN_COLUMN, _HIDDEN_BY_DEFAULT = 0x0020, 0x0001, 0x0002
_SHOWS_FORMULAS, _SHOWS_ZEROS = 0x0001, 0x0010
_STRUCK = 0x0008
# Font number 4 is left out in every file; those behind it are counted as if it were there.
_MISSING_FONT = 4
_MOST_COLUMNS = 256


_NO_STYLE = SheetStyle(None, False, "")


def looks(content: bytes) -> tuple[dict[int, SheetLook], bytes]:
    """Return how each sheet of a workbook shows its cells, by the sheet's place in the workbook, from 1, and the workbook
    without what python-calamine must not meet.

    Raises:
        Unreadable: no compound file, encrypted, damaged, or with more sheets or strings than its bytes can hold.
    """
    compound = CompoundFile(content)
    name = next((name for name in ("Workbook", "Book") if name in compound.streams), None)
    if name is None:
        raise _damaged("it has no workbook inside")
    try:
        book = _Book(compound.read(name))
        return book.looks(), wrapped("Workbook", book.cleaned())
    except (struct.error, IndexError) as error:
        raise _damaged(f"a record is cut short: {error}") from None


class _Book:
    def __init__(self, stream: bytes):
        self._stream = stream
        self._code_page = "cp1252"
        self._marked_strings: dict[int, str] = {}
        fonts: list[str] = []
        formats = dict(BUILT_IN)
        styles: list[tuple[int, int, bool]] = []
        self._sheets: list[int] = []
        records = self._records(0)
        opcode, first = next(records, (0, b""))
        if opcode != _Record.BOF:
            raise _damaged("it does not begin as workbooks of Excel 5 and later do")
        self._unicode = struct.unpack_from("<H", first)[0] == _BIFF8
        strings: list[bytes] = []
        for opcode, data in records:
            if opcode == _Record.FILEPASS:
                raise Unreadable(
                    "encrypted",
                    "Expected an Excel workbook (.xls) that opens without a password, found an encrypted one. Remove the password "
                    "and supply it again.",
                )
            if strings and opcode == _Record.CONTINUE:
                strings.append(data)
                continue
            if strings:
                self._read_strings(strings, fonts)
                strings = []
            match opcode:
                case _Record.FONT:
                    fonts.append(_font_mark(data))
                case _Record.FORMAT:
                    formats[struct.unpack_from("<H", data)[0]] = self._format(data)
                case _Record.XF:
                    font, number = struct.unpack_from("<HH", data)
                    # The four sides' line styles; Excel 5 keeps them elsewhere and its frames are not asked.
                    framed = self._unicode and bool(struct.unpack_from("<H", data, 10)[0])
                    styles.append((font, number, framed))
                case _Record.BOUNDSHEET:
                    self._sheets.append(struct.unpack_from("<I", data)[0])
                    if len(self._sheets) > _MOST_SHEETS:
                        raise _damaged(f"more than {_MOST_SHEETS} sheets")
                case _Record.CODEPAGE:
                    self._code_page = _CODE_PAGES.get(struct.unpack_from("<H", data)[0], self._code_page)
                case _Record.SST:
                    strings = [data]
        if strings:
            self._read_strings(strings, fonts)
        self._styles = [
            SheetStyle(_code(formats.get(number, "unknown")), framed, _mark_of(fonts, font))
            for font, number, framed in styles
        ]

    def looks(self) -> dict[int, SheetLook]:
        return {number: self._look(at) for number, at in enumerate(self._sheets, 1)}

    def cleaned(self) -> bytes:
        """Return the stream with the same records in the same places, those that values do not come from as nothing."""
        stream = bytearray(self._stream)
        for start in (0, *self._sheets):
            for at, opcode, length, depth in self._walk(start):
                if depth > 1 or opcode in _LEFT_OUT:
                    struct.pack_into("<H", stream, at, _NOTHING)
                elif opcode == _Record.FORMULA and length >= 22:
                    struct.pack_into("<H", stream, at + 4 + 20, 0)  # the length of its tokens; its result stands before
        return bytes(stream)

    def _records(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Yield the records of the substream that begins at a place, without those of charts inside it."""
        for at, opcode, length, depth in self._walk(start):
            if depth == 1:
                yield opcode, self._stream[at + 4 : at + 4 + length]

    def _walk(self, at: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield place, opcode, length and depth of each record of a substream, its own end left out."""
        depth = 0
        while at + 4 <= len(self._stream):
            opcode, length = struct.unpack_from("<HH", self._stream, at)
            depth += opcode == _Record.BOF
            # The end of a chart belongs to the chart.
            if opcode == _Record.EOF and depth == 1 or depth == 0:
                return
            if at + 4 + length > len(self._stream):
                raise _damaged("a record reaches beyond the end")
            yield at, opcode, length, depth
            depth -= opcode == _Record.EOF
            at += 4 + length

    def _format(self, data: bytes) -> str:
        if not self._unicode:
            return data[3 : 3 + data[2]].decode("latin-1")
        length, flags = struct.unpack_from("<HB", data, 2)
        return data[5:].decode("utf-16-le", "replace")[:length] if flags & 1 else data[5 : 5 + length].decode("latin-1")

    def _read_strings(self, parts: list[bytes], fonts: list[str]) -> None:
        """Note the shared strings with struck or raised runs."""
        reader = _Strings(parts)
        _, count = reader.unpack("<II")
        if count * _SHORTEST_STRING > sum(map(len, parts)):
            raise _damaged("it promises more strings than it holds")
        for number in range(count):
            if reader.ended:
                return
            text, runs = reader.string()
            if any(_mark_of(fonts, font) for _, font in runs):
                self._marked_strings[number] = _with_marks(text, runs, fonts)

    def _look(self, at: int) -> SheetLook:
        look = SheetLook()
        formulas = False
        rows_hidden, shown_rows = False, set()
        for opcode, data in self._records(at):
            match opcode:
                case _Record.ROW:
                    row, grbit = struct.unpack_from("<H", data)[0], struct.unpack_from("<H", data, 12)[0]
                    (look.hidden_rows if grbit & _HIDDEN_ROW else shown_rows).add(row)
                case _Record.COLINFO:
                    first, last, width, _, grbit = struct.unpack_from("<HHHHH", data)
                    if grbit & _HIDDEN_COLUMN or not width:
                        look.hidden_columns.update(range(first, min(last, _MOST_COLUMNS - 1) + 1))
                case _Record.WINDOW2:
                    grbit = struct.unpack_from("<H", data)[0]
                    formulas, look.shows_zeros = bool(grbit & _SHOWS_FORMULAS), bool(grbit & _SHOWS_ZEROS)
                case _Record.DEFAULTROWHEIGHT:
                    rows_hidden = bool(struct.unpack_from("<H", data)[0] & _HIDDEN_BY_DEFAULT)
                case _Record.MULRK:
                    row, first = struct.unpack_from("<HH", data)
                    for step in range((len(data) - 6) // 6):
                        self._cell(
                            look, (row, first + step), struct.unpack_from("<H", data, 4 + 6 * step)[0], number=True
                        )
                case _Record.MULBLANK:
                    row, first = struct.unpack_from("<HH", data)
                    for step in range((len(data) - 6) // 2):
                        if self._style(struct.unpack_from("<H", data, 4 + 2 * step)[0]).framed:
                            look.framed.add((row, first + step))
                case _Record.BLANK:
                    row, column, style = struct.unpack_from("<HHH", data)
                    if self._style(style).framed:
                        look.framed.add((row, column))
                case _ if opcode in _SINGLE:
                    self._single(look, opcode, data)
        if formulas:
            raise Unreadable(
                "formulas_shown",
                "Expected a sheet that shows values, found one that is set to show formulas. Switch this off in Excel and save it again.",
            )
        if rows_hidden:
            look.hidden_rows.update(set(range(look.rows)) - shown_rows)
        return look

    def _single(self, look: SheetLook, opcode: int, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data)
        place = (row, column)
        number = opcode in (_Record.NUMBER, _Record.RK)
        if opcode == _Record.FORMULA:
            kind, error, marker = data[6], data[8], struct.unpack_from("<H", data, 12)[0]
            number = marker != _NO_NUMBER
            if not number and kind == _RESULT_ERROR:
                look.texts[place] = _ERRORS.get(error, "#ERROR!")
            elif not number and kind == _RESULT_EMPTY:
                # An empty text as result, or no result at all: the two look the same, and neither is a blank cell.
                look.texts[place] = "="
                look.uncomputed += 1
        elif opcode == _Record.BOOLERR and data[7]:
            look.texts[place] = _ERRORS.get(data[6], "#ERROR!")
        elif opcode == _Record.LABELSST:
            marked = self._marked_strings.get(struct.unpack_from("<I", data, 6)[0])
            if marked is not None:
                look.texts[place] = marked
        elif opcode == _Record.RSTRING:
            # Characters in several fonts, in a file of Excel 5: which of them is raised is not told apart.
            look.texts[place] = NOTE_MARK + data[8 : 8 + struct.unpack_from("<H", data, 6)[0]].decode(
                self._code_page, "replace"
            )
        self._cell(look, place, style, number)

    def _cell(self, look: SheetLook, place: Place, style: int, number: bool) -> None:
        found = self._style(style)
        look.rows, look.columns = max(look.rows, place[0] + 1), max(look.columns, place[1] + 1)
        if number and found.code is not None:
            look.formats[place] = found.code
        if found.framed:
            look.framed.add(place)
        if found.mark:
            look.marks[place] = found.mark

    def _style(self, number: int) -> SheetStyle:
        return self._styles[number] if number < len(self._styles) else _NO_STYLE


class _Strings:
    """The shared strings: one long record, cut into parts anywhere, even inside a string."""

    def __init__(self, parts: list[bytes]):
        self._parts = parts
        self._part = 0
        self._at = 0

    @property
    def ended(self) -> bool:
        return self._part >= len(self._parts) - 1 and self._at >= len(self._parts[-1])

    def take(self, count: int) -> bytes:
        found = b""
        while count > 0:
            piece = self._parts[self._part][self._at : self._at + count]
            if not piece:
                self._next()
                continue
            found += piece
            count -= len(piece)
            self._at += len(piece)
        return found

    def unpack(self, form: str) -> tuple:
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def string(self) -> tuple[bytes, list[tuple[int, int]]]:
        """Return the next string in UTF-16 and its runs: (first unit, font)."""
        length, flags = self.unpack("<HB")
        runs = self.unpack("<H")[0] if flags & 0x08 else 0
        extended = self.unpack("<I")[0] if flags & 0x04 else 0
        # In UTF-16 throughout: runs count its units, not characters.
        text, wide = b"", flags & 0x01
        while len(text) < 2 * length:
            left = len(self._parts[self._part]) - self._at
            if not left:
                self._next()
                # The part begins with whether its characters take one byte or two.
                wide = self.take(1)[0] & 0x01
                continue
            wanted = length - len(text) // 2
            if wide:
                text += self.take(min(2 * wanted, max(2, left // 2 * 2)))
            else:
                text += self.take(min(wanted, left)).decode("latin-1").encode("utf-16-le")
        found = [self.unpack("<HH") for _ in range(runs)]
        self.take(extended)
        return text, found

    def _next(self) -> None:
        self._part, self._at = self._part + 1, 0
        if self._part >= len(self._parts):
            raise IndexError("the shared strings end early")


def _with_marks(text: bytes, runs: list[tuple[int, int]], fonts: list[str]) -> str:
    def part(first: int, last: int) -> str:
        return text[2 * first : 2 * last].decode("utf-16-le", "replace")

    ends = [first for first, _ in runs[1:]] + [len(text) // 2]
    found = part(0, runs[0][0])
    for (first, font), end in zip(runs, ends, strict=True):
        mark = _mark_of(fonts, font)
        found += f"{mark}{part(first, end)}{mark}"
    return found


def _font_mark(data: bytes) -> str:
    grbit, _, _, raised = struct.unpack_from("<HHHH", data, 2)
    return (STRUCK_MARK if grbit & _STRUCK else "") + (NOTE_MARK if raised in (1, 2) else "")


def _mark_of(fonts: list[str], number: int) -> str:
    number -= number > _MISSING_FONT
    return fonts[number] if number < len(fonts) else ""


def _code(code: str) -> str | None:
    return None if code.lower() == "general" or code == "@" else code


def _damaged(why: str) -> Unreadable:
    return Unreadable(
        "damaged", f"Expected an Excel workbook (.xls), found a damaged one ({why}). Fetch it again from its source."
    )
