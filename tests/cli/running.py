"""Runs the program as a user does: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import forkserver

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
    code, out, err = forkserver.run(
        [str(argument) for argument in arguments],
        cwd or ROOT,
        {**inherited, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **(env or {})},
    )
    return Run(code, _text(out), _text(err))


def _text(raw: bytes) -> str:
    """As a terminal shows it: each way to end a line ends it."""
    return raw.decode().replace("\r\n", "\n").replace("\r", "\n")


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
