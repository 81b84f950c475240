"""The one place to get a printed report from: layouts and the renderers of the file kinds.

Here: names only. Not here: any work.
"""

from collections.abc import Callable

from dagster_project.synthesis.html import render_html
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.office import render_csv, render_docx, render_xlsx
from dagster_project.synthesis.pdf import render_pdf
from dagster_project.synthesis.printing import Printed, Rendered
from dagster_project.synthesis.text import render_markdown, render_text
from dagster_project.synthesis.truth import ReportTruth

__all__ = ["EXTENSIONS", "RENDERERS", "Layout", "Printed", "Rendered", "render_html", "render_markdown", "render_pdf", "render_text"]

RENDERERS: dict[str, Callable[[ReportTruth, Layout | None], Rendered]] = {
    "html": render_html,
    "text": render_text,
    "markdown": render_markdown,
    "docx": render_docx,
    "xlsx": render_xlsx,
    "csv": render_csv,
    "pdf": render_pdf,
}
EXTENSIONS = {"html": "html", "text": "txt", "markdown": "md", "docx": "docx", "xlsx": "xlsx", "csv": "csv", "pdf": "pdf"}
