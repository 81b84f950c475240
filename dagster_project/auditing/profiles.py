"""What of a report is compared across years and bodies, small enough to hold an archive's in memory.

Here: a few figures, a fingerprint of the request table, the sentences of its text as hashes. Not here: the comparisons
(``history``, ``similarity``).
"""

from hashlib import sha256

import polars as pl
from rensa import RMinHash

from schemas import PROFILES

# Figures by column of schemas.PROFILES.
FIGURES = {
    "requests_received": "requests.received.total",
    "requests_disposed": "requests.disposed.total",
    "review_cases": "remedies.review.total",
    "licence_decisions": "disclosure.licences.decisions",
    "penalty_decisions": "disclosure.penalties.decisions",
    "coercion_decisions": "disclosure.coercions.decisions",
    "fees": "disclosure.fees.collected",
    "normative_documents_issued": "disclosure.normative_documents.issued",
    "normative_documents_repealed": "disclosure.normative_documents.repealed",
    "normative_documents_in_force": "disclosure.normative_documents.in_force",
}
_LEFT_OUT = r"[\s\p{P}\p{S}]+"
# Two small tables are easily alike by chance: a request granted in one year, a request granted in the next.
LEAST_REQUESTS = 10
# What tells one reading of a document from another; the content's hash covers its body, its year and every cell.
READ_AS = ("reader_version", "content_sha256", "lane", "body_id", "body_name", "body_level", "body_kind", "scope", "report_year")
# Headings and signatures are alike everywhere.
SHORTEST_SENTENCE = 8
# What stands before the first chapter, and the last chapter with what follows it on the page, is no report of the body's own.
_LAST_CHAPTER = 6


def profiles(cells: pl.DataFrame, sections: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Return one row a report as schemas.PROFILES.

    ``cells``: as schemas.CELLS; ``sections``: as schemas.SECTIONS; ``documents``: as schemas.DOCUMENTS.
    """
    described = documents.select(
        "document_id", "body_id", "body_name", "report_year", "scope", "form", read_as=read_as(documents)
    )
    figures = (
        cells.filter(pl.col("cell").is_in(list(FIGURES.values())))
        .select("document_id", "cell", "value")
        .with_columns(figure=pl.col("cell").replace_strict({cell: name for name, cell in FIGURES.items()}, return_dtype=pl.String))
        .group_by("document_id")
        .agg(pl.col("value").filter(pl.col("figure") == name).first().alias(name) for name in FIGURES)
    )
    frame = (
        described.join(figures, on="document_id", how="left", maintain_order="left")
        .join(_tables(cells), on="document_id", how="left", maintain_order="left")
        .join(_sentences(sections, described), on="document_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("sentences").fill_null(pl.lit([], pl.List(pl.UInt64))),
            pl.col("lengths").fill_null(pl.lit([], pl.List(pl.UInt16))),
        )
    )
    return frame.sort("document_id").select(PROFILES.polars_schema.names())


def read_as(documents: pl.DataFrame) -> pl.Series:
    """Return the fingerprint of how each document was read."""
    told = documents.select(pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in READ_AS], separator="\n"))
    return pl.Series([sha256(text.encode()).hexdigest()[:16] for text in told.to_series()], dtype=pl.String)


def _tables(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the fingerprint of each request table that is large enough, and how many of its numbers are not zero."""
    busy = cells.filter(pl.col("cell") == FIGURES["requests_received"], pl.col("value") >= LEAST_REQUESTS).select("document_id")
    tables = (
        cells.join(busy, on="document_id", how="semi")
        .filter(pl.col("cell").str.starts_with("requests."))
        .sort("document_id", "cell")
        .group_by("document_id", maintain_order=True)
        .agg(
            content=pl.format("{}={}{}", "cell", "status", pl.col("value").cast(pl.String).fill_null("")).str.join(";"),
            request_cells_not_zero=(pl.col("value") != 0).sum().cast(pl.Int32),
        )
    )
    hashes = [sha256(content.encode()).hexdigest()[:16] for content in tables["content"]]
    return tables.select("document_id", "request_cells_not_zero", request_table=pl.Series(hashes, dtype=pl.String))


def _sentences(sections: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """Return the sentences of each report once: their hashes and lengths, without numbers, marks and the body's own name."""
    chaptered = pl.col("chapter").is_not_null().any().over("document_id")
    own = sections.filter(~chaptered | ((pl.col("position") > 0) & (pl.col("chapter").fill_null(0) != _LAST_CHAPTER)))
    texts = (
        own.sort("document_id", "position")
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("text").str.join(""))
        .join(described.select("document_id", "body_name"), on="document_id", how="inner", maintain_order="left")
    )
    # A body's name in a sentence taken over from another body is the one thing that is changed.
    nameless = [text.replace(name, "") if name else text for text, name in texts.select("text", "body_name").iter_rows()]
    split = (
        texts.select("document_id", text=pl.Series(nameless, dtype=pl.String))
        .with_columns(text=pl.col("text").str.replace_all(r"[；;！？!?]", "。"))
        .with_columns(text=pl.col("text").str.split("。"))
        .explode("text")
        .drop_nulls("text")
        .with_columns(text=pl.col("text").str.replace_all(r"[0-9０-９]+", "0").str.replace_all(_LEFT_OUT, ""))
        .filter(pl.col("text").str.len_chars() >= SHORTEST_SENTENCE)
        .unique(["document_id", "text"], maintain_order=True)
        .group_by("document_id", maintain_order=True)
        .agg("text", lengths=pl.col("text").str.len_chars().clip(upper_bound=2**16 - 1).cast(pl.UInt16))
    )
    hashes = RMinHash.hash_token_sets(split["text"].to_list()) if split.height else []
    return split.select("document_id", "lengths", sentences=pl.Series(hashes, dtype=pl.List(pl.UInt64)))
