"""A server of the project as the browser suites run it: on a port of its own, waited for, ended as Ctrl-C ends it."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Served:
    """A running server: its address, and the file that it talks to."""

    address: str
    said: Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def serving(start: Callable[[int], subprocess.Popen], health: str, said: Path, seconds: float) -> Iterator[Served]:
    """Run a server until the block ends. ``start`` starts it on a port, in a session of its own, so that it and the processes it
    starts can be told to end together; ``health`` is the path that answers once it is there, within ``seconds``."""
    port = free_port()
    server = start(port)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + seconds
        while not answers(f"{address}/{health}"):
            assert server.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < until, said.read_text(encoding="utf-8")
            time.sleep(0.5)
        yield Served(address, said)
    finally:
        # To the server alone, as Ctrl-C reaches it first; it ends what it started.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(timeout=30)
