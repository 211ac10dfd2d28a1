"""When does a failing release clear? Old errors leave the window; this replays the policy ahead.

Two assumptions about what is still to come: no further errors, or errors as lately, at the worse
ratio of the last hour and the last six hours (a fire must not look small because it is young).
Traffic goes on at its average in both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from slogate.core.budget import Assessment
from slogate.core.history import History, error_ratio
from slogate.core.maintenance import seconds_in
from slogate.core.model import BurnRule, Policy, Status
from slogate.core.plan import Plan
from slogate.core.thresholds import SLACK, consumed_status, pace_status, reached
from slogate.core.verdict import Clearance

Opens = Callable[[int], int | None]
LATELY = (3600, 6 * 3600)
"""Seconds of the spans of which the worse error ratio is taken to go on."""
FINE_STEP, FINE_SPAN, STEP = 300, 6 * 3600, 3600


def at_once(moment: int) -> int | None:
    """The calendar of those who have none."""
    return moment


def clearance(
    assessments: Sequence[Assessment],
    policy: Policy,
    worst_passing: Status,
    limits: Mapping[str, float] | None = None,
    opens: Opens = at_once,
) -> Clearance:
    """The earliest times at which every SLO's status is at most `worst_passing`.

    `limits` are shares of the budget that SLOs of these names may have consumed then. `opens` gives
    the first time from a moment on at which no calendar holds the release up, and None where that is
    not in sight; the budgets must pass when it opens.

    Looks ahead for one SLO window (rolling) or to the end of the period and the longest burn
    window (calendar); None where that does not suffice.
    """
    quiet, going_on = (
        _first_passing(
            _outlooks(assessments, policy, limits or {}, errors_continue=go_on),
            worst_passing,
            opens,
        )
        for go_on in (False, True)
    )
    return Clearance(quiet, going_on)


def _outlooks(
    assessments: Sequence[Assessment],
    policy: Policy,
    limits: Mapping[str, float],
    *,
    errors_continue: bool,
) -> list[_Outlook]:
    return [
        _Outlook(
            item,
            item.plan,
            item.history,
            policy,
            limits.get(item.slo.name, math.inf),
            errors_continue=errors_continue,
        )
        for item in assessments
        if item.plan is not None and item.history is not None and item.report.budget is not None
    ]


def _first_passing(outlooks: Sequence[_Outlook], worst_passing: Status, opens: Opens) -> int | None:
    if not outlooks:
        return None
    now = outlooks[0].now

    def passes(moment: int) -> bool:
        return all(outlook.passes(moment, worst_passing) for outlook in outlooks)

    if passes(now):
        at = opens(now)
        if at is None or passes(at):
            return at
    before = now
    earliest = max(outlook.earliest(worst_passing) for outlook in outlooks)
    for moment in _moments(now, max(outlook.horizon for outlook in outlooks)):
        if moment >= earliest and passes(moment):
            found = _narrow(passes, before, moment)
            at = opens(found)
            if at is None or at == found or passes(at):
                return at
            earliest = at
        before = moment
    return None


def _moments(now: int, horizon: int) -> Iterator[int]:
    yield from range(now + FINE_STEP, now + FINE_SPAN + 1, FINE_STEP)
    # NOTE: one step beyond the horizon, because windows are left-open: a period ends after its end.
    yield from range(now + FINE_SPAN + STEP, horizon + 2 * STEP, STEP)


def _narrow(passes: Callable[[int], bool], failing: int, passing: int) -> int:
    """The first passing minute between two moments."""
    while passing - failing > 60:
        middle = (failing + passing) // 2
        if passes(middle):
            passing = middle
        else:
            failing = middle
    return -(-passing // 60) * 60


class _Outlook:
    """One SLO seen from later moments, under one assumption about the errors to come."""

    def __init__(
        self,
        assessment: Assessment,
        plan: Plan,
        history: History,
        policy: Policy,
        limit: float,
        *,
        errors_continue: bool,
    ) -> None:
        self._plan, self._history, self._policy = plan, history, policy
        self._limit = limit
        self._allowed = assessment.slo.allowed_ratio
        budget = assessment.report.budget
        self._consumed_now = budget.consumed if budget else 0.0
        self.now = plan.now
        windows = (window for rule in plan.rules for window in (rule.long, rule.short))
        self._longest = max((plan.measured(window)[1] for window in windows), default=0)
        self._later: dict[Status, bool] = {}
        past = history.coarse.counts(history.coarse.start, plan.now)
        first = history.coarse.first_covered or plan.now
        # NOTE: the events of maintenance were left out, so its time is, too.
        apart = 0 if history.direct is not None else seconds_in(plan.excluded, first, plan.now)
        seconds = plan.now - first - apart
        self._rate = past.total / seconds if seconds > 0 else 0.0
        lately = (history.coarse.counts(plan.now - span, plan.now) for span in LATELY)
        self._ratio = max(error_ratio(c) or 0.0 for c in lately) if errors_continue else 0.0

    @property
    def horizon(self) -> int:
        """The moment after which nothing new can be learned from the past."""
        if self._plan.rolling:
            return self.now + self._plan.period.length
        longest = max((rule.long for rule in self._plan.rules), default=0)
        return max(self._plan.period.end, self.now + longest)

    def earliest(self, worst: Status) -> int:
        """No moment before this one passes: with the most traffic, too many errors still count.

        It only saves the look at each of them.
        """
        limits = [limit for status, limit in self._policy.consumed.items() if status > worst]
        if not self._plan.rolling or not limits:
            return self.now
        length, track = self._plan.period.length, self._history.coarse
        most = track.most_traffic(self.now - length, self._rate)
        bearable = (min(limits) + SLACK) * self._allowed * most
        return track.start_with_at_most(bearable) + length

    def passes(self, moment: int, worst: Status) -> bool:
        """Would the SLO's status be at most `worst` then?"""
        consumed = self._consumed(moment)
        if consumed > self._limit + SLACK:
            return False
        if consumed_status(self._policy, consumed) > worst or self._pace(moment, consumed) > worst:
            return False
        return not self._burns(moment, worst)

    def _burns(self, moment: int, worst: Status) -> bool:
        """Would a rule fire that makes the status worse?"""
        # NOTE: when no burn window reaches back to now, the errors to come are all there is in it.
        if moment - self._longest < self.now:
            return self._any_fires(moment, worst)
        if worst not in self._later:
            self._later[worst] = self._any_fires(moment, worst)
        return self._later[worst]

    def _any_fires(self, moment: int, worst: Status) -> bool:
        rules = (rule for rule in self._plan.rules if rule.status > worst)
        return any(self._fires(rule, moment) for rule in rules)

    def _consumed(self, moment: int) -> float:
        period = self._plan.period
        if self._plan.rolling:
            return self._burn(moment, period.length) or 0.0
        ahead = self._ratio / self._allowed / period.length
        if moment > period.end:
            return ahead * (moment - period.end)
        return self._consumed_now + ahead * (moment - self.now)

    def _pace(self, moment: int, consumed: float) -> Status:
        period = self._plan.period
        if self._plan.rolling:
            return Status.HEALTHY
        elapsed = moment - (period.end if moment > period.end else period.start)
        share = elapsed / period.length
        return pace_status(self._policy, share, consumed / share if share > 0 else None)

    def _fires(self, rule: BurnRule, moment: int) -> bool:
        return all(
            reached(self._burn(moment, self._plan.measured(window)[1]), rule.rate)
            for window in (rule.long, rule.short)
        )

    def _burn(self, moment: int, window: int) -> float | None:
        start = moment - window
        ahead = moment - max(start, self.now)
        total = ahead * self._rate
        bad = total * self._ratio
        if start < self.now:
            past = self._history.since(start)
            bad, total = bad + past.bad, total + past.total
        return bad / total / self._allowed if total > 0 else None
