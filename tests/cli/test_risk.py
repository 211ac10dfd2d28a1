"""`slogate risk`, and the risk that `slogate check` finds by itself, in small real repositories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import ROOT, Run, slogate
from tests.support.repository import ENVIRON, Repository, lines

GIT = {name: value for name, value in ENVIRON.items() if name.startswith("GIT_CONFIG")}
AT = ("--at", "2026-11-20T12:07:00Z")
HOSTILE = "\x1b[2J\x1b]0;x\x07::error::x ::error::y | <img src=x> @all `x` ![a](http://b) \u202e"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One commit, tagged `A`."""
    made = Repository(tmp_path / "shop")
    made.tag("A", made.commit({"README.md": "A shop\n"}, "Begin"))
    return made


def checked_out(repository: Repository) -> Path:
    repository.git("reset", "--quiet", "--hard", "main")
    return repository.folder


def risk(repository: Repository, *arguments: str | Path) -> Run:
    return slogate("risk", *arguments, cwd=checked_out(repository), env=GIT)


def found(repository: Repository, *arguments: str | Path) -> dict[str, Any]:
    run = risk(repository, "-f", "json", *arguments)
    assert (run.code, run.err) == (0, "")
    document: dict[str, Any] = json.loads(run.out)
    return document


def configured(folder: Path, risk: str = "", *services: str) -> Path:
    """A gate of services that are healthy, with these keys of `risk`."""
    path = folder / "gate.yaml"
    named = "".join(f"  {service}\n" for service in services or (gate("checkout"),))
    source = f"{{type: file, path: {ROOT / 'examples/file/checkout.csv'}}}"
    path.write_text(
        f"version: 1\nsources: {{counts: {source}}}\nservices:\n{named}risk: {{{risk}}}\n"
    )
    return path


def gate(name: str, more: str = "") -> str:
    """A service as a line of YAML."""
    slo = "{name: a, objective: 99, window: 30d, sli: {bad: errors, total: requests}}"
    return f"{name}: {{{more} slos: [{slo}]}}"


def checked(repository: Repository, *arguments: str | Path) -> dict[str, Any]:
    run = slogate("check", *AT, "-f", "json", *arguments, cwd=checked_out(repository), env=GIT)
    document: dict[str, Any] = json.loads(run.out)
    return document


def test_the_risk_of_a_range_with_what_made_it(repository: Repository) -> None:
    first = repository.commit({"pay.py": lines(100)}, "Add payment")
    repository.commit({"pay.py": lines(108), "db/migrations/1.sql": "x;\n"}, "Fix payment")
    run = risk(repository, "--base", "A")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("MEDIUM risk   score ")
    for part in (
        "2 commits",
        "lines added",
        first[:7],
        "Add payment",
        "migrations (",
        "fixed, for",
    ):
        assert part in run.out
    assert "uncalibrated" in " ".join(run.out.split())


def test_the_document_has_schema_1(repository: Repository) -> None:
    head = repository.commit({"pay.py": lines(100), "db/1.sql": "x;\n"}, "Add payment")
    document = found(repository, "--base", "A")
    base = repository.git("rev-parse", "A")
    assert (document["schema"], document["level"]) == ("slogate/risk/1", "medium")
    assert (document["known"], document["calibrated"], document["source"]) == (True, False, "git")
    assert (document["base"], document["head"], document["commits"]) == (base, head, 1)
    points = sum(factor["points"] for factor in document["factors"])
    assert document["score"] == pytest.approx(points, abs=1e-4)
    assert 0 < document["probability"] <= document["expected"] + 1e-12 < 1
    assert [item["name"] for item in document["safeguards"]] == ["migrations"]
    assert document["notes"] == []


def test_a_last_release_tag_is_the_base_unless_one_is_named(repository: Repository) -> None:
    repository.tag("v1.0", repository.commit({"a.py": lines(9)}))
    repository.commit({"a.py": lines(12)})
    assert found(repository)["commits"] == 1
    assert found(repository, "--base", "A", "--head", "v1.0")["head"] == repository.git(
        "rev-parse", "v1.0"
    )


