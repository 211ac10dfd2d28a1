"""What `scale` found, as the tables of README.md and as a picture.

    python -m bench.scale_report RESULTS

makes both again from the results of an earlier run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import plot
from bench.measure import Sample, values
from bench.recorder import Recorder
from bench.scale_jobs import GENERATOR, HTTPX, KIT, SLOGATE, STDLIB, Job

PICTURE = Path(__file__).with_name("scale.svg")
HEAD = (
    *("SLOs", "server", "wall s", "CPU s", "memory MB", "requests", "MB received"),
    *("wall ms / SLO", "CPU ms / SLO", "requests / SLO", "kB / SLO"),
)
OTHERS = ("SLOs", "program", "wall s", "CPU s", "memory MB", "requests", "kB received")
PEERS = (HTTPX, STDLIB, GENERATOR, KIT)


@dataclass(frozen=True)
class Row:
    """A program that did a job: seconds and MB of each round, and what it asked for."""

    job: str
    slos: int
    server: str
    program: str
    walls: Sequence[float]
    cpus: Sequence[float]
    memories: Sequence[float]
    requests: int
    received: int

    @staticmethod
    def of(job: Job, server: str, program: str, samples: Sequence[Sample], asked: Recorder) -> Row:
        """The row of the samples of a program."""
        return Row(
            *(job.title, job.slos, server, program),
            walls=[value / 1e3 for value in values(samples, "wall")],
            cpus=[value / 1e3 for value in values(samples, "cpu")],
            memories=values(samples, "rss"),
            requests=len(asked.requests),
            received=sum(asked.sizes),
        )

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @property
    def wall(self) -> float:
        """Seconds, the median."""
        return median(self.walls)


def tables(rows: Sequence[Row]) -> str:
    """One for each kind of job, and one of what the others need for the first, in markdown."""
    titles = dict.fromkeys(row.job for row in rows)
    parts = [(title, _table([row for row in rows if row.job == title])) for title in titles]
    first = [row for row in rows if (row.job, row.server) == (rows[0].job, rows[0].server)]
    others = [_other(row) for row in first if row.program != SLOGATE]
    parts.append((f"the others: {rows[0].job}, {rows[0].server}", _markdown(OTHERS, others)))
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts)


def _table(rows: Sequence[Row]) -> str:
    """A line for each run of slogate, with its walls by those of the others at its end."""
    beside = [name for name in PEERS if any(row.program == name for row in rows)]
    head = (*HEAD, *(f"wall / {name}" for name in beside))
    lines = [
        (*_cells(row), *(_ratio(row, rows, name) for name in beside))
        for row in rows
        if row.program == SLOGATE
    ]
    return _markdown(head, lines)


def _markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---:", "---", *["---:"] * (len(head) - 2)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *lines))


def _cells(row: Row) -> tuple[str, ...]:
    cpu = median(row.cpus)
    return (
        *(f"{row.slos:,}", row.server, _spread(row.walls), _number(cpu)),
        *(f"{median(row.memories):.0f}", f"{row.requests:,}", f"{row.received / 1e6:.2f}"),
        *(_number(row.wall / row.slos * 1e3), _number(cpu / row.slos * 1e3)),
        *(f"{row.requests / row.slos:.1f}", _number(row.received / row.slos / 1e3)),
    )


def _other(row: Row) -> tuple[str, ...]:
    return (
        *(f"{row.slos:,}", row.program, _spread(row.walls), _number(median(row.cpus))),
        *(f"{median(row.memories):.0f}", f"{row.requests:,}", _number(row.received / 1e3)),
    )


def _spread(numbers: Sequence[float]) -> str:
    return f"{_number(median(numbers))} ({_number(min(numbers))}-{_number(max(numbers))})"


def _number(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:,.0f}"


def _ratio(row: Row, rows: Sequence[Row], name: str) -> str:
    """The median over the rounds of slogate by this program, both taken from the same round."""
    same = [
        one for one in rows if (one.slos, one.server, one.program) == (row.slos, row.server, name)
    ]
    if not same:
        return ""
    pairs = zip(row.walls, same[0].walls, strict=True)
    return f"{median(one / other for one, other in pairs):.2f}"


def draw(rows: Sequence[Row]) -> str:
    """Time and memory over the number of SLOs, of the job that all programs can do."""
    chosen = [row for row in rows if row.job == rows[0].job and row.server == rows[0].server]
    names = [name for name in dict.fromkeys(row.program for row in chosen) if name != STDLIB]

    def lines(measure: str) -> dict[str, list[tuple[float, float]]]:
        return {
            name: [
                (row.slos, median(getattr(row, measure))) for row in chosen if row.program == name
            ]
            for name in names
        }

    across = f"SLOs, one of each service, {rows[0].server}"
    panels = [
        plot.Panel("Seconds", across, lines("walls")),
        plot.Panel("Peak memory, MB", across, lines("memories")),
    ]
    return plot.draw(panels, f"Time and memory of {', '.join(names)} over the number of SLOs")


def main() -> None:
    read = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rows = [Row(**row) for row in read]
    print(tables(rows))
    PICTURE.write_text(draw(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
