"""What the team has to say about release risk: constants, bands, safeguards. All have defaults."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from slogate.core.commits import FIX_PATTERN
from slogate.core.model import Risk
from slogate.core.risk import Scorecard

Combine = Literal["highest", "first"]


@dataclass(frozen=True)
class Band:
    """Where a level begins.

    A percentile (0..100) of this repository's own past, a release score, or a probability (0..1) of
    at least one defect.
    """

    kind: Literal["percentile", "score", "probability"]
    value: float


@dataclass(frozen=True)
class Safeguard:
    """What must hold when files of these paths change (patterns as in .gitignore).

    It says how bad a defect would be, not how likely it is; only a `floor` raises the level.
    """

    name: str
    paths: tuple[str, ...]
    require: str
    floor: Risk | None = None


SAFEGUARDS = (
    Safeguard(
        "migrations",
        ("migrations/", "migrate/", "alembic/", "flyway/", "liquibase/", "*.sql"),
        "the migration works with the version that runs now, and there is a way back",
    ),
    Safeguard(
        "infrastructure",
        (
            *("Dockerfile*", "*.Dockerfile", "docker-compose*.y*ml", "compose*.y*ml"),
            *("*.tf", "*.tfvars", "terraform/", "pulumi/", "ansible/", "cloudformation/"),
            *("k8s/", "kubernetes/", "helm/", "charts/", "kustomization.y*ml"),
        ),
        "the plan (terraform plan, helm diff, dry run) was read, and the change can be undone",
    ),
    Safeguard(
        "authentication",
        (
            *("auth/", "authn/", "authz/", "authentication/", "authorization/", "oauth*/"),
            *("iam/", "rbac/", "security/", "crypto/", "session*/", "permissions/"),
            *("auth.*", "auth_*", "*_auth.*", "oauth*.*", "login*.*", "password*.*"),
            *("permission*.*", "session*.*"),
        ),
        "somebody other than the author has reviewed who may do what after this change",
    ),
    Safeguard(
        "dependencies",
        (
            *("requirements*.txt", "requirements/*.txt", "pyproject.toml", "setup.cfg", "Pipfile*"),
            *("poetry.lock", "uv.lock", "package.json", "package-lock.json", "yarn.lock"),
            *("pnpm-lock.yaml", "go.mod", "go.sum", "Cargo.toml", "Cargo.lock", "pom.xml"),
            *("build.gradle*", "gradle.lockfile", "Gemfile*", "*.gemspec", "composer.*"),
            *("mix.exs", "mix.lock", "*.csproj", "packages.lock.json"),
        ),
        "new and changed dependencies were looked at, and are pinned",
    ),
    Safeguard(
        "pipeline",
        (
            *(".github/workflows/", ".github/actions/", ".gitlab-ci*.yml", ".gitlab/ci/"),
            *("Jenkinsfile*", ".circleci/", ".travis.yml", "azure-pipelines*.yml", ".buildkite/"),
            *("slogate.yaml", ".slogate.yaml", ".slogate/"),
        ),
        "somebody other than the author has reviewed what the pipeline and its gates do now",
    ),
)
"""Unless the configuration says otherwise."""


@dataclass(frozen=True)
class RiskPolicy:
    """How release risk is judged; durations are seconds, rates shares.

    `default` is taken where risk is unknown. A `failure_rate` (of releases) or an `intercept`
    makes probabilities calibrated; otherwise `commit_failure_rate` stands for what is typical.
    """

    default: Risk = Risk.MEDIUM
    combine: Combine = "highest"
    card: Scorecard = field(default_factory=Scorecard)
    medium: Band = Band("percentile", 50)
    high: Band = Band("percentile", 80)
    fixed_medium: float = 5.5
    fixed_high: float = 8.5
    failure_rate: float | None = None
    intercept: float | None = None
    commit_failure_rate: float = 0.1
    releases: int = 50
    least_releases: int = 20
    history: int = 500
    least_history: int = 50
    look_back: int = 365 * 86_400
    fix_pattern: str = FIX_PATTERN
    tags: tuple[str, ...] = ("v[0-9]*", "[0-9]*")
    hotfix_tags: tuple[str, ...] = ("*hotfix*",)
    exclude: tuple[str, ...] = ()
    safeguards: tuple[Safeguard, ...] = SAFEGUARDS


def merged(
    name: str, paths: tuple[str, ...] | None, require: str | None, floor: Risk | None
) -> Safeguard:
    """The default safeguard of that name with what is given in its place, or a new one."""
    known = next((item for item in SAFEGUARDS if item.name == name), Safeguard(name, (), ""))
    return replace(
        known,
        paths=known.paths if paths is None else paths,
        require=require or known.require,
        floor=floor,
    )
