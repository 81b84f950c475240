"""The pages of a scan as grey images.

Here: PDF pages rendered, image files of one or several frames, and bounds on both. Not here: what is on them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from dagster_project.documents.pieces import Unreadable

KINDS = ("image", "pdf")
# Enough for the digits of a table set in 9 points; more costs time and finds nothing new.
DOTS_PER_INCH = 200
MOST_PAGES = 60
# A page of A3 at 400 dots an inch.
MOST_PIXELS = 32_000_000
_POINTS_PER_INCH = 72


@dataclass(frozen=True)
class Page:
    """One page: ``image`` is grey (height × width, 0 black to 255 white); ``scale`` is points a pixel, 1 for image files."""

    number: int
    image: np.ndarray
    dots_per_inch: float
    scale: float


def pages(kind: str, content: bytes) -> Iterator[Page]:
    """Yield the pages of a scan.

    Raises:
        Unreadable: the file is damaged, has too many pages or one too large.
    """
    yield from (_pdf_pages(content) if kind == "pdf" else _frames(content))


def _pdf_pages(content: bytes) -> Iterator[Page]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged", f"The PDF cannot be opened ({error}). Fetch it again from its source.") from None
    try:
        _check_count(len(document))
        for number, page in enumerate(document, start=1):
            width, height = page.get_size()
            scale = DOTS_PER_INCH / _POINTS_PER_INCH
            _check_size(int(width * scale), int(height * scale))
            image = page.render(scale=scale, grayscale=True).to_numpy()
            yield Page(number, image.reshape(image.shape[:2]), DOTS_PER_INCH, 1 / scale)
    finally:
        document.close()


def _frames(content: bytes) -> Iterator[Page]:
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as file:
            _check_count(getattr(file, "n_frames", 1))
            _check_size(*file.size)
            for number, frame in enumerate(ImageSequence.Iterator(file), start=1):
                stated = frame.info.get("dpi", (0, 0))[0]
                upright = ImageOps.exif_transpose(frame) or frame
                grey = _on_white(upright)
                # Files often state no resolution, or one that cannot be: then the page is taken for A4.
                dots = float(stated) if 90 <= stated <= 800 else min(grey.size) / 8.27
                if dots < 90:
                    raise Unreadable(
                        "image_too_small",
                        f"Expected a page with at least 90 dots an inch, found an image of {grey.size[0]} × {grey.size[1]} "
                        "pixels, too coarse for the digits of a table. Supply it in a higher resolution.",
                    )
                yield Page(number, np.asarray(grey), dots, 1.0)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise Unreadable("damaged", f"The image cannot be opened ({error}). Fetch it again from its source.") from None


def _on_white(image):
    """Return an image in grey; what is transparent is white, as a person sees it on paper."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        paper.alpha_composite(coloured)
        image = paper
    return image.convert("L")


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_PAGES:
        raise Unreadable(
            "too_many_pages" if count else "no_pages",
            f"Expected a scan of 1 to {MOST_PAGES} pages, found {count}. Supply the report alone.",
        )


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Unreadable(
            "page_too_large",
            f"Expected pages of at most {MOST_PIXELS:,} pixels, found one of {width} × {height}. Supply it in a lower resolution.",
        )
