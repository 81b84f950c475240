"""Every kind of file and layout, read and scored: documents, right, wrong, missed, milliseconds a document.

Here: what is measured and the table that docs/reading_by_kind.md shows. Not here: scoring (``scoring``), conversions
(``conversions``).

python -m benchmarks.reading_by_kind [--count N] [--kinds html,docx] [--corpus DIR] [--to FILE]
"""

import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from benchmarks.conversions import CONVERSIONS, convert, named
from benchmarks.scoring import Expected, Score, expected_of, read_and_score
from dagster_project.documents import CONVERTERS, READERS, doc
from dagster_project.home import PROJECT
from dagster_project.synthesis.layouts import EXTENSIONS, RENDERERS, Layout
from dagster_project.synthesis.truth import YEARS, make_truth

# What each layout fixes; the habits that no layout fixes vary from document to document.
LAYOUTS: dict[str, dict] = {
    "plain": {},
    "layout table around the report": {"inside_layout_table": True},
    "spans that lie": {"lying_spans": True},
    "blank cells in place of merged ones": {"empty_for_rowspan": True},
    "labels and digits in pieces": {"split_labels": "p", "split_numbers": True, "character_spans": True},
    "labels in two lines": {"split_labels": "br"},
    "misprinted labels": {"typos": 2},
    "blanks for zeros": {"zeros": "", "zeros_where": "everywhere"},
    "marks for zeros": {"zeros": "/", "zeros_where": "everywhere"},
    "units, remarks, thousands": {"units": True, "notes": True, "thousands": True},
    "full-width digits and signs": {"full_width_digits": True, "sign": "－"},
    "a row of blanks at the end": {"trailing_blank_row": True},
    "GB 18030": {"encoding": "gb18030"},
}
ODDITIES = {"odd habits, few": 0.03, "odd habits, many": 0.25}
_BINARY = {"docx", "xlsx", "pdf"}
_ACTIVITIES = ("few", "tens", "hundreds")
_EXPECTED = "expected"
_MILLISECONDS = 1000.0


def synthetic(kind: str, count: int, folder: Path) -> Iterator[tuple[str, Score]]:
    """Yield each layout with the score of ``count`` reports of that kind and layout."""
    for name, fixed in LAYOUTS.items():
        if "encoding" in fixed and kind in _BINARY:
            continue
        yield name, _read_synthetic(kind, folder, [Layout.random(seed, oddity=0.0, **fixed) for seed in range(count)])
    for name, oddity in ODDITIES.items():
        yield name, _read_synthetic(kind, folder, [Layout.random(seed, oddity=oddity) for seed in range(count)])


def _read_synthetic(kind: str, folder: Path, layouts: list[Layout]) -> Score:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        raw = Path(place)
        expected = {}
        for seed, layout in enumerate(layouts):
            form = tuple(YEARS)[seed % len(YEARS)]
            truth = make_truth(seed, form, activity=_ACTIVITIES[seed % len(_ACTIVITIES)])
            rendered = RENDERERS[kind](truth, layout)
            name = f"{seed:05}.{EXTENSIONS[kind]}"
            (raw / name).write_bytes(rendered.content)
            cells = {code: printed.value for code, printed in rendered.printed.items()}
            expected[name] = Expected(cells, truth.report_year)
        return read_and_score(raw, expected)


def published(corpus: Path) -> Iterator[tuple[str, Score]]:
    """Yield each kind of file among the real reports with its score."""
    documents = corpus / "published" / "docs"
    truths = {path.name.removesuffix(".json"): expected_of(path) for path in _truths(corpus)}
    for extension in sorted({name.rpartition(".")[2] for name in truths}):
        yield (
            extension,
            read_and_score(
                documents, {name: truth for name, truth in truths.items() if name.endswith(f".{extension}")}
            ),
        )


