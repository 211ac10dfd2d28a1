"""What fuzzing has found in files: names in messages as they were, and an SLI below zero."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slogate.config.settings import FileSettings
from slogate.core.budget import assess
from slogate.core.model import Events, Slo
from slogate.core.plan import make_plan
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.errors import SlogateError
from slogate.sources.file import FileSource
from slogate.sources.rows import read
from tests.core.builders import DAY, NOW, POLICY


def test_no_sli_lies_below_zero_with_a_few_more_bad_than_total_events(tmp_path: Path) -> None:
    path = tmp_path / "case.csv"
    rows = [f"{NOW - 3600 * hour},100,100" for hour in range(1, 24 * 8)]
    path.write_text("\n".join(["time,bad,total", f"{NOW},1000001,1000000", *rows]), "utf-8")
    slo = Slo("orders", 99.0, Rolling(7 * DAY), Events(total="total", bad="bad"))
    source = FileSource(FileSettings("csv", path))
    plan = make_plan(slo.window, POLICY.burn, NOW, finest=source.finest)
    report = assess(slo, POLICY, source.fetch(slo.sli, plan, Deadline(60))).report
    assert report.events is not None
    assert report.events.bad > report.events.total
    assert report.sli == 0.0


@pytest.mark.parametrize(
    "content",
    [
        "\0value,\x1b[2Jbad\n1,2\n",
        "a\u2028b,\u202ec\n1,2\n",
        f"{'x' * 5000},bad\n1,2\n",
        ",".join(f"column {number:080}" for number in range(90)) + "\n" + ",".join("1" * 90) + "\n",
        f"time,{'x' * 5000},{'x' * 5000}\n1,2,3\n",
        json.dumps({"time": ["x" * 5000], "bad": 1}),
    ],
)
def test_messages_are_one_printable_line_of_bearable_length(tmp_path: Path, content: str) -> None:
    path = tmp_path / ("a.jsonl" if content.startswith("{") else "a.csv")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SlogateError) as caught:
        read(path)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 2000


def test_names_of_columns_are_shown_in_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"when,bad\n{NOW},2\n", encoding="utf-8")
    with pytest.raises(SlogateError, match="no column 'time'; it has 'when', 'bad'"):
        read(path)
