"""One arm of a canary: its questions and answers, and why there is no answer."""

from __future__ import annotations

from functools import cached_property
from math import inf, nan
from typing import NamedTuple

from slogate.core.arms import LARGEST, LEAST
from slogate.core.canary_plan import INTERVAL, SERVICE, VERSION, CanaryPlan
from slogate.core.window import format_duration
from slogate.errors import NoDataError
from slogate.sources import absence
from slogate.sources.answers import shorten
from slogate.sources.prometheus_api import Client, elsewhen, only
from slogate.sources.promql import Selector, filled, selectors

MAX_SHOWN = 10


class Answer(NamedTuple):
    """A value for each instant, NaN where there is none; None where no series exists."""

    values: list[float] | None


class Arm:
    """One version and what is known of it so far; `answers` fill on the way, by query."""

    def __init__(
        self,
        name: str,
        version: str,
        service: str,
        plan: CanaryPlan,
        client: Client,
        instants: range,
    ) -> None:
        self.name = name
        self.version = version
        self.plan = plan
        self.client = client
        self.instants = instants
        self.answers: dict[str, Answer] = {}
        self._service = service
        self._texts = {VERSION: version, SERVICE: service}

    @cached_property
    def title(self) -> str:
        """The arm as the subject of a sentence."""
        return f"the {self.name} (version {shown(self.version)})"

    @cached_property
    def roles(self) -> dict[str, str]:
        """Every query of the plan, as it was written, with what it is for; each once."""
        plan, found = self.plan, {self.plan.traffic: "traffic"}
        for metric in plan.metrics:
            for role in ("query", "total", "bad"):
                found.setdefault(
                    getattr(metric, role),
                    metric.policy.name if role == "query" else f"{metric.policy.name}.{role}",
                )
        return {query: role for query, role in found.items() if query}

    def query(self, template: str) -> str:
        """The query of this arm."""
        return filled(self._of_any(template), self._texts)

    def _of_any(self, template: str) -> str:
        return template.replace(INTERVAL, f"{self.plan.interval}s")

    def ask(self, template: str) -> Answer:
        """The answer to a query of the plan."""
        query, instants = self.query(template), self.instants
        series = self.client.steps(query, instants[0], instants[-1], instants.step)
        one = only(series, f"{self.roles[template]} of the {self.name}", query)
        if one is None:
            return Answer(None)
        values = [nan] * len(instants)
        for at, value in one.points:
            # NOTE: only whole numbers are found in a range without looking at all of it.
            if at != int(at) or int(at) not in instants:
                raise elsewhen(query)
            if LARGEST < abs(value) < inf:
                raise NoDataError(
                    f"the value {value:.3g} is beyond all that is measured: query {shorten(query, 300)}"
                )
            values[instants.index(int(at))] = 0.0 if abs(value) < LEAST else value
        return Answer(values)

    def values(self, template: str) -> list[float]:
        """The answer to a query that must have one."""
        answer = self.answers[template].values
        if answer is None:
            raise NoDataError(self.absent(template))
        return answer

    def absent(self, template: str) -> str:
        """One sentence on why a query has no series."""
        role, query = self.roles[template], self.query(template)
        reason = self._other_versions(template) or absence.why_absent(
            self.client, query, self.instants[-1]
        )
        reason = reason or (
            "the series exist, but hold no values; was there no traffic, or is `interval` "
            f"({format_duration(self.plan.interval)}) less than twice the scrape interval?"
        )
        return f"`{role}` of {self.title} has no series: {reason}: query {shorten(query, 300)}"

    def _other_versions(self, template: str) -> str:
        """Which versions there are, where this one is not among them; empty if that is unknown."""
        query = filled(self._of_any(template), {SERVICE: self._service})
        for selector in selectors(query):
            told = [one for one in selector.matchers if VERSION in one.value]
            if not told:
                continue
            label = told[0].label
            others = Selector(
                selector.metric, tuple(one for one in selector.matchers if one not in told)
            )
            known = self._label_values(label, str(others))
            if known and self.version not in known:
                return f"{selector.metric} has the {label} {_listed(self.version, known)}"
        return ""

    def _label_values(self, label: str, selector: str) -> list[str]:
        first, last = self.instants[0] - self.instants.step, self.instants[-1]
        form = {"match[]": selector, "start": str(first), "end": str(last), "limit": "1000"}
        found = self.client.get(f"/api/v1/label/{label}/values", form)
        texts = found if isinstance(found, list) else []
        return [text for text in texts if isinstance(text, str) and text]


def shown(version: str) -> str:
    """A version for a message: it may hold anything."""
    return repr(shorten(version, 60))


def _listed(version: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(version, known, n=MAX_SHOWN, cutoff=0.0)
    more = f" and {len(known) - len(near)} more" if len(known) > len(near) else ""
    return f"{', '.join(map(shown, near))}{more}, but not {shown(version)}"
