"""Cases made by libFuzzer, guided by what of slogate they reach; needs atheris.

It starts from cases that are made the other way, and changes their bytes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.fuzz import Result

SEEDS = 300
LONGEST = 20_000
_ABSENT = (
    "atheris cannot be used: make a virtual environment of its own, `pip install . atheris` in it, "
    "and run this with its Python"
)


def guided(name: str, cases: int, seed: int) -> Result:
    """Run so many cases of a target, in a process of its own: libFuzzer never returns."""
    with tempfile.TemporaryDirectory(prefix="fuzz-guided-") as folder:
        asked = [sys.executable, "-m", "bench.fuzz_coverage", name, str(cases), str(seed), folder]
        subprocess.run(asked, check=False, stderr=subprocess.DEVNULL)
        kept = Path(folder) / "result"
        if not kept.exists():
            raise SystemExit(_ABSENT)
        found: Result = pickle.loads(kept.read_bytes())
        return found


def _main(name: str, cases: int, seed: int, folder: Path) -> None:
    """Fuzz, write the result down and end the process."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    with atheris.instrument_imports(include=["slogate"]):
        from bench.fuzz import TARGETS, Result

    target, result = TARGETS[name], Result(name)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number in range(SEEDS):
        case = target.make(Random(f"{seed} {name} {number}"))
        (corpus / f"{number}").write_bytes(case[:LONGEST])

    def once(data: bytes) -> None:
        result.run(target, bytes(data))
        if result.cases >= cases:
            (folder / "result").write_bytes(pickle.dumps(result))
            os._exit(0)

    atheris.Setup(["fuzz", f"-max_len={LONGEST}", f"-seed={seed}", str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
