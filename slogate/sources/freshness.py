"""How old the newest sample behind an SLI is, in scrape intervals, asked of Prometheus.

By counting samples over a span, because an instant query finds samples of up to five minutes ago.
"""

from __future__ import annotations

from math import inf

from slogate.core.model import Latency, Sli
from slogate.sources import queries
from slogate.sources.interface import Freshness, Unclear
from slogate.sources.prometheus_api import Client
from slogate.sources.promql import Selector, selectors, understood

HOUR = 3600
SPANS = (300, 900, HOUR)
"""Seconds over which scrapes are counted, to know their distance: the first with enough of them,
because a series that began or ended lately looks rarely scraped over a longer time."""
ENOUGH = 3
"""So many times the permitted scrapes are enough."""


def freshness(
    client: Client, sli: Sli, scrapes: int, interval: int | None, now: int
) -> Freshness | Unclear:
    """Has any series of the SLI's total a sample within so many scrape intervals (seconds)?

    Failures may have no series at all, so it is the total that is looked at.
    """
    found = _selectors(sli)
    if isinstance(found, Unclear):
        return found
    if interval is None:
        interval = _measured(client, found, scrapes, now)
        if interval is None:
            return Freshness(2 * HOUR, None, fresh=False)
    bound = scrapes * interval
    fresh = any(_most(client, selector, bound, now) > 0 for selector in found)
    return Freshness(bound, interval, fresh=fresh)


def _selectors(sli: Sli) -> list[Selector] | Unclear:
    builders = queries.build(sli)
    texts = [builders["total" if "total" in builders else "ratio"](HOUR)]
    if isinstance(sli, Latency):
        texts.append(queries.native(sli)["total"](HOUR))
    if not all(understood(text) for text in texts):
        return Unclear("its query has matchers of a dialect that slogate does not read")
    found = [selector for text in texts for selector in selectors(text)]
    return found or Unclear("its query names no metric")


def _measured(client: Client, found: list[Selector], scrapes: int, now: int) -> int | None:
    """Seconds between two samples of the densest series; None without any sample."""
    most = 0.0
    for seconds in SPANS:
        most = max(_most(client, selector, seconds, now) for selector in found)
        if most >= ENOUGH * scrapes:
            return max(1, round(seconds / most))
    if most < 2 * scrapes:
        # NOTE: a series that ended in the last hour looks as if it were scraped more rarely.
        most = max(most, *(_most(client, selector, HOUR, now - HOUR) for selector in found))
    return max(1, round(HOUR / most)) if most else None


def _most(client: Client, selector: Selector, seconds: int, at: int) -> float:
    """The samples of the densest series in the seconds up to a time."""
    series = client.instant(f"max(count_over_time({selector}[{seconds}s]))", at)
    counts = (one.points[-1][1] for one in series if one.points)
    return max((count for count in counts if 1 <= count < inf), default=0.0)
