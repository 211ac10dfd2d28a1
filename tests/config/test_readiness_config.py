"""Readiness, dependencies and mode of a service, and the alertmanager that some of it asks."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from slogate.config.schema import json_schema
from slogate.config.settings import AlertmanagerSettings
from slogate.core.governance import Readiness
from slogate.core.model import Decision, Service
from tests.config.builders import BASE, SOURCE, base, config, problems, warnings

KEYS = "    slos:"
ALERTS = '{type: alertmanager, url: "http://alertmanager:9093"}'
SECOND = ("services:", '  other: {type: prometheus, url: "http://other"}\nservices:')
MANAGER = ("services:", f"  alerts: {ALERTS}\nservices:")
TWO_MANAGERS = ("services:", f"  alerts: {ALERTS}\n  pages: {ALERTS}\nservices:")
FILE = (SOURCE, "{type: file, path: counts.csv}")
COLUMNS = [
    ("sum(increase(errors_total[{{window}}]))", "errors"),
    ("sum(increase(requests_total[{{window}}]))", "requests"),
]


def with_keys(*lines: str, changes: tuple[tuple[str, str], ...] = ()) -> str:
    """The small configuration with these keys of its service, after the sources."""
    written = "".join(f"    {line}\n" for line in lines)
    return base(*changes, (KEYS, f"{written}{KEYS}"))


def service_of(*lines: str, changes: tuple[tuple[str, str], ...] = ()) -> Service:
    """The only service."""
    return config(with_keys(*lines, changes=changes)).services[0]


def test_a_service_that_says_nothing() -> None:
    (service,) = config(BASE).services
    assert (service.readiness, service.depends_on, service.advise) == (None, (), False)
    assert service_of("readiness:").readiness is None


@pytest.mark.parametrize(("mode", "advise"), [("advise", True), ("enforce", False)])
def test_the_mode(mode: str, advise: bool) -> None:  # noqa: FBT001
    assert service_of(f"mode: {mode}").advise is advise


def test_everything_that_can_be_said() -> None:
    found = service_of(
        "readiness:",
        "  decision: block",
        "  metrics: {scrapes: 4, interval: 30s}",
        "  alert_rules: {names: [Burn, Down], source: metrics}",
        "  rollback: {command: make rollback}",
        "  alerts: {source: alerts, match: {service: shop, severity: [critical, page]}}",
        changes=(MANAGER,),
    )
    assert found.readiness == Readiness(
        decision=Decision.BLOCK,
        scrapes=4,
        interval=30,
        alert_rules=("Burn", "Down"),
        rules_source="metrics",
        rollback_command="make rollback",
        alerts_source="alerts",
        alerts={"service": ("shop",), "severity": ("critical", "page")},
    )


def test_what_is_left_out_has_defaults() -> None:
    found = service_of("readiness: {rollback: {file: docs/rollback.md}}").readiness
    assert found == Readiness(rollback_file="docs/rollback.md")
    keys = "readiness: {metrics: {scrapes: 2}, alert_rules: {names: [a]}, alerts: {}}"
    assert service_of(keys, changes=(MANAGER,)).readiness == Readiness(
        scrapes=2,
        alert_rules=("a",),
        rules_source="metrics",
        alerts_source="alerts",
        alerts={"service": ("checkout",), "severity": ("critical",)},
    )


def test_rules_of_a_service_with_a_file_are_looked_for_on_the_only_server() -> None:
    changes = (*COLUMNS, FILE, SECOND)
    found = service_of("source: metrics", "readiness: {alert_rules: {names: [a]}}", changes=changes)
    assert found.readiness is not None
    assert found.readiness.rules_source == "other"


RULES = "readiness: {alert_rules: {names: [a]}}"
FIRING = "readiness: {alerts: {}}"
WRONG = [
    ("readiness: {}", (), ": needs at least one of: metrics, alert_rules, rollback, alerts"),
    (
        "readiness: {decision: block}",
        (),
        ": needs at least one of: metrics, alert_rules, rollback, alerts",
    ),
    (
        "readiness: {decision: approve, alerts: {}}",
        (MANAGER,),
        ".decision: must be review, defer or block, not 'approve'",
    ),
    ("readiness: {metrics: {}}", (), ".metrics: missing key 'scrapes'"),
    (
        "readiness: {metrics: {scrapes: 1}}",
        (),
        ".metrics.scrapes: must be a whole number between 2 and 1000, not 1",
    ),
    (
        "readiness: {metrics: {scrapes: 2.5}}",
        (),
        ".metrics.scrapes: must be a whole number between 2 and 1000, not 2.5",
    ),
    (
        "readiness: {metrics: {scrapes: 4, interval: 30}}",
        (),
        ".metrics.interval: must be a duration such as 5m or 30d, not 30",
    ),
    ("readiness: {alert_rules: {}}", (), ".alert_rules: missing key 'names'"),
    ("readiness: {alert_rules: {names: []}}", (), ".alert_rules.names: needs at least one entry"),
    ("readiness: {rollback: {}}", (), ".rollback: needs exactly one of: command, file"),
    (
        "readiness: {rollback: {command: a, file: b}}",
        (),
        ".rollback: needs exactly one of: command, file",
    ),
    (
        "readiness: {alerts: {match: {}}}",
        (MANAGER,),
        ".alerts.match: needs at least one entry",
    ),
    (
        "readiness: {alerts: {match: {a-b: c}}}",
        (MANAGER,),
        ".alerts.match.a-b: the key must be the name of a label such as version, not 'a-b'",
    ),
    (
        "readiness: {alerts: {match: {a: []}}}",
        (MANAGER,),
        ".alerts.match.a: needs at least one entry",
    ),
    (
        "readiness: {alerts: {match: {a: 1}}}",
        (MANAGER,),
        ".alerts.match.a: must be text, but is a number; put it in quotes",
    ),
    (FIRING, (), ".alerts: needs a source of type alertmanager, and there is none"),
    (FIRING, (TWO_MANAGERS,), ".alerts: missing key 'source': there are several (alerts, pages)"),
    (
        "readiness: {alerts: {source: metrics}}",
        (MANAGER,),
        ".alerts.source: must be a source of type alertmanager, and this is of type prometheus",
    ),
    (
        "readiness: {alerts: {source: alarts}}",
        (MANAGER,),
        ".alerts.source: there is no source 'alarts'; did you mean 'alerts'?",
    ),
    (RULES, (*COLUMNS, FILE), ".alert_rules: needs a source of type prometheus, and there is none"),
    (
        "readiness: {alert_rules: {names: [a], source: alerts}}",
        (MANAGER,),
        ".alert_rules.source: must be a source of type prometheus, and this is of type alertmanager",
    ),
]


@pytest.mark.parametrize(("line", "changes", "expected"), WRONG)
def test_wrong_readiness(line: str, changes: tuple[tuple[str, str], ...], expected: str) -> None:
    found = problems(with_keys(line, changes=changes))
    assert [problem.partition(": ")[2] for problem in found] == [
        f"services.checkout.readiness{expected}"
    ]


DEPENDS = [
    ("depends_on: [checkout]", "[0]: is this service itself; name others only"),
    ("depends_on: [chekout]", "[0]: there is no service 'chekout'; did you mean 'checkout'?"),
    ("depends_on: checkout", ": must be a list (`- item`), but is text"),
    ("depends_on: [1]", "[0]: must be text, but is a number; put it in quotes"),
]


@pytest.mark.parametrize(("line", "expected"), DEPENDS)
def test_wrong_dependencies(line: str, expected: str) -> None:
    assert problems(with_keys(line)) == [f"6: services.checkout.depends_on{expected}"]


def test_services_may_depend_on_each_other() -> None:
    slos = BASE.partition("    slos:\n")[2]
    text = with_keys("depends_on: [billing, billing]")
    text += f"  billing:\n    depends_on: [checkout]\n    slos:\n{slos}"
    assert [service.depends_on for service in config(text).services] == [
        ("billing",),
        ("checkout",),
    ]


def test_an_unknown_mode_is_refused() -> None:
    assert problems(with_keys("mode: adivse")) == [
        "6: services.checkout.mode: must be enforce or advise, not 'adivse'; did you mean advise?"
    ]


# --- The alertmanager ----------------------------------------------------------------------------


def test_an_alertmanager_is_reached_like_a_prometheus() -> None:
    source = (
        "{type: alertmanager, url: 'http://me:hunter2@am:9093/base/', timeout: 3s, "
        "headers: {X-Scope-OrgID: shop}, tls: {ca: ca.pem}}"
    )
    found = config(base(("services:", f"  alerts: {source}\nservices:"))).sources["alerts"]
    assert isinstance(found, AlertmanagerSettings)
    assert (found.url, found.username, found.password) == ("http://am:9093/base", "me", "hunter2")
    assert (found.timeout, found.headers) == (3, {"X-Scope-OrgID": "shop"})
    assert found.ca is not None
    assert found.type == "alertmanager"
    assert "hunter2" not in repr(found)
    assert "hunter2" in found.credentials()


def test_the_source_of_a_service_may_be_left_out_beside_an_alertmanager() -> None:
    first = ("  metrics:", f"  alerts: {ALERTS}\n  metrics:")
    for change in (MANAGER, first):
        (service,) = config(base(change)).services
        assert [name for _, name in service.slos] == ["metrics"]


NOTHING = "is an alertmanager, which measures nothing; name another source"
CANARY = "canary: {preset: http}"
MISUSED = [
    (base((SOURCE, ALERTS)), "sources: needs one of type prometheus or file: an alertmanager"),
    (with_keys("source: alerts", changes=(MANAGER,)), f"services.checkout.source: {NOTHING}"),
    (
        with_keys("source: alerts", CANARY, changes=(MANAGER,)),
        f"services.checkout.source: {NOTHING}",
    ),
    (
        with_keys("canary: {preset: http, source: alerts}", changes=(MANAGER,)),
        f"services.checkout.canary.source: {NOTHING}",
    ),
    (
        base(MANAGER, ("http://alertmanager:9093", "http://alertmanager:9093/api/v2")),
        "sources.alerts.url: must be the base URL, without /api/v2",
    ),
    (
        base(MANAGER, ("type: alertmanager", "type: alertmanger")),
        (
            "sources.alerts.type: must be prometheus, file or alertmanager, not 'alertmanger'; "
            "did you mean alertmanager?"
        ),
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISUSED)
def test_an_alertmanager_in_the_wrong_place(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert found.partition(": ")[2].startswith(expected)


def test_a_canary_finds_its_server_beside_an_alertmanager() -> None:
    service = service_of(CANARY, changes=(MANAGER,))
    assert service.canary is not None
    assert service.canary.source == "metrics"


def test_an_alertmanager_that_nobody_asks_is_a_warning() -> None:
    assert warnings(base(MANAGER)) == ["4: sources.alerts: no service uses this"]
    assert warnings(with_keys(FIRING, changes=(MANAGER,))) == []
    named = "readiness: {alerts: {source: pages}}"
    assert warnings(with_keys(named, changes=(TWO_MANAGERS,))) == [
        "4: sources.alerts: no service uses this"
    ]


def test_a_server_that_only_has_the_alert_rules_is_used() -> None:
    keys = ("source: metrics", "readiness: {alert_rules: {names: [a], source: other}}")
    assert warnings(with_keys(*keys, changes=(SECOND,))) == []


def test_a_secret_of_an_alertmanager_is_a_warning_and_not_shown() -> None:
    change = (ALERTS[:-1], ALERTS[:-1] + ", auth: {bearer: hunter2}")
    text = with_keys(FIRING, changes=(MANAGER, change))
    (warning,) = warnings(text)
    assert warning.startswith("4: sources.alerts.auth.bearer: a bearer token stands in the file;")
    assert "hunter2" not in repr(config(text))
    (found,) = problems(text.replace("bearer: hunter2", "hunter2: 1"))
    assert "hunter2" not in found


def test_what_hangs_on_a_variable_is_only_a_warning() -> None:
    lines = [
        'readiness: {alerts: {source: "${A}"}}',
        'readiness: {alert_rules: {names: ["${A}"], source: "${A}"}, metrics: {scrapes: "${A}"}}',
        'source: "${A}"',
        'depends_on: ["${A}"]',
        'mode: "${A}"',
    ]
    for line in lines:
        found = warnings(with_keys(line, changes=(MANAGER,)))
        assert [text for text in found if "A is not set" not in text] in (
            [],
            ["4: sources.alerts: no service uses this"],
        )


# --- JSON Schema ---------------------------------------------------------------------------------

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize(
    "line",
    [
        "readiness: {metrics: {scrapes: 4, interval: 30s}, rollback: {command: make rollback}}",
        "readiness: {alerts: {match: {service: checkout, severity: [critical, page]}}}",
        "readiness: {alert_rules: {names: [a]}, alerts: {source: alerts}, decision: review}",
        "depends_on: []",
        "mode: advise",
    ],
)
def test_json_schema_accepts_what_slogate_accepts(line: str) -> None:
    text = with_keys(line, changes=(MANAGER,))
    assert problems(text) == []
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "line",
    [
        "readiness: {decision: block}",
        "readiness: {metrics: {scrapes: 1}}",
        "readiness: {rollback: {command: a, file: b}}",
        "readiness: {alerts: {match: {severity: []}}}",
        "mode: off",
    ],
)
def test_json_schema_refuses_what_slogate_refuses(line: str) -> None:
    text = with_keys(line, changes=(MANAGER,))
    assert problems(text)
    assert not VALIDATOR.is_valid(yaml.safe_load(text))
