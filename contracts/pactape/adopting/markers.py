"""Markers: which tests of a module have pytest-recording's or pytest-vcr's, and the edits that make them ours."""

from __future__ import annotations

import ast
from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Edit", "Marked", "Module", "edited", "read_module"]

_OURS = "cassette"
_FIXTURES = frozenset({"vcr", "vcr_cassette", "vcr_config", "vcr_cassette_dir", "default_cassette_name"})
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


class Edit(msgspec.Struct, frozen=True, order=True):
    """Bytes of a module to be replaced.

    Args:
        start: Where they begin.
        end: Where they end.
        text: What comes in their place.
    """

    start: int
    end: int
    text: str


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """A test with one of the old markers.

    Args:
        classes: The names of its classes, the outermost first.
        name: Its function's.
        named: The cassettes that its markers name.
    """

    classes: tuple[str, ...]
    name: str
    named: tuple[str, ...]


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with a module.

    Args:
        tests: Those that move over.
        edits: What makes their markers ours.
        left: What stays as it is: line and reason.
        staying: The tests that keep their old markers.
    """

    tests: tuple[Marked, ...] = ()
    edits: tuple[Edit, ...] = ()
    left: tuple[tuple[int, str], ...] = ()
    staying: tuple[Marked, ...] = ()


def edited(source: bytes, edits: Sequence[Edit]) -> bytes:
    """A module's text after its edits; everything between them stays byte for byte."""
    for edit in sorted(edits, reverse=True):
        source = source[: edit.start] + edit.text.encode() + source[edit.end :]
    return source


def read_module(source: bytes) -> Module:
    """Find the markers of a module.

    A class with a marker moves as a whole, and so does a module whose `pytestmark` has one, because a test may
    not have both the old marker and the new one.

    Raises:
        SyntaxError: It isn't Python.
    """
    tree = ast.parse(source)
    overriding = tuple(_overrides(tree))
    if not _mentions(tree):
        return Module(left=overriding)
    reader = _Reader(source, tree)
    units = [tree] if reader.module_marks else list(_units(tree.body))
    return _joined([reader.unit(each) for each in units], reader.elsewhere(units), overriding)


class _Reader:
    """One module's text and syntax tree."""

    def __init__(self, source: bytes, tree: ast.Module) -> None:
        self.tree = tree
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.module_marks = [mark for each in tree.body for mark in _pytestmarks(each)]

    def unit(self, node: ast.AST) -> Module:
        """What is to be done with a test, a class or the whole module."""
        marks = self.marks(node)
        known = {id(inner) for mark in marks for inner in ast.walk(mark)}
        left = [(each.lineno, _told(each)) for each in _old_marks(node) if id(each) not in known]
        if marks:
            left += [*_unsupported(marks), *_uses_fixtures(node)]
        if left:
            return Module(left=tuple(left), staying=tuple(_tests(node, (), ())))
        edits = {edit for mark in marks for edit in self.edits(mark, node)}
        return Module(tests=tuple(_tests(node, (), ())), edits=tuple(sorted(edits)))

    def marks(self, node: ast.AST) -> list[ast.expr]:
        """The old markers that stand where they are understood: as decorators, and in `pytestmark`."""
        decorators = [mark for each in ast.walk(node) for mark in _decorators(each) if _kind(mark)]
        listed = [mark for each in ast.walk(node) for mark in _pytestmarks(each)]
        return decorators + listed

    def edits(self, mark: ast.expr, node: ast.AST) -> Iterator[Edit]:
        end = self.at(mark.end_lineno, mark.end_col_offset)
        doubles = [each for each in self.beside(mark, node) if each.lineno < mark.lineno]
        if doubles:
            yield Edit(self.starts[mark.lineno - 1], self.starts[mark.end_lineno or mark.lineno], "")
            return
        prefix = mark.func if isinstance(mark, ast.Call) else mark
        assert isinstance(prefix, ast.Attribute)  # noqa: S101 -- as _kind has seen
        yield Edit(self.at(prefix.value.end_lineno, prefix.value.end_col_offset), end, f".{_OURS}")

    @staticmethod
    def beside(mark: ast.expr, node: ast.AST) -> list[ast.expr]:
        """The old markers of the same definition."""
        for each in ast.walk(node):
            decorators = _decorators(each)
            if mark in decorators:
                return [other for other in decorators if _kind(other)]
        return []

    def at(self, line: int | None, column: int | None) -> int:
        return self.starts[(line or 1) - 1] + (column or 0)

    def elsewhere(self, units: Sequence[ast.AST]) -> list[tuple[int, str]]:
        """Old markers outside of tests, classes and `pytestmark`."""
        inside = {id(each) for unit in units for each in ast.walk(unit)}
        return [(each.lineno, _told(each)) for each in _old_marks(self.tree) if id(each) not in inside]


