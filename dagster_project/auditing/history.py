"""A report against its body's report of the year before: what can be, but hardly is.

Here: sizes a thousandfold off, nothing where there were hundreds, a table like last year's in every cell, more repealed than
there was. Not here: what must carry over from year to year by the form's own definition (``fct_continuity``), texts
(``similarity``).

Where the archive holds several versions of last year's report, a rule fails only when it fails against each of them.
"""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from dagster_project.auditing.findings import Found
from dagster_project.auditing.profiles import FIGURES

# 元 entered for 万元 is ten thousand times too much; a year's change and rounding leave it between these.
THOUSANDFOLD = (Decimal(1_000), Decimal(100_000))
# "Hundreds": so many last year, and none at all this year.
HUNDREDS = Decimal(100)
_THAT_FALL_TO_ZERO = ("requests_received", "licence_decisions", "penalty_decisions", "coercion_decisions")


def against_last_year(this_year: pl.DataFrame, last_year: pl.DataFrame) -> list[Found]:
    """Return what is implausible against the body's last report. Both frames: as schemas.PROFILES, one report year each."""
    pairs = pairs_of(this_year, last_year)
    return [*_magnitudes(pairs), *_zeros(pairs), *_repeated_tables(pairs), *_repealed(pairs)]


def pairs_of(this_year: pl.DataFrame, last_year: pl.DataFrame) -> pl.DataFrame:
    """Return each report with each of its body's reports of the year before, of the same scope; those end in ``_before``."""
    before = last_year.rename({name: f"{name}_before" for name in last_year.columns if name != "body_id"})
    pairs = this_year.filter(pl.col("body_id").is_not_null()).join(before, on="body_id", how="inner")
    same = pl.col("scope") == pl.col("scope_before")
    untold = pl.col("scope").is_in(["unknown"]) | pl.col("scope_before").is_in(["unknown"])
    return pairs.filter((same | untold).fill_null(True)).sort("document_id", "document_id_before")


def _always(pairs: pl.DataFrame, rule: pl.Expr, *columns: str) -> Iterator[tuple]:
    """Yield ``columns`` of one pair of each report for which ``rule`` is true of every pair."""
    judged = pairs.with_columns(_fails=rule.fill_null(False))
    always = judged.filter(pl.col("_fails").all().over("document_id")).unique("document_id", keep="last", maintain_order=True)
    yield from always.select("document_id", "report_year_before", *columns).iter_rows()


def _magnitudes(pairs: pl.DataFrame) -> Iterator[Found]:
    now, before = pl.col("fees").cast(pl.Float64), pl.col("fees_before").cast(pl.Float64)
    factor = pl.max_horizontal(now / before, before / now)
    rule = (now > 0) & (before > 0) & factor.is_between(*(float(bound) for bound in THOUSANDFOLD))
    for document, year, value, earlier in _always(pairs, rule, "fees", "fees_before"):
        more = value > earlier
        factor_told = round(value / earlier if more else earlier / value)
        yield _found(
            document,
            "fees_thousandfold",
            "plausibility",
            "fees",
            value,
            earlier,
            f"Fees of {_plain(value)} 万元 after {_plain(earlier)} in {year}: {factor_told:,} times {'more' if more else 'less'}. "
            f"{'This' if more else 'That'} year's may be in yuan.",
        )


def _zeros(pairs: pl.DataFrame) -> Iterator[Found]:
    for figure in _THAT_FALL_TO_ZERO:
        rule = (pl.col(figure) == 0) & (pl.col(f"{figure}_before") >= HUNDREDS)
        for document, year, value, earlier in _always(pairs, rule, figure, f"{figure}_before"):
            yield _found(
                document,
                "zero_after_hundreds",
                "plausibility",
                figure,
                value,
                earlier,
                f"{FIGURES[figure]} prints 0, and the body's report of {year} {_plain(earlier)}: the cell may have been left out.",
            )


def _repeated_tables(pairs: pl.DataFrame) -> Iterator[Found]:
    # Tables of few requests have no fingerprint.
    rule = pl.col("request_table") == pl.col("request_table_before")
    for document, year, cells in _always(pairs, rule, "request_cells_not_zero"):
        yield Found(
            document_id=document,
            rule="plausibility.table_repeated",
            family="plausibility",
            severity="plausibility",
            place="requests",
            cells=(),
            left=Decimal(cells),
            right=Decimal(0),
            diagnosis=f"The request table is that of {year} in every cell, {cells} of them not zero: it may not have been filled in anew.",
        )


def _repealed(pairs: pl.DataFrame) -> Iterator[Found]:
    left, right = pl.col("normative_documents_repealed"), pl.col("normative_documents_in_force_before") + pl.col("normative_documents_issued")
    kept = pairs.with_columns(stock=right)
    for document, year, repealed, stock in _always(kept, left > right, "normative_documents_repealed", "stock"):
        yield _found(
            document,
            "repealed_beyond_stock",
            "soft",
            "normative_documents_repealed",
            repealed,
            stock,
            f"{_plain(repealed)} normative documents repealed, but {_plain(stock)} were in force at the end of {year} or issued since.",
        )


def _found(document: str, rule: str, severity: str, figure: str, left: Decimal, right: Decimal, diagnosis: str) -> Found:
    return Found(
        document_id=document,
        rule=f"plausibility.{rule}",
        family="plausibility",
        severity=severity,
        place=figure,
        cells=(FIGURES[figure],),
        left=left,
        right=right,
        diagnosis=diagnosis,
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
