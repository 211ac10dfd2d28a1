"""Is a service ready to be released? Its metrics, alert rules, way back and firing alerts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from slogate.cli.readiness_facts import alert_rules, alerts, metrics, rollback
from slogate.config.settings import Config
from slogate.core import words
from slogate.core.governance import Readiness
from slogate.core.model import Service
from slogate.core.situation import ALERT_RULES, ALERTS, METRICS, ROLLBACK_PLAN, Fact
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError, Problem
from slogate.pool import run_all
from slogate.sources import open_source
from slogate.sources.interface import AlertSource, FreshSource, RuleSource, Source

KEYS = {METRICS: "metrics", ALERT_RULES: "alert_rules", ROLLBACK_PLAN: "rollback", ALERTS: "alerts"}
"""The key of the configuration that asks for a fact."""
DISK = ""
"""The group of questions that no source answers."""


@dataclass(frozen=True)
class _Question:
    """What is asked of a source for one fact, or of one SLO for its part of it."""

    service: Service
    fact: str
    source: str
    ask: Callable[[], Fact]
    slo: str = ""


def found(
    config: Config, services: Sequence[Service], now: int, deadline: Deadline
) -> dict[str, list[Fact]]:
    """The facts of each service that has a `readiness`, by its name, as of a Unix time.

    What could not be asked holds None. Raises ConfigError where a question is wrong.
    """
    asked = [(service, service.readiness) for service in services if service.readiness]
    with _opened(config, asked) as sources:
        questions = [
            question
            for service, wanted in asked
            for question in _questions(service, wanted, sources, config.path.parent, now, deadline)
        ]
        tasks: list[tuple[Hashable, Callable[[], Fact]]] = [
            (question.source, question.ask) for question in questions
        ]
        workers: dict[Hashable, int] = {name: source.workers for name, source in sources.items()}
        results = run_all(tasks, workers={**workers, DISK: 1}, deadline=deadline)
    _refuse_wrong_questions(questions, results)
    facts = [
        _told(one.fact, result, deadline) for one, result in zip(questions, results, strict=True)
    ]
    told = list(zip(questions, facts, strict=True))
    return {service.name: list(_of_service(service, told)) for service, _ in asked}


@contextmanager
def _opened(
    config: Config, asked: Sequence[tuple[Service, Readiness]]
) -> Iterator[Mapping[str, Source]]:
    names = [
        name
        for service, wanted in asked
        for name in (
            *(source for _, source in service.slos if wanted.scrapes),
            wanted.rules_source if wanted.alert_rules else "",
            wanted.alerts_source,
        )
    ]
    sources: dict[str, Source] = {}
    try:
        for name in dict.fromkeys(filter(None, names)):
            settings = config.sources[name]
            sources[name] = open_source(settings.type, settings)
        yield sources
    finally:
        for source in sources.values():
            source.close()


def _questions(
    service: Service,
    wanted: Readiness,
    sources: Mapping[str, Source],
    folder: Path,
    now: int,
    deadline: Deadline,
) -> Iterator[_Question]:
    """The questions in the order of the facts."""
    for slo, name in service.slos if wanted.scrapes else ():
        fresh = cast("FreshSource", sources[name])
        ask = partial(metrics, fresh, slo.sli, wanted, now, deadline)
        yield _Question(service, METRICS, name, ask, slo.name)
    if wanted.alert_rules:
        rules = cast("RuleSource", sources[wanted.rules_source])
        ask = partial(alert_rules, rules, wanted.alert_rules, deadline)
        yield _Question(service, ALERT_RULES, wanted.rules_source, ask)
    if wanted.rollback_command or wanted.rollback_file:
        yield _Question(service, ROLLBACK_PLAN, DISK, partial(rollback, wanted, folder))
    if wanted.alerts_source:
        manager = cast("AlertSource", sources[wanted.alerts_source])
        ask = partial(alerts, manager, wanted.alerts, deadline)
        yield _Question(service, ALERTS, wanted.alerts_source, ask)


def _refuse_wrong_questions(
    questions: Sequence[_Question], results: Sequence[Fact | BaseException | None]
) -> None:
    """A wrong question is a wrong configuration: no policy may turn it into a decision."""
    problems = [
        Problem("", f"services.{one.service.name}.readiness.{KEYS[one.fact]}", problem.message)
        for one, result in zip(questions, results, strict=True)
        if isinstance(result, ConfigError)
        for problem in result.problems
    ]
    if problems:
        raise ConfigError(dict.fromkeys(problems))


def _told(name: str, result: Fact | BaseException | None, deadline: Deadline) -> Fact:
    if result is None:
        late = f"no answer within the deadline of {deadline.seconds:g} s"
        return Fact(name, None, late, outage=True)
    if isinstance(result, MeasurementError):
        return Fact(name, None, str(result), outage=result.outage)
    if isinstance(result, NoDataError):
        return Fact(name, None, str(result))
    if isinstance(result, BaseException):
        raise result
    return result


def _of_service(service: Service, told: Sequence[tuple[_Question, Fact]]) -> Iterator[Fact]:
    """The facts of a service; those of the metrics of its SLOs are told together."""
    ours = [(question, fact) for question, fact in told if question.service is service]
    parts = [(question.slo, fact) for question, fact in ours if question.fact == METRICS]
    # NOTE: what does not hold of one SLO must not hide that of another one nobody knows.
    wrong = [[part for part in parts if part[1].holds is holds] for holds in (False, None)]
    for group in [group for group in wrong if group] or ([parts] if parts else []):
        yield _together(group)
    yield from (fact for question, fact in ours if question.fact != METRICS)


def _together(parts: Sequence[tuple[str, Fact]]) -> Fact:
    """Facts that hold alike as one, each sentence with the SLOs that it is about."""
    slos: dict[str, list[str]] = {}
    for slo, fact in parts:
        slos.setdefault(fact.detail, []).append(slo)
    said = "; ".join(f"{words.listing(names)}: {detail}" for detail, names in slos.items())
    first = parts[0][1]
    return replace(first, detail=said, outage=all(fact.outage for _, fact in parts))
