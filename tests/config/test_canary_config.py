"""The section `canary`: what arrives, the presets, and what is said of wrong values."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest
import yaml

from slogate.config.presets import PRESETS
from slogate.config.schema import json_schema
from slogate.core.arms import MetricPolicy
from slogate.core.canary_plan import CanaryPlan, LiveMetric, Phase
from slogate.core.model import Decision
from tests.config.builders import BASE, SOURCE, base, config, problems, warnings

SERVICE = "    slos:"
SOURCES = f"  metrics: {SOURCE}"
FILE = "{type: file, path: counts.csv}"
COUNTS = """
          bad: sum(increase(errors_total[{{window}}]))
          total: sum(increase(requests_total[{{window}}]))
"""
QUERY = "'max(x{v=\"{{version}}\"})'"
EVENTS = "'sum(increase(x{v=\"{{version}}\"}[{{interval}}]))'"
HERE = "services.checkout.canary"

EVERY_KEY = f"""\
source: metrics
interval: 30s
duration: 2h
mode: strict
alpha: 1%
severity: {{medium: 20%, high: 0.5}}
traffic: {EVENTS}
least_traffic: 50
on_inconclusive: block
least_score: 80%
metrics:
  latency:
    {{query: {QUERY}, worse: increase, tolerance: 2%, margin: 4%, limit: 1000, alert_at: 90%,
     weight: 2, critical: true, unit: ms, warm_up: 3, mode: balanced, alpha: 0.1,
     severity: {{medium: 5%}}}}
  errors:
    {{bad: {EVENTS}, total: {EVENTS.replace("x{", "y{")}, least_ratio: 1.2, most_ratio: 3,
     negligible: 0.1%, limit: 1%}}
  hits: {{query: {QUERY}, worse: decrease}}
phases:
  - {{name: "5%", duration: 10m, limits: {{latency: 800, errors: 2%}}}}
  - {{name: all, duration: 30m}}
"""


def with_canary(*lines: str) -> str:
    """The small configuration with these keys of the service's `canary`, from line 7 on."""
    inside = "".join(f"      {line}\n" for text in lines for line in text.splitlines())
    return base((SERVICE, f"    canary:\n{inside}{SERVICE}"))


def plan(*lines: str) -> CanaryPlan:
    found = config(with_canary(*lines)).services[0].canary
    assert found is not None
    return found


def metric(name: str, *lines: str) -> LiveMetric:
    """A metric of the preset, with these keys of `metrics` written."""
    found = plan("preset: http", "metrics:", *(f"  {line}" for line in lines))
    return next(one for one in found.metrics if one.policy.name == name)


def wrong(*lines: str) -> list[str]:
    """What is wrong with a canary, its path left out."""
    return [text.replace(f" {HERE}", "") for text in problems(with_canary(*lines))]


def test_a_service_without_one_has_none() -> None:
    assert config(BASE).services[0].canary is None


def test_every_key_arrives() -> None:
    strict = MetricPolicy(mode="strict", alpha=0.01, medium=0.2, high=0.5)
    query, events = QUERY.strip("'"), EVENTS.strip("'")
    assert plan(EVERY_KEY) == CanaryPlan(
        metrics=(
            LiveMetric(
                MetricPolicy(
                    name="latency", tolerance=0.02, margin=0.04, limit=1000, alert_at=0.9, weight=2,
                    critical=True, unit="ms", warm_up=3, alpha=0.1, medium=0.05,
                ),
                query=query,
            ),
            LiveMetric(
                replace(
                    strict, name="errors", least_ratio=1.2, most_ratio=3, negligible=0.001,
                    limit=0.01,
                ),
                bad=events,
                total=events.replace("x{", "y{"),
            ),
            LiveMetric(replace(strict, name="hits", worse="decrease"), query=query),
        ),
        traffic=events,
        least_traffic=50,
        interval=30,
        duration=7200,
        source="metrics",
        on_inconclusive=Decision.BLOCK,
        least_score=0.8,
        phases=(
            Phase("5%", 600, (("latency", 800), ("errors", 0.02))),
            Phase("all", 1800),
        ),
    )  # fmt: skip


