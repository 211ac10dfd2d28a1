"""Nothing but the commits decides: no settings, no attributes, no names, no messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from slogate.core.commits import Range
from tests.changes.builders import only, released
from tests.support.repository import Made, Module, Moved, Repository, lines

SETTINGS = {
    "diff.renames": "false",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.external": "false",
    "diff.orderFile": "/nonexistent",
    "diff.relative": "true",
    "diff.algorithm": "patience",
    "diff.ignoreSubmodules": "all",
    "diff.submodule": "log",
    "diff.wordRegex": ".",
    "diff.colorMoved": "zebra",
    "diff.context": "0",
    "log.showSignature": "true",
    "log.follow": "true",
    "log.showRoot": "false",
    "log.decorate": "full",
    "log.date": "relative",
    "log.abbrevCommit": "true",
    "log.diffMerges": "first-parent",
    "format.pretty": "oneline",
    "format.notes": "*",
    "color.ui": "always",
    "color.diff": "always",
    "column.ui": "always",
    "core.quotePath": "true",
    "core.pager": "false",
    "core.abbrev": "4",
    "core.commitGraph": "false",
    "core.fsmonitor": "false",
    "grep.patternType": "fixed",
    "i18n.logOutputEncoding": "UTF-16",
    "pager.log": "true",
    "status.short": "true",
    "tag.sort": "-version:refname",
    "versionsort.suffix": "-rc",
    "submodule.recurse": "true",
    "trace2.eventTarget": "2",
}
ENVIRONMENTS: list[dict[str, str]] = [
    {"GIT_EXTERNAL_DIFF": "false"},
    {"GIT_DIR": ".git"},
    {"GIT_DIR": ".git", "GIT_WORK_TREE": ".", "GIT_INDEX_FILE": ".git/index", "GIT_PREFIX": "lib/"},
    {"GIT_PAGER": "false", "PAGER": "false"},
    {"GIT_TRACE": "1", "GIT_TRACE_SETUP": "1"},
    {"GIT_LITERAL_PATHSPECS": "1"},
    {"GIT_DIFF_OPTS": "--unified=0"},
    {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    {"GIT_NAMESPACE": "other"},
    {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.renames", "GIT_CONFIG_VALUE_0": "0"},
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@dataclass(frozen=True)
class Story:
    """Something of everything, from base on, as it is found without any settings."""

    repository: Repository
    base: str
    plain: Range


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    repository = Repository(tmp_path_factory.mktemp("story"))
    commits = [
        Made({"app.py": lines(9), "old.py": lines(30), "sub": Module("1" * 40)}, "Start"),
        Made({"old.py": lines(31)}, "Fix é"),
        Made({"app.py": lines(12), "new name.py": Moved("old.py"), "sub": Module("2" * 40)}, "Go"),
        Made({"lib/é.py": lines(5), "logo": b"\0"}, "Add\n\nBug: 1"),
    ]
    base = repository.commits(commits)[1]
    plain = released(repository, base)
    assert [(one.added, one.files, one.fixes) for one in plain.commits] == [(5, 2, 0), (4, 3, 1)]
    return Story(repository, base, plain)


@pytest.mark.parametrize("name", SETTINGS)
def test_no_setting_changes_what_is_found(story: Story, name: str, tmp_path: Path) -> None:
    user = tmp_path / "gitconfig"
    story.repository.git("config", "--file", str(user), name, SETTINGS[name])
    environ = {"GIT_CONFIG_GLOBAL": str(user)}
    assert released(story.repository, story.base, environ=environ) == story.plain


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=map(",".join, ENVIRONMENTS))
def test_no_variable_changes_what_is_found(story: Story, environ: dict[str, str]) -> None:
    assert released(story.repository, story.base, environ=environ) == story.plain


@pytest.mark.parametrize(
    "attributes", ["* -diff", "* binary", "* diff=x", "*.py -text\n*.py -diff"]
)
@pytest.mark.parametrize("place", [".gitattributes", "lib/.gitattributes"])
def test_no_attributes_hide_lines(repository: Repository, attributes: str, place: str) -> None:
    base = repository.commit({"lib/a.py": "x\n"})
    repository.commit({place: attributes + "\n"}, "Hide")
    repository.commit({"lib/a.py": lines(70)}, "Add much")
    repository.git("reset", "--quiet", "--hard")
    repository.git("config", "diff.x.textconv", "true")
    assert released(repository, base).commits[0].added == 70


def test_no_attributes_of_the_user_hide_lines(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit({"a.py": "x\n"})
    repository.commit({"a.py": lines(70)})
    (tmp_path / "attributes").write_text("* -diff\n", encoding="ascii")
    repository.git("config", "core.attributesFile", str(tmp_path / "attributes"))
    assert only(released(repository, base)).added == 70


@pytest.mark.xfail(strict=True, reason="git always reads .git/info/attributes")
def test_no_attributes_of_the_clone_hide_lines(repository: Repository) -> None:
    base = repository.commit({"a.py": "x\n"})
    repository.commit({"a.py": lines(70)})
    (repository.folder / ".git/info").mkdir(exist_ok=True)
    (repository.folder / ".git/info/attributes").write_text("* -diff\n", encoding="ascii")
    assert only(released(repository, base)).added == 70


def test_no_replacement_hides_a_commit(repository: Repository) -> None:
    base = repository.commit({"a.py": "x\n"})
    head = repository.commit({"a.py": lines(70)})
    small = repository.commit({"a.py": "y\n"}, parents=[base], branch="small")
    repository.git("replace", head, small)
    assert only(released(repository, base, head)).added == 70


NAMES = [
    b"a\nb.py", b"a\tb", b"\x01", b"\x01" + b"1" * 40, b'"', b"\\", b":100644 100644 1 2 M",
    b"\xff\xfe", b"-", b"--output=x", b"1\t2\tx", b" ", b"a => b", b"{a => b}", b"\r", b"\x1b[31m",
    b"::error::x", "é\u2028".encode(), b"x" * 250,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_counted(repository: Repository, name: bytes) -> None:
    repository.commit({name: lines(9)})
    base = repository.commit({name: lines(10)}, "Fix it")
    changed = repository.commit({name: lines(12), b"other": b"x\n"})
    repository.commit({b"to" + name[:99]: Moved(name)})
    moved, commit = released(repository, base).commits
    text = name.decode(errors="replace")
    assert (commit.sha, commit.added, commit.files) == (changed, 3, 2)
    assert (commit.fixes, commit.fixed) == (1, text)
    assert (moved.added, moved.files, moved.fixes) == (0, 1, 1)


MESSAGES: list[tuple[bytes, str, str, bool]] = [
    (b"::error::x\n\nFixes 1", "", "::error::x", True),
    (b"\x1b[31m\x07bugs\x7f", "", "\x1b[31m\x07bugs\x7f", True),
    (b"\x01" + b"1" * 40 + b"\n:1 2 3 4 M", "", "\x01" + "1" * 40, False),
    (rb"a\0b %x00 %H", "", r"a\0b %x00 %H", False),
    ("Fix \u00e9t\u00e9".encode("latin-1"), "ISO-8859-1", "Fix \u00e9t\u00e9", True),
    (b"Fix \xff", "", "Fix \ufffd", True),
    (b"Fix \xe9", "no-such-encoding", "Fix \ufffd", True),
    (b"", "", "", False),
    (b" \n\n \n", "", "", False),
    (b"word " * 400_000 + b"\nfix", "", ("word " * 400_000).strip(), True),
]


@pytest.mark.parametrize(("message", "encoding", "subject", "is_fix"), MESSAGES, ids=range(10))
def test_a_message_of_any_kind_is_read(
    repository: Repository, message: bytes, encoding: str, subject: str, *, is_fix: bool
) -> None:
    base = repository.commit({"a.py": "x\n"})
    middle = repository.commit({"a.py": lines(4)}, message, encoding=encoding)
    head = repository.commit({"a.py": lines(6)}, "Next")
    commit = released(repository, base, head).commits[1]
    assert (commit.added, commit.subject.rstrip(), commit.is_fix) == (4, subject, is_fix)
    later = only(released(repository, middle, head))
    assert later.fixes == int(is_fix), "the same message among the fixes before"
