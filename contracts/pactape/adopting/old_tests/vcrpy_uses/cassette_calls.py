"""Calls of vcrpy's `use_cassette` in a test module, and the edits that replace them with `pactape.use_cassette`."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

from pactape.adopting.arguments import OldOptions, read_options
from pactape.adopting.old_tests.expressions import assigned_values
from pactape.adopting.old_tests.marked_tests import KEEP, CassetteCall, Edit, MarkedTest, TestModule, Unit
from pactape.adopting.old_tests.source_positions import SourcePositions
from pactape.adopting.old_tests.vcrpy_uses.recorder_uses import RecorderUse, UseFinder, name_in_project
from pactape.adopting.old_tests.vcrpy_uses.unresolved_recorders import unresolved
from pactape.adopting.old_tests.vcrpy_uses.vcr_objects import recorders_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from pactape.adopting.old_tests.vcrpy_uses.vcr_objects import Recorder

__all__ = ["read_calls", "without_unused_import"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_PLACES = {"cassette_library_dir", "path"}


def read_calls(
    source: bytes, tree: ast.Module, *, path: Path, extra: str = "", excluded: Collection[int] = ()
) -> TestModule:
    """Find the calls of vcrpy's `use_cassette` that are in tests and in fixtures of test modules.

    A function changes as a whole, and so does a class that has a call outside its tests.

    Args:
        source: The module's text.
        tree: Its syntax tree.
        path: The module's path; folder names may be relative to it.
        extra: An additional argument for every call, 'body="ignore"'.
        excluded: The ids of the nodes to skip.
    """
    recorders = recorders_of(tree, path)
    reader = _Reader(source, tree, path, recorders, extra)
    units: list[Unit] = []
    left = list(unresolved(source, tree, recorders))
    staying: list[CassetteCall] = []
    for node, classes in reader.nodes(tree.body, ()):
        uses = [] if id(node) in excluded else list(reader.finder.uses(node))
        if not uses:
            continue
        tests = reader.tests(node, classes)
        problems = [(line, reason) for use in uses for line, reason in reader.finder.problems(use)]
        if not tests:
            problems += [
                (use.node.lineno, f"{ast.unparse(use.node)} isn't in a test. {KEEP}") for use in uses
            ]
        left += problems
        if problems:
            staying += reader.calls(uses, node, classes)
        else:
            units.append(reader.unit(node, classes, uses, tests))
    return TestModule(
        tree=tree, units=tuple(units), left=tuple(sorted(set(left))), staying_calls=tuple(staying)
    )


def without_unused_import(source: bytes) -> bytes:
    """Return a module's text without the line `import vcr`, if the name is no longer used."""
    tree = ast.parse(source)
    if any(isinstance(node, ast.Name) and node.id == "vcr" for node in ast.walk(tree)):
        return source
    lines = source.splitlines(keepends=True)
    unused = {
        statement.lineno - 1
        for statement in tree.body
        if isinstance(statement, ast.Import)
        and ast.unparse(statement) == "import vcr"
        and statement.lineno == statement.end_lineno
    }
    return b"".join(line for number, line in enumerate(lines) if number not in unused)


