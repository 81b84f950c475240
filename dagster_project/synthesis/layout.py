"""The ways in which one report can be printed, as data.

Here: the knobs and their random setting. Not here: what each of them does to a page (``printing``, ``tables``, the file kinds).
Each knob stands for something seen on published pages; the default setting is a plain, sound page.
"""

from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any


def _knob(default: Any, *others: Any, odd: bool = True) -> Any:
    """Return a field with its other settings. An odd knob leaves its default seldom, the rest are drawn evenly."""
    return field(default=default, metadata={"others": others, "odd": odd})


@dataclass(frozen=True)
class Layout:
    """How one report is printed. Two layouts with equal fields print the same truth byte for byte alike."""

    seed: int = 0

    # The page around the report.
    chrome: str = _knob("plain", "none", "portal", odd=False)
    """"none", "plain" (head line and footer) or "portal" (navigation, breadcrumb, scripts, styles, links, footer)."""
    inside_layout_table: bool = _knob(False, True)
    """The whole article stands in a cell of an outer table."""
    target_bytes: int | None = None
    """Size that the HTML page comes near to: word-processor styling and more prose; None adds nothing."""

    office_work: bool = True
    """Sentences about office work, which are made up; without them the chapters hold figures only."""

    # What the report says about itself.
    title: str = _knob(
        "as_given", "year_first", "no_year_word", "year_and_space", "extra_de", "niandu", "short", odd=False
    )
    published: str = _knob("header", "meta", "line", "bracketed", "signature", "none", odd=False)
    period: str = _knob("from_to", "to_month", "dashed", "none", odd=False)
    """Sentence on the period of the figures; "half_year" makes it January to June."""
    headings: str = _knob("points", "spaced", "parts", odd=False)

    # Markup of cells.
    wrapper: str = _knob("p", "none", "span", "font", "word", odd=False)
    """What stands between a cell and its text; "word" is p, span and an empty o:p as word processors leave it."""
    character_spans: bool = _knob(False, True)
    """Every character of labels and values in a span of its own."""
    split_labels: str = _knob("none", "br", "p")
    split_numbers: bool = _knob(False, True)
    """Digits of one number in adjacent spans; a browser shows one number."""
    padding: bool = _knob(False, True, odd=False)
    """No-break spaces around values."""
    uppercase_tags: bool = _knob(False, True)
    unclosed_cells: bool = _knob(False, True)
    """Cells and rows without end tags."""
    attribute_noise: bool = _knob(False, True, odd=False)

    # Shape of the tables.
    disclosure_tables: str = _knob("one", "four", odd=False)
    corner_caption: bool = _knob(True, False, odd=False)
    """The sentence on 勾稽关系 in the corner of the requests table."""
    lying_spans: bool = _knob(False, True)
    """Colspans of the head and of the rows below it disagree."""
    empty_for_rowspan: bool = _knob(False, True)
    """An empty cell in each row in place of a label that spans rows."""
    trailing_blank_row: bool = _knob(False, True)
    """A row of blanks below the values of the remedies table."""
    text_shape: str = _knob("word", "grid", "compact", odd=False)
    """Text and Markdown: where the empty cells that merged cells leave behind stand."""

    # Labels.
    brackets: str = _knob("（）", "()", odd=False)
    points: str = _knob(".", "、", "．", odd=False)
    total_label: str = _knob("总计", "合计")
    fee_note: str = _knob("（单位：万元）", "（单位：万元，保留4位小数）", "", odd=False)
    typos: int = _knob(0, 1, 2)
    """Long labels of the requests table with one character wrong or missing."""

    # Values.
    zeros: str = _knob("0", "", "/", "-", "—", "无")
    """What is printed for 0; "" leaves the cell blank."""
    zeros_where: str = _knob("everywhere", "parts", "regulations", "remedies", odd=False)
    """Where ``zeros`` applies; "parts" leaves the zeros of totals alone."""
    full_width_digits: bool = _knob(False, True)
    thousands: bool = _knob(False, True)
    sign: str = _knob("-", "－", "−", "+")
    """Minus sign of signed cells; "+" also prints a plus before what is more."""
    units: bool = _knob(False, True)
    """Some cells carry their unit: 251000元, 5件."""
    notes: bool = _knob(False, True)
    """Some cells carry a remark: 22（其中修订16件）."""

    # Bytes.
    encoding: str = _knob("utf-8", "utf-8-sig", "gb18030")
    declared: bool = _knob(True, False)
    """The page declares its encoding."""

    @classmethod
    def random(cls, seed: int, *, oddity: float = 0.25, **fixed: Any) -> "Layout":
        """Return a layout drawn from ``seed``: odd knobs leave their default with probability ``oddity``; ``fixed`` wins."""
        random = Random(f"layout:{seed}")
        drawn: dict[str, Any] = {}
        for knob in fields(cls):
            others = knob.metadata.get("others")
            if not others:
                continue
            # Both are drawn whatever is taken: a knob's setting must not depend on the oddity of the ones before it.
            odd, other, even = random.random(), random.choice(others), random.choice((knob.default, *others))
            drawn[knob.name] = even if not knob.metadata["odd"] else other if odd < oddity else knob.default
        return replace(cls(seed=seed, **drawn), **fixed)
