"""Markup of table cells in HTML, as word processors and content systems leave it.

Here: what stands around a label or a value inside a table. Not here: the page (``html``), the order of cells (``tables``).
"""

from random import Random

from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.printing import Printed
from dagster_project.synthesis.tables import Cell, Table

# Declarations that say nothing about the content, as pasted documents carry them by the kilobyte.
_DECLARATIONS = (
    "text-align:center",
    "font-family:宋体",
    "font-size:10.5pt",
    "line-height:18pt",
    "border:solid windowtext 1.0pt",
    "mso-border-alt:solid windowtext .5pt",
    "padding:0cm 5.4pt 0cm 5.4pt",
    "mso-bidi-font-family:宋体",
    "mso-font-kerning:0pt",
    "layout-grid-mode:char",
    "word-break:break-all",
    "mso-pagination:widow-orphan",
    "mso-yfti-cnfc:64",
    "background:white",
    "color:black",
    "mso-themecolor:text1",
    "text-indent:0cm",
    "vertical-align:middle",
    "mso-ascii-font-family:Calibri",
    "mso-hansi-font-family:Calibri",
    "border-left:none",
    "mso-border-left-alt:solid windowtext .5pt",
)
_SHORTEST_SPLIT = 4
_WRAPPERS = {
    "none": ("", ""),
    "p": ("<p{0}>", "</p>"),
    "span": ("<span{0}>", "</span>"),
    "font": ("<p{0}><span><font>", "</font></span></p>"),
    "word": ('<p class="MsoNormal"{0}><span lang="EN-US"{1}>', "<o:p></o:p></span></p>"),
}


class CellMarkup:
    """Turns tables into HTML for one layout. ``styling`` is the number of characters of style declarations per cell."""

    def __init__(self, layout: Layout, random: Random, styling: int = 0):
        self._layout = layout
        self._random = random
        shares = {"none": (1.0, 0, 0), "word": (0.4, 0.3, 0.3)}.get(layout.wrapper, (0.6, 0.4, 0))
        cell, outer, inner = (_style(round(styling * share), random) for share in shares)
        self._cell_attributes = cell
        before, self._after = _WRAPPERS[layout.wrapper]
        self._before = before.format(outer, inner)
        self._blank = random.choice(("", "&nbsp;"))
        # In a paragraph of its own where the wrapper is none, else the wrapper closed and opened again.
        self._new_paragraph = self._after + self._before if "<p" in self._before else "</p><p>"
        self._own_paragraphs = layout.split_labels == "p" and "<p" not in self._before
        self._spans = layout.character_spans or layout.split_numbers
        self._opened: dict[tuple[int, int], list[str]] = {}

    def table(self, tables: list[Table], printed: dict[str, Printed]) -> str:
        """Return one HTML table that holds ``tables`` one below the other."""
        lines = [f"<table{self._table_attributes()}><tbody>"]
        for table in tables:
            for cells in table.head:
                lines.append(self._row(cells, 0, printed))
            for row in table.rows:
                lines.append(self._row([*row.labels, *row.values], row.depth, printed))
        lines.append("</tbody></table>")
        return "\n".join(lines) if self._layout.chrome == "portal" else "".join(lines)

    def _table_attributes(self) -> str:
        attributes = ' border="1" cellspacing="0"'
        if self._layout.attribute_noise:
            attributes += f' cellpadding="0" width="{self._random.randrange(500, 700)}" align="center" class="MsoTable"'
        return attributes

    def _row(self, cells: list[Cell], depth: int, printed: dict[str, Printed]) -> str:
        layout = self._layout
        end = "" if layout.unclosed_cells else "</td>"
        parts = ["<tr>"]
        if depth and layout.empty_for_rowspan:
            parts += [f"<td>{end}"] * depth
        for text, colspan, rowspan, code in cells:
            parts.append(self._open(colspan, 1 if layout.empty_for_rowspan and code is None else rowspan))
            parts.append(self._value(text, printed[code]) if code else self._label(text))
            parts.append(end)
        if not layout.unclosed_cells:
            parts.append("</tr>")
        return "".join(parts)

    def _open(self, colspan: int, rowspan: int) -> str:
        known = self._opened.get((colspan, rowspan))
        if known is None:
            spans = (f' colspan="{colspan}"' if colspan > 1 else "") + (f' rowspan="{rowspan}"' if rowspan > 1 else "")
            noise = [""]
            if self._layout.attribute_noise:
                noise = [
                    f' width="{width}" nowrap="" valign="{self._random.choice(("top", "center"))}" data-w="{width}.5"'
                    for width in self._random.sample(range(28, 120), 4)
                ]
            known = self._opened[colspan, rowspan] = [f"<td{spans}{more}{self._cell_attributes}>" for more in noise]
        return known[0] if len(known) == 1 else self._random.choice(known)

    def _label(self, text: str) -> str:
        if not text:
            return self._blank
        layout = self._layout
        if layout.split_labels == "none" or len(text) < _SHORTEST_SPLIT or self._random.random() < 0.4:
            inner = _each_in_span(text) if layout.character_spans else text
            return f"{self._before}{inner}{self._after}"
        at = self._random.randrange(2, len(text) - 1)
        first, second = text[:at], text[at:]
        if layout.character_spans:
            first, second = _each_in_span(first), _each_in_span(second)
        if layout.split_labels == "br":
            return f"{self._before}{first}<br>{second}{self._after}"
        if self._own_paragraphs:
            return f"<p>{first}</p><p>{second}</p>"
        return f"{self._before}{first}{self._new_paragraph}{second}{self._after}"

    def _value(self, text: str, printed: Printed) -> str:
        if not text:
            return self._blank
        if self._spans and len(text) > 1:
            if self._layout.character_spans:
                text = _each_in_span(text)
            elif printed.status == "number":
                at = self._random.randrange(1, len(text))
                text = f"<span>{text[:at]}</span><span>{text[at:]}</span>"
        if self._layout.padding:
            text = self._random.choice((f"&nbsp;{text}", f"{text}&nbsp;&nbsp;", f"&nbsp; {text}&nbsp;"))
        return f"{self._before}{text}{self._after}"


def _each_in_span(text: str) -> str:
    return "<span>" + "</span><span>".join(text) + "</span>"


def _style(length: int, random: Random) -> str:
    """Return a style attribute of about ``length`` characters; '' when even one declaration is too long."""
    declarations: list[str] = []
    left = length - len(' style=""')
    while left > 8:
        found = random.choice(_DECLARATIONS)
        declarations.append(found)
        left -= len(found) + 1
    return f' style="{";".join(declarations)}"' if declarations else ""
