"""``make bi``: Superset with the dashboards of this folder, on the published snapshot, on 127.0.0.1.

Here: what can be wrong before anything is set up, the environment, the folder of the server. Runs with the project's Python. Not here:
what runs with Superset's (``serve.py``), what a snapshot must hold (``snapshot.py``).
"""

import fcntl
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

from bi import snapshot
from dagster_project.home import PROJECT, Home, Unusable
from tools import bootstrap_uv

BI = PROJECT / "bi"
PYTHON = BI / ".venv" / "bin" / "python"
DEFAULT_PORT = 8088
FAILED = 1
UNUSABLE = 2
INTERRUPTED = 130
_LAST_LINES = 20


def main() -> int:
    """Check, set up, serve until stopped. Returns an exit status when it does not come to that."""
    home = Home.from_environment()
    try:
        if "?" in str(home.data):
            # Superset names a database by an address, in which what follows would be options.
            raise Unusable(f"Expected a data folder without a question mark in its path, found {home.data}. Name another with DATA=<folder>.")
        port = _port(os.environ.get("GONGKAI_BI_PORT") or str(DEFAULT_PORT))
        snapshot.check(home)
        folder = _folder(home)
        _only_server(folder)
        _environment()
    except Unusable as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    os.environ |= {
        "GONGKAI_BI_HOME": str(folder),
        "GONGKAI_BI_PORT": str(port),
        "GONGKAI_PUBLISHED": str(home.published),
        "SUPERSET_CONFIG_PATH": str(BI / "superset_config.py"),
        # Nothing is told to anybody.
        "SCARF_ANALYTICS": "false",
        "PYTHONPATH": str(PROJECT),
        "PYTHONWARNINGS": "ignore",
    }
    # An environment that happens to be active is not this server's.
    os.environ.pop("VIRTUAL_ENV", None)
    # Superset tells a thousand lines while it prepares; they matter only when it fails.
    said = folder / "prepare.log"
    try:
        with said.open("w", encoding="utf-8") as log:
            status = subprocess.run([PYTHON, "-m", "bi.serve", "prepare"], cwd=PROJECT, stderr=log, check=False).returncode
    except KeyboardInterrupt:
        return INTERRUPTED
    if status:
        last = said.read_text(encoding="utf-8").splitlines()[-_LAST_LINES:]
        print("\n".join(last), file=sys.stderr)
        print(f"Superset could not be prepared; more in {said}. The published snapshot is as it was.", file=sys.stderr)
        return FAILED
    os.chdir(PROJECT)
    os.execv(PYTHON, [str(PYTHON), "-m", "bi.serve", "serve"])


def _port(text: str) -> int:
    """Return the port when it is free.

    Raises:
        Unusable: it is none, or taken.
    """
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Unusable(f"Expected a port from 1 to 65535 in BI_PORT, found '{text}'.")
    with socket.socket() as probe:
        # As the server does it: a port that was left a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise Unusable(
                f"Expected to serve on 127.0.0.1:{text}, but: {error.strerror}. End the program that uses the port, "
                "or name another with BI_PORT=<port>."
            ) from error
    return int(text)


def _folder(home: Home) -> Path:
    """Return the server's own folder, with its secret key, both for this user alone.

    Raises:
        Unusable: it cannot be written.
    """
    folder = home.data / "bi"
    try:
        os.umask(0o077)
        folder.mkdir(exist_ok=True)
        key = folder / "secret_key"
        if not key.exists():
            building = folder / f".secret_key-{os.getpid()}"
            building.write_text(secrets.token_urlsafe(48), encoding="ascii")
            building.replace(key)
        key.chmod(0o600)
    except OSError as error:
        raise Unusable(
            f"Expected to write to {folder}, but: {error.strerror} ({error.filename}). Grant write permission or free space."
        ) from error
    return folder


def _only_server(folder: Path) -> None:
    """Hold the folder for this process and the server it becomes.

    Raises:
        Unusable: another server holds it.
    """
    holder = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        told = os.read(holder, 100).decode() or "unknown"
        raise Unusable(
            f"Superset of {folder.parent} is running already (process {told}). Use it, or stop it and start again."
        ) from None
    os.ftruncate(holder, 0)
    os.write(holder, f"{os.getpid()}".encode())
    os.set_inheritable(holder, True)


def _environment() -> None:
    """Make bi/.venv what bi/uv.lock says, unless it is.

    Raises:
        Unusable: it cannot be installed.
    """
    try:
        bootstrap_uv.sync_bi()
    except bootstrap_uv.SetupError as error:
        raise Unusable(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
