"""Excel workbooks (.xlsx, .xls): the visible cells of the visible sheets, as the program shows them.

Here: values (python-calamine), merged ranges, what is hidden, numbers and dates as texts. Not here: which rows are tables
(``sheets``), number formats (``number_formats``), what only the files' own structures tell (``workbook_xml``).

A cell covered by a merged range is not a cell. What is hidden is not read, and told. A formula that was never computed is
handed on as a formula, an error as an error, so that neither passes for a blank.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from dagster_project.documents import workbook_biff
from dagster_project.documents.compound import MAGIC, CompoundFile, title_of
from dagster_project.documents.number_formats import plain, shown
from dagster_project.documents.package import Package
from dagster_project.documents.pieces import Pieces, Unreadable
from dagster_project.documents.sheet_look import SheetLook
from dagster_project.documents.sheets import SheetCell, SheetRow, hand_on
from dagster_project.documents.workbook_xml import Workbook

KINDS = ("xlsx", "xls")

_WHAT = "an Excel workbook (.xlsx)"
# The grid between the first cell and the last one of a sheet, filled or not; a report has some thousand cells.
MOST_CELLS = 1_000_000
# Parts that values come from. Pictures, drawings and caches stay behind.
_VALUE_PARTS = ("xl/workbook.xml", "xl/sharedstrings.xml", "xl/styles.xml", "[content_types].xml", "_rels/.rels")

Value = str | int | float | bool | date | datetime | time | timedelta


def read(content: bytes, into: Pieces) -> None:
    """Read one workbook into ``into``: a table or more for each sheet.

    Raises:
        Unreadable: encrypted, damaged, of another format, too large, or without text.
    """
    if content.startswith(MAGIC) and "EncryptedPackage" not in CompoundFile(content).streams:
        _read_xls(content, into)
    elif b"schemas-microsoft-com:office:spreadsheet" in content[:8192]:
        raise Unreadable(
            "unsupported_kind",
            f"Expected {_WHAT}, found a workbook in the XML format of Excel 2003. Save it as .xlsx.",
        )
    else:
        _read_xlsx(content, into)


def _read_xlsx(content: bytes, into: Pieces) -> None:
    package = Package(content, _WHAT)
    if "xl/workbook.bin" in package or "content.xml" in package:
        raise Unreadable(
            "unsupported_kind",
            f"Expected {_WHAT}, found a {'binary' if 'xl/workbook.bin' in package else 'OpenDocument'} workbook. Save it as .xlsx.",
        )
    into.named("property_title", package.title())
    looks = Workbook(package).looks()
    _refuse_vast(looks)
    checked = package.repacked(lambda part: part in _VALUE_PARTS or part.startswith(("xl/worksheets/", "xl/_rels/")))
    _read_sheets(_opened(checked), looks, into)
    if not into.heading.lines and any(part.startswith("xl/media/") for part in package.parts):
        raise Unreadable(
            "scan_without_text",
            f"Expected {_WHAT} with cells, found pictures only: it is a scan. Supply the document it was made from.",
        )


def _read_xls(content: bytes, into: Pieces) -> None:
    looks, checked = workbook_biff.looks(content)
    _refuse_vast(looks)
    into.named("property_title", title_of(content))
    _read_sheets(_opened(checked), looks, into)


def _opened(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError:
        raise Unreadable(
            "encrypted",
            "Expected an Excel workbook that opens without a password, found an encrypted one. Remove the password and supply it again.",
        ) from None
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from None
    except BaseException as error:
        raise _panicked(error) from None


def _read_sheets(workbook: CalamineWorkbook, looks: dict[int, SheetLook], into: Pieces) -> None:
    hidden_sheets, uncomputed, hidden_cells = 0, 0, False
    for number, about in enumerate(workbook.sheets_metadata, 1):
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        if about.visible is not SheetVisibleEnum.Visible:
            hidden_sheets += 1
            continue
        look = looks.get(number, SheetLook())
        uncomputed += look.uncomputed
        hidden_cells = hidden_cells or bool(look.hidden_rows or look.hidden_columns)
        try:
            sheet = workbook.get_sheet_by_index(number - 1)
            rows = list(_rows(sheet, look))
        except (CalamineError, OSError, ValueError) as error:
            raise _damaged(error) from None
        except Unreadable:
            raise
        except BaseException as error:
            raise _panicked(error) from None
        into.named("heading", about.name)
        hand_on(rows, into, f"sheet={number}")
    if hidden_sheets:
        into.note("hidden_sheets", f"The workbook has {hidden_sheets} hidden sheet(s), which were not read.")
    if hidden_cells:
        into.note("hidden_cells", "The workbook has hidden rows or columns, which were not read.")
    if uncomputed:
        into.note(
            "formulas_not_computed",
            f"{uncomputed} formula(s) have no stored result: the program that wrote the workbook did not compute them. Their cells are "
            "not read. Open the workbook in Excel, save it, and supply it again.",
        )


def _rows(sheet: CalamineSheet, look: SheetLook) -> Iterator[SheetRow]:
    """Yield the visible rows of a sheet with their visible cells."""
    if sheet.end is None:
        return
    values = sheet.to_python(skip_empty_area=False)
    height, width = len(values), max(map(len, values), default=0)
    owners, spans = _merged(sheet, height, width)
    for row in range(height):
        if row in look.hidden_rows:
            continue
        cells = []
        for column in range(width):
            if column in look.hidden_columns:
                continue
            owner = owners.get((row, column), (row, column))
            first, last = spans.get(owner, (column, column))
            # A merged range shows its text in the first of its rows and columns that is not hidden.
            if owner != (row, column) and not _is_first_shown(owner, row, column, look):
                continue
            value = values[owner[0]][owner[1]] if owner[1] < len(values[owner[0]]) else ""
            cells.append(SheetCell(_text(value, owner, look), first, last, (row, column) in look.framed))
        yield SheetRow(row + 1, cells)


def _is_first_shown(owner: tuple[int, int], row: int, column: int, look: SheetLook) -> bool:
    """Tell whether everything of a merged range above and left of this place is hidden."""
    return all(each in look.hidden_rows for each in range(owner[0], row)) and all(
        each in look.hidden_columns for each in range(owner[1], column)
    )


def _merged(
    sheet: CalamineSheet, height: int, width: int
) -> tuple[dict[tuple[int, int], tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """Return for each place of a merged range the range's first place, and for that place its first and last column."""
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    painted = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        bottom, right = min(bottom, height - 1), min(right, width - 1)
        painted += max(0, bottom - top + 1) * max(0, right - left + 1)
        if painted > MOST_CELLS:
            raise _too_vast()
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                owners[row, column] = (top, left)
        spans[top, left] = (left, right)
    return owners, spans


