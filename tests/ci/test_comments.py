"""One comment per gate on a pull or merge request, kept up to date, that never changes a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.ci.platforms import github, gitlab, outputs
from tests.cli.running import Run, slogate, write_config
from tests.cli.test_check import DEMO
from tests.support.hub import HANG, INSTALLATION, RESET, TOKEN, Hub

Environ = Mapping[str, str]
PLATFORMS = ("github", "github-app", "gitlab")


@pytest.fixture(params=PLATFORMS)
def environ(request: pytest.FixtureRequest, hub: Hub, tmp_path: Path) -> dict[str, str]:
    if request.param == "gitlab":
        return gitlab(tmp_path, url=hub.url, token=TOKEN)
    token = INSTALLATION if request.param == "github-app" else TOKEN
    return github(tmp_path, url=hub.url, token=token)


def gate(environ: Environ, risk: str, *more: str, choice: str = "on-fail") -> Run:
    return slogate(*DEMO, "--risk", risk, "--comment", choice, *more, env=environ)


def test_a_failing_gate_comments_and_says_when_it_is_approved(hub: Hub, environ: Environ) -> None:
    assert gate(environ, "high").code == 20
    (comment,) = hub.comments(7)
    assert comment["body"].startswith("<!-- slogate ")
    assert "slogate: defer — checkout" in comment["body"]
    assert gate(environ, "low").code == 0
    (comment,) = hub.comments(7)
    assert "**Now approved**, before: defer." in comment["body"]
    assert "slogate: approve" in comment["body"]
    assert gate(environ, "high").code == 20
    (comment,) = hub.comments(7)
    assert "**Now defer**, before: approve." in comment["body"]


def test_an_approval_alone_is_no_news(hub: Hub, environ: Environ) -> None:
    assert gate(environ, "low").code == 0
    assert hub.comments(7) == []
    assert gate(environ, "low", choice="always").code == 0
    assert len(hub.comments(7)) == 1


def test_never_means_that_nobody_is_asked(hub: Hub, environ: Environ) -> None:
    assert gate(environ, "high", choice="never").code == 20
    assert hub.requests == []


def test_several_gates_have_a_comment_each(hub: Hub, environ: Environ) -> None:
    gate(environ, "high")
    gate(environ, "high", "checkout")
    gate(environ, "high", "--comment-id", "third")
    assert len(hub.comments(7)) == 3
    gate(environ, "low", "--comment-id", "third")
    assert ["Now approved" in comment["body"] for comment in hub.comments(7)] == [
        False,
        False,
        True,
    ]


def test_the_comment_is_found_behind_many_others(hub: Hub, environ: Environ) -> None:
    for number in range(150):
        hub.seed(7, f"opinion {number}")
    gate(environ, "high")
    for number in range(150):
        hub.seed(7, f"another opinion {number}")
    gate(environ, "low")
    assert len(hub.comments(7)) == 301


def test_a_marker_in_a_stranger_s_comment_does_not_get_the_verdict(
    hub: Hub, environ: Environ
) -> None:
    gate(environ, "high")
    marked = hub.comments(7)[0]["body"]
    hub.comments(7).clear()
    forged = marked.replace("defer", "approve")
    strangers = [hub.seed(7, forged, "mallory"), hub.seed(7, forged, "quoting[bot]")]
    gate(environ, "high")
    assert len(hub.comments(7)) == 3
    assert [stranger["body"] for stranger in strangers] == [forged, forged]


def test_a_run_without_a_verdict_takes_the_approval_back(
    hub: Hub, environ: Environ, tmp_path: Path
) -> None:
    path = write_config(tmp_path, "http://127.0.0.1:9")
    path.write_text(path.read_text().replace("objective", "objectiv"))
    more = ("--comment", "always", "--comment-id", "one")
    assert slogate(*DEMO, "--risk", "low", *more, env=environ).code == 0
    assert slogate("check", "-c", path, *more, env=environ).code == 2
    (comment,) = hub.comments(7)
    assert "**Now no verdict**, before: approve." in comment["body"]
    assert "objectiv" in comment["body"]


def test_whatever_goes_wrong_in_a_comment_changes_nothing(tmp_path: Path) -> None:
    environ = github(tmp_path, token=TOKEN) | {"SSL_CERT_FILE": str(tmp_path / "none.pem")}
    environ["GITHUB_API_URL"] = "https://127.0.0.1:9"
    run = gate(environ, "low", choice="always")
    assert run.code == 0
    assert "::warning title=slogate::no comment was written" in run.err
    assert outputs(tmp_path)["decision"] == "approve"


FAULTS: list[tuple[str, Callable[[Hub], None], str]] = [
    ("a fork's token", lambda hub: hub.fail((403, {}), "POST"), "on pull requests from forks"),
    ("an outage", lambda hub: hub.fail((502, "<html>")), "502"),
    ("no JSON", lambda hub: hub.fail((200, "<html>")), "not JSON"),
    ("another shape", lambda hub: hub.fail((200, {})), "cannot be read"),
    ("a connection cut off", lambda hub: hub.fail(RESET), "RemoteProtocolError"),
    ("too long", lambda hub: hub.fail((422, {}), "POST"), "422"),
]


@pytest.mark.parametrize(
    ("fault", "said"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
@pytest.mark.parametrize(("risk", "code"), [("low", 0), ("high", 20)])
def test_a_comment_that_fails_is_a_warning(
    hub: Hub, tmp_path: Path, fault: Callable[[Hub], None], said: str, risk: str,
    code: int,
) -> None:  # fmt: skip
    environ = github(tmp_path, url=hub.url, token=INSTALLATION)
    fault(hub)
    run = gate(environ, risk, choice="always")
    assert run.code == code
    assert "no comment was written, which changes nothing else" in run.err
    assert said in run.err
    assert INSTALLATION not in run.err


def test_a_server_that_never_answers_does_not_hold_the_gate(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slogate.ci import api
    from slogate.ci.github_comments import open_thread
    from slogate.errors import CommentError

    hub.fail(HANG)
    monkeypatch.setattr(api, "SECONDS", 0.4)
    thread = open_thread(github(tmp_path, url=hub.url, token=TOKEN), 7)
    with pytest.raises(CommentError, match="ReadTimeout"):
        list(thread.comments())
    thread.close()


@pytest.mark.parametrize("platform", [github, gitlab])
def test_a_missing_token_is_said_where_a_comment_was_asked_for(
    tmp_path: Path, platform: Callable[[Path], dict[str, str]]
) -> None:
    run = gate(platform(tmp_path), "high")
    assert run.code == 20
    assert "there is no token" in run.err


def test_gitlab_comments_by_itself_where_it_has_a_token(hub: Hub, tmp_path: Path) -> None:
    environ = gitlab(tmp_path, url=hub.url, token=TOKEN)
    assert slogate(*DEMO, "--risk", "high", env=environ).code == 20
    assert len(hub.comments(7)) == 1
    branch = {**environ, "CI_MERGE_REQUEST_IID": ""}
    assert "no pull or merge request" in slogate(*DEMO, "--risk", "high", env=branch).err
    assert len(hub.comments(7)) == 1


def test_github_comments_only_when_asked(hub: Hub, tmp_path: Path) -> None:
    environ = github(tmp_path, url=hub.url, token=TOKEN)
    assert slogate(*DEMO, "--risk", "high", env=environ).code == 20
    assert hub.requests == []


def test_outside_pull_requests_there_is_nothing_to_comment(hub: Hub, tmp_path: Path) -> None:
    environ = github(tmp_path, url=hub.url, token=TOKEN, payload={})
    run = gate(environ, "high")
    assert run.code == 20
    assert "this run belongs to no pull or merge request" in run.err


def test_no_token_goes_over_plain_http(tmp_path: Path) -> None:
    environ = github(tmp_path, url="http://api.example", token=TOKEN)
    run = gate(environ, "high")
    assert "it is not https" in run.err
    assert TOKEN not in run.err


def test_outside_ci_a_comment_is_refused_with_a_warning() -> None:
    run = slogate(*DEMO, "--risk", "high", "--comment", "always")
    assert run.code == 20
    assert "neither GitHub Actions nor GitLab CI" in run.err
