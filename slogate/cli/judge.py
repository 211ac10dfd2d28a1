"""Asks everything that a verdict needs, once or again and again, and hands it to the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slogate import gate
from slogate.cli.change_type import trailers
from slogate.cli.compose import Loaded, depended_on, opened, select, warnings
from slogate.cli.output import warn
from slogate.cli.risks import Question, release_risks
from slogate.core.model import Service
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Fact, Situation
from slogate.core.verdict import Verdict
from slogate.deadline import Deadline

if TYPE_CHECKING:
    # NOTE: few releases have a canary, and its statistics take their time to load.
    from slogate.core.canary_gate import CanaryProblem
    from slogate.core.canary_report import CanaryReport


@dataclass(frozen=True)
class CheckOptions:
    """What the command line asks for; `versions` are those of a canary, `wait` is seconds."""

    services: tuple[str, ...]
    question: Question
    situation: Situation
    versions: tuple[str | None, str | None] | None
    timeout: int
    wait: int | None
    explain: bool
    quiet: bool


def judge(loaded: Loaded, asked: CheckOptions) -> Verdict:
    """The verdict, after a wait the last one; raises SlogateError."""
    settings = loaded.config
    warn(warnings(settings), quiet=asked.quiet)
    chosen = select(settings, asked.services, loaded.shown)
    deadline = Deadline(asked.timeout)
    risks = release_risks(
        {service.name: service.paths for service in chosen},
        asked.question,
        settings.risk,
        settings.register,
        deadline,
    )
    question = asked.question
    told = trailers(chosen, risks, question.change, question.head, deadline)
    situation = replace(asked.situation, trailers=tuple(told))
    run = _Run(loaded, chosen, risks, replace(asked, situation=situation))
    if asked.wait is None:
        return run.verdict(situation.now, deadline)
    # NOTE: imported here, because most runs do not wait.
    from slogate.cli.progress import Progress, WallClock
    from slogate.cli.wait import until_it_passes

    progress = Progress(quiet=asked.quiet)
    try:
        return until_it_passes(
            lambda now: run.verdict(now, Deadline(asked.timeout)), asked.wait, WallClock(), progress
        )
    finally:
        progress.end()


@dataclass(frozen=True)
class _Run:
    """What stays the same from one check to the next: the change and its risk."""

    loaded: Loaded
    chosen: Sequence[Service]
    risks: Mapping[str, ReleaseRisk]
    asked: CheckOptions

    def verdict(self, now: int, deadline: Deadline) -> Verdict:
        """The verdict as of a Unix time."""
        upstreams = depended_on(self.loaded.config, self.chosen)
        # NOTE: opened anew each time: a source remembers that it was down, and what a file held.
        with opened(self.loaded.config, [*self.chosen, *upstreams]) as sources:
            return gate.check(
                self.chosen,
                sources,
                self.risks,
                replace(self.asked.situation, now=now),
                deadline,
                upstreams=upstreams,
                facts=self._facts(now, deadline),
                canaries=self._canaries(now, deadline),
                explain=self.asked.explain,
                change=self.asked.question.change,
                configuration=self.loaded.origin,
            )

    def _facts(self, now: int, deadline: Deadline) -> dict[str, list[Fact]]:
        if not any(service.readiness for service in self.chosen):
            return {}
        # NOTE: here and below imported where they are needed, because few services ask for it.
        from slogate.cli.readiness import found

        # NOTE: a part of the time that is left, or the budgets could not be measured after it.
        part = Deadline(max(deadline.remaining(), 0) / 3)
        return found(self.loaded.config, self.chosen, now, part)

    def _canaries(self, now: int, deadline: Deadline) -> dict[str, CanaryReport | CanaryProblem]:
        if self.asked.versions is None:
            return {}
        from slogate.cli.gate_canaries import judged_canaries

        return judged_canaries(
            self.loaded.config,
            self.chosen,
            self.asked.versions,
            now,
            deadline,
            fail_on=self.asked.situation.fail_on,
            quiet=self.asked.quiet,
        )
