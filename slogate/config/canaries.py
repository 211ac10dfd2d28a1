"""From the section `canary` to the plan of a canary, and what only a second look finds wrong in it.

The second look works on plain data, so that it is told together with mistakes elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slogate.config import canary_schema as schema
from slogate.config.presets import PRESETS, Preset
from slogate.config.problems import Finding, KeyPath, nearest, shown, suggestion
from slogate.config.queries import check_canary, check_preset
from slogate.core.arms import MetricPolicy
from slogate.core.canary_plan import CanaryPlan, LiveMetric, Phase
from slogate.core.model import Decision

Known = dict[str, dict[str, str]]
"""The keys of each metric of a preset."""

NEEDS_SERVER = "canaries need a source of type prometheus, or --baseline-file"
_QUERIES = ("query", "bad", "total")
_OF_PRESET = ("labels", "version_label", "latency", "requests", "errors")
_SAME = (
    *("worse", "mode", "alpha", "tolerance", "margin", "warm_up", "least_ratio", "most_ratio"),
    *("negligible", "limit", "alert_at", "weight", "critical", "unit"),
)


def canary_findings(canary: Mapping[str, Any], path: KeyPath) -> Iterator[Finding]:
    """Queries that cannot tell two arms apart, metrics without any, limits of no metric."""
    for key, message in (*check_canary({"traffic": canary.get("traffic")}), *check_preset(canary)):
        yield Finding((*path, *key), message)
    yield from _preset_findings(canary, path)
    preset = _named_preset(canary)
    known: Known = preset.metrics() if preset else {}
    metrics = canary.get("metrics")
    written = metrics if isinstance(metrics, dict) else {}
    if preset is None and canary.get("preset") is not None:
        return
    for name, metric in written.items():
        yield from _metric_findings(name, metric, known, (*path, "metrics", name))
    left = [name for name in (known | written) if not _is_off(written.get(name))]
    if not left:
        yield Finding(path, "has no metrics: write `preset: http`, or `metrics`")
    yield from _phase_findings(canary.get("phases"), left, (*path, "phases"))


def _named_preset(canary: Mapping[str, Any]) -> Preset | None:
    """The preset of a canary; None without one, or with one that does not exist."""
    name = canary.get("preset")
    return PRESETS.get(name) if isinstance(name, str) else None


def _preset_findings(canary: Mapping[str, Any], path: KeyPath) -> Iterator[Finding]:
    for key in _OF_PRESET if canary.get("preset") is None else ():
        if canary.get(key) is not None:
            yield Finding((*path, key), "is for a preset, and none is named: write `preset: http`")
    labels = canary.get("labels")
    preset = _named_preset(canary)
    version_label = canary.get("version_label") or (preset.version_label if preset else "")
    if isinstance(labels, dict) and str(version_label) in labels:
        yield Finding((*path, "labels"), "must not have the label of the version")


def _is_off(metric: object) -> bool:
    return metric is False or metric == "off"


def _metric_findings(name: str, metric: object, known: Known, path: KeyPath) -> Iterator[Finding]:
    near = nearest(name, known)
    hint = f"; did you mean {shown(near)}?" if near else ""
    if _is_off(metric) and name not in known:
        yield Finding(path, f"no preset has this metric, so it cannot be left out{hint}")
    if not isinstance(metric, dict):
        return
    for key, message in check_canary(metric):
        yield Finding((*path, *key), message)
    found = [key for key in _QUERIES if metric.get(key) is not None]
    unit = known.get(name, {}).get("unit")
    if unit and not found and metric.get("unit") not in (None, unit):
        message = f"the preset measures in {unit}, and so does `limit`; leave this out"
        yield Finding((*path, "unit"), message)
    completes = name in known and set(found) <= set(known[name])
    if completes or found in (["query"], ["bad", "total"]):
        return
    given = " + ".join(found) or "nothing"
    yield Finding(
        path,
        f"needs exactly one of: query, bad + total; there is {given}{hint if not found else ''}",
    )


def _phase_findings(phases: object, metrics: list[str], path: KeyPath) -> Iterator[Finding]:
    for index, phase in enumerate(phases if isinstance(phases, list) else ()):
        limits = phase.get("limits") if isinstance(phase, dict) else None
        for name in limits if isinstance(limits, dict) else ():
            if name not in metrics:
                message = f"there is no such metric; {suggestion(str(name), metrics, 'metrics')}"
                yield Finding((*path, index, "limits", name), message)


def pick_source(named: object, own: str, candidates: Sequence[str]) -> str | None:
    """The source for something: the one it names, that of its service, or the only candidate.

    None when there is no candidate to choose, or no telling which.
    """
    if isinstance(named, str):
        return named
    if own in candidates:
        return own
    return candidates[0] if len(candidates) == 1 else None


def plan(canary: schema.Canary, source: str) -> CanaryPlan:
    """The plan of a canary that was found to be right."""
    preset = _preset(canary)
    written = canary.metrics or {}
    known: Known = preset.metrics() if preset else {}
    return CanaryPlan(
        metrics=tuple(
            _metric(name, written.get(name) or schema.Metric(), known.get(name, {}), canary)
            for name in dict.fromkeys((*known, *written))
            if name not in written or written[name] is not None
        ),
        traffic=canary.traffic or (preset.traffic() if preset else ""),
        least_traffic=canary.least_traffic,
        interval=canary.interval,
        duration=canary.duration,
        source=source,
        on_inconclusive=Decision[canary.on_inconclusive.upper()],
        least_score=canary.least_score,
        phases=tuple(
            Phase(phase.name, phase.duration, tuple((phase.limits or {}).items()))
            for phase in canary.phases or []
        ),
    )


def _preset(canary: schema.Canary) -> Preset | None:
    if canary.preset is None:
        return None
    given = {key: getattr(canary, key) for key in _OF_PRESET}
    return replace(
        PRESETS[canary.preset], **{key: value for key, value in given.items() if value is not None}
    )


def _metric(
    name: str, written: schema.Metric, known: Mapping[str, str], canary: schema.Canary
) -> LiveMetric:
    """A metric; what is not written is as in the preset, or as for the whole canary."""
    asked = {key: getattr(written, key) for key in _QUERIES if getattr(written, key) is not None}
    completes = all(key in known for key in asked)
    given = {key: known[key] for key in _QUERIES if key in known} if completes else {}
    unit = "" if asked else known.get("unit", "")
    return LiveMetric(_policy(name, written, unit, canary), **(given | asked))


def _policy(name: str, written: schema.Metric, unit: str, canary: schema.Canary) -> MetricPolicy:
    given: dict[str, Any] = {"mode": canary.mode, "alpha": canary.alpha, "unit": unit}
    given |= {key: getattr(written, key) for key in _SAME if getattr(written, key) is not None}
    severity = written.severity or canary.severity or schema.Severity()
    return MetricPolicy(
        name=name,
        medium=severity.medium,
        high=severity.high,
        **{key: value for key, value in given.items() if value is not None},
    )
