"""Runs a GitHub workflow for real with `act`: this machine is the runner, no container, no network.

Where act differs from GitHub, and what is done about it:
- it ends with 1 for every failure: read `exit_codes` or the step's outputs;
- outputs that an action does not declare reach its caller: `outputs` holds the declared ones only,
  expressions in the workflow still see them all;
- RUNNER_TOOL_CACHE is its own, whatever it is told: a link leads from there to the given folder;
- it obeys `::commands::` at the start of a line only: `stray_commands` holds what GitHub would obey;
- it stops reading when a step has failed, and so loses its last lines: the bash that it finds holds
  a failed step's end back for a moment;
- actions/checkout copies the repository, every other action of a foreign repository is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from slogate import __version__

ROOT = Path(__file__).parents[2]
PARTS = ("action.yml", "action", "slogate", "requirements/runtime.txt")
"""All of the project that the action needs."""
LOCAL = ".slogate-action"
PUBLISHED = [f"slogate/slogate@v{v}" for v in (__version__, __version__.partition(".")[0])]
KEPT = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
PLAIN_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
WRITTEN = "2026-09-01T12:00:00Z"
"""The time of the commit that a run is about."""
_BASH = """\
#!/bin/sh
"%s" "$@"
code=$?
[ "$code" -eq 0 ] || sleep 0.4
exit "$code"
"""
_STRAY = re.compile(r"^\s+::[a-z-]+[ :]|##\[[a-z-]+[\] ]")


@dataclass(frozen=True)
class Annotation:
    """A `::error ...::`, `::warning ...::` or `::notice ...::`, and the line that made it."""

    kind: str
    properties: Mapping[str, str]
    message: str
    raw: str


@dataclass(frozen=True)
class WorkflowRun:
    """What became of a workflow. Steps are named by their id, those of an action `caller/inner`."""

    jobs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    exit_codes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summaries: dict[str, str] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    stray_commands: list[str] = field(default_factory=list)
    log: str = ""


def act_binary() -> str | None:
    """The act beside this Python, else the one of the PATH."""
    return shutil.which("act", path=str(Path(sys.executable).parent)) or shutil.which("act")


def run_workflow(
    files: Mapping[str, str],
    *,
    event: str = "push",
    payload: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    token: str = "",
    slug: str = "acme/shop",
    past: Path | None = None,
    tool_cache: Path,
    tmp_path: Path,
    timeout: float = 180,
) -> WorkflowRun:
    """Run the workflows among the files (path -> text) in a new repository, see `write_repo`.

    The action is `uses: ./.slogate-action`, or as published: `uses: slogate/slogate@vX`. `token`
    is what `github.token` stands for.
    """
    place = new_folder(tmp_path, "act")
    repo = write_repo(place / "repo", files, f"https://github.com/{slug}.git", past)
    _copy_action(repo / LOCAL)
    (place / "event.json").write_text(json.dumps(payload or {}), encoding="utf-8")
    cache = place / "cache"
    (cache / "act").mkdir(parents=True)
    (cache / "act" / "tool_cache").symlink_to(tool_cache, target_is_directory=True)
    command = [
        *(act_binary() or "act", event, "--json", "--eventpath", str(place / "event.json")),
        *("--platform", "ubuntu-latest=-self-hosted", "--no-cache-server", "--actor", "octocat"),
        *(f"--local-repository={name}={repo / LOCAL}" for name in PUBLISHED),
        *(word for name, value in (env or {}).items() for word in ("--env", f"{name}={value}")),
        *(("--secret", f"GITHUB_TOKEN={token}") if token else ()),
    ]
    clean = {**clean_environment(place), "XDG_CACHE_HOME": str(cache)}
    write_program(place / "bin" / "bash", _BASH % shutil.which("bash"))
    text = run_bounded(command, cwd=repo, env=clean, timeout=timeout)
    return _told(text, _declared(repo), _jobs(files))


def new_folder(parent: Path, name: str) -> Path:
    """The first free one of name-0, name-1, ...: one test may run several."""
    number = sum(1 for _ in parent.glob(f"{name}-*"))
    folder = parent / f"{name}-{number}"
    folder.mkdir(parents=True)
    return folder


def clean_environment(place: Path) -> dict[str, str]:
    """Nothing of the caller's but how to install packages; `python3` is this Python."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(("PIP_", "UV_"))}
    home = place / "home"
    for settings in (".config/pip", ".config/uv", ".pip"):
        if (real := Path.home() / settings).is_dir():
            (home / settings).parent.mkdir(parents=True, exist_ok=True)
            (home / settings).symlink_to(real, target_is_directory=True)
    home.mkdir(exist_ok=True)
    # Not a link: Python looks for its library beside the name by which it was started.
    python = sys._base_executable  # type: ignore[attr-defined]
    write_program(place / "bin" / "python3", f'#!/bin/sh\nexec "{python}" "$@"\n')
    path = f"{place / 'bin'}{os.pathsep}{kept['PATH']}"
    return {**kept, **PLAIN_GIT, "PATH": path, "HOME": str(home), "LANG": "C.UTF-8"}


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def write_repo(repo: Path, files: Mapping[str, str], remote: str, past: Path | None = None) -> Path:
    """A repository with one commit on `main`, after those of `past`, which has its tags too."""
    repo.mkdir()
    _git(repo, ("init", "--quiet", "--initial-branch", "main"))
    if past is not None:
        _git(repo, ("fetch", "--quiet", "--tags", str(past), "main"))
        _git(repo, ("reset", "--quiet", "--hard", "FETCH_HEAD"))
    for name, text in files.items():
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text, encoding="utf-8")
    for command in (
        ("add", "--all", "--force"),
        ("commit", "--quiet", "--message", "A change"),
        ("remote", "add", "origin", remote),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"),
    ):
        _git(repo, command)
    return repo


