"""Moving: the plan, all of it, before anything is written; then the cassettes, the tests, and the old files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.markers import edited, read_module
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.reading import read_for_replay
from pactape.cassettes.format.writing import RecordedInteraction, replace_cassette
from pactape.cassettes.scrubbing.filters import Cleaner
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.errors import BadInputError, OutputError
from pactape.exchange import Provenance
from pactape.files import write_atomically
from pactape.pytest_record.names import cassette_name, describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pactape.adopting.markers import Marked, Module
    from pactape.settings import Settings

__all__ = ["Move", "Plan", "carry_out", "plan_adoption"]

_SUFFIXES = ("", ".yaml", ".yml", ".json")
_PATTERNS = ("test_*.py", "*_test.py", "conftest.py")
_FORBIDDEN = str.maketrans(dict.fromkeys("<>?%*:|\"'/\\", "-"))


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A cassette that moves.

    Args:
        old: Where it is.
        new: Where it goes.
        test: The node id of its test.
        takes: What it holds, clean.
    """

    old: Path
    new: Path
    test: str
    takes: tuple[RecordedInteraction, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What adopting a project changes.

    Args:
        moves: The cassettes that move.
        modules: The new text of each test module that changes.
        left: What stays as it is, and why, one line each.
        kept: The old cassettes that tests which stay still need.
        rules: The project's own rules of what a secret is.
    """

    moves: tuple[Move, ...]
    modules: tuple[tuple[Path, bytes], ...]
    left: tuple[str, ...]
    kept: frozenset[Path] = frozenset()
    rules: ScrubRules = ScrubRules()


def plan_adoption(paths: Sequence[Path], settings: Settings) -> Plan:
    """Find out what moves over; nothing is written.

    Args:
        paths: Test modules, and folders with such.
        settings: The project's settings; the cassettes go to its folder.

    Raises:
        BadInputError: A module or a cassette can't be read, or two cassettes would become one.
    """
    moves: list[Move] = []
    modules: list[tuple[Path, bytes]] = []
    left: list[str] = []
    kept: set[Path] = set()
    for path in _modules(paths):
        source, module = _read(path)
        moves += [move for test in module.tests for move in _moves(path, test, settings)]
        kept.update(file for test in module.staying for file in _cassettes(path, test))
        left += [f"{_shown(path, settings)}:{line}: {reason}" for line, reason in module.left]
        if module.edits:
            modules.append((path, edited(source, module.edits)))
    _check(moves)
    return Plan(
        moves=tuple(moves),
        modules=tuple(modules),
        left=tuple(left),
        kept=frozenset(kept),
        rules=ScrubRules.from_settings(settings.scrub),
    )


def carry_out(plan: Plan) -> None:
    """Write the new cassettes, then the test modules; the old cassettes go last, when nothing needs them.

    Raises:
        OutputError: A file can't be written; the tests that are not yet changed still find their cassettes.
    """
    for move in plan.moves:
        name = move.test.rpartition("::")[2]
        provenance = Provenance(test=move.test, description=describe(name))
        replace_cassette(
            move.new,
            list(move.takes),
            metadata=CassetteMetadata(provenance=provenance),
            scrubber=Scrubber(plan.rules),
        )
    for path, data in plan.modules:
        write_atomically(path, data)
    done = {move.old for move in plan.moves} - {move.new for move in plan.moves} - plan.kept
    for old in sorted(done):
        try:
            old.unlink()
        except OSError as error:
            raise OutputError(
                f"can't be deleted ({error.strerror})", where=old, remedy="delete it: its copy is in use"
            ) from error


def _modules(paths: Sequence[Path]) -> list[Path]:
    """The test modules by pytest's default names, and what they share."""
    found = {file.absolute() for path in paths for pattern in _PATTERNS for file in _files(path, pattern)}
    return sorted(found)


def _files(path: Path, pattern: str) -> list[Path]:
    """The path itself, or the files below it that aren't hidden or installed."""
    if not path.is_dir():
        return [path]
    return [file for file in path.rglob(pattern) if not _is_hidden(file.relative_to(path))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "site-packages" for part in path.parts)


def _read(path: Path) -> tuple[bytes, Module]:
    try:
        source = path.read_bytes()
        return source, read_module(source)
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInputError(
            f"can't be read as Python ({error})", where=path, remedy="correct it, or name other files"
        ) from error


def _moves(path: Path, test: Marked, settings: Settings) -> Iterator[Move]:
    """The cassettes of a test: one, or one for each set of its parameters."""
    module = _shown(path, settings)
    found = _cassettes(path, test)
    if test.named and len(found) > 1:
        raise BadInputError(
            f"{test.name} replays from several cassettes ({', '.join(sorted(each.name for each in found))})",
            where=path,
            remedy="join them to one, or split the test",
        )
    for old, name in sorted(found.items()):
        nodeid = "::".join([module, *test.classes, name])
        yield Move(
            old=old,
            new=settings.cassettes / cassette_name(nodeid),
            test=nodeid,
            takes=tuple(_clean(old, ScrubRules.from_settings(settings.scrub))),
        )


def _cassettes(path: Path, test: Marked) -> dict[Path, str]:
    """Its files as they are, with the name of the test that each is for."""
    folder = path.parent / "cassettes"
    prefix = f"{test.classes[-1]}." if test.classes else ""
    own = _named_after(folder / path.stem, prefix, test.name)
    named = {file: test.name for name in test.named for file in [_existing(folder / path.stem, name)] if file}
    plain = {} if own or named else _named_after(folder, "", test.name)  # pytest-vcr's layout
    return {**own, **named, **plain}


def _named_after(folder: Path, prefix: str, name: str) -> dict[Path, str]:
    """The cassettes of a folder for a test and its parameters."""
    wanted = f"{prefix}{name}".translate(_FORBIDDEN)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        file: file.stem.removeprefix(prefix)
        for file in files
        if file.suffix in _SUFFIXES[1:]
        and (file.stem == wanted or (file.stem.startswith(f"{wanted}[") and file.stem.endswith("]")))
    }


def _existing(folder: Path, name: str) -> Path | None:
    return next((file for suffix in _SUFFIXES if (file := folder / f"{name}{suffix}").is_file()), None)


def _clean(path: Path, rules: ScrubRules) -> Iterator[RecordedInteraction]:
    """What a cassette holds, as recording it today would write it."""
    recorded, cleaner = read_for_replay(path), Cleaner({}, rules)
    for request, response in zip(recorded.requests, recorded.responses, strict=True):
        yield RecordedInteraction(request=cleaner.request(request), response=cleaner.response(response))


def _check(moves: Sequence[Move]) -> None:
    owners: dict[Path, Move] = {}
    for move in moves:
        other = owners.setdefault(move.new, move)
        if other is not move:
            raise BadInputError(
                f"{other.old} and {move.old} would both become this cassette",
                where=move.new,
                remedy="rename one of their tests",
            )
        if move.new.exists() and move.new != move.old:
            raise BadInputError(
                f"exists already, and {move.old} would become it",
                where=move.new,
                remedy="delete the one that is out of date",
            )


def _shown(path: Path, settings: Settings) -> str:
    root = settings.root.absolute()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
