"""Do samples cover the window, up to now? Gaps, youth, retention and staleness."""

from __future__ import annotations

from slogate.core import words
from slogate.core.evidence import Evidence
from slogate.core.history import History
from slogate.core.model import Policy
from slogate.core.plan import Plan
from slogate.core.verdict import Check, Outcome
from slogate.errors import NoDataError


def freshness(history: History, evidence: Evidence, policy: Policy) -> Check:
    """How old the newest sample is; raises NoDataError when it is stale."""
    plan = evidence.plan
    age, unavoidable = _age(history, evidence)
    if age < max(policy.max_staleness, unavoidable):
        if age == 0 or evidence.last_sample is not None:
            return Check("freshness", Outcome.PASS, f"the last sample is {words.span(age)} old")
        return Check("freshness", Outcome.WARN, f"no samples in the last {words.span(age)}")
    raise NoDataError(
        f"the last sample is stale: nothing in the last {words.span(age)} "
        f"(max_staleness is {words.span(policy.max_staleness)}, evaluated as of "
        f"{words.moment(plan.now)}); is it still written? A source that is written or scraped more "
        "rarely needs a `resolution` of four intervals"
    )


def _age(history: History, evidence: Evidence) -> tuple[int, int]:
    """Seconds since the newest sample, and how old it may be with samples this far apart."""
    plan = evidence.plan
    if evidence.last_sample is not None:
        return plan.now - evidence.last_sample, 2 * evidence.interval
    last = plan.now
    if history.fine is not None:
        last = history.fine.last_covered or history.fine.start
    if history.fine is None or history.fine.last_covered is None:
        coarse_last = history.coarse.last_covered
        last = min(last, plan.period.start if coarse_last is None else coarse_last)
    step = plan.coarse.step if plan.fine is None else plan.fine.step
    return plan.now - last, 2 * step


def coverage(history: History, evidence: Evidence, policy: Policy) -> Check:
    """How much of the window has samples; a young service is told from a gap.

    Raises NoDataError when gaps or a short retention leave less than `min_coverage`.
    """
    plan, retention = evidence.plan, evidence.retention
    elapsed = plan.period.elapsed
    missing = max(0.0, elapsed - history.covered)
    # NOTE: with samples from before the window, its start without any is a gap, not youth.
    late = 0 if evidence.older else history.first - plan.period.start
    gaps = max(0.0, missing - late)
    share = 1 - missing / elapsed
    found = f"samples cover {words.percent(share)} of the window"
    if missing < 1:
        return Check("coverage", Outcome.PASS, found)
    if gaps > (1 - policy.min_coverage) * elapsed + 1:
        raise NoDataError(
            f"gaps of {words.span(round(gaps))} in the samples: {found}, "
            f"min_coverage is {words.percent(policy.min_coverage, 0)}"
        )
    parts = [f"gaps of {words.span(round(gaps))}"] if gaps >= 1 else []
    if late:
        parts.append(f"samples begin after {words.moment(history.first)}")
    detail = f"{found}: {', '.join(parts)}"
    if missing <= (1 - policy.min_coverage) * elapsed + 1:
        return Check("coverage", Outcome.WARN, detail)
    if retention is not None and retention < elapsed and _reaches(history, plan, retention):
        raise NoDataError(
            f"{detail}, and the backend keeps only {words.span(retention)}: "
            f"shorten the SLO's window or keep {words.span(elapsed)}"
        )
    young = "a young service, or a backend that keeps less than the window"
    if retention is not None:
        young = "a young service"
    return Check("coverage", Outcome.WARN, f"{detail} ({young}); the budget counts what there is")


def _reaches(history: History, plan: Plan, retention: int) -> bool:
    """Do the samples go back as far as the backend remembers? Then they may once have gone on."""
    return plan.now - history.first >= 0.9 * retention
