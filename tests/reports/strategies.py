"""Reports with hostile names and any numbers."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from slogate.core.model import Decision, Missing, Risk, Status
from slogate.core.verdict import (
    Budget,
    BurnRate,
    Check,
    Clearance,
    Excepted,
    Origin,
    Outcome,
    Override,
    ServiceVerdict,
    SloReport,
    Verdict,
)
from tests.reports import builders, governed

HOSTILE = (
    "a|b",
    "| --- |",
    "```mermaid",
    "</details><img src=x>",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "::error::x",
    "##[add-mask]x",
    "##vso[task.setvariable]x",
    "[a](http://x.example)",
    "\u202eevil",
    "a\nb\r\n# c",
    "@ann and #12",
    "-->",
    "x" * 300,
    "y :: z " * 20,
    "z" * 70 + "::set-output name=a::b",
    "\ud800",
    "",
)
NAMES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=100))
NUMBERS = st.floats(-1e9, 1e9) | st.sampled_from([float("nan"), float("inf"), float("-inf"), -0.0])
SHARES = st.none() | NUMBERS
STATUSES = st.sampled_from(Status) | st.sampled_from(Missing)
ORIGINALS = st.sampled_from(["review", "defer", "block", "no_data", "unmeasured"])
OVERRIDES = st.none() | st.builds(Override, NAMES, NAMES, ORIGINALS)
EXCEPTIONS = st.none() | st.builds(Excepted, NAMES, NAMES, ORIGINALS)
ORIGINS = st.none() | st.builds(Origin, NAMES, NAMES | st.just("abc1234def" * 4))
CHECKS = st.builds(
    Check,
    st.sampled_from(["freeze", "freeze on breach", "exception", "override", "rollback", "alerts"]),
    st.sampled_from(Outcome),
    NAMES,
)
LATER = st.none() | st.integers(builders.AT - 10**8, builders.AT + 10**9)


def _burns() -> st.SearchStrategy[tuple[BurnRate, ...]]:
    rules = st.sampled_from(builders.POLICY.burn)
    return st.lists(st.builds(BurnRate, rules, SHARES, SHARES, st.booleans()), max_size=4).map(
        tuple
    )


def slos() -> st.SearchStrategy[SloReport]:
    """An SLO of any status with any numbers."""
    budgets = st.none() | st.builds(Budget, NUMBERS, SHARES, SHARES, SHARES, LATER, SHARES)
    points = st.lists(NUMBERS, max_size=5).map(
        lambda shares: tuple((builders.AT + 60 * at, share) for at, share in enumerate(shares))
    )
    return st.builds(
        lambda name, objective, window, status, sli, budget, burn, points, detail: replace(
            builders.slo(name),
            objective=objective,
            window=window,
            status=status,
            sli=sli,
            budget=budget,
            burn=burn,
            burn_down=points,
            checks=tuple(
                replace(check, detail=detail, slo=name) for check in builders.reviewed().checks
            ),
        ),
        NAMES,
        st.floats(0.001, 99.9999999),
        NAMES,
        STATUSES,
        SHARES,
        budgets,
        _burns(),
        points,
        NAMES,
    )


def services() -> st.SearchStrategy[ServiceVerdict]:
    """A service with any decision, overridden, excepted or merely advised."""
    sentences = st.lists(NAMES, max_size=3).map(tuple)
    judged = st.builds(
        lambda name, status, decision, code, level, reports, said, people, clears: replace(
            builders.deferred(name),
            status=status,
            decision=decision,
            exit_code=code,
            risk=replace(builders.deferred().risk, level=level),
            policy=name,
            slos=reports,
            rationale=said,
            conditions=said,
            alternatives=said,
            approvers=people,
            clearance=clears,
        ),
        NAMES,
        STATUSES,
        st.sampled_from(Decision),
        st.sampled_from([0, 10, 20, 30, 40, 50]),
        st.sampled_from(Risk),
        st.lists(slos(), min_size=1, max_size=3).map(tuple),
        sentences,
        sentences,
        st.builds(Clearance, LATER, LATER),
    )
    return st.builds(
        lambda item, checks, advise, override, exception: replace(
            item, own_checks=checks, advise=advise, override=override, exception=exception
        ),
        judged,
        st.lists(CHECKS, max_size=3).map(tuple),
        st.booleans(),
        OVERRIDES,
        EXCEPTIONS,
    )


def verdicts() -> st.SearchStrategy[Verdict]:
    """A run over one to three services, with all their policies or without any."""
    return st.builds(
        _verdict,
        st.lists(services(), min_size=1, max_size=3),
        st.booleans(),
        st.booleans(),
        ORIGINS,
    )


def _verdict(
    items: list[ServiceVerdict],
    advise: bool,  # noqa: FBT001
    known: bool,  # noqa: FBT001
    origin: Origin | None,
) -> Verdict:
    verdict = builders.verdict(*items, advise=advise)
    policies = tuple(
        replace(builders.POLICY, name=name, governance=governed.governance(name, name))
        for name in dict.fromkeys(item.policy for item in items)
    )
    return replace(verdict, policies=policies if known else (), configuration=origin)
