"""Hygiene: the recordings that a test run shows to be too old, not asked for, or nobody's."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import pytest

from pactape.cassettes.expiry import expired
from pactape.cassettes.finder import cassettes_below
from pactape.errors import BadInputError
from pactape.settings import HygieneKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pactape.cassettes.replay.cassette import Tape
    from pactape.pytest_record.session import Recording

__all__ = ["Watch"]

_KINDS: tuple[str, ...] = get_args(HygieneKind)
_OUTPUT = "pactape_hygiene"
#: Options that leave tests out before pytest deselects any.
_NARROWING = ("lf", "last_failed", "ignore", "ignore_glob", "stepwise", "pyargs")


class Watch:
    """A pytest plugin of one run: keeps account of its cassettes, and says in the end what is untidy.

    In a run with pytest-xdist every worker has one, which tells that of the controller what it saw.

    Args:
        recording: What the run's marked tests share.
        config: The run's.
    """

    def __init__(self, recording: Recording, config: pytest.Config) -> None:
        self._recording = recording
        self._config = config
        self._root = recording.settings.root.resolve()
        self._used: set[str] = set()
        self._owned: set[str] = set()
        self._findings: set[tuple[str, str]] = set()
        self._is_whole = True

    def own(self, items: Sequence[pytest.Item]) -> None:
        """Note whose cassettes are whose; those of tests that pytest-recording or pytest-vcr replays, too."""
        for item in items:
            if item.get_closest_marker("cassette"):
                self._owned.add(self._name(self._recording.path_of(item)))
            if item.get_closest_marker("vcr"):
                self._owned.update(map(self._name, _theirs(item)))

    def saw(self, tape: Tape, *, allow_unused: bool) -> None:
        """Note what a test that passed has used of its cassette.

        Args:
            tape: The cassette.
            allow_unused: Whether it may hold more than the test plays.
        """
        name = self._name(tape.file)
        if not tape.rewound:
            return
        self._used.add(name)
        if allow_unused:
            return
        if not tape.was_played:
            self._findings.add(("unplayed", f"{name}: its test made no request"))
        else:
            self._findings |= {("unused", f"{name}: {each}") for each in tape.unplayed()}

    def tell(self) -> dict[str, Any]:
        """What was seen, as plain data for the controller."""
        return {
            "used": sorted(self._used),
            "owned": sorted(self._owned),
            "findings": sorted(self._findings),
            "whole": self._is_whole,
        }

    def hear(self, told: Mapping[str, Any]) -> None:
        """Take over what a worker saw."""
        self._used |= set(told["used"])
        self._owned |= set(told["owned"])
        self._findings |= {(kind, text) for kind, text in told["findings"]}
        self._is_whole &= told["whole"]

    def judge(self, session: pytest.Session, *, saw_all: bool) -> None:
        """Say whether the run fails for what is untidy, or leave that to the controller.

        Args:
            session: The run's; its exit status becomes 1 where it was 0.
            saw_all: Whether every test was collected, so that a cassette without a test is an orphan.
        """
        self._is_whole &= saw_all
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[_OUTPUT] = self.tell()
            return
        self._findings |= set(self._expired())
        if self._is_whole and _asks_for_all(self._config):
            self._findings |= set(self._orphans())
        if session.exitstatus == pytest.ExitCode.OK and any(
            kind in self._fatal for kind, _ in self._findings
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the findings, one a line."""
        if not self._findings:
            return
        terminalreporter.section("pactape")
        for kind, text in sorted(self._findings):
            terminalreporter.line(f"{'FAILED ' if kind in self._fatal else ''}{kind}: {text}")

    @property
    def _fatal(self) -> tuple[str, ...]:
        if self._config.getoption("--pactape-hygiene") == "fail":
            return _KINDS
        return self._recording.settings.hygiene.fail_on

    def _expired(self) -> Iterator[tuple[str, str]]:
        for name in self._used:
            with suppress(BadInputError):  # its test says so
                for place, reason in expired(
                    self._root / name, self._recording.settings.hygiene, now=datetime.now(UTC)
                ):
                    yield "expired", f"{name}: interactions[{place}] {reason}"

    def _orphans(self) -> Iterator[tuple[str, str]]:
        for folder in self._recording.settings.cassette_folders:
            for path in cassettes_below(folder) if folder.is_dir() else ():
                names = {self._name(each) for each in (path, path.parent)}
                if not names & self._owned:
                    yield "orphans", f"{self._name(path)}: belongs to no test"

    def _name(self, path: Path) -> str:
        path = path.resolve()
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)


def _theirs(item: pytest.Item) -> tuple[Path, ...]:
    """Where pytest-recording has a module's cassettes, and pytest-vcr a test's."""
    folder = item.path.parent / "cassettes"
    return folder / item.path.stem, folder / f"{item.name}.yaml"


def _asks_for_all(config: pytest.Config) -> bool:
    """Whether the command line leaves no test out."""
    if any(config.getoption(name, None) for name in _NARROWING):
        return False
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        return True
    named = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    return config.rootpath.resolve() in named
