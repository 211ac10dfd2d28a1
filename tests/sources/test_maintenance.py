"""Budgets without announced maintenance, from real servers, beside the truth.

An outage lies inside of an announced span, whose edges fall on no scrape; nor does the evaluation.
Around it few requests fail, so that what is left of the outage would show in every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from slogate.core.budget import Assessment, assess
from slogate.core.evidence import Evidence
from slogate.core.maintenance import Span
from slogate.core.model import Events, Latency, Ratio, Sli, Slices, Slo
from slogate.core.plan import Plan, make_plan
from slogate.core.window import Calendar, Rolling, Window
from slogate.deadline import Deadline
from slogate.errors import NoDataError
from slogate.sources.prometheus import PrometheusSource
from tests.core.builders import MONTH
from tests.sources.builders import DAY, POLICY, events, settings
from tests.support.faulty import Call, constant, error, faulty, healthy, success
from tests.support.fixtures import require
from tests.support.history import AT, END
from tests.support.remote_write import NativeHistogram, Series, push
from tests.support.servers import Prometheus, VictoriaMetrics
from tests.support.steady import RATE, Steady, write_jsonl, write_openmetrics

realstack = pytest.mark.realstack

HOUR = 3600
TOLERANCE = 0.002
WEEK = Rolling(7 * DAY)


def outage(name: str, ago: int, lasts: int, step: int, share: float = 1.0) -> Steady:
    """An outage that begins so many seconds before the evaluation."""
    first = AT - ago
    days = 15 if step == 60 else 8
    return Steady(f"{name}-{step}", END - days * DAY, END, first, first + lasts, share, step)


HISTORIES = {
    one.service: one
    for step in (15, 60)
    for one in (
        outage("days-ago", 3 * DAY + 1234, 2 * HOUR, step),
        outage("within-the-hour", HOUR - 300, 2400, step),
        outage("just-over", 2400 + 7, 2400 - 90, step, share=0.5),
        outage("window-start", 7 * DAY + HOUR, 2 * HOUR, step),
    )
}
"""By service; at 300 s between two scrapes, the last quarter of an hour would be three samples."""
MARGINS = [(100, 65), (61, 70), (1800, 9999)]
"""Seconds that the announced span is longer at both ends: at least a scrape; some go on still."""


@pytest.fixture(scope="module")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require(Prometheus)
    place = tmp_path_factory.mktemp("maintenance")
    write_openmetrics(place / "history.om", list(HISTORIES.values()))
    Prometheus.backfill(place / "history.om", place / "data")
    with Prometheus(place / "data") as server:
        yield server.url


@pytest.fixture(scope="module")
def victoria_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require(VictoriaMetrics)
    path = tmp_path_factory.mktemp("maintenance") / "history.jsonl"
    write_jsonl(path, list(HISTORIES.values()))
    with VictoriaMetrics() as server:
        server.import_jsonl(path)
        yield server.url


@pytest.fixture(params=["prometheus_url", "victoria_url"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


def fetch(url: str, sli: Sli, plan: Plan) -> Evidence:
    source = PrometheusSource(settings(url))
    try:
        return source.fetch(sli, plan, Deadline(30))
    finally:
        source.close()


def planned(spans: Sequence[Span], window: Window = WEEK, **options: Any) -> Plan:
    return make_plan(window, POLICY.burn, AT, maintenance=spans, **options)


def measure(url: str, sli: Sli, plan: Plan, window: Window = WEEK) -> Assessment:
    return assess(Slo("slo", 99.9, window, sli), POLICY, fetch(url, sli, plan))


def announced(history: Steady, margins: tuple[int, int]) -> Span:
    return history.first - margins[0], min(history.last + margins[1], AT)


def true_consumed(history: Steady, span: Span, start: int) -> float:
    """The share of the budget that was spent outside of the span, at an objective of 99.9 %."""
    inside = (max(span[0], start), span[1])
    bad = history.bad(start, AT) - history.bad(*inside)
    return bad / (history.total(start, AT) - history.total(*inside)) / 0.001


@realstack
@pytest.mark.parametrize("margins", MARGINS)
@pytest.mark.parametrize("service", HISTORIES)
def test_an_announced_outage_spends_nothing_and_burns_nothing(
    url: str, service: str, margins: tuple[int, int]
) -> None:
    history = HISTORIES[service]
    span = announced(history, margins)
    report = measure(url, events(service), planned([span])).report
    assert report.budget is not None, report.detail
    expected = true_consumed(history, span, AT - 7 * DAY)
    assert report.budget.consumed == pytest.approx(expected, rel=TOLERANCE)
    rates = [rate for burn in report.burn for rate in (burn.rate_long, burn.rate_short)]
    assert [rate for rate in rates if rate is not None] == pytest.approx(
        [expected] * sum(rate is not None for rate in rates), rel=0.05
    )
    assert report.status.word == "healthy"


@realstack
@pytest.mark.parametrize("service", ["days-ago-60", "within-the-hour-15"])
def test_what_was_not_announced_still_counts_in_full(url: str, service: str) -> None:
    history = HISTORIES[service]
    calm = (history.first - 5 * HOUR, history.first - 4 * HOUR - 13)
    report = measure(url, events(service), planned([calm])).report
    assert report.budget is not None
    expected = true_consumed(history, calm, AT - 7 * DAY)
    assert report.budget.consumed == pytest.approx(expected, rel=TOLERANCE)
    assert report.budget.unadjusted == pytest.approx(expected, rel=0.02)


@realstack
def test_several_spans_are_told_apart(url: str) -> None:
    history = HISTORIES["days-ago-60"]
    calm = (AT - 2 * DAY - 11, AT - 2 * DAY + 2 * HOUR)
    busy = announced(history, (100, 65))
    earlier = (AT - 6 * DAY - 5, AT - 6 * DAY + HOUR + 17)
    plan = planned([earlier, busy, calm])
    roles = fetch(url, events(history.service), plan).roles
    # Prometheus extrapolates, so that of few events some may be on the other side of an edge.
    bad = [history.bad(*span) for span in plan.excluded]
    assert roles["bad"].excluded == pytest.approx(bad, rel=0.002, abs=2)
    total = [history.total(*span) for span in plan.excluded]
    assert roles["total"].excluded == pytest.approx(total, rel=0.02)


@realstack
def test_good_events_without_maintenance_say_the_same(url: str) -> None:
    history = HISTORIES["within-the-hour-60"]
    span = announced(history, (100, 65))
    bad = events(history.service)
    good = Events(good=(bad.bad or "").replace('code=~"5.."', 'code!~"5.."'), total=bad.total)
    report = measure(url, good, planned([span])).report
    assert report.budget is not None
    expected = true_consumed(history, span, AT - 7 * DAY)
    assert report.budget.consumed == pytest.approx(expected, rel=0.02)
    assert not any(burn.firing for burn in report.burn)


@realstack
def test_slices_in_maintenance_do_not_count(url: str) -> None:
    history = HISTORIES["days-ago-60"]
    span = announced(history, (100, 65))
    failing = f'sum(rate(http_requests_total{{service="{history.service}",code="500"}}[2m]))'
    sli = Slices(failing, "<", RATE / 2, 60)
    without, with_it = (measure(url, sli, planned(spans)).report.events for spans in ([span], []))
    assert without is not None
    assert with_it is not None
    assert with_it.bad == pytest.approx(120, abs=3)
    assert without.bad <= 3
    assert with_it.total - without.total == pytest.approx((span[1] - span[0]) / 60, abs=2)


@realstack
def test_a_calendar_window_and_what_lies_before_it(url: str) -> None:
    history = HISTORIES["days-ago-60"]
    span = announced(history, (100, 65))
    start = MONTH.at(AT).start
    assert isinstance(MONTH, Calendar)
    # The history is shorter than the month, so what is measured begins with it.
    first = max(start, history.start)
    report = measure(url, events(history.service), planned([span], MONTH), MONTH).report
    assert report.events is not None
    expected = history.bad(first, AT) - history.bad(*span)
    assert report.events.bad == pytest.approx(expected, rel=TOLERANCE)


@realstack
def test_maintenance_of_the_window_before_is_apart_when_it_is_looked_back_at(url: str) -> None:
    history = HISTORIES["window-start-60"]
    span = announced(history, (100, 65))
    plan = planned([span], looks_back=True)
    assert plan.excluded == ((span[0], AT - 7 * DAY), (AT - 7 * DAY, span[1]))
    assessment = measure(url, events(history.service), plan)
    assert assessment.history is not None
    before = assessment.history.coarse.counts(AT - 14 * DAY + HOUR, AT - 7 * DAY)
    assert before.bad == pytest.approx(history.bad(AT - 14 * DAY + HOUR, span[0]), rel=0.01)


@realstack
def test_native_histograms_leave_maintenance_out() -> None:
    require(Prometheus)
    flags = ["--enable-feature=native-histograms", "--web.enable-remote-write-receiver"]
    start, step = AT - 26 * HOUR, 60
    times = list(range(start, AT, step))
    slow_from, slow_to = AT - 5 * HOUR, AT - 4 * HOUR
    slow = 0
    samples = []
    for index, at in enumerate(times):
        slow += 100 if slow_from < at <= slow_to else 5
        samples.append((at, NativeHistogram.of({0.1: 100 * (index + 1) - slow, 1.0: slow})))
    sli = Latency('rpc_duration_seconds{service="checkout"}', 0.3)
    window = Rolling(DAY)
    span = (slow_from - 90, slow_to + 75)
    with Prometheus(extra=flags) as server:
        labels = {"__name__": "rpc_duration_seconds", "service": "checkout"}
        push(server.url, [Series(labels, histograms=samples)])
        plan = planned([span], window)
        report = measure(server.url, sli, plan, window).report
        quiet = fetch(server.url, sli, replace(plan, excluded=((AT - 1, AT),)))
    assert report.sli == pytest.approx(0.95, abs=0.0005)
    assert quiet.roles["good"].excluded == pytest.approx([0], abs=2)


def test_a_ratio_has_no_spans() -> None:
    with faulty(constant(lambda _: ["0.001"])) as server:
        evidence = fetch(
            server.url, Ratio("sum(increase(x[{{window}}]))"), planned([(AT - DAY, AT - HOUR)])
        )
        assert not any("82800s" in call.form.get("query", "") for call in server.calls)
    assert evidence.roles["ratio"].excluded == ()


def test_spans_are_asked_where_the_window_is_too_large() -> None:
    def answer(call: Call) -> bytes:
        if "step" not in call.form and f"[{7 * DAY}s]" in call.form.get("query", ""):
            return error("422 Unprocessable Entity", "execution", "too many samples")
        return constant(healthy)(call)

    with faulty(answer) as server:
        evidence = fetch(server.url, events("checkout"), planned([(AT - 90_000, AT - 82_800)]))
    total = evidence.roles["total"]
    assert total.whole is None
    assert list(total.excluded) == [7200 * 100]


def test_a_span_without_samples_is_none() -> None:
    span = (AT - DAY, AT - DAY + HOUR)

    def values(call: Call) -> list[str]:
        return [] if "step" not in call.form else healthy(call)

    with faulty(constant(values)) as server:
        total = fetch(server.url, events("checkout"), planned([span])).roles["total"]
    assert list(total.excluded) == [None]


def test_a_span_that_is_no_count_is_refused() -> None:
    def values(call: Call) -> list[str]:
        return ["NaN"] if f"[{DAY - HOUR}s]" in call.form["query"] else healthy(call)

    with faulty(constant(values)) as server:
        evidence = fetch(server.url, events("checkout"), planned([(AT - DAY, AT - DAY + HOUR)]))
    report = assess(Slo("slo", 99.9, WEEK, events("checkout")), POLICY, evidence).report
    assert "NaN" in report.detail


def test_without_maintenance_and_looking_back_nothing_more_is_asked() -> None:
    def asked(plan: Plan) -> list[dict[str, str]]:
        with faulty(constant(healthy)) as server:
            fetch(server.url, events("checkout"), plan)
            return [call.form for call in server.calls]

    plan = planned([])
    assert plan.excluded == ()
    assert len(asked(plan)) == 6
    longer = asked(planned([], looks_back=True))
    assert [form["query"] for form in longer] == [form["query"] for form in asked(plan)]


def test_a_service_that_ended_in_the_window_before_is_no_data() -> None:
    def values(call: Call) -> list[str]:
        return healthy(call) if "step" in call.form else []

    def answer(call: Call) -> bytes:
        if "step" in call.form and int(call.form["end"]) - int(call.form["start"]) > 8 * DAY:
            call.form["end"] = str(AT - 8 * DAY)
            return constant(values)(call)
        return constant(lambda _: [])(call)

    sli = events("checkout")
    with faulty(answer) as server, pytest.raises(NoDataError, match="no samples in the whole"):
        fetch(server.url, sli, planned([], looks_back=True))


def test_traffic_of_the_window_before_does_not_excuse_a_zero_that_was_made_up() -> None:
    sli = Events(
        bad="sum(increase(y[{{window}}]))", total="sum(increase(x[{{window}}])) or vector(0)"
    )

    def answer(call: Call) -> bytes:
        query = call.form.get("query", "")
        if "step" not in call.form:
            return constant(lambda _: ["0"] if "vector" in query else [])(call)
        start, end, step = (int(call.form[name]) for name in ("start", "end", "step"))
        values = [[at, "9" if at < AT - 8 * DAY else "0"] for at in range(start, end + 1, step)]
        return success([{"metric": {}, "values": values}], "matrix")

    with faulty(answer) as server, pytest.raises(NoDataError, match="no metric x"):
        fetch(server.url, sli, planned([], looks_back=True))
