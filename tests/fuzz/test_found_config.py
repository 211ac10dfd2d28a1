"""What fuzzing has found in the configuration: each was a traceback, and is a problem with a line."""

from __future__ import annotations

import pytest

from tests.config.builders import SOURCE, base, problems

WITH_READINESS = base(
    ("    slos:", "    readiness: {alert_rules: {names: [A], source: SOURCE}}\n    slos:")
)
TWO = "{type: prometheus, url: 'http://x'}\n  alerts: {type: alertmanager, url: 'http://y'}"


@pytest.mark.parametrize("source", ["{a: b}", "[metrics]", "[]", "{}", "[[metrics]]"])
@pytest.mark.parametrize("sources", [SOURCE, TWO])
def test_the_source_of_a_check_is_no_name(source: str, sources: str) -> None:
    text = WITH_READINESS.replace("source: SOURCE", f"source: {source}").replace(SOURCE, sources)
    found = [item for item in problems(text) if "readiness.alert_rules.source" in item]
    assert len(found) == 1
    assert "must be text" in found[0]


def test_what_the_environment_holds_is_not_shown_as_the_type_of_a_source() -> None:
    text = WITH_READINESS.replace("source: SOURCE", "source: alerts").replace(SOURCE, TWO)
    text = text.replace("type: alertmanager", "type: '${TOKEN}'")
    found = problems(text, {"TOKEN": "s3cret"})
    assert any("sources.alerts.type" in problem for problem in found)
    assert "s3cret" not in str(found)


def test_the_name_of_a_variable_is_shortened() -> None:
    (found,) = problems(base(("http://prometheus:9090", f"${{{'X' * 5000}}}")))
    assert "is not set" in found
    assert len(found) < 300


@pytest.mark.parametrize("key", ["[key]", "\\0", "\\0x", "\\0prometheus", "\\0file"])
@pytest.mark.parametrize("place", ["version: 1\n", "  metrics: {", "  checkout:\n    "])
def test_a_key_may_look_like_a_mark_of_the_engine(key: str, place: str) -> None:
    before, after = base().split(place)
    extra = f'"{key}": 1' + (", " if place.endswith("{") else "\n" + " " * (4 * (place[0] == " ")))
    found = problems(f"{before}{place}{extra}{after}")
    assert any("unknown key" in problem for problem in found)


@pytest.mark.parametrize("written", ["'[[:alpha:]]'", "'[a||b]'", "'(?P=x' ", "'(?P=${TOKEN})'"])
def test_a_doubtful_regular_expression_is_a_problem_and_no_warning_of_python(written: str) -> None:
    text = f"{base()}risk: {{fix_pattern: {written}}}\n"
    (found,) = problems(text, {"TOKEN": "s3cret"})
    assert "risk.fix_pattern: must be a regular expression" in found
    assert "s3cret" not in found
