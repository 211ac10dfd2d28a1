"""What came of a canary, as sentences that a release manager understands."""

from __future__ import annotations

from math import isfinite

from slogate.core import words
from slogate.core.arms import Counts, Data, Judgement, MetricPolicy, Outcome, Series
from slogate.core.canary import CanaryVerdict, MetricVerdict, falls

_ENOUGH = {
    "insufficient_data": "too little was measured",
    "no_traffic": "there was hardly any traffic",
    "gone": "one version stopped to measure, or hardly did",
}


def sentence(one: MetricVerdict) -> str:
    """`latency_p99 is 18 % higher (at least 9 %) over 54 paired scrapes`."""
    found, policy = one.judgement, one.policy
    over = f"{over_limit(one)}; " if one.over_limit or one.near_limit else ""
    return f"{policy.name}: {over}{_said(found, policy)} {_basis(found, one.measured.canary)}"


def over_limit(one: MetricVerdict) -> str:
    """`1,120 ms, beyond the limit of 1,000 ms`."""
    limit = one.policy.limit if one.policy.limit is not None else 0.0
    side = "beyond" if one.over_limit else f"beyond {words.percent(one.policy.alert_at, 0)} of"
    value, least = (number(item, one.policy.unit) for item in (one.limited, limit))
    return f"{value}, {side} the limit of {least}"


def number(value: float, unit: str = "") -> str:
    """A measured value with its unit, in four digits; `?` where nothing was measured."""
    if not isfinite(value):
        return "?"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{text} {unit}".rstrip()


def change(ratio: float) -> str:
    """1.18 -> `18 % higher`, 0.8 -> `20 % lower`, 3.2 -> `3.2x as high`."""
    if ratio >= 3:
        return f"{ratio:.3g}x as high"
    share = words.percent(abs(ratio - 1), 0 if abs(ratio - 1) >= 0.01 else 1)
    return f"{share} {'higher' if ratio >= 1 else 'lower'}"


def headline(verdict: CanaryVerdict) -> str:
    """Which metrics decided, in one line."""
    names = [one.policy.name for one in verdict.deciding if one.outcome is verdict.outcome]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    listed = f"{', '.join(names[:3])}{more}"
    if verdict.outcome is Outcome.PASS:
        return f"{words.plural(len(names), 'metric')} of {len(verdict.deciding)} surely no worse"
    if verdict.outcome is Outcome.FAIL:
        return f"worse in {listed}"
    return f"not decided yet by {listed}" if listed else "too little of the weight passes"


def _said(found: Judgement, policy: MetricPolicy) -> str:
    if found.reason in _ENOUGH:
        return _ENOUGH[found.reason]
    if found.reason in ("all_zero", "identical"):
        return "the same in both arms"
    if found.ratio is None:
        return _without_ratio(found)
    what = "" if found.what in ("mean", "median", "error ratio") else f"{found.what} "
    measured = f"{what}{change(found.ratio)}"
    if found.reason == "intermittent":
        return f"bursts that the baseline does not have ({measured} overall)"
    bounds = _bounds(found, policy)
    if found.outcome is Outcome.INCONCLUSIVE:
        alone = ", which is no proof among so many metrics" if found.reason == "one_of_many" else ""
        return f"{measured}{bounds}{alone}, more data are needed"
    return f"{measured}{bounds}"


def _without_ratio(found: Judgement) -> str:
    if found.outcome is Outcome.PASS:
        return "surely no worse"
    if found.outcome is Outcome.INCONCLUSIVE:
        return "open, more data are needed"
    if found.baseline.center == 0:
        return "something where the baseline has nothing"
    return "worse than the baseline, which is not above zero"


def _bounds(found: Judgement, policy: MetricPolicy) -> str:
    """The bound that decides: the least that is proven of a failure, the most that is possible."""
    if found.outcome is Outcome.INCONCLUSIVE:
        sides = [change(side) for side in (found.low, found.high) if side is not None]
        return f" (between {' and '.join(sides)})" if len(sides) == 2 else ""
    near, far = found.low, found.high
    if falls(found, policy):
        near, far = far, near
    if found.outcome is Outcome.FAIL:
        proven = near is not None and (near < 1 if falls(found, policy) else near > 1)
        return f" (at least {change(near)})" if near is not None and proven else ""
    return f" (at worst {change(far)})" if far is not None else ""


def _basis(found: Judgement, canary: Data) -> str:
    if isinstance(canary, Series):
        return f"over {words.plural(found.n, 'paired scrape')}"
    if isinstance(canary, Counts):
        return f"over {words.plural(found.n, 'event')}"
    return f"over {words.plural(found.n, 'sample')} and more an arm"
