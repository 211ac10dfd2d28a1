"""A small world whose truth is known by arithmetic, and cases for the policy.

Traffic is even and exact: so many requests a second, of which a share fails during an outage.
Whatever a plan asks for is answered from it without sampling, so that results can be computed by
hand: at one request a second 30 days hold 2 592 000 events, and 99.9 % allows 2592 to be bad.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings

from slogate.core.budget import Assessment, assess, missing
from slogate.core.evidence import Evidence, RoleSeries
from slogate.core.governance import Freeze
from slogate.core.model import (
    Decision,
    Events,
    Missing,
    Policy,
    Ratio,
    Risk,
    Service,
    Slo,
    Status,
)
from slogate.core.plan import Grid, Plan, make_plan
from slogate.core.policy import decide, default_policy
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Situation
from slogate.core.verdict import Budget, Counts, ServiceVerdict, SloReport
from slogate.core.window import Calendar, Rolling, Window, parse_time

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOW = parse_time("2026-11-20T12:07:00Z")
POLICY = default_policy()
MONTH = Calendar("month", ZoneInfo("UTC"), "UTC")
ALLOWED = 2592.0
"""Bad events that 99.9 % allows in 30 days of one request a second."""

law = settings(deadline=None, derandomize=True, database=None, max_examples=80)
"""How properties are run: the same examples each time, and no clock."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Outage:
    """A share of the requests fails from `ago` seconds before NOW for `lasts` seconds."""

    ago: float
    lasts: float
    share: float = 1.0

    @property
    def span(self) -> Span:
        return NOW - self.ago, NOW - self.ago + self.lasts


@dataclass(frozen=True)
class Traffic:
    """`rate` requests a second from `since` on; no requests in `silences`, no samples in `gaps`."""

    outages: tuple[Outage, ...] = ()
    rate: float = 1.0
    since: float = 0
    silences: tuple[Span, ...] = ()
    gaps: tuple[Span, ...] = ()

    def observed(self, start: float, end: float) -> float:
        """Seconds of the span for which there are samples."""
        start = max(start, self.since)
        return max(0.0, end - start) - _overlap(self.gaps, start, end)

    def total(self, start: float, end: float) -> float:
        start = max(start, self.since)
        idle = _overlap((*self.gaps, *self.silences), start, end)
        return self.rate * max(0.0, end - start - idle)

    def bad(self, start: float, end: float) -> float:
        return sum(
            outage.share * self.total(max(start, first), min(end, last))
            for outage in self.outages
            for first, last in [outage.span]
            if max(start, first) < min(end, last)
        )

    def good(self, start: float, end: float) -> float:
        return self.total(start, end) - self.bad(start, end)


def _overlap(spans: Iterable[Span], start: float, end: float) -> float:
    return sum(max(0.0, min(end, last) - max(start, first)) for first, last in spans)


def ago(seconds: float, lasts: float) -> Span:
    """A span of time that begins so many seconds before NOW."""
    return NOW - seconds, NOW - seconds + lasts


def slo(objective: float = 99.9, window: Window | None = None, name: str = "availability") -> Slo:
    sli = Events(total="total", bad="bad")
    return Slo(name, objective, window or Rolling(30 * DAY), sli)


def policy(**changes: Any) -> Policy:
    """The default policy but for the changes."""
    return replace(POLICY, **changes)


def plan(window: Window | None = None, now: int = NOW, **options: Any) -> Plan:
    return make_plan(window or Rolling(30 * DAY), POLICY.burn, now, **options)


def evidence(
    asked: Plan, traffic: Traffic, role: str = "bad", *, whole: bool = True, **more: Any
) -> Evidence:
    """What a source would answer about this traffic."""
    roles = {name: _series(asked, traffic, name, whole=whole) for name in (role, "total")}
    return Evidence(asked, roles, **more)


