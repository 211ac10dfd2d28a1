"""The services that this one depends on: while they burn, nobody can tell what a release breaks.

What nobody knows about one of them counts as at most defer too: that evidence is not of this service,
so it never stops the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slogate.core import words
from slogate.core.model import Decision, Missing, Policy, Risk, Status
from slogate.core.rulings import Ruling, outcome_of
from slogate.core.verdict import BurnRate, Check, Outcome, SloReport

CAP = Decision.DEFER
"""What the trouble of another service may mean at most: it is not this one's to mend."""
_LACKING = (Missing.UNMEASURED, Missing.NO_DATA)
_NO_EVENTS = "there were no events for its burn rules"


@dataclass(frozen=True)
class Upstream:
    """A service that another one depends on, with what its burn rules say, or why they cannot.

    Where some of its SLOs lack evidence, `measured` is what the others say, and where some have no
    traffic it is `quiet`. Where no burn rule could look, its budget status speaks instead and `looked`
    is false.
    """

    name: str
    burning: Status | Missing
    detail: str = ""
    owner: str | None = None
    outage: bool = False
    measured: Status = Status.HEALTHY
    quiet: bool = False
    looked: bool = True


@dataclass(frozen=True)
class _Sign:
    """What one SLO says of the service; `burns` is false where only its budget status is known."""

    status: Status
    burns: bool
    said: str


def seen(name: str, owner: str | None, reports: Sequence[SloReport]) -> Upstream:
    """How a service burns: the worst that its SLOs say, worse still a lack of evidence."""
    signs = [sign for slo in reports for sign in _signs(slo)]
    worst = max(signs, key=lambda sign: (sign.status, sign.burns), default=None)
    measured = worst.status if worst else Status.HEALTHY
    looked = worst is None or worst.burns
    trouble = [worst.said] if worst else []
    idle = [slo for slo in reports if _is_quiet(slo)]
    for why in _LACKING:
        lacking = [slo for slo in reports if slo.status is why]
        if lacking:
            detail = "; ".join([f"{lacking[0].name}: {lacking[0].detail}", *trouble])
            outage = all(slo.transient for slo in reports if slo.status in _LACKING)
            return Upstream(name, why, detail, owner, outage, measured, bool(idle))
    if idle and measured is Status.HEALTHY:
        detail = f"{idle[0].name}: {idle[0].detail or _NO_EVENTS}"
        return Upstream(name, Missing.NO_TRAFFIC, detail, owner, quiet=True)
    return Upstream(
        name, measured, "".join(trouble), owner, measured=measured, quiet=bool(idle), looked=looked
    )


def _signs(slo: SloReport) -> Iterator[_Sign]:
    for burn in slo.burn:
        if burn.firing:
            yield _Sign(burn.rule.status, burns=True, said=f"{slo.name} at {_rate(burn)}")
    if isinstance(slo.status, Status) and not _has_rates(slo):
        why = _NO_EVENTS if slo.burn else "no burn rule applies"
        said = f"{slo.name}: its budget is {slo.status.word}, and {why}"
        yield _Sign(slo.status, burns=False, said=said)


def _has_rates(slo: SloReport) -> bool:
    """Did a burn rule see how it burns?"""
    return any(burn.rate_long is not None for burn in slo.burn)


def _is_quiet(slo: SloReport) -> bool:
    """Is there no traffic of which a burn rule could say anything?"""
    if slo.status is Missing.NO_TRAFFIC:
        return True
    return isinstance(slo.status, Status) and bool(slo.burn) and not _has_rates(slo)


def _rate(burn: BurnRate) -> str:
    return f"{words.rate(burn.rate_long or 0.0)} over {words.span(burn.rule.long)}"


def ruling(upstream: Upstream, policy: Policy, risk: Risk) -> Ruling:
    """What it means for a release of this risk under this service's policy; at most CAP."""
    whose = f"{upstream.name}{f' of {upstream.owner}' if upstream.owner else ''}"
    decision = min(CAP, _asked(upstream, policy, risk))
    if upstream.burning is Status.HEALTHY:
        calm = f"{whose} is not burning its budget"
        known = calm if upstream.looked else f"nothing speaks against {whose} ({upstream.detail})"
        return Ruling(Check("upstream", Outcome.PASS, known))
    if isinstance(upstream.burning, Missing) or not upstream.looked:
        said = f"nobody knows whether {whose} burns its budget ({upstream.detail})"
        must = f"it must be known that {upstream.name} is not burning its budget"
    else:
        said = f"{whose} burns its budget ({upstream.detail}: {upstream.burning.word})"
        must = f"{upstream.name} must have stopped burning its budget"
    return Ruling(
        Check("upstream", outcome_of(decision), said),
        decision,
        condition=must,
        alternative=f"ask {upstream.owner or f'the owner of {upstream.name}'}: the trouble is theirs",
    )


def _asked(upstream: Upstream, policy: Policy, risk: Risk) -> Decision:
    burning = upstream.burning
    asked = [_of_status(upstream.measured, policy, risk)]
    if isinstance(burning, Status):
        asked.append(_of_status(burning, policy, risk))
    if burning is Missing.NO_DATA:
        asked.append(_of_missing(policy.on_no_data))
    if burning is Missing.UNMEASURED:
        asked.append(_of_missing(policy.on_unreachable if upstream.outage else None))
    if burning is Missing.NO_TRAFFIC or upstream.quiet:
        asked.append(_of_missing(policy.on_no_traffic))
    return max(asked)


def _of_missing(said: Decision | None) -> Decision:
    return Decision.BLOCK if said is None else said


def _of_status(burning: Status, policy: Policy, risk: Risk) -> Decision:
    return Decision.APPROVE if burning is Status.HEALTHY else policy.matrix[burning][risk]
