"""Real Prometheus, VictoriaMetrics and Alertmanager servers as plain child processes, for `with` statements.

Each listens on a free loopback port, keeps its files in a temporary directory of its own (or the
data in a directory that the caller names and keeps) and is ended by its own process id.
"""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from typing_extensions import Self

START_TIMEOUT = 30.0
STOP_TIMEOUT = 10.0
POLL_INTERVAL = 0.02

# No proxy even if the environment names one, and any certificate: it is a child of ours.
_OPENER = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
)

AnyServer = TypeVar("AnyServer", bound="Server")


class ServerError(RuntimeError):
    """A server or its tool did not do what it was started for; shows what it had printed."""


class Server:
    """A child process that answers HTTP; `url` is known once the `with` block is entered."""

    binary: ClassVar[str]
    ready_path: ClassVar[str]
    scheme = "http"

    def __init__(self, data_dir: Path | None = None, *, extra: Sequence[str] = ()) -> None:
        self.extra = tuple(extra)
        self.url = ""
        self.port = 0
        self._given_data = data_dir
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def available(cls) -> bool:
        """Whether the server's program is installed."""
        return shutil.which(cls.binary) is not None

    def command(self) -> list[str]:
        """The command line; `port`, `home` and `data_dir` are set by then."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix=f"{self.binary}-"))
        self.data_dir = (self._given_data or self.home / "data").resolve()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            if not self._start() and not self._start():
                raise ServerError(f"{self.binary}: two free ports were taken by others")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def log_tail(self) -> str:
        """The end of what the server has printed."""
        return (self.home / "log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def _start(self) -> bool:
        """True when it is ready, False when another process took the port first."""
        self.port = _free_port()
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        with (self.home / "log").open("wb") as log:
            # Detached from the terminal, so that Ctrl-C leaves it to `with` to end it.
            self._process = process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, cwd=self.home, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self._ready():
            if process.poll() is not None:
                if "address already in use" in self.log_tail():
                    return False
                raise ServerError(f"{self.binary} died at its start:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.binary} is not ready in time:\n{self.log_tail()}")
            time.sleep(POLL_INTERVAL)
        # Ready, yet dead: then it was somebody else on that port who answered.
        return process.poll() is None

    def _ready(self) -> bool:
        try:
            with _OPENER.open(self.url + self.ready_path, timeout=1) as response:
                return bool(response.status == 200)
        except urllib.error.HTTPError as error:
            return error.code == 401  # it is up, and wants a login
        except OSError:
            return False

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class Prometheus(Server):
    """It scrapes nothing, so that a fixed, old history is neither diluted nor expired.

    `config` and `web_config` are YAML texts. `retention` is an argument of its own because
    Prometheus refuses a flag that is given twice.
    """

    binary = "prometheus"
    ready_path = "/-/ready"

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        extra: Sequence[str] = (),
        config: str = "scrape_configs: []\n",
        web_config: str | None = None,
        retention: str = "100y",
        log_level: str = "warn",
    ) -> None:
        super().__init__(data_dir, extra=extra)
        self.config, self.web_config = config, web_config
        self.retention, self.log_level = retention, log_level
        if web_config and "tls_server_config" in web_config:
            self.scheme = "https"

    def command(self) -> list[str]:
        (self.home / "prometheus.yml").write_text(self.config, encoding="utf-8")
        command = [
            self.binary,
            f"--config.file={self.home}/prometheus.yml",
            f"--storage.tsdb.path={self.data_dir}",
            f"--storage.tsdb.retention.time={self.retention}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--log.level={self.log_level}",
        ]
        if self.web_config:
            (self.home / "web.yml").write_text(self.web_config, encoding="utf-8")
            command.append(f"--web.config.file={self.home}/web.yml")
        return [*command, *self.extra]

    @staticmethod
    def backfill(openmetrics: Path, data_dir: Path) -> None:
        """Turn an OpenMetrics file into blocks that a server can be started on.

        promtool reads the whole file once per block, and makes blocks of 2 h unless a hidden
        flag allows larger ones: 5000 h makes it one block of half a year.
        """
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
        command += ["--max-block-duration=5000h", "-q", str(openmetrics), str(data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"promtool failed:\n{(done.stdout + done.stderr)[-3000:]}")


class VictoriaMetrics(Server):
    """With its default search settings (caches, latency offset), as users run it."""

    binary = "victoria-metrics"
    ready_path = "/health"

    def command(self) -> list[str]:
        return [
            self.binary,
            f"-storageDataPath={self.data_dir}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=100y",  # counted from the clock: an old history would vanish
            "-loggerLevel=WARN",
            "-memory.allowedBytes=512MB",
            *self.extra,
        ]

    def import_jsonl(self, path: Path) -> None:
        """Send a file of JSON lines and make it visible to queries at once."""
        headers = {"Content-Length": str(path.stat().st_size)}
        with path.open("rb") as lines:
            request = urllib.request.Request(
                f"{self.url}/api/v1/import", data=lines, headers=headers, method="POST"
            )
            _OPENER.open(request, timeout=300).close()
        self.force_flush()

    def force_flush(self) -> None:
        """Make what was written visible to queries."""
        _OPENER.open(f"{self.url}/internal/force_flush", timeout=60).close()


class Vmalert(Server):
    """Evaluates the alert rules of `rules`, a YAML text, on the server at `datasource`."""

    binary = "vmalert"
    ready_path = "/health"

    def __init__(self, datasource: str, rules: str) -> None:
        super().__init__()
        self.datasource, self.rules = datasource, rules

    def command(self) -> list[str]:
        (self.home / "rules.yml").write_text(self.rules, encoding="utf-8")
        return [
            self.binary,
            f"-rule={self.home}/rules.yml",
            f"-datasource.url={self.datasource}",
            "-notifier.url=http://127.0.0.1:9",  # nobody listens to what fires
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-evaluationInterval=1s",
            "-loggerLevel=WARN",
        ]


class Alertmanager(Server):
    """It notifies nobody; `config` is a YAML text."""

    binary = "prometheus-alertmanager"
    ready_path = "/-/ready"

    def __init__(
        self, *, config: str = "route: {receiver: none}\nreceivers: [{name: none}]\n"
    ) -> None:
        super().__init__()
        self.config = config

    def command(self) -> list[str]:
        (self.home / "alertmanager.yml").write_text(self.config, encoding="utf-8")
        return [
            self.binary,
            f"--config.file={self.home}/alertmanager.yml",
            f"--storage.path={self.data_dir}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",  # no port for gossip
            "--log.level=warn",
        ]

    def post(self, path: str, body: Any) -> Any:
        """The answer of its API v2 to a JSON body, None where that is empty."""
        request = urllib.request.Request(
            f"{self.url}/api/v2/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with _OPENER.open(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
