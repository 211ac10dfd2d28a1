"""`slogate check` beside slo-generator (three SLOs) and slo-kit (one SLO) on one Prometheus.

    python -m bench.peers --slogate P --slo-generator P --slo-kit P [--rounds 15]

Every round runs each program once, as a whole process.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import configs
from bench.measure import (
    FailedError,
    Program,
    Sample,
    checked,
    circumstances,
    interleave,
    ratios,
    table,
    version,
)
from bench.server import loaded, soon

SERVICES = ("healthy", "fastburn", "recovering")
FAILING = "recovering"
BLOCKED = 30

THREE, THREE_PEER = "slogate, 3 SLOs", "slo-generator, 3 SLOs"
ONE, ONE_PEER = "slogate, 1 SLO", "slo-kit, 1 SLO"


def main() -> None:
    options = _options()
    with loaded(None, end=soon()) as url, tempfile.TemporaryDirectory() as place:
        programs = _programs(options, url, Path(place))
        _verify_forecast(programs[0])
        found = interleave(programs, options.rounds)
    print(circumstances())
    print(
        version(options.slogate, "slogate"),
        version(options.slo_generator, "slo-generator"),
        version(options.slo_kit, "slokit-sre"),
        sep=", ",
    )
    print(f"{options.rounds} rounds; medians (least-greatest)\n\n{table(found)}\n")
    print(ratios(found, THREE, THREE_PEER))
    print(ratios(found, ONE, ONE_PEER))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    for name in ("slogate", "slo-generator", "slo-kit"):
        parser.add_argument(f"--{name}", type=_program, required=True, help="path of the program")
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def _program(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no {path}")
    return path


def _programs(options: argparse.Namespace, url: str, place: Path) -> list[Program]:
    three = configs.slogate(place / "slogate.yaml", url, SERVICES)
    slos, shared = configs.slo_generator(place / "slos", url, SERVICES)
    spec = configs.slo_kit(place / "slo-kit.yaml", FAILING)
    check = [str(options.slogate), "check", "-c", str(three), "--risk", "medium"]
    compute = [str(options.slo_generator), "compute", "-f", str(slos), "-c", str(shared)]
    gate = [str(options.slo_kit), "gate", str(spec), "--source", url]
    return [
        Program(THREE, check, _wrong_slogate(SERVICES)),
        Program(THREE_PEER, compute, _wrong_slo_generator),
        Program(ONE, [*check, FAILING], _wrong_slogate([FAILING])),
        Program(ONE_PEER, gate, _wrong_slo_kit),
    ]


def _wrong_slogate(services: Sequence[str]) -> Callable[[Sample], str]:
    """It blocks the release, names every service, and says when the failing one clears."""

    def wrong(sample: Sample) -> str:
        if sample.code != BLOCKED:
            return f"not {BLOCKED}"
        unnamed = [name for name in services if name not in sample.out]
        if unnamed:
            return f"no word of {unnamed}"
        return "" if "Clears" in sample.out else "no forecast"

    return wrong


def _wrong_slo_generator(sample: Sample) -> str:
    """It exits 0 whatever happens, so its lines are counted: one per SLO and window."""
    if sample.code:
        return "failed"
    measured = [line for line in sample.out.splitlines() if "SLI:" in line and "Good:" in line]
    expected = len(SERVICES) * len(configs.STEPS)
    return "" if len(measured) == expected else f"{len(measured)} of {expected} measurements"


def _wrong_slo_kit(sample: Sample) -> str:
    """The budget of the failing service is spent; slo-kit says "healthy" when it has no data."""
    return "" if sample.code == 1 and "error budget too low" in sample.out else "did not block"


def _verify_forecast(program: Program) -> None:
    """That slogate does all its work: burn rules and both forecasts, once, by its JSON."""
    sample = checked(
        Program(program.name, [*program.command, "--json", "/dev/stderr"], program.wrong)
    )
    services = {service["service"]: service for service in json.loads(sample.err)["services"]}
    forecast = services[FAILING]["forecast"]
    rules = services[FAILING]["slos"][0]["burn"]
    if None in forecast.values() or len(rules) < len(configs.STEPS):
        raise FailedError(f"slogate computed too little: {forecast}, {len(rules)} burn rules")


if __name__ == "__main__":
    main()
