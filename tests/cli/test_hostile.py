"""What an attacker or a careless environment tries: no way past the gate, no secret, no escape."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, slogate, write_config
from tests.cli.test_check import DEMO
from tests.support.faulty import constant, error, faulty, healthy, respond

SECRET = "s3cr3t-t0ken"


@pytest.mark.parametrize("value", ["1", "yes", "0.1.0"])
def test_a_version_variable_does_not_switch_the_gate_off(value: str) -> None:
    assert slogate(*DEMO, "--risk", "high", env={"SLOGATE_VERSION": value}).code == 20


@pytest.mark.parametrize("shell", ["bash_source", "zsh_source", "bogus"])
def test_a_variable_for_completion_does_not_switch_the_gate_off(shell: str) -> None:
    run = slogate(*DEMO, "--risk", "high", env={"_SLOGATE_COMPLETE": shell})
    assert run.code == 20
    assert "DEFER" in run.out


@pytest.mark.parametrize("closed", ["1>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
def test_a_closed_stdout_is_no_approval(closed: str) -> None:
    arguments = " ".join(map(str, DEMO))
    command = f"exec {sys.executable} -m slogate {arguments} --risk low {closed}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_working_directory_that_is_gone_is_said_so(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"cd {gone} && rmdir {gone} && exec {sys.executable} -m slogate check"
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "working directory" in done.stderr


AUTH = """\
  guarded:
    type: prometheus
    url: "%s"
    timeout: 1s
    %s
"""


@pytest.mark.parametrize(
    "login",
    [
        'auth: {bearer: "${TOKEN}"}',
        'auth: {basic: {username: ada, password: "${TOKEN}"}}',
        'headers: {X-Api-Key: "${TOKEN}"}',
        'headers: {X-Api-Key: "${TOKEN} "}',
    ],
)
@pytest.mark.parametrize("padding", ["", " "])
@pytest.mark.parametrize("failing", [False, True])
def test_secrets_never_reach_the_output(
    tmp_path: Path, login: str, padding: str, *, failing: bool
) -> None:
    refused = error("401 Unauthorized", "", "no")
    with faulty(lambda call: refused if failing else constant(healthy)(call)) as server:
        path = write_config(tmp_path, server.url)
        text = path.read_text().replace("services:", f"{AUTH % (server.url, login)}services:", 1)
        path.write_text(text.replace("  checkout:\n", "  checkout:\n    source: guarded\n"))
        for form in ("text", "markdown", "json"):
            run = slogate(
                "check", "-c", path, "-f", form, "--risk", "low", "--timeout", "4s", "-v",
                env={"TOKEN": SECRET + padding},
            )  # fmt: skip
            assert SECRET not in run.out + run.err
            refused_at_load = "basic" not in login and (padding or login.endswith(' "}'))
            assert run.code == (2 if refused_at_load else 50 if failing else 0)


HOSTILE = "\n::error::pwned\x1b[31m ##[error]x ##vso[task.complete]"


def test_what_a_server_says_is_no_command_for_the_runner(tmp_path: Path) -> None:
    for status, kind in (("400 Bad Request", "bad_data"), ("422 Unprocessable", "execution")):
        with faulty(lambda _, s=status, k=kind: error(s, k, HOSTILE)) as server:  # type: ignore[misc]
            run = slogate("check", "-c", write_config(tmp_path, server.url), "--risk", "low")
        assert_harmless(run.out + run.err)


def test_what_a_file_says_is_no_command_for_the_runner(tmp_path: Path) -> None:
    text = (ROOT / "examples/file/slogate.yaml").read_text()
    (tmp_path / "slogate.yaml").write_text(text)
    (tmp_path / "checkout.csv").write_text(f'time,"{HOSTILE}"\n1790000000,1\n')
    run = slogate("check", "-c", tmp_path / "slogate.yaml", "--risk", "low")
    assert run.code == 2
    assert_harmless(run.out + run.err)


def test_what_the_configuration_says_is_no_command_for_the_runner(tmp_path: Path) -> None:
    path = tmp_path / "slogate.yaml"
    path.write_text('version: 1\n"##[error]x": 1\n"##vso[y]": {}\n')
    for form in ("text", "markdown", "json"):
        run = slogate("lint", "-c", path, "-f", form)
        assert run.code == 2
        assert_harmless(run.out + run.err)


def assert_harmless(text: str) -> None:
    assert "\x1b" not in text
    assert "##[" not in text
    assert "##vso" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@pytest.mark.parametrize(
    "environment",
    [
        {"ALL_PROXY": "socks5://127.0.0.1:1"},
        {"HTTP_PROXY": "foo://127.0.0.1:1"},
        {"NO_PROXY": "[::1"},
    ],
)
def test_proxies_that_cannot_be_used_are_a_wrong_configuration(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    run = slogate("check", "-c", write_config(tmp_path, "http://127.0.0.1:1"), env=environment)
    assert run.code in (2, 50)
    assert "bug in slogate" not in run.err


@pytest.mark.parametrize(
    "retry",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "-1", "1e99", "99999999999999999999"],
)
def test_strange_retry_after_is_no_bug(tmp_path: Path, retry: str) -> None:
    busy = respond("", "429 Too Many", extra=f"Retry-After: {retry}\r\n")
    with faulty(lambda _: busy) as server:
        config = write_config(tmp_path, server.url)
        assert slogate("check", "-c", config, "--timeout", "2s").code == 50


def test_a_number_of_400_digits_is_no_bug(tmp_path: Path) -> None:
    result = f'[{{"metric": {{}}, "values": [[{10**400}, "1"]]}}]'
    body = f'{{"status": "success", "data": {{"resultType": "matrix", "result": {result}}}}}'
    with faulty(lambda _: respond(body)) as server:
        run = slogate("check", "-c", write_config(tmp_path, server.url))
    assert run.code == 50


def test_a_query_that_does_not_count_events_is_40(tmp_path: Path) -> None:
    """A rate is the same number over any span; its steps add up to something else."""

    def rates(call: object) -> list[str]:
        form = call.form  # type: ignore[attr-defined]
        if "5.." in form["query"]:
            return ["200"]
        return ["100000" if "step" in form else "72000000"]

    with faulty(constant(rates)) as server:
        run = slogate("check", "-c", write_config(tmp_path, server.url), "--risk", "low")
    assert run.code == 40
    assert "does not count events" in " ".join(run.out.split())
