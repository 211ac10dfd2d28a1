"""Values that would break a run later are refused when the file is read."""

from __future__ import annotations

import pytest

from tests.config.builders import SOURCE, base, problems


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("auth: {bearer: 'token '}", "must not begin or end with a space"),
        ("headers: {X-Api-Key: ' token'}", "must not begin or end with a space"),
        ("headers: {Content-Length: '5'}", "is a header that the HTTP client sets itself"),
        ("headers: {host: other}", "is a header that the HTTP client sets itself"),
    ],
)
def test_headers_that_cannot_be_sent(keys: str, message: str) -> None:
    found = problems(base((SOURCE, f"{{type: prometheus, url: 'http://x', {keys}}}")))
    assert any(message in problem for problem in found)
    assert "token'" not in str(found)


def test_too_many_nines_leave_no_budget() -> None:
    assert "99.99999" in problems(base(("99.9", "99.9999999")))[0]


def test_a_default_within_a_default_is_refused() -> None:
    found = problems(base((SOURCE, '{type: prometheus, url: "${A:-${B}}"}')))
    assert "names no variable" in found[0]
