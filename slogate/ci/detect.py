"""Which CI platform is this? Each names itself by a variable that is `true`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slogate.ci.interface import Platform


def _github(environ: Mapping[str, str]) -> Platform:
    from slogate.ci.github import GitHub

    return GitHub(environ)


def _gitlab(environ: Mapping[str, str]) -> Platform:
    from slogate.ci.gitlab import GitLab

    return GitLab(environ)


PLATFORMS: dict[str, Callable[[Mapping[str, str]], Platform]] = {
    "GITHUB_ACTIONS": _github,
    "GITLAB_CI": _gitlab,
}


def detect(environ: Mapping[str, str]) -> Platform | None:
    """The platform that runs this process, or None."""
    for variable, build in PLATFORMS.items():
        if environ.get(variable) == "true":
            return build(environ)
    return None
