"""The page of a report with failed equations in headless Chromium: drawn without scripts, the suspect cell marked.

The page is made by one run over one document; the browser opens the file itself, without any server.
"""

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result

from dagster_project.home import Home
from dagster_project.synthesis import demonstration

pytestmark = pytest.mark.browser

WRONG_TOTAL = "2022/hengling-health-2022.html"
WIDTH, HEIGHT = 1280, 2600


@pytest.fixture(scope="module")
def page(
    tmp_path_factory: pytest.TempPathFactory,
    make_home: Callable[[Path, Mapping[str, bytes]], Home],
    ingest: Callable[[Home], Result],
) -> Path:
    """The page of a report whose total is misprinted."""
    home = make_home(tmp_path_factory.mktemp("pages"), {WRONG_TOTAL: demonstration.files()[WRONG_TOTAL]})
    result = ingest(home)
    assert result.exit_code == 0, result.output
    [path] = pl.read_parquet(home.published / "parquet" / "mart_worst_reports.parquet")["page_path"]
    return home.published / path


@pytest.fixture(scope="module")
def browse(
    system_program: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Open a file in headless Chromium with the given switches."""
    chromium = system_program("chromium", "chromium")
    profile = tmp_path_factory.mktemp("profile")

    def browse(file: Path, *switches: str) -> subprocess.CompletedProcess[str]:
        usual = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"]
        command = [chromium, *usual, f"--window-size={WIDTH},{HEIGHT}", f"--user-data-dir={profile}", *switches, file.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        return done

    return browse


def background(page: Path, name: str) -> tuple[int, int, int]:
    """A colour of the page in daylight, by the name of its variable."""
    # The light style stands first.
    colour, *_ = re.findall(rf"--{name}:#([0-9a-f]{{6}})", page.read_text(encoding="utf-8"))
    return tuple(int(colour[at : at + 2], 16) for at in (0, 2, 4))


def picture(browse: Callable, page: Path, to: Path, *switches: str):
    """The page as the browser draws it."""
    from PIL import Image

    browse(page, f"--screenshot={to}", *switches)
    image = Image.open(to).convert("RGB")
    assert image.size == (WIDTH, HEIGHT)
    return image


def test_the_browser_shows_the_report_and_what_fails(browse: Callable, page: Path) -> None:
    drawn = browse(page, "--dump-dom").stdout
    text = " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", " ", drawn, flags=re.DOTALL)).split())
    for expected in ("2 条等式不成立", "嫌疑单元格", "应为 47", "三、本年度办理结果", "未经复议直接起诉"):
        assert expected in text, text


def test_the_marked_cell_is_drawn_in_its_colour(browse: Callable, page: Path, tmp_path: Path) -> None:
    image = picture(browse, page, tmp_path / "page.png")
    colours = {colour: pixels for pixels, colour in image.getcolors(1 << 24)}
    marked = background(page, "bad")
    # The banner spans the page and the cell a column: more pixels than the banner alone, which is one line high.
    rows = {y for y in range(0, HEIGHT, 4) if any(image.getpixel((x, y)) == marked for x in range(0, WIDTH, 4))}
    apart = [y for y in rows if y - 4 not in rows]
    assert len(apart) >= 2, f"the banner and the suspect cell, found {apart}"
    assert colours[background(page, "badline")] > 100
    assert max(colours, key=colours.get) == (255, 255, 255)


def test_a_dark_browser_gets_a_dark_page(browse: Callable, page: Path, tmp_path: Path) -> None:
    image = picture(browse, page, tmp_path / "dark.png", "--blink-settings=preferredColorScheme=0")
    colours = {colour: pixels for pixels, colour in image.getcolors(1 << 24)}
    assert sum(max(colours, key=colours.get)) < 150


def test_the_page_prints(browse: Callable, page: Path, tmp_path: Path) -> None:
    import pypdfium2

    printed = tmp_path / "page.pdf"
    browse(page, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    document = pypdfium2.PdfDocument(printed)
    text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    assert len(document) <= 4
    assert "应为" in text and "48" in text
