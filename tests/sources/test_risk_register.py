"""The level in a team's own risk register: where it is looked up, and what is said when it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from slogate.config.settings import RegisterSettings
from slogate.core.model import Risk
from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.sources.risk_register import registered

VALUES = {"service": "checkout", "base": "a" * 40, "head": "b" * 40}
URL = "http://risk.example.com/changes/7"


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def level(url: str = URL, keys: str = "level", service: str = "checkout", **more: Any) -> Risk:
    settings = RegisterSettings(
        **{"name": "risk", "url": url, "keys": tuple(keys.split(".")), **more}
    )
    return registered(settings, {**VALUES, "service": service}, Deadline(5))


def answer(server: respx.MockRouter, document: object) -> respx.Route:
    return server.get(url__startswith="http://risk.example.com/").respond(json=document)


def refusal(**more: Any) -> str:
    with pytest.raises(MeasurementError) as caught:
        level(**more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("document", "keys", "found"),
    [
        ({"level": "high"}, "level", Risk.HIGH),
        ({"data": {"level": "low"}}, "data.level", Risk.LOW),
        ({"changes": [{"risk": "high"}, {"risk": "low"}]}, "changes.1.risk", Risk.LOW),
        ([["medium"]], "0.0", Risk.MEDIUM),
        ({"3": "high"}, "3", Risk.HIGH),
        ({"level": "HIGH"}, "level", Risk.HIGH),
        ({"level": " Medium\n"}, "level", Risk.MEDIUM),
    ],
)
def test_the_level_is_found_by_its_path_in_any_case(
    server: respx.MockRouter, document: object, keys: str, found: Risk
) -> None:
    answer(server, document)
    assert level(keys=keys) is found


def sent(server: respx.MockRouter, url: str, service: str = "checkout") -> str:
    """The target of the request as it goes over the wire."""
    route = answer(server, {"level": "low"})
    level(url, service=service)
    request: httpx.Request = route.calls.last.request
    assert request.url.host == "risk.example.com"
    return request.url.raw_path.decode()


def test_placeholders_hold_the_service_and_both_commits(server: respx.MockRouter) -> None:
    url = "http://risk.example.com/{{service}}/{{base}}/{{head}}/{{service}}"
    expected = f"/checkout/{'a' * 40}/{'b' * 40}/checkout"
    assert sent(server, url) == expected


def test_a_name_in_a_path_cannot_leave_its_place(server: respx.MockRouter) -> None:
    url = "http://risk.example.com/changes/{{service}}/risk"
    assert sent(server, url, "../a/b?x=1#c d%2F{{head}}") == (
        "/changes/..%2Fa%2Fb%3Fx%3D1%23c%20d%252F%7B%7Bhead%7D%7D/risk"
    )


def test_a_name_in_a_query_cannot_add_parameters(server: respx.MockRouter) -> None:
    name = "a/b?c&d=e#f g"
    target = sent(server, "http://risk.example.com/risk?of={{service}}", name)
    assert dict(httpx.URL(f"http://x{target}").params.multi_items()) == {"of": name}


def test_the_query_is_kept_with_empty_values(server: respx.MockRouter) -> None:
    target = sent(server, "http://risk.example.com?team=a%20b&all=&v=2")
    parts = httpx.URL(f"http://x{target}")
    assert parts.path == "/"
    assert parts.params.multi_items() == [("team", "a b"), ("all", ""), ("v", "2")]


def test_a_parameter_that_is_given_twice_is_sent_twice(server: respx.MockRouter) -> None:
    target = sent(server, "http://risk.example.com/risk?tag=web&tag=eu")
    assert httpx.URL(f"http://x{target}").params.get_list("tag") == ["web", "eu"]


def test_headers_and_logins_are_sent(server: respx.MockRouter) -> None:
    route = answer(server, {"level": "low"})
    level(bearer="s3cret", headers={"X-Team": "shop"})
    level(username="ada", password="open sesame")
    level("http://ada:open%20sesame@risk.example.com/risk")
    tokens = [call.request.headers["Authorization"] for call in route.calls]
    assert tokens == ["Bearer s3cret", *["Basic YWRhOm9wZW4gc2VzYW1l"] * 2]
    assert route.calls[0].request.headers["X-Team"] == "shop"


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_an_error_status_is_told_with_the_address(server: respx.MockRouter, status: int) -> None:
    server.get(URL).respond(status, json={"error": "no such change"})
    assert refusal() == f"{URL} answered {status}: no such change"


def test_an_error_status_without_an_explanation_is_a_whole_sentence(
    server: respx.MockRouter,
) -> None:
    server.get(URL).respond(404, text="nothing here")
    assert refusal() == f"{URL} answered 404"


def test_an_answer_that_is_not_json_is_quoted(server: respx.MockRouter) -> None:
    server.get(URL).respond(text="<html>Please log in")
    said = refusal()
    assert "the answer is not JSON (it starts with '<html>Please log in')" in said
    assert f"the risk register (GET {URL})" in said


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ({"data": {}}, "data.level"),
        ({"data": None}, "data.level"),
        ({"data": "high"}, "data.level"),
        ({"data": [{"level": "low"}]}, "data.1.level"),
        ({"data": [{"level": "low"}]}, "data.-1.level"),
        ({"data": ["low"]}, "data.first"),
        ([], "level"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(
    server: respx.MockRouter, document: object, keys: str
) -> None:
    answer(server, document)
    assert refusal(keys=keys) == f"{URL} has nothing at {keys}"


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("critical", '"critical"'),
        ("", '""'),
        (None, "null"),
        (2, "2"),
        (True, "true"),
        (["high"], '["high"]'),
        ({"is": "high"}, '{"is": "high"}'),
    ],
)
def test_another_word_than_a_level_is_quoted(
    server: respx.MockRouter, found: object, shown: str
) -> None:
    answer(server, {"level": found})
    assert refusal() == f"{URL} has {shown} at level, not low, medium or high"


def test_what_is_quoted_is_short_and_without_control_characters(server: respx.MockRouter) -> None:
    answer(server, {"level": "\x1b[31m\u202e" + "x" * 5000})
    said = refusal()
    assert said.isprintable()
    assert len(said) < 200


@pytest.mark.parametrize(
    ("status", "body"), [(404, "{}"), (200, "hunter22"), (200, "{}"), (200, '{"level": 1}')]
)
def test_credentials_in_the_address_are_never_told(
    server: respx.MockRouter, status: int, body: str
) -> None:
    server.get(url__startswith="http://").respond(status, text=body)
    said = refusal(url="http://ada:hunter22@risk.example.com/changes/7?token=hidden")
    assert URL in said
    assert not any(word in said for word in ("hunter22", "ada", "hidden"))


def register_file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "risk.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_file_gives_the_level_too(tmp_path: Path) -> None:
    path = register_file(tmp_path, json.dumps({"shop": [{"level": "High"}]}))
    assert level("", "shop.0.level", file=path) is Risk.HIGH
    assert refusal(url="", keys="shop.1.level", file=path) == f"{path} has nothing at shop.1.level"


def test_a_file_that_is_not_there_is_named_with_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "risk.json"
    assert refusal(file=path) == f"{path} cannot be read: No such file or directory"
    assert refusal(file=tmp_path) == f"{tmp_path} cannot be read: Is a directory"


@pytest.mark.parametrize("content", ["", "level: high", b"\xff\xfe\xff", "[" * 100_000])
def test_a_file_that_is_not_json_is_said_so(tmp_path: Path, content: str | bytes) -> None:
    path = register_file(tmp_path, content)
    assert refusal(file=path) == f"{path} is not JSON"


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    path = register_file(tmp_path, b" " * (4 << 20) + b'{"level": "low"}')
    assert refusal(file=path) == f"{path} is larger than 4 MiB"
