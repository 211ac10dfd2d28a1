"""The action's installer, run for real as the action runs it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from slogate import __version__
from tests.packaging.files import ROOT
from tests.support.fixtures import missing
from tests.support.github_runner import clean_environment

NOWHERE = {
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": "",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_CACHE_DIR": os.devnull,
}
"""There is nothing to install from."""
HOSTILE = ("venv.py", "pip/__init__.py", "httpx.py", "click.py", "subprocess.py", "sitecustomize.py",
           "slogate/__init__.py", "slogate/__main__.py")  # fmt: skip


@dataclass(frozen=True)
class Installation:
    code: int
    out: str
    err: str

    @property
    def program(self) -> Path:
        assert self.code == 0, self.err
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return Path(self.out.strip())


def environment(place: Path, **more: str) -> dict[str, str]:
    """What the runner gives to a step, without uv wherever it is installed."""
    env = clean_environment(place)
    folders = env["PATH"].split(os.pathsep)
    path = [folder for folder in folders if not shutil.which("uv", path=folder)]
    workspace = {"GITHUB_WORKSPACE": str(place / "workspace")}
    return {**env, **workspace, "PATH": os.pathsep.join(path), **more}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action as it is now: whoever edits it meanwhile would change its folder's name."""
    return copy_action(tmp_path_factory.mktemp("action"))


def copy_action(place: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("action", "slogate"):
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    (place / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "runtime.txt", place / "requirements")
    return place


def start(action: Path, cwd: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    base = sys._base_executable  # type: ignore[attr-defined]
    command = [base, "-I", str(action / "action" / "install.py")]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=cwd, env=env, stdout=pipe, stderr=pipe, text=True)


def end(process: subprocess.Popen[str]) -> Installation:
    with process:
        out, err = process.communicate(timeout=180)
    return Installation(process.returncode, out, err)


def install(action: Path, place: Path, **more: str) -> Installation:
    return end(start(action, place, environment(place / "runner", **more)))


@dataclass(frozen=True)
class Race:
    """Two installers that ran at once, in the workspace of a change that wants to be run."""

    tools: Path
    workspace: Path
    canary: Path
    ended: tuple[Installation, Installation]


@pytest.fixture(scope="module")
def race(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Race:
    place = tmp_path_factory.mktemp("race")
    workspace, canary, tools = place / "workspace", place / "canary", place / "tools"
    for name in HOSTILE:
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(canary)!r}, 'a').write({name!r})\n")
    env = environment(place, RUNNER_TOOL_CACHE=str(tools), PYTHONPATH=str(workspace))
    both = [start(released, workspace, env) for _ in range(2)]
    return Race(tools, workspace, canary, (end(both[0]), end(both[1])))


def test_two_installers_at_once_agree(race: Race) -> None:
    one, two = race.ended
    assert one.program == two.program
    assert [folder.name for folder in (race.tools / "slogate").iterdir()] == [
        one.program.parents[1].name
    ]
    for installation in race.ended:
        assert installation.err.startswith("::group::Installing slogate\n")
        assert installation.err.endswith("::endgroup::\n")


