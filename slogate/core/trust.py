"""Is the evidence to be trusted? Asked before any arithmetic.

What is wrong beyond repair raises NoDataError with a sentence; what a person should know becomes a
check; what is right becomes a History.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from slogate.core import words
from slogate.core.coverage import coverage, freshness
from slogate.core.evidence import Evidence, RoleSeries, Values
from slogate.core.history import History, Track
from slogate.core.maintenance import seconds_in
from slogate.core.model import Policy, Slo
from slogate.core.plan import Grid, Plan
from slogate.core.verdict import Check, Counts, Outcome
from slogate.errors import NoDataError

ENOUGH, FACTOR = 100, 3
"""Beyond so many events, a window and the sum of its steps may differ by less than this factor."""
MOST_MAINTENANCE = 0.5
"""The share of the window's time with samples that may be left out."""
ROUNDING = 1e-9
IMPLAUSIBLE = 1e18
"""No number of events; sums beyond it lose all precision."""
NOISE = 0.01
"""More good than total (or bad than total) by up to this share of the allowed bad events is scrape
skew: too little to change a verdict."""


@dataclass(frozen=True)
class Trusted:
    """Evidence that passed: the history and the checks that were made on the way."""

    history: History
    checks: tuple[Check, ...]


def examine(slo: Slo, policy: Policy, evidence: Evidence) -> Trusted:
    """Turn raw evidence into a history.

    Raises NoDataError on absent, NaN, infinite or negative values, on more good (or bad) than
    total, on a stale last sample, and on gaps or a retention that leave less than the policy's
    `min_coverage` of the window.
    """
    plan = evidence.plan
    for role, series in evidence.roles.items():
        _refuse_bad_values(role, series, plan, nan_is_absent=role == "ratio")
    history = _history(slo, evidence)
    checks = [
        freshness(history, evidence, policy),
        coverage(history, evidence, policy),
        *_absent_failures(evidence),
        *(Check("backend warning", Outcome.WARN, text) for text in evidence.warnings),
        *(Check("note", Outcome.PASS, text) for text in evidence.notes),
    ]
    return Trusted(history, tuple(checks))


def _refuse_bad_values(role: str, series: RoleSeries, plan: Plan, *, nan_is_absent: bool) -> None:
    for values, grid in ((series.coarse, plan.coarse), (series.fine, plan.fine)):
        for index, value in _implausible(values, nan_is_absent=nan_is_absent):
            step = grid.step if grid else 0
            _refuse(role, value, plan.now - (len(values) - 1 - index) * step)
    for _, value in _implausible((series.whole, *series.excluded), nan_is_absent=nan_is_absent):
        _refuse(role, value, plan.now)


def _implausible(values: Values, *, nan_is_absent: bool) -> list[tuple[int, float]]:
    """What is no number of events, with its place."""
    return [
        (index, value)
        for index, value in enumerate(values)
        if value is not None and not -ROUNDING < value < IMPLAUSIBLE
        if not (nan_is_absent and math.isnan(value))
    ]


def _refuse(role: str, value: float, at: int) -> None:
    kind = "NaN" if math.isnan(value) else "negative" if -math.inf < value < 0 else "infinite"
    raise NoDataError(
        f"`{role}` is {kind} at {words.moment(at)}: a count of events must be a number "
        "of zero or more; correct the query"
    )


def _history(slo: Slo, evidence: Evidence) -> History:
    if "ratio" in evidence.roles:
        return _ratio_history(evidence)
    total = evidence.roles["total"]
    if total.absent:
        raise NoDataError("`total` has no samples in the whole window: is the query right?")
    role = "bad" if "bad" in evidence.roles else "good"
    part = evidence.roles[role]
    if part.absent and not evidence.no_failures:
        raise NoDataError(
            f"`{role}` has no samples in the whole window although `total` has: "
            "an absent series is not a count of zero"
        )
    coarse, fine = _tracks(role, part, total, evidence.plan)
    in_window = _window_counts(slo, role, part, total, evidence.plan)
    history = _assemble(evidence.plan, coarse, fine, in_window)
    return _maintained(history, role, part, total, evidence.plan)


def _assemble(plan: Plan, coarse: Track, fine: Track | None, in_window: Counts) -> History:
    start = plan.period.start
    first = plan.now if coarse.first_covered is None else coarse.first_covered
    return History(
        coarse, fine, in_window, coarse.covered(start, plan.now), min(max(start, first), plan.now)
    )


def _maintained(
    history: History, role: str, part: RoleSeries, total: RoleSeries, plan: Plan
) -> History:
    """The history less the events of maintenance; raises NoDataError where nothing is left."""
    inside = [span for span in plan.excluded if span[0] >= plan.period.start]
    if not inside:
        return history
    counted, events = _apart(part, plan), _apart(total, plan)
    apart = Counts(counted if role == "bad" else max(0.0, events - counted), events)
    left = Counts(
        max(0.0, history.in_window.bad - apart.bad), max(0.0, history.in_window.total - events)
    )
    if left.total <= 0 < history.in_window.total:
        raise NoDataError("all events of the window are in maintenance: nothing is left to judge")
    seconds = seconds_in(inside, history.first, plan.now)
    measured = plan.now - history.first
    if seconds > MOST_MAINTENANCE * measured:
        raise NoDataError(
            f"{words.span(seconds)} of the last {words.span(measured)} are maintenance: too little is "
            "left to judge"
        )
    return replace(history, in_window=left, maintained=apart, maintained_for=seconds)


