"""docs/data_dictionary.md: the published tables as their dbt models describe them, for people who have run nothing yet.

Here: where that file is and how it is written ('make contracts'). Not here: its text (``publishing.description``), which
every published snapshot carries too; the staged frames (schemas/render.py).
"""

from dagster_project.defs.lib import dbt_project
from dagster_project.home import PROJECT, Home
from dagster_project.publishing.description import data_dictionary
from dagster_project.publishing.difference import with_diff
from dagster_project.publishing.tables import published_tables

DICTIONARY = PROJECT / "docs" / "data_dictionary.md"
_TITLE, _GENERATED = "# Data dictionary\n", "Generated from dbt/models by 'make contracts'. Edit the model's yml, not this file.\n"


def dictionary(home: Home) -> str:
    """Return the dictionary as Markdown; ``home`` is where dbt keeps what it parsed.

    Raises:
        DbtError: dbt cannot parse its project.
    """
    text = data_dictionary(with_diff(published_tables(dbt_project.manifest(home))))
    return text.replace(_TITLE, f"{_TITLE}\n{_GENERATED}", 1)


def write(home: Home) -> None:
    """Write the dictionary into docs/."""
    DICTIONARY.write_text(dictionary(home), encoding="utf-8")
    print(f"wrote {DICTIONARY.relative_to(PROJECT)}")
