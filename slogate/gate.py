"""The corridor: measure every SLO, assess it, decide per service, and hand over a verdict.

Knows interfaces only. Time, sources and the risk of the change come in from the front door.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from slogate.core.budget import Assessment, assess, missing
from slogate.core.model import (
    Change,
    Decision,
    Freeze,
    Missing,
    Service,
    Slices,
    Slo,
)
from slogate.core.plan import make_plan
from slogate.core.policy import budget_status, decide
from slogate.core.release import ReleaseRisk
from slogate.core.verdict import BudgetReport, ServiceBudget, ServiceVerdict, Verdict
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
    now: int,
    deadline: Deadline,
    *,
    fail_on: Decision | None,
    advise: bool,
    explain: bool = False,
    change: Change | None = None,
    freeze: Freeze | None = None,
    canaries: Mapping[str, CanaryReport | CanaryProblem] | None = None,
) -> Verdict:
    """The verdict over all services as of `now` (Unix seconds); `change` is only handed on.

    `risks` has the release risk of each service, `canaries` what came of those that were asked for.

    Raises ConfigError, with every problem, when a query turns out to be wrong. `explain` also asks
    for what changes no number, such as counter resets.
    """
    verdicts = tuple(
        decide(
            service, assessments, risks[service.name], fail_on=fail_on, advise=advise, freeze=freeze
        )
        for service, assessments in measure(services, sources, now, deadline, explain=explain)
    )
    if canaries:
        verdicts = _with_canaries(verdicts, canaries, fail_on=fail_on, advise=advise)
    return Verdict(
        decision=max(verdict.decision for verdict in verdicts),
        exit_code=max(verdict.exit_code for verdict in verdicts),
        evaluated_at=now,
        advise=advise,
        services=verdicts,
        fail_on=fail_on,
        policies=tuple({service.policy.name: service.policy for service in services}.values()),
        change=change,
    )


def _with_canaries(
    verdicts: tuple[ServiceVerdict, ...],
    canaries: Mapping[str, CanaryReport | CanaryProblem],
    *,
    fail_on: Decision | None,
    advise: bool,
) -> tuple[ServiceVerdict, ...]:
    from slogate.core.canary_gate import with_canary

    return tuple(
        with_canary(one, canaries[one.service], fail_on=fail_on, advise=advise)
        if one.service in canaries
        else one
        for one in verdicts
    )


def budgets(
    services: Sequence[Service],
    sources: Mapping[str, Source],
    now: int,
    deadline: Deadline,
    *,
    explain: bool = False,
) -> BudgetReport:
    """The budgets of all services as of `now`, without a decision; raises like `check`."""
    found = []
    for service, assessments in measure(services, sources, now, deadline, explain=explain):
        reports = tuple(item.report for item in assessments)
        status, code = budget_status(reports)
        found.append(ServiceBudget(service.name, status, code, reports))
    return BudgetReport(now, max(item.exit_code for item in found), tuple(found))


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
    plan = make_plan(
        slo.window,
        service.policy.burn,
        now,
        resolution=source.resolution,
        finest=finest,
        explain=explain,
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
