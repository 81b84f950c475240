"""Bytes to pieces: what kind a file is, how its characters are encoded, which tables and lines it holds.

Here: one module per file kind, each with ``KINDS`` and ``read(content, into)``; a new kind is a new module and a line in
``READERS``. Not here: anything that knows the official forms, a body's name or a year.
"""

from collections.abc import Callable

from dagster_project.documents import html, markdown, text
from dagster_project.documents.pieces import Pieces, Unreadable

Reader = Callable[[bytes, Pieces], None]

READERS: dict[str, Reader] = {kind: module.read for module in (html, text, markdown) for kind in module.KINDS}


def reader_for(kind: str) -> Reader:
    """Return the reader of a file kind.

    Raises:
        Unreadable: no reader knows this kind yet.
    """
    try:
        return READERS[kind]
    except KeyError:
        known = ", ".join(sorted(READERS))
        raise Unreadable(
            "unsupported_kind" if kind != "unknown" else "unknown_kind",
            f"Expected a file of a kind that can be read ({known}), found {kind}. "
            "Supply the report as HTML, text or Markdown, or wait for a reader of this kind.",
        ) from None
