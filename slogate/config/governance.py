"""Governance out of what a policy says and what it inherits, and whether the result makes sense."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from slogate.config import governance_schema as schema
from slogate.config import policy_schema
from slogate.config.freeze_schema import Maintenance
from slogate.config.freezes import freeze, maintenance
from slogate.config.problems import Finding, KeyPath, nearest, shown
from slogate.core.governance import RELEASES, Exemption, Governance, OverrideRule
from slogate.core.model import Decision

_T = TypeVar("_T")
_S = TypeVar("_S")
_RECOVERED = 0.1
_SLACK = 1e-9


def merged(parent: Governance, written: policy_schema.Policy) -> Governance:
    """What a policy says, and what it inherits where it says nothing."""
    change_type = written.change_type or schema.ChangeType()
    planned = written.maintenance or Maintenance()
    recover_at, on_breach = _breach(parent, written.freeze_on_breach)
    return Governance(
        freezes=_each(freeze, written.freezes, parent.freezes),
        recover_at=recover_at,
        on_breach=on_breach,
        exceptions=_exceptions(parent.exceptions, written.exceptions),
        trusted=tuple(dict.fromkeys(change_type.from_ or parent.trusted)),
        labels=_or(change_type.labels, parent.labels),
        trailer=_or(change_type.trailer, parent.trailer),
        override=_override(parent.override, written.override),
        maintenance=_each(maintenance, planned.windows, parent.maintenance),
        notice=_or(planned.notice, parent.notice),
        reserve=_or(written.reserve, parent.reserve),
        cost=_or(written.cost, parent.cost),
    )


def _or(written: _T | None, inherited: _T) -> _T:
    return inherited if written is None else written


def _each(
    build: Callable[[_S], _T], written: Sequence[_S] | None, inherited: tuple[_T, ...]
) -> tuple[_T, ...]:
    return inherited if written is None else tuple(build(item) for item in written)


def _exceptions(
    inherited: tuple[Exemption, ...], written: Sequence[schema.Exemption] | Literal[False] | None
) -> tuple[Exemption, ...]:
    """By type; what a policy does not name stays, so that nobody loses the way back by accident."""
    if written is False:
        return ()
    found = {item.change_type: item for item in inherited}
    for item in written or ():
        before = found.get(item.type)
        if item.decision == schema.NONE:
            found.pop(item.type, None)
            continue
        anyway = _or(item.without_evidence, before is not None and before.without_evidence)
        decision = Decision[item.decision.upper()]
        found[item.type] = Exemption(item.type, decision, without_evidence=anyway)
    return tuple(found.values())


def _breach(
    parent: Governance, written: schema.BreachFreeze | Literal[False] | None
) -> tuple[float | None, Decision]:
    """From when on a budget has recovered (None: no freeze), and what holds until then."""
    if written is None:
        return parent.recover_at, parent.on_breach
    if written is False:
        return None, parent.on_breach
    recover_at = _or(written.recover_at, _or(parent.recover_at, _RECOVERED))
    on_breach = Decision[written.decision.upper()] if written.decision else parent.on_breach
    return recover_at, on_breach


def _override(
    parent: OverrideRule | None, written: schema.Override | Literal[False] | None
) -> OverrideRule | None:
    if written is None:
        return parent
    if written is False:
        return None
    inherited = parent or OverrideRule(actors=())
    return OverrideRule(
        actors=_each(str, written.actors, inherited.actors),
        reason=_or(written.reason, inherited.reason),
        decisions=_each(str, written.decisions, inherited.decisions),
    )


def governance_findings(
    written: policy_schema.Policy, result: Governance, path: KeyPath
) -> Iterator[Finding]:
    """Where a policy, together with what it inherits, contradicts itself."""
    names = [item.name for item in written.freezes or []]
    for index, first in _twins(names):
        message = f"freezes[{first}] of this policy is named {shown(names[index])} too"
        yield Finding((*path, "freezes", index, "name"), message)
    types = [item.type for item in written.exceptions or ()]
    for index, first in _twins(types):
        message = f"exceptions[{first}] is for {types[index]} too; keep one of them"
        yield Finding((*path, "exceptions", index, "type"), message)
    if result.override is not None and not result.override.actors and written.override is not None:
        yield Finding((*path, "override"), "missing key 'actors': who may override?")
    yield from _reserve_findings(written.reserve or {}, (*path, "reserve"))


def _twins(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a word stands again, and where it stood first."""
    first: dict[str, int] = {}
    for index, word in enumerate(words):
        if first.setdefault(word, index) != index:
            yield index, first[word]


def _reserve_findings(reserve: Mapping[str, float], path: KeyPath) -> Iterator[Finding]:
    if not reserve:
        return
    if reserve.get(RELEASES, 1.0) == 0:
        yield Finding((*path, RELEASES), "must be above 0%: releases could spend nothing at all")
    if RELEASES not in reserve:
        near = next((name for name in reserve if nearest(name, [RELEASES])), None)
        hint = f"; did you mean that by {shown(near)}?" if near else ""
        yield Finding(path, f"missing key {RELEASES!r}: what releases may spend{hint}")
    total = sum(reserve.values())
    if abs(total - 1) > _SLACK:
        yield Finding(path, f"the shares must sum to 100%, and they sum to {total * 100:.10g}%")
