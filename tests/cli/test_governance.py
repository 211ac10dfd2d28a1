"""Freezes, exceptions, overrides, cost, upstreams and advice as a user meets them in `check`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from slogate.core.window import parse_time
from tests.cli.running import Run, slogate
from tests.support.repository import Repository

NOW = "2026-11-20T12:07:00Z"
HOURS = 30 * 24
CONFIG = """\
version: 1
sources:
  csv: {type: file, path: %(csv)s}
risk: {combine: first}
services:
  checkout:
    owner: team-checkout
%(service)s
    slos: [{name: availability, objective: 99.9, window: 30d, sli: {bad: bad, total: total}}]
  payments:
    owner: team-payments
    slos: [{name: success, objective: 99.9, window: 30d, sli: {bad: other, total: total}}]
policy:
%(policy)s
"""


def world(
    place: Path,
    *,
    policy: str = "  cost: 0%",
    service: str = "    tier: gold",
    bad: Mapping[int, int] | None = None,
    other: Mapping[int, int] | None = None,
) -> Path:
    """A configuration whose services have 1000 requests an hour; bad ones by hours before NOW.

    The budget of the 30 days is 720 bad requests.
    """
    end = parse_time(NOW)
    rows = [
        f"{end - ago * 3600},{(bad or {}).get(ago, 0)},{(other or {}).get(ago, 0)},1000"
        for ago in range(HOURS, -1, -1)
    ]
    (place / "counts.csv").write_text("\n".join(["time,bad,other,total", *rows, ""]))
    path = place / "slogate.yaml"
    path.write_text(CONFIG % {"csv": "counts.csv", "policy": policy, "service": service})
    return path


SPENT = {400: 900}
"""More than the whole budget, long ago."""


def check(
    config: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> tuple[Run, dict[str, Any]]:
    """A run for checkout at low risk, and what its JSON says of checkout."""
    base = ("check", "checkout", "-c", config, "--at", NOW, "--risk", "low")
    run = slogate(*base, "-f", "json", *arguments, env=env)
    found = json.loads(run.out)["services"][0] if run.out else {}
    return run, found


def named(found: dict[str, Any], name: str) -> list[tuple[str, str]]:
    return [(one["outcome"], one["detail"]) for one in found["checks"] if one["name"] == name]


FREEZE = """\
  freezes:
    - {name: Black Friday, from: 2026-11-20T00:00, to: 2026-11-30T00:00, timezone: Europe/Berlin, reason: peak sales}
