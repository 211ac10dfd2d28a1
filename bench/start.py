"""What each command costs from start to end, beside the imports it is made of.

    python -m bench.start --slogate P [--rounds 15]

No server: `check` and `budget` read the example whose counts lie in a file, `canary` two small files,
and `risk` a repository of 300 commits.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.histories import busy
from bench.measure import Program, Sample, circumstances, interleave, python_of, table, version

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXAMPLE = EXAMPLES / "file" / "slogate.yaml"
COMMITS, ROWS = 300, 60
AT = "2026-11-20T12:07:00Z"

COMMANDS: dict[str, Sequence[str]] = {
    "--version": ["--version"],
    "--help": ["--help"],
    "schema": ["schema"],
    "init": ["init", "-o", "-"],
    "lint": ["lint", "-c", str(EXAMPLE)],
    "test": ["test", str(EXAMPLES / "policy-tests" / "tests.yml")],
    "budget": ["budget", "-c", str(EXAMPLE), "--at", AT],
    "check": ["check", "-c", str(EXAMPLE), "--at", AT, "--risk", "low"],
}
BARE = {
    "pass": "pass",
    "click": "import click",
    "yaml": "import yaml",
    "tabulate": "import tabulate",
    "pydantic": "import pydantic",
    "pydantic, one model": "from pydantic import BaseModel\nclass M(BaseModel):\n x: int = 1\nM()",
    "httpx": "import httpx",
    "httpx, a client": "import httpx; httpx.Client()",
    "http.client": "import http.client",
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Start-up cost of each command.")
    parser.add_argument("--slogate", type=Path, required=True, help="path of the program")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    slogate = str(options.slogate.absolute())
    python = str(python_of(options.slogate))
    programs = [Program(f"python: {n}", [python, "-c", c], _failed) for n, c in BARE.items()]
    with tempfile.TemporaryDirectory(prefix="slogate-bench-") as place:
        programs += [
            Program(f"slogate {name}", command, _silent)
            for name, command in _commands(slogate, Path(place)).items()
        ]
        found = interleave(programs, options.rounds)
    print(circumstances())
    packages = ("slogate", "click", "httpx", "pydantic", "PyYAML", "tabulate")
    print(", ".join(version(options.slogate, package) for package in packages))
    print(f"{options.rounds} rounds; medians (least-greatest)\n\n{table(found)}")


def _commands(slogate: str, place: Path) -> dict[str, list[str]]:
    commands = {name: [slogate, *arguments] for name, arguments in COMMANDS.items()}
    files = []
    for option in ("--baseline-file", "--canary-file"):
        file = place / f"{option}.csv"
        rows = (f"{60 * row},{10 + row % 7 / 10}\n" for row in range(ROWS))
        file.write_text("time,latency\n" + "".join(rows), encoding="utf-8")
        files += [option, str(file)]
    commands["canary"] = [slogate, "canary", *files]
    busy(place / "repository", COMMITS)
    # NOTE: the shell steps into the repository, and is then replaced.
    inside = f'cd "{place / "repository"}" && exec "$0" "$@"'
    commands["risk"] = ["/bin/sh", "-c", inside, slogate, "risk", "--head", "main"]
    return commands


def _failed(sample: Sample) -> str:
    return "failed" if sample.code else ""


def _silent(sample: Sample) -> str:
    return _failed(sample) or ("" if sample.out else "printed nothing")


if __name__ == "__main__":
    main()
