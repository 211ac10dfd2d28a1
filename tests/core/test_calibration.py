"""From how past releases turned out to constants: rates, AUC, intercept, bands."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.calibration import Observed, area_under_curve, calibrate
from slogate.core.model import Risk
from slogate.core.risk import any_of, probabilities, release_score
from slogate.core.risk_policy import Band, RiskPolicy
from slogate.core.stats import normal_quantile, wilson
from tests.core.builders import law

POLICY = RiskPolicy(least_releases=4)
SCORES = st.lists(st.floats(-0.5, 20), min_size=1, max_size=5).map(tuple)
RELEASES = st.lists(
    st.builds(Observed, st.just("v1"), SCORES, st.sampled_from(["", "why"])), min_size=1
)


def rows(*scores: float, failed: str) -> list[Observed]:
    """Releases of one commit each; `failed` has an x for those that failed."""
    return [
        Observed(f"v{at}", (score,), "why" if mark == "x" else "")
        for at, (score, mark) in enumerate(zip(scores, failed, strict=True))
    ]


@pytest.mark.parametrize(
    ("count", "total", "interval"),
    [
        (0, 10, (0.0, 0.2775)),
        (1, 10, (0.0179, 0.4042)),
        (10, 10, (0.7225, 1.0)),
        (81, 263, (0.2553, 0.3662)),
    ],
)
def test_the_interval_of_a_rate(count: int, total: int, interval: tuple[float, float]) -> None:
    # NOTE: the last is the worked example of Newcombe 1998, "Two-sided confidence intervals for
    # the single proportion".
    assert wilson(count, total, normal_quantile(0.975)) == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize(
    ("failed", "others", "area"),
    [([2], [1], 1.0), ([1], [2], 0.0), ([1], [1], 0.5), ([3, 1], [2, 2, 0, 1], 5.5 / 8)],
)
def test_the_area_under_the_curve(failed: list[float], others: list[float], area: float) -> None:
    assert area_under_curve(failed, others) == area


@law
@given(RELEASES)
def test_with_the_intercept_the_past_fails_as_often_as_it_did(releases: list[Observed]) -> None:
    found = calibrate(releases, POLICY)
    if found.intercept is None:
        assert found.rate in (0, 1)
        return
    chances = [any_of(probabilities(one.scores, found.intercept)) for one in releases]
    assert fmean(chances) == pytest.approx(found.rate, abs=1e-6)
    assert found.least < found.rate < found.most


def test_levels_count_what_failed_and_what_was_to_be_expected() -> None:
    found = calibrate(rows(1, 2, 8, 9, 14, failed="..x.x"), POLICY)
    assert [(row.level, row.releases, row.failed) for row in found.levels] == [
        (Risk.LOW, 2, 0),
        (Risk.MEDIUM, 2, 1),
        (Risk.HIGH, 1, 1),
    ]
    assert sum(row.expected for row in found.levels) == pytest.approx(2)
    assert found.auc == pytest.approx(5 / 6)
    assert [release.name for release in found.failed] == ["v2", "v4"]


def test_the_bands_are_those_of_the_last_releases() -> None:
    policy = replace(POLICY, releases=4)
    found = calibrate(rows(90, 1, 2, 3, 4, failed="x...."), policy)
    assert found.limits is not None
    assert [limit.value for limit in found.limits] == pytest.approx([2.5, 3.4])


def test_configured_bands_stay_what_they_are() -> None:
    policy = replace(POLICY, high=Band("probability", 0.4))
    found = calibrate(rows(1, 2, 3, 4, failed="x..."), policy)
    assert found.limits is not None
    assert (found.limits[1].scale, found.limits[1].value) == ("probability", 0.4)


def test_a_release_of_many_commits_is_scored_as_one() -> None:
    many = Observed("v1", (5.0,) * 9, "why")
    found = calibrate([many, *rows(6, 6, 6, failed="...")], POLICY)
    assert release_score(many.scores) > 6
    assert found.auc == 1.0


@pytest.mark.parametrize("failed", ["....", "xxxx"])
def test_without_a_difference_nothing_is_calibrated(failed: str) -> None:
    found = calibrate(rows(1, 2, 3, 4, failed=failed), POLICY)
    assert (found.intercept, found.auc, found.levels) == (None, None, ())
    assert found.limits is not None


def test_too_few_releases_make_no_bands() -> None:
    found = calibrate(rows(1, 2, 3, failed="x.."), POLICY)
    assert found.limits is None
    assert found.intercept is not None


def test_without_releases_there_is_nothing_to_calibrate() -> None:
    with pytest.raises(ValueError, match="needs releases"):
        calibrate([], POLICY)
