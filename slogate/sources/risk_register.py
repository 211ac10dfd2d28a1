"""The team's own risk register: a level somewhere in a JSON document, from a server or a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from slogate.core.model import Risk
from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.files import open_file
from slogate.sources.answers import ApiError, shorten
from slogate.sources.connection import HttpSettings

MAX_BYTES = 4 << 20


class Settings(HttpSettings, Protocol):
    """What this module reads of the register's settings."""

    @property
    def file(self) -> Path | None: ...
    @property
    def keys(self) -> tuple[str, ...]: ...


def registered(settings: Settings, values: Mapping[str, str], deadline: Deadline) -> Risk:
    """The level that the register gives; `values` fill the placeholders of its URL.

    Raises MeasurementError when it cannot be asked or gives no level.
    """
    if settings.file is not None:
        place, document = str(settings.file), _read(settings.file)
    else:
        place, document = _ask(settings, values, deadline)
    return _level(document, settings.keys, place)


def _read(path: Path) -> Any:
    try:
        with open_file(path) as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise MeasurementError(f"{path} is larger than {MAX_BYTES >> 20} MiB")
        return json.loads(raw)
    except OSError as error:
        raise MeasurementError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise MeasurementError(f"{path} is not JSON") from None


def _ask(settings: Settings, values: Mapping[str, str], deadline: Deadline) -> tuple[str, Any]:
    # NOTE: imported here, because a register in a file needs no HTTP client.
    from slogate.sources.http import JsonApi

    address = settings.url
    for name, value in values.items():
        address = address.replace(f"{{{{{name}}}}}", quote(value, safe=""))
    parts = urlsplit(address)
    base = urlunsplit(parts._replace(path="", query="", fragment=""))
    path = parts.path or "/"
    form: dict[str, Any] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        form.setdefault(name, []).append(value)
    api = JsonApi(replace(settings, url=base))  # type: ignore[type-var]
    try:
        return f"{api.url}{path}", api.call("GET", path, form, deadline, "the risk register")
    except ApiError as error:
        said = f"{api.url}{path} answered {error.status}: {error}".removesuffix(": ")
        raise MeasurementError(said) from None
    finally:
        api.close()


def _level(document: Any, keys: Sequence[str], place: str) -> Risk:
    found = document
    for key in keys:
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            raise MeasurementError(f"{place} has nothing at {'.'.join(keys)}")
    words = {risk.word: risk for risk in Risk}
    if isinstance(found, str) and found.strip().lower() in words:
        return words[found.strip().lower()]
    said = shorten(json.dumps(found), 60)
    raise MeasurementError(f"{place} has {said} at {'.'.join(keys)}, not low, medium or high")
