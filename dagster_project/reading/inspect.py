"""One document for a person: what was recognised, each table with its cells, what failed and why.

Here: the view in the terminal. Not here: reading itself; it shows what ``read_batch`` and the auditor say, nothing of its own.
"""

from hashlib import sha256
from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagster_project.auditing.findings import audit
from dagster_project.documents.kinds import sniff
from dagster_project.documents.manifest import partition_of, read_bytes
from dagster_project.documents.pdf_page_image import mark_cell
from dagster_project.documents.pieces import Unreadable
from dagster_project.forms import registry
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from schemas import AUDIT_FINDINGS, CANDIDATES, CELLS, DOCUMENTS, FINDINGS

_TITLES = {
    "disclosure": "二、主动公开政府信息情况",
    "requests": "三、收到和处理政府信息公开申请情况",
    "remedies": "四、政府信息公开行政复议、行政诉讼情况",
}
_STYLES = {
    "number": "",
    "noted": "cyan",
    "blank": "dim",
    "mark": "dim",
    "ambiguous": "bold yellow",
    "absent": "red",
    "illegible": "red",
}
# Three Chinese characters of a head, or a number of six digits; longer ones go on in the next line.
_VALUE_WIDTH = 6
_LABEL_WIDTH = 8
_SHOWN_INSTEAD = {"blank": "·", "absent": "absent", "ambiguous": "?", "illegible": "illegible"}


def show(path: Path, cell: str | None = None, console: Console | None = None) -> int:
    """Print one document, or the place of one of its cells; of a PDF that place is drawn too, into the current folder.

    Returns the exit status: 0 for a report, 1 for anything else.
    """
    console = console or Console()
    try:
        content = read_bytes(path)
    except Unreadable as error:
        console.print(f"[red]{path.name}: {error.detail}[/]")
        return 1
    source = Source(
        path.name, sha256(content).hexdigest(), partition_of(path.as_posix().lstrip("/")), sniff(content, path.name)
    )
    # One document is looked at with everything there is, recognition included.
    frames = read_batch([source], path.parent, scans=True)
    document = frames[DOCUMENTS.name].row(0, named=True)
    if cell is not None:
        return _show_cell(console, document, frames[CELLS.name], cell, content)
    _show_document(console, document, frames[CANDIDATES.name], len(content))
    if document["outcome"] == "report":
        found = AUDIT_FINDINGS.validate(audit(frames[CELLS.name], frames[DOCUMENTS.name]))
        asked = found.filter(family="equation")
        _show_tables(console, document["form"], frames[CELLS.name], asked)
        _show_equations(console, asked)
        _show_findings(console, found.filter(pl.col("family") != "equation", pl.col("status") == "fail"))
    _show_findings(console, frames[FINDINGS.name])
    return 0 if document["outcome"] == "report" else 1


def _show_document(console: Console, document: dict, candidates: pl.DataFrame, size: int) -> None:
    colour = {"report": "green", "not_a_report": "yellow"}.get(document["outcome"], "red")
    console.print(Text.assemble(("Outcome  ", "bold"), (document["outcome"].replace("_", " "), colour)))
    if document["detail"]:
        console.print(
            f"         {document['reason_code']} at {document['stage']}: {document['detail']}", highlight=False
        )
    console.print(
        f"[bold]File[/]     {document['source_path']}: {document['file_kind']}, {document['encoding'] or 'no encoding'}, {size:,} bytes, sha256 {document['source_sha256'][:16]}…",
        highlight=False,
    )
    for label, attribute, value in (
        ("Title", "title", document["title"]),
        ("Body", "body", document["body_name"]),
        ("Year", "report_year", document["report_year"]),
        ("Dated", "published_on", document["published_on"]),
        ("Scope", "scope", document["scope"]),
    ):
        stated = candidates.filter(attribute=attribute).sort("position")
        origin = stated.filter("chosen")["origin"].to_list()
        others = stated.filter(~pl.col("chosen") & (pl.col("value") != str(value)))
        remark = f"  [dim]from {origin[0]}[/]" if origin else ""
        if others.height:
            remark += (
                "  [yellow]also: "
                + "; ".join(f"{text} ({place})" for text, place in others.select("value", "origin").head(3).iter_rows())
                + "[/]"
            )
        console.print(f"[bold]{label:8}[/] {value if value is not None else '—'}{remark}", highlight=False)
    if document["form"]:
        console.print(
            f"[bold]Form[/]     {document['form']}, {document['lane']} lane: {document['cells_read']} of {document['cells_expected']} cells read",
            highlight=False,
        )


def _show_tables(console: Console, form: str, cells: pl.DataFrame, findings: pl.DataFrame) -> None:
    marked = set(" ".join(findings.filter(status="fail")["cells"]).split())
    printed = registry.cells().filter(form=form).drop("unit", "kind", "presence")
    labelled = printed.join(cells, on="cell", how="inner", maintain_order="left")
    for table in registry.TABLES:
        part = labelled.filter(table=table)
        if not part.height:
            continue
        view = Table(
            title=_TITLES[table],
            title_justify="left",
            title_style="bold",
            header_style="bold",
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
        )
        if table == "disclosure":
            _as_list(view, part, marked)
        else:
            _as_grid(view, part, marked, console.width)
        console.print(view)


