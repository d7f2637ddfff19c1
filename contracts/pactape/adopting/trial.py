"""Trying a plan out: the moved tests are run, and those that turn red are put back, each with the reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.carry_out import delete_old, write_new
from pactape.adopting.markers import read_module
from pactape.errors import BadInputError
from pactape.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pactape.adopting.moves import ModuleChange, Plan

__all__ = ["OUTCOMES_VARIABLE", "Trial", "try_out"]

#: The environment variable with the file that a trial's run writes its outcomes to.
OUTCOMES_VARIABLE = "PACTAPE_ADOPT_OUTCOMES"
_SECONDS = 3600
_BODY = "the body differs"


class Outcome(msgspec.Struct, frozen=True):
    """How a test ended in one run.

    Args:
        passed: Whether it passed.
        reason: The last line of its error; empty when it passed.
    """

    passed: bool
    reason: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What trying a plan out has shown.

    Args:
        tests: How many moved tests were run.
        loosened: The units whose request bodies don't count now, because their recordings need it.
        put_back: What was put back: the unit, its tests' reason, and what to do, one line each.
    """

    tests: int
    loosened: tuple[str, ...] = ()
    put_back: tuple[str, ...] = ()


def try_out(plan: Plan, root: Path) -> Trial:
    """Carry a plan out, run the moved tests, and put back those that passed before and don't now.

    Args:
        plan: The plan.
        root: The project's folder.

    Raises:
        BadInputError: The tests can't be run.
        OutputError: A file can't be written.
    """
    paths = [change.path for change in plan.modules]
    before = _run(paths, root)
    write_new(plan, root)
    trial = _Trial(plan, root, before)
    after = _run(paths, root)
    loosened = trial.loosen(after)
    if loosened:
        after = _run(paths, root)
    put_back = trial.put_back(after)
    return Trial(tests=len(trial.tests), loosened=loosened, put_back=put_back)


class _Trial:
    """The units of a plan, and what became of their tests."""

    def __init__(self, plan: Plan, root: Path, before: Mapping[str, Outcome]) -> None:
        self._plan = plan
        self._root = root
        self._before = before
        self._loosened: dict[Path, set[int]] = {}
        self.tests = {move.test for move in plan.moves}

    def loosen(self, after: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Let bodies not count in units whose tests are red for them only, as they didn't count before."""
        shown = []
        for change in self._plan.modules:
            red = self._red_units(change, after)
            lines = {line for line, reasons in red.items() if all(_BODY in reason for reason in reasons)}
            if lines:
                self._loosened[change.path] = lines
                write_atomically(change.path, self._text(change))
                shown += [
                    f'{self._name(change, line)}: request bodies don\'t count (body="ignore")'
                    for line in lines
                ]
        return tuple(shown)

    def put_back(self, after: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Put units back that have red tests; the old cassettes of all others are deleted."""
        shown: list[str] = []
        needed: set[Path] = set()
        put: dict[Path, frozenset[int]] = {}
        for change in self._plan.modules:
            red = self._red_units(change, after)
            put[change.path] = frozenset(red)
            if red:
                write_atomically(change.path, self._text(change, without=frozenset(red)))
            shown += [
                f"{self._name(change, line)}: {reasons[0]}. "
                "Next step: record it again with --pactape-record all, or let the test send the same each time"
                for line, reasons in red.items()
            ]
        for move in self._plan.moves:
            if move.unit in put.get(move.module, ()):
                needed.update(move.old)
                if move.new not in move.old:
                    move.new.unlink(missing_ok=True)
        delete_old(self._plan, self._root, put_back=frozenset(needed))
        return tuple(shown)

    def _text(self, change: ModuleChange, without: frozenset[int] = frozenset()) -> bytes:
        """Return a module's new text, with looser markers where they are needed."""
        loose = self._loosened.get(change.path, set()) - without
        looser = {unit.line: unit.edits for unit in read_module(change.source, extra='body="ignore"').units}
        edits = {line: looser[line] if line in loose else each for line, each in change.edits.items()}
        return msgspec.structs.replace(change, edits=edits).text(without)

    def _red_units(self, change: ModuleChange, after: Mapping[str, Outcome]) -> dict[int, list[str]]:
        """Return the reasons by the line of each unit that has tests which are newly red."""
        found: dict[int, list[str]] = {}
        for unit in read_module(change.source).units:
            names = {"::".join([*test.classes, test.name]) for test in unit.tests}
            reasons = [
                after.get(nodeid, Outcome(passed=False, reason="it isn't collected any more")).reason
                for nodeid, outcome in self._before.items()
                if outcome.passed
                and _belongs(nodeid, change.path, names, self._root)
                and not after.get(nodeid, Outcome(passed=False)).passed
            ]
            if reasons and unit.line in change.edits:
                found[unit.line] = reasons
        return found

    def _name(self, change: ModuleChange, line: int) -> str:
        names = {unit.line: unit.name for unit in read_module(change.source).units}
        path = change.path.relative_to(self._root.absolute()).as_posix()
        return f"{path}:{line}: {names.get(line) or 'the module'}"


def _belongs(nodeid: str, module: Path, names: set[str], root: Path) -> bool:
    file, _, test = nodeid.partition("::")
    return (root / file).resolve() == module.resolve() and test.partition("[")[0] in names


def _run(paths: Sequence[Path], root: Path) -> dict[str, Outcome]:
    """Run test modules in a process of their own, and return the outcomes by node id."""
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
            "pactape.adopting.outcomes",
        ]
        done = subprocess.run(  # noqa: S603 -- the project's own tests
            [*command, *map(str, paths)],
            cwd=root,
            env={**os.environ, OUTCOMES_VARIABLE: str(file)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        if not file.is_file():
            raise BadInputError(
                f"pytest can't run the tests: {(done.stdout + done.stderr).strip()[-300:]}",
                where=root,
                remedy="run pytest there, and mend what it reports",
            )
        return {
            nodeid: Outcome(passed=passed, reason=reason)
            for nodeid, (passed, reason) in json.loads(file.read_text("utf-8")).items()
        }
