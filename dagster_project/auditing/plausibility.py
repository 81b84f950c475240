"""What is arithmetically possible but hardly true of this body or this year: asked of one report alone.

Here: regulations of a body that cannot issue them, fees too large for the body, a text about another year. Not here: comparison
with the body's last year (``history``), equations, sentences with figures (``claims``).

Who may issue 规章 is laid down in the 立法法: departments of the State Council, governments of provinces and of cities with
districts (设区的市、自治州). Nobody else's report can hold any, also not as an office of its own.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from dagster_project.auditing.findings import Found

_REGULATIONS = tuple(f"disclosure.regulations.{column}" for column in ("issued", "repealed", "in_force", "made"))
_FEES = "disclosure.fees.collected"
# Bodies that never issue regulations, whatever their level, unless they are national.
_SUBORDINATE = ("department", "institution", "dispatched_office", "vertical_branch", "street", "township")
_LOW_LEVELS = ("county", "township")
# In 万元: a thousand million yuan, more than a single organ of a county takes in fees.
MOST_FEES_OF_A_LOW_BODY = Decimal(100_000)
_PERIOD = re.compile(r"统计(?:数据)?(?:的)?(?:期限|期间|时限|时间)[^。；\d]{0,8}(20\d\d)年\d{1,2}月")
# A sentence that begins with a year, and whether its own body acts in it: 某年，我局…
_BEGINNING = re.compile(r"(?:^|[。！；\n）)])\s*(20\d\d)年(?:度)?[，,]?(?:以来，?)?((?:我|本|全)[一-鿿])?", re.MULTILINE)
_OVERVIEW = 1


def implausible(cells: pl.DataFrame, sections: pl.DataFrame, documents: pl.DataFrame) -> list[Found]:
    """Return what is implausible in reports by themselves.

    ``cells``: as schemas.CELLS; ``sections``: as schemas.SECTIONS; ``documents``: as schemas.DOCUMENTS (document_id,
    body_name, body_level, body_kind, report_year).
    """
    return [
        *_regulations(cells, documents),
        *_fees(cells, documents),
        *_years(sections, documents),
    ]


def _regulations(cells: pl.DataFrame, documents: pl.DataFrame) -> Iterator[Found]:
    low = pl.col("body_level").is_in(list(_LOW_LEVELS))
    subordinate = pl.col("body_kind").is_in(list(_SUBORDINATE)) & pl.col("body_level").is_in(["province", "prefecture"])
    unable = documents.filter(low | subordinate).select("document_id", "body_name")
    printed = cells.filter(pl.col("cell").is_in(list(_REGULATIONS)), pl.col("value") > 0)
    found = printed.join(unable, on="document_id", how="inner").sort("document_id", "cell")
    for (document, body), theirs in found.group_by("document_id", "body_name", maintain_order=True):
        named = theirs["cell"].to_list()
        stated = ", ".join(f"{cell} {value.normalize():f}" for cell, value in theirs.select("cell", "value").iter_rows())
        yield Found(
            document_id=document,
            rule="plausibility.regulations_by_body",
            family="plausibility",
            severity="soft",
            place="regulations",
            cells=tuple(named),
            left=theirs["value"].sum(),
            right=Decimal(0),
            diagnosis=f"{body} cannot issue regulations (规章), but the table prints {stated}; documents of another kind or of "
            "another body were counted.",
        )


def _fees(cells: pl.DataFrame, documents: pl.DataFrame) -> Iterator[Found]:
    low = documents.filter(
        pl.col("body_level").is_in(list(_LOW_LEVELS)) & pl.col("body_kind").is_in(list(_SUBORDINATE))
    ).select("document_id", "body_name")
    printed = cells.filter(pl.col("cell") == _FEES, pl.col("unit") == "万元", pl.col("value") > MOST_FEES_OF_A_LOW_BODY)
    for document, value, body in (
        printed.join(low, on="document_id", how="inner").sort("document_id").select("document_id", "value", "body_name").iter_rows()
    ):
        yield Found(
            document_id=document,
            rule="plausibility.fees_of_body",
            family="plausibility",
            severity="plausibility",
            place="fees",
            cells=(_FEES,),
            left=value,
            right=MOST_FEES_OF_A_LOW_BODY,
            diagnosis=f"{body} prints {value.normalize():f} 万元 of fees, more than such a body takes in; yuan may have been "
            "entered where 万元 is asked for.",
        )


def _years(sections: pl.DataFrame, documents: pl.DataFrame) -> Iterator[Found]:
    """Find texts about another year: the sentence on the statistics period, or an overview in which the body acts in another
    year and no sentence begins with the report's."""
    years = dict(documents.drop_nulls("report_year").select("document_id", "report_year").iter_rows())
    texts = sections.filter(pl.col("text").str.contains("20[0-9]{2}年")).sort("document_id", "position")
    acting: dict[str, Counter[int]] = {}
    beginning: dict[str, set[int]] = {}
    told: set[str] = set()
    for document, chapter, text in texts.select("document_id", "chapter", "text").iter_rows():
        if document not in years:
            continue
        period = _PERIOD.search("".join(text.split()))
        if period is not None and int(period[1]) != years[document] and document not in told:
            told.add(document)
            yield _year(document, "statistics period", int(period[1]), years[document], f"The sentence on the statistics period ('{period[0]}…')")
        if chapter == _OVERVIEW:
            found = [(int(year), bool(own)) for year, own in _BEGINNING.findall(text)]
            beginning.setdefault(document, set()).update(year for year, _ in found)
            acting.setdefault(document, Counter()).update(year for year, own in found if own)
    for document, met in acting.items():
        if met and years[document] not in beginning[document]:
            year, times = met.most_common(1)[0]
            sentences = "1 sentence" if times == 1 else f"{times} sentences"
            yield _year(document, "overview", year, years[document], f"What the overview tells of ({sentences} '{year}年，我…')")


def _year(document: str, place: str, found: int, expected: int, what: str) -> Found:
    return Found(
        document_id=document,
        rule="plausibility.year_in_text",
        family="plausibility",
        severity="plausibility",
        place=place,
        cells=(),
        left=Decimal(found),
        right=Decimal(expected),
        diagnosis=f"{what} is the year {found}, but the report is of {expected}; the text may have been taken over.",
    )
