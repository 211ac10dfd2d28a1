"""The canaries of the services that the gate judges."""

from __future__ import annotations

from collections.abc import Sequence

import click

from slogate.cli.canary_compare import CanaryOptions, reported
from slogate.cli.canary_versions import compared_versions, planned
from slogate.config.settings import Config
from slogate.core.canary_gate import CanaryProblem
from slogate.core.canary_report import CanaryReport
from slogate.core.model import Decision, Service
from slogate.deadline import Deadline
from slogate.errors import MeasurementError, NoDataError


def judged_canaries(
    config: Config,
    services: Sequence[Service],
    versions: tuple[str | None, str | None],
    now: int,
    deadline: Deadline,
    *,
    fail_on: Decision | None,
    quiet: bool,
) -> dict[str, CanaryReport | CanaryProblem]:
    """What came of the canary of each service that has a `canary`; raises click.UsageError."""
    asked = [service for service in services if service.canary is not None]
    if not asked:
        raise click.UsageError("--canary: none of the services has a `canary` in the configuration")
    baseline, canary = versions
    if not baseline or not canary:
        raise click.UsageError("--canary needs --baseline-version and --canary-version")
    found: dict[str, CanaryReport | CanaryProblem] = {}
    for service in asked:
        options = CanaryOptions(baseline=baseline, canary=canary, at=now)
        try:
            compared = compared_versions(
                config, service, planned(service, options), options, deadline, quiet=quiet
            )
            found[service.name] = reported(compared, fail_on)
        except (NoDataError, MeasurementError) as error:
            found[service.name] = CanaryProblem(str(error), error.exit_code)
    return found
