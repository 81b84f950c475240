"""The contracts catch what they describe, and what is generated from them follows them."""

from decimal import Decimal

import polars as pl
import pytest

from schemas import CELLS, FRAMES, MANIFEST, ContractError
from schemas.render import RENDERINGS, duckdb_type

CELL = {
    "document_id": "0123456789abcdef",
    "cell": "requests.received.total",
    "value": Decimal("1.5"),
    "unit": "件",
    "raw_text": "1.5",
    "status": "number",
    "locator": "table=1;row=1;cell=1",
}


def test_a_good_frame_passes_unchanged():
    frame = CELLS.build([CELL])
    assert CELLS.validate(frame).equals(frame)


# The canary: were validation lazy or switched off, each of these would pass.
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": "numbr"}, "numbr"),
        ({"document_id": "not hex"}, "not hex"),
        ({"cell": None}, "cell"),
    ],
)
def test_a_bad_value_fails_and_the_sentence_names_it(change, told):
    frame = CELLS.build([CELL | change])
    with pytest.raises(ContractError, match=told):
        CELLS.validate(frame)


def test_a_repeated_key_fails():
    with pytest.raises(ContractError, match="2 rows"):
        CELLS.validate(CELLS.build([CELL, CELL]))


def test_a_missing_an_extra_and_a_mistyped_column_fail():
    good = CELLS.build([CELL])
    for bad in (good.drop("locator"), good.with_columns(extra=1), good.with_columns(pl.col("value").cast(pl.Float64))):
        with pytest.raises(ContractError):
            CELLS.validate(bad)


def test_a_lazy_frame_is_refused_because_its_values_would_not_be_checked():
    with pytest.raises(TypeError, match="collect it first"):
        CELLS.validate(CELLS.build([CELL]).lazy())


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
def test_every_frame_has_a_grain_a_key_of_its_columns_and_described_columns(frame):
    names = [column.name for column in frame.columns]
    assert frame.grain.startswith("One row per")
    assert set(frame.key) <= set(names)
    assert len(set(names)) == len(names)
    assert all(column.description.endswith(".") or "…" in column.description for column in frame.columns)
    assert frame.validate(frame.empty()).height == 0


@pytest.mark.parametrize("path", RENDERINGS, ids=lambda path: path.name)
def test_generated_files_follow_the_contracts(path):
    assert path.read_text(encoding="utf-8") == RENDERINGS[path](), "run 'make contracts'"


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
def test_parquet_gives_duckdb_the_types_that_the_sources_state(frame, tmp_path):
    import duckdb

    path = tmp_path / "frame.parquet"
    frame.empty().write_parquet(path)
    with duckdb.connect() as connection:
        described = connection.execute(f"describe select * from read_parquet('{path}')").fetchall()
    assert [(name, kind.lower()) for name, kind, *_ in described] == [
        (column.name, duckdb_type(column.dtype)) for column in frame.columns
    ]


def test_the_manifest_keeps_a_file_that_cannot_be_read():
    nullable = {column.name for column in MANIFEST.columns if column.nullable}
    assert {"source_sha256", "problem"} <= nullable
