"""The cells of many reports as matrices: one line a report, one column a cell.

Here: values in whole millionths, which of them are numbers, which cells are empty, which rows a report prints. Not here: any
rule about them (``equations``, ``ranges``, ``diagnosis``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

# Values are exact decimals with six digits behind the point; whole numbers of millionths keep every sum exact.
MILLIONTHS = 1_000_000
# A larger one counts as no number here: so the sum of any equation stays within DECIMAL(18,6) and within 64 bits.
LARGEST_OPERAND = 10_000_000_000 * MILLIONTHS
# What a body leaves empty, or fills with a sign that there is nothing.
_EMPTY = ("blank", "mark")


@dataclass(frozen=True)
class Kind:
    """Reports of one form that print the same cells. ``members`` are their lines in the sheet."""

    form: str | None
    printed: frozenset[str]
    members: np.ndarray

    @cached_property
    def rows(self) -> frozenset[str]:
        """The rows printed, as ``table.row``."""
        return frozenset(code.rpartition(".")[0] for code in self.printed)


@dataclass(frozen=True)
class Sheet:
    """Reports (``documents``, sorted identifiers, with ``forms`` beside them) by cells (``codes``, sorted).

    ``values``: int64 in millionths, 0 where there is no number. ``known``: a number is there that can be added up.
    ``too_large``: one that cannot. ``empty``: the cell is blank or holds a mark. ``printed``: the report has this cell.
    ``with_unit``: its unit is known. All of shape reports by cells.
    """

    documents: pl.Series
    forms: tuple[str | None, ...]
    codes: pl.Series
    values: np.ndarray
    known: np.ndarray
    empty: np.ndarray
    printed: np.ndarray
    with_unit: np.ndarray
    too_large: np.ndarray

    @classmethod
    def of(cls, cells: pl.DataFrame, documents: pl.DataFrame) -> "Sheet":
        """Lay out ``cells`` (document_id, cell, value, unit, status) of ``documents`` (document_id, form)."""
        ids = cells["document_id"].unique().sort()
        codes = cells["cell"].unique().sort()
        forms = dict(documents.select("document_id", "form").iter_rows())
        at = cells.join(pl.DataFrame({"document_id": ids}).with_row_index("line"), on="document_id", how="left").join(
            pl.DataFrame({"cell": codes}).with_row_index("column"), on="cell", how="left"
        )
        places = (at["line"].to_numpy(), at["column"].to_numpy())
        millionths = at["value"].cast(pl.Decimal(18, 6)).to_physical().cast(pl.Int64)
        shape = (ids.len(), codes.len())
        values = np.zeros(shape, dtype=np.int64)
        known, empty, printed, with_unit, too_large = (np.zeros(shape, dtype=bool) for _ in range(5))
        values[places] = millionths.fill_null(0).to_numpy()
        known[places] = (millionths.abs() <= LARGEST_OPERAND).fill_null(False).to_numpy()
        too_large[places] = (millionths.abs() > LARGEST_OPERAND).fill_null(False).to_numpy()
        empty[places] = at["status"].is_in(list(_EMPTY)).to_numpy()
        printed[places] = True
        with_unit[places] = at["unit"].is_not_null().to_numpy()
        lines = (values, known, empty, printed, with_unit, too_large)
        return cls(ids, tuple(forms.get(identifier) for identifier in ids), codes, *lines)

    @cached_property
    def column_of(self) -> dict[str, int]:
        return {code: column for column, code in enumerate(self.codes)}

    def kinds(self) -> Iterator[Kind]:
        """Yield the reports grouped by form and printed cells: as many kinds as forms and borrowed rows make."""
        if not self.documents.len():
            return
        names = sorted({form or "" for form in self.forms})
        form_at = np.array([names.index(form or "") for form in self.forms], dtype=np.int64)
        patterns = np.hstack([np.packbits(self.printed, axis=1), form_at[:, None].astype(np.uint8)])
        _, first, kind_of = np.unique(patterns, axis=0, return_index=True, return_inverse=True)
        codes = self.codes.to_numpy()
        for kind, line in enumerate(first):
            yield Kind(
                self.forms[line],
                frozenset(codes[self.printed[line]].tolist()),
                np.flatnonzero(kind_of.ravel() == kind),
            )

    def take(self, codes: list[str], members: np.ndarray, what: np.ndarray) -> np.ndarray:
        """Return ``what`` (values, known or empty) of reports by ``codes``; cells that no report has are 0 and unknown."""
        taken = np.zeros((len(members), len(codes)), dtype=what.dtype)
        there = [place for place, code in enumerate(codes) if code in self.column_of]
        taken[:, there] = what[np.ix_(members, [self.column_of[codes[place]] for place in there])]
        return taken


def number(millionths: int) -> str:
    """Return a value in millionths as a person writes it."""
    whole, rest = divmod(abs(int(millionths)), MILLIONTHS)
    text = str(whole) + (f".{rest:06d}".rstrip("0") if rest else "")
    return f"-{text}" if millionths < 0 else text
