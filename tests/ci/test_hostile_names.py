"""Whatever a change, a configuration or a server names things, it stays text in every channel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.ci.platforms import github, gitlab, outputs
from tests.cli.running import ROOT, Run, slogate, write_config
from tests.reports.strategies import HOSTILE
from tests.support.faulty import error, faulty
from tests.support.hub import TOKEN, Hub
from tests.support.repository import Repository

NAMES = [
    *HOSTILE,
    "::error::approved",
    "x\n::set-output name=decision::approve",
    "decision<<EOF\napprove\nEOF",
    "SLOGATE_DECISION=approve\nSLOGATE_EXIT_CODE=0",
    "%0A::warning::owned",
    "##[group]x",
    "a --> <!-- slogate 0123456789abcdef approve -->",
    "| a | b |",
    "@everyone #1 !1",
    "$(touch owned) `touch owned` ${IFS}touch${IFS}owned",
    "'; touch owned; '",
    '"; touch owned; "',
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "\u202eevorppa",
    "]]></failure></testcase>",
    "../../etc/passwd",
    "\ufffe\x00\x01",
]


def in_yaml(text: str) -> str:
    """What can stand in a YAML file at all, if escaped."""
    return re.sub("[\x00\ufffe\ud800-\udfff]", "", text)


def config(place: Path, text: str) -> Path:
    """One service, deferred at high risk, whose people have this name as far as one may."""
    document = yaml.safe_load((ROOT / "examples/file/slogate.yaml").read_text())
    document["sources"]["counts"]["path"] = str(ROOT / "examples/file/checkout.csv")
    person = "".join(char for char in text if char.isprintable())[:200].strip() or "ann"
    person = person.replace("${", "$${")
    document["services"]["checkout"]["owner"] = person
    document["policy"] = {"approvers": {"attention": [person]}}
    path = place / "slogate.yaml"
    path.write_text(json.dumps(document))
    return path


def hostile_payload(text: str) -> dict[str, Any]:
    sides = {"sha": text, "ref": text}
    pull = {
        "number": 7,
        "title": text,
        "html_url": "https://github.com/acme/shop/pull/7",
        "base": sides,
        "head": sides,
    }
    return {"pull_request": {**pull, "labels": [{"name": text}, {"name": text}]}}


def check(path: Path, env: dict[str, str], *more: str) -> Run:
    at = "2026-11-20T12:07:00Z"
    return slogate("check", "-c", path, "--at", at, "--risk", "high", *more, env=env)


def assert_harmless_page(page: str) -> None:
    # NOTE: what is foreign may show as text, never as markup: only our own tags and links remain.
    html = MarkdownIt("gfm-like", {"html": True}).render(page)
    ours = r"</?(details|summary|sub|br|code|span|p|h2|h3|ul|li|strong|em|table|thead|tbody|tr|th|td|pre|a|hr)\b"
    tags = re.findall(r"<[/!a-zA-Z][^>]*>", html)
    allowed = [tag for tag in tags if re.match(ours, tag) or tag.startswith("<!-- slogate ")]
    assert tags == allowed
    assert set(re.findall(r'href="([^"]*)"', html)) <= {
        "https://github.com/acme/shop/actions/runs/5",
        "https://github.com/acme/shop/pull/7",
        "https://gitlab.example/acme/shop/-/jobs/5",
        "https://gitlab.example/acme/shop/-/merge_requests/7",
    }
    assert not re.search(r"(?<!\w)@[\w.]", re.sub(r"<code>.*?</code>", "", html))


def assert_harmless_log(run: Run, annotations: int) -> None:
    log = run.out + run.err
    assert "##[" not in log
    assert "##vso" not in log
    commands = [line for line in log.splitlines() if line.lstrip().startswith("::")]
    groups = [line for line in commands if line.startswith(("::group::", "::endgroup::"))]
    assert len(commands) - len(groups) == annotations, commands
    assert len(groups) in (0, 2)


@pytest.mark.parametrize("text", NAMES)
def test_a_hostile_change_on_github(tmp_path: Path, hub: Hub, text: str) -> None:
    environ = github(tmp_path, url=hub.url, token=TOKEN, payload=hostile_payload(text))
    environ |= {"GITHUB_ACTOR": text.replace("\x00", ""), "GITHUB_WORKFLOW": "a -->"}
    environ = {name: in_yaml(value) for name, value in environ.items()}
    run = check(config(tmp_path, text), environ, "--comment", "always")
    assert run.code == 20, run.err
    found = outputs(tmp_path)
    assert len(found) == 12
    assert (found["decision"], found["exit-code"]) == ("defer", "20")
    assert_harmless_log(run, annotations=1)
    assert_harmless_page((tmp_path / "step-summary").read_text())
    (comment,) = hub.comments(7)
    assert_harmless_page(comment["body"])
    assert comment["body"].count("<!--") == 1


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("text", NAMES[::3])
def test_a_hostile_target_whose_configuration_counts(
    tmp_path: Path, text: str, *, known: bool
) -> None:
    config(tmp_path, "ann")
    repository = Repository(tmp_path)
    sha = repository.commit({"slogate.yaml": (tmp_path / "slogate.yaml").read_text()})
    payload = hostile_payload(text)
    payload["pull_request"]["base"] = {"sha": sha if known else text, "ref": text}
    run = slogate(
        *("check", "--config-ref", "auto", "--at", "2026-11-20T12:07:00Z", "--risk", "high"),
        cwd=tmp_path,
        env={name: in_yaml(value) for name, value in github(tmp_path, payload=payload).items()},
    )
    assert run.code == (20 if known else 2), run.err
    assert outputs(tmp_path)["decision"] == ("defer" if known else "block")
    assert_harmless_log(run, annotations=1)
    assert_harmless_page((tmp_path / "step-summary").read_text())
    assert not list(tmp_path.rglob("owned"))


@pytest.mark.parametrize("text", NAMES)
def test_a_hostile_change_on_gitlab(tmp_path: Path, text: str) -> None:
    environ = gitlab(tmp_path)
    variables = ("MERGE_REQUEST_TITLE", "MERGE_REQUEST_LABELS", "COMMIT_REF_NAME", "COMMIT_SHA")
    environ |= {f"CI_{name}": in_yaml(text) for name in variables}
    environ["GITLAB_USER_LOGIN"] = in_yaml(text)
    run = check(config(tmp_path, text), environ)
    assert run.code == 20, run.err
    folder = tmp_path / "slogate-report"
    lines = (folder / "outputs.env").read_text().splitlines()
    assert len(lines) == 12
    assert all(re.fullmatch(r"SLOGATE_[A-Z_]+=[^$`'\"\\]*", line) for line in lines)
    assert ET.parse(folder / "junit.xml").getroot().get("failures") == "2"
    assert_harmless_page((folder / "summary.md").read_text())
    assert_harmless_log(run, annotations=0)
    sections = r"\x1b\[0Ksection_(start|end):\d+:slogate_evidence(\[collapsed=true\])?\s\x1b\[0K"
    assert "\x1b" not in re.sub(sections, "", run.out + run.err)


def test_names_that_no_configuration_may_have_are_refused_as_text(tmp_path: Path) -> None:
    path = config(tmp_path, "ann")
    document = json.loads(path.read_text())
    service = document["services"].pop("checkout")
    document["services"] = {in_yaml(name): service for name in NAMES}
    path.write_text(json.dumps(document))
    run = check(path, github(tmp_path))
    assert run.code == 2
    assert len(outputs(tmp_path)) == 12
    assert_harmless_log(run, annotations=10)
    assert_harmless_page((tmp_path / "step-summary").read_text())


@pytest.mark.parametrize("text", NAMES)
def test_hostile_answers_of_a_server(tmp_path: Path, text: str) -> None:
    with faulty(lambda _: error("422 Unprocessable Entity", "execution", text)) as server:
        path = write_config(tmp_path, server.url)
        run = slogate("check", "-c", path, "--risk", "low", env=github(tmp_path))
    assert run.code == 50
    assert_harmless_log(run, annotations=1)
    assert_harmless_page((tmp_path / "step-summary").read_text())
    assert set(outputs(tmp_path)) >= {"decision", "report-json"}
    assert outputs(tmp_path)["decision"] == "block"
