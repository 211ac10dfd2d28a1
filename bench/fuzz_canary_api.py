"""Fuzzed answers to the questions for both arms of a canary.

What is measured are numbers, and counts with 0 <= bad <= total; they can be judged, or our error
says why not.
"""

from __future__ import annotations

import json
import math
from random import Random
from urllib.parse import parse_qs

import httpx

from bench.fuzz_api import METRICS, NOW, SECONDS, series
from bench.fuzz_target import Target, check_message
from bench.fuzz_values import as_json, mutated
from bench.fuzz_wire import made, replied, served
from slogate.cli.canary_compare import judged
from slogate.core.arms import Counts, MetricPolicy, Series
from slogate.core.canary import Measured
from slogate.core.canary_plan import CanaryPlan, LiveMetric
from slogate.deadline import Deadline
from slogate.sources.canary import measure
from slogate.sources.prometheus import PrometheusSource

PLAN = CanaryPlan(
    metrics=(
        LiveMetric(MetricPolicy("latency"), query='avg(seconds{version="{{version}}"})'),
        LiveMetric(
            MetricPolicy("errors"),
            bad='sum(increase(bad{version="{{version}}"}[{{interval}}]))',
            total='sum(increase(r{version="{{version}}"}[{{interval}}]))',
        ),
    ),
    traffic='sum(increase(r{version="{{version}}"}[{{interval}}]))',
)
MOST_ASKED = 12
_SPAN = {"start": [f"{NOW // 60 * 60 - 1740}"], "end": [f"{NOW // 60 * 60}"], "step": ["60"]}


def _right(request: httpx.Request) -> bytes:
    form = parse_qs(request.content.decode())
    return json.dumps(series(form, 1.0 if "bad" in form.get("query", [""])[0] else 50.0)).encode()


def make_canary(draw: Random) -> bytes:
    """A wrong answer to one of the questions, or to each."""
    if draw.random() < 0.7:
        return made("-", b"", draw, MOST_ASKED, f"{draw.getrandbits(32)}")
    data = series(_SPAN, draw.choice((0.0, 1.0, 1e15, -1.0)))
    return made("-", as_json(mutated(data, draw), draw), draw, MOST_ASKED)


def run_canary(case: bytes) -> str:
    """Measure both arms over half an hour."""
    answer, _ = replied(case, _right)
    source = served(PrometheusSource, METRICS, answer)
    found = measure(
        source, PLAN, "x", ("1", "2"), start=NOW - 1800, end=NOW, deadline=Deadline(SECONDS)
    )
    for said in (*found.notes, *found.warnings):
        check_message(said)
    for metric, *arms in found.metrics:
        for arm in arms:
            _check(arm)
        # NOTE: it takes longer than to measure, so a part of the cases is judged.
        if len(case) % 4 == 0:
            verdict = judged([Measured(metric.policy, arms[0], arms[1])], PLAN.least_score)
            assert 0 <= verdict.score <= 1, f"a score of {verdict.score}"
    assert found.traffic is None or all(map(math.isfinite, found.traffic)), "traffic without end"
    return "measured"


def _check(arm: Series | Counts) -> None:
    """NaN stands for what was not measured."""
    if isinstance(arm, Series):
        assert len(arm.times) == len(arm.values), "values without a time"
        return
    for bad, total in zip(arm.bad, arm.total, strict=True):
        known = 0 <= bad <= total < math.inf
        assert known or math.isnan(bad) or math.isnan(total), f"{bad} of {total}"


TARGETS = (Target("canary queries", make_canary, run_canary),)
