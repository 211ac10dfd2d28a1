"""What each command costs from start to end, beside the imports it is made of.

    python -m bench.start --slogate P [--rounds 15]

No server: `check` and `budget` read the example whose counts lie in a file.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Program, Sample, circumstances, interleave, python_of, table, version

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "file" / "slogate.yaml"
AT = "2026-11-20T12:07:00Z"

COMMANDS: dict[str, Sequence[str]] = {
    "--version": ["--version"],
    "--help": ["--help"],
    "schema": ["schema"],
    "lint": ["lint", "-c", str(EXAMPLE)],
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
    programs += [
        Program(f"slogate {name}", [slogate, *arguments], _silent)
        for name, arguments in COMMANDS.items()
    ]
    found = interleave(programs, options.rounds)
    print(circumstances())
    packages = ("slogate", "click", "httpx", "pydantic", "PyYAML", "tabulate")
    print(", ".join(version(options.slogate, package) for package in packages))
    print(f"{options.rounds} rounds; medians (least-greatest)\n\n{table(found)}")


def _failed(sample: Sample) -> str:
    return "failed" if sample.code else ""


def _silent(sample: Sample) -> str:
    return _failed(sample) or ("" if sample.out else "printed nothing")


if __name__ == "__main__":
    main()
