"""The command line: ``python -m dagster_project.cli run | ui | inspect | publish-postgres | contracts``.

Here: options, exit statuses, what is said. Everything heavy is imported when it is needed: the start is most of a small
run, and worker processes import this module again.
"""

import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from dagster_project.home import PROJECT, Home, Unusable

if TYPE_CHECKING:
    from dagster_project.defs.lib.archive import Archive
    from dagster_project.defs.lib.execution import Execution

FAILED = 1
UNUSABLE = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The warehouse of China's annual reports on open government information."""


def _home_options(command):
    command = click.option("--data", envvar="GONGKAI_DATA", help="Folder to write to (GONGKAI_DATA).")(command)
    return click.option("--raw", envvar="GONGKAI_RAW", help="Archive to ingest (GONGKAI_RAW).")(command)


def _home(raw: str | None, data: str | None) -> Home:
    return Home.at(raw or PROJECT / "raw", data or PROJECT / "data")


@main.command()
@_home_options
def run(raw: str | None, data: str | None) -> None:
    """Ingest the archive, build and publish the warehouse, say what happened."""
    home = _home(raw, data)
    started = time.monotonic()
    try:
        home.require_raw()
        home.prepare()
        with home.only_run():
            home.require_warehouse()
            home.into_environment()
            sys.exit(_run(home, started))
    except Unusable as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)
    except KeyboardInterrupt:
        click.echo("\nStopped. The published snapshot is as it was; run again to go on.", err=True)
        sys.exit(INTERRUPTED)


def _run(home: Home, started: float) -> int:
    from dagster_project.terminal import Progress

    click.echo(f"{home.raw} → {home.data}")
    # Importing makes half a million objects that stay; looking through them for garbage again and again takes a second.
    gc.disable()
    try:
        with _remembered_interrupts() as is_stopped, Progress(is_stopped=is_stopped) as progress:
            progress.stage("starting")
            from dagster_project.defs.lib.archive import Archive
            from dagster_project.defs.lib.execution import execute

            archive = Archive(home, progress, keeps_what_stands=True)
            execution = execute(archive)
    finally:
        gc.enable()
    return _summary(archive, execution, time.monotonic() - started)


@contextmanager
def _remembered_interrupts() -> Iterator[Callable[[], bool]]:
    """Interrupt the block as Python does, and yield a function that tells whether that happened.

    An interrupt that arrives while libraries are imported may end in one of their handlers and be lost.
    """
    interrupts: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # only the main thread is interrupted
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: bool(interrupts)
    finally:
        signal.signal(signal.SIGINT, before)


def _summary(archive: "Archive", execution: "Execution", total: float) -> int:
    """Print the summary and return the exit status: not zero when a file was lost, a check or a step failed."""
    from dagster_project import terminal
    from dagster_project.publishing import accounting

    lines, lost = [""], False
    stands = archive.standing is not None and archive.standing.stands
    built = stands or archive.publication is not None
    if built or not execution.failed_steps:
        found = accounting.account(archive.home)
        lost = not found.adds_up
        lines += terminal.account_lines(found) + terminal.quarantine_lines(found)
    else:
        lines += terminal.count_lines("documents staged, by outcome", accounting.documents_by_outcome(archive.home))
    if archive.refresh is not None:
        lines += terminal.count_lines("cells by status", accounting.cells_by_status(archive.home))
        lines += terminal.finding_lines(accounting.findings(archive.home, built=built))
        lines += ["", f"documents read {archive.refresh.documents_read:,}, kept {archive.refresh.documents_kept:,}"]
    if stands:
        lines.append(terminal.standing_line(archive.standing.publication))
    lines += terminal.second_lines(archive.seconds, total)
    if stands:
        replaced, pages = 0, (archive.standing.pages, 0)
    else:
        replaced = None if archive.publication is None else len(archive.publication.replaced)
        pages = None if archive.pages is None else (archive.pages.pages, archive.pages.written + archive.pages.removed)
    lines += terminal.result_lines(archive.home, replaced, pages)
    if archive.publication is not None:
        lines += terminal.change_lines(archive.publication.number, archive.publication.changes)
    for title, sentences in (
        ("warnings", execution.warnings),
        ("failed checks", execution.failed_checks),
        ("failed steps", execution.failed_steps),
    ):
        if sentences:
            lines += ["", title, *("  " + sentence.replace("\n", "\n  ") for sentence in sentences)]
    click.echo("\n".join(lines))
    if lost or not execution.succeeded:
        click.echo(f"\nFAILED. Details: make ui, run {execution.run_id}.", err=True)
        return FAILED
    return 0


