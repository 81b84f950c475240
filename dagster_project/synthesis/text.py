"""A synthetic report as plain text and as Markdown.

Here: tables as lines, in the shapes that word processors and converters leave. Not here: HTML.

Shapes (``Layout.text_shape``), for a row whose label spans three columns and whose values are two:
- compact: label, value, value;
- grid: label, empty, empty, value, value;
- word: label, empty, value, value, empty: the row is filled up to the width of the widest.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from dagster_project.synthesis import prose
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.printing import Rendered, print_cells
from dagster_project.synthesis.tables import Cell, Row, Table, form_tables
from dagster_project.synthesis.truth import ReportTruth


def render_text(truth: ReportTruth, layout: Layout | None = None) -> Rendered:
    """Return the report as text whose table rows are lines with tab stops; equal arguments give equal bytes."""
    layout = layout or Layout()
    return _render(truth, layout, "text", lambda table: ["\t".join(cells) for cells in _lines(table, layout)], "")


def render_markdown(truth: ReportTruth, layout: Layout | None = None) -> Rendered:
    """Return the report as Markdown with pipe tables; equal arguments give equal bytes."""
    layout = layout or Layout()
    return _render(truth, layout, "markdown", lambda table: _piped(_lines(table, layout)), "#")


def _render(
    truth: ReportTruth, layout: Layout, kind: str, lines_of: Callable[[Table], list[str]], mark: str
) -> Rendered:
    # Text has no spans to lie about.
    layout = replace(layout, lying_spans=False)
    random = Random(f"{kind}:{layout.seed}:{truth.body}:{truth.report_year}")
    printed = print_cells(truth, layout, random)
    title = prose.printed_title(truth, layout)
    first = mark + " " if mark else ""
    second = mark * 2 + " " if mark else ""
    parts = [first + title]
    if layout.published in ("header", "meta"):
        parts.append(f"发布日期：{truth.published_on.isoformat()}")
    elif layout.published in ("line", "bracketed"):
        day = truth.published_on
        parts.append(f"（{day.year}年{day.month}月{day.day}日）")
    parts += prose.opening(truth, layout)
    tables = form_tables(truth.form, printed, layout, random)
    for number in range(1, 7):
        parts.append(second + prose.heading(number, layout))
        parts += prose.chapter(truth, number, layout, random)
        found = ["\n".join(lines_of(table)) for table in tables if table.chapter == number]
        # Each pipe table has its own head; in text the items of article 20 may be one run of lines.
        parts += ["\n".join(found)] if found and kind == "text" and layout.disclosure_tables == "one" else found
    if layout.published == "signature":
        parts += [truth.body, prose.printed_date(truth.published_on, random)]
    content = ("\n\n".join(parts) + "\n").encode(layout.encoding)
    return Rendered(content, printed, title, None if layout.published == "none" else truth.published_on, kind)


def _lines(table: Table, layout: Layout) -> list[list[str]]:
    """Return the rows of a table as texts of cells in the layout's shape."""
    if layout.text_shape == "grid":
        return _grid(table)
    lines = [[cell.text for cell in cells] for cells in table.head]
    if table.chapter == 3:
        # The second and third head rows begin below the corner.
        lines = [lines[0], ["", *lines[1]], ["", "", *lines[2]]]
    lines += [_shaped(row, layout) for row in table.rows]
    if layout.text_shape == "word":
        width = max(map(len, lines))
        lines = [[*line, *[""] * (width - len(line))] for line in lines]
    return lines


def _shaped(row: Row, layout: Layout) -> list[str]:
    labels = [""] * row.depth + [cell.text for cell in row.labels]
    values = [cell.text for cell in row.values]
    if layout.text_shape == "word" and len(labels) == 1 and row.labels[0].colspan > 1:
        labels.append("")
    return labels + values


def _grid(table: Table) -> list[list[str]]:
    """Return every row in full width, each text in the first of the places its cell covers."""
    rows: list[list[Cell]] = [*table.head, *([*row.labels, *row.values] for row in table.rows)]
    covered: set[tuple[int, int]] = set()
    lines = []
    for at, cells in enumerate(rows):
        line: list[str] = []
        for cell in cells:
            while (at, len(line)) in covered:
                line.append("")
            for down in range(1, cell.rowspan):
                covered.update((at + down, len(line) + right) for right in range(cell.colspan))
            line += [cell.text, *[""] * (cell.colspan - 1)]
        lines.append(line + [""] * (table.width - len(line)))
    return lines


def _piped(lines: list[list[str]]) -> list[str]:
    width = max(map(len, lines))
    texts = ["| " + " | ".join([*line, *[""] * (width - len(line))]) + " |" for line in lines]
    # Markdown knows one head row; the rule goes below the first.
    return [texts[0], "|" + "---|" * width, *texts[1:]]
