"""The terminal report: whole screens, eighty columns, nothing that steers a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from slogate.core.verdict import BudgetReport, Verdict
from slogate.reports import Options, render
from slogate.reports.layout import bar, shorten
from tests.reports import builders as build
from tests.reports import golden, governed
from tests.reports.strategies import verdicts

SCREENS: dict[str, tuple[Verdict | BudgetReport, Options]] = {
    "approve": (build.verdict(build.approved()), Options()),
    "approve-verbose": (build.verdict(build.approved()), Options(verbose=True)),
    "review": (build.verdict(build.reviewed()), Options()),
    "defer": (build.verdict(build.deferred()), Options()),
    "defer-color": (build.verdict(build.deferred()), Options(color=True)),
    "defer-advise": (build.verdict(build.deferred(), advise=True), Options()),
    "block": (build.verdict(build.blocked()), Options()),
    "no-data": (build.verdict(build.no_data()), Options()),
    "unmeasured": (build.verdict(build.unmeasured()), Options()),
    "no-traffic": (build.verdict(build.quiet()), Options()),
    "several": (build.several(), Options()),
    "several-color": (build.several(), Options(color=True)),
    "several-advise": (build.verdict(build.approved(), build.blocked(), advise=True), Options()),
    **{name: (verdict, Options()) for name, verdict in governed.CASES.items()},
    "budget": (build.budgets(build.deferred()), Options()),
    "budget-several": (
        build.budgets(build.approved("accounts"), build.blocked(), build.no_data()),
        Options(),
    ),
}


def text(report: Verdict | BudgetReport, **options: bool) -> str:
    return render("text", report, Options(**options))


@pytest.mark.parametrize("name", SCREENS)
def test_screen(name: str) -> None:
    report, options = SCREENS[name]
    golden.check(f"{name}.txt", render("text", report, options))


@settings(max_examples=50, deadline=None)
@given(verdicts())
def test_no_line_is_too_wide_or_steers_anything(verdict: Verdict) -> None:
    for report in (verdict, build.budgets(*verdict.services)):
        screens = (text(report, verbose=verbose) for verbose in (False, True))
        for line in "".join(screens).splitlines():
            assert len(line) <= 80
            assert line.isprintable()
            assert not line.lstrip().startswith("::")
            assert not re.search(r"##\w*\[", line)


@settings(max_examples=20, deadline=None)
@given(verdicts())
def test_color_adds_nothing_but_color(verdict: Verdict) -> None:
    colored = text(verdict, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == text(verdict)


def test_a_thousand_services_list_the_approved_in_one_line() -> None:
    services = [build.approved(f"svc-{index}") for index in range(990)]
    services += [build.blocked(f"bad-{index}") for index in range(10)]
    screen = text(build.verdict(*services))
    assert screen.startswith("BLOCK  1,000 services: 10 block, 990 approve   exit 30\n")
    assert "and 990 approved, not listed" in screen
    assert all(f"bad-{index}" in screen for index in range(10))
    assert "svc-" not in screen


def test_a_thousand_healthy_budgets_are_counted() -> None:
    screen = text(build.budgets(*(build.approved(f"svc-{index}") for index in range(1000))))
    assert screen.startswith("1,000 services: 1,000 healthy\n")
    assert len(screen.splitlines()) < 10


def test_long_names_keep_both_ends() -> None:
    report = build.slo("checkout-availability-of-the-public-interface-in-europe-west")
    service = replace(build.approved(), slos=(report,))
    row = text(build.verdict(service)).splitlines()[4]
    assert row.startswith("check")
    assert "…" in row.partition("  ")[0]
    assert row.partition("  ")[0].endswith("-west")


def test_a_long_headline_takes_two_lines() -> None:
    screen = text(build.verdict(build.deferred("a" * 60)))
    assert screen.splitlines()[:2] == [
        f"DEFER  {'a' * 60}",
        "  warning budget x medium risk   exit 20",
    ]


@pytest.mark.parametrize(
    ("share", "cells"),
    [
        (1.0, "██████████"),
        (0.5, "█████░░░░░"),
        (0.001, "█░░░░░░░░░"),
        (0.0, "░░░░░░░░░░"),
        (-0.001, "overspent "),
        (7.0, "██████████"),
    ],
)
def test_bar(share: float, cells: str) -> None:
    assert bar(share) == cells


@pytest.mark.parametrize(
    ("width", "short"), [(9, "abcdefghi"), (8, "abcd…ghi"), (2, "a…"), (1, "…")]
)
def test_shorten(width: int, short: str) -> None:
    assert shorten("abcdefghi", width) == short
