"""Clusters that leave something out, move a range or set limits, as they answer by default."""

from __future__ import annotations

import json

import pytest

from slogate.core.model import Events
from slogate.errors import MeasurementError
from tests.sources.builders import ask
from tests.support.faulty import Call, constant, error, faulty, healthy, points, success

SLI = Events(bad='sum(increase(r{code=~"5.."}[{{window}}]))', total="sum(increase(r[{{window}}]))")


def test_only_whole_answers_are_asked_for() -> None:
    with faulty(constant(healthy)) as server:
        ask(server.url, SLI)
    forms = [call.form for call in server.calls if "query" in call.form]
    assert forms
    for form in forms:
        assert (form["partial_response"], form["deny_partial_response"]) == ("false", "1")


def test_a_partial_answer_is_an_outage() -> None:
    def partial(call: Call) -> bytes:
        head, body = constant(healthy)(call).split(b"\r\n\r\n", 1)
        marked = json.dumps({**json.loads(body), "isPartial": True}).encode()
        head = head.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d" % len(marked))
        return head + b"\r\n\r\n" + marked

    with faulty(partial) as server, pytest.raises(MeasurementError, match="partial") as caught:
        ask(server.url, SLI)
    assert caught.value.outage


def test_a_query_frontend_that_aligns_ranges_is_named() -> None:
    def aligned(call: Call) -> bytes:
        if "step" in call.form:
            step = int(call.form["step"])
            for name in ("start", "end"):
                call.form[name] = str(int(call.form[name]) // step * step)
        return constant(healthy)(call)

    with faulty(aligned) as server, pytest.raises(MeasurementError, match="query frontend"):
        ask(server.url, SLI)


def test_a_limit_of_the_tenant_is_no_wrong_query() -> None:
    said = "the total query time range exceeds the limit (err-mimir-max-total-query-length)"
    refused = error("400 Bad Request", "bad_data", said)
    with faulty(lambda _: refused) as server, pytest.raises(MeasurementError) as caught:
        ask(server.url, SLI)
    assert "beyond what the tenant may ask" in str(caught.value)
    assert "err-mimir-max-total-query-length" in str(caught.value)


def test_a_retention_that_is_not_told_in_an_outage_is_no_young_service() -> None:
    """What the backend keeps decides whether samples that begin late are a young service."""

    def late(call: Call) -> bytes:
        if call.path.endswith("runtimeinfo"):
            return error("503 Service Unavailable", "unavailable", "later")
        if "step" not in call.form:
            return constant(healthy)(call)
        matrix = [{"metric": {}, "values": points(call, "100")[-200:]}]
        return success(matrix, "matrix")

    with faulty(late) as server, pytest.raises(MeasurementError, match="503") as caught:
        ask(server.url, SLI, seconds=0.5)
    assert caught.value.outage
