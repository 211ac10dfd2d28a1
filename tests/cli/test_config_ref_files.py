"""`--config-ref`: which files of the commit count, and what is said of those that it does not have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from slogate.cli.compose import Wanted, configured, risk_configured
from slogate.config.settings import FileSettings, PrometheusSettings
from slogate.errors import ConfigError
from tests.cli.targets import (
    DATA,
    FAKED,
    LOOSE,
    PROTECTED,
    PULL,
    STRICT,
    TARGET,
    judged,
    seen,
    sha,
    written,
)
from tests.support.repository import Content, Module, Repository

PLACES = [
    ("", None, STRICT, "slogate.yaml"),
    ("services/pay", None, STRICT, "slogate.yaml"),
    ("", "slogate.yaml", STRICT, "slogate.yaml"),
    ("", "./ci/../ci/gate.yaml", "99.5", "ci/gate.yaml"),
    ("ci", "gate.yaml", "99.5", "ci/gate.yaml"),
    ("services/pay", "../../ci/gate.yaml", "99.5", "ci/gate.yaml"),
    ("services/pay", "../../../shop/ci/gate.yaml", "99.5", "ci/gate.yaml"),
    ("", "{root}/ci/gate.yaml", "99.5", "ci/gate.yaml"),
    ("", "{link}/ci/gate.yaml", "99.5", "ci/gate.yaml"),
]


@pytest.mark.parametrize(("folder", "path", "objective", "place"), PLACES)
def test_a_path_is_that_of_the_repository(
    repo: Repository, folder: str, path: str | None, objective: str, place: str
) -> None:
    tmp_path = repo.folder.parent
    (tmp_path / "link").symlink_to(repo.folder)
    os.chdir(repo.folder / folder)
    named = None if path is None else Path(path.format(root=repo.folder, link=tmp_path / "link"))
    with configured(replace(PROTECTED, path=named)) as loaded:
        assert seen(loaded) == (objective, DATA)
        assert loaded.shown == f"origin/main:{place}"


def test_the_nearest_configuration_of_the_commit_counts(repo: Repository) -> None:
    repo.commit({**TARGET, "services/pay/.slogate/config.yaml": written("98", "../../../data/counts.csv")},
                branch="main")  # fmt: skip
    repo.git("update-ref", "refs/remotes/origin/main", "main")
    os.chdir(repo.folder / "services" / "pay")
    assert judged(PROTECTED) == ("98", DATA)


OUTSIDE = "lies outside of the repository"
NO_FILES = [
    ("../gate.yaml", OUTSIDE),
    ("/etc/passwd", OUTSIDE),
    ("nope.yaml", "origin/main:nope.yaml: there is no such file"),
    ("services", "origin/main:services: this is a directory"),
    (".", "origin/main:.: this is no path of a file"),
    ("a\nb", "this is no path of a file"),
]


@pytest.mark.parametrize("auto", [False, True])
@pytest.mark.parametrize(("path", "said"), NO_FILES)
def test_a_path_that_the_commit_does_not_have_is_said_so(
    repo: Repository, path: str, said: str, *, auto: bool
) -> None:
    wanted = Wanted(Path(path), "auto", PULL) if auto else replace(PROTECTED, path=Path(path))
    with pytest.raises(ConfigError) as refused, configured(wanted):
        pass
    assert said in str(refused.value)
    assert "`--config-ref none`" in str(refused.value)


def without_configuration(repo: Repository) -> None:
    bare = repo.commit({"README": "1\n"}, parents=[], branch="bare")
    repo.git("update-ref", "refs/remotes/origin/main", bare)


def test_a_ref_without_a_configuration_is_said_so(repo: Repository) -> None:
    without_configuration(repo)
    with pytest.raises(ConfigError) as refused, configured(PROTECTED):
        pass
    assert str(refused.value).startswith(
        "no configuration: there is no slogate.yaml, .slogate.yaml"
    )
    assert f"in origin/main ({sha(repo)[:12]}), from its root upward" in str(refused.value)


def test_the_change_that_brings_the_first_configuration_is_judged_by_it(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    without_configuration(repo)
    wanted = Wanted(ref="auto", change=PULL)
    with configured(wanted) as loaded:
        assert seen(loaded) == (LOOSE, FAKED)
        assert loaded.origin is None
    said = capsys.readouterr().err
    assert said.startswith("slogate: warning: there is no slogate.yaml, .slogate.yaml")
    assert said.endswith("once it is merged, that of origin/main counts\n")
    with (
        pytest.raises(ConfigError, match="there is no such file"),
        configured(replace(wanted, path=Path("slogate.yaml"))),
    ):
        pass


@pytest.mark.parametrize("content", ["link", "submodule", "folder"])
def test_what_cannot_be_read_in_the_target_is_not_passed_over(
    repo: Repository, content: str
) -> None:
    repo.git("read-tree", "--empty")
    if content == "link":
        blob = repo.git("hash-object", "-w", "--stdin", given=b"nowhere")
        repo.git("update-index", "--add", "--cacheinfo", f"120000,{blob},slogate.yaml")
        tree = repo.git("write-tree")
    else:
        files: Mapping[str, Content] = (
            {"slogate.yaml": Module("c" * 40)}
            if content == "submodule"
            else {"slogate.yaml/a": "1"}
        )
        tree = f"{repo.commit(files, parents=[], branch='odd')}^{{tree}}"
    repo.git("update-ref", "refs/remotes/origin/main", repo.git("commit-tree", tree, "-m", "x"))
    with (
        pytest.raises(ConfigError, match=r"^origin/main:slogate\.yaml: this "),
        configured(Wanted(ref="auto", change=PULL)),
    ):
        pass


def target(repo: Repository, **files: Content) -> None:
    """The target has these files, whose names have no dots here."""
    named = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    repo.git("update-ref", "refs/remotes/origin/main", repo.commit({**TARGET, **named}, branch="t"))


@pytest.mark.parametrize(
    "path", ["{root}/data/counts.csv", "{link}/data/counts.csv", "./data/../data/counts.csv"]
)
def test_a_file_of_the_repository_is_that_of_the_commit(
    repo: Repository, tmp_path: Path, path: str
) -> None:
    (tmp_path / "link").symlink_to(repo.folder)
    (repo.folder / "data" / "evil.csv").write_text(FAKED)
    (repo.folder / "data" / "counts.csv").unlink()
    (repo.folder / "data" / "counts.csv").symlink_to(repo.folder / "data" / "evil.csv")
    named = path.format(root=repo.folder, link=tmp_path / "link")
    target(repo, slogate_yaml=written(path=named))
    assert judged(PROTECTED) == (STRICT, DATA)


def test_a_file_outside_of_the_repository_stays_where_it_is(
    repo: Repository, tmp_path: Path
) -> None:
    path = tmp_path / "shop.tmp" / "counts.csv"
    path.parent.mkdir()
    path.write_text("outside")
    target(repo, slogate_yaml=written(path=str(path)))
    with configured(PROTECTED) as loaded:
        assert seen(loaded) == (STRICT, "outside")
        (settings,) = loaded.config.sources.values()
        assert isinstance(settings, FileSettings)
        assert settings.path == path


MISSING = [
    ("../x.csv", "../x.csv leaves the repository"),
    ("data/../../x.csv", "../x.csv leaves the repository"),
    ("nope.csv", "origin/main:nope.csv: there is no such file"),
    ("untracked.csv", "origin/main:untracked.csv: there is no such file"),
    ("{root}/untracked.csv", "origin/main:untracked.csv: there is no such file"),
    ("data.csv", "origin/main:data.csv: this is a directory"),
]


@pytest.mark.parametrize(("path", "said"), MISSING)
def test_a_file_that_the_commit_does_not_have_is_said_so(
    repo: Repository, path: str, said: str
) -> None:
    (repo.folder / "untracked.csv").write_text(FAKED)
    named = path.format(root=repo.folder)
    target(repo, slogate_yaml=written(path=named), data_csv__x="1")
    with pytest.raises(ConfigError) as refused, configured(PROTECTED):
        pass
    assert str(refused.value).startswith(f"origin/main:slogate.yaml: sources.counts: {said}")
    with configured(PROTECTED, allow_unset=True) as loaded:
        assert loaded.config.sources == {}


TLS = """\
  metrics: {type: prometheus, url: "https://x", tls: {ca: tls/ca.pem, cert: tls/me.pem, key: /keys/me.key}}
