"""A report's page: its head, what does not add up, its tables, what else was found.

Here: putting the parts of many pages together at once. Not here: the parts (``layout``, ``cells``, ``findings``), files (``publish``).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from dagster_project.forms import registry
from dagster_project.pages import cells as cell_html
from dagster_project.pages import findings
from dagster_project.pages.layout import layout, names
from dagster_project.pages.markup import escape, escaped, is_web_address, joined, words
from dagster_project.pages.words import LANES, SCOPES, STATUSES, VERSIONS

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Batch:
    """What the pages of some reports are made of, from the published tables.

    ``reports``: dim_report of the pages, and prior_report_id, prior_path, prior_form, current_path, versions (each NULL when
    there is none), not_assessable. ``cells``: fct_cells of these reports. ``prior``: value and status of last year's cells, under the
    report_id of the page. ``failed``: failed fct_findings. ``corrections``: fct_corrections.
    """

    reports: pl.DataFrame
    cells: pl.DataFrame
    prior: pl.DataFrame
    failed: pl.DataFrame
    corrections: pl.DataFrame


def head(title: str, up: str) -> str:
    """Return the beginning of any page up to its main part. ``title`` and ``up`` are HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{_style()}</style></head><body>\n<nav>{up}</nav>\n<main>\n"
    )


def foot() -> str:
    """Return the end of any page."""
    return "</main>\n</body></html>\n"


def pages(batch: Batch) -> pl.DataFrame:
    """Return the pages of a batch: report_id, page_path, html."""
    forms = batch.reports.select("report_id", "form")
    failed = batch.failed.join(forms, on="report_id", how="inner", maintain_order="left")
    # Only what stands on the page can be marked, and led to.
    marked = findings.marks(failed).join(batch.cells.select("report_id", "cell"), on=["report_id", "cell"], how="semi")
    cells = batch.cells.join(forms, on="report_id", how="inner", maintain_order="left")
    shown = cell_html.cells_html(cells, batch.prior, marked)
    whole = (
        batch.reports.join(findings.lists(failed, marked), on="report_id", how="left")
        .join(
            findings.correction_items(batch.corrections.join(forms, on="report_id", how="inner")), on="report_id", how="left"
        )
        .join(_tables(forms, shown), on="report_id", how="left")
        .sort("report_id")
    )
    html = joined(
        _head(),
        _verdict(),
        _section("不成立的等式", "Failed equations", "equations", "ol"),
        _legend(),
        pl.col("tables"),
        _section("其他发现", "Other findings", "others", "ul"),
        _section("人工更正", "Corrections by people, beside the printed value", "corrections", "ul"),
        foot(),
    )
    return whole.select("report_id", "page_path", html=html)


def version_links(reports: pl.DataFrame) -> pl.DataFrame:
    """Return links to the other versions and renditions of each report that has some: report_id, versions, as HTML.

    ``reports``: dim_report.
    """
    whose = ["body_id", "scope", "report_year"]
    others = reports.select(*whose, "page_path", "version_no", "version_status", other_id="report_id")
    number = pl.col("version_no").cast(pl.String).fill_null("–")
    link = _report_link("page_path", joined("第 ", number, " 版 · ", words(pl.col("version_status"), VERSIONS)))
    return (
        reports.select("report_id", *whose)
        .join(others, on=whose)
        .filter(pl.col("report_id") != pl.col("other_id"))
        .sort("report_id", "version_no", "page_path")
        .with_columns(link=link)
        .group_by("report_id")
        .agg(versions=pl.col("link").str.join("；"))
    )


@cache
def _style() -> str:
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def _head() -> pl.Expr:
    body, title, year = escaped(pl.col("body_name")), escaped(pl.col("title")), pl.col("report_year").cast(pl.String)
    before, between = head("\0", "\1").split("\0")
    opening, rest = between.split("\1")
    up = joined('<a href="../index.html">全部报告 <span lang=en>All reports</span></a> › ', year, " › ", body)
    return joined(before, year, " ", body, opening, up, rest, "<h1>", title.fill_null(joined(year, " ", body)), "</h1>\n", _facts())


