"""What is found out about the readiness of services: from real servers, from faulty ones, on disk."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slogate.cli import readiness
from slogate.config.settings import (
    AlertmanagerSettings,
    Config,
    FileSettings,
    PrometheusSettings,
)
from slogate.core.governance import Readiness
from slogate.core.model import Events, Service, Sli, Slo
from slogate.core.policy import default_policy
from slogate.core.situation import Fact
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.errors import ConfigError
from slogate.sources.interface import AlertRule
from slogate.sources.prometheus import PrometheusSource
from tests.sources.builders import DAY, events
from tests.support.faulty import Answer, Call, constant, error, faulty, healthy, respond
from tests.support.fixtures import require
from tests.support.history import END
from tests.support.servers import Alertmanager, Prometheus
from tests.support.steady import Steady, write_openmetrics

HOUR = 3600
NOW = END + 7
RULES = "groups: [{name: g, rules: [{alert: CheckoutBurn, expr: vector(1) > 2}]}]\n"
MATCH = {"service": ("checkout",), "severity": ("critical", "page")}


class Ruled(Prometheus):
    """With rules beside its configuration."""

    def command(self) -> list[str]:
        (self.home / "rules.yml").write_text(RULES, encoding="utf-8")
        return super().command()


def service(
    wanted: Readiness | None, *slis: Sli, name: str = "checkout", source: str = "metrics"
) -> Service:
    slos = tuple(
        (Slo(f"slo-{number}", 99.9, Rolling(7 * DAY), sli), source)
        for number, sli in enumerate(slis or (events("checkout"),))
    )
    return Service(name, slos, default_policy(), readiness=wanted)


def config(
    place: Path, url: str = "http://127.0.0.1:9", alerts: str = "http://127.0.0.1:9"
) -> Config:
    sources: Any = {
        "metrics": PrometheusSettings(name="metrics", url=url, timeout=2),
        "alerts": AlertmanagerSettings(name="alerts", url=alerts, timeout=2),
        "rows": FileSettings(name="rows", path=place / "counts.csv"),
    }
    return Config(place / "slogate.yaml", (), sources)


def facts(config: Config, one: Service, *, now: int = NOW, seconds: float = 10) -> list[Fact]:
    found = readiness.found(config, [one], now, Deadline(seconds))
    assert list(found) == [one.name]
    return found[one.name]


def only(config: Config, wanted: Readiness, *slis: Sli, **options: Any) -> Fact:
    (fact,) = facts(config, service(wanted, *slis), **options)
    return fact


def await_evaluation(url: str) -> None:
    """Until its only rule was evaluated once."""
    end = time.monotonic() + 20
    source = PrometheusSource(PrometheusSettings(name="metrics", url=url, timeout=2))
    try:
        while source.alert_rules(["CheckoutBurn"], Deadline(5)) != [AlertRule("CheckoutBurn", "")]:
            assert time.monotonic() < end, "the rule was not evaluated"
    finally:
        source.close()


@pytest.fixture(scope="module")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require(Ruled)
    place = tmp_path_factory.mktemp("ready")
    histories = [
        Steady("checkout", END - 3 * HOUR, END, END, END, step=15),
        Steady("silent", END - 3 * HOUR, END - 300, END, END, step=15),
    ]
    write_openmetrics(place / "history.om", histories)
    Prometheus.backfill(place / "history.om", place / "data")
    rules = "global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\nscrape_configs: []\n"
    with Ruled(place / "data", config=rules) as server:
        await_evaluation(server.url)
        yield server.url


@pytest.fixture(scope="module")
def manager() -> Iterator[Alertmanager]:
    require(Alertmanager)
    with Alertmanager() as server:
        yield server


def await_(config: Config, one: Service, *, holds: bool) -> Fact:
    """The fact once it is so: the Alertmanager takes a moment to see a silence."""
    end = time.monotonic() + 20
    while True:
        (fact,) = facts(config, one)
        if fact.holds is holds:
            return fact
        assert time.monotonic() < end, fact


@pytest.mark.realstack
def test_a_service_is_ready_as_long_as_nothing_speaks_against_it(
    prometheus_url: str, manager: Alertmanager, tmp_path: Path
) -> None:
    wanted = Readiness(
        scrapes=4,
        alert_rules=("CheckoutBurn",),
        rules_source="metrics",
        rollback_command="make rollback",
        alerts_source="alerts",
        alerts={"service": ("ready",), "severity": ("critical",)},
    )
    found = facts(config(tmp_path, prometheus_url, manager.url), service(wanted))
    assert found == [
        Fact(
            "metrics",
            holds=True,
            detail="slo-0: the newest sample is younger than 1m, which is 4 scrapes of 15s",
        ),
        Fact("alert rules", holds=True, detail="CheckoutBurn is evaluated"),
        Fact("rollback plan", holds=True, detail="declared, and not run by slogate: make rollback"),
        Fact("alerts", holds=True, detail="no alert fires with service ready, severity critical"),
    ]


@pytest.mark.realstack
def test_an_alert_fires_until_it_is_silenced(manager: Alertmanager, tmp_path: Path) -> None:
    one = service(Readiness(alerts_source="alerts", alerts=MATCH))
    settings = config(tmp_path, alerts=manager.url)
    assert await_(settings, one, holds=True).outage is False
    labels = {"alertname": "Burn", "service": "checkout", "severity": "page"}
    times = {"startsAt": "2026-09-21T14:13:20Z", "endsAt": "2199-01-01T00:00:00Z"}
    manager.post("alerts", [{"labels": labels, **times}])
    fact = await_(settings, one, holds=False)
    assert fact.detail == (
        "firing with service checkout, severity critical or page: Burn since 2026-09-21 14:13 UTC"
    )
    matchers = [{"name": "alertname", "value": "Burn", "isRegex": False, "isEqual": True}]
    silence = {"matchers": matchers, **times, "createdBy": "ada", "comment": "known"}
    manager.post("silences", silence)
    assert await_(settings, one, holds=True).detail.startswith("no alert fires")


@pytest.mark.realstack
def test_metrics_that_went_silent_are_named(prometheus_url: str, tmp_path: Path) -> None:
    settings = config(tmp_path, prometheus_url)
    slis = (events("checkout"), events("silent"), events("nobody"))
    fact = only(settings, Readiness(scrapes=4), *slis)
    assert fact.holds is False
    assert fact.detail.startswith(
        "slo-1: no sample in the last 1m28s, which is 4 scrapes of 22s; slo-2: no sample in the last 2h"
    )
    assert only(settings, Readiness(scrapes=4, interval=120), *slis[:2]).holds


@pytest.mark.realstack
def test_a_missing_rule_is_told_with_its_nearest_name(prometheus_url: str, tmp_path: Path) -> None:
    wanted = Readiness(alert_rules=("CheckoutBrun", "Else"), rules_source="metrics")
    fact = only(config(tmp_path, prometheus_url), wanted)
    assert fact.holds is False
    assert fact.detail == (
        "there is no alert rule CheckoutBrun (did you mean CheckoutBurn?); "
        "there is no alert rule Else"
    )


def test_services_without_readiness_are_not_asked(tmp_path: Path) -> None:
    found = readiness.found(
        config(tmp_path), [service(None), service(Readiness(), name="idle")], NOW, Deadline(1)
    )
    assert found == {"idle": []}


ALL = Readiness(
    scrapes=4,
    alert_rules=("A",),
    rules_source="metrics",
    alerts_source="alerts",
    alerts=MATCH,
)


def test_a_server_that_hangs_is_an_outage_of_each_question(tmp_path: Path) -> None:
    def hang(call: Call) -> bytes:
        call.closing.wait(10)
        return b""

    with faulty(hang) as server:
        found = facts(config(tmp_path, server.url, server.url), service(ALL), seconds=0.5)
    assert [(fact.name, fact.holds, fact.outage) for fact in found] == [
        (name, None, True) for name in ("metrics", "alert rules", "alerts")
    ]
    assert "0.5 s" in found[0].detail


def test_refused_access_is_no_outage(tmp_path: Path) -> None:
    answer = error("401 Unauthorized", "", "who are you?")
    with faulty(lambda _: answer) as server:
        found = facts(config(tmp_path, server.url, server.url), service(ALL))
    assert [(fact.holds, fact.outage) for fact in found] == [(None, False)] * 3
    assert all("check `auth`" in fact.detail for fact in found)


def test_what_fails_does_not_hide_what_nobody_knows(tmp_path: Path) -> None:
    constant_query = Events(bad="vector(0)", total="vector(1)")
    with faulty(constant(lambda _: [])) as server:
        settings = config(tmp_path, server.url)
        wanted = Readiness(scrapes=4)
        fails, unknown = facts(settings, service(wanted, constant_query, events("checkout")))
    assert fails.holds is False
    assert fails.detail == "slo-1: no sample in the last 2h"
    assert (unknown.holds, unknown.outage) == (None, False)
    assert unknown.detail.startswith("slo-0: nobody can tell")


def test_a_wrong_question_is_a_wrong_configuration(tmp_path: Path) -> None:
    bad = error("400 Bad Request", "bad_data", "parse error")

    def answer(call: Call) -> bytes:
        return respond('"bad matcher"', "400 Bad Request") if "alerts" in call.path else bad

    with faulty(answer) as server, pytest.raises(ConfigError) as caught:
        facts(config(tmp_path, server.url, server.url), service(ALL, name="shop"))
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["services.shop.readiness.metrics", "services.shop.readiness.alerts"]


def rules(*names: str) -> Answer:
    state = {"type": "alerting", "health": "ok", "lastEvaluation": "2026-11-21T19:58:20Z"}
    listed = [{"name": name, **state} for name in names]
    body = {"status": "success", "data": {"groups": [{"rules": listed}]}}
    return lambda _: respond(json.dumps(body))


@pytest.mark.parametrize(
    ("answer", "holds", "said"),
    [
        (rules("A", "B"), True, "A and B are evaluated"),
        (rules(), False, "the source has none at all"),
        (lambda _: respond("", "404 Not Found"), None, "vmalert"),
        (lambda _: respond("<html>"), None, "not JSON"),
        (constant(healthy), None, "has no rules API"),
    ],
)
def test_alert_rules_exist_or_not_or_cannot_be_known(
    tmp_path: Path, *, answer: Answer, holds: bool | None, said: str
) -> None:
    with faulty(answer) as server:
        wanted = Readiness(alert_rules=("A", "B"), rules_source="metrics")
        fact = only(config(tmp_path, server.url), wanted)
    assert fact.holds is holds
    assert said in fact.detail


def test_a_rule_with_an_error_does_not_hold(tmp_path: Path) -> None:
    rule = {"name": "A", "type": "alerting", "health": "err", "lastError": "no such metric"}
    body = {"status": "success", "data": {"groups": [{"rules": [rule]}]}}
    with faulty(lambda _: respond(json.dumps(body))) as server:
        wanted = Readiness(alert_rules=("A",), rules_source="metrics")
        fact = only(config(tmp_path, server.url), wanted)
    assert (fact.holds, fact.detail) == (False, "A cannot be evaluated: no such metric")


def test_a_rule_that_never_ran_does_not_hold(tmp_path: Path) -> None:
    never = {"health": "unknown", "lastEvaluation": "0001-01-01T00:00:00Z"}
    rule = {"name": "A", "type": "alerting", **never}
    body = {"status": "success", "data": {"groups": [{"rules": [rule, rule]}]}}
    with faulty(lambda _: respond(json.dumps(body))) as server:
        wanted = Readiness(alert_rules=("A",), rules_source="metrics")
        fact = only(config(tmp_path, server.url), wanted)
    assert (fact.holds, fact.detail) == (False, "A has not been evaluated yet")


def test_many_alerts_are_counted(tmp_path: Path) -> None:
    listed = [
        {
            "labels": {"alertname": f"Alert{number % 7}"},
            "status": {"state": "active"},
            "startsAt": f"2026-11-20T{number:02}:00:00.123Z",
        }
        for number in range(14)
    ]
    with faulty(lambda _: respond(json.dumps(listed))) as server:
        wanted = Readiness(alerts_source="alerts", alerts=MATCH)
        detail = only(config(tmp_path, alerts=server.url), wanted).detail
    assert detail.endswith("Alert4 since 2026-11-20 04:00 UTC and 2 more")
    assert detail.count("Alert0") == 1


def test_names_of_alerts_are_foreign_text(tmp_path: Path) -> None:
    name = "a\x1b[31m\n" + "x" * 500
    listed = [{"labels": {"alertname": name}, "status": {"state": "active"}, "startsAt": "\n"}]
    with faulty(lambda _: respond(json.dumps(listed))) as server:
        wanted = Readiness(alerts_source="alerts", alerts=MATCH)
        detail = only(config(tmp_path, alerts=server.url), wanted).detail
    assert detail.isprintable()
    assert len(detail) < 200


def make_plans(place: Path) -> None:
    (place / "plan.md").write_text("# Back\n")
    (place / "empty.md").write_text("")
    (place / "blank.md").write_text(" \n\n")
    (place / "folder.md").mkdir()
    (place / "loop.md").symlink_to(place / "loop.md")
    (place / "gone.md").symlink_to(place / "nowhere.md")
    (place / "good.md").symlink_to(place / "plan.md")
    (place / "under" / "docs").mkdir(parents=True)
    (place / "under" / "docs" / "plan.md").write_text("x")


@pytest.mark.parametrize(
    ("file", "holds", "said"),
    [
        ("plan.md", True, "described in plan.md"),
        ("good.md", True, "described in good.md"),
        ("under/docs/plan.md", True, "under/docs/plan.md"),
        ("empty.md", False, "is empty"),
        ("blank.md", False, "is empty"),
        ("folder.md", False, "is no regular file"),
        ("loop.md", False, "cannot be read"),
        ("gone.md", False, "there is no gone.md"),
        ("missing.md", False, "there is no missing.md"),
        ("plan.md/x", False, "cannot be read"),
        ("a\0b", False, "cannot be read"),
        ("x" * 5000, False, "cannot be read"),
    ],
)  # fmt: skip
def test_the_plan_for_the_way_back_is_a_file_with_something_in_it(
    tmp_path: Path, *, file: str, holds: bool, said: str
) -> None:
    make_plans(tmp_path)
    fact = only(config(tmp_path), Readiness(rollback_file=file))
    assert (fact.holds, fact.outage) == (holds, False)
    assert said in fact.detail


def test_a_pipe_is_no_plan(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    fact = only(config(tmp_path), Readiness(rollback_file="pipe"))
    assert (fact.holds, fact.detail) == (False, "pipe is no regular file")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/dev/zero", "is no regular file"),
        ("../elsewhere.md", "is a link that leads out of the repository"),
        ("/etc/passwd", "is a link that leads out of the repository"),
    ],
)
@pytest.mark.parametrize("file", ["plan.md", "docs/plan.md", "../a/plan.md"])
def test_a_link_to_anywhere_is_no_plan(tmp_path: Path, target: str, said: str, file: str) -> None:
    (tmp_path / "elsewhere.md").write_text("back")
    place = tmp_path / "a"
    place.mkdir()
    (place / "plan.md").symlink_to(target)
    (place / "docs").symlink_to(place)
    fact = only(config(place), Readiness(rollback_file=file))
    assert (fact.holds, fact.detail) == (False, f"{file} {said}")


def test_a_folder_that_leads_out_is_no_place_for_a_plan(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("back")
    place = tmp_path / "a"
    place.mkdir()
    (place / "docs").symlink_to(tmp_path)
    fact = only(config(place), Readiness(rollback_file="docs/plan.md"))
    assert fact.holds is False


def test_a_link_in_place_of_the_folder_of_the_configuration_leads_out(tmp_path: Path) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "plan.md").write_text("back")
    (tmp_path / "repository" / "ops").symlink_to(tmp_path / "elsewhere")
    fact = only(config(tmp_path / "repository" / "ops"), Readiness(rollback_file="plan.md"))
    assert fact.holds is False


@pytest.mark.parametrize("file", ["plan.md", "../docs/plan.md"])
def test_a_plan_may_be_anywhere_in_the_repository(tmp_path: Path, file: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    place = tmp_path / "real" / "slogate"
    (tmp_path / "real" / ".git").mkdir(parents=True)
    (tmp_path / "real" / "docs").mkdir()
    place.mkdir()
    (tmp_path / "real" / "docs" / "plan.md").write_text("back")
    (place / "plan.md").symlink_to("../docs/plan.md")
    for folder in (place, tmp_path / "link" / "slogate"):
        assert only(config(folder), Readiness(rollback_file=file)).holds


def test_the_configuration_may_name_a_plan_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("back")
    place = tmp_path / "a"
    place.mkdir()
    for file in ("../plan.md", str(tmp_path / "plan.md")):
        assert only(config(place), Readiness(rollback_file=file)).holds


def test_rows_of_a_file_are_fresh_or_not(tmp_path: Path) -> None:
    sli = Events(bad="errors", total="requests")
    rows = [f"{at},10,0" for at in range(END - DAY, END + 1, 300)]
    (tmp_path / "counts.csv").write_text("\n".join(["time,requests,errors", *rows]))
    one = service(Readiness(scrapes=2), sli, source="rows")
    for age, holds in ((599, True), (601, False)):
        (fact,) = facts(config(tmp_path), one, now=END + age)
        assert fact.holds is holds
        assert "10m, which is 2 scrapes of 5m" in fact.detail


def test_a_file_that_cannot_be_read_is_no_absence_of_samples(tmp_path: Path) -> None:
    sli = Events(bad="errors", total="requests")
    one = service(Readiness(scrapes=2), sli, source="rows")
    (fact,) = facts(config(tmp_path), one)
    assert fact.holds is None
    assert "cannot be read" in fact.detail
