"""What later steps of a pipeline read of a verdict: one line per name, harmless where it is pasted.

A pipeline sees them as `steps.gate.outputs.NAME` (GitHub) or as variables (GitLab).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from slogate.core import words
from slogate.core.failing import clears_at, obeyed
from slogate.core.model import Decision
from slogate.core.verdict import ServiceVerdict, Verdict
from slogate.reports import labels
from slogate.reports.escape import for_output

NAMES = (
    "decision",
    "exit-code",
    "status",
    "risk",
    "budget-remaining",
    "clears-at",
    "retry-after",
    "mode",
    "override",
    "reason",
)
REPORTS = ("report-json", "report-markdown")
"""Names of the paths that whoever writes the reports adds."""
_REASON_LENGTH = 300
_DOTENV_BYTES = 5 * 1024


def outputs(verdict: Verdict) -> dict[str, str]:
    """The values of all `NAMES`, in their order; what is not known is empty."""
    clears = clears_at(verdict)
    slos = [slo for service in verdict.services for slo in service.slos]
    overridden = any(service.override is not None for service in verdict.services)
    return {
        # NOTE: where nothing was judged, no word of the verdict may read like leave to go on.
        "decision": (Decision.BLOCK if verdict.stopped else verdict.decision).word,
        "exit-code": str(verdict.exit_code),
        "status": max((item.status for item in verdict.services), key=labels.severity).word,
        "risk": max(item.risk.level for item in verdict.services).word,
        "budget-remaining": _decimal(labels.least_left(slos)),
        "clears-at": words.rfc3339(clears) if clears is not None else "",
        "retry-after": str(max(0, clears - verdict.evaluated_at)) if clears is not None else "",
        "mode": "advise" if verdict.advise else "enforce",
        "override": "true" if overridden else "false",
        "reason": _one_line(_reason(verdict)),
    }


def failed(code: int, message: str) -> dict[str, str]:
    """The same names where there is no verdict: the run ended with this exit code and message."""
    known = {
        "decision": Decision.BLOCK.word,
        "exit-code": str(code),
        "mode": "enforce",
        "override": "false",
        "reason": _one_line(message),
    }
    return {name: known.get(name, "") for name in NAMES}


def dotenv(values: Mapping[str, str]) -> str:
    """`SLOGATE_EXIT_CODE=20`, a line for each value.

    GitLab refuses more than 5 KB: what does not fit is left out. All `NAMES` fit together.
    """
    lines: list[str] = []
    room = _DOTENV_BYTES
    for name, value in values.items():
        line = f"SLOGATE_{name.upper().replace('-', '_')}={value}\n"
        size = len(line.encode(errors="replace"))
        # NOTE: a path may hold anything; GitLab expands what begins with a dollar.
        if size <= room and value.isprintable() and "$" not in value:
            lines.append(line)
            room -= size
    return "".join(lines)


def _decimal(share: float) -> str:
    """At most four digits, without an exponent, a trailing zero or a negative one."""
    if not math.isfinite(share):
        return ""
    return f"{round(share, 4) + 0.0:.4f}".rstrip("0").rstrip(".")


def _reason(verdict: Verdict) -> str:
    worst = labels.worst_first(obeyed(verdict.services))[0]
    sentence = reason(worst)
    return sentence if len(verdict.services) == 1 else f"{worst.service}: {sentence}"


def reason(service: ServiceVerdict) -> str:
    """Which rule decided, and the first number behind it."""
    return " - ".join(service.rationale[:2]) or labels.facts(service)


def _one_line(text: str) -> str:
    return words.cut(for_output(text), _REASON_LENGTH)
