"""Small pictures of the archive: documents by partition and outcome, failing equations by report year."""

import base64
import io
from collections.abc import Mapping

import polars as pl

_COLOURS = {"report": "#2b7a4b", "duplicate": "#9aa5b1", "not_a_report": "#d9a441", "quarantined": "#b23a3a"}
# For names that are not known beforehand.
_SERIES = ("#b23a3a", "#d9a441", "#3a6ea5", "#7a5195", "#2b7a4b", "#9aa5b1")


def documents_by_outcome(documents: pl.DataFrame) -> str:
    """Return Markdown that holds a PNG of documents (partition, outcome) as stacked bars."""
    counts = documents.group_by("partition", "outcome").agg(pl.len().alias("number"))
    return _stacked(counts, "partition", "outcome", _COLOURS, "documents", "documents by partition and outcome")


def failing_by_year(findings: pl.DataFrame) -> str:
    """Return Markdown that holds a PNG of failing equations (report_year, rule, findings) as stacked bars."""
    counts = (
        findings.group_by("report_year", "rule")
        .agg(pl.col("findings").sum().alias("number"))
        .with_columns(pl.col("report_year").cast(pl.String))
    )
    rules = counts["rule"].unique().sort().to_list()
    colours = dict(zip(rules, _SERIES * (len(rules) // len(_SERIES) + 1), strict=False))
    return _stacked(counts, "report_year", "rule", colours, "failing equations", "failing equations by report year and rule")


def _stacked(counts: pl.DataFrame, across: str, by: str, colours: Mapping[str, str], what: str, title: str) -> str:
    """Draw ``number`` by ``across`` and ``by``."""
    # Drawn without pyplot: no global figure, no display, and half the import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    places = counts[across].unique().sort().to_list()
    figure = Figure(figsize=(6, 2.2), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    base = [0] * len(places)
    for name, colour in colours.items():
        found = dict(counts.filter(pl.col(by) == name).select(across, "number").iter_rows())
        heights = [found.get(place, 0) for place in places]
        if any(heights):
            axes.bar(places, heights, bottom=base, color=colour, label=name)
            base = [low + high for low, high in zip(base, heights, strict=True)]
    axes.set_ylabel(what)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", labelrotation=45 if len(places) > 8 else 0)
    if places:
        axes.legend(frameon=False, fontsize="small")
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return f"![{title}](data:image/png;base64,{base64.b64encode(png.getvalue()).decode()})"
