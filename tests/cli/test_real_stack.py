"""The whole gate on a real Prometheus and a real VictoriaMetrics: one service per kind of history."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import slogate
from tests.sources.test_truth import COUNTED, true_status
from tests.support.fixtures import History
from tests.support.history import AT
from tests.support.servers import Prometheus, VictoriaMetrics

pytestmark = pytest.mark.realstack

AS_OF = "2026-09-21T14:13:27Z"
"""AT, the moment after the generated history ends."""
RISKS = ("low", "medium", "high")
MATRIX = {
    "healthy": ("approve", "approve", "review"),
    "attention": ("approve", "review", "defer"),
    "warning": ("review", "defer", "block"),
    "critical": ("defer", "block", "block"),
    "exhausted": ("block", "block", "block"),
}
CODES = {"approve": 0, "review": 0, "defer": 20, "block": 30}


@pytest.fixture(params=["prometheus", "victoria"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    server: Prometheus | VictoriaMetrics = request.getfixturevalue(request.param)
    selector = 'http_requests_total{service="%s"%s}'
    services = {
        name: {
            "slos": [
                {
                    "name": "availability",
                    "objective": 99.9,
                    "window": "30d",
                    "sli": {
                        "bad": increase(selector % (name, ',code=~"5.."')),
                        "total": increase(selector % (name, "")),
                    },
                }
            ]
        }
        for name in (*COUNTED, "notraffic")
    }
    sources = {"metrics": {"type": "prometheus", "url": server.url}}
    path = tmp_path / "slogate.yaml"
    path.write_text(json.dumps({"version": 1, "sources": sources, "services": services}))
    return path


def increase(selector: str) -> str:
    return f"sum(increase({selector}[{{{{window}}}}]))"


def verdicts(config: Path, *arguments: str, code: int) -> dict[str, Any]:
    run = slogate("check", "-c", config, "--at", AS_OF, "-f", "json", *arguments)
    assert run.code == code, run.err
    verdict: dict[str, Any] = json.loads(run.out)
    assert verdict["exit_code"] == code
    return verdict


@pytest.mark.parametrize("risk", RISKS)
def test_every_history_gets_the_right_status_and_decision(
    config: Path, history: History, risk: str
) -> None:
    verdict = verdicts(config, "--risk", risk, code=30)
    assert verdict["evaluated_at"] == AS_OF
    found = {s["service"]: (s["status"], s["decision"]) for s in verdict["services"]}
    assert found.pop("notraffic") == ("no_traffic", "approve")
    expected = {}
    for name in COUNTED:
        status = true_status(history.truth, name, 30, 99.9).word
        expected[name] = (status, MATRIX[status][RISKS.index(risk)])
    assert found == expected


def test_the_verdict_can_be_recomputed_from_its_own_json(config: Path) -> None:
    verdict = verdicts(config, "--risk", "medium", code=30)
    for service in verdict["services"]:
        policy = verdict["policies"][service["policy"]]
        for slo in service["slos"]:
            if slo["budget"] is not None:
                assert slo["status"] == recomputed_status(slo, policy)
                assert service["decision"] == policy["matrix"][slo["status"]]["medium"]


def recomputed_status(slo: Mapping[str, Any], policy: Mapping[str, Any]) -> str:
    order = list(MATRIX)
    budget, events = slo["budget"], slo["events"]
    assert budget["consumed"] == pytest.approx(1 - budget["remaining"])
    assert budget["consumed"] == pytest.approx(events["bad"] / budget["allowed_bad"])
    found = ["healthy"]
    found += [s for s, limit in policy["consumed"].items() if budget["consumed"] > limit]
    for burn in slo["burn"]:
        rates = (burn["rate_long"] or 0, burn["rate_short"] or 0)
        assert burn["firing"] == all(rate >= burn["threshold"] for rate in rates)
        found += [burn["status"]] if burn["firing"] else []
    return max(found, key=order.index)


def test_an_outage_clears_when_it_leaves_the_window(config: Path, history: History) -> None:
    verdict = verdicts(config, "recovering", "--risk", "low", code=30)
    (service,) = verdict["services"]
    clears = service["clears_at"]
    # The 20 % outage lies 26 to 20 hours back; it must be on its way out 30 days later.
    assert "2026-10-20T12:13:27Z" <= clears <= "2026-10-20T18:13:27Z"
    later = slogate(
        "check", "-c", config, "recovering", "--risk", "low", "-f", "json", "--at", clears
    )
    # Nothing was measured after the history's end, and that is not an approval.
    assert later.code == 40


def test_a_fast_burn_says_who_and_what(config: Path) -> None:
    run = slogate("check", "-c", config, "fastburn", "--risk", "low", "--at", AS_OF)
    assert run.code == 20
    text = " ".join(run.out.split())
    assert "DEFER fastburn" in text
    assert "over 1h" in text
    assert "14.4x or more is critical" in text
    assert "engineering manager" in text
    assert "roll back first" in text


def test_at_makes_a_run_repeatable(config: Path) -> None:
    one = slogate("check", "-c", config, "healthy", "--risk", "low", "--at", AS_OF)
    two = slogate("check", "-c", config, "healthy", "--risk", "low", "--at", AS_OF)
    assert one == two
    assert one.code == 0
    assert AT == 1_790_000_007


def test_verbose_names_counter_resets(config: Path, history: History) -> None:
    run = slogate("check", "-c", config, "resets", "--risk", "low", "--at", AS_OF, "-v")
    found = re.search(r"(\d+) counter resets in the window", " ".join(run.out.split()))
    assert found is not None
    # Every 61 hours each of the four series of codes begins anew.
    assert int(found[1]) == pytest.approx(4 * 30 * 24 / 61, abs=4)
