"""The last line of a markdown page: what was judged, when, and by which rules."""

from __future__ import annotations

import re

from slogate.core import words
from slogate.core.model import Change
from slogate.core.verdict import Verdict
from slogate.reports import provenance
from slogate.reports.escape import code, for_markdown

_URL = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?(/[\w.~/%?=+:#-]*)?", re.ASCII | re.IGNORECASE)
_LONGEST_URL = 1_000


def origin(verdict: Verdict) -> str:
    """Which change was judged, when, by which policies and by which configuration."""
    plural, names = provenance.policies(verdict)
    told = [
        f"as of {words.moment(verdict.evaluated_at)}",
        f"{plural} {', '.join(map(code, names))}",
    ]
    if verdict.configuration is not None:
        ref = code(provenance.brief(verdict.configuration.ref))
        told.append(
            f"configuration of {ref} ({code(provenance.commit(verdict.configuration.commit))})"
        )
    change = _change(verdict.change) if verdict.change else ""
    above = f"{change}<br>\n" if change else ""
    return f"<sub>{above}{' · '.join(told)}</sub>"


def _change(change: Change) -> str:
    """`pull request #12 Faster carts · abc1234...def5678 on main by ada · labels: x · run`."""
    event = provenance.brief(change.event).removesuffix("_event").replace("_", " ")
    number = provenance.request(change)
    asked = (
        for_markdown(event),
        _link(number or "page", change.url) or for_markdown(number),
        for_markdown(provenance.brief(change.title)),
    )
    told = (
        " ".join(filter(None, asked)),
        for_markdown(provenance.scene(change)),
        for_markdown(provenance.labelled(change)),
        _link("run", change.run_url),
    )
    return " · ".join(filter(None, told))


def _link(text: str, url: str) -> str:
    """A link; nothing where the address is none, or holds what might end the link."""
    if len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        return ""
    return f"[{for_markdown(text)}]({url})"
