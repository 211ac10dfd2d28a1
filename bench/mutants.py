"""Small mistakes in a module of the core: which of them does no test notice?

    python3 -m venv $place/mutants && $place/mutants/bin/pip install '.[dev]' cosmic-ray==8.7.0
    $place/mutants/bin/python -m bench.mutants forecast --sample 40

The mistakes are those of cosmic-ray's operators, as far as they change what runs; an operator is taken
for the one or two that a person might have meant. No file is touched: for each mutant a forked process
imports the mutated module in place of the real one and runs the tests up to the first that fails.
Without tests in the command these are the files of tests/core that name the module, so what survives
may yet be noticed by others (`tests/core tests/reports` asks all, and takes its time), or mean the same.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from random import Random
from types import ModuleType

import hypothesis
import pytest

CORE, TESTS = Path("slogate/core"), Path("tests/core")
MEANT = (
    "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "FloorDiv_Div", "Mod_Div", "Mod_Mul",
    "Pow_Mul", "BitOr_BitAnd", "BitAnd_BitOr", "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is",
    "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt",
)  # fmt: skip
SECONDS, EXAMPLES = 60, 20
"""Of CPU time for one mutant (whoever needs more hangs), and examples of each law."""
ARGUMENTS = ("-x", "-pno:cacheprovider", "-Wignore::pytest.PytestWarning")


class Mutated(MetaPathFinder, Loader):
    """Finds one module, and makes it from this source."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, self._name, "exec"), module.__dict__)


def bare(source: str) -> str:
    """What runs: without annotations and the decorators of classes, which are mypy's to check."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
        elif isinstance(node, ast.ClassDef):
            node.decorator_list = []
    return ast.dump(tree)


def mutants(source: str) -> Iterator[str]:
    """Each source with one mistake; none twice."""
    from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-not-found]
    from cosmic_ray.mutating import mutate_code  # type: ignore[import-not-found]
    from cosmic_ray.operators.provider import OperatorProvider  # type: ignore[import-not-found]

    provider, nodes = OperatorProvider(), list(ast_nodes(get_ast(source)))
    seen = {bare(source)}
    for name in provider:
        swaps = name.startswith(("ReplaceBinaryOperator", "ReplaceComparisonOperator"))
        if name.startswith("Variable") or (swaps and not name.endswith(MEANT)):
            continue
        operator = provider[name]()
        for number in range(sum(len(list(operator.mutation_positions(one))) for one in nodes)):
            mutant = mutate_code(source, operator, number)
            if bare(mutant) not in seen:
                seen.add(bare(mutant))
                yield mutant


def noticed(module: str, source: str, tests: Sequence[str]) -> bool:
    """Does a test fail with this source, in a process of its own?"""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        code = 1
        try:
            sys.meta_path.insert(0, Mutated(f"slogate.core.{module}", source))
            _hurry()
            code = pytest.main([*ARGUMENTS, *tests])
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] != 0


def _hurry() -> None:
    """Few examples, and no search for the smallest one that fails."""
    from tests.core import builders

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    builders.law = hypothesis.settings(builders.law, max_examples=EXAMPLES, phases=phases)


def tests_of(module: str) -> list[str]:
    files = sorted(TESTS.glob("test_*.py"), key=lambda path: (path.stem != f"test_{module}", path))
    return [str(path) for path in files if f"slogate.core.{module} " in path.read_text()]


def difference(source: str, mutant: str) -> str:
    """The first line that differs, before and after."""
    pairs = enumerate(zip(source.splitlines(), mutant.splitlines(), strict=False), 1)
    return next(f"{line}\n    - {a}\n    + {b}" for line, (a, b) in pairs if a != b)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("module", help="a module of slogate/core, as in `burn`")
    parser.add_argument("tests", nargs="*", help="files or folders of tests")
    parser.add_argument("--sample", type=int, help="only so many, the same each time")
    asked = parser.parse_intermixed_args()
    source = (CORE / f"{asked.module}.py").read_text()
    tests, found = asked.tests or tests_of(asked.module) or [str(TESTS)], list(mutants(source))
    if asked.sample and asked.sample < len(found):
        found = Random(asked.module).sample(found, asked.sample)
    if noticed(asked.module, source, tests):
        sys.exit("the tests fail without any mistake")
    survived = 0
    for mutant in found:
        if not noticed(asked.module, mutant, tests):
            survived += 1
            print(f"{asked.module}.py:{difference(source, mutant)}", flush=True)
    print(f"{asked.module}: {len(found) - survived} killed, {survived} survived")


if __name__ == "__main__":
    main()
