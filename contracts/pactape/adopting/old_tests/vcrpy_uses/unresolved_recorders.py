"""The uses of vcrpy in a test module that can't be resolved: they stay, and are reported with the next step."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pactape.adopting.old_tests.marked_tests import KEEP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["unresolved"]

_FUNCTION = "use_cassette"
_TEST_CASES = {"VCRTestCase", "VCRMixin"}
_DERIVE = (
    "Next step: derive it from unittest.TestCase, mark it with pytest.mark.cassette, and run pactape adopt again, "
    "which moves its cassettes"
)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def unresolved(source: bytes, tree: ast.Module, recorders: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the reason of each use of an unknown recorder.

    Args:
        source: The module's text.
        tree: Its syntax tree.
        recorders: The names that are known to refer to vcrpy.
    """
    yield from _test_cases(tree)
    if _FUNCTION.encode() not in source or b"betamax" in source.lower():
        return
    ours = _names_from(tree, "pactape")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        owner, _, name = function.rpartition(".")
        if name != _FUNCTION or {function, owner} & {*recorders, *ours, "pactape"}:
            continue
        yield node.lineno, _reason(tree, node, owner or function)


def _reason(tree: ast.Module, node: ast.Call, owner: str) -> str:
    if owner in _parameters_around(tree, node):
        return f"{ast.unparse(node)} uses the fixture {owner}, which only the other plugin provides. {KEEP}"
    return f"{ast.unparse(node)}: the value of {owner} can't be read. {KEEP}"


def _parameters_around(tree: ast.Module, node: ast.Call) -> set[str]:
    """Return the parameters of the functions that a call is in."""
    return {
        argument.arg
        for function in ast.walk(tree)
        if isinstance(function, _Definition) and function.lineno <= node.lineno <= (function.end_lineno or 0)
        for argument in (*function.args.args, *function.args.kwonlyargs)
    }


def _test_cases(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the classes that are derived from those of vcrpy's module for unittest."""
    names = _names_from(tree, "vcr.unittest")
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for base in map(ast.unparse, node.bases):
            if base in names or base.rpartition(".")[2] in _TEST_CASES:
                yield node.lineno, f"{node.name} is derived from vcrpy's {base}. {_DERIVE}"


def _names_from(tree: ast.Module, module: str) -> set[str]:
    """Return the names that are imported from a module."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(module)
        for alias in node.names
    }
