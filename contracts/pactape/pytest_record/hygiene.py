"""Cassette hygiene: finds expired, unused, unplayed, orphaned and unreplayable recordings in a test run."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import pytest

from pactape.cassettes.finder import cassettes_below
from pactape.cassettes.maintenance.expiry import expired
from pactape.cassettes.project_constants import ProjectConstants
from pactape.cassettes.use_cassette import used_files
from pactape.errors import BadInputError
from pactape.pytest_record.hygiene_report import HygieneOutcome, HygieneOutput, judge_hygiene
from pactape.settings import HygieneKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pactape.cassettes.replay.cassette import Cassette
    from pactape.pytest_record.config import RecordingConfigs

__all__ = ["OUTPUT_KEY", "HygieneReport"]

#: The key under which a pytest-xdist worker passes its part to the controller.
OUTPUT_KEY = "pactape_hygiene"
_KINDS: tuple[str, ...] = get_args(HygieneKind)
#: Options that exclude tests before pytest deselects any.
_NARROWING = ("lf", "last_failed", "ignore", "ignore_glob", "stepwise", "pyargs")


class HygieneReport:
    """A pytest plugin of one run: collects how cassettes are used, and reports findings at the end.

    With pytest-xdist, every worker has a report, and the controller merges them.

    Args:
        configs: The configurations of the run.
        config: pytest's.
    """

    def __init__(self, configs: RecordingConfigs, config: pytest.Config) -> None:
        self._configs = configs
        self._config = config
        self._owned: set[str] = set()
        self._unplayed: dict[str, set[str]] = {}  # interactions that no test has used so far, by cassette
        self._named_cassettes: set[str] = set()
        self._findings: set[tuple[str, str]] = set()
        self._fixtures: dict[str, str] = {}  # a digest of what was recorded, by cassette
        self._is_whole = True
        self._outcome: HygieneOutcome | None = None

    def register(self, items: Sequence[pytest.Item]) -> None:
        """Register the cassettes of tests, including those of pytest-recording and pytest-vcr."""
        for item in items:
            if item.get_closest_marker("cassette"):
                self._owned.add(self._name(self._configs.of(item.path).cassette_path(item)))
            if item.get_closest_marker("vcr"):
                self._owned.update(map(self._name, _other_plugins_cassettes(item)))

    def register_cassette(self, path: Path) -> None:
        """Register the cassette of a fixture."""
        self._owned.add(self._name(path))

    def record_usage(self, cassette: Cassette, *, allow_unused: bool, is_named: bool) -> None:
        """Record which interactions of its cassette a passed test has used.

        Args:
            cassette: The cassette.
            allow_unused: Whether it may contain more than the test plays.
            is_named: Whether a marker gives its path, so that several tests may share it.
        """
        if not cassette.was_recorded or cassette.adds_to_shared:
            return
        name = self._name(cassette.file)
        unplayed = set() if allow_unused else set(cassette.unplayed())
        if not allow_unused and not cassette.was_played:
            unplayed.add("")
        self._unplayed[name] = self._unplayed.get(name, unplayed) & unplayed
        if is_named:
            self._named_cassettes.add(name)

    def check_recording(self, cassette: Cassette) -> None:
        """Check a new recording: the next run must find its requests in it."""
        if cassette.player.live_interactions or cassette.player.sent_by_children:
            constants = ProjectConstants(self._config.rootpath)
            for problem in cassette.check(constants.__contains__):
                self._findings.add(("unreplayable", f"{self._name(cassette.file)}: {problem}"))

    def note_fixture(self, path: Path, responses: str) -> None:
        """Note what was recorded for a fixture, of which each worker of pytest-xdist may have recorded another.

        Args:
            path: The fixture's cassette.
            responses: A digest of the responses.
        """
        self._note_fixture(self._name(path), responses)

    def _note_fixture(self, name: str, responses: str) -> None:
        if self._fixtures.setdefault(name, responses) != responses:
            reason = (
                "it was recorded several times with different responses, and only the last ones were kept"
            )
            self._findings.add(("unreplayable", f"{name}: {reason}. Fix: record without pytest-xdist: -n 0"))

    def as_data(self) -> dict[str, Any]:
        """Return everything collected as plain data, for the controller."""
        return {
            "used": {name: sorted(unplayed) for name, unplayed in self._unplayed.items()},
            "named": sorted(self._named_cassettes),
            "owned": sorted(self._owned | {self._name(used_file) for used_file in used_files()}),
            "findings": sorted(self._findings),
            "fixtures": self._fixtures,
            "whole": self._is_whole,
        }

    def merge(self, data: Mapping[str, Any]) -> None:
        """Merge the data of a worker."""
        for name, unplayed in data["used"].items():
            self._unplayed[name] = self._unplayed.get(name, set(unplayed)) & set(unplayed)
        self._named_cassettes |= set(data["named"])
        self._owned |= set(data["owned"])
        self._findings |= {(kind, text) for kind, text in data["findings"]}
        for name, responses in data["fixtures"].items():
            self._note_fixture(name, responses)
        self._is_whole &= data["whole"]

    def finish(self, session: pytest.Session, *, saw_all: bool) -> None:
        """Complete the findings and decide whether they fail the run, or pass everything to the controller.

        Args:
            session: pytest's session; an exit status of 0 becomes 1 if findings fail the run.
            saw_all: Whether every test was collected, so that a cassette without a test is an orphan.
        """
        self._is_whole &= saw_all
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[OUTPUT_KEY] = self.as_data()
            return
        is_whole = self._is_whole and _runs_all(self._config)
        self._findings |= {*self._unused_findings(is_whole=is_whole), *self._expired_findings()}
        if is_whole:
            self._findings |= set(self._orphans())
        self._outcome = judge_hygiene(self._findings, fatal=self._fatal, severities=self._severities)
        if session.exitstatus == pytest.ExitCode.OK and self._outcome.report.exit_code:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the findings, one per line, and write the requested report."""
        if self._outcome is None:
            return
        output = HygieneOutput.from_options(self._config)
        lines = output.lines(self._outcome)
        if lines:
            terminalreporter.section("pactape")
        for line in lines:
            terminalreporter.line(line)

    @property
    def _fatal(self) -> set[str]:
        if self._config.getoption("--pactape-hygiene") == "fail":
            return set(_KINDS)
        return {kind for config in self._configs.all for kind in config.settings.hygiene.fail_on}

    @property
    def _severities(self) -> dict[str, str]:
        return {
            rule: severity
            for config in self._configs.all
            for rule, severity in config.settings.severities.items()
        }

    def _unused_findings(self, *, is_whole: bool) -> Iterator[tuple[str, str]]:
        for name, unplayed in self._unplayed.items():
            if name in self._named_cassettes and not is_whole:
                continue  # tests that didn't run may use the others
            if "" in unplayed:
                yield "unplayed", f"{name}: its test made no request"
            else:
                yield from (("unused", f"{name}: {interaction}") for interaction in unplayed)

    def _expired_findings(self) -> Iterator[tuple[str, str]]:
        for config in self._configs.all:
            limits = config.settings.hygiene
            for name in self._unplayed if limits.limits_age else ():
                with suppress(BadInputError):  # its own test reports this
                    interactions = expired(config.settings.root / name, limits, now=datetime.now(UTC))
                    yield from (
                        ("expired", f"{name}: interactions[{index}] {reason}")
                        for index, reason in interactions
                    )

    def _orphans(self) -> Iterator[tuple[str, str]]:
        owned = self._owned | {self._name(used_file) for used_file in used_files()}
        folders = {folder for config in self._configs.all for folder in config.settings.cassette_folders}
        for folder in folders:
            for path in cassettes_below(folder) if folder.is_dir() else ():
                names = {self._name(candidate) for candidate in (path, path.parent)}
                if not names & owned:
                    yield "orphans", f"{self._name(path)}: no test uses it"

    def _name(self, path: Path) -> str:
        """Return a cassette's path in its project."""
        path = path.resolve()
        for config in self._configs.all:
            root = config.settings.root.resolve()
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return str(path)


def _other_plugins_cassettes(item: pytest.Item) -> tuple[Path, ...]:
    """Return the cassettes of a module in pytest-recording, and of a test in pytest-vcr."""
    folder = item.path.parent / "cassettes"
    return folder / item.path.stem, folder / f"{item.name}.yaml"


def _runs_all(config: pytest.Config) -> bool:
    """Return whether the command line selects all tests."""
    if any(config.getoption(name, None) for name in _NARROWING):
        return False
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        return True
    paths = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    return config.rootpath.resolve() in paths
