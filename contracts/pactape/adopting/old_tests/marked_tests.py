"""Data types: the marked tests of a module, and the edits that change their markers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.arguments import OldOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KEEP", "CassetteCall", "Edit", "MarkedTest", "TestModule", "Unit", "with_calls"]

#: What to do about a call that stays.
KEEP = "Next step: keep the call (it works alongside Pactape), or write pactape.use_cassette"


class Edit(msgspec.Struct, frozen=True, order=True):
    """A replacement of some bytes of a module.

    Args:
        start: The offset where they begin.
        end: The offset where they end.
        text: Their replacement.
    """

    start: int
    end: int
    text: str


class MarkedTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test with one of the old markers.

    Args:
        classes: The names of its classes, the outermost first.
        name: The name of its function.
        named: The cassettes in its markers.
        line: The line of its definition.
        is_own: Whether a marker is on the test itself, not only on its class or module.
        folder: The expression in a marker for the folder of its cassettes; None without one.
    """

    classes: tuple[str, ...]
    name: str
    named: tuple[str, ...]
    line: int
    is_own: bool
    folder: ast.expr | None = None


class CassetteCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of vcrpy's `use_cassette`.

    Args:
        line: Where it begins.
        end_line: Where it ends.
        path: The path of its cassette, with slashes: relative to the project's folder, or absolute.
        name: The cassette's name in the project's folder of cassettes.
        tests: The tests that it is in or that it decorates.
    """

    line: int
    end_line: int
    path: str
    name: str
    tests: tuple[MarkedTest, ...]


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A function, a class or a whole module whose markers change together.

    Args:
        line: Where it begins.
        name: Its name; empty for a module.
        tests: Its tests.
        edits: The edits that replace its markers with Pactape's.
        options: The translated arguments of its markers.
        calls: Its calls of vcrpy's `use_cassette`; it has markers, calls, or calls inside marked tests.
        without_counterpart: Options of its markers or calls without an equivalent in Pactape: the line,
            and what to do.
        is_marked: Whether it has markers.
    """

    __test__ = False

    line: int
    name: str
    tests: tuple[MarkedTest, ...]
    edits: tuple[Edit, ...] = ()
    options: OldOptions = OldOptions()
    calls: tuple[CassetteCall, ...] = ()
    without_counterpart: tuple[tuple[int, str], ...] = ()
    is_marked: bool = False


class TestModule(msgspec.Struct, frozen=True, kw_only=True):
    """The planned changes of a module.

    Args:
        tree: Its syntax tree.
        units: The units that move.
        staying: The tests that keep their old markers.
        left: The parts that are not changed: line and reason.
        staying_calls: The calls that stay unchanged.
    """

    __test__ = False

    tree: ast.Module
    units: tuple[Unit, ...] = ()
    staying: tuple[MarkedTest, ...] = ()
    left: tuple[tuple[int, str], ...] = ()
    staying_calls: tuple[CassetteCall, ...] = ()

    @property
    def calls(self) -> tuple[CassetteCall, ...]:
        """All calls of vcrpy's `use_cassette` that name their cassette."""
        return (*self.staying_calls, *(call for unit in self.units for call in unit.calls))


def with_calls(unit: Unit, end: int | None, inner: Sequence[Unit]) -> Unit:
    """Return a marked unit with the calls that are inside of it."""
    own = [
        inner_unit
        for inner_unit in inner
        if unit.line <= inner_unit.line and (end is None or inner_unit.line <= end)
    ]
    if not own or not unit.is_marked:
        return unit
    secrets = (*unit.options.secrets, *(name for inner_unit in own for name in inner_unit.options.secrets))
    return msgspec.structs.replace(
        unit,
        edits=tuple(sorted({*unit.edits, *(edit for inner_unit in own for edit in inner_unit.edits)})),
        options=msgspec.structs.replace(unit.options, secrets=secrets),
        calls=tuple(call for inner_unit in own for call in inner_unit.calls),
        without_counterpart=(
            *unit.without_counterpart,
            *(line for inner_unit in own for line in inner_unit.without_counterpart),
        ),
    )