def _as_list(view: Table, cells: pl.DataFrame, marked: set[str]) -> None:
    """One line a cell: the columns of the disclosure table differ from row to row."""
    for label in ("事项", "指标", "", "单位"):
        view.add_column(label, justify="right" if label == "" else "left")
    for cell in cells.iter_rows(named=True):
        view.add_row(
            cell["row_label_zh"].rpartition("/")[2], cell["column_label_zh"], _shown(cell, marked), cell["unit"] or ""
        )


def _as_grid(view: Table, cells: pl.DataFrame, marked: set[str], width: int) -> None:
    """One line a row, as printed."""
    columns = dict(cells.select("column", "column_label_zh").unique(maintain_order=True).iter_rows())
    order = [column for column in registry.column_order(cells["table"][0]) if column in columns]
    # The label gives way, never the numbers: without a width of its own it would take theirs on a narrow terminal.
    left = width - len(order) * (_VALUE_WIDTH + 1) - 1
    view.add_column("", no_wrap=True, overflow="ellipsis", max_width=max(_LABEL_WIDTH, left))
    for column in order:
        view.add_column(columns[column], justify="right", overflow="fold", width=_VALUE_WIDTH)
    values = {(cell["row"], cell["column"]): cell for cell in cells.iter_rows(named=True)}
    # In the order of the document: a row borrowed from the other form stands where it is printed.
    place = [pl.col("locator").str.extract(rf"{part}=([0-9]+)", 1).cast(pl.Int32) for part in ("table", "row")]
    for row, label in (
        cells.sort(*place, nulls_last=True, maintain_order=True)
        .select("row", "row_label_zh")
        .unique(maintain_order=True)
        .iter_rows()
    ):
        view.add_row(label.rpartition("/")[2], *(_shown(values.get((row, column)), marked) for column in order))


def _shown(cell: dict | None, marked: set[str]) -> Text:
    if cell is None:
        return Text("")
    status = cell["status"]
    text = _SHOWN_INSTEAD.get(status) or cell["raw_text"] or ""
    if status == "ambiguous" and cell["raw_text"]:
        text = f"? {cell['raw_text']}"
    style = _STYLES.get(status, "")
    return Text(text, style=f"{style} reverse" if cell["cell"] in marked and status != "blank" else style)


def _show_equations(console: Console, findings: pl.DataFrame) -> None:
    counts = dict(findings.group_by("status").len().iter_rows())
    console.print(
        f"[bold]Equations[/] {findings.height} asked: {counts.get('pass', 0)} hold, {counts.get('fail', 0)} fail, "
        f"{counts.get('not_assessable', 0)} cannot be assessed (an operand is not a number)",
        highlight=False,
    )
    for rule, place, diagnosis in findings.filter(status="fail").select("rule", "place", "diagnosis").iter_rows():
        console.print(f"  [red]{rule} at {place}[/]: {diagnosis}", highlight=False)


def _show_findings(console: Console, findings: pl.DataFrame) -> None:
    for rule, diagnosis in findings.select("rule", "diagnosis").iter_rows():
        console.print(f"[yellow]{rule}[/]: {diagnosis}", highlight=False)


def _show_cell(console: Console, document: dict, cells: pl.DataFrame, code: str, content: bytes) -> int:
    found = cells.filter(cell=code)
    if not found.height:
        near = [
            known for known in registry.cells()["cell"].unique().sort() if known.split(".")[:2] == code.split(".")[:2]
        ][:8]
        console.print(
            f"[red]Expected a cell that {document['source_path']} prints, found '{code}'.[/] "
            + (f"Did you mean one of: {', '.join(near)}?" if near else "The codes are in dagster_project/forms/registry/cells.csv."),
            highlight=False,
        )
        return 1
    cell = found.row(0, named=True)
    for label, value in (
        ("Cell", code),
        ("Status", cell["status"]),
        ("Value", cell["value"]),
        ("Unit", cell["unit"]),
        ("Printed", cell["raw_text"]),
        ("Place", f"{document['source_path']}; {cell['locator'] or 'not found in the document'}"),
    ):
        console.print(f"[bold]{label:8}[/] {value if value is not None else '—'}", highlight=False)
    if document["file_kind"] == "pdf" and not document["member"] and cell["locator"]:
        _draw_cell(console, content, Path(f"{Path(document['source_path']).stem}.{code}.png"), cell["locator"])
    return 0


def _draw_cell(console: Console, content: bytes, target: Path, locator: str) -> None:
    try:
        mark_cell(content, locator, target)
    except Unreadable as error:
        console.print(f"[yellow]No picture of the page:[/] {error.detail}", highlight=False)
    else:
        console.print(f"[bold]Picture[/]  {target.absolute()}", highlight=False, soft_wrap=True)
