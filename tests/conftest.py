"""What the suites share: the run under test, the environment given back, and what a suite needs but may not have.

Here: fixtures. Not here: what a run must do. A suite that lacks a system package is skipped with the reason on somebody's
machine and fails in CI (``CI=true``), where ``.ci/run`` has installed it; the corpus of real reports is not part of the
project, so without it the ``corpus`` tests are skipped everywhere.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.home import PROJECT, Home

CORPUS = PROJECT.parent / "shared" / "corpus"

Ingest = Callable[[Home], Result]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-definitions", action="store_true", help="Write tests/integration/definitions.yaml anew, then look at its diff."
    )
    parser.addoption("--renew-questions", action="store_true", help="Write the answers in docs/questions.md anew, then read them.")


@pytest.fixture(autouse=True, scope="module")
def _environment_given_back() -> Iterator[None]:
    """A run names its folders in the environment of the process; the next module must not find them there."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def ingest() -> Ingest:
    """``make run`` of a home, in this process: the result has exit_code, stdout and stderr."""

    def run(home: Home) -> Result:
        return CliRunner().invoke(main, ["run", "--raw", str(home.raw), "--data", str(home.data)])

    return run


@pytest.fixture(scope="session")
def make_home() -> Callable[[Path, Mapping[str, bytes]], Home]:
    """A home below a folder, its archive filled with files (path below raw/ → bytes)."""

    def make(folder: Path, files: Mapping[str, bytes]) -> Home:
        home = Home.at(folder / "raw", folder / "data")
        home.raw.mkdir()
        for name, content in files.items():
            path = home.raw / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return home

    return make


@pytest.fixture(scope="session")
def system_program() -> Callable[[str, str], str]:
    """The path of a program of a Debian package; without it the test is skipped, in CI it fails."""

    def find(program: str, package: str) -> str:
        found = shutil.which(program)
        if found is None:
            reason = f"needs the program {program}; on Debian: apt-get install {package}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        return found

    return find


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real reports with their true cells, which lies beside the project and is no part of it."""
    if not CORPUS.is_dir():
        pytest.skip(f"needs the real reports in {os.path.relpath(CORPUS, PROJECT)}, which are not part of the project")
    return CORPUS
