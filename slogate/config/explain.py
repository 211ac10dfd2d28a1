"""Validation against the schema, with the engine's errors rewritten as plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import ValidationError

from slogate.config.problems import Finding, KeyPath, kind, nearest, suggestion
from slogate.config.schema import FILE, SlogateFile
from slogate.config.sections import Kind, Nested, S

PLANNED = {"recorded"}
# NOTE: looking for what was meant takes long with the thousands of a generated file.
MAX_ERRORS = 500


def validate(data: Mapping[str, Any]) -> tuple[SlogateFile | None, list[Finding]]:
    """The file as sections, or None and what is wrong with it."""
    try:
        return FILE.read(data), []
    except ValidationError as error:
        return None, explained(error)


def readable(section: Nested[S], data: object) -> S | None:
    """One section, or None: what is wrong with it was found with the whole file."""
    try:
        return section.read(data)
    except ValidationError:
        return None


def explained(error: ValidationError, root: Nested[Any] = FILE) -> list[Finding]:
    """The engine's errors as sentences; `root` is the section of the whole file."""
    details = error.errors(include_url=False)[:MAX_ERRORS]
    unknown = [item for item in details if item["type"] == "extra_forbidden"]
    misspelt = {
        (*item["loc"][:-1], nearest(str(item["loc"][-1]), keys_at(item["loc"], root)))
        for item in unknown
    }
    # NOTE: one slip of the pen is one problem: no `missing` beside the key that was meant.
    return [
        _finding(item, root)
        for item in details
        if not (item["type"] == "missing" and item["loc"] in misspelt)
    ]


def _finding(item: Mapping[str, Any], root: Nested[Any]) -> Finding:
    # NOTE: a key that is not known may look like one of the engine's marks.
    above, key = document_path(item["loc"][:-1]), item["loc"][-1]
    if item["type"] == "missing":
        return Finding(above, f"missing key {key!r}")
    if item["type"] == "extra_forbidden":
        return Finding((*above, key), _unknown_key(str(key), keys_at(item["loc"], root)))
    return Finding(document_path(item["loc"]), _sentence(item))


def _sentence(item: Mapping[str, Any]) -> str:
    if item["type"] == "value_error":
        message = str(item["ctx"]["error"])
        return f"the key {message}" if "[key]" in item["loc"] else message
    if item["type"] == "dict_type":
        return f"must be a mapping (`key: value`), but is {kind(item['input'])}"
    if item["type"] == "list_type":
        return f"must be a list (`- item`), but is {kind(item['input'])}"
    if item["type"] == "too_short":
        return "needs at least one entry"
    return f"is not right: {item['msg']}"


def _unknown_key(key: str, known: list[str]) -> str:
    if key in PLANNED:
        return "not supported yet; remove it"
    return f"unknown key; {suggestion(key, known, 'keys')}"


def document_path(loc: KeyPath) -> KeyPath:
    """The engine's location without its own marks: union tags and `[key]`."""
    return tuple(part for part in loc if not _is_mark(part))


def _is_mark(part: str | int) -> bool:
    return isinstance(part, str) and (part == "[key]" or part.startswith("\0"))


def keys_at(loc: KeyPath, root: Nested[Any] = FILE) -> list[str]:
    """The keys that the schema knows beside the last one of a location."""
    place: Kind[Any] = root
    for part in loc[:-1]:
        place = place.inside(part)
    return place.keys()