def version(program: Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        [program, "-I", "-m", "slogate", "--version"],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_nothing_of_the_workspace_is_run(race: Race) -> None:
    program = race.ended[0].program
    assert __version__ in version(program, race.workspace, PYTHONPATH=str(race.workspace))
    assert not race.canary.exists(), race.canary.read_text()


def test_the_hostile_workspace_would_be_run_without_care(race: Race, tmp_path: Path) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(race.workspace, copy)
    canary = tmp_path / "canary"
    for path in copy.rglob("*.py"):
        path.write_text(path.read_text().replace(str(race.canary), str(canary)))
    subprocess.run([race.ended[0].program, "-m", "slogate"], cwd=copy, check=False)
    assert "slogate/__init__.py" in canary.read_text()


def test_what_is_installed_is_found_again(race: Race, released: Path, tmp_path: Path) -> None:
    again = install(released, tmp_path, RUNNER_TOOL_CACHE=str(race.tools), **NOWHERE)
    assert again.program == race.ended[0].program
    assert again.err == ""


def test_without_a_folder_for_tools_it_takes_the_temporary_one(
    race: Race, released: Path, tmp_path: Path
) -> None:
    # Permissions do not bind root; below a file there is no folder for anybody.
    (tmp_path / "file").touch()
    tools = str(tmp_path / "file" / "tools")
    temporary = str(race.tools)
    again = install(released, tmp_path, RUNNER_TOOL_CACHE=tools, RUNNER_TEMP=temporary, **NOWHERE)
    assert again.program == race.ended[0].program


def test_a_failed_installation_says_so_and_leaves_nothing(released: Path, tmp_path: Path) -> None:
    failed = install(released, tmp_path, RUNNER_TOOL_CACHE=str(tmp_path / "tools"), **NOWHERE)
    assert (failed.code, failed.out) == (1, "")
    assert "Traceback" not in failed.err
    said = [line for line in failed.err.splitlines() if line.startswith("slogate: error: ")]
    assert len(said) == 1
    assert "-m pip" in said[0]
    assert "ended with 1" in said[0]
    assert failed.err.endswith("::endgroup::\n")
    assert list((tmp_path / "tools" / "slogate").iterdir()) == []


@pytest.mark.parametrize("place", ["workspace/tools", "relative/tools"])
def test_a_folder_that_a_change_could_have_filled_is_not_taken(
    race: Race, released: Path, tmp_path: Path, place: str
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    tools = str(tmp_path / place) if place.startswith("workspace") else place
    env = environment(
        tmp_path / "runner",
        RUNNER_TOOL_CACHE=tools,
        RUNNER_TEMP=str(race.tools),
        GITHUB_WORKSPACE=str(workspace),
        **NOWHERE,
    )
    done = end(start(released, workspace, env))
    assert done.program == race.ended[0].program
    assert list(workspace.iterdir()) == []


def test_no_place_at_all_is_one_sentence(released: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = str(tmp_path / "file" / "tools")
    failed = install(released, tmp_path, RUNNER_TOOL_CACHE=below, RUNNER_TEMP=below)
    assert (failed.code, failed.out) == (1, "")
    assert "Traceback" not in failed.err
    assert failed.err.count("slogate: error: ") == 1


def test_uv_installs_the_same_where_it_is_there(released: Path, tmp_path: Path) -> None:
    beside = str(Path(sys.executable).parent)
    uv = shutil.which("uv", path=beside) or shutil.which("uv")
    if uv is None:
        missing("uv is not installed (requirements/dev.txt)")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(uv)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = environment(tmp_path / "runner", RUNNER_TOOL_CACHE=str(tmp_path / "tools"))
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    # A workspace may not tell uv where to install from.
    (workspace / "uv.toml").write_text("no-index = true\n")
    done = end(start(released, workspace, {**env, "PATH": path}))
    assert __version__ in version(done.program, tmp_path)
    packages = done.program.parents[1] / "lib"
    assert list(packages.glob("*/site-packages/httpx"))
    assert not list(packages.glob("*/site-packages/pip"))


def folder_name(action: Path) -> str:
    spec = importlib.util.spec_from_file_location("installer", action / "action" / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module._sum())


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"#")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a module": lambda action: append(action / "slogate" / "gate.py"),
    "a new module": lambda action: (action / "slogate" / "new.py").touch(),
    "another name": lambda action: (action / "slogate" / "gate.py").rename(action / "slogate/g.py"),
    "data": lambda action: (action / "slogate" / "data.json").touch(),
    "requirements": lambda action: append(action / "requirements" / "runtime.txt"),
}


@pytest.fixture
def action(tmp_path: Path) -> Path:
    return copy_action(tmp_path)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_installed_has_its_own_folder(
    action: Path, released: Path, change: str
) -> None:
    before = folder_name(action)
    assert before == folder_name(released)
    CHANGES[change](action)
    assert folder_name(action) != before


def test_what_python_writes_beside_it_changes_nothing(action: Path) -> None:
    before = folder_name(action)
    (action / "slogate" / "__pycache__").mkdir()
    (action / "slogate" / "__pycache__" / "gate.cpython-310.pyc").touch()
    assert folder_name(action) == before