def test_outside_of_a_repository_it_is_medium_and_unknown(tmp_path: Path) -> None:
    run = slogate("risk", "-f", "json", cwd=tmp_path, env=GIT)
    document = json.loads(run.out)
    assert (run.code, document["level"], document["known"]) == (40, "medium", False)
    assert (document["score"], document["base"], document["factors"]) == (None, None, [])
    assert "not a git repository" in document["sources"][0]["detail"]
    assert slogate("risk", cwd=tmp_path, env=GIT).out.startswith("MEDIUM risk (unknown)")


@pytest.mark.parametrize("option", ["--base", "--head"])
def test_a_name_of_no_commit_is_a_wrong_call(repository: Repository, option: str) -> None:
    run = risk(repository, "--base", "A", option, "nowhere")
    assert (run.code, run.out) == (2, "")
    assert f"{option}: there is no commit 'nowhere'" in run.err


@pytest.mark.parametrize("name", ["--output=x", "A\n--output=x"])
def test_a_name_is_never_an_option_of_git(repository: Repository, name: str) -> None:
    run = risk(repository, f"--base={name}")
    assert run.code == 2
    assert "there is no commit" in run.err
    assert not list(repository.folder.rglob("x"))


def test_a_rollback_is_low_and_brings_nothing_new(repository: Repository) -> None:
    newer = repository.commit({"pay.py": lines(5000), "db/1.sql": "x;\n"})
    document = found(repository, "--base", newer, "--head", "A")
    assert (document["level"], document["change_type"]) == ("low", "rollback")
    assert document["score"] is None
    assert [item["name"] for item in document["safeguards"]] == ["migrations"]
    assert "a rollback: head lies 1 commit before base" in document["notes"][0]
    assert risk(repository, "--base", newer, "--head", "A").out.startswith(
        "LOW risk   git, a rollback"
    )


def test_an_empty_range_is_low(repository: Repository) -> None:
    document = found(repository, "--base", "HEAD")
    assert (document["level"], document["score"], document["commits"]) == ("low", 0, 0)
    assert document["notes"] == [
        "nothing to release: no commit of head that base lacks changes a file"
    ]


def test_what_is_not_committed_is_noted(repository: Repository) -> None:
    (checked_out(repository) / "README.md").write_text("changed\n")
    run = slogate("risk", "--base", "A", cwd=repository.folder, env=GIT)
    assert "changes that are not committed do not count" in " ".join(run.out.split())


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_a_hostile_commit_neither_steers_a_terminal_nor_a_page(
    repository: Repository, format_: str
) -> None:
    repository.commit({"<img>|::error::\x1b[1m.sql": lines(300)}, HOSTILE)
    run = risk(repository, "--base", "A", "-f", format_)
    assert run.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(run.out)
    assert not any(line.lstrip().startswith(("::", "##[")) for line in run.out.splitlines())
    assert " ::error" not in run.out
    if format_ == "markdown":
        assert "<img" not in run.out
        assert "://b" not in run.out.replace("\\://", "")
        tables = [line for line in run.out.splitlines() if line.startswith("|")]
        columns = {line.replace("\\|", "").count("|") for line in tables}
        assert columns == {5}


def test_check_takes_the_higher_of_what_is_stated_and_what_git_says(
    repository: Repository,
) -> None:
    repository.commit({"pay.py": lines(2000)}, "Rewrite payment")
    config = configured(repository.folder.parent)
    arguments = ("-c", config, "--base", "A", "--risk")
    assert checked(repository, *arguments, "low")["services"][0]["risk"]["level"] == "high"
    assert checked(repository, *arguments, "auto")["services"][0]["risk"]["source"] == "git"
    first = configured(repository.folder.parent, "combine: first")
    stated = checked(repository, "-c", first, "--base", "A", "--risk", "low")
    assert stated["services"][0]["risk"]["level"] == "low"
    assert stated["services"][0]["risk"]["source"] == "--risk"


