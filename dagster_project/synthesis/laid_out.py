"""Rows of a table as lines of text that keep its layout: drawn with rules, or columns kept apart by blanks.

Here: how wide columns are, where a cell's lines stand. Not here: pages, other renditions (``renditions``).
"""

from collections.abc import Callable, Sequence
from random import Random
from unicodedata import east_asian_width

_NARROWEST, _WIDEST = 6, 18
_BETWEEN = 2


def columns_wide(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a Chinese character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def drawn(rows: Sequence[Sequence[str]], random: Random) -> list[str]:
    """Return rows drawn with rules; the last cell of a short row spans the columns that are left. Labels break into lines."""
    longest = random.randint(_NARROWEST, _WIDEST)
    cells = [[_lines(text, longest) for text in row] for row in rows if row]
    width = max(map(len, cells), default=0)
    widths = [
        max((columns_wide(line) for row in cells if at < len(row) for line in row[at]), default=0) for at in range(width)
    ]

    def rule(ends: set[int]) -> str:
        return "+" + "".join("-" * (widths[at] + 2) + ("+" if at in ends else "-") for at in range(width))

    lines: list[str] = []
    above: set[int] = set()
    for row in cells:
        ends = {*range(len(row) - 1), width - 1}
        lines.append(rule(above | ends))
        spans = [*widths[: len(row) - 1], sum(widths[len(row) - 1 :]) + 3 * (width - len(row))]
        for at in range(max(map(len, row))):
            texts = [each[at] if at < len(each) else "" for each in row]
            lines.append("|" + "|".join(f" {_filled(text, span, columns_wide)} " for text, span in zip(texts, spans, strict=True)) + "|")
        above = ends
    return [*lines, rule(above)] if lines else []


def laid_out(rows: Sequence[Sequence[str]], random: Random) -> list[str]:
    """Return rows as lines whose columns begin one below the other, with two blanks between them at least; a cell of several lines
    stands beside the middle of the highest one. Some programs count characters, not columns."""
    longest = random.randint(_NARROWEST, _WIDEST)
    measure = random.choice((len, columns_wide))
    blank_between = random.random() < 0.5
    cells = [[_lines(text, longest) for text in row] for row in rows]
    width = max(map(len, cells), default=0)
    widths = [max((measure(line) for row in cells if at < len(row) for line in row[at]), default=0) for at in range(width)]
    lines: list[str] = []
    for row in cells:
        height = max(map(len, row), default=0)
        for line in range(height):
            # Each cell in the middle of the row's height.
            texts = [
                each[line - above] if 0 <= line - (above := (height - len(each)) // 2) < len(each) else "" for each in row
            ]
            filled = [_filled(text, widths[at] + _BETWEEN, measure) for at, text in enumerate(texts)]
            lines.append(("  " + "".join(filled)).rstrip())
        if blank_between:
            lines.append("")
    return lines


def _lines(text: str, longest: int) -> list[str]:
    """Return a cell's text in lines of so many characters; a number stays in one, unless words stand in its cell."""
    if not any("一" <= character <= "鿿" for character in text):
        return [text]
    return [text[at : at + longest] for at in range(0, len(text), longest)]


def _filled(text: str, width: int, measure: Callable[[str], int]) -> str:
    return text + " " * (width - measure(text))
