"""The judges on series, raw samples and counts, each as a table with its targets."""

from __future__ import annotations

from functools import partial

from bench.canary_families import (
    BESIDES,
    COUNTS,
    EFFECTS,
    RAW,
    SERIES,
    TAILS,
    raw_pair,
)
from bench.canary_peers import (
    kayenta,
    kayenta_either,
    mann_whitney,
    on_ratios,
    on_values,
    seed_counts,
    seed_means,
    seed_samples,
)
from bench.canary_shares import Found, Row, Simulation, table
from slogate.core.arms import Counts, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary_counts import judge_counts
from slogate.core.canary_samples import judge_samples
from slogate.core.canary_series import judge_series

BALANCED, STRICT = "slogate", "slogate strict"
POLICY, STRICT_POLICY = MetricPolicy(), MetricPolicy(mode="strict")
USUAL = 60
SLOW = 4
"""Cells of ten thousand samples get so many times fewer repetitions."""


def balanced_series(baseline: Series, canary: Series) -> Outcome:
    return judge_series(baseline, canary, POLICY).outcome


def strict_series(baseline: Series, canary: Series) -> Outcome:
    return judge_series(baseline, canary, STRICT_POLICY).outcome


def balanced_samples(baseline: Samples, canary: Samples) -> Outcome:
    return judge_samples(baseline, canary, POLICY).outcome


def strict_samples(baseline: Samples, canary: Samples) -> Outcome:
    return judge_samples(baseline, canary, STRICT_POLICY).outcome


def balanced_counts(baseline: Counts, canary: Counts) -> Outcome:
    return judge_counts(baseline, canary, POLICY).outcome


def series(seed: int, repetitions: int) -> str:
    """All families of series under all effects."""
    judges = {
        BALANCED: balanced_series,
        STRICT: strict_series,
        "Kayenta": on_values(kayenta),
        "Kayenta, either": on_values(kayenta_either),
        "Mann-Whitney": on_values(mann_whitney),
        "10 % rule": on_values(seed_means),
    }
    found = Simulation(seed)
    for name, family in {**SERIES, **BESIDES}.items():
        for effect, change in EFFECTS.items():
            if family.scrapes <= USUAL or effect in {"none", "+10%"}:
                found.run((name, effect), repetitions, partial(family.pair, effect=change), judges)
    return f"{table(_series_rows(found), list(judges))}\n\n{_families(found)}"


def _series_rows(found: Simulation) -> list[Row]:
    families = list(SERIES)
    goals = {"shared shocks": 90, "5% split": 60, "everything": 75, "spikes": 80,
             "iid": 97, "ar.3": 90, "ar.5": 77, "ar.8": 40}  # fmt: skip
    return [
        Row("A/A, mean", found.mean(families, "none"), "<=", {BALANCED: 4, STRICT: 1}),
        Row("A/A, worst family", found.worst(families, "none"), "<=", {BALANCED: 8, STRICT: 3}),
        Row("A/A, inconclusive", found.unsure(families, "none")),
        Row("+5 %, mean", found.mean(families, "+5%")),
        Row("+10 %, mean", found.mean(families, "+10%"), ">=", {BALANCED: 74}),
        *(
            Row(f"+10 %, {name}", found.blocked(name, "+10%"), ">=", {BALANCED: goal})
            for name, goal in goals.items()
        ),
        Row("+10 %, 5% split, ar.3", found.blocked("5% split, ar.3", "+10%")),
        Row(
            "+10 %, ar.8, 240 scrapes",
            found.blocked("ar.8, 240 scrapes", "+10%"),
            ">=",
            {BALANCED: 90},
        ),
        Row(
            "A/A, ar.8, 240 scrapes",
            found.blocked("ar.8, 240 scrapes", "none"),
            "<=",
            {BALANCED: 5},
        ),
        Row("+25 %, mean", found.mean(families, "+25%"), ">=", {BALANCED: 97}),
        Row("+100 %, mean", found.mean(families, "+100%"), ">=", {BALANCED: 100}),
        Row("intermittent, mean", found.mean(families, "intermittent"), ">=", {BALANCED: 70}),
        Row("-20 %, worst family", found.worst(families, "-20%"), "<=", {BALANCED: 0}),
        Row("mostly zeros: A/A", found.blocked("zeros", "none")),
        Row("mostly zeros: -20 %", found.blocked("zeros", "-20%")),
        Row("mostly zeros: +100 %", found.blocked("zeros", "+100%")),
    ]