def _apart(series: RoleSeries, plan: Plan) -> float:
    """What was counted in the window's maintenance."""
    # NOTE: there is no value for each span where there is none at all.
    pairs = zip(plan.excluded, series.excluded, strict=bool(series.excluded))
    return sum(max(0.0, value or 0.0) for span, value in pairs if span[0] >= plan.period.start)


def _ratio_history(evidence: Evidence) -> History:
    """Each step weighs the same; scaled so that the whole agrees with the direct answer."""
    # NOTE: ratios of spans cannot be subtracted from a ratio, so maintenance counts here.
    plan, series = replace(evidence.plan, excluded=()), evidence.roles["ratio"]
    overall = _number(series.whole)
    if overall is None:
        raise NoDataError(
            "`ratio` has no value over the whole window (no samples, or no traffic: 0/0)"
        )
    direct = {window: _number(value) for window, value in evidence.direct.items()}
    for window, value in {**direct, plan.period.elapsed: overall}.items():
        if value is not None and not 0 <= value <= 1:
            raise NoDataError(
                f"`ratio` is {value:g} over {words.span(window)}: "
                "an error ratio lies between 0 and 1"
            )
    ratios = [_number(value) for value in series.coarse]
    # NOTE: NaN is 0/0: samples are there, but no events, so such a step counts for nothing.
    ones = RoleSeries([v if v is None else 0.0 if math.isnan(v) else 1.0 for v in series.coarse])
    unscaled, _ = _tracks("bad", RoleSeries(ratios), ones, plan)
    mean = unscaled.counts(plan.period.start, plan.now)
    scale = overall * mean.total / mean.bad if mean.bad > 0 else 1.0
    bad = RoleSeries([None if value is None else value * scale for value in ratios])
    coarse, _ = _tracks("bad", bad, ones, plan)
    return replace(_assemble(plan, coarse, None, Counts(overall, 1.0)), direct=direct)


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _tracks(
    role: str, part: RoleSeries, total: RoleSeries, plan: Plan
) -> tuple[Track, Track | None]:
    coarse = _track(role, part.coarse, total.coarse, plan.coarse, plan.now)
    if plan.fine is None or not total.fine:
        return coarse, None
    return coarse, _track(role, part.fine, total.fine, plan.fine, plan.now)


def _track(role: str, part: Values, total: Values, grid: Grid, now: int) -> Track:
    edges = range(now - grid.span, now + 1, grid.step)
    return Track(edges, _bad(role, part, total), total)


def _bad(role: str, part: Values, total: Values) -> list[float]:
    """Bad events per step; where the part is absent beside a total it counts as zero events."""
    if role == "bad":
        return _counts(part)
    return _counts(
        [(whole or 0.0) - (good or 0.0) for good, whole in zip(part, total, strict=True)]
    )


def _counts(values: Values) -> list[float]:
    """Absent values and negative ones (scrape skew) as zero events."""
    # NOTE: max() does the same, and is the slowest part of a run with many SLOs.
    return [value if value is not None and value > 0 else 0.0 for value in values]


def _window_counts(slo: Slo, role: str, part: RoleSeries, total: RoleSeries, plan: Plan) -> Counts:
    whole, counted = _sum(total, plan), _sum(part, plan)
    _refuse_other_steps("total", total, whole, plan)
    _refuse_other_steps(role, part, counted, plan)
    if counted - whole > NOISE * slo.allowed_ratio * whole + ROUNDING:
        raise NoDataError(
            f"more {role} than total events in the window ({words.count(counted)} of "
            f"{words.count(whole)}): the two queries do not count the same requests"
        )
    return Counts(counted if role == "bad" else max(0.0, whole - counted), whole)


def _refuse_other_steps(role: str, series: RoleSeries, whole: float, plan: Plan) -> None:
    """A count over the window and the counts of its steps must be about the same number."""
    if plan.period.elapsed < 4 * plan.coarse.step:
        return
    steps = _added_up(series, plan)
    if max(whole, steps) > ENOUGH and not 1 / FACTOR < (whole + 1) / (steps + 1) < FACTOR:
        raise NoDataError(
            f"`{role}` is {words.count(whole)} over the window, but {words.count(steps)} when its "
            "steps are added up: the query does not count events; use increase(...[{{window}}])"
        )


def _sum(series: RoleSeries, plan: Plan) -> float:
    """The window's value; where it is not known at once, the steps inside the window."""
    return _added_up(series, plan) if series.whole is None else max(0.0, series.whole)


def _added_up(series: RoleSeries, plan: Plan) -> float:
    """The sum of the steps and of maintenance; of a step over the window's start the share inside."""
    skipped, outside = divmod(plan.period.start - (plan.now - plan.coarse.span), plan.coarse.step)
    steps = _counts(series.coarse[skipped:])
    if not steps:
        return 0.0
    inside = math.fsum(steps) - steps[0] * outside / plan.coarse.step
    return inside + _apart(series, plan)


def _absent_failures(evidence: Evidence) -> Iterator[Check]:
    if evidence.no_failures:
        yield Check("no failures", Outcome.WARN, evidence.no_failures)