def _overrides(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Fixtures that set the other plugin up."""
    for each in tree.body:
        if isinstance(each, _Definition) and each.name in _FIXTURES:
            yield each.lineno, f"the fixture {each.name} has no effect on tests marked `{_OURS}`"


def _joined(
    units: Sequence[Module], elsewhere: Sequence[tuple[int, str]], overriding: Sequence[tuple[int, str]]
) -> Module:
    """All units; none moves beside a marker in a place that isn't understood."""
    left = tuple(sorted({*overriding, *elsewhere, *(each for unit in units for each in unit.left)}))
    tests = tuple(test for unit in units for test in unit.tests)
    staying = tuple(test for unit in units for test in unit.staying)
    if elsewhere:
        return Module(left=left, staying=tests + staying)
    return Module(
        tests=tests,
        staying=staying,
        edits=tuple(edit for unit in units for edit in unit.edits),
        left=left,
    )


def _units(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Functions, and classes as a whole."""
    yield from (
        each for each in body if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _decorators(node: ast.AST) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, ast.ClassDef | _Definition) else []


def _pytestmarks(node: ast.AST) -> Iterator[ast.expr]:
    """The old markers in an assignment to `pytestmark`."""
    if isinstance(node, ast.Assign) and any(
        isinstance(each, ast.Name) and each.id == "pytestmark" for each in node.targets
    ):
        values = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
        yield from (each for each in values if _kind(each))


def _kind(node: ast.AST) -> str:
    """The name of an old marker, called or not; empty for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if not isinstance(node, ast.Attribute) or node.attr not in {"vcr", "default_cassette"}:
        return ""
    owner = node.value
    is_mark = (isinstance(owner, ast.Attribute) and owner.attr == "mark") or (
        isinstance(owner, ast.Name) and owner.id == "mark"
    )
    return node.attr if is_mark else ""


def _old_marks(node: ast.AST) -> Iterator[ast.expr]:
    yield from (each for each in ast.walk(node) if isinstance(each, ast.Attribute) and _kind(each))


def _mentions(tree: ast.Module) -> bool:
    return any(True for _ in _old_marks(tree))


def _told(node: ast.AST) -> str:
    return f"{ast.unparse(node)} stands where it isn't understood"


def _unsupported(marks: Sequence[ast.expr]) -> Iterator[tuple[int, str]]:
    for mark in marks:
        arguments = [*mark.args, *mark.keywords] if isinstance(mark, ast.Call) else []
        if any(not _is_path(each) for each in arguments):
            yield mark.lineno, f"{ast.unparse(mark)} has arguments that can't be carried over"


def _is_path(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and not PurePath(node.value).is_absolute()
    )


def _uses_fixtures(node: ast.AST) -> Iterator[tuple[int, str]]:
    for each in ast.walk(node):
        if isinstance(each, _Definition):
            names = [argument.arg for argument in (*each.args.args, *each.args.kwonlyargs)]
            for name in sorted(_FIXTURES.intersection(names)):
                yield each.lineno, f"{each.name} needs the fixture {name}, which only the other plugin has"


def _tests(node: ast.AST, classes: tuple[str, ...], outer: tuple[ast.expr, ...]) -> Iterator[Marked]:
    """The tests below a node that have a marker of their own or of something around them."""
    body: list[ast.stmt] = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
    own = tuple(mark for mark in _decorators(node) if _kind(mark))
    marks = (*outer, *own, *(mark for each in body for mark in _pytestmarks(each)))
    if isinstance(node, _Definition):
        if marks and node.name.startswith("test"):
            yield Marked(classes=classes, name=node.name, named=tuple(_named(marks)))
        return
    inner = (*classes, node.name) if isinstance(node, ast.ClassDef) else classes
    for each in body:
        if isinstance(each, ast.ClassDef | _Definition):
            yield from _tests(each, inner, marks)


def _named(marks: Sequence[ast.expr]) -> Iterator[str]:
    for mark in marks:
        for each in mark.args if isinstance(mark, ast.Call) else ():
            if isinstance(each, ast.Constant):
                yield str(each.value)
