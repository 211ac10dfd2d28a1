"""Files that are no files, clocks that are wrong, machines without memory, time or rights."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from slogate import cli, gate
from slogate.changes.outcomes import read_outcomes
from slogate.changes.payload import read_payload
from slogate.cli.canary_compare import CanaryOptions, from_files
from slogate.cli.compose import present
from slogate.errors import ChangeError, ConfigError, MeasurementError
from slogate.sources import rows
from slogate.sources.sample_file import read_arm
from tests.ci.platforms import github, outputs
from tests.cli.running import ROOT, slogate

FILE = str(ROOT / "examples" / "file" / "slogate.yaml")
AT = ("--at", "2026-11-20T12:07:00Z")
CHECK = ("check", "-c", FILE, *AT, "--risk", "low")
CAPABILITIES = 41
DROP = 24


def payload(path: Path) -> object:
    return read_payload({"GITHUB_EVENT_PATH": str(path)})


def samples(path: Path) -> object:
    return read_arm(path, None, None)


READERS: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "event payload": (payload, ChangeError),
    "outcomes of releases": (read_outcomes, ConfigError),
    "counts": (rows.read, MeasurementError),
    "samples": (samples, ConfigError),
}
MAKERS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "nothing": lambda _: None,
    "link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize(("reader", "error"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, kind: str, reader: Callable[[Path], object], error: type[Exception]
) -> None:
    path = tmp_path / "data.csv"
    MAKERS[kind](path)
    with pytest.raises(error, match=r"data\.csv") as caught:
        reader(path)
    assert "None" not in str(caught.value)


@pytest.mark.parametrize(("reader", "error"), list(READERS.values())[:3], ids=list(READERS)[:3])
def test_a_file_that_is_too_large_is_not_read_whole(
    tmp_path: Path, reader: Callable[[Path], object], error: type[Exception]
) -> None:
    path = tmp_path / "data.csv"
    path.touch()
    os.truncate(path, 1 << 40)
    with pytest.raises(error, match="larger than"):
        reader(path)


def test_files_that_are_not_read_in_time_are_no_evidence(tmp_path: Path) -> None:
    for name in ("v1.csv", "v2.csv"):
        (tmp_path / name).write_text("value\n1\n")
    asked = CanaryOptions(
        baseline_file=tmp_path / "v1.csv", canary_file=tmp_path / "v2.csv", timeout=0
    )
    with pytest.raises(MeasurementError, match="not read within the deadline of 0 s"):
        from_files(asked)


@pytest.mark.parametrize("now", [-1.0, 7_258_118_400.0, 1e300, float("inf"), float("nan")])
def test_a_clock_that_cannot_be_right_is_refused(
    monkeypatch: pytest.MonkeyPatch, now: float
) -> None:
    monkeypatch.setattr(time, "time", lambda: now)
    with pytest.raises(ConfigError, match="the clock of this machine is not between 1970 and 2199"):
        present(None)
    assert present(5) == 5


@pytest.mark.parametrize(
    "now", ["1970-01-01T00:00:00Z", "2038-01-19T03:14:08Z", "2199-12-31T00:00:00Z"]
)
def test_samples_of_another_time_are_no_evidence(now: str) -> None:
    """As of a clock that is behind, all of them lie in the future."""
    run = slogate(*CHECK, "--at", now)
    assert run.code == 40, run.out + run.err


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_a_machine_that_has_nothing_left_could_not_measure(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: Exception,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(gate, "measure", fail)
    for name, value in github(tmp_path).items():
        monkeypatch.setenv(name, value)
    assert cli.run(list(CHECK)) == 50
    assert "the machine has no memory or no threads left" in capsys.readouterr().err
    assert outputs(tmp_path)["decision"] == "block"


ENVIRONMENTS = {
    "no home": {"HOME": "/nonexistent"},
    "no temporary folder": {"TMPDIR": "/nonexistent"},
    "no search path": {"PATH": ""},
    "plain locale": {"LC_ALL": "C"},
    "unknown locale": {"LC_ALL": "xx_YY.none"},
    "unknown time zone": {"TZ": "Nowhere/Never"},
}


def test_the_decision_hangs_on_no_setting_of_the_machine() -> None:
    usual = slogate(*CHECK, "-f", "json")
    assert usual.code == 0
    for name, environ in ENVIRONMENTS.items():
        assert slogate(*CHECK, "-f", "json", env=environ) == usual, name
    for columns in ("0", "-5", "1000000", "x"):
        assert slogate(*CHECK, env={"COLUMNS": columns}).code == 0, columns
    odd = {"PYTHONOPTIMIZE": "2", "PYTHONIOENCODING": "ascii", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-m", "slogate", *CHECK, "-f", "json"],
        cwd=ROOT,
        env={"GIT_DIR": os.devnull, "PYTHONDONTWRITEBYTECODE": "1", **odd},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout.decode()) == (0, usual.out)


def test_without_rights_there_is_no_approval(tmp_path: Path) -> None:
    environ = github(tmp_path)
    (tmp_path / "output").touch(0o400)
    libc = ctypes.CDLL(None)

    def give_up_rights() -> None:
        for number in range(CAPABILITIES):
            libc.prctl(DROP, number, 0, 0, 0)

    done = subprocess.run(
        [sys.executable, "-m", "slogate", *CHECK],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        check=False,
        preexec_fn=give_up_rights,
    )
    assert done.returncode == 2
    assert "cannot be written: Permission denied" in done.stderr.decode()