def _series(asked: Plan, traffic: Traffic, name: str, *, whole: bool) -> RoleSeries:
    count = {"bad": traffic.bad, "good": traffic.good, "total": traffic.total}[name]

    def value(start: float, end: float, without: Sequence[Span] = ()) -> float | None:
        # rounded, so that whole numbers of events stay whole
        if traffic.observed(start, end) <= 0:
            return None
        apart = (count(max(start, first), min(end, last)) for first, last in without if max(start, first) < min(end, last))  # fmt: skip
        return round(count(start, end) - sum(apart), 6)

    def steps(grid: Grid | None) -> list[float | None]:
        if grid is None:
            return []
        edges = [asked.now - index * grid.step for index in range(grid.count, -1, -1)]
        return [value(start, end, asked.excluded) for start, end in pairwise(edges)]

    over_window = value(asked.period.start, asked.now) if whole else None
    apart = [value(start, end) for start, end in asked.excluded]
    return RoleSeries(steps(asked.coarse), steps(asked.fine), over_window, apart)


def assessed(
    traffic: Traffic,
    of: Slo | None = None,
    *,
    now: int = NOW,
    under: Policy = POLICY,
    role: str = "bad",
    **options: Any,
) -> Assessment:
    """An SLO of this traffic, measured and judged."""
    of = of or slo()
    asked = make_plan(of.window, under.burn, now, **options)
    return assess(of, under, evidence(asked, traffic, role))


def assessed_ratio(
    overall: float, direct: Mapping[int, float | None], steps: float | None = None
) -> Assessment:
    """An SLI whose source answers with error ratios."""
    asked = plan()
    fill = overall if steps is None else steps
    series = RoleSeries([fill] * asked.coarse.count, (), overall)
    of = replace(slo(), sli=Ratio("errors"))
    return assess(of, POLICY, Evidence(asked, {"ratio": series}, direct=direct))


def budget_of(found: Assessment) -> Budget:
    assert found.report.budget is not None, found.report.detail
    return found.report.budget


def at_status(status: Status | Missing, name: str = "availability", **more: Any) -> Assessment:
    """An SLO of which nothing is known but its status."""
    of = slo(name=name)
    if isinstance(status, Missing):
        return Assessment(of, missing(of, status, "the reason why", **more))
    report = SloReport(
        name, of.objective, "30d", status, events=Counts(0, 1), budget=Budget(0, 1, 1), **more
    )
    return Assessment(of, report)


def verdict(
    *found: Assessment,
    risk: Risk = Risk.LOW,
    under: Policy = POLICY,
    fail_on: Decision | None = Decision.DEFER,
    advise: bool = False,
    owner: str | None = None,
    freeze: Freeze | None = None,
) -> ServiceVerdict:
    slos = tuple((item.slo, "metrics") for item in found)
    service = Service("checkout", slos, under, owner)
    return decide(
        service,
        found,
        ReleaseRisk(risk, "given"),
        Situation(NOW, fail_on, advise=advise, deploy_freeze=freeze),
    )


def serving(
    *found: Assessment, under: Policy = POLICY, name: str = "checkout", **more: Any
) -> Service:
    """A service of these SLOs."""
    return Service(name, tuple((item.slo, "metrics") for item in found), under, **more)


def release(risk: Risk = Risk.LOW) -> ReleaseRisk:
    """A release of a risk that was given."""
    return ReleaseRisk(risk, "given")


def span(seconds: int, lasts: int) -> tuple[int, int]:
    """A span that begins so many seconds before NOW."""
    return NOW - seconds, NOW - seconds + lasts


def with_and_without(
    traffic: Traffic, *spans: tuple[int, int], of: Window | None = None
) -> tuple[Assessment, Assessment]:
    """With the maintenance announced, and the same world in which nobody came meanwhile."""
    silent = replace(traffic, silences=(*traffic.silences, *spans))
    found = assessed(traffic, slo(window=of), maintenance=spans)
    return found, assessed(silent, slo(window=of))
