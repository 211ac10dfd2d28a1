"""Finds the risk of the release for each service: what is stated, the register, and git."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from slogate.changes.git import Git
from slogate.changes.place import is_outside
from slogate.changes.process import AbsentError
from slogate.changes.revisions import NoBaseError
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
from slogate.pool import run_all


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
    """What git says for each scope, or why it says nothing; `outside` where it has nothing to say."""

    revisions: Revisions | None = None
    risks: Mapping[str, ChangeRisk] | None = None
    problem: str = ""
    outside: bool = False
    notes: tuple[str, ...] = ()


class _Register:
    """The team's risk register, asked once for each address.

    All answers together have a third of the time that is left, or the budgets could not be measured.
    """

    def __init__(
        self, settings: RegisterSettings, revisions: Revisions | None, deadline: Deadline
    ) -> None:
        self._settings = settings
        self._base, self._head = (revisions.base, revisions.head) if revisions else ("", "")
        self._deadline = Deadline(max(deadline.remaining(), 0) / 3)
        self._known: dict[str, Opinion] = {}

    def opinion(self, service: str) -> Opinion:
        """What the register says of this service."""
        own = service if "{{service}}" in self._settings.url else ""
        if own not in self._known:
            self._known[own] = self._asked(own)
        return self._known[own]

    def _asked(self, service: str) -> Opinion:
        # NOTE: imported here, because few have a register.
        from slogate.sources.risk_register import registered

        values = {"service": service, "base": self._base, "head": self._head}
        for name, why in (("base", "git"), ("head", "git"), ("service", "--service")):
            if f"{{{{{name}}}}}" in self._settings.url and not values[name]:
                return Opinion(REGISTER, None, f"its URL needs the {name}, and {why} names none")
        task = partial(registered, self._settings, values, self._deadline)
        # NOTE: no time-out of a client ends an answer that drips its headers.
        (found,) = run_all([("", task)], workers={"": 1}, deadline=self._deadline)
        if isinstance(found, MeasurementError) or found is None:
            return Opinion(REGISTER, None, str(found or "the risk register did not answer in time"))
        if isinstance(found, BaseException):
            raise found
        return Opinion(REGISTER, found)


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
    floors = any(rule.floor is not None for rule in policy.safeguards)
    if policy.combine == "first" and stated is not None:
        register = None
    if policy.combine == "highest" or stated is None or floors:
        git = _ask_git(scopes, question, policy, deadline)
    ask = _Register(register, git.revisions, deadline) if register is not None else None
    found = {}
    for name in scopes:
        opinions = list(_opinions(name, git, stated, ask))
        found[name] = _whole(combined(opinions, policy), name, git)
    return found


def _opinions(
    name: str, git: _Facts, stated: Risk | None, register: _Register | None
) -> Iterator[Opinion]:
    if stated is not None:
        yield Opinion(STATED, stated)
    if register is not None:
        yield register.opinion(name)
    if git.risks is not None:
        said = git.risks[name]
        if said.level is not None:
            yield Opinion(GIT, said.level)
        if said.problem:
            yield Opinion(GIT, None, said.problem)
    elif not git.outside or (stated is None and register is None):
        yield Opinion(GIT, None, git.problem)


def _whole(risk: ReleaseRisk, name: str, git: _Facts) -> ReleaseRisk:
    """The level with what git knows beside it."""
    if git.risks is None:
        told = any(item.source == GIT for item in risk.opinions)
        return replace(risk, notes=(git.problem,) if git.problem and not told else ())
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


def _ask_git(
    scopes: Mapping[str, Sequence[str]],
    question: Question,
    policy: RiskPolicy,
    deadline: Deadline,
) -> _Facts:
    try:
        git = Git(Path.cwd(), os.environ, deadline)
    except (ChangeError, OSError) as error:
        absent = isinstance(error, AbsentError) and is_outside(Path.cwd(), os.environ)
        return _Facts(problem=str(error), outside=absent)
    try:
        return _read(git, scopes, question, policy)
    except NoBaseError as error:
        return _Facts(problem=str(error), outside=True)
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
    from slogate.changes.revisions import RangeOptions, revisions

    asked = RangeOptions(question.base, question.head, question.change, policy.tags)
    between = revisions(git, asked)
    ranges = read_range(git, between, policy, scopes)
    dirty = question.change is None and not question.head and git.is_dirty()
    return _Facts(
        between,
        {name: change_risk(found, between, policy) for name, found in ranges.items()},
        notes=("changes that are not committed do not count",) if dirty else (),
    )
