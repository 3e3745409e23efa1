"""Which test shows which requirement: the tests' marks, read from their source."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Definition: TypeAlias = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class FoundTest:
    """A test where its code stands; ``runs`` are the ids under which pytest runs it.

    They differ for the suites of contracts: those stand in files that pytest does not collect, and
    run as often as they are bound. A test that nothing runs is none.
    """

    id: str
    runs: tuple[str, ...]
    marks: frozenset[str]

    @property
    def file(self) -> str:
        """Where its code stands."""
        return self.id.partition("::")[0]

    def within(self, place: str) -> bool:
        """Tell whether it is the place, or stands in it: a file, a class, or a test."""
        return self.id == place or self.id.startswith(f"{place}::")

    def commands(self, place: str) -> set[str]:
        """Return what to name to pytest to have it run: as much as the place names, as bound."""
        depth = place.count("::") + 1
        return {"::".join(run.split("::")[:depth]) for run in self.runs}


@dataclass(frozen=True)
class _Suite:
    """A class of tests that others inherit."""

    file: str
    definition: ast.ClassDef


def find_tests(root: Path) -> list[FoundTest]:
    """Return all tests below a project's ``tests`` that run, sorted."""
    modules = {
        path.relative_to(root).as_posix(): ast.parse(path.read_text())
        for path in sorted((root / "tests").rglob("*.py"))
    }
    suites = {
        definition.name: _Suite(file, definition)
        for file, module in modules.items()
        if not _is_collected(file)
        for definition in _classes(module)
    }
    found: dict[str, list[FoundTest]] = defaultdict(list)
    for file, module in modules.items():
        if _is_collected(file):
            for test in _of_module(file, module, suites):
                found[test.id].append(test)
    return sorted((_merged(tests) for tests in found.values()), key=lambda test: test.id)


def _is_collected(file: str) -> bool:
    return file.rpartition("/")[2].startswith("test_")


def _of_module(file: str, module: ast.Module, suites: dict[str, _Suite]) -> Iterator[FoundTest]:
    marks = frozenset(
        mark
        for statement in module.body
        if isinstance(statement, ast.Assign) and "pytestmark" in _targets(statement)
        for mark in _marks([statement.value])
    )
    for test in _tests(module.body):
        name = f"{file}::{test.name}"
        yield FoundTest(name, (name,), marks | _marks(test.decorator_list))
    for bound in _classes(module):
        if bound.name.startswith("Test"):
            yield from _of_class(file, bound, marks, suites)


def _of_class(
    file: str, bound: ast.ClassDef, marks: frozenset[str], suites: dict[str, _Suite]
) -> Iterator[FoundTest]:
    inherited = [suites[name] for name in map(ast.unparse, bound.bases) if name in suites]
    marks |= _marks(bound.decorator_list)
    for suite in [_Suite(file, bound), *inherited]:
        of_suite = marks | _marks(suite.definition.decorator_list)
        for test in _tests(suite.definition.body):
            yield FoundTest(
                id=f"{suite.file}::{suite.definition.name}::{test.name}",
                runs=(f"{file}::{bound.name}::{test.name}",),
                marks=of_suite | _marks(test.decorator_list),
            )


def _merged(tests: list[FoundTest]) -> FoundTest:
    """Make one test of those that a suite becomes, one for each time that it is bound."""
    runs = tuple(run for test in tests for run in test.runs)
    return FoundTest(tests[0].id, runs, frozenset().union(*(test.marks for test in tests)))


def _tests(body: Iterable[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _classes(module: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in module.body if isinstance(node, ast.ClassDef))


def _targets(statement: ast.Assign) -> list[str]:
    return [ast.unparse(target) for target in statement.targets]


def _marks(expressions: Iterable[ast.expr]) -> frozenset[str]:
    """Return the ids that ``pytest.mark.requirement`` is given anywhere in the expressions."""
    return frozenset(
        str(argument.value)
        for expression in expressions
        for call in ast.walk(expression)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )
