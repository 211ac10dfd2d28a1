"""Freezes and maintenance that name services, and whether those ever get to see them.

A policy that writes a list replaces the one it inherits, so a freeze may name a service whose own
policy does not have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slogate.config.problems import MAX_KNOWN, Finding, KeyPath, shown
from slogate.config.source_references import section

DEFAULT_POLICY = "default"
LISTS: tuple[KeyPath, ...] = (("freezes",), ("maintenance", "windows"))


def scoped(policy: Mapping[str, Any], keys: KeyPath) -> Iterator[tuple[int, list[Any]]]:
    """The index of each item of a list in a policy with the services that it names."""
    for index, item in enumerate(_written(policy, keys) or []):
        services = item.get("services") if isinstance(item, dict) else None
        if isinstance(services, list):
            yield index, services


def out_of_reach(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Each name of a service that has another list, in a file that is right."""
    policies = {**section(data, "policies"), DEFAULT_POLICY: section(data, "policy")}
    services = section(data, "services")
    for name, policy in policies.items():
        path = ("policy",) if name == DEFAULT_POLICY else ("policies", name)
        for keys in LISTS:
            for index, named in scoped(policy or {}, keys):
                for at, service in enumerate(named):
                    own = section(services, service).get("policy") or DEFAULT_POLICY
                    if _source_of(own, keys, policies) != name:
                        said = (
                            f"{shown(service)} never sees this: its policy is {shown(own)}, which has "
                            f"other {'.'.join(map(str, keys))}"
                        )
                        yield Finding((*path, *keys, index, "services", at), said)


def _source_of(name: str, keys: KeyPath, policies: Mapping[str, Any]) -> str:
    """The policy whose list counts: this one, or the next that it extends and that has one."""
    for _ in range(MAX_KNOWN):
        policy = policies.get(name) or {}
        if name == DEFAULT_POLICY or _written(policy, keys) is not None:
            return name
        name = policy.get("extends") or DEFAULT_POLICY
    return name


def _written(policy: Mapping[str, Any], keys: KeyPath) -> list[Any] | None:
    found: Any = policy
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, list) else None
