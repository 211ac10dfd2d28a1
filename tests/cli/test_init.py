"""`slogate init`: the first configuration is right as it is written, and never takes another's place."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.config.starter import METRICS, starter
from tests.cli.running import slogate

SOMEWHERE = {"PROMETHEUS_URL": "http://localhost:9090"}


@pytest.mark.parametrize("metrics", METRICS)
def test_what_it_writes_is_right(metrics: str, tmp_path: Path) -> None:
    path = tmp_path / "slogate.yaml"
    path.write_text(starter("shop-2.eu", metrics))
    run = slogate("lint", "-c", path, env=SOMEWHERE)
    assert (run.code, run.err) == (0, "")
    assert "1 service" in run.out
    assert "warning" not in run.out


def test_the_commented_policy_is_right_too(tmp_path: Path) -> None:
    head, policy = starter("shop", "http").split("# policy:")
    path = tmp_path / "slogate.yaml"
    path.write_text(head + "policy:" + policy.replace("\n#  ", "\n "))
    assert slogate("lint", "-c", path, env=SOMEWHERE).code == 0


def test_it_advises_and_says_what_comes_next(tmp_path: Path) -> None:
    run = slogate("init", "checkout", cwd=tmp_path)
    assert (run.code, run.out) == (0, "")
    assert "slogate lint --online" in run.err
    said = slogate("lint", cwd=tmp_path, env=SOMEWHERE)
    assert (said.code, said.out) == (0, "slogate.yaml is right: 1 service, 2 SLOs\n")
    assert "mode: advise" in (tmp_path / "slogate.yaml").read_text()


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "slogate.yaml"
    path.write_text("mine")
    run = slogate("init", cwd=tmp_path)
    assert (run.code, path.read_text()) == (2, "mine")
    assert "slogate.yaml is there already" in run.err
    assert slogate("init", "-o", "missing/slogate.yaml", cwd=tmp_path).code == 2
    assert slogate("init", "-o", "-", cwd=tmp_path).out.startswith("# The deployment gate")


@pytest.mark.parametrize("name", ["on", "null", "1", "a b", 'a"}', "a: b", "../x", "-x", "", "a\n"])
def test_a_name_that_would_mean_something_else_is_refused(name: str, tmp_path: Path) -> None:
    run = slogate("init", "--", name, cwd=tmp_path)
    assert run.code == 2
    assert list(tmp_path.iterdir()) == []
