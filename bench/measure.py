"""Whole processes measured side by side: wall time, CPU time, peak memory; medians and ratios."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SPAWN = Path(__file__).with_name("spawn.py")
FIELDS = {"wall": "ms", "cpu": "ms", "rss": "MB"}
WARM_UP = 2


class FailedError(RuntimeError):
    """A program did not do its work, so its time would mean nothing."""


@dataclass(frozen=True)
class Sample:
    """What one process cost (milliseconds, MB) and how it ended."""

    wall: float
    cpu: float
    rss: float
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """A command, and the check that it really worked: returns what is wrong, or nothing."""

    name: str
    command: Sequence[str]
    wrong: Callable[[Sample], str]


def environment() -> dict[str, str]:
    """A plain environment: no proxies, settings of the programs, or ban on cached bytecode."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def run(command: Sequence[str]) -> Sample:
    """One process of this command, whose first word is an absolute path."""
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(SPAWN), str(out), str(err), *command],
            env=environment(),
            cwd=place,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        wall, cpu, rss, code = done.stdout.split()
        return Sample(
            wall=float(wall) * 1e3,
            cpu=float(cpu) * 1e3,
            rss=float(rss) / 1024,
            code=int(code),
            out=out.read_text(encoding="utf-8"),
            err=err.read_text(encoding="utf-8"),
        )


def checked(program: Program) -> Sample:
    """One run of a program that must do its work."""
    sample = run(program.command)
    wrong = program.wrong(sample)
    if wrong:
        tail = (sample.out + sample.err)[-2000:]
        raise FailedError(f"{program.name}: {wrong} (exit code {sample.code})\n{tail}")
    return sample


Samples = dict[str, list[Sample]]


def interleave(programs: Sequence[Program], rounds: int, warm_up: int = WARM_UP) -> Samples:
    """A B C A B C ...: whatever disturbs the machine for a while disturbs all of them."""
    found: Samples = {program.name: [] for program in programs}
    for turn in range(warm_up + rounds):
        for program in programs:
            sample = checked(program)
            if turn >= warm_up:
                found[program.name].append(sample)
    return found


def values(samples: Sequence[Sample], field: str) -> list[float]:
    """One measure (`wall`, `cpu` or `rss`) of all samples."""
    return [float(getattr(sample, field)) for sample in samples]


def table(found: Samples) -> str:
    """Medians with their least and greatest values, a line per program."""
    heads = "".join(f"{f'{name} {unit}':>22}" for name, unit in FIELDS.items())
    lines = [f"{'':30}{heads}"]
    for name, samples in found.items():
        cells = "".join(f"{_spread(values(samples, field)):>22}" for field in FIELDS)
        lines.append(f"{name:30}{cells}")
    return "\n".join(lines)


def _spread(numbers: Sequence[float]) -> str:
    return f"{median(numbers):.1f} ({min(numbers):.0f}-{max(numbers):.0f})"


def ratios(found: Samples, one: str, other: str) -> str:
    """The median over the rounds of `one` / `other`, both taken from the same round."""
    parts = []
    for field in FIELDS:
        pairs = zip(values(found[one], field), values(found[other], field), strict=True)
        quotients = [a / b for a, b in pairs]
        spread = f"({min(quotients):.2f}-{max(quotients):.2f})"
        parts.append(f"{field} {median(quotients):.2f} {spread}")
    return f"{one} / {other}: " + ", ".join(parts)


def circumstances() -> str:
    """When and where, for the record."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    load = os.getloadavg()[0]
    python = platform.python_version()
    return f"{day}, {os.cpu_count()} cores, load {load:.1f}, Python {python}"


def version(program: Path, package: str) -> str:
    """The version of a package in the virtual environment that `program` belongs to."""
    code = f"from importlib.metadata import version; print({package!r}, version({package!r}))"
    done = subprocess.run(
        [str(python_of(program)), "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def python_of(program: Path) -> Path:
    """The interpreter of the virtual environment that `program` belongs to."""
    return program.absolute().parent / "python"
