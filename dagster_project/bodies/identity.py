"""What is known of a document's identity: the values chosen, every candidate for them, and what disagrees.

Here: the records. Not here: how they are filled (``identify``).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Candidate(NamedTuple):
    """One value stated for one attribute, and where."""

    attribute: str
    value: str
    origin: str


@dataclass
class Identity:
    """What was chosen; None where the document leaves it open. ``candidates`` holds every statement in order of preference,
    ``reasons`` says for each attribute why the chosen one was taken.

    ``disagreements`` are (attribute, sentence), ``doubts`` (reason code, sentence): findings for a person.
    """

    title: str | None = None
    body: str | None = None
    body_id: str | None = None
    body_kind: str | None = None
    body_level: str | None = None
    region_code: str | None = None
    parent_body_id: str | None = None
    year: int | None = None
    published_on: date | None = None
    scope: str = "unknown"
    document_number: str | None = None
    index_number: str | None = None
    unified_social_credit_code: str | None = None
    source_url: str | None = None
    is_official_source: bool | None = None
    foreign: tuple[str, str] | None = None
    candidates: list[Candidate] = field(default_factory=list)
    chosen: dict[str, Candidate] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    disagreements: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    reports_named: int = 1

    @property
    def is_report(self) -> bool:
        """Whether some title says that this is an annual report."""
        return self.title is not None

    def choose(self, candidate: Candidate, reason: str) -> None:
        """Take a candidate for its attribute; it stands first among them."""
        self.chosen[candidate.attribute] = candidate
        self.reasons[candidate.attribute] = reason
        if candidate in self.candidates:
            self.candidates.remove(candidate)
        first = next(
            (at for at, other in enumerate(self.candidates) if other.attribute == candidate.attribute), len(self.candidates)
        )
        self.candidates.insert(first, candidate)
