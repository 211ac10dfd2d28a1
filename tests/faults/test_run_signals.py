"""Whoever ends a run early gets 130, outputs that say block, and nothing that is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from slogate import cli
from slogate.errors import EXIT_INTERRUPTED
from tests.changes.builders import stand_in
from tests.changes.test_process import gone
from tests.ci.platforms import github, outputs
from tests.cli.running import ROOT, write_config
from tests.support.faulty import faulty
from tests.support.repository import Made, Repository

ENDING = [signal.SIGTERM, signal.SIGHUP]


def started(
    environ: Mapping[str, str],
    *arguments: str | Path,
    cwd: Path = ROOT,
    by: tuple[str, ...] = (),
) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    return subprocess.Popen(
        [*by, sys.executable, "-m", "slogate", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], object]) -> None:
    """Return as soon as it is so."""
    over = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < over
        time.sleep(0.01)


@pytest.mark.parametrize("sent", ENDING)
def test_a_run_that_waits_for_a_server_ends_at_once(tmp_path: Path, sent: signal.Signals) -> None:
    asked = threading.Event()
    (tmp_path / "verdict.json").write_text('{"decision": "approve"}')

    def wait(_: object) -> bytes:
        asked.set()
        run.send_signal(sent)
        return b""

    with faulty(wait) as server:
        environ = {**github(tmp_path), "GIT_DIR": os.devnull}
        config = write_config(tmp_path, server.url)
        run = started(environ, "check", "-c", config, "--json", tmp_path / "verdict.json")
        assert asked.wait(60)
        _, said = run.communicate(timeout=60)
    assert run.returncode == EXIT_INTERRUPTED
    assert "slogate: error: interrupted\n" in said
    assert "Traceback" not in said
    found = outputs(tmp_path)
    assert (found["decision"], found["exit-code"]) == ("block", "130")
    assert (tmp_path / "verdict.json").read_text() == ""


@pytest.mark.parametrize("sent", ENDING)
def test_no_git_is_left_behind(tmp_path: Path, sent: signal.Signals) -> None:
    Repository(tmp_path / "repository").commits([Made({"app.py": "1\n"})])
    path = stand_in(tmp_path / "bin", f"echo $$ > {tmp_path}/pid\nexec sleep 100")
    run = started({"PATH": f"{path}:{os.environ['PATH']}"}, "risk", cwd=tmp_path / "repository")
    number = tmp_path / "pid"
    wait_until(lambda: number.exists() and number.read_text())
    # A second thread watches git from then on; a signal before may still find it half started.
    wait_until(lambda: len(list(Path(f"/proc/{run.pid}/task").iterdir())) > 1)
    run.send_signal(sent)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said.strip()) == (EXIT_INTERRUPTED, "slogate: error: interrupted")
    assert gone(number.read_text().strip())


def test_a_signal_that_the_caller_ignores_ends_nothing(tmp_path: Path) -> None:
    """As under nohup, where the terminal goes and the run stays."""

    def hang_up(_: object) -> bytes:
        run.send_signal(signal.SIGHUP)
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

    with faulty(hang_up) as server:
        config = write_config(tmp_path, server.url)
        run = started({}, "budget", "-c", config, by=("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"))
        _, said = run.communicate(timeout=60)
    assert run.returncode == 50, said


def test_a_second_signal_makes_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes while the first one is told."""

    def interrupted(_: object) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)}
    monkeypatch.setattr(cli, "run", interrupted)
    try:
        with pytest.raises(SystemExit) as end:
            cli.main([])
        for number in before:
            signal.raise_signal(number)
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)
    assert end.value.code == EXIT_INTERRUPTED
