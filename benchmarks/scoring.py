"""Reports read and compared with what they print.

Here: the counts right, wrong and missed, as the corpus's own script takes them. Not here: where documents come from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from dagster_project.documents.kinds import sniff
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source


@dataclass(frozen=True)
class Expected:
    """What one document prints: cell code → number, None where the cell is blank or holds a mark. Nobody can tell what
    stands in the cells of ``unsure``."""

    cells: Mapping[str, Decimal | None]
    report_year: int | None
    unsure: frozenset[str] = frozenset()


@dataclass
class Score:
    """Cells of some documents.

    ``right``: the printed number is published, or none is printed and none published. ``wrong``: a number is published that
    is not printed there; a wrong report year counts as one. ``missed``: a number is printed and none is published.
    ``notes`` tell each wrong and missed cell.
    """

    documents: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def share_right(self) -> float:
        """Share of the cells that are right, 0 to 1; 0 when there are none."""
        return self.right / max(1, self.right + self.wrong + self.missed)

    def __iadd__(self, other: "Score") -> "Score":
        self.documents += other.documents
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed
        self.seconds += other.seconds
        self.notes += other.notes
        return self


def expected_of(path: Path) -> Expected:
    """Return what a file of the corpus says that its document prints."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    cells = {code: _number(value) for code, value in (truth.get("cells") or {}).items()}
    return Expected(cells, truth.get("report_year"), frozenset(truth.get("unsure") or ()))


def _number(value: object) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("value")
    return None if value is None else Decimal(str(value).replace(",", ""))


def read_and_score(raw: Path, expected: Mapping[str, Expected], *, scans: bool = False) -> Score:
    """Read the files of an archive that ``expected`` names by their paths below ``raw``, in one batch, and score them;
    with ``scans`` the characters of pages that are images are recognised.

    A file that gives no report, or several, misses whatever it prints.
    """
    sources = []
    for path in sorted(expected):
        content = (raw / path).read_bytes()
        sources.append(Source(path, sha256(content).hexdigest(), "undated", sniff(content, path)))
    started = perf_counter()
    frames = read_batch(sources, raw, scans=scans)
    score = Score(documents=len(sources), seconds=perf_counter() - started)
    documents = {}
    for row in frames["documents"].iter_rows(named=True):
        documents.setdefault(row["source_path"], []).append(row)
    for path, truth in sorted(expected.items()):
        rows = documents[path]
        published: dict[str, Decimal | None] = {}
        for row in rows:
            cells = frames["cells"].filter(document_id=row["document_id"]).select("cell", "value")
            published |= dict(cells.iter_rows())
            if row["outcome"] != "report":
                score.notes.append(f"{path}: {row['outcome']}, {row['reason_code']}: {row['detail']}")
            elif truth.report_year is not None and row["report_year"] != truth.report_year:
                score.wrong += 1
                score.notes.append(f"{path}: report year {truth.report_year}, published {row['report_year']}")
        _compare(path, truth, published, score)
    return score


def _compare(path: str, truth: Expected, published: Mapping[str, Decimal | None], score: Score) -> None:
    for cell in sorted({*truth.cells, *published} - truth.unsure):
        printed, found = truth.cells.get(cell), published.get(cell)
        if found is not None and found != printed:
            kind = "wrong"
        elif printed is not None and found is None:
            kind = "missed"
        else:
            # Cells that the document does not print and nobody published are no cells.
            score.right += cell in truth.cells
            continue
        setattr(score, kind, getattr(score, kind) + 1)
        score.notes.append(f"{path}: {kind} {cell}: printed {printed}, published {found}")
