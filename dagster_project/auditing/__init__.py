"""The auditor: every rule asked of every report, the answers kept as data.

Here: equations of the forms and what their failures mean, weaker rules about numbers, sentences against tables, other years
and other bodies, verdicts of people and corrections. Not here: reading, changing or filling a value.
"""

from dagster_project.forms.registry import RegistryError

__all__ = ["RegistryError"]
