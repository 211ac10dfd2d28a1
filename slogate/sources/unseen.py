"""What was never seen: a service that never failed, or a query that finds nothing?

The questions to the backend are in `absence`, which is loaded only when they are asked.
"""

from __future__ import annotations

from slogate.core.evidence import RoleSeries
from slogate.core.model import Events, Latency, Sli
from slogate.core.plan import Plan
from slogate.errors import NoDataError
from slogate.sources import queries
from slogate.sources.prometheus_api import Client
from slogate.sources.reach import recent

FEW = 1e-6
"""A share of failures that may come of a scrape between two questions, or of sums in another order."""


def refuse_invented_zero(
    client: Client, query: queries.Query, total: RoleSeries, plan: Plan
) -> None:
    """NoDataError where `or vector(0)` makes "no traffic" of a misspelt query."""
    if has_events(recent(total, plan)):
        return
    from slogate.sources import absence

    text = query(absence.PROBE)
    if absence.invents_values(text) and absence.why_absent(client, text, plan.now):
        raise NoDataError(absence.explain_absent(client, "total", text, plan.now))


def no_failures(
    client: Client,
    sli: Sli,
    builders: dict[str, queries.Query],
    plan: Plan,
    total: RoleSeries,
    part: RoleSeries,
) -> str:
    """Why it may be believed that there were no failures where the good or bad events tell of none.

    Empty where they tell of some. Raises NoDataError where it may not be believed, and ConfigError
    for a bound that is no bucket.
    """
    if recent(part, plan).absent:
        if has_events(recent(total, plan)):
            return _absent(client, sli, builders, plan)
        return "no events at all"
    if "bad" not in builders:
        # NOTE: where nothing ever failed, a label that does not exist may be what should tell it.
        if isinstance(sli, Events) and _sum(part) >= _sum(total) * (1 - FEW):
            _refuse_blind_good(client, builders, plan.now)
            return _invented_failures(client, builders["good"], plan)
        return ""
    if _is_silent(part) and not _is_silent(total):
        _absent(client, sli, builders, plan)
    return "" if has_events(part) else _invented_failures(client, builders["bad"], plan)


def has_events(series: RoleSeries) -> bool:
    """Is anything but zero in it?"""
    parts = (series.coarse, series.fine, [series.whole])
    return any(value for values in parts for value in values)


def _sum(series: RoleSeries) -> float:
    return sum(value for value in series.coarse if value is not None)


def _is_silent(series: RoleSeries) -> bool:
    """No samples in the last minutes, nor in the last step."""
    return all(value is None for value in (*series.coarse[-1:], *series.fine))


def _absent(client: Client, sli: Sli, builders: dict[str, queries.Query], plan: Plan) -> str:
    from slogate.sources import absence

    if isinstance(sli, Latency):
        raise absence.wrong_bound(client, sli, plan.now)
    if "bad" not in builders:
        query = builders["good"](absence.PROBE)
        raise NoDataError(absence.explain_absent(client, "good", query, plan.now))
    bad, total = (builders[role](absence.PROBE) for role in ("bad", "total"))
    return absence.no_failures(client, bad, total, plan.now)


def _invented_failures(client: Client, build: queries.Query, plan: Plan) -> str:
    """What `or vector(0)` makes no failures of, where there is nothing that matches."""
    from slogate.sources import absence

    query = build(absence.PROBE)
    reason = absence.invents_values(query) and absence.why_absent(client, query, plan.now)
    return f"`or vector(0)` makes no failures of what finds nothing: {reason}" if reason else ""


def _refuse_blind_good(client: Client, builders: dict[str, queries.Query], now: int) -> None:
    from slogate.sources import absence

    good, total = (builders[role](absence.PROBE) for role in ("good", "total"))
    absence.refuse_blind(client, good, total, now)
