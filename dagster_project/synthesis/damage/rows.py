"""Damage to rows: lost, doubled, moved, under another label, under none, under one cut in two.

Here: rows with values. Not here: heads (``columns``), what stands between rows (``surroundings``).
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from dagster_project.synthesis.damage.kinds import any_row, any_table, damage, labelled, undecide
from dagster_project.synthesis.pages import Label, Line, Page, PageRow, PageTable, Value, copied_row, number_in

_STRANGE_LABELS = (
    "9.属于工作秘密",
    "小计",
    "其中：企业",
    "备注",
    "其他主动公开文件",
    "（八）历史遗留",
    "10.其他情况说明",
    "其中：网上申请",
    "本年度",
)
_MISTYPED = "己日未土人入子干王"
_FAMILIES = {"refused": "（三）不予公开", "unavailable": "（四）无法提供", "declined": "（五）不予处理", "other": "（六）其他处理"}
_PAGE_MARKS = ("- 4 -", "— 5 —", "第 3 页", "")


def _label_of(row: PageRow) -> Label:
    return next(label for label in reversed(row.labels) if label.role == "row")


def _two_labelled(table: PageTable) -> bool:
    return sum(map(labelled, table.body())) > 1


def _two_rows(page: Page, random: Random) -> tuple[PageTable, PageRow, PageRow] | None:
    table = any_table(page, random, _two_labelled)
    if table is None:
        return None
    return table, *random.sample(list(filter(labelled, table.body())), 2)


def _insert(table: PageTable, row: PageRow, new: PageRow) -> None:
    place = next(at for at, each in enumerate(table.rows) if each is row)
    table.rows.insert(place, new)


@damage
def drop_row(page: Page, random: Random) -> bool:
    chosen = any_row(page, random)
    if chosen is None:
        return False
    table, row = chosen
    table.rows = [each for each in table.rows if each is not row]
    return True


@damage
def duplicate_row(page: Page, random: Random) -> bool:
    """The same row twice, below itself or elsewhere in its table."""
    chosen = any_row(page, random)
    if chosen is None:
        return False
    table, row = chosen
    _insert(table, random.choice((row, random.choice(table.body()))), copied_row(row))
    return True


@damage
def duplicate_row_changed(page: Page, random: Random) -> bool:
    """A row twice with one figure changed: nobody can tell which of the two counts."""
    chosen = any_row(page, random, lambda row: any(value.number is not None for value in row.values))
    if chosen is None:
        return False
    table, row = chosen
    twin = copied_row(row)
    value = random.choice([value for value in twin.values if value.number is not None])
    value.text = str(abs(int(value.number)) + random.choice((1, 3, 10)))
    value.number = number_in(value.text)
    _insert(table, random.choice((row, random.choice(table.body()))), twin)
    return True


@damage
def reorder_rows(page: Page, random: Random) -> bool:
    chosen = _two_rows(page, random)
    if chosen is None:
        return False
    table, one, two = chosen
    swapped = {id(one): two, id(two): one}
    table.rows = [swapped.get(id(row), row) for row in table.rows]
    for row in (one, two):
        if row.code == "other_other":
            undecide(row)  # 其他 says what it means by its family alone
    return True


@damage
def swap_labels(page: Page, random: Random) -> bool:
    """Two labels at one another's row: the numbers now stand under the other label."""
    chosen = _two_rows(page, random)
    if chosen is None:
        return False
    table, one, two = chosen
    first, second = _label_of(one), _label_of(two)
    first.text, second.text = second.text, first.text
    one.code, two.code = two.code, one.code
    for row in (one, two):
        table.place(row)
        if row.code == "other_other":
            undecide(row)
    return True


@damage
def repeat_label(page: Page, random: Random) -> bool:
    """A row under the label of another: that one is there twice, its own is missing."""
    chosen = _two_rows(page, random)
    if chosen is None:
        return False
    table, one, two = chosen
    _label_of(two).text, two.code = _label_of(one).text, one.code
    table.place(two)
    return True


@damage
def mistype_label(page: Page, random: Random) -> bool:
    """One or two characters of a long label wrong, missing or too many."""
    chosen = any_row(page, random, lambda row: labelled(row) and len(_label_of(row).text) > 8)
    if chosen is None:
        return False
    label = _label_of(chosen[1])
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(2, len(label.text) - 1)
        label.text = label.text[:at] + random.choice(("", *_MISTYPED)) + label.text[at + random.choice((0, 1, 1)) :]
    return True


