"""Fuzzing of all that is foreign: nothing may come out of it but our own errors.

    python -m bench.fuzz [TARGET ...] [--cases 100000] [--seed 1] [--coverage] [--save DIR]

Each case starts from a right document and is mutated; its number and the seed make it again. With
--coverage libFuzzer makes them, guided by what of slogate they reach; that needs atheris beside
slogate (a virtual environment of its own: pip install . atheris), which nothing else needs.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.fuzz_api import TARGETS as API
from bench.fuzz_canary_api import TARGETS as CANARY
from bench.fuzz_config import TARGETS as CONFIG
from bench.fuzz_events import TARGETS as EVENTS
from bench.fuzz_files import TARGETS as FILES
from bench.fuzz_git import TARGETS as GIT
from bench.fuzz_target import EscapeError, Target, outcome

TARGETS = {target.name: target for target in (*CONFIG, *API, *CANARY, *FILES, *GIT, *EVENTS)}
MOST_ESCAPES = 20
"""So many are kept; the rest is most likely the same again."""
MEMORY = 4 << 30
"""Bytes of address space; a case that wants more ends in MemoryError, which is an escape."""


@dataclass
class Result:
    """What came of the cases of one target; times are seconds of the processor."""

    name: str
    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    escapes: list[tuple[str, bytes]] = field(default_factory=list)
    slowest: float = 0.0
    total: float = 0.0
    slowest_case: bytes = b""

    def run(self, target: Target, case: bytes) -> None:
        """Run one case."""
        self.cases += 1
        try:
            words, seconds = outcome(target, case)
        except EscapeError as error:
            if len(self.escapes) < MOST_ESCAPES:
                self.escapes.append((str(error), case))
            words, seconds = "ESCAPE", 0.0
        self.outcomes[words] += 1
        self.total += seconds
        if seconds > self.slowest:
            self.slowest, self.slowest_case = seconds, case


def fuzz(target: Target, cases: int, seed: int) -> Result:
    """Run so many cases."""
    result = Result(target.name)
    for number in range(cases):
        result.run(target, target.make(Random(f"{seed} {target.name} {number}")))
        if number % 5_000 == 0:
            gc.collect()
    return result


def table(results: Iterable[Result]) -> str:
    """The results in markdown."""
    lines = [
        "| target | cases | refused or failed with our error | distinct outcomes | mean ms | slowest ms | escapes |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in results:
        escaped = one.outcomes["ESCAPE"]
        refused = sum(n for words, n in one.outcomes.items() if "Error: " in words)
        lines.append(
            f"| {one.name} | {one.cases:,} | {refused / max(one.cases, 1):.0%} | {len(one.outcomes)} "
            f"| {one.total / max(one.cases, 1) * 1000:.2f} | {one.slowest * 1000:.0f} | {escaped} |"
        )
    return "\n".join(lines)


def details(result: Result, most: int = 8) -> str:
    """The most frequent outcomes of one target."""
    found = (f"  {count:>7,}  {words}" for words, count in result.outcomes.most_common(most))
    return "\n".join([f"{result.name}:", *found])


def save(result: Result, folder: Path) -> None:
    """The cases that escaped, and the slowest one."""
    folder.mkdir(parents=True, exist_ok=True)
    name = result.name.replace(" ", "-")
    for number, (why, case) in enumerate(result.escapes):
        path = folder / f"{name}-{number}.case"
        path.write_bytes(case)
        print(f"ESCAPE of {result.name}, kept in {path}: {why}", file=sys.stderr)
    (folder / f"{name}-slowest.case").write_bytes(result.slowest_case)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzz what slogate reads.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--cases", type=int, default=100_000, help="of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", action="store_true", help="guided by coverage; needs atheris")
    parser.add_argument("--save", type=Path, default=Path("fuzz-escapes"), help="for escapes")
    options = parser.parse_args()
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no target {', '.join(unknown)}; there are: {', '.join(TARGETS)}")
    chosen = [TARGETS[name] for name in options.targets or TARGETS]
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", ResourceWarning)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    results = [_run(target, options) for target in chosen]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"seed {options.seed}, peak memory of all {peak:.0f} MiB\n\n{table(results)}")
    print("\n".join(["", "```text", *map(details, results), "```"]))
    sys.exit(1 if any(result.escapes for result in results) else 0)


def _run(target: Target, options: argparse.Namespace) -> Result:
    start = time.monotonic()
    if options.coverage:
        from bench.fuzz_coverage import guided

        result = guided(target.name, options.cases, options.seed)
    else:
        result = fuzz(target, options.cases, options.seed)
    save(result, options.save)
    print(f"{target.name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    return result


if __name__ == "__main__":
    main()
