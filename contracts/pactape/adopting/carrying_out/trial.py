"""Tries out a plan: runs the moved tests, and puts back those that newly fail, with the reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.carrying_out.carry_out import obsolete_files, write_new
from pactape.adopting.old_tests.markers import read_module
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pactape.adopting.carrying_out.journal import Journal
    from pactape.adopting.planning.moves import ModuleChange, Move, Plan

__all__ = ["OUTCOMES_VARIABLE", "Trial", "try_out"]

#: The environment variable with the path of the file for the outcomes of a trial's run.
OUTCOMES_VARIABLE = "PACTAPE_ADOPT_OUTCOMES"
_SECONDS = 3600
_BODY = "the body differs"
_CASSETTE = " cassette "
_UNMATCHED = "no recorded interaction matches"
_SHOWN = 400
#: The reason for a test that passes under neither recorder.
NO_CASSETTE = "it has no cassette, and didn't pass before"
#: The reason for a unit whose options have no counterpart, and whose tests pass under neither recorder.
UNTRIED = "it didn't pass before either, so it can't be tried without the options that have no counterpart"


class Outcome(msgspec.Struct, frozen=True):
    """A test's outcome in one run.

    Args:
        passed: Whether it passed.
        reason: The text of its unmatched requests, or else of its error; empty when it passed.
    """

    passed: bool
    reason: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The result of trying out a plan.

    Args:
        tests: How many moved tests were run.
        loosened: The units that now ignore request bodies, because their recordings require it.
        put_back: The units that were put back, why their tests failed, and what to do, one line each.
        units_put_back: The module and the line of each such unit.
        unproven: How many moved tests passed neither before nor after.
    """

    tests: int
    loosened: tuple[str, ...] = ()
    put_back: tuple[str, ...] = ()
    units_put_back: frozenset[tuple[Path, int]] = frozenset()
    unproven: int = 0


def try_out(plan: Plan, root: Path) -> Trial:
    """Carry out a plan, run the moved tests, and put back those that passed before and now fail.

    Args:
        plan: The plan.
        root: The project's folder.

    Raises:
        BadInputError: The tests can't be run.
        OutputError: A file can't be written.
    """
    paths = [change.path for change in plan.modules]
    before = _run(paths, root)
    trial = _Trial(plan, root, before, write_new(plan, root))
    after = _run(paths, root)
    loosened: tuple[str, ...] = ()
    while notes := trial.loosen(after):
        loosened += notes
        after |= _run(trial.loosened_modules, root)
    put_back = trial.put_back(after)
    return Trial(
        tests=len(trial.tests),
        loosened=loosened,
        put_back=put_back,
        units_put_back=frozenset(trial.units_put_back),
        unproven=trial.count_unproven(after),
    )


