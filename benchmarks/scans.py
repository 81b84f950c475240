"""Reports as scans: printed by a browser, rendered as grey images, laid askew, put into a PDF without text.

Here: how a scan is made. Not here: reading it, scoring.
"""

import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

DOTS_PER_INCH = 200
_POINTS_PER_INCH = 72
_SECONDS_TO_PRINT = 120


def printed(browser: str, page: Path) -> bytes:
    """Return a page as the PDF that a browser prints.

    Raises:
        RuntimeError: the browser printed nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "printed.pdf"
        done = subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                "--no-pdf-header-footer", f"--print-to-pdf={target}", page.resolve().as_uri(),
            ],
            capture_output=True, text=True, timeout=_SECONDS_TO_PRINT, check=False,
        )  # fmt: skip
        if not target.exists():
            raise RuntimeError(f"Expected {browser} to print {page.name}, found nothing: {done.stderr[-500:]}")
        return target.read_bytes()


def scanned(pdf: bytes, degrees: float = 0.0) -> bytes:
    """Return a PDF whose pages are grey images of the pages of ``pdf``, each turned by ``degrees``."""
    import pypdfium2
    from PIL import Image

    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for page in document:
        image = page.render(scale=DOTS_PER_INCH / _POINTS_PER_INCH, grayscale=True).to_pil().convert("L")
        pages.append(image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255) if degrees else image)
    document.close()
    content = BytesIO()
    pages[0].save(content, format="PDF", save_all=True, append_images=pages[1:], resolution=DOTS_PER_INCH)
    return content.getvalue()
