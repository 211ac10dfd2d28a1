"""What fuzzing has found in events of CI platforms."""

from __future__ import annotations

from slogate.changes.event import from_github
from slogate.changes.payload import LONGEST


def test_the_ref_of_a_long_tag_is_cut_like_every_other_text() -> None:
    payload = {"release": {"tag_name": "v" * 5000}}
    head = from_github({"GITHUB_EVENT_NAME": "release"}, payload).head
    assert head is not None
    assert head.startswith("refs/tags/vvv")
    assert len(head) == LONGEST
