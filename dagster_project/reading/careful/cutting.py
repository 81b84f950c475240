"""Runs of glued digits of one table decided together: which of them are cut, and which stay open.

Here: the rules of deciding. Not here: the ways to cut one run (``segmentation``), solutions of the equations (``solving``).

A run is cut when its own sums hold, all solutions of the equations between rows take the same numbers, and these equations bind
it: each of its cells stands in one of them, and all their rows could be read. Digits that a lost, doubled or misread cell
leaves behind satisfy a row's own sum now and then, all equations of the table next to never.
- Rows that no equation of the form binds to others (a line of channels, each with its own total) are cut by their own sums.
- Rows without any sum are cut when there is one way, blank cells that left no trace allowed for.
- A break may stand between two cells or inside a number. Numbers that run over one are ways to cut, but are not published.
- Zeros only are cut whatever became of the other rows: no other numbers leave them behind.
- Where the source's own equations contradict each other, see ``_contradicted``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import Levenshtein

from dagster_project.forms.equations import Equation
from dagster_project.reading.careful.runs import Run
from dagster_project.reading.careful.segmentation import Candidate, Piece, Sum, TooMany, candidates
from dagster_project.reading.careful.solving import TooManySums, Unknown, solve
from dagster_project.reading.careful.tokens import value_of

_MILLIONTHS = 1_000_000
# A number torn in two leaves two pieces; more than these for every cell are the values of other rows too.
_MOST_PIECES = 2
# Digits and signs, which a break may have torn apart.
_DIGITS = re.compile(r"[0-9+.-]+")


@dataclass(frozen=True)
class Cut:
    """What became of one glued run: for each slot its piece, or None where it stays open; the number of ways
    left to cut the run (None when they were not counted); and whether it is one that the equations single out as damaged or
    wrong at the source, while all others are as they should be."""

    run: Run
    pieces: tuple[Piece | None, ...]
    ways: int | None
    demanded: tuple[str, ...] | None = None


def cut(
    runs: Sequence[Run], known: Mapping[str, int], form: Sequence[Equation]
) -> tuple[list[Cut], bool]:
    """Decide the glued runs of one table; the second result tells whether a bound of the search was met.

    ``known``: millionths of the cells that are decided already. ``form``: the equations of the whole form, whether or not all
    of their rows were found.
    """
    between = [each for each in form if len(_rows(each)) > 1]
    bindable = _bound_by(between)
    ways: list[list[Candidate]] = []
    bounded: set[int] = set()
    for at, run in enumerate(runs):
        try:
            ways.append(_ways(run, form, bindable))
        except TooMany:
            ways.append([])
            bounded.add(at)
    try:
        decided, demanded = _decided(runs, ways, known, between)
    except TooManySums:
        return [Cut(run, (None,) * len(run.slots), None) for run in runs], True
    cuts = []
    for at, (run, viable) in enumerate(zip(runs, decided, strict=True)):
        pieces = tuple(_agreed({candidate[slot] for candidate in viable}) for slot in range(len(run.slots)))
        cuts.append(Cut(run, pieces, None if at in bounded else len(viable) or len(ways[at]), demanded.get(at)))
    return cuts, bool(bounded)


def _agreed(pieces: set[Piece]) -> Piece | None:
    """Return the one piece that all ways give to a slot; None when they differ, leave it empty or run over a break."""
    piece = max(pieces, default=None)
    if piece is None or not piece.text or piece.token < 0 or len({each.text for each in pieces}) > 1:
        return None
    return piece


def _rows(equation: Equation) -> set[str]:
    return {cell.rpartition(".")[0] for cell in (*equation.left, *equation.right)}


def _ways(run: Run, form: Sequence[Equation], bindable: set[str]) -> list[Candidate]:
    """Return the ways to cut a run, those included whose numbers run over a break: it may as well stand inside a number.

    What no equation between rows binds must leave one way. Without any sum a cell may have been blank, too; then digits before
    a sign may be sure where those behind it are not.
    """
    tokens = [token.text for token in run.tokens]
    if not all(tokens):
        return []
    sums = own_sums(run, form)
    bound = bindable.issuperset(slot.cell for slot in run.slots)
    too_many = len(tokens) > len(run.slots) and (run.in_table or not sums or len(tokens) > _MOST_PIECES * len(run.slots))
    # Cells of a table are not glued, and no number runs over two of them.
    lost = len(tokens) < len(run.slots) and run.in_table
    # Neither are pieces that each are a value or stand in a line of their own: they add up as they stand, or a value is lost, doubled
    # or wrong. A row's own sums hold by accident in some way of cutting them; the equations between rows do not.
    lines = all(token.new_line for token in run.tokens[1:])
    apart = bool(sums) and not bound and (lines or all(value_of(text) is not None for text in tokens))
    if too_many or ((lost or (apart and not _adds_up(tokens, sums, len(run.slots)))) and len(tokens) > 1):
        return []  # which of them is none, or where one is missing, nobody can tell
    groups = _groups(tokens)
    # Where there is a piece for each slot, one that is no number is no glued run: nothing speaks for another cut. Where some run together
    # and others do not, a page's number may be among them.
    uneven = len(tokens) > 1 and (len(tokens) != len(run.slots) or any(value_of(text) is None for text in tokens))
    if not sums and (len(groups) > 1 or uneven):
        return []
    texts = ["".join(tokens[at] for at in group) for group in groups]
    whole = [value_of(text) if len(group) == 1 else None for text, group in zip(texts, groups, strict=True)]
    ways = [_on_tokens(each, groups, tokens) for each in candidates(texts, run.slots, sums, whole=whole, blanks=not sums)]
    different = {tuple(piece.text for piece in each) for each in ways}
    return ways if bound or not sums or len(different) == 1 else []


def _adds_up(tokens: Sequence[str], sums: Sequence[Sum], slots: int) -> bool:
    """Whether there is a piece for each slot, and they satisfy the sums as they stand."""
    values = [value_of(text) for text in tokens]
    return len(values) == slots and all(
        None not in (values[each.total], *(values[part] for part in each.parts))
        and values[each.total] == sum(values[part] for part in each.parts)
        for each in sums
    )


def _groups(tokens: Sequence[str]) -> list[list[int]]:
    """Return the tokens' indices with neighbouring ones of digits together."""
    groups: list[list[int]] = []
    for at, token in enumerate(tokens):
        if groups and _DIGITS.fullmatch(token) and _DIGITS.fullmatch(tokens[groups[-1][-1]]):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _on_tokens(candidate: Candidate, groups: Sequence[Sequence[int]], tokens: Sequence[str]) -> Candidate:
    """Return a candidate whose pieces name the token they stand in, -1 for those that run over a break."""
    placed: list[Piece] = []
    used = [0] * len(groups)
    for piece in candidate:
        begin, end = used[piece.token], used[piece.token] + len(piece.text)
        used[piece.token] = end
        token, start = -1, 0
        for at in groups[piece.token]:
            if start <= begin and end <= start + len(tokens[at]):
                token = at
                break
            start += len(tokens[at])
        placed.append(piece._replace(token=token))
    return tuple(placed)


