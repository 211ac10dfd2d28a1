"""A freeze or maintenance that names a service which never gets to see it."""

from __future__ import annotations

import pytest

from tests.config.builders import warnings

BASE = """\
version: 1
sources: {csv: {type: file, path: a.csv}}
services:
  checkout: {slos: &slos [{name: a, objective: 99, window: 7d, sli: {bad: b, total: t}}]}
  payments: {policy: strict, slos: *slos}
"""
WEEKEND = "{name: weekend, days: sat, services: [%s]}"


@pytest.mark.parametrize(
    ("policy", "strict", "said"),
    [
        (f"{{freezes: [{WEEKEND % 'payments'}]}}", "{cost: 1%}", []),
        (f"{{freezes: [{WEEKEND % 'checkout, payments'}]}}", "{cost: 1%}", []),
        (
            f"{{freezes: [{WEEKEND % 'checkout, payments'}]}}",
            "{freezes: []}",
            ["policy.freezes[0].services[1]: 'payments' never sees this"],
        ),
        ("{cost: 1%}", f"{{freezes: [{WEEKEND % 'payments'}]}}", []),
        (
            "{cost: 1%}",
            f"{{freezes: [{WEEKEND % 'checkout'}]}}",
            ["policies.strict.freezes[0].services[0]: 'checkout' never sees this"],
        ),
    ],
)
def test_a_service_that_never_sees_a_freeze_is_named(
    policy: str, strict: str, said: list[str]
) -> None:
    found = warnings(f"{BASE}policy: {policy}\npolicies: {{strict: {strict}}}\n")
    assert len(found) == len(said)
    assert all(part in text for part, text in zip(said, found, strict=True))
