"""What the warehouse and the published snapshot were built from, so that a run with nothing new builds nothing.

Here: the digest of everything that building depends on, the file that remembers it, and the decision. It is decided on bytes,
never on times: the staged Parquet files, the project's own files (models, seeds, contracts, code), the versions of what runs
them, the settings that dbt is handed. Not here: building; which published files are whole (``publishing.ledger``, ``pages``).

The file is removed before anything is built and written when all of it succeeded, so it never tells of a warehouse that
another run left half built, or that was built and then not published.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version

from dagster_project.defs.lib import dbt_parse, staged
from dagster_project.home import PROJECT, Home
from dagster_project.publishing import ledger
from dagster_project.publishing.files import replacing
from dagster_project.reading.document import READER_VERSION
from schemas import FRAMES

_CODE = (PROJECT / "dagster_project", PROJECT / "schemas")
# What running the project writes into its own folders.
_WRITTEN = {"__pycache__", "target", "logs", "dbt_packages"}
_PACKAGES = (
    "dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "duckdb", "matplotlib", "pandera", "polars", "pyarrow", "sqlglot",
)  # fmt: skip
# Where dbt works; the data folder, of which they are parts, is told by itself.
_PLACES = ("DBT_TARGET_PATH", "DBT_LOG_PATH")

Inputs = Mapping[str, str]  # what it is, as words of a sentence → digest


@dataclass(frozen=True)
class Standing:
    """Whether what was built last stands. ``why`` is a sentence when it does not, and "" when it does.

    ``inputs``: what a build of now is made from. ``warnings``: the warnings of the checks that were asked by the build that
    stands, by asset and check. ``pages``: pages of reports that stand.
    """

    inputs: Inputs
    why: str
    warnings: Mapping[str, str]
    pages: int = 0
    publication: int = 0

    @property
    def stands(self) -> bool:
        return not self.why


def standing(home: Home) -> Standing:
    """Say whether the warehouse and the published snapshot are what a build would make again."""
    from dagster_project.pages import standing_pages

    now = inputs(home)
    known = _remembered(home)
    if known is None:
        return Standing(now, "No earlier build is known to have ended well with this data folder as it is.", {})
    changed = [name for name in sorted(now.keys() | known["inputs"].keys()) if now.get(name) != known["inputs"].get(name)]
    if changed:
        return Standing(now, f"Changed since the last build: {', '.join(changed)}.", {})
    if not home.warehouse.is_file():
        return Standing(now, "The private warehouse is gone.", {})
    files = ledger.read(home.published_ledger)
    damaged = ledger.damaged(home.published, files)
    if damaged or not files:
        return Standing(now, f"Published files are missing or damaged: {', '.join(damaged) or 'all'}.", {})
    pages = standing_pages(home.published, home.page_ledger)
    if pages is None:
        return Standing(now, "Pages of reports are missing, or made of something else.", {})
    return Standing(now, "", known["warnings"], pages, known["publication"])


def remember(home: Home, built_from: Inputs, publication: int, warnings: Mapping[str, str]) -> None:
    """Remember a build that ended well and stands as published."""
    content = {"inputs": dict(built_from), "publication": publication, "warnings": dict(warnings)}
    with replacing(home.last_build) as building:
        building.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def forget(home: Home) -> None:
    """Remember nothing: the warehouse is about to change."""
    home.last_build.unlink(missing_ok=True)


def _remembered(home: Home) -> dict | None:
    try:
        found = json.loads(home.last_build.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    expected = {"inputs": dict, "publication": int, "warnings": dict}
    well_formed = isinstance(found, dict) and all(isinstance(found.get(name), kind) for name, kind in expected.items())
    return found if well_formed else None


def inputs(home: Home) -> Inputs:
    """Return the digests of everything that the models, the checks, the published files and the pages are made from."""
    packages = [f"{name} {version(name)}" for name in _PACKAGES]
    settings = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("DBT_") and name not in _PLACES]
    return {
        **{f"the staged frame {frame.name}": staged.digest(home, frame) for frame in FRAMES},
        "the project's files": _digest(_project()),
        "the reader's version": str(READER_VERSION),
        "the libraries": _digest([*packages, platform.python_version()]),
        "dbt's settings": _digest(settings),
        "the data folder": _digest([str(home.data)]),
    }


def _project() -> Iterator[str]:
    for folder in (*_CODE, dbt_parse.DBT):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if not _WRITTEN & set(parts) and not any(part.startswith(".") for part in parts) and path.is_file():
                yield f"{folder.name}/{'/'.join(parts)} {sha256(path.read_bytes()).hexdigest()}"


def _digest(lines: Sequence[str] | Iterator[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()
