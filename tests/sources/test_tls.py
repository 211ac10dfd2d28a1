"""TLS, client certificates and logins, against a real Prometheus that demands them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from slogate.core.model import Ratio
from slogate.errors import MeasurementError
from tests.sources.builders import ask
from tests.support.fixtures import require
from tests.support.servers import Prometheus

pytestmark = pytest.mark.realstack
PASSWORD = "open sesame"
HASHED = "$2b$04$och6tGwADqdodyj/lm.kz.493d0dYHjlxysv/mFlmQsJpgju4BRfu"
QUERY = Ratio("vector(0.25)")


@dataclass(frozen=True)
class Guarded:
    url: str
    ca: Path
    cert: Path
    key: Path


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    require(Prometheus)
    place = tmp_path_factory.mktemp("tls")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(place / "ca.pem"))
    for name, leaf in (
        ("server", ca.issue_cert("127.0.0.1")),
        ("client", ca.issue_cert("gate@example.org")),
    ):
        leaf.private_key_pem.write_to_path(str(place / f"{name}.key"))
        leaf.cert_chain_pems[0].write_to_path(str(place / f"{name}.pem"))
    web = (
        f"tls_server_config: {{cert_file: {place}/server.pem, key_file: {place}/server.key, "
        f"client_ca_file: {place}/ca.pem, client_auth_type: VerifyClientCertIfGiven}}\n"
        f"basic_auth_users: {{ada: '{HASHED}'}}\n"
    )
    with Prometheus(web_config=web) as server:
        yield Guarded(server.url, place / "ca.pem", place / "client.pem", place / "client.key")


def test_with_authority_certificate_and_login_the_server_answers(guarded: Guarded) -> None:
    evidence = ask(
        guarded.url, QUERY, days=1,
        ca=guarded.ca, cert=guarded.cert, key=guarded.key, username="ada", password=PASSWORD,
    )  # fmt: skip
    assert evidence.roles["ratio"].whole == 0.25


def test_a_wrong_login_is_refused_in_one_sentence(guarded: Guarded) -> None:
    with pytest.raises(MeasurementError) as caught:
        ask(guarded.url, QUERY, ca=guarded.ca, username="ada", password="wrong horse")
    assert "refused access (401" in str(caught.value)
    assert "wrong horse" not in str(caught.value)
    assert not caught.value.outage


def test_an_unknown_authority_is_never_trusted(guarded: Guarded) -> None:
    with pytest.raises(MeasurementError, match=r"certificate is not trusted.*tls\.ca"):
        ask(guarded.url, QUERY, username="ada", password=PASSWORD)


def test_an_authority_that_the_system_trusts_is_trusted(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(guarded.ca))
    assert ask(guarded.url, QUERY, days=1, username="ada", password=PASSWORD).roles
