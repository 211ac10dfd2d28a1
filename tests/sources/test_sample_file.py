"""Samples, series and counts from files of any content: what is read, and what is refused."""

from __future__ import annotations

import gzip
import json
import math
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from slogate.core.arms import Counts, Samples, Series
from slogate.core.words import rfc3339
from slogate.errors import ConfigError, NoDataError, SlogateError
from slogate.sources.sample_file import ArmFile, read_arm
from slogate.sources.sample_lines import LONGEST
from slogate.sources.sample_thinning import Thinned

NOW = 1_790_000_000
BOM = b"\xef\xbb\xbf"
ANY_DIRECTORY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)


def read(
    place: Path, content: str | bytes, kind: str | None = None, metric: str | None = None
) -> ArmFile:
    path = place / "arm.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_arm(path, kind, metric)


def point(metric: str, value: Any, at: int = NOW, **more: Any) -> str:
    time = rfc3339(at).replace("Z", ".123456789Z")
    data = {"time": time, "value": value, "tags": {"status": "200"}}
    return json.dumps({"metric": metric, "type": "Point", "data": data, **more})


def declared(metric: str) -> str:
    return json.dumps({"type": "Metric", "data": {"type": "trend"}, "metric": metric})


def same(found: Sequence[float], wanted: Sequence[float]) -> bool:
    pairs = zip(found, wanted, strict=True)
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


ONE_TWO = Samples((1.0, 2.0))
SERIES = Series((NOW, NOW + 60), (1.0, 2.0))
COUNTS = Counts((0.0, 1.0), (5.0, 6.0))
K6_CSV = "metric_name,timestamp,metric_value,check,extra_tags\n"


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("value\n1\n2\n", ONE_TWO),
        ("latency\n1\n2", ONE_TWO),
        ("1\n2\n", ONE_TWO),
        ("\n\nvalue\r\n1\r\n\r\n2\r\n", ONE_TWO),
        (BOM + b'"value"\n"1"\n"2"\n', ONE_TWO),
        ('name,value\n"a, b",1\n"two\nlines",2\n', ONE_TWO),
        (",value\n0,1\n1,2\n", ONE_TWO),
        ('{"value": 1}\n\n{"value": 2.0, "more": [1]}\n', ONE_TWO),
        (BOM + b'{"latency": 1}\r\n{"latency": "2"}', ONE_TWO),
        (f"time,value\n{NOW},1\n{NOW + 60},2\n", SERIES),
        (f" time , value \n {NOW} , 1 \n{NOW + 60},2\n", SERIES),
        (f"time,latency\n{NOW + 60}.0,2\n{NOW}.75,1\n", SERIES),
        (f"value,time\n2,{rfc3339(NOW + 60)}\n1,{rfc3339(NOW)}\n", SERIES),
        (f'{{"time": {NOW}, "value": 1}}\n{{"time": {NOW + 60}, "value": 2}}\n', SERIES),
        (f"time,bad,total\n{NOW + 60},1,6\n{NOW},0,5\n", COUNTS),
        (f'{{"total": 5, "bad": 0, "time": {NOW}}}\n{{"total": 6, "bad": 1, "time": {NOW + 60}}}', COUNTS),
        ("\n".join([declared("vus"), point("vus", 7), declared("http_req_duration"),
                    point("http_req_duration", 1), point("vus", 7), point("http_req_duration", 2)]),
         ONE_TWO),
        (f"{K6_CSV}vus,{NOW},7.0,,\nhttp_req_duration,{NOW},1.0,,\nhttp_req_duration,{NOW},2.0,,\n",
         ONE_TWO),
    ],
)  # fmt: skip
def test_the_columns_tell_what_a_file_holds(
    tmp_path: Path, content: str | bytes, wanted: object
) -> None:
    found = read(tmp_path, content)
    assert (found.data, found.notes) == (wanted, ())


