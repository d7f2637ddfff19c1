"""The marked tests of a module, and the edits that change their markers, as values."""

from __future__ import annotations

import ast

import msgspec

from pactape.adopting.arguments import OldOptions

__all__ = ["Edit", "MarkedTest", "TestModule", "Unit"]


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


class MarkedTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test with one of the old markers.

    Args:
        classes: The names of its classes, the outermost first.
        name: Its function's.
        named: The cassettes that its markers name.
        line: The line of its definition.
        is_own: Whether a marker stands at the test itself, not only at its class or module.
    """

    classes: tuple[str, ...]
    name: str
    named: tuple[str, ...]
    line: int
    is_own: bool


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A function, a class or a whole module whose markers change together.

    Args:
        line: Where it begins.
        name: What it is called; empty for a module.
        tests: Its tests.
        edits: What makes its markers ours.
        options: What its markers' arguments mean.
    """

    __test__ = False

    line: int
    name: str
    tests: tuple[MarkedTest, ...]
    edits: tuple[Edit, ...] = ()
    options: OldOptions = OldOptions()


class TestModule(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with a module.

    Args:
        tree: Its syntax tree.
        units: What moves.
        staying: The tests that keep their old markers.
        left: What stays as it is: line and reason.
    """

    __test__ = False

    tree: ast.Module
    units: tuple[Unit, ...] = ()
    staying: tuple[MarkedTest, ...] = ()
    left: tuple[tuple[int, str], ...] = ()
