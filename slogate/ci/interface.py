"""What the front door asks of a CI platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from slogate.reports.annotations import Annotation


@dataclass(frozen=True)
class Comment:
    """A comment of a pull or merge request."""

    id: int
    body: str
    author: str


class Thread(Protocol):
    """The comments of one pull or merge request. Every call may raise CommentError."""

    def comments(self) -> Iterator[Comment]:
        """All of them, oldest first."""
        ...

    def is_mine(self, comment: Comment) -> bool:
        """Was it written with the token that we have?"""
        ...

    def create(self, body: str) -> None:
        """Add a comment."""
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Replace the body of a comment."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Platform(Protocol):
    """One CI platform. What writes raises OutputError."""

    @property
    def name(self) -> str:
        """`github` or `gitlab`."""
        ...

    @property
    def identity(self) -> str:
        """Tells the gates of one request apart: the job that this is."""
        ...

    @property
    def comments_unasked(self) -> bool:
        """True where there is a token that can be there for nothing but comments."""
        ...

    @property
    def summary_limit(self) -> int:
        """Bytes that a summary may have."""
        ...

    def folder(self) -> Path:
        """The folder for reports that were asked for nowhere else; it exists."""
        ...

    def give_outputs(self, outputs: Mapping[str, str]) -> None:
        """Hand values on to later steps or jobs."""
        ...

    def shows(self, path: Path) -> bool:
        """Does the platform show this file anyway, as what `give_summary` gives?"""
        ...

    def give_summary(self, page: str) -> None:
        """Show a markdown page where people look."""
        ...

    def annotated(self, annotations: Sequence[Annotation]) -> str:
        """Lines for the log that the platform shows as annotations; empty if it has none."""
        ...

    def folded(self, name: str, title: str, text: str, now: int) -> str:
        """Lines for the log that the platform shows folded away; `now` in Unix seconds."""
        ...

    def thread(self, number: int) -> Thread:
        """The comments of the request of this number; raises CommentError."""
        ...
