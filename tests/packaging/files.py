"""The files that CI platforms read, and the tools that check them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.fixtures import missing

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
INSTALLER = ROOT / "action" / "install.py"
TEMPLATE = ROOT / ".gitlab-ci-template.yml"
ZIZMOR_SETTINGS = ROOT / ".github" / "zizmor.yml"
WORKFLOWS = [
    *sorted(ROOT.glob(".github/workflows/*.yml")),
    *sorted(ROOT.glob("examples/github/*.yml")),
]
PIPELINES = [TEMPLATE, *sorted(ROOT.glob("examples/gitlab/*.yml"))]
SHELL_FILES = [ROOT / ".ci" / "run", ROOT / ".ci" / "servers"]


def run_tool(name: str, *arguments: str | Path, text: str | None = None) -> tuple[int, str]:
    """Exit code and all output of a tool that the development requirements install."""
    program = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if program is None:
        missing(f"{name} is not installed (requirements/dev.txt)")
    done = subprocess.run(
        [program, *map(str, arguments)],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def steps(path: Path) -> list[dict[str, Any]]:
    """All steps of an action or a workflow."""
    document = load(path)
    jobs = [document["runs"]] if "runs" in document else document["jobs"].values()
    return [step for job in jobs for step in job.get("steps", [])]


def pipeline_scripts(path: Path) -> Iterator[tuple[str, str]]:
    """The scripts of a pipeline's jobs, as GitLab joins them."""
    for name, job in load(path).items():
        if isinstance(job, dict):
            yield name, "\n".join([*job.get("before_script", []), *job.get("script", [])])
            yield f"{name} afterwards", "\n".join(job.get("after_script", []))
