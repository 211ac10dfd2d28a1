"""What both arms of a canary measured: every metric at the same instants for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite, isinf, nan
from typing import Any

from slogate.core.arms import Counts, Series
from slogate.core.canary_plan import CanaryPlan, LiveMetric
from slogate.core.canary_presence import ended
from slogate.core.plan import MAX_POINTS
from slogate.core.window import format_duration
from slogate.core.words import count
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError, Problem
from slogate.sources import absence
from slogate.sources.answers import shorten
from slogate.sources.canary_arm import Arm, shown
from slogate.sources.interface import CanarySource
from slogate.sources.prometheus_api import Client

ARMS = ("baseline", "canary")
SLACK = 0.05
"""Share of all events by which extrapolation may set the bad ones off, and no more."""

MOST_EVENTS = 1e15
"""In one interval; beyond, no number is a count."""

Data = Series | Counts
Task = Callable[[], Any]
Runner = Callable[[Sequence[Task]], Sequence[Any]]
"""Calls tasks, side by side if it can; an exception stands in place of its task's result.

None stands for a task that had not ended at the deadline.
"""


@dataclass(frozen=True)
class Measurement:
    """Each metric with the data of baseline and canary, and the traffic of both.

    `traffic` counts the events of each arm, if need be those of the first counts; it is None where
    nothing counts any. `notes` are for people, `warnings` what the server said.
    """

    metrics: tuple[tuple[LiveMetric, Data, Data], ...]
    instants: range
    traffic: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def in_turn(tasks: Sequence[Task]) -> list[Any]:
    """One task after the other, up to the first that fails."""
    return [task() for task in tasks]


def measure(
    source: CanarySource,
    plan: CanaryPlan,
    service: str,
    versions: tuple[str, str],
    *,
    start: int,
    end: int,
    deadline: Deadline,
    run: Runner = in_turn,
) -> Measurement:
    """Ask for both versions (baseline, canary) within (start, end], Unix seconds.

    Raises NoDataError when an arm is no data, MeasurementError when the source cannot be asked and
    ConfigError when a query or a version is wrong.
    """
    for arm, version in zip(ARMS, versions, strict=True):
        _refuse_no_version(arm, version)
    if versions[0] == versions[1]:
        raise ConfigError(f"both arms are the version {shown(versions[0])}")
    instants = instants_between(start, end, plan.interval)
    client = source.client(deadline)
    arms = tuple(
        Arm(name, version, service, plan, client, instants)
        for name, version in zip(ARMS, versions, strict=True)
    )
    try:
        _ask_all(arms, run, deadline)
        # NOTE: it asks again where something is absent, and no time-out ends an answer that drips.
        (found,) = run([partial(_measurement, plan, arms, client)])
        measurement: Measurement = _given(found, deadline)
    except NoDataError as error:
        raise NoDataError(f"{error} ({client.api.url})") from None
    return measurement


def instants_between(start: int, end: int, interval: int) -> range:
    """The multiples of the interval with a whole one before them, all of it after the start."""
    first = -(-start // interval) * interval + interval
    found = range(first, end + 1, interval)
    if not found:
        raise NoDataError(f"there is no whole interval of {format_duration(interval)} to measure")
    if len(found) > MAX_POINTS:
        raise ConfigError(
            f"{len(found):,} instants are too many for one answer ({MAX_POINTS:,}): "
            "set a longer `interval`"
        )
    return found


def _ask_all(arms: tuple[Arm, ...], run: Runner, deadline: Deadline) -> None:
    asked = [(arm, template) for template in arms[0].roles for arm in arms]
    results = run([partial(arm.ask, template) for arm, template in asked])
    problems = [
        Problem("", f"canary: {arm.roles[template]}", problem.message)
        for (arm, template), result in zip(asked, results, strict=True)
        if isinstance(result, ConfigError)
        for problem in result.problems
    ]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    for (arm, template), result in zip(asked, results, strict=True):
        arm.answers[template] = _given(result, deadline)


def _given(result: Any, deadline: Deadline) -> Any:
    """What a runner made of a task; raises what the task did."""
    if result is None:
        late = f"no answer within the deadline of {deadline.seconds:g} s"
        raise MeasurementError(late, outage=True)
    if isinstance(result, BaseException):
        raise result
    return result


def _measurement(plan: CanaryPlan, arms: tuple[Arm, ...], client: Client) -> Measurement:
    notes: dict[str, None] = {}
    query = plan.traffic or next((one.total for one in plan.metrics if one.total), "")
    traffic = _traffic(plan, arms, query) if query else None
    if traffic is None:
        notes["nobody knows whether the canary has traffic: `canary` has no `traffic` query"] = None
    metrics = []
    for metric in plan.metrics:
        baseline, canary = (_data(arm, metric, notes) for arm in arms)
        metrics.append((metric, baseline, canary))
    return Measurement(
        metrics=tuple(metrics),
        instants=arms[0].instants,
        traffic=traffic,
        notes=tuple(notes),
        warnings=tuple(client.warnings),
    )


def _traffic(plan: CanaryPlan, arms: tuple[Arm, ...], query: str) -> tuple[float, float]:
    """The events of each arm; a canary without traffic is no data."""
    values = [arm.values(query) for arm in arms]
    found = [sum(filter(isfinite, events)) for events in values]
    few = [
        f"{arm.title} had a traffic of {count(events)}"
        for arm, events in zip(arms, found, strict=True)
        if events < plan.least_traffic
    ]
    if few:
        raise NoDataError(
            f"{' and '.join(few)}, less than `least_traffic` ({count(plan.least_traffic)}): "
            f"a canary without traffic is no data: query {shorten(arms[-1].query(query), 300)}"
        )
    baseline, canary = ([events > 0 for events in arm] for arm in values)
    if any(canary) and ended(canary, baseline):
        raise NoDataError(
            f"{arms[-1].title} has no traffic any more, while the baseline has: has it crashed, or been "
            f"taken away? Name the time to compare, as by --end: query {arms[-1].query(query)}"
        )
    return found[0], found[1]


def _data(arm: Arm, metric: LiveMetric, notes: dict[str, None]) -> Data:
    if metric.query:
        return Series(list(arm.instants), arm.values(metric.query))
    total = arm.values(metric.total)
    bad = arm.answers[metric.bad].values
    if bad is None:
        query, name = arm.query(metric.bad), metric.policy.name
        said = absence.no_failures(arm.client, query, arm.query(metric.total), arm.instants[-1])
        notes[f"{name} of {arm.title}: {said}"] = None
    return _counts(arm, metric, [0.0] * len(total) if bad is None else bad, total)


def _counts(arm: Arm, metric: LiveMetric, bad: list[float], total: list[float]) -> Counts:
    """Counts of each instant; beside a total, bad events that are missing are none.

    Raises NoDataError for values that no count of events has.
    """
    if any(_odd(part, whole) for part, whole in zip(bad, total, strict=True)):
        raise NoDataError(
            f"`{metric.policy.name}` of {arm.title} is no count: bad events are negative, infinite, or "
            "there where `total` has none"
        )
    pairs = [
        (part if isfinite(part) else 0.0, whole)
        for part, whole in zip(bad, total, strict=True)
        if isfinite(whole)
    ]
    parts, wholes = sum(part for part, _ in pairs), sum(whole for _, whole in pairs)
    slack = abs(wholes) * SLACK + 1
    if not -slack <= parts <= wholes + slack or any(whole < 0 for _, whole in pairs):
        raise NoDataError(
            f"`{metric.policy.name}` of {arm.title} has {count(parts)} bad events of "
            f"{count(wholes)} in all; do `bad` and `total` speak of the same events?"
        )
    known = iter([(min(max(part, 0.0), whole), whole) for part, whole in pairs])
    both = [next(known) if isfinite(whole) else (nan, nan) for whole in total]
    return Counts([part for part, _ in both], [whole for _, whole in both])


def _odd(bad: float, total: float) -> bool:
    if isinf(bad) or isinf(total) or max(bad, total) > MOST_EVENTS:
        return True
    if not isfinite(bad):
        return False
    # NOTE: what is subtracted in a query may miss zero by a little.
    return bad > 0 if not isfinite(total) else bad < -SLACK * abs(total) - 1


def _refuse_no_version(arm: str, version: str) -> None:
    if not version:
        # NOTE: in PromQL an empty value means "without this label", which is another thing.
        raise ConfigError(f"the version of the {arm} is empty")
    try:
        version.encode()
    except UnicodeEncodeError:
        raise ConfigError(f"the version of the {arm} is no text") from None