"""


def test_a_freeze_blocks_and_says_until_when(tmp_path: Path) -> None:
    run, found = check(world(tmp_path, policy=FREEZE))
    assert (run.code, found["decision"]) == (30, "block")
    ((outcome, said),) = named(found, "freeze")
    assert outcome == "fail"
    assert said == "the freeze Black Friday is on until 2026-11-29 23:00 UTC (peak sales)"
    assert found["rationale"][0] == f"{said}, which means block"
    assert found["clears_at"] == "2026-11-29T23:00:00Z"


def test_after_the_freeze_the_same_release_passes(tmp_path: Path) -> None:
    config = world(tmp_path, policy=FREEZE, bad={})
    run = slogate(
        "check", "checkout", "-c", config, "--at", "2026-11-29T23:00:00Z", "--risk", "low"
    )
    assert run.code == 40  # the file has no newer rows: but the freeze is over
    assert "none is on: Black Friday" in slogate(
        "check", "checkout", "-c", config, "--at", "2026-11-19T12:00:00Z", "--risk", "low", "-v"
    ).out  # fmt: skip


def test_a_release_that_fails_by_budget_clears_when_the_next_freeze_has_ended(
    tmp_path: Path,
) -> None:
    weekend = "  freezes: [{name: weekend, days: sat-sun}]\n"
    # 650 bad requests leave the window in the night to Saturday the 21st
    run, found = check(
        world(tmp_path, policy=weekend, bad={HOURS - 14: 680}), "--fail-on", "review"
    )
    assert run.code >= 10
    assert found["clears_at"] == "2026-11-23T00:00:00Z"


def test_a_rollback_goes_out_whatever_the_budget_and_the_freezes_say(tmp_path: Path) -> None:
    config = world(tmp_path, policy=FREEZE, bad=SPENT)
    run, found = check(config)
    assert run.code == 30
    run, found = check(config, "--change-type", "rollback")
    assert (run.code, found["decision"]) == (0, "approve")
    assert found["exception"] == {
        "change_type": "rollback",
        "origin": "option",
        "original_decision": "block",
    }
    assert "without this exception: block" in found["rationale"][0]


@pytest.mark.parametrize(("kind", "code"), [("security", 10), ("reliability", 10), ("normal", 30)])
def test_a_fix_becomes_a_review(tmp_path: Path, kind: str, code: int) -> None:
    config = world(tmp_path, bad=SPENT)
    run, found = check(config, "--change-type", kind, "--fail-on", "review")
    assert run.code == code
    assert bool(found["exception"]) is (kind != "normal")


def test_a_rollback_goes_out_when_the_metrics_are_gone_too(tmp_path: Path) -> None:
    config = world(tmp_path)
    (tmp_path / "counts.csv").unlink()
    assert check(config)[0].code == 50
    assert check(config, "--change-type", "security")[0].code == 50
    run, found = check(config, "--change-type", "rollback")
    assert run.code == 0
    assert found["exception"]["original_decision"] == "unmeasured"


def test_that_head_lies_before_base_makes_a_rollback(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    old, new = (repository.commit({"a": str(number)}) for number in range(2))
    config = world(repository.folder, bad=SPENT)
    arguments = ("-c", config, "--at", NOW, "-f", "json")
    run = slogate(
        "check", "checkout", *arguments, "--base", new, "--head", old, cwd=repository.folder
    )
    assert run.code == 0
    assert json.loads(run.out)["services"][0]["exception"]["origin"] == "git"
    run = slogate(
        "check", "checkout", *arguments, "--base", old, "--head", new, cwd=repository.folder
    )
    assert run.code == 30


def on_github(place: Path, *labels: str, actor: str = "ada") -> dict[str, str]:
    payload = {
        "pull_request": {"number": 7, "title": "A change", "labels": [{"name": n} for n in labels]}
    }
    path = place / "event.json"
    path.write_text(json.dumps(payload))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_ACTOR": actor,
        "RUNNER_TEMP": str(place),
    }


def test_a_label_counts_only_where_the_policy_trusts_labels(tmp_path: Path) -> None:
    env = on_github(tmp_path, "rollback", "bug")
    run, found = check(world(tmp_path, bad=SPENT), env=env)
    assert (run.code, found["exception"]) == (30, None)
    ((outcome, said),) = named(found, "change type")
    assert outcome == "skip"
    assert said.startswith("the label rollback does not count")
    trusting = "  change_type: {from: [option, label]}\n"
    run, found = check(world(tmp_path, policy=trusting, bad=SPENT), env=env)
    assert (run.code, found["exception"]["origin"]) == (0, "label")


def test_a_label_means_what_the_policy_says(tmp_path: Path) -> None:
    policy = "  change_type: {from: [label], labels: {hotfix: reliability}}\n"
    env = on_github(tmp_path, "hotfix")
    run, found = check(world(tmp_path, policy=policy, bad=SPENT), env=env)
    assert (run.code, found["decision"]) == (0, "review")
    assert "the label hotfix" in found["rationale"][0]


def test_a_trailer_counts_only_where_the_policy_trusts_trailers(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    repository.commit({"a": "1"}, "Mend the login\n\nChange-Type: security\n")
    arguments = ("check", "checkout", "--at", NOW, "-f", "json")
    world(repository.folder, bad=SPENT)
    run = slogate(*arguments, "--base", "HEAD", cwd=repository.folder)
    assert run.code == 30
    ((_, said),) = named(json.loads(run.out)["services"][0], "change type")
    assert said.startswith("the trailer Change-Type: security does not count")
    world(repository.folder, policy="  change_type: {from: [option, trailer]}\n", bad=SPENT)
    run = slogate(*arguments, cwd=repository.folder)
    assert run.code == 0
    assert json.loads(run.out)["services"][0]["exception"]["origin"] == "trailer"


OVERRIDE = "  override: {actors: [ada], reason: '[A-Z]+-[0-9]+'}\n"


def test_an_override_sets_the_decision_aside_and_keeps_it_visible(tmp_path: Path) -> None:
    config = world(tmp_path, policy=OVERRIDE, bad=SPENT)
    run, found = check(config, "--override", "OPS-12 pay day", env=on_github(tmp_path))
    assert (run.code, found["decision"]) == (0, "approve")
    assert found["override"] == {
        "reason": "OPS-12 pay day",
        "by": "ada",
        "original_decision": "block",
    }
    assert found["rationale"][0] == "ada overrides block: OPS-12 pay day"


@pytest.mark.parametrize(
    ("reason", "actor", "policy", "why"),
    [
        ("OPS-12", "eve", OVERRIDE, "eve is not among its actors"),
        ("please", "ada", OVERRIDE, "the reason must hold what matches"),
        ("OPS-12", "ada", "  cost: 0%", "this policy has no `override`"),
        ("OPS-12", "ada", "  override: {actors: [ada], decisions: [defer]}\n", "it permits only"),
    ],
)
def test_an_override_without_permission_is_refused(
    tmp_path: Path, reason: str, actor: str, policy: str, why: str
) -> None:
    config = world(tmp_path, policy=policy, bad=SPENT)
    run, found = check(config, "--override", reason, env=on_github(tmp_path, actor=actor))
    assert (run.code, found["decision"], found["override"]) == (30, "block", None)
    ((outcome, said),) = named(found, "override")
    assert outcome == "fail"
    assert why in said


def test_nobody_overrides_on_their_own_machine(tmp_path: Path) -> None:
    run, found = check(world(tmp_path, policy=OVERRIDE, bad=SPENT), "--override", "OPS-1")
    assert run.code == 30
    assert "only a CI platform can say who asks" in named(found, "override")[0][1]


def test_the_expected_cost_of_a_release_counts_as_spent(tmp_path: Path) -> None:
    config = world(tmp_path, bad={400: 300})
    assert check(config)[0].code == 0
    run, found = check(config, "--cost", "60%")
    assert (run.code, found["status"]) == (30, "exhausted")
    assert json.loads(run.out)["asked"]["cost"] == 0.6
    ((_, said),) = named(found, "cost")
    assert "expected to cost 60.0 %: 101.7 % are consumed then" in said


def test_releases_may_spend_only_their_share(tmp_path: Path) -> None:
    policy = "  reserve: {maintenance: 20%, incidents: 50%, releases: 30%}\n"
    run, found = check(world(tmp_path, policy=policy, bad={400: 230}))
    assert (run.code, found["status"]) == (30, "exhausted")
    assert "releases may spend 30.0 %" in " ".join(found["rationale"])


def test_a_breach_freezes_until_the_budget_has_recovered(tmp_path: Path) -> None:
    # 300 of the 900 bad requests have left the window: 695 of 720 count
    policy = "  freeze_on_breach: {recover_at: 10%}\n"
    bad = {HOURS - 1: 300, 400: 395}
    config = world(tmp_path, policy="  cost: 0%", bad=bad)
    text = (tmp_path / "counts.csv").read_text().split("\n")
    older = [f"{parse_time(NOW) - ago * 3600},{200 if ago == HOURS + 5 else 0},0,1000" for ago in range(2 * HOURS, HOURS, -1)]  # fmt: skip
    assert check(config)[0].code == 20
    config = world(tmp_path, policy=policy, bad=bad)
    (tmp_path / "counts.csv").write_text("\n".join([text[0], *older, *text[1:]]))
    run, found = check(config)
    assert (run.code, found["decision"]) == (30, "block")
    ((outcome, said),) = named(found, "freeze on breach")
    assert outcome == "fail"
    assert "was on 2026-11-20 07:07 UTC exhausted" in said or "exhausted" in said
    assert found["clears_at"] is not None


def test_maintenance_that_was_announced_in_time_does_not_count(tmp_path: Path) -> None:
    window = "from: 2026-11-03T20:00Z, to: 2026-11-04T02:00Z"
    policy = "  maintenance: {windows: [{name: db upgrade, %s, announced: %s}]}\n"
    bad = {400: 900}  # 2026-11-03 20:07
    late = world(tmp_path, policy=policy % (window, "2026-11-03T12:00Z"), bad=bad)
    run, found = check(late)
    assert run.code == 30
    assert "announced 8h ahead, and 2d are needed" in named(found, "maintenance")[0][1]
    early = world(tmp_path, policy=policy % (window, "2026-10-30T12:00Z"), bad=bad)
    run, found = check(early)
    assert (run.code, found["status"]) == (0, "healthy")
    budget = found["slos"][0]["budget"]
    assert budget["consumed"] == 0
    assert budget["consumed_unadjusted"] == pytest.approx(1.25, rel=0.01)


def test_a_burning_upstream_defers_and_is_named(tmp_path: Path) -> None:
    config = world(tmp_path, service="    depends_on: [payments]", other={0: 100, 1: 100, 2: 100})
    run, found = check(config)
    assert (run.code, found["decision"]) == (20, "defer")
    ((outcome, said),) = named(found, "upstream")
    assert outcome == "fail"
    assert said.startswith("payments of team-payments burns its budget (success at")
    assert "ask team-payments: the trouble is theirs" in found["alternatives"]


def test_a_service_that_is_only_advised_fails_nothing(tmp_path: Path) -> None:
    config = world(tmp_path, service="    mode: advise", bad=SPENT)
    run, found = check(config)
    assert (run.code, found["decision"], found["mode"]) == (0, "block", "advise")
    whole = slogate("check", "-c", config, "--at", NOW, "--risk", "low", "-f", "json")
    verdict = json.loads(whole.out)
    assert (whole.code, verdict["decision"], verdict["mode"]) == (0, "approve", "enforce")


def test_a_deploy_freeze_of_the_platform_has_no_end_in_sight(tmp_path: Path) -> None:
    run, found = check(world(tmp_path), env={"CI_DEPLOY_FREEZE": "1"})
    assert (run.code, found["clears_at"]) == (30, None)
    assert named(found, "freeze") == [("fail", "the freeze of GitLab (CI_DEPLOY_FREEZE) is on")]


def test_budgets_too_say_which_maintenance_was_announced_too_late(tmp_path: Path) -> None:
    window = "{name: db upgrade, from: 2026-11-03T20:00Z, to: 2026-11-04T02:00Z, announced: 2026-11-03T12:00Z}"  # fmt: skip
    config = world(tmp_path, policy=f"  maintenance: {{windows: [{window}]}}\n", bad={400: 900})
    run = slogate("budget", "checkout", "-c", config, "--at", NOW)
    assert "db upgrade of 2026-11-03 20:00 UTC counts in full" in " ".join(run.out.split())
