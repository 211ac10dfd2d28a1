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
    """What git says of a change; a rollback has no likelihood, since it brings nothing new."""

    level: Risk
    likelihood: Likelihood | None
    safeguards: tuple[Required, ...]
    notes: tuple[str, ...]


def change_risk(found: Range, revisions: Revisions, policy: RiskPolicy) -> ChangeRisk:
    """Likelihood and safeguards of a change."""
    likelihood = None if revisions.rollback else assess(found, policy)
    return ChangeRisk(
        level=likelihood.level if likelihood else Risk.LOW,
        likelihood=likelihood,
        safeguards=tuple(_required(found, policy)),
        notes=(*revisions.notes, *_notes(found, revisions, policy)),
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
        yield "nothing to release: " + (
            f"no commit of the release touches the service's paths ({found.elsewhere:,} others do not count)"
            if found.elsewhere
            else "head has no commit that base lacks"
        )
    elif found.elsewhere:
        others = words.plural(found.elsewhere, "commit")
        yield f"not counted: {others} outside of the service's paths"
    yield from _doubts(found, policy)


def _doubts(found: Range, policy: RiskPolicy) -> Iterator[str]:
    """What the numbers do not see."""
    if found.history_days is not None:
        yield (
            f"the clone is shallow: fixes are known for {found.history_days:.0f} of "
            f"{policy.look_back / 86_400:.0f} days, and the score may be too low"
        )
    if found.excluded is not None:
        yield f"risk.exclude leaves out {_files(found.excluded.files, found.excluded.example)}"
    if found.submodules is not None:
        named = _files(found.submodules.files, found.submodules.example, "submodule change")
        yield f"{named}: what changed inside is not seen"
    if found.renames_skipped:
        yield (
            "a commit is so wide that git did not look for renames in it: moved files count as "
            "deleted and added, and the score may be too high (git config diff.renameLimit)"
        )
    ours = {commit.sha[:7] for commit in found.commits}
    reverts = [commit.sha[:7] for commit in found.commits if commit.reverts[:7] in ours]
    if reverts:
        listed = ", ".join(reverts[:3])
        yield f"{listed} and what {'it takes' if len(reverts) == 1 else 'they take'} back both count"


def _files(number: int, example: str, noun: str = "file") -> str:
    return f"{words.plural(number, noun)}, such as {example}" if number > 1 else f"{example}"
