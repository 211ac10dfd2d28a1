"""Variables in any text: what they become, and what an unset or broken one is told."""

from __future__ import annotations

import pytest

from slogate.config.environment import substitute
from slogate.config.settings import PrometheusSettings
from slogate.core.model import Events
from tests.config.builders import base, config, problems, warnings, with_policy, with_sli

ENVIRON = {"NAME": "value", "EMPTY": "", "_a1": "x"}

TEXTS = [
    ("${NAME}", "value"),
    ("a ${NAME} b ${_a1}", "a value b x"),
    ("${NAME:-default}", "value"),
    ("${OTHER:-default}", "default"),
    ("${EMPTY:-default}", "default"),
    ("${OTHER:-}", ""),
    ("${OTHER:-a:-b}", "a:-b"),
    ("$${NAME}", "${NAME}"),
    ("$${", "${"),
    ("5..$", "5..$"),
    ("$NAME $1 $", "$NAME $1 $"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_substitution(text: str, expected: str) -> None:
    found = substitute({"a": [text], "b": 1}, ENVIRON)
    assert found.data == {"a": [expected], "b": 1}
    assert not found.unset
    assert not found.broken


URL = "http://prometheus:9090"


@pytest.mark.parametrize("environ", [{}, {"PROMETHEUS_URL": ""}])
def test_an_unset_or_empty_variable_is_named(environ: dict[str, str]) -> None:
    assert problems(base((URL, "${PROMETHEUS_URL}")), environ) == [
        (
            "3: sources.metrics.url: the environment variable PROMETHEUS_URL is not set (or empty); "
            "set it, or write ${PROMETHEUS_URL:-default}"
        )
    ]


@pytest.mark.parametrize("text", ["${", "${}", "${1a}", "${a b}", "${NAME", "${NAME:default}"])
def test_what_is_no_variable_is_refused(text: str) -> None:
    (found,) = problems(base((URL, text)))
    assert found.startswith("3: sources.metrics.url: a ${ here names no variable; write ${NAME}")


def test_numbers_and_percentages_may_come_from_the_environment() -> None:
    text = base(("99.9", "${OBJECTIVE}")) + "policy: {min_coverage: '${MIN}', min_events: '${N}'}\n"
    service = config(text, {"OBJECTIVE": "99.5", "MIN": "95%", "N": "20"}).services[0]
    assert service.slos[0][0].objective == 99.5
    assert (service.policy.min_coverage, service.policy.min_events) == (0.95, 20)


def test_what_the_environment_holds_is_never_shown() -> None:
    text = base(("99.9", "${A}"), ("30d", "${B}"), ("    slos:", "    policy: ${C}\n    slos:"))
    found = problems(text, {"A": "hunter2", "B": "hunter2", "C": "hunter2"})
    assert len(found) == 3
    assert "hunter2" not in str(found)
    assert found[2].endswith("or {calendar: month}, not what the environment variable holds")


def test_lint_may_run_where_nothing_is_set() -> None:
    text = base(
        (URL, "${URL}"),
        ("99.9", "${OBJECTIVE}"),
        ("30d", "${WINDOW}"),
        ("availability", "${NAME}"),
        ("sum(increase(errors_total[{{window}}]))", "${QUERY}"),
        ("    slos:", "    source: ${SOURCE}\n    policy: ${POLICY}\n    slos:"),
    )
    names = ["URL", "SOURCE", "POLICY", "NAME", "OBJECTIVE", "WINDOW", "QUERY"]
    found = warnings(text)
    assert [name for line in found for name in names if f"variable {name} is" in line] == names
    assert len(problems(text)) == len(names)


@pytest.mark.parametrize("url", ["http://[${HOST}]:9090", "${URL}", "http://me:${PW}@x"])
def test_half_a_url_is_no_reason_to_stop(url: str) -> None:
    assert len(warnings(base((URL, url)))) == 1


def test_lint_still_finds_what_does_not_hang_on_variables() -> None:
    text = base((URL, "${URL}"), ("99.9", "0.999"))
    (found,) = problems(text, allow_unset=True)
    assert found.startswith("8: services.checkout.slos[0].objective: must be in percent")


def test_lint_does_not_judge_thresholds_it_does_not_know() -> None:
    text = with_policy("status: {consumed: {attention: '${A}', warning: 10%}}")
    assert len(warnings(text)) == 1


def test_a_variable_in_a_query_leaves_the_rest_of_it_to_be_read() -> None:
    sli = "{bad: 'x{ns=\"${NS}\"}[{{window}}]', total: 'y{a=~\"b$\"}[{{window}}]'}"
    found = config(with_sli(sli), {"NS": "shop"}).services[0].slos[0][0].sli
    assert found == Events(total='y{a=~"b$"}[{{window}}]', bad='x{ns="shop"}[{{window}}]')


def test_a_section_cannot_come_from_the_environment() -> None:
    text = base(('{type: prometheus, url: "http://prometheus:9090"}', "${SOURCE}"))
    (found,) = problems(text, {"SOURCE": "{}"})
    assert found == "3: sources.metrics: must be a mapping (`key: value`), but is text"


def test_secrets_arrive() -> None:
    source = "{type: prometheus, url: 'https://x', auth: {bearer: '${TOKEN}'}}"
    text = base(('{type: prometheus, url: "http://prometheus:9090"}', source))
    found = config(text, {"TOKEN": "hunter2"})
    settings = found.sources["metrics"]
    assert isinstance(settings, PrometheusSettings)
    assert settings.bearer == "hunter2"
    assert "hunter2" not in repr(found)
    assert found.warnings == ()
