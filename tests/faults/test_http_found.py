"""What faults have brought to light, each held by a test of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest

from slogate.ci import api as ci_api
from slogate.ci.api import Api
from slogate.deadline import Deadline
from slogate.errors import CommentError, MeasurementError
from slogate.sources import absence
from slogate.sources.answers import ApiError
from slogate.sources.http import ATTEMPTS, JsonApi
from slogate.sources.interface import Freshness
from slogate.sources.prometheus import PrometheusSource
from slogate.sources.prometheus_api import Client
from tests.faults.flows import (
    BAD,
    FLOWS,
    GRACE,
    SECONDS,
    ended,
    judged,
    settings,
    side_by_side,
)  # fmt: skip
from tests.support import every_fault, faults, odd_json
from tests.support.faults import Fault
from tests.support.faulty import Answer, Call, constant, faulty, healthy, respond

LONGEST = 700
"""Characters of a message; the query and the address take their part."""
QUESTION = {"query": "up"}


def said(fault: Fault) -> str:
    """What the client says of a good answer with this fault; empty where it is understood."""
    good = respond('{"status": "success"}')
    with faulty(lambda call: fault(call, good)) as server:
        api = JsonApi(settings(server.url), sleep=lambda _: None)
        try:
            api.call("POST", "/api/v1/query", QUESTION, Deadline(SECONDS), "query up")
        except (ApiError, MeasurementError) as error:
            return str(error)
        finally:
            api.close()
    return ""


@pytest.mark.parametrize("group", ["BROKEN", "REFUSED"])
def test_every_fault_is_told_in_one_short_line(group: str) -> None:
    found: dict[str, Fault] = getattr(every_fault, group)
    texts = side_by_side([partial(said, fault) for fault in found.values()], 6)
    long = [
        name
        for name, text in zip(found, texts, strict=True)
        if len(text) > LONGEST or not text.isprintable()
    ]
    assert long == []


@pytest.mark.parametrize("more", ['"status": "error", ', '"x": {"a": 1, "b": 2, "a": 3}, '])
def test_a_key_that_is_there_twice_is_named(more: str) -> None:
    assert "twice" in said(faults.body(odd_json.prefixed(more)))


def test_a_storm_of_429_is_not_answered_with_a_storm() -> None:
    storms = [fault for name, fault in every_fault.REFUSED.items() if name.startswith("429")]
    flow = FLOWS["a healthy budget"]
    ends = side_by_side([partial(ended, flow, fault, lambda _: True) for fault in storms], 8)
    assert max(end.requests for end in ends) <= ATTEMPTS


def changed(change: odd_json.Change, path: str) -> Answer:
    """A healthy server whose answers at a path are others."""

    def answer(call: Call) -> bytes:
        good = constant(healthy)(call)
        return faults.body(change)(call, good) if call.path.endswith(path) else good

    return answer


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/query", odd_json.timed("1789999000")),
        ("/query", odd_json.valued("true")),
        ("/query_range", odd_json.valued("0")),
        ("/query", lambda _: b'{"status":"success","data":{"resultType":"matrix","result":[]}}'),
        ("/query_range", lambda _: b'{"status":"success","data":{"resultType":"vector","result":[]}}'),
        ("/query_range", lambda _: b'{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}'),
    ],
)  # fmt: skip
def test_an_answer_to_another_question_is_no_evidence(path: str, change: odd_json.Change) -> None:
    with faulty(changed(change, path)) as server:
        assert judged(BAD, server.url, 5) == "50"


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "1e300", "1e-320", "-1"])
def test_odd_numbers_of_counter_resets_and_samples_are_left_aside(value: str) -> None:
    def odd(call: Call) -> list[str]:
        query = call.form["query"]
        return [value] if "resets(" in query or "count" in query else healthy(call)

    with faulty(constant(odd)) as server:
        assert judged(BAD, server.url, 5) == "approve 0"
        source = PrometheusSource(settings(server.url))
        found = source.freshness(BAD, 4, None, 1_790_000_000, Deadline(5))
        source.close()
    assert isinstance(found, Freshness)
    assert found.fresh is (value == "1e300")


def client_of(answer: Answer, use: Callable[[Client], object]) -> object:
    with faulty(answer) as server:
        source = PrometheusSource(settings(server.url))
        try:
            return use(source.client(Deadline(5)))
        finally:
            source.close()


@pytest.mark.parametrize("text", ["9" * 5000 + "d", "", "15 days", "-1d", None, [], {"a": 1}])
def test_an_odd_retention_is_an_unknown_one(text: object) -> None:
    info = respond(json.dumps({"status": "success", "data": {"storageRetention": text}}))
    assert client_of(lambda _: info, absence.retention) is None


@pytest.mark.parametrize("number", range(4, 6))
def test_a_canary_whose_last_answers_drip_ends_with_the_deadline(number: int) -> None:
    drips = every_fault.SLOW["the head drips"]
    end = ended(FLOWS["a canary"], drips, number.__eq__)
    assert end.word == "50"
    assert end.seconds < SECONDS + GRACE


def commented(fault: Fault) -> str:
    """What is said where the API of a CI platform answers so."""
    with faulty(lambda call: fault(call, respond("[]"))) as server:
        client = Api(server.url, {"Authorization": "s3cret"})
        try:
            return str(list(client.pages("/comments")))
        except CommentError as error:
            return str(error)
        finally:
            client.close()


@pytest.mark.parametrize("group", ["BROKEN", "REFUSED"])
def test_a_comment_that_cannot_be_written_is_our_own_error(
    monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    monkeypatch.setattr(ci_api, "SECONDS", SECONDS)
    found: dict[str, Fault] = getattr(every_fault, group)
    some = list(found.values())[::7]
    texts = side_by_side([partial(commented, fault) for fault in some], 6)
    assert [text for text in texts if not text or "s3cret" in text] == []
