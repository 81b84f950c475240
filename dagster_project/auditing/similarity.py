"""How much of a report's text stands in the body's last report, or in another body's of the same year.

Here: the share, worked out exactly from sentences; candidates among all reports of a year by minhash and locality-sensitive
hashing (rensa), so that not every pair is compared. Not here: what a sentence is and its hash (``profiles``).

The share is that of the characters of a report's own text which stand in sentences that the other report holds too, numbers,
marks and the body's name left out. Repeated text is a fault that assessments of these reports count (内容雷同, 国办公开办函
〔2021〕30号).
"""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import polars as pl
from rensa import RMinHash, RMinHashLSH

from dagster_project.auditing.findings import Found
from dagster_project.auditing.history import pairs_of
from schemas import TEXT_SIMILARITY

# From this share on the repetition is a finding; below it, it is a figure.
REPEATED = 0.8
# Less text than this is alike by chance: a few phrases that everybody uses.
LEAST_SENTENCES = 10
LEAST_CHARACTERS = 300
# 32 bands of 4: two of three pairs that share a third of their sentences meet, and practically all that share half.
_PERMUTATIONS, _BANDS = 128, 32
_THRESHOLD = 0.4
_SEED = 1
# Hundreds of branches of one system publish one text; so many of them are compared, those of nearest length first.
MOST_COMPARED = 32
_HASH_BYTES = 8

_KINDS = {"last_year": "the body's own report of the year before", "other_body": "another body's report of the same year"}


def similarities(this_year: pl.DataFrame, last_year: pl.DataFrame) -> pl.DataFrame:
    """Return the most similar report of each kind as schemas.TEXT_SIMILARITY.

    Both frames: as schemas.PROFILES, one report year each. A report of another body is looked for among those of this year;
    a report without a row of that kind is like none of them.
    """
    enough = _with_enough_text(this_year)
    texts = {row[0]: _Text(row[1], row[2]) for row in enough.select("document_id", "sentences", "lengths").iter_rows()}
    before = _with_enough_text(last_year)
    earlier = {row[0]: _Text(row[1], row[2]) for row in before.select("document_id", "sentences", "lengths").iter_rows()}
    rows = []
    own = pairs_of(enough, before).group_by("document_id", maintain_order=True).agg("document_id_before")
    for document, candidates in own.iter_rows():
        rows.append(_most_similar(document, "last_year", texts[document], [(other, earlier[other]) for other in candidates]))
    for document, candidates in _neighbours(enough, texts):
        rows.append(_most_similar(document, "other_body", texts[document], [(other, texts[other]) for other in candidates]))
    return TEXT_SIMILARITY.build(rows).sort(*TEXT_SIMILARITY.key)


def repetitions(similar: pl.DataFrame, reports: pl.DataFrame) -> Iterator[Found]:
    """Yield a finding for each share of ``similar`` (as schemas.TEXT_SIMILARITY) that is a repetition.

    ``reports``: as schemas.PROFILES, of both years; they tell whose report the other one is.
    """
    whose = {row[0]: row[1:] for row in reports.select("document_id", "body_name", "report_year").iter_rows()}
    for document, kind, other, share in (
        similar.filter(pl.col("share") >= REPEATED).select("document_id", "kind", "other_document_id", "share").iter_rows()
    ):
        body, year = whose[other]
        yield Found(
            document_id=document,
            rule=f"similarity.{kind}",
            family="similarity",
            severity="plausibility",
            place="text",
            cells=(),
            left=_rounded(share),
            right=_rounded(REPEATED),
            diagnosis=f"{share:.0%} of the text stands in {_KINDS[kind]} too ({body} {year}, report {other}).",
        )


class _Text:
    """The sentences of a report (sorted hashes) and the characters of each."""

    def __init__(self, sentences: list[int], lengths: list[int]) -> None:
        hashes = np.array(sentences, dtype=np.uint64)
        order = np.argsort(hashes)
        self.hashes = hashes[order]
        self.lengths = np.array(lengths, dtype=np.int64)[order]

    def tokens(self) -> list[bytes]:
        data = self.hashes.tobytes()
        return [data[start : start + _HASH_BYTES] for start in range(0, len(data), _HASH_BYTES)]

    def repeated_in(self, other: "_Text") -> int:
        """Return how many characters stand in sentences that the other text holds too."""
        return int(self.lengths[np.isin(self.hashes, other.hashes, assume_unique=True)].sum())


def _with_enough_text(reports: pl.DataFrame) -> pl.DataFrame:
    enough = (pl.col("sentences").list.len() >= LEAST_SENTENCES) & (pl.col("lengths").list.sum() >= LEAST_CHARACTERS)
    return reports.filter(enough).sort("document_id")


def _most_similar(document: str, kind: str, text: _Text, candidates: list[tuple[str, _Text]]) -> dict:
    repeated, other = max((text.repeated_in(theirs), other) for other, theirs in candidates)
    whole = int(text.lengths.sum())
    return {
        "document_id": document,
        "kind": kind,
        "other_document_id": other,
        "share": repeated / whole,
        "characters_repeated": repeated,
        "characters": whole,
    }


def _neighbours(reports: pl.DataFrame, texts: dict[str, _Text]) -> Iterator[tuple[str, list[str]]]:
    """Yield each report with the reports of other bodies that it may be like."""
    if reports.height < 2:
        return
    documents = reports["document_id"].to_list()
    bodies = reports["body_id"].to_list()
    lengths = np.array([len(texts[document].hashes) for document in documents])
    sketches = RMinHash.from_token_sets([texts[document].tokens() for document in documents], num_perm=_PERMUTATIONS, seed=_SEED)
    index = RMinHashLSH(threshold=_THRESHOLD, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    index.insert_many(sketches)
    for place, sketch in enumerate(sketches):
        met = [other for other in index.query(sketch) if bodies[other] != bodies[place]]
        if met:
            nearest = sorted(met, key=lambda other, place=place: (abs(lengths[other] - lengths[place]), other))[:MOST_COMPARED]
            yield documents[place], [documents[other] for other in nearest]


def _rounded(share: float) -> Decimal:
    return round(Decimal(share), 6)
