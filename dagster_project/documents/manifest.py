"""The manifest of the archive: every file under raw/, what it is, which partition orders it.

Here: walking, hashing, kinds, byte duplicates, files that cannot be opened. Not here: reading (``READERS``), storing.
"""

import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Unreadable
from schemas import MANIFEST

# A report is some hundred kilobytes; a file of this size is something else and would take a worker's memory.
LARGEST_FILE = 32 * 1024 * 1024
UNDATED = "undated"
_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
# What operating systems leave in folders.
_IGNORED = {".ds_store", "thumbs.db", "desktop.ini"}
_MEBIBYTE = 1024 * 1024


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        Unreadable: it is empty, too large, gone, no regular file, or may not be opened.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(
                "not_a_file",
                "Expected a regular file, found something else (a device or a pipe). Remove it from the archive.",
                "intake",
            )
        if status.st_size > LARGEST_FILE:
            raise Unreadable(
                "too_large",
                f"Expected at most {LARGEST_FILE // _MEBIBYTE} MiB, found {status.st_size / _MEBIBYTE:.0f} MiB. Supply the report itself, without attachments.",
                "intake",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(
            "vanished",
            "The file was there when the archive was listed and is gone now. Put it back and run again.",
            "intake",
        ) from None
    except PermissionError:
        raise Unreadable(
            "no_permission",
            "The file may not be opened. Give the user who runs this the right to read it, and run again.",
            "intake",
        ) from None
    except OSError as error:
        raise Unreadable(
            "io_error", f"The file could not be read ({error.strerror}). Check the disk and run again.", "intake"
        ) from None
    if not content:
        raise Unreadable("empty", "The file has no bytes. Fetch it again from its source.", "intake")
    return content


def scan(raw: Path, previous: pl.DataFrame | None, seen_at: datetime) -> pl.DataFrame:
    """List the archive.

    ``previous`` is the manifest of the last run: what it knows keeps its ``first_seen``. Returns a frame as
    schemas.MANIFEST, sorted by path. A file that cannot be opened, and a folder that cannot be listed, is a row with its
    problem, never an error.
    """
    listed = sorted(_listed(raw), key=lambda each: os.fsencode(each[0]))
    frame = MANIFEST.build(_told_apart([_row(raw, path, problem, seen_at) for path, problem in listed]))
    if previous is not None and previous.height:
        known = previous.select("source_path", "source_sha256", known_since="first_seen")
        frame = (
            frame.join(known, on=["source_path", "source_sha256"], how="left", nulls_equal=True, maintain_order="left")
            .with_columns(first_seen=pl.coalesce("known_since", "first_seen"))
            .drop("known_since")
        )
    first = pl.col("source_path").min().over("source_sha256")
    frame = frame.with_columns(
        duplicate_of=pl.when(pl.col("source_sha256").is_not_null() & (pl.col("source_path") != first)).then(first)
    ).select(MANIFEST.polars_schema.names())
    return MANIFEST.validate(frame.sort("source_path"))


def _listed(raw: Path) -> Iterator[tuple[Path, Unreadable | None]]:
    """Yield every path of the archive that is to end in the manifest: files, links, and folders that hide their files.

    Links are never followed, so that no folder is listed twice and none without end.
    """
    folders = [raw]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listed = [(entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink()) for entry in entries]
        except OSError as error:
            if folder == raw:
                raise
            yield folder, _not_listed(error)
            continue
        for name, is_folder, is_link in listed:
            if is_folder:
                folders.append(folder / name)
            elif name.lower() not in _IGNORED and not name.startswith("._"):
                yield folder / name, _leads_away(raw, folder / name) if is_link else None


def _not_listed(error: OSError) -> Unreadable:
    return Unreadable(
        "folder_not_listed",
        f"The folder may not be listed ({error.strerror}), so none of its files was seen. Give the user who runs this "
        "the right to read it, and run again.",
        "intake",
    )


def _leads_away(raw: Path, link: Path) -> Unreadable | None:
    """Return why a link is not read: only one to a file of the archive itself is."""
    try:
        target = link.resolve(strict=True)
    except FileNotFoundError:
        return None  # reading it tells so
    except (OSError, RuntimeError):
        return Unreadable(
            "link_in_a_circle", "Expected a file, found a link that leads back to itself. Remove it.", "intake"
        )
    if not target.is_relative_to(raw.resolve()):
        return Unreadable(
            "link_out_of_archive",
            "Expected a file of the archive, found a link that leads out of it. Copy the file into the archive.",
            "intake",
        )
    if target.is_dir():
        return Unreadable(
            "link_to_folder",
            "Expected a file, found a link to a folder of the archive, whose files are read where they are. Remove the link.",
            "intake",
        )
    return None


def _row(raw: Path, path: Path, problem: Unreadable | None, seen_at: datetime) -> dict:
    relative = path.relative_to(raw).as_posix()
    source_path = _printable(relative)
    row = {
        "source_path": source_path,
        "source_sha256": None,
        "size_bytes": 0,
        "file_kind": "unknown",
        "partition": partition_of(source_path),
        "duplicate_of": None,
        "problem": None,
        "problem_detail": None,
        "first_seen": seen_at,
    }
    try:
        if problem is not None:
            raise problem
        if source_path != relative:
            raise Unreadable(
                "name_not_utf8",
                "Expected a file name in UTF-8, found bytes that are none (as GB 18030 they read "
                f"{os.fsencode(relative).decode('gb18030', 'replace')}). Rename the file and run again.",
                "intake",
            )
        content = read_bytes(path)
        row["source_sha256"] = sha256(content).hexdigest()
        row["size_bytes"] = len(content)
        row["file_kind"] = sniff(content, relative)
        if row["partition"] == UNDATED:
            row["partition"] = _title_year(content, row["file_kind"]) or UNDATED
    except Unreadable as error:
        row["problem"], row["problem_detail"] = error.code, error.detail
        row["size_bytes"] = _size(path)
    except Exception as error:
        # One file made to confuse the signatures must not stop the listing of the others.
        row["problem"] = "reader_failed"
        row["problem_detail"] = (
            f"What the file is could not be told ({type(error).__name__}: {error}). The file is kept; report it so that a test "
            "can be made of it."
        )
    return row


def _told_apart(rows: list[dict]) -> list[dict]:
    """Return the rows with paths that differ: one made printable may come out as another that is printed so by itself."""
    given = {row["source_path"] for row in rows if row["problem"] != "name_not_utf8"}
    for row in rows:
        if row["problem"] == "name_not_utf8":
            while row["source_path"] in given:
                row["source_path"] += "'"
            given.add(row["source_path"])
    return rows


def _printable(relative: str) -> str:
    """Return a path as text that can be stored: bytes that are no UTF-8 become \\xNN. Only such a path is changed."""
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def partition_of(relative: str) -> str:
    """Return the partition a path names: the year of its innermost year folder, else of the file name, else 'undated'."""
    *folders, name = relative.split("/")
    for folder in reversed(folders):
        if re.fullmatch(r"20[0-3]\d", folder):
            return folder
    years = _YEAR.findall(name)
    return years[0] if len(set(years)) == 1 else UNDATED


def _title_year(content: bytes, kind: str) -> str | None:
    # The year in the first title-like words is enough to order a file; whose year it really is, is read later.
    if kind not in ("html", "text", "markdown"):
        return None
    head = (
        content[:16384].decode("utf-8", "ignore")
        if b"charset=gb" not in content[:2048].lower()
        else content[:16384].decode("gb18030", "ignore")
    )
    match = re.search(r"(20[0-3]\d)\s*年[^\n<]{0,30}信息公开|信息公开[^\n<]{0,20}?(20[0-3]\d)\s*年", head)
    return (match[1] or match[2]) if match else None
