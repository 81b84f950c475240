"""Glued digits cut into the numbers of their slots, in every way that the slots and the equations inside the run allow.

Here: the candidates of one run, exactly and exhaustively up to a bound. Not here: equations between runs (``solving``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

# More steps than this for one run: the digits are too many for the slots, and the run stays open.
MOST_STEPS = 300_000
MOST_CANDIDATES = 20_000
_WHOLE = re.compile(r"0|[1-9][0-9]*")
_SIGNED = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_MONEY = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{1,6})?(?:元|万元)?")
_UNIT = re.compile(r"(?:元|万元|件|项)$")


@dataclass(frozen=True)
class Slot:
    """One cell to be filled: its code and what it may hold (``whole``, ``signed`` or ``money``)."""

    cell: str
    holds: str


@dataclass(frozen=True)
class Sum:
    """An equation among the slots of one run: the slot at ``total`` is the sum of those at ``parts``."""

    total: int
    parts: tuple[int, ...]


class TooMany(Exception):
    """The search for candidates met its bound."""


class Piece(NamedTuple):
    """What a slot got: a piece of a text, '' where the slot stays empty, and its number in millionths."""

    token: int
    text: str
    number: int


# What each slot got, in order.
Candidate = tuple[Piece, ...]


def candidates(
    texts: Sequence[str],
    slots: Sequence[Slot],
    sums: Sequence[Sum],
    *,
    blanks: bool = False,
    whole: Sequence[int | None] = (),
) -> list[Candidate]:
    """Return every way to fill ``slots`` in order with the characters of ``texts`` in order, all used, none left.

    A text fills one slot or several; no number goes over the end of its text, begins with a superfluous zero or breaks a sum.
    With ``blanks`` a slot may stay empty: its cell may have been blank and have left no trace. ``whole``: millionths of the texts
    that say one thing when they are not cut (5件, /), None for those that do not.

    Raises:
        TooMany: the bound was met.
    """
    if not texts or len(texts) > len(slots):
        return []
    # A sum is asked as soon as its last slot is filled.
    asked: dict[int, list[Sum]] = {}
    for each in sums:
        asked.setdefault(max(each.total, *each.parts), []).append(each)
    found: list[Candidate] = []
    filled: list[Piece] = []
    steps = 0

    def fill(token: int, at: int) -> None:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS or len(found) > MOST_CANDIDATES:
            raise TooMany
        slot = len(filled)
        if at == len(texts[token]):
            token, at = token + 1, 0
            if token == len(texts):
                if slot == len(slots) or blanks:
                    found.append((*filled, *[Piece(token - 1, "", 0)] * (len(slots) - slot)))
                return
        if slot == len(slots) or len(texts) - token > len(slots) - slot:
            return
        if blanks:
            filled.append(Piece(token, "", 0))
            fill(token, at)
            filled.pop()
        text = texts[token]
        # The last slot takes all that is left; every other leaves a character for each slot after it in this text.
        ends = [len(text)] if slot == len(slots) - 1 else range(at + 1, len(text) + 1)
        for end in ends:
            number = _number_in(text[at:end], slots[slot].holds)
            if number is None and end - at == len(text) and whole and (whole[token] or 0) >= 0:
                number = whole[token]
            if number is None:
                continue
            filled.append(Piece(token, text[at:end], number))
            if all(filled[s.total].number == sum(filled[p].number for p in s.parts) for s in asked.get(slot, ())):
                fill(token, end)
            filled.pop()

    fill(0, 0)
    return found


def _number_in(piece: str, holds: str) -> int | None:
    """Return the number that a piece of digits prints in millionths, None when it may not stand in such a slot."""
    pattern = _MONEY if holds == "money" else _SIGNED if holds == "signed" else _WHOLE
    return int(number(piece) * 1_000_000) if pattern.fullmatch(piece) else None


def number(piece: str) -> Decimal:
    """Return the number that a cut piece prints."""
    return Decimal(_UNIT.sub("", piece))


def unit_of(piece: str) -> str | None:
    """Return the unit that a cut piece ends with."""
    match = _UNIT.search(piece)
    return match[0] if match else None
