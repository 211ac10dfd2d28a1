"""What `git log -z` prints is read back, wherever it is cut and whatever the names are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.changes.log import fields, read_files, read_paths
from slogate.core.commits import FileChange, Header
from slogate.errors import ChangeError
from tests.core.builders import law

NAMES = st.binary(min_size=1, max_size=12).map(lambda raw: raw.replace(b"\0", b"\1"))
LINES = st.none() | st.integers(0, 10**6)
FILES = st.builds(
    lambda path, added, deleted, old, submodule: FileChange(
        path.decode(errors="surrogateescape"),
        None if submodule else added,
        None if submodule else deleted,
        None if submodule or old is None else old.decode(errors="surrogateescape"),
        submodule,
    ),
    *(NAMES, LINES, LINES, st.none() | NAMES, st.booleans()),
)
MESSAGES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
HEADERS = st.builds(
    Header, st.binary(min_size=20, max_size=20).map(bytes.hex), st.integers(0, 2**33), MESSAGES
)
COMMITS = st.lists(
    st.tuples(HEADERS, st.lists(FILES, max_size=4, unique_by=lambda file: file.path)), max_size=4
)
CUTS = st.lists(st.integers(0, 2000), max_size=12)


def raw(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def header(one: Header) -> bytes:
    """The format ends in a NUL; git adds the one that ends each entry."""
    return b"\x01%b\0%d\0%b\0\0" % (one.sha.encode(), one.time, raw(one.message))


def raw_entry(file: FileChange) -> bytes:
    mode = b"160000" if file.submodule else b"100644"
    start = b":%b %b %b %b " % (mode, mode, b"1" * 40, b"2" * 40)
    if file.old is None:
        return start + b"M\0%b\0" % raw(file.path)
    return start + b"R090\0%b\0%b\0" % (raw(file.old), raw(file.path))


def numbers(file: FileChange) -> bytes:
    added, deleted = (
        b"-" if number is None else b"%d" % number for number in (file.added, file.deleted)
    )
    start = b"%b\t%b\t" % (added, deleted)
    if file.old is None:
        return start + b"%b\0" % raw(file.path)
    return start + b"\0%b\0%b\0" % (raw(file.old), raw(file.path))


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(whole)) for place in places} | {len(whole)})
    return [whole[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@law
@given(COMMITS, CUTS)
def test_commits_with_their_lines_are_read_back(
    commits: list[tuple[Header, list[FileChange]]], places: list[int]
) -> None:
    whole = b""
    for one, files in commits:
        entries = b"".join([*map(raw_entry, files), *map(numbers, files)])
        whole += header(one) + (b"\n" + entries if files else b"")
    expected = [item for one, files in commits for item in (one, *files)]
    assert list(read_files(cut(whole, places))) == expected


@law
@given(st.lists(st.tuples(HEADERS, st.lists(NAMES, max_size=4)), max_size=4), CUTS)
def test_commits_with_their_paths_are_read_back(
    commits: list[tuple[Header, list[bytes]]], places: list[int]
) -> None:
    whole, expected = b"", list[Header | str]()
    for one, names in commits:
        entries = b"".join(b"M\0%b\0" % name for name in names)
        whole += header(one) + (b"\n" + entries if names else b"")
        expected += [one, *(name.decode(errors="surrogateescape") for name in names)]
    assert list(read_paths(cut(whole, places))) == expected


@law
@given(st.lists(NAMES | st.just(b""), max_size=8), CUTS)
def test_fields_are_what_stands_before_each_nul(texts: list[bytes], places: list[int]) -> None:
    whole = b"".join(text + b"\0" for text in texts)
    assert list(fields(cut(whole, places))) == texts


PIECES = st.sampled_from([
    b"\0", b"\x01", b"\n", b"\t", b":", b"-", b"R100", b"12", b"abc", b"\xff", b"\xc2\xb2", b"M",
    b"160000", b" ", b"-1", b"1_0",
])  # fmt: skip
GARBAGE = st.lists(PIECES, max_size=24).map(b"".join) | st.binary(max_size=60)


@law
@given(GARBAGE, CUTS)
def test_garbage_is_refused_or_read_but_nothing_worse(whole: bytes, places: list[int]) -> None:
    for read in (read_files, read_paths):
        try:
            for _ in read(cut(whole, places)):
                pass
        except ChangeError as error:
            assert "what git printed" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "whole",
    [
        b"\x01\xff\0001\0x\0\0",
        b"\x01abc\0soon\0x\0\0",
        b"\x01abc\0001\0x",
        b"x\0",
        b"1\t2\0",
        b"1\tx\tpath\0",
        b"1\t2\t\0old\0",
        b":100644 100644 1 2 R100\0old\0",
    ],
)
def test_what_breaks_off_or_makes_no_sense_is_refused(whole: bytes) -> None:
    with pytest.raises(ChangeError, match="what git printed"):
        list(read_files([whole]))


def test_a_path_that_no_system_has_is_refused() -> None:
    one = Header("1" * 40, 0, "x")
    long = FileChange("a" * 4097, 1, 0)
    with pytest.raises(ChangeError, match="longer than 4096 bytes"):
        list(read_files([header(one), raw_entry(long), numbers(long)]))
