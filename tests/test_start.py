"""What each command loads: a CI job pays for every import, each time.

A command may load what its row names. Whatever else it starts to load makes the test fail, so that it
is either loaded where it is needed, or added to the row on purpose.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from slogate.cli.options import COMMANDS
from tests.cli.running import ROOT
from tests.support.repository import ENVIRON, Repository
from tests.support.servers import Prometheus

PROGRAM = """\
import sys
before = set(sys.modules)
from slogate.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
import json
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""

WATCHED = {
    *("asyncio", "concurrent.futures", "csv", "email", "hashlib", "html", "http"),
    *("importlib.metadata", "logging", "multiprocessing", "socket", "sqlite3", "ssl"),
    *("statistics", "subprocess", "tempfile", "unittest", "urllib.request", "xml", "zipfile"),
    *("zoneinfo", "slogate.changes", "slogate.ci", "slogate.config", "slogate.core.canary"),
    *("slogate.core.policy", "slogate.core.rehearsal", "slogate.core.verdict", "slogate.gate"),
    *("slogate.reports.json_v1", "slogate.reports.markdown", "slogate.reports.text"),
    *("slogate.sources.absence", "slogate.sources.canary", "slogate.sources.file"),
    *("slogate.sources.prometheus", "slogate.sources.rules"),
}
"""Of the standard library and of our own what takes its time; packages of others always count."""

Names = frozenset[str]
# NOTE: before Python 3.11 `platform` loads it, which `uuid` does, which pydantic's engine needs.
OLD: Names = frozenset({"subprocess"} if sys.version_info < (3, 11) else ())
BASE: Names = frozenset({"click"}) | OLD
SCHEMA = BASE | {"pydantic_core", "typing_extensions", "slogate.config", "slogate.core.verdict"}
CONFIG = SCHEMA | {"yaml", "cython_runtime", "slogate.core.policy"}
GIT: Names = frozenset({"subprocess", "tempfile", "slogate.changes"})
TABLES: Names = frozenset(
    {"tabulate", "csv", "email", "html", "importlib.metadata", "socket", "tempfile", "zipfile"}
)
"""What draws a table, and all that this loads."""
MEASURING = CONFIG | TABLES | {"slogate.gate", "slogate.reports.text"}
CLIENT: Names = frozenset(
    {
        *("httpx", "httpcore", "h11", "idna", "certifi", "email", "hashlib", "http", "logging"),
        *("socket", "ssl", "urllib.request", "slogate.sources.prometheus"),
        # NOTE: httpx looks for these, and uses them where somebody has installed them.
        *("anyio", "sniffio", "h2", "rich", "pygments", "socksio", "brotli", "zstandard"),
    }
)


class Case(NamedTuple):
    """A command line, what it may load, and the exit code that says that it did its work."""

    arguments: tuple[str, ...]
    may: Names
    code: int = 0


FILES = ("-c", str(ROOT / "examples" / "file" / "slogate.yaml"))
HISTORY = "2026-09-21T14:13:27Z"
"""Seven seconds after the end of what the real servers hold."""
AS_OF = ("--at", "2026-11-20T12:07:00Z")
TESTS = str(ROOT / "examples" / "policy-tests" / "tests.yml")
CANARY = ("canary", "--baseline-file", "v1.csv", "--canary-file", "v2.csv")

