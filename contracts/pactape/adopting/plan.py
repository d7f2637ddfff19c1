"""The plan of adopting a project: all of it, before anything is written."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from pactape.adopting.arguments import OldOptions
from pactape.adopting.layouts import CassetteFolders, digest_of, old_cassettes, shortened_digest
from pactape.adopting.markers import read_module
from pactape.adopting.moves import ModuleChange, Move, Plan, check_moves
from pactape.adopting.old_settings import (
    cassette_folder,
    config_options,
    opened_cassettes,
    python_file_patterns,
)
from pactape.cassettes import lint_cassette
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.reading import read_for_replay
from pactape.cassettes.format.writing import RecordedInteraction, encode_cassette
from pactape.cassettes.names import cassette_name, describe
from pactape.cassettes.scrubbing.filters import Cleaner
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.errors import BadInputError
from pactape.exchange import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pactape.adopting.marked import MarkedTest, TestModule, Unit
    from pactape.settings import Settings

__all__ = ["plan_adoption"]

_COLLECT_SECONDS = 300


def plan_adoption(paths: Sequence[Path], settings: Settings) -> Plan:
    """Find out what moves; nothing is written.

    Args:
        paths: Test modules, and folders with such.
        settings: The project's settings; the cassettes go to its folder.

    Raises:
        BadInputError: A module or a cassette can't be read, or two cassettes would become one.
    """
    planner = _Planner(settings)
    for path in _modules(paths, python_file_patterns(settings.root)):
        planner.read(path)
    return planner.plan()


class _Planner:
    """Collects what the modules of a project say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = settings.root.absolute()
        self._rules = ScrubRules.from_settings(settings.scrub)
        self._modules: dict[Path, tuple[bytes, TestModule]] = {}
        self._left: list[str] = []

    def read(self, path: Path) -> None:
        """Read a module."""
        try:
            source = path.read_bytes()
            self._modules[path] = (source, read_module(source))
        except (OSError, SyntaxError, ValueError) as error:
            raise BadInputError(
                f"can't be read as Python ({error})", where=path, remedy="correct it, or name other files"
            ) from error

    def plan(self) -> Plan:
        """Return the plan."""
        options = self._old_options()
        moves, changes, kept = [], [], set(self._opened())
        for path, (source, module) in self._modules.items():
            folders = self._folders(path)
            kept.update(
                file
                for test in module.staying
                for files in old_cassettes(folders, test).values()
                for file in files
            )
            self._left += [f"{self._shown(path)}:{line}: {reason}" for line, reason in module.left]
            moving = {unit.line: self._moves(path, unit, folders) for unit in module.units}
            edits = {unit.line: unit.edits for unit in module.units if moving[unit.line] is not None}
            moves += [move for each in moving.values() for move in each or ()]
            if any(edits.values()):
                changes.append(ModuleChange(path=path, source=source, edits=edits))
        check_moves(moves)
        return Plan(
            moves=tuple(moves),
            modules=tuple(changes),
            left=tuple(self._left),
            kept=frozenset(kept),
            options=options,
        )

    def _old_options(self) -> OldOptions:
        """Return what all `vcr_config` fixtures together mean."""
        found = [
            (path, line, options)
            for path, (_, module) in self._modules.items()
            for line, options in config_options(module.tree)
        ]
        self._left += [
            f"{self._shown(path)}:{line}: the fixture vcr_config: {problem}"
            for path, line, options in found
            for problem in options.problems
        ]
        each = [options for _, _, options in found]
        return OldOptions(
            repeats=any(one.repeats for one in each),
            ignore=tuple(dict.fromkeys(entry for one in each for entry in one.ignore)),
            ignore_hosts=tuple(dict.fromkeys(host for one in each for host in one.ignore_hosts)),
            ignore_localhost=any(one.ignore_localhost for one in each),
            secrets=tuple(dict.fromkeys(name for one in each for name in one.secrets)),
        )

    def _opened(self) -> Iterator[Path]:
        """Yield the old cassettes that code opens by their path, and name the code."""
        names: dict[str, list[str]] = {}
        for path, (_, module) in self._modules.items():
            for line, function, name in opened_cassettes(module.tree):
                names.setdefault(name, []).append(f"{self._shown(path)}:{line}: {function}")
        old = {
            file
            for path, (_, module) in self._modules.items()
            for unit in module.units
            for test in unit.tests
            for files in old_cassettes(self._folders(path), test).values()
            for file in files
        }
        for file in sorted(old):
            for place in names.get(file.name, ()):
                self._left.append(
                    f"{place} opens the cassette {self._shown(file)}, which stays there. "
                    "Next step: let it open the copy, or keep both"
                )
                yield file

    def _folders(self, path: Path) -> CassetteFolders:
        """Return the folders of a module's cassettes: those of the nearest `vcr_cassette_dir` fixture, if any."""
        for folder in (path, *path.parents):
            nearest = folder if folder == path else folder / "conftest.py"
            if nearest in self._modules:
                named = cassette_folder(self._modules[nearest][1].tree, nearest)
                if named is not None:
                    return CassetteFolders(path, named if named.is_absolute() else self._root / named)
        return CassetteFolders(path)

    def _moves(self, path: Path, unit: Unit, folders: CassetteFolders) -> list[Move] | None:
        """Return the moves of a unit's cassettes; None when a test of its own has none, and it stays."""
        found = [(test, old_cassettes(folders, test)) for test in unit.tests]
        for test, files in found:
            if test.is_own and not files:
                self._left.append(
                    f"{self._shown(path)}:{test.line}: {test.name} has no cassette in "
                    f"{self._shown(folders.by_module[-1])}. "
                    "Next step: mark it with pytest.mark.cassette and record it"
                )
        if any(test.is_own and not files for test, files in found):
            return None
        moves = []
        for test, files in found:
            for name, old in sorted(self._full_names(path, test, files).items()):
                moves.append(self._move(path, unit, test, name, old))
        return moves

    def _full_names(
        self, path: Path, test: MarkedTest, files: dict[str, list[Path]]
    ) -> Mapping[str, list[Path]]:
        """Return the cassettes by the test's whole name: pytest-recording cuts long ones."""
        if not any(shortened_digest(name) for name in files):
            return files
        prefix = f"{test.classes[-1]}." if test.classes else ""
        by_digest = {digest_of(f"{prefix}{name}"): name for name in _collected(path, self._root)}
        return {by_digest.get(shortened_digest(name) or "", name): old for name, old in files.items()}

    def _move(self, path: Path, unit: Unit, test: MarkedTest, name: str, old: Sequence[Path]) -> Move:
        nodeid = "::".join([self._shown(path), *test.classes, name])
        interactions = [each for file in old for each in self._clean(file)]
        cleaner = Cleaner({}, self._rules)
        return Move(
            old=tuple(old),
            new=self._settings.cassettes / cassette_name(nodeid, self._rules),
            test=nodeid,
            data=encode_cassette(
                interactions,
                CassetteMetadata(provenance=Provenance(test=nodeid, description=describe(name))),
                cleaner.scrubber,
            ),
            scrubbed=tuple(
                f"{self._shown(file)}: {str(each).partition(': ')[2]}"
                for file in old
                for each in lint_cassette(file, self._rules)
            ),
            module=path,
            unit=unit.line,
        )

    def _clean(self, path: Path) -> Iterator[RecordedInteraction]:
        """Yield what a cassette holds as recording it today would write it."""
        contents, cleaner = read_for_replay(path), Cleaner({}, self._rules)
        for request, response in zip(contents.requests, contents.responses, strict=True):
            yield RecordedInteraction(request=cleaner.request(request), response=cleaner.response(response))

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)


def _collected(module: Path, root: Path) -> list[str]:
    """Return the names of a module's tests with their parameters, as pytest collects them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", str(module)]
    try:
        done = subprocess.run(  # noqa: S603 -- the project's own tests
            command, cwd=root, capture_output=True, text=True, check=False, timeout=_COLLECT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [
        line.split("::")[-1] if "[" not in line else line[line.rindex("::", 0, line.index("[")) + 2 :]
        for line in done.stdout.splitlines()
        if "::" in line
    ]


def _modules(paths: Sequence[Path], patterns: Sequence[str]) -> list[Path]:
    """Return the test modules, and what they share."""
    found = {file.absolute() for path in paths for pattern in patterns for file in _files(path, pattern)}
    return sorted(found)


def _files(path: Path, pattern: str) -> list[Path]:
    """Return the path itself, or the files below it that aren't hidden or installed."""
    if not path.is_dir():
        return [path]
    return [file for file in path.rglob(pattern) if not _is_hidden(file.relative_to(path))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in {"site-packages", "node_modules"} for part in path.parts)
