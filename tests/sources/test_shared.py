"""What several SLOs ask for is asked of the server once, and each of them gets the same."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from slogate.core.evidence import Evidence
from slogate.core.model import Events
from slogate.deadline import Deadline
from slogate.errors import ConfigError
from slogate.pool import run_all
from slogate.sources.prometheus import PrometheusSource
from slogate.sources.shared import KEPT, Shared
from tests.sources.builders import ask, plan, settings
from tests.support.faulty import constant, error, faulty, healthy

TOTAL = "sum(increase(requests[{{window}}]))"
ERRORS = Events(bad="sum(increase(errors[{{window}}]))", total=TOTAL)
SLOW = Events(bad="sum(increase(slow[{{window}}]))", total=TOTAL)


def together(url: str) -> list[Evidence | BaseException | None]:
    source = PrometheusSource(settings(url))
    deadline = Deadline(30)
    tasks = [("", lambda sli=sli: source.fetch(sli, plan(), deadline)) for sli in (ERRORS, SLOW)]
    try:
        return run_all(tasks, workers={"": 2}, deadline=deadline)
    finally:
        source.close()


def test_slos_with_the_same_total_ask_for_it_once() -> None:
    with faulty(constant(healthy)) as server:
        found = together(server.url)
        asked = Counter(tuple(sorted(call.form.items())) for call in server.calls)
        alone = [ask(server.url, sli) for sli in (ERRORS, SLOW)]
    assert found == alone
    assert set(asked.values()) == {1}
    assert len(asked) == 9  # two grids and the window, of three roles


def test_a_wrong_query_is_wrong_for_each_that_asks_it() -> None:
    with faulty(lambda _: error("400 Bad Request", "bad_data", "no such thing")) as server:
        found = together(server.url)
        assert len(server.calls) == 1
    assert [type(one) for one in found] == [ConfigError, ConfigError]


def test_who_asks_the_same_meanwhile_waits_for_the_answer() -> None:
    shared: Shared[int] = Shared()
    begun, go_on = threading.Event(), threading.Event()
    found: list[int] = []

    def slowly() -> int:
        begun.set()
        assert go_on.wait(10)
        return 1

    def other() -> int:
        pytest.fail("asked twice")

    first = threading.Thread(target=lambda: found.append(shared.once("a", slowly)))
    first.start()
    assert begun.wait(10)
    second = threading.Thread(target=lambda: found.append(shared.once("a", other)))
    second.start()
    assert shared.once("b", lambda: 2) == 2  # nobody else waits
    go_on.set()
    first.join(10)
    second.join(10)
    assert found == [1, 1]


def test_only_the_latest_answers_are_kept() -> None:
    shared: Shared[int] = Shared()
    asked: list[int] = []

    def of(number: int) -> int:
        def noted() -> int:
            asked.append(number)
            return number

        return shared.once(number, noted)

    for number in [*range(KEPT), 0, KEPT, 0, 1]:
        assert of(number) == number
    assert asked == [*range(KEPT + 1), 1]
