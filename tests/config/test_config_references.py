"""Names that must exist, queries that must fit their source, secrets that must not be there."""

from __future__ import annotations

import pytest

from tests.config.builders import BASE, SOURCE, base, config, problems, warnings, with_sli

FILE_SOURCE = "{type: file, path: counts.csv}"
SLI = "10: services.checkout.slos[0].sli"
TWO = ("services:", '  other: {type: prometheus, url: "http://other"}\nservices:')
SERVICE = "    slos:"

NAMES = [
    (
        (SERVICE, f"    source: metrisc\n{SERVICE}"),
        "6: services.checkout.source: there is no source 'metrisc'; did you mean 'metrics'?",
    ),
    (
        (SERVICE, f"    source: x\n{SERVICE}"),
        "6: services.checkout.source: there is no source 'x'; known sources: metrics",
    ),
    (TWO, "6: services.checkout: missing key 'source': there are several (metrics, other)"),
    (
        (SERVICE, f"    policy: strict\n{SERVICE}"),
        "6: services.checkout.policy: there is no policy 'strict'; known policies: default",
    ),
    (
        ("services:", "policies:\n  a: {extends: b}\n  c: {}\nservices:"),
        "5: policies.a.extends: there is no policy 'b'; known policies: a, c, default",
    ),
    (
        ("services:", "policies:\n  a: {extends: a}\nservices:"),
        "5: policies.a.extends: extends itself, directly or through others",
    ),
    (
        ("services:", "policies:\n  default: {}\nservices:"),
        "5: policies.default: the name default means the top-level `policy`; take another",
    ),
]


@pytest.mark.parametrize(("change", "expected"), NAMES)
def test_names(change: tuple[str, str], expected: str) -> None:
    assert problems(base(change)) == [expected]


def test_policies_that_extend_each_other() -> None:
    text = f"{BASE}policies:\n  a: {{extends: b}}\n  b: {{extends: a}}\n  c: {{extends: a}}\n"
    assert [found.split(": ")[1] for found in problems(text)] == [
        "policies.a.extends",
        "policies.b.extends",
    ]


def test_slo_names_are_unique_in_a_service() -> None:
    slos = BASE.partition("    slos:\n")[2]
    assert problems(BASE + slos) == [
        "13: services.checkout.slos[1].name: a second SLO of this service is named 'availability'"
    ]
    assert problems(f"{BASE}  billing:\n    slos:\n{slos}") == []


def placeholder(name: str) -> str:
    """What a foreign placeholder is told."""
    return (
        f".bad: unknown placeholder {name}; the only one is {{{{window}}}}: write [{{{{window}}}}]"
    )


RANGE = "but slogate sets the range: write [{{window}}]"
BAD = [
    ("rate(x[{{.window}}])", placeholder("{{.window}}")),
    ("rate(x[{{ window }}])", placeholder("{{ window }}")),
    ("rate(x[$window])", placeholder("$window")),
    ("rate(x[[[window]]])", placeholder("[[window]]")),
    ("rate(x[$__range])", placeholder("$__range")),
    ("rate(x[$__interval]) + y[{{window}}]", placeholder("$__interval")),
    ("rate(x{a=~'$__all'}[{{window}}])", placeholder("$__all")),
    ("sum(rate(x[{{window}}]))", ".bad: is a rate, not a number of events: use increase(...)"),
    ("irate (x[{{window}}])", ".bad: is a rate, not a number of events: use increase(...)"),
    ('increase(x{a="{{window}}"}[5m])', f".bad: has a fixed range, {RANGE}"),
    ("rate(x[30d])", f".bad: has a fixed range, {RANGE}"),
    ("x", f".bad: lacks {{{{window}}}}, {RANGE}"),
    ("rate(x[5m]) # [{{window}}]", f".bad: has a fixed range, {RANGE}"),
    ("rate(x[{{window}}]", ".bad: a ( is never closed"),
    ("rate(x{a='b'[{{window}}])", ".bad: a ) closes {"),
    ("rate(x[{{window}}]))", ".bad: a ) closes nothing"),
    ('rate(x{a="b}[{{window}}])', '.bad: a " is never closed'),
    ("rate(x{a=`b}[{{window}}])", ".bad: a ` is never closed"),
    ("sum(all[{{window}}])", ".bad: is the same as `total`, so the SLI would never change"),
]


def quoted(text: str) -> str:
    """A text as a YAML scalar."""
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(("query", "expected"), BAD)
def test_queries_that_prometheus_could_not_answer(query: str, expected: str) -> None:
    sli = f"{{bad: {quoted(query)}, total: 'sum(all[{{{{window}}}}])'}}"
    assert problems(with_sli(sli)) == [f"{SLI}{expected}"]


RIGHT = [
    'sum(increase(x{a=~"5..$",b!~"a{2}[[:alpha:]](",c="#"}[{{window}}]))',
    r'increase(x{a="\"("}[{{window}}]) # a ) comment',
    "increase(x{a=`\\`}[{{window}}])",
    "increase(x[{{window}}] offset 5m) / increase(y[5m])",
    "# errors (all)\nincrease(x[{{window}}])",
]


@pytest.mark.parametrize("query", RIGHT)
def test_right_queries(query: str) -> None:
    sli = f"\n          bad: |-\n            {query}\n          total: y[{{{{window}}}}]"
    assert (
        problems(with_sli(sli.replace("\n#", "\n            #").replace("\ni", "\n            i")))
        == []
    )