def test_the_preset_needs_nothing_else() -> None:
    selected = 'service="{{service}}",version="{{version}}"'
    requests = f"sum(increase(http_requests_total{{{selected}}}[{{{{interval}}}}]))"
    buckets = f"http_request_duration_seconds_bucket{{{selected}}}[{{{{interval}}}}]"
    latency = "histogram_quantile(%s, sum by (le) (rate(" + buckets + ")))"
    assert plan("preset: http") == CanaryPlan(
        metrics=(
            LiveMetric(MetricPolicy("latency_p50", unit="s"), latency % "0.5"),
            LiveMetric(MetricPolicy("latency_p95", unit="s"), latency % "0.95"),
            LiveMetric(MetricPolicy("latency_p99", unit="s"), latency % "0.99"),
            LiveMetric(
                MetricPolicy("errors"),
                bad=requests.replace('}}"}', '}}",code=~"5.."}'),
                total=requests,
            ),
        ),
        traffic=requests,
        source="metrics",
    )


def test_the_selectors_of_the_preset_can_be_changed() -> None:
    found = plan(
        "preset: http",
        r"""labels: {app: 'a "b" \c', team: "{{service}}-x"}""",
        "version_label: release",
        "latency: 'my_seconds{kind=\"in\",}'",
        "requests: my_total",
        'errors: \'status=~"5..", path!="/health"\'',
    )
    own = r'app="a \"b\" \\c",team="{{service}}-x",release="{{version}}"'
    assert f'my_seconds_bucket{{kind="in",{own}}}[' in found.metrics[0].query
    assert f"my_total{{{own}}}[" in found.traffic
    assert f'my_total{{{own},status=~"5..", path!="/health"}}[' in found.metrics[3].bad
    assert "{version=" in plan("preset: http", "labels: {}").traffic


def test_the_preset_of_opentelemetry_has_its_names() -> None:
    found = plan("preset: otel")
    selected = 'job="{{service}}",service_version="{{version}}"'
    count = "http_server_request_duration_seconds_count"
    assert found.traffic == f"sum(increase({count}{{{selected}}}[{{{{interval}}}}]))"
    assert 'http_response_status_code=~"5.."' in found.metrics[3].bad


def test_a_metric_of_the_preset_is_changed_key_by_key() -> None:
    usual = PRESETS["http"].metrics()["latency_p99"]["query"]
    found = metric("latency_p99", "latency_p99: {limit: 0.8}")
    assert found == LiveMetric(MetricPolicy("latency_p99", limit=0.8, unit="s"), usual)
    assert metric("latency_p99", "latency_p99: {}").query == usual
    own = metric("latency_p99", f"latency_p99: {{query: {QUERY}, unit: ms}}")
    assert own == LiveMetric(MetricPolicy("latency_p99", unit="ms"), QUERY.strip("'"))
    assert metric("latency_p99", f"latency_p99: {{query: {QUERY}}}").policy.unit == ""
    bad = metric("errors", f"errors: {{bad: {EVENTS}}}")
    assert bad.bad == EVENTS.strip("'")
    assert bad.total == PRESETS["http"].traffic()
    assert metric("errors", f"errors: {{query: {QUERY}}}").total == ""
    counts = metric("latency_p50", f"latency_p50: {{bad: {EVENTS}, total: {EVENTS[:-1]} + 1'}}")
    assert (counts.query, counts.policy.unit) == ("", "")


@pytest.mark.parametrize("off", ["off", "false", '"off"'])
def test_a_metric_of_the_preset_can_be_left_out(off: str) -> None:
    found = plan("preset: http", "metrics:", f"  latency_p50: {off}", f"  mine: {{query: {QUERY}}}")
    names = [one.policy.name for one in found.metrics]
    assert names == ["latency_p95", "latency_p99", "errors", "mine"]


