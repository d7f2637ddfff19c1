"""Data types: cassettes to move, modules to change, and the plan."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.arguments import OldOptions
from pactape.adopting.old_tests.marked_tests import Edit
from pactape.adopting.old_tests.markers import edited
from pactape.adopting.old_tests.vcrpy_uses.cassette_calls import without_unused_import
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ModuleChange", "Move", "Plan", "Unrecorded", "check_moves"]

_NAME = re.compile(r"body: \$\S*?([^.\[\]: ]+)(?:\[\d+\])*: ")


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A cassette that moves.

    Args:
        old: The old files; several are joined.
        new: The new path.
        tests: The node ids of its tests.
        data: The new content.
        scrubbed: The secrets that were replaced, one line each.
        module: The test's module.
        unit: The line of the unit that the test belongs to.
    """

    old: tuple[Path, ...]
    new: Path
    tests: tuple[str, ...]
    data: bytes
    scrubbed: tuple[str, ...]
    module: Path
    unit: int

    @property
    def scrubbed_names(self) -> list[str]:
        """The names of the values that were replaced."""
        return [match[1] for line in self.scrubbed if (match := _NAME.search(line))]


class Unrecorded(msgspec.Struct, frozen=True):
    """A test whose marker changes although it has no cassette.

    Args:
        module: Its module.
        unit: The line of the unit that it belongs to.
        line: Its location and the path that its cassette would have, for messages.
    """

    module: Path
    unit: int
    line: str


class ModuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A test module whose markers change.

    Args:
        path: The module.
        source: Its original text.
        edits: The edits by the line of their unit.
        has_calls: Whether calls of vcrpy's `use_cassette` change instead of markers.
    """

    path: Path
    source: bytes
    edits: dict[int, tuple[Edit, ...]]
    has_calls: bool = False

    @property
    def what(self) -> str:
        """A description of its changes, for messages."""
        return "calls of use_cassette" if self.has_calls else "markers"

    def text(self, without: frozenset[int] = frozenset()) -> bytes:
        """Return its text after all edits except those of some units."""
        edits = [
            edit
            for line, edits_of_unit in self.edits.items()
            if line not in without
            for edit in edits_of_unit
        ]
        text = edited(self.source, edits)
        return without_unused_import(text) if edits and self.has_calls else text


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan for adopting a project.

    Args:
        moves: The cassettes that move.
        modules: The test modules that change.
        left: The parts that stay unchanged, with the reason and the next step, one line each.
        kept: The old cassettes that stay where they are, because something else opens them.
        options: The project's old configuration, translated.
        dropped: The options of moving tests that have no equivalent: module, line of the unit, and what to do.
        unrecorded: The tests whose markers change although they have no cassette, because moved tests are run.
        hints: The next steps once the other plugin is no longer used, one line each.
        projects: The folders of the projects with moving tests; their pyproject.toml files get the options.
        needs_table: Whether the tests find their cassettes only if the table is added to the project's
            pyproject.toml.
        moved_before: The number of tests that already have Pactape's marker; the calls of a module count as one.
    """

    moves: tuple[Move, ...]
    modules: tuple[ModuleChange, ...]
    left: tuple[str, ...]
    kept: frozenset[Path] = frozenset()
    options: OldOptions = OldOptions()
    dropped: tuple[tuple[Path, int, str], ...] = ()
    unrecorded: tuple[Unrecorded, ...] = ()
    hints: tuple[str, ...] = ()
    projects: tuple[Path, ...] = ()
    needs_table: bool = False
    moved_before: int = 0

    def counts(self, put_back: frozenset[tuple[Path, int]] = frozenset()) -> tuple[int, int]:
        """Return how many cassettes and test modules move.

        Args:
            put_back: The module and the line of each unit that was put back after a trial.
        """
        cassettes = {move.new for move in self.moves if (move.module, move.unit) not in put_back}
        modules = [
            change.path
            for change in self.modules
            if any((change.path, line) not in put_back for line in change.edits)
        ]
        return len(cassettes), len(modules)


def check_moves(moves: Sequence[Move]) -> None:
    """Check that no two cassettes have the same new path.

    Raises:
        BadInputError: Two cassettes would become one file, or a different cassette already exists there.
    """
    owners: dict[Path, Move] = {}
    for move in moves:
        other = owners.setdefault(move.new, move)
        if other.old != move.old:
            raise BadInputError(
                f"{other.old[0]} and {move.old[0]} would both become this cassette",
                where=move.new,
                remedy="rename one of their tests",
            )
        if move.new.exists() and move.new not in move.old and move.new.read_bytes() != move.data:
            raise BadInputError(
                f"already exists, and {move.old[0]} would replace it",
                where=move.new,
                remedy="delete the one that is out of date",
            )