OTHERS = [
    ("ratio: 'x'", f".ratio: lacks {{{{window}}}}, {RANGE}"),
    ("slices: {query: 'x[{{window}}]', op: <, value: 1}", ".slices.query: takes no placeholder"),
    ("slices: {query: 'x[$__range]', op: <, value: 1}", ".slices.query: takes no placeholder"),
    ("slices: {query: 'max(x', op: <, value: 1}", ".slices.query: a ( is never closed"),
    ("latency: {histogram: x_bucket, below: 1s}", ".latency.histogram: must be without the suffix"),
    ("latency: {histogram: 'x_sum{a=\"b\"}', below: 1s}", ".latency.histogram: must be without"),
    ("latency: {histogram: 'x[5m]', below: 1s}", ".latency.histogram: must be a selector without"),
    ("latency: {histogram: 'x[{{window}}]', below: 1s}", ".latency.histogram: takes no placehold"),
    ("latency: {histogram: 'rate(x)', below: 1s}", ".latency.histogram: must be a bare selector"),
    ("latency: {histogram: '{a=\"b\"}', below: 1s}", ".latency.histogram: must be a bare selector"),
    ("latency: {histogram: 'x{le=\"1\"}', below: 1s}", ".latency.histogram: must not select on"),
]


@pytest.mark.parametrize(("sli", "expected"), OTHERS)
def test_other_indicators(sli: str, expected: str) -> None:
    (found,) = problems(with_sli(f"{{{sli}}}"))
    assert found.startswith(f"{SLI}{expected}")


COUNTS_ONLY = "a file source has counts only; use bad + total or good + total"
FILE_SLIS = [
    ("{bad: errors, total: all}", []),
    ("{good: ok, total: all}", []),
    ("{ratio: x}", [f"{SLI}.ratio: {COUNTS_ONLY}"]),
    ("{slices: {query: x, op: <, value: 1}}", [f"{SLI}.slices: {COUNTS_ONLY}"]),
    ("{latency: {histogram: x, below: 1s}}", [f"{SLI}.latency: {COUNTS_ONLY}"]),
    (
        "{bad: 'errors[{{window}}]', total: all}",
        [f"{SLI}.bad: must be the name of a column: the source is a file, not a server"],
    ),
    (
        "{bad: all, total: all}",
        [f"{SLI}.bad: is the same as `total`, so the SLI would never change"],
    ),
]


@pytest.mark.parametrize(("sli", "expected"), FILE_SLIS)
def test_file_sources_have_columns(sli: str, expected: list[str]) -> None:
    assert problems(with_sli(sli, FILE_SOURCE)) == expected


def test_what_nobody_uses_is_a_warning() -> None:
    text = base(TWO, (SERVICE, f"    source: metrics\n    policy: a\n{SERVICE}"))
    text += "policies:\n  a: {extends: b}\n  b: {}\n  c: {}\n"
    assert warnings(text) == [
        "4: sources.other: no service uses this",
        "19: policies.c: no service uses this",
    ]


LITERAL = "stands in the file; write ${NAME} and set it in the CI"
SECRETS = [
    ("auth: {bearer: hunter2}", f"3: sources.metrics.auth.bearer: a bearer token {LITERAL}"),
    (
        "auth: {basic: {username: me, password: hunter2}}",
        f"3: sources.metrics.auth.basic.password: a password {LITERAL}",
    ),
    (
        "headers: {X-Api-Key: hunter2}",
        f"3: sources.metrics.headers.X-Api-Key: what looks like a secret {LITERAL}",
    ),
]


@pytest.mark.parametrize(("keys", "expected"), SECRETS)
def test_a_secret_in_the_file_is_a_warning(keys: str, expected: str) -> None:
    text = base((SOURCE, f"{{type: prometheus, url: 'http://x', {keys}}}"))
    assert warnings(text) == [expected]
    assert "hunter2" not in repr(config(text))
    assert warnings(text.replace("hunter2", '"${T:-hunter2}"')) == [expected]
    assert warnings(text.replace("hunter2", '"${T}"'), {"T": "hunter2"}) == []


def test_credentials_in_the_url_are_a_warning_too_and_taken_out_of_it() -> None:
    text = base(("http://prometheus", "http://me:hunter2@prometheus"))
    assert warnings(text) == [f"3: sources.metrics.url: a password or token {LITERAL}"]
    assert "hunter2" not in repr(config(text))


SLIPS = [
    "auth: {hunter2}",
    "auth: hunter2",
    "auth: {bearer hunter2: }",
    "auth: {basic: {hunter2}}",
    "auth: {basic: 'me:hunter2'}",
    "auth: {bearer: [hunter2]}",
    "auth: {bearer: !hunter2 }",
    "auth: {bearer: *hunter2 }",
    "auth: {bearer: &hunter2 }",
    'auth: {bearer: "hunter2\\n"}',
    "auth: {bearer: hunter2, bearer: hunter2, hunter2: 1, hunter2: 1}",
    "headers: {Authorization Bearer hunter2: }",
    "headers: {Authorization: [Bearer, hunter2]}",
    'headers: {a: "hunter2\\u0007"}',
    "tls: {key: 'hunter2'}",
    "url: 'http://me:hunter2@'",
    "url: 'me:hunter2@host'",
    "url: 'http://me:hunter2@host?a=b'",
    "url: 'http://me:hunter2@host:port'",
]


@pytest.mark.parametrize("keys", SLIPS)
def test_no_slip_of_the_pen_prints_a_secret(keys: str) -> None:
    url = "" if keys.startswith("url") else "url: 'http://x', "
    found = problems(base((SOURCE, f"{{type: prometheus, {url}{keys}}}")))
    assert found
    assert "hunter2" not in str(found)
