"""The dbt project, parsed once for all data folders.

Parsing takes longer than a small run's everything else, and its result depends on the data folder in one place only: where
the sources' Parquet files lie. So it is parsed for a folder that exists nowhere, kept for the project's state, and told the
real folder when it is loaded. Here: that cache and the two forms in which it is loaded, dagster's and dbt's own. Not here:
running dbt (``dbt_project``), the column lineage that is kept beside it (``dbt_lineage``).
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.bodies.regions import REGISTRY as BODIES
from dagster_project.forms.registry import FOLDER as REGISTRY
from dagster_project.home import DATA_VARIABLE, PROJECT, Home

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

DBT = PROJECT / "dbt"
# Shared by all data folders; a project folder that cannot be written keeps it in the data folder.
SHARED = PROJECT / ".cache"
# What dbt itself writes into its project folder, should somebody run it by hand.
_NOT_SOURCES = {"target", "logs", "dbt_packages"}
# Whose versions change what parsing gives, or what the column lineage is.
_PACKAGES = ("dbt-core", "dbt-duckdb", "dagster-dbt", "sqlglot")
# Stands for the data folder. Nothing is there, so a place where it was not replaced is an error and never another archive.
_NOWHERE = "/the-data-folder-of-the-run"
_MANIFEST, _BINARY = "manifest.json", "partial_parse.msgpack"
# States of the project kept: the present one, and those that a running UI or another branch may still use.
_KEPT = 4
_PREFIX = "dbt-"

Parse = Callable[[Sequence[str], Path], object]


def folder(home: Home, parse: Parse) -> Path:
    """Return the folder of what parsing gave for the project as it is now, parsing it when there is none.

    ``parse`` runs a dbt command with a target path and raises when dbt does.
    """
    known = found(home)
    if known is not None:
        return known
    name, places = _state(), _places(home)
    place = next((place for place in places[:-1] if _writable(place)), places[-1])
    place.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".parsing-", dir=place))
    try:
        with _home_is_nowhere():
            parse(["parse", "--no-partial-parse"], building)
        _put(building, place / name)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _forget_old(place)
    return place / name


def found(home: Home) -> Path | None:
    """Return the folder of what parsing gave for the project as it is now, None when it has to be parsed first."""
    name = _state()
    return next((place / name for place in _places(home) if (place / name / _MANIFEST).exists()), None)


def for_dagster(folder: Path, home: Home) -> dict[str, Any]:
    """Return dbt's manifest.json for this data folder."""
    return _at_home(json.loads((folder / _MANIFEST).read_text(encoding="utf-8")), home)


def for_dbt(folder: Path, home: Home) -> "Manifest":
    """Return dbt's own manifest for this data folder; dbt writes into it, so each command needs a new one."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    content = (folder / _BINARY).read_bytes()
    manifest = Manifest.from_msgpack(content, decoder=lambda data: _at_home(extended_mashumuro_decoder(data), home))
    # Parsing ends with it, and it is not stored.
    manifest.build_flat_graph()
    return manifest


def fingerprint() -> str:
    """Return a hash over everything that parsing depends on: files of the project and the registry, place, versions."""
    digest = sha256(f"{DBT}\0{' '.join(f'{name}={version(name)}' for name in _PACKAGES)}\0".encode())
    for root in (DBT, REGISTRY, BODIES):
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and relative.parts[0] not in _NOT_SOURCES and not path.name.startswith("."):
                digest.update(f"{relative.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _state() -> str:
    return f"{_PREFIX}{fingerprint()}"


def _places(home: Home) -> tuple[Path, ...]:
    return (SHARED, home.dbt_target / "cache")


def _writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


@contextmanager
def _home_is_nowhere() -> Iterator[None]:
    before = os.environ.get(DATA_VARIABLE)
    os.environ[DATA_VARIABLE] = _NOWHERE
    try:
        yield
    finally:
        if before is None:
            del os.environ[DATA_VARIABLE]
        else:
            os.environ[DATA_VARIABLE] = before


def _put(building: Path, target: Path) -> None:
    """Keep what loading needs, in one step; another process may have parsed the same state meanwhile."""
    kept = building / "kept"
    kept.mkdir()
    for name in (_MANIFEST, _BINARY):
        (building / name).replace(kept / name)
    try:
        kept.rename(target)
    except OSError:
        if not (target / _MANIFEST).exists():
            raise


def _forget_old(place: Path) -> None:
    states = sorted(place.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for state in states[_KEPT:]:
        shutil.rmtree(state, ignore_errors=True)


def _at_home(manifest: dict[str, Any], home: Home) -> dict[str, Any]:
    """Tell the sources of a manifest in which data folder their files lie."""
    return {**manifest, "sources": _replaced(manifest["sources"], str(home.data))}


def _replaced(part: Any, data: str) -> Any:
    if isinstance(part, dict):
        return {
            # dbt-duckdb takes the location as a format string; everything else is SQL as it will be run.
            key: _replaced(value, data.replace("{", "{{").replace("}", "}}") if key == "external_location" else data)
            for key, value in part.items()
        }
    if isinstance(part, list):
        return [_replaced(value, data) for value in part]
    return part.replace(_NOWHERE, data.replace("'", "''")) if isinstance(part, str) else part
