"""Command line: write a synthetic archive.

python -m dagster_project.synthesis DEST --count N --seed S [--kinds html,text,markdown] [--bytes 70000]
"""

from pathlib import Path
from time import perf_counter

import click

from dagster_project.synthesis.archive import ODDITY, written
from dagster_project.synthesis.layouts import RENDERERS


def _several(names: tuple[str, ...]):
    def parse(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
        chosen = tuple(part.strip() for part in value.split(",") if part.strip())
        if not chosen or set(chosen) - set(names):
            raise click.BadParameter(f"expected names out of {', '.join(names)}, separated by commas, found '{value}'.")
        return chosen

    return parse


@click.command()
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path))
@click.option("--count", default=100, show_default=True, type=click.IntRange(min=1), help="How many reports.")
@click.option("--seed", default=0, show_default=True, help="The same seed writes the same archive.")
@click.option(
    "--kinds", default="html", show_default=True, callback=_several(tuple(RENDERERS)), help="File kinds in turn."
)
@click.option("--forms", default="2019,2021", show_default=True, callback=_several(("2019", "2021")), help="Forms.")
@click.option("--bytes", "target_bytes", default=70_000, show_default=True, help="Size that HTML pages come near to.")
@click.option("--oddity", default=ODDITY, show_default=True, help="Probability of each odd habit of layout.")
def main(
    dest: Path, count: int, seed: int, kinds: tuple[str, ...], forms: tuple[str, ...], target_bytes: int, oddity: float
) -> None:
    """Write COUNT synthetic reports to DEST/<report year>/."""
    started = perf_counter()
    size = files = 0
    for path, _ in written(dest, count, seed, forms=forms, kinds=kinds, target_bytes=target_bytes, oddity=oddity):
        files += 1
        size += path.stat().st_size
    click.echo(f"{files} reports, {size / 1e6:.1f} MB in {dest}, {perf_counter() - started:.1f} s.")


if __name__ == "__main__":
    main()
