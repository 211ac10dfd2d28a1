"""What the queries of a configuration have yielded, as findings about it."""

from __future__ import annotations

from dataclasses import replace

from slogate.core import words
from slogate.core.verdict import BudgetReport, SloReport
from slogate.errors import Problem
from slogate.reports import labels
from slogate.reports.lint import Findings


def measured(found: Findings, report: BudgetReport) -> Findings:
    """The findings with what the queries of every SLO have yielded."""
    slos = [(service, slo) for service in report.services for slo in service.slos]
    failed = [pair for pair in slos if labels.lacks_evidence(pair[1])]
    return replace(
        found,
        errors=tuple(_problem(service.service, slo, slo.detail) for service, slo in failed),
        warnings=(
            *found.warnings,
            *(
                _problem(service.service, slo, f"{check.name}: {check.detail}")
                for service, slo in slos
                if (service, slo) not in failed
                for check in labels.findings(slo.checks)
            ),
        ),
        said="" if failed else f"{found.said}; all of them can be measured",
        slos=tuple(
            f"{service.service} {slo.name}: {_yield(slo)}"
            for service, slo in slos
            if (service, slo) not in failed
        ),
        code=report.exit_code,
    )


def _problem(service: str, slo: SloReport, said: str) -> Problem:
    return Problem("", f"services.{service}: SLO {slo.name}", said)


def _yield(slo: SloReport) -> str:
    if slo.sli is None:
        return labels.status_word(slo.status)
    events = f", {words.count(slo.events.total)} events" if slo.events is not None else ""
    missed = ": the objective is missed" if 100 * slo.sli < slo.objective else ""
    return f"{words.sli(slo.sli, slo.objective)} good over {slo.window}{events}{missed}"
