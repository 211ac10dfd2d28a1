"""Inheritance of policies, and where a policy contradicts itself."""

from __future__ import annotations

import pytest

from slogate.core.model import BurnRule, Decision, Policy, Risk, Status
from slogate.core.policy import default_policy
from tests.config.builders import BASE, base, config, problems, with_policy

WITH_POLICY = ("    slos:", "    policy: strict\n    slos:")


def policy_of(text: str) -> Policy:
    """The policy of the only service."""
    return config(text).services[0].policy


def test_a_file_without_a_policy_has_the_default_one() -> None:
    assert policy_of(BASE) == default_policy()
    assert policy_of(BASE + "policy: {}\n") == default_policy()
    assert policy_of(base(("    slos:", "    policy: default\n    slos:"))) == default_policy()


def test_mappings_are_merged_key_by_key_and_lists_replaced() -> None:
    policy = policy_of(
        with_policy(
            "status:",
            "  consumed: {attention: 60%}",
            "  pace: {critical: 3, after: 20%}",
            "  burn: [{rate: 2, long: 1d, short: 1h, status: warning}]",
            "matrix: {healthy: {high: defer}}",
            "approvers: {warning: [team], block: [boss, owner]}",
            "on_no_data: block",
            "on_no_traffic: error",
            "min_events: 100",
            "max_staleness: 1h",
        )
    )
    default = default_policy()
    assert policy.consumed == {**default.consumed, Status.ATTENTION: 0.6}
    assert policy.pace == {**default.pace, Status.CRITICAL: 3.0}
    assert policy.pace_after == 0.2
    assert policy.burn == (BurnRule(2.0, 86_400, 3_600, Status.WARNING),)
    assert policy.matrix[Status.HEALTHY] == {
        **default.matrix[Status.HEALTHY],
        Risk.HIGH: Decision.DEFER,
    }
    assert policy.matrix[Status.WARNING] == default.matrix[Status.WARNING]
    people = {"warning": ("team",), "block": ("boss", "owner")}
    assert policy.approvers == {**default.approvers, **people}
    assert (policy.on_no_data, policy.on_unreachable) == (Decision.BLOCK, None)
    assert policy.on_no_traffic is None
    assert (policy.min_events, policy.max_staleness) == (100, 3_600)


def test_a_named_policy_starts_from_the_top_level_one_or_the_one_it_extends() -> None:
    text = base(WITH_POLICY) + (
        "policy: {min_events: 1, max_staleness: 1h, on_no_data: block}\n"
        "policies:\n"
        "  strict: {extends: middle, min_coverage: 99%}\n"
        "  middle: {min_events: 2, on_no_data: error, extends: default}\n"
    )
    policy = policy_of(text)
    assert policy.name == "strict"
    assert (policy.min_events, policy.max_staleness, policy.min_coverage) == (2, 3_600, 0.99)
    assert policy.on_no_data is None


def test_a_burn_list_may_be_emptied() -> None:
    assert policy_of(with_policy("status: {burn: []}")).burn == ()


CONTRADICTIONS = [
    (
        "status: {consumed: {attention: 80%}}",
        (
            "14: policy.status.consumed.attention: "
            "attention (80.0 %) must not begin above warning (75.0 %)"
        ),
    ),
    (
        "status: {consumed: {exhausted: 80%}}",
        (
            "14: policy.status.consumed.exhausted: "
            "critical (90.0 %) must not begin above exhausted (80.0 %)"
        ),
    ),
    (
        "status: {pace: {critical: 1.2}}",
        (
            "14: policy.status.pace.critical: "
            "warning (150.0 %) must not begin above critical (120.0 %)"
        ),
    ),
    (
        "matrix: {healthy: {low: defer}}",
        (
            "14: policy.matrix.healthy.low: approve for healthy and medium risk is milder than "
            "defer for healthy and low risk"
        ),
    ),
    (
        "matrix: {exhausted: {low: approve}}",
        (
            "14: policy.matrix.exhausted.low: approve for exhausted and low risk is milder than "
            "defer for critical and low risk"
        ),
    ),
    (
        "matrix: {warning: {high: approve}}",
        (
            "14: policy.matrix.warning.high: approve for warning and high risk is milder than "
            "defer for attention and high risk"
        ),
    ),
]


@pytest.mark.parametrize(("line", "expected"), CONTRADICTIONS)
def test_contradictions(line: str, expected: str) -> None:
    assert problems(with_policy(line))[0] == expected


def test_equal_thresholds_leave_a_status_out_and_are_right() -> None:
    assert problems(with_policy("status: {consumed: {attention: 75%}}")) == []


def test_two_burn_rules_must_differ() -> None:
    rule = "    - {rate: 2, long: 1d, short: 1h, status: %s}"
    text = with_policy("status:", "  burn:", rule % "warning", rule % "critical")
    assert problems(text) == ["17: policy.status.burn[1]: the same rate and windows as burn[0]"]


def test_a_contradiction_is_told_where_it_arises_and_not_again_where_it_is_inherited() -> None:
    text = base(WITH_POLICY) + (
        "policy: {status: {consumed: {attention: 60%}}}\n"
        "policies:\n"
        "  strict: {status: {consumed: {warning: 55%}}}\n"
        "  child: {extends: strict}\n"
    )
    assert problems(text) == [
        (
            "16: policies.strict.status.consumed.warning: "
            "attention (60.0 %) must not begin above warning (55.0 %)"
        )
    ]


def test_contradictions_are_told_together_with_mistakes_elsewhere() -> None:
    text = with_policy("status: {consumed: {attention: 80%}}").replace("99.9", "0.999")
    assert [found.split(": ")[0] for found in problems(text)] == ["8", "14"]


def test_a_policy_that_cannot_be_read_is_not_judged() -> None:
    text = with_policy("status: {consumed: {attention: 80%}}", "on_no_data: blok")
    assert len(problems(text)) == 1
