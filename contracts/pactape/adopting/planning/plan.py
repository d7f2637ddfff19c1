"""Planning how to adopt a project, before anything is written."""

from __future__ import annotations

import functools
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pactape.adopting.arguments import OldOptions
from pactape.adopting.old_tests.markers import read_module, uses_outside_tests
from pactape.adopting.old_tests.moved_tests import count_moved, moved_tests
from pactape.adopting.old_tests.test_modules import modules_below
from pactape.adopting.planning.cassette_moves import CassetteMoves
from pactape.adopting.planning.moves import ModuleChange, Move, Plan, Unrecorded, check_moves
from pactape.adopting.planning.old_configurations import config_options
from pactape.adopting.planning.old_settings import opened_cassettes, plugin_options, python_file_patterns
from pactape.adopting.planning.projects import Projects
from pactape.errors import BadInputError

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Mapping, Sequence

    from pactape.adopting.old_tests.marked_tests import CassetteCall, Edit, MarkedTest, TestModule, Unit
    from pactape.settings import Settings

__all__ = ["plan_adoption"]

_RECORD = "Next step: mark it with pytest.mark.cassette and record it"


def plan_adoption(paths: Sequence[Path], settings: Settings, *, is_tried: bool = False) -> Plan:
    """Return the plan; nothing is written.

    Args:
        paths: Test modules, and folders of test modules.
        settings: The project's settings; the cassettes go to its folder.
        is_tried: Whether the moved tests will be run; if so, tests move without the options that have no
            equivalent.

    Raises:
        BadInputError: A module or a cassette can't be read, or two cassettes would become one.
    """
    planner = _Planner(settings, is_tried=is_tried)
    modules = modules_below(paths, python_file_patterns(settings.root))
    for path in modules:
        planner.read(path)
    for path in sorted({*modules_below(paths, ("*.py",))} - {*modules}):
        planner.read_helper(path)
    return planner.plan()


