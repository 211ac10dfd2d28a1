"""Policies out of what the file says and what they inherit, and whether the result makes sense.

Mappings are merged key by key, lists replace the inherited one as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TypeVar

from slogate.config import policy_schema as schema
from slogate.config.governance import governance_findings
from slogate.config.governance import merged as merged_governance
from slogate.config.problems import Finding, KeyPath
from slogate.config.scopes import DEFAULT_POLICY
from slogate.core.model import BurnRule, Decision, Policy, Risk, Status
from slogate.core.policy import default_policy
from slogate.core.words import percent

_T = TypeVar("_T")
_NO_RULES = schema.StatusRules()
_CONSUMED = (Status.ATTENTION, Status.WARNING, Status.CRITICAL, Status.EXHAUSTED)
_PACE = (Status.ATTENTION, Status.WARNING, Status.CRITICAL)


def resolve(
    top: schema.Policy | None, named: Mapping[str, schema.NamedPolicy]
) -> dict[str, Policy]:
    """Every policy by name; the top-level one is `default`.

    A policy that extends an unknown one or itself starts from `default`: that was reported.
    """
    base = default_policy(DEFAULT_POLICY)
    if top is not None:
        base = _merged(base, top, DEFAULT_POLICY)
    policies = {DEFAULT_POLICY: base}
    for name in named:
        for ancestor in reversed(_unresolved_line(name, named, policies)):
            parent = policies.get(named[ancestor].extends or DEFAULT_POLICY, base)
            policies[ancestor] = _merged(parent, named[ancestor], ancestor)
    return policies


def _unresolved_line(
    name: str, named: Mapping[str, schema.NamedPolicy], resolved: Mapping[str, Policy]
) -> list[str]:
    """A policy and those it extends, up to one that is resolved."""
    line: dict[str, None] = {}
    while name in named and name not in line and name not in resolved:
        line[name] = None
        name = named[name].extends or DEFAULT_POLICY
    return list(line)


def _merged(parent: Policy, written: schema.Policy, name: str) -> Policy:
    rules = written.status or _NO_RULES
    return Policy(
        name=name,
        consumed={**parent.consumed, **_thresholds(rules.consumed, _CONSUMED)},
        pace={**parent.pace, **_thresholds(rules.pace, _PACE)},
        pace_after=_or(rules.pace.after if rules.pace else None, parent.pace_after),
        burn=parent.burn if rules.burn is None else tuple(_rule(rule) for rule in rules.burn),
        matrix=_matrix(parent, written),
        approvers={**parent.approvers, **_people(written)},
        governance=merged_governance(parent.governance, written),
        on_no_data=_decision(written.on_no_data, parent.on_no_data),
        on_unreachable=_decision(written.on_unreachable, parent.on_unreachable),
        on_no_traffic=_decision(written.on_no_traffic, parent.on_no_traffic),
        min_coverage=_or(written.min_coverage, parent.min_coverage),
        min_events=_or(written.min_events, parent.min_events),
        max_staleness=_or(written.max_staleness, parent.max_staleness),
    )


def _or(written: _T | None, inherited: _T) -> _T:
    return inherited if written is None else written


def _thresholds(
    section: schema.Consumed | schema.Pace | None, statuses: tuple[Status, ...]
) -> dict[Status, float]:
    values = {status: getattr(section, status.word, None) for status in statuses}
    return {status: value for status, value in values.items() if value is not None}


def _rule(rule: schema.Burn) -> BurnRule:
    return BurnRule(rule.rate, rule.long, rule.short, Status[rule.status.upper()])


def _matrix(parent: Policy, written: schema.Policy) -> dict[Status, dict[Risk, Decision]]:
    cells = _cells(written)
    return {
        status: {risk: cells.get((status, risk), decision) for risk, decision in row.items()}
        for status, row in parent.matrix.items()
    }


def _cells(written: schema.Policy) -> dict[tuple[Status, Risk], Decision]:
    return {
        (Status[status.upper()], Risk[risk.upper()]): Decision[decision.upper()]
        for status, row in (written.matrix or {}).items()
        for risk, decision in row.items()
    }


def _people(written: schema.Policy) -> dict[str, tuple[str, ...]]:
    return {group: tuple(people) for group, people in (written.approvers or {}).items()}


def _decision(word: str | None, inherited: Decision | None) -> Decision | None:
    if word is None:
        return inherited
    return None if word == "error" else Decision[word.upper()]


def check_policies(
    top: schema.Policy | None,
    named: Mapping[str, schema.NamedPolicy],
    policies: Mapping[str, Policy],
) -> Iterator[Finding]:
    """Where a policy, together with what it inherits, contradicts itself.

    A finding is at the key that this policy wrote; what was inherited is not reported again.
    """
    written: list[tuple[KeyPath, schema.Policy, Policy]] = [
        (("policies", name), policy, policies[name]) for name, policy in named.items()
    ]
    if top is not None:
        written.insert(0, (("policy",), top, policies[DEFAULT_POLICY]))
    for path, policy, merged in written:
        rules = policy.status or _NO_RULES
        here = (*path, "status")
        consumed = set(_thresholds(rules.consumed, _CONSUMED))
        yield from _not_increasing(merged.consumed, consumed, (*here, "consumed"))
        pace = set(_thresholds(rules.pace, _PACE))
        yield from _not_increasing(merged.pace, pace, (*here, "pace"))
        yield from _equal_rules(rules.burn or [], (*here, "burn"))
        yield from _milder_when_worse(merged, set(_cells(policy)), (*path, "matrix"))
        yield from governance_findings(policy, merged.governance, path)


def _not_increasing(
    thresholds: Mapping[Status, float], written: set[Status], path: KeyPath
) -> Iterator[Finding]:
    statuses = sorted(thresholds)
    for lower, higher in pairwise(statuses):
        culprit = next((status for status in (higher, lower) if status in written), None)
        if thresholds[lower] > thresholds[higher] and culprit is not None:
            message = (
                f"{lower.word} ({percent(thresholds[lower])}) must not begin "
                f"above {higher.word} ({percent(thresholds[higher])})"
            )
            yield Finding((*path, culprit.word), message)


def _equal_rules(rules: list[schema.Burn], path: KeyPath) -> Iterator[Finding]:
    seen: dict[tuple[float, int, int], int] = {}
    for index, rule in enumerate(rules):
        first = seen.setdefault((rule.rate, rule.long, rule.short), index)
        if first != index:
            yield Finding((*path, index), f"the same rate and windows as burn[{first}]")


def _milder_when_worse(
    policy: Policy, written: set[tuple[Status, Risk]], path: KeyPath
) -> Iterator[Finding]:
    for status in Status:
        for risk in Risk:
            for better in _better_neighbours(status, risk):
                culprit = next((cell for cell in ((status, risk), better) if cell in written), None)
                here, there = policy.matrix[status][risk], policy.matrix[better[0]][better[1]]
                if here < there and culprit is not None:
                    message = (
                        f"{here.word} for {status.word} and {risk.word} risk is milder than "
                        f"{there.word} for {better[0].word} and {better[1].word} risk"
                    )
                    yield Finding((*path, culprit[0].word, culprit[1].word), message)


def _better_neighbours(status: Status, risk: Risk) -> Iterator[tuple[Status, Risk]]:
    if status:
        yield Status(status - 1), risk
    if risk:
        yield status, Risk(risk - 1)
