"""Reports of every kind, written out: what the corridor hands to the renderers."""

from __future__ import annotations

from dataclasses import replace

from slogate.core.model import Change, Decision, Missing, Risk, Status
from slogate.core.policy import default_policy, overall
from slogate.core.release import ReleaseRisk
from slogate.core.verdict import (
    Budget,
    BudgetReport,
    BurnRate,
    Check,
    Clearance,
    Counts,
    Outcome,
    Reason,
    ServiceBudget,
    ServiceVerdict,
    SloReport,
    Verdict,
)

AT = 1_795_176_420  # 2026-11-20 12:07 UTC
HOUR, DAY = 3_600, 86_400
POLICY = default_policy()
TOTAL = 20_000_000.0

FULL_COVERAGE = Check("coverage", Outcome.PASS, "samples for 100 % of the last 30d")
FRESH = Check("freshness", Outcome.PASS, "the newest sample is 7m old")


def burn(*rates: tuple[float | None, float | None]) -> tuple[BurnRate, ...]:
    """The default policy's rules beside these rates over their long and short windows."""
    return tuple(
        BurnRate(
            rule,
            long,
            short,
            firing=long is not None
            and short is not None
            and long >= rule.rate
            and short >= rule.rate,
        )
        for rule, (long, short) in zip(POLICY.burn, rates, strict=True)
    )


QUIET = burn((0.21, 0.2), (0.22, 0.19), (0.2, 0.22), (0.2, 0.22))


