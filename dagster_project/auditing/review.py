"""What people write about findings and cells, in files that they edit: what all such files share.

Here: the error that names file and line, and the checks of single fields. Not here: the files themselves (``verdicts``,
``corrections``).
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

_IDENTIFIER = re.compile(r"[0-9a-f]{16}")
# DECIMAL(18,6) holds these exactly.
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?")


class ReviewError(ValueError):
    """A file that a person edits is not as it must be. The message names file and line, what was expected, found and to be done."""


def identifier(text: str, what: str, at: str) -> str:
    """Return an identifier of 16 hex digits."""
    if not _IDENTIFIER.fullmatch(text):
        raise ReviewError(f"{at}: expected {what} of 16 hex digits, found '{text}'. Copy it from the published table.")
    return text


def words(text: str, what: str, at: str) -> str:
    """Return a text that says something."""
    if not text.strip():
        raise ReviewError(f"{at}: expected {what}, found nothing. Who reads it later must understand why.")
    return text.strip()


def one_of(text: str, values: tuple[str, ...], what: str, at: str) -> str:
    """Return a word of a vocabulary."""
    if text not in values:
        raise ReviewError(f"{at}: expected {what} to be one of {', '.join(values)}, found '{text}'.")
    return text


def day(text: str, what: str, at: str) -> date:
    """Return a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReviewError(f"{at}: expected {what} as a date such as 2025-03-01, found '{text}'.") from None


def number(text: str, what: str, at: str) -> Decimal | None:
    """Return an exact number, None for nothing."""
    if not text:
        return None
    try:
        if not _NUMBER.fullmatch(text):
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation:
        raise ReviewError(
            f"{at}: expected {what} as a number of at most 12 digits and 6 decimals, or nothing, found '{text}'."
        ) from None
