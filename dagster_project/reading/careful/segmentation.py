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
_MILLIONTHS = 1_000_000
_SIGNED = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_MONEY = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{1,6})?(?:元|万元)?")
_DASH = "-"
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
    """What a slot got: a piece of a text, '' where the slot stays empty, and its number in millionths. ``token`` is the index of
    the text."""

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
    search = _Search(texts, slots, sums, blanks, whole)
    search.fill(0, 0)
    return search.found


class _Search:
    """The search for candidates, slot after slot. A sum is used as soon as all of its parts are filled: its total can then be
    one piece only; and before that to give up where the parts are more than the characters left can print."""

    def __init__(
        self, texts: Sequence[str], slots: Sequence[Slot], sums: Sequence[Sum], blanks: bool, whole: Sequence[int | None]
    ) -> None:
        self.found: list[Candidate] = []
        self._texts, self._slots, self._blanks, self._whole = texts, slots, blanks, whole
        self._after = [sum(map(len, texts[at + 1 :])) for at in range(len(texts))]
        self._filled: list[tuple[int, str, int]] = []
        self._sums = [each for each in sums if max(each.parts) < each.total]
        self._odd = [each for each in sums if max(each.parts) > each.total]
        self._reached = [0] * len(self._sums)
        self._part_of = [[k for k, each in enumerate(self._sums) if at in each.parts] for at in range(len(slots))]
        self._total_of = [[k for k, each in enumerate(self._sums) if at == each.total] for at in range(len(slots))]
        self._steps = 0

    def fill(self, token: int, at: int) -> None:
        """Fill the slots from the first empty one on with the characters from ``at`` of a text on."""
        self._steps += 1
        if self._steps > MOST_STEPS or len(self.found) > MOST_CANDIDATES:
            raise TooMany
        slot = len(self._filled)
        texts, slots = self._texts, self._slots
        if at == len(texts[token]):
            token, at = token + 1, 0
            if token == len(texts):
                if slot == len(slots) or self._blanks:
                    self._keep(slot)
                return
        if slot == len(slots) or len(texts) - token > len(slots) - slot:
            return
        if self._blanks:
            self._filled.append((token, "", 0))
            self.fill(token, at)
            self._filled.pop()
        text = texts[token]
        for end in self._ends(text, at, slot):
            number = _number_in(text[at:end], slots[slot].holds)
            if number is None and end - at == len(text) and self._whole and (self._whole[token] or 0) >= 0:
                number = self._whole[token]
            if number is None or any(number != self._reached[k] for k in self._total_of[slot]):
                continue
            for k in self._part_of[slot]:
                self._reached[k] += number
            if self._can_go_on(slot, len(text) - end + self._after[token]):
                self._filled.append((token, text[at:end], number))
                self.fill(token, end)
                self._filled.pop()
            for k in self._part_of[slot]:
                self._reached[k] -= number

    def _ends(self, text: str, at: int, slot: int) -> Sequence[int]:
        if slot == len(self._slots) - 1:
            return (len(text),)  # the last slot takes all that is left
        if self._total_of[slot] and text.isdigit():
            end = at + len(str(self._reached[self._total_of[slot][0]] // _MILLIONTHS))
            return (end,) if end <= len(text) else ()
        return range(at + 1, len(text) + 1)

    def _can_go_on(self, slot: int, left: int) -> bool:
        """Whether the characters left can print the totals of the parts so far, each of the other slots taking one at least."""
        room = left if self._blanks else left - (len(self._slots) - slot - 2)
        return all(
            self._reached[k] < 10**room * _MILLIONTHS for k in self._part_of[slot] if self._sums[k].total > slot
        )

    def _keep(self, slot: int) -> None:
        pieces = [Piece(*each) for each in self._filled]
        pieces += [Piece(len(self._texts) - 1, "", 0)] * (len(self._slots) - slot)
        if all(pieces[each.total].number == sum(pieces[part].number for part in each.parts) for each in self._odd):
            self.found.append(tuple(pieces))


def _number_in(piece: str, holds: str) -> int | None:
    """Return the number that a piece of digits prints in millionths, None when it may not stand in such a slot."""
    if piece.isdigit():
        return int(piece) * _MILLIONTHS if piece[0] != "0" or piece == "0" else None
    if piece == _DASH:
        return 0  # a dash may be the mark of a blank and no sign
    if holds == "whole":
        return None
    pattern = _MONEY if holds == "money" else _SIGNED
    return int(number(piece) * _MILLIONTHS) if pattern.fullmatch(piece) else None


def number(piece: str) -> Decimal | None:
    """Return the number that a cut piece prints, None for a mark."""
    return None if piece == _DASH else Decimal(_UNIT.sub("", piece))


def unit_of(piece: str) -> str | None:
    """Return the unit that a cut piece ends with."""
    match = _UNIT.search(piece)
    return match[0] if match else None
