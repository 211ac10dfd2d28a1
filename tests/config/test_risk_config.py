"""The section `risk` and the paths of services: what arrives, and what is said of wrong values."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.core.model import Risk
from slogate.core.risk import Scorecard
from slogate.core.risk_policy import SAFEGUARDS, Band, RiskPolicy, Safeguard
from tests.config.builders import BASE, base, config, problems

DEFAULTS = {rule.name: rule for rule in SAFEGUARDS}
HERE = Path.cwd()


def with_risk(*lines: str) -> str:
    """The small configuration with these keys of `risk`, from line 14 on."""
    return "\n".join([f"{BASE}risk:", *(f"  {line}" for line in lines), ""])


def policy(*lines: str) -> RiskPolicy:
    return config(with_risk(*lines)).risk


def safeguards(*lines: str) -> dict[str, Safeguard]:
    found = policy("safeguards:", *(f"  {line}" for line in lines)).safeguards
    return {rule.name: rule for rule in found}


EVERY_KEY = """\
default: high
combine: first
bands: {medium: p60, high: p90}
fixed: {medium: 4, high: 7.5}
score: {added: 2, fixes: 0.7, spread: 0.3, fix: 0.6, documents: 0, slope: 0.5}
failure_rate: 15%
commit_failure_rate: 0.2
tags: ["release-*"]
hotfix_tags: ["hot-*", "urgent-*"]
releases: 30
least_releases: 10
history: 300
least_history: 40
look_back: 90d
fix_pattern: "PROD-[0-9]+"
exclude: ["vendor/", "*.min.js"]
safeguards: {}
"""


def test_every_key_of_the_policy_arrives() -> None:
    assert policy(*EVERY_KEY.splitlines()) == RiskPolicy(
        default=Risk.HIGH,
        combine="first",
        card=Scorecard(2, 0.7, 0.3, 0.6, 0, 0.5),
        medium=Band("percentile", 60),
        high=Band("percentile", 90),
        fixed_medium=4,
        fixed_high=7.5,
        failure_rate=0.15,
        commit_failure_rate=0.2,
        releases=30,
        least_releases=10,
        history=300,
        least_history=40,
        look_back=90 * 86_400,
        fix_pattern="PROD-[0-9]+",
        tags=("release-*",),
        hotfix_tags=("hot-*", "urgent-*"),
        exclude=("vendor/", "*.min.js"),
    )


def test_what_is_left_out_has_its_default() -> None:
    assert config(BASE).risk == policy("default: medium") == RiskPolicy()
    assert config(BASE).register is config(with_risk("default: low")).register is None


def test_an_intercept_may_be_negative() -> None:
    assert policy("intercept: -4.25").intercept == -4.25


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("p80", Band("percentile", 80)),
        ("p99.5", Band("percentile", 99.5)),
        ("40%", Band("probability", 0.4)),
        ("12.5", Band("score", 12.5)),
        ("12", Band("score", 12)),
    ],
)
def test_a_band_is_a_percentile_a_probability_or_a_score(written: str, band: Band) -> None:
    assert policy(f"bands: {{high: {written}}}").high == band


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ("bands: {high: q5}", "high", "must be a percentile such as p80, 40% or a score, not 'q5'"),
        ("bands: {high: 100%}", "high", "must be a probability between 0% and 100%, not '100%'"),
        ("bands: {medium: p80, high: p50}", "bands", "`medium` must lie below `high`"),
        ("fixed: {medium: 9}", "fixed", "`medium` must lie below `high`"),
        ("score: {slope: 0}", "slope", "must be a number above 0, not 0"),
        ("failure_rate: 0%", "failure_rate", "must be a percentage between 0% and 100%, not '0%'"),
        ("failure_rate: 15", "failure_rate", "did you mean 15%?"),
        ("tags: [a b]", "tags", "must be a pattern of tags such as v*, not 'a b'"),
        ("tags: []", "tags", "at least one"),
        ("fix_pattern: '(fix'", "fix_pattern", "must be a regular expression ("),
        ("exclude: ['!']", "exclude", "must be a pattern as in .gitignore, not '!'"),
        ("history: 0", "history", "must be a whole number between 1 and"),
        ("default: critical", "default", "must be low, medium or high, not 'critical'"),
        ("combine: lowest", "combine", "must be highest or first, not 'lowest'"),
        ("safeguards: {a: {paths: ['!'], require: b}}", "paths", "must be a pattern"),
        ("safeguards: {a: {floor: top}}", "floor", "must be low, medium or high, not 'top'"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(line: str, place: str, said: str) -> None:
    (found,) = problems(with_risk("history: 100" if "history" not in line else "releases: 9", line))
    assert found.startswith("15:")
    assert place in found
    assert said in found


def test_calibration_is_given_once() -> None:
    (found,) = problems(with_risk("intercept: -4", "failure_rate: 10%"))
    assert "keep one of `intercept` and `failure_rate`" in found


@pytest.mark.parametrize("bands", ["{medium: p90}", "{high: p40}"])
def test_a_band_is_compared_with_the_default_of_the_other(bands: str) -> None:
    assert problems(with_risk(f"bands: {bands}"))


HTTP = ("type: http", "path: data.level", 'url: "https://risk.example.com/{{service}}?c={{head}}"')


def test_every_key_of_a_register_arrives() -> None:
    found = config(
        with_risk(
            *HTTP,
            "timeout: 3s",
            "headers: {X-Team: shop}",
            "auth: {basic: {username: ada, password: '${PASSWORD}'}}",
            "tls: {ca: certs/ca.pem, cert: c.pem, key: /k.pem}",
        ),
        {"PASSWORD": "open sesame"},
    ).register
    assert found is not None
    assert found.url == "https://risk.example.com/{{service}}?c={{head}}"
    assert (found.keys, found.file, found.timeout) == (("data", "level"), None, 3)
    assert (found.username, found.password, found.bearer) == ("ada", "open sesame", None)
    assert found.headers == {"X-Team": "shop"}
    assert (found.ca, found.cert) == (HERE / "certs/ca.pem", HERE / "c.pem")
    assert found.key == Path("/k.pem")
    assert "open sesame" not in repr(found)


def test_a_register_in_a_file_and_one_with_a_token() -> None:
    found = config(with_risk("type: file", "file: ci/risk.json", "path: changes.0")).register
    assert found is not None
    assert (found.file, found.keys) == (HERE / "ci/risk.json", ("changes", "0"))
    token = config(with_risk(*HTTP, "auth: {bearer: '${TOKEN}'}"), {"TOKEN": "s3cret"}).register
    assert getattr(token, "bearer", None) == "s3cret"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (HTTP[:2], "a register of type http needs url"),
        (HTTP[::2], "a register of type http needs path"),
        (HTTP[:1], "a register of type http needs url and path"),
        (("type: file", "path: a"), "a register of type file needs file"),
        (HTTP[1:], "a register needs a `type`: http or file"),
        (("type: jira", "path: a"), "must be http or file, not 'jira'"),
    ],
)
def test_a_register_is_whole(lines: tuple[str, ...], said: str) -> None:
    (found,) = problems(with_risk(*lines))
    assert said in found
    assert found.partition(":")[0] in ("13", "14")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ada:hunter22@risk.example.com/",
        "https://ada:hunter22@risk.example.com/{{sha}}",
        "https://ada:hunter22@risk.example.com/a b",
        "https://ada:hunter22@risk.example.com/#{{head}}",
        "hunter22",
    ],
)
def test_a_wrong_address_says_which_placeholders_there_are_and_no_secret(url: str) -> None:
    (found,) = problems(with_risk(*HTTP[:2], f'url: "{url}"'))
    assert found.startswith("16:")
    assert "placeholders are {{service}}, {{base}}, {{head}}" in found
    assert "hunter22" not in found


def test_a_floor_on_a_default_keeps_its_paths_and_its_sentence() -> None:
    found = safeguards("migrations: {floor: high}")
    known = DEFAULTS["migrations"]
    assert found == {
        **DEFAULTS,
        "migrations": Safeguard("migrations", known.paths, known.require, Risk.HIGH),
    }


def test_no_paths_turn_a_default_off() -> None:
    found = safeguards("dependencies: {paths: []}")
    assert list(found) == [name for name in DEFAULTS if name != "dependencies"]


def test_paths_and_sentence_of_a_default_are_replaced_one_by_one() -> None:
    found = safeguards("pipeline: {paths: [ci/]}", "migrations: {require: ask Ada}")
    assert found["pipeline"].paths == ("ci/",)
    assert found["pipeline"].require == DEFAULTS["pipeline"].require
    assert found["migrations"].paths == DEFAULTS["migrations"].paths
    assert found["migrations"].require == "ask Ada"


def test_a_new_safeguard_stands_beside_the_defaults() -> None:
    found = safeguards("money: {paths: [billing/, '*.tax'], require: two look, floor: medium}")
    money = Safeguard("money", ("billing/", "*.tax"), "two look", Risk.MEDIUM)
    assert found == {**DEFAULTS, "money": money}


def test_a_new_safeguard_needs_paths() -> None:
    assert problems(with_risk("safeguards: {migration: {floor: high}}"))


def test_the_paths_of_a_service_arrive() -> None:
    text = base(("  checkout:\n", "  checkout:\n    paths: [shop/, '!shop/docs/']\n"))
    assert config(text).services[0].paths == ("shop/", "!shop/docs/")
    assert config(BASE).services[0].paths == ()


@pytest.mark.parametrize(("paths", "said"), [("[]", "at least one"), ("['!']", "as in .gitignore")])
def test_wrong_paths_of_a_service_are_named(paths: str, said: str) -> None:
    (found,) = problems(base(("  checkout:\n", f"  checkout:\n    paths: {paths}\n")))
    assert found.startswith("6:")
    assert said in found
