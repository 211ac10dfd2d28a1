"""The vocabulary of the gate: the words of the documents as enums and frozen values.

Times are Unix seconds (UTC), durations are seconds, ratios are 0..1 unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from slogate.core.window import Window

if TYPE_CHECKING:
    # NOTE: these are made of words of this module, so they cannot be imported before them.
    from slogate.core.canary_plan import CanaryPlan
    from slogate.core.governance import Governance, Readiness


class _Word(IntEnum):
    @property
    def word(self) -> str:
        """The name as users write it: lower case."""
        return self.name.lower()


class Status(_Word):
    """Budget status of an SLO or service, from good to bad."""

    HEALTHY = 0
    ATTENTION = 1
    WARNING = 2
    CRITICAL = 3
    EXHAUSTED = 4


class Missing(Enum):
    """Why an SLO has no budget status: three different things, each with its own policy key."""

    NO_TRAFFIC = "no_traffic"
    NO_DATA = "no_data"
    UNMEASURED = "unmeasured"

    @property
    def word(self) -> str:
        """The name as users write it: lower case."""
        return self.value


class Risk(_Word):
    """Release risk, from harmless to dangerous."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class Decision(_Word):
    """What becomes of the release, from good to bad."""

    APPROVE = 0
    REVIEW = 1
    DEFER = 2
    BLOCK = 3


@dataclass(frozen=True)
class Events:
    """An SLI of two counts; exactly one of `good` and `bad` is set.

    For Prometheus the texts are queries with `{{window}}`, for files they are column names.
    """

    total: str
    good: str | None = None
    bad: str | None = None


@dataclass(frozen=True)
class Latency:
    """An SLI that counts requests faster than `below` seconds in a histogram.

    `histogram` is a vector selector without the `_bucket` suffix.
    """

    histogram: str
    below: float


@dataclass(frozen=True)
class Slices:
    """An SLI of time slices: a slice of `every` seconds is good when `query op value` holds."""

    query: str
    op: str
    value: float
    every: int


@dataclass(frozen=True)
class Ratio:
    """An SLI whose query, with `{{window}}`, yields the error ratio itself."""

    query: str


Sli = Events | Latency | Slices | Ratio


@dataclass(frozen=True)
class Slo:
    """One objective, in percent, over one window."""

    name: str
    objective: float
    window: Window
    sli: Sli

    @property
    def allowed_ratio(self) -> float:
        """The error ratio that spends exactly the budget."""
        # NOTE: rounded, because 100 - 99.9 is not 0.1 in floating point.
        return round(100 - self.objective, 12) / 100


@dataclass(frozen=True)
class BurnRule:
    """Reach `rate` over both windows and the SLO has at least `status` (SRE Workbook, ch. 5)."""

    rate: float
    long: int
    short: int
    status: Status


@dataclass(frozen=True)
class Policy:
    """What the numbers mean here; `None` for an `on_...` key means "stop with an error"."""

    name: str
    consumed: Mapping[Status, float]
    pace: Mapping[Status, float]
    pace_after: float
    burn: tuple[BurnRule, ...]
    matrix: Mapping[Status, Mapping[Risk, Decision]]
    approvers: Mapping[str, tuple[str, ...]]
    governance: Governance
    on_no_data: Decision | None = None
    on_unreachable: Decision | None = None
    on_no_traffic: Decision | None = Decision.APPROVE
    min_coverage: float = 0.9
    min_events: int = 0
    max_staleness: int = 600


@dataclass(frozen=True)
class Service:
    """What is being deployed: its SLOs, each with the name of the source that measures it.

    With `advise`, decisions on it fail no run.
    """

    name: str
    slos: tuple[tuple[Slo, str], ...]
    policy: Policy
    owner: str | None = None
    tier: str | None = None
    paths: tuple[str, ...] = ()
    canary: CanaryPlan | None = None
    readiness: Readiness | None = None
    depends_on: tuple[str, ...] = ()
    advise: bool = False


@dataclass(frozen=True)
class Change:
    """What is to be released and who asks, as the CI platform tells it: all of it is foreign text.

    `base` and `head` are commits or refs, `number` is that of the pull or merge request, `target` the
    branch that it is for, `url` its page and `run_url` that of the running job; what is not known is
    empty or None.
    """

    event: str = ""
    base: str | None = None
    head: str | None = None
    ref: str = ""
    number: int | None = None
    title: str = ""
    labels: tuple[str, ...] = ()
    actor: str = ""
    url: str = ""
    run_url: str = ""
    default_branch: str = ""
    target: str = ""
