"""The schema of `risk`: who says how risky a release is, and how its commits are scored."""

from __future__ import annotations

from slogate.config import fields, risk_scalars
from slogate.config.sections import (
    DictOf,
    ListOf,
    Nested,
    Scalar,
    Section,
    defaulted,
    optional,
)
from slogate.config.source_schema import Auth, Tls
from slogate.core.risk_policy import SAFEGUARDS, Band, RiskPolicy

_DEFAULTS = RiskPolicy()

_VARIABLE = {"type": "string", "pattern": r"\$\{"}
_NUMBER = {"type": "number", "minimum": 0}
_PERCENT = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*%$", "examples": ["15%"]}
WEIGHT = Scalar(risk_scalars.weight, 1.0, {"anyOf": [_NUMBER, _VARIABLE]})
RATE = Scalar(risk_scalars.rate, 0.5, {"anyOf": [_PERCENT, {**_NUMBER, "maximum": 1}, _VARIABLE]})
BAND = Scalar(
    risk_scalars.band,
    Band("percentile", 50),
    {
        "anyOf": [
            {"type": "string", "pattern": risk_scalars.BAND_PATTERN, "examples": ["p80", "40%"]},
            {"type": "number"},
            _VARIABLE,
        ]
    },
)
PATTERN = Scalar(risk_scalars.pattern, "unset", {"type": "string", "minLength": 1})
TAG = Scalar(risk_scalars.tag, "unset", {"type": "string", "minLength": 1})
EXPRESSION = Scalar(risk_scalars.expression, "unset", {"type": "string", "minLength": 1})
REGISTER_URL = Scalar(
    risk_scalars.register_url,
    "http://unset.invalid",
    {"anyOf": [{"type": "string", "pattern": "^https?://"}, _VARIABLE]},
)


class Score(Section):
    """The weights of a commit's score: defaults that were measured over many repositories."""

    added = defaulted(WEIGHT, 1.0, "Points for each doubling of the lines added.")
    fixes = defaulted(WEIGHT, 0.6, "Points for each doubling of the recent fixes of a file.")
    spread = defaulted(WEIGHT, 0.25, "Points for each bit of spread over files.")
    fix = defaulted(WEIGHT, 0.5, "Points for a commit that mends something.")
    documents = defaulted(WEIGHT, 0.5, "Points taken away for the share of documents.")
    slope = defaulted(fields.POSITIVE, 0.39, "What a point adds to the log-odds of a defect.")


class Bands(Section):
    """Where a level begins: percentile of the past (p80), score (12.5) or probability (40%)."""

    medium = optional(BAND, "Default p50.")
    high = optional(BAND, "Default p80.")

    def check(self) -> None:
        """Medium lies below high, where they are on one scale."""
        medium, high = self.medium or _DEFAULTS.medium, self.high or _DEFAULTS.high
        if medium.kind == high.kind and medium.value >= high.value:
            raise ValueError("`medium` must lie below `high`")


class Fixed(Section):
    """Limits for the highest score of a commit, where there is too little history for bands."""

    medium = defaulted(WEIGHT, 5.5, "Default 5.5.")
    high = defaulted(WEIGHT, 8.5, "Default 8.5.")

    def check(self) -> None:
        """Medium lies below high."""
        if self.medium >= self.high:
            raise ValueError("`medium` must lie below `high`")


class Safeguard(Section):
    """What must hold when these files change; a name of the defaults changes that one."""

    paths = optional(ListOf(PATTERN), "Patterns as in .gitignore; [] turns a default off.")
    require = optional(fields.LABEL, "What must hold, as a sentence.")
    floor = optional(fields.RISK, "The level is at least this.")


class RiskSettings(Section):
    """Release risk: a register that says it, and how git's history is judged."""

    default = optional(fields.RISK, "Level where risk is unknown; default medium.")
    combine = optional(
        fields.COMBINE, "The highest of all that is said, or the first of --risk, register, git."
    )
    type = optional(fields.REGISTER, "A risk register: http or file.")
    url = optional(REGISTER_URL, "Of the register; may hold {{service}}, {{base}}, {{head}}.")
    file = optional(fields.LINE, "JSON file of the register, relative to this file.")
    path = optional(fields.LINE, "Where the level is in the JSON, such as data.level.")
    headers = optional(DictOf(fields.HEADER_NAME, fields.ASCII_LINE), "HTTP headers to send.")
    auth = optional(Nested(Auth), "How to log in.")
    tls = optional(Nested(Tls), "Certificates, when they are not public ones.")
    timeout = defaulted(fields.TIMEOUT, 10, "Longest wait for an answer, default 10s.")
    bands = optional(Nested(Bands), "Where medium and high begin.")
    fixed = optional(Nested(Fixed), "Where they begin without history.")
    score = optional(Nested(Score), "The weights of the score.")
    failure_rate = optional(RATE, "Share of releases that fail; calibrates the probability.")
    intercept = optional(fields.NUMBER, "The calibrated intercept; see `slogate risk --calibrate`.")
    commit_failure_rate = optional(RATE, "Share of commits that bring a defect; default 10%.")
    tags = optional(ListOf(TAG, least=1), 'Tags of releases; default "v[0-9]*" and "[0-9]*".')
    hotfix_tags = optional(ListOf(TAG, least=1), 'Tags of hotfixes; default "*hotfix*".')
    releases = optional(fields.PAST, "So many past releases make the bands; default 50.")
    least_releases = optional(fields.PAST, "With fewer, commits make them; default 20.")
    history = optional(fields.PAST, "So many past commits; default 500.")
    least_history = optional(fields.PAST, "With fewer, the fixed limits hold; default 50.")
    look_back = optional(fields.DURATION, "How long a fix is recent; default 365d.")
    fix_pattern = optional(EXPRESSION, "What messages of fixes match, in any case.")
    exclude = optional(ListOf(PATTERN), "Files that do not count, such as vendored ones.")
    safeguards = optional(
        DictOf(fields.NAME, Nested(Safeguard)), "What must hold when certain files change."
    )

    def check(self) -> None:
        """A register is one of two kinds, and whole; what is calibrated is so once."""
        known = {rule.name for rule in SAFEGUARDS}
        for name, rule in (self.safeguards or {}).items():
            if name not in known and not (rule.paths and rule.require):
                raise ValueError(
                    f"the safeguard {name} is none of the defaults ({', '.join(sorted(known))}), so it "
                    "needs `paths` and `require`"
                )
        needed = {"http": ("url", "path"), "file": ("file", "path")}.get(self.type or "", ())
        missing = [key for key in needed if getattr(self, key) is None]
        if missing:
            raise ValueError(f"a register of type {self.type} needs {' and '.join(missing)}")
        if self.type is None and any((self.url, self.file, self.path)):
            raise ValueError("a register needs a `type`: http or file")
        if self.intercept is not None and self.failure_rate is not None:
            raise ValueError("keep one of `intercept` and `failure_rate`")
