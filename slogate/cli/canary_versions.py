"""Compares two versions of a service in the backend of the configuration, once or while it runs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import click

from slogate.cli.canary_compare import CanaryOptions, Compared, tuned
from slogate.cli.compose import Wanted, configured, present, select, warnings
from slogate.cli.output import warn
from slogate.config.settings import Config, PrometheusSettings
from slogate.core import words
from slogate.core.canary import Measured
from slogate.core.canary_plan import LEAST_INSTANTS, CanaryPlan, Phase
from slogate.core.model import Service
from slogate.deadline import Deadline
from slogate.errors import ConfigError
from slogate.pool import run_all
from slogate.sources import open_source
from slogate.sources.canary import Measurement, Task, measure
from slogate.sources.canary_arm import Answer
from slogate.sources.interface import CanarySource


@dataclass(frozen=True)
class _Arms:
    """What is compared: the plan with what the command line changed, and both versions."""

    settings: PrometheusSettings
    plan: CanaryPlan
    service: str
    versions: tuple[str, str]

    def measure(self, start: int, end: int, deadline: Deadline) -> Measurement:
        """What both versions measured between these times.

        With connections of its own, so that a look at a canary does not remember an outage.
        """
        opened = open_source(self.settings.type, self.settings)
        source = cast("CanarySource", opened)

        def side_by_side(tasks: Sequence[Task]) -> Sequence[Answer | BaseException | None]:
            grouped: list[tuple[Hashable, Task]] = [("", task) for task in tasks]
            return run_all(grouped, workers={"": source.workers}, deadline=deadline)

        try:
            return measure(
                source,
                self.plan,
                self.service,
                self.versions,
                start=start,
                end=end,
                deadline=deadline,
                run=side_by_side,
            )
        finally:
            opened.close()


def from_source(asked: CanaryOptions, config_ref: str | None, *, quiet: bool) -> Compared:
    """Both arms out of the backend.

    Raises click.UsageError, ConfigError, NoDataError and MeasurementError.
    """
    if not asked.baseline or not asked.canary:
        raise click.UsageError(
            "name what to compare: --baseline and --canary with two versions, or --baseline-file and "
            "--canary-file"
        )
    _refuse_times(asked)
    wanted = Wanted(asked.config, config_ref, timeout=asked.timeout, quiet=quiet)
    with configured(wanted) as loaded:
        settings = loaded.config
        warn(warnings(settings), quiet=quiet)
        named = [asked.service] if asked.service else []
        service = _one(select(settings, named, loaded.shown))
        deadline = Deadline(asked.timeout)
        plan = planned(service, asked)
        return compared_versions(settings, service, plan, asked, deadline, quiet=quiet)


def compared_versions(
    config: Config,
    service: Service,
    plan_and_phase: tuple[CanaryPlan, Phase | None],
    asked: CanaryOptions,
    deadline: Deadline,
    *,
    quiet: bool = False,
) -> Compared:
    """Both versions of one service; raises ConfigError, NoDataError and MeasurementError."""
    plan, phase = plan_and_phase
    versions = (asked.baseline or "", asked.canary or "")
    settings = cast("PrometheusSettings", config.sources[plan.source])
    arms = _Arms(settings, plan, service.name, versions)
    found = (
        _watched(arms, deadline.seconds, quiet=quiet)
        if asked.watch
        else _once(arms, asked, deadline)
    )
    warn(found.warnings, quiet=quiet)
    return replace(
        found.compared,
        on_inconclusive=plan.on_inconclusive,
        least_score=plan.least_score,
        service=service.name,
        phase=phase.name if phase else "",
    )


@dataclass(frozen=True)
class _Found:
    compared: Compared
    warnings: tuple[str, ...] = ()


def _one(services: Sequence[Service]) -> Service:
    judged = [service for service in services if service.canary is not None]
    if len(services) > 1 and len(judged) != 1:
        listed = ", ".join(service.name for service in services[:10])
        raise click.UsageError(f"name the service: {listed}")
    return judged[0] if judged else services[0]


def planned(service: Service, asked: CanaryOptions) -> tuple[CanaryPlan, Phase | None]:
    """The plan of the service with what the phase and the command line say in its place."""
    plan = service.canary
    if plan is None:
        raise ConfigError(f"the service {service.name} has no `canary` in the configuration")
    phase = _phase(plan, asked.phase) if asked.phase else None
    limits = dict(phase.limits) if phase else {}
    chosen = [one for one in plan.metrics if asked.metric in (None, one.policy.name)]
    if not chosen:
        listed = ", ".join(one.policy.name for one in plan.metrics)
        raise click.UsageError(f"--metric: there is no metric {asked.metric!r}, only {listed}")
    if len(chosen) > 1 and (asked.direction or asked.limit is not None):
        raise click.UsageError("--direction and --limit are of one metric: name it with --metric")
    metrics = tuple(
        replace(
            one,
            policy=tuned(
                replace(one.policy, limit=limits.get(one.policy.name, one.policy.limit)), asked
            ),
        )
        for one in chosen
    )
    spans = (asked.duration, asked.since, phase.duration if phase else None, plan.duration)
    duration = next(span for span in spans if span)
    interval = asked.interval or plan.interval
    return replace(plan, metrics=metrics, duration=duration, interval=interval), phase


def _phase(plan: CanaryPlan, name: str) -> Phase:
    for phase in plan.phases:
        if phase.name == name:
            return phase
    listed = ", ".join(phase.name for phase in plan.phases) or "none"
    raise click.UsageError(
        f"--phase: there is no phase {name!r} in the configuration, only {listed}"
    )


def _refuse_times(asked: CanaryOptions) -> None:
    past = (asked.start, asked.end, asked.at, asked.since)
    if asked.watch and any(time is not None for time in past):
        raise click.UsageError("--watch begins now: only --duration and --interval go with it")
    if asked.since is not None and (asked.start is not None or asked.duration is not None):
        raise click.UsageError("--since goes with --end only, not with --start or --duration")
    if None not in (asked.start, asked.end, asked.duration):
        raise click.UsageError("two of --start, --end and --duration are enough")


def _once(arms: _Arms, asked: CanaryOptions, deadline: Deadline) -> _Found:
    long = arms.plan.duration
    end = asked.end if asked.end is not None else present(asked.at)
    start = asked.start if asked.start is not None else end - long
    if asked.start is not None and asked.duration is not None:
        end = start + long
    if start >= end:
        raise click.UsageError("--start has to lie before --end")
    found = arms.measure(start, end, deadline)
    return _Found(_compared(arms, _measured(found), found), found.warnings)


def _watched(arms: _Arms, timeout: float, *, quiet: bool) -> _Found:
    from slogate.cli.canary_watch import watch
    from slogate.cli.progress import Progress, WallClock

    plan = arms.plan
    if plan.duration < LEAST_INSTANTS * plan.interval:
        raise click.UsageError(
            f"--watch has to look at least {LEAST_INSTANTS} times: a longer --duration, or a shorter --interval"
        )
    looks: dict[int, Measurement] = {}

    def look(start: int, end: int, seconds: float) -> tuple[Measured, ...]:
        looks[end] = arms.measure(start, end, Deadline(seconds))
        return _measured(looks[end])

    progress = Progress(quiet=quiet)
    try:
        seen = watch(
            look,
            duration=plan.duration,
            interval=plan.interval,
            timeout=timeout,
            least_score=plan.least_score,
            clock=WallClock(),
            progress=progress,
        )
    finally:
        progress.end()
    found = looks[seen.end]
    compared = replace(
        _compared(arms, seen.metrics, found),
        verdict=seen.verdict,
        unfinished=seen.ended,
        code=seen.code,
    )
    return _Found(compared, found.warnings)


def _measured(found: Measurement) -> tuple[Measured, ...]:
    return tuple(
        Measured(metric.policy, baseline, canary) for metric, baseline, canary in found.metrics
    )


def _compared(arms: _Arms, metrics: tuple[Measured, ...], found: Measurement) -> Compared:
    interval = arms.plan.interval
    traffic = [
        f"{words.count(events)} of {version}"
        for version, events in zip(arms.versions, found.traffic or (), strict=False)
    ]
    seen = (f"traffic: {' and '.join(traffic)}",) if traffic else ()
    return Compared(
        metrics,
        arms.versions,
        start=found.instants[0] - interval,
        end=found.instants[-1],
        notes=(*found.notes, *seen),
    )