@pytest.mark.parametrize(
    ("format_", "told"),
    [
        ("text", ("Risk\n  - score ", "lines added +")),
        ("markdown", ("Risk: score, factors, commits",)),
    ],
)
def test_the_verdict_says_what_made_the_risk(
    repository: Repository, format_: str, told: tuple[str, ...]
) -> None:
    repository.commit({"pay.py": lines(2000)}, "Rewrite payment")
    config = configured(repository.folder.parent)
    arguments = ("check", *AT, "-c", config, "--base", "A", "-f", format_)
    run = slogate(*arguments, cwd=checked_out(repository), env=GIT)
    assert all(text in run.out for text in told)
    assert "base is A (--base)" in " ".join(run.out.split())


def test_check_outside_of_a_repository_takes_the_risk_as_medium_and_warns(tmp_path: Path) -> None:
    config = configured(tmp_path)
    arguments = ("check", *AT, "-c", config, "--risk")
    run = slogate(*arguments, "auto", "-f", "json", cwd=tmp_path, env=GIT)
    (service,) = json.loads(run.out)["services"]
    assert (service["risk"]["level"], service["risk"]["known"]) == ("medium", False)
    checks = {item["name"]: item["outcome"] for item in service["checks"]}
    assert checks["risk"] == "warn"


def test_each_service_of_one_repository_has_the_risk_of_its_own_paths(
    repository: Repository,
) -> None:
    repository.commit({"pay/core.py": lines(2000)}, "Rewrite payment")
    repository.tag("docs", repository.commit({"docs/index.md": "x\n"}, "Say so"))
    repository.commit({"pay/core.py": lines(4000, "other")}, "Rewrite it again")
    repository.commit({"web/page.py": lines(2)}, "Mend a page")
    services = [gate(name, f"paths: [{name}/],") for name in ("pay", "web", "docs")]
    config = configured(repository.folder.parent, "", *services)
    verdict = checked(repository, "-c", config, "--base", "docs", "--risk", "auto")
    assert {item["service"]: item["risk"]["level"] for item in verdict["services"]} == {
        "pay": "high",
        "web": "low",
        "docs": "low",
    }
    assert found(repository, "-c", config, "--base", "docs")["commits"] == 2
    alone = found(repository, "-c", config, "--base", "docs", "--service", "web")
    assert (alone["commits"], alone["level"]) == (1, "low")
    assert alone["notes"] == ["not counted: 1 commit outside of the service's paths"]


def test_a_floor_raises_the_risk_of_a_small_change(repository: Repository) -> None:
    repository.commit({"db/1.sql": "x;\n"})
    config = configured(repository.folder.parent, "safeguards: {migrations: {floor: high}}")
    document = found(repository, "-c", config, "--base", "A")
    assert (document["level"], document["source"]) == ("high", "floor of migrations")


def test_a_floor_does_not_stand_in_the_way_back(repository: Repository) -> None:
    newer = repository.commit({"db/1.sql": "x;\n"})
    config = configured(repository.folder.parent, "safeguards: {migrations: {floor: high}}")
    verdict = checked(repository, "-c", config, "--base", newer, "--head", "A")
    assert verdict["decision"] == "approve"
    (service,) = verdict["services"]
    assert (service["risk"]["level"], service["risk"]["change_type"]) == ("low", "rollback")


def test_paths_that_mean_no_file_are_a_typing_error_and_no_low_risk(repository: Repository) -> None:
    repository.commit({"pay/core.py": lines(2)})
    config = configured(repository.folder.parent, "", gate("pay", "paths: [paay/],"))
    run = risk(repository, "-c", config, "--base", "A")
    assert run.code == 40
    assert run.out.startswith("MEDIUM risk (unknown)")
    assert "head has no file of the service's paths" in " ".join(run.out.split())


