"""What a wrong key or value is told, with line and key path; and the JSON Schema of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from slogate.config.schema import json_schema
from tests.config.builders import BASE, SOURCE, base, config, problems, with_policy, with_sli

SLO = "services.checkout.slos[0]"
DURATION = "must be a duration such as 5m or 30d"
WINDOW = f"{DURATION} or {{calendar: month}}"

CHANGES = [
    ("version: 1", "version: 2", "1: version: must be 1, the only version there is, not 2"),
    ("version: 1\n", "", "1: missing key 'version'"),
    ("version: 1", "verson: 1", "1: verson: unknown key; did you mean 'version'?"),
    (
        "version: 1",
        "version: 1\nfoo: 1",
        "2: foo: unknown key; known keys: version, sources, services, policy, policies, risk",
    ),
    ("objective:", "objectve:", f"8: {SLO}.objectve: unknown key; did you mean 'objective'?"),
    ("        objective: 99.9\n", "", f"7: {SLO}: missing key 'objective'"),
    (
        "99.9",
        "0.999",
        f"8: {SLO}.objective: must be in percent, not 0.999; did you mean 99.9?",
    ),
    (
        "99.9",
        "100",
        f"8: {SLO}.objective: must be below 100: an objective of 100 leaves no error budget",
    ),
    ("99.9", "1", f"8: {SLO}.objective: must be a percentage such as 99.9, not 1"),
    ("99.9", "100.1", f"8: {SLO}.objective: must be a percentage such as 99.9, not 100.1"),
    ("99.9", ".nan", f"8: {SLO}.objective: must be a finite number, not nan"),
    ("99.9", ".inf", f"8: {SLO}.objective: must be a finite number, not inf"),
    ("99.9", "yes", f"8: {SLO}.objective: must be a number, not true (as YAML reads it)"),
    ("99.9", "'99.9'", f"8: {SLO}.objective: must be a number, not '99.9'"),
    ("99.9", "", f"8: {SLO}.objective: must be a number, not an empty value"),
    ("30d", "30", f"9: {SLO}.window: {WINDOW}, not 30"),
    ("30d", "30m", f"9: {SLO}.window: must be a duration between 1h and 365d, not '30m'"),
    ("30d", "53w", f"9: {SLO}.window: must be a duration between 1h and 365d, not '53w'"),
    ("30d", "0d", f"9: {SLO}.window: must be a duration between 1h and 365d, not '0d'"),
    ("30d", "1 month", f"9: {SLO}.window: {WINDOW}, not '1 month'"),
    ("30d", "[30d]", f"9: {SLO}.window: {WINDOW}, not a list"),
    (
        "30d",
        "{calendar: mont}",
        (
            f"9: {SLO}.window.calendar: must be week, month, quarter or year, not 'mont'; "
            "did you mean month?"
        ),
    ),
    ("30d", "{}", f"9: {SLO}.window: missing key 'calendar'"),
    (
        "30d",
        "{calendar: week, tz: UTC}",
        f"9: {SLO}.window.tz: unknown key; known keys: calendar, timezone",
    ),
    (
        "30d",
        "{calendar: week, timezone: Europe/Berln}",
        (
            f"9: {SLO}.window.timezone: must be a time zone such as Europe/Berlin, "
            "not 'Europe/Berln'; did you mean Europe/Berlin?"
        ),
    ),
    ("availability", "2026", f"7: {SLO}.name: must be text, but is a number; put it in quotes"),
    ("availability", "' '", f"7: {SLO}.name: must not be empty"),
    ("checkout:", "checkout: 5\n  x:", "5: services.checkout: must be a mapping"),
    ("    slos:\n", "    slos: {}\n    x:\n", "6: services.checkout.slos: must be a list"),
    ("version: 1", "version: 1\nrisk: {default: lo}", "2: risk.default: must be low, medium"),
    (SOURCE, "", "3: sources.metrics: must be a mapping (`key: value`), but is an empty value"),
    (f"\n  metrics: {SOURCE}", " {}", "2: sources: needs at least one entry"),
    ("availability", "${X:-a/../!}", f"7: {SLO}.name: must be a name, not what the environment"),
    ("    slos:", f"    owner: {'x' * 201}\n    slos:", "6: services.checkout.owner: must be at"),
    ("      - name: availability", "      - 1\n      - name: x", f"7: {SLO}: must be a mapping"),
    ("services:\n", "policies: {a: 1}\nservices:\n", "4: policies.a: must be a mapping"),
    ("services:\n", "services:\nx:\n", "4: services: must be a mapping (`key: value`), but is an"),
    ("checkout:", "check/../out!:", "5: services['check/../out!']: the key must be a name, not"),
]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_wrong_keys_and_values(old: str, new: str, expected: str) -> None:
    assert problems(base((old, new)))[0].startswith(expected)


SOURCES = [
    ("{}", "missing key 'type'"),
    ("{type: prometheus}", "missing key 'url'"),
    ("{type: promtheus, url: 'http://x'}", ".type: must be prometheus, file or alertmanager, not"),
    ("{type: fil, path: a.csv}", ".type: must be file, prometheus or alertmanager, not"),
    ("{type: prometheus, url: 'x:9090'}", ".url: must be a URL such as https://"),
    ("{type: prometheus, url: 'http://'}", ".url: must be a URL such as https://"),
    ("{type: prometheus, url: 'http://a:99999'}", ".url: must be a URL such as https://"),
    ("{type: prometheus, url: 'http://a b'}", ".url: must be a URL such as https://"),
    ("{type: prometheus, url: 'ftp://x'}", ".url: must be a URL such as https://"),
    ("{type: prometheus, url: 'http://x?a=b'}", ".url: must be a URL without a query"),
    ("{type: prometheus, url: 'http://x/api/v1/'}", ".url: must be the base URL"),
    ("{type: prometheus, url: 'http://x', path: y}", ".path: unknown key"),
    ("{type: prometheus, url: 'http://x', timeout: 10}", f".timeout: {DURATION}, not 10"),
    ("{type: prometheus, url: 'http://x', timeout: 2h}", ".timeout: must be a duration between"),
    ("{type: prometheus, url: 'http://x', resolution: 5s}", ".resolution: must be a duration betw"),
    ("{type: prometheus, url: 'http://x', concurrency: 65}", ".concurrency: must be a whole numb"),
    ("{type: prometheus, url: 'http://x', concurrency: 0.5}", ".concurrency: must be a whole num"),
    ("{type: prometheus, url: 'http://x', auth: {}}", ".auth: needs exactly one of: bearer, basic"),
    (
        "{type: prometheus, url: 'http://x', auth: {bearer: a, basic: {username: b, password: c}}}",
        ".auth: needs exactly one of: bearer, basic",
    ),
    ("{type: prometheus, url: 'http://x', auth: {basic: {username: b}}}", ".auth.basic: missing"),
    ("{type: prometheus, url: 'http://x', tls: {key: k.pem}}", ".tls: `key` needs a `cert`"),
    (
        "{type: prometheus, url: 'http://x', headers: {a b: c}}",
        ".headers: the key must be the name",
    ),
    ('{type: prometheus, url: "http://x", headers: {a: "b\\nc"}}', ".headers.a: must be one line"),
    ("{type: prometheus, url: 'http://x', headers: {a: gr\xfcn}}", ".headers.a: must be one line"),
    ("{type: prometheus, url: 'http://x', headers: {a: 1}}", ".headers.a: must be text, but is a"),
    ("{type: file}", "missing key 'path'"),
    ("{type: file, path: a.xlsx}", ".path: must be a file that ends in .csv or .jsonl, not 'a.x"),
    ("{type: file, path: a.csv, url: x}", ".url: unknown key; known keys: type, path, resolution"),
    ("prometheus", "must be a mapping (`key: value`), but is text"),
    (
        "{type: prometheus, url: 'http://a:b@x', auth: {bearer: c}}",
        "credentials are given twice: keep one of",
    ),
]


@pytest.mark.parametrize(("source", "expected"), SOURCES)
def test_wrong_sources(source: str, expected: str) -> None:
    where = "3: sources.metrics"
    found = problems(base((SOURCE, source)))
    joint = "" if expected.startswith(".") else ": "
    assert found[0].startswith(f"{where}{joint}{expected}")


SLIS = [
    ("{}", ": needs exactly one of: good + total, bad + total, latency, slices, ratio; there is"),
    ("{total: a}", ": needs exactly one of"),
    ("{good: a, bad: b, total: c}", ": needs exactly one of"),
    ("{ratio: 'a[{{window}}]', total: 'b[{{window}}]'}", ": needs exactly one of"),
    ("{recorded: a}", ".recorded: not supported yet; remove it"),
    ("{latency: {histogram: a, below: 300}}", ".latency.below: must be a duration such as 300ms"),
    ("{latency: {histogram: a, below: 0s}}", ".latency.below: must be a duration such as 300ms"),
    ("{latency: {histogram: a}}", ".latency: missing key 'below'"),
    ("{slices: {query: a, op: '=<', value: 1}}", ".slices.op: must be <, <=, >, >=, == or !=, not"),
    ("{slices: {query: a, op: '<', value: yes}}", ".slices.value: must be a number, not true"),
    ("{slices: {query: a, op: '<', value: 1, every: 0m}}", ".slices.every: must be a duration"),
]


@pytest.mark.parametrize(("sli", "expected"), SLIS)
def test_wrong_slis(sli: str, expected: str) -> None:
    assert problems(with_sli(sli))[0].startswith(f"10: {SLO}.sli{expected}")


POLICIES = [
    ("on_no_data: blok", ".on_no_data: must be error, approve, review, defer or block, not 'blok'"),
    ("on_no_traffic: off", ".on_no_traffic: must be error, approve, review, defer or block, not f"),
    ("min_coverage: 90", ".min_coverage: must be a percentage such as 90%, not 90; did you mean"),
    ("min_coverage: 120%", ".min_coverage: must be at most 100%, not '120%'"),
    ("min_coverage: high", ".min_coverage: must be a percentage such as 90%, not 'high'"),
    ("min_events: -1", ".min_events: must be a whole number between 0 and"),
    ("max_staleness: 5", f".max_staleness: {DURATION}, not 5"),
    ("freezes: {}", ".freezes: must be a list (`- item`), but is a mapping"),
    ("exceptions: {}", ".exceptions: must be a list (`- item`), but is a mapping"),
    ("status: {consumed: {warning: 0}}", ".status.consumed.warning: must be more than 0%, not 0"),
    ("status: {pace: {warning: 0}}", ".status.pace.warning: must be a number above 0, not 0"),
    ("status: {burn: {}}", ".status.burn: must be a list (`- item`), but is a mapping"),
    (
        "status: {burn: [{rate: 1, long: 1h, short: 1h, status: warning}]}",
        ".status.burn[0]: `long` must be longer than `short`",
    ),
    (
        "status: {burn: [{rate: 1, long: 2h, short: 1h, status: healthy}]}",
        ".status.burn[0].status: must be attention, warning, critical or exhausted, not 'healthy'",
    ),
    ("matrix: {helthy: {low: block}}", ".matrix.helthy: the key must be healthy, attention"),
    ("matrix: {healthy: {low: blok}}", ".matrix.healthy.low: must be approve, review, defer or b"),
    ("matrix: {healthy: block}", ".matrix.healthy: must be a mapping (`key: value`), but is text"),
    ("approvers: {boss: [a]}", ".approvers.boss: the key must be approve, review"),
    ("approvers: {block: boss}", ".approvers.block: must be a list (`- item`), but is text"),
    ("approvers: {block: [7]}", ".approvers.block[0]: must be text, but is a number"),
]


@pytest.mark.parametrize(("line", "expected"), POLICIES)
def test_wrong_policies(line: str, expected: str) -> None:
    assert problems(with_policy(line))[0].startswith(f"14: policy{expected}")


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    text = base(
        ("version: 1", "version: 1\nversion: 1"),
        ("http://prometheus:9090", "${PROMETHEUS_URL}"),
        ("    slos:", "    policy: strict\n    slos:"),
        ("objective:", "objectve:"),
        ("sum(increase(errors_total[{{window}}]))", "sum(increase(errors_total[30d])"),
    )
    assert [found.split(" ")[0:2] for found in problems(text)] == [
        ["2:", "version:"],
        ["4:", "sources.metrics.url:"],
        ["7:", "services.checkout.policy:"],
        ["10:", f"{SLO}.objectve:"],
        ["13:", f"{SLO}.sli.bad:"],
    ]


def test_a_misspelt_key_is_not_reported_as_missing_too() -> None:
    assert len(problems(base(("objective:", "objectve:")))) == 1


def test_names_that_look_like_keys_do_not_confuse_the_search_for_known_keys() -> None:
    text = base(("checkout:", "slos:"), ("objective:", "objectve:"))
    assert problems(text) == [
        "8: services.slos.slos[0].objectve: unknown key; did you mean 'objective'?"
    ]


def test_thousands_of_problems_are_cut_short() -> None:
    found = problems(BASE + "".join(f"key{number}: 1\n" for number in range(3000)))
    assert len(found) == 201
    assert found[-1].endswith("more problems follow; correct these first")


def test_what_is_echoed_is_short_and_printable() -> None:
    (found,) = problems(base(("30d", '"\\e[31m' + "x" * 500 + '"')))
    assert len(found) < 200
    assert found.isprintable()


def test_an_optional_section_may_be_left_empty() -> None:
    assert problems(f"{BASE}policy:\npolicies:\nrisk:\n") == []


# --- JSON Schema ---------------------------------------------------------------------------------

VALIDATOR = jsonschema.Draft202012Validator(json_schema())

GOOD = [
    BASE,
    base(("99.9", "${OBJECTIVE:-99.9}"), ("30d", "{calendar: month, timezone: Europe/Berlin}")),
    base(("http://prometheus:9090", "${URL}")),
    with_sli("{latency: {histogram: 'x_seconds{a=\"b\"}', below: 300ms}}"),
    with_sli("{slices: {query: up, op: '<', value: 1.5, every: 1m}}"),
    with_sli("{good: ok, total: all}", "{type: file, path: a.csv}"),
    with_policy(
        "status: {consumed: {attention: 60%, warning: 0.8}, pace: {after: 20%}}",
        "matrix: {healthy: {high: defer}}",
        "approvers: {block: [boss]}",
        "on_no_data: block",
        "min_coverage: 95%",
        "max_staleness: 1h",
    ),
]


@pytest.mark.parametrize("text", GOOD)
def test_json_schema_accepts_what_slogate_accepts(text: str) -> None:
    VALIDATOR.validate(yaml.safe_load(text))
    assert problems(text, {"URL": "http://x"}) == []


@pytest.mark.parametrize(
    "text",
    [
        *(base(change) for change in [("objective:", "objectve:"), ("99.9", "0.999")]),
        *(base(change) for change in [("30d", "thirty days"), ("version: 1", "version: 2")]),
        with_sli("{total: a}"),
        with_sli("{good: a, bad: b, total: c}"),
        with_policy("on_no_data: blok"),
        with_policy("freezes: [{name: nothing}]"),
    ],
)
def test_json_schema_refuses_what_slogate_refuses(text: str) -> None:
    assert not VALIDATOR.is_valid(yaml.safe_load(text))
    assert problems(text)


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a JSON document."""
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from objects(child)


def test_json_schema_describes_every_key_and_is_closed() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == "Configuration of slogate"
    sections = [node for node in objects(schema) if isinstance(node.get("properties"), dict)]
    assert len(sections) == 41
    for section in sections:
        assert section["additionalProperties"] is False
        assert all(field["description"] for field in section["properties"].values())


def test_percentages_may_be_written_either_way() -> None:
    for written in ("95%", "0.95", "95 %"):
        policy = config(with_policy(f"min_coverage: {written}")).services[0].policy
        assert policy.min_coverage == pytest.approx(0.95)
    assert config(base(("99.9", "99.9%"))).services[0].slos[0][0].objective == pytest.approx(99.9)
