"""What publishing wrote: the SHA-256 of every published file, so that one which was damaged since is seen and written anew.

Here: the ledger's file and comparing it with the folder. Not here: writing the published files (``snapshot``), the pages of
reports, which have a ledger of their own.
"""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dagster_project.publishing.files import replacing, sha256

# Beside the private warehouse (``Home.published_ledger``).
NAME = "published_files.json"
# Two, because hashing needs no interpreter: it keeps another core busy, and more would wait for the disk.
_AT_A_TIME = 2


def read(path: Path) -> dict[str, str]:
    """Return the SHA-256 of each published file by its path below the published folder; {} when nothing is remembered."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        # Without it no file can be vouched for, and each is written anew.
        return {}
    return found if isinstance(found, dict) else {}


def write(path: Path, digests: Mapping[str, str]) -> None:
    """Remember the files as they were written."""
    with replacing(path) as building:
        building.write_text(json.dumps(dict(sorted(digests.items())), indent=1) + "\n", encoding="utf-8")


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of files below a folder by their relative paths; a file that is not there has none."""
    present = [name for name in names if (folder / name).is_file()]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return dict(zip(present, pool.map(lambda name: sha256(folder / name), present), strict=True))


def damaged(published: Path, remembered: Mapping[str, str]) -> list[str]:
    """Return the files that are gone or hold other bytes than were written, in order."""
    found = digests(published, remembered)
    return sorted(name for name, digest in remembered.items() if found.get(name) != digest)
