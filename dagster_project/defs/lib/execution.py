"""One run of everything in this process, recorded in the data folder's Dagster instance.

Here: what ``make run`` does between its options and its summary. Not here: what the steps do, how it is printed.
"""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg
from dagster._core.execution.plan import active
from dagster._core.execution.plan.objects import ErrorSource

from dagster_project.defs.lib.archive import Archive

JOB = "everything"
PARTITIONS = "report_year"
_OBJECTS_BETWEEN_COLLECTIONS = 50_000
# Dagster's log goes to the instance, where 'make ui' shows it; the terminal gets the summary.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Execution:
    """How a run ended: sentences of the steps that failed and of the checks that did, and its id in the history."""

    run_id: str
    failed_steps: tuple[str, ...]
    failed_checks: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        return not self.failed_steps and not self.failed_checks


def execute(archive: Archive) -> Execution:
    """Scan the archive, then run every asset and check over every partition found, as one recorded run.

    Raises:
        Unusable: the archive cannot be listed, a file that people edit is not as it must be, or dbt cannot parse its project.
        KeyboardInterrupt: the user stopped it, which the history has as a failure; every step left what it wrote whole.
    """
    from dagster_project.defs.lib import dbt_process

    # First of all: it gets ready while this process imports the rest.
    dbt_process.prepare(archive.home)
    from dagster_project.definitions import defs
    from dagster_project.defs.lib import dbt_project, event_log
    from dagster_project.defs.lib.review import require_review

    home = archive.home
    archive.reporter.stage("listing the archive")
    partitions = archive.partitions()
    require_review(archive)
    with archive.measured("starting"):
        archive.reporter.stage("loading the definitions")
        dbt_project.manifest(home)
        job = defs().resolve_job_def(JOB)
    # What has been imported until now is no garbage and need not be looked through (see cli); what comes now is seldom.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance, event_log.kept_open(instance):
        instance.add_dynamic_partitions(PARTITIONS, partitions)
        for partition in set(instance.get_dynamic_partitions(PARTITIONS)) - set(partitions):
            instance.delete_dynamic_partition(PARTITIONS, partition)
        # The range runs in the order the instance keeps, which is that of first sight.
        known = instance.get_dynamic_partitions(PARTITIONS)
        with _without_checks_that_stand(archive):
            result = job.execute_in_process(
                run_config=_QUIET,
                instance=instance,
                raise_on_error=False,
                tags={"dagster/asset_partition_range_start": known[0], "dagster/asset_partition_range_end": known[-1]},
                resources={"archive": archive},
            )
        execution = _execution(result, archive)
    if archive.keeps_what_stands and execution.succeeded and archive.publication is not None and archive.pages is not None:
        _remember(archive, result)
    return execution


@contextmanager
def _without_checks_that_stand(archive: Archive) -> Iterator[None]:
    """Keep off the terminal what dagster says of blocking checks without a result, when what they gate is skipped as they are."""

    def is_news(_record: logging.LogRecord) -> bool:
        return archive.standing is None or not archive.standing.stands

    planning = logging.getLogger(active.__name__)
    planning.addFilter(is_news)
    try:
        yield
    finally:
        planning.removeFilter(is_news)


def _remember(archive: Archive, result: dg.ExecuteInProcessResult) -> None:
    """Remember the build as the one that stands, with what its checks warned of."""
    from dagster_project.defs.lib import last_build

    warnings = {_place(each): _check_sentence(each) for each in result.get_asset_check_evaluations() if not each.passed}
    last_build.remember(archive.home, archive.standing.inputs, archive.publication.number, warnings)


def _execution(result: dg.ExecuteInProcessResult, archive: Archive) -> Execution:
    failures = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    if any(event.step_failure_data.error_source == ErrorSource.INTERRUPT for event in failures):
        raise KeyboardInterrupt
    failed_steps = [_step_sentence(event) for event in failures]
    evaluations = result.get_asset_check_evaluations()
    errors, warnings = [], []
    for evaluation in evaluations:
        if not evaluation.passed:
            sentence = _check_sentence(evaluation)
            (errors if evaluation.severity == dg.AssetCheckSeverity.ERROR else warnings).append(sentence)
    if archive.standing is not None and archive.standing.stands:
        # What the checks of the build that stands warned of is as true as it was; this run asked some of them again.
        asked = {_place(evaluation) for evaluation in evaluations}
        warnings += [sentence for place, sentence in archive.standing.warnings.items() if place not in asked]
    return Execution(result.run_id, tuple(failed_steps), tuple(errors), tuple(warnings))


def _place(evaluation: dg.AssetCheckEvaluation) -> str:
    return f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}"


def _check_sentence(evaluation: dg.AssetCheckEvaluation) -> str:
    sentence = f"{evaluation.check_name} on {evaluation.asset_key.to_user_string()}"
    return f"{sentence}: {evaluation.description}" if evaluation.description else sentence


def _step_sentence(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data is not None:
        return data.user_failure_data.description or event.step_key
    error = data.error.cause or data.error
    return f"{event.step_key} crashed: {error.message.strip()}"
