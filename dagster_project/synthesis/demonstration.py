"""The demonstration archive under raw/: small, own-made, one file of each fate.

    python -m dagster_project.synthesis.demonstration [DEST]

writes it again, byte for byte; it removes nothing. Every file under raw/ is ingested, so its description stands here and not
beside it. Bodies are invented, with one exception: ``2021/zhanhe-urban-management-2021.html`` has the figures of the report
of 湛河区城市管理局 for 2021 (every cell prints 0; the head of the fees says 保留4位小数); its few sentences are ours.

| file | what it shows | what becomes of it |
|---|---|---|
| 2019–2024/jichuan-natural-resources-* | one body, six years, both forms, HTML, text and Markdown; carried_in is last year's carried_out | report |
| 2020/xiangling-market-supervision-2020 | form 2019 in GB 18030, signed changes, an amount in 元 | report |
| 2021/xiangling-market-supervision-2021 | first issue, 行政处罚 misprinted | report, older version |
| 2021/xiangling-market-supervision-2021-corrected | the same report issued again with the figure corrected | report, current version |
| 2021/zhanhe-urban-management-2021 | all zero, digits in a label | report |
| 2021/diyang-yishui-street-2021 | blanks in place of zeros | report |
| 2022/diyang-yishui-street-2022-copy | zeros, nothing else | report: of equal files the first by path is read |
| 2022/diyang-yishui-street-2022 | the same bytes | duplicate |
| 2022/diyang-yishui-street-2022-portal | the same report on the page of the parent government | duplicate: a rendition with the same figures |
| 2022/hengling-health-2022 | the printed total of 予以公开 is 1 too high | report with two failed equations |
| 2023/yuejiang-government-2023 | hundreds of requests, thousands separators, remarks, scope region, Markdown | report |
| 2023/yuejiang-half-year-2023 | the same tables for January to June | not a report (half_year) |
| 2023/yuejiang-website-2023 | 政府网站工作年度报表 | not a report (website_report) |
| 2024/template-2024 | the form, not filled in | not a report (template) |
| 2024/hengling-health-2024 | the file breaks off inside the requests table | report with absent cells |
| 2024/hengling-health-2024-scan | bytes of no known kind under the name of a page | quarantined |
| 2023–2024/qiuchuan-commerce-* | one body, two years: the sentences of 2023 again in 2024, word for word | report; the later one repeats a text |
| 2021–2024/jinling-forestry-* | one body, four years: Word, Excel, PDF with its tables cut by pages, separated values | report |
| 2024/towns-2024.zip | two reports and a leaflet in one archive | report (its members: two reports, one not a report) |
| 2024/qiaoting-town-2024.json | a report as a site's interface delivers it | report |

Here: the files. Not here: how a report is made up or printed.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click

from dagster_project.synthesis.layouts import EXTENSIONS, RENDERERS, Layout, Rendered
from dagster_project.synthesis.truth import ReportTruth, form_cells, make_truth

RAW = Path(__file__).parents[2] / "raw"

_JICHUAN = "霁川县自然资源局"
_XIANGLING = "缃岭县市场监督管理局"
_YISHUI = "荻阳区漪水街道办事处"
_HENGLING = "珩岭县卫生健康委员会"
_YUEJIANG = "樾江市人民政府"
_ZHANHE = "湛河区城市管理局"
_JINLING = "瑾岭县林业局"
_TOWNS = ("桐桥镇人民政府", "柏坪乡人民政府")
_QIAOTING = "槐埠镇人民政府"
_QIUCHUAN = "楸川县商务局"

_PORTAL = Layout(seed=1, chrome="portal", wrapper="word", attribute_noise=True, published="meta")
# Kind and layout of the six reports of one body.
_JICHUAN_LAYOUTS: dict[int, tuple[str, Layout]] = {
    2019: ("html", Layout(seed=2, chrome="none", published="bracketed", split_labels="br", wrapper="span")),
    2020: ("text", Layout(seed=3, text_shape="word", brackets="()", published="line")),
    2021: ("html", replace(_PORTAL, seed=4, split_numbers=True, lying_spans=True)),
    2022: ("markdown", Layout(seed=5, text_shape="grid", period="to_month")),
    2023: ("html", Layout(seed=6, wrapper="font", padding=True, typos=1, title="year_first")),
    2024: ("html", replace(_PORTAL, seed=7, character_spans=True, trailing_blank_row=True)),
}
# Kinds of the four reports of another.
_JINLING_KINDS = {2021: "docx", 2022: "xlsx", 2023: "pdf", 2024: "csv"}


@cache
def reports() -> dict[str, tuple[ReportTruth, Rendered]]:
    """Return path below raw/ → what the report says and what is printed; the broken and foreign files are not among them."""
    found: dict[str, tuple[ReportTruth, Rendered]] = {}

    def add(path: str, truth: ReportTruth, kind: str, layout: Layout) -> None:
        found[path] = (truth, RENDERERS[kind](truth, layout))

    carried_in = dict.fromkeys(("natural_person", "business"), 0)
    for year, (kind, layout) in _JICHUAN_LAYOUTS.items():
        form = "2019" if year < 2021 else "2021"
        truth = make_truth(f"jichuan-{year}", form, body=_JICHUAN, year=year, activity="tens", carried_in=carried_in)
        carried_in = truth.carried_out()
        add(f"{year}/jichuan-natural-resources-{year}.{EXTENSIONS[kind]}", truth, kind, layout)
    # With more sentences than the others, for little text is alike by chance and not compared.
    layout = Layout(seed=30, target_bytes=20_000)
    commerce = make_truth("qiuchuan-2023", "2021", body=_QIUCHUAN, year=2023, activity="tens", published_on=date(2024, 1, 19))
    add("2023/qiuchuan-commerce-2023.html", commerce, "html", layout)
    commerce = make_truth(
        "qiuchuan-2024", "2021", body=_QIUCHUAN, year=2024, activity="tens", carried_in=commerce.carried_out(),
        published_on=date(2025, 1, 17),
    )  # fmt: skip
    found["2024/qiuchuan-commerce-2024.html"] = (commerce, _repeated(commerce, layout))

    carried_in = dict.fromkeys(("natural_person", "business"), 0)
    for year, kind in _JINLING_KINDS.items():
        truth = make_truth(f"jinling-{year}", "2021", body=_JINLING, year=year, activity="few", carried_in=carried_in)
        carried_in = truth.carried_out()
        add(f"{year}/jinling-forestry-{year}.{EXTENSIONS[kind]}", truth, kind, Layout(seed=20 + year))

    market = make_truth("xiangling-2020", "2019", body=_XIANGLING, year=2020, activity="few")
    signed = {"disclosure.penalties.items_change": -18, "disclosure.licences.items_change": 42}
    market = _with(market, signed | {"disclosure.procurement.amount": Decimal("251000.5")})
    layout = Layout(seed=8, encoding="gb18030", units=True, sign="+", disclosure_tables="four")
    add("2020/xiangling-market-supervision-2020.html", market, "html", layout)

    market = make_truth(
        "xiangling-2021", "2021", body=_XIANGLING, year=2021, activity="few", published_on=date(2022, 1, 18)
    )
    market = _with(market, {"disclosure.penalties.decisions": 321})
    misprinted = _with(market, {"disclosure.penalties.decisions": 312})
    add("2021/xiangling-market-supervision-2021.html", misprinted, "html", Layout(seed=9))
    corrected = replace(market, published_on=date(2022, 3, 2))
    add("2021/xiangling-market-supervision-2021-corrected.html", corrected, "html", Layout(seed=10))

    zhanhe = _all("2021", Decimal(0), _ZHANHE, 2021)
    layout = Layout(seed=11, fee_note="（单位：万元，保留4位小数）", brackets="()", published="none", office_work=False)
    add("2021/zhanhe-urban-management-2021.html", zhanhe, "html", layout)

    street = make_truth("yishui-2021", "2021", body=_YISHUI, year=2021, activity="few")
    add("2021/diyang-yishui-street-2021.html", street, "html", Layout(seed=12, zeros="", wrapper="none"))
    street = replace(_all("2021", Decimal(0), _YISHUI, 2022), published_on=date(2023, 1, 12))
    add("2022/diyang-yishui-street-2022.html", street, "html", Layout(seed=13, wrapper="span"))
    add("2022/diyang-yishui-street-2022-portal.html", street, "html", replace(_PORTAL, seed=14, published="header"))

    health = make_truth("hengling-2022", "2021", body=_HENGLING, year=2022, activity="tens")
    total = "requests.granted.total"
    health = _with(health, {total: int(health.cells[total] or 0) + 1})
    add("2022/hengling-health-2022.html", health, "html", Layout(seed=15, unclosed_cells=True, uppercase_tags=True))

    city = make_truth("yuejiang-2023", "2021", body=_YUEJIANG, year=2023, activity="hundreds")
    add("2023/yuejiang-government-2023.md", city, "markdown", Layout(seed=16, thousands=True, notes=True))
    return found


@cache
def files() -> dict[str, bytes]:
    """Return path below raw/ → bytes, for every file of the demonstration."""
    found = {path: rendered.content for path, (_, rendered) in reports().items()}
    found["2022/diyang-yishui-street-2022-copy.html"] = found["2022/diyang-yishui-street-2022.html"]
    for path, make in _FOREIGN.items():
        found[path] = make()
    return dict(sorted(found.items()))


def _with(truth: ReportTruth, cells: dict[str, int | Decimal]) -> ReportTruth:
    return replace(truth, cells={**truth.cells, **{code: Decimal(value) for code, value in cells.items()}})


def _repeated(truth: ReportTruth, layout: Layout) -> Rendered:
    """Return a report in the sentences that its body printed the year before: they hang on the year, so it is put in afterwards."""
    before = truth.report_year - 1
    printed = RENDERERS["html"](replace(truth, report_year=before), layout)
    content = printed.content.replace(f"{before}年".encode(), f"{truth.report_year}年".encode())
    return replace(printed, content=content)


def _all(form: str, value: Decimal | None, body: str, year: int) -> ReportTruth:
    title = f"{body}{year}年政府信息公开工作年度报告"
    cells = {cell.code: value for cell in form_cells(form)}
    return ReportTruth(body, year, form, date(year + 1, 1, 10), "own", title, cells)


def _half_year() -> bytes:
    truth = make_truth("yuejiang-half-2023", "2021", body=_YUEJIANG, year=2023, activity="tens")
    truth = replace(truth, title="樾江市2023年上半年政府信息公开工作情况统计", published_on=date(2023, 7, 14))
    return RENDERERS["html"](truth, Layout(seed=17, period="half_year")).content


def _website() -> bytes:
    rows = {
        "网站名称": "樾江市人民政府网",
        "首页网址": "https://yuejiang.invalid",
        "独立用户访问总量（单位：个）": "18204",
        "网站总访问量（单位：次）": "96317",
        "信息发布总数（单位：条）": "1140",
        "收到留言数量（单位：条）": "87",
        "办结留言数量（单位：条）": "85",
        "平均办理时间（单位：天）": "3",
    }
    table = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows.items())
    title = "政府网站工作年度报表（2023年度）"
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
        f"<p>填报单位：{_YUEJIANG}办公室</p><table border='1'>{table}</table></body></html>\n"
    ).encode()


def _template() -> bytes:
    truth = replace(_all("2021", None, "××县××局", 2024), title="××县××局2024年政府信息公开工作年度报告（模板）")
    return RENDERERS["html"](truth, Layout(seed=18, published="none")).content


def _broken() -> bytes:
    truth = make_truth("hengling-2024", "2021", body=_HENGLING, year=2024, activity="tens")
    content = RENDERERS["html"](truth, Layout(seed=19)).content
    # Inside the row of 重复申请, behind a tag: some rows of the table are whole, the rest is lost.
    return content[: content.index(b"</td>", content.index("重复申请".encode()) + 40)]


def _junk() -> bytes:
    return b"\x00\x01" + Random("no known kind").randbytes(3000)


def towns() -> tuple[ReportTruth, ...]:
    """Return what the reports inside ``2024/towns-2024.zip`` say, in the order of its members."""
    return tuple(make_truth(f"town-{body}", "2021", body=body, year=2024, activity="few") for body in _TOWNS)


def _archive() -> bytes:
    members = {
        f"乡镇/{truth.title}.html": RENDERERS["html"](truth, Layout(seed=26 + at)).content for at, truth in enumerate(towns())
    }
    members["说明.txt"] = "本压缩包内为两个乡镇的年度报告，供查阅。\n".encode()
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, each in members.items():
            archive.writestr(ZipInfo(name, (2025, 1, 20, 0, 0, 0)), each, ZIP_DEFLATED)
    return content.getvalue()


def exported() -> ReportTruth:
    """Return what the report inside ``2024/qiaoting-town-2024.json`` says."""
    return make_truth("qiaoting", "2021", body=_QIAOTING, year=2024, activity="few")


def _export() -> bytes:
    truth = exported()
    page = RENDERERS["html"](truth, Layout(seed=29)).content.decode()
    record = {"title": truth.title, "pubdate": truth.published_on.isoformat(), "source": truth.body, "content": page}
    return json.dumps({"code": 0, "data": record}, ensure_ascii=False, indent=1).encode()


_FOREIGN: dict[str, Callable[[], bytes]] = {
    "2023/yuejiang-half-year-2023.html": _half_year,
    "2023/yuejiang-website-2023.html": _website,
    "2024/template-2024.html": _template,
    "2024/hengling-health-2024.html": _broken,
    "2024/hengling-health-2024-scan.html": _junk,
    "2024/towns-2024.zip": _archive,
    "2024/qiaoting-town-2024.json": _export,
}


@click.command()
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path), default=RAW)
def main(dest: Path) -> None:
    """Write the demonstration archive to DEST (raw/ by default)."""
    for name, content in files().items():
        path = dest / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    click.echo(f"{len(files())} files, {sum(map(len, files().values())) / 1000:.0f} kB in {dest}.")


if __name__ == "__main__":
    main()
