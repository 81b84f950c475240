"""The rules of the registry checked as a whole, before anything is asked with them.

Here: going through every file of rules for every form, so that a wrong line is told before a run and not in the middle of it.
Not here: the rules.
"""

from dagster_project.auditing import claim_readings, ranges
from dagster_project.forms import registry
from dagster_project.forms.equations import equations


def check_rules() -> None:
    """Spell out every equation, expectation, range and reading of every form.

    Raises:
        registry.RegistryError: one of them names what its form does not have; the message names file and line.
    """
    ranges.ranges()
    subjects = registry.load("claim_readings")["subject"].unique().sort()
    for form in registry.forms()["form"]:
        printed = frozenset(registry.cells().filter(form=form)["cell"])
        rows = frozenset(cell.rpartition(".")[0] for cell in printed)
        equations(rows)
        ranges.expectations(printed)
        for subject in subjects:
            claim_readings.readings(subject, form, rows)
