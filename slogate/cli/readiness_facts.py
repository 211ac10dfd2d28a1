"""One fact of readiness each: a question to a source or the disk, and the answer as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os.path import normpath
from pathlib import Path

from slogate.core import words
from slogate.core.governance import Readiness
from slogate.core.model import Sli
from slogate.core.situation import ALERT_RULES, ALERTS, METRICS, ROLLBACK_PLAN, Fact
from slogate.core.window import format_duration
from slogate.deadline import Deadline
from slogate.files import NO_FILE, NoRegularFileError, open_file
from slogate.sources.interface import (
    Alert,
    AlertRule,
    AlertSource,
    FreshSource,
    RuleSource,
    Unclear,
)

MOST_ALERTS = 5
NO_RULES = (
    ", and the source has none at all (name the one that evaluates them; for VictoriaMetrics that is "
    "vmalert)"
)
HEAD = 4096
"""Bytes of a plan that are looked at."""


def _holds(name: str, detail: str) -> Fact:
    return Fact(name, holds=True, detail=detail)


def _fails(name: str, detail: str, remedy: str) -> Fact:
    return Fact(name, holds=False, detail=detail, remedy=remedy)


def metrics(source: FreshSource, sli: Sli, wanted: Readiness, now: int, deadline: Deadline) -> Fact:
    """Is the newest sample of an SLO young enough?"""
    scrapes = wanted.scrapes or 1
    age = source.freshness(sli, scrapes, wanted.interval, now, deadline)
    if isinstance(age, Unclear):
        return Fact(METRICS, None, f"nobody can tell how fresh its metrics are: {age.reason}")
    bound, remedy = format_duration(age.bound), "its metrics must be scraped again"
    if age.interval is None:
        return _fails(METRICS, f"no sample in the last {bound}", remedy)
    of = f"{bound}, which is {scrapes} scrapes of {format_duration(age.interval)}"
    if age.fresh:
        return _holds(METRICS, f"the newest sample is younger than {of}")
    return _fails(METRICS, f"no sample in the last {of}", remedy)


def alert_rules(source: RuleSource, names: Sequence[str], deadline: Deadline) -> Fact:
    """Are there all alert rules that should be?"""
    rules = source.alert_rules(names, deadline)
    if isinstance(rules, Unclear):
        return Fact(ALERT_RULES, None, rules.reason)
    wrong = [text for name in names for text in _wrong_rule(name, rules)]
    if wrong:
        return _fails(ALERT_RULES, "; ".join(wrong), "its alert rules must exist and work")
    return _holds(ALERT_RULES, f"{words.listing(list(names))} {_are(names)} evaluated")


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _wrong_rule(name: str, rules: Sequence[AlertRule]) -> Iterator[str]:
    """Why there is no such rule, or why it is of no use."""
    problems = [rule.problem for rule in rules if rule.name == name]
    if problems:
        yield from (f"{name} {text}" for text in dict.fromkeys(problems) if text)
        return
    near = words.nearest(name, [rule.name for rule in rules])
    hint = f" (did you mean {near}?)" if near else ""
    yield f"there is no alert rule {name}{hint if rules else NO_RULES}"


def rollback(wanted: Readiness, folder: Path) -> Fact:
    """Is it said how to go back? The file is relative to the configuration's folder."""
    if wanted.rollback_command:
        return _holds(ROLLBACK_PLAN, f"declared, and not run by slogate: {wanted.rollback_command}")
    problem = _wrong_plan(wanted.rollback_file, folder)
    if problem:
        remedy = f"{wanted.rollback_file} must say how to go back"
        return _fails(ROLLBACK_PLAN, problem, remedy)
    return _holds(ROLLBACK_PLAN, f"the way back is described in {wanted.rollback_file}")


def _wrong_plan(name: str, folder: Path) -> str:
    """Why a file is no plan, or nothing."""
    try:
        with open_file(folder / name) as file:
            is_empty = not file.read(HEAD).strip()
        if _leads_out(folder.absolute(), name):
            return f"{name} is a link that leads out of the repository"
    except FileNotFoundError:
        return f"there is no {name}"
    except (IsADirectoryError, NoRegularFileError):
        return f"{name} {NO_FILE}"
    except (OSError, RuntimeError, ValueError) as error:
        return f"{name} cannot be read: {getattr(error, 'strerror', None) or error}"
    return f"{name} is empty" if is_empty else ""


def _leads_out(folder: Path, name: str) -> bool:
    """Does a link in the repository (without one: in the folder) lead to a place outside of it?"""
    above = (folder, *folder.parents)
    tree = next((place for place in above if (place / ".git").exists()), folder)
    path = folder / name
    # NOTE: a path that names a place outside by itself is the word of the configuration, no trick.
    is_inside = Path(normpath(path)).is_relative_to(tree)
    return is_inside and not path.resolve().is_relative_to(tree.resolve())


def alerts(source: AlertSource, match: Mapping[str, Sequence[str]], deadline: Deadline) -> Fact:
    """Does none of the alerts fire that would stop a release?"""
    found = source.firing(match, deadline)
    whose = ", ".join(f"{label} {words.listing(list(v), 'or')}" for label, v in match.items())
    if not found:
        return _holds(ALERTS, f"no alert fires with {whose}")
    names = list(dict.fromkeys(alert.name for alert in found))[:MOST_ALERTS]
    remedy = f"{words.listing(names)} must have stopped firing, or be silenced"
    return _fails(ALERTS, f"firing with {whose}: {_listed(found)}", remedy)


def _listed(alerts: Sequence[Alert]) -> str:
    """Each name once, with the time since which the first of them fires."""
    first: dict[str, str] = {}
    for alert in sorted(alerts, key=lambda alert: alert.since or 0):
        since = f" since {words.moment(alert.since)}" if alert.since else ""
        first.setdefault(alert.name, f"{alert.name}{since}")
    more = f" and {len(first) - MOST_ALERTS:,} more" if len(first) > MOST_ALERTS else ""
    return ", ".join(list(first.values())[:MOST_ALERTS]) + more
