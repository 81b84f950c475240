"""``make run`` as a process: its stages, what it did, the processor time and the memory of it and its children.

Here: one run, watched from outside. Not here: which runs, what they should take (``__main__``).
"""

import re
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from dagster_project.home import PROJECT, Home

_SECONDS_BETWEEN_LOOKS = 0.1
_PROCESSES = Path("/proc")


class RunFailed(Exception):
    """A run did not succeed; the message is what it said."""


@dataclass(frozen=True)
class Run:
    """What one run took: wall seconds, by stage too, processor seconds, and the most memory at any moment in bytes."""

    seconds: float
    stages: dict[str, float]
    processor_seconds: float
    peak_bytes: int
    documents_read: int
    documents_kept: int


def run(home: Home) -> Run:
    """Run over an archive.

    Raises:
        RunFailed: the exit status was not 0.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster_project.cli", "run", "--raw", str(home.raw), "--data", str(home.data)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = _Watch(process.pid)
    watch.start()
    said, complained = process.communicate()
    seconds = time.monotonic() - started
    watch.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise RunFailed(f"The run over {home.raw} ended with status {process.returncode}:\n{said}\n{complained}")
    read, kept = re.search(r"^documents read ([\d,]+), kept ([\d,]+)", said, re.MULTILINE).groups()
    return Run(
        seconds=seconds,
        stages=_stages(said),
        processor_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        peak_bytes=watch.peak or after.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        documents_read=int(read.replace(",", "")),
        documents_kept=int(kept.replace(",", "")),
    )


def _stages(said: str) -> dict[str, float]:
    block = re.search(r"^seconds\n((?:  .+\n)+)", said, re.MULTILINE)[1]
    stages = {name.strip(): float(number) for name, number in re.findall(r"^  (.+?) +([\d.]+)$", block, re.MULTILINE)}
    stages.pop("everything")
    return stages


def published(home: Home) -> dict[str, str]:
    """Return the SHA-256 of every published file."""
    return {
        path.relative_to(home.published).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.published.rglob("*"))
        if path.is_file()
    }


class _Watch(threading.Thread):
    """Looks at a process and its children again and again; ``peak`` is the most memory they held together, in bytes.

    Shared memory counts once (proportional set size). Where there is no /proc, ``peak`` stays 0.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            self.peak = max(self.peak, sum(_proportional_bytes(process) for process in _family(self._process)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _family(process: int) -> list[int]:
    """Return a process and all its descendants that live now."""
    found = [process]
    for parent in found:
        for thread in _entries(_PROCESSES / str(parent) / "task"):
            found += [int(child) for child in _text(_PROCESSES / str(parent) / "task" / thread / "children").split()]
    return found


def _entries(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []  # the process has ended since it was found


def _proportional_bytes(process: int) -> int:
    held = re.search(r"^Pss: +(\d+) kB", _text(_PROCESSES / str(process) / "smaps_rollup"), re.MULTILINE)
    return int(held[1]) * 1024 if held else 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # the process has ended since it was found
