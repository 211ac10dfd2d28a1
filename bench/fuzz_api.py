"""Fuzzed answers of Prometheus, Alertmanager, a rules API, a risk register, and of the CI's API.

They go through the real HTTP client, with a transport that answers from memory. One of the answers
of a run is wrong, or each is; the others are those of a service that is well.
"""

from __future__ import annotations

import json
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs

import httpx

from bench.fuzz_files import measured, split
from bench.fuzz_target import SECRET, Target, check_message
from bench.fuzz_values import WORDS, as_json, mutated, odd
from bench.fuzz_wire import CLIENT, Answer, client, made, replied, served
from slogate.ci.api import Api
from slogate.ci.comments import keep, marker
from slogate.ci.github_comments import GitHubThread
from slogate.ci.gitlab_comments import GitLabThread
from slogate.config.settings import AlertmanagerSettings, PrometheusSettings, RegisterSettings
from slogate.core.budget import assess
from slogate.core.model import Events, Latency, Ratio, Sli, Slices, Slo
from slogate.core.plan import make_plan
from slogate.core.policy import default_policy
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.sources import http
from slogate.sources.alertmanager import AlertmanagerSource
from slogate.sources.http import JsonApi
from slogate.sources.interface import Unclear
from slogate.sources.prometheus import PrometheusSource
from slogate.sources.risk_register import registered

URL = "http://server:9090"
NOW = 1_795_176_420
DAY = 86_400
SECONDS = 60.0
_POLICY = default_policy()
_W = "{{window}}"
SLIS: dict[str, Sli] = {
    "events": Events(total=f"sum(increase(r[{_W}]))", bad=f'sum(increase(r{{code="5"}}[{_W}]))'),
    "good": Events(total=f"sum(increase(r[{_W}]))", good=f"sum(increase(good[{_W}]))"),
    "zero": Events(total=f"sum(increase(r[{_W}])) or vector(0)", bad=f"sum(increase(bad[{_W}]))"),
    "latency": Latency('seconds{job="x"}', 0.3),
    "slices": Slices("max(age)", "<", 1800.0, 60),
    "ratio": Ratio(f"sum(increase(bad[{_W}])) / sum(increase(r[{_W}]))"),
}
METRICS = PrometheusSettings("metrics", URL, bearer=SECRET)
_ALERTS = AlertmanagerSettings("alerts", URL, username="ann", password=SECRET)
_REGISTER = RegisterSettings(
    "risk", f"{URL}/r?x={{{{head}}}}", bearer=SECRET, keys=("data", "0", "level")
)


def series(form: dict[str, list[str]], value: float) -> dict[str, Any]:
    """What Prometheus answers to a query: one series with this value."""
    query = form.get("query", [""])[0]
    value = 1000.0 if "count" in query or "histogram" in query else value
    if "start" in form:
        first, last, step = (int(form[key][0]) for key in ("start", "end", "step"))
        points = [[at, f"{value}"] for at in range(first, last + 1, step)]
        result: list[Any] = [{"metric": {"job": "x"}, "values": points}]
        return {"status": "success", "data": {"resultType": "matrix", "result": result}}
    one = {"metric": {"job": "x"}, "value": [NOW, f"{value}"]}
    return {"status": "success", "data": {"resultType": "vector", "result": [one]}}


def _prometheus(request: httpx.Request) -> bytes:
    form = parse_qs(request.content.decode())
    query = form.get("query", [""])[0]
    bad = "bad" in query or 'code="5"' in query
    return json.dumps(series(form, 0.001 if "/" in query else 1.0 if bad else 1000.0)).encode()


def make_prometheus(draw: Random) -> bytes:
    """A wrong answer to one of the questions for an SLI."""
    step = draw.choice((300, 3600, 21600))
    span = {"start": [f"{NOW - 40 * step}"], "end": [f"{NOW}"], "step": [f"{step}"]}
    form = span if draw.random() < 0.5 else {}
    data: Any = series(form, draw.choice((0.0, 1.0, 1000.0, 1e12, -1.0)))
    if draw.random() < 0.1:
        data = {"status": "success", "data": {"resultType": "scalar", "result": [NOW, "1"]}}
    if draw.random() < 0.15:
        data = {"status": "error", "errorType": "bad_data", "error": f"parse {draw.choice(WORDS)}"}
    if draw.random() < 0.1:
        data["warnings"] = [draw.choice(WORDS), odd(draw)]
    task = draw.choice((*SLIS, "fresh", "explain"))
    if draw.random() < 0.6:
        return made(task, b"", draw, 6, f"{draw.getrandbits(32)}")
    return made(task, as_json(mutated(data, draw), draw), draw, 6)


def run_prometheus(case: bytes) -> str:
    """Measure an SLI, or ask how fresh it is."""
    answer, task = replied(case, _prometheus)
    source = served(PrometheusSource, METRICS, answer)
    deadline = Deadline(SECONDS)
    if task == "fresh":
        found = source.freshness(SLIS["events"], 3, None, NOW, deadline)
        assert isinstance(found, Unclear) or found.bound > 0, "no bound"
        return f"fresh: {found.reason[:20] if isinstance(found, Unclear) else found.fresh}"
    sli = SLIS.get(task, SLIS["events"])
    slo = Slo("slo", 99.0, Rolling(DAY), sli)
    plan = make_plan(slo.window, _POLICY.burn, NOW, resolution=1800, explain=task == "explain")
    evidence = source.fetch(sli, plan, deadline)
    for said in (*evidence.warnings, *evidence.notes):
        check_message(said)
    return measured(assess(slo, _POLICY, evidence))


