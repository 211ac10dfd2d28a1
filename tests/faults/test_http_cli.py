"""The same law seen from outside: exit code, output and time of the whole program."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from tests.cli.running import Run, slogate, write_config
from tests.faults.flows import side_by_side
from tests.support import every_fault, faults, odd_json
from tests.support.faults import Fault, struck
from tests.support.faulty import constant, faulty, healthy

ASIDE = 5
"""Seconds beside the deadline: one that the law allows, and what a busy machine takes to start."""
CASES: dict[str, tuple[Fault, int]] = {
    "the head drips": (every_fault.SLOW["the head drips"], 50),
    "100 Continue, for ever": (every_fault.POURING["100 Continue, for ever"], 50),
    "reset": (faults.reset(100), 50),
    "gzip bomb": (every_fault.BROKEN["gzip bomb"], 50),
    "redirect to a script": (every_fault.REFUSED["redirect to a script"], 50),
    "a cookie beyond ASCII": (every_fault.HARMLESS["a cookie beyond ASCII"], 0),
    "escapes": (faults.body(odd_json.prefixed('"\x1b]0;x\x07')), 50),
    "NaN": (faults.body(odd_json.valued('"NaN"')), 40),
    "deep": (faults.body(odd_json.UNREADABLE["deep and closed"]), 50),
}


def check(place: Path, fault: Fault) -> tuple[Run, float]:
    place.mkdir()
    with faulty(struck(constant(healthy), fault, lambda _: True)) as server:
        config = write_config(place, server.url)
        start = time.monotonic()
        run = slogate("check", "-c", config, "--risk", "low", "--timeout", "1s", "--verbose")
        return run, time.monotonic() - start


def test_every_kind_of_fault_ends_the_program_in_time_with_its_exit_code(tmp_path: Path) -> None:
    tasks = [
        partial(check, tmp_path / str(number), fault)
        for number, (fault, _) in enumerate(CASES.values())
    ]
    for (name, (_, code)), (run, seconds) in zip(
        CASES.items(), side_by_side(tasks, 4), strict=True
    ):
        text = run.out + run.err
        assert run.code == code, f"{name}: {text}"
        assert "Traceback" not in text, name
        assert "bug in slogate" not in text, name
        assert "\x1b" not in text, name
        assert seconds < 1 + ASIDE, name
