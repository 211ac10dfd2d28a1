"""Proxies of the environment that refuse, hang, or are not to be used."""

from __future__ import annotations

import pytest

from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.sources.http import JsonApi
from tests.faults.flows import GRACE, SECONDS, settings
from tests.support.faults import hang
from tests.support.faulty import Answer, Call, faulty, respond

GOOD = respond('{"status": "success"}')


def ask(url: str) -> object:
    api = JsonApi(settings(url, bearer="s3cret"), sleep=lambda _: None)
    try:
        return api.call("POST", "/api/v1/query", {}, Deadline(SECONDS), "query up")
    finally:
        api.close()


def silent(call: Call) -> bytes:
    return hang(call, b"")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda _: respond("no", "403 Forbidden"), "403 Forbidden"),
        (lambda _: respond("who?", "407 Proxy Authentication Required"), "407"),
        (lambda _: respond("no way", "502 Bad Gateway"), "502"),
        (lambda _: b"", "Server disconnected"),
        (lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "the connection failed"),
        (lambda _: respond("hello", "200 Connection established"), "TLS failed|no answer"),
        (silent, "no answer within"),
    ],
)
def test_a_proxy_that_lets_nobody_through(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, said: str
) -> None:
    clock = Deadline(SECONDS + GRACE)
    with faulty(answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(MeasurementError, match=said) as caught:
            ask("https://prometheus.invalid")
    assert clock.remaining() > 0
    assert proxy.calls[0].method == "CONNECT"
    assert proxy.calls[0].target == "prometheus.invalid:443"
    assert "authorization" not in proxy.calls[0].headers
    assert "s3cret" not in str(caught.value)


def test_the_login_at_the_proxy_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(lambda _: respond("who?", "407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//ada:open-sesame@"))
        with pytest.raises(MeasurementError) as caught:
            ask("https://prometheus.invalid")
    assert proxy.calls[0].headers["proxy-authorization"].startswith("Basic ")
    assert "sesame" not in str(caught.value)


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(lambda _: GOOD) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
    with pytest.raises(MeasurementError, match="cannot be reached") as caught:
        ask("http://prometheus.invalid")
    assert caught.value.outage


def test_no_proxy_names_who_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        faulty(lambda _: respond("no", "403 Forbidden")) as proxy,
        faulty(lambda _: GOOD) as server,
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
        assert ask(server.url) == {"status": "success"}
    assert proxy.calls == []
