"""Which source measures what: sources by name, and what is left to choose where none is named.

Works on plain data, as references.py does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slogate.config.canaries import NEEDS_SERVER, canary_findings, pick_source
from slogate.config.fields import SOURCE_KINDS
from slogate.config.problems import Finding, KeyPath, nearest, shorten, shown, suggestion

ALERTMANAGER, PROMETHEUS, FILE = "alertmanager", "prometheus", "file"
_NOUNS = {"source": "sources", "policy": "policies", "service": "services"}
_MEASURES_NOTHING = "is an alertmanager, which measures nothing; name another source"


def section(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A mapping in data, empty when it is anything else."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def services_of(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each service with its name."""
    for name, service in section(data, "services").items():
        if isinstance(service, dict):
            yield name, service


def unknown(name: object, known: list[str], noun: str, path: KeyPath) -> Iterator[Finding]:
    """What is said of a name that does not exist."""
    if isinstance(name, str) and name not in known:
        near = suggestion(name, known, _NOUNS[noun])
        yield Finding(path, f"there is no {noun} {shown(name)}; {near}")


def measuring(data: Mapping[str, Any]) -> dict[str, Any]:
    """The sources that may measure SLOs."""
    sources = section(data, "sources")
    return {name: source for name, source in sources.items() if _kind(source) != ALERTMANAGER}


def source_of(service: Mapping[str, Any], sources: Mapping[str, Any]) -> str:
    """The source that a service names, or the first of those that may measure it."""
    named = service.get("source")
    return named if isinstance(named, str) else next(iter(sources), "")


def _kind(source: object) -> str:
    """The type of a source; of a misspelt one the type that was meant, so that this is told once."""
    written = source.get("type") if isinstance(source, dict) else None
    if not isinstance(written, str) or written in SOURCE_KINDS:
        return str(written)
    return nearest(written, SOURCE_KINDS) or written


def _servers(data: Mapping[str, Any]) -> list[str]:
    """The sources that are asked by queries."""
    return [name for name, source in measuring(data).items() if _kind(source) != FILE]


def _alertmanagers(data: Mapping[str, Any]) -> list[str]:
    sources = section(data, "sources")
    return [name for name, source in sources.items() if _kind(source) == ALERTMANAGER]


def source_findings(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Sources that do not exist or cannot do what is asked of them, and choices left open."""
    sources = section(data, "sources")
    for canary, path in _canaries(data):
        yield from canary_findings(canary, path)
    if not sources:
        return
    if not measuring(data):
        message = f"needs one of type prometheus or file: an {ALERTMANAGER} measures nothing"
        yield Finding(("sources",), message)
        return
    for name, service in services_of(data):
        yield from _own_findings(service, data, ("services", name))
        yield from _readiness_findings(service, data, ("services", name, "readiness"))
    for canary, path in _canaries(data):
        yield from _named_findings(canary, data, path)
    yield from dict.fromkeys(_canary_source_findings(data))


def _own_findings(
    service: Mapping[str, Any], data: Mapping[str, Any], path: KeyPath
) -> Iterator[Finding]:
    yield from _named_findings(service, data, path)
    if _is_undecided(service, data):
        yield Finding(path, _several(list(measuring(data))))


def _named_findings(
    entry: Mapping[str, Any], data: Mapping[str, Any], path: KeyPath
) -> Iterator[Finding]:
    here = (*path, "source")
    yield from unknown(entry.get("source"), list(section(data, "sources")), "source", here)
    if entry.get("source") in _alertmanagers(data):
        yield Finding(here, _MEASURES_NOTHING)


def _is_undecided(service: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return service.get("source") is None and len(measuring(data)) > 1


def _several(names: list[str]) -> str:
    listed = ", ".join(shorten(name) for name in names[:20])
    return f"missing key 'source': there are several ({listed})"


@dataclass(frozen=True)
class SourceChoice:
    """A part of `readiness` that asks a source: which kind, and which of them it may choose."""

    entry: Mapping[str, Any]
    key: str
    kind: str
    candidates: list[str]


def _choices(service: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[SourceChoice]:
    written = section(service, "readiness")
    for key, kind, candidates in (
        ("alert_rules", PROMETHEUS, _servers(data)),
        ("alerts", ALERTMANAGER, _alertmanagers(data)),
    ):
        if isinstance(written.get(key), dict):
            yield SourceChoice(written[key], key, kind, candidates)


def _readiness_findings(
    service: Mapping[str, Any], data: Mapping[str, Any], path: KeyPath
) -> Iterator[Finding]:
    sources = section(data, "sources")
    for choice in _choices(service, data):
        here = (*path, choice.key)
        named = choice.entry.get("source")
        yield from unknown(named, list(sources), "source", (*here, "source"))
        found = _kind(sources[named]) if named in list(sources) else ""
        # NOTE: a type that there is not is told at the source; it may come from the environment.
        if found in SOURCE_KINDS and named not in choice.candidates:
            message = f"must be a source of type {choice.kind}, and this is of type {found}"
            yield Finding((*here, "source"), message)
        if _is_undecided(service, data) or named is not None:
            continue
        if not choice.candidates:
            yield Finding(here, f"needs a source of type {choice.kind}, and there is none")
        elif pick_source(None, source_of(service, measuring(data)), choice.candidates) is None:
            yield Finding(here, _several(choice.candidates))


def _canary_source_findings(data: Mapping[str, Any]) -> Iterator[Finding]:
    servers = _servers(data)
    for service, canary, path in _watched(data):
        own = source_of(service, measuring(data))
        if _is_undecided(service, data) or own in _alertmanagers(data):
            continue
        picked = pick_source(canary.get("source"), own, servers)
        if picked is None and servers:
            yield Finding(path, _several(servers))
        elif picked is None or _kind(section(data, "sources").get(picked)) == FILE:
            yield Finding(path if picked is None else (*path, "source"), NEEDS_SERVER)


def _canaries(data: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], KeyPath]]:
    """Each section `canary` with its path."""
    places: list[tuple[object, KeyPath]] = [(data.get("canary"), ("canary",))]
    for name, service in services_of(data):
        places.append((service.get("canary"), ("services", name, "canary")))
    yield from ((canary, path) for canary, path in places if isinstance(canary, dict))


def _watched(
    data: Mapping[str, Any],
) -> Iterator[tuple[dict[str, Any], dict[str, Any], KeyPath]]:
    """Each service with the `canary` that it has or inherits."""
    found = {path: canary for canary, path in _canaries(data)}
    for name, service in services_of(data):
        own: KeyPath = ("services", name, "canary")
        path = own if own in found else ("canary",)
        if path in found:
            yield service, found[path], path


def used_sources(data: Mapping[str, Any]) -> Iterator[object]:
    """The name of each source that something asks, by name or because there is no other."""
    own, servers = measuring(data), _servers(data)
    for service, canary, _ in _watched(data):
        yield pick_source(canary.get("source"), source_of(service, own), servers)
    for _, service in services_of(data):
        yield service.get("source")
        for choice in _choices(service, data):
            yield pick_source(
                choice.entry.get("source"), source_of(service, own), choice.candidates
            )
