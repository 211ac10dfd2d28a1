"""The risk of a release for machines, in the verdict and by itself (`slogate/risk/1`)."""

from __future__ import annotations

from slogate.core.bands import Limit
from slogate.core.release import Carrier, Factor, ReleaseRisk, Required
from slogate.reports.json_text import Object, number


def risk_object(risk: ReleaseRisk) -> Object:
    """The risk of a release, in the verdict and by itself."""
    known, range_ = risk.likelihood, risk.revisions
    return {
        "level": risk.level.word,
        "known": risk.known,
        "score": number(known.score) if known else None,
        "probability": known.probability if known else None,
        "expected": known.expected if known else None,
        "calibrated": known.calibrated if known else False,
        "source": risk.source,
        "sources": [
            {
                "name": item.source,
                "level": None if item.level is None else item.level.word,
                "detail": item.detail,
            }
            for item in risk.opinions
        ],
        "change_type": risk.change_type,
        "base": range_.base if range_ else None,
        "head": range_.head if range_ else None,
        "range": range_.found if range_ else None,
        "commits": known.commits if known else None,
        "limits": [_limit(item) for item in known.limits] if known and known.limits else [],
        "factors": [_factor(item) for item in known.factors] if known else [],
        "carriers": [_carrier(item) for item in known.carriers] if known else [],
        "lowering": list(known.lowering) if known else [],
        "safeguards": [_safeguard(item) for item in risk.safeguards],
        "notes": list(risk.notes),
    }


def _limit(limit: Limit) -> Object:
    return {"scale": limit.scale, "value": limit.value, "origin": limit.words}


def _factor(item: Factor) -> Object:
    return {
        "name": item.name,
        "value": item.value,
        "points": item.points,
        "detail": item.detail,
    }


def _carrier(item: Carrier) -> Object:
    return {
        "sha": item.sha,
        "subject": item.subject,
        "score": item.score,
        "share": item.share,
    }


def _safeguard(item: Required) -> Object:
    return {
        "name": item.name,
        "require": item.require,
        "files": item.files,
        "example": item.example,
        "floor": item.floor.word if item.floor is not None else None,
    }
