"""The places of a test module where old markers are: decorators, `pytestmark`, parameters, names for a marker."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["OldMarks", "decorators_of", "kind_of", "marks_in", "misplaced"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def kind_of(node: ast.AST) -> str:
    """Return the name of an old marker, called or not; empty for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if not isinstance(node, ast.Attribute) or node.attr not in {"vcr", "default_cassette"}:
        return ""
    owner = node.value
    is_mark = (isinstance(owner, ast.Attribute) and owner.attr == "mark") or (
        isinstance(owner, ast.Name) and owner.id == "mark"
    )
    return node.attr if is_mark else ""


def marks_in(node: ast.AST) -> Iterator[ast.expr]:
    """Yield all old markers below a node, without their arguments."""
    yield from (child for child in ast.walk(node) if isinstance(child, ast.Attribute) and kind_of(child))


def misplaced(node: ast.AST) -> str:
    """Return the reason why a marker can't be replaced where it is."""
    return (
        f"{ast.unparse(node)} is not used as a decorator or in pytestmark. "
        "Next step: mark the tests themselves with pytest.mark.cassette"
    )


class OldMarks:
    """The old markers of a module.

    Args:
        tree: The module.

    Attributes:
        names: The markers that the module gives a name (`vcr = pytest.mark.vcr`), by name.
        is_whole: Whether the module moves as a whole, because of its `pytestmark` or of such names.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.names = {name: value for statement in tree.body for name, value in _named(statement)}
        self.is_whole = bool(self.names) or any(self.in_pytestmark(statement) for statement in tree.body)

    def of(self, node: ast.AST) -> list[ast.expr]:
        """Return the markers of a test or class: its decorators, and marks of its parameters."""
        decorators = decorators_of(node)
        return [*self._resolve(decorators), *self._resolve(_of_parameters(decorators))]

    def in_pytestmark(self, statement: ast.AST) -> list[ast.expr]:
        """Return the markers in an assignment to `pytestmark`."""
        values = (value for name, value in _assigned(statement) if name == "pytestmark")
        listed = (value.elts if isinstance(value, ast.List | ast.Tuple) else [value] for value in values)
        return self._resolve(mark for marks in listed for mark in marks)

    def written(self, node: ast.AST) -> list[ast.expr]:
        """Return the markers below a node where they are written, for edits."""
        marks = [mark for child in ast.walk(node) for mark in (*self.of(child), *self.in_pytestmark(child))]
        named = [*self.names.values()] if isinstance(node, ast.Module) else []
        return list({id(mark): mark for mark in (*named, *marks)}.values())

    def problems(self, node: ast.AST) -> Iterator[tuple[int, str]]:
        """Yield the lines where a named marker gets arguments, which could not be translated."""
        for child in ast.walk(node):
            if isinstance(child, ast.Call) and self._is_name(child.func) and (child.args or child.keywords):
                yield (
                    child.lineno,
                    f"{ast.unparse(child)} gives a named marker arguments. Next step: write pytest.mark.vcr there",
                )

    def _is_name(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self.names

    def _resolve(self, marks: Sequence[ast.expr] | Iterator[ast.expr]) -> list[ast.expr]:
        """Return the old markers among expressions, and those that names stand for."""
        resolved = (self._named_mark(mark) or mark for mark in marks)
        return [mark for mark in resolved if kind_of(mark)]

    def _named_mark(self, node: ast.expr) -> ast.expr | None:
        name = node.func if isinstance(node, ast.Call) else node
        return self.names.get(name.id) if isinstance(name, ast.Name) else None


def _assigned(statement: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement assigns, each with the value."""
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from ((target.id, statement.value) for target in targets if isinstance(target, ast.Name))


def _named(statement: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names of markers that a statement assigns."""
    yield from (
        (name, value) for name, value in _assigned(statement) if name != "pytestmark" and kind_of(value)
    )


def decorators_of(node: ast.AST) -> list[ast.expr]:
    """Return the decorators of a class or function; none of any other node."""
    return node.decorator_list if isinstance(node, ast.ClassDef | _Definition) else []


def _of_parameters(decorators: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """Yield the marks of `pytest.param(…, marks=…)` in decorators."""
    for call in (child for decorator in decorators for child in ast.walk(decorator)):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "param":
            for value in (keyword.value for keyword in call.keywords if keyword.arg == "marks"):
                yield from value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