def _parts(random: Random, row: PageRow) -> tuple[PageRow, PageRow, str]:
    """Cut a row's label in two: its first part in a row above, its second in a row below; the values stay with one."""
    label = _label_of(row)
    cut = random.randrange(2, len(label.text) - 1)
    rest = label.text[cut:]
    label.text = label.text[:cut]
    place = next(at for at, each in enumerate(row.labels) if each is label)
    below = PageRow([*(Label("") for _ in row.labels[:place]), Label(rest, "filler"), *(Label("") for _ in row.labels[place + 1 :])])
    blanks = [Label("") for _ in row.values]
    row.cut = below.cut = True
    if random.random() < 0.5:
        below.after = blanks
        return row, below, rest
    above = PageRow(row.labels, [], blanks)
    below.values, below.after, below.code = row.values, row.after, row.code
    return above, below, rest


@damage
def cut_label(page: Page, random: Random) -> bool:
    """A label in two rows, as where a page ends inside it, with or without the page's number between them."""
    chosen = any_row(page, random, lambda row: labelled(row) and len(_label_of(row).text) > 5)
    if chosen is None:
        return False
    table, row = chosen
    place = next(at for at, each in enumerate(table.rows) if each is row)
    above, below, _ = _parts(random, row)
    mark = random.choice(_PAGE_MARKS)
    if not mark:
        table.rows[place : place + 1] = [above, below]
        return True
    cut_table(page, table, place, Line(mark, table.part), [above], [below])
    return True


def cut_table(
    page: Page, table: PageTable, place: int, line: Line, above: list[PageRow], below: list[PageRow]
) -> PageTable:
    """Cut a table at a row, which ``above`` and ``below`` replace, with a line between; return the table that goes on."""
    rest = replace(table, rows=[*below, *table.rows[place + 1 :]], joined=False)
    table.rows = [*table.rows[:place], *above]
    at = next(at for at, block in enumerate(page.blocks) if block is table)
    page.blocks[at + 1 : at + 1] = [line, rest]
    following = page.blocks[at + 3 : at + 4]
    if following and isinstance(following[0], PageTable):
        following[0].joined = False
    return rest


@damage
def lose_label(page: Page, random: Random) -> bool:
    """The text of a label lost, or its cell with it: the values belong to no row that anybody could name."""
    chosen = any_row(page, random, labelled)
    if chosen is None:
        return False
    _, row = chosen
    label = _label_of(row)
    if random.random() < 0.4:
        row.labels = [each for each in row.labels if each is not label]
    else:
        label.text = ""
    row.code = None
    undecide(row)
    return True


@damage
def strange_label(page: Page, random: Random) -> bool:
    """A row under a label that no form prints."""
    chosen = any_row(page, random, labelled)
    if chosen is None:
        return False
    _, row = chosen
    _label_of(row).text = random.choice(_STRANGE_LABELS)
    row.code = None
    undecide(row)
    return True


@damage
def insert_strange_row(page: Page, random: Random) -> bool:
    """A row that no form prints, with figures of its own, between two others."""
    return _insert_row(page, random, lambda row: PageRow([Label(random.choice(_STRANGE_LABELS))], _figures(random, row)))


@damage
def insert_unlabelled_row(page: Page, random: Random) -> bool:
    """A row of figures without any label."""
    return _insert_row(page, random, lambda row: PageRow([Label("") for _ in row.labels[:1]], _figures(random, row)))


def _insert_row(page: Page, random: Random, made: Callable[[PageRow], PageRow]) -> bool:
    chosen = any_row(page, random)
    if chosen is None:
        return False
    table, row = chosen
    if not labelled(row):
        return False
    place = next(at for at, each in enumerate(table.rows) if each is row)
    table.rows.insert(place + random.choice((0, 1)), made(row))
    return True


def _figures(random: Random, row: PageRow) -> list[Value]:
    numbers = [random.choice((0, 0, 1, 2, 5, 12)) for _ in row.values[1:]]
    return [Value(str(number), number_in(str(number))) for number in (*numbers, sum(numbers))]


@damage
def family_subtotal(page: Page, random: Random) -> bool:
    """A row with the sums of a family under the family's own label, which the forms leave without values."""
    table = any_table(page, random, lambda each: each.name == "requests")
    if table is None:
        return False
    family = random.choice(sorted(_FAMILIES))
    rows = [row for row in table.body() if (row.code or "").startswith(family + "_") and len(row.values) == 7]
    if not rows:
        return False
    sums = [sum(int(row.values[at].number or 0) for row in rows) for at in range(7)]
    new = PageRow([Label(_FAMILIES[family])], [Value(str(number), number_in(str(number))) for number in sums])
    _insert(table, rows[0], new)
    return True
