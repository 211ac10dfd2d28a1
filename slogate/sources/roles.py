"""One role of an SLI, asked of Prometheus over a plan's grids, window and excluded spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan

from slogate.core.evidence import RoleSeries, Values
from slogate.core.maintenance import Span
from slogate.core.plan import MAX_POINTS, Grid, Plan
from slogate.errors import MeasurementError
from slogate.sources.prometheus_api import Client, elsewhen, only
from slogate.sources.queries import Query
from slogate.sources.steps import outside

ROUNDING = 1e-9


@dataclass(frozen=True)
class Role:
    """A role's name and the query that measures it over a span.

    `share_of` is the role of which it is a share: of no events, none are of this role.
    """

    client: Client
    name: str
    build: Query
    share_of: Role | None = None

    def series(self, plan: Plan, *, fine: bool = True) -> RoleSeries:
        """The values over the grids, the window and the excluded spans."""
        coarse = self._grid(plan.coarse, plan.now)
        finer: Values = ()
        if fine and plan.fine is not None:
            finer = self._grid(plan.fine, plan.now)
        whole = self._whole(plan.period.start, plan.now)
        found = RoleSeries(coarse, finer, whole)
        return self._maintained(found, plan) if plan.excluded else found

    def _maintained(self, found: RoleSeries, plan: Plan) -> RoleSeries:
        """The series with the excluded spans apart."""
        spans, fine = plan.excluded, found.fine
        coarse = outside(found.coarse, plan.coarse, plan.now, spans, self.over)
        if fine and plan.fine is not None:
            fine = outside(fine, plan.fine, plan.now, spans, self.over)
        amounts = self._excluded(plan, found.whole)
        return replace(found, coarse=coarse, fine=fine, excluded=amounts)

    def over(self, start: int, end: int) -> float | None:
        """The value over (start, end], None where there is none."""
        query = self.build(end - start)
        one = only(self.client.instant(query, end), self.name, query)
        value = one.points[-1][1] if one and one.points else None
        if value is None or self.share_of is None or not isnan(value):
            return value
        return value if self.share_of.over(start, end) else 0.0

    def _whole(self, start: int, end: int) -> float | None:
        try:
            return self.over(start, end)
        except MeasurementError as error:
            if not error.too_large:
                raise
            # NOTE: a server that will not load the whole window at once still answers step by step.
            self.client.warnings[f"the window is added up from steps, because {error}"] = None
            return None

    def _excluded(self, plan: Plan, whole: float | None) -> Values:
        start = plan.period.start
        before = [span for span in plan.excluded if span[1] <= start]
        inside = [span for span in plan.excluded if span[1] > start]
        earlier: Values = ()
        if before:
            first = plan.now - plan.coarse.span
            earlier = self._apart(before, first, start, self._whole(first, start))
        return (*earlier, *self._apart(inside, start, plan.now, whole))

    def _apart(
        self, spans: Sequence[Span], start: int, end: int, whole: float | None
    ) -> list[float | None]:
        """What is in these spans: the whole of (start, end] less what lies around them.

        NOTE: asked by itself, a span is wrong by up to one scrape of what happened in it, because
        Prometheus extrapolates to its edges at its mean rate; after an outage that is more than
        all errors of a healthy month. What lies around is even, so there edges hardly matter.
        """
        if whole is None:
            return [self.over(*span) for span in spans]
        found: list[float | None] = []
        for first, last in spans:
            calm = self.over(start, first) if start < first else None
            rest = self.over(last, end) if last < end else None
            found.append(_less(whole, calm, rest))
            start, whole = last, rest or 0.0
        return found

    def _grid(self, grid: Grid, now: int) -> Values:
        values: list[float | None] = [None] * grid.count
        query = self.build(grid.step)
        for start in range(0, grid.count, MAX_POINTS):
            count = min(MAX_POINTS, grid.count - start)
            first = now - (grid.count - 1 - start) * grid.step
            last = first + (count - 1) * grid.step
            one = only(self.client.steps(query, first, last, grid.step), self.name, query)
            points = one.points if one else []
            if [at for at, _ in points] == list(range(first, last + 1, grid.step)):
                values[start : start + count] = [value for _, value in points]
                continue
            for at, value in points:
                values[start + _index(at, first, grid.step, count, query)] = value
        return values


def _index(at: float, first: int, step: int, count: int, query: str) -> int:
    index = round((at - first) / step)
    if not 0 <= index < count or abs(at - first - index * step) > 1:
        raise elsewhen(query)
    return index


def _less(whole: float, *parts: float | None) -> float:
    """The whole less its parts, at least zero; a value that is no count is handed on as it is."""
    known = [part for part in parts if part is not None]
    wrong = [value for value in (whole, *known) if not (isfinite(value) and value > -ROUNDING)]
    return wrong[0] if wrong else max(0.0, whole - sum(known))
