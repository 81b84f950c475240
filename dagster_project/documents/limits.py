"""A bound on the time that one document may take.

Here: the alarm. Not here: bounds on size, pages or members, which the kinds know themselves.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dagster_project.documents.pieces import Unreadable

# A report takes milliseconds as a page and seconds as a PDF; what takes a minute is something else or made to be slow.
SECONDS_FOR_ONE_DOCUMENT = 60.0
# A scanned page takes some seconds on one core.
SECONDS_FOR_ONE_SCAN = 900.0


@contextmanager
def within(seconds: float = SECONDS_FOR_ONE_DOCUMENT) -> Iterator[None]:
    """Stop the block with Unreadable ("too_slow") after ``seconds``.

    The alarm is a signal, which only the main thread of a process can receive; elsewhere the block runs unbounded.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signal: int, _frame: object) -> None:
        raise Unreadable(
            "too_slow",
            f"Expected to read the file within {seconds:.0f} seconds, but it was not done by then. Supply the report alone, "
            "without its attachments.",
            "reading",
        )

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
