"""From one SLO to a thousand, on real servers, beside a bare HTTP client and other programs.

    python -m bench.scale --slogate P [--slo-generator P] [--slo-kit P] [--rounds 5] [--data DIR]
                          [--most 1000] [--results FILE]

What slogate asks is recorded once by a proxy; then slogate, a bare httpx client and a bare
http.client of the standard library, each with the same concurrency, and the other programs take
turns at the server. Prints the tables of README.md, and draws scale.svg.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import scale_jobs as jobs
from bench.fleet import Fleet
from bench.measure import Program, checked, circumstances, interleave, version
from bench.recorder import Recorder, recording
from bench.scale_jobs import GENERATOR, KIT, SLOGATE, Job, Place
from bench.scale_report import PICTURE, Row, draw, tables
from bench.server import holding

AHEAD = 6 * 3600
"""Seconds for which a history lies ahead, because the other programs cannot be told the time."""
AFTER = 7
"""Seconds after `now` that slogate looks: no sample lies on the time of the queries."""
FEW, QUICK = 3, 100
"""So many rounds suffice beyond so many SLOs."""
SIZES = (1, 10, 100, 1000)
SERVICES = [Job("services", slos, 1, 30, peers=True) for slos in SIZES]
SLOS = [Job("SLOs", slos, 5, 30) for slos in SIZES]
YEAR = [Job("a year", slos, 5, 365) for slos in SIZES[:-1]]


def main() -> None:
    options = _options()
    rows: list[Row] = []
    with _kept(options.data) as data:
        now = _now(data)
        month = Fleet(min(options.most, 1000), 31, 900, now, now + AHEAD)
        year = Fleet(min(options.most, 20), 366, 1800, now, now + AHEAD)
        for fleet, todo in ((month, [*SERVICES, *SLOS]), (year, YEAR)):
            chosen = [job for job in todo if job.slos <= options.most]
            with holding(fleet, data / f"{fleet.days}d-{fleet.services}") as servers:
                rows += _all(options, chosen, servers, now + AFTER)
    title = f"{circumstances()}, {version(options.slogate, 'httpx')}"
    options.results.write_text(json.dumps([row.as_json() for row in rows]), encoding="utf-8")
    print(f"{title}\n\n{tables(rows)}")
    PICTURE.write_text(draw(rows), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="From one SLO to a thousand.")
    parser.add_argument("--slogate", type=Path, required=True, help="path of the program")
    for peer in (GENERATOR, KIT):
        parser.add_argument(f"--{peer}", type=Path, help="path of the program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=1000, help="no more SLOs than these")
    parser.add_argument("--data", type=Path, help="keep the servers' data here, for six hours")
    parser.add_argument("--results", type=Path, default=Path("/dev/null"), help="as JSON")
    return parser.parse_args()


@contextmanager
def _kept(data: Path | None) -> Iterator[Path]:
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="slogate-bench-") as place:
        yield Path(place)


def _now(data: Path) -> int:
    """When the history ends; what lies ahead of it is for those who look later."""
    kept = data / "now"
    if not kept.is_file():
        kept.write_text(str(int(time.time()) // 60 * 60), encoding="utf-8")
    now = int(kept.read_text(encoding="utf-8"))
    if time.time() > now + AHEAD - 1800:
        raise SystemExit(f"{data} is too old: remove it")
    return now


def _all(
    options: argparse.Namespace, todo: Sequence[Job], servers: Mapping[str, str], at: int
) -> list[Row]:
    rows: list[Row] = []
    for server, url in servers.items():
        for job in todo:
            with tempfile.TemporaryDirectory(prefix="slogate-bench-") as folder:
                rows += _job(options, job, server, Place(url, at, Path(folder)))
            print(f"{server}: {job.slos} {job.title}: {_brief(rows, job, server)}", flush=True)
    return rows


def _job(options: argparse.Namespace, job: Job, server: str, place: Place) -> list[Row]:
    """One row for each program."""
    paths = {GENERATOR: options.slo_generator, KIT: options.slo_kit}
    others = {name: path.absolute() for name, path in paths.items() if path}
    if server != "Prometheus":
        others = {}
    program = options.slogate.absolute()
    asked: dict[str, Recorder] = {}
    for name in (SLOGATE, *others):
        with tempfile.TemporaryDirectory() as folder, recording(place.url) as recorder:
            seen = Place(recorder.url, place.at, Path(folder))
            for one in _programs(program, others, job, seen):
                if one.name == name:
                    checked(one)
                    asked[name] = recorder
    programs = _programs(program, others, job, place)
    programs[1:1] = jobs.bare(program, place, asked[SLOGATE].requests)
    rounds = options.rounds if job.slos <= QUICK else min(options.rounds, FEW)
    found = interleave(programs, rounds, warm_up=1)
    return [
        Row.of(job, server, name, samples, asked.get(name, asked[SLOGATE]))
        for name, samples in found.items()
    ]


def _programs(program: Path, others: Mapping[str, Path], job: Job, place: Place) -> list[Program]:
    return [jobs.slogate(program, job, place), *jobs.peers(others, job, place)]


def _brief(rows: Sequence[Row], job: Job, server: str) -> str:
    chosen = [
        row for row in rows if (row.job, row.slos, row.server) == (job.title, job.slos, server)
    ]
    return ", ".join(f"{row.program} {row.wall:.2f} s" for row in chosen)


if __name__ == "__main__":
    main()