def own_sums(run: Run, asked: Sequence[Equation]) -> list[Sum]:
    """Return the equations among the slots of one run."""
    places = {slot.cell: at for at, slot in enumerate(run.slots)}
    sums = []
    for each in asked:
        for total, parts in ((each.left, each.right), (each.right, each.left)):
            if len(total) == 1 and total[0] in places and all(part in places for part in parts):
                sums.append(Sum(places[total[0]], tuple(places[part] for part in parts)))
                break
    return sums


def _decided(
    runs: Sequence[Run], ways: Sequence[Sequence[Candidate]], known: Mapping[str, int], between: Sequence[Equation]
) -> tuple[list[Sequence[Candidate]], dict[int, tuple[str, ...]]]:
    """Return for each run the ways to cut it that count (none leaves it open), and what is demanded of a run singled out."""
    unknowns = {at: Unknown(run.slots, tuple(found)) for at, (run, found) in enumerate(zip(runs, ways, strict=True)) if found}
    read = set(known) | {slot.cell for unknown in unknowns.values() for slot in unknown.slots}
    asked = [each for each in between if read.issuperset(each.cells)]
    solutions = solve(list(unknowns.values()), known, asked)
    left: dict[int, tuple[Candidate, ...]] = dict(zip(unknowns, solutions.viable, strict=True))
    demanded: dict[int, tuple[str, ...]] = {}
    if solutions.count:
        sound = _bound_by(asked)
        kept, demanded = _kept_by_unreadable(runs, left, known, between)
        sound |= _bound_by(kept)
    else:
        left, sound = _contradicted(runs, unknowns, known, asked)
    bindable = _bound_by(between)
    decided: list[Sequence[Candidate]] = []
    for at, run in enumerate(runs):
        needs = {slot.cell for slot in run.slots} & bindable
        decided.append(left.get(at, ()) if needs <= sound else ways[at] if _only_zeros(ways[at]) else ())
    return decided, demanded


def _bound_by(equations: Sequence[Equation]) -> set[str]:
    return {cell for each in equations for cell in each.cells}


def _only_zeros(viable: Sequence[Candidate]) -> bool:
    """Whether nothing but zeros and marks can be meant."""
    return len(viable) == 1 and not any(piece.number for piece in viable[0])


def _kept_by_unreadable(
    runs: Sequence[Run], left: Mapping[int, Sequence[Candidate]], known: Mapping[str, int], between: Sequence[Equation]
) -> tuple[list[Equation], dict[int, tuple[str, ...]]]:
    """Return the equations that hold when the one run that cannot be read says what they demand of it, and that its digits
    come near to: then it is this run that is damaged, or wrong at the source, and all others are as they should be."""
    unreadable = [at for at in range(len(runs)) if not left.get(at)]
    if len(unreadable) != 1:
        return [], {}
    at = unreadable[0]
    values = {**known, **_taken(runs, left)}
    kept: list[Equation] = []
    demands: set[tuple[str, ...]] = set()
    for family in sorted({each.rule for each in between}):
        equations = [each for each in between if each.rule == family]
        demanded = _demanded(runs[at], values, equations)
        if demanded is not None and _comes_near(_digits(runs[at]), demanded):
            kept += equations
            demands.add(tuple(demanded))
    return kept, {at: min(demands)} if len(demands) == 1 else {}


