"""Which releases failed: what later commits say that they take back."""

from __future__ import annotations

import pytest

from slogate.core.commits import Header
from slogate.core.failed_releases import brought, reverted_request, taken_back

ONE, TWO, THREE, FOUR = (digit * 40 for digit in "1234")
PLACE = {ONE: 0, TWO: 1}


def revert(of: str, message: str = 'Revert "x"\n\nThis reverts commit {}.\n') -> str:
    return message.format(of)


@pytest.mark.parametrize(
    ("history", "failed"),
    [
        ({ONE: "Add", THREE: revert(ONE)}, {0: "3333333 takes back 1111111"}),
        ({ONE: "Add", TWO: revert(ONE)}, {0: "2222222 takes back 1111111"}),
        ({ONE: "Add", THREE: revert(ONE[:8])}, {0: "3333333 takes back 1111111"}),
        ({ONE: "Add", ONE[:39] + "2": "Add", THREE: revert(ONE[:8])}, {}),
        ({ONE: "Add", THREE: revert(FOUR)}, {}),
        ({ONE: "Add", THREE: "Mend what 1111111 broke"}, {}),
        ({ONE: "Add (#12)", THREE: 'Revert "Add" (#15)\n\nReverts shop/api#12'},
         {0: "3333333 takes back 1111111"}),
        ({ONE: "Merge branch\n\nSee merge request shop/api!7",
          THREE: 'Revert "x"\n\nThis reverts merge request !7'}, {0: "3333333 takes back 1111111"}),
        ({ONE: "Add", TWO: revert(ONE), THREE: revert(TWO)}, {0: "2222222 takes back 1111111"}),
        ({ONE: revert("0" * 40), THREE: revert(ONE)}, {0: "3333333 takes back 1111111"}),
        ({ONE: "Add", TWO: "Add", THREE: revert(ONE) + f"This reverts commit {TWO}.\n"},
         {0: "3333333 takes back 1111111", 1: "3333333 takes back 2222222"}),
        ({THREE: "Add", FOUR: revert(THREE)}, {}),
    ],
)  # fmt: skip
def test_a_release_failed_when_a_later_commit_takes_something_back(
    history: dict[str, str], failed: dict[int, str]
) -> None:
    headers = [Header(sha, 0, message) for sha, message in history.items()]
    assert taken_back(headers, PLACE) == failed
    assert taken_back(reversed(headers), PLACE) == failed


def test_what_is_taken_back_within_its_release_never_went_out() -> None:
    headers = [Header(ONE, 0, "Add"), Header(THREE, 0, revert(ONE))]
    assert taken_back(headers, {ONE: 0, THREE: 0}) == {}


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Add a thing (#12)", "12"),
        ("Add a thing (#12)\n\nMore of it", "12"),
        ("Add a thing\n\nas in (#12)", ""),
        ("Add (#1) a thing", ""),
        ("Merge branch 'x'\n\nTitle\n\nSee merge request group/sub/project!34", "34"),
        ("", ""),
    ],
)
def test_the_request_that_a_commit_brought(message: str, number: str) -> None:
    assert brought(message) == number


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ('Revert "Add" (#15)\n\nReverts shop/api.v2#12', "12"),
        ('Revert "Add"\n\nThis reverts merge request !7.', "7"),
        ("It Reverts shop/api#12 in part", ""),
    ],
)
def test_the_request_that_a_commit_takes_back(message: str, number: str) -> None:
    assert reverted_request(message) == number
