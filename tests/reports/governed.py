"""Verdicts with freezes, exceptions, overrides, maintenance and services that only advise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timezone

from slogate.core.calendars import Once, Outside, Recurring, Weekly
from slogate.core.exit_codes import LACKING
from slogate.core.governance import Exemption, Freeze, Governance, Maintenance, OverrideRule
from slogate.core.model import Decision, Risk, Status
from slogate.core.release import ReleaseRisk
from slogate.core.verdict import (
    Budget,
    Check,
    Clearance,
    Excepted,
    Origin,
    Outcome,
    Override,
    ServiceVerdict,
    SloReport,
    Verdict,
)
from tests.reports import builders as build

ORIGIN = Origin("origin/main", "5e6f7a8b" * 5)
TICKET = "OPS-4711: the shop is down, and this release mends it"
RULE = OverrideRule(("ada", "grace"), r"[A-Z]+-\d+", ("defer", "block", "no_data", "unmeasured"))
FRIDAY_EVENING, MIDNIGHT, MORNING = 16 * 60, 24 * 60, 30 * 60


class Monthly:
    """Stands in for a rule of a calendar."""

    def between(self, first: object, last: object) -> list[object]:
        """Never."""
        return []

    def __str__(self) -> str:
        """See slogate.core.calendars.Recurrence."""
        return "DTSTART:20260131T180000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1"


def governance(name: str = "Black Friday", reason: str = "peak sales") -> Governance:
    """Something of each kind; names and reasons are free text."""
    utc = timezone.utc
    days = frozenset({4, 5, 6})
    return Governance(
        freezes=(
            Freeze(
                name, Once(build.AT, build.AT + 10 * build.DAY), Decision.BLOCK, (name,), reason
            ),
            Freeze("weekend", Weekly(days, FRIDAY_EVENING, MIDNIGHT, utc), Decision.DEFER),
            Freeze("night", Weekly(days, 22 * 60, MORNING, utc)),
            Freeze("month end", Recurring(Monthly(), 12 * build.HOUR, utc)),  # type: ignore[arg-type]
            Freeze("office hours", Outside((Weekly(frozenset({0, 1}), 9 * 60, 16 * 60, utc),))),
            Freeze("CI_DEPLOY_FREEZE"),
        ),
        recover_at=0.1,
        exceptions=(Exemption("rollback", Decision.APPROVE, without_evidence=True),),
        labels={name: "reliability"},
        trailer=name,
        override=replace(RULE, actors=(name,)),
        maintenance=(Maintenance(name, build.AT, build.AT + 60, build.AT - build.DAY, (name,)),),
        reserve={"incidents": 0.7, "releases": 0.3},
        cost=0.05,
    )


def overridden(
    service: ServiceVerdict | None = None, reason: str = TICKET, actor: str = "ada"
) -> ServiceVerdict:
    """What was blocked goes out, because somebody takes it upon them."""
    before = service or build.blocked()
    was = _outcome(before)
    said = f"{actor} overrides {was.replace('_', ' ')}: {reason}"
    return replace(_let_go(before, "override", said), override=Override(reason, actor, was, said))


def excepted(service: ServiceVerdict | None = None) -> ServiceVerdict:
    """The way back is free, whatever the budget says."""
    before = service or build.blocked()
    was = _outcome(before)
    said = (
        "a rollback (--change-type rollback) is approve at most under this policy; without this "
        f"exception it is {was.replace('_', ' ')}"
    )
    return replace(
        _let_go(before, "exception", said), exception=Excepted("rollback", "option", was, said)
    )


def _outcome(service: ServiceVerdict) -> str:
    return LACKING.get(service.exit_code, service.decision.word)


def _let_go(service: ServiceVerdict, name: str, said: str) -> ServiceVerdict:
    return replace(
        service,
        decision=Decision.APPROVE,
        exit_code=0,
        rationale=(said, *service.rationale),
        conditions=(),
        alternatives=(),
        approvers=(),
        clearance=Clearance(),
        own_checks=(*service.own_checks, Check(name, Outcome.WARN, said)),
    )


def advising(service: ServiceVerdict) -> ServiceVerdict:
    """The same where it fails nothing."""
    return replace(service, advise=True, exit_code=0)


def mixed() -> Verdict:
    """Services that enforce and some that only advise, one of them overridden, by a protected file."""
    verdict = build.verdict(
        advising(build.blocked("search")),
        advising(build.approved("web")),
        build.approved("accounts"),
        overridden(),
    )
    return replace(verdict, configuration=ORIGIN)


def frozen(service: str = "checkout") -> ServiceVerdict:
    """Good budgets, but Black Friday."""
    ends = build.AT + 10 * build.DAY + 11 * build.HOUR - 420
    detail = "the freeze Black Friday is on until 2026-11-30 23:00 UTC (peak sales)"
    return replace(
        build.approved(service),
        decision=Decision.BLOCK,
        exit_code=30,
        rationale=(f"{detail}, which means block", *build.approved().rationale[1:]),
        conditions=(
            "the freeze Black Friday must have ended",
            "releasing all the same needs the approval of team-checkout",
        ),
        alternatives=("wait until 2026-11-30 23:00 UTC",),
        approvers=("team-checkout",),
        clearance=Clearance(ends, ends, calendar=True),
        own_checks=(Check("freeze", Outcome.FAIL, detail),),
    )


def maintained() -> SloReport:
    """An hour of announced maintenance is left out of the budget."""
    detail = (
        "1h of announced maintenance do not count: 41.0 % of the budget is consumed, with them it "
        "would be 71.0 %"
    )
    report = build.slo(consumed=0.41, budget=Budget(0.41, 20_000, 11_800, unadjusted=0.71))
    check = Check("maintenance", Outcome.WARN, detail, "availability")
    return replace(report, checks=(*report.checks, check))


def recovering(service: str = "payments") -> ServiceVerdict:
    """No longer exhausted, but frozen until the budget has recovered."""
    detail = (
        "the budget of availability was on 2026-11-18 04:00 UTC exhausted, and 4.0 % of it are "
        "left: frozen until 10.0 % are"
    )
    report = build.slo(consumed=0.96, status=Status.HEALTHY)
    ends = build.AT + 2 * build.DAY
    return replace(
        build.blocked(service),
        status=Status.HEALTHY,
        risk=ReleaseRisk(Risk.LOW, "git"),
        slos=(report,),
        rationale=(f"{detail}, which means block",),
        clearance=Clearance(ends, ends),
        own_checks=(Check("freeze on breach", Outcome.FAIL, detail, "availability"),),
    )


CASES: dict[str, Verdict] = {
    "override": replace(build.verdict(overridden()), configuration=ORIGIN),
    "exception": build.verdict(excepted(build.unmeasured())),
    "freeze": build.verdict(frozen()),
    "mixed": mixed(),
    "maintenance": build.verdict(replace(build.approved(), slos=(maintained(), build.latency()))),
}
