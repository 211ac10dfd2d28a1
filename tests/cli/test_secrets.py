"""No secret is shown, whoever repeats it: a server, an error, the configuration or the verdict."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.platforms import github, gitlab
from tests.cli.running import ROOT, slogate, write_config
from tests.support.faulty import constant, error, faulty, healthy

SECRET = 'se"cr|et-t0ken*&'
LOGINS = [
    "auth: {bearer: '${PROMETHEUS_TOKEN}'}",
    "auth: {basic: {username: ada, password: '${PROMETHEUS_TOKEN}'}}",
    "headers: {X-Api-Key: '${PROMETHEUS_TOKEN}'}",
    "headers: {Authorization: 'Token ${PROMETHEUS_TOKEN}'}",
]
ENCODED = base64.b64encode(f"ada:{SECRET}".encode()).decode()


def config(place: Path, url: str, login: str) -> Path:
    path = write_config(place, url)
    text = path.read_text().replace("timeout: 1s}", f"timeout: 1s, {login}}}")
    # NOTE: the configuration of a change may repeat a variable where it will be shown.
    text = text.replace("  checkout:\n", "  checkout:\n    owner: team ${PROMETHEUS_TOKEN}\n")
    path.write_text(text)
    return path


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("echoing", [False, True])
def test_no_channel_shows_a_secret(tmp_path: Path, login: str, *, echoing: bool) -> None:
    shown = f"{SECRET}, or {ENCODED}" if "basic" in login else SECRET
    said = error("422 Unprocessable", "execution", f"what is {shown}?")
    with faulty(lambda call: said if echoing else constant(healthy)(call)) as server:
        path = config(tmp_path, server.url, login)
        for environ in (github(tmp_path), gitlab(tmp_path)):
            environ["PROMETHEUS_TOKEN"] = SECRET
            run = slogate("check", "-c", path, "--risk", "high", "-v", env=environ)
            assert run.code == (50 if echoing else 0), run.err
            assert_hidden(run.out + run.err)
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file.name != "event.json"]
    assert len(files) >= 9
    for file in files:
        if file != path:
            assert_hidden(file.read_text())


def assert_hidden(text: str) -> None:
    assert ENCODED not in text
    for part in ("cr|et", "et-t0ken", "t0ken"):
        assert part not in text


def test_a_bug_shows_no_secret_in_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from slogate import cli, gate

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError(f"token {SECRET}")

    monkeypatch.setattr(gate, "check", explode)
    monkeypatch.setenv("PROMETHEUS_TOKEN", SECRET)
    monkeypatch.setenv("SLOGATE_TRACEBACK", "1")
    path = config(tmp_path, "http://127.0.0.1:9", LOGINS[0])
    assert cli.run(["check", "-c", str(path)]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert_hidden(shown)


@pytest.mark.parametrize(
    "name", ["DATABASE_PASSWORD", "my_secret", "AWS_SECRET_ACCESS_KEY", "CI_JOB_TOKEN"]
)
def test_a_secret_of_the_environment_is_hidden_before_anything_is_read(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "slogate.yaml"
    path.write_text(f"version: 1\nservices: {{'${{{name}}}': 1}}\n'${{{name}}}': 1\n")
    run = slogate("lint", "-c", path, env={name: SECRET})
    assert run.code == 2
    assert_hidden(run.out + run.err)


@pytest.mark.parametrize("status", ["401 Unauthorized", "422 Unprocessable", "200 OK"])
def test_a_long_secret_is_masked_before_it_is_cut(tmp_path: Path, status: str) -> None:
    token = "".join(f"{number:04}-" for number in range(200))
    with faulty(lambda _: error(status, "execution", f"you sent {token}")) as server:
        path = config(tmp_path, server.url, LOGINS[0])
        text = path.read_text().replace("PROMETHEUS_TOKEN", "WHATEVER")
        path.write_text(text.replace("    owner: team ${WHATEVER}\n", ""))
        run = slogate("check", "-c", path, "--risk", "low", env={"WHATEVER": token})
    assert run.code == 50
    assert "0000-0001-" not in run.out + run.err


def test_a_proxy_that_cannot_be_used_does_not_show_its_password(tmp_path: Path) -> None:
    proxy = {"HTTP_PROXY": "http://ada:s3cr3t/pw@127.0.0.1:9"}
    run = slogate("check", "-c", write_config(tmp_path, "http://192.0.2.1"), env=proxy)
    assert run.code == 2
    assert "HTTP_PROXY" in run.err
    assert "s3cr3t" not in run.out + run.err


def test_a_secret_that_is_no_text_is_no_crash() -> None:
    command = f"MY_TOKEN=$(printf 'abcdef\\377') exec {sys.executable} -m slogate schema"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_short_values_hide_nothing(tmp_path: Path) -> None:
    run = slogate("schema", env={"API_TOKEN": "type"})
    assert '"type"' in run.out
