"""What is asked of a canary on the command line, and the comparison of two files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slogate.core.arms import Counts, MetricPolicy, Series
from slogate.core.canary import CanaryVerdict, Judge, Measured, judge
from slogate.core.canary_report import CanaryReport, decision
from slogate.core.canary_series import paired
from slogate.core.exit_codes import exit_code
from slogate.core.model import Decision
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.pool import run_all

if TYPE_CHECKING:
    # NOTE: a comparison of versions reads no files.
    from slogate.sources.sample_file import ArmFile


@dataclass(frozen=True)
class CanaryOptions:
    """The options of the command; None where nobody said anything."""

    service: str | None = None
    config: Path | None = None
    at: int | None = None
    timeout: int = 60
    baseline: str | None = None
    canary: str | None = None
    start: int | None = None
    end: int | None = None
    since: int | None = None
    duration: int | None = None
    interval: int | None = None
    phase: str | None = None
    mode: str | None = None
    watch: bool = False
    baseline_file: Path | None = None
    canary_file: Path | None = None
    kind: str | None = None
    metric: str | None = None
    baseline_metric: str | None = None
    canary_metric: str | None = None
    direction: str | None = None
    tolerance: float | None = None
    margin: float | None = None
    limit: float | None = None

    @property
    def has_files(self) -> bool:
        """Are files to be compared?"""
        return self.baseline_file is not None or self.canary_file is not None


@dataclass(frozen=True)
class Compared:
    """What was measured, and what the report says of it beside the verdict.

    `verdict` is there already where the canary was watched, and `code` is the exit code of a watch
    that did not come to its end.
    """

    metrics: tuple[Measured, ...]
    names: tuple[str, str]
    on_inconclusive: Decision = Decision.REVIEW
    least_score: float = 1.0
    verdict: CanaryVerdict | None = None
    service: str = ""
    phase: str = ""
    start: int | None = None
    end: int | None = None
    unfinished: str = ""
    code: int | None = None
    notes: tuple[str, ...] = ()


def from_files(asked: CanaryOptions) -> Compared:
    """Both arms out of files; raises click.UsageError, ConfigError and NoDataError."""
    from slogate.sources.sample_file import K6_FAILED, K6_METRIC, read_arm

    paths = _paths(asked)
    columns = (asked.baseline_metric or asked.metric, asked.canary_metric or asked.metric)
    if paths[0].resolve() == paths[1].resolve() and columns[0] == columns[1]:
        raise ConfigError(
            f"both arms are the same file, {paths[0]}; two columns of one are told by --baseline-metric "
            "and --canary-metric"
        )
    deadline = Deadline(asked.timeout)
    arms = _in_time(
        [
            partial(read_arm, path, asked.kind, metric)
            for path, metric in zip(paths, columns, strict=True)
        ],
        deadline,
    )
    kinds = [type(arm.data).__name__.lower() for arm in arms]
    if kinds[0] != kinds[1]:
        raise ConfigError(
            f"{paths[0]} holds {kinds[0]} and {paths[1]} {kinds[1]}: --kind tells how to read both"
        )
    metrics, notes = [], [note for arm in arms for note in arm.notes]
    name = asked.metric or asked.canary_metric or arms[0].metric or "metric"
    metrics.append(_compared(name, arms, asked, notes))
    if columns == (None, None) and arms[0].metric == K6_METRIC:
        # NOTE: what fails is fast, so the time of requests alone says little.
        try:
            failed = _in_time(
                [partial(read_arm, path, None, K6_FAILED) for path in paths], deadline
            )
            metrics.append(_compared(K6_FAILED, failed, replace(asked, limit=None), notes))
        except ConfigError as error:
            notes.append(f"failed requests are not judged: {error}")
    return Compared(tuple(metrics), (str(paths[0]), str(paths[1])), notes=tuple(notes))


def _in_time(readers: Sequence[Callable[[], ArmFile]], deadline: Deadline) -> list[ArmFile]:
    """What the files hold; raises MeasurementError at the deadline, of a disk that hangs too."""
    found = run_all([("", read) for read in readers], workers={"": 1}, deadline=deadline)
    arms = []
    for arm in found:
        if arm is None:
            raise MeasurementError(
                f"the files were not read within the deadline of {deadline.seconds:g} s; --timeout "
                "gives it longer"
            )
        if isinstance(arm, BaseException):
            raise arm
        arms.append(arm)
    return arms


def _compared(
    name: str, arms: Sequence[ArmFile], asked: CanaryOptions, notes: list[str]
) -> Measured:
    baseline, canary = (arm.data for arm in arms)
    if isinstance(baseline, Counts) and isinstance(canary, Counts):
        lengths = [f"{len(arm.total):,}" for arm in (baseline, canary)]
        baseline, canary = _equally_long(baseline, canary)
        if lengths[0] != lengths[1]:
            notes.append(f"the arms have {' and '.join(lengths)} intervals; all their events count")
    return Measured(tuned(MetricPolicy(name=name), asked), baseline, canary)


def _paths(asked: CanaryOptions) -> tuple[Path, Path]:
    """Both files, if nothing else was asked for."""
    if asked.baseline_file is None or asked.canary_file is None:
        raise click.UsageError("--baseline-file and --canary-file go together")
    if asked.service or asked.baseline or asked.canary or asked.watch or asked.phase:
        raise click.UsageError(
            "files are compared as they are, without versions, phases or --watch"
        )
    times = (asked.start, asked.end, asked.since, asked.duration, asked.interval)
    if any(time is not None for time in times):
        raise click.UsageError(
            "files are compared whole, without --start, --end, --since, --duration or --interval"
        )
    return asked.baseline_file, asked.canary_file


def _equally_long(baseline: Counts, canary: Counts) -> tuple[Counts, Counts]:
    """Both arms with as many intervals, as runs of a load test seldom have; new ones are empty."""
    most = max(len(baseline.total), len(canary.total))

    def filled(arm: Counts) -> Counts:
        nothing = (0.0,) * (most - len(arm.total))
        return Counts((*arm.bad, *nothing), (*arm.total, *nothing))

    return filled(baseline), filled(canary)


def tuned(policy: MetricPolicy, asked: CanaryOptions) -> MetricPolicy:
    """The policy of a metric with what the command line says in its place."""
    given: dict[str, Any] = {
        "worse": asked.direction,
        "mode": asked.mode,
        "tolerance": asked.tolerance,
        "margin": asked.margin,
        "limit": asked.limit,
    }
    changed = replace(policy, **{key: value for key, value in given.items() if value is not None})
    if changed.margin < changed.tolerance:
        raise click.UsageError(
            f"--margin ({changed.margin:.0%}) must not lie below --tolerance ({changed.tolerance:.0%})"
        )
    if changed.limit is not None and not isfinite(changed.limit):
        raise click.UsageError(f"--limit {changed.limit} is no budget")
    return changed


def judged(
    metrics: Sequence[Measured], least_score: float, look: Judge | None = None
) -> CanaryVerdict:
    """The verdict; raises NoDataError where what was measured cannot be compared."""
    try:
        for one in metrics:
            _require_common(one)
        return judge(metrics, least_score, look)
    except (ArithmeticError, ValueError) as error:
        raise NoDataError(
            f"the canary cannot be judged, its numbers are out of proportion: {error}"
        ) from None


def _require_common(one: Measured) -> None:
    if not (isinstance(one.baseline, Series) and isinstance(one.canary, Series)):
        return
    if not paired(one.baseline, one.canary).canary:
        raise NoDataError(
            f"{one.policy.name}: there is no instant at which both were measured; measurements that are no "
            "pairs, as of two load tests one after the other, are compared with --kind samples"
        )


def reported(compared: Compared, fail_on: Decision | None) -> CanaryReport:
    """The verdict on what was measured, with the decision that follows from it."""
    verdict = compared.verdict or judged(compared.metrics, compared.least_score)
    found = decision(verdict, compared.on_inconclusive)
    return CanaryReport(
        verdict=verdict,
        decision=found,
        exit_code=exit_code(found, fail_on) if compared.code is None else compared.code,
        baseline=compared.names[0],
        canary=compared.names[1],
        service=compared.service,
        phase=compared.phase,
        start=compared.start,
        end=compared.end,
        unfinished=compared.unfinished,
        notes=compared.notes,
    )
