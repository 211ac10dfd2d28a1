"""Files that the user names: what is none is refused, and nobody waits for a pipe."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from slogate.config.files import read_named
from slogate.config.load import load
from slogate.config.rehearsals import read_table
from slogate.errors import ConfigError


def read(path: Path) -> object:
    return load(path, {})


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # NOTE: the path of a socket must be short.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


MAKERS: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "socket": make_socket,
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to a terminal": lambda path: path.symlink_to("/dev/tty"),
}


@pytest.mark.parametrize("reader", [read, read_table])
@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, kind: str, reader: Callable[[Path], object]
) -> None:
    path = tmp_path / "slogate.yaml"
    MAKERS[kind](path)
    with pytest.raises(ConfigError) as caught:
        reader(path)
    assert str(caught.value) == f"{path}: is no regular file; name one that is"


@pytest.mark.parametrize("reader", [read, read_table])
def test_a_link_to_a_pipe_is_refused_even_while_somebody_writes(
    tmp_path: Path, reader: Callable[[Path], object]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        with pytest.raises(ConfigError, match="is no regular file"):
            reader(tmp_path / "link")
    finally:
        os.close(writer)


@pytest.mark.parametrize("reader", [read, read_table])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", "this is a directory; name the file in it"),
        ("missing", "there is no such file"),
        ("loop", "cannot be read: "),
    ],
)
def test_why_a_file_cannot_be_read(
    tmp_path: Path, reader: Callable[[Path], object], name: str, said: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ConfigError) as caught:
        reader(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: {said}")


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("version: 1")
    (tmp_path / "link").symlink_to("real")
    assert read_named(tmp_path / "link") == b"version: 1"
