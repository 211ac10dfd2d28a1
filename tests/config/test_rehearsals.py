"""Files of policy tests: what arrives, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.config.rehearsals import bound, read_table
from slogate.core.model import Decision, Missing, Risk, Status
from slogate.core.rehearsal import Given, Rehearsal
from slogate.core.situation import Request
from slogate.errors import ConfigError
from tests.config.builders import BASE, config

SECOND = BASE + BASE.split("services:\n")[1].replace("checkout:", "payments:")
ROW = "tests:\n  - {name: one, expect: block%s}\n"


def rehearsals(place: Path, text: str, of: str = BASE) -> tuple[Rehearsal, ...]:
    path = place / "tests.yml"
    path.write_text(text)
    return bound(read_table(path), config(of))


def problems(place: Path, text: str, of: str = BASE) -> list[str]:
    """What is wrong with a text, `tests.yml:` left out of each."""
    try:
        rehearsals(place, text, of)
    except ConfigError as error:
        return [str(one).removeprefix(f"{place / 'tests.yml'}:") for one in error.problems]
    return []


def test_a_row_without_more_is_a_healthy_release_at_the_usual_risk(tmp_path: Path) -> None:
    (found,) = rehearsals(tmp_path, ROW % "", f"{BASE}risk: {{default: high}}\n")
    assert (found.name, found.expected, found.named, found.line) == ("one", "block", "checkout", 2)
    assert found.given == Given(risk=Risk.HIGH)


def test_every_key_arrives(tmp_path: Path) -> None:
    text = """\
tests:
  - name: every key
    service: checkout
    consumed: 145%
    breached: true
    risk: low
    cost: 5%
    time: 2026-11-27T10:00:00+01:00
    change_type: rollback
    change_type_from: git
    actor: ada
    override: OPS-12 payment is down
    deploy_freeze: true
    checks: {alerts: fail, rollback plan: pass, metrics: unmeasured}
    upstream: {payments: critical, checkout: no_data}
    fail_on: never
    expect: unmeasured
    because: Black Friday
"""
    (found,) = rehearsals(tmp_path, text, SECOND)
    assert (found.expected, found.because) == ("unmeasured", "Black Friday")
    assert found.given == Given(
        risk=Risk.LOW,
        consumed=1.45,
        breached=True,
        now=1_795_770_000,
        cost=0.05,
        change_type="rollback",
        origin="git",
        override=Request("OPS-12 payment is down", "ada"),
        deploy_freeze=True,
        checks={"alerts": False, "rollback plan": True, "metrics": None},
        upstreams={"payments": Status.CRITICAL, "checkout": Missing.NO_DATA},
        fail_on=None,
    )


def test_a_policy_can_be_tested_by_itself_and_json_is_yaml(tmp_path: Path) -> None:
    text = '{"tests": [{"name": "a", "policy": "default", "status": "warning", "expect": "defer"}]}'
    (found,) = rehearsals(tmp_path, text, SECOND)
    assert (found.named, found.service.policy.name) == ("", "default")
    assert found.given.status is Status.WARNING
    assert found.given.fail_on is Decision.DEFER


def test_the_configuration_is_named_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tests.yml"
    path.write_text("config: ../slogate.yaml\n" + ROW % "")
    assert read_table(path).config == tmp_path / "../slogate.yaml"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (", statsu: warning", "tests[0].statsu: unknown key; did you mean 'status'?"),
        (", status: wraning", "tests[0].status: must be healthy, attention, warning, critical"),
        (", consumed: 40", "tests[0].consumed: must be a percentage such as 90%, not 40"),
        (", time: 2026-11-27", "tests[0].time: must be an RFC 3339 time with its zone"),
        (", time: 12", "tests[0].time: must be a time such as"),
        (", deploy_freeze: 1", "tests[0].deploy_freeze: must be true or false"),
        (", checks: {alert: fail}", "tests[0].checks.alert: the key must be metrics, alert rules"),
        (", checks: {alerts: no}", "tests[0].checks.alerts: must be pass, fail or unmeasured"),
        (", checks: [alerts]", "tests[0].checks: must be a mapping"),
        (", upstream: {payment: critical}", "tests[0].upstream.payment: there is no service"),
        (", service: chekout", "did you mean 'checkout'?"),
        (", policy: strict", "tests[0].policy: there is no policy 'strict' in slogate.yaml"),
        (", policy: default, service: checkout", "tests[0]: has both policy and service"),
        (", policy: default, checks: {alerts: fail}", "tests[0]: has both policy and checks"),
        (", status: warning, consumed: 5%", "tests[0]: has both status and consumed"),
        (", breached: true", "tests[0]: has breached, which needs consumed"),
        (", change_type_from: git", "tests[0]: has change_type_from, but no change_type"),
        (", change_type: security, change_type_from: git", "git knows only rollback"),
        (', because: ""', "tests[0].because: must not be empty"),
    ],
)
def test_what_is_wrong_is_told_at_its_line_and_key(tmp_path: Path, more: str, said: str) -> None:
    (problem,) = problems(tmp_path, ROW % more)
    assert problem.startswith("2: ")
    assert said in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: there are no tests in this file"),
        ("  \n", "1: there are no tests in this file"),
        ("tests: []\n", "1: tests: needs at least one entry"),
        ("config: a.yaml\n", "missing key 'tests'"),
        ("testst: []\n", "1: testst: unknown key; did you mean 'tests'?"),
        ("tests: {}\n", "1: tests: must be a list (`- item`), but is a mapping"),
        ("tests: [3]\n", "1: tests[0]: must be a mapping (`key: value`), but is a number"),
        ("tests:\n  - {name: a}\n", "2: tests[0]: missing key 'expect'"),
        ("tests: [\n", "not valid YAML"),
    ],
)
def test_a_file_without_tests_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert said in problem


def test_a_name_can_be_used_once(tmp_path: Path) -> None:
    text = "tests:\n  - {name: a, expect: block}\n  - {name: b, expect: block}\n"
    assert problems(tmp_path, text) == []
    assert problems(tmp_path, text.replace("b,", "a,")) == [
        "3: tests[1].name: a test of this name is already on line 2; rename one"
    ]


def test_with_several_services_a_test_says_which(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, ROW % "", SECOND)
    assert problem.startswith("2: tests[0]: missing key 'service' (or 'policy')")
    assert "checkout, payments" in problem


@pytest.mark.parametrize("name", ["absent.yml", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file|this is a directory"):
        read_table(tmp_path / name)


def test_no_variable_of_the_environment_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHY", "from outside")
    (found,) = rehearsals(tmp_path, ROW % ", because: '${WHY}'")
    assert found.because == "${WHY}"