def _alert(name: str, state: str) -> dict[str, Any]:
    labels = {"alertname": name, "severity": "critical", "service": "x"}
    at = "2026-11-20T12:00:00.123456789Z"
    status = {"state": state, "silencedBy": [], "inhibitedBy": []}
    return {"labels": labels, "status": status, "startsAt": at, "annotations": {}}


def make_alerts(draw: Random) -> bytes:
    """A wrong answer with alerts."""
    data = [
        _alert(f"A{n}", draw.choice(("active", "suppressed"))) for n in range(draw.randrange(4))
    ]
    return made("-", as_json(mutated(data, draw), draw), draw, 1)


def run_alerts(case: bytes) -> str:
    """The alerts that fire: as many as are in the answer and not suppressed."""
    answer, _ = replied(case, lambda _: b"[]")
    source = served(AlertmanagerSource, _ALERTS, answer)
    found = source.firing({"service": ["x"], "severity": ["critical", "page"]}, Deadline(SECONDS))
    head, body = split(case)
    if head.startswith("200 "):
        firing = [one for one in json.loads(body) if one["status"]["state"] != "suppressed"]
        assert len(found) == len(firing), f"{len(found)} of {len(firing)} alerts"
    for alert in found:
        check_message(alert.name)
    return f"{'some' if found else 'no'} alerts"


def make_rules(draw: Random) -> bytes:
    """A wrong answer with rules."""
    rule = {"name": "Down", "type": "alerting", "health": draw.choice(("ok", "err", "unknown"))}
    rules = [
        {**rule, "lastEvaluation": "2026-11-20T12:00:00Z", "lastError": "x"},
        {"type": "recording"},
    ]
    data = {"status": "success", "data": {"groups": [{"name": "g", "rules": rules}]}}
    return made("-", as_json(mutated(data, draw), draw), draw, 2)


def run_rules(case: bytes) -> str:
    """The rules of a name; a rule that is of use is in the answer, with health ok."""
    right = {"status": "success", "data": {"groups": []}}
    answer, _ = replied(case, lambda _: json.dumps(right).encode())
    source = served(PrometheusSource, METRICS, answer)
    found = source.alert_rules(["Down"], Deadline(SECONDS))
    if isinstance(found, Unclear):
        check_message(found.reason)
        return "unclear"
    for rule in found:
        check_message(rule.name)
        check_message(rule.problem)
        assert rule.problem or b"ok" in case, "a rule without a problem out of nothing"
    return "rules"


def make_register(draw: Random) -> bytes:
    """A wrong answer of a risk register."""
    data = {"data": [{"level": draw.choice(("low", "HIGH ", "medium"))}], "more": "x"}
    return made("-", as_json(mutated(data, draw), draw), draw, 1)


def run_register(case: bytes) -> str:
    """The level, which is a word of the answer."""
    answer, _ = replied(case, lambda _: b"{}")
    client(answer)
    patient = partial(JsonApi, sleep=lambda _: None)
    with (
        patch.object(http, "JsonApi", patient),
        patch.object(http, "connect", lambda *_: CLIENT),
        patch.object(http, "tls_context", lambda _: None),
        patch.object(CLIENT, "close", lambda: None),
    ):
        level = registered(_REGISTER, {"head": "a b&c"}, Deadline(SECONDS))
    assert level.word.encode() in case.lower(), "a level that nobody said"
    return level.word


def make_comments(draw: Random) -> bytes:
    """A wrong answer with comments."""
    body = marker("gate", draw.choice(("approve", "defer", draw.choice(WORDS))))
    who = {"login": "github-actions[bot]", "id": 7}
    data = [
        {"id": 1, "body": "hello", "user": who},
        {"id": 2, "body": body, "user": who, "author": who},
    ]
    return made(draw.choice(("github", "gitlab")), as_json(mutated(data, draw), draw), draw, 3)


def run_comments(case: bytes) -> str:
    """Keep a comment."""
    answer, name = replied(case, lambda _: b"[]")
    calls = _ci(answer)
    github = GitHubThread(calls, calls, "me/it", 1)
    thread = GitLabThread(calls, "me/it", 1) if name == "gitlab" else github
    return f"kept {keep(thread, 'gate', 'approve', 'page', always=len(case) % 2 == 0)}"


def _ci(answer: Answer) -> Api:
    found = object.__new__(Api)
    found._url, found._deadline = "https://api.example.com", Deadline(SECONDS)
    found._client = client(answer)
    return found


TARGETS = (
    Target("prometheus", make_prometheus, run_prometheus),
    Target("alertmanager", make_alerts, run_alerts),
    Target("rules", make_rules, run_rules),
    Target("risk register", make_register, run_register),
    Target("comments", make_comments, run_comments),
)
