"""Installs the gate for the GitHub action and prints the path of the Python that runs it.

It goes outside the workspace, where no change under judgement can touch it, into a folder named
after the sum of all that is installed. A self-hosted runner finds it there the next time.

Runs on the runner's own Python (3.10 or newer) without any package.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ACTION = Path(__file__).resolve().parent.parent
REQUIREMENTS = ACTION / "requirements" / "runtime.txt"
PACKAGE = ACTION / "slogate"
_PIP_FOR_OTHERS = (22, 3)
"""The first pip that installs into the environment of another Python."""
_WITHOUT = (
    *("PYTHON", "FORCE_COLOR", "CLICOLOR_FORCE", "SLOGATE_GITHUB_TOKEN", "GITHUB_TOKEN", "_PIP_"),
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_USER", "PIP_PYTHON"),
)
"""Beginnings of names of variables that no installer needs to see, or that send it elsewhere."""
_PIP_ONLY = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX")
"""Where packages come from, as only pip understands it; uv would ask the public index."""


def main() -> int:
    """Print the Python that has the gate; 1 when it cannot be installed."""
    place = _place(os.environ) / "slogate" / _sum()
    if not _python(place).exists():
        sys.stderr.write("::group::Installing slogate\n")
        try:
            _install(place)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.stderr.write(f"slogate: error: {_said(error)}\n")
            return 1
        finally:
            sys.stderr.write("::endgroup::\n")
    # NOTE: as bytes, because the shell would keep the carriage return of a Windows line.
    sys.stdout.buffer.write(f"{_python(place)}\n".encode())
    return 0


def _place(environ: os._Environ[str]) -> Path:
    """The runner's folder for tools, or where that cannot be written its temporary one."""
    tools = Path(environ.get("RUNNER_TOOL_CACHE", ""))
    if tools.is_absolute() and not _in_workspace(tools, environ):
        try:
            Path(tools, "slogate").mkdir(parents=True, exist_ok=True)
        except OSError:
            pass
        else:
            if os.access(Path(tools, "slogate"), os.W_OK):
                return tools
    # NOTE: never a name in the system's folder that another user could have taken first.
    return Path(environ.get("RUNNER_TEMP") or tempfile.mkdtemp(prefix="slogate-")).absolute()


def _in_workspace(place: Path, environ: os._Environ[str]) -> bool:
    """Could the change under judgement have put something there?"""
    workspace = Path(environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    return place.resolve().is_relative_to(workspace)


def _sum() -> str:
    """Stands for this Python, this program and all that it needs."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()} {sys.base_prefix}".encode())
    parts = (path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts)
    for path in (REQUIREMENTS, *sorted(filter(Path.is_file, parts))):
        digest.update(f"\0{path.relative_to(ACTION)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def _python(place: Path) -> Path:
    windows = sys.platform == "win32"
    return place.joinpath(*(("Scripts", "python.exe") if windows else ("bin", "python")))


def _install(place: Path) -> None:
    """Build beside the final place, then rename: what is there is whole, and two jobs may race."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, ignore_cleanup_errors=True) as scratch:
        new = Path(scratch) / "venv"
        python = _python(new)
        _install_requirements(new, scratch)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PACKAGE, _packages(python) / "slogate", ignore=ignored)
        _run(python, "-I", "-c", "import slogate.cli, httpx, pydantic_core, yaml", folder=scratch)
        try:
            new.rename(place)
        except OSError:
            if not _python(place).exists():
                raise


def _install_requirements(new: Path, scratch: str) -> None:
    """With uv, else the runner's own pip, else that of the new environment, which takes longest."""
    python, wanted = _python(new), ("--quiet", "--require-hashes", "--requirement", REQUIREMENTS)
    pip = ("-I", "-m", "pip", "--disable-pip-version-check", "--no-input")
    uv = shutil.which("uv")
    if uv and not any(map(os.environ.get, _PIP_ONLY)):
        _run(uv, "venv", "--quiet", "--python", sys.executable, new, folder=scratch)
        _run(uv, "pip", "install", "--python", python, *wanted, folder=scratch)
    elif _pip_version() >= _PIP_FOR_OTHERS:
        _run(sys.executable, "-I", "-m", "venv", "--without-pip", new, folder=scratch)
        _run(sys.executable, *pip, "--python", python, "install", *wanted, folder=scratch)
    else:
        _run(sys.executable, "-I", "-m", "venv", new, folder=scratch)
        _run(python, *pip, "install", *wanted, folder=scratch)


def _pip_version() -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version("pip").split(".")[:2])
    except (PackageNotFoundError, ValueError):
        return ()


def _packages(python: Path) -> Path:
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-I", "-c", where], check=True, capture_output=True, text=True)  # noqa: S603
    return Path(done.stdout.strip())


def _run(*command: str | Path, folder: str) -> None:
    # NOTE: not in the workspace, whose uv.toml would be read, and without PYTHONPATH, which may lead
    # there: pip starts another Python that is not isolated. stdout is for the answer alone.
    env = {name: value for name, value in os.environ.items() if not name.startswith(_WITHOUT)}
    # NOTE: a colour that is switched off without a line's end would hide the ::endgroup:: after it.
    env |= {"NO_COLOR": "1", "PIP_NO_COLOR": "1"}
    subprocess.run(  # noqa: S603
        command, check=True, cwd=folder, env=env, stdout=sys.stderr, stdin=subprocess.DEVNULL
    )


def _said(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        hint = " (is the package python3-venv installed?)" if "venv" in error.cmd else ""
        return f"`{' '.join(map(str, error.cmd))}` ended with {error.returncode}{hint}"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