def _git(repo: Path, command: Sequence[str]) -> None:
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.invalid")
    dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), WRITTEN)
    env = {"PATH": os.environ["PATH"], **PLAIN_GIT, **dates}
    subprocess.run(["git", *identity, *command], cwd=repo, env=env, check=True)


def run_bounded(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
) -> str:
    """All that it prints; its exit code says nothing. Ends it, with its own children, in time."""
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a group of its own, which alone is ended below
    ) as process:
        try:
            # Not as text, which would take each carriage return for the end of a line.
            return process.communicate(timeout=timeout)[0].decode("utf-8", "replace")
        except BaseException:
            _end(process)
            raise


def _end(process: subprocess.Popen[bytes]) -> None:
    # Asked first: the runners end their steps, which have groups of their own.
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _copy_action(folder: Path) -> None:
    # Not in a commit, of which it would be most.
    for part in PARTS:
        for source in (ROOT / part, *(ROOT / part).rglob("*.py")):
            if source.is_file():
                target = folder / source.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def _declared(repo: Path) -> set[str]:
    action = yaml.safe_load((repo / LOCAL / "action.yml").read_text(encoding="utf-8"))
    return set(action["outputs"])


def _jobs(files: Mapping[str, str]) -> set[str]:
    flows = [text for name, text in files.items() if name.startswith(".github/workflows/")]
    return {job for text in flows for job in yaml.safe_load(text)["jobs"]}


def _told(text: str, declared: set[str], jobs: Iterable[str]) -> WorkflowRun:
    run = WorkflowRun()
    entries = [json.loads(line) for line in text.split("\n") if line.startswith("{")]
    log = "".join(_shown(run, entry) for entry in entries)
    for entry in entries:
        _note(run, entry)
    if not run.jobs:
        raise RuntimeError(f"act reported no job:\n{text[-3000:]}")
    for step, outputs in run.outputs.items():
        if any(inner.startswith(f"{step}/") for inner in run.steps):
            run.outputs[step] = {k: v for k, v in outputs.items() if k in declared}
    run.jobs.update({job: "skipped" for job in jobs if job not in run.jobs})
    return WorkflowRun(**{**vars(run), "log": log})


def _note(run: WorkflowRun, entry: Mapping[str, Any]) -> None:
    step = "/".join(entry.get("stepID", ()))
    if "jobResult" in entry:
        # A matrix ends several times; one failure is the job's.
        if run.jobs.get(entry["jobID"]) != "failure":
            run.jobs[entry["jobID"]] = entry["jobResult"]
    elif "stepResult" in entry and entry.get("stage") == "Main":
        run.steps[step], run.seconds[step] = entry["stepResult"], entry["executionTime"] / 1e9
    elif code := re.fullmatch(r"exit status (\d+)", entry["msg"]):
        run.exit_codes[step] = int(code[1])
    elif entry.get("command") == "set-output":
        run.outputs.setdefault(step, {})[entry["name"]] = entry["arg"]
    elif entry.get("command") == "summary":
        run.summaries[step] = entry["content"]


def _shown(run: WorkflowRun, entry: Mapping[str, Any]) -> str:
    """What a person sees of it; annotations and stray commands are kept."""
    command, message = entry.get("command"), entry.get("arg", "")
    if entry.get("raw_output"):
        if _STRAY.search(entry["msg"]):
            run.stray_commands.append(entry["msg"].rstrip("\n"))
        return str(entry["msg"])
    if command in ("error", "warning", "notice"):
        raw = entry["raw"].rstrip("\n")
        run.annotations.append(Annotation(command, entry["kvPairs"], message, raw))
        return f"{command.capitalize()}: {message}\n"
    if command == "ignored":  # within ::stop-commands::
        return str(entry["raw"])
    return f"{message}\n" if command == "group" else ""
