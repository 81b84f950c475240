"""Damage to single value cells: lost, doubled, run together, torn apart, exchanged, emptied.

Here: where each value stands afterwards. Not here: what a number says (``figures``), whole rows and columns.
"""

from random import Random

from dagster_project.synthesis.damage.kinds import any_row, damage, labelled, undecide
from dagster_project.synthesis.pages import Page, PageRow, Value, number_in

_SEPARATORS = (" ", "、", "/", "；", "，", "　")
_MARKS = ("/", "—", "-", "无", "*", "――")


def _printed(value: Value) -> bool:
    return bool(value.text) and not value.glued


def _two_printed(row: PageRow) -> bool:
    return bool(_neighbours(row))


def _neighbours(row: PageRow) -> list[int]:
    return [
        at for at in range(len(row.values) - 1) if _printed(row.values[at]) and _printed(row.values[at + 1])
    ]


def _has_long(row: PageRow) -> bool:
    return any(_torn(value) for value in row.values)


def _torn(value: Value) -> bool:
    return not value.glued and len(value.text) > 1 and value.text.isdigit()


@damage
def drop_cell(page: Page, random: Random) -> bool:
    chosen = any_row(page, random)
    if chosen is None:
        return False
    _, row = chosen
    del row.values[random.randrange(len(row.values))]
    undecide(row)
    return True


@damage
def duplicate_cell(page: Page, random: Random) -> bool:
    chosen = any_row(page, random, lambda row: any(map(_printed, row.values)))
    if chosen is None:
        return False
    _, row = chosen
    at = random.choice([at for at, value in enumerate(row.values) if _printed(value)])
    row.values.insert(at, Value(row.values[at].text, row.values[at].number))
    undecide(row)
    return True


@damage
def glue_cells(page: Page, random: Random) -> bool:
    """Two or three neighbours in one cell, one cell less in the row: the digits are all there."""
    chosen = any_row(page, random, _two_printed)
    if chosen is None:
        return False
    _, row = chosen
    at = random.choice(_neighbours(row))
    end = at + 2
    if random.random() < 0.3 and end < len(row.values) and _printed(row.values[end]):
        end += 1
    glued = row.values[at:end]
    row.values[at:end] = [Value("".join(value.text for value in glued), glued=glued)]
    return True


@damage
def glue_all_cells(page: Page, random: Random) -> bool:
    """A whole row in one cell."""
    chosen = any_row(page, random, lambda row: len(row.values) > 1 and all(map(_printed, row.values)))
    if chosen is None:
        return False
    _, row = chosen
    row.values = [Value("".join(value.text for value in row.values), glued=row.values)]
    return True


@damage
def glue_label_and_value(page: Page, random: Random) -> bool:
    """The first value in its label's cell, its own cell lost or left blank."""
    chosen = any_row(page, random, lambda row: labelled(row) and bool(row.values) and _printed(row.values[0]))
    if chosen is None:
        return False
    _, row = chosen
    label = next(label for label in reversed(row.labels) if label.role == "row")
    first = row.values[0]
    label.text += random.choice(("", "：", " ")) + first.text
    if random.random() < 0.5:
        first.text, first.number = "", None
    else:
        row.in_label.append(row.values.pop(0))
    return True


@damage
def glue_leaving_blank(page: Page, random: Random) -> bool:
    """Two neighbours in the cell of the first, the second's cell left empty: the page prints one long number."""
    chosen = any_row(page, random, _two_printed)
    if chosen is None:
        return False
    _, row = chosen
    at = random.choice(_neighbours(row))
    first, second = row.values[at : at + 2]
    first.text += second.text
    first.number = number_in(first.text)
    second.text, second.number = "", None
    return True


@damage
def join_with_separator(page: Page, random: Random) -> bool:
    """Two numbers in one cell with something between them, the second's cell left empty: no number stands there."""
    chosen = any_row(page, random, _two_printed)
    if chosen is None:
        return False
    _, row = chosen
    at = random.choice(_neighbours(row))
    first, second = row.values[at : at + 2]
    first.text += random.choice(_SEPARATORS) + second.text
    first.number = number_in(first.text)  # 37，112 is a number after all
    second.text, second.number = "", None
    return True


@damage
def split_cell(page: Page, random: Random) -> bool:
    """A number torn into two cells."""
    chosen = any_row(page, random, _has_long)
    if chosen is None:
        return False
    _, row = chosen
    at = random.choice([at for at, value in enumerate(row.values) if _torn(value)])
    text = row.values[at].text
    cut = random.randrange(1, len(text))
    row.values[at : at + 1] = [Value(part, number_in(part)) for part in (text[:cut], text[cut:])]
    undecide(row)
    row.torn = True
    return True


@damage
def space_in_number(page: Page, random: Random) -> bool:
    """A number torn inside its cell, as by a line that was too narrow."""
    chosen = any_row(page, random, _has_long)
    if chosen is None:
        return False
    _, row = chosen
    value = random.choice([value for value in row.values if _torn(value)])
    cut = random.randrange(1, len(value.text))
    value.text, value.number = f"{value.text[:cut]} {value.text[cut:]}", None
    return True


@damage
def swap_cells(page: Page, random: Random) -> bool:
    """Two numbers of a row, or of two rows, at one another's place."""
    first = any_row(page, random, lambda row: any(map(_printed, row.values)))
    if first is None:
        return False
    table, row = first
    other = row if random.random() < 0.6 else random.choice(table.body())
    one = random.choice([value for value in row.values if _printed(value)])
    rest = [value for value in other.values if _printed(value) and value.text != one.text]
    if not rest:
        return False
    two = random.choice(rest)
    one.text, two.text = two.text, one.text
    one.number, two.number = two.number, one.number
    return True


@damage
def blank_cells(page: Page, random: Random) -> bool:
    chosen = any_row(page, random, lambda row: any(map(_printed, row.values)))
    if chosen is None:
        return False
    _, row = chosen
    printed = [value for value in row.values if _printed(value)]
    for value in random.sample(printed, min(len(printed), random.choice((1, 1, 2, 3)))):
        value.text, value.number = "", None
    return True


@damage
def blank_row(page: Page, random: Random) -> bool:
    chosen = any_row(page, random, lambda row: not any(value.glued for value in row.values))
    if chosen is None:
        return False
    for value in chosen[1].values:
        value.text, value.number = "", None
    return True


@damage
def blank_zeros(page: Page, random: Random) -> bool:
    """Every zero of a row, or of a table, left blank or marked."""
    chosen = any_row(page, random)
    if chosen is None:
        return False
    table, row = chosen
    text = random.choice(("", "", *_MARKS))
    zeros = [
        value
        for each in (table.body() if random.random() < 0.3 else [row])
        for value in each.values
        if value.number == 0 and not value.glued
    ]
    for value in zeros:
        value.text, value.number = text, None
    return bool(zeros)


@damage
def mark_cells(page: Page, random: Random) -> bool:
    chosen = any_row(page, random, lambda row: any(map(_printed, row.values)))
    if chosen is None:
        return False
    _, row = chosen
    value = random.choice([value for value in row.values if _printed(value)])
    value.text, value.number = random.choice(_MARKS), None
    return True