def converted(corpus: Path, kind: str, office: str, folder: Path) -> Score:
    """Return the score of the real pages converted by LibreOffice into files of a kind."""
    documents = corpus / "published" / "docs"
    truths = [path for path in _truths(corpus) if path.name.endswith(".html.json")]
    pages = [documents / path.name.removesuffix(".json") for path in truths]
    if CONVERSIONS[kind].loses_title:
        pages = [named(page, folder / "pages") for page in pages]
    made = convert(office, pages, kind, folder / kind)
    return read_and_score(
        folder / kind, {path.name: expected_of(truth) for path, truth in zip(made, truths, strict=True)}
    )


def _truths(corpus: Path) -> list[Path]:
    return sorted((corpus / "published" / _EXPECTED).glob("*.json"))


@click.command()
@click.option(
    "--count",
    default=24,
    show_default=True,
    type=click.IntRange(min=1),
    help="Synthetic reports of each kind and layout.",
)
@click.option("--kinds", default=",".join(RENDERERS), show_default=True, help="Kinds of synthetic reports.")
@click.option(
    "--corpus", default=PROJECT.parent / "shared" / "corpus", type=click.Path(path_type=Path), help="Real reports."
)
@click.option("--to", "target", default=PROJECT / "docs" / "reading_by_kind.md", type=click.Path(path_type=Path))
def main(count: int, kinds: str, corpus: Path, target: Path) -> None:
    """Measure the readers on every kind of file and layout and write the table."""
    chosen = [kind for kind in kinds.split(",") if kind]
    unknown = set(chosen) - set(RENDERERS)
    if unknown:
        raise click.BadParameter(f"expected kinds out of {', '.join(RENDERERS)}, found {', '.join(sorted(unknown))}.")
    lines = _head(count)
    total = Score()
    with tempfile.TemporaryDirectory(prefix="kinds-") as place:
        folder = Path(place)
        for kind in chosen:
            for layout, score in synthetic(kind, count, folder):
                total += score
                lines.append(_row(kind, layout, score))
                click.echo(lines[-1])
        lines += ["", "## Real reports", ""]
        office = doc.program()
        if not corpus.is_dir():
            lines.append("The real reports were not there when this was measured.")
        else:
            lines += _table_head("from")
            for kind, score in published(corpus):
                total += score
                lines.append(_row(kind, "as published", score))
                click.echo(lines[-1])
            for kind in CONVERSIONS if office else ():
                score = converted(corpus, kind, office or "", folder)
                total += score
                lines.append(_row(kind, "HTML by LibreOffice", score))
                click.echo(lines[-1])
            if office is None:
                lines += ["", "LibreOffice was not there when this was measured, so nothing was converted."]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{total.documents} documents, wrong {total.wrong}, missed {total.missed}: {target.name}")
    for note in [note for note in total.notes if ": wrong " in note or "report year" in note]:
        click.echo(f"  {note}")


def _head(count: int) -> list[str]:
    readable = ", ".join(sorted({*READERS, *CONVERTERS}))
    return [
        "# Reading by kind of file and layout",
        "",
        "Made by `python -m benchmarks.reading_by_kind`; do not edit. Cells are counted as the corpus's own script counts them: right is a "
        "printed number that is published, or a blank that is not; wrong is a published number that the document does not print there; "
        "missed is a printed number that is not published. Milliseconds are those of one process for one document, conversion by "
        f"LibreOffice included, on {platform.machine()} with Python {platform.python_version()}.",
        "",
        f"Kinds that can be read: {readable}.",
        "",
        f"## Synthetic reports, {count} of each kind and layout",
        "",
        *_table_head("layout"),
    ]


def _table_head(second: str) -> list[str]:
    return [
        f"| kind | {second} | documents | right | wrong | missed | right, % | ms a document |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]


def _row(kind: str, layout: str, score: Score) -> str:
    each = _MILLISECONDS * score.seconds / max(1, score.documents)
    return (
        f"| {kind} | {layout} | {score.documents} | {score.right} | {score.wrong} | {score.missed} | "
        f"{100 * score.share_right:.2f} | {each:.0f} |"
    )


if __name__ == "__main__":
    main()
