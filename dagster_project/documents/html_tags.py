"""Which tags a page has, told from its bytes before it is parsed.

Here: the question whether a page may have a tag at all, or hide anything, so that most pages are spared a search of their tree.
Not here: the tree (``html``). Every answer is a "maybe": bytes of comments and scripts look like tags too, and only the parser
knows.
"""

import re
from functools import cache

import numpy as np

_TABLE_OPENS = re.compile(rb"<[tT][aA][bB][lL][eE]")
# display:none and visibility:hidden from the colon on, and the y or the white space before it (border:none is everywhere).
_HIDING = re.compile(rb":(?<=[yY\s]:)\s*(?:[nN][oO][nN][eE]|[hH][iI][dD])")
# A name is told by so many of its letters: strike from strong.
_TOLD_BY = 4
_LOWER = np.uint32(0x20202020)
# Set in letters of both cases, in no digit and in nothing that ends a name.
_LETTER = np.uint32(0x40404040)
# Names are looked up in a table of this many places by a multiplier that spreads them (Knuth's, of the golden ratio).
_PLACES_BITS = 13
_SPREAD = np.uint32(2_654_435_761)


class Tags:
    """The opening tags of one page given as bytes in an encoding that contains ASCII; one at the very end holds nothing and is left out.

    ``breaks_off``: the page ends inside its last table.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        at = np.flatnonzero(np.frombuffer(content, np.uint8)[:-_TOLD_BY] == ord("<"))
        places = _places(_words(content)[at + 1])
        self._in_page = _seen(places)
        first = _TABLE_OPENS.search(content)
        closed = max(0, content.rfind(b"</table"))
        closed = max(closed, content.rfind(b"</TABLE", closed))
        self.breaks_off = _TABLE_OPENS.search(content, closed) is not None
        self._first = first.start() if first else len(content)
        self._last = len(content) if self.breaks_off else closed
        begin, end = np.searchsorted(at, (self._first, self._last))
        self._in_tables = _seen(places[begin:end])

    def have(self, *names: str) -> bool:
        """Tell whether any of these tags may be in the page."""
        return not self._in_page.isdisjoint(_places_of(names))

    def among_tables(self, *names: str) -> bool:
        """Tell whether any of these tags may stand in a table, or between two."""
        return not self._in_tables.isdisjoint(_places_of(names))

    def may_hide_in_tables(self) -> bool:
        """Tell whether a style may hide something in a table, or between two."""
        return _HIDING.search(self._content, self._first, self._last) is not None


def _words(content: bytes) -> np.ndarray:
    """Return the four bytes from each place on as one number, without copying any."""
    return np.ndarray(max(0, len(content) - _TOLD_BY + 1), "<u4", content, strides=(1,))


def _places(words: np.ndarray) -> np.ndarray:
    """Return the place of each tag's name in the table. Two names may share one: that costs a search and nothing else."""
    # What does not follow a letter is no part of the name; h1 to h6 are all h.
    second = words & _LETTER & np.uint32(0xFF00)
    third = words & _LETTER & (second << np.uint32(8))
    fourth = words & _LETTER & (third << np.uint32(8))
    kept = ((second | third | fourth) >> np.uint32(6)) * np.uint32(0xFF) | np.uint32(0xFF)
    return (((words | _LOWER) & kept) * _SPREAD) >> np.uint32(32 - _PLACES_BITS)


def _seen(places: np.ndarray) -> frozenset[int]:
    # A page has a thousand tags of some twenty names.
    seen = np.zeros(1 << _PLACES_BITS, bool)
    seen[places] = True
    return frozenset(np.flatnonzero(seen).tolist())


@cache
def _places_of(names: tuple[str, ...]) -> frozenset[int]:
    words = np.array([_words(name.encode().ljust(_TOLD_BY))[0] for name in names], np.uint32)
    return frozenset(_places(words).tolist())
