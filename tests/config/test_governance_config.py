"""Exceptions, overrides, reserves and the rest of governance: resolved, inherited, refused."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from slogate.config.schema import json_schema
from slogate.core.calendars import Weekly
from slogate.core.governance import Exemption, Governance, OverrideRule
from slogate.core.model import Decision
from tests.config.builders import BASE, base, problems, warnings, with_policy
from tests.config.test_config_policies import policy_of

DEFAULT = Governance()
ROLLBACK, SECURITY, RELIABILITY = DEFAULT.exceptions
DAY = 86_400


def governance_of(*lines: str) -> Governance:
    """Governance of a policy with these lines."""
    return policy_of(with_policy(*lines)).governance


def inherited(top: str, own: str) -> Governance:
    """Governance of a policy `strict` with these keys, under a top-level policy with those."""
    text = base(("    slos:", "    policy: strict\n    slos:"))
    return policy_of(f"{text}policy: {{{top}}}\npolicies: {{strict: {{{own}}}}}\n").governance


def test_a_file_that_says_nothing_has_the_defaults() -> None:
    assert policy_of(BASE).governance == DEFAULT
    assert governance_of("cost: 0%") == DEFAULT


def test_everything_that_can_be_said() -> None:
    found = governance_of(
        "freeze_on_breach: {recover_at: 25%, decision: defer}",
        "exceptions: [{type: security, decision: approve, without_evidence: true}]",
        "change_type: {from: [label, option, label], labels: {hotfix: reliability}, trailer: Kind}",
        "override: {actors: [ada, grace], reason: '[A-Z]+-\\d+', decisions: [block, no_data]}",
        "maintenance: {notice: 24h}",
        "reserve: {maintenance: 20%, incidents: 50%, releases: 30%}",
        "cost: 5%",
    )
    assert found == Governance(
        recover_at=0.25,
        on_breach=Decision.DEFER,
        exceptions=(
            ROLLBACK,
            Exemption("security", Decision.APPROVE, without_evidence=True),
            RELIABILITY,
        ),
        trusted=("label", "option"),
        labels={"hotfix": "reliability"},
        trailer="Kind",
        override=OverrideRule(("ada", "grace"), r"[A-Z]+-\d+", ("block", "no_data")),
        notice=DAY,
        reserve={"maintenance": 0.2, "incidents": 0.5, "releases": 0.3},
        cost=0.05,
    )
    assert found.release_share == 0.3


INHERITED = [
    ("cost: 5%", "", {"cost": 0.05}),
    ("cost: 5%", "cost: 0%", {"cost": 0.0}),
    ("freeze_on_breach: {}", "", {"recover_at": 0.1, "on_breach": Decision.BLOCK}),
    (
        "freeze_on_breach: {recover_at: 20%}",
        "freeze_on_breach: {decision: defer}",
        {"recover_at": 0.2, "on_breach": Decision.DEFER},
    ),
    ("freeze_on_breach: {}", "freeze_on_breach: off", {"recover_at": None}),
    ("freeze_on_breach: {}", "freeze_on_breach: ", {"recover_at": 0.1}),
    ("exceptions: []", "", {"exceptions": DEFAULT.exceptions}),
    ("exceptions: ", "exceptions: []", {"exceptions": DEFAULT.exceptions}),
    ("exceptions: off", "", {"exceptions": ()}),
    ("", "exceptions: 'off'", {"exceptions": ()}),
    ("exceptions: off", "exceptions: []", {"exceptions": ()}),
    (
        "exceptions: off",
        "exceptions: [{type: normal, decision: review}]",
        {"exceptions": (Exemption("normal", Decision.REVIEW),)},
    ),
    (
        "exceptions: [{type: security, decision: approve}]",
        "exceptions: [{type: normal, decision: defer}]",
        {
            "exceptions": (
                *(ROLLBACK, Exemption("security", Decision.APPROVE), RELIABILITY),
                Exemption("normal", Decision.DEFER),
            )
        },
    ),
    (
        "exceptions: [{type: reliability, decision: none}]",
        "exceptions: [{type: normal, decision: none}]",
        {"exceptions": (ROLLBACK, SECURITY)},
    ),
    (
        "exceptions: [{type: rollback, decision: none}]",
        "exceptions: [{type: rollback, decision: approve}]",
        {"exceptions": (SECURITY, RELIABILITY, Exemption("rollback", Decision.APPROVE))},
    ),
    # what is not said of a type is inherited too
    (
        "exceptions: [{type: rollback, decision: review}]",
        "",
        {
            "exceptions": (
                Exemption("rollback", Decision.REVIEW, without_evidence=True),
                *(SECURITY, RELIABILITY),
            )
        },
    ),
    (
        "",
        "exceptions: [{type: rollback, decision: approve, without_evidence: false}]",
        {"exceptions": (Exemption("rollback", Decision.APPROVE), SECURITY, RELIABILITY)},
    ),
    (
        "change_type: {from: [label], trailer: Kind}",
        "change_type: {labels: {safe: security}}",
        {"trusted": ("label",), "trailer": "Kind", "labels": {"safe": "security"}},
    ),
    ("change_type: {labels: {a: security}}", "change_type: {labels: {}}", {"labels": {}}),
    (
        "override: {actors: [ada], reason: OPS, decisions: [defer]}",
        "override: {actors: [grace]}",
        {"override": OverrideRule(("grace",), "OPS", ("defer",))},
    ),
    ("override: {actors: [ada]}", "override: 'off'", {"override": None}),
    ("override: {actors: [ada]}", "override: {}", {"override": OverrideRule(("ada",))}),
    ("maintenance: {notice: 0s}", "maintenance: {windows: []}", {"notice": 0}),
    ("reserve: {releases: 40%, rest: 60%}", "reserve: {}", {"reserve": {}}),
    (
        "reserve: {releases: 40%, rest: 60%}",
        "reserve: {releases: 100%}",
        {"reserve": {"releases": 1.0}},
    ),
]


@pytest.mark.parametrize(("top", "own", "expected"), INHERITED)
def test_what_is_not_written_is_inherited(top: str, own: str, expected: dict[str, object]) -> None:
    found = inherited(top, own)
    assert {key: getattr(found, key) for key in expected} == expected


def test_freezes_and_windows_are_inherited_as_whole_lists() -> None:
    window = "{name: db, from: 2026-01-01, to: 2026-01-02, announced: 2025-12-01}"
    top = f"freezes: [{{name: a, days: mon}}], maintenance: {{windows: [{window}]}}"
    kept = inherited(top, "cost: 1%")
    assert [freeze.name for freeze in kept.freezes] == ["a"]
    assert [planned.name for planned in kept.maintenance] == ["db"]
    other = inherited(top, "freezes: [{name: b, days: sun}], maintenance: {windows: []}")
    (freeze,) = other.freezes
    assert isinstance(freeze.schedule, Weekly)
    assert (freeze.name, sorted(freeze.schedule.days)) == ("b", [6])
    assert other.maintenance == ()


def test_policies_extend_each_other_in_governance_too() -> None:
    text = base(("    slos:", "    policy: c\n    slos:")) + (
        "policy: {cost: 1%}\n"
        "policies:\n"
        "  c: {extends: b, change_type: {trailer: C}}\n"
        "  b: {override: {actors: [ada]}, cost: 2%}\n"
    )
    found = policy_of(text).governance
    assert (found.cost, found.trailer, found.override) == (0.02, "C", OverrideRule(("ada",)))


WRONG = [
    ("freeze_on_breach: yes", ": must be a mapping (`key: value`), but is true (as YAML reads it)"),
    (
        "freeze_on_breach: {recover_at: 100%}",
        ".recover_at: must be below 100%: hardly a budget is ever full again",
    ),
    ("freeze_on_breach: {recover_at: 10}", ".recover_at: must be a percentage such as 90%, not 10"),
    ("freeze_on_breach: {decision: approve}", ".decision: must be review, defer or block, not"),
    ("exceptions: [{decision: review}]", "[0]: missing key 'type'"),
    ("exceptions: [{type: rollback}]", "[0]: missing key 'decision'"),
    (
        "exceptions: [{type: hotfix, decision: review}]",
        "[0].type: must be normal, rollback, security or reliability, not 'hotfix'",
    ),
    (
        "exceptions: [{type: rollback, decision: block}]",
        "[0].decision: must be approve, review, defer or none, not 'block'",
    ),
    (
        "exceptions: [{type: rollback, decision: review, without_evidence: 1}]",
        "[0].without_evidence: must be true or false, not 1",
    ),
    (
        "exceptions: [{type: security, decision: review}, {type: security, decision: defer}]",
        "[1].type: exceptions[0] is for security too; keep one of them",
    ),
    ("exceptions: yes", ": must be a list (`- item`), but is true (as YAML reads it)"),
    ("change_type: {from: []}", ".from: needs at least one entry"),
    ("change_type: {from: [author]}", ".from[0]: must be option, git, label or trailer, not 'auth"),
    ("change_type: {labels: {a: b}}", ".labels.a: must be normal, rollback, security or reliabi"),
    ("change_type: {trailer: 'a b'}", ".trailer: must be the key of a trailer such as Change-Type"),
    ("override: {}", ": missing key 'actors': who may override?"),
    ("override: {reason: a}", ": missing key 'actors': who may override?"),
    ("override: {actors: []}", ".actors: needs at least one entry"),
    ("override: {actors: [7]}", ".actors[0]: must be text, but is a number; put it in quotes"),
    (
        "override: {actors: [ada, '*']}",
        ".actors[1]: must name one person, not '*': there are no wildcards",
    ),
    ("override: {actors: [a], reason: '('}", ".reason: must be a regular expression (missing )"),
    (
        "override: {actors: [a], reason: 'a{99999999999999999999}'}",
        ".reason: must be a regular expression (",
    ),
    ("override: {actors: [a], reason: ''}", ".reason: must not be empty"),
    (
        "override: {actors: [a], decisions: [approve]}",
        ".decisions[0]: must be review, defer, block, no_data or unmeasured, not 'approve'",
    ),
    ("override: {actors: [a], decisions: []}", ".decisions: needs at least one entry"),
    ("maintenance: {notice: 2}", ".notice: must be a duration such as 5m or 30d, not 2"),
    ("maintenance: []", ": must be a mapping (`key: value`), but is a list"),
    ("reserve: {releases: 0%, rest: 100%}", ".releases: must be above 0%: releases could spend"),
    ("reserve: {rest: 100%}", ": missing key 'releases': what releases may spend"),
    (
        "reserve: {release: 100%}",
        ": missing key 'releases': what releases may spend; did you mean that by 'release'?",
    ),
    (
        "reserve: {releases: 30%, incidents: 60%}",
        ": the shares must sum to 100%, and they sum to 90%",
    ),
    ("reserve: {releases: 101%}", ".releases: must be at most 100%, not '101%'"),
    ("reserve: {releases: 30}", ".releases: must be a percentage such as 90%, not 30; did you"),
    ("cost: 120%", ": must be at most 100%, not '120%'"),
    ("cost: 5", ": must be a percentage such as 90%, not 5; did you mean 5%?"),
]


@pytest.mark.parametrize(("line", "expected"), WRONG)
def test_wrong_governance(line: str, expected: str) -> None:
    key = line.partition(":")[0]
    found = problems(with_policy(line))
    assert found[0].startswith(f"14: policy.{key}{expected}")


def test_thirds_sum_to_the_whole() -> None:
    shares = governance_of("reserve: {releases: 33.3%, a: 33.3%, b: 33.4%}").reserve
    assert sum(shares.values()) == pytest.approx(1)


def test_an_override_of_nobody_is_reported_where_it_is_written() -> None:
    text = f"{BASE}policies:\n  a: {{override: {{}}}}\n  b: {{extends: a}}\n"
    assert problems(text) == [
        "14: policies.a.override: missing key 'actors': who may override?",
    ]


def test_services_of_named_policies_are_checked_too() -> None:
    text = f"{BASE}policies:\n  a:\n    freezes: [{{name: x, days: mon, services: [y]}}]\n"
    assert problems(text) == [
        "15: policies.a.freezes[0].services[0]: there is no service 'y'; known services: checkout"
    ]


def test_what_hangs_on_a_variable_is_only_a_warning() -> None:
    lines = [
        *('override: {actors: ["${A}"], reason: "${A}", decisions: ["${A}"]}',),
        *('reserve: {releases: "${A}"}', 'freeze_on_breach: {recover_at: "${A}"}'),
        *('maintenance: {notice: "${A}"}', 'change_type: {from: ["${A}"], trailer: "${A}"}'),
        'exceptions: [{type: "${A}", decision: "${A}"}, {type: rollback, decision: "${A}"}]',
    ]
    for line in lines:
        assert all("A is not set" in warning for warning in warnings(with_policy(line)))


def test_an_empty_list_of_exceptions_is_told_to_change_nothing() -> None:
    text = with_policy("exceptions: []") + "policies: {a: {exceptions: []}, b: {}}\n"
    said = "exceptions: an empty list changes nothing; `exceptions: off` takes all of them away"
    found = warnings(text.replace("    slos:", "    policy: a\n    slos:"))
    assert f"15: policy.{said}" in found
    assert f"16: policies.a.{said}" in found


SKIPS = "skips the months that have none; write BYMONTHDAY=-1 for the last day of each month"


@pytest.mark.parametrize(
    ("start", "rule", "day"),
    [
        ("2026-01-31T18:00", "FREQ=MONTHLY", 31),
        ("2026-01-30", "freq=monthly;interval=2", 30),
        ("2026-01-29", "RRULE:FREQ=MONTHLY", 29),
        ("2026-01-31", "FREQ=MONTHLY;BYMONTH=1,4", 31),
        ("2026-01-30T23:00Z", "FREQ=MONTHLY", 31),
        ("2026-01-28", "FREQ=MONTHLY", None),
        ("2026-01-28T22:59Z", "FREQ=MONTHLY", None),
        ("2026-01-31", "FREQ=MONTHLY;BYMONTH=1,3", None),
        ("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1", None),
        ("2026-01-31", "FREQ=MONTHLY;BYDAY=-1FR", None),
        ("2026-01-31", "FREQ=WEEKLY", None),
        ("2026-01-31", "${RULE}", None),
        ("${START}", "FREQ=MONTHLY", None),
    ],
)
def test_a_monthly_rule_that_skips_short_months_is_told(
    start: str, rule: str, day: int | None
) -> None:
    freeze = f'{{name: a, from: "{start}", rrule: "{rule}", duration: 1h, timezone: Europe/Berlin}}'
    found = [
        said for said in warnings(with_policy(f"freezes: [{freeze}]")) if "not set" not in said
    ]
    begins = f"14: policy.freezes[0].rrule: begins on day {day} of a month"
    assert found == ([f"{begins}, and {SKIPS}"] if day else [])


# --- JSON Schema ---------------------------------------------------------------------------------

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
WINDOW = "{name: a, from: '2026-01-01', to: '2026-01-02', announced: '2025-12-01'}"
GOOD = [
    "freezes: []",
    "freezes: [{name: a, from: '2026-01-01', to: '2026-01-02T10:00:00+01:00', services: [checkout]}]",
    "freezes: [{name: a, from: '2026-01-01T10:00Z', to: '2026-01-02t10:00:00.25z'}]",
    "freezes: [{name: a, days: 'sat-mon, wed', hours: 9-24}]",
    "freezes: [{name: a, days: [mon, tue-wed], decision: review, reason: b}]",
    "freezes: [{name: a, from: '2026-01-01', rrule: FREQ=DAILY, duration: 1h}]",
    "freezes: [{name: a, allow: [{days: mon-thu, hours: 9-16}, {hours: '22:00-06:00'}]}]",
    "freeze_on_breach: {recover_at: 10%, decision: block}",
    "freeze_on_breach: off",
    "exceptions: [{type: rollback, decision: approve, without_evidence: true}]",
    "exceptions: [{type: rollback, decision: none}]",
    "exceptions: 'off'",
    "exceptions: off",
    "exceptions: []",
    "change_type: {from: [option, git], labels: {hotfix: reliability}, trailer: Change-Type}",
    "override: {actors: [ada], reason: 'a+', decisions: [review, defer, block, no_data, unmeasured]}",
    "override: 'off'",
    f"maintenance: {{notice: 48h, windows: [{WINDOW}]}}",
    "reserve: {releases: 30%, incidents: 0.7}",
    "cost: 5%",
]


@pytest.mark.parametrize("line", GOOD)
def test_json_schema_accepts_what_slogate_accepts(line: str) -> None:
    assert problems(with_policy(line)) == []
    VALIDATOR.validate(yaml.safe_load(with_policy(line)))


BAD = [
    "freezes: [{days: mon}]",
    "freezes: [{name: a, from: '2026-01-01'}]",
    "freezes: [{name: a, from: '2026-01-01', to: '2026-01-02', rrule: FREQ=DAILY, duration: 1h}]",
    "freezes: [{name: a, days: monday}]",
    "freezes: [{name: a, hours: 9-25}]",
    "freezes: [{name: a, hours: 9-24:01}]",
    "freezes: [{name: a, from: 2026/01/01, to: '2026-01-02'}]",
    "freezes: [{name: a, days: mon, decision: approve}]",
    "freezes: [{name: a, allow: [{}]}]",
    "exceptions: [{type: other, decision: approve}]",
    "change_type: {from: []}",
    "exceptions: true",
    "override: {actors: []}",
    "override: {actors: ['ada*']}",
    "override: true",
    "maintenance: {windows: [{name: a, from: '2026-01-01', to: '2026-01-02'}]}",
    "reserve: {releases: 30}",
    "cost: 5",
]


@pytest.mark.parametrize("line", BAD)
def test_json_schema_refuses_what_slogate_refuses(line: str) -> None:
    assert problems(with_policy(line))
    assert not VALIDATOR.is_valid(yaml.safe_load(with_policy(line)))
