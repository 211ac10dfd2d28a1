"""Pages as a reader sees them: a real browser shows them as GitHub would, on a desk and a phone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.rendering.pages import pages
from tests.reports import builders as build

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGES = dict(pages())
REPORTS = [name for name in PAGES if not name.startswith(("hostile", "failure", "broken", "wide"))]
VERDICTS = [name for name in REPORTS if not name.startswith("budget")]
Found = dict[str, Any]


def browser() -> str:
    """The browser's path; skips the test if something is missing, but fails it in CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    missing = [
        *([] if shutil.which("node") else ["node"]),
        *([] if found else ["chromium"]),
        *([] if (HERE / "node_modules").is_dir() else [f"npm ci in {HERE.name}"]),
    ]
    if found is not None and not missing:
        return found
    reason = f"pages cannot be rendered without {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """What the browser says of every page; `PICTURES=folder` keeps pictures too."""
    chromium = browser()
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8", errors="replace")
    pictures = os.environ.get("PICTURES")
    run = subprocess.run(
        ["node", "render.mjs", chromium, folder, *([Path(pictures).resolve()] if pictures else [])],
        cwd=HERE,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Found] = json.loads(run.stdout)
    return found


def place(found: Found, start: str) -> int:
    """Where the first visible block is that begins so."""
    texts = [text for _, text in found["seen"]]
    return next(index for index, text in enumerate(texts) if text.startswith(start))


def mentions(found: Found) -> list[str]:
    """Text outside of code that calls somebody."""
    return [text for text in found["prose"] if re.search(r"(?<!\w)@[\w.]", text)]


def test_every_page_was_shown(rendered: dict[str, Found]) -> None:
    assert rendered.keys() == PAGES.keys()
    assert all(found["seen"] for found in rendered.values())


def test_what_no_page_may_have_would_be_found(rendered: dict[str, Found]) -> None:
    found = rendered["broken"]
    assert found["diagrams"] == 1
    assert "Parse error" in found["errors"][0]
    assert [item.split()[0] for item in found["active"]] == ["<img", "<a", "<pre"]
    assert found["links"] == [["javascript:alert(1)", "@ada"]]
    assert found["asked"] == ["https://evil.example/x.png"]
    assert mentions(found)
    assert found["seen"][0][0] == "h1"
    assert found["overflow"] == {
        "1000": {"page": True, "tables": [["a", "b"]]},
        "390": {"page": True, "tables": [["a", "b"]]},
    }


def test_every_chart_is_drawn(rendered: dict[str, Found]) -> None:
    assert {name: found["errors"] for name, found in rendered.items() if found["errors"]} == {
        "broken": rendered["broken"]["errors"]
    }
    assert {name: rendered[name]["diagrams"] for name in REPORTS} == {
        "approve": 1,
        "review": 1,
        "defer": 1,
        "defer-advise": 1,
        "block": 1,
        "no-data": 0,
        "unmeasured": 0,
        "several": 3,
        "change": 1,
        "budget": 1,
        "budget-several": 1,
        "override": 1,
        "exception": 0,
        "freeze": 1,
        "mixed": 2,
        "maintenance": 1,
    }


@pytest.mark.parametrize("name", [name for name in PAGES if name != "broken"])
def test_no_page_is_wider_than_the_window(rendered: dict[str, Found], name: str) -> None:
    for state in ("overflow", "overflowUnfolded"):
        assert {width: at["page"] for width, at in rendered[name][state].items()} == {
            "390": False,
            "1000": False,
        }


@pytest.mark.parametrize("name", REPORTS)
def test_a_phone_shows_the_tables_whole(rendered: dict[str, Found], name: str) -> None:
    assert rendered[name]["overflow"]["390"]["tables"] == []
    assert rendered[name]["overflowUnfolded"]["1000"]["tables"] == []


@pytest.mark.parametrize("name", ["defer", "defer-advise", "block", "no-data", "change", "review"])
def test_the_verdict_comes_first_then_what_to_do_then_the_numbers(
    rendered: dict[str, Found], name: str
) -> None:
    found = rendered[name]
    order = [
        place(found, next(text for _, text in found["seen"])),
        next(index for index, (_, text) in enumerate(found["seen"]) if "exit" in text),
        place(found, "What must hold"),
        place(found, "SLO budget left"),
        place(found, "Evidence"),
        place(found, "as of" if name != "change" else "pull request #"),
    ]
    assert order[:2] == [0, 1]
    assert order == sorted(order)
    assert order[-1] == len(found["seen"]) - 1


@pytest.mark.parametrize("name", REPORTS)
def test_the_evidence_is_folded(rendered: dict[str, Found], name: str) -> None:
    found = rendered[name]
    assert found["folded"]
    assert all(found["folded"])
    assert sum(kind == "summary" for kind, _ in found["seen"]) == len(found["folded"])
    assert not any(kind == "div" for kind, _ in found["seen"])


def test_a_change_leads_to_its_request_and_its_run(rendered: dict[str, Found]) -> None:
    change = build.change()
    links = [[url, text.replace("\u200b", "")] for url, text in rendered["change"]["links"]]
    assert links == [[change.url, "#12"], [change.run_url, "run"]]


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("change", "broken")])
def test_foreign_text_stays_text(rendered: dict[str, Found], name: str) -> None:
    found = rendered[name]
    assert found["active"] == []
    assert found["links"] == []
    assert found["asked"] == []
    assert mentions(found) == []
    assert not any(kind == "h1" for kind, _ in found["seen"])


@pytest.mark.parametrize("name", VERDICTS)
def test_no_markup_is_left_to_read(rendered: dict[str, Found], name: str) -> None:
    seen = " ".join(text for _, text in rendered[name]["seen"])
    assert not re.search(r"\*\*|\\|&\w+;|&#|```|\| ---", seen)
