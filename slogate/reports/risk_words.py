"""What text and markdown say alike of the risk of a release."""

from __future__ import annotations

from collections.abc import Iterator

from slogate.core import words
from slogate.core.release import Factor, Likelihood, ReleaseRisk

FACTORS = ("factor", "value", "points", "detail")
CARRIERS = ("commit", "score", "share", "subject")

_SCALES = {
    "score": "a score of {:.2f}",
    "top": "a commit's score of {:.2f}",
    "probability": "a probability of {:.0%}",
}


def headline(risk: ReleaseRisk) -> tuple[str, ...]:
    """`HIGH risk`, `score 16.27`, `10 commits`."""
    label = f"{risk.level.word.upper()} risk{'' if risk.known else ' (unknown)'}"
    if risk.likelihood is None:
        return label, risk.origin
    known = risk.likelihood
    return label, f"score {known.score:.2f}", words.plural(known.commits, "commit")


def facts(risk: ReleaseRisk) -> Iterator[tuple[str, str]]:
    """Label and sentence: who says so, which range, where the levels begin, probability."""
    said = [
        f"{item.source}: {item.level.word if item.level is not None else f'unknown, {item.detail}'}"
        for item in risk.opinions
    ]
    alone = said == [f"{risk.source}: {risk.level.word}"]
    others = "" if alone else f" ({'; '.join(said)})"
    yield "Level", f"{risk.level.word} by {risk.source}{others}"
    if risk.revisions is not None:
        between = f"{risk.revisions.base[:7]}..{risk.revisions.head[:7]}"
        yield "Range", f"{between}: {risk.revisions.found}"
    known = risk.likelihood
    if known is not None and known.limits is not None:
        yield "Limits", limits(known)
        yield "Chance", chance(known)


def brief(risk: ReleaseRisk) -> Iterator[str]:
    """For a verdict: what was scored, with which result, and what made it."""
    known = risk.likelihood
    if known is not None and risk.revisions is not None:
        commits = words.plural(known.commits, "commit")
        yield f"score {known.score:.2f} of {commits}; {risk.revisions.found}"
        if known.limits is not None:
            yield limits(known)
            yield chance(known)
        if known.factors:
            yield ", ".join(f"{item.name} {item.points:+.2f}" for item in known.factors)
    elif risk.revisions is not None:
        yield risk.revisions.found
    yield from risk.notes


def limits(known: Likelihood) -> str:
    """Where medium and high begin, and why there."""
    if known.limits is None:
        return ""
    medium, high = known.limits
    low, top = (_SCALES[item.scale].format(item.value) for item in known.limits)
    highest = (
        f"; the highest is {known.carriers[0].score:.2f}"
        if "top" in (medium.scale, high.scale)
        else ""
    )
    if medium.words == high.words:
        return f"medium from {low}, high from {top} ({medium.words}){highest}"
    return f"medium from {low} ({medium.words}), high from {top} ({high.words}){highest}"


def chance(known: Likelihood) -> str:
    """The probability of a defect, and whether it is to be believed."""
    sure = "calibrated" if known.calibrated else "uncalibrated, to compare releases only"
    return (
        f"{words.percent(known.probability, 0)} that at least one commit brings a defect, "
        f"{known.expected:.2f} expected ({sure})"
    )


def rows(known: Likelihood) -> list[tuple[str, ...]]:
    """The factors, the one with most points first."""
    return [(item.name, _value(item), f"{item.points:+.2f}", item.detail) for item in known.factors]


def _value(factor: Factor) -> str:
    return f"{factor.value:,.0f}" if factor.value == int(factor.value) else f"{factor.value:.2f}"


def carriers(known: Likelihood) -> list[tuple[str, ...]]:
    """The commits that carry most of the score."""
    return [
        (item.sha[:7], f"{item.score:.2f}", words.percent(item.share, 0), item.subject)
        for item in known.carriers
    ]
