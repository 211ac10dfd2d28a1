"""The package as a mirror has it, for jobs that install it from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The package in a mirror: a folder that holds all it needs, from which jobs install quickly."""
    folder = tmp_path_factory.mktemp("mirror")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", folder, ROOT],
        check=True,
    )  # fmt: skip
    (path,) = folder.glob("slogate-*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest",
         folder, path],
        check=True,
    )  # fmt: skip
    return str(path)


def mirror(wheel: str) -> dict[str, str]:
    """The variables of a job that may ask nobody else."""
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(Path(wheel).parent),
        "PIP_CONFIG_FILE": os.devnull,
    }