def test_a_safeguard_that_means_no_file_is_noted(repository: Repository) -> None:
    repository.commit({"pay/core.py": lines(2)})
    rule = "paths: [paay/], require: somebody agrees, floor: high"
    config = configured(repository.folder.parent, f"safeguards: {{payment: {{{rule}}}}}")
    document = found(repository, "-c", config, "--base", "A")
    assert document["level"] == "low"
    assert "the safeguard payment" in document["notes"][0]


def test_with_a_stated_risk_a_shallow_clone_still_counts_with_the_default(
    repository: Repository,
) -> None:
    repository.commit({"pay.py": lines(2)})
    shallow = repository.folder.parent / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow))
    config = configured(repository.folder.parent, "default: high")
    run = slogate("check", *AT, "-c", config, "--risk", "low", "--base", "A", cwd=shallow, env=GIT)
    assert run.out.startswith("REVIEW  checkout   healthy budget x high risk")
    assert "fetch-depth: 0" in " ".join(run.out.split())


def test_before_a_first_deploy_the_stated_risk_counts(repository: Repository) -> None:
    config = configured(repository.folder.parent)
    low = checked(repository, "-c", config, "--risk", "low")["services"][0]["risk"]
    assert (low["level"], low["known"]) == ("low", True)
    unknown = checked(repository, "-c", config)["services"][0]["risk"]
    assert (unknown["level"], unknown["known"]) == ("medium", False)
    assert "is this the first deploy? Then state --risk" in unknown["sources"][0]["detail"]


def test_bands_that_cross_are_noted(repository: Repository) -> None:
    for number in range(12):
        repository.commit({"pay.py": lines(number + 1, str(number))})
    base = repository.commit({"pay.py": "x\n"})
    repository.commit({"pay.py": "y\n"})
    history = "least_history: 10, bands: {medium: 90}"
    config = configured(repository.folder.parent, history)
    notes = found(repository, "-c", config, "--base", base)["notes"]
    assert "so nothing is medium" in notes[0]


def test_only_what_the_commits_alone_raise_is_lowered_by_leaving_some_out(
    repository: Repository,
) -> None:
    repository.commit({"db/1.sql": lines(3000)})
    repository.commit({"db/2.sql": "x;\n"})
    config = configured(repository.folder.parent)
    assert "released alone the rest is" in str(checked(repository, "-c", config, "--base", "A"))
    config = configured(repository.folder.parent, "safeguards: {migrations: {floor: high}}")
    alternatives = checked(repository, "-c", config, "--base", "A")["services"][0]["alternatives"]
    assert "released alone" not in str(alternatives)


def test_a_repository_that_git_refuses_counts_with_the_default(repository: Repository) -> None:
    repository.commit({"pay.py": lines(2)})
    folder = checked_out(repository)
    odd = Repository(folder / "posing", "--bare").folder
    (odd / "config").write_text("[core]\nrepositoryformatversion = 99\n")
    broken = repository.folder.parent / "broken"
    (broken / ".git").mkdir(parents=True)
    config = configured(repository.folder.parent, "default: high")
    refused = [
        (folder, {**GIT, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, "somebody else owns it"),
        (odd, GIT, "pose as a repository"),
        (broken, GIT, "not a git repository"),
        (folder, {**GIT, "PATH": ""}, "git is not installed"),
    ]
    for place, env, said in refused:
        run = slogate("check", *AT, "-c", config, "--risk", "low", cwd=place, env=env)
        assert run.out.startswith("REVIEW  checkout   healthy budget x high risk"), run.err
        assert said in " ".join(run.out.split())


def test_outside_of_a_repository_the_stated_risk_counts(tmp_path: Path) -> None:
    config = configured(tmp_path, "default: high")
    for env in (GIT, {**GIT, "PATH": ""}, {**GIT, "GIT_DIR": "/dev/null"}):
        run = slogate("check", *AT, "-c", config, "--risk", "low", cwd=tmp_path, env=env)
        assert run.out.startswith("APPROVE"), run.out