def _text(value: Value, place: tuple[int, int], look: SheetLook) -> str:
    """Return what a cell shows."""
    if place in look.texts:
        text = look.texts[place]
    elif isinstance(value, bool):
        text = "TRUE" if value else "FALSE"
    elif isinstance(value, int | float):
        code = look.formats.get(place)
        text = plain(value) if code is None else shown(value, code)
        if value == 0 and not look.shows_zeros:
            text = ""
    elif isinstance(value, datetime | date | time):
        text = value.isoformat()
    else:
        text = str(value)
    mark = look.marks.get(place, "")
    return f"{mark}{text}{mark}" if mark and text.strip() else text


def _refuse_vast(looks: dict[int, SheetLook]) -> None:
    # Values are held in a grid up to the last of them: two cells can ask for all the memory that there is.
    if sum(look.rows * look.columns for look in looks.values()) > MOST_CELLS:
        raise _too_vast()


def _too_vast() -> Unreadable:
    return Unreadable(
        "too_large",
        f"Expected a workbook whose sheets reach over at most {MOST_CELLS} cells, found one that reaches further. Delete what stands far "
        "from the report and save the workbook again.",
    )


def _damaged(error: Exception) -> Unreadable:
    return Unreadable(
        "damaged", f"Expected a sound Excel workbook, found a damaged one ({error}). Fetch it again from its source."
    )


def _panicked(error: BaseException) -> BaseException:
    """Return what to raise for an error that is no Exception: the library's own crash is the file's fault, the rest is not."""
    return _damaged(Exception(str(error))) if type(error).__name__ == "PanicException" else error
