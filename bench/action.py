"""What the GitHub action costs a job, from the start of its step to the verdict: cold and warm.

    python -m bench.action [--rounds 5]

In the local runner of the tests (`act`), on the example whose counts lie in a file. Cold is a
runner without anything installed, once with uv on the PATH and once without; warm is the same
runner again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.measure import circumstances
from tests.support.github_runner import LOCAL, ROOT, run_workflow

AT = "2026-11-20T12:07:00Z"
EXAMPLE = ROOT / "examples" / "file"
WORKFLOW = f"""
on: push
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: gate
        uses: ./{LOCAL}
        with: {{risk: low, at: "{AT}"}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost of the action, cold and warm.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        for number in range(rounds):
            for name, seconds in _round(Path(place), number).items():
                found.setdefault(name, []).append(seconds)
    print(circumstances())
    for name, times in found.items():
        print(f"{name:22}{median(times):6.2f} s ({min(times):.2f}-{max(times):.2f})")
    cold, warm, alone = (
        median(found[name]) for name in ("cold, pip", "warm", "slogate check alone")
    )
    print(
        f"\ninstalling is {(cold - warm) / cold:.0%} of a cold step; warm / alone {warm / alone:.2f}"
    )


def _round(place: Path, number: int) -> dict[str, float]:
    tools = place / f"tools-{number}"
    uv_tools = place / f"uv-tools-{number}"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    found = {"cold, pip": _step(place, tools), "warm": _step(place, tools)}
    if uv:
        found["cold, uv"] = _step(place, uv_tools, uv=uv)
    (python,) = tools.glob("slogate/*/bin/python")
    return {**found, "slogate check alone": _alone(python)}


def _step(place: Path, tools: Path, uv: str = "") -> float:
    """Seconds of the action's step as the runner measures it."""
    tools.mkdir(exist_ok=True)
    files = {name: (EXAMPLE / name).read_text() for name in ("slogate.yaml", "checkout.csv")}
    path = os.environ["PATH"]
    without = [folder for folder in path.split(os.pathsep) if not shutil.which("uv", path=folder)]
    os.environ["PATH"] = os.pathsep.join([*([str(Path(uv).parent)] if uv else []), *without])
    try:
        run = run_workflow(
            {**files, ".github/workflows/gate.yml": WORKFLOW}, tool_cache=tools, tmp_path=place
        )
    finally:
        os.environ["PATH"] = path
    if run.outputs["gate"]["decision"] != "approve":
        raise SystemExit(run.log)
    return run.seconds["gate"]


def _alone(python: Path) -> float:
    command: list[str | Path] = [
        python,
        "-I",
        "-m",
        "slogate",
        "check",
        "--risk",
        "low",
        "--at",
        AT,
    ]
    began = perf_counter()
    subprocess.run(
        command,
        cwd=EXAMPLE,
        env={"PATH": os.environ["PATH"]},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return perf_counter() - began


if __name__ == "__main__":
    main()
