"""`slogate risk --calibrate`: constants out of how past releases turned out, in a real repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run, slogate
from tests.support.repository import ENVIRON, Repository, git, lines

GIT = {name: value for name, value in ENVIRON.items() if name.startswith("GIT_CONFIG")}
REVERT = 'Revert "More"\n\nThis reverts commit {}.\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases v1.0 to v1.30; of v1.5 a commit was taken back, v1.9 had a hotfix on a branch."""
    made = Repository(tmp_path_factory.mktemp("calibrated") / "shop")
    for number in range(31):
        size = 2000 if number in (5, 9) else 3 * number + 1
        sha = made.commit({"app.py": lines(size, f"release {number}")}, f"More ({number})")
        made.commit({"docs/app.md": lines(number)}, "Say so")
        made.tag(f"v1.{number}", made.commit({"lib/x.py": lines(number)}, "Change"))
        if number == 5:
            made.commit({"app.py": "x\n"}, REVERT.format(sha))
        if number == 9:
            parent = made.git("rev-parse", "v1.9")
            mended = made.commit({"app.py": "y\n"}, "Mend", parents=[parent], branch="hot")
            made.tag("v1.9.1-hotfix", mended, annotated=True)
    made.git("reset", "--quiet", "--hard", "main")
    return made.folder


def run(folder: Path, *arguments: str | Path) -> Run:
    return slogate("risk", "--calibrate", *arguments, cwd=folder, env=GIT)


def found(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    done = run(folder, "-f", "json", *arguments)
    assert (done.code, done.err) == (0, "")
    document: dict[str, Any] = json.loads(done.out)
    return document


def commit(folder: Path, name: str) -> str:
    return git(folder, "rev-parse", name)[:7]


def test_reverts_and_hotfixes_tell_which_releases_failed(folder: Path) -> None:
    document = found(folder)
    assert document["schema"] == "slogate/calibration/1"
    assert {row["release"]: row["reason"].split(" ", 1)[1] for row in document["failures"]} == {
        "v1.9": "is its hotfix",
        "v1.5": f"takes back {commit(folder, 'v1.5~2')}",
    }
    # NOTE: not v1.0, which has the history before it, and not v1.30, which is too young; but the
    # hotfix is a release, since its tag looks like one.
    assert (document["releases"], document["failed"]) == (30, 2)
    assert document["auc"] == 1.0
    assert document["failure_rate"] == pytest.approx(2 / 30)


def test_what_it_prints_is_a_configuration_that_calibrates(folder: Path, tmp_path: Path) -> None:
    before = found(folder)
    text = run(folder).out
    printed = text.partition("For slogate.yaml\n")[2].partition("\n\n")[0]
    assert printed.startswith("risk:\n  intercept: ")
    path = tmp_path / "slogate.yaml"
    slo = "{name: a, objective: 99, window: 30d, sli: {bad: errors, total: requests}}"
    path.write_text(
        "version: 1\nsources: {counts: {type: file, path: counts.csv}}\n"
        f"services: {{shop: {{slos: [{slo}]}}}}\n{printed}\n"
    )
    judged = slogate("risk", "--base", "v1.20", "-c", path, "-f", "json", cwd=folder, env=GIT)
    assert judged.code == 0, judged.err
    risk = json.loads(judged.out)
    assert risk["calibrated"] is True
    assert [limit["value"] for limit in risk["limits"]] == pytest.approx(
        [before["bands"]["medium"], before["bands"]["high"]], abs=0.005
    )
    assert [limit["origin"] for limit in risk["limits"]] == ["configured", "configured"]


def test_a_file_of_outcomes_goes_before_what_the_history_tells(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_text("release,failed,who\nv1.2,yes,me\nv1.3, no,\nv1.30,FALSE,\nelsewhere,yes,\n")
    document = found(folder, "--outcomes", path)
    assert (document["releases"], document["failed"]) == (3, 1)
    assert [row["release"] for row in document["failures"]] == ["v1.2"]
    assert document["bands"] == {"medium": None, "high": None}
    notes = " ".join(document["notes"])
    assert "tells of 3 of 31 releases" in notes
    assert "1 row, such as 'elsewhere'" in notes
    assert "rough numbers" in notes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("release,failed\nv1.2,perhaps\n", "outcomes.csv:2: 'perhaps' in column failed"),
        ("release,failed\nv1.2,yes\nv1.2,no\n", "outcomes.csv:3: named twice"),
        ("release,failed\n,yes\n", "outcomes.csv:2: no name"),
        ("tag,broken\nv1.2,yes\n", "outcomes.csv:1: needs the columns release and failed"),
        ("", "outcomes.csv:1: needs the columns release and failed"),
        (
            "release,failed\nw1.2,yes\n",
            "none of its releases is a release tag here, such as 'w1.2'",
        ),
        ("release,failed\n\udcff,yes\n", "is no CSV file in UTF-8"),
        ("release,failed\nv1.2\n", "outcomes.csv:2: '' in column failed"),
        ("release,failed\nv1.2,\n", "outcomes.csv:2: '' in column failed"),
        ("release,failed\n", "outcomes.csv: has no row"),
    ],
)
def test_a_wrong_file_of_outcomes_is_named_with_its_line(
    folder: Path, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_bytes(content.encode(errors="surrogateescape"))
    done = run(folder, "--outcomes", path)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_only_releases_that_touch_the_service_count(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "slogate.yaml"
    slo = "{name: a, objective: 99, window: 30d, sli: {bad: errors, total: requests}}"
    path.write_text(
        "version: 1\nsources: {counts: {type: file, path: counts.csv}}\n"
        f"services: {{shop: {{paths: [app.py], slos: [{slo}]}}}}\nrisk: {{least_releases: 5}}\n"
    )
    document = found(folder, "-c", path, "--service", "shop")
    assert document["releases"] == 30
    whole = found(folder)
    assert document["bands"]["medium"] < whole["bands"]["medium"]


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_the_pages_say_what_failed_and_what_to_write(folder: Path, format_: str) -> None:
    done = run(folder, "-f", format_)
    assert done.code == 0
    for part in ("30 releases", "v1.9.1-hotfix is its",
                 "intercept: ", "bands: {medium: ", "expected"):  # fmt: skip
        assert part in done.out
    if format_ == "text":
        assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--base", "v1.2"), 2, "without --base"),
        (("--head", "nowhere"), 2, "no commit 'nowhere'"),
        (("--head", "--output=x"), 2, "no commit '--output=x'"),
        (("--head", "v1.0"), 40, "no release between two release tags"),
    ],
)
def test_what_cannot_be_calibrated_is_said(
    folder: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = run(folder, *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_repository_without_releases_or_history(tmp_path: Path, folder: Path) -> None:
    bare = Repository(tmp_path / "new")
    bare.commit({"a": "x"})
    done = run(bare.folder)
    assert (done.code, done.out) == (40, "")
    assert "no release tags" in done.err
    bare.git("clone", "--quiet", "--depth=1", f"file://{folder}", str(tmp_path / "shallow"))
    done = run(tmp_path / "shallow")
    assert done.code == 40
    assert "fetch-depth: 0" in done.err
    assert run(tmp_path / "shallow", "--fetch").code == 0


def test_a_head_leaves_out_what_came_later_and_other_branches(folder: Path) -> None:
    document = found(folder, "--head", "v1.12")
    assert (document["releases"], document["failed"]) == (11, 1)


def test_outcomes_without_calibration_are_a_mistake(folder: Path) -> None:
    done = slogate("risk", "--outcomes", "x.csv", cwd=folder, env=GIT)
    assert done.code == 2
    assert "--calibrate" in done.err
