"""How long a document takes in each lane: sound tables, text whose structure is gone, a scanned page.

Here: milliseconds of processor time per document, each kind read in batches of its own on one core. Not here: how much of each is
read rightly (``scoring``, the tests); which share of an archive goes through which lane (the reading asset says so of every run).
"""

import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from time import process_time

from benchmarks.scans import scanned
from dagster_project.documents.scan import available
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.pages import make_page
from dagster_project.synthesis.pdf import render_pdf
from dagster_project.synthesis.renditions import RENDITIONS, write
from dagster_project.synthesis.sheets import Sheet
from dagster_project.synthesis.truth import make_truth

# The same pages in each rendition, none of them damaged.
_PAGES = 100
# One of each lane: tables; values a line each; values glued to their labels.
_RENDITIONS = {"html": "fast lane, tables of a page", "lines": "careful lane, a value a line", "glued_rows": "careful lane, values glued"}
_KINDS = {"html": "html", "txt": "text"}


def measure() -> dict[str, float]:
    """Return milliseconds of processor time per document by what was read; a scan is one page."""
    found = {what: _milliseconds(_written(name)) for name, what in _RENDITIONS.items()}
    if available():
        truth = make_truth("lanes", "2021", activity="tens")
        pages = scanned(render_pdf(truth, Layout(seed=1), Sheet()).content)
        found["recognition, a report of scanned pages"] = _milliseconds([("2021.pdf", pages, "pdf")], scans=True)
    return found


def _written(rendition: str) -> list[tuple[str, bytes, str]]:
    kind = RENDITIONS[rendition]
    written = []
    for number in range(_PAGES):
        truth = make_truth(f"lanes:{number}", ("2019", "2021")[number % 2], activity="tens")
        page = make_page(truth, Layout.random(number, oddity=0.0), Random(number))
        written.append((f"{number:03}.{kind.extension}", write(page, kind, Random(number)), _KINDS[kind.extension]))
    return written


def _milliseconds(files: Sequence[tuple[str, bytes, str]], *, scans: bool = False) -> float:
    with tempfile.TemporaryDirectory(prefix="gongkai-lanes-") as place:
        folder = Path(place)
        sources = []
        for name, content, kind in files:
            (folder / name).write_bytes(content)
            sources.append(Source(name, sha256(content).hexdigest(), "undated", kind))
        read_batch(sources[:1], folder, scans=scans)
        started = process_time()
        read_batch(sources, folder, scans=scans)
        return 1000 * (process_time() - started) / len(sources)
