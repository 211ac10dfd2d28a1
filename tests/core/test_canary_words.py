"""What came of a canary, in sentences: each says what was found, how surely, and over how much."""

from __future__ import annotations

from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.arms import Arm, Counts, Data, Judgement, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary import CanaryVerdict, Measured, MetricVerdict, Severity, judge
from slogate.core.canary_words import change, headline, number, sentence
from tests.core.builders import law

PASS, FAIL, INCONCLUSIVE = Outcome
DATA: dict[str, Data] = {
    "mean": Series([], []),
    "median": Samples([]),
    "p95": Samples([]),
    "p99": Samples([]),
    "error ratio": Counts([], []),
}
Ratios = tuple[float | None, float | None, float | None]
NONE: Ratios = (None, None, None)


def verdict(
    outcome: Outcome,
    reason: str,
    ratios: Ratios = NONE,
    *,
    what: str = "mean",
    n: int = 54,
    baseline: float = 100.0,
    limited: float = nan,
    near: bool = False,
    over: bool = False,
    **policy: Any,
) -> MetricVerdict:
    arms = Arm(n, baseline), Arm(n, 118.0)
    found = Judgement(outcome, reason, what, n, *arms, *ratios)
    measured = Measured(MetricPolicy(**{"name": "latency", **policy}), DATA[what], DATA[what])
    return MetricVerdict(
        measured, found, FAIL if over else outcome, Severity.NONE, limited, over, near
    )


UP: Ratios = (1.18, 1.09, 1.28)
DOWN: Ratios = (0.82, 0.74, 0.91)
SENTENCES = {
    "latency: 18 % higher (at least 9 % higher) over 54 paired scrapes": verdict(
        FAIL, "regression", UP
    ),
    "latency: p99 18 % higher (at least 9 % higher) over 5,000 samples and more an arm": verdict(
        FAIL, "tail", UP, what="p99", n=5000
    ),
    "latency: 18 % higher (at least 9 % higher) over 5,000 samples and more an arm": verdict(
        FAIL, "regression", UP, what="median", n=5000
    ),
    "errors: 4.5x as high (at least 3.8x as high) over 60,000 events": verdict(
        FAIL, "regression", (4.5, 3.8, 5.3), what="error ratio", n=60_000, name="errors"
    ),
    "successes: 4.5x as high (at least 3.8x as high) over 900 events": verdict(
        FAIL,
        "regression",
        (4.5, 3.8, 5.3),
        what="error ratio",
        n=900,
        name="successes",
        worse="decrease",
    ),
    "rate: 18 % lower (at least 9 % lower) over 54 paired scrapes": verdict(
        FAIL, "regression", DOWN, name="rate", worse="decrease"
    ),
    "rate: 2 % higher (at worst 4 % lower) over 54 paired scrapes": verdict(
        PASS, "within_margin", (1.02, 0.96, 1.08), name="rate", worse="decrease"
    ),
    "latency: 2 % lower (at worst 4 % higher) over 54 paired scrapes": verdict(
        PASS, "within_margin", (0.98, 0.93, 1.04)
    ),
    "latency: 0.4 % higher (at worst 4 % higher) over 54 paired scrapes": verdict(
        PASS, "within_margin", (1.004, 0.93, 1.04)
    ),
    "latency: 18 % higher (between 4 % lower and 33 % higher), more data are needed "
    "over 54 paired scrapes": verdict(INCONCLUSIVE, "more_data_needed", (1.18, 0.96, 1.33)),
    "latency: 18 % higher (between 9 % higher and 28 % higher), which is no proof among so many "
    "metrics, more data are needed over 54 paired scrapes": verdict(
        INCONCLUSIVE, "one_of_many", UP
    ),
    "latency: bursts that the baseline does not have (2 % lower overall) over 54 paired "
    "scrapes": verdict(FAIL, "intermittent", (0.98, 0.9, 1.05)),
    "latency: something where the baseline has nothing over 54 paired scrapes": verdict(
        FAIL, "regression", baseline=0.0
    ),
    "drift: worse than the baseline, which is not above zero over 54 paired scrapes": verdict(
        FAIL, "regression", baseline=-3.0, name="drift"
    ),
    "errors: surely no worse over 9,000 events": verdict(
        PASS, "within_margin", (None, 0.5, None), what="error ratio", n=9000, name="errors"
    ),
    "errors: open, more data are needed over 200 events": verdict(
        INCONCLUSIVE, "more_data_needed", what="error ratio", n=200, name="errors"
    ),
    "latency: the same in both arms over 54 paired scrapes": verdict(
        PASS, "identical", (1.0, 1.0, 1.0)
    ),
    "errors: the same in both arms over 9,000 events": verdict(
        PASS, "all_zero", what="error ratio", n=9000, name="errors"
    ),
    "latency: too little was measured over 1 paired scrape": verdict(
        INCONCLUSIVE, "insufficient_data", n=1
    ),
    "latency: too little was measured over 1 sample and more an arm": verdict(
        INCONCLUSIVE, "insufficient_data", n=1, what="median"
    ),
    "errors: there was hardly any traffic over 1 event": verdict(
        INCONCLUSIVE, "no_traffic", n=1, what="error ratio", name="errors"
    ),
    "latency: 1,120 ms, beyond the limit of 1,000 ms; 2 % lower (at worst 4 % higher) "
    "over 54 paired scrapes": verdict(
        PASS,
        "within_margin",
        (0.98, 0.93, 1.04),
        limited=1120,
        limit=1000,
        unit="ms",
        over=True,
    ),
    "latency: 0.85 s, beyond 80 % of the limit of 1 s; 2 % lower (at worst 4 % higher) "
    "over 54 paired scrapes": verdict(
        PASS, "within_margin", (0.98, 0.93, 1.04), limited=0.85, limit=1, unit="s", near=True
    ),
    "latency: 0.3, beyond the limit of 0; too little was measured over 9 paired scrapes": verdict(
        INCONCLUSIVE, "insufficient_data", n=9, limited=0.3, limit=0.0, over=True
    ),
}


