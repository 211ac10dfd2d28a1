"""Runs the program as a user does: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


def slogate(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Run:
    """One process of its own; only the given SLOGATE_ and other variables are set.

    Without a folder of its own it knows no git repository, or results would hang on the history of
    this project.
    """
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    inherited |= {} if cwd else {"GIT_DIR": os.devnull}
    done = subprocess.run(
        [sys.executable, "-m", "slogate", *map(str, arguments)],
        cwd=cwd or ROOT,
        env={**inherited, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Run(done.returncode, done.stdout, done.stderr)


CONFIG = """\
version: 1
sources:
  metrics: {type: prometheus, url: "%(url)s", timeout: 1s}
services:
  checkout:
    slos:
      - name: availability
        objective: 99.9
        window: 30d
        sli:
          %(role)s: sum(increase(requests_total{service="checkout",code=~"%(codes)s"}[{{window}}]))
          total: sum(increase(requests_total{service="checkout"}[{{window}}]))
%(more)s
"""


def write_config(
    place: Path, url: str, *, role: str = "bad", codes: str = "5..", more: str = ""
) -> Path:
    """A configuration with one service and one SLO, in `place`."""
    path = place / "slogate.yaml"
    path.write_text(CONFIG % {"url": url, "role": role, "codes": codes, "more": more})
    return path
