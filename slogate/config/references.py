"""What one section says of another: sources and policies by name, queries by their source.

Works on plain data, not on sections, so that it is told together with mistakes elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from slogate.config.canaries import NEEDS_SERVER, canary_findings, pick_source
from slogate.config.problems import MAX_KNOWN, Finding, KeyPath, Unset, shorten, shown, suggestion
from slogate.config.queries import check_file, check_prometheus

DEFAULT_POLICY = "default"
_SECRET_HEADERS = ("authorization", "token", "key", "cookie", "secret")
_ADVICE = "write ${NAME} and set it in the CI"


def check_references(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Names that do not exist, and queries that their source cannot answer."""
    yield from _policy_findings(data)
    sources = section(data, "sources")
    for name, service in section(data, "services").items():
        if not isinstance(service, dict):
            continue
        path: KeyPath = ("services", name)
        yield from _unknown(service, "policy", _policy_names(data), path)
        if sources:
            yield from _unknown(service, "source", list(sources), path)
            yield from _undecided_source(service, list(sources), path)
            yield from _slo_findings(service, sources.get(source_of(service, sources)), path)
    yield from dict.fromkeys(_canary_findings(data, sources))


def section(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A top-level mapping, empty when it is anything else."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def source_of(service: Mapping[str, Any], sources: Mapping[str, Any]) -> str:
    """The source a service names, or the only one."""
    named = service.get("source")
    return named if isinstance(named, str) else next(iter(sources))


def _policy_names(data: Mapping[str, Any]) -> list[str]:
    return [*section(data, "policies"), DEFAULT_POLICY]


def _unknown(
    entry: Mapping[str, Any], key: str, known: list[str], path: KeyPath
) -> Iterator[Finding]:
    name = entry.get(key)
    if isinstance(name, str) and name not in known:
        noun, nouns = ("source", "sources") if key == "source" else ("policy", "policies")
        message = f"there is no {noun} {shown(name)}; {suggestion(name, known, nouns)}"
        yield Finding((*path, key), message)


def _undecided_source(
    service: Mapping[str, Any], known: list[str], path: KeyPath
) -> Iterator[Finding]:
    if service.get("source") is None and len(known) > 1:
        names = ", ".join(shorten(name) for name in known[:20])
        yield Finding(path, f"missing key 'source': there are several ({names})")


def _slo_findings(service: Mapping[str, Any], source: Any, path: KeyPath) -> Iterator[Finding]:
    slos = service.get("slos")
    names: set[str] = set()
    for index, slo in enumerate(slos if isinstance(slos, list) else []):
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


def _canary_findings(data: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[Finding]:
    for canary, path in _canaries(data):
        yield from canary_findings(canary, path)
        yield from _unknown(canary, "source", list(sources), path) if sources else ()
    is_file = _files(sources)
    for service, canary, path in _watched(data):
        own = service.get("source")
        if not sources or (own is None and len(sources) > 1):
            continue
        picked = pick_source(canary.get("source"), source_of(service, sources), is_file)
        if picked is None and not all(is_file.values()):
            servers = [shorten(name) for name, file in is_file.items() if not file][:20]
            message = f"missing key 'source': there are several ({', '.join(servers)})"
            yield Finding(path, message)
        elif picked is None or is_file.get(picked):
            yield Finding(path if picked is None else (*path, "source"), NEEDS_SERVER)


def _canaries(data: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], KeyPath]]:
    """Each section `canary` with its path."""
    places: list[tuple[object, KeyPath]] = [(data.get("canary"), ("canary",))]
    for name, service in section(data, "services").items():
        if isinstance(service, dict):
            places.append((service.get("canary"), ("services", name, "canary")))
    yield from ((canary, path) for canary, path in places if isinstance(canary, dict))


def _watched(
    data: Mapping[str, Any],
) -> Iterator[tuple[dict[str, Any], dict[str, Any], KeyPath]]:
    """Each service with the `canary` that it has or inherits."""
    found = {path: canary for canary, path in _canaries(data)}
    for name, service in section(data, "services").items():
        own: KeyPath = ("services", name, "canary")
        path = own if own in found else ("canary",)
        if isinstance(service, dict) and path in found:
            yield service, found[path], path


def _files(sources: Mapping[str, Any]) -> dict[str, bool]:
    """Which sources are files."""
    return {
        name: isinstance(source, dict) and source.get("type") == "file"
        for name, source in sources.items()
    }


def _policy_findings(data: Mapping[str, Any]) -> Iterator[Finding]:
    policies = section(data, "policies")
    if DEFAULT_POLICY in policies:
        message = "the name default means the top-level `policy`; take another"
        yield Finding(("policies", DEFAULT_POLICY), message)
    for name, policy in policies.items():
        if not isinstance(policy, dict):
            continue
        path: KeyPath = ("policies", name)
        yield from _unknown(policy, "extends", _policy_names(data), path)
        if _extends_itself(name, policies):
            yield Finding((*path, "extends"), "extends itself, directly or through others")


def _extends_itself(name: str, policies: Mapping[str, Any]) -> bool:
    current: object = name
    for _ in range(min(len(policies), MAX_KNOWN)):
        entry = policies.get(current) if isinstance(current, str) else None
        current = entry.get("extends") if isinstance(entry, dict) else None
        if current == name:
            return True
    return False


def advise(data: Mapping[str, Any], substituted: set[KeyPath]) -> Iterator[Finding]:
    """Warnings about a file that is right: what nobody uses, and secrets written into it."""
    yield from _unused(data)
    for path, what in _secrets(data):
        if path not in substituted:
            yield Finding(path, f"{what} stands in the file; {_ADVICE}")


def _unused(data: Mapping[str, Any]) -> Iterator[Finding]:
    sources, policies = section(data, "sources"), section(data, "policies")
    services = section(data, "services").values()
    is_file = _files(sources)
    wanted = [
        *(service.get(key) for service in services for key in ("source", "policy")),
        *((policy or {}).get("extends") for policy in policies.values()),
        *(
            pick_source(canary.get("source"), source_of(service, sources), is_file)
            for service, canary, _ in _watched(data)
        ),
    ]
    if any(isinstance(name, Unset) for name in wanted):
        return
    for key, entries in (("sources", sources), ("policies", policies)):
        for name in entries:
            if name not in wanted and not (key == "sources" and len(sources) == 1):
                yield Finding((key, name), "no service uses this")


def _secrets(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Where a secret may stand, and what it is."""
    for name, source in section(data, "sources").items():
        auth, path = section(source, "auth"), ("sources", name)
        if auth.get("bearer") is not None:
            yield (*path, "auth", "bearer"), "a bearer token"
        if section(auth, "basic").get("password") is not None:
            yield (*path, "auth", "basic", "password"), "a password"
        for header in section(source, "headers"):
            if any(word in header.lower() for word in _SECRET_HEADERS):
                yield (*path, "headers", header), "what looks like a secret"
        if _has_credentials(source.get("url")):
            yield (*path, "url"), "a password or token"


def _has_credentials(url: object) -> bool:
    try:
        return isinstance(url, str) and "@" in urlsplit(url).netloc
    except ValueError:
        return False
