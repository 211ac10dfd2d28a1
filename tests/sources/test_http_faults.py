"""Every fault of the HTTP library, thrown below the client: one sentence, the right class."""

from __future__ import annotations

import httpx
import pytest
import respx

from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.sources.http import ATTEMPTS, JsonApi
from tests.sources.builders import settings

URL = "http://prometheus.test:9090"
TRANSIENT = [
    httpx.ConnectError("Connection refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("busy"),
    httpx.ProxyError("407 Proxy Authentication Required"),
    httpx.ReadError("Connection reset by peer"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("garbage"),
    httpx.WriteError("Broken pipe"),
]
PERMANENT = [
    httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"),
    httpx.LocalProtocolError("illegal header"),
    httpx.UnsupportedProtocol("gopher"),
]


def ask(fault: Exception, expected_calls: int, *, outage: bool) -> MeasurementError:
    with respx.mock(assert_all_called=True) as router:
        route = router.post(f"{URL}/api/v1/query").mock(side_effect=fault)
        api = JsonApi(settings(URL), sleep=lambda _: None)
        with pytest.raises(MeasurementError) as caught:
            api.call("POST", "/api/v1/query", {"query": "up"}, Deadline(60), "query up")
        api.close()
        assert route.call_count == expected_calls
    assert "\n" not in str(caught.value)
    assert f"query up (POST {URL}/api/v1/query)" in str(caught.value)
    assert caught.value.outage is outage
    return caught.value


@pytest.mark.parametrize("fault", TRANSIENT, ids=repr)
def test_a_passing_fault_is_tried_again_and_then_named(fault: Exception) -> None:
    assert f"tried {ATTEMPTS} times" in str(ask(fault, ATTEMPTS, outage=True))


@pytest.mark.parametrize("fault", PERMANENT, ids=repr)
def test_a_lasting_fault_is_named_at_once(fault: Exception) -> None:
    """And no policy may take a broken certificate for an outage."""
    ask(fault, 1, outage=False)