def _facts() -> pl.Expr:
    forms = {
        form: f"{escape(title)} <small>{escape(authority)} · {escape(form)}</small>"
        for form, title, authority in registry.forms().select("form", "title_zh", "authority").iter_rows()
    }
    url = pl.col("source_url")
    link = (
        pl.when(is_web_address(url))
        .then(joined('<a rel="nofollow noopener noreferrer" href="', escaped(url), '">', escaped(url), "</a>"))
        .otherwise(escaped(url))
    )
    member = pl.when(pl.col("member").fill_null("") != "").then(joined(" › ", escaped(pl.col("member"))))
    version = joined("第 ", pl.col("version_no").cast(pl.String).fill_null("–"), " 版 · ", words(pl.col("version_status"), VERSIONS))
    prior = _report_link("prior_path", joined("上年报告（", escaped(pl.col("prior_form")), "）"))
    return joined(
        "<dl>",
        _fact("机关", "Body", escaped(pl.col("body_name"))),
        _fact("年度", "Report year", pl.col("report_year").cast(pl.String)),
        _fact("格式", "Form", words(pl.col("form"), forms)),
        _fact("口径", "Scope", words(pl.col("scope"), SCOPES)),
        _fact("版本", "Version", version),
        _fact("发布日期", "Published on", pl.col("published_on").cast(pl.String).fill_null("未印 <small lang=en>not printed</small>")),
        _fact("文件种类", "File kind", escaped(pl.col("file_kind"))),
        _fact("读取方式", "Lane", words(pl.col("lane"), LANES).fill_null("–")),
        _fact("已读／应有单元格", "Cells read / expected", joined(_count("cells_read"), " / ", _count("cells_expected"))),
        _fact("上年", "Year before", prior.fill_null("无 <small lang=en>none in the archive</small>")),
        pl.when(pl.col("versions").is_not_null()).then(_fact("其他版本", "Other versions", pl.col("versions"), wide=True)),
        _fact("来源文件", "Source path", joined(escaped(pl.col("source_path")), member), wide=True),
        _fact("SHA-256", "of the file", joined("<code>", escaped(pl.col("source_sha256")), "</code>"), wide=True),
        _fact("原文网址", "Source URL", link.fill_null("未载明 <small lang=en>not stated</small>"), wide=True),
        "</dl>\n",
    )


def _fact(name: str, gloss: str, said: pl.Expr, *, wide: bool = False) -> pl.Expr:
    return joined(f"<div{' class=l' if wide else ''}><dt>{name} <span lang=en>{gloss}</span></dt><dd>", said, "</dd></div>")


