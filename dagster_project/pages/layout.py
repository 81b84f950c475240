"""The tables of a form as its official print lays them out, made from the registry.

Here: heads, row labels and their nesting, as HTML around places for cells. Sources: 国办公开办函〔2019〕60号 and 〔2021〕30号. Not
here: what stands in the cells (``cells``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from dagster_project.forms import registry
from dagster_project.pages.markup import escape
from dagster_project.pages.words import GLOSSES, TABLES

# Printed in the corner of the request table of both forms.
_CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
# Units that a count goes without saying.
_COUNTED = ("件", "项")
_AS_PRINTED = "as printed"


@dataclass(frozen=True)
class Layout:
    """Tables with places: ``texts[0]``, cell 0, ``texts[1]``, cell 1 … and ``texts[-1]`` after the last cell.

    A text ends within the tag that opens its cell, so that the cell adds its own attributes.
    """

    cells: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass
class _Writer:
    cells: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    _pending: list[str] = field(default_factory=list)

    def text(self, *parts: str) -> None:
        self._pending += parts

    def cell(self, code: str, colspan: int = 1) -> None:
        self._pending.append("<td" if colspan == 1 else f"<td colspan={colspan}")
        self.texts.append("".join(self._pending))
        self.cells.append(code)
        self._pending = []

    def done(self) -> Layout:
        return Layout(tuple(self.cells), (*self.texts, "".join(self._pending)))


@cache
def layout(form: str, borrowed: frozenset[str] = frozenset()) -> Layout:
    """Return the tables of a form, with the rows (``table.row``) that a report borrows from another form in their place."""
    writer = _Writer()
    rows = [
        cell
        for cell in registry.cells().filter(form=form).iter_rows(named=True)
        if cell["presence"] == "regular" or f"{cell['table']}.{cell['row']}" in borrowed
    ]
    for table, cells in groupby(sorted(rows, key=lambda cell: _table_order(cell["table"])), key=lambda cell: cell["table"]):
        title, gloss = TABLES.get(table, (table, ""))
        writer.text(
            f'<div class=w tabindex=0 role=region aria-label="{escape(title)}"><table class={escape(table)}>',
            f"<caption>{escape(title)} <small lang=en>{escape(gloss)}</small></caption>",
        )
        {"disclosure": _disclosure, "requests": _requests, "remedies": _remedies}.get(table, _plain)(writer, list(cells))
        writer.text("</table></div>")
    return writer.done()


@cache
def names(form: str) -> dict[str, str]:
    """Return the name of each cell of a form in words, as plain text: row × column."""
    rows = registry.cells().filter(form=form).select("cell", "table", "row", "row_label_zh", "column_label_zh").iter_rows()
    return {cell: f"{row_name(table, row, label)} × {column}" for cell, table, row, label, column in rows}


def row_name(table: str, row: str, label: str) -> str:
    """Return a row's label with the family or channel that tells it from its namesakes, as plain text."""
    if table == "requests":
        family = _family_labels().get(_families().get(row, ""), "")
        return label if not family or family == label else f"{family}／{label}"
    return label.rpartition("/")[2] if table == "disclosure" else label.replace("/", "／")


def _table_order(table: str) -> int:
    return registry.TABLES.index(table) if table in registry.TABLES else len(registry.TABLES)


@cache
def _glosses(table: str) -> dict[str, str]:
    """Return the English labels of the rows and columns of a table."""
    files = {"disclosure": ("disclosure_items",), "requests": ("applicant_types", "outcomes"), "remedies": ("remedies",)}
    found = dict(GLOSSES)
    for name in files.get(table, ()):
        found |= dict(registry.load(name).select("code", "label_en").iter_rows())
    return found


def _label(text: str, code: str, table: str) -> str:
    return _glossed(text, _glosses(table).get(code))


def _glossed(text: str, gloss: str | None) -> str:
    return escape(text) + (f"<small lang=en>{escape(gloss)}</small>" if gloss else "")


