"""TLS that is wrong, IPv6, and names with an address where nobody answers."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme

from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.sources.http import JsonApi
from tests.faults.flows import BAD, GRACE, SECONDS, judged, settings
from tests.support.faulty import constant, faulty, healthy, respond

GOOD = respond('{"status": "success"}')


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def serving(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def refusal(url: str, **more: Any) -> MeasurementError:
    api = JsonApi(settings(url, **more), sleep=lambda _: None)
    with pytest.raises(MeasurementError) as caught:
        api.call("POST", "/api/v1/query", {}, Deadline(SECONDS), "query up")
    api.close()
    return caught.value


@contextmanager
def listening(says: bytes | None) -> Iterator[str]:
    """A port that says this in the handshake and closes, or nothing for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as open_ones:

        def accept() -> None:
            while True:
                try:
                    one, _ = listener.accept()
                except OSError:
                    return
                if says is None:
                    open_ones.callback(one.close)
                    continue
                with one, suppress(OSError):
                    one.recv(65536)
                    one.sendall(says)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("host", "more", "said"),
    [
        ("127.0.0.2", {}, "IP address mismatch"),
        ("prometheus.test", {}, "IP address mismatch"),
        ("127.0.0.1", {"not_after": datetime(2020, 1, 1, tzinfo=timezone.utc)}, "expired"),
        ("127.0.0.1", {"not_before": datetime(2190, 1, 1, tzinfo=timezone.utc)}, "not yet valid"),
    ],
)
def test_a_wrong_certificate_is_no_outage(
    authority: trustme.CA, ca: Path, host: str, more: dict[str, Any], said: str
) -> None:
    tls = serving(authority.issue_cert(host, **more))
    with faulty(lambda _: GOOD, tls=tls) as server:
        error = refusal(server.url, ca=ca, bearer="s3cret")
    assert "certificate is not trusted" in str(error)
    assert said in str(error)
    assert not error.outage
    assert server.calls == []


def test_a_certificate_of_ones_own_is_not_trusted(authority: trustme.CA) -> None:
    tls = serving(authority.issue_cert("127.0.0.1"))
    with faulty(lambda _: GOOD, tls=tls) as server:
        assert "certificate is not trusted" in str(refusal(server.url))
    assert server.calls == []


def test_https_where_the_server_speaks_plain_http(ca: Path) -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        error = refusal(url, ca=ca)
    assert "TLS failed" in str(error)
    assert "is `url` right about https?" in str(error)


def test_plain_http_where_the_server_speaks_tls(authority: trustme.CA) -> None:
    with faulty(lambda _: GOOD, tls=serving(authority.issue_cert("127.0.0.1"))) as server:
        refusal(server.url.replace("https:", "http:"))
    assert server.calls == []


def test_a_server_that_goes_away_in_the_handshake_is_asked_again(ca: Path) -> None:
    with listening(b"") as url:
        error = refusal(url, ca=ca)
    assert "tried" in str(error)
    assert error.outage


def test_a_handshake_without_end_ends_with_the_deadline(ca: Path) -> None:
    clock = Deadline(SECONDS + GRACE)
    with listening(None) as url:
        assert "no answer within" in str(refusal(url, ca=ca))
    assert clock.remaining() > 0


def test_the_budget_is_measured_over_ipv6() -> None:
    with faulty(constant(healthy), host="::1") as server:
        assert judged(BAD, server.url, 5) == "approve 0"
    assert "[::1]" in server.url


@pytest.mark.parametrize("silent", [False, True])
def test_a_name_is_tried_at_each_of_its_addresses(
    monkeypatch: pytest.MonkeyPatch, *, silent: bool
) -> None:
    """The first address refuses, or has a queue that is full and says nothing."""
    with faulty(constant(healthy)) as server, socket.socket() as dead, socket.socket() as caller:
        dead.bind(("127.0.0.1", 0))
        if silent:
            dead.listen(0)
            caller.connect(dead.getsockname())
        addresses = [dead.getsockname(), ("127.0.0.1", int(server.url.rpartition(":")[2]))]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert judged(BAD, "http://prometheus.test:9090", 5) == "approve 0"
