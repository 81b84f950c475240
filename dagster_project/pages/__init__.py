"""A page for people for every read report: what its document prints in each cell beside what was read, and what does not add up.

Here: static HTML without scripts or other files, made from the published Parquet files alone: the forms' tables
(``layout``), cells (``cells``), findings (``findings``), the page around them (``page``), the lists (``index``), and which
files are written, kept and removed (``publish``). Not here: any judgement of its own, and anything of dagster.
"""

from dagster_project.pages.publish import INDEX, Pages, PagesError, publish_pages, standing_pages

__all__ = ["INDEX", "Pages", "PagesError", "publish_pages", "standing_pages"]
