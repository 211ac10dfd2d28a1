"""What past releases say about the constants, as text, markdown and JSON (`slogate/calibration/1`)."""

from __future__ import annotations

from collections.abc import Iterator

from slogate.core import words
from slogate.core.calibration import COIN, FEW, Calibration, Level, Observed
from slogate.reports import Formats
from slogate.reports import markdown_parts as parts
from slogate.reports.escape import for_markdown
from slogate.reports.json_text import Object, json_text
from slogate.reports.layout import BOLD, Line, page, pairs, section, table

_LEVELS = ("level", "releases", "failed", "rate", "expected")
_SHOWN = 10


def render(name: str, found: Calibration, *, color: bool = False) -> str:
    """The report in the format of that name; it ends with a newline."""
    return Formats(
        text=lambda: page(_lines(found), color=color),
        markdown=lambda: "\n\n".join(_blocks(found)) + "\n",
        json=lambda: json_text(_object(found)),
    ).made(name)


def _lines(found: Calibration) -> Iterator[Line]:
    yield Line(f"CALIBRATION   {_headline(found)}", BOLD)
    yield from pairs(_facts(found))
    if found.levels:
        yield Line()
        yield from map(Line, table(_LEVELS, _rows(found), shrink=(0,)))
    if settings := list(_settings(found)):
        yield Line()
        yield Line("For slogate.yaml", BOLD)
        yield from map(Line, settings)
    yield from section("What failed", _failures(found))
    yield from section("To know", _notes(found))


def _blocks(found: Calibration) -> Iterator[str]:
    yield f"## Calibration · {for_markdown(_headline(found))}"
    yield from parts.pairs(_facts(found))
    if found.levels:
        yield parts.table(_LEVELS, _rows(found))
    if settings := list(_settings(found)):
        yield "\n".join(["```yaml", *settings, "```"])
    yield from parts.section("What failed", _failures(found))
    yield from parts.section("To know", _notes(found))


def _headline(found: Calibration) -> str:
    releases = words.plural(len(found.releases), "release")
    return f"{releases}, {len(found.failed)} failed ({words.percent(found.rate, 0)})"


def _facts(found: Calibration) -> Iterator[tuple[str, str]]:
    commits = sum(len(release.scores) for release in found.releases)
    first, last = found.releases[0].name, found.releases[-1].name
    yield "Releases", f"{first} to {last}, {words.plural(commits, 'commit')}"
    between = f"{words.percent(found.least)} and {words.percent(found.most)}"
    yield (
        "Failure",
        f"{words.percent(found.rate)} of releases; with 95 % confidence between {between}",
    )
    if found.auc is not None:
        higher = (
            f"{words.percent(found.auc, 0)} of pairs the release that failed has the higher score"
        )
        yield "Score", f"AUC {found.auc:.2f}: in {higher}"


def _rows(found: Calibration) -> list[tuple[str, ...]]:
    return [
        (
            row.level.word,
            f"{row.releases:,}",
            f"{row.failed:,}",
            words.percent(row.failed / row.releases, 0) if row.releases else "",
            f"{row.expected:.1f}",
        )
        for row in found.levels
    ]


def _settings(found: Calibration) -> Iterator[str]:
    """The section of the configuration, as YAML."""
    lines = []
    if found.intercept is not None:
        lines.append(f"  intercept: {found.intercept:.2f}   # in place of failure_rate")
    if found.limits is not None:
        medium, high = found.limits
        values = [
            f"{limit.value:.2f}" if limit.scale == "score" else f"{limit.value * 100:g}%"
            for limit in found.limits
        ]
        lines.append(f"  bands: {{medium: {values[0]}, high: {values[1]}}}")
        lines.append(f"  # medium: {medium.words}; high: {high.words}")
    if lines:
        yield "risk:"
        yield from lines


def _failures(found: Calibration) -> list[str]:
    """The releases that failed, the latest first."""
    named = [f"{release.name}: {release.failure}" for release in reversed(found.failed)]
    more = len(named) - _SHOWN
    return [*named[:_SHOWN], *([f"{more} earlier ones (all are in the JSON)"] if more > 0 else [])]


def _notes(found: Calibration) -> Iterator[str]:
    yield from found.notes
    failed, total = len(found.failed), len(found.releases)
    if not failed:
        yield (
            "no release is known to have failed, so nothing can be calibrated: name those that did "
            "with --outcomes, or set risk.failure_rate"
        )
    elif failed == total:
        yield "every release failed, so nothing can be calibrated"
    elif min(failed, total - failed) < FEW:
        yield (
            f"with {words.plural(failed, 'failure')} among {words.plural(total, 'release')} these are "
            "rough numbers"
        )
    if found.auc is not None and found.auc < COIN:
        yield "here the score tells failed releases from others hardly better than a coin"
    if found.limits is None:
        yield "there are too few releases for bands of their own (risk.least_releases)"
    else:
        yield (
            "bands that stand in the configuration no longer move with the latest releases; leave them "
            "out to have percentiles of those (p50, p80)"
        )


def _object(found: Calibration) -> Object:
    medium, high = found.limits or (None, None)
    return {
        "schema": "slogate/calibration/1",
        "releases": len(found.releases),
        "failed": len(found.failed),
        "failure_rate": found.rate,
        "failure_rate_least": found.least,
        "failure_rate_most": found.most,
        "auc": found.auc,
        "intercept": found.intercept,
        "bands": {
            "medium": medium.value if medium else None,
            "high": high.value if high else None,
        },
        "levels": [_level(row) for row in found.levels],
        "failures": [_failure(release) for release in reversed(found.failed)],
        "notes": list(_notes(found)),
    }


def _level(row: Level) -> Object:
    return {
        "level": row.level.word,
        "releases": row.releases,
        "failed": row.failed,
        "expected": row.expected,
    }


def _failure(release: Observed) -> Object:
    return {"release": release.name, "reason": release.failure}