@pytest.mark.parametrize(
    ("content", "kind", "metric", "wanted"),
    [
        (f"time,value\n{NOW + 60},1\n{NOW},2\n", "samples", None, ONE_TWO),
        ("timeStamp,elapsed,label\n1790000000000,1,home\n1790000000001,2,home\n", None, "elapsed", ONE_TWO),
        (f"time,p50,p99\n{NOW},1,9\n{NOW + 60},2,9\n", None, "p50", SERIES),
        (f"time,bad,total,value\n{NOW},0,5,1\n{NOW + 60},1,6,2\n", "counts", None, COUNTS),
        (f"time,bad,total,value\n{NOW},0,5,1\n{NOW + 60},1,6,2\n", "series", None, SERIES),
        (f"time,bad,total\n{NOW},1,5\n{NOW + 60},2,6\n", None, "bad", SERIES),
        ('{"a": 7, "b": 1}\n{"a": 7, "b": 2}\n', "samples", "b", ONE_TWO),
        ("\n".join([point("mine", 1), point("other", 7), point("mine", 2)]), None, "mine", ONE_TWO),
        (f"{K6_CSV}mine,{NOW},1,,\nvus,{NOW},7,,\nmine,{NOW},2,,\n", "samples", "mine", ONE_TWO),
    ],
)  # fmt: skip
def test_kind_and_metric_choose(
    tmp_path: Path, content: str, kind: str | None, metric: str | None, wanted: object
) -> None:
    assert read(tmp_path, content, kind, metric).data == wanted


@pytest.mark.parametrize("metric", ["http_req_failed", None])
def test_failed_requests_of_k6_are_counted_in_intervals(tmp_path: Path, metric: str | None) -> None:
    values = [(0, 9), (1, 3), (0, 11), (0, 12), (1, 19), (1, 45)]
    wanted = Counts((1.0, 1.0, 1.0), (2.0, 3.0, 1.0))
    lines = [point("http_req_failed", value, NOW + after) for value, after in values]
    table = "".join(f"http_req_failed,{NOW + after},{value}.0,,\n" for value, after in values)
    kind = None if metric else "counts"
    assert read(tmp_path, "\n".join(lines), kind, metric).data == wanted
    assert read(tmp_path, K6_CSV + table, kind, metric).data == wanted


