"""Comments of a GitHub pull request (https://docs.github.com/rest/issues/comments)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slogate.ci.api import Api
from slogate.ci.interface import Comment
from slogate.errors import CommentError


class GitHubThread:
    """The comments of one pull request."""

    def __init__(self, api: Api, viewer: Api, repository: str, number: int) -> None:
        self._api = api
        self._viewer = viewer
        self._repository = f"/repos/{repository}/issues"
        self._number = number
        self._login: str | None = None

    def comments(self) -> Iterator[Comment]:
        """All comments, as far as the pages go."""
        path = f"{self._repository}/{self._number}/comments"
        for item in self._api.pages(path):
            match item:
                case {"id": int(number), "body": str(body), "user": {"login": author}}:
                    yield Comment(number, body, str(author))

    def is_mine(self, comment: Comment) -> bool:
        """Was it written with the token that we have?"""
        if self._login is None:
            self._login = self._own_login()
        return comment.author.removesuffix("[bot]") == self._login

    def _own_login(self) -> str:
        # NOTE: REST has no name for the token of a workflow, which is an app and no user.
        try:
            found = self._viewer.call("POST", "", {"query": "{viewer{login}}"})
        except CommentError:
            found = None
        match found:
            case {"data": {"viewer": {"login": str(login)}}}:
                return login.removesuffix("[bot]")
        return "github-actions"

    def create(self, body: str) -> None:
        """Add a comment."""
        self._api.call("POST", f"{self._repository}/{self._number}/comments", {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        """Replace the body of a comment."""
        self._api.call("PATCH", f"{self._repository}/comments/{comment.id}", {"body": body})

    def close(self) -> None:
        """Close the connection."""
        self._api.close()
        self._viewer.close()


def open_thread(environ: Mapping[str, str], number: int) -> GitHubThread:
    """The comments of a pull request; raises CommentError without a token."""
    token = environ.get("SLOGATE_GITHUB_TOKEN") or environ.get("GITHUB_TOKEN", "")
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not token or not repository:
        raise CommentError(
            "there is no token: give the step GITHUB_TOKEN, or the action github-token"
        )
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    api = Api(environ.get("GITHUB_API_URL") or "https://api.github.com", headers)
    viewer = Api(environ.get("GITHUB_GRAPHQL_URL") or "https://api.github.com/graphql", headers)
    return GitHubThread(api, viewer, repository, number)