risk: {type: file, file: tls/register.json, path: level}
"""


def test_certificates_and_the_register_are_those_of_the_commit(repo: Repository) -> None:
    target(
        repo,
        slogate_yaml=written(more=TLS),
        tls__ca_pem="ca",
        tls__me_pem="me",
        tls__register_json="{}",
    )
    with configured(PROTECTED) as loaded:
        metrics, register = loaded.config.sources["metrics"], loaded.config.register
        assert isinstance(metrics, PrometheusSettings)
        assert register is not None
        contents = [path and path.read_text() for path in (metrics.ca, metrics.cert, register.file)]
        assert contents == ["ca", "me", "{}"]
        assert metrics.key == Path("/keys/me.key")
    with risk_configured(PROTECTED) as config:
        assert config is not None
        assert config.register is not None
        assert config.register.file is not None
        assert config.register.file.read_text() == "{}"


def test_every_file_that_is_missing_is_named(repo: Repository) -> None:
    target(repo, slogate_yaml=written(more=TLS, path="nope.csv"))
    with pytest.raises(ConfigError) as refused, configured(PROTECTED):
        pass
    keys = [problem.path for problem in refused.value.problems]
    assert keys == ["sources.counts", "sources.metrics", "sources.metrics", "risk"]


def test_mistakes_are_those_of_the_file_in_the_commit(repo: Repository) -> None:
    target(repo, slogate_yaml=written().replace("objective", "objektive"))
    with pytest.raises(ConfigError) as refused, configured(PROTECTED):
        pass
    assert {item.where for item in refused.value.problems} == {"origin/main:slogate.yaml:8"}
