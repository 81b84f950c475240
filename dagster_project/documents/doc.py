"""Older word-processor files (.doc, .wps, .rtf, .odt): converted to .docx by LibreOffice, many at each start.

Here: starting LibreOffice, its bounds, what becomes of each file. Not here: reading the result (``docx``).

LibreOffice is a system package and may be missing; then each file is told so and nothing else changes. It runs with a
profile of its own, without macros and without fetching what a document links to, and is killed with its children when it
does not get on. A file that it dies on is left out and the others are converted at the next start.
"""

import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dagster_project.documents.compound import MAGIC, CompoundFile
from dagster_project.documents.limits import SECONDS_FOR_ONE_DOCUMENT
from dagster_project.documents.pieces import Unreadable

KINDS = ("doc",)
# The reason code of a file that waits for the program.
NEEDS_LIBREOFFICE = "needs_libreoffice"

_PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
_FILTER = "docx:MS Word 2007 XML"
# Starting takes about two seconds; so many files share a start, and so few are done again when it dies.
FILES_PER_START = 100
# The first start makes a profile and may build the font cache of the machine.
SECONDS_TO_START = 60.0
# A machine on which LibreOffice does nothing at all is told apart from files that it dies on after so many fruitless starts.
_FRUITLESS_STARTS = 3
_LOOK_EVERY_SECONDS = 0.1
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
_SECURE = (("DisableMacrosExecution", "true"), ("BlockUntrustedRefererLinks", "true"), ("MacroSecurityLevel", "3"))
_ENCRYPTED_FLAG = 0x0100
_FLAGS_AT = 10


def program() -> str | None:
    """Return the path of LibreOffice; None when it is not installed."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def prepare(contents: Mapping[str, bytes]) -> dict[str, bytes | Unreadable]:
    """Convert files, given and returned by path: the bytes of a .docx, or why there is none."""
    converted: dict[str, bytes | Unreadable] = {}
    due: list[str] = []
    for path, content in contents.items():
        try:
            _refuse_encrypted(content)
            due.append(path)
        except Unreadable as error:
            converted[path] = error
    office = program()
    if office is None:
        missing = Unreadable(
            NEEDS_LIBREOFFICE,
            "Expected LibreOffice, which reads this older kind of file, found none on this machine. Install it (Debian: "
            "libreoffice-writer) and run again, or save the file as .docx.",
            "intake",
        )
        return converted | dict.fromkeys(due, missing)
    fruitless = 0
    while due:
        batch = due[:FILES_PER_START]
        done, culprit = _convert({path: contents[path] for path in batch}, office)
        converted |= done
        due = [path for path in due if path not in done]
        succeeded = any(isinstance(result, bytes) for result in done.values())
        fruitless = 0 if succeeded or culprit is None else fruitless + 1
        if fruitless >= _FRUITLESS_STARTS:
            converted |= dict.fromkeys(
                due,
                Unreadable(
                    "conversion_failed",
                    f"Expected LibreOffice to convert the file, but it failed at {fruitless} starts in a row and was not started again. "
                    f"Try it by hand ({Path(office).name} --headless --convert-to docx FILE) and run again.",
                    "intake",
                ),
            )
            break
    return converted


def _convert(contents: Mapping[str, bytes], office: str) -> tuple[dict[str, bytes | Unreadable], str | None]:
    """Convert files at one start: what became of those that it got to, and the file that it died on, if any."""
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        work = Path(folder)
        (work / "in").mkdir()
        (work / "out").mkdir()
        _write_settings(work / "profile" / "user")
        names = {}
        for number, (path, content) in enumerate(contents.items()):
            names[path] = f"{number:05}"
            (work / "in" / f"{names[path]}.{_extension(content)}").write_bytes(content)
        sources = sorted((work / "in").iterdir())
        ended = _run(office, work, sources)
        results = {path: work / "out" / f"{name}.docx" for path, name in names.items()}
        done: dict[str, bytes | Unreadable] = {
            path: result.read_bytes() for path, result in results.items() if result.exists() and result.stat().st_size
        }
    left = [path for path in contents if path not in done]
    if ended == "finished":
        return done | {path: _failed("LibreOffice could not open it") for path in left}, None
    if not left:
        return done, None
    # It converts in the order given, so it died on the first file without a result.
    why = (
        f"LibreOffice was not done with it after {SECONDS_FOR_ONE_DOCUMENT:.0f} seconds"
        if ended == "stuck"
        else "LibreOffice crashed on it"
    )
    return done | {left[0]: _failed(why)}, left[0]


def _run(office: str, work: Path, sources: Sequence[Path]) -> str:
    """Run LibreOffice: "finished", "crashed", or "stuck" when no result came for as long as one document may take."""
    command = [
        office,
        f"-env:UserInstallation={(work / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
        "--convert-to",
        _FILTER,
        "--outdir",
        str(work / "out"),
        *map(str, sources),
    ]
    with (work / "log").open("wb") as log:
        # A session of its own, so that its children can be ended with it and nobody else.
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            allowed, before, since = SECONDS_TO_START + SECONDS_FOR_ONE_DOCUMENT, 0, time.monotonic()
            while process.poll() is None:
                count = sum(1 for _ in (work / "out").iterdir())
                if count > before:
                    allowed, before, since = SECONDS_FOR_ONE_DOCUMENT, count, time.monotonic()
                if time.monotonic() - since > allowed:
                    return "stuck"
                time.sleep(_LOOK_EVERY_SECONDS)
            return "finished" if process.returncode == 0 else "crashed"
        finally:
            if process.returncode != 0:
                _end(process)


def _end(process: subprocess.Popen) -> None:
    # A crash leaves children behind or nobody.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _write_settings(folder: Path) -> None:
    folder.mkdir(parents=True)
    items = "\n".join(
        f'<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{setting}</value></prop></item>"
        for name, setting in _SECURE
    )
    (folder / "registrymodifications.xcu").write_text(_SETTINGS.format(items=items), encoding="utf-8")


def _extension(content: bytes) -> str:
    if content.startswith(b"{\\rtf"):
        return "rtf"
    if content.startswith(b"PK\x03\x04"):
        return "odt"
    return "doc" if content.startswith(MAGIC) else "xml"


def _refuse_encrypted(content: bytes) -> None:
    if not content.startswith(MAGIC):
        return
    compound = CompoundFile(content)
    if "WordDocument" not in compound.streams:
        return
    head = compound.read("WordDocument")[: _FLAGS_AT + 2]
    if len(head) == _FLAGS_AT + 2 and struct.unpack_from("<H", head, _FLAGS_AT)[0] & _ENCRYPTED_FLAG:
        raise Unreadable(
            "encrypted",
            "Expected a Word file (.doc) that opens without a password, found an encrypted one. Remove the password and supply it again.",
        )


def _failed(why: str) -> Unreadable:
    return Unreadable(
        "conversion_failed",
        f"Expected a word-processor file that LibreOffice can convert, found one that it cannot: {why}. Open it in an office "
        "program and save it as .docx.",
        "intake",
    )
