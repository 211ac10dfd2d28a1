"""How the HTTP client behaves towards real sockets: credentials, faults, retries, bounds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from slogate.core.model import Events
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError
from slogate.sources import answers
from slogate.sources.answers import ApiError
from slogate.sources.http import ATTEMPTS, JsonApi
from tests.sources.builders import ask, settings
from tests.support.faulty import Answer, Call, constant, error, faulty, healthy, respond, success

GOOD = respond('{"status": "success"}')


def call(api: JsonApi, seconds: float = 5) -> object:
    return api.call("POST", "/api/v1/query", {"query": "up"}, Deadline(seconds), "query up")


def in_turn(*answers: bytes) -> Answer:
    waiting = list(answers)
    return lambda _: waiting.pop(0)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def api_to(pauses: list[float]) -> Iterator[Callable[..., JsonApi]]:
    with ExitStack() as stack:

        def opened(url: str, **changes: Any) -> JsonApi:
            api = JsonApi(settings(url, **changes), sleep=pauses.append)
            stack.callback(api.close)
            return api

        yield opened


def test_bearer_headers_and_form_arrive(api_to: Callable[..., JsonApi]) -> None:
    with faulty(lambda _: GOOD) as server:
        api = api_to(server.url, bearer="s3cret", headers={"X-Scope-OrgID": "shop"})
        assert call(api) == {"status": "success"}
    sent = server.calls[0]
    assert (sent.method, sent.path) == ("POST", "/api/v1/query")
    assert sent.form == {"query": "up"}
    assert sent.headers["authorization"] == "Bearer s3cret"
    assert sent.headers["x-scope-orgid"] == "shop"


def test_basic_authentication_and_a_path_prefix(api_to: Callable[..., JsonApi]) -> None:
    with faulty(lambda _: GOOD) as server:
        api = api_to(f"{server.url}/prom/", username="ada", password="open sesame")
        call(api)
    assert server.calls[0].path == "/prom/api/v1/query"
    assert server.calls[0].headers["authorization"] == "Basic YWRhOm9wZW4gc2VzYW1l"


@pytest.mark.parametrize("status", ["429 Too Many", "502 Bad", "503 Busy", "504 Late"])
def test_passing_faults_are_tried_again(
    api_to: Callable[..., JsonApi], pauses: list[float], status: str
) -> None:
    with faulty(in_turn(respond("busy", status), b"", GOOD)) as server:
        assert call(api_to(server.url)) == {"status": "success"}
    assert len(server.calls) == 3
    assert 0 < pauses[0] < pauses[1] < 1


def test_retry_after_is_waited_for(api_to: Callable[..., JsonApi], pauses: list[float]) -> None:
    busy = respond("", "429 Too Many Requests", extra="Retry-After: 3\r\n")
    with faulty(in_turn(busy, GOOD)) as server:
        call(api_to(server.url))
    assert pauses == [3.0]


def test_retry_after_beyond_the_deadline_is_not_waited_for(
    api_to: Callable[..., JsonApi], pauses: list[float]
) -> None:
    busy = respond("", "503 Service Unavailable", extra="Retry-After: 3600\r\n")
    with faulty(in_turn(busy)) as server, pytest.raises(MeasurementError) as caught:
        call(api_to(server.url))
    assert pauses == []
    assert caught.value.outage
    assert "503 Service Unavailable" in str(caught.value)


def test_a_dead_server_is_tried_some_times_and_then_left_alone(
    api_to: Callable[..., JsonApi], pauses: list[float]
) -> None:
    with faulty(lambda _: b"") as server:
        api = api_to(server.url)
        with pytest.raises(MeasurementError) as caught:
            call(api, seconds=60)
        for _ in range(5):
            with pytest.raises(MeasurementError):
                call(api)
    assert 1 < len(server.calls) <= ATTEMPTS
    assert caught.value.outage
    assert "tried" in str(caught.value)


def test_a_refused_connection_names_the_url_without_credentials(
    api_to: Callable[..., JsonApi],
) -> None:
    with faulty(lambda _: GOOD) as server:
        port = server.url.rpartition(":")[2]
    with pytest.raises(MeasurementError) as caught:
        call(api_to(f"http://ada:s3cret@127.0.0.1:{port}/prom"))
    assert f"http://127.0.0.1:{port}/prom/api/v1/query" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "query up" in str(caught.value)


def test_an_error_status_is_not_tried_again(
    api_to: Callable[..., JsonApi], pauses: list[float]
) -> None:
    answer = error("422 Unprocessable Entity", "execution", "too many samples")
    with faulty(in_turn(answer)) as server, pytest.raises(ApiError) as caught:
        call(api_to(server.url))
    assert (caught.value.status, caught.value.kind, str(caught.value)) == (
        422,
        "execution",
        "too many samples",
    )
    assert pauses == []


def test_a_redirect_within_the_server_is_followed_with_the_form(
    api_to: Callable[..., JsonApi],
) -> None:
    there = respond("", "307 Temporary Redirect", extra="Location: /prom/api/v1/query\r\n")
    with faulty(in_turn(there, GOOD)) as server:
        call(api_to(server.url, bearer="s3cret"))
    assert server.calls[1].path == "/prom/api/v1/query"
    assert server.calls[1].form == {"query": "up"}


def test_a_redirect_elsewhere_never_gets_the_credentials(
    api_to: Callable[..., JsonApi],
) -> None:
    with faulty(lambda _: GOOD) as other:
        away = respond("", "302 Found", extra=f"Location: {other.url}/api/v1/query\r\n")
        with faulty(lambda _: away) as server, pytest.raises(MeasurementError) as caught:
            call(api_to(server.url, bearer="s3cret", headers={"X-Api-Key": "k3y"}))
    assert other.calls == []
    assert "redirects to http://127.0.0.1" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_endless_redirects_end(
    api_to: Callable[..., JsonApi],
) -> None:
    around = respond("", "308 Permanent Redirect", extra="Location: /round\r\n")
    with faulty(lambda _: around) as server, pytest.raises(MeasurementError, match="redirects"):
        call(api_to(server.url))


def test_a_hanging_server_is_given_up(api_to: Callable[..., JsonApi]) -> None:
    def hang(call: Call) -> bytes:
        call.closing.wait(30)
        return b""

    with faulty(hang) as server, pytest.raises(MeasurementError) as caught:
        call(api_to(server.url, timeout=0.05))
    assert caught.value.outage
    assert re.search(r"no answer within 0.05 s", str(caught.value))


def test_an_endless_body_is_cut_off(
    api_to: Callable[..., JsonApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAX_BODY", 1_000_000)

    def pour(call: Call) -> bytes:
        call.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not call.closing.is_set():
            call.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        return b""

    with faulty(pour) as server, pytest.raises(MeasurementError, match="longer than"):
        call(api_to(server.url))


def test_a_compressed_answer_is_refused(api_to: Callable[..., JsonApi]) -> None:
    bomb = respond(b"\x1f\x8b", extra="Content-Encoding: gzip\r\n")
    with faulty(lambda _: bomb) as server, pytest.raises(MeasurementError, match="gzip"):
        call(api_to(server.url))
    assert server.calls[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "body", ["<html>login</html>", '{"status": "succ', "", "[" * 100_000, "\x1b[31mred"]
)
def test_what_is_not_json_is_said_so(api_to: Callable[..., JsonApi], body: str) -> None:
    with faulty(lambda _: respond(body)) as server, pytest.raises(MeasurementError) as caught:
        call(api_to(server.url))
    assert "not JSON" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert not caught.value.outage


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        '{"status": "success", "data": []}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}}]}}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [7]}}',
        '{"status": "success", "data": {"resultType": "string", "result": [1, "x"]}}',
        (
            '{"status": "success", "data": {"resultType": "matrix", "result":'
            ' [{"metric": {}, "values": [[1, "x"]]}]}}'
        ),
    ],
)
def test_json_that_is_no_prometheus_answer_is_said_so(body: str) -> None:
    sli = Events(bad="b[{{window}}]", total="t[{{window}}]")
    with faulty(lambda _: respond(body)) as server, pytest.raises(MeasurementError) as caught:
        ask(server.url, sli)
    assert "not what the Prometheus API promises" in str(caught.value)


def test_answers_for_other_times_are_refused() -> None:
    def shifted(call: Call) -> bytes:
        at = int(call.form["start"]) + 1800
        return success([{"metric": {}, "values": [[at, "1"]]}], "matrix")

    sli = Events(bad="b[{{window}}]", total="t[{{window}}]")
    with faulty(shifted) as server, pytest.raises(MeasurementError, match="other times"):
        ask(server.url, sli)


def test_long_histories_are_asked_in_parts_and_put_together() -> None:
    sli = Events(bad="5..[{{window}}]", total="t[{{window}}]")
    with faulty(constant(healthy)) as server:
        evidence = ask(server.url, sli, days=180, resolution=900)
    spans = [
        (int(c.form["end"]) - int(c.form["start"])) // int(c.form["step"]) + 1
        for c in server.calls
        if "step" in c.form
    ]
    assert max(spans) <= 11_000
    assert sum(spans) == 2 * 180 * 96
    assert None not in evidence.roles["total"].coarse


def test_warnings_of_the_backend_are_kept() -> None:
    def partial(call: Call) -> bytes:
        return (
            constant(healthy)(call)
            .replace(b'"status": "success"', b'"status": "success", "warnings": ["store down"]')
            .replace(b"Content-Length: ", b"X-Length: ")
            .replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        )

    def closing(call: Call) -> bytes:
        call.write(partial(call))
        return b""

    sli = Events(bad="5..[{{window}}]", total="t[{{window}}]")
    with faulty(closing) as server:
        assert ask(server.url, sli).warnings == ("store down",)


def test_proxies_come_from_the_environment() -> None:
    # NOTE: a process of its own, because the client reads the environment when it is made.
    with faulty(lambda _: GOOD) as proxy:
        program = (
            "from tests.sources.builders import settings\n"
            "from slogate.deadline import Deadline\n"
            "from slogate.sources.http import JsonApi\n"
            "api = JsonApi(settings('http://prometheus.invalid:9090'))\n"
            "print(api.call('POST', '/api/v1/query', {'query': 'up'}, Deadline(5), 'query'))\n"
        )
        run = subprocess.run(
            [sys.executable, "-c", program],
            env={"HTTP_PROXY": proxy.url, "http_proxy": proxy.url, "PATH": ""},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.stdout == "{'status': 'success'}\n", run.stderr
    assert proxy.calls[0].target == "http://prometheus.invalid:9090/api/v1/query"


def test_missing_tls_files_are_a_wrong_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.pem"):
        JsonApi(settings("https://127.0.0.1", ca=tmp_path / "nowhere.pem"))
