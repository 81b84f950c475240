"""A page as the bytes of a file, from sound tables down to one line of glued characters.

Here: what each kind of file keeps of a table. Not here: pages (``pages``), damage (``damage``), reports printed with the markup
of real pages (``html``, ``text``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from random import Random

from dagster_project.synthesis.laid_out import drawn, laid_out
from dagster_project.synthesis.pages import Line, Page, PageRow, PageTable

# Half-glued text keeps a blank between so many of the cells.
_BLANK_SHARE = 0.45
_RESULTS = 5
_BY_COLUMNS_SHARE = 0.3
_EITHER_SHARE = 0.5
_SHORTEST_BROKEN = 10
_CHANNEL_NAMES = ("行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）")


@dataclass(frozen=True)
class Rendition:
    """One way to write a page. ``keeps_blanks``: a blank cell leaves a trace; ``names_columns``: the heads of the requests
    table are written; ``glues``: neighbouring cells may run into one another."""

    name: str
    extension: str
    write: Callable[[Page, Random], str]
    keeps_blanks: bool = False
    names_columns: bool = True
    glues: bool = False


def _html(page: Page, random: Random) -> str:
    parts = [f"<html><head><title>{escape(_title(page))}</title></head><body>"]
    open_table = False
    for block in page.blocks:
        joined = isinstance(block, PageTable) and block.joined and open_table
        if open_table and not joined:
            parts.append("</table>")
            open_table = False
        if isinstance(block, Line):
            parts.append(f"<p>{escape(block.text)}</p>")
            continue
        if not joined:
            parts.append('<table border="1">')
        open_table = True
        for row in block.rows:
            parts.append("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row.texts()) + "</tr>")
    if open_table:
        parts.append("</table>")
    return "\n".join([*parts, "</body></html>"])


def _tabs(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: ["\t".join(row.texts()) for row in table.rows])


def _pipes(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: ["", *_piped([row.texts() for row in table.rows]), ""], first="# ")


def _pipes_a_row(page: Page, random: Random) -> str:
    """As bad converters leave it: a table for each row under invented heads, its label once more as a heading."""

    def lines(table: PageTable) -> list[str]:
        found: list[str] = []
        if table.name == "disclosure":
            return ["", *_piped([row.texts() for row in table.rows]), ""]
        for row in table.body():
            values = [value.text for value in row.values]
            if table.name == "remedies" and len(values) == len(_CHANNEL_NAMES) * _RESULTS == len(table.heads):
                for at, channel in enumerate(_CHANNEL_NAMES):
                    span = slice(at * _RESULTS, (at + 1) * _RESULTS)
                    heads = [head.text for head in table.heads[span]]
                    found += [f"### {channel}", *_piped([heads, values[span]]), ""]
                continue
            if table.name == "remedies":
                found += ["", *_piped([each.texts() for each in table.rows]), ""]
                break
            named = [cell.text for cell in row.labels if cell.text]
            label = named[-1] if named else ""
            invented = ["类别", *(f"数据{number}" for number in range(1, len(values))), "总计"]
            found += [f"### {' '.join(named)}", *_piped([invented, [label, *values]]), ""]
        return found

    return _by_blocks(page, lines, first="# ")


def _filled_up(page: Page, random: Random) -> str:
    """As programs write that take the text out of a page: empty cells left out, the ends of rows filled up with pipes instead."""
    first = random.choice(("| ", ""))

    def lines(table: PageTable) -> list[str]:
        rows = [[text for text in row.texts() if text] for row in table.rows]
        widest = max(len(row.texts()) for row in table.rows)
        filled = [first + " | ".join(row) + " |" + " " * (len(row) < widest) + "|" * (widest - len(row)) for row in rows if row]
        # A title spans the table, so that some row is always filled up by more than one.
        return [f"{first}（单位：件） | {'|' * (max(widest, 3) - 1)}", *filled]

    return _by_blocks(page, lines)


def _lines(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: [text for row in table.rows for text in row.texts() if text])


def _spaced(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: [" ".join(filter(None, row.texts())) for row in table.rows])


def _laid_out(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: ["", *laid_out([row.texts() for row in table.rows], random), ""])


def _drawn(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: ["", *drawn([row.texts() for row in table.rows], random), ""])


def _apart(page: Page, random: Random) -> str:
    """As a page comes out that was cut into its columns: the labels of a table, then its values, row by row or column by column."""

    def lines(table: PageTable) -> list[str]:
        words = [label.text for row in table.rows for label in (*row.labels, *row.after) if label.text]
        values = [[value.text for value in row.values] for row in table.body()]
        if random.random() < _BY_COLUMNS_SHARE and len(set(map(len, values))) == 1:
            values = [list(column) for column in zip(*values, strict=True)]
        return [*words, *(text for row in values for text in row if text)]

    return _by_blocks(page, lines)


def _by_height(page: Page, random: Random) -> str:
    """As a program takes a page apart from top to bottom: the values of a row before its label, after it, or between the label's lines."""
    habit = random.choice(("values first", "labels of one line last", "either"))
    # Where a row is blank, nothing tells whose the values beside it are.
    habit = habit if _has_no_blank_row(page) else "labels first"

    def lines(table: PageTable) -> list[str]:
        found: list[str] = []
        for row in table.rows:
            values = [value.text for value in row.values if value.text]
            labels = [part for label in row.labels if label.text for part in _in_lines(label.text, random)]
            one_line = len(labels) == sum(bool(label.text) for label in row.labels)
            first = {"values first": True, "labels of one line last": one_line, "either": random.random() < _EITHER_SHARE}
            if not values or habit == "labels first":
                found += [*labels, *values]
            elif first[habit]:
                found += [*values, *labels]
            elif one_line:
                found += [*labels, *values]
            else:
                found += [*labels[:-1], *values, labels[-1]]
            found += [label.text for label in row.after if label.text]
        return found

    return _by_blocks(page, lines)


