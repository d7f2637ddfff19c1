"""The old markers of a test module, and the edits that replace them with Pactape's."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from pactape.adopting.arguments import OldOptions, is_path, read_options
from pactape.adopting.old_tests.expressions import path_of
from pactape.adopting.old_tests.marked_tests import Edit, MarkedTest, TestModule, Unit, with_calls
from pactape.adopting.old_tests.old_marks import OldMarks, decorators_of, kind_of, marks_in, misplaced
from pactape.adopting.old_tests.source_positions import SourcePositions
from pactape.adopting.old_tests.vcrpy_uses.cassette_calls import read_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["edited", "read_module", "uses_outside_tests"]

_OURS = "cassette"
_FOLDER = "cassette_library_dir"
#: Fixtures of the other plugins that a test may request.
_FIXTURES = frozenset({"vcr", "vcr_cassette", "vcr_config", "vcr_cassette_dir", "default_cassette_name"})
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def edited(source: bytes, edits: Sequence[Edit]) -> bytes:
    """Return a module's text after its edits; all other bytes are unchanged."""
    for edit in sorted(set(edits), reverse=True):
        source = source[: edit.start] + edit.text.encode() + source[edit.end :]
    return source


def read_module(source: bytes, *, path: Path, extra: str = "") -> TestModule:
    """Find the markers of a module, and its calls of vcrpy's `use_cassette`.

    A class that has a marker itself moves as a whole, and so does a module whose `pytestmark` has one, because a
    test may not have both the old marker and the new one. So does a module that gives a marker a name.

    Args:
        source: The module's text.
        path: The module's path.
        extra: A further argument for every new marker or call, 'body="ignore"'.

    Raises:
        SyntaxError: The module isn't valid Python.
    """
    tree = ast.parse(source)
    reader = _Reader(source, tree, extra)
    nodes: list[tuple[ast.AST, tuple[str, ...]]] = (
        [(tree, ())] if reader.marks.is_whole else list(_units(tree.body, ()))
    )
    marked = [(node, classes) for node, classes in nodes if reader.marks.written(node)]
    elsewhere = reader.elsewhere([node for node, _ in nodes])
    units: list[Unit] = []
    staying: list[MarkedTest] = []
    problems = list(elsewhere)
    for node, classes in nodes:
        unit, reasons = reader.unit(node, classes)
        problems += reasons
        if reasons or elsewhere:
            staying += unit.tests
        elif unit.tests or unit.edits:
            units.append(unit)
    inside = {id(child) for node, _ in marked for child in ast.walk(node)}
    outside = {id(child) for child in ast.walk(tree)} - inside
    calls = read_calls(source, tree, path=path, extra=extra, excluded=inside)
    inner = read_calls(source, tree, path=path, extra=extra, excluded=outside).units if units else ()
    ends = {getattr(node, "lineno", 1): getattr(node, "end_lineno", None) for node, _ in marked}
    return TestModule(
        tree=tree,
        units=(*(with_calls(unit, ends.get(unit.line), inner) for unit in units), *calls.units),
        staying=tuple(staying),
        left=tuple(sorted({*problems, *calls.left})),
        staying_calls=calls.staying_calls,
    )


def uses_outside_tests(source: bytes, *, path: Path) -> list[tuple[int, str]]:
    """Return the calls and markers in a module that isn't a test module, as lines with the reason why they stay."""
    if not any(word in source for word in (b"use_cassette", b"mark.vcr", b"mark.default_cassette")):
        return []
    tree = ast.parse(source)
    step = "is not in a test module. Next step: mark the tests themselves with pytest.mark.cassette"
    marks = [(mark.lineno, f"{ast.unparse(mark)} {step}") for mark in marks_in(tree)]
    return [*read_calls(source, tree, path=path).left, *marks]


class _Reader:
    """One module's text and syntax tree."""

    def __init__(self, source: bytes, tree: ast.Module, extra: str) -> None:
        self.tree = tree
        self.extra = extra
        self.positions = SourcePositions(source)
        self.marks = OldMarks(tree)

    def unit(self, node: ast.AST, classes: tuple[str, ...]) -> tuple[Unit, list[tuple[int, str]]]:
        """Return a test, class or module as a unit to move, and the reasons why it can't."""
        marks = self.marks.written(node)
        unit_nodes = {id(inner) for mark in marks for inner in ast.walk(mark)}
        problems = [(mark.lineno, misplaced(mark)) for mark in marks_in(node) if id(mark) not in unit_nodes]
        if marks:
            problems += [*_unsupported(marks), *_uses_fixtures(node), *self.marks.problems(node)]
        unit = Unit(
            line=getattr(node, "lineno", 1),
            name=getattr(node, "name", ""),
            tests=tuple(_tests(node, classes, (), self.marks)),
            edits=()
            if problems
            else tuple(sorted({edit for mark in marks for edit in self.edits(mark, node)})),
            options=_options(marks),
            is_marked=bool(marks),
            without_counterpart=(*_without_counterpart(marks), *(_blocking(node) if marks else ())),
        )
        return unit, problems

    def edits(self, mark: ast.expr, node: ast.AST) -> Iterator[Edit]:
        end = self.positions.at(mark.end_lineno, mark.end_col_offset)
        others = self.beside(mark, node)
        if any(other.lineno < mark.lineno for other in others):
            yield Edit(
                self.positions.line_starts[mark.lineno - 1],
                self.positions.line_starts[mark.end_lineno or mark.lineno],
                "",
            )
            return
        prefix = mark.func if isinstance(mark, ast.Call) else mark
        assert isinstance(prefix, ast.Attribute)  # noqa: S101 -- kind_of has checked it
        start = self.positions.at(prefix.value.end_lineno, prefix.value.end_col_offset)
        yield Edit(start, end, f".{_OURS}{self.arguments(others or [mark])}")

    def arguments(self, marks: Sequence[ast.expr]) -> str:
        """Return the arguments of the marker that replaces others."""
        values = _options(marks).marker_arguments
        arguments = [f"{name}={value!r}" for name, value in values.items()]
        arguments += [self.extra] if self.extra else []
        return f"({', '.join(arguments)})".replace("'", '"') if arguments else ""

    @staticmethod
    def beside(mark: ast.expr, node: ast.AST) -> list[ast.expr]:
        """Return the old markers of the same definition."""
        for child in ast.walk(node):
            decorators = decorators_of(child)
            if mark in decorators:
                return [other for other in decorators if kind_of(other)]
        return []

    def elsewhere(self, nodes: Sequence[ast.AST]) -> list[tuple[int, str]]:
        """Return old markers outside of tests, classes and `pytestmark`."""
        inside = {id(child) for node in nodes for child in ast.walk(node)}
        return [(mark.lineno, misplaced(mark)) for mark in marks_in(self.tree) if id(mark) not in inside]


