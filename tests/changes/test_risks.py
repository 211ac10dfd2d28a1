"""Who is asked for the risk of a release: nobody whose answer could not count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest

from slogate.cli.risks import Question, release_risks
from slogate.config.settings import RegisterSettings
from slogate.core.model import Risk
from slogate.core.release import STATED
from slogate.core.risk_policy import RiskPolicy
from slogate.deadline import Deadline
from slogate.sources import risk_register


@pytest.mark.parametrize(
    ("policy", "stated", "asked"),
    [
        (RiskPolicy(combine="first"), "low", 0),
        (RiskPolicy(combine="first"), None, 1),
        (RiskPolicy(), "low", 1),
    ],
)
def test_the_register_is_asked_only_where_it_can_count(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    policy: RiskPolicy,
    stated: str | None,
    asked: int,
) -> None:
    calls: list[Mapping[str, str]] = []

    def registered(_: object, values: Mapping[str, str], __: object) -> Risk:
        calls.append(values)
        return Risk.LOW

    monkeypatch.setattr(risk_register, "registered", registered)
    monkeypatch.chdir(tmp_path)
    settings = RegisterSettings(name="", url="https://register.example/")
    found = release_risks({"shop": ()}, Question(stated), policy, settings, Deadline(9))["shop"]
    assert len(calls) == asked
    assert found.source == (STATED if stated else found.opinions[0].source)


def test_a_register_that_never_ends_its_answer_leaves_time_for_the_budgets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never = Event()
    monkeypatch.setattr(risk_register, "registered", lambda *_: never.wait())
    monkeypatch.chdir(tmp_path)
    settings = RegisterSettings(name="", url="https://register.example/")
    deadline = Deadline(0.9)
    found = release_risks({"shop": (), "api": ()}, Question(), RiskPolicy(), settings, deadline)
    assert not found["shop"].known
    assert "did not answer in time" in found["api"].opinions[0].detail
    assert deadline.remaining() > 0
    never.set()
