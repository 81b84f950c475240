"""The lists of pages: one for all reports, by year and body; for a large archive one for each year, in parts.

Here: HTML of the lists. Not here: the pages, files.
"""

import polars as pl

from dagster_project.pages.markup import escaped, joined, words
from dagster_project.pages.page import foot, head
from dagster_project.pages.words import SCOPES, VERSIONS

# A list of more rows than this is split: by year, and a year's into parts. A browser draws so many at once.
ROWS_ON_ONE_PAGE = 2_000
_TITLE = "政府信息公开工作年度报告"
_HOME = '<a href="{to}">全部报告 <span lang=en>All reports</span></a>'
_COLUMNS = (
    ("机关", "Body"), ("口径", "Scope"), ("格式", "Form"), ("版本", "Version"), ("单元格", "Cells read / expected"),
    ("等式", "Equations failed / asked"), ("来源文件", "Source"),
)  # fmt: skip


def indexes(reports: pl.DataFrame) -> dict[str, str]:
    """Return the lists as HTML by their path below the folder of pages; ``index.html`` is there in any case.

    ``reports``: dim_report.
    """
    listed = reports.sort(
        [pl.col("report_year"), pl.col("body_name"), pl.col("scope"), ~pl.col("is_current"), pl.col("version_no"), pl.col("report_id")],
        descending=[True, False, False, False, False, False],
    )
    years = {
        year: frame for (year,), frame in listed.group_by("report_year", maintain_order=True)
    }
    if listed.height <= ROWS_ON_ONE_PAGE:
        body = "".join(_section(year, frame) for year, frame in years.items())
        return {"index.html": _page(f"{_TITLE} <small lang=en>All reports by year and body</small>", _TITLE, _HOME.format(to="index.html"), _sum(listed) + body)}
    found = {"index.html": _page(f"{_TITLE} <small lang=en>All reports by year</small>", _TITLE, _HOME.format(to="index.html"), _sum(listed) + _years(years))}
    for year, frame in years.items():
        parts = -(-frame.height // ROWS_ON_ONE_PAGE)
        for part in range(parts):
            rows = frame.slice(part * ROWS_ON_ONE_PAGE, ROWS_ON_ONE_PAGE)
            up = f"{_HOME.format(to='../index.html')} › {year}"
            title = f"{year}年{_TITLE}"
            content = _parts(parts, part) + _table(rows, f"{title}（{part + 1}／{parts}）", below=True) + _parts(parts, part)
            found[f"{year}/{_part_name(part)}"] = _page(title, title, up, content)
    return found


def _part_name(part: int) -> str:
    return "index.html" if part == 0 else f"index-{part + 1}.html"


def _page(heading: str, title: str, up: str, content: str) -> str:
    return f"{head(title, up)}<h1>{heading}</h1>\n{content}{foot()}"


def _counts(frame: pl.DataFrame) -> tuple[int, int]:
    """Return how many current reports there are, and in how many of them an equation fails."""
    current = frame.filter("is_current")
    return current.height, current.filter(pl.col("equations_failed") > 0).height


def _sum(frame: pl.DataFrame) -> str:
    current, failing = _counts(frame)
    return (
        f"<p>现行报告 {current:,} 份，其中 {failing:,} 份有等式不成立；连同旧版本和副本共 {frame.height:,} 页。 "
        f"<span lang=en>{current:,} current reports, {failing:,} with a failed equation; {frame.height:,} pages with older versions and "
        "renditions. Made from the published tables.</span></p>\n"
    )


def _section(year: int, frame: pl.DataFrame) -> str:
    return _table(frame, f'<h2 id="y{year}">{year}年 <small lang=en>Report year</small></h2>', below=False)


def _years(years: dict[int, pl.DataFrame]) -> str:
    rows = []
    for year, frame in years.items():
        current, failing = _counts(frame)
        mark = f"⚠ {failing:,}" if failing else "0"
        rows.append(f'<tr><th scope=row><a href="{year}/index.html">{year}</a></th><td>{current:,}</td><td>{mark}</td><td>{frame.height:,}</td></tr>')
    heads = (("年度", "Year"), ("现行报告", "Current reports"), ("等式不成立", "With a failed equation"), ("页", "Pages"))
    return f"<table class=y><caption>年度 <small lang=en>Years</small></caption>{_heads(heads)}<tbody>{''.join(rows)}</tbody></table>\n"


def _heads(columns: tuple[tuple[str, str], ...]) -> str:
    return "<thead><tr>" + "".join(f"<th scope=col>{name}<small lang=en>{gloss}</small></th>" for name, gloss in columns) + "</tr></thead>"


def _table(frame: pl.DataFrame, caption: str, *, below: bool) -> str:
    """Return a table of reports. ``below``: the list stands in the folder of its year."""
    path = pl.col("page_path").str.strip_prefix("reports/")
    link = path.str.replace(r"^[^/]*/", "") if below else path
    read, expected = (pl.col(name).cast(pl.String).fill_null("–") for name in ("cells_read", "cells_expected"))
    asked, failed = (pl.col(name).cast(pl.String).fill_null("–") for name in ("equations_assessed", "equations_failed"))
    version = joined(pl.col("version_no").cast(pl.String).fill_null("–"), " ", words(pl.col("version_status"), VERSIONS))
    short = pl.col("cells_read") < pl.col("cells_expected")
    cells = (
        words(pl.col("scope"), SCOPES),
        escaped(pl.col("form")),
        version,
        joined(pl.when(short).then(pl.lit("！ ")), read, " / ", expected),
        joined(pl.when(pl.col("equations_failed") > 0).then(pl.lit("⚠ ")), failed, " / ", asked),
        escaped(pl.col("source_path")),
    )
    row = joined(
        '<tr><th scope=row><a href="', escaped(link), '">', escaped(pl.col("body_name")), "</a></th>",
        *(part for cell in cells for part in ("<td>", cell, "</td>")), "</tr>\n",
    )  # fmt: skip
    rows = frame.select(row=row)["row"].str.join().item()
    return f"<div class=w tabindex=0 role=region aria-label=报告><table class=i><caption>{caption}</caption>{_heads(_COLUMNS)}<tbody>\n{rows}</tbody></table></div>\n"


def _parts(parts: int, here: int) -> str:
    if parts == 1:
        return ""
    links = (f"<b>{part + 1}</b>" if part == here else f'<a href="{_part_name(part)}">{part + 1}</a>' for part in range(parts))
    return f"<p>页 <span lang=en>Part</span> {' '.join(links)}</p>\n"