def _units(body: Sequence[ast.stmt], classes: tuple[str, ...]) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """Yield functions and the classes that have a marker themselves, with the classes around them."""
    for statement in body:
        if isinstance(statement, ast.ClassDef) and not _is_marked_whole(statement):
            yield from _units(statement.body, (*classes, statement.name))
        elif isinstance(statement, ast.ClassDef | _Definition):
            yield statement, classes


def _is_marked_whole(node: ast.ClassDef) -> bool:
    """Return whether a class has an old marker itself, or in a place other than its methods and classes."""
    members = {
        id(part)
        for statement in node.body
        if isinstance(statement, ast.ClassDef | _Definition)
        for part in ast.walk(statement)
    }
    return any(id(mark) not in members for mark in marks_in(node))


def _options(marks: Sequence[ast.expr]) -> OldOptions:
    keywords = {keyword.arg: keyword.value for keyword in _keywords(marks) if keyword.arg}
    if _folder(marks) is not None:
        del keywords[_FOLDER]
    return read_options(keywords)


def _keywords(marks: Sequence[ast.expr]) -> list[ast.keyword]:
    return [keyword for mark in marks if isinstance(mark, ast.Call) for keyword in mark.keywords]


def _folder(marks: Sequence[ast.expr]) -> ast.expr | None:
    """Return the expression for the folder of cassettes; None if it is missing or computed."""
    folders = [keyword.value for keyword in _keywords(marks) if keyword.arg == _FOLDER]
    return folders[-1] if folders and path_of(folders[-1], Path()) is not None else None


def _unsupported(marks: Sequence[ast.expr]) -> Iterator[tuple[int, str]]:
    for mark in marks:
        if not isinstance(mark, ast.Call):
            continue
        if not all(map(is_path, mark.args)) or any(keyword.arg is None for keyword in mark.keywords):
            yield (
                mark.lineno,
                (
                    f"{ast.unparse(mark)} has arguments that aren't relative paths. Next step: name the cassette: "
                    "pytest.mark.cassette('name.yaml')"
                ),
            )


def _without_counterpart(marks: Sequence[ast.expr]) -> Iterator[tuple[int, str]]:
    for mark in marks:
        yield from ((mark.lineno, f"{ast.unparse(mark)}: {problem}") for problem in _options([mark]).problems)


def _blocking(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the markers `block_network` that allow hosts, which must be in Pactape's marker."""
    for child in ast.walk(node):
        if isinstance(child, ast.Call) and ast.unparse(child.func).endswith("mark.block_network"):
            for hosts in (
                ast.unparse(option.value) for option in child.keywords if option.arg == "allowed_hosts"
            ):
                advice = f"if its cassette doesn't hold them, write pytest.mark.cassette(allow={hosts})"
                yield (
                    child.lineno,
                    f"{ast.unparse(child)}: allowed_hosts can't be carried over. Next step: {advice}",
                )


def _uses_fixtures(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in ast.walk(node):
        if isinstance(child, _Definition):
            names = [argument.arg for argument in (*child.args.args, *child.args.kwonlyargs)]
            for name in sorted(_FIXTURES.intersection(names)):
                yield (
                    child.lineno,
                    (
                        f"{child.name} needs the fixture {name}, which only the other plugin provides. Next "
                        "step: keep the other plugin for this test, or use pactape.use_cassette inside the test"
                    ),
                )


def _tests(
    node: ast.AST, classes: tuple[str, ...], outer: tuple[ast.expr, ...], old_marks: OldMarks
) -> Iterator[MarkedTest]:
    """Yield the tests below a node that are marked, directly or through their class or module."""
    body: list[ast.stmt] = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
    own = old_marks.of(node)
    marks = (*outer, *own, *(mark for statement in body for mark in old_marks.in_pytestmark(statement)))
    if isinstance(node, _Definition):
        if marks and node.name.startswith("test"):
            yield MarkedTest(
                classes=classes,
                name=node.name,
                named=tuple(_cassette_names(marks)),
                line=node.lineno,
                is_own=bool(own),
                folder=_folder(marks),
            )
        return
    inner = (*classes, node.name) if isinstance(node, ast.ClassDef) else classes
    for statement in body:
        if isinstance(statement, ast.ClassDef | _Definition):
            yield from _tests(statement, inner, marks, old_marks)


def _cassette_names(marks: Sequence[ast.expr]) -> Iterator[str]:
    for mark in marks:
        for arg in mark.args if isinstance(mark, ast.Call) else ():
            if isinstance(arg, ast.Constant):
                yield str(arg.value)