CASES = {
    "--version": Case(("--version",), BASE),
    "schema": Case(("schema",), SCHEMA),
    "init": Case(
        ("init", "-o", "-"),
        BASE | {"yaml", "cython_runtime", "slogate.config", "slogate.core.verdict"},
    ),
    "lint": Case(("lint", *FILES), CONFIG),
    "lint, a calendar": Case(
        ("lint", "-c", "calendar.yaml"), CONFIG | {"dateutil", "six", "zoneinfo"}
    ),
    "test": Case(("test", TESTS), CONFIG | {"slogate.core.rehearsal", "zoneinfo"}),
    "budget, a file": Case(("budget", *FILES, *AS_OF), MEASURING | {"slogate.sources.file"}),
    "check, a file": Case(
        ("check", *FILES, *AS_OF, "--risk", "low"),
        MEASURING | GIT | {"slogate.ci", "slogate.sources.file"},
    ),
    "check, a file, JSON": Case(
        ("check", *FILES, *AS_OF, "--risk", "low", "-f", "json"),
        CONFIG
        | GIT
        | {"csv", "slogate.ci", "slogate.gate", "slogate.reports.json_v1", "slogate.sources.file"},
    ),
    "check, Prometheus": Case(
        ("check", "-c", "prometheus.yaml", "--at", HISTORY, "--risk", "low"),
        MEASURING | GIT | CLIENT | {"pathspec", "slogate.ci"},
    ),
    "risk": Case(
        ("risk",),
        BASE | GIT | TABLES | {"yaml", "cython_runtime", "pathspec", "slogate.ci", "slogate.config"}
        | {"slogate.core.policy", "slogate.core.verdict", "typing_extensions"},
    ),
    "canary, files": Case(
        CANARY,
        BASE | TABLES | {"slogate.ci", "slogate.core.canary", "slogate.core.policy"}
        | {"slogate.core.verdict", "statistics"},
    ),
    "canary, files, JSON": Case(
        (*CANARY, "-f", "json"),
        BASE | {"csv", "slogate.ci", "slogate.core.canary", "slogate.core.policy"}
        | {"slogate.core.verdict", "statistics"},
    ),
}  # fmt: skip
"""`--help` is not here: it asks every command for its first sentence."""


def test_no_command_is_forgotten() -> None:
    assert {case.arguments[0] for case in CASES.values()} == {"--version", *COMMANDS}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what the commands read."""
    folder = tmp_path_factory.mktemp("start")
    repository = Repository(folder)
    repository.commit({"app.py": "1\n"})
    repository.tag("v1", repository.commit({"app.py": "2\n"}))
    repository.commit({"app.py": "3\n"})
    repository.git("checkout", "--quiet", "main")
    for name in ("v1", "v2"):
        rows = (f"{1_700_000_000 + 60 * row},{10 + row % 7 / 10}\n" for row in range(60))
        (folder / f"{name}.csv").write_text("time,latency\n" + "".join(rows))
    return folder


def written(name: str, place: Path, url: str) -> None:
    """A configuration whose SLO is measured by a server, with a freeze that repeats if asked for."""
    bad, total = (
        f'sum(increase(http_requests_total{{service="healthy"{more}}}[{{{{window}}}}]))'
        for more in (',code=~"5.."', "")
    )
    slo = {
        "name": "availability",
        "objective": 99.9,
        "window": "30d",
        "sli": {"bad": bad, "total": total},
    }
    document: dict[str, object] = {
        "version": 1,
        "sources": {"metrics": {"type": "prometheus", "url": url}},
        "services": {"healthy": {"slos": [slo]}},
    }
    if name == "calendar.yaml":
        rule = {"from": "2026-01-01T18:00", "rrule": "FREQ=WEEKLY", "duration": "2h"}
        document["policy"] = {"freezes": [{**rule, "name": "weekly", "timezone": "Europe/Berlin"}]}
    (place / name).write_text(json.dumps(document))


def loaded(arguments: tuple[str, ...], place: Path) -> tuple[int, set[str]]:
    """The exit code, and the packages of others and what is watched among the loaded modules."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=place,
        env={**ENVIRON, "HOME": str(place), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, names = json.loads(done.stderr.splitlines()[-1])
    foreign = {top for name in names if (top := name.partition(".")[0])[0] != "_"}
    return code, (foreign - {"slogate"} - sys.stdlib_module_names) | (WATCHED & set(names))


@pytest.mark.parametrize("name", CASES)
def test_a_command_loads_only_what_it_needs(
    name: str, place: Path, request: pytest.FixtureRequest
) -> None:
    case = CASES[name]
    url = "http://127.0.0.1:9"
    if name == "check, Prometheus":
        server: Prometheus = request.getfixturevalue("prometheus")
        url = server.url
    for file in ("calendar.yaml", "prometheus.yaml"):
        written(file, place, url)
    code, found = loaded(case.arguments, place)
    assert code == case.code
    assert sorted(found - case.may) == []
