"""What the careful lane and the recognition of characters must not be led astray by: a reason, bounded time, nothing published."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
from PIL import Image

from benchmarks.scans import scanned
from benchmarks.scoring import Expected, read_and_score
from dagster_project.documents.limits import SECONDS_FOR_ONE_DOCUMENT
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.pdf import render_pdf
from dagster_project.synthesis.sheets import Sheet
from dagster_project.synthesis.truth import make_truth

WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dots an inch
TITLE = "溪口县水利局2022年政府信息公开工作年度报告"


def read(folder: Path, name: str, content: bytes, kind: str, *, scans: bool = False) -> dict[str, pl.DataFrame]:
    (folder / name).write_bytes(content)
    return read_batch([Source(name, sha256(content).hexdigest(), "2022", kind)], folder, scans=scans)


def png(image: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(image).save(content, "PNG", dpi=(150, 150))
    return content.getvalue()


def blank() -> np.ndarray:
    """A sheet of paper with the grain of a scanner."""
    return np.random.default_rng(1).normal(250, 3, (HEIGHT, WIDTH)).clip(0, 255).astype(np.uint8)


def photograph() -> np.ndarray:
    """Patches of many shades: nothing on it is a letter."""
    rough = np.random.default_rng(2).integers(0, 255, (HEIGHT // 40, WIDTH // 40), np.uint8)
    return cv2.GaussianBlur(cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), (31, 31), 0)


def handwriting() -> np.ndarray:
    """Lines of loops, as a hurried hand leaves them."""
    image, random = blank(), np.random.default_rng(3)
    for line in range(12):
        at = np.array([100.0, 150.0 + 120 * line])
        for _ in range(25):
            points = at + random.normal(0, 14, (6, 2))
            cv2.polylines(image, [points.astype(np.int32)], False, 40, 3, cv2.LINE_AA)
            at[0] += 38
    return image


@pytest.mark.parametrize("draw", [blank, photograph, handwriting])
def test_an_image_of_something_else_gives_a_reason_and_no_number(draw: Callable[[], np.ndarray], tmp_path: Path) -> None:
    frames = read(tmp_path, "2022.png", png(draw()), "image", scans=True)
    [document] = frames["documents"].to_dicts()
    assert document["outcome"] in ("not_a_report", "quarantined") and document["reason_code"] and document["detail"]
    assert frames["cells"].is_empty()


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_page_on_its_head_or_side_is_turned(degrees: int, tmp_path: Path) -> None:
    truth = make_truth("turned", "2021", activity="tens")
    rendered = render_pdf(truth, Layout(seed=2), Sheet())
    upright = scanned(rendered.content)
    pages = [np.rot90(page, degrees // 90) for page in _pages(upright)]
    content = BytesIO()
    first, *others = (Image.fromarray(page) for page in pages)
    first.save(content, "PDF", save_all=True, append_images=others, resolution=200)
    (tmp_path / "2021.pdf").write_bytes(content.getvalue())
    expected = Expected({code: cell.value for code, cell in rendered.printed.items()}, truth.report_year)
    score = read_and_score(tmp_path, {"2021.pdf": expected}, scans=True)
    assert score.wrong == 0 and score.share_right >= 0.98, "\n".join(score.notes)


def _pages(pdf: bytes) -> list[np.ndarray]:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    images = [page.render(scale=200 / 72, grayscale=True).to_numpy().reshape(page_shape(page)) for page in document]
    document.close()
    return images


def page_shape(page) -> tuple[int, int]:
    image = page.render(scale=200 / 72, grayscale=True).to_numpy()
    return image.shape[0], image.shape[1]


NUMBERS = "\n".join(" ".join(str((row * 37 + column) % 100) for column in range(7)) for row in range(400))
LABELS = "一、本年新收政府信息公开申请数量640020470二、上年结转政府信息公开申请数量0000000"
LONG = {
    "digits": "0123456789" * 500_000,
    "labels": LABELS * (5_000_000 // len(LABELS.encode())),
    "label and digits": f"{TITLE} 三、收到和处理政府信息公开申请情况 一、本年新收政府信息公开申请数量" + "1" * 4_900_000,
}


@pytest.mark.parametrize("text", [NUMBERS, f"{TITLE}\n{NUMBERS}"], ids=["alone", "below a title"])
def test_a_text_of_numbers_gives_a_reason_and_no_number(text: str, tmp_path: Path) -> None:
    frames = read(tmp_path, "2022.txt", text.encode(), "text")
    [document] = frames["documents"].to_dicts()
    assert document["outcome"] in ("not_a_report", "quarantined") and document["reason_code"] and document["detail"]
    assert frames["cells"].drop_nulls("value").is_empty()


@pytest.mark.parametrize("name", LONG)
def test_five_megabytes_in_one_line_end_within_the_bound(name: str, tmp_path: Path) -> None:
    from time import process_time

    started = process_time()
    frames = read(tmp_path, "2022.txt", LONG[name].encode(), "text")
    assert process_time() - started < 3 * SECONDS_FOR_ONE_DOCUMENT  # reading, identifying and the careful lane have one each
    [document] = frames["documents"].to_dicts()
    assert document["outcome"] in ("not_a_report", "quarantined") and document["reason_code"] and document["detail"]
    assert frames["cells"].drop_nulls("value").is_empty()
