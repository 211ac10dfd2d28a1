"""Which alert rules there are, asked of a real Prometheus, vmalert and VictoriaMetrics."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.sources.interface import AlertRule, Unclear
from slogate.sources.prometheus import PrometheusSource
from tests.sources.builders import settings
from tests.support.faulty import Call, error, faulty, respond
from tests.support.fixtures import require
from tests.support.servers import Prometheus, VictoriaMetrics, Vmalert

TWO = "(label_replace(vector(1), 'a', 'x', '', '') or label_replace(vector(1), 'a', 'y', '', ''))"
RECORDED = "- {record: checkout:errors, expr: vector(1)}"
RULES = f"""
groups:
  - name: checkout
    interval: 1s
    rules:
      {RECORDED}
      - {{alert: CheckoutBurn, expr: vector(1) > 2}}
      - {{alert: CheckoutBroken, expr: "vector(1) * on() {TWO}"}}
      - {{alert: CheckoutFiring, expr: vector(1)}}
  - name: seldom
    interval: 1000d
    rules:
      - {{alert: Seldom, expr: vector(1)}}
"""
CONFIG = "rule_files: [rules.yml]\nscrape_configs: []\n"
BROKEN = "CheckoutBroken"
YET = "has not been evaluated yet"
RAN = "2026-11-21T19:58:20.533040374Z"
NEVER = "0001-01-01T00:00:00Z"


class Ruled(Prometheus):
    """With the rules beside its configuration."""

    def command(self) -> list[str]:
        (self.home / "rules.yml").write_text(RULES, encoding="utf-8")
        return super().command()


def rules(url: str, names: Sequence[str]) -> list[AlertRule] | Unclear:
    source = PrometheusSource(settings(url))
    try:
        return source.alert_rules(names, Deadline(10))
    finally:
        source.close()


def problems(url: str, names: Sequence[str]) -> dict[str, str]:
    found = rules(url, names)
    assert isinstance(found, list), found
    return {rule.name: rule.problem for rule in found}


def await_evaluation(url: str) -> None:
    """Until all rules have been tried but the one whose turn does not come."""
    end = time.monotonic() + 20
    names = ["CheckoutBurn", BROKEN, "CheckoutFiring"]
    while YET in map(problems(url, names).get, names):
        assert time.monotonic() < end, "the rules were not evaluated"


@pytest.fixture(scope="module", params=["prometheus", "vmalert"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    require(Ruled)
    with Ruled(config=CONFIG) as server:
        if request.param == "prometheus":
            await_evaluation(server.url)
            yield server.url
            return
        require(Vmalert)
        with Vmalert(server.url, RULES.replace(RECORDED, "")) as evaluator:
            await_evaluation(evaluator.url)
            yield evaluator.url


@pytest.mark.realstack
def test_alert_rules_are_told_with_what_is_wrong_with_them(url: str) -> None:
    found = problems(url, ["CheckoutBurn", BROKEN])
    assert found["CheckoutBurn"] == ""
    assert found[BROKEN].startswith("cannot be evaluated: ")
    assert "duplicate" in found[BROKEN] or "422" in found[BROKEN]
    assert "checkout:errors" not in found


@pytest.mark.realstack
def test_a_rule_whose_turn_did_not_come_was_not_evaluated(url: str) -> None:
    assert problems(url, ["Seldom", "CheckoutFiring"])["Seldom"] == YET


@pytest.mark.realstack
def test_where_a_rule_is_missing_all_are_told(url: str) -> None:
    found = problems(url, ["CheckoutBrun", "CheckoutBurn"])
    assert set(found) == {"CheckoutBurn", BROKEN, "CheckoutFiring", "Seldom"}


@pytest.mark.realstack
def test_a_storage_without_rules_has_none() -> None:
    require(VictoriaMetrics)
    with VictoriaMetrics() as server:
        assert rules(server.url, ["CheckoutBurn"]) == []


def answered(*groups: Any) -> bytes:
    return respond(json.dumps({"status": "success", "data": {"groups": list(groups)}}))


def group(*names: str) -> dict[str, Any]:
    state = {"type": "alerting", "health": "ok", "lastEvaluation": RAN}
    return {"rules": [{"name": name, **state} for name in names]}


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"health": "ok", "lastEvaluation": RAN}, ""),
        ({"health": "ok", "lastEvaluation": "2026-11-21T20:58:20.5+01:00"}, ""),
        ({"health": "unknown", "lastEvaluation": NEVER}, YET),
        ({"health": "unknown", "lastEvaluation": RAN}, YET),
        ({"health": "ok", "lastEvaluation": NEVER}, YET),
        ({"health": "ok", "lastEvaluation": ""}, YET),
        ({"health": "ok", "lastEvaluation": None}, YET),
        ({"health": "ok", "lastEvaluation": 0}, YET),
        ({"health": "ok"}, YET),
        ({"lastEvaluation": RAN}, YET),
        ({"health": "", "lastEvaluation": RAN}, YET),
        ({}, YET),
        ({"health": "err", "lastError": "no"}, "cannot be evaluated: no"),
        ({"health": "err", "lastEvaluation": RAN}, "cannot be evaluated: it gives no reason"),
        ({"health": "odd", "lastEvaluation": RAN}, "does not work: its health is odd"),
    ],
)
def test_only_a_rule_that_was_evaluated_is_of_use(state: dict[str, Any], problem: str) -> None:
    rule = {"name": "A", "type": "alerting", **state}
    with faulty(lambda _: answered({"rules": [rule]})) as server:
        assert problems(server.url, ["A"]) == {"A": problem}


def test_a_server_that_can_is_asked_for_these_rules_only() -> None:
    with faulty(lambda _: answered(group("A", "B"))) as server:
        assert problems(server.url, ["A", "B"]) == {"A": "", "B": ""}
    (call,) = server.calls
    assert call.target.count("rule_name%5B%5D=") == 2
    assert call.form["type"] == "alert"


def test_what_all_rules_are_is_not_needed_to_say_that_one_is_missing() -> None:
    def answer(call: Call) -> bytes:
        if "rule_name[]" in call.form:
            return answered(group("A"))
        return respond("x" * 5_000_000)

    with faulty(answer) as server:
        assert problems(server.url, ["A", "B"]) == {"A": ""}


@pytest.mark.parametrize(
    "answer",
    [
        respond("404 page not found", "404 Not Found", "text/plain"),
        respond("unsupported path", "400 Bad Request", "text/plain"),
        respond("[]"),
        respond("{}"),
        respond('{"status": "success", "data": []}'),
        respond('{"status": "success", "data": {"groups": [{"rules": [{"type": "alerting"}]}]}}'),
        respond('{"status": "error", "data": {"groups": []}}'),
    ],
)
def test_what_has_no_rules_api_is_said_so(answer: bytes) -> None:
    with faulty(lambda _: answer) as server:
        found = rules(server.url, ["A"])
    assert isinstance(found, Unclear)
    assert "vmalert" in found.reason


def test_a_problem_is_foreign_text() -> None:
    rule = {"name": "A", "health": "err", "lastError": "bad\n\x1b[31m" + "x" * 1000}
    with faulty(lambda _: answered({"rules": [rule]})) as server:
        (problem,) = problems(server.url, ["A"]).values()
    assert problem.isprintable()
    assert len(problem) <= 200


def test_refused_access_is_no_absence_of_rules() -> None:
    answer = error("403 Forbidden", "forbidden", "who are you?")
    with faulty(lambda _: answer) as server, pytest.raises(MeasurementError, match="check `auth`"):
        rules(server.url, ["A"])