class _Planner:
    """Collects the plan from the modules of a project."""

    def __init__(self, settings: Settings, *, is_tried: bool) -> None:
        self._projects = Projects(settings)
        self._is_tried = is_tried
        self._dropped: list[tuple[Path, int, str]] = []
        self._root = self._projects.root
        self._modules: dict[Path, tuple[bytes, TestModule]] = {}
        self._trees: dict[Path, ast.Module] = {}
        self._cassettes = CassetteMoves(self._projects, self._trees)
        self._notes: list[str] = []
        self._unrecorded: list[Unrecorded] = []

    def read(self, path: Path) -> None:
        """Read a module."""
        try:
            source = path.read_bytes()
            module = read_module(source, path=path)
        except (OSError, SyntaxError, ValueError) as error:
            raise BadInputError(
                f"can't be read as Python ({error})", where=path, remedy="correct it, or name other files"
            ) from error
        self._modules[path], self._trees[path] = (source, module), module.tree

    def read_helper(self, path: Path) -> None:
        """Note what stays in a module that isn't a test module; modules that can't be read have nothing."""
        with suppress(OSError, SyntaxError, ValueError):
            uses = uses_outside_tests(path.read_bytes(), path=path)
            self._notes += [f"{self._display_path(path)}:{line}: {reason}" for line, reason in uses]

    def plan(self) -> Plan:
        """Return the plan."""
        moves: list[Move] = []
        changes: list[ModuleChange] = []
        staying_files = set(self._cassettes_read_by_code())
        secrets: list[str] = []
        for path, (source, module) in self._modules.items():
            self._notes += [f"{self._display_path(path)}:{line}: {reason}" for line, reason in module.left]
            staying_files.update(file for test in module.staying for file in self._files(path, test))
            staying_files.update(map(self._file, module.staying_calls))
            edits, module_moves = self._edits(path, module)
            moves += module_moves
            secrets += [name for unit in module.units if unit.line in edits for name in unit.options.secrets]
            staying_files.update(
                file for unit in module.units if unit.line not in edits for file in self._files_of(path, unit)
            )
            if any(edits.values()):
                has_calls = any(unit.calls for unit in module.units)
                changes.append(ModuleChange(path=path, source=source, edits=edits, has_calls=has_calls))
        moves += self._leftovers()
        check_moves(moves)
        options = self._old_options(secrets)
        changed = [change.path for change in changes]
        return Plan(
            moves=tuple(moves),
            modules=tuple(changes),
            left=tuple(self._notes),
            kept=frozenset(staying_files),
            options=options,
            dropped=tuple(self._dropped),
            unrecorded=tuple(self._unrecorded),
            hints=tuple(self._hints()),
            projects=self._projects.folders(changed),
            needs_table=self._projects.needs_table(changed),
            moved_before=sum(map(count_moved, self._trees.values())),
        )

    def _edits(self, path: Path, module: TestModule) -> tuple[dict[int, tuple[Edit, ...]], list[Move]]:
        """Return the edits of a module by the line of their unit, and its moves.

        A module none of whose tests has a cassette stays: its tests may be others than those that the project runs.
        """
        moves: list[Move] = []
        edits: dict[int, tuple[Edit, ...]] = {}
        first = len(self._unrecorded)
        for unit in module.units:
            unit_moves = self._moves(path, unit)
            if unit_moves is not None:
                moves += unit_moves
                edits[unit.line] = unit.edits
        if not moves:
            self._notes += [f"{cassette.line}. {_RECORD}" for cassette in self._unrecorded[first:]]
            edits = {
                line: line_edits
                for line, line_edits in edits.items()
                if line not in {one.unit for one in self._unrecorded[first:]}
            }
            del self._unrecorded[first:]
        return edits, moves

    def _hints(self) -> Iterator[str]:
        file, options = plugin_options(self._root)
        if options:
            yield (
                f"{file}: addopts has {' '.join(options)}, which only the other plugin knows. Remove it "
                "together with the plugin: Pactape replays by default, with the network closed"
            )

    def _files(self, path: Path, test: MarkedTest) -> Iterator[Path]:
        """Yield the old cassettes of a marked test."""
        for files in self._cassettes.old_files(path, test).values():
            yield from files

    def _files_of(self, path: Path, unit: Unit) -> Iterator[Path]:
        """Yield the old cassettes of a unit."""
        yield from map(self._file, unit.calls)
        for test in unit.tests if unit.is_marked else ():
            yield from self._files(path, test)

    def _old_options(self, secrets: Sequence[str]) -> OldOptions:
        """Return the translated options of all `vcr_config` fixtures, and the secret names in moving markers."""
        fixtures = [
            (path, line, options)
            for path, (_, module) in self._modules.items()
            for line, options in config_options(module.tree)
        ]
        self._notes += [
            f"{self._display_path(path)}:{line}: the fixture vcr_config: {problem}"
            for path, line, options in fixtures
            for problem in options.problems
        ]
        translated = [options for _, _, options in fixtures]
        return OldOptions(
            repeats=any(options.repeats for options in translated),
            ignore=tuple(dict.fromkeys(entry for options in translated for entry in options.ignore)),
            ignore_hosts=tuple(
                dict.fromkeys(host for options in translated for host in options.ignore_hosts)
            ),
            ignore_localhost=any(options.ignore_localhost for options in translated),
            secrets=tuple(
                dict.fromkeys([*(name for options in translated for name in options.secrets), *secrets])
            ),
        )

    def _cassettes_read_by_code(self) -> Iterator[Path]:
        """Yield the old cassettes that code opens by path, and report the code."""
        names: dict[str, list[str]] = {}
        for path, (_, module) in self._modules.items():
            calls = module.calls
            for line, function, name in opened_cassettes(module.tree):
                if any(call.line <= line <= call.end_line for call in calls):
                    continue
                names.setdefault(name, []).append(f"{self._display_path(path)}:{line}: {function}")
        old = {
            file
            for path, (_, module) in self._modules.items()
            for unit in module.units
            for file in self._files_of(path, unit)
        } | set(self._users)
        for file in sorted(old):
            for place in names.get(file.name, ()):
                self._notes.append(
                    f"{place} opens the cassette {self._display_path(file)}, which stays. Next step: change "
                    "the code to open the new cassette, or keep both"
                )
                yield file

    def _moves(self, path: Path, unit: Unit) -> list[Move] | None:
        """Return the moves of a unit's cassettes; None, with a note, when the unit stays."""
        lines = [f"{self._display_path(path)}:{line}: {reason}" for line, reason in unit.without_counterpart]
        if lines and not self._is_tried:
            self._notes += lines
            return None
        call_moves = self._call_moves(path, unit)
        marked_moves = self._marked_moves(path, unit) if unit.is_marked else []
        if call_moves is None or marked_moves is None:
            return None
        self._dropped += [(path, unit.line, line) for line in lines]
        return call_moves + marked_moves

    def _marked_moves(self, path: Path, unit: Unit) -> list[Move] | None:
        """Return the moves of a unit's cassettes; None if a test has no cassette, so the unit stays."""
        missing = [
            test
            for test in unit.tests
            if not self._cassettes.old_files(path, test) and not self._cassettes.has_new(path, test)
        ]
        inherited = [(test, heir) for test in missing if (heir := self._cassettes.heir(test))]
        for test, heir in inherited:
            self._notes.append(f"{self._display_path(path)}:{test.line}: {test.name} {heir}")
        unrecorded = [] if inherited or unit.calls else [test for test in missing if test.is_own]
        for test in unrecorded:
            line, next_step = self._cassettes.without(path, test)
            if self._is_tried:
                self._unrecorded.append(Unrecorded(path, unit.line, line))
            else:
                self._notes.append(f"{line}. {next_step}")
        if inherited or (unrecorded and not self._is_tried):
            return None
        return [move for test in unit.tests for move in self._cassettes.of_test(path, test, unit=unit.line)]

    def _call_moves(self, path: Path, unit: Unit) -> list[Move] | None:
        """Return the moves of the cassettes in a unit's calls; None if one is missing, so the unit stays."""
        files = {call: self._file(call) for call in unit.calls}
        missing = [call for call, file in files.items() if not file.is_file()]
        self._notes += [
            f"{self._display_path(path)}:{call.line}: there is no cassette {call.path}. Next step: write "
            f'pactape.use_cassette("{call.name}") there, and record it'
            for call in missing
        ]
        if missing:
            return None
        return [
            self._cassettes.of_call(path, call, file, users=self._users[file], unit=unit.line)
            for call, file in {(call.name, file): (call, file) for call, file in files.items()}.values()
        ]

    def _leftovers(self) -> Iterator[Move]:
        """Yield the moves of old cassettes of tests with Pactape's marker, left by an unfinished adoption."""
        for path, tree in self._trees.items():
            for test in moved_tests(tree):
                for move in self._cassettes.of_test(path, test, unit=test.line):
                    if move.new in move.old:
                        continue
                    if not move.new.exists() or move.new.read_bytes() == move.data:
                        yield move
                        continue
                    self._notes += [
                        f"{self._display_path(file)}: {test.name} has a newer cassette, "
                        f"{self._display_path(move.new)}. Next step: delete the old one"
                        for file in move.old
                    ]

    @functools.cached_property
    def _users(self) -> Mapping[Path, list[str]]:
        """Return the node ids of the tests that use each cassette."""
        users: dict[Path, list[str]] = {}
        for path, (_, module) in self._modules.items():
            for call in module.calls:
                file = self._projects.file_in_project(path)
                ids = ["::".join([file, *test.classes, test.name]) for test in call.tests]
                node_ids = users.setdefault(self._file(call), [])
                node_ids += [identifier for identifier in ids if identifier not in node_ids]
        return users

    def _file(self, call: CassetteCall) -> Path:
        return Path(os.path.normpath(self._root / call.path))

    def _display_path(self, path: Path) -> str:
        return self._projects.display_path(path)
