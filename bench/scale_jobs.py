"""The jobs of `scale`: how many SLOs of how many services, over which window, and who does them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

from bench import configs
from bench.fleet import name
from bench.measure import Program, Sample, python_of
from bench.recorder import Request

CONCURRENCY = 8
DECIDED = (0, 10, 20, 30)
SLOGATE, HTTPX, STDLIB = "slogate", "bare httpx", "bare http.client"
GENERATOR, KIT = "slo-generator", "slo-kit"
MOST = {GENERATOR: 100, KIT: 10}
"""The most SLOs that the peers are asked for: they take their SLOs one after the other."""
TIMEOUT = "20m"


@dataclass(frozen=True)
class Job:
    """So many SLOs, so many of each service, over windows of so many days."""

    title: str
    slos: int
    of_each: int
    days: int
    peers: bool = False


@dataclass(frozen=True)
class Place:
    """Where a job is done: the server, the time that slogate is told, the folder of its files."""

    url: str
    at: int
    folder: Path


def slogate(program: Path, job: Job, place: Place) -> Program:
    """`check` of all services, with the verdict as JSON."""
    path = place.folder / "slogate.yaml"
    source = {"type": "prometheus", "url": place.url, "concurrency": CONCURRENCY}
    services = -(-job.slos // job.of_each)
    every = ((number, slo) for number in range(services) for slo in _slos(number, job))
    chosen: dict[str, dict[str, list[Any]]] = {}
    for number, slo in islice(every, job.slos):
        chosen.setdefault(name(number), {"slos": []})["slos"].append(slo)
    document = {"version": 1, "sources": {"metrics": source}, "services": chosen}
    path.write_text(json.dumps(document), encoding="utf-8")
    at = datetime.fromtimestamp(place.at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [str(program), "check", "-c", str(path), "--at", at, "--timeout", TIMEOUT]
    return Program(SLOGATE, [*command, "--risk", "medium", "-f", "json"], _measured(job.slos))


def _slos(number: int, job: Job) -> list[dict[str, Any]]:
    """Up to five, of which those of one metric share their total."""
    service = name(number)
    histogram = f'http_request_duration_seconds{{service="{service}"}}'
    availability = configs.availability(service)
    good = availability["bad"].replace('code=~"5.."', 'code="200"')
    slis: list[tuple[str, float, dict[str, Any]]] = [
        ("availability", 99.9, availability),
        ("300ms", 98, {"latency": {"histogram": histogram, "below": "300ms"}}),
        ("1s", 99.9, {"latency": {"histogram": histogram, "below": "1s"}}),
        ("100ms", 60, {"latency": {"histogram": histogram, "below": "100ms"}}),
        ("success", 99.5, {"good": good, "total": availability["total"]}),
    ]
    window = f"{job.days}d"
    return [
        {"name": title, "objective": objective, "window": window, "sli": sli}
        for title, objective, sli in slis[: job.of_each]
    ]


def _measured(slos: int) -> Callable[[Sample], str]:
    """Every SLO was measured, whatever was decided."""

    def wrong(sample: Sample) -> str:
        if sample.code not in DECIDED:
            return "no decision"
        services = json.loads(sample.out)["services"]
        measured = [s for service in services for s in service["slos"] if s["budget"] is not None]
        return "" if len(measured) == slos else f"{len(measured)} of {slos} SLOs were measured"

    return wrong


def bare(program: Path, place: Place, requests: Sequence[Request]) -> list[Program]:
    """The same queries, by the same interpreter, without anything done with the answers."""
    file = place.folder / "queries.json"
    file.write_text(json.dumps(requests), encoding="utf-8")
    replay = Path(__file__).with_name("replay.py")
    start = [str(python_of(program)), str(replay)]
    rest = [place.url, str(file), str(CONCURRENCY)]
    kinds = {HTTPX: "httpx", STDLIB: "stdlib"}
    return [Program(title, [*start, kind, *rest], _failed) for title, kind in kinds.items()]


def peers(programs: Mapping[str, Path], job: Job, place: Place) -> list[Program]:
    """Those of the others that are there, and that can do so many SLOs."""
    makers = {GENERATOR: _slo_generator, KIT: _slo_kit}
    return [
        makers[title](program, job, place)
        for title, program in programs.items()
        if job.peers and job.slos <= MOST[title]
    ]


def _slo_generator(program: Path, job: Job, place: Place) -> Program:
    services = [name(number) for number in range(job.slos)]
    slos, shared = configs.slo_generator(place.folder / "slos", place.url, services)
    expected = len(services) * len(configs.STEPS)

    def wrong(sample: Sample) -> str:
        """It exits 0 whatever happens, so its lines are counted."""
        lines = sample.out.splitlines()
        found = sum("SLI:" in line and "Good:" in line for line in lines)
        return "" if found == expected else f"{found} of {expected} measurements"

    command = [str(program), "compute", "-f", str(slos), "-c", str(shared)]
    return Program(GENERATOR, command, wrong)


def _slo_kit(program: Path, job: Job, place: Place) -> Program:
    """One process for each SLO, as it takes one; the shell costs about a millisecond."""
    specs = [
        configs.slo_kit(place.folder / f"kit-{number}.yaml", name(number))
        for number in range(job.slos)
    ]
    script = (
        'program=$1; url=$2; shift 2; for spec; do "$program" gate "$spec" --source "$url"; done'
    )
    command = ["/bin/sh", "-c", f"{script}; true", "sh", str(program), place.url, *map(str, specs)]

    def wrong(sample: Sample) -> str:
        found = sample.out.count("budget")
        return "" if found >= job.slos else f"{found} of {job.slos} gates"

    return Program(KIT, command, wrong)


def _failed(sample: Sample) -> str:
    return "failed" if sample.code else ""
