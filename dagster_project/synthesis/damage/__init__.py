"""Reports of known truth damaged in known ways: what the page states moves with the damage.

Here: the kinds of damage by name, and applying some of them. Not here: pages (``pages``), files (``renditions``), reading.
A number that is published of a damaged page must be one that ``Page.stated`` names at that cell.
"""

from collections.abc import Sequence
from random import Random

from dagster_project.synthesis.damage import cells, columns, figures, rows, surroundings  # noqa: F401 (they register)
from dagster_project.synthesis.damage.kinds import DAMAGES, Damage
from dagster_project.synthesis.pages import Page

__all__ = ["DAMAGES", "Damage", "damaged"]


def damaged(page: Page, damages: Sequence[tuple[str, int]]) -> tuple[Page, list[str]]:
    """Return a damaged copy of a page and the damages that were done: those for which it had something to damage.

    ``damages``: pairs of a name of DAMAGES and a seed, done in order.
    """
    page = page.copy()
    done = [name for name, seed in damages if DAMAGES[name].apply(page, Random(f"{name}:{seed}"))]
    return page, done