def _head(label: str, scope: str, rowspan: int = 1, colspan: int = 1) -> str:
    spans = (f" rowspan={rowspan}" if rowspan > 1 else "") + (f" colspan={colspan}" if colspan > 1 else "")
    return f"<th scope={scope}{spans}>{label}</th>"


def _ordered(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _column_label(cell: dict) -> str:
    unit = cell["unit"]
    if unit in _COUNTED or not unit:
        return escape(cell["column_label_zh"])
    said = "单位照印 unit as printed" if unit == _AS_PRINTED else f"单位：{escape(unit)}"
    return f"{escape(cell['column_label_zh'])}<small>（{said}）</small>"


def _disclosure(writer: _Writer, cells: Sequence[dict]) -> None:
    """A block for each number of article 20, with a head of its own; its last column fills what is left of the width."""
    blocks = [(block, list(members)) for block, members in groupby(cells, key=lambda cell: cell["row_label_zh"].partition("/")[0])]
    widest = max(len(_ordered(cell["column"] for cell in members)) for _, members in blocks)
    for block, members in blocks:
        columns = _ordered(cell["column"] for cell in members)
        heads = {cell["column"]: _column_label(cell) for cell in members}
        last = widest - len(columns) + 1
        writer.text("<tbody>", "<tr class=b>", _head(escape(block), "rowgroup", colspan=widest + 1), "</tr>")
        writer.text("<tr>", _head("信息内容", "col"))
        writer.text(*(_head(heads[column], "col", colspan=last if column == columns[-1] else 1) for column in columns), "</tr>")
        for row, line in groupby(members, key=lambda cell: cell["row"]):
            found = {cell["column"]: cell for cell in line}
            label = next(iter(found.values()))["row_label_zh"].rpartition("/")[2]
            writer.text("<tr>", _head(_label(label, row, "disclosure"), "row"))
            for column in columns:
                span = last if column == columns[-1] else 1
                if column in found:
                    writer.cell(found[column]["cell"], span)
                else:
                    writer.text(f"<td colspan={span}></td>")
            writer.text("</tr>")
        writer.text("</tbody>")


@cache
def _captions(table: str) -> dict[str, str]:
    found = registry.labels().filter(table=table, role="caption", origin="form")
    return dict(found.unique("code", keep="first", maintain_order=True).select("code", "label").iter_rows())


@cache
def _families() -> dict[str, str]:
    return dict(registry.load("outcomes").select("code", "family").iter_rows())


@cache
def _family_labels() -> dict[str, str]:
    found = registry.labels().filter(table="requests", role="family", origin="form")
    return dict(found.select("code", "label").iter_rows())


def _requests(writer: _Writer, cells: Sequence[dict]) -> None:
    """Three rows of heads, then the rows; the results of the year nested in their caption and families."""
    captions, columns = _captions("requests"), _ordered(cell["column"] for cell in cells)
    heads = {cell["column"]: _label(cell["column_label_zh"], cell["column"], "requests") for cell in cells}
    grouped = set(registry.load("applicant_types").filter(family="organisation")["code"])
    inner = [column for column in columns if column in grouped]
    writer.text("<thead><tr>", f"<td class=k rowspan=3 colspan=3>{_CORNER}</td>")
    writer.text(_head(escape(captions["applicants"]), "colgroup", colspan=len(columns)), "</tr><tr>")
    for column in columns:
        if column == inner[0]:
            writer.text(_head(escape(captions["organisations"]), "colgroup", colspan=len(inner)))
        elif column not in grouped:
            writer.text(_head(heads[column], "col", rowspan=2))
    writer.text("</tr><tr>", *(_head(heads[column], "col") for column in inner), "</tr></thead>")
    _request_rows(writer, _request_order(cells), columns, captions["results"])


def _request_order(cells: Sequence[dict]) -> list[tuple[str, list[dict]]]:
    """Return the rows in the order printed; a borrowed one goes before the first row that the outcomes list after it."""
    order = {code: place for place, code in enumerate(registry.load("outcomes")["code"])}
    rows = {row: list(line) for row, line in groupby(cells, key=lambda cell: cell["row"])}
    printed = [row for row, line in rows.items() if line[0]["presence"] == "regular"]
    for row, line in rows.items():
        if line[0]["presence"] != "regular":
            before = [place for place, other in enumerate(printed) if order.get(other, -1) > order.get(row, len(order))]
            after = [place for place, other in enumerate(printed) if other in order]
            printed.insert(before[0] if before else (after[-1] + 1 if after else len(printed)), row)
    return [(row, rows[row]) for row in printed]


def _request_rows(writer: _Writer, rows: Sequence[tuple[str, list[dict]]], columns: Sequence[str], results: str) -> None:
    families, labels = _families(), _family_labels()

    def nested(row: str, line: list[dict]) -> str | None:
        """The family whose caption stands left of the row; the row that is its family's only one has none."""
        family = families.get(row)
        return family if family in labels and labels[family] != line[0]["row_label_zh"] else None

    def within(row: str, line: list[dict]) -> bool:
        return row in families or line[0]["row_label_zh"].startswith("（")

    for is_result, members in groupby(rows, key=lambda row: within(*row)):
        part = list(members)
        writer.text("<tbody>")
        caption = _head(_glossed(results, "Results of the year"), "rowgroup", rowspan=len(part)) if is_result else ""
        for family, lines in groupby(part, key=lambda row: nested(*row)):
            inside = list(lines)
            left = _head(_glossed(labels[family], GLOSSES.get(family)), "row", rowspan=len(inside)) if family else ""
            for row, line in inside:
                span = 1 if family else 2 if is_result else 3
                label = _head(_label(line[0]["row_label_zh"], row, "requests"), "row", colspan=span)
                writer.text("<tr>", caption, left, label)
                caption = left = ""
                found = {cell["column"]: cell["cell"] for cell in line}
                for column in columns:
                    writer.cell(found[column])
                writer.text("</tr>")
        writer.text("</tbody>")


def _remedies(writer: _Writer, cells: Sequence[dict]) -> None:
    """One row of values below channels and results; the channels of litigation below their common head."""
    channels = [(row, list(line)) for row, line in groupby(cells, key=lambda cell: cell["row"])]
    top, middle, bottom = [], [], []
    for _, members in groupby(channels, key=lambda channel: channel[1][0]["row_label_zh"].partition("/")[0]):
        group = list(members)
        head = group[0][1][0]["row_label_zh"].partition("/")[0]
        width = sum(len(line) for _, line in group)
        results = [[_label(cell["column_label_zh"], cell["column"], "remedies") for cell in line] for _, line in group]
        if len(group) == 1:
            top.append(_head(_label(head, group[0][0], "remedies"), "colgroup", colspan=width))
            middle += [_head(result, "col", rowspan=2) for result in results[0]]
            continue
        top.append(_head(_glossed(head, "Litigation"), "colgroup", colspan=width))
        for (row, line), heads in zip(group, results, strict=True):
            label = line[0]["row_label_zh"].rpartition("/")[2]
            middle.append(_head(_label(label, row, "remedies"), "colgroup", colspan=len(line)))
            bottom += [_head(result, "col") for result in heads]
    writer.text("<thead><tr>", *top, "</tr><tr>", *middle, "</tr><tr>", *bottom, "</tr></thead><tbody><tr>")
    for cell in cells:
        writer.cell(cell["cell"])
    writer.text("</tr></tbody>")


def _plain(writer: _Writer, cells: Sequence[dict]) -> None:
    """A table that only the registry knows: its rows and columns as they come."""
    heads = {cell["column"]: _column_label(cell) for cell in cells}
    writer.text("<thead><tr><td></td>", *(_head(head, "col") for head in heads.values()), "</tr></thead><tbody>")
    for _, line in groupby(cells, key=lambda cell: cell["row"]):
        found = {cell["column"]: cell for cell in line}
        writer.text("<tr>", _head(escape(next(iter(found.values()))["row_label_zh"]), "row"))
        for column in heads:
            if column in found:
                writer.cell(found[column]["cell"])
            else:
                writer.text("<td></td>")
        writer.text("</tr>")
    writer.text("</tbody>")
