"""A synthetic report as an HTML page.

Here: the page. Not here: the cells of tables (``markup``), sentences (``prose``), what is printed (``printing``).
"""

import re
from random import Random

from dagster_project.synthesis import prose
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.markup import CellMarkup
from dagster_project.synthesis.printing import Rendered, print_cells
from dagster_project.synthesis.tables import Table, form_tables
from dagster_project.synthesis.truth import ReportTruth

# Of a page grown to target_bytes this share is tables, as measured on pages pasted from a word processor.
_TABLE_SHARE = 0.7
# Tags and text of a cell before any styling, in bytes.
_BARE_CELL = 42
_SENTENCES_EACH = 6
_TAG = re.compile(r"<(/?)([a-z][a-z0-9:]*)")
_NAVIGATION = ("首页", "政务公开", "办事服务", "互动交流", "解读回应", "走进本地")
_SCRIPT = (
    "<script>var page={id:20210118,size:15};function go(n){var d=document.getElementById('c');"
    "if(d){d.innerHTML='<table><tr><td>'+n+'</td></tr></table>';}}</script>"
)
_STYLE = "<style>.article{width:1000px;margin:0 auto}.article td{border:1px solid #333}p{line-height:2}</style>"
_DECLARED = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb2312"}


def render_html(truth: ReportTruth, layout: Layout | None = None) -> Rendered:
    """Return the report as an HTML page; equal arguments give equal bytes."""
    layout = layout or Layout()
    random = Random(f"html:{layout.seed}:{truth.body}:{truth.report_year}")
    printed = print_cells(truth, layout, random)
    title = prose.printed_title(truth, layout)
    tables = form_tables(truth.form, printed, layout, random)
    markup = CellMarkup(layout, random, _styling(tables, layout))
    first, last = _around(truth, layout, title, random)
    article = [*_opening(truth, layout, title, random)]
    chapters = {number: [f"<p>{prose.heading(number, layout)}</p>"] for number in range(1, 7)}
    for number, parts in chapters.items():
        parts += [f"<p>{text}</p>" for text in prose.chapter(truth, number, layout, random)]
    for group in _grouped(tables, layout):
        chapters[group[0].chapter].append(markup.table(group, printed))
    _pad(chapters, layout, random)
    for parts in chapters.values():
        article += parts
    if layout.published == "signature":
        article += [f"<p>{truth.body}</p>", f"<p>{prose.printed_date(truth.published_on, random)}</p>"]
    inside = "\n".join(article)
    if layout.inside_layout_table:
        inside = f'<table width="1000"><tr><td>{inside}</td></tr></table>'
    if layout.uppercase_tags:
        inside = _TAG.sub(lambda tag: f"<{tag[1]}{tag[2].upper()}", inside)
    content = (first + inside + last).encode(layout.encoding)
    return Rendered(content, printed, title, None if layout.published == "none" else truth.published_on, "html")


def _styling(tables: list[Table], layout: Layout) -> int:
    """Return the characters of styling per cell that bring the tables to their share of ``target_bytes``."""
    if layout.target_bytes is None:
        return 0
    cells = sum(
        sum(map(len, table.head)) + sum(len(row.labels) + len(row.values) for row in table.rows) for table in tables
    )
    return max(0, int(layout.target_bytes * _TABLE_SHARE / cells) - _BARE_CELL)


def _grouped(tables: list[Table], layout: Layout) -> list[list[Table]]:
    if layout.disclosure_tables == "four":
        return [[table] for table in tables]
    disclosure = [table for table in tables if table.chapter == 2]
    return [disclosure, *([table] for table in tables if table.chapter != 2)]


def _pad(chapters: dict[int, list[str]], layout: Layout, random: Random) -> None:
    """Add paragraphs to the first and the fifth chapter until the page is near its target."""
    if layout.target_bytes is None:
        return
    width = 2 if layout.encoding == "gb18030" else 3
    # What the page has beside its tables is prose, counted in characters of that width; tables are mostly ASCII.
    size = sum(
        len(part) if part.startswith("<table") else width * len(part) for parts in chapters.values() for part in parts
    )
    left = layout.target_bytes - size - 1200
    number = 1
    while left > 0:
        text = f"<p>{prose.paragraph(random, _SENTENCES_EACH)}</p>"
        chapters[number].append(text)
        left -= width * len(text)
        number = 6 - number


def _opening(truth: ReportTruth, layout: Layout, title: str, random: Random) -> list[str]:
    heading = random.choice(("h1", "h2", "p")) if layout.chrome != "none" else "p"
    parts = [f'<{heading} class="title">{title}</{heading}>']
    if layout.published == "header":
        word = random.choice(("发布日期", "发布时间", "时间"))
        parts.append(
            f"<div><span>来源：{truth.body}</span> <span>{word}：{truth.published_on.isoformat()}</span></div>"
        )
    elif layout.published == "line":
        day = truth.published_on
        parts.append(f"<p>{day.year}年{day.month}月{day.day}日</p>")
    elif layout.published == "bracketed":
        day = truth.published_on
        parts.append(f"<p>（{day.year}年{day.month}月{day.day}日）</p>")
    return parts + [f"<p>{text}</p>" for text in prose.opening(truth, layout)]


def _around(truth: ReportTruth, layout: Layout, title: str, random: Random) -> tuple[str, str]:
    """Return what stands before and after the article."""
    charset = f'<meta charset="{_DECLARED[layout.encoding]}">' if layout.declared else ""
    published = (
        f'<meta name="PubDate" content="{truth.published_on.isoformat()} 10:{random.randrange(10, 60)}">'
        if layout.published == "meta"
        else ""
    )
    if layout.chrome == "none":
        return charset + published, ""
    if layout.chrome == "plain":
        head = f"<!DOCTYPE html>\n<html><head>{charset}<title>{title}</title>{published}</head>\n<body>\n"
        return head, '\n<div class="footer">版权所有</div></body></html>\n'
    links = "".join(f'<a href="/c{at}/">{name}</a> ' for at, name in enumerate(_NAVIGATION))
    head = (
        f"<!DOCTYPE html>\n<html><head>{charset}<title>{title}_政府信息公开年报_{truth.body}</title>"
        f'<meta name="ArticleTitle" content="{title}">{published}{_STYLE}{_SCRIPT}</head>\n<body>\n'
        f'<div class="top">{links}</div>\n'
        '<div class="here">当前位置：<a href="/">首页</a> &gt; <a href="/gk/">政府信息公开</a> &gt; 年报</div>\n'
        '<div class="article" id="c">\n'
    )
    tail = (
        '\n</div>\n<div class="share">扫一扫在手机打开当前页</div><div class="links"><ul>'
        + "".join(f'<li><a href="https://example.invalid/{at}">友情链接{at}</a></li>' for at in range(1, 6))
        + f"</ul></div>\n<div>网站标识码：{random.randrange(10**9, 10**10)}</div>{_SCRIPT}</body></html>\n"
    )
    return head, tail
