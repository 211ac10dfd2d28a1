"""Whatever a server sends, a run takes no more memory than it is given."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack

from tests.cli.running import ROOT
from tests.faults.flows import FLOWS
from tests.support import every_fault, faults
from tests.support.faults import Fault, struck
from tests.support.faulty import faulty

MOST = 300
"""MiB; sixteen runs at once take about 150."""
PROGRAM = """
import sys, threading
from pathlib import Path
from tests.faults.flows import FLOWS
runs = [
    threading.Thread(target=FLOWS["a healthy budget"].run, args=(url, float(sys.argv[1])))
    for url in sys.argv[2:]
]
for run in runs:
    run.start()
for run in runs:
    run.join()
(line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print(int(line.split()[1]) // 1024)
"""
# NOTE: ru_maxrss would count the test process too, from which this one is started.
TINY: dict[str, Fault] = {
    "lists": faults.body(lambda _: b"[" + b"[]," * 1_390_000 + b"[]]"),
    "objects": faults.body(lambda _: b"[" + b"{}," * 1_390_000 + b"{}]"),
    "keys": faults.body(lambda _: b"{" + b",".join(b'"%d":0' % n for n in range(400_000)) + b"}"),
}
"""An answer just short of what is read, of as many things as go into it."""


def peak(group: Mapping[str, Fault], seconds: float) -> int:
    """MiB that a process takes whose runs meet these faults one beside the other."""
    answer = FLOWS["a healthy budget"].answer
    with ExitStack() as stack:
        servers = [
            stack.enter_context(faulty(struck(answer, fault, lambda _: True)))
            for fault in group.values()
        ]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(seconds), *(one.url for one in servers)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return int(done.stdout)


def test_answers_without_end_bombs_and_a_million_things_take_little_memory() -> None:
    bombs = {name: fault for name, fault in every_fault.BROKEN.items() if "bomb" in name}
    assert peak({**every_fault.POURING, **bombs, **TINY}, 0.8) < MOST
