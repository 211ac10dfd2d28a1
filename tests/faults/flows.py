"""Each way through the program that asks a server, run in this process, and how it ended in a word.

A verdict is its decision and exit code, a fact whether it holds; what could not be judged is the
exit code of its error.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from slogate import gate
from slogate.cli import readiness
from slogate.config.settings import (
    AlertmanagerSettings,
    Config,
    PrometheusSettings,
    RegisterSettings,
)
from slogate.core.arms import Counts, MetricPolicy
from slogate.core.canary_plan import CanaryPlan, LiveMetric
from slogate.core.governance import Readiness
from slogate.core.model import Events, Ratio, Risk, Service, Sli, Slo
from slogate.core.policy import default_policy
from slogate.core.release import STATED, ReleaseRisk
from slogate.core.situation import Situation
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.errors import EXIT_NO_DATA, EXIT_UNMEASURED, MeasurementError, NoDataError
from slogate.pool import run_all
from slogate.sources.canary import measure
from slogate.sources.prometheus import PrometheusSource
from slogate.sources.risk_register import registered
from tests.support.faults import Fault, struck
from tests.support.faulty import Answer, Call, constant, faulty, healthy, respond, success

DAY = 86_400
NOW = 1_790_000_000
SECONDS = 0.5
"""The deadline of a run."""
GRACE = 1.0
"""Seconds by which a run may outlast its deadline."""
FAILED = 'code=~"5.."'
BAD = Events(
    bad=f"sum(increase(requests_total{{{FAILED}}}[{{{{window}}}}]))",
    total="sum(increase(requests_total[{{window}}]))",
)
GOOD = replace(BAD, bad=None, good='sum(increase(requests_total{code="200"}[{{window}}]))')
RATIO = Ratio(f"{BAD.bad} / {BAD.total}")
UNKNOWN = frozenset({str(EXIT_NO_DATA), str(EXIT_UNMEASURED)})
"""How a run may end that got no evidence."""


@dataclass(frozen=True)
class Flow:
    """What the server answers, and how a run of so many seconds with that server ends."""

    answer: Answer
    run: Callable[[str, float], str]


@dataclass(frozen=True)
class End:
    """How a run ended, after how many seconds and requests."""

    word: str
    seconds: float
    requests: int


def settings(url: str, **more: Any) -> PrometheusSettings:
    return PrometheusSettings(
        **{"name": "metrics", "url": url, "timeout": 0.3, "concurrency": 2, **more}
    )


def service(sli: Sli, wanted: Readiness | None = None) -> Service:
    slo = Slo("availability", 99.9, Rolling(DAY), sli)
    return Service("checkout", ((slo, "metrics"),), default_policy(), readiness=wanted)


def judged(sli: Sli, url: str, seconds: float, **more: Any) -> str:
    """A whole `check` of one service at low risk."""
    risk = ReleaseRisk(Risk.LOW, STATED)
    source = PrometheusSource(settings(url, **more))
    try:
        verdict = gate.check(
            [service(sli)],
            {"metrics": source},
            {"checkout": risk},
            Situation(now=NOW),
            Deadline(seconds),
            explain=True,
        )
    finally:
        source.close()
    code = str(verdict.exit_code)
    return code if code in UNKNOWN else f"{verdict.decision.word} {code}"


def steady(share: float) -> Callable[[Call], list[str]]:
    """A hundred requests a second, of which a share is what is asked for by a code."""

    def values(call: Call) -> list[str]:
        query = call.form["query"]
        if "/" in query:
            return [str(share)]
        if "resets(" in query or "count" in query:
            return ["1"]
        total = float(healthy(call)[0]) * (100_000 if FAILED in query else 1)
        return [str(total * share if "code" in query else total)]

    return values


def no_failures(call: Call) -> bytes:
    """Nothing ever failed, and the metric and its label are known."""
    query = call.form.get("query", "")
    if "code" in query and "count" not in query:
        return success([], "matrix" if "step" in call.form else "vector")
    return constant(steady(0))(call)


RULES = {
    "status": "success",
    "data": {"groups": [{"rules": [{
        "name": "Burn", "type": "alerting", "health": "ok", "lastEvaluation": "2026-09-21T14:13:19Z",
    }]}]},
}  # fmt: skip
FIRING = [
    {
        "labels": {"alertname": "Burn"},
        "status": {"state": "active"},
        "startsAt": "2026-09-21T14:00:00Z",
    }
]


def ready(call: Call) -> bytes:
    """Fresh metrics and rules that work, and an alert that fires."""
    if call.path.endswith("/rules"):
        return respond(json.dumps(RULES))
    if call.path.endswith("/alerts"):
        return respond(json.dumps(FIRING))
    return constant(lambda _: ["20"])(call)


def readied(url: str, seconds: float) -> str:
    """Each fact of a service's readiness."""
    wanted = Readiness(
        scrapes=4, alert_rules=("Burn",), rules_source="metrics", alerts_source="alerts",
        alerts={"service": ("checkout",)},
    )  # fmt: skip
    alerts = AlertmanagerSettings(name="alerts", url=url, timeout=0.3)  # type: ignore[arg-type]
    sources: Any = {"metrics": settings(url), "alerts": alerts}
    found = readiness.found(
        Config(Path("slogate.yaml"), (), sources), [service(BAD, wanted)], NOW, Deadline(seconds)
    )
    return " ".join(str(fact.holds) for fact in found["checkout"])


