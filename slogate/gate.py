"""The corridor: measure every SLO, assess it, decide per service, and hand over a verdict.

Knows interfaces only. Time, sources and the risk of the change come in from the front door.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from slogate.core.budget import Assessment, assess, missing
from slogate.core.leave import settled
from slogate.core.maintenance import excluded
from slogate.core.model import Change, Decision, Missing, Service, Slices, Slo
from slogate.core.plan import make_plan
from slogate.core.policy import budget_status, decide, late_maintenance, overall
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Fact, Situation
from slogate.core.upstream import seen
from slogate.core.verdict import BudgetReport, Origin, ServiceBudget, ServiceVerdict, Verdict
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError, Problem
from slogate.pool import run_all
from slogate.sources.interface import Source

if TYPE_CHECKING:
    # NOTE: few releases have a canary, and its statistics take their time to load.
    from slogate.core.canary_gate import CanaryProblem
    from slogate.core.canary_report import CanaryReport


def check(
    services: Sequence[Service],
    sources: Mapping[str, Source],
    risks: Mapping[str, ReleaseRisk],
    situation: Situation,
    deadline: Deadline,
    *,
    upstreams: Sequence[Service] = (),
    facts: Mapping[str, Sequence[Fact]] | None = None,
    canaries: Mapping[str, CanaryReport | CanaryProblem] | None = None,
    explain: bool = False,
    change: Change | None = None,
    configuration: Origin | None = None,
) -> Verdict:
    """The verdict over all services; `change` and `configuration` are only handed on.

    `risks` has the release risk of each service, `facts` what was found of its readiness, `canaries`
    what came of those that were asked for. `upstreams` are the services that others depend on and
    that are not judged themselves.

    Raises ConfigError, with every problem, when a query turns out to be wrong. `explain` also asks
    for what changes no number, such as counter resets.
    """
    measured = measure([*services, *upstreams], sources, situation.now, deadline, explain=explain)
    known = {
        service.name: seen(service.name, service.owner, [item.report for item in found])
        for service, found in measured
    }
    verdicts = []
    for service, assessments in measured[: len(services)]:
        verdict = decide(
            service,
            assessments,
            risks[service.name],
            situation,
            facts=(facts or {}).get(service.name, ()),
            upstreams=[known[name] for name in service.depends_on],
        )
        if canaries and service.name in canaries:
            verdict = _with_canary(verdict, canaries[service.name], situation.fail_on)
        verdicts.append(settled(verdict, service, situation))
    return Verdict(
        decision=overall(verdicts),
        exit_code=max(verdict.exit_code for verdict in verdicts),
        evaluated_at=situation.now,
        advise=all(verdict.advise for verdict in verdicts),
        services=tuple(verdicts),
        fail_on=situation.fail_on,
        policies=tuple({service.policy.name: service.policy for service in services}.values()),
        change=change,
        configuration=configuration,
        situation=situation,
    )


def _with_canary(
    verdict: ServiceVerdict, canary: CanaryReport | CanaryProblem, fail_on: Decision | None
) -> ServiceVerdict:
    from slogate.core.canary_gate import with_canary

    return with_canary(verdict, canary, fail_on=fail_on)


def budgets(
    services: Sequence[Service],
    sources: Mapping[str, Source],
    now: int,
    deadline: Deadline,
    *,
    explain: bool = False,
    configuration: Origin | None = None,
) -> BudgetReport:
    """The budgets of all services as of `now`, without a decision; see `check`."""
    found = []
    for service, assessments in measure(services, sources, now, deadline, explain=explain):
        reports = tuple(item.report for item in assessments)
        status, code = budget_status(reports)
        late = late_maintenance(service, assessments, now)
        found.append(ServiceBudget(service.name, status, code, reports, late))
    return BudgetReport(now, max(item.exit_code for item in found), tuple(found), configuration)


def measure(
    services: Sequence[Service],
    sources: Mapping[str, Source],
    now: int,
    deadline: Deadline,
    *,
    explain: bool = False,
) -> list[tuple[Service, list[Assessment]]]:
    """Assess every SLO of every service, side by side."""
    asked = [(service, slo, name) for service in services for slo, name in service.slos]
    tasks: list[tuple[Hashable, Callable[[], Assessment]]] = [
        (name, partial(_assess, service, slo, sources[name], now, deadline, explain=explain))
        for service, slo, name in asked
    ]
    workers: dict[Hashable, int] = {name: source.workers for name, source in sources.items()}
    results = run_all(tasks, workers=workers, deadline=deadline)
    assessments = [
        _settled(slo, result, deadline) for (_, slo, _), result in zip(asked, results, strict=True)
    ]
    _refuse_wrong_queries(asked, results)
    grouped = iter(assessments)
    return [(service, [next(grouped) for _ in service.slos]) for service in services]


def _assess(
    service: Service, slo: Slo, source: Source, now: int, deadline: Deadline, *, explain: bool
) -> Assessment:
    finest = max(source.finest, slo.sli.every if isinstance(slo.sli, Slices) else 1)
    governance = service.policy.governance
    plan = make_plan(
        slo.window,
        service.policy.burn,
        now,
        resolution=source.resolution,
        finest=finest,
        explain=explain,
        maintenance=excluded(governance, service.name),
        looks_back=governance.recover_at is not None,
    )
    return assess(slo, service.policy, source.fetch(slo.sli, plan, deadline))


def _settled(slo: Slo, result: Assessment | BaseException | None, deadline: Deadline) -> Assessment:
    if isinstance(result, Assessment):
        return result
    if result is None:
        late = f"no answer within the deadline of {deadline.seconds:g} s"
        return Assessment(slo, missing(slo, Missing.UNMEASURED, late, transient=True))
    if isinstance(result, NoDataError):
        return Assessment(slo, missing(slo, Missing.NO_DATA, str(result)))
    if isinstance(result, MeasurementError):
        report = missing(slo, Missing.UNMEASURED, str(result), transient=result.outage)
        return Assessment(slo, report)
    if isinstance(result, ConfigError):
        return Assessment(slo, missing(slo, Missing.UNMEASURED, str(result)))
    raise result


def _refuse_wrong_queries(
    asked: Sequence[tuple[Service, Slo, str]],
    results: Sequence[Assessment | BaseException | None],
) -> None:
    """A wrong query is a wrong configuration: no policy may turn it into a decision."""
    problems = [
        Problem("", f"services.{service.name}: SLO {slo.name}", problem.message)
        for (service, slo, _), result in zip(asked, results, strict=True)
        if isinstance(result, ConfigError)
        for problem in result.problems
    ]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
