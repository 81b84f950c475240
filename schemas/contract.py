"""What a contract is: columns, types, vocabularies, ranges and keys of one staged frame, checked by pandera.

Here: the two dataclasses, the empty frame and the eager check. Not here: which frames exist (``frames``), how a contract
looks in dbt or in the dictionary (``render``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors


class ContractError(ValueError):
    """A frame broke its contract. The message says which column, which rule, how often and shows a few rows."""


@dataclass(frozen=True)
class Column:
    """One column of a staged frame.

    ``values`` is a closed vocabulary, ``at_least`` and ``at_most`` a closed range, ``pattern`` a regular expression that
    the whole text must match. NULL is allowed only where ``nullable`` says so.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    description: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    pattern: str | None = None
    unit: str | None = None

    def checks(self) -> list[pa.Check]:
        checks = []
        if self.values:
            checks.append(pa.Check.isin(list(self.values)))
        if self.at_least is not None:
            checks.append(pa.Check.ge(self.at_least))
        if self.at_most is not None:
            checks.append(pa.Check.le(self.at_most))
        if self.pattern is not None:
            checks.append(pa.Check.str_matches(self.pattern))
        return checks


@dataclass(frozen=True)
class Frame:
    """The contract of one staged frame: its grain in a sentence, its key, its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def polars_schema(self) -> pl.Schema:
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @cached_property
    def pandera_schema(self) -> pa.DataFrameSchema:
        return pa.DataFrameSchema(
            {
                column.name: pa.Column(
                    column.dtype, checks=column.checks(), nullable=column.nullable, description=column.description
                )
                for column in self.columns
            },
            unique=list(self.key),
            strict=True,
            ordered=True,
            name=self.name,
        )

    def empty(self) -> pl.DataFrame:
        """Return the frame with no rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def build(self, rows: Sequence[dict] | dict[str, Sequence]) -> pl.DataFrame:
        """Return a frame of this schema from rows or columns; a value of another type is an error, never cast."""
        return pl.DataFrame(rows, schema=self.polars_schema, strict=True)

    def validate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Check ``frame`` eagerly and return it unchanged.

        Eager on purpose: on a LazyFrame pandera looks at names and types only.

        Raises:
            ContractError: any column, type, vocabulary, range or key is not as described.
            TypeError: ``frame`` is lazy.
        """
        if not isinstance(frame, pl.DataFrame):
            raise TypeError(
                f"{self.name}: expected an eager polars DataFrame, found {type(frame).__name__}; collect it first"
            )
        try:
            return self.pandera_schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            raise ContractError(self._sentence(error, frame)) from error

    def _sentence(self, error: SchemaErrors, frame: pl.DataFrame) -> str:
        cases = error.failure_cases
        lines = [f"The frame '{self.name}' ({frame.height} rows) breaks its contract ({self.grain})"]
        grouped = cases.group_by("column", "check", maintain_order=True).agg(pl.len(), pl.col("failure_case").head(3))
        for column, check, count, samples in grouped.head(10).iter_rows():
            shown = ", ".join(str(sample) for sample in samples)
            lines.append(f"  column {column}: {check} failed {count} time(s), for example: {shown}")
        lines.append("Nothing was stored. Correct what produces the frame, or its contract in schemas/frames.py.")
        return "\n".join(lines)
