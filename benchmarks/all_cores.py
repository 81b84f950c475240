"""The staged frames of a whole archive, on all cores: how many of them are kept busy.

Here: processor seconds of the reading processes by wall seconds. It is a process of its own, so that the children it has waited
for are the ones that read: python -m benchmarks.all_cores FOLDER prints the share as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.budgets import cores


def measure(folder: Path) -> float:
    """Return processor seconds by wall seconds and cores of reading an archive into an empty staging folder: 1 is all of them."""
    command = [sys.executable, "-m", "benchmarks.all_cores", str(folder)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _measure(raw: Path) -> float:
    from dagster_project.documents import manifest
    from dagster_project.reading import staging

    scanned = manifest.scan(raw, None, datetime.now(UTC))
    with tempfile.TemporaryDirectory(dir=raw.parent) as place:
        before, started = sum(os.times()[:4]), time.monotonic()
        staging.refresh(scanned, raw, Path(place), sorted(set(scanned["partition"])))
        return (sum(os.times()[:4]) - before) / (time.monotonic() - started) / cores()


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
