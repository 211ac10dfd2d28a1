"""Whatever stands in the sections of governance: problems with a place, or what the schema accepts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slogate.config.schema import json_schema
from tests.config.builders import BASE, problems, warnings
from tests.core.builders import law

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
TIMES = ["2026-01-01", "2026-02-30", "2026-10-25T02:30", "2026-03-29T02:30:00+01:00", "0000-00-00"]
WORDS = [
    *(
        "mon",
        "sat-mon",
        "9-16",
        "22:00-06:00",
        "24-24",
        "1h",
        "10%",
        "0%",
        "100%",
        "off",
        "checkout",
    ),
    *("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270101T000000Z", "FREQ=YEARLY;BYMONTH=13"),
    *("block", "rollback", "option", "Europe/Berlin", "(", "${A}", "", "\u2028", "metrics"),
]
KEYS = [
    *("name", "from", "to", "days", "hours", "rrule", "duration", "allow", "timezone", "decision"),
    *(
        "services",
        "type",
        "without_evidence",
        "recover_at",
        "labels",
        "trailer",
        "actors",
        "reason",
    ),
    *("decisions", "notice", "windows", "announced", "releases", "metrics", "alerts", "scrapes"),
    *("alert_rules", "names", "source", "match", "rollback", "command", "file", "from_", "check"),
]
SECTIONS = [
    *("freezes", "freeze_on_breach", "exceptions", "change_type", "override", "maintenance"),
    *("reserve", "cost"),
]
PLAIN = st.sampled_from([*TIMES, *WORDS]) | st.sampled_from([0, 1, 0.5, -1, True, False])
ENTRY = st.dictionaries(st.sampled_from(KEYS), PLAIN | st.lists(PLAIN, max_size=2), max_size=5)
ANY = st.recursive(
    PLAIN | ENTRY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=10,
)
ONCE = st.fixed_dictionaries({"name": PLAIN, "from": PLAIN, "to": PLAIN}, optional={"days": PLAIN})
RULED = st.fixed_dictionaries({"name": PLAIN, "from": PLAIN, "rrule": PLAIN, "duration": PLAIN})
WEEKLY = st.fixed_dictionaries({"name": PLAIN}, optional={"days": PLAIN, "hours": PLAIN})
FREEZES = st.lists(ONCE | RULED | WEEKLY, max_size=2)


def text_of(policy: Any, readiness: Any) -> str:
    """The small configuration with these values; JSON is YAML."""
    service = "    slos:"
    written = BASE.replace(service, f"    readiness: {json.dumps(readiness)}\n{service}")
    return f"{written}policy: {json.dumps(policy)}\n"


def survives(policy: Any, readiness: Any) -> None:
    """Only problems with a place come out, or a file that the JSON Schema accepts as well."""
    text = text_of(policy, readiness)
    found = problems(text, {"A": "1"}) + problems(text, allow_unset=True)
    for problem in found:
        assert re.match(r"\d+: .", problem)
    if not found:
        assert isinstance(warnings(text), list)
        VALIDATOR.validate(yaml.safe_load(text))


@law
@given(st.dictionaries(st.sampled_from(SECTIONS), ANY, max_size=3), ANY)
def test_any_values(policy: Any, readiness: Any) -> None:
    survives(policy, readiness)


@law
@given(FREEZES)
def test_any_freezes(freezes: Any) -> None:
    survives({"freezes": freezes}, {"rollback": {"command": "back"}})


@pytest.mark.parametrize("rule", ["", ", rrule: FREQ=DAILY, duration: 1h"])
def test_dateutil_is_imported_only_for_a_rule(rule: str, tmp_path: Path) -> None:
    shape = f"from: 2026-01-01{rule}" if rule else "days: mon"
    file = tmp_path / "slogate.yaml"
    file.write_text(f"{BASE}policy: {{freezes: [{{name: a, {shape}}}]}}\n")
    program = (
        "import sys; from pathlib import Path; from slogate.config.load import load; "
        "load(Path(sys.argv[1]), {}); print('dateutil' in sys.modules, 'zoneinfo' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{bool(rule)} False\n"