def _count(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null("–")


def _report_link(path: str, text: pl.Expr) -> pl.Expr:
    """Return a link to another page from a page of any year; NULL when there is no other."""
    target = pl.col(path).str.strip_prefix("reports/")
    return pl.when(target.is_not_null()).then(joined('<a href="../', escaped(target), '">', text, "</a>"))


def _verdict() -> pl.Expr:
    """Say at a glance whether the version counts, whether its equations hold and whether all of it could be read."""
    assessed, failed, unknown = _count("equations_assessed"), _count("equations_failed"), _count("not_assessable")
    unanswered = pl.when(pl.col("not_assessable") > 0).then(
        joined("另有 ", unknown, " 条因无数字而无法核验 <span lang=en>", unknown, " could not be asked</span>。")
    )
    others = pl.when(pl.col("others_found") > 0).then(
        joined(' <a href="#others">其他发现 ', _count("others_found"), " 项 <span lang=en>other findings</span></a>。")
    )
    incomplete = (pl.col("equations_assessed") > 0) & (pl.col("cells_read") < pl.col("cells_expected"))
    verdict = (
        pl.when(pl.col("equations_failed") > 0)
        .then(joined('<p class="s f"><b>⚠ ', failed, "</b> 条等式不成立（核验 ", assessed, " 条）<span lang=en>", failed, " of ", assessed, " equations fail</span>。"))
        .when(incomplete)
        .then(joined('<p class="s q">？ 核验的 ', assessed, " 条等式全部成立，但报告未能全部读出 <span lang=en>all ", assessed, " equations asked hold, but not all of the report could be read</span>。"))
        .when(pl.col("equations_assessed") > 0)
        .then(joined('<p class="s">✓ 核验的 ', assessed, " 条等式全部成立 <span lang=en>all ", assessed, " equations asked hold</span>。"))
        .otherwise(pl.lit('<p class="s q">？ 没有可核验的等式 <span lang=en>no equation could be asked</span>。'))
    )  # fmt: skip
    older = pl.when(~pl.col("is_current")).then(
        joined(
            '<p class="s f">！ 本页不是现行版本 <span lang=en>not the current version</span>：',
            words(pl.col("version_status"), VERSIONS),
            "。",
            _report_link("current_path", pl.lit("现行版本 <span lang=en>current version</span>")),
            "</p>\n",
        )
    )
    return joined(older, verdict, unanswered, others, "</p>\n")


def _section(title: str, gloss: str, column: str, kind: str) -> pl.Expr:
    opening = f"<h2 id={column}>{title} <small lang=en>{gloss}</small></h2>\n<{kind}>"
    return pl.when(pl.col(column).fill_null("") != "").then(joined(opening, pl.col(column), f"</{kind}>\n"))


def _legend() -> pl.Expr:
    """Say how a cell is read. The same on all pages, but for last year's values."""
    statuses = "；".join(f"<em>{chinese}</em> <span lang=en>{gloss}</span>" for code, (chinese, gloss) in STATUSES.items() if code != "number")
    marks = "　".join(f"<b>{sign}</b> {escape(said)}" for _, sign, said in cell_html.MARKS.values())
    always = (
        "<p class=g>单元格：一个数即印刷文本与读数相同；不同则并列，引号内为原文。没有数字处为 <b>NULL</b>，附原因；空白不是零。"
        " <span lang=en>One figure: printed and read alike; else the printed text follows in quotation marks. NULL carries its reason; blank is "
        f"not zero.</span></p>\n<p class=g>{statuses}</p>\n<p class=g>{marks}　鼠标停留可见出处 <span lang=en>hover for the place in "
        "the document</span></p>\n"
    )
    last_year = pl.when(pl.col("prior_report_id").is_not_null()).then(
        pl.lit("<p class=g>“上年”为同一机关、同一口径上年报告所印之数。 <span lang=en>上年: last year's value of the same body and scope.</span></p>\n")
    )
    return joined("<h2>表格 <small lang=en>Tables</small></h2>\n", always, last_year)


def _tables(forms: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Return the tables of each report: report_id, tables. Reports of one layout are put together at once."""
    borrowed = _borrowed()
    of_report = (
        shown.join(forms, on="report_id")
        .join(borrowed, on=["form", "cell"])
        .group_by("report_id")
        .agg(pl.col("borrowed").unique().sort())
    )
    found = []
    for (form, rows), reports in forms.join(of_report, on="report_id", how="left").group_by("form", "borrowed", maintain_order=True):
        if form in registry.forms()["form"]:
            ours = shown.join(reports.select("report_id"), on="report_id", how="semi", maintain_order="left")
            found.append(_laid_out(form, frozenset(rows if rows is not None else ()), reports.select("report_id"), ours))
    found.append(_unplaced(forms, shown))
    return pl.concat(found).group_by("report_id", maintain_order=True).agg(tables=pl.col("tables").str.join())


def _laid_out(form: str, borrowed: frozenset[str], reports: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Return the tables of reports of one form that borrow the same rows, from one wide frame: a column for each cell."""
    places = layout(form, borrowed)
    wide = reports.join(
        shown.filter(pl.col("cell").is_in(places.cells)).pivot("cell", index="report_id", values="html"), on="report_id", how="left"
    )
    absent = pl.lit(cell_html.absent_html())
    printed = [pl.col(cell).fill_null(absent) if cell in wide.columns else absent for cell in places.cells]
    parts = [part for text, cell in zip(places.texts, printed, strict=False) for part in (text, cell)]
    return wide.select("report_id", tables=joined(*parts, places.texts[-1]))


def _unplaced(forms: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """Return a plain list of the cells that the report's form has no place for, so that none is left out: report_id, tables."""
    known = [(form, cell) for form in registry.forms()["form"] for cell in names(form)]
    places = pl.DataFrame(known, schema={"form": pl.String, "cell": pl.String}, orient="row")
    left = shown.join(forms, on="report_id", maintain_order="left").join(
        places, on=["form", "cell"], how="anti", maintain_order="left"
    )
    row = joined("<tr><th scope=row>", escaped(pl.col("cell")), "</th><td", pl.col("html"), "</tr>")
    opening = '<div class=w tabindex=0 role=region aria-label="其他单元格"><table><caption>其他单元格 <small lang=en>Cells without a place in the form</small></caption>'
    return (
        left.sort("report_id", "cell")
        .with_columns(row=row)
        .group_by("report_id", maintain_order=True)
        .agg(pl.col("row").str.join())
        .select("report_id", tables=joined(opening, pl.col("row"), "</table></div>"))
    )


@cache
def _borrowed() -> pl.DataFrame:
    """Return the cells that reports of a form borrow from another: form, cell, borrowed (table.row)."""
    return (
        registry.cells()
        .filter(pl.col("presence") != "regular")
        .select("form", "cell", borrowed=pl.col("table") + "." + pl.col("row"))
    )
