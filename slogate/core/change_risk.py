"""The two axes of a change that git knows: how likely a defect is, and what one would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slogate.core import words
from slogate.core.commits import Range, Revisions
from slogate.core.likelihood import assess
from slogate.core.model import Risk
from slogate.core.release import Likelihood, Required
from slogate.core.risk_policy import RiskPolicy


@dataclass(frozen=True)
class ChangeRisk:
    """What git says of a change; a rollback has no likelihood, since it brings nothing new.

    A `problem` says why the risk is unknown, or may be higher than this level.
    """

    level: Risk | None
    likelihood: Likelihood | None
    safeguards: tuple[Required, ...]
    notes: tuple[str, ...]
    problem: str = ""


def change_risk(found: Range, revisions: Revisions, policy: RiskPolicy) -> ChangeRisk:
    """Likelihood and safeguards of a change."""
    if found.nowhere:
        problem = "head has no file of the service's paths: are they spelt right?"
        return ChangeRisk(None, None, (), revisions.notes, problem)
    likelihood = None if revisions.rollback else assess(found, policy)
    return ChangeRisk(
        level=likelihood.level if likelihood else Risk.LOW,
        likelihood=likelihood,
        safeguards=tuple(_required(found, policy)),
        notes=(*revisions.notes, *_notes(found, revisions, policy), *_crossed(likelihood)),
        problem=_problem(found),
    )


def _required(found: Range, policy: RiskPolicy) -> Iterator[Required]:
    for rule in policy.safeguards:
        touched = found.touched.get(rule.name)
        if touched is not None:
            yield Required(rule.name, rule.require, touched.files, touched.example, rule.floor)


def _notes(found: Range, revisions: Revisions, policy: RiskPolicy) -> Iterator[str]:
    if revisions.rollback:
        total = words.plural(len(found.commits) + found.elsewhere, "commit")
        yield f"a rollback: head lies {total} before base, so nothing new is released"
    elif not found.commits:
        yield _nothing(found)
    elif found.elsewhere:
        others = words.plural(found.elsewhere, "commit")
        yield f"not counted: {others} outside of the service's paths"
    yield from _doubts(found, policy, rollback=revisions.rollback)


def _nothing(found: Range) -> str:
    if found.elsewhere:
        others = words.plural(found.elsewhere, "commit")
        return f"nothing to release: no commit touches the service's paths ({others} elsewhere)"
    if found.excluded is not None:
        return "nothing to release but what risk.exclude leaves out"
    return "nothing to release: no commit of head that base lacks changes a file"


def _problem(found: Range) -> str:
    if not found.octopus:
        return ""
    return (
        f"the merge {found.octopus[:7]} of more than two branches changes files itself, and git does "
        "not count how much"
    )


def _crossed(likelihood: Likelihood | None) -> Iterator[str]:
    medium, high = (likelihood.limits if likelihood else None) or (None, None)
    if medium and high and medium.scale == high.scale and medium.value > high.value:
        yield (
            f"medium begins at {medium.value:.2f} and high at {high.value:.2f}, so nothing is medium: "
            "correct risk.bands"
        )


def _doubts(found: Range, policy: RiskPolicy, *, rollback: bool) -> Iterator[str]:
    """What the numbers do not see, and what in them is to be doubted."""
    yield from _uncounted(found)
    few = len(found.releases) < policy.least_releases
    if policy.failure_rate is not None and few and found.commits:
        yield (
            "risk.failure_rate is not used: there are fewer than "
            f"{words.plural(policy.least_releases, 'release')} in the latest history to fit it to"
        )
    for name in found.idle:
        yield f"head has no file of the paths of the safeguard {name}: are they spelt right?"
    if found.history_days is not None:
        yield (
            f"the clone is shallow: fixes are known for {found.history_days:.0f} of "
            f"{policy.look_back / 86_400:.0f} days, and the score may be too low"
        )
    if found.renames_skipped:
        yield (
            "a commit is so wide that git did not look for renames in it: moved files count as "
            "deleted and added, and the score may be too high (git config diff.renameLimit)"
        )
    ours = {commit.sha[:7] for commit in found.commits}
    reverts = [commit.sha[:7] for commit in found.commits if commit.reverts[:7] in ours]
    if reverts and not rollback:
        listed = ", ".join(reverts[:3])
        yield f"{listed} and what {'it takes' if len(reverts) == 1 else 'they take'} back both count"


def _uncounted(found: Range) -> Iterator[str]:
    if found.unseen:
        yield found.unseen
    if found.excluded is not None:
        yield f"risk.exclude leaves out {_files(found.excluded.files, found.excluded.example)}"
    if found.submodules is not None:
        named = _files(found.submodules.files, found.submodules.example, "submodule change")
        yield f"{named}: what changed inside is not seen"
    if found.binaries is not None:
        named = _files(found.binaries.files, found.binaries.example)
        yield f"binary, so no lines are counted: {named}"


def _files(number: int, example: str, noun: str = "file") -> str:
    return f"{words.plural(number, noun)}, such as {example}" if number > 1 else f"{example}"
