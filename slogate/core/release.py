"""The risk of a release: what is found, and how what several sources say becomes one level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slogate.core.bands import Limit
from slogate.core.commits import Revisions
from slogate.core.model import Risk
from slogate.core.risk_policy import RiskPolicy


@dataclass(frozen=True)
class Factor:
    """One part of the score: the points of all factors add up to it."""

    name: str
    value: float
    points: float
    detail: str


@dataclass(frozen=True)
class Carrier:
    """A commit with its score and the share of the release's score that it carries."""

    sha: str
    subject: str
    score: float
    share: float


@dataclass(frozen=True)
class Required:
    """A safeguard that this change asks for, with how many files and one of them."""

    name: str
    require: str
    files: int
    example: str
    floor: Risk | None

    def __str__(self) -> str:
        more = f" and {self.files - 1:,} more" if self.files > 1 else ""
        return f"{self.name} ({self.example}{more}): {self.require}"


@dataclass(frozen=True)
class Likelihood:
    """What the commits say: score R, probability of at least one defect, expected number."""

    level: Risk
    score: float
    commits: int
    probability: float
    expected: float
    calibrated: bool
    limits: tuple[Limit, Limit] | None = None
    factors: tuple[Factor, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    lowering: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opinion:
    """What one source says of the risk; without a level it is unknown, and `detail` says why."""

    source: str
    level: Risk | None
    detail: str = ""


@dataclass(frozen=True)
class ReleaseRisk:
    """How risky the change is, and who says so; `known` is False where a source had to guess."""

    level: Risk
    source: str
    known: bool = True
    opinions: tuple[Opinion, ...] = ()
    likelihood: Likelihood | None = None
    revisions: Revisions | None = None
    safeguards: tuple[Required, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def change_type(self) -> str:
        """`rollback` where head lies before base."""
        return "rollback" if self.revisions and self.revisions.rollback else "normal"

    @property
    def origin(self) -> str:
        """Who says so, with what it is if it is no ordinary release."""
        is_way_back = self.source == GIT and self.change_type == "rollback"
        return f"{self.source}, a rollback" if is_way_back else self.source

    @property
    def lowering(self) -> tuple[str, ...]:
        """What would lower the level, where it is the commits alone that raise it."""
        floored = any(
            item.floor is not None and item.floor >= self.level for item in self.safeguards
        )
        if self.likelihood is None or self.source != GIT or floored:
            return ()
        return self.likelihood.lowering


STATED = "--risk"
GIT = "git"
REGISTER = "risk register"
DEFAULT = "risk.default"


def combined(opinions: Sequence[Opinion], policy: RiskPolicy) -> ReleaseRisk:
    """One level out of what the sources say.

    Normally the highest counts, and a source that does not know counts with the default, so that
    missing evidence never lowers a level.
    With `first`, the first source that knows decides.
    """
    asked = list(opinions)
    if policy.combine == "first":
        asked = [item for item in asked if item.level is not None][:1] or asked
    guesses = [item for item in asked if item.level is None]
    known = [(item.level, item.source) for item in asked if item.level is not None]
    guessed = [(policy.default, DEFAULT)] if guesses or not known else []
    level, source = max([*known, *guessed], key=lambda pair: pair[0])
    return ReleaseRisk(
        level=level,
        source=source,
        known=bool(known) and not guesses,
        opinions=tuple(opinions),
    )


def with_floor(risk: ReleaseRisk) -> ReleaseRisk:
    """The risk raised to the highest floor that the configuration gives to what is touched.

    Not that of a rollback: nothing may stand in the way back.
    """
    if risk.change_type == "rollback":
        return risk
    floors = [(item.floor, item.name) for item in risk.safeguards if item.floor is not None]
    floor, name = max(floors, default=(Risk.LOW, ""))
    if floor <= risk.level:
        return risk
    return replace(risk, level=floor, source=f"floor of {name}")
