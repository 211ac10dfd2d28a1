"""Files of policy tests: read, checked, and bound to the configuration that they test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import ValidationError

from slogate.config.document import read_document
from slogate.config.explain import explained
from slogate.config.files import read_named
from slogate.config.problems import Finding, KeyPath, line_of, shown, suggestion, to_problems
from slogate.config.rehearsal_schema import FAIL, FILE, PASS, Row, Table
from slogate.config.settings import Config
from slogate.core.model import Decision, Events, Missing, Risk, Service, Slo, Status
from slogate.core.rehearsal import Given, Rehearsal
from slogate.core.situation import Request
from slogate.core.window import Rolling
from slogate.errors import ConfigError, Problem

_ANY_SLO = Slo("budget", 99.9, Rolling(30 * 86_400), Events(total="total", bad="bad"))
_HOLDS = {PASS: True, FAIL: False}


@dataclass(frozen=True)
class LoadedTable:
    """A file of tests as it was read; `config` is the configuration that it names itself."""

    path: Path
    tests: tuple[Row, ...]
    lines: Mapping[KeyPath, int]
    config: Path | None = None


def read_table(path: Path) -> LoadedTable:
    """Read a file of tests; raises ConfigError with everything that is wrong by itself."""
    raw = read_named(path)
    if not raw.strip():
        raise ConfigError([Problem(f"{path}:1", "", "there are no tests in this file")])
    document = read_document(raw, str(path))
    findings = list(document.findings)
    file: Table | None = None
    try:
        file = FILE.read(document.data)
        findings += _second_names(file.tests, document.lines)
    except ValidationError as error:
        findings += explained(error, FILE)
    if file is None or findings:
        raise ConfigError(to_problems(findings, document.lines, str(path)))
    named = path.parent / file.config if file.config is not None else None
    return LoadedTable(path, tuple(file.tests), document.lines, named)


def _second_names(tests: list[Row], lines: Mapping[KeyPath, int]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, test in enumerate(tests):
        path: KeyPath = ("tests", index, "name")
        if test.name in first:
            message = f"a test of this name is already on line {first[test.name]}; rename one"
            yield Finding(path, message)
        first.setdefault(test.name, line_of(path, lines))


def bound(table: LoadedTable, config: Config) -> tuple[Rehearsal, ...]:
    """The tests with the services and policies that they name.

    Raises ConfigError where the configuration does not have them.
    """
    findings = [
        Finding(("tests", index, *path), message)
        for index, test in enumerate(table.tests)
        for path, message in _unknown(test, config)
    ]
    if findings:
        raise ConfigError(to_problems(findings, table.lines, str(table.path)))
    return tuple(
        _rehearsal(test, config, str(table.path), line_of(("tests", index), table.lines))
        for index, test in enumerate(table.tests)
    )


def _unknown(test: Row, config: Config) -> Iterator[tuple[KeyPath, str]]:
    services, policies = [service.name for service in config.services], list(config.policies)
    if test.policy is not None and test.policy not in policies:
        near = suggestion(test.policy, policies, "policies")
        yield ("policy",), f"there is no policy {shown(test.policy)} in {config.path}; {near}"
    if test.service is not None and test.service not in services:
        near = suggestion(test.service, services, "services")
        yield ("service",), f"there is no service {shown(test.service)} in {config.path}; {near}"
    if test.service is None and test.policy is None and len(services) > 1:
        near = suggestion("", services, "services")
        yield (), f"missing key 'service' (or 'policy'): there are several; {near}"
    for name in test.upstream or {}:
        if name not in services:
            near = suggestion(name, services, "services")
            yield (
                ("upstream", name),
                f"there is no service {shown(name)} in {config.path}; {near}",
            )


def _rehearsal(test: Row, config: Config, file: str, line: int) -> Rehearsal:
    if test.policy is not None:
        service = Service("", ((_ANY_SLO, ""),), config.policies[test.policy])
    else:
        named = {service.name: service for service in config.services}
        service = named[test.service or config.services[0].name]
    return Rehearsal(
        name=test.name,
        file=file,
        line=line,
        named=service.name,
        service=service,
        given=_given(test, config.risk.default),
        expected=test.expect,
        because=test.because or "",
    )


def _given(test: Row, usual: Risk) -> Given:
    checks = (test.checks or {}).items()
    return Given(
        risk=Risk[test.risk.upper()] if test.risk else usual,
        status=_status(test.status or Status.HEALTHY.word),
        consumed=test.consumed,
        breached=test.breached,
        now=test.time,
        cost=test.cost,
        change_type=test.change_type,
        origin=test.origin,
        override=Request(test.override, test.actor or "") if test.override else None,
        deploy_freeze=test.deploy_freeze,
        checks={name: _HOLDS.get(word) for name, word in checks},
        upstreams={name: _status(word) for name, word in (test.upstream or {}).items()},
        fail_on=None if test.fail_on == "never" else Decision[test.fail_on.upper()],
    )


def _status(word: str) -> Status | Missing:
    known = {status.word: status for status in Status}
    return known[word] if word in known else Missing(word)