def weighed(url: str, seconds: float) -> str:
    """The level in the team's register; who asks it bounds the whole."""
    where = RegisterSettings("register", f"{url}/risk?of=it", timeout=0.3, keys=("level",))  # type: ignore[arg-type]
    deadline = Deadline(seconds)
    (found,) = run_all(
        [("", partial(registered, where, {}, deadline))], workers={"": 1}, deadline=deadline
    )
    if found is None or isinstance(found, MeasurementError):
        return str(EXIT_UNMEASURED)
    if isinstance(found, BaseException):
        raise found
    return found.word


def compared(url: str, seconds: float) -> str:
    """What both arms of a canary measured; the failures of both are absent."""
    counts = LiveMetric(
        MetricPolicy("errors"),
        total='sum(increase(requests_total{version="{{version}}"}[{{interval}}]))',
        bad=f'sum(increase(requests_total{{version="{{{{version}}}}",{FAILED}}}[{{{{interval}}}}]))',
    )
    deadline, source = Deadline(seconds), PrometheusSource(settings(url))

    def pooled(tasks: Sequence[Callable[[], Any]]) -> Sequence[Any]:
        return run_all([("", task) for task in tasks], workers={"": 2}, deadline=deadline)

    try:
        found = measure(
            source, CanaryPlan((counts,)), "checkout", ("v1", "v2"),
            start=NOW - 1800, end=NOW, deadline=deadline, run=pooled,
        )  # fmt: skip
    except (NoDataError, MeasurementError) as error:
        return str(error.exit_code)
    finally:
        source.close()
    arms = [arm for _, *both in found.metrics for arm in both if isinstance(arm, Counts)]
    return ",".join(f"{sum(arm.bad)}of{sum(arm.total)}" for arm in arms)


FLOWS: dict[str, Flow] = {
    "a healthy budget": Flow(constant(healthy), lambda *a: judged(BAD, *a)),
    "a budget that is gone": Flow(constant(steady(0.5)), lambda *a: judged(BAD, *a)),
    "good of total": Flow(constant(steady(0.5)), lambda *a: judged(GOOD, *a)),
    "a ratio": Flow(constant(steady(0.5)), lambda *a: judged(RATIO, *a)),
    "no failures at all": Flow(no_failures, lambda *a: judged(BAD, *a)),
    "readiness": Flow(ready, readied),
    "a register": Flow(lambda _: respond('{"level": "high"}'), weighed),
    "a canary": Flow(no_failures, compared),
}


def ended(flow: Flow, fault: Fault, hits: Callable[[int], bool], seconds: float = SECONDS) -> End:
    """How a run ends whose server has a fault at those requests."""
    with faulty(struck(flow.answer, fault, hits)) as server:
        start = time.monotonic()
        word = flow.run(server.url, seconds)
        return End(word, time.monotonic() - start, len(server.calls))


def well(flow: Flow) -> End:
    """How a run ends whose server has none."""
    return ended(flow, lambda _, good: good, lambda _: False, 30)


def keeps_the_law(end: End, without: End, seconds: float = SECONDS) -> str:
    """What is wrong with the end of a run, or nothing: never another verdict, and in time."""
    if end.seconds > seconds + GRACE:
        return f"took {end.seconds:.2f} s"
    pairs = list(zip(end.word.split(), without.word.split(), strict=False))
    facts = {"True", "False", "None"} >= set(without.word.split())
    if facts and all(now in ("None", then) for now, then in pairs):
        return ""
    return "" if end.word in UNKNOWN | {without.word} else f"ended as {end.word}"


def side_by_side(tasks: Sequence[Callable[[], Any]], workers: int = 12) -> list[Any]:
    """The results of all; runs wait most of their time."""
    with ThreadPoolExecutor(workers) as pool:
        return [one.result() for one in [pool.submit(task) for task in tasks]]