@pytest.mark.parametrize("said", SENTENCES)
def test_sentence(said: str) -> None:
    assert sentence(SENTENCES[said]) == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1.0, "0.0 % higher"),
        (1.004, "0.4 % higher"),
        (1.18, "18 % higher"),
        (0.8, "20 % lower"),
        (0.0, "100 % lower"),
        (2.5, "150 % higher"),
        (3.2, "3.2x as high"),
        (1234.5, "1.23e+03x as high"),
    ],
)
def test_change(ratio: float, said: str) -> None:
    assert change(ratio) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.12345, "0.1235 s"),
        (999.4, "999.4 s"),
        (1234567.8, "1,234,568 s"),
        (-1500.0, "-1,500 s"),
        (0.0, "0 s"),
        (nan, "?"),
    ],
)
def test_number(value: float, said: str) -> None:
    assert number(value, "s") == said


def whole(outcome: Outcome, *metrics: tuple[str, Outcome]) -> CanaryVerdict:
    found = tuple(verdict(one, "within_margin", UP, name=name) for name, one in metrics)
    return CanaryVerdict(outcome, "hold", found, 0.0, found)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (whole(PASS, ("a", PASS)), "1 metric of 1 surely no worse"),
        (whole(PASS, ("a", PASS), ("b", INCONCLUSIVE)), "1 metric of 2 surely no worse"),
        (whole(PASS, ("a", PASS), ("b", PASS)), "2 metrics of 2 surely no worse"),
        (whole(FAIL, ("a", PASS), ("b", FAIL)), "worse in b"),
        (whole(FAIL, *((name, FAIL) for name in "abc")), "worse in a, b, c"),
        (whole(FAIL, *((name, FAIL) for name in "abcde")), "worse in a, b, c and 2 more"),
        (whole(INCONCLUSIVE, ("a", PASS), ("b", INCONCLUSIVE)), "not decided yet by b"),
        (whole(INCONCLUSIVE, ("a", PASS)), "too little of the weight passes"),
    ],
)
def test_headline(found: CanaryVerdict, said: str) -> None:
    assert headline(found) == said


VALUES = st.lists(st.floats(-50, 50).map(lambda x: round(x, 1)), max_size=70)


@law
@given(
    st.sampled_from(["series", "samples", "counts"]),
    VALUES,
    VALUES,
    st.sampled_from(["increase", "decrease"]),
    st.sampled_from([None, -5.0, 0.0, 5.0]),
)
def test_whatever_was_measured_there_is_a_sentence(
    kind: str, one: list[float], two: list[float], worse: Any, limit: float | None
) -> None:
    def arm(values: list[float]) -> Series | Samples | Counts:
        if kind == "series":
            return Series(range(len(values)), values)
        if kind == "samples":
            return Samples(values)
        shares = [abs(value) / 50 for value in values] + [0.0] * (70 - len(values))
        return Counts([100 * share for share in shares], [100.0] * 70)

    policy = MetricPolicy(name="m", worse=worse, limit=limit)
    found = judge([Measured(policy, arm(one), arm(two))])
    said = sentence(found.metrics[0])
    assert said.startswith("m: ")
    assert "nan" not in said
    assert "None" not in said
    assert headline(found)