def _taken(runs: Sequence[Run], left: Mapping[int, Sequence[Candidate]]) -> dict[str, int]:
    """Return the millionths of the cells of all runs that can be cut in one way."""
    return {
        slot.cell: piece.number
        for at, viable in left.items()
        if len(viable) == 1
        for slot, piece in zip(runs[at].slots, viable[0], strict=True)
        if piece.text
    }


def _contradicted(
    runs: Sequence[Run], unknowns: Mapping[int, Unknown], known: Mapping[str, int], asked: Sequence[Equation]
) -> tuple[dict[int, tuple[Candidate, ...]], set[str]]:
    """Return the ways left to cut each run, and the cells that count, where the equations cannot all hold.

    What may have broken them:
    - one of the runs is damaged: all others satisfy the equations, and what these demand of it comes near to its digits;
    - the source was wrong in one column, its total included: all families of equations but one hold, and that one fails there.
    Whatever is read alike under each of these counts, but for the runs that may be damaged. Where neither explains it, only rows
    count whose equations hold.
    """
    damaged = {}
    for at in unknowns:
        found = _but_for(at, runs, unknowns, known, asked)
        if found is not None:
            damaged[at] = found
    families = sorted({each.rule for each in asked})
    held = []
    for family in families:
        solutions = solve(list(unknowns.values()), known, [each for each in asked if each.rule != family])
        if solutions.count:
            held.append((family, dict(zip(unknowns, solutions.viable, strict=True))))
    ways = list(damaged.values())
    if len(held) == 1:
        family, left = held[0]
        if _wrong_in_one_column([each for each in asked if each.rule == family], {**known, **_taken(runs, left)}):
            ways.append(left)
        elif not ways:
            return left, _bound_by([each for each in asked if each.rule != family])
    if not ways:
        return {}, set()
    sound = _bound_by(asked) - {slot.cell for at in damaged for slot in runs[at].slots}
    return {at: ways[0].get(at, ()) for at in unknowns if len({way.get(at) for way in ways}) == 1}, sound


def _but_for(
    at: int, runs: Sequence[Run], unknowns: Mapping[int, Unknown], known: Mapping[str, int], asked: Sequence[Equation]
) -> dict[int, tuple[Candidate, ...]] | None:
    """Return the ways to cut all other runs when one is taken for damaged; None when that explains nothing."""
    own = {slot.cell for slot in runs[at].slots}
    others = {other: unknown for other, unknown in unknowns.items() if other != at}
    solutions = solve(list(others.values()), known, [each for each in asked if own.isdisjoint(each.cells)])
    if not solutions.count:
        return None
    left = dict(zip(others, solutions.viable, strict=True))
    values = {**known, **_taken(runs, left)}
    families = {each.rule for each in asked if not own.isdisjoint(each.cells)}
    demands = {
        tuple(_demanded(runs[at], values, [each for each in asked if each.rule == family]) or ()) for family in families
    }
    if len(demands) != 1 or () in demands or not _comes_near(_digits(runs[at]), min(demands)):
        return None
    return left


def _wrong_in_one_column(broken: Sequence[Equation], values: Mapping[str, int]) -> bool:
    if not all(cell in values for each in broken for cell in each.cells):
        return False
    failing = {each.place for each in broken if each.difference(values)}
    return len(failing - {"total"}) <= 1


def _demanded(run: Run, values: Mapping[str, int], equations: Sequence[Equation]) -> list[str] | None:
    """Return what the equations demand of a run's slots as printed numbers; None when they demand nothing printable."""
    demanded = []
    for slot in run.slots:
        equation = next((each for each in equations if slot.cell in each.cells), None)
        if equation is None or not all(cell in values for cell in equation.cells if cell != slot.cell):
            return None
        rest = {**values, slot.cell: 0}
        number = equation.difference(rest) * (-1 if slot.cell in equation.left else 1)
        if number < 0 or number % _MILLIONTHS:
            return None
        demanded.append(str(number // _MILLIONTHS))
    return demanded


def _digits(run: Run) -> str:
    return "".join(token.text for token in run.tokens)


def _comes_near(digits: str, numbers: Sequence[str]) -> bool:
    """Tell whether digits are what one fault leaves of numbers printed one after the other: some of them lost, one doubled,
    one misprinted, one digit misread."""
    whole = "".join(numbers)
    if Levenshtein.distance(digits, whole, score_cutoff=1) <= 1:
        return True
    for at in range(len(numbers)):
        before, after = "".join(numbers[:at]), "".join(numbers[at + 1 :])
        if digits == before + numbers[at] * 2 + after:
            return True
        if len(digits) >= len(before) + len(after) and digits.startswith(before) and digits.endswith(after):
            return True
    return any(digits == "".join(kept) for size in range(1, len(numbers)) for kept in combinations(numbers, size))
