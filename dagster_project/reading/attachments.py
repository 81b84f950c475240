"""Attachments of the pages of a batch: which of them the archive lacks.

Here: looking into the page's own folder or container, the finding and the sentence that name what is missing. Not here: links
(``documents.attachments``); reading attachments, which are files of the archive like any other.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

from dagster_project.documents.attachments import shown_name
from dagster_project.documents.pieces import Pieces
from dagster_project.reading.document import Document

_SHOWN = 5
# Batches go through folders in the order of paths, so that few are needed again.
_FOLDERS_REMEMBERED = 16


def tell_attachments(documents: list[Document], pieces: Pieces, raw: Path) -> None:
    """Note on each report and quarantined page the attachments that are not beside it; where a page without tables was
    quarantined, name all its attachments in the reason."""
    linking = [
        document
        for document in documents
        if document.index is not None
        and pieces.headings[document.index].attachments
        and (document.verdict is None or document.verdict[0] == "quarantined")
    ]
    if not linking:
        return
    inside: dict[str, set[str]] = {}
    for document in documents:
        if document.member:
            inside.setdefault(document.source.source_path, set()).update(_names((document.member,)))
    for document in linking:
        beside = _beside(raw / document.source.source_path)
        if beside is None:
            continue
        beside = beside | inside.get(document.source.source_path, set())
        linked = pieces.headings[document.index].attachments
        missing = [attachment for attachment in linked if not beside & _names(_called(*attachment))]
        if missing:
            document.notes.append(
                (
                    "attachment_missing",
                    f"The page links to {_listed(missing)}, not in its folder of the archive; what the page leaves to them was "
                    "not read. Put them beside the page.",
                )
            )
        if document.verdict is not None and document.verdict[2] == "no_form_table":
            *outcome, sentence = document.verdict
            where = "which the archive lacks: put them beside it" if missing else "which are read as files of their own"
            document.verdict = (*outcome, f"{sentence} The page links to {_listed(missing or linked)}, {where}.")


def _called(name: str, shown: str) -> tuple[str, ...]:
    return tuple(each for each in (name, shown, shown_name(shown)) if each)


def _listed(attachments: list[tuple[str, str]]) -> str:
    names = list(dict.fromkeys(shown or name for name, shown in attachments))
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _names(paths: Iterable[str]) -> set[str]:
    """Return file names as they are compared: without folder, case and the composition of characters."""
    return {normalize("NFC", path.rpartition("/")[2]).casefold().strip() for path in paths}


def _beside(page: Path) -> frozenset[str] | None:
    """Return the names in the page's folder; None when it cannot be listed."""
    folder = str(page.parent)
    try:
        return _listing(folder, Path(folder).stat().st_mtime_ns)
    except OSError:
        return None  # the folder is gone since the page was read: nothing can be said of what was in it


@lru_cache(maxsize=_FOLDERS_REMEMBERED)
def _listing(folder: str, _changed: int) -> frozenset[str]:
    # Listed once as long as nothing is put into it or taken from it: a folder may hold all reports of a year.
    with os.scandir(folder) as entries:
        return frozenset(_names(entry.name for entry in entries))
