"""Pages as other kinds of files: the same report through LibreOffice.

Here: which kinds, by which filters, one start for each. Not here: reading the results.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from dagster_project.bodies import titles


class Conversion(NamedTuple):
    """How LibreOffice makes one kind of file: its output filter, the filter it opens the source with (None: it finds out),
    the kind that it is made from, whether it may lose the title of the page."""

    output: str
    opened_as: str | None
    source: str = "html"
    loses_title: bool = False


_WRITER, _CALC = "HTML (StarWriter)", "HTML (StarCalc)"
# 44: comma; 34: quotation mark; 76: UTF-8.
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"
CONVERSIONS = {
    "docx": Conversion("docx:MS Word 2007 XML", _WRITER),
    "doc": Conversion("doc:MS Word 97", _WRITER),
    "rtf": Conversion("rtf:Rich Text Format", _WRITER),
    "odt": Conversion("odt:writer8", _WRITER),
    # It prints no title of a page, so the page is saved under it first.
    "pdf": Conversion("pdf:writer_pdf_Export", _WRITER, loses_title=True),
    "xlsx": Conversion("xlsx:Calc MS Excel 2007 XML", _CALC),
    "xls": Conversion("xls:MS Excel 97", None, "xlsx"),
    "csv": Conversion(_CSV, None, "xlsx", loses_title=True),
}
SECONDS_ALLOWED = 240


# LibreOffice cuts off what is wider than its paper instead of making it fit: a number that is not printed cannot be read.
_WIDE_PAPER = b"<style>@page { size: 42cm 29.7cm; margin: 1cm }</style>"


def named(page: Path, folder: Path) -> Path:
    """Return a copy of a page under its title, as a browser saves it, for paper that is wide enough for its tables."""
    tree = LexborHTMLParser(page.read_bytes())
    head = tree.css_first("title")
    lines = [head.text().partition("_")[0]] if head is not None else []
    lines += [node.text() for node in tree.css("h1,h2,p")]
    title = next((title.text for line in lines if (title := titles.parse(line)) is not None), page.stem)
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{title}.html"
    content = page.read_bytes()
    head_ends = content.lower().find(b"</head>")
    at = max(head_ends, 0)
    copy.write_bytes(content[:at] + _WIDE_PAPER + content[at:])
    return copy


def convert(office: str, sources: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """Convert pages into files of a kind below ``folder``, named as they are, and return these in order.

    Raises:
        RuntimeError: LibreOffice did not make one of them.
    """
    conversion = CONVERSIONS[kind]
    if conversion.source != "html":
        sources = convert(office, sources, conversion.source, folder / conversion.source)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="office-") as profile:
        command = [office, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"]
        command += [f"--infilter={conversion.opened_as}"] if conversion.opened_as else []
        command += ["--convert-to", conversion.output, "--outdir", str(folder), *map(str, sources)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_ALLOWED)
    made = [folder / f"{source.stem}.{kind}" for source in sources]
    missing = [path.name for path in made if not path.exists()]
    if missing:
        raise RuntimeError(
            f"Expected LibreOffice to make {', '.join(missing)}, found none of them. It said: {said.stdout}{said.stderr}"
        )
    return made
