"""Notes of a GitLab merge request (https://docs.gitlab.com/api/notes)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from slogate.ci.api import Api
from slogate.ci.gitlab import TOKEN
from slogate.ci.interface import Comment
from slogate.errors import CommentError


class GitLabThread:
    """The notes of one merge request."""

    def __init__(self, api: Api, project: str, number: int) -> None:
        self._api = api
        self._owner: str | None = None
        self._notes = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"

    def comments(self) -> Iterator[Comment]:
        """All notes, as far as the pages go."""
        for item in self._api.pages(f"{self._notes}?sort=asc&order_by=created_at"):
            match item:
                case {"id": int(number), "body": str(body), "author": {"id": author}}:
                    yield Comment(number, body, str(author))

    def is_mine(self, comment: Comment) -> bool:
        """Was it written by the owner of the token?"""
        if self._owner is None:
            found = self._api.call("GET", "/user")
            self._owner = str(found.get("id")) if isinstance(found, dict) else ""
        return comment.author == self._owner

    def create(self, body: str) -> None:
        """Add a note."""
        self._api.call("POST", self._notes, {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        """Replace the body of a note."""
        self._api.call("PUT", f"{self._notes}/{comment.id}", {"body": body})

    def close(self) -> None:
        """Close the connection."""
        self._api.close()


def open_thread(environ: Mapping[str, str], number: int) -> GitLabThread:
    """The notes of a merge request; raises CommentError without a token."""
    token = environ.get(TOKEN, "")
    url = environ.get("CI_API_V4_URL", "")
    # NOTE: a pipeline of a fork runs in the fork, the merge request is in the project it aims at.
    project = environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ.get("CI_PROJECT_ID", "")
    if not (token and url and project):
        raise CommentError(f"there is no token: set {TOKEN} to a project access token, masked")
    return GitLabThread(Api(url, {"PRIVATE-TOKEN": token}), project, number)
