"""How well the score foretells defects: ranking, gates, bands, calibration, beside their targets.

    python -m bench.risk DATA.csv

A line of the file is a commit: its `project`, time (`ts`), lines added (`la`), files (`nf`) and
documents (`ndoc`), `entropy`, most fixes of a file in a year (`nfix1y_max`), whether its message
says fix (`fixn`), and whether a later fix blames its lines (`bug`). Exits 1 when a target is missed
that was measured on as many repositories as the file has.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import isnan, nan
from pathlib import Path
from random import Random
from statistics import fmean
from typing import NamedTuple

from slogate.core import risk
from slogate.core.commits import Commit
from slogate.core.model import Risk

HISTORY, BINS, RESAMPLES, SEED = 500, 10, 10_000, 20
GATES, FEWEST = (5, 10, 20, 50), 5
GROUPINGS = {"5c": 5, "10c": 10, "20c": 20, "1d": 86_400, "7d": 7 * 86_400}
"""Commits of a release, or seconds of which it has all commits."""
Measures = dict[str, float]


class Repository(NamedTuple):
    """The commits of one repository in order of time, their scores and their labels."""

    commits: list[Commit]
    scores: list[float]
    bugs: list[int]


class Target(NamedTuple):
    """What a measure must reach, what is great, and on how many repositories that was measured."""

    label: str
    measure: str
    must: float
    great: float
    repositories: int = 20

    def result(self, found: float) -> str:
        sign = 1 if self.great > self.must else -1
        limits = {"great": self.great, "must": self.must}
        return next((name for name, at in limits.items() if sign * (found - at) >= 0), "missed")


TARGETS = (
    Target("mean AUC, MIT labels alone", "S", 0.78, 0.790, 10),
    Target("better than la, MIT labels alone", "wins", 8, 9, 10),
    Target("mean AUC", "S", 0.785, 0.795),
    Target("repositories better than la", "wins", 16, 18),
    Target("mean AUC minus la, lower bound", "least", 0.001, 0.013),
    Target("caught by the riskiest 5 %", "cap5", 0.165, 0.171),
    Target("caught by the riskiest 10 %", "cap10", 0.29, 0.300),
    Target("caught by the riskiest 20 %", "cap20", 0.475, 0.483),
    Target("caught by the riskiest 50 %", "cap50", 0.805, 0.813),
    Target("high band, lift", "h.lift", 2.7, 2.87),
    Target("low band, lift", "l.lift", 0.27, 0.24),
    Target("low band, share of commits", "l.share", 0.45, 0.49),
    Target("low band, share of bugs (missed)", "l.bugs", 0.14, 0.124),
    Target("commit ECE, base rate known", "ECE", 0.04, 0.034),
    Target("commit Brier skill, base rate known", "Brier", 0.14, 0.159),
    Target("release AUC of P, 5 commits", "P 5c", 0.735, 0.740),
    Target("release AUC of P, 10 commits", "P 10c", 0.745, 0.754),
    Target("release AUC of P, 20 commits", "P 20c", 0.765, 0.772),
    Target("release AUC of P, 1 day", "P 1d", 0.82, 0.829),
    Target("release AUC of P, 7 days", "P 7d", 0.885, 0.890),
)
SHOWN = {
    "AUC (late: of the last 20 % in time), and bugs among the riskiest k % of commits": (
        "S", "la", "S-la", "S late", *(f"cap{gate}" for gate in GATES)),
    f"Last 20 %: bands by p50 and p80 of the {HISTORY} commits before them (high, low)": (
        BANDS := tuple(f"{band}.{name}" for band in "hl" for name in ("share", "bugs", "lift"))),
    f"The same by p50 and p80 of the {HISTORY} commits before each commit": (
        tuple(f"r.{name}" for name in BANDS)),
    "Calibration with the base rate known, and (typ) with its typical intercept": (
        "base", "ECE", "Brier", "typ ECE", "typ Brier"),
    f"AUC of releases, with a bug or without; where there are {FEWEST} of both": (
        tuple(f"{by} {name}" for by in "PR" for name in GROUPINGS)),
}  # fmt: skip
NOTE = """Mean of S-la: 95 % from {least:+} to {most:+} (bootstrap over repositories)

