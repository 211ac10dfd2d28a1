"""From an SLI to the PromQL that measures it over a span: one query builder per role."""

from __future__ import annotations

from collections.abc import Callable

from slogate.core.model import Events, Latency, Sli, Slices

PLACEHOLDER = "{{window}}"
Query = Callable[[int], str]
"""Seconds of the span -> PromQL."""


def build(sli: Sli) -> dict[str, Query]:
    """Role (`good`, `bad`, `total`, `ratio`) -> query."""
    if isinstance(sli, Events):
        parts = {"good": sli.good, "bad": sli.bad, "total": sli.total}
        return {role: _filled(text) for role, text in parts.items() if text is not None}
    if isinstance(sli, Latency):
        return _classic(sli)
    if isinstance(sli, Slices):
        return _slices(sli)
    return {"ratio": _filled(sli.query)}


def _filled(template: str) -> Query:
    return lambda seconds: template.replace(PLACEHOLDER, f"{seconds}s")


def _classic(sli: Latency) -> dict[str, Query]:
    bucket = with_matcher(sli.histogram, "_bucket", f'le=~"{_bound_pattern(sli.below)}"')
    count = with_matcher(sli.histogram, "_count", "")
    return {
        "good": lambda seconds: f"sum(increase({bucket}[{seconds}s]))",
        "total": lambda seconds: f"sum(increase({count}[{seconds}s]))",
    }


def native(sli: Latency) -> dict[str, Query]:
    """The same SLI on a native histogram."""

    def count(seconds: int) -> str:
        return f"histogram_count(sum(increase({sli.histogram}[{seconds}s])))"

    def good(seconds: int) -> str:
        whole = f"sum(increase({sli.histogram}[{seconds}s]))"
        return f"histogram_fraction(-Inf, {sli.below!r}, {whole}) * {count(seconds)}"

    return {"good": good, "total": count}


def _slices(sli: Slices) -> dict[str, Query]:
    def over(seconds: int) -> str:
        # NOTE: one millisecond less, because Prometheus before 3.0 counts both ends of a range.
        return f"[{seconds * 1000 - 1}ms:{sli.every}s]"

    condition = f"({sli.query}) {sli.op} bool {sli.value!r}"
    return {
        "good": lambda seconds: f"sum_over_time(({condition}){over(seconds)})",
        "total": lambda seconds: f"count_over_time(({sli.query}){over(seconds)})",
    }


def with_matcher(selector: str, suffix: str, matcher: str) -> str:
    """`name{a="b"}` -> `name_suffix{a="b",matcher}`."""
    name, _, rest = selector.strip().partition("{")
    inner = rest.rpartition("}")[0].strip().rstrip(",")
    inside = ",".join(part for part in (inner, matcher) if part)
    return f"{name.strip()}{suffix}{{{inside}}}"


def _bound_pattern(below: float) -> str:
    """Every way in which exporters write the bound: 1, 1.0, 1e+06."""
    texts = {repr(below), f"{below:g}"}
    if below == int(below):
        texts |= {str(int(below)), f"{int(below)}.0"}
    escaped = (text.replace(".", "\\\\.").replace("+", "\\\\+") for text in sorted(texts))
    return "|".join(escaped)