class _Reader:
    """One module's text, syntax tree and recorders."""

    def __init__(
        self, source: bytes, tree: ast.Module, module: Path, recorders: dict[str, Recorder], extra: str
    ) -> None:
        self.finder = UseFinder(module, recorders, assigned_values(tree))
        self._tree = tree
        self._is_shared = module.name == "conftest.py"
        self._extra = extra
        self._positions = SourcePositions(source)
        self._wrappers = {name for name, recorder in recorders.items() if recorder.wrapper}
        self._imports = tuple(self._import_edits())

    def nodes(
        self, body: Sequence[ast.stmt], classes: tuple[str, ...]
    ) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
        """Yield the nodes that change as a whole, with the classes around them."""
        for item in body:
            if isinstance(item, ast.ClassDef) and not self._has_use_outside_tests(item):
                yield from self.nodes(item.body, (*classes, item.name))
            elif not (isinstance(item, _Definition) and item.name in self._wrappers):
                yield item, classes

    def _has_use_outside_tests(self, node: ast.ClassDef) -> bool:
        tests = [test for _, test in _functions(node)]
        inside = {id(part) for test in tests for part in ast.walk(test)}
        return any(id(use.node) not in inside for use in self.finder.uses(node))

    def tests(self, node: ast.stmt, classes: tuple[str, ...]) -> tuple[MarkedTest, ...]:
        """Return the tests that a node's uses affect: its own tests, or all of the module for a fixture."""
        if isinstance(node, _Definition) and _is_fixture(node) and not self._is_shared:
            return tuple(test for statement in self._tree.body for test, _ in _functions(statement))
        return tuple(test for test, _ in _functions(node, classes))

    def unit(
        self, node: ast.stmt, classes: tuple[str, ...], uses: list[RecorderUse], tests: tuple[MarkedTest, ...]
    ) -> Unit:
        """Return a node as a unit to move."""
        options = [_options_of(use) for use in uses]
        edits = sorted({*self._imports, *map(self._edit, uses, options)})
        return Unit(
            line=node.lineno,
            name=getattr(node, "name", ""),
            tests=tests,
            edits=tuple(edits),
            options=OldOptions(secrets=tuple(name for option in options for name in option.secrets)),
            calls=self.calls(uses, node, classes),
            without_counterpart=tuple(
                (use.node.lineno, f"{ast.unparse(use.node)}: {problem}")
                for use, option in zip(uses, options, strict=True)
                for problem in option.problems
            ),
        )

    def calls(
        self, uses: list[RecorderUse], node: ast.stmt, classes: tuple[str, ...]
    ) -> tuple[CassetteCall, ...]:
        """Return the calls that name their cassette."""
        return tuple(self._call(use, path, node, classes) for use in uses if (path := self.finder.path(use)))

    @staticmethod
    def _call(use: RecorderUse, path: str, unit: ast.stmt, classes: tuple[str, ...]) -> CassetteCall:
        line = use.node.lineno
        around = [
            test
            for test, node in _functions(unit, classes)
            if node.lineno <= line <= (node.end_lineno or 0)
            or any(mark.lineno == line for mark in node.decorator_list)
        ]
        return CassetteCall(
            line=line,
            end_line=use.node.end_lineno or line,
            path=path,
            name=name_in_project(path),
            tests=tuple(around),
        )

    def _edit(self, use: RecorderUse, options: OldOptions) -> Edit:
        start, end = self._positions.span(use.node)
        arguments = [json.dumps(name_in_project(self.finder.path(use)), ensure_ascii=False)]
        allow = [*options.ignore_hosts, *(["localhost"] if options.ignore_localhost else [])]
        arguments += [f"allow={json.dumps(allow)}"] if allow else []
        arguments += [f"ignore={json.dumps(options.ignore)}"] if options.ignore else []
        arguments += ["repeats=True"] if options.repeats else []
        arguments += [self._extra] if self._extra else []
        return Edit(start, end, f"pactape.use_cassette({', '.join(arguments)})")

    def _import_edits(self) -> Iterator[Edit]:
        """Yield the edit that imports pactape, after the first import of vcrpy, or else after the last import."""
        imports = [
            statement for statement in self._tree.body if isinstance(statement, ast.Import | ast.ImportFrom)
        ]
        if any(
            isinstance(statement, ast.Import) and _imports_name(statement, "pactape") for statement in imports
        ):
            return
        previous = [statement for statement in imports if _is_of_vcrpy(statement)][:1] or imports[-1:]
        for statement in previous:
            _, end = self._positions.span(statement)
            yield Edit(end, end, "\nimport pactape")
        if not previous:
            start, _ = self._positions.span(self._tree.body[0]) if self._tree.body else (0, 0)
            yield Edit(start, start, "import pactape\n")


def _is_fixture(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    functions = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
    return any(ast.unparse(function).rpartition(".")[2] == "fixture" for function in functions)


def _is_of_vcrpy(node: ast.Import | ast.ImportFrom) -> bool:
    return _imports_name(node, "vcr") if isinstance(node, ast.Import) else node.module == "vcr"


def _imports_name(node: ast.Import, name: str) -> bool:
    return any(alias.name == name for alias in node.names)


def _options_of(use: RecorderUse) -> OldOptions:
    """Return the translated options of a use; its folder option is part of its path instead."""
    return read_options({name: value for name, value in use.options.items() if name not in _PLACES})


def _functions(
    node: ast.AST, classes: tuple[str, ...] = ()
) -> Iterator[tuple[MarkedTest, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the test functions of a node."""
    if isinstance(node, _Definition) and node.name.startswith("test"):
        yield MarkedTest(classes=classes, name=node.name, named=(), line=node.lineno, is_own=False), node
    elif isinstance(node, ast.ClassDef):
        for statement in node.body:
            yield from _functions(statement, (*classes, node.name))
