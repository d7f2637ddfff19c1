"""The tests of a module that already have Pactape's marker, because they were moved earlier or edited by hand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pactape.adopting.old_tests.marked_tests import MarkedTest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["classes_derived_from", "count_moved", "has_own_calls", "moved_tests"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def moved_tests(tree: ast.Module) -> Iterator[MarkedTest]:
    """Yield the tests whose `cassette` marker gives them the cassette of their own name."""
    yield from _tests(tree.body, (), _marks(tree))


def has_own_calls(tree: ast.Module) -> bool:
    """Return whether a module calls `pactape.use_cassette`."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "use_cassette"
        and isinstance(node.value, ast.Name)
        and node.value.id == "pactape"
        for node in ast.walk(tree)
    )


def classes_derived_from(tree: ast.Module, base: str) -> Iterator[str]:
    """Yield the classes of a module that have a class as their base."""
    for node in tree.body if base else ():
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            if base in bases:
                yield node.name


def _tests(
    body: Sequence[ast.stmt], classes: tuple[str, ...], outer: tuple[ast.expr, ...]
) -> Iterator[MarkedTest]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, (*classes, node.name), (*outer, *_marks(node)))
        elif isinstance(node, _Definition) and node.name.startswith("test"):
            marks = (*outer, *_marks(node))
            if marks and not any(isinstance(mark, ast.Call) and mark.args for mark in marks):
                yield MarkedTest(classes=classes, name=node.name, named=(), line=node.lineno, is_own=False)


def _marks(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[ast.expr, ...]:
    """Return our markers of a definition: its decorators, and those in `pytestmark`."""
    marks = [] if isinstance(node, ast.Module) else list(node.decorator_list)
    for statement in [] if isinstance(node, _Definition) else node.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
        ):
            marks += (
                statement.value.elts
                if isinstance(statement.value, ast.List | ast.Tuple)
                else [statement.value]
            )
    return tuple(filter(_is_ours, marks))


def _is_ours(node: ast.expr) -> bool:
    function = node.func if isinstance(node, ast.Call) else node
    return isinstance(function, ast.Attribute) and ast.unparse(function).endswith("mark.cassette")


def count_moved(tree: ast.Module) -> int:
    """Return how many tests of a module already use Pactape; a module's calls count as one."""
    return sum(1 for _ in moved_tests(tree)) or int(has_own_calls(tree))