def test_the_top_level_canary_is_for_services_without_one() -> None:
    text = with_canary("preset: otel") + "canary: {preset: http, interval: 2m}\n"
    service = BASE.partition("services:\n")[2].replace("checkout", "search")
    checkout, search = config(text.replace("canary: {p", f"{service}canary: {{p")).services
    assert checkout.canary is not None
    assert (checkout.canary.interval, checkout.canary.traffic[:24]) == (
        60,
        "sum(increase(http_server",
    )
    assert search.canary == plan("preset: http", "interval: 2m")


WRONG = [
    ("preset: htp", "7: .preset: must be http or otel, not 'htp'; did you mean http?"),
    ("{}", "6: : has no metrics: write `preset: http`, or `metrics`"),
    ("interval: 1s", "7: .interval: must be a duration between 5s and 1d, not '1s'"),
    ("on_inconclusive: pass", "7: .on_inconclusive: must be approve, review, defer or block, not 'pass'"),
    ("labels: {a-b: c}", "7: .labels.a-b: the key must be the name of a label such as version, not 'a-b'"),
    ("labels: {a: '{{version}}'}", "7: .labels.a: unknown placeholder {{version}}; the only one here is {{service}}"),
    ("labels: {version: v1}", "7: .labels: must not have the label of the version"),
    ("latency: x_bucket", "7: .latency: must be without the suffix _bucket: x"),
    ("requests: 'sum(x)'", "7: .requests: must be a bare selector such as http_requests_total"),
    ("errors: '{code=\"500\"}'", "7: .errors: must be matchers such as code=~'5..', without braces"),
    ("errors: 'a=\"{{version}}\"'", "7: .errors: takes no placeholder, but there is {{version}}"),
    ("metrics: {errors: }", "7: .metrics.errors: must be a mapping (`key: value`), but is an empty value"),
    ("metrics: {erors: off}", "7: .metrics.erors: no preset has this metric, so it cannot be left out; did you mean 'errors'?"),
    ("metrics: {latency_p9: {limit: 1}}", "7: .metrics.latency_p9: needs exactly one of: query, bad + total; there is nothing; did you mean 'latency_p99'?"),
    (f"metrics: {{mine: {{bad: {EVENTS}}}}}", "7: .metrics.mine: needs exactly one of: query, bad + total; there is bad"),
    (f"metrics: {{errors: {{query: {QUERY}, bad: {EVENTS}}}}}", "7: .metrics.errors: needs exactly one of: query, bad + total; there is query + bad"),
    ("metrics: {errors: {limt: 1}}", "7: .metrics.errors.limt: unknown key; did you mean 'limit'?"),
    ("metrics: {errors: {limit: -1}}", "7: .metrics.errors.limit: must not be negative, but is -1"),
    ("metrics: {errors: {critical: 1}}", "7: .metrics.errors.critical: must be true or false, not 1"),
    ("metrics: {errors: {alpha: 50%}}", "7: .metrics.errors.alpha: must be between 0.01% and 25%, not '50%'"),
    ("metrics: {errors: {alert_at: 120%}}", "7: .metrics.errors: `alert_at` must be at most 100%: it is a share of the limit"),
    ("metrics: {errors: {margin: 1%}}", "7: .metrics.errors: `margin` (1.0 %) must not lie below `tolerance` (5.0 %)"),
    ("metrics: {errors: {least_ratio: 3}}", "7: .metrics.errors: `most_ratio` must not lie below `least_ratio`"),
    ("metrics: {errors: {most_ratio: 0.5}}", "7: .metrics.errors.most_ratio: must be a number of at least 1, not 0.5"),
    ("metrics: {errors: {tolerance: 2000%, margin: 1}}", "7: .metrics.errors.tolerance: must be at most 1000%, not '2000%'"),
    ("metrics: {latency_p99: {unit: ms}}", "7: .metrics.latency_p99.unit: the preset measures in s, and so does `limit`; leave this out"),
    ("severity: {medium: 30%}", "7: .severity: `medium` must lie below `high`"),
    ("duration: 5m", "6: : `duration` must be 10 to 11000 times the `interval`, but is 5 times"),
    ("phases: [{name: a, duration: 1m}]", "6: : the duration of phase 'a' must be 10 to 11000 times the `interval`, but is 1 times"),
    ("phases: [{name: a, duration: 1h}, {name: a, duration: 1h}]", "6: : two phases are named 'a'"),
    ("phases: [{name: a, duration: 1h, limits: {eror: 1}}]", "7: .phases[0].limits.eror: there is no such metric; did you mean 'errors'?"),
    ("source: metrisc", "7: .source: there is no source 'metrisc'; did you mean 'metrics'?"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), WRONG)
