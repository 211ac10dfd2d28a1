"""All rules in one pass: the schema, then what sections say of each other, then the policies."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from slogate.config.build import build
from slogate.config.environment import Substitution
from slogate.config.explain import MAX_ERRORS, readable, validate
from slogate.config.policies import check_policies, resolve
from slogate.config.policy_schema import NAMED_POLICY, POLICY, NamedPolicy, Policy
from slogate.config.problems import Finding
from slogate.config.references import check_references
from slogate.config.schema import SlogateFile
from slogate.config.settings import Config
from slogate.config.source_references import section


def check(values: Substitution, path: Path) -> tuple[Config | None, list[Finding]]:
    """The configuration, or None and everything that is wrong with it.

    What hangs on a variable that is not set is not reported: the variable itself was.
    """
    unset = {item.path for item in (*values.unset, *values.broken)}
    file, findings = validate(values.data)
    references = islice(check_references(values.data), MAX_ERRORS)
    findings += [item for item in references if item.path not in unset]
    top, named = _policies(file, values.data)
    policies = resolve(top, named)
    if not any(path[0] in ("policy", "policies") for path in unset):
        findings += check_policies(top, named, policies)
    if file is None or findings:
        return None, findings
    return build(file, policies, path), []


def _policies(
    file: SlogateFile | None, data: Mapping[str, Any]
) -> tuple[Policy | None, dict[str, NamedPolicy]]:
    """The policies; in a file that is wrong elsewhere, those that can be read, if all can."""
    if file is not None:
        return file.policy, file.policies or {}
    top = readable(POLICY, data.get("policy") or {})
    named = {name: readable(NAMED_POLICY, raw) for name, raw in section(data, "policies").items()}
    right = {name: policy for name, policy in named.items() if policy is not None}
    return (top, right) if top and len(right) == len(named) else (None, {})