def test_a_check_of_k6_that_holds_is_not_bad(tmp_path: Path) -> None:
    lines = "\n".join(point("checks", value) for value in (1, 1, 0))
    assert read(tmp_path, lines, None, "checks").data == Counts((1.0,), (3.0,))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"value\n1\n", mtime=0), "is packed with gzip: unpack it first"),
        (b"PK\x03\x04rest", "is packed with zip"),
        ("value\n1\n".encode("utf-16"), "UTF-16"),
        ("value\n1\n".encode("utf-16-be"), "is binary, or text in UTF-16"),
        (bytes(range(256)), "is binary"),
        (b"value\n1\n2\xff\n", ":3: this is no text in UTF-8"),
        (b"value\n" + b"1\n" * 4000 + b"\0\n", ":4002: a NUL byte"),
        ("<testsuite tests='1'/>", "is a JUnit report; accepted are CSV and JSON lines"),
        ("\n<?xml version='1.0'?>\n<!-- x -->\n<testsuites>", "is a JUnit report"),
        ("<?xml version='1.0'?><testResults>", "JMeter's XML"),
        ("<!DOCTYPE html>", "is an HTML page"),
        ("<svg/>", "is an XML document"),
        ("[1, 2]", "is a JSON array"),
        ('{\n  "value": 1\n}', "is a JSON document over many lines"),
        ('{"status":"success","data":{}}', "is an answer of Prometheus"),
        ('{\n  "metrics": {\n', "is the summary of k6"),
        ("# HELP up Whether\n# TYPE up gauge\nup 1\n", "is a page of Prometheus metrics"),
        ("---\nvalue: 1\n", "is a YAML document"),
        ("a;b\n1;2\n", "columns are separated by semicolons; commas are wanted"),
        ("a\tb\n1\t2\n", "columns are separated by tabs"),
        ("1,2\n3,4\n", "has numbers, not the names of columns"),
        ("value\n" + "1," * LONGEST, ":2: a line or row of more than 1 MiB"),
        ('value\n"' + "1\n" * LONGEST, "not CSV: field larger"),
        ("value\n" + '"\n",' * LONGEST, "a line or row of more than 1 MiB"),
        ('value\n"1', ":2: not CSV"),
        ("value,value\n1,2\n", "the column 'value' is there twice"),
        ('{"value": 1, "value": 2}', ":1: the column 'value' is there twice"),
        ("a,value\n1,2\n3\n", ":3: 1 cells, but the header has 2"),
        ("value\n12,5\n", ":2: 2 cells, but the header has 1"),
        ("a,b\n1,2\n", "no column 'value'; it has 'a', 'b'; name the one to compare with --metric"),
        (f"time\n{NOW}\n", "no column 'value'; it has 'time'"),
        ("bad,total\n1,2\n", "no column 'time'; it has 'bad', 'total'"),
        ("bad,total,value\n1,2,3\n", "say which one with --kind"),
        ("value\n1\nfast\n", ":3: 'value': 'fast' is no number"),
        ("value\n1_000\n", "'1_000' is no number"),
        ('{"value": true}', ":1: 'value': True is no number"),
        ('{"value": [1]}', "[1] is no number"),
        ('{"value": 1}\n{"value": ', ":2: not a JSON object, is the line cut off?"),
        ('{"value": 1}\n7\n', ":2: not a JSON object"),
        ('{"value":' + "[" * 100_000, ":1: not a JSON object"),
        ("time,value\nyesterday,1\n", ":2: time: 'yesterday' is neither Unix seconds nor an RFC 3339 time"),
        ("time,value\n2026-11-20 10:00:00,1\n", "not an RFC 3339 time"),
        ("time,value\n2026-11-20T10:00:00.Z,1\n", "not an RFC 3339 time"),
        ("time,value\n2026-" + "0" * 999 + ",1\n", "not an RFC 3339 time"),
        ("time,value\n,1\n", ":2: time: '' is no time"),
        ("time,value\ninf,1\n", "milliseconds"),
        ("time,value\n-1,1\n", "is no time between 1970 and 2199"),
        (f"time,value\n{NOW}000,1\n", "is it in milliseconds? Seconds are wanted"),
        (f"time,value\n{NOW},1\n7,2\n{NOW}.5,3\n", ":4: a second row for the second"),
        (f"time,value\n{NOW},1\n{NOW},2\n", "which line 2 has too; are they single measurements?"),
        ("INFO started\nINFO ended\n", "'INFO ended' is no number; accepted are CSV and JSON lines"),
        (f"time,bad,total\n{NOW},1,2\n{NOW},1,2\n", "which line 2 has too"),
        (f"time,bad,total\n{NOW},3,2\n", ":2: bad 3, total 2: 0 <= bad <= total is wanted"),
        (f"time,bad,total\n{NOW},-1,2\n", "bad -1, total 2"),
        (f"time,bad,total\n{NOW},,\n", "bad nan, total nan"),
        (f"time,bad,total\n{NOW},1,inf\n", "total inf"),
        (f"{point('http_req_duration', 1)}\n{{\"value\": 1, \"a\": \"http_req_duration\"}}",
         ":2: neither a Metric nor a Point of k6"),
        (f"{point('http_req_duration', 1)}\n{point('vus', 1)[:-9]}", ":2: not a JSON object"),
        (f"{point('http_req_duration', 'fast')}", ":1: 'http_req_duration': 'fast' is no number"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_what_is_wrong(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, content)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 700


@pytest.mark.parametrize(
    ("content", "kind", "metric", "said"),
    [
        ("value\n1\n", "sample", None, "no kind of samples"),
        ("value\n1\n", None, "latency", "no column 'latency'; it has 'value'"),
        ("value\n1\n", "series", None, "no column 'time'"),
        ("value\n1\n", "counts", None, "no column 'time'"),
        (f"time,bad,total\n{NOW},0,1\n", "counts", "bad", "without --metric"),
        (point("vus", 1), "series", None, "use --kind samples"),
        (point("vus", 1), "counts", "vus", "http_req_failed and checks are counted only"),
        (f"{declared('vus')}\n{point('vus', 1)}", None, "mine", "'mine'; there are 'vus'"),
        (f"{K6_CSV}vus,{NOW},1.0,,\n", None, "mine", "'mine'; there are 'vus'"),
        (point("checks", 0.5), None, "checks", ":1: checks: 0.5 is neither 0 nor 1"),
        (f"{K6_CSV}checks,{NOW}000,1.0,,\n", None, "checks", "milliseconds"),
    ],
)
def test_wrong_options_are_refused(
    tmp_path: Path, content: str, kind: str | None, metric: str | None, said: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, content, kind, metric)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        (BOM, "is empty"),
        ("\n" * 10_000, "is empty"),
        ("value\n", "has a header, but no row"),
        ("time,bad,total\n", "has a header, but no row"),
        (K6_CSV, "k6 wrote nothing of the metric 'http_req_duration'; there are no others"),
        (f"{declared('vus')}\n{point('vus', 1)}", "'http_req_duration'; there are 'vus'"),
        ("value\nnan\n", "1 of 1 values of 'value' are empty or not finite"),
        ("value\n1\ninf\n-inf\n", "2 of 3 values"),
        (f"time,value\n{NOW},\n{NOW + 1},inf\n", "2 of 2 values"),
    ],
)
def test_a_right_file_without_evidence_is_no_data(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(NoDataError) as refused:
        read(tmp_path, content)
    assert said in str(refused.value)


def test_what_is_not_finite_is_left_out_and_noted(tmp_path: Path) -> None:
    found = read(tmp_path, '{"value": 1}\n{"value": null}\n' + '{"value": 2}\n' * 38)
    assert found.data == Samples((1, *[2] * 38))
    assert found.notes == (
        f"{tmp_path / 'arm.txt'}: 1 of 40 values of 'value' are empty or not finite and do not count",
    )
    with pytest.raises(NoDataError, match="too many to judge by the others"):
        read(tmp_path, '{"value": 1}\n' * 9 + '{"value": Infinity}\n')
    gap = read(tmp_path, f"time,value\n{NOW},1\n{NOW + 1},Inf\n{NOW + 2},\n")
    assert isinstance(gap.data, Series)
    assert same(gap.data.values, (1, math.nan, math.nan))
    assert "2 of 3 values" in gap.notes[0]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: None, id="nothing"),
        pytest.param(lambda path: path.mkdir(), id="directory"),
        pytest.param(os.mkfifo, id="pipe"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), id="device"),
        pytest.param(lambda path: path.symlink_to(path), id="loop"),
    ],
)
def test_only_files_are_read(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "arm")
    with pytest.raises(ConfigError, match=r"arm (is a|cannot be read: )"):
        read_arm(tmp_path / "arm", None, None)


