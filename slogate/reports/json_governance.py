"""Freezes, exceptions, overrides and the like in the policy of a verdict, for machines.

They have the words of the configuration, but times are UTC and durations seconds.
"""

from __future__ import annotations

from slogate.core import words
from slogate.core.calendars import MINUTES_OF_DAY, Once, Outside, Recurring, Schedule, Weekly
from slogate.core.governance import Exemption, Freeze, Governance, Maintenance, OverrideRule
from slogate.core.situation import Situation
from slogate.reports.json_text import Object, number

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def governance_object(governance: Governance) -> Object:
    """The keys that it adds to a policy; null is what is switched off."""
    return {
        "freezes": [_freeze(freeze) for freeze in governance.freezes],
        "freeze_on_breach": _breach(governance),
        "exceptions": [_exemption(exemption) for exemption in governance.exceptions],
        "change_type": {
            "from": list(governance.trusted),
            "labels": dict(governance.labels),
            "trailer": governance.trailer,
        },
        "override": _override(governance.override) if governance.override else None,
        "maintenance": {
            "notice": governance.notice,
            "windows": [_maintenance(window) for window in governance.maintenance],
        },
        "reserve": {name: number(share) for name, share in governance.reserve.items()},
        "cost": number(governance.cost),
    }


def asked_object(situation: Situation) -> Object:
    """What the run was asked for; the labels are with the change, null is what nobody asked for."""
    request = situation.override
    return {
        "advise": situation.advise,
        "change_type": situation.stated,
        "trailers": [{"key": key, "value": value} for key, value in situation.trailers],
        "cost": number(situation.cost),
        "override": {"reason": request.reason, "by": request.actor} if request else None,
        "deploy_freeze": situation.deploy_freeze is not None,
    }


def _freeze(freeze: Freeze) -> Object:
    """Without services it is for all of them, and without a schedule its end is not known."""
    return {
        "name": freeze.name,
        "decision": freeze.decision.word,
        "services": list(freeze.services),
        "reason": freeze.reason,
        "schedule": _schedule(freeze.schedule) if freeze.schedule is not None else None,
    }


def _schedule(schedule: Schedule) -> Object:
    if isinstance(schedule, Once):
        return {"from": words.rfc3339(schedule.start), "to": words.rfc3339(schedule.end)}
    if isinstance(schedule, Weekly):
        return _weekly(schedule)
    if isinstance(schedule, Outside):
        return {"allow": [_weekly(window) for window in schedule.windows]}
    if isinstance(schedule, Recurring):
        return {
            "rrule": str(schedule.rule),
            "duration": schedule.length,
            "timezone": str(schedule.zone),
        }
    return {"unknown": type(schedule).__name__}


def _weekly(window: Weekly) -> Object:
    # NOTE: what ends on the next day counts on from midnight.
    end = window.end - MINUTES_OF_DAY if window.end > MINUTES_OF_DAY else window.end
    return {
        "days": [_DAYS[day] for day in sorted(window.days)],
        "hours": f"{_clock(window.start)}-{_clock(end)}",
        "timezone": str(window.zone),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _breach(governance: Governance) -> Object | None:
    if governance.recover_at is None:
        return None
    return {
        "recover_at": number(governance.recover_at),
        "decision": governance.on_breach.word,
    }


def _exemption(exemption: Exemption) -> Object:
    return {
        "type": exemption.change_type,
        "decision": exemption.decision.word,
        "without_evidence": exemption.without_evidence,
    }


def _override(rule: OverrideRule) -> Object:
    return {
        "actors": list(rule.actors),
        "reason": rule.reason,
        "decisions": list(rule.decisions),
    }


def _maintenance(window: Maintenance) -> Object:
    return {
        "name": window.name,
        "from": words.rfc3339(window.start),
        "to": words.rfc3339(window.end),
        "announced": words.rfc3339(window.announced),
        "services": list(window.services),
    }
