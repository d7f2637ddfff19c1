"""The `vcr_config` fixtures of pytest-recording and pytest-vcr: the options that they return."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.arguments import WITHOUT_MEANING, OldOptions, read_options
from pactape.adopting.old_tests.expressions import assigned_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["config_options", "fixtures_named"]

_Options = dict[str, ast.expr]
_COPIES = {"copy", "deepcopy"}
_CHANGES = {"append", "clear", "extend", "insert", "pop", "remove", "setdefault", "update"}


def fixtures_named(tree: ast.Module, name: str) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module whose fixture has this name: their own, or that of their decorator."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            decorators = [each for each in node.decorator_list if isinstance(each, ast.Call)]
            keywords = [keyword for each in decorators for keyword in each.keywords if keyword.arg == "name"]
            names = [keyword.value.value for keyword in keywords if isinstance(keyword.value, ast.Constant)]
            if name in (names or [node.name]):
                yield node


def config_options(tree: ast.Module) -> Iterator[tuple[int, OldOptions]]:
    """Yield the line and the translated options of each `vcr_config` fixture of a module."""
    for function in fixtures_named(tree, "vcr_config"):
        yield function.lineno, _fixture_options(function, tree)


def _fixture_options(function: ast.FunctionDef, tree: ast.Module) -> OldOptions:
    names = assigned_values(tree) | assigned_values(function)
    reader = _Reader((*tree.body, *function.body), [])
    options = reader.options(_returned(function), names)
    if options is not None:
        result = read_options(options, names)
        return msgspec.structs.replace(result, problems=(*result.problems, *reader.problems))
    advice = "write its options into [tool.pactape.match] and [tool.pactape.scrub]"
    return OldOptions(
        problems=(f"the fixture vcr_config doesn't return a literal mapping. Next step: {advice}",)
    )


def _returned(function: ast.FunctionDef) -> ast.expr | None:
    """Return what a fixture returns or yields; None when there are several."""
    values = [node.value for node in _own_nodes(function) if isinstance(node, ast.Return | ast.Yield)]
    return values[0] if len(values) == 1 else None


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below a function that don't belong to a function inside it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _own_nodes(child)


class _Reader(msgspec.Struct, frozen=True):
    """Reads mappings of options.

    Args:
        body: The statements that may change a mapping.
        problems: Changes that can't be read, and what to do about them.
    """

    body: tuple[ast.stmt, ...]
    problems: list[str]

    def options(self, node: ast.expr | None, names: Mapping[str, ast.expr]) -> _Options | None:
        """Return the options in an expression: a mapping, its name, or several combined; None if computed."""
        if isinstance(node, ast.Name) and node.id in names:
            others = {name: value for name, value in names.items() if name != node.id}
            return self._joined([self.options(names[node.id], others), *self._changes(node.id, others)])
        if isinstance(node, ast.Dict):
            return self._joined(
                self.options(value, names) if key is None else _option(key, value)
                for key, value in zip(node.keys, node.values, strict=True)
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._joined([self.options(node.left, names), self.options(node.right, names)])
        return self._called(node, names) if isinstance(node, ast.Call) else None

    def _called(self, node: ast.Call, names: Mapping[str, ast.expr]) -> _Options | None:
        function = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if function in _COPIES:
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            return self.options(next(iter([*node.args, *owner]), None), names)
        return self._arguments(node, names) if function == "dict" else None

    def _arguments(self, node: ast.Call, names: Mapping[str, ast.expr]) -> _Options | None:
        keywords = [
            self.options(keyword.value, names) if keyword.arg is None else {keyword.arg: keyword.value}
            for keyword in node.keywords
        ]
        return self._joined([*(self.options(argument, names) for argument in node.args), *keywords])

    def _changes(self, name: str, names: Mapping[str, ast.expr]) -> Iterator[_Options]:
        """Yield the options that statements add to a mapping; report those that can't be read."""
        for statement in self.body:
            if name in _changed(statement):
                options = self._change(statement, names)
                if options is not None:
                    yield options
                elif not set(_keys(statement)) or set(_keys(statement)) - WITHOUT_MEANING:
                    self.problems.append(
                        f"line {statement.lineno} changes {name}, which can't be carried over. Next step: "
                        "write the options there into [tool.pactape.match] and [tool.pactape.scrub]"
                    )

    def _change(self, statement: ast.stmt, names: Mapping[str, ast.expr]) -> _Options | None:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
            return _option(statement.targets[0].slice, statement.value)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            return self.options(statement.value, names)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            is_update = isinstance(call.func, ast.Attribute) and call.func.attr == "update"
            return self._arguments(call, names) if is_update else None
        return None

    @staticmethod
    def _joined(parts: Iterable[_Options | None]) -> _Options | None:
        joined: _Options = {}
        for part in parts:
            if part is None:
                return None
            joined |= part
        return joined


def _changed(statement: ast.stmt) -> set[str]:
    """Return the names of mappings that a statement changes: `x[…] = …`, `x |= …`, `x.update(…)`."""
    names: list[ast.expr] = []
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            names.append(node.value)
        elif isinstance(node, ast.AugAssign):
            names.append(node.target)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names += [node.func.value] if node.func.attr in _CHANGES else []
    return {ast.unparse(name).partition("[")[0] for name in names}


def _keys(statement: ast.stmt) -> Iterator[str]:
    """Yield the keys that a statement sets, of which nothing else is known."""
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.slice, ast.Constant)
        ):
            yield str(node.slice.value)


def _option(key: ast.expr, value: ast.expr) -> _Options | None:
    return {key.value: value} if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
