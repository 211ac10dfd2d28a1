"""Why is there nothing? Tells a misspelt query from a service that never failed.

Loaded only when a series is absent. An absent series of failures means zero only if the metric
and its labels are known to exist; everything else is no data, with the nearest known name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite

from slogate.core.model import Latency
from slogate.core.window import UNITS
from slogate.core.words import moment, nearest
from slogate.errors import ConfigError, NoDataError
from slogate.sources.answers import shorten
from slogate.sources.prometheus_api import Client
from slogate.sources.promql import Matcher, Selector, selectors
from slogate.sources.queries import with_matcher

PROBE = 3600
"""Seconds in which a series must have had a sample to count as existing."""
MAX_BOUNDS = 50
SHOWN = 8
ZERO_HINT = "if it is only written at the first failure, append `or vector(0)` to the query"


def explain_absent(client: Client, role: str, query: str, now: int) -> str:
    """One sentence on what is missing of a query that found nothing."""
    said = f"`{role}` has no samples in the whole window"
    if not selectors(query):
        return f"{said}: {query}"
    reason = why_absent(client, query, now) or "the series exist, but hold no values"
    hint = f"; {ZERO_HINT}" if role == "ratio" else ""
    return f"{said}: {reason}{hint}: query {shorten(query, 300)}"


def why_absent(client: Client, query: str, now: int) -> str:
    """What of the series that a query selects does not exist; empty when all do."""
    reasons = (_why_absent(client, selector, now) for selector in selectors(query))
    return next((text for text in reasons if text), "")


def refuse_blind(client: Client, good: str, total: str, now: int) -> None:
    """NoDataError where `good` only leaves out values of a label that no series has.

    Then it counts every event, as `total` does, whatever fails.
    """
    known = {matcher for selector in selectors(total) for matcher in selector.matchers}
    for selector in selectors(good):
        for matcher in selector.matchers:
            if matcher.op not in ("!=", "!~") or matcher in known or not matcher.value:
                continue
            if not _exists(client, _with_label(selector.metric, matcher.label), now):
                raise NoDataError(
                    f"`good` counts every event: it leaves out {matcher}, but no series of "
                    f"{selector.metric} has a label {matcher.label}: query {shorten(good, 300)}"
                )


def _with_label(metric: str, label: str) -> Selector:
    return Selector(metric, (Matcher(label, "!=", ""),))


def invents_values(query: str) -> bool:
    """Does the query yield a constant where its series are absent?"""
    return re.search(r"\bor\b[^\]})]*\bvector\s*\(", query) is not None


def no_failures(client: Client, bad: str, total: str, now: int) -> str:
    """Why an absent `bad` beside a present `total` is zero failures.

    Raises NoDataError where that cannot be known.
    """
    known = selectors(total)
    found = selectors(bad)
    if not found:
        raise NoDataError(f"`bad` has no samples and names no metric: {bad}")
    for selector in found:
        _vouch(client, selector, known, now)
    names = ", ".join(dict.fromkeys(selector.metric for selector in found))
    others = "".join(_other_values(client, selector, known) for selector in found)
    return f"no failure was ever recorded: {names} exists, but no series matches `bad`{others}; taken as 0"


def _other_values(client: Client, selector: Selector, known: list[Selector]) -> str:
    """Which values there are of the labels by which `bad` tells failures."""
    vouched = {matcher for one in known for matcher in one.matchers}
    parts = []
    for matcher in selector.matchers:
        if matcher in vouched:
            continue
        form = {"match[]": selector.metric}
        values = client.get(f"/api/v1/label/{matcher.label}/values", form)
        texts = [text for text in values or () if isinstance(text, str)][:SHOWN]
        if texts:
            parts.append(f" ({matcher.label} is {', '.join(shorten(text, 40) for text in texts)})")
    return "".join(parts)


def _vouch(client: Client, selector: Selector, known: list[Selector], now: int) -> None:
    vouched = {matcher for one in known for matcher in one.matchers}
    same_metric = any(one.metric == selector.metric for one in known)
    if not same_metric and not _exists(client, Selector(selector.metric), now):
        raise NoDataError(
            f"`bad` has no samples, and that may be a wrong query: {_no_metric(client, selector, now)}; "
            f"{ZERO_HINT}: selector {shorten(str(selector), 300)}"
        )
    labels = []
    for matcher in selector.matchers:
        if matcher in vouched:
            continue
        _refuse_contradiction(matcher, vouched, same_metric=same_metric)
        labels.append(matcher.label)
    scope = [m for m in selector.matchers if m in vouched] if same_metric else []
    probe = Selector(selector.metric, (*scope, *(Matcher(label, "!=", "") for label in labels)))
    if not _exists(client, probe, now):
        bare = Selector(selector.metric, tuple(Matcher(label, "!=", "") for label in labels))
        reason = _why_absent(client, bare, now) or f"no series matches {probe}"
        raise NoDataError(
            f"`bad` has no samples, and that may be a wrong query: {reason}; {ZERO_HINT}: "
            f"selector {shorten(str(selector), 300)}"
        )


def _refuse_contradiction(matcher: Matcher, vouched: set[Matcher], *, same_metric: bool) -> None:
    if matcher.op != "=":
        return
    others = [m for m in vouched if m.label == matcher.label and m.op == "="]
    if others:
        raise NoDataError(
            f"`bad` has no samples: it selects {matcher}, but `total` selects {others[0]}; "
            "do they speak of the same service?"
        )
    if not same_metric:
        raise NoDataError(
            f"`bad` has no samples, and nothing else vouches for {matcher}: misspelt? {ZERO_HINT}"
        )


def _why_absent(client: Client, selector: Selector, now: int) -> str:
    if not _exists(client, Selector(selector.metric), now):
        return _no_metric(client, selector, now)
    for matcher in selector.matchers:
        if _exists(client, Selector(selector.metric, (matcher,)), now):
            continue
        if not _exists(client, _with_label(selector.metric, matcher.label), now):
            return f"no series of {selector.metric} has a label {matcher.label}"
        form = {"match[]": selector.metric}
        values = client.get(f"/api/v1/label/{matcher.label}/values", form)
        near = _nearest(matcher.value, values) if matcher.op == "=" else ""
        return f"no series of {selector.metric} matches {matcher}{near}"
    if not _exists(client, selector, now):
        return f"no series matches all of {selector}"
    return ""


def _no_metric(client: Client, selector: Selector, now: int) -> str:
    names = client.get("/api/v1/label/__name__/values", {})
    if isinstance(names, list) and selector.metric in names:
        return f"{selector.metric} had no samples in the hour before {moment(now)}"
    return f"the backend has no metric {selector.metric}{_nearest(selector.metric, names)}"


def _exists(client: Client, selector: Selector, now: int) -> bool:
    return bool(client.instant(f"count(count_over_time({selector}[{PROBE}s]))", now))


def _nearest(name: str, known: object) -> str:
    if not isinstance(known, list):
        return ""
    near = nearest(name, [text for text in known if isinstance(text, str)])
    return f"; did you mean {near}?" if near else ""


def wrong_bound(client: Client, sli: Latency, now: int) -> ConfigError | NoDataError:
    """The error for a latency bound that hits no bucket: it lists the buckets that exist."""
    bucket = with_matcher(sli.histogram, "_bucket", "")
    series = client.instant(f"count by (le) (count_over_time({bucket}[{PROBE}s]))", now)
    bounds = sorted(_bounds(one.labels.get("le", "") for one in series))
    if not bounds:
        return NoDataError(f"the histogram {sli.histogram} has a _count, but no buckets")
    if sli.below in bounds:
        return NoDataError(
            f"the bucket below {_seconds(sli.below)} of {sli.histogram} has no values"
        )
    return ConfigError(
        f"`below: {_seconds(sli.below)}` is no bucket of {sli.histogram}; "
        f"its buckets are {', '.join(_seconds(bound) for bound in bounds[:MAX_BOUNDS])}"
    )


def _bounds(texts: Iterable[str]) -> set[float]:
    numbers = set()
    for text in texts:
        try:
            numbers.add(float(text))
        except ValueError:
            continue
    return {number for number in numbers if isfinite(number)}


def _seconds(bound: float) -> str:
    if bound < 1:
        return f"{bound * 1000:.10g}ms"
    return f"{bound:.10g}s"


def retention(client: Client) -> int | None:
    """Seconds that the server keeps samples, where it tells (Prometheus does)."""
    info = client.get("/api/v1/status/runtimeinfo", {})
    text = info.get("storageRetention") if isinstance(info, dict) else None
    match = re.match(r"((?:\d{1,9}(?:ms|[ywdhms]))+)", text) if isinstance(text, str) else None
    if match is None:
        return None
    units = {**UNITS, "y": 365 * UNITS["d"], "ms": 0}
    parts = re.findall(r"(\d+)(ms|[ywdhms])", match[1])
    return sum(int(number) * units[unit] for number, unit in parts) or None
