"""Nothing in a change, and no odd setting, makes it look smaller than it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.core.risk_policy import RiskPolicy
from tests.changes.builders import only, opened, ranges, released
from tests.support.repository import Made, Module, Moved, Repository, lines

VENDOR = RiskPolicy(exclude=("vendor/",))


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def test_what_leaves_an_excluded_folder_counts(repo: Repository) -> None:
    base = repo.commit({"vendor/a.py": lines(30)})
    moved: dict[str, object] = {"vendor/a.py": None, "src/a.py": lines(30) + lines(20, "new")}
    head = repo.commit(moved)  # type: ignore[arg-type]
    found = released(repo, base, head, VENDOR)
    assert only(found).added == 20


def test_what_goes_to_an_excluded_folder_is_told(repo: Repository) -> None:
    base = repo.commit({"src/a.py": lines(30)})
    found = released(repo, base, repo.commit({"vendor/a.py": Moved("src/a.py")}), VENDOR)
    assert found.excluded is not None
    assert found.excluded.files == 1


def test_no_file_is_too_big_to_be_counted(repo: Repository) -> None:
    base = repo.commit({"a": "1\n"})
    head = repo.commit({"a": lines(500)})
    repo.git("config", "core.bigFileThreshold", "1k")
    assert only(released(repo, base, head)).added == 500


def test_a_setting_for_diffs_does_not_matter_to_whether_a_work_tree_is_dirty(
    repo: Repository,
) -> None:
    repo.commit({"a": "1\n"})
    repo.git("reset", "--hard", "--quiet")
    repo.git("config", "diff.orderFile", "/nonexistent")
    (repo.folder / "a").write_text("2\n", encoding="ascii")
    assert opened(repo).is_dirty()


@pytest.mark.parametrize(
    "text", ["* -diff\n", "* binary\n", "*.py -text\n", "[attr]x -diff\n* x\n", "* diff=none\n"]
)
def test_attributes_that_the_change_brings_hide_no_lines(repo: Repository, text: str) -> None:
    base = repo.commit({"src/a.py": "1\n"})
    files = {"src/a.py": lines(50), ".gitattributes": text, "src/.gitattributes": text}
    head = repo.commit(files)
    repo.git("reset", "--hard", "--quiet")
    assert only(released(repo, base, head)).added >= 50
    bare = repo.clone(repo.folder.with_name("bare"), "--bare")
    assert only(released(bare, base, head)).added >= 50


def test_a_submodule_in_place_of_a_folder_is_both(repo: Repository) -> None:
    base = repo.commit({"lib/a.py": lines(9), "lib/b.py": lines(9)})
    (head,) = repo.commits(
        [Made({"lib/a.py": None, "lib/b.py": None, "lib": Module("c" * 40)}, "Move lib out")]
    )
    found = released(repo, base, head)
    assert found.submodules is not None
    assert (found.submodules.example, only(found).deleted, only(found).files) == ("lib", 18, 3)


def test_a_file_that_goes_from_one_service_to_another_counts_for_both(repo: Repository) -> None:
    base = repo.commit({"a/x.py": lines(30), "b/y.py": "1\n", "c/z.py": "1\n"})
    repo.commit({"b/x.py": Moved("a/x.py")})
    head = repo.commit({"c/z.py": "2\n"})
    scopes = {"a": ("a/",), "b": ("b/",), "c": ("c/",)}
    found = ranges(repo, base, head, scopes=scopes)
    counts = {name: (len(one.commits), one.elsewhere) for name, one in found.items()}
    assert counts == {"a": (1, 1), "b": (1, 1), "c": (1, 1)}


def test_what_a_safeguard_names_is_seen_when_it_moves_away(repo: Repository) -> None:
    base = repo.commit({"migrations/1.txt": lines(9)})
    found = released(repo, base, repo.commit({"old/1.txt": Moved("migrations/1.txt")}))
    assert set(found.touched) == {"migrations"}


def test_only_the_mode_of_a_file_changes(repo: Repository) -> None:
    base = repo.commit({"run.sh": "1\n"})
    repo.git("reset", "--hard", "--quiet")
    repo.git("update-index", "--chmod=+x", "run.sh")
    repo.git("commit", "--quiet", "--message=Let it run", "--no-gpg-sign")
    found = only(released(repo, base))
    assert (found.files, found.added, found.deleted, found.subject) == (1, 0, 0, "Let it run")
