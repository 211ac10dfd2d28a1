"""Every command and file of the documents, run and read. UPDATE_DOCS=1 writes what they print anew."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cli.running import ROOT, slogate
from tests.docs.guide import DOCUMENTS, Block, blocks, rewritten
from tests.docs.shop import AT, write_metrics, write_repository
from tests.support import forkserver
from tests.support.fixtures import require
from tests.support.repository import ENVIRON
from tests.support.servers import Prometheus

BASE = """\
version: 1
sources: {metrics: {type: prometheus, url: "http://localhost:9090"}}
services:
  checkout: {slos: [{name: availability, objective: 99.9, window: 30d, sli: {bad: "b[{{window}}]", total: "t[{{window}}]"}}]}
  payments: {slos: [{name: availability, objective: 99.9, window: 30d, sli: {bad: "b[{{window}}]", total: "t[{{window}}]"}}]}
"""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Prometheus with the metrics of the shop."""
    require(Prometheus)
    place = tmp_path_factory.mktemp("shop")
    write_metrics(place / "shop.om")
    Prometheus.backfill(place / "shop.om", place / "data")
    with Prometheus(place / "data") as server:
        yield server.url


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository of the shop, to be copied."""
    return write_repository(tmp_path_factory.mktemp("repository") / "shop").folder


class Reader:
    """Does what a guide says, in a repository of the shop, as of a time at which it has metrics."""

    def __init__(self, place: Path, repository: Path, url: str) -> None:
        self.folder = place / "shop"
        shutil.copytree(repository, self.folder)
        programs = place / "bin"
        programs.mkdir()
        program = programs / "slogate"
        program.write_text(f'#!/bin/sh\nexec {forkserver.command()} "$@"\n')
        program.chmod(0o755)
        self.environ = {
            **ENVIRON,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(place),
            "COLUMNS": "80",
            "SLOGATE_AT": AT,
            "PROMETHEUS_URL": url,
        }
        self.printed = ""

    def text(self, block: Block) -> str:
        """What the block should say, after what it says was done."""
        if block.kind == "file":
            return (ROOT / block.argument).read_text(encoding="utf-8")
        if block.kind == "output":
            return slogate(*shlex.split(block.argument)[1:]).out
        if block.kind == "printed":
            return self.printed
        getattr(self, f"_{block.kind}")(block)
        return block.text

    def _exit(self, block: Block) -> None:
        done = subprocess.run(
            ["bash", "-euc", block.text],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        self.printed = done.stdout
        assert done.returncode == int(block.argument or 0), done.stdout

    def _write(self, block: Block) -> None:
        path = self.folder / block.argument
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def _excerpt(self, block: Block) -> None:
        rest = iter(self.printed.splitlines())
        for line in block.text.splitlines():
            assert line.strip() == "..." or line in rest, f"not printed: {line}\n{self.printed}"

    def _fragment(self, block: Block) -> None:
        path = self.folder.parent / "fragment.yaml"
        path.write_text(yaml.safe_dump(_merged(yaml.safe_load(BASE), yaml.safe_load(block.text))))
        run = slogate("lint", "-c", path, env=dict.fromkeys(_names(block), "https://x.example"))
        assert (run.code, run.err) == (0, ""), run.out + run.err

    _defaults = _fragment

    def _workflow(self, block: Block) -> None:
        assert block.argument in ("github", "gitlab")
        assert isinstance(yaml.safe_load(block.text), dict)

    def _shown(self, block: Block) -> None:
        assert block.argument, "it has to say why it is not run"


def _names(block: Block) -> set[str]:
    """Environment variables that a configuration reads."""
    return {part.split("}")[0].split(":")[0] for part in block.text.split("${")[1:]}


def _merged(base: dict[str, object], more: dict[str, object]) -> dict[str, object]:
    """What `more` says beside the base; its mappings are merged, all else replaces."""
    out = dict(base)
    for key, value in more.items():
        old = out.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        out[key] = _merged(old, value) if both else value  # type: ignore[arg-type]
    return out


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_a_document_says_is_so(
    path: Path, tmp_path: Path, repository: Path, request: pytest.FixtureRequest
) -> None:
    text = path.read_text(encoding="utf-8")
    runs = any(block.kind == "exit" for block in blocks(text))
    needs_metrics = runs and "PROMETHEUS_URL" in text
    url = request.getfixturevalue("shop") if needs_metrics else ""
    reader = Reader(tmp_path, repository, url)
    found, wrong = [], []
    for block in blocks(text):
        try:
            found.append(reader.text(block))
        except AssertionError as error:
            found.append(block.text)
            wrong.append(f"{path.name}:{block.line}: {error}")
    current = rewritten(text, found)
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(current, encoding="utf-8")
        text = current
    assert not wrong, "\n".join(wrong)
    assert current == text


def test_json_in_documents_is_json() -> None:
    for path in DOCUMENTS:
        for block in blocks(path.read_text(encoding="utf-8")):
            if block.language == "json" and block.kind != "excerpt":
                json.loads(block.text)