@main.command(hidden=True)
def warm() -> None:
    """Run once over an empty archive, so that the first real run finds the dbt project parsed and all code compiled.

    Part of the set-up. That it does not succeed is no failure: the first run does then what is missing.
    """
    import tempfile

    click.echo("setting up: a first run over an empty archive", err=True)
    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
        home = Home.at(Path(folder) / "raw", Path(folder) / "data")
        try:
            home.raw.mkdir()
            home.prepare()
            with home.only_run():
                home.into_environment()
                from dagster_project.defs.lib.archive import Archive
                from dagster_project.defs.lib.execution import execute

                failed = execute(Archive(home)).failed_steps
        except (Unusable, OSError) as error:
            failed = (str(error),)
    if failed:
        click.echo("\n".join(["The empty run did not succeed; 'make run' shows whether that matters:", *failed]), err=True)


@main.command()
@_home_options
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
def ui(raw: str | None, data: str | None, port: int) -> None:
    """Serve the Dagster UI of the data folder on 127.0.0.1, until it is stopped."""
    import os
    import signal

    home = _home(raw, data)
    try:
        home.prepare()
    except Unusable as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)
    home.into_environment()
    # A shell that starts this in the background has it ignore interrupts, and dagster would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    click.echo(f"Dagster UI of {home.data} on http://127.0.0.1:{port} (stop it with Ctrl-C)")
    dagster = str(Path(sys.executable).with_name("dagster"))
    served = ["--workspace", str(PROJECT / "workspace.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    os.chdir(PROJECT)
    # Python warnings of the libraries among themselves are not for whoever looks at runs.
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.execv(dagster, [dagster, "dev", *served, "--log-level", "warning"])


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--cell", help="Show this cell only, by its code.")
def inspect(file: Path, cell: str | None) -> None:
    """Show one document: what was recognised, its tables and cells, what failed and why."""
    if not file.is_file():
        click.echo(f"Expected a document at {file}, found {'a folder' if file.is_dir() else 'nothing'}.", err=True)
        sys.exit(UNUSABLE)
    from dagster_project.reading.inspect import show

    sys.exit(show(file, cell) or 0)


@main.command("publish-postgres")
@click.option("--data", envvar="GONGKAI_DATA", help="Folder with the published snapshot (GONGKAI_DATA).")
def publish_postgres(data: str | None) -> None:
    """Load the published snapshot into the PostgreSQL database named by GONGKAI_POSTGRES, as schema gongkai."""
    import os

    try:
        from dagster_project.publishing.postgres import DSN_VARIABLE, PostgresError, publish_to_postgres
    except ImportError as error:
        click.echo(f"PostgreSQL's driver is missing ({error}). 'make setup' installs it, as the extra 'postgres'.", err=True)
        sys.exit(UNUSABLE)
    started = time.monotonic()
    try:
        # By the environment, never as an argument: other users see the arguments of a process.
        loaded = publish_to_postgres(os.environ.get(DSN_VARIABLE, ""), _home(None, data).published)
    except PostgresError as error:
        click.echo(str(error), err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("\nStopped. What was published there before is as it was.", err=True)
        sys.exit(INTERRUPTED)
    click.echo(f"publication {loaded.publication} → schema gongkai in {loaded.place}")
    click.echo(f"{len(loaded.rows)} tables, {sum(loaded.rows.values()):,} rows, {time.monotonic() - started:.1f} seconds")
    for note in loaded.notes:
        click.echo(note)


@main.command()
def contracts() -> None:
    """Write what is generated: the dbt source file and the dictionaries of the staged frames and the published tables."""
    from schemas import render

    render.main()
    home = Home.from_environment()
    try:
        home.prepare()
        home.into_environment()
        # dbt reads the source file that was written just now.
        from dagster_project.defs.lib import dictionary

        dictionary.write(home)
    except Unusable as error:
        click.echo(str(error), err=True)
        sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