def test_wrong_values(line: str, expected: str) -> None:
    if line == "{}":
        text = base((SERVICE, f"    canary: {{}}\n{SERVICE}"))
    else:
        text = with_canary(line, *([] if line.startswith("preset") else ["preset: http"]))
    assert [found.replace(f" {HERE}", " ") for found in problems(text)] == [expected]


def test_metrics_must_be_left_and_keys_of_presets_need_one() -> None:
    off = ", ".join(f"{name}: off" for name in PRESETS["http"].metrics())
    assert wrong("preset: http", f"metrics: {{{off}}}") == [
        "6:: has no metrics: write `preset: http`, or `metrics`"
    ]
    assert wrong("requests: x", f"metrics: {{mine: {{query: {QUERY}}}}}") == [
        "7:.requests: is for a preset, and none is named: write `preset: http`"
    ]


INTERVAL = "but the events of each interval are counted: write [{{interval}}]"
QUERIES = [
    ("query", "max(x)", 'lacks {{version}}, so both arms would be the same: write version="{{version}}"'),
    ("query", "max(x) # {{version}}", 'lacks {{version}}, so both arms would be the same: write version="{{version}}"'),
    ("query", "max(x{v={{version}}})", '{{version}} must stand in quotes, as in version="{{version}}"'),
    ("query", 'max({{service}}{v="{{version}}"})', '{{service}} must stand in quotes, as in version="{{version}}"'),
    ("query", "max(x{v=`{{version}}`})", "a placeholder must stand in double quotes: in backticks nothing can be escaped"),
    ("query", 'rate(x{v="{{version}}"}[{{window}}])', "takes {{interval}}, not {{window}}, which belongs to SLOs"),
    ("query", 'x{v="{{version}}",a="{{window}}"}', "takes {{interval}}, not {{window}}, which belongs to SLOs"),
    ("query", 'x{v="{{ version }}"}', "unknown placeholder {{ version }}; known are {{version}}, {{service}} and {{interval}}"),
    ("query", 'rate(x{v="{{version}}"}[$__interval])', "unknown placeholder $__interval; known are {{version}}, {{service}} and {{interval}}"),
    ("query", 'x{v="{{version}}",a="{{interval}}"}', "{{interval}} must not stand in quotes"),
    ("query", 'max(x{v="{{version}}"}', "a ( is never closed"),
    ("total", 'increase(x{v="{{version}}"}[5m])', f"has a fixed range, {INTERVAL}"),
    ("total", 'x{v="{{version}}"}', f"lacks {{{{interval}}}}, {INTERVAL}"),
    ("total", 'rate(x{v="{{version}}"}[{{interval}}])', "is a rate, not a number of events: use increase(...)"),
    ("bad", EVENTS.strip("'"), "is the same as `total`, so every event would be a bad one"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "query", "expected"), QUERIES)
def test_queries_that_cannot_tell_two_arms_apart(key: str, query: str, expected: str) -> None:
    usual = {"query": {}, "bad": {"total": EVENTS}, "total": {"bad": EVENTS}}[key]
    others = "".join(f", {name}: {text}" for name, text in usual.items())
    assert wrong(f"metrics: {{mine: {{{key}: '{query}'{others}}}}}") == [
        f"7:.metrics.mine.{key}: {expected}"
    ]


