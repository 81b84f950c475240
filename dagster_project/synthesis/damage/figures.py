"""Damage to what a number says: misread digits, sums that were wrong at the source, units, remarks, other ways to write digits.

Here: single figures; each stays in its cell. Not here: cells (``cells``).
"""

from random import Random

from dagster_project.synthesis.damage.kinds import any_row, damage
from dagster_project.synthesis.pages import Page, PageRow, Value, number_in

_MISREAD = {"0": "8", "8": "03", "1": "7", "7": "1", "3": "8", "5": "6", "6": "5"}
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
_STYLES = ("件", "项", "（其中网上3件）", "（含上年1件）", " 件", "[注1]", "FULL", "FULL", "COMMAS")
# What leaves a number open: it is multiplied, a share, raised, negated, or led by a zero.
_OPEN = ("万", "万件", "千", "%", "①", "²", "（", "?", "0x")


def _plain(value: Value) -> bool:
    return value.text.isascii() and value.text.isdigit() and not value.glued


def _some(page: Page, random: Random, suits=_plain) -> tuple[PageRow, Value] | None:
    chosen = any_row(page, random, lambda row: any(map(suits, row.values)))
    if chosen is None:
        return None
    return chosen[1], random.choice([value for value in chosen[1].values if suits(value)])


@damage
def misread_digits(page: Page, random: Random) -> bool:
    """One to three digits read as others, as optical character recognition does."""
    done = False
    for _ in range(random.choice((1, 1, 2, 3))):
        chosen = _some(page, random, lambda value: _plain(value) and any(digit in _MISREAD for digit in value.text))
        if chosen is None:
            break
        value = chosen[1]
        at = random.choice([at for at, digit in enumerate(value.text) if digit in _MISREAD])
        value.text = value.text[:at] + random.choice(_MISREAD[value.text[at]]) + value.text[at + 1 :]
        value.number = number_in(value.text)
        done = True
    return done


@damage
def lose_digit(page: Page, random: Random) -> bool:
    """A digit of a number lost, as where a font lacks it."""
    chosen = _some(page, random, lambda value: _plain(value) and len(value.text) > 1)
    if chosen is None:
        return False
    value = chosen[1]
    at = random.randrange(len(value.text))
    value.text = value.text[:at] + value.text[at + 1 :]
    value.number = number_in(value.text)
    return True


@damage
def wrong_at_source(page: Page, random: Random) -> bool:
    """Some numbers that the body itself got wrong: sums do not hold."""
    done = False
    for _ in range(random.choice((1, 1, 2, 4))):
        chosen = _some(page, random)
        if chosen is None:
            break
        value = chosen[1]
        value.number = number_in(value.text)
        changed = max(0, int(value.text) + random.choice((-20, -10, -6, -2, -1, 1, 2, 6, 10, 20)))
        value.text, value.number = str(changed), number_in(str(changed))
        done = True
    return done


@damage
def wrong_column_at_source(page: Page, random: Random) -> bool:
    """One row that the body got wrong in a column and in its total alike: the row adds up, the columns do not."""
    chosen = any_row(page, random, lambda row: len(row.values) == 7 and all(map(_plain, row.values)))
    if chosen is None:
        return False
    values = chosen[1].values
    more = random.choice((1, 2, 6, 10))
    for value in (random.choice(values[:-1]), values[-1]):
        value.text = str(int(value.text) + more)
        value.number = number_in(value.text)
    return True


@damage
def restyle_number(page: Page, random: Random) -> bool:
    """A unit, a remark, full-width digits, thousands: the number stays."""
    chosen = _some(page, random)
    if chosen is None:
        return False
    value = chosen[1]
    style = random.choice(_STYLES)
    if style == "FULL":
        value.text = value.text.translate(_FULL_WIDTH)
    elif style == "COMMAS":
        value.text = f"{int(value.text):,}"
    else:
        value.text += style
    return True


@damage
def open_number(page: Page, random: Random) -> bool:
    """Something at a number that leaves open what it says."""
    chosen = _some(page, random)
    if chosen is None:
        return False
    value = chosen[1]
    style = random.choice(_OPEN)
    if style == "0x":
        value.text = "0" + value.text
    elif style == "（":
        value.text = f"（{value.text}）"
    else:
        value.text += style
    value.number = None
    return True
