"""Which alerts fire, asked of a real Alertmanager, and what is refused of one that is none."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.config.settings import AlertmanagerSettings
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError
from slogate.sources import open_source
from slogate.sources.alertmanager import AlertmanagerSource, _filter
from slogate.sources.interface import Alert
from tests.core.builders import law
from tests.support.faulty import faulty, respond
from tests.support.fixtures import require
from tests.support.servers import Alertmanager

CONFIG = """
route: {receiver: none}
receivers: [{name: none}]
inhibit_rules:
  - {source_matchers: [alertname="Down"], target_matchers: [alertname="Slow"], equal: [service]}
"""
SINCE = 1_790_000_000
ODD = ['a"b', "a\\b", "a.*", "a|b", "a b", "ä\u2028b", "{}", "^$", "a,b=c", "a\nb", "(", "'"]


def firing(url: str, match: Mapping[str, Sequence[str]], seconds: float = 10) -> list[Alert]:
    source = AlertmanagerSource(AlertmanagerSettings(name="alerts", url=url))
    try:
        return source.firing(match, Deadline(seconds))
    finally:
        source.close()


def alert(name: str, **labels: str) -> dict[str, Any]:
    stamps = {"startsAt": "2026-09-21T14:13:20Z", "endsAt": "2199-01-01T00:00:00Z"}
    return {"labels": {"alertname": name, **labels}, **stamps}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    require(Alertmanager)
    with Alertmanager(config=CONFIG) as server:
        alerts = [
            alert("Burn", service="checkout", severity="critical"),
            alert("Slow", service="checkout", severity="page"),
            alert("Ticket", service="checkout", severity="info"),
            alert("Burn", service="search", severity="critical"),
            alert("Known", service="search", severity="critical"),
            alert("Down", service="cart", severity="critical"),
            alert("Slow", service="cart", severity="critical"),
            *(alert("Odd", service=text, severity="critical") for text in ODD),
        ]
        server.post("alerts", alerts)
        matchers = [{"name": "alertname", "value": "Known", "isRegex": False, "isEqual": True}]
        times = {"startsAt": "2026-09-21T14:13:20Z", "endsAt": "2199-01-01T00:00:00Z"}
        silence = {"matchers": matchers, **times, "createdBy": "ada", "comment": "known"}
        server.post("silences", silence)
        _await_states(server.url)
        yield server.url


def _await_states(url: str) -> None:
    """Until what is silenced and inhibited is no longer told as firing, as it is at first."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        known = firing(url, {"alertname": ["Known"]})
        slow = firing(url, {"alertname": ["Slow"], "service": ["cart"]})
        if not known and not slow and len(firing(url, {"alertname": ["Odd"]})) == len(ODD):
            return
    raise AssertionError("the Alertmanager does not tell silenced alerts from others")


@pytest.mark.realstack
def test_alerts_with_all_labels_fire(url: str) -> None:
    match = {"service": ["checkout"], "severity": ["critical"]}
    assert firing(url, match) == [Alert("Burn", SINCE)]


@pytest.mark.realstack
def test_several_values_of_a_label_are_alternatives(url: str) -> None:
    match = {"service": ["checkout"], "severity": ["critical", "page"]}
    assert {one.name for one in firing(url, match)} == {"Burn", "Slow"}
    assert firing(url, {"service": ["check", "out"]}) == []


@pytest.mark.realstack
def test_silenced_and_inhibited_alerts_do_not_count(url: str) -> None:
    assert [one.name for one in firing(url, {"service": ["search"]})] == ["Burn"]
    assert [one.name for one in firing(url, {"service": ["cart"]})] == ["Down"]


@pytest.mark.realstack
@pytest.mark.parametrize("value", ODD)
def test_odd_values_stand_for_themselves(url: str, value: str) -> None:
    assert firing(url, {"service": [value]}) == [Alert("Odd", SINCE)]
    assert firing(url, {"service": [value, "nobody"]}) == [Alert("Odd", SINCE)]


@pytest.mark.realstack
def test_a_label_that_cannot_be_is_a_wrong_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match="does not understand the labels"):
        firing(url, {"no-label": ["x"]})


@law
@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_what_is_quoted_stays_in_its_quotes(values: list[str]) -> None:
    text = _filter("service", values)
    operator, inside = ("=", text[9:-1]) if len(values) == 1 else ("=~", text[10:-1])
    assert text == f'service{operator}"{inside}"'
    assert re.fullmatch(r'(?:[^"\\\n]|\\["\\n])*', inside)


@pytest.mark.parametrize(
    "body",
    [
        "{}", "[1]", "null", '"up"', '[{"labels": {}}]', '[{"labels": [], "status": {"state": "active"}}]',
        '[{"labels": {}, "status": {"state": "new"}}]', '[{"labels": {}, "status": "active"}]',
        '{"status": "success", "data": {"alerts": []}}',
    ],
)  # fmt: skip
def test_another_answer_is_no_absence_of_alerts(body: str) -> None:
    with faulty(lambda _: respond(body)) as server, pytest.raises(MeasurementError) as caught:
        firing(server.url, {"service": ["checkout"]})
    assert "not what the Alertmanager API promises" in str(caught.value)
    assert not caught.value.outage


def test_what_the_server_does_not_leave_out_is_left_out_here() -> None:
    states = {"A": "active", "B": "suppressed", "C": "unprocessed"}
    body = [{"labels": {"alertname": n}, "status": {"state": s}} for n, s in states.items()]
    with faulty(lambda _: respond(json.dumps(body))) as server:
        found = firing(server.url, {"service": ["checkout"]})
    assert found == [Alert("A", None), Alert("C", None)]


def test_the_question_has_each_label_as_a_filter_of_its_own() -> None:
    with faulty(lambda _: respond("[]")) as server:
        assert firing(server.url, {"service": ["a&b"], "severity": ["x", "y"]}) == []
    sent = server.calls[0]
    assert sent.path == "/api/v2/alerts"
    assert sent.target.count("filter=") == 2
    assert {name: sent.form[name] for name in ("active", "silenced", "inhibited")} == {
        "active": "true",
        "silenced": "false",
        "inhibited": "false",
    }
    assert sent.form["filter"] == 'service="a&b"'


@pytest.mark.parametrize(
    ("status", "said", "outage"),
    [
        ("401 Unauthorized", "check `auth`", False),
        ("404 Not Found", "path prefix", False),
        ("500 Oh", "failed", True),
    ],
)
def test_an_error_says_what_to_do(status: str, said: str, *, outage: bool) -> None:
    with (
        faulty(lambda _: respond("nope", status)) as server,
        pytest.raises(MeasurementError, match=said) as caught,
    ):
        firing(server.url, {"service": ["checkout"]})
    assert caught.value.outage is outage


def test_the_registry_knows_it() -> None:
    settings = AlertmanagerSettings(name="alerts", url="http://127.0.0.1:9")
    source = open_source(settings.type, settings)
    assert isinstance(source, AlertmanagerSource)
    source.close()
