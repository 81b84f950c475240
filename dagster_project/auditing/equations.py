"""The equations of the forms as data, asked of all reports at once.

Here: the registry's equations spelled out over cells, and their evaluation over a frame of printed values: pass, fail, or
not assessable when an operand is not a number (blank is not zero). Not here: diagnosis, prose, other years; changing a value.

Sources: the caption printed on the request table (第一项加第二项之和，等于第三项加第四项之和) and the definitions of the totals in
国办公开办函〔2019〕60号 and 〔2021〕30号.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import numpy as np
import polars as pl

from dagster_project.forms import registry
from schemas import AUDIT_FINDINGS

_SETS = {"@outcomes": "outcomes", "@applicant_types": "applicant_types", "@results": "remedies"}
# Values are exact decimals with six digits behind the point; whole numbers of millionths keep every sum exact.
_MILLIONTHS = 1_000_000
# A sentence names so many cells; the column ``cells`` names them all.
_CELLS_NAMED = 2


@dataclass(frozen=True)
class Equation:
    """One equation at one place: the sum of ``left`` cells equals the sum of ``right`` cells."""

    rule: str
    severity: str
    place: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@cache
def equations(printed_rows: frozenset[str]) -> tuple[Equation, ...]:
    """Return the equations of a report that prints these rows (``table.row``), in the registry's order.

    Raises:
        registry.RegistryError: an equation names a row, column or set that the registry does not know.
    """
    spelled = []
    for line, rule in enumerate(registry.load("equations").iter_rows(named=True), start=2):
        table = rule["table"]
        columns = registry.column_order(table)
        rows = tuple(row.split(".")[1] for row in sorted(printed_rows) if row.startswith(f"{table}."))
        left, right = (_terms(rule[side], line) for side in ("left", "right"))
        known = set(columns) if rule["for_each"] == "row" else set(registry.cells().filter(table=table)["row"])
        for term in (*left, *right):
            if term not in known:
                raise registry.RegistryError(
                    f"equations.csv, line {line}: expected a {'column' if rule['for_each'] == 'row' else 'row'} of table {table}, found '{term}'."
                )
        if rule["for_each"] == "column":
            left, right = (tuple(term for term in side if term in rows) for side in (left, right))
        if not left or not right:
            continue
        for place in columns if rule["for_each"] == "column" else rows:
            cells = [
                tuple(
                    f"{table}.{term}.{place}" if rule["for_each"] == "column" else f"{table}.{place}.{term}"
                    for term in side
                )
                for side in (left, right)
            ]
            spelled.append(Equation(rule["equation"], rule["severity"], place, *cells))
    return tuple(spelled)


def _terms(text: str, line: int) -> tuple[str, ...]:
    terms: list[str] = []
    for term in text.split():
        if not term.startswith("@"):
            terms.append(term)
        elif term in _SETS:
            members = registry.load(_SETS[term])
            terms += (members.filter(kind="result") if "kind" in members.columns else members)["code"].to_list()
        else:
            raise registry.RegistryError(
                f"equations.csv, line {line}: expected a set of {', '.join(_SETS)}, found '{term}'."
            )
    return tuple(terms)


def ask(cells: pl.DataFrame) -> pl.DataFrame:
    """Ask every equation of every document.

    ``cells``: as schemas.CELLS. Returns a frame as schemas.AUDIT_FINDINGS: one row per document and equation of the rows
    that its report prints.
    """
    asked = cells.filter(pl.col("cell").str.count_matches(".", literal=True) == 2)
    if not asked.height:
        return AUDIT_FINDINGS.empty()
    documents = asked["document_id"].unique().sort()
    codes = asked["cell"].unique().sort()
    at = (
        asked.join(pl.DataFrame({"document_id": documents}).with_row_index("document"), on="document_id", how="left")
        .join(pl.DataFrame({"cell": codes}).with_row_index("column"), on="cell", how="left")
        .select("document", "column", millionths=(pl.col("value") * _MILLIONTHS).cast(pl.Int64))
    )
    shape = (documents.len(), codes.len())
    values = np.zeros(shape, dtype=np.int64)
    printed = np.zeros(shape, dtype=bool)
    known = np.zeros(shape, dtype=bool)
    places = (at["document"].to_numpy(), at["column"].to_numpy())
    values[places] = at["millionths"].fill_null(0).to_numpy()
    known[places] = at["millionths"].is_not_null().to_numpy()
    printed[places] = True
    column_of = {code: index for index, code in enumerate(codes)}
    # Reports that print the same rows have the same equations; there are as many kinds as forms and borrowed rows make.
    kinds, kind_of = np.unique(printed, axis=0, return_inverse=True)
    parts = []
    for kind, pattern in enumerate(kinds):
        members = np.flatnonzero(kind_of.ravel() == kind)
        rows = frozenset(code.rpartition(".")[0] for code, there in zip(codes, pattern, strict=True) if there)
        for equation in equations(rows):
            left = [column_of[code] for code in equation.left if code in column_of]
            right = [column_of[code] for code in equation.right if code in column_of]
            if len(left) + len(right) < len(equation.left) + len(equation.right):
                continue
            parts.append(_evaluate(equation, members, values, known, left, right))
    if not parts:
        return AUDIT_FINDINGS.empty()
    frame = pl.concat(parts)
    ids = _fingerprints(documents.gather(frame["document"]), frame["fingerprint"])
    return frame.with_columns(finding_id=ids, document_id=documents.gather(frame["document"])).select(
        AUDIT_FINDINGS.polars_schema.names()
    )


def _evaluate(
    equation: Equation, members: np.ndarray, values: np.ndarray, known: np.ndarray, left: list[int], right: list[int]
) -> pl.DataFrame:
    left_sum, right_sum = values[np.ix_(members, left)].sum(axis=1), values[np.ix_(members, right)].sum(axis=1)
    left_known, right_known = known[np.ix_(members, left)].all(axis=1), known[np.ix_(members, right)].all(axis=1)
    place = f"{equation.rule}.{equation.place}"
    return (
        pl.DataFrame(
            {
                "document": members,
                "left": left_sum,
                "right": right_sum,
                "left_known": left_known,
                "right_known": right_known,
            }
        )
        .with_columns(pl.col("document").cast(pl.UInt32))
        .with_columns(
            left_value=pl.when("left_known").then(_decimal("left")),
            right_value=pl.when("right_known").then(_decimal("right")),
            residual=pl.when(pl.col("left_known") & pl.col("right_known")).then(
                _decimal(pl.col("left") - pl.col("right"))
            ),
        )
        .select(
            "document",
            "left_value",
            "right_value",
            "residual",
            fingerprint=pl.lit(int(sha256(place.encode()).hexdigest()[:16], 16), pl.UInt64),
            rule=pl.lit(equation.rule),
            severity=pl.lit(equation.severity),
            place=pl.lit(equation.place),
            cells=pl.lit(" ".join((*equation.left, *equation.right))),
            status=pl.when(pl.col("residual").is_null())
            .then(pl.lit("not_assessable"))
            .when(pl.col("residual") == 0)
            .then(pl.lit("pass"))
            .otherwise(pl.lit("fail")),
            diagnosis=pl.when(pl.col("residual") != 0).then(
                pl.format(
                    f"{_told(equation.left)} is {{}}, {_told(equation.right)} is {{}}; they differ by {{}}.",
                    _plain("left_value"),
                    _plain("right_value"),
                    _plain("residual"),
                )
            ),
            suspect_cell=pl.lit(None, pl.String),
            implied_value=pl.lit(None, pl.Decimal(18, 6)),
            # Read from sound tables, so the numbers are the source's own.
            blame=pl.when(pl.col("residual") != 0).then(pl.lit("source")),
        )
    )


def _told(cells: tuple[str, ...]) -> str:
    if len(cells) == 1:
        return f"{cells[0]} as printed"
    if len(cells) <= _CELLS_NAMED:
        return "the sum of " + " and ".join(cells)
    return f"the sum of the {len(cells)} cells from {cells[0]} to {cells[-1]}"


def _decimal(millionths: str | pl.Expr) -> pl.Expr:
    value = pl.col(millionths) if isinstance(millionths, str) else millionths
    return (value.cast(pl.Decimal(18, 0)) / _MILLIONTHS).cast(pl.Decimal(18, 6))


def _plain(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def _fingerprints(document_ids: pl.Series, places: pl.Series) -> pl.Series:
    """Return the identifiers of findings: the document's identifier combined with its rule and place, so that both keep it stable."""
    numbers = np.fromiter((int(text, 16) for text in document_ids), dtype=np.uint64, count=document_ids.len())
    mixed = (numbers ^ places.to_numpy()).astype(">u8").tobytes().hex()
    return pl.Series([mixed[start : start + 16] for start in range(0, len(mixed), 16)], dtype=pl.String)
