"""Files and refs of a repository, read so that nobody but the commit has a say in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from slogate.changes.blobs import MAX_BYTES, Tree
from slogate.errors import ChangeError
from tests.changes.builders import SECONDS, opened
from tests.support.repository import Content, Module, Repository, git

BYTES = b"\0\r\n\xff$Id$" * 9000
FILES: Mapping[str, Content] = {
    "a.txt": "a\n",
    "dir/b.bin": BYTES,
    "dir/:x": "x",
    "lib": Module("c" * 40),
    "odd \xe9": "y",
}
LINKS = {
    "to-file": "dir/b.bin",
    "to-dir": "dir",
    "out": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "dangling": "nowhere",
    "loop": "loop",
    "dir/up": "../a.txt",
}
DIRECTORY, OUTSIDE = "this is a directory", "this is a link that leaves the repository"
NOWHERE = "there is no such file"
SUBMODULE = "this lies in a submodule"
TREE: list[tuple[str, str | bytes]] = [
    ("a.txt", b"a\n"),
    ("dir/b.bin", BYTES),
    ("dir/:x", b"x"),
    ("odd \xe9", b"y"),
    ("to-file", BYTES),
    ("to-dir/b.bin", BYTES),
    ("dir/up", b"a\n"),
    ("dir", DIRECTORY),
    ("to-dir", DIRECTORY),
    ("out", OUTSIDE),
    ("absolute", OUTSIDE),
    ("dangling", "this is a link to a file that is not there"),
    ("loop", "this is a link that leads back to itself"),
    ("nope", NOWHERE),
    ("dir/nope", NOWHERE),
    ("a.txt/nope", NOWHERE),
    ("lib", SUBMODULE),
    ("lib/slogate.yaml", SUBMODULE),
    *((name, "this is no path") for name in ("", ".", "a.txt\n", "a\0", "\ud800")),
    *((name, NOWHERE) for name in (":a.txt", "-p", "$(id)", "dir\\b.bin", "A.TXT", "*", "@{0}")),
]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def linked(repo: Repository) -> str:
    """A commit with files and links of all kinds."""
    base = repo.commit(FILES)
    repo.git("read-tree", base)
    for path, target in LINKS.items():
        blob = repo.git("hash-object", "-w", "--stdin", given=target.encode())
        repo.git("update-index", "--add", "--cacheinfo", f"120000,{blob},{path}")
    return repo.git("commit-tree", repo.git("write-tree"), "-p", base, "-m", "Link")


def test_a_file_is_what_the_commit_has_byte_by_byte_or_why_it_is_none(repo: Repository) -> None:
    tree = Tree(opened(repo), linked(repo))
    entries = tree.find([path for path, _ in TREE])
    contents = dict(tree.read([entry for entry in entries if not entry.problem]))
    for (path, expected), entry in zip(TREE, entries, strict=True):
        assert entry.path == path
        if isinstance(expected, bytes):
            assert contents[entry] == expected
        else:
            assert entry.problem.startswith(expected), path
            assert entry.absent == (expected == NOWHERE), path


def test_nothing_is_asked_of_git_for_nothing(repo: Repository) -> None:
    tree = Tree(opened(repo, seconds=SECONDS), repo.commit({"a": "1"}))
    assert tree.find([]) == []
    assert list(tree.read([])) == []


def test_a_file_has_an_end(repo: Repository) -> None:
    commit = repo.commit({"big": b"x" * (MAX_BYTES + 1), "fits": b"x" * MAX_BYTES})
    big, fits = Tree(opened(repo), commit).find(["big", "fits"])
    assert (big.problem, big.absent) == ("larger than 16 MiB", False)
    assert fits.problem == ""


def test_what_a_partial_clone_lacks_is_not_taken_for_absent(
    repo: Repository, tmp_path: Path
) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    commit = repo.commit({"slogate.yaml": "version: 1", "dir/a": "1"})
    for filtered in ("blob:none", "tree:0"):
        place = repo.clone(tmp_path / filtered.replace(":", "-"), f"--filter={filtered}")
        git(place, "config", "remote.origin.url", "/nonexistent")
        tree = Tree(opened(place), commit)
        try:
            entries = tree.find(["slogate.yaml", "dir/a"])
        except ChangeError as error:
            assert "partial" in str(error)  # noqa: PT017
        else:
            assert not any(entry.absent for entry in entries)
            assert all("--filter" in entry.problem for entry in entries)


@pytest.mark.parametrize("damage", ["missing", "empty"])
@pytest.mark.parametrize("what", ["slogate.yaml", "dir", "dir/a"])
def test_what_is_damaged_is_not_taken_for_absent(repo: Repository, what: str, damage: str) -> None:
    commit = repo.commit({"slogate.yaml": "version: 1", "dir/a": "1"})
    path = repo.object(repo.git("rev-parse", f"{commit}:{what}"))
    path.write_bytes(b"")
    if damage == "missing":
        path.unlink()
    tree = Tree(opened(repo), commit)
    named = "dir/a" if what == "dir" else what
    try:
        (entry,) = tree.find([named])
    except ChangeError:
        return
    assert not entry.absent
    assert entry.problem


def test_no_attribute_changes_what_is_read(repo: Repository) -> None:
    attributes = "* text eol=crlf working-tree-encoding=UTF-16 ident\n* filter=evil export-ignore\n"
    commit = repo.commit({"a": "one\n$Id$\n", ".gitattributes": attributes})
    repo.git("config", "filter.evil.smudge", "echo evil")
    repo.git("config", "core.autocrlf", "true")
    tree = Tree(opened(repo), commit)
    assert [content for _, content in tree.read(tree.find(["a"]))] == [b"one\n$Id$\n"]


def test_no_replaced_object_is_read(repo: Repository) -> None:
    strict, loose = (repo.commit({"a": text}) for text in ("strict", "loose"))
    old, new = (repo.git("rev-parse", f"{sha}:a") for sha in (strict, loose))
    repo.git("replace", old, new)
    repo.git("replace", strict, loose)
    tree = Tree(opened(repo), strict)
    assert [content for _, content in tree.read(tree.find(["a"]))] == [b"strict"]
