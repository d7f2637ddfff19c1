"""Finds the old cassettes of tests, and their new paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.old_tests.expressions import path_of
from pactape.adopting.old_tests.moved_tests import classes_derived_from
from pactape.adopting.old_tests.test_modules import names_of_tests
from pactape.adopting.planning.cleaned_cassettes import cleaned_cassette
from pactape.adopting.planning.moves import Move
from pactape.adopting.planning.old_layouts import (
    CassetteFolders,
    digest_of,
    file_stem_of,
    old_cassettes,
    shortened_digest,
)
from pactape.adopting.planning.old_settings import cassette_folder, naming_fixture
from pactape.cassettes import lint_cassette
from pactape.cassettes.names import cassette_name, describe
from pactape.exchange import Provenance

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pactape.adopting.old_tests.marked_tests import CassetteCall, MarkedTest
    from pactape.adopting.planning.projects import Projects

__all__ = ["CassetteMoves"]

_NAME = 'Next step: name the cassette in the marker, pytest.mark.vcr("name.yaml"), and adopt again'
_TRY = (
    "Next step: adopt with --write --try, which changes its marker if it passes without one, as a test does that "
    "requests nothing; or mark it with pytest.mark.cassette and record it"
)


class CassetteMoves:
    """Finds the old cassettes of tests, and plans their moves.

    Args:
        projects: The projects that the modules belong to.
        trees: The syntax trees of all modules, by path.
    """

    def __init__(self, projects: Projects, trees: Mapping[Path, ast.Module]) -> None:
        self._projects = projects
        self._trees = trees
        self._names: dict[Path, list[str]] = {}

    def folders(self, path: Path, test: MarkedTest) -> CassetteFolders:
        """Return the folders of a test's cassettes: its marker's, or those of the nearest `vcr_cassette_dir`."""
        root = self._projects.root
        named = path_of(test.folder, path) if test.folder is not None else None
        if named is not None:
            return CassetteFolders(path, root / named)
        for nearest in self._fixture_modules(path):
            folder_in_fixture = cassette_folder(self._trees[nearest], nearest, path)
            if folder_in_fixture is not None:
                return CassetteFolders(path, root / folder_in_fixture)
        return CassetteFolders(path)

    def without(self, path: Path, test: MarkedTest) -> tuple[str, str]:
        """Return what is known of a test without a cassette, and the next step."""
        place = f"{self._projects.display_path(path)}:{test.line}: {test.name}"
        for nearest in self._fixture_modules(path):
            if fixture := naming_fixture(self._trees[nearest]):
                line, name = fixture
                where = f"{self._projects.display_path(nearest)}:{line}"
                return (
                    f"{place}: its cassette is named by the fixture {name} ({where}), which can't be read",
                    _NAME,
                )
        folders = self.folders(path, test)
        folder = self._projects.display_path(folders.by_module[0 if test.folder else -1])
        return f"{place} has no cassette in {folder}", _TRY

    def _fixture_modules(self, path: Path) -> Iterator[Path]:
        """Yield the modules whose fixtures a module's tests may request, the nearest first."""
        modules = (path, *(folder / "conftest.py" for folder in path.parents))
        yield from (module for module in modules if module in self._trees)

    def old_files(self, path: Path, test: MarkedTest) -> dict[str, list[Path]]:
        """Return the old cassettes of a test by its name with parameters."""
        return old_cassettes(self.folders(path, test), test)

    def of_test(self, path: Path, test: MarkedTest, *, unit: int) -> Iterator[Move]:
        """Yield the moves of a test's cassettes.

        Args:
            path: Its module.
            test: The test.
            unit: The line of the unit that it belongs to.

        Raises:
            CassetteFormatError: An old cassette can't be read.
        """
        rules = self._projects.rules_of(path)
        files = self._by_whole_name(path, test, self.old_files(path, test))
        for name, old in sorted(files.items()):
            nodeid = self._nodeid(path, test, name)
            yield Move(
                old=tuple(old),
                new=self._new(path, nodeid),
                tests=(nodeid,),
                data=cleaned_cassette(old, Provenance(test=nodeid, description=describe(name)), rules),
                scrubbed=self._scrubbed(old, path),
                module=path,
                unit=unit,
            )

    def of_call(self, path: Path, call: CassetteCall, file: Path, *, users: Sequence[str], unit: int) -> Move:
        """Return the move of a cassette that a call names.

        Args:
            path: The module of the call.
            call: The call.
            file: The old cassette.
            users: The node ids of the tests that use it.
            unit: The line of the unit that the call belongs to.

        Raises:
            CassetteFormatError: The old cassette can't be read.
        """
        own = users[0] if len(users) == 1 else None
        provenance = Provenance(test=own, description=describe(own.split("::")[-1])) if own else None
        return Move(
            old=(file,),
            new=self._projects.of(path).cassettes / call.name,
            tests=tuple(users),
            data=cleaned_cassette([file], provenance, self._projects.rules_of(path)),
            scrubbed=self._scrubbed([file], path),
            module=path,
            unit=unit,
        )

    def has_new(self, path: Path, test: MarkedTest) -> bool:
        """Return whether a test without parameters already has a new cassette."""
        return self._new(path, self._nodeid(path, test, test.name)).is_file()

    def heir(self, test: MarkedTest) -> str:
        """Return the class that inherits a test and has its cassette, with the next step; empty without one."""
        for module, tree in self._trees.items():
            for name in classes_derived_from(tree, test.classes[-1] if test.classes else ""):
                heir = msgspec.structs.replace(test, classes=(name,))
                for move in self.of_test(module, heir, unit=0):
                    files = f"{self._projects.display_path(move.old[0])} to {self._projects.display_path(move.new)}"
                    return (
                        f"has no cassette of its own, but {name} inherits it. "
                        f"Next step: change its marker to pytest.mark.cassette, and move {files}, and so on"
                    )
        return ""

    def _nodeid(self, path: Path, test: MarkedTest, name: str) -> str:
        return "::".join([self._projects.file_in_project(path), *test.classes, name])

    def _new(self, path: Path, nodeid: str) -> Path:
        return self._projects.of(path).cassettes / cassette_name(nodeid, self._projects.rules_of(path))

    def _by_whole_name(
        self, path: Path, test: MarkedTest, files: dict[str, list[Path]]
    ) -> Mapping[str, list[Path]]:
        """Return the cassettes by full names: pytest-recording shortens long names and replaces characters."""
        if not any("[" in name and ("-" in name or shortened_digest(name)) for name in files):
            return files
        prefix = f"{test.classes[-1]}." if test.classes else ""
        names: dict[str, list[str]] = {}
        for name in self._names_of_tests(path):
            for key in dict.fromkeys((digest_of(f"{prefix}{name}"), file_stem_of(name))):
                names.setdefault(key, []).append(name)
        return {
            fromkey: old
            for name, old in files.items()
            for fromkey in dict.fromkeys(names.get(shortened_digest(name) or name, [name]))
        }

    def _names_of_tests(self, path: Path) -> list[str]:
        """Return the names of a module's tests with their parameters, collecting them only once."""
        if path not in self._names:
            self._names[path] = names_of_tests(path, self._projects.root)
        return self._names[path]

    def _scrubbed(self, old: Sequence[Path], module: Path) -> tuple[str, ...]:
        return tuple(
            f"{self._projects.display_path(file)}: {str(finding).partition(': ')[2]}"
            for file in old
            for finding in lint_cassette(file, self._projects.rules_of(module))
        )