def test_the_traffic_is_checked_like_counts() -> None:
    assert wrong("preset: http", "traffic: increase(x[5m])")[0].startswith(
        "8:.traffic: lacks {{ver"
    )
    assert wrong("preset: http", "traffic: 'x{v=\"{{version}}\"}'") == [
        f"8:.traffic: lacks {{{{interval}}}}, {INTERVAL}"
    ]


def test_values_may_have_ranges_of_their_own() -> None:
    query = '\'avg_over_time(x{v=~"{{version}}",s="{{service}}"}[5m])\''
    assert wrong(f"metrics: {{mine: {{query: {query}}}}}") == []


def sources(*lines: str) -> str:
    return "\n".join([SOURCES, *(f"  {line}" for line in lines)])


ON_FILE = (COUNTS, "\n          bad: bad\n          total: all\n")


def test_a_canary_needs_a_server() -> None:
    needs = "canaries need a source of type prometheus, or --baseline-file"
    text = with_canary("preset: http").replace(SOURCE, FILE).replace(*ON_FILE)
    assert problems(text) == [f"6: {HERE}: {needs}"]
    named = text.replace("preset: http", "preset: http\n      source: metrics")
    assert problems(named) == [f"8: {HERE}.source: {needs}"]
    both = named.replace(FILE, f"{FILE}\n  server: {SOURCE}").replace(
        SERVICE, f"    source: metrics\n{SERVICE}"
    )
    assert problems(both) == [f"9: {HERE}.source: {needs}"]


def test_the_server_of_a_canary_is_its_own_or_that_of_the_service_or_the_only_one() -> None:
    text = with_canary("preset: http").replace(SERVICE, f"    source: counts\n{SERVICE}")
    text = text.replace(*ON_FILE).replace(SOURCES, sources(f"counts: {FILE}"))
    only = config(text)
    assert only.services[0].canary is not None
    assert only.services[0].canary.source == "metrics"
    assert only.warnings == ()
    two = text.replace(SOURCES, sources(f"other: {SOURCE}"))
    assert problems(two) == [f"8: {HERE}: missing key 'source': there are several (metrics, other)"]
    named = two.replace("preset: http", "preset: http\n      source: other")
    found = config(named).services[0].canary
    assert found is not None
    assert found.source == "other"
    assert warnings(named) == ["3: sources.metrics: no service uses this"]


def test_what_is_not_set_is_told_once() -> None:
    text = with_canary("preset: ${PRESET}", "source: ${SOURCE}", "metrics: {errors: {limit: 1}}")
    assert [found.partition(";")[0] for found in problems(text)] == [
        f"7: {HERE}.preset: the environment variable PRESET is not set (or empty)",
        f"8: {HERE}.source: the environment variable SOURCE is not set (or empty)",
    ]
    assert len(config(text, allow_unset=True).warnings) == 2


VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize(
    "lines",
    [
        (EVERY_KEY,),
        ("preset: http", "labels: {service: checkout}", "metrics: {errors: off, latency_p50: {}}"),
        ("preset: ${PRESET:-http}", "interval: ${INTERVAL:-1m}"),
    ],
)
def test_json_schema_accepts_what_slogate_accepts(lines: tuple[str, ...]) -> None:
    text = with_canary(*lines)
    VALIDATOR.validate(yaml.safe_load(text))
    assert problems(text) == []


@pytest.mark.parametrize(
    "line",
    [
        "preset: htp",
        "mode: lenient",
        "metrics: {errors: on}",
        "metrics: {errors: }",
        "metrics: {errors: {critical: 1}}",
        f"metrics: {{errors: {{query: {QUERY}, bad: {EVENTS}}}}}",
        "phases: [{name: a}]",
    ],
)
def test_json_schema_refuses_what_slogate_refuses(line: str) -> None:
    text = with_canary(line, *([] if line.startswith("preset") else ["preset: http"]))
    assert not VALIDATOR.is_valid(yaml.safe_load(text))
    assert problems(text)
