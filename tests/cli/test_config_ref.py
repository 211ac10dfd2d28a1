"""`--config-ref`: what a change brings has no say in how it is judged, whatever it tries."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from slogate.cli.compose import Wanted, configured
from slogate.core.verdict import Origin
from slogate.errors import ConfigError
from tests.ci.platforms import github, gitlab
from tests.cli.running import ROOT, slogate
from tests.cli.targets import (
    DATA,
    FAKED,
    LOOSE,
    PROTECTED,
    PULL,
    STRICT,
    judged,
    seen,
    sha,
    written,
)
from tests.support.repository import Repository

AT = "2026-11-20T12:07:00Z"


def nearer(repo: Repository) -> None:
    place = repo.folder / "services" / "pay"
    (place / "slogate.yaml").write_text(written(LOOSE))
    os.chdir(place)


def linked(repo: Repository) -> None:
    (repo.folder / "evil").mkdir()
    (repo.folder / "evil" / "counts.csv").write_text(FAKED)
    shutil.rmtree(repo.folder / "data")
    (repo.folder / "data").symlink_to("evil")
    (repo.folder / "evil.yaml").write_text(written(LOOSE))
    (repo.folder / "slogate.yaml").unlink()
    (repo.folder / "slogate.yaml").symlink_to("evil.yaml")


def removed(repo: Repository) -> None:
    shutil.rmtree(repo.folder / "data")
    (repo.folder / "slogate.yaml").unlink()


def attributed(repo: Repository) -> None:
    (repo.folder / ".gitattributes").write_text("* working-tree-encoding=UTF-16 filter=x ident\n")
    repo.git("config", "filter.x.smudge", "echo version: 1")


def replaced(repo: Repository) -> None:
    repo.git("replace", sha(repo), "change")
    repo.git("replace", sha(repo, "origin/main:slogate.yaml"), sha(repo, "change:slogate.yaml"))


def named_alike(repo: Repository) -> None:
    for name in ("tags/origin/main", "heads/origin/main", "tags/refs/remotes/origin/main"):
        repo.git("update-ref", f"refs/{name}", sha(repo, "change"))
    repo.git("update-ref", "refs/origin/main", sha(repo, "change"))


def staged(repo: Repository) -> None:
    repo.git("add", "--all")
    repo.git("update-ref", "refs/stash", sha(repo, "change"))


TRICKS = [lambda _: None, nearer, linked, removed, attributed, replaced, named_alike, staged]


@pytest.mark.parametrize(
    "wanted", [PROTECTED, Wanted(ref="auto", change=PULL)], ids=["ref", "auto"]
)
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_the_target_judges_whatever_the_change_tries(
    repo: Repository, trick: Callable[[Repository], None], wanted: Wanted
) -> None:
    trick(repo)
    assert judged(wanted) == (STRICT, DATA)


def test_without_a_ref_the_work_tree_judges(repo: Repository) -> None:
    for ref in (None, "none"):
        with configured(Wanted(ref=ref)) as loaded:
            assert seen(loaded) == (LOOSE, FAKED)
            assert (loaded.origin, loaded.shown) == (None, "slogate.yaml")


def test_where_it_comes_from_is_told(repo: Repository) -> None:
    with configured(PROTECTED) as loaded:
        assert loaded.origin == Origin("origin/main", sha(repo))
        assert loaded.shown == "origin/main:slogate.yaml"
        assert loaded.config.path == repo.folder / "slogate.yaml"


def test_its_files_are_private_and_gone_at_the_end(repo: Repository, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    with configured(PROTECTED):
        (folder,) = scratch.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(scratch.iterdir()) == []
    with pytest.raises(KeyError), configured(PROTECTED):
        raise KeyError
    assert list(scratch.iterdir()) == []
    with pytest.raises(ConfigError), configured(replace(PROTECTED, path=Path("data/counts.csv"))):
        pass
    assert list(scratch.iterdir()) == []


def objective(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path) -> str:
    run = slogate("budget", "-f", "json", "--at", AT, *arguments, cwd=cwd, env=env)
    assert run.code == 0, run.err
    ((slo,),) = [service["slos"] for service in json.loads(run.out)["services"]]
    return f"{slo['objective']:g}"


@pytest.fixture
def demo(tmp_path: Path) -> Repository:
    """The example, whose objective the change has loosened."""
    example = (ROOT / "examples/file/slogate.yaml").read_text()
    counts = (ROOT / "examples/file/checkout.csv").read_text()
    one = example.split("      - name: latency")[0]
    repo = Repository(tmp_path / "demo")
    base = repo.commit({"slogate.yaml": one, "checkout.csv": counts})
    repo.git("update-ref", "refs/remotes/origin/main", base)
    repo.commit({"slogate.yaml": one.replace("99.9", LOOSE)})
    repo.git("reset", "--quiet", "--hard")
    return repo


def test_the_option_comes_by_the_environment_too(demo: Repository) -> None:
    assert objective(cwd=demo.folder) == LOOSE
    assert objective("--config-ref", "origin/main", cwd=demo.folder) == STRICT
    assert objective("--config-ref", "auto", cwd=demo.folder) == LOOSE
    for name in ("SLOGATE_CONFIG_REF", "SLOGATE_BUDGET_CONFIG_REF"):
        assert objective(env={name: "origin/main"}, cwd=demo.folder) == STRICT
        assert objective(env={name: ""}, cwd=demo.folder) == LOOSE


def test_auto_asks_the_platform(demo: Repository, tmp_path: Path) -> None:
    payload = {"pull_request": {"number": 7, "base": {"sha": "a" * 40, "ref": "main"}}}
    asked = ("--config-ref", "auto")
    assert objective(*asked, env=github(tmp_path, payload=payload), cwd=demo.folder) == STRICT
    merge = {**gitlab(tmp_path), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    assert objective(*asked, env=merge, cwd=demo.folder) == STRICT
    push = {**gitlab(tmp_path), "CI_PIPELINE_SOURCE": "push", "CI_MERGE_REQUEST_IID": ""}
    assert objective(*asked, env=push, cwd=demo.folder) == LOOSE


@pytest.mark.parametrize("command", ["budget", "check", "lint", "risk", "canary"])
def test_an_empty_name_is_a_wrong_call_and_not_the_work_tree(
    demo: Repository, command: str
) -> None:
    more = ("--baseline", "1", "--canary", "2") if command == "canary" else ()
    for env in ({}, {"SLOGATE_CONFIG_REF": "none"}):
        run = slogate(command, "--config-ref", "", *more, cwd=demo.folder, env=env)
        assert run.code == 2
        assert "--config-ref: the name is empty" in run.out + run.err


@pytest.mark.parametrize("command", ["budget", "lint", "risk", "canary"])
def test_each_command_reads_from_a_ref(demo: Repository, command: str) -> None:
    more = ("--baseline", "1", "--canary", "2") if command == "canary" else ()
    run = slogate(command, "--config-ref", "nope", *more, cwd=demo.folder)
    said = run.out if command == "lint" else run.err
    assert run.code == 2
    assert "--config-ref: there is no branch, tag or commit 'nope' in this clone" in said


def test_a_right_configuration_is_named_with_its_ref(demo: Repository) -> None:
    run = slogate("lint", "--config-ref", "origin/main", cwd=demo.folder)
    assert run.out == "origin/main:slogate.yaml is right: 1 service, 1 SLO\n"
    run = slogate("budget", "nope", "--config-ref", "origin/main", cwd=demo.folder)
    assert "no service 'nope' in origin/main:slogate.yaml; it has checkout" in run.err


def test_the_verdict_names_the_commit(demo: Repository, tmp_path: Path) -> None:
    payload = {"pull_request": {"number": 7, "base": {"sha": "a" * 40, "ref": "main"}}}
    arguments = ("--config-ref", "auto", "--at", AT, "--risk", "high", "-f", "json")
    run = slogate("check", *arguments, env=github(tmp_path, payload=payload), cwd=demo.folder)
    verdict = json.loads(run.out)
    assert verdict["configuration"] == {"ref": "origin/main", "commit": sha(demo)}
    assert verdict["change"]["target"] == "main"
    assert run.code == 20


def test_a_change_without_a_target_is_a_config_error_and_no_approval(
    demo: Repository, tmp_path: Path
) -> None:
    env = {**github(tmp_path), "GITHUB_EVENT_PATH": str(tmp_path / "none.json")}
    run = slogate(
        "check", "--config-ref", "auto", "--at", AT, "--risk", "low", env=env, cwd=demo.folder
    )
    assert run.code == 2
    assert "does not say which branch this request is for" in run.err


def test_a_bare_clone_has_refs_but_no_work_tree(repo: Repository, tmp_path: Path) -> None:
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    run = slogate(
        "check", "--config-ref", "change", "--at", AT, "--risk", "low", "-f", "json", cwd=bare
    )
    assert run.out, run.err
    assert json.loads(run.out)["configuration"]["commit"] == sha(repo, "change")
