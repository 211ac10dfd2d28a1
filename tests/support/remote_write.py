"""Push samples and native histograms to a Prometheus by remote write 1.0, without libraries.

Start the server with
`--enable-feature=native-histograms --web.enable-remote-write-receiver`. Within one push the
series may overlap in time; a later push must not begin more than an hour before the newest
sample already there, because the head of the TSDB refuses it as out of bounds.
"""

from __future__ import annotations

import math
import struct
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

UNKNOWN_RESET, RESET, NO_RESET, GAUGE = range(4)


@dataclass(frozen=True)
class NativeHistogram:
    """An exponential histogram: bucket i counts values in (2**((i-1)/2**schema), 2**(i/2**schema)].

    `buckets` holds counts of single buckets, not running totals.
    """

    buckets: Mapping[int, int]
    sum: float
    schema: int = 3
    zero_count: int = 0
    zero_threshold: float = 2.0**-128
    reset_hint: int = UNKNOWN_RESET

    @property
    def count(self) -> int:
        """All observations."""
        return self.zero_count + sum(self.buckets.values())

    @classmethod
    def of(cls, values: Mapping[float, int], schema: int = 3) -> NativeHistogram:
        """The histogram of positive values, given how often each was observed."""
        buckets: dict[int, int] = {}
        for value, times in values.items():
            index = math.ceil(math.log2(value) * 2**schema)
            buckets[index] = buckets.get(index, 0) + times
        return cls(buckets, sum(value * times for value, times in values.items()), schema)


@dataclass(frozen=True)
class Series:
    """Labels (with `__name__`), and what to append: pairs of unix seconds and value."""

    labels: Mapping[str, str]
    samples: Sequence[tuple[float, float]] = ()
    histograms: Sequence[tuple[float, NativeHistogram]] = field(default=())


def push(url: str, series: Iterable[Series]) -> None:
    """Write everything in one request; raises urllib.error.HTTPError when it is refused."""
    body = b"".join([_message(1, _series(one)) for one in series])
    request = urllib.request.Request(
        f"{url}/api/v1/write",
        data=_snappy(body),
        headers={
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback: no proxy
    opener.open(request, timeout=30).close()


# Field numbers below are those of prometheus.WriteRequest in prompb/remote.proto and types.proto.


def _series(series: Series) -> bytes:
    parts = []
    for name, value in sorted(series.labels.items()):  # the receiver wants them sorted
        parts.append(_message(1, _message(1, name.encode()) + _message(2, value.encode())))
    for seconds, number in series.samples:
        parts.append(_message(2, _double(1, number) + _integer(2, _milliseconds(seconds))))
    for seconds, histogram in series.histograms:
        parts.append(_message(4, _histogram(seconds, histogram)))
    return b"".join(parts)


def _histogram(seconds: float, histogram: NativeHistogram) -> bytes:
    spans, deltas = _spans(histogram.buckets)
    return b"".join(
        [
            _integer(1, histogram.count),
            _double(3, histogram.sum),
            _integer(4, _zigzag(histogram.schema)),
            _double(5, histogram.zero_threshold),
            _integer(6, histogram.zero_count),
            *[_message(11, _integer(1, _zigzag(o)) + _integer(2, n)) for o, n in spans],
            _message(12, b"".join([_varint(_zigzag(delta)) for delta in deltas])),  # packed
            _integer(14, histogram.reset_hint),
            _integer(15, _milliseconds(seconds)),
        ]
    )


def _spans(buckets: Mapping[int, int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Runs of neighbouring buckets as (gap before, length), and each count minus the last one."""
    spans: list[tuple[int, int]] = []
    deltas: list[int] = []
    following, last = 0, 0
    for index, count in sorted(buckets.items()):
        if spans and index == following:
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
        else:
            spans.append((index - following, 1))
        deltas.append(count - last)
        following, last = index + 1, count
    return spans, deltas


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _integer(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | 1) + struct.pack("<d", value)


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _snappy(data: bytes) -> bytes:
    """A valid snappy block written the simplest way: as literals, nothing compressed."""
    parts = [_varint(len(data))]
    for start in range(0, len(data), 65536):
        literal = data[start : start + 65536]
        # 61: a literal whose length, less one, is in the next two bytes
        parts.append(bytes([61 << 2]) + (len(literal) - 1).to_bytes(2, "little"))
        parts.append(literal)
    return b"".join(parts)
