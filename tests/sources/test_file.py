"""Counts from files: what is summed, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from slogate.core.budget import assess
from slogate.core.evidence import Evidence
from slogate.core.model import Events, Latency, Sli
from slogate.core.plan import make_plan
from slogate.core.verdict import SloReport
from slogate.core.window import Rolling
from slogate.core.words import rfc3339
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.sources.file import FileSource
from slogate.sources.interface import Freshness, Unclear
from tests.sources.builders import DAY, POLICY, slo

HOUR = 3600
NOW = 1_790_000_007
SLI = Events(bad="errors", total="requests")


def source(path: Path, resolution: int | None = None) -> FileSource:
    return FileSource(SimpleNamespace(path=path, resolution=resolution))


def fetch(path: Path, sli: Sli = SLI, *, days: int = 2) -> Evidence:
    opened = source(path)
    plan = make_plan(Rolling(days * DAY), POLICY.burn, NOW, finest=opened.finest)
    return opened.fetch(sli, plan, Deadline(10))


def report(path: Path, sli: Sli = SLI, *, days: int = 2) -> SloReport:
    return assess(slo(sli, days=days), POLICY, fetch(path, sli, days=days)).report


def rows(step: int, days: int = 3) -> list[tuple[int, int, int]]:
    end = NOW // step * step
    return [(at, 1000, at // step % 3) for at in range(end - days * DAY, end + 1, step)]


def csv(
    place: Path, lines: list[tuple[int, int, int]], header: str = "time,requests,errors"
) -> Path:
    path = place / "counts.csv"
    path.write_text("\n".join([header, *(",".join(map(str, line)) for line in lines)]) + "\n")
    return path


@pytest.mark.parametrize("step", [60, 300, HOUR, 6 * HOUR])
def test_the_window_holds_exactly_its_rows(tmp_path: Path, step: int) -> None:
    inside = [row for row in rows(step) if NOW - 2 * DAY < row[0] <= NOW]
    found = report(csv(tmp_path, rows(step)))
    assert found.events is not None, found.detail
    assert found.events.total == sum(row[1] for row in inside)
    assert found.events.bad == sum(row[2] for row in inside)


def test_json_lines_and_rfc3339_times_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "counts.jsonl"
    path.write_text(
        "\n".join(
            f'{{"time": "{rfc3339(at)}", "requests": {total}, "errors": {bad}}}'
            for at, total, bad in rows(HOUR)
        )
    )
    assert report(path) == report(csv(tmp_path, rows(HOUR)))


def test_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    straight = report(csv(tmp_path, rows(HOUR)))
    assert report(csv(tmp_path, rows(HOUR)[::-1])) == straight


def test_good_columns_count_too(tmp_path: Path) -> None:
    lines = [(at, total, total - bad) for at, total, bad in rows(HOUR)]
    path = csv(tmp_path, lines, "time,requests,fine")
    good = report(path, Events(good="fine", total="requests")).events
    assert good == report(csv(tmp_path, rows(HOUR))).events


def test_coarse_rows_widen_the_short_windows_and_say_so(tmp_path: Path) -> None:
    found = report(csv(tmp_path, rows(HOUR)))
    assert any("5m over 1h" in check.detail for check in found.checks)
    assert all(burn.rate_short is not None for burn in found.burn)


def test_rows_that_end_long_ago_are_stale(tmp_path: Path) -> None:
    old = [row for row in rows(HOUR) if row[0] < NOW - 5 * HOUR]
    found = report(csv(tmp_path, old))
    assert found.status.word == "no_data"
    assert "stale" in found.detail


def test_no_rows_in_the_window_says_where_they_are(tmp_path: Path) -> None:
    ancient = [(at - 90 * DAY, total, bad) for at, total, bad in rows(HOUR)]
    with pytest.raises(NoDataError, match=r"rows reach from 2026-06-20 .*use --at"):
        fetch(csv(tmp_path, ancient))


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("", NoDataError, "no rows"),
        ("time,requests,errors\n", NoDataError, "no rows"),
        ("when,requests,errors\n1,2,3\n", ConfigError, "no column 'time'; it has 'when'"),
        ("time,requests\n1790000000,5\n", ConfigError, "no column 'errors'; it has 'requests'"),
        ("time,requests,errors\nyesterday,5,0\n", NoDataError, "counts.csv:2: time"),
        ("time,requests,errors\n1790000000,5\n", NoDataError, "counts.csv:2: more or fewer"),
        ("time,requests,errors\n1790000000,5,0,7\n", NoDataError, "counts.csv:2: more or fewer"),
        (
            "time,requests,errors\n1790000000,5,0\n1790000000,5,0\n",
            NoDataError,
            "counts.csv:3: a second row for the same time",
        ),
        ('time,requests,errors\n"1790000000,5,0\n', NoDataError, "counts.csv:"),
    ],
)
def test_broken_files_are_refused_with_their_line(
    tmp_path: Path, text: str, kind: type[Exception], words: str
) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(text)
    with pytest.raises(kind) as caught:
        fetch(path)
    assert words in str(caught.value)


@pytest.mark.parametrize("cell", ["abc", "NaN", "-1", "inf", "true"])
def test_a_count_that_is_none_is_no_data(tmp_path: Path, cell: str) -> None:
    path = csv(tmp_path, rows(HOUR))
    path.write_text(path.read_text().rstrip().rpartition(",")[0] + f",{cell}\n")
    assert report(path).status.word == "no_data"


def test_a_count_that_is_none_in_a_column_nobody_asks_for_does_not_matter(tmp_path: Path) -> None:
    path = csv(tmp_path, rows(HOUR))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{lines[0]},note", *(f"{line},quiet" for line in lines[1:])]))
    assert report(path).events is not None


def test_a_missing_file_could_not_be_measured(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="No such file"):
        fetch(tmp_path / "counts.csv")


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(b"time,requests,errors\n\xff\xfe\n")
    with pytest.raises(NoDataError, match="UTF-8"):
        fetch(path)


def test_a_file_has_no_histograms(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="counts only"):
        fetch(csv(tmp_path, rows(HOUR)), Latency("x", 0.3))


@pytest.mark.parametrize("lacking", ["requests", "errors"])
def test_rows_with_one_count_but_not_the_other_are_no_evidence(
    tmp_path: Path, lacking: str
) -> None:
    path = csv(tmp_path, rows(HOUR))
    lines = path.read_text().splitlines()
    cells = lines[-5].split(",")
    cells[1 if lacking == "requests" else 2] = ""
    lines[-5] = ",".join(cells)
    path.write_text("\n".join(lines))
    with pytest.raises(NoDataError, match=f"has no '{lacking}'"):
        fetch(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.csv", "time,errors,requests,errors\n1790000000,9,10,0\n"),
        ("c.jsonl", '{"time": 1790000000, "errors": 9, "requests": 10, "errors": 0}\n'),
    ],
)
def test_a_column_that_is_there_twice_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(NoDataError, match="'errors' is there twice"):
        fetch(path)


@pytest.mark.parametrize("time", ["1790000000000", "-5", "9" * 5000, "1e400"])
def test_times_that_cannot_be_are_refused(tmp_path: Path, time: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"time,requests,errors\n{time},10,0\n")
    with pytest.raises(NoDataError, match=r"c\.csv:2: time"):
        fetch(path)


def test_rows_too_far_apart_for_the_window_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="rows are 1d apart, too far for a window of 2d"):
        fetch(csv(tmp_path, rows(DAY, days=30)))


def test_the_age_is_that_of_the_last_row_however_long_the_steps_are(tmp_path: Path) -> None:
    old = [row for row in rows(HOUR, days=20) if row[0] < NOW - 20 * HOUR]
    opened = source(csv(tmp_path, old), resolution=DAY)
    plan = make_plan(Rolling(14 * DAY), POLICY.burn, NOW, resolution=DAY)
    found = assess(slo(SLI, days=14), POLICY, opened.fetch(SLI, plan, Deadline(10))).report
    assert found.status.word == "no_data"
    assert "nothing in the last 20h" in found.detail


def test_a_window_whose_start_has_no_rows_but_the_time_before_has_is_a_gap(tmp_path: Path) -> None:
    lines = [row for row in rows(HOUR, days=20) if not NOW - 9 * DAY < row[0] < NOW - 2 * DAY]
    assert report(csv(tmp_path, lines), days=8).status.word == "no_data"
    young = [row for row in lines if row[0] > NOW - 9 * DAY]
    assert report(csv(tmp_path, young), days=8).events is not None


def test_a_device_is_no_file_of_counts(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.symlink_to("/dev/zero")
    with pytest.raises(MeasurementError, match="no regular file"):
        fetch(path)


def maintained(path: Path, spans: list[tuple[int, int]], *, looks_back: bool = False) -> Evidence:
    opened = source(path)
    plan = make_plan(
        Rolling(2 * DAY),
        POLICY.burn,
        NOW,
        finest=opened.finest,
        maintenance=spans,
        looks_back=looks_back,
    )
    return opened.fetch(SLI, plan, Deadline(10))


@pytest.mark.parametrize("step", [60, 300, HOUR])
def test_rows_that_end_in_maintenance_do_not_count(tmp_path: Path, step: int) -> None:
    span = (NOW - DAY - 77, NOW - DAY + 5 * HOUR + 13)
    late = (NOW - 40 * 60, NOW - 11)
    busy = [
        (at, total, total if any(a < at <= b for a, b in (span, late)) else 0)
        for at, total, _ in rows(step)
    ]
    evidence = maintained(csv(tmp_path, busy), [span, late])
    counted = [[bad for at, _, bad in busy if a < at <= b] for a, b in (span, late)]
    assert evidence.roles["bad"].excluded == [sum(bad) if bad else None for bad in counted]
    found = assess(slo(SLI, days=2), POLICY, evidence).report
    assert found.budget is not None, found.detail
    assert found.budget.consumed == 0
    assert all(not burn.rate_long for burn in found.burn)
    assert all(not burn.rate_short for burn in found.burn)


def test_rows_of_the_window_before_may_have_holes(tmp_path: Path) -> None:
    lines = ["time,requests,errors", *(f"{at},1000,{bad}" for at, _, bad in rows(HOUR, days=4))]
    lines[5] = lines[5].rpartition(",")[0] + ","
    path = tmp_path / "counts.csv"
    path.write_text("\n".join(lines))
    assert maintained(path, [], looks_back=True).roles["total"].whole == 48_000
    lines[-5] = lines[-5].rpartition(",")[0] + ","
    path.write_text("\n".join(lines))
    with pytest.raises(NoDataError, match="has no 'errors'"):
        maintained(path, [], looks_back=True)


def test_rows_of_the_window_before_are_no_rows_in_the_window(tmp_path: Path) -> None:
    old = [row for row in rows(HOUR, days=5) if row[0] < NOW - 3 * DAY - 10 * HOUR]
    with pytest.raises(NoDataError, match="no rows in the window"):
        maintained(csv(tmp_path, old), [], looks_back=True)


@pytest.mark.parametrize(
    ("age", "interval", "fresh"),
    [
        (100, 60, True),
        (179, 60, True),
        (180, 60, False),
        (100, None, True),
        (899, None, True),
        (900, None, False),
    ],
)
def test_the_newest_row_is_as_old_as_it_is(
    tmp_path: Path, *, age: int, interval: int | None, fresh: bool
) -> None:
    path = csv(tmp_path, rows(300))
    newest = NOW // 300 * 300
    found = source(path).freshness(SLI, 3, interval, newest + age, Deadline(10))
    assert found == Freshness(3 * (interval or 300), interval or 300, fresh=fresh)
    latency = Latency("x", 0.3)
    assert isinstance(source(path).freshness(latency, 3, None, NOW, Deadline(10)), Unclear)