Most targets were measured on 20 repositories, of which only the 10 with labels
under the MIT licence are in the file that can be shared. This file has {number}; a
result in brackets is beside a target from another number of repositories: it
does not count, and is not like for like. At a base rate b the riskiest k % hold
no more than k/b of the bugs, and no lift exceeds 1/b."""


def main() -> int:
    parser = argparse.ArgumentParser(description="How well the score foretells defects.")
    parser.add_argument("data", type=Path, help="a CSV file of labelled commits")
    repositories = _read(parser.parse_args().data)
    found = {name: _measures(one) for name, one in repositories.items()}
    summary, number = _summary(found), len(found)
    print(f"{sum(len(one.bugs) for one in repositories.values())} commits, {number} repositories")
    for title, columns in SHOWN.items():
        print(f"\n{title}\n{_table({**found, 'mean': summary}, columns)}")
    print(f"\n{NOTE.format(number=number, **summary)}\n\n{_targets(summary, number)}")
    missed = (t for t in TARGETS if t.result(summary[t.measure]) == "missed")
    return int(any(target.repositories == number for target in missed))


def _read(path: Path) -> dict[str, Repository]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["project"], int(row["ts"])))
    found: dict[str, Repository] = {}
    for row in rows:
        commit = Commit(
            sha="", time=int(row["ts"]), subject="", added=int(row["la"]), files=int(row["nf"]),
            documents=int(row["ndoc"]), entropy=float(row["entropy"]), is_fix=row["fixn"] == "1",
            fixes=int(row["nfix1y_max"]),
        )  # fmt: skip
        one = found.setdefault(row["project"], Repository([], [], []))
        one.commits.append(commit)
        one.scores.append(risk.commit_score(commit))
        one.bugs.append(int(row["bug"]))
    return found


def _measures(one: Repository) -> Measures:
    lines, late = [commit.added for commit in one.commits], len(one.bugs) * 4 // 5
    whole, plain = auc(one.scores, one.bugs), auc(lines, one.bugs)
    base = fmean(one.bugs)
    known = risk.calibrated_intercept([[score] for score in one.scores], base)
    typical = _errors(one, risk.typical_intercept(base))
    rolling = _bands(one, late, rolling=True)
    return {
        "S": whole,
        "la": plain,
        "S-la": whole - plain,
        "S late": auc(one.scores[late:], one.bugs[late:]),
        **{f"cap{gate}": caught(one.scores, one.bugs, gate) for gate in GATES},
        **_bands(one, late, rolling=False),
        **{f"r.{name}": value for name, value in rolling.items()},
        "base": base,
        **_errors(one, known),
        **{f"typ {name}": value for name, value in typical.items()},
        **_releases(one, known),
    }


def auc(scores: Sequence[float], bugs: Sequence[int]) -> float:
    """How often one with a bug scores above one without; a tie counts half."""
    wins = below = 0.0
    for labels in _tied(scores, bugs):
        fine = len(labels) - sum(labels)
        wins += sum(labels) * (below + fine / 2)
        below += fine
    return wins / below / sum(bugs) if min(below, sum(bugs)) >= FEWEST else nan


def caught(scores: Sequence[float], bugs: Sequence[int], percent: float) -> float:
    """The share of the bugs among the riskiest commits; of equal scores, as chance picks them."""
    room, bad = len(bugs) * percent / 100, 0.0
    for labels in _tied([-score for score in scores], bugs):
        part = min(1.0, room / len(labels))
        bad += part * sum(labels)
        room -= part * len(labels)
    return bad / sum(bugs)


def _tied(scores: Sequence[float], bugs: Sequence[int]) -> Iterable[list[int]]:
    pairs = sorted(zip(scores, bugs, strict=True))
    return ([bug for _, bug in tied] for _, tied in groupby(pairs, key=lambda pair: pair[0]))


def _bands(one: Repository, start: int, *, rolling: bool) -> Measures:
    inside: dict[Risk, list[int]] = {band: [] for band in Risk}
    for place in range(start, len(one.bugs)):
        until = place if rolling else start
        before = one.scores[max(0, until - HISTORY) : until]
        medium, high = risk.percentile(before, 50), risk.percentile(before, 80)
        inside[risk.level(one.scores[place], medium, high)].append(one.bugs[place])
    found: Measures = {}
    for name, bugs in (("h", inside[Risk.HIGH]), ("l", inside[Risk.LOW])):
        share, bad = len(bugs) / (len(one.bugs) - start), sum(bugs) / sum(one.bugs[start:])
        found |= {f"{name}.share": share, f"{name}.bugs": bad}
        found[f"{name}.lift"] = bad / share if share else nan
    return found


def _errors(one: Repository, intercept: float) -> Measures:
    """Expected calibration error in bins of equal size, and Brier skill above the base rate."""
    pairs = sorted(zip(risk.probabilities(one.scores, intercept), one.bugs, strict=True))
    size, base = len(pairs), fmean(one.bugs)
    bins = [pairs[size * i // BINS : size * (i + 1) // BINS] for i in range(BINS)]
    gap = sum(abs(sum(chance - bug for chance, bug in each)) for each in bins) / size
    brier = fmean((chance - bug) ** 2 for chance, bug in pairs)
    return {"ECE": gap, "Brier": 1 - brier / (base * (1 - base))}


def _releases(one: Repository, intercept: float) -> Measures:
    found = {}
    for name, size in GROUPINGS.items():
        releases: dict[int, list[int]] = {}
        for place, commit in enumerate(one.commits):
            at = place if name.endswith("c") else commit.time
            releases.setdefault(at // size, []).append(place)
        bugs = [int(any(one.bugs[i] for i in places)) for places in releases.values()]
        scores = [[one.scores[i] for i in places] for places in releases.values()]
        chances = [risk.any_of(risk.probabilities(each, intercept)) for each in scores]
        found[f"P {name}"] = auc(chances, bugs)
        found[f"R {name}"] = auc([risk.release_score(each) for each in scores], bugs)
    return found


def _summary(found: dict[str, Measures]) -> Measures:
    random, gains = Random(SEED), [one["S-la"] for one in found.values()]
    drawn = [fmean(random.choices(gains, k=len(gains))) for _ in range(RESAMPLES)]
    summary: Measures = {"wins": sum(gain > 0 for gain in gains)}
    summary |= {"least": risk.percentile(drawn, 2.5), "most": risk.percentile(drawn, 97.5)}
    for name in next(iter(found.values())):
        known = [one[name] for one in found.values() if not isnan(one[name])]
        summary[name] = fmean(known) if known else nan
    # NOTE: targets have three digits, so that is what is compared.
    return {name: round(value, 3) for name, value in summary.items()}


def _table(rows: dict[str, Measures], columns: Sequence[str]) -> str:
    width = min(10, 60 // len(columns))
    lines = [f"{'':20}" + "".join(f"{column:>{width}}" for column in columns)]
    for name, one in rows.items():
        cells = ("-" if isnan(one[column]) else f"{one[column]:.3f}" for column in columns)
        lines.append(f"{name[:20]:20}" + "".join(f"{cell:>{width}}" for cell in cells))
    return "\n".join(lines)


def _targets(summary: Measures, number: int) -> str:
    lines = [f"{'':36}{'found':>9}{'must':>8}{'great':>8}{'repos':>7}"]
    for target in TARGETS:
        value, same = summary[target.measure], target.repositories == number
        result = target.result(value) if same else f"({target.result(value)})"
        limits = f"{target.must:8}{target.great:8}{target.repositories:7}"
        lines.append(f"{target.label:36}{value:9}{limits}  {result}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
