"""The registry of sources: type name -> where its class is. A new source is one file and one line.

Classes are named, not imported, so that a run loads only the sources which its configuration uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from slogate.sources.interface import Source

SOURCES = {
    "prometheus": "slogate.sources.prometheus:PrometheusSource",
    "file": "slogate.sources.file:FileSource",
    "alertmanager": "slogate.sources.alertmanager:AlertmanagerSource",
}


def open_source(kind: str, settings: Any) -> Source:
    """The source of that type with its settings (see the class for the attributes it reads)."""
    module, _, name = SOURCES[kind].partition(":")
    source: Source = getattr(import_module(module), name)(settings)
    return source