def test_more_than_the_most_is_thinned_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    path.write_text("value\n" + "".join(f"{value}\n" for value in range(1000)))
    found = read_arm(path, None, None, most=100)
    values = list(found.data[0])
    assert values == sorted(values)
    assert 50 <= len(values) <= 100
    assert found.notes == (f"{path}: of 1,000 samples 62, one of each 16, are judged",)
    assert read_arm(path, None, None, most=100) == found
    for header, cells in (("time,value", ",1"), ("time,bad,total", ",0,1")):
        path.write_text(header + "".join(f"\n{NOW + row}{cells}" for row in range(101)))
        with pytest.raises(ConfigError, match="more than 100 times"):
            read_arm(path, None, None, most=100)
        assert len(read_arm(path, None, None, most=101).data[0]) == 101
    path.write_text("\n".join(point("checks", 1, NOW + 10 * row) for row in range(101)))
    with pytest.raises(ConfigError, match="more than 100 times"):
        read_arm(path, None, "checks", most=100)


@given(st.integers(1, 40), st.integers(0, 2000))
def test_thinning_keeps_one_of_each_stride_in_their_order(half: int, number: int) -> None:
    thinned = Thinned(2 * half)
    for value in range(number):
        thinned.add(value)
    stride, values = thinned.stride, list(thinned.values)
    assert thinned.seen == number
    assert len(values) <= 2 * half
    assert number <= 2 * half * stride
    assert stride == 1 or number > half * stride
    blocks = [value // stride for value in values]
    assert blocks in (list(range(number // stride)), list(range(-(-number // stride))))


def test_thinning_is_fair_to_requests_that_take_turns() -> None:
    thinned = Thinned(2000)
    for value in range(100_000):
        thinned.add(value % 2)
    assert 0.45 < sum(thinned.values) / len(thinned.values) < 0.55


FINITE = st.floats(-1e100, 1e100).filter(lambda value: value == 0 or abs(value) >= 1e-100)


@ANY_DIRECTORY
@given(st.lists(FINITE, min_size=1), st.sampled_from(["csv", "jsonl", "bare", "k6"]))
def test_samples_come_back_as_they_were_written(
    tmp_path: Path, values: list[float], form: str
) -> None:
    texts = {
        "csv": ["value", *map(repr, values)],
        "bare": list(map(repr, values)),
        "jsonl": [json.dumps({"value": value}) for value in values],
        "k6": [point("http_req_duration", value) for value in values],
    }
    assert read(tmp_path, "\n".join(texts[form])).data == Samples(tuple(values))


@ANY_DIRECTORY
@given(
    st.dictionaries(st.integers(0, 4_000_000_000), FINITE, min_size=1),
    st.randoms(),
    st.sampled_from([str, rfc3339]),
)
def test_series_come_back_in_the_order_of_time(
    tmp_path: Path, values: dict[int, float], lot: random.Random, written: Callable[[int], str]
) -> None:
    rows = list(values.items())
    lot.shuffle(rows)
    lines = [f"{written(at)},{value!r}\n" for at, value in rows]
    times = sorted(values)
    found = read(tmp_path, "time,value\n" + "".join(lines)).data
    assert found == Series(tuple(times), tuple(values[at] for at in times))


@ANY_DIRECTORY
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text('{}[]":,;\n\r\t01789.-eEnaif "valuetimebdo', max_size=200).map(str.encode),
    ),
    st.sampled_from([None, "samples", "series", "counts"]),
    st.sampled_from([None, "a", "value"]),
)
@example(b'{"type":"Point","metric":[],"data":{}}', None, None)
@example(b'{"type":"Point","metric":{},"data":{}}', "counts", None)
@example(b'{"type":{},"metric":"a","data":{}}', None, "a")
@example(b'{"type":"Point","metric":"a","data":{"time":null}}', "samples", "a")
@example(b'{"time":{},"value":1}', None, None)
@example(b'{"value":' + b"9" * 5000 + b"}", None, None)
@example(b'{"value":' + b"9" * 400 + b"}", None, None)
@example(b'{"value":"\\ud800"}', None, None)
@example(b"value\r1\r2", None, None)
def test_whatever_the_bytes_are_the_answer_is_ours(
    tmp_path: Path, content: bytes, kind: str | None, metric: str | None
) -> None:
    try:
        found = read(tmp_path, content, kind, metric)
    except SlogateError as error:
        said = str(error)
    else:
        said = " ".join(found.notes)
        assert len(found.data[0]) > 0
    assert said.isprintable()


WHOLE = {
    "jsonl": "\n".join(json.dumps({"time": NOW + at, "value": at}) for at in range(9)),
    "csv": "time,value\n" + "\n".join(f'{NOW + at},"{at}"' for at in range(9)),
    "k6": "\n".join(point(name, 1) for name in ("vus", "http_req_duration") * 4),
    "counts": "time,bad,total\n" + "\n".join(f"{NOW + at},1,{at + 1}" for at in range(9)),
}


@ANY_DIRECTORY
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_file_that_is_cut_off_is_refused_or_read_as_far_as_it_goes(
    tmp_path: Path, form: str, data: st.DataObject
) -> None:
    whole = WHOLE[form]
    cut = data.draw(st.integers(0, len(whole)))
    full = read(tmp_path, whole).data
    try:
        part = read(tmp_path, whole[:cut]).data
    except SlogateError:
        return
    if type(part) is type(full):
        assert len(part[0]) <= len(full[0])
