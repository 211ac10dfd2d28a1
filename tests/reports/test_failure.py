"""The page of a run without a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate import errors
from slogate.reports.failure import LISTED, markdown
from tests.reports import golden
from tests.reports.strategies import HOSTILE, NAMES

PROBLEMS = (
    "slogate.yaml:14: services.checkout.slos[0].objective: 999 is not between 0 and 100",
    "slogate.yaml:21: services.checkout.owners: not a known key; did you mean owner?",
)


def test_page() -> None:
    golden.check("failure.md", markdown(errors.EXIT_CONFIG, PROBLEMS))


@pytest.mark.parametrize(
    ("code", "title", "advice"),
    [
        (errors.EXIT_BUG, "🐞 slogate: a bug", f"[Report it]({errors.ISSUES})"),
        (errors.EXIT_CONFIG, "⚙️ slogate: wrong configuration", "`slogate lint`"),
        (errors.EXIT_NO_DATA, "❓ slogate: no data", "Complete the evidence"),
        (errors.EXIT_UNMEASURED, "🔌 slogate: could not measure", "when the backend answers"),
        (errors.EXIT_INTERRUPTED, "✋ slogate: interrupted", "Run the gate again"),
        (77, "❌ slogate: no verdict", "The job's log says more"),
    ],
)
def test_every_code_says_what_to_do(code: int, title: str, advice: str) -> None:
    headline, reason, said, last = markdown(code, ["it broke"]).split("\n\n")
    assert headline == f"## {title}"
    assert reason == f"**nothing was judged, so nothing may pass** · exit {code}"
    assert said == "- it broke"
    assert advice in last


def test_without_messages_there_is_no_list() -> None:
    assert "\n- " not in markdown(1, ["", " \n"])


def test_many_messages_are_counted() -> None:
    text = markdown(2, [f"problem {index}" for index in range(LISTED + 5)])
    assert f"- problem {LISTED - 1}\n- and 5 more messages\n" in text
    assert f"problem {LISTED}\n" not in text
    assert "- and 1 more message\n" in markdown(2, ["x"] * (LISTED + 1))


def test_a_long_message_is_cut() -> None:
    assert f"- {'x' * 999}…\n" in markdown(2, ["x" * 5000])


@given(st.integers(0, 255), st.lists(st.sampled_from(HOSTILE) | NAMES, max_size=30))
def test_messages_stay_items_of_one_list(code: int, messages: list[str]) -> None:
    text = markdown(code, messages)
    blocks = text.split("\n\n")
    assert len(blocks) == 4 if any(message.strip() for message in messages) else 3
    assert all(line.startswith("- ") for line in "\n\n".join(blocks[2:-1]).splitlines())
    assert "<img" not in text
    assert "@ann" not in text
