"""The corridor: measure every SLO, assess it, decide per service, and hand over a verdict.

Knows interfaces only. Time, sources and the risk of the change come in from the front door.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from slogate.core.budget import Assessment, assess, missing
from slogate.core.maintenance import excluded
from slogate.core.model import Change, Missing, Service, Slices, Slo
from slogate.core.plan import make_plan
from slogate.core.policy import budget_status, decide, late_maintenance, overall
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Fact, Situation
from slogate.core.upstream import Upstream, seen
from slogate.core.verdict import BudgetReport, Origin, ServiceBudget, ServiceVerdict, Verdict
from slogate.core.waivers import settled
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError, Problem
from slogate.pool import run_each
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
    judge = _Judge(risks, situation, facts or {}, canaries or {})
    every = [*services, *upstreams]
    measured = measure(every, sources, situation.now, deadline, explain=explain)
    verdicts = judge.verdicts(services, measured)
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


@dataclass(frozen=True)
class _Judge:
    """Decides on services; see `check` for what it is given."""

    risks: Mapping[str, ReleaseRisk]
    situation: Situation
    facts: Mapping[str, Sequence[Fact]]
    canaries: Mapping[str, CanaryReport | CanaryProblem]

    def verdicts(
        self, services: Sequence[Service], measured: Iterable[tuple[Service, list[Assessment]]]
    ) -> list[ServiceVerdict]:
        """One for each of these services, of all that were measured."""
        # NOTE: who depends on nobody is judged while the sources still answer for the others.
        early = {service.name for service in services if not service.depends_on}
        found: dict[str, list[Assessment]] = {}
        known: dict[str, Upstream] = {}
        done: dict[str, ServiceVerdict] = {}
        for service, assessments in measured:
            reports = [item.report for item in assessments]
            found[service.name] = assessments
            known[service.name] = seen(service.name, service.owner, reports)
            if service.name in early:
                done[service.name] = self._verdict(service, assessments, known)
        for service in services:
            if service.name not in early:
                done[service.name] = self._verdict(service, found[service.name], known)
        return [done[service.name] for service in services]

    def _verdict(
        self, service: Service, assessments: Sequence[Assessment], known: Mapping[str, Upstream]
    ) -> ServiceVerdict:
        verdict = decide(
            service,
            assessments,
            self.risks[service.name],
            self.situation,
            facts=self.facts.get(service.name, ()),
            upstreams=[known[name] for name in service.depends_on],
        )
        if service.name in self.canaries:
            # NOTE: imported here, because few releases have a canary.
            from slogate.core.canary_gate import with_canary

            canary = self.canaries[service.name]
            verdict = with_canary(verdict, canary, fail_on=self.situation.fail_on)
        return settled(verdict, service, self.situation)


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
) -> Iterator[tuple[Service, list[Assessment]]]:
    """Assess every SLO of every service, side by side; gives each service when it is done.

    Raises ConfigError, after the last of them, when a query turns out to be wrong.
    """
    asked = [(service, slo, name) for service in services for slo, name in service.slos]
    tasks: list[tuple[Hashable, Callable[[], Assessment]]] = [
        (name, partial(_assess, service, slo, sources[name], now, deadline, explain=explain))
        for service, slo, name in asked
    ]
    workers: dict[Hashable, int] = {name: source.workers for name, source in sources.items()}
    results = run_each(tasks, workers=workers, deadline=deadline)
    problems: list[Problem] = []
    for service in services:
        found = []
        for (slo, _), result in zip(service.slos, islice(results, len(service.slos)), strict=True):
            problems += _wrong_queries(service, slo, result)
            found.append(_settled(slo, result, deadline))
        yield service, found
    if problems:
        raise ConfigError(dict.fromkeys(problems))


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


def _wrong_queries(
    service: Service, slo: Slo, result: Assessment | BaseException | None
) -> list[Problem]:
    """A wrong query is a wrong configuration: no policy may turn it into a decision."""
    found = result.problems if isinstance(result, ConfigError) else ()
    where = f"services.{service.name}: SLO {slo.name}"
    return [Problem("", where, problem.message) for problem in found]
