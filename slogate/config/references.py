"""What one section says of another: sources and policies by name, queries by their source.

Works on plain data, not on sections, so that it is told together with mistakes elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slogate.config.problems import MAX_KNOWN, Finding, KeyPath, shown
from slogate.config.queries import check_file, check_prometheus
from slogate.config.scopes import DEFAULT_POLICY, LISTS, scoped
from slogate.config.source_references import (
    measuring,
    section,
    services_of,
    source_findings,
    source_of,
    unknown,
)


def check_references(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Names that do not exist, and queries that their source cannot answer."""
    yield from _policy_findings(data)
    known, sources = list(section(data, "services")), measuring(data)
    for name, service in services_of(data):
        path: KeyPath = ("services", name)
        yield from unknown(service.get("policy"), _policy_names(data), "policy", (*path, "policy"))
        yield from _slo_findings(service, sources.get(source_of(service, sources)), path)
        yield from _dependency_findings(name, service, known)
    yield from source_findings(data)


def _policy_names(data: Mapping[str, Any]) -> list[str]:
    return [*section(data, "policies"), DEFAULT_POLICY]


def _dependency_findings(
    name: str, service: Mapping[str, Any], known: list[str]
) -> Iterator[Finding]:
    path: KeyPath = ("services", name, "depends_on")
    yield from _unknown_services(service.get("depends_on"), known, path)
    for index, other in enumerate(_list(service.get("depends_on"))):
        if other == name:
            yield Finding((*path, index), "is this service itself; name others only")


def _unknown_services(names: object, known: list[str], path: KeyPath) -> Iterator[Finding]:
    for index, name in enumerate(_list(names)):
        yield from unknown(name, known, "service", (*path, index))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _slo_findings(service: Mapping[str, Any], source: Any, path: KeyPath) -> Iterator[Finding]:
    names: set[str] = set()
    for index, slo in enumerate(_list(service.get("slos"))):
        if not isinstance(slo, dict):
            continue
        here = (*path, "slos", index)
        name = slo.get("name")
        if isinstance(name, str) and name in names:
            yield Finding((*here, "name"), f"a second SLO of this service is named {shown(name)}")
        names.update([name] if isinstance(name, str) else [])
        for key, message in _sli_findings(slo.get("sli"), source):
            yield Finding((*here, "sli", *key), message)


def _sli_findings(sli: Any, source: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    kind = source.get("type") if isinstance(source, dict) else None
    if isinstance(sli, dict) and kind == "prometheus":
        yield from check_prometheus(sli)
    elif isinstance(sli, dict) and kind == "file":
        yield from check_file(sli)


def _policy_findings(data: Mapping[str, Any]) -> Iterator[Finding]:
    policies = section(data, "policies")
    if DEFAULT_POLICY in policies:
        message = "the name default means the top-level `policy`; take another"
        yield Finding(("policies", DEFAULT_POLICY), message)
    for name, policy in policies.items():
        if not isinstance(policy, dict):
            continue
        path: KeyPath = ("policies", name, "extends")
        yield from unknown(policy.get("extends"), _policy_names(data), "policy", path)
        if _extends_itself(name, policies):
            yield Finding(path, "extends itself, directly or through others")
        yield from _scope_findings(policy, data, ("policies", name))
    yield from _scope_findings(section(data, "policy"), data, ("policy",))


def _scope_findings(
    policy: Mapping[str, Any], data: Mapping[str, Any], path: KeyPath
) -> Iterator[Finding]:
    """Freezes and maintenance windows of services that do not exist."""
    known = list(section(data, "services"))
    for keys in LISTS:
        for index, services in scoped(policy, keys):
            here = (*path, *keys, index, "services")
            yield from _unknown_services(services, known, here)


def _extends_itself(name: str, policies: Mapping[str, Any]) -> bool:
    current: object = name
    for _ in range(min(len(policies), MAX_KNOWN)):
        entry = policies.get(current) if isinstance(current, str) else None
        current = entry.get("extends") if isinstance(entry, dict) else None
        if current == name:
            return True
    return False