def _families(found: Simulation) -> str:
    """By family: what slogate and Kayenta do."""
    columns = {
        f"{judge}, {label}": (judge, effect)
        for effect, label in (("none", "A/A"), ("+10%", "+10 %"), ("intermittent", "interm."))
        for judge in (BALANCED, STRICT, "Kayenta")
    }
    rows = [f"| family | {' | '.join(columns)} | A/A inconclusive |"]
    rows.append("|---|" + "---:|" * (len(columns) + 1))
    for name in (*SERIES, "zeros", "5% split, ar.3"):
        cells = [f"{found.blocked(name, how)[judge].value:.1f}" for judge, how in columns.values()]
        cells.append(f"{found.unsure([name], 'none')[BALANCED].value:.0f}")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def raw(seed: int, repetitions: int) -> str:
    """Raw samples: four families, three sizes, bursts at one of them."""
    judges = {
        BALANCED: balanced_samples,
        STRICT: strict_samples,
        "Kayenta": on_values(kayenta),
        "Mann-Whitney": on_values(mann_whitney),
        "10 % rule": on_values(seed_samples),
    }
    found = Simulation(seed)
    small = {name: EFFECTS[name] for name in ("none", "+5%", "+10%", "+25%", "-20%")} | TAILS
    large = {name: small[name] for name in ("none", "tail 2% x3")}
    slow = max(1, repetitions // SLOW)
    for family in RAW:
        for size, runs, effects in ((1000, repetitions, small), (10_000, slow, large)):
            for effect, change in effects.items():
                draw = partial(raw_pair, family=family, size=size, effect=change)
                found.run((f"{family} {size}", effect), runs, draw, judges)
        bursts = partial(raw_pair, family=family, size=5000, bursts=True)
        runs = repetitions if family == "lognormal" else slow
        found.run((f"{family} bursts", "none"), runs, bursts, judges)
    return table(_raw_rows(found), list(judges))


def _raw_rows(found: Simulation) -> list[Row]:
    small, large = ([f"{family} {size}" for family in RAW] for size in (1000, 10_000))
    plain = [*small, *large, "lognormal bursts"]
    others = [f"{family} bursts" for family in RAW if family != "lognormal"]
    return [
        Row("A/A, mean", found.mean(plain, "none"), "<=", {BALANCED: 3}),
        Row("A/A, worst", found.worst(plain, "none"), "<=", {BALANCED: 7}),
        Row("A/A, 5k with bursts, lognormal", found.blocked("lognormal bursts", "none")),
        Row("A/A, 5k with bursts, worst other", found.worst(others, "none")),
        Row("A/A, 1k, inconclusive", found.unsure(small, "none")),
        Row("A/A, 10k, inconclusive", found.unsure(large, "none")),
        Row("+5 %, 1k, mean", found.mean(small, "+5%")),
        Row("+10 %, 1k, mean", found.mean(small, "+10%"), ">=", {BALANCED: 90}),
        Row("+25 %, 1k, mean", found.mean(small, "+25%")),
        Row("2 % x3, 1k, gamma", found.blocked("gamma 1000", "tail 2% x3"), ">=", {BALANCED: 93}),
        Row("2 % x3, 1k, mean", found.mean(small, "tail 2% x3")),
        Row("2 % x3, 10k, mean", found.mean(large, "tail 2% x3")),
        Row("5 % x2, 1k, gamma", found.blocked("gamma 1000", "tail 5% x2"), ">=", {BALANCED: 98}),
        Row("5 % x2, 1k, mean", found.mean(small, "tail 5% x2")),
        Row("-20 %, 1k, worst", found.worst(small, "-20%"), "<=", {BALANCED: 0}),
    ]


def counts(seed: int, repetitions: int) -> str:
    """Errors of requests."""
    judges = {
        BALANCED: balanced_counts,
        "Kayenta": on_ratios(kayenta),
        "Mann-Whitney": on_ratios(mann_whitney),
        "10 % rule": seed_counts,
    }
    found = Simulation(seed)
    for name, traffic in COUNTS.items():
        for factor in (0.5, 1, 2, 5):
            draw = partial(traffic.pair, factor=factor)
            found.run((name, f"x{factor:g}"), repetitions, draw, judges)
    return table(_count_rows(found), list(judges))


def _count_rows(found: Simulation) -> list[Row]:
    goals = {("5k", "x2"): 30, ("20k", "x2"): 80, ("100k", "x2"): 98, ("500", "x5"): 15,
             ("5k", "x5"): 97}  # fmt: skip
    own: dict[str, Found] = found.blocked("20k, own bursts", "x1")
    return [
        Row("A/A, mean", found.mean(COUNTS, "x1"), "<=", {BALANCED: 5}),
        Row("A/A, 20k, own bursts", own, "<=", {BALANCED: 5}),
        Row("A/A, worst", found.worst(COUNTS, "x1")),
        Row("A/A, inconclusive", found.unsure(COUNTS, "x1")),
        Row("A/A, own bursts, inconclusive", found.unsure(["20k, own bursts"], "x1")),
        *(
            Row(f"{effect}, {name}", found.blocked(name, effect), ">=", {BALANCED: goal})
            for (name, effect), goal in goals.items()
        ),
        Row("x5, 20k", found.blocked("20k", "x5")),
        *(
            Row(f"x2, {name}", found.blocked(name, "x2"))
            for name in ("5k, 5% split", "20k, shared bursts", "20k, own bursts")
        ),
        Row("x0.5, worst", found.worst(COUNTS, "x0.5"), "<=", {BALANCED: 0}),
    ]
