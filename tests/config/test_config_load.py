"""Finding and reading the file, and the settings that come out of it."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slogate.config.load import NAMES, find_config, load
from slogate.config.problems import path_text
from slogate.config.settings import FileSettings, PrometheusSettings
from slogate.core.model import Events, Latency, Ratio, Risk, Slices
from slogate.core.window import Calendar, Rolling
from slogate.errors import ConfigError
from tests.config.builders import BASE, SOURCE, base, config, problems, with_sli


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_found_upward_to_the_root_of_the_repository(tmp_path: Path, name: str) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(BASE)
    assert find_config(below) == tmp_path / name
    assert find_config(tmp_path) == tmp_path / name


def test_the_nearest_file_wins_and_then_the_plainest_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in (".slogate.yaml", "slogate.yaml", "a/.slogate.yaml"):
        (tmp_path / name).write_text(BASE)
    assert find_config(tmp_path) == tmp_path / "slogate.yaml"
    assert find_config(tmp_path / "a") == tmp_path / "a" / ".slogate.yaml"


def test_a_file_in_the_start_directory_is_named_as_the_user_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slogate.yaml").write_text(BASE)
    monkeypatch.chdir(tmp_path)
    assert find_config(Path()) == Path("slogate.yaml")


def test_the_search_ends_at_the_repository_and_says_where_it_looked(tmp_path: Path) -> None:
    (tmp_path / "slogate.yaml").write_text(BASE)
    repository = tmp_path / "repository"
    (repository / "a").mkdir(parents=True)
    (repository / ".git").write_text("gitdir: elsewhere")
    with pytest.raises(ConfigError) as caught:
        find_config(repository / "a")
    assert str(caught.value) == (
        "no configuration: there is no slogate.yaml, .slogate.yaml or .slogate/config.yaml in "
        f"{repository / 'a'} and upward to {repository}; "
        "--config names another place, and `slogate init` writes one"
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing, odd = tmp_path / "x.yaml", Path("a\0b")
    for path, message in [
        (missing, "there is no such file"),
        (tmp_path, "this is a directory; name the file in it"),
        (tmp_path / "x" / "y", "there is no such file"),
        (odd, "cannot be read: "),
    ]:
        with pytest.raises(ConfigError) as caught:
            load(path, {})
        assert str(caught.value).startswith(f"{path}: {message}")


def test_paths_start_from_the_configuration_file(tmp_path: Path) -> None:
    tls = "tls: {ca: certs/ca.pem, cert: ../c.pem, key: /k.pem}"
    text = base(
        (
            SOURCE,
            f"{{type: prometheus, url: 'https://x', {tls}}}\n  csv: {{type: file, path: a.csv}}",
        ),
        ("    slos:", "    source: metrics\n    slos:"),
    )
    path = tmp_path / "slogate.yaml"
    path.write_text(text)
    sources = load(path, {}).sources
    metrics = sources["metrics"]
    assert isinstance(metrics, PrometheusSettings)
    assert metrics.ca == tmp_path / "certs" / "ca.pem"
    assert metrics.cert == tmp_path / ".." / "c.pem"
    assert metrics.key == Path("/k.pem")
    assert sources["csv"] == FileSettings("csv", tmp_path / "a.csv")


def test_prometheus_settings() -> None:
    source = (
        "{type: prometheus, url: 'https://host:9090/prom/', headers: {X-Scope-OrgID: shop}, "
        "auth: {basic: {username: '${U}', password: '${P}'}}, "
        "timeout: 1m30s, resolution: 5m, concurrency: 2}"
    )
    found = config(base((SOURCE, source)), {"U": "me", "P": "hunter2"}).sources["metrics"]
    assert found == PrometheusSettings(
        name="metrics",
        url="https://host:9090/prom",
        headers={"X-Scope-OrgID": "shop"},
        username="me",
        password="hunter2",
        timeout=90,
        resolution=300,
        concurrency=2,
    )
    assert "hunter2" not in repr(found)


def test_credentials_in_the_url_become_basic_authentication() -> None:
    found = config(base(("http://prometheus", "http://me:p%40ss@prometheus"))).sources["metrics"]
    assert isinstance(found, PrometheusSettings)
    assert (found.url, found.username, found.password) == ("http://prometheus:9090", "me", "p@ss")


SLIS = [
    (
        "{good: 'a[{{window}}]', total: 'b[{{window}}]'}",
        Events(good="a[{{window}}]", total="b[{{window}}]"),
    ),
    ("{latency: {histogram: x, below: 250ms}}", Latency("x", 0.25)),
    ("{latency: {histogram: x, below: 1.5s}}", Latency("x", 1.5)),
    ("{latency: {histogram: x, below: 1m}}", Latency("x", 60.0)),
    ("{slices: {query: up, op: '==', value: 1}}", Slices("up", "==", 1.0, 60)),
    ("{slices: {query: up, op: '>=', value: -1.5, every: 5m}}", Slices("up", ">=", -1.5, 300)),
    ("{ratio: 'a[{{window}}]'}", Ratio("a[{{window}}]")),
]


@pytest.mark.parametrize(("sli", "expected"), SLIS)
def test_indicators(sli: str, expected: object) -> None:
    assert config(with_sli(sli)).services[0].slos[0][0].sli == expected


def test_services_keep_their_order_and_everything_said_of_them() -> None:
    text = base(("  checkout:", "  zeta & co:"), ("zeta & co", "zeta"))
    text += "  alpha:\n    owner: team-a\n    tier: critical\n" + text.partition("  zeta:\n")[2]
    found = config(text + "risk: {default: medium}\n")
    assert [service.name for service in found.services] == ["zeta", "alpha"]
    assert (found.services[1].owner, found.services[1].tier) == ("team-a", "critical")
    slo, source = found.services[0].slos[0]
    assert (slo.name, slo.objective, slo.window, source) == (
        "availability",
        99.9,
        Rolling(30 * 86_400),
        "metrics",
    )
    assert found.risk.default is Risk.MEDIUM
    assert found.path == Path("slogate.yaml")


def test_calendar_windows_have_their_zone() -> None:
    window = config(base(("30d", "{calendar: quarter, timezone: Europe/Berlin}")))
    found = window.services[0].slos[0][0].window
    assert isinstance(found, Calendar)
    assert str(found) == "quarter, Europe/Berlin"
    in_summer = int(datetime(2026, 8, 1, tzinfo=timezone.utc).timestamp())
    midnight_in_berlin = int(datetime(2026, 6, 30, 22, tzinfo=timezone.utc).timestamp())
    assert found.at(in_summer).start == midnight_in_berlin
    utc = config(base(("30d", "{calendar: week}"))).services[0].slos[0][0].window
    assert str(utc) == "week"


def test_key_paths_for_people() -> None:
    assert path_text(("a", 0, "b-c", "d e", "f.g")) == "a[0].b-c['d e']['f.g']"


def test_pydantic_is_not_imported_before_there_is_something_to_validate() -> None:
    code = "import sys, slogate.config.load as load; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


KEYS = st.sampled_from(
    [
        "version",
        "sources",
        "services",
        "policy",
        "policies",
        "risk",
        "type",
        "url",
        "path",
        "slos",
        "sli",
        "name",
        "objective",
        "window",
        "bad",
        "good",
        "total",
        "latency",
        "slices",
        "ratio",
        "auth",
        "bearer",
        "headers",
        "tls",
        "status",
        "matrix",
        "burn",
        "extends",
        "checkout",
        "metrics",
        "<<",
    ]
)
TEXTS = st.sampled_from(
    ["30d", "99.9", "prometheus", "file", "http://x", "a.csv", "${A}", "${", "${B:-1}", "yes", "~"]
)
SCALARS = st.one_of(TEXTS, st.text(max_size=8), st.integers(), st.floats(), st.just("*a"))
VALUES = st.recursive(
    SCALARS.map(str),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(KEYS, inner, max_size=4).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        ),
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(sections=st.dictionaries(KEYS, VALUES, max_size=6), allow_unset=st.booleans())
def test_whatever_stands_in_a_file_only_config_errors_come_out(
    *, sections: dict[str, str], allow_unset: bool
) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in sections.items())
    survives(text.encode("utf-8", "surrogatepass"), allow_unset=allow_unset)


@settings(deadline=None)
@given(st.integers(0, len(BASE)), st.integers(0, 40), VALUES)
def test_whatever_replaces_a_part_of_a_right_file_only_config_errors_come_out(
    start: int, length: int, value: str
) -> None:
    text = BASE[:start] + value + BASE[start + length :]
    survives(text.encode("utf-8", "surrogatepass"))


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"%YAML 9.9\n---\n")
@example(b"? ")
@example(b"a: \xc2\x85\x00")
def test_whatever_bytes_a_file_holds_only_config_errors_come_out(raw: bytes) -> None:
    survives(raw)


def survives(raw: bytes, *, allow_unset: bool = False) -> None:
    """Reading ends with a configuration or with problems that have a place and a message."""
    for problem in problems(raw, {"A": "1"}, allow_unset=allow_unset):
        assert re.match(r"(\d+(:\d+)?: | larger).", problem)


def test_pydantic_is_never_imported() -> None:
    """Only its engine is: the models on top of it cost a CI job more time than all else."""
    program = (
        "import sys; from pathlib import Path; from slogate.config.load import load; "
        "load(Path('examples/prometheus/slogate.yaml'), {'PROMETHEUS_URL': 'http://x'}); "
        "print('pydantic' in sys.modules, 'pydantic_core' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False True\n"


def test_a_key_that_looks_like_a_mark_of_the_engine_is_only_unknown() -> None:
    assert "2: ['<Slo>']: unknown key" in "".join(problems("version: 1\n<Slo>: 1\n"))


def test_a_link_that_leads_nowhere_does_not_let_another_file_count(tmp_path: Path) -> None:
    below = tmp_path / "a"
    below.mkdir()
    (tmp_path / "slogate.yaml").write_text(BASE)
    (below / "slogate.yaml").symlink_to("missing.yaml")
    found = find_config(below)
    assert found == below / "slogate.yaml"
    with pytest.raises(ConfigError, match="there is no such file"):
        load(found, {})
