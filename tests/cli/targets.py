"""A target that protects its configuration, and a change beside it that loosens everything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from slogate.cli.compose import Loaded, Wanted, configured
from slogate.config.settings import FileSettings
from slogate.core.model import Change
from tests.support.repository import ENVIRON, Content, Repository

STRICT, LOOSE = "99.9", "50"
DATA, FAKED = "time,bad,total\n", "time,bad,total\n1,0,1\n"


def written(objective: str = STRICT, path: str = "data/counts.csv", more: str = "") -> str:
    """A configuration whose counts are in a file."""
    return f"""\
version: 1
sources:
  counts: {{type: file, path: "{path}"}}
{more}services:
  checkout:
    source: counts
    slos:
      - {{name: availability, objective: {objective}, window: 30d, sli: {{bad: bad, total: total}}}}
"""


TARGET: Mapping[str, Content] = {
    "slogate.yaml": written(),
    "data/counts.csv": DATA,
    "services/pay/app.py": "1\n",
    "ci/gate.yaml": written("99.5", "../data/counts.csv"),
}


PROTECTED = Wanted(ref="origin/main")
PULL = Change("pull_request", target="main", base="f" * 40)


def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings of the user's for git; the folder where temporary ones are made."""
    for name in os.environ:
        if name.startswith(("CI_", "GITHUB_", "GITLAB_")):
            monkeypatch.delenv(name)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    return scratch


def checked_out(folder: Path) -> Repository:
    """What a runner has checked out: the change, without a branch of its own."""
    repo = Repository(folder)
    target = repo.commit(TARGET)
    loose = {"slogate.yaml": written(LOOSE), "data/counts.csv": FAKED}
    repo.commit(loose, parents=[target], branch="change")
    repo.git("update-ref", "refs/remotes/origin/main", target)
    repo.git("checkout", "--quiet", "--force", "--detach", "change")
    repo.git("branch", "--quiet", "--delete", "--force", "main")
    return repo


def sha(repo: Repository, name: str = "refs/remotes/origin/main") -> str:
    return repo.git("rev-parse", name)


def seen(loaded: Loaded) -> tuple[str, str]:
    """The objective and the counts that would be judged."""
    ((slo, source),) = loaded.config.services[0].slos
    settings = loaded.config.sources[source]
    assert isinstance(settings, FileSettings)
    return f"{slo.objective:g}", settings.path.read_text(encoding="utf-8")


def judged(wanted: Wanted) -> tuple[str, str]:
    with configured(wanted) as loaded:
        return seen(loaded)
