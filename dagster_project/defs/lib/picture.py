"""A small picture of the archive: documents by partition and outcome."""

import base64
import io

import polars as pl

_COLOURS = {"report": "#2b7a4b", "duplicate": "#9aa5b1", "not_a_report": "#d9a441", "quarantined": "#b23a3a"}


def documents_by_outcome(documents: pl.DataFrame) -> str:
    """Return Markdown that holds a PNG of documents (partition, outcome) as stacked bars."""
    # Drawn without pyplot: no global figure, no display, and half the import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = documents.group_by("partition", "outcome").agg(pl.len().alias("files"))
    partitions = counts["partition"].unique().sort().to_list()
    figure = Figure(figsize=(6, 2.2), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    base = [0] * len(partitions)
    for outcome, colour in _COLOURS.items():
        found = dict(counts.filter(pl.col("outcome") == outcome).select("partition", "files").iter_rows())
        heights = [found.get(partition, 0) for partition in partitions]
        if any(heights):
            axes.bar(partitions, heights, bottom=base, color=colour, label=outcome)
            base = [low + high for low, high in zip(base, heights, strict=True)]
    axes.set_ylabel("documents")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", labelrotation=45 if len(partitions) > 8 else 0)
    if partitions:
        axes.legend(frameon=False, fontsize="small")
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return f"![documents by partition and outcome](data:image/png;base64,{base64.b64encode(png.getvalue()).decode()})"
