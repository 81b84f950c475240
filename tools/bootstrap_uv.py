"""Set up .venv on a machine that has Python 3.11 or later and nothing else: find or fetch uv, then let it sync.

Here: the standard library only; uv's wheel is the one pinned and hashed in uv.lock. Not here: which packages (uv.lock). Superset's
environment, bi/.venv, is set up the same way when ``make bi`` asks for it.

``python tools/bootstrap_uv.py`` makes .venv what uv.lock says; ``python tools/bootstrap_uv.py path`` prints where uv is,
``python tools/bootstrap_uv.py bi`` makes bi/.venv what bi/uv.lock says.
"""

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LOCK = PROJECT / "uv.lock"
KEPT = PROJECT / ".uv" / "bin" / "uv"
STAMP = PROJECT / ".venv" / ".stamp"
OLDEST = (3, 11)
LATEST_FOR_BI = (3, 13)
_TIMEOUT_SECONDS = 60
_ATTEMPTS = 3


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST:
        print(f"Expected Python 3.11 or later, found {platform.python_version()}. Name another with PYTHON=<path>.", file=sys.stderr)
        return 2
    try:
        uv = find_uv()
        if arguments == ["path"]:
            print(uv)
            return 0
        if arguments == ["bi"]:
            sync_bi()
            return 0
        return sync(uv)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2


class SetupError(Exception):
    """The environment cannot be set up. The message says what was expected, what was found, what to do."""


def find_uv() -> str:
    """Return uv of the PATH, else the kept one of the locked version, else fetch that."""
    found = shutil.which("uv")
    if found:
        return found
    version, wheels = locked_wheels()
    if not (KEPT.exists() and _version(KEPT) == version):
        print(f"setting up: fetching uv {version}", file=sys.stderr)
        fetch(wheel_for_this_machine(wheels))
    return str(KEPT)


def locked_wheels() -> tuple[str, list[dict]]:
    """Return uv's version and wheels (url, hash) from the lock file."""
    import tomllib

    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    [package] = [package for package in packages if package["name"] == "uv"]
    return package["version"], package["wheels"]


def wheel_for_this_machine(wheels: list[dict]) -> dict:
    """Return the wheel whose platform tag this machine satisfies.

    Raises:
        SetupError: there is none.
    """
    for wheel in wheels:
        platforms = wheel["url"].rsplit("/", 1)[1].removesuffix(".whl").split("-")[-1].split(".")
        if any(_runs_here(tag) for tag in platforms):
            return wheel
    raise SetupError(
        f"Expected a build of uv for {platform.system()} {platform.machine()} in uv.lock, found none. "
        "Install uv yourself, put it on the PATH and run again."
    )


def _runs_here(tag: str) -> bool:
    match = re.fullmatch(r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(\w+)", tag)
    if match is None:
        return False
    kind, needed, machine = match[1], (int(match[2]), int(match[3])), match[4]
    if machine != platform.machine().replace("AMD64", "x86_64"):
        return False
    if kind == "macosx":
        return sys.platform == "darwin" and needed <= _numbers(platform.mac_ver()[0])
    library, version = platform.libc_ver()
    if library == "glibc":
        return kind == "manylinux" and needed <= _numbers(version)
    return kind == "musllinux" and sys.platform == "linux"


def _numbers(version: str) -> tuple[int, int]:
    major, _, rest = version.partition(".")
    return int(major or 0), int(rest.partition(".")[0] or 0)


def fetch(wheel: dict) -> None:
    """Download a wheel, verify its hash, keep its ``uv``.

    Raises:
        SetupError: it cannot be downloaded, or is not what the lock file says.
    """
    content = _download(wheel["url"])
    found = "sha256:" + hashlib.sha256(content).hexdigest()
    if found != wheel["hash"]:
        raise SetupError(f"Expected {wheel['hash']} for {wheel['url']}, found {found}. Nothing was installed.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [member] = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.data/scripts/uv", name)]
        program = archive.read(member)
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    building = KEPT.with_name(f".uv-{os.getpid()}")
    building.write_bytes(program)
    building.chmod(0o755)
    building.replace(KEPT)


def _download(url: str) -> bytes:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:
                return answer.read()
        except (urllib.error.URLError, OSError) as error:
            if attempt == _ATTEMPTS:
                raise SetupError(
                    f"Expected to download {url}, but: {error}. Check the connection to the Python package index, "
                    "or install uv yourself, put it on the PATH and run again."
                ) from error
    raise AssertionError("unreachable")


def _version(uv: Path) -> str | None:
    answer = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)
    words = answer.stdout.split()
    return words[1] if answer.returncode == 0 and len(words) > 1 else None


def sync(uv: str) -> int:
    """Make .venv what uv.lock says, with this Python; bytecode is compiled so that the first run starts fast too."""
    print("setting up: syncing .venv with uv.lock (some minutes the first time)", file=sys.stderr)
    status = _sync(uv, PROJECT, "--all-extras", "--python", sys.executable)
    if status == 0:
        STAMP.touch()
    return status


def sync_bi() -> None:
    """Make bi/.venv what bi/uv.lock says, unless it is; Superset cannot share .venv.

    Raises:
        SetupError: it cannot be done. A half-made environment is finished by the next call.
    """
    folder = PROJECT / "bi"
    stamp = folder / ".venv" / ".stamp"
    locked = (folder / "uv.lock").read_text(encoding="utf-8") + (folder / "pyproject.toml").read_text(encoding="utf-8")
    wanted = hashlib.sha256(locked.encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted and (folder / ".venv" / "bin" / "python").exists():
        return
    stamp.unlink(missing_ok=True)
    print("setting up: Superset in bi/.venv (about 1 GB, some minutes the first time)", file=sys.stderr)
    # Superset's own pins end with Python 3.12; where this one is later, uv looks for another on the machine.
    same = ("--python", sys.executable) if sys.version_info < LATEST_FOR_BI else ()
    if _sync(find_uv(), folder, *same):
        raise SetupError(
            "Expected to install Superset into bi/.venv as bi/uv.lock says, but it failed; what uv said stands above. It needs "
            "Python 3.11 or 3.12, the Python package index within reach and about 1 GB of space. Mend that and run 'make bi' "
            "again, it goes on where it stopped. The warehouse and its published snapshot need nothing of it and are as they were."
        )
    stamp.write_text(wanted, encoding="ascii")


def _sync(uv: str, project: Path, *options: str) -> int:
    command = [uv, "sync", "--frozen", "--quiet", "--compile-bytecode", *options]
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    # An environment that happens to be active is not the project's.
    environment.pop("VIRTUAL_ENV", None)
    return subprocess.run(command, cwd=project, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
