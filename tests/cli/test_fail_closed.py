"""Everything on which gates are known to fail open, against a real socket: never 0, no traceback.

Bad evidence must end as 40, a server that cannot be asked as 50, a wrong configuration as 2.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run, slogate, write_config
from tests.support.faulty import Answer, Call, constant, error, faulty, healthy, respond, success

SHORTLY = ("--timeout", "2s")
"""For servers that are not there: nobody has to wait for all the attempts."""


def check(config: Path, *more: str) -> Run:
    return slogate("check", "-c", config, "--risk", "low", "--timeout", "20s", *more)


def assert_closed(run: Run, code: int) -> None:
    text = run.out + run.err
    assert "Traceback" not in text
    assert "bug in slogate" not in text
    assert run.code == code, text


def by_role(bad: list[str], total: list[str]) -> Answer:
    return constant(lambda call: bad if "5.." in call.form["query"] else total)


def empty(call: Call) -> bytes:
    return success([], "matrix" if "step" in call.form else "vector")


def only_total(call: Call) -> bytes:
    return empty(call) if "5.." in call.form.get("query", "") else constant(healthy)(call)


def hang(call: Call) -> bytes:
    call.closing.wait(60)
    return b""


def pour(call: Call) -> bytes:
    call.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not call.closing.is_set():
        call.write(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
    return b""


def drip(call: Call) -> bytes:
    call.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not call.closing.wait(0.2):
        call.write(b" ")
    return b""


NO_DATA: dict[str, Answer] = {
    "empty answers (misspelt metric)": empty,
    "bad events are absent and nothing vouches for them": lambda call: (
        empty(call) if "count" in call.form.get("query", "") else only_total(call)
    ),
    "NaN": by_role(["NaN"], ["100000"]),
    "NaN total": by_role(["1"], ["NaN"]),
    "infinite": by_role(["+Inf"], ["100000"]),
    "negative": by_role(["-5"], ["100000"]),
    "constants, which count nothing": by_role(["200000"], ["100000"]),
    "two series": by_role(["1", "2"], ["100000"]),
    "two totals": by_role(["1"], ["100000", "1"]),
}
UNMEASURED: dict[str, Answer] = {
    "401": lambda _: error("401 Unauthorized", "", "no"),
    "403": lambda _: respond("<html>no</html>", "403 Forbidden", "text/html"),
    "404": lambda _: respond("404 page not found", "404 Not Found", "text/plain"),
    "422": lambda _: error("422 Unprocessable Entity", "execution", "too many samples"),
    "500": lambda _: error("500 Internal Server Error", "internal", "oh"),
    "503": lambda _: respond("starting up", "503 Service Unavailable", "text/plain"),
    "HTML": lambda _: respond("<html>please log in</html>", kind="text/html"),
    "truncated JSON": lambda _: respond('{"status": "success", "data": {"resultType": "mat'),
    "cut off connection": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
    "not HTTP": lambda _: b"SSH-2.0-OpenSSH_9.2\r\n",
    "closed at once": lambda _: b"",
    "error in a success": lambda _: respond('{"status": "error", "error": "no"}'),
    "hanging": hang,
    "endless body": pour,
    "dripping body": drip,
    "redirect elsewhere": lambda _: respond("", "302 Found", extra="Location: http://127.1/\r\n"),
}


@pytest.mark.parametrize("answer", NO_DATA.values(), ids=NO_DATA)
def test_evidence_not_to_be_trusted_is_40(tmp_path: Path, answer: Answer) -> None:
    with faulty(answer) as server:
        run = check(write_config(tmp_path, server.url))
    assert_closed(run, 40)
    assert "NO DATA" in run.out


def test_more_good_than_total_is_40(tmp_path: Path) -> None:
    def doubled(call: Call) -> list[str]:
        value = float(healthy(call)[0])
        return [str(value * 200_000 if "5.." in call.form["query"] else value)]

    with faulty(constant(doubled)) as server:
        run = check(write_config(tmp_path, server.url, role="good"))
    assert_closed(run, 40)
    assert "more good than total" in " ".join(run.out.split())


@pytest.mark.parametrize("answer", UNMEASURED.values(), ids=UNMEASURED)
def test_a_server_that_cannot_be_asked_is_50(tmp_path: Path, answer: Answer) -> None:
    with faulty(answer) as server:
        run = check(write_config(tmp_path, server.url), "--timeout", "2s")
    assert_closed(run, 50)
    assert "COULD NOT MEASURE" in run.out


def test_an_unreachable_server_is_50(tmp_path: Path) -> None:
    with faulty(empty) as server:
        config = write_config(tmp_path, server.url)
    assert_closed(check(config, *SHORTLY), 50)


def test_a_name_that_does_not_resolve_is_50(tmp_path: Path) -> None:
    config = write_config(tmp_path, "http://prometheus.invalid:9090")
    assert_closed(check(config, *SHORTLY), 50)


def test_a_query_that_the_server_does_not_parse_is_2(tmp_path: Path) -> None:
    def parse_error(_: Call) -> bytes:
        return error("400 Bad Request", "bad_data", "parse error: unexpected end of input")

    with faulty(parse_error) as server:
        run = check(write_config(tmp_path, server.url, more="policy: {on_unreachable: approve}"))
    assert_closed(run, 2)
    assert "parse error" in run.err


WRONG = {
    "misspelt source type": ("type: prometheus", "type: prometeus", "prometheus"),
    "misspelt key": ("objective:", "objectve:", "objective"),
    "misspelt role": ("total:", "totl:", "total"),
    "objective as a ratio": ("objective: 99.9", "objective: 0.999", "99.9"),
    "no window": ("window: 30d", "", "window"),
    "no placeholder": ("[{{window}}]", "[30d]", "{{window}}"),
    "goal instead of objective": ("objective:", "goal:", "objective"),
}


@pytest.mark.parametrize(("old", "new", "hint"), WRONG.values(), ids=WRONG)
def test_a_wrong_configuration_is_2_and_the_backend_is_not_asked(
    tmp_path: Path, old: str, new: str, hint: str
) -> None:
    with faulty(constant(healthy)) as server:
        path = write_config(tmp_path, server.url)
        path.write_text(path.read_text().replace(old, new))
        run = check(path)
    assert_closed(run, 2)
    assert hint in run.err
    assert server.calls == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--risk", "lwo"],
        ["--fail-on", "nothing"],
        ["--at", "yesterday"],
        ["--nonsense"],
        ["chekout"],
        ["--cost", "5"],
        ["--change-type", "hotfix"],
        ["--wait", "1h", "--at", "2026-11-20T12:07:00Z"],
        ["--canary"],
    ],
)
def test_wrong_usage_is_2(tmp_path: Path, arguments: list[str]) -> None:
    with faulty(constant(healthy)) as server:
        run = slogate("check", "-c", write_config(tmp_path, server.url), *arguments)
    assert_closed(run, 2)


@pytest.mark.parametrize("flag", [["--advise"], ["--fail-on", "never"]])
def test_advice_never_hides_missing_evidence(tmp_path: Path, flag: list[str]) -> None:
    with faulty(empty) as server:
        assert_closed(check(write_config(tmp_path, server.url), *flag), 40)
    assert_closed(check(write_config(tmp_path, server.url), *flag, *SHORTLY), 50)


def test_the_negative_control_is_approved(tmp_path: Path) -> None:
    with faulty(constant(healthy)) as server:
        run = check(write_config(tmp_path, server.url))
    assert_closed(run, 0)
    assert "APPROVE" in run.out


def test_the_policy_may_go_on_without_a_server_but_only_for_outages(tmp_path: Path) -> None:
    more = "policy: {on_unreachable: approve}"
    with faulty(lambda _: error("401 Unauthorized", "", "no")) as server:
        config = write_config(tmp_path, server.url, more=more)
        assert_closed(check(config), 50)
    assert_closed(check(config, *SHORTLY), 0)
