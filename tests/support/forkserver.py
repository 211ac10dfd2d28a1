"""Runs the program in processes of its own that need not import it again.

A server of one's own, started once per test process, has imported what the program imports, and
forks for each run: arguments, environment, folder and outputs are those of the run.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
MODULES = ("check", "budget", "risk", "canary", "lint", "test", "schema")
TIMEOUT = 120


def run(arguments: Sequence[str], cwd: Path, env: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """Exit code (negative: the signal), stdout and stderr of the program."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = _ordered(server(), [list(arguments), str(cwd), dict(env)], [out, err])
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read()


def command() -> str:
    """A command line that is the program, as quick as `run`."""
    return f"{sys.executable} -SE {__file__} call {server()}"


def _ordered(address: Path, order: object, outputs: Sequence[IO[bytes]]) -> int:
    said = json.dumps(order).encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(TIMEOUT)
        line.connect(str(address))
        socket.send_fds(line, [b"%08d" % len(said)], [output.fileno() for output in outputs])
        line.sendall(said)
        return int(line.makefile().readline())


@cache
def server() -> Path:
    """The socket of the server."""
    place = Path(tempfile.mkdtemp(prefix="fork-"))
    address = place / "socket"
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", str(address)],
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"

    def end() -> None:
        process.terminate()
        process.wait()
        address.unlink()
        place.rmdir()

    atexit.register(end)
    return address


def _serve(address: str) -> None:
    from importlib import import_module

    for name in MODULES:
        import_module(f"slogate.cli.{name}")
    for name in (
        "httpx",
        "tabulate",
        "slogate.sources.prometheus",
        "slogate.sources.file",
        "slogate.reports.markdown",
        "slogate.reports.json_v1",
        "slogate.config.load",
    ):
        import_module(name)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        os.write(1, b"ready\n")
        while True:
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _wait_for_child(line)
            line.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _wait_for_child(line: socket.socket) -> None:
    """Say how a run ended, which a process that was killed cannot do itself."""
    head, fds, _, _ = socket.recv_fds(line, 8, 2)
    order = b""
    while len(order) < int(head):
        order += line.recv(65536)
    child = os.fork()
    if child == 0:
        line.close()
        _become(fds, *json.loads(order))
    line.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os._exit(0)


def _become(fds: list[int], arguments: list[str], cwd: str, env: dict[str, str]) -> None:
    os.setsid()
    for number, fd in enumerate([os.open(os.devnull, os.O_RDONLY), *fds]):
        os.dup2(fd, number)
    os.closerange(3, 64)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["slogate", *arguments]
    from slogate.cli import main

    main()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(sys.argv[2])
    asked = [sys.argv[3:], str(Path.cwd()), dict(os.environ)]
    sys.exit(_ordered(Path(sys.argv[2]), asked, [sys.stdout.buffer, sys.stderr.buffer]))
