"""Damage to columns and heads: lost, doubled, moved, renamed, invented, printed again.

Here: whole columns. Where a head says other than before, the numbers stand where the head says. Not here: rows.
"""

from random import Random

from dagster_project.synthesis.damage.kinds import any_table, damage, moves_columns
from dagster_project.synthesis.pages import Label, Page, PageRow, PageTable, Value, copied_row

_RESULTS = 5


def _wide(table: PageTable) -> bool:
    return len(table.heads) > 1 and bool(table.body()) and not table.heads_fixed


def _same_head(page: Page, table: PageTable) -> list[PageTable]:
    """Return the pieces of a table that stand under its head."""
    return [each for each in page.tables(table.name, table.part) if each.heads is table.heads]


def _full(page: Page, table: PageTable) -> list[tuple[PageTable, PageRow]]:
    return [
        (each, row) for each in _same_head(page, table) for row in each.body() if len(row.values) == len(table.heads)
    ]


def _head_rows(page: Page, table: PageTable, label: Label) -> list[PageRow]:
    return [row for each in _same_head(page, table) for row in each.rows if any(cell is label for cell in row.labels)]


def _place_all(page: Page, table: PageTable) -> None:
    for each in _same_head(page, table):
        each.columns_moved = True
        for row in each.body():
            if any(value.at is not None for value in row.values):
                each.place(row)


@moves_columns
def drop_column(page: Page, random: Random) -> bool:
    """A column lost, its name with it."""
    table = any_table(page, random, _wide)
    if table is None:
        return False
    at = random.randrange(len(table.heads))
    full = _full(page, table)
    _drop_head(page, table, at)
    for _, row in full:
        del row.values[at]
    _place_all(page, table)
    return True


def _drop_head(page: Page, table: PageTable, at: int) -> None:
    label = table.heads[at]
    for row in _head_rows(page, table, label):
        row.labels = [cell for cell in row.labels if cell is not label]
    del table.heads[at]


@moves_columns
def drop_values_of_column(page: Page, random: Random) -> bool:
    """The values of a column lost, its name still there: which column is short nobody can tell."""
    table = any_table(page, random, _wide)
    if table is None:
        return False
    at = random.randrange(len(table.heads))
    for _, row in _full(page, table):
        del row.values[at]
    _place_all(page, table)
    return True


@moves_columns
def drop_head_of_column(page: Page, random: Random) -> bool:
    """The name of a column lost, its values still there: the others and the form's order say which, unless they moved."""
    table = any_table(page, random, _wide)
    if table is None:
        return False
    _drop_head(page, table, random.randrange(len(table.heads)))
    if table.columns_moved:
        _place_all(page, table)
    for each in _same_head(page, table):
        each.heads_fixed = each.headless = True
    return True


@moves_columns
def duplicate_values_of_column(page: Page, random: Random) -> bool:
    table = any_table(page, random, _wide)
    if table is None:
        return False
    at = random.randrange(len(table.heads))
    for _, row in _full(page, table):
        value = row.values[at]
        row.values.insert(at, Value(value.text, value.number))
    _place_all(page, table)
    return True


@moves_columns
def reorder_columns(page: Page, random: Random) -> bool:
    """Two columns at one another's place, names and values alike."""
    table = any_table(page, random, _wide)
    if table is None:
        return False
    first, second = _two(table, random)
    full = _full(page, table)
    _swap_names(table, first, second)
    for _, row in full:
        row.values[first], row.values[second] = row.values[second], row.values[first]
    _place_all(page, table)
    return True


@moves_columns
def permute_heads(page: Page, random: Random) -> bool:
    """Two names of columns at one another's place, the values where they were: the page says that they are others."""
    table = any_table(page, random, _wide)
    if table is None:
        return False
    _swap_names(table, *_two(table, random))
    _place_all(page, table)
    return True


def _two(table: PageTable, random: Random) -> tuple[int, int]:
    if table.name != "remedies" or len(table.heads) % _RESULTS:
        return tuple(random.sample(range(len(table.heads)), 2))
    # A result's name says nothing of its channel: both of one channel.
    channel = random.randrange(len(table.heads) // _RESULTS) * _RESULTS
    return tuple(channel + at for at in random.sample(range(_RESULTS), 2))


def _swap_names(table: PageTable, first: int, second: int) -> None:
    one, two = table.heads[first], table.heads[second]
    one.text, two.text = two.text, one.text
    one.code, two.code = two.code, one.code


@moves_columns
def swap_channels(page: Page, random: Random) -> bool:
    """The names of the two kinds of suits at one another's place."""
    table = any_table(page, random, lambda each: each.name == "remedies" and _wide(each) and len(each.heads) == 3 * _RESULTS)
    if table is None:
        return False
    channels = [label for row in table.rows for label in row.labels if label.role == "row"]
    if len(channels) != 3:
        return False
    channels[1].text, channels[2].text = channels[2].text, channels[1].text
    for at in range(_RESULTS):
        one, two = table.heads[_RESULTS + at], table.heads[2 * _RESULTS + at]
        one.code, two.code = two.code, one.code
    _place_all(page, table)
    return True


def _head_of(table: PageTable) -> list[PageRow]:
    return [row for row in table.rows if not row.values and any(label.role == "column" for label in row.labels)]


@damage
def lose_heads(page: Page, random: Random) -> bool:
    """The rows that name the columns lost, or the lowest of them."""
    table = any_table(page, random, lambda each: bool(_head_of(each)) and not each.columns_moved)
    if table is None:
        return False
    head = _head_of(table)
    gone = head if random.random() < 0.6 else head[-1:]
    table.rows = [row for row in table.rows if not any(row is each for each in gone)]
    for each in _same_head(page, table):
        each.heads_fixed = each.headless = True
    return True


@damage
def invent_heads(page: Page, random: Random) -> bool:
    """Other words in place of the names of the columns: 数据1, 数据2, …"""
    table = any_table(page, random, lambda each: bool(_head_of(each)) and not each.columns_moved)
    if table is None:
        return False
    some = table.heads if random.random() < 0.7 else random.sample(table.heads, 1)
    for at, label in enumerate(some, start=1):
        if label.text not in ("总计", "合计") or random.random() < 0.5:
            label.text = random.choice((f"数据{at}", f"列{at}", "数量"))
    for each in _same_head(page, table):
        each.heads_fixed = each.headless = True
    return True


@damage
def insert_blank_column(page: Page, random: Random) -> bool:
    """An empty column before the values, behind them or among them, in every row of a table."""
    table = any_table(page, random)
    if table is None:
        return False
    where = random.choice(("before", "behind", "among"))
    among = random.randrange(len(table.heads) + 1)
    for each in _same_head(page, table):
        for row in each.rows:
            if where == "behind" or (where == "among" and not row.values):
                row.after.insert(0, Label(""))
            elif where == "before":
                row.labels.append(Label(""))
            elif len(row.values) == len(table.heads):
                # Blank in every row it is no column of the form, and the others stand as before.
                row.values.insert(among, Value("", None))
        each.heads_fixed = True
    return True


@damage
def repeat_heads(page: Page, random: Random) -> bool:
    """The head printed once more further down, as at the top of a page."""
    table = any_table(page, random, lambda each: bool(_head_of(each)) and len(each.body()) > 1)
    if table is None:
        return False
    head = [copied_row(row) for row in _head_of(table)]
    place = random.randrange(len(table.rows) - len(table.body()) + 1, len(table.rows))
    table.rows[place:place] = head
    for each in _same_head(page, table):
        each.heads_fixed = True
    return True
