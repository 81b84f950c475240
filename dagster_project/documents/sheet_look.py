"""How a sheet shows its cells, whatever kind of workbook it stands in.

Here: the record that ``workbook_xml`` and ``workbook_biff`` fill and ``spreadsheet`` asks. Not here: reading it from a file.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

Place = tuple[int, int]  # row and column, from 0


class SheetStyle(NamedTuple):
    """One cell format: its number format (None for General), whether it draws a border, the mark of its font."""

    code: str | None
    framed: bool
    mark: str


@dataclass
class SheetLook:
    """How one sheet shows its cells. ``texts`` are handed on in place of values, ``formats`` are number formats other than
    General, ``marks`` of cells whose whole text is struck or raised, ``framed`` are cells with a border, ``rows`` and
    ``columns`` tell how far values reach, ``uncomputed`` counts formulas without a result."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    texts: dict[Place, str] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    marks: dict[Place, str] = field(default_factory=dict)
    framed: set[Place] = field(default_factory=set)
    shows_zeros: bool = True
    uncomputed: int = 0
    rows: int = 0
    columns: int = 0