def burn_down(consumed: float, last: float = 0.0) -> tuple[tuple[int, float], ...]:
    """30 days in which the budget goes evenly, but for a share `last` within the last day and a half."""
    points = []
    for index in range(49):
        share = (consumed - last) * index / 48 + last * max(0, index - 45) / 3
        points.append((AT - 30 * DAY + index * 30 * DAY // 48, 1 - share))
    return tuple(points)


def slo(name: str = "availability", consumed: float = 0.198, **changes: object) -> SloReport:
    """A healthy SLO unless told otherwise."""
    allowed = TOTAL * 0.001
    report = SloReport(
        name,
        99.9,
        "30d",
        Status.HEALTHY,
        sli=1 - consumed * 0.001,
        events=Counts(consumed * allowed, TOTAL),
        budget=Budget(consumed, allowed, allowed * (1 - consumed)),
        burn=QUIET,
        checks=(replace(FULL_COVERAGE, slo=name), replace(FRESH, slo=name)),
        burn_down=burn_down(consumed),
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def latency(consumed: float = 0.4) -> SloReport:
    """A healthy latency SLO."""
    allowed = TOTAL * 0.05
    return slo(
        "latency",
        consumed,
        objective=95,
        sli=1 - consumed * 0.05,
        events=Counts(consumed * allowed, TOTAL),
        budget=Budget(consumed, allowed, allowed * (1 - consumed)),
    )


def warning_slo() -> SloReport:
    """79 % consumed and burning."""
    return slo(
        consumed=0.79,
        status=Status.WARNING,
        budget=Budget(0.79, 20_000, 4_200, exhausted_at=AT + 15 * HOUR),
        burn=burn((9.9, 12.1), (6.2, 7.9), (2.1, 6.2), (0.9, 6.2)),
        reasons=(
            Reason(
                Status.WARNING,
                "consumed",
                "79.0 % of the error budget is consumed (75 %: more than that is warning)",
            ),
            Reason(
                Status.WARNING,
                "burn",
                "errors burn the budget at 6.2x over 6h and 7.9x over 30m (6x or more is "
                "warning): the last 6h spent 5.2 % of it; at this rate the rest lasts 1d",
            ),
        ),
        burn_down=burn_down(0.79, 0.25),
    )


def exhausted_slo() -> SloReport:
    """171 % consumed."""
    return slo(
        consumed=1.713,
        status=Status.EXHAUSTED,
        burn=burn((0.4, 0.0), (0.3, 0.2), (0.9, 0.3), (2.4, 0.3)),
        reasons=(
            Reason(
                Status.EXHAUSTED,
                "consumed",
                "171.3 % of the error budget is consumed (100 %: or more is exhausted)",
            ),
        ),
        burn_down=burn_down(1.713, 1.4),
    )


def missing_slo(name: str, why: Missing, detail: str, *, transient: bool = False) -> SloReport:
    """An SLO without a budget."""
    check = {Missing.NO_DATA: "data", Missing.UNMEASURED: "measurement"}.get(why, "traffic")
    outcome = Outcome.WARN if why is Missing.NO_TRAFFIC else Outcome.FAIL
    return SloReport(
        name,
        99.9,
        "30d",
        why,
        detail=detail,
        transient=transient,
        checks=(Check(check, outcome, detail, name),),
    )


def approved(service: str = "checkout", risk: Risk = Risk.LOW) -> ServiceVerdict:
    """Two healthy SLOs."""
    return ServiceVerdict(
        service,
        Status.HEALTHY,
        Decision.APPROVE,
        0,
        ReleaseRisk(risk, "git"),
        "default",
        (slo(), latency()),
        rationale=(
            f"healthy budget and {risk.word} risk (git) mean approve",
            "availability is healthy: 80.2 % of its budget is left, no burn rule fires",
            "latency is healthy: 60.0 % of its budget is left, no burn rule fires",
        ),
        owner="team-checkout",
    )


def reviewed(service: str = "search") -> ServiceVerdict:
    """More than half is consumed, and one check warns."""
    young = Check(
        "coverage", Outcome.WARN, "samples for 12d of 30d: the service is young", "availability"
    )
    report = slo(
        consumed=0.551,
        status=Status.ATTENTION,
        reasons=(
            Reason(
                Status.ATTENTION,
                "consumed",
                "55.1 % of the error budget is consumed (50 %: more than that is attention)",
            ),
        ),
        checks=(young,),
    )
    return ServiceVerdict(
        service,
        Status.ATTENTION,
        Decision.REVIEW,
        0,
        ReleaseRisk(Risk.MEDIUM, "git"),
        "default",
        (report,),
        rationale=(
            "attention budget and medium risk (git) mean review",
            f"availability is at attention: {report.reasons[0].text}",
        ),
        conditions=("approval by team-search",),
        approvers=("team-search",),
        owner="team-search",
    )


def deferred(service: str = "checkout") -> ServiceVerdict:
    """A budget in warning that burns, and a risky release."""
    report = warning_slo()
    return ServiceVerdict(
        service,
        Status.WARNING,
        Decision.DEFER,
        20,
        ReleaseRisk(Risk.MEDIUM, "--risk"),
        "default",
        (report, latency()),
        rationale=(
            "warning budget and medium risk (--risk) mean defer",
            *(f"availability is at warning: {reason.text}" for reason in report.reasons),
        ),
        conditions=(
            "availability must be back at attention or better: at most 75 % of the budget consumed",
            "before that, only senior engineer can let it pass",
        ),
        alternatives=(
            "wait until 2026-11-22 03:10 UTC, if no further errors come",
            "roll back first, if the errors began with a release",
            "ship it behind a flag that is off: at low risk the decision is review",
        ),
        approvers=("senior engineer",),
        clearance=Clearance(AT + 39 * HOUR + 180, AT + 6 * DAY),
        owner="team-checkout",
    )


def blocked(service: str = "payments") -> ServiceVerdict:
    """Overspent."""
    report = exhausted_slo()
    return ServiceVerdict(
        service,
        Status.EXHAUSTED,
        Decision.BLOCK,
        30,
        ReleaseRisk(Risk.LOW, "git"),
        "default",
        (report,),
        rationale=(
            "exhausted budget and low risk (git) mean block",
            f"availability is at exhausted: {report.reasons[0].text}",
        ),
        conditions=(
            "availability must be back at warning or better: at most 90 % of the budget consumed",
            "before that, only VP engineering can let it pass",
        ),
        alternatives=("wait until 2026-12-17 23:31 UTC, if no further errors come",),
        approvers=("VP engineering",),
        clearance=Clearance(AT + 27 * DAY + 11 * HOUR + 1440),
        owner="team-payments",
    )


NO_DATA = (
    "the query for total events matched no series; is it misspelt? "
    'sum(increase(http_request_total{service="cart"}[1h]))'
)
UNREACHABLE = "http://prometheus:9090 did not answer within 10s; is it reachable from this runner?"


def no_data(service: str = "cart") -> ServiceVerdict:
    """One SLO whose query finds nothing."""
    return ServiceVerdict(
        service,
        Missing.NO_DATA,
        Decision.BLOCK,
        40,
        ReleaseRisk(Risk.LOW, "git"),
        "default",
        (missing_slo("availability", Missing.NO_DATA, NO_DATA), latency()),
        rationale=(f"availability has no data to be trusted, which stops the run: {NO_DATA}",),
        conditions=("complete the evidence: without it this release is not judged",),
    )


def unmeasured(service: str = "profile") -> ServiceVerdict:
    """The backend did not answer."""
    why = Missing.UNMEASURED
    return ServiceVerdict(
        service,
        why,
        Decision.BLOCK,
        50,
        ReleaseRisk(Risk.LOW, "git"),
        "default",
        (missing_slo("availability", why, UNREACHABLE, transient=True),),
        rationale=(f"availability could not be measured, which stops the run: {UNREACHABLE}",),
        conditions=("complete the evidence: without it this release is not judged",),
        alternatives=("run the gate again when the backend answers",),
    )


def quiet(service: str = "batch") -> ServiceVerdict:
    """Approved though nothing happened."""
    detail = "no events in 30d"
    return ServiceVerdict(
        service,
        Missing.NO_TRAFFIC,
        Decision.APPROVE,
        0,
        ReleaseRisk(Risk.LOW, "git"),
        "default",
        (missing_slo("availability", Missing.NO_TRAFFIC, detail),),
        rationale=(
            f"availability has no traffic, which means approve under this policy: {detail}",
        ),
    )


def verdict(*services: ServiceVerdict, advise: bool = False) -> Verdict:
    """The verdict of a run over these; with `advise` none of them enforces anything."""
    if advise:
        services = tuple(
            replace(item, advise=True, exit_code=item.exit_code if item.exit_code >= 40 else 0)
            for item in services
        )
    return Verdict(
        overall(services),
        max(item.exit_code for item in services),
        AT,
        all(item.advise for item in services),
        services,
        (POLICY,),
    )


def several() -> Verdict:
    """One service of each kind."""
    return verdict(
        approved("accounts"), reviewed(), deferred(), blocked(), no_data(), approved("web"), quiet()
    )


def budgets(*services: ServiceVerdict) -> BudgetReport:
    """The budgets of these services without their decisions."""
    items = tuple(
        ServiceBudget(
            item.service, item.status, item.exit_code if item.exit_code >= 40 else 0, item.slos
        )
        for item in services
    )
    return BudgetReport(AT, max(item.exit_code for item in items), items)


def change(**changes: object) -> Change:
    """A pull request as GitHub tells it unless told otherwise."""
    told = Change(
        event="pull_request",
        base="1a2b3c4d" * 5,
        head="5e6f7a8b" * 5,
        ref="faster-carts",
        number=12,
        title="Answer carts from memory",
        labels=("database", "needs review"),
        actor="ada",
        url="https://github.com/acme/shop/pull/12",
        run_url="https://github.com/acme/shop/actions/runs/7001",
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def hostile_change(text: str) -> Change:
    """The same text wherever a change can hold any."""
    return Change(text, text, text, text, 12, text, (text, text), text, text, text)
