"""What reading a release from git costs, beside the bare git commands that it runs.

    python -m bench.extract [--commits 50000] [--rounds 7] [--features DATA.csv] [--profile]

Everything is measured in a repository that is generated first. With features (see bench.risk) the
scores that git gives are compared with those of the file, too.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import histories
from bench.features import rank_correlation
from bench.measure import Program, Sample, circumstances, interleave, run, table
from slogate.changes.facts import read_range
from slogate.changes.git import Git
from slogate.changes.process import Running
from slogate.changes.revisions import RangeOptions, revisions
from slogate.core.change_risk import ChangeRisk, change_risk
from slogate.core.risk_policy import RiskPolicy
from slogate.deadline import Deadline
from tests.support.repository import ENVIRON

POLICY = RiskPolicy()
RELEASE, RANGES, FILES = 100, (100, 1000, 10_000), (1000, 100_000)
SECONDS = 600.0
MOST_SECONDS, MOST_RATIO, LEAST_CORRELATION = 1.0, 1.5, 0.99
AS_A_PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
os.chdir(sys.argv[2])
del sys.argv[1:3]
from slogate.cli import main
raise SystemExit(main())
"""
ROOT = Path(__file__).parent.parent
IN_A_CHILD = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bench.extract import assess
from slogate.changes.git import Git
print(assess(Path(sys.argv[2]), sys.argv[3], sys.argv[4], Git).likelihood.score)
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    print(resource.getrusage(who).ru_maxrss / 1024)
"""


class Command(NamedTuple):
    """A git command as it was run."""

    arguments: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str]
    given: str

    def __str__(self) -> str:
        """Its name and what tells it apart."""
        shown = [word for word in self.arguments if not word.startswith(("-c", "--git-dir"))]
        at = next(place for place, word in enumerate(shown) if word[:1] != "-" and "=" not in word)
        return " ".join(shown[at : at + 4])

    def seconds(self) -> float:
        """How long it takes with nobody who reads."""
        start = time.perf_counter()
        subprocess.run(
            ["git", *self.arguments],
            cwd=self.folder,
            env=dict(self.environ),
            input=self.given.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return time.perf_counter() - start


class Watched(Git):
    """git that writes down what it runs."""

    commands: list[Command]

    def __init__(self, folder: Path, environ: Mapping[str, str], deadline: Deadline) -> None:
        self.commands = []
        super().__init__(folder, environ, deadline)

    @contextmanager
    def _running(
        self,
        arguments: Sequence[str],
        folder: str | Path,
        environ: Mapping[str, str],
        given: str = "",
    ) -> Iterator[Running]:
        self.commands.append(Command(tuple(arguments), Path(folder), environ, given))
        with super()._running(arguments, folder, environ, given) as process:
            yield process


def assess(folder: Path, base: str, head: str, kind: type[Git]) -> ChangeRisk:
    """All of what a gate does with git, from the start."""
    return judged(kind(folder, ENVIRON, Deadline(SECONDS)), base, head)


def judged(git: Git, base: str, head: str) -> ChangeRisk:
    asked = revisions(git, RangeOptions(base, head))
    return change_risk(read_range(git, asked, POLICY, {"": ()})[""], asked, POLICY)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        repository, hashes = histories.busy(Path(place, "busy"), options.commits)
        print(f"{circumstances()}, {repository.git('--version')}")
        print(f"{options.commits} commits, built in {time.perf_counter() - start:.0f} s\n")
        fine = _ratio(repository.folder, hashes, options.rounds)
        _whole(repository.folder, hashes, options.rounds)
        _linear(repository.folder, hashes)
        if options.profile:
            _profile(repository.folder, hashes)
        _memory(Path(place))
    if options.features:
        with tempfile.TemporaryDirectory() as place:
            found, text = rank_correlation(options.features, options.project, Path(place))
        print(f"\n{text}")
        fine &= _target("Spearman of live S and S of the file", -found, -LEAST_CORRELATION)
    return 0 if fine else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What reading a release from git costs.")
    parser.add_argument("--commits", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--features", type=Path, help="a CSV file of commits, as for bench.risk")
    parser.add_argument("--project", default="nova", help="the project of that file")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    return parser.parse_args()


def _target(name: str, found: float, limit: float) -> bool:
    fine = found <= limit
    print(f"{name}: {abs(found):.3f}, target {abs(limit):g}: {'reached' if fine else 'MISSED'}")
    return fine


def _ratio(folder: Path, hashes: Sequence[str], rounds: int) -> bool:
    base, head = hashes[-1 - RELEASE], hashes[-1]
    watched = Watched(folder, ENVIRON, Deadline(SECONDS))
    judged(watched, base, head)
    own: list[float] = []
    bare: list[list[float]] = []
    for _ in range(rounds):
        start = time.perf_counter()
        assess(folder, base, head, Git)
        own.append(time.perf_counter() - start)
        bare.append([command.seconds() for command in watched.commands])
    print(f"{RELEASE} commits, {rounds} rounds in turns; medians (least-greatest), ms")
    print(f"  {_spread(own)}  slogate")
    for command, times in zip(watched.commands, zip(*bare, strict=True), strict=True):
        print(f"  {_spread(times)}  git {str(command)[:90]}")
    sums = [sum(times) for times in bare]
    print(f"  {_spread(sums)}  all git commands, one after the other")
    ratio = median(own) / median(sums)
    fast = _target("seconds", median(own), MOST_SECONDS)
    return _target("slogate / bare git", ratio, MOST_RATIO) and fast


def _spread(seconds: Sequence[float]) -> str:
    low, middle, high = (1000 * f(seconds) for f in (min, median, max))
    return f"{middle:7.1f} ({low:.0f}-{high:.0f})".ljust(22)


def _whole(folder: Path, hashes: Sequence[str], rounds: int) -> None:
    """The command as a process, beside one that has nothing to do."""
    python = [os.path.abspath(sys.executable), "-c", AS_A_PROGRAM, str(ROOT), str(folder)]  # noqa: PTH100
    asked = ("risk", "-f", "json", "--base", hashes[-1 - RELEASE], "--head", hashes[-1])

    def wrong(word: str) -> Callable[[Sample], str]:
        return lambda sample: "" if sample.code == 0 and word in sample.out else "no answer"

    risk = Program("slogate risk", [*python, *asked], wrong(f'"commits": {RELEASE}'))
    bare = Program("slogate --version", [*python, "--version"], wrong("slogate"))
    print(f"\nwhole processes\n{table(interleave([risk, bare], rounds))}")


def _linear(folder: Path, hashes: Sequence[str]) -> None:
    print("\ncommits   seconds   ms per commit   bare git s   ratio")
    for number in RANGES:
        if number >= len(hashes):
            continue
        watched = Watched(folder, ENVIRON, Deadline(SECONDS))
        start = time.perf_counter()
        judged(watched, hashes[-1 - number], hashes[-1])
        taken = time.perf_counter() - start
        bare = sum(command.seconds() for command in watched.commands)
        each = 1000 * taken / number
        print(f"{number:7}{taken:10.2f}{each:16.2f}{bare:13.2f}{taken / bare:8.2f}")


def _profile(folder: Path, hashes: Sequence[str]) -> None:
    profile = cProfile.Profile()
    profile.runcall(assess, folder, hashes[-1 - RELEASE], hashes[-1], Git)
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)


def _memory(place: Path) -> None:
    print("\nfiles of one commit   seconds   MB of slogate   MB of git   score")
    for number in FILES:
        repository, (base, head) = histories.wide(place / f"wide{number}", number)
        words = (IN_A_CHILD, str(ROOT), str(repository.folder), base, head)
        sample = run([os.path.abspath(sys.executable), "-c", *words])  # noqa: PTH100
        if sample.code:
            raise SystemExit(sample.err)
        score, own, git = map(float, sample.out.split())
        print(f"{number:19}{sample.wall / 1000:10.2f}{own:16.1f}{git:12.1f}{score:8.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
