"""What adopting a project changes, as values: cassettes that move, modules that change, and the whole plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.arguments import OldOptions
from pactape.adopting.marked import Edit
from pactape.adopting.markers import edited
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ModuleChange", "Move", "Plan", "check_moves"]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A cassette that moves.

    Args:
        old: The files that it comes from; several are joined.
        new: Where it goes.
        test: The node id of its test.
        data: What is written.
        scrubbed: The secrets that were replaced, a line for each.
        module: The test's module.
        unit: The line of the unit that the test belongs to.
    """

    old: tuple[Path, ...]
    new: Path
    test: str
    data: bytes
    scrubbed: tuple[str, ...]
    module: Path
    unit: int


class ModuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A test module whose markers change.

    Args:
        path: The module.
        source: Its text before.
        edits: The edits by the line of their unit.
    """

    path: Path
    source: bytes
    edits: dict[int, tuple[Edit, ...]]

    def text(self, without: frozenset[int] = frozenset()) -> bytes:
        """Return its text after all edits but those of some units."""
        edits = [edit for line, each in self.edits.items() if line not in without for edit in each]
        return edited(self.source, edits)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What adopting a project changes.

    Args:
        moves: The cassettes that move.
        modules: The test modules that change.
        left: What stays as it is, why, and what to do, one line each.
        kept: The old cassettes that stay where they are, because something else opens them.
        options: What the project's old configuration means.
    """

    moves: tuple[Move, ...]
    modules: tuple[ModuleChange, ...]
    left: tuple[str, ...]
    kept: frozenset[Path] = frozenset()
    options: OldOptions = OldOptions()


def check_moves(moves: Sequence[Move]) -> None:
    """Check that each cassette has a place of its own.

    Raises:
        BadInputError: Two would become one, or another cassette is there already.
    """
    owners: dict[Path, Move] = {}
    for move in moves:
        other = owners.setdefault(move.new, move)
        if other is not move:
            raise BadInputError(
                f"{other.old[0]} and {move.old[0]} would both become this cassette",
                where=move.new,
                remedy="rename one of their tests",
            )
        if move.new.exists() and move.new not in move.old and move.new.read_bytes() != move.data:
            raise BadInputError(
                f"exists already, and {move.old[0]} would become it",
                where=move.new,
                remedy="delete the one that is out of date",
            )
