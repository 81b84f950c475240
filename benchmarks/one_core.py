"""HTML to staged cells on one core, against the parser alone and against pandas.read_html, on the same bytes.

Here: the rates, in processor seconds, of pairs that are measured one right after the other. It is a process of its own, so
that nothing has threads yet: python -m benchmarks.one_core FOLDER prints them as JSON.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

# A whole batch, as an archive is read.
_DOCUMENTS = 1024
# pandas takes longer for one page than the parser for a hundred.
_FOR_PANDAS = 20
_ROUNDS = 7
_WARM_UP = 50


@dataclass(frozen=True)
class Rates:
    """Documents per processor second of reading, and the medians of its ratios to the parser and to pandas."""

    documents: int
    read_per_second: float
    parser_per_second: float
    to_parser: float
    to_pandas: float


def measure(folder: Path) -> Rates:
    """Measure on the first pages of an archive."""
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.one_core", str(folder)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Rates(**json.loads(done.stdout))


def _measure(folder: Path) -> Rates:
    from selectolax.lexbor import LexborHTMLParser

    from dagster_project.documents.encoding import decode
    from dagster_project.reading.batch import read_batch
    from dagster_project.reading.document import Source
    from dagster_project.reading.staging import ready_to_read

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    # Every year in turn, so that both forms are among them whatever the number.
    paths = sorted(folder.rglob("*.html"), key=lambda path: path.name[::-1])[:_DOCUMENTS]
    pages = [path.read_bytes() for path in paths]
    sources = [
        Source(path.relative_to(folder).as_posix(), sha256(page).hexdigest(), path.parent.name, "html")
        for path, page in zip(paths, pages, strict=True)
    ]
    few = pages[:_FOR_PANDAS]
    texts = [decode(page)[0] for page in few]
    ready_to_read()
    read_batch(sources[:_WARM_UP], folder)
    _pandas(texts[:2])

    def parse(of: list[bytes]) -> Callable[[], None]:
        def run() -> None:
            for page in of:
                LexborHTMLParser(page)

        return run

    reads, parsers, to_parser, to_pandas = [], [], [], []
    for _ in range(_ROUNDS):
        # The parser before and after: a machine that others use too changes its speed within seconds.
        before, read, after = _seconds(parse(pages)), _seconds(lambda: read_batch(sources, folder)), _seconds(parse(pages))
        parser = (before + after) / 2
        before, pandas, after = _seconds(parse(few)), _seconds(lambda: _pandas(texts)), _seconds(parse(few))
        reads.append(len(pages) / read)
        parsers.append(len(pages) / parser)
        to_parser.append(parser / read)
        # Both against the parser on their own pages.
        to_pandas.append((pandas / ((before + after) / 2)) / (read / parser))
    return Rates(len(pages), *(statistics.median(found) for found in (reads, parsers, to_parser, to_pandas)))


def _pandas(texts: list[str]) -> None:
    import pandas

    for text in texts:
        pandas.read_html(io.StringIO(text), flavor="lxml")


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    print(json.dumps(vars(_measure(Path(sys.argv[1])))))
