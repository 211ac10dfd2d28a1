"""From the section `risk` to the policy of release risk, and to the team's register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slogate.config import risk_schema as schema
from slogate.config.settings import RegisterSettings
from slogate.config.source_schema import Auth, Tls
from slogate.core.model import Risk
from slogate.core.risk import Scorecard
from slogate.core.risk_policy import SAFEGUARDS, RiskPolicy, Safeguard, merged

_SAME = (
    *("combine", "failure_rate", "intercept", "commit_failure_rate", "releases", "look_back"),
    *("least_releases", "history", "least_history", "fix_pattern"),
)


def risk_policy(written: schema.RiskSettings | None) -> RiskPolicy:
    """The policy; what is not written has its default."""
    if written is None:
        return RiskPolicy()
    given: dict[str, Any] = {key: getattr(written, key) for key in _SAME}
    given |= {key: _tuple(getattr(written, key)) for key in ("tags", "hotfix_tags", "exclude")}
    bands, fixed = written.bands or schema.Bands(), written.fixed or schema.Fixed()
    given |= {"medium": bands.medium, "high": bands.high}
    given |= {"fixed_medium": fixed.medium, "fixed_high": fixed.high}
    given["default"] = Risk[written.default.upper()] if written.default else None
    return RiskPolicy(
        **{key: value for key, value in given.items() if value is not None},
        card=_card(written.score or schema.Score()),
        safeguards=_safeguards(written.safeguards or {}),
    )


def register(written: schema.RiskSettings | None, directory: Path) -> RegisterSettings | None:
    """The team's risk register, if there is one."""
    if written is None or written.type is None:
        return None
    auth, tls = written.auth or Auth(), written.tls or Tls()
    return RegisterSettings(
        name="risk",
        url=written.url or "",
        file=directory / written.file if written.file else None,
        keys=tuple((written.path or "").split(".")),
        headers=written.headers or {},
        bearer=auth.bearer,
        username=auth.basic.username if auth.basic else None,
        password=auth.basic.password if auth.basic else None,
        ca=directory / tls.ca if tls.ca else None,
        cert=directory / tls.cert if tls.cert else None,
        key=directory / tls.key if tls.key else None,
        timeout=written.timeout,
    )


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _card(score: schema.Score) -> Scorecard:
    return Scorecard(
        added=score.added,
        fixes=score.fixes,
        spread=score.spread,
        is_fix=score.fix,
        documents=score.documents,
        slope=score.slope,
    )


def _safeguards(written: dict[str, schema.Safeguard]) -> tuple[Safeguard, ...]:
    changed = {
        name: merged(
            name,
            _tuple(rule.paths),
            rule.require,
            Risk[rule.floor.upper()] if rule.floor else None,
        )
        for name, rule in written.items()
    }
    defaults = {rule.name: rule for rule in SAFEGUARDS}
    return tuple(rule for rule in (defaults | changed).values() if rule.paths)
