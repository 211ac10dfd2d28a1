"""Runs a GitLab pipeline for real with `gitlab-ci-local`: shell jobs on this machine, no container.

Where it differs from GitLab, and what is done about it:
- its exit code may be 0 though a job failed, and later stages run after such a job: only its
  report is believed, and `jobs` says how each job ended;
- parallel jobs share one folder by default, and overwrite each other's dotenv: each gets its own;
- with folders of their own it empties a job's folder before the after_script, artifacts and all:
  the rsync that it calls deletes nothing;
- a job with an `image` gets the CI_PROJECT_DIR of a container even without one: the key is left out;
- GITLAB_CI is `false` by default; `retry`, `expose_as` and the junit report have no effect.
"""

from __future__ import annotations

import re
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.github_runner import (
    ROOT,
    clean_environment,
    new_folder,
    run_bounded,
    write_program,
    write_repo,
)

TEMPLATE = ".gitlab-ci-template.yml"
REMOTE = "git@gitlab.example.invalid:acme/shop.git"
MISSING = "missing"
_BINARY = "gitlab-ci-local"
_INSTALLED = ROOT / "tests" / "rendering" / "node_modules" / ".bin"
_STATE = ".gitlab-ci-local"
_RSYNC = """\
#!/bin/sh
for word do
	shift
	case "$word" in
		--delete-excluded) ;;
		--delete) set -- "$@" --ignore-existing ;;
		*) set -- "$@" "$word" ;;
	esac
done
exec "%s" "$@"
"""
_IMAGE = re.compile(r"^ *image: .*\n", re.MULTILINE)
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class PipelineRun:
    """What became of a pipeline. Jobs end with PASS, WARN or FAIL, or are missing."""

    jobs: dict[str, str]
    exit_codes: dict[str, int]
    dotenv: dict[str, str]
    artifacts: dict[str, Path]
    log: str


def gitlab_binary() -> str | None:
    """The program of the lock file, else the one of the PATH; None without Node.js or rsync."""
    if not (shutil.which("node") and shutil.which("rsync")):
        return None
    return shutil.which(_BINARY, path=str(_INSTALLED)) or shutil.which(_BINARY)


def run_pipeline(
    files: Mapping[str, str],
    *,
    variables: Mapping[str, str] | None = None,
    manual: Sequence[str] = (),
    past: Path | None = None,
    tmp_path: Path,
    timeout: float = 180,
) -> PipelineRun:
    """Run the `.gitlab-ci.yml` among the files (path -> text) in a new repository, see `write_repo`.

    The project's template is there too, for `include: {local: .gitlab-ci-template.yml}`. Manual
    jobs run if they are named.
    """
    place = new_folder(tmp_path, "gitlab")
    everything = {TEMPLATE: (ROOT / TEMPLATE).read_text(encoding="utf-8"), **files}
    without_images = {
        name: _IMAGE.sub("", text) if "gitlab-ci" in name else text
        for name, text in everything.items()
    }
    repo = write_repo(place / "repo", without_images, REMOTE, past)
    settings = {"GITLAB_CI": "true", **(variables or {})}
    command = [
        *(gitlab_binary() or _BINARY, "--force-shell-executor", "--shell-isolation"),
        *("--no-color", "--no-artifacts-to-source"),
        *(word for pair in settings.items() for word in ("--variable", "=".join(pair))),
        *(word for job in manual for word in ("--manual", job)),
    ]
    env = clean_environment(place)
    write_program(place / "bin" / "rsync", _RSYNC % shutil.which("rsync"))
    text = run_bounded(command, cwd=repo, env=env, timeout=timeout)
    return _told(_COLOR.sub("", text), repo / _STATE)


def _told(log: str, state: Path) -> PipelineRun:
    expanded = state / "expanded-gitlab-ci.yml"
    names = _names(expanded) if expanded.exists() else []
    jobs = {name: _result(log, name) for name in names}
    if set(jobs.values()) <= {MISSING}:
        raise RuntimeError(f"gitlab-ci-local reported no job:\n{log[-3000:]}")
    ran = {name: state / "artifacts" / _folder(name) for name in names if jobs[name] != MISSING}
    return PipelineRun(
        jobs,
        {name: _exit_code(log, name) for name in ran},
        {name: text for name, folder in ran.items() if (text := _dotenv(folder))},
        ran,
        log,
    )


def _names(expanded: Path) -> list[str]:
    document = yaml.safe_load(expanded.read_text(encoding="utf-8"))
    return [
        name
        for name, value in document.items()
        if not name.startswith(".") and isinstance(value, dict) and "script" in value
    ]


def _result(log: str, name: str) -> str:
    # The whole line: names are padded, warnings of other kinds begin alike, and the line of a
    # failed after_script, which changes nothing, ends otherwise.
    line = rf"^ (PASS|WARN|FAIL)  {re.escape(name)} *(?: pre_script)?$"
    found = re.findall(line, log, re.MULTILINE)
    return str(found[-1]) if found else MISSING


def _exit_code(log: str, name: str) -> int:
    """Of its last attempt; only failures are told."""
    line = rf"^{re.escape(name)} +finished in .*  (?:WARN|FAIL) (\d+) $"
    found = re.findall(line, log, re.MULTILINE)
    return int(found[-1]) if found else 0


def _dotenv(folder: Path) -> str:
    reports = folder / ".gitlab-ci-reports" / "dotenv"
    return "".join(
        path.read_text(encoding="utf-8") for path in reports.rglob("*") if path.is_file()
    )


def _folder(name: str) -> str:
    """Its folder's name: what is unusual in a job's name is encoded, a space as IA."""
    return re.sub(
        r"[^\w-]+",
        lambda m: urlsafe_b64encode(m[0].encode()).decode().rstrip("="),
        name,
        flags=re.ASCII,
    )