def _has_no_blank_row(page: Page) -> bool:
    tables = (block for block in page.blocks if isinstance(block, PageTable))
    return all(any(value.text for value in row.values) for table in tables for row in table.rows if row.values)


def _in_lines(label: str, random: Random) -> list[str]:
    """Break a long label into two lines now and then, as a narrow cell does."""
    if len(label) < _SHORTEST_BROKEN or random.random() < _EITHER_SHARE:
        return [label]
    at = random.randrange(4, len(label) - 2)
    return [label[:at], label[at:]]


def _glued_rows(page: Page, random: Random) -> str:
    return _by_blocks(page, lambda table: ["".join(row.texts()) for row in table.rows])


def _one_line(page: Page, random: Random) -> str:
    return _in_one_line(page, random, lambda row: "".join(row.texts()))


def _half_glued(page: Page, random: Random) -> str:
    def joined(row: PageRow) -> str:
        parts = [text + (" " if random.random() < _BLANK_SHARE else "") for text in row.texts() if text]
        return "".join(parts)

    return _in_one_line(page, random, joined)


def _in_one_line(page: Page, random: Random, written: Callable[[PageRow], str]) -> str:
    parts = []
    for block in page.blocks[1:]:
        parts.append(block.text if isinstance(block, Line) else "".join(map(written, block.rows)))
    return _title(page) + "\n" + "".join(part + random.choice(("", " ")) for part in parts) + "\n"


def _by_blocks(page: Page, lines_of: Callable[[PageTable], list[str]], first: str = "") -> str:
    lines = [first + _title(page), ""]
    for block in page.blocks[1:]:
        if isinstance(block, PageTable):
            found = lines_of(block)
            if block.joined and lines and lines[-1] == "":
                lines.pop()  # the same run of table lines goes on
            lines += [*found, ""] if found and found[-1] else found
        else:
            lines += [block.text, ""]
    return "\n".join(lines) + "\n"


def _piped(rows: list[list[str]]) -> list[str]:
    texts = ["| " + " | ".join(row) + " |" for row in rows]
    # Markdown knows one head row; the rule goes below the first.
    return [texts[0], "|" + "---|" * max(map(len, rows)), *texts[1:]] if texts else []


def _title(page: Page) -> str:
    first = page.blocks[0]
    if not isinstance(first, Line):
        raise ValueError("Expected a page whose first block is its title, found a table.")
    return first.text


RENDITIONS: dict[str, Rendition] = {
    each.name: each
    for each in (
        Rendition("html", "html", _html, keeps_blanks=True),
        Rendition("tabs", "txt", _tabs, keeps_blanks=True),
        Rendition("pipes", "md", _pipes, keeps_blanks=True),
        Rendition("pipes_a_row", "md", _pipes_a_row, keeps_blanks=True, names_columns=False),
        Rendition("filled_up", "txt", _filled_up),
        Rendition("lines", "txt", _lines),
        Rendition("spaced", "txt", _spaced),
        Rendition("laid_out", "txt", _laid_out),
        Rendition("drawn", "txt", _drawn, keeps_blanks=True),
        Rendition("apart", "txt", _apart),
        Rendition("by_height", "txt", _by_height),
        Rendition("glued_rows", "txt", _glued_rows, glues=True),
        Rendition("one_line", "txt", _one_line, glues=True),
        Rendition("half_glued", "txt", _half_glued, glues=True),
    )
}


def write(page: Page, rendition: Rendition, random: Random) -> bytes:
    """Return the file of a page; equal arguments give equal bytes."""
    return rendition.write(page, random).encode()
