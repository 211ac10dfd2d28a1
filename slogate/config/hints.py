"""Warnings about a file that is right: what nobody uses, and secrets written into it.

Works on plain data, as references.py does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from slogate.config.policy_hints import policy_hints
from slogate.config.problems import Finding, KeyPath, Unset
from slogate.config.scopes import out_of_reach
from slogate.config.source_references import measuring, section, used_sources

_SECRET_HEADERS = ("authorization", "token", "key", "cookie", "secret")
_ADVICE = "write ${NAME} and set it in the CI"


def advise(data: Mapping[str, Any], substituted: set[KeyPath]) -> Iterator[Finding]:
    """Warnings about a file that is right: what has no effect, and secrets written into it."""
    yield from _unused(data)
    yield from out_of_reach(data)
    yield from policy_hints(data)
    for path, what in _secrets(data):
        if path not in substituted:
            yield Finding(path, f"{what} stands in the file; {_ADVICE}")


def _unused(data: Mapping[str, Any]) -> Iterator[Finding]:
    policies = section(data, "policies")
    wanted = [
        *(service.get("policy") for service in section(data, "services").values()),
        *((policy or {}).get("extends") for policy in policies.values()),
        *used_sources(data),
    ]
    if any(isinstance(name, Unset) for name in wanted):
        return
    sources = measuring(data)
    only = list(sources) if len(sources) == 1 else []
    for key, entries in (("sources", section(data, "sources")), ("policies", policies)):
        for name in entries:
            if name not in wanted and not (key == "sources" and name in only):
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