class _Trial:
    """The units of a plan, and the outcomes of their tests."""

    def __init__(self, plan: Plan, root: Path, before: Mapping[str, Outcome], journal: Journal) -> None:
        self._journal = journal
        self._plan = plan
        self._root = root
        self._before = before
        self._loosened: dict[Path, set[int]] = {}
        #: Units that only move if a test of theirs passes, with the reason if none does.
        self._conditions = {(module, line): UNTRIED for module, line, _ in plan.dropped}
        self._conditions |= {(test.module, test.unit): NO_CASSETTE for test in plan.unrecorded}
        self.units_put_back: set[tuple[Path, int]] = set()
        self.tests = {test for move in plan.moves for test in move.tests}

    @property
    def loosened_modules(self) -> list[Path]:
        """The modules that have units with looser markers."""
        return [path for path, lines in self._loosened.items() if lines]

    def loosen(self, after: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Ignore bodies in units whose tests fail only because of them: the old recorder ignored bodies, too."""
        notes = []
        for change in self._plan.modules:
            loose = self._loosened.setdefault(change.path, set())
            red = self._units_with_failures(change, after)
            lines = {
                line
                for line, reasons in red.items()
                if line not in loose and all(self._is_about_body(change, line, reason) for reason in reasons)
            }
            if lines:
                loose |= lines
                self._journal.write_module(change.path, self._text(change))
                notes += [
                    f'{self._name(change, line)}: request bodies are ignored (body="ignore")'
                    for line in sorted(lines)
                ]
        return tuple(notes)

    def _is_about_body(self, change: ModuleChange, line: int, reason: str) -> bool:
        """Return whether a test failed because a request's body isn't the one in a cassette of the unit."""
        files = [
            move.new.absolute()
            for move in self._plan.moves
            if (move.module, move.unit) == (change.path, line)
        ]
        return _BODY in reason and (
            _CASSETTE not in reason or any(f"{_CASSETTE}{file}:" in reason for file in files)
        )

    def put_back(self, after: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Put back units with failing tests, and delete the old cassettes of all others."""
        notes: list[str] = []
        restored_files: set[Path] = set()
        for change in self._plan.modules:
            red = self._units_with_failures(change, after)
            self.units_put_back.update((change.path, line) for line in red)
            if red:
                self._journal.write_module(change.path, self._text(change, without=frozenset(red)))
            notes += [
                f"{self._name(change, line)}: {reasons[0][:_SHOWN]}. Next step: "
                f"{self._next_step(change, line, reasons[0])}"
                for line, reasons in red.items()
            ]
        in_use = {move.new for move in self._plan.moves if not self._is_put_back(move)}
        for move in filter(self._is_put_back, self._plan.moves):
            restored_files.update(move.old)
            if move.new not in in_use and move.new not in move.old:
                move.new.unlink(missing_ok=True)
        self._journal.finish(obsolete_files(self._plan, self._root, put_back=frozenset(restored_files)))
        return tuple(notes)

    def count_unproven(self, after: Mapping[str, Outcome]) -> int:
        """Return how many tests of the units that have moved didn't pass."""
        units = [
            (change.path, {"::".join([*test.classes, test.name]) for test in unit.tests})
            for change in self._plan.modules
            for unit in read_module(change.source, path=change.path).units
            if unit.line in change.edits and (change.path, unit.line) not in self.units_put_back
        ]
        return sum(
            not outcome.passed and any(_belongs(nodeid, path, names) for path, names in units)
            for nodeid, outcome in after.items()
        )

    def _next_step(self, change: ModuleChange, line: int, reason: str) -> str:
        """Return the next step for a unit that was put back."""
        if reason == NO_CASSETTE:
            return "mark it with pytest.mark.cassette, and record it"
        if reason == UNTRIED:
            return "adopt where it passes, with the variables and packages that it needs"
        if _UNMATCHED in reason:
            return (
                "record it again with --pactape-record all, or make the test send the same request each time"
            )
        moves = [move for move in self._plan.moves if (move.module, move.unit) == (change.path, line)]
        names = sorted({name for move in moves for name in move.scrubbed_names})
        if not names:
            return "compare what the test does under both recorders; --pactape-record all records it again"
        return (
            "if the test reads a value that was scrubbed, let it accept any value, or keep it: "
            f"[tool.pactape.scrub] keep = {json.dumps(names)}"
        )

    def _is_put_back(self, move: Move) -> bool:
        return (move.module, move.unit) in self.units_put_back

    def _text(self, change: ModuleChange, without: frozenset[int] = frozenset()) -> bytes:
        """Return a module's new text, with looser markers where they are needed."""
        loose = self._loosened.get(change.path, set()) - without
        looser = {
            unit.line: unit.edits
            for unit in read_module(change.source, path=change.path, extra='body="ignore"').units
        }
        edits = {line: looser[line] if line in loose else edit for line, edit in change.edits.items()}
        return msgspec.structs.replace(change, edits=edits).text(without)

    def _units_with_failures(
        self, change: ModuleChange, after: Mapping[str, Outcome]
    ) -> dict[int, list[str]]:
        """Return the reasons of newly failing tests, by the line of their unit."""
        reasons_by_line: dict[int, list[str]] = {}
        for unit in read_module(change.source, path=change.path).units:
            names = {"::".join([*test.classes, test.name]) for test in unit.tests}
            reasons = [
                after.get(nodeid, Outcome(passed=False, reason="it is no longer collected")).reason
                for nodeid, outcome in self._before.items()
                if outcome.passed
                and _belongs(nodeid, change.path, names)
                and not after.get(nodeid, Outcome(passed=False)).passed
            ]
            condition = self._conditions.get((change.path, unit.line))
            passed = any(_any_passed(outcomes, change.path, names) for outcomes in (self._before, after))
            if condition and not reasons and not passed:
                reasons = [condition]
            if reasons and unit.line in change.edits:
                reasons_by_line[unit.line] = reasons
        return reasons_by_line

    def _name(self, change: ModuleChange, line: int) -> str:
        names = {unit.line: unit.name for unit in read_module(change.source, path=change.path).units}
        path = change.path.relative_to(self._root.absolute()).as_posix()
        return f"{path}:{line}: {names.get(line) or 'the module'}"


def _any_passed(outcomes: Mapping[str, Outcome], path: Path, names: set[str]) -> bool:
    return any(outcome.passed and _belongs(nodeid, path, names) for nodeid, outcome in outcomes.items())


def _belongs(nodeid: str, module: Path, names: set[str]) -> bool:
    file, _, test = nodeid.partition("::")
    return Path(file).resolve() == module.resolve() and test.partition("[")[0] in names


def _run(paths: Sequence[Path], root: Path) -> dict[str, Outcome]:
    """Run test modules in a separate process, and return the outcomes by node id with absolute path."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outcomes.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "pactape.pytest_record.outcomes",
            "--maxfail=0",  # also where the project's own options say -x
        ]
        try:
            process = subprocess.run(  # noqa: S603 -- the project's own tests
                [*command, *map(str, paths)],
                cwd=root,
                env={**os.environ, OUTCOMES_VARIABLE: str(file)},
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise BadInputError(
                f"its tests take longer than {_SECONDS} s",
                where=root,
                remedy="try one folder of tests after the other: pactape adopt tests/users --write --try",
            ) from error
        if not file.is_file():
            raise BadInputError(
                f"pytest can't run the tests: {(process.stdout + process.stderr).strip()[-300:]}",
                where=root,
                remedy="run pytest there, and fix what it reports",
            )
        return {
            nodeid: Outcome(passed=passed, reason=reason)
            for nodeid, (passed, reason) in json.loads(file.read_text("utf-8")).items()
        }
