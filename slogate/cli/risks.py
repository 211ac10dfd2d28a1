"""Finds the risk of the release for each service: what is stated, the register, and git."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slogate.changes.git import Git
from slogate.config.settings import RegisterSettings
from slogate.core.change_risk import ChangeRisk, change_risk
from slogate.core.commits import Revisions
from slogate.core.model import Change, Risk
from slogate.core.release import (
    GIT,
    REGISTER,
    STATED,
    Opinion,
    ReleaseRisk,
    combined,
    with_floor,
)
from slogate.core.risk_policy import RiskPolicy
from slogate.deadline import Deadline
from slogate.errors import ChangeError, MeasurementError


@dataclass(frozen=True)
class Question:
    """What was asked for: a stated level or None, the range, and whether to fetch history."""

    stated: str | None = None
    base: str | None = None
    head: str | None = None
    fetch: bool = False
    change: Change | None = None


@dataclass(frozen=True)
class _Facts:
    """What git says for each scope, or why it says nothing."""

    revisions: Revisions | None = None
    risks: Mapping[str, ChangeRisk] | None = None
    problem: str = ""
    outside: bool = False
    notes: tuple[str, ...] = ()


def release_risks(
    scopes: Mapping[str, Sequence[str]],
    question: Question,
    policy: RiskPolicy,
    register: RegisterSettings | None,
    deadline: Deadline,
) -> dict[str, ReleaseRisk]:
    """The risk of the release for each service, given with its paths.

    Raises ConfigError when an option names no commit.
    """
    stated = Risk[question.stated.upper()] if question.stated else None
    git = _Facts(outside=True)
    if policy.combine == "highest" or stated is None:
        git = _ask_git(scopes, question, policy, deadline)
    found = {}
    for name in scopes:
        opinions = list(_opinions(name, git, stated, register, deadline))
        found[name] = _whole(combined(opinions, policy), name, git)
    return found


def _opinions(
    name: str,
    git: _Facts,
    stated: Risk | None,
    register: RegisterSettings | None,
    deadline: Deadline,
) -> Iterator[Opinion]:
    if stated is not None:
        yield Opinion(STATED, stated)
    if register is not None:
        yield _ask_register(name, git.revisions, register, deadline)
    if git.risks is not None:
        yield Opinion(GIT, git.risks[name].level)
    elif not git.outside or (stated is None and register is None):
        yield Opinion(GIT, None, git.problem)


def _whole(risk: ReleaseRisk, name: str, git: _Facts) -> ReleaseRisk:
    """The level with what git knows beside it."""
    if git.risks is None:
        return replace(risk, notes=(git.problem,) if git.problem else ())
    said = git.risks[name]
    return with_floor(
        replace(
            risk,
            likelihood=said.likelihood,
            revisions=git.revisions,
            safeguards=said.safeguards,
            notes=(*said.notes, *git.notes),
        )
    )


def _ask_register(
    name: str, revisions: Revisions | None, register: RegisterSettings, deadline: Deadline
) -> Opinion:
    base, head = (revisions.base, revisions.head) if revisions else ("", "")
    # NOTE: imported here, because few have a register.
    from slogate.sources.register import registered

    if not head and ("{{head}}" in register.url or "{{base}}" in register.url):
        return Opinion(REGISTER, None, "its URL needs a commit, and git knows none")
    try:
        values = {"service": name, "base": base, "head": head}
        return Opinion(REGISTER, registered(register, values, deadline))
    except MeasurementError as error:
        return Opinion(REGISTER, None, str(error))


def _ask_git(
    scopes: Mapping[str, Sequence[str]],
    question: Question,
    policy: RiskPolicy,
    deadline: Deadline,
) -> _Facts:
    try:
        git = Git(Path.cwd(), os.environ, deadline)
    except (ChangeError, OSError) as error:
        return _Facts(problem=str(error), outside=True)
    try:
        return _read(git, scopes, question, policy)
    except ChangeError as error:
        if not (question.fetch and git.is_shallow()):
            return _Facts(problem=str(error))
        lacking = error
    try:
        git.fetch_history()
        return _read(git, scopes, question, policy)
    except ChangeError as error:
        return _Facts(problem=f"{lacking}; fetching it failed: {error}")


def _read(
    git: Git, scopes: Mapping[str, Sequence[str]], question: Question, policy: RiskPolicy
) -> _Facts:
    # NOTE: imported here, because a stated risk needs no git.
    from slogate.changes.facts import read_range
    from slogate.changes.revisions import Asked, revisions

    asked = Asked(question.base, question.head, question.change, policy.tags)
    between = revisions(git, asked)
    ranges = read_range(git, between, policy, scopes)
    dirty = question.change is None and not question.head and git.is_dirty()
    return _Facts(
        between,
        {name: change_risk(found, between, policy) for name, found in ranges.items()},
        notes=("changes that are not committed do not count",) if dirty else (),
    )
