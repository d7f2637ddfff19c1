"""The main job in front of the user's eyes: replay, derive, verify, and catch a provider that breaks its contract.

Run as `python -m storefront.demo`; leaves with 0 only if every step did what it should, the last one included.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from pactape.contracts import derive, write_contracts
from pactape.errors import PactapeError
from pactape.settings import load_settings
from pactape.verification import Verification, verify_provider
from rich.console import Console
from rich.table import Table

from storefront.faults import rename_field
from storefront.server import running
from storefront.users.service import UsersService, running_users_api
from storefront.users.states import STATES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_ROOT = Path(__file__).resolve().parents[1]
_CONSUMER_TESTS = "tests/storefront/consumer"
_BROKEN = ("email", "mail")


class _Outcome(msgspec.Struct, frozen=True):
    """What a step found, and whether that is what it should."""

    found: str
    good: bool


class _Demo:
    """The steps, told one by one on the console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._table = Table("step", "what happened", "time", "", title="Pactape in short")
        self.good = True

    def step(self, title: str, action: Callable[[], _Outcome]) -> None:
        """Run one step and show its outcome."""
        self._console.print(f"[bold]{title}[/bold] …")
        begin = time.perf_counter()
        outcome = action()
        seconds = time.perf_counter() - begin
        self.good = self.good and outcome.good
        mark = "[green]ok[/green]" if outcome.good else "[red]not as it should[/red]"
        self._console.print(f"  {outcome.found}", highlight=False, soft_wrap=True)
        self._table.add_row(title, outcome.found.partition("\n")[0], f"{seconds:.2f} s", mark)

    def finish(self) -> int:
        """Show the table; gives the exit code."""
        self._console.print()
        self._console.print(self._table)
        return 0 if self.good else 1


def main() -> int:
    """Tell the story; gives the exit code."""
    demo = _Demo(Console())
    try:
        with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="pactape-demo-") as folder:
            _tell(demo, stack, Path(folder))
    except PactapeError as error:
        print(f"demo: {error}", file=sys.stderr)  # noqa: T201 -- the demo's way to say it
        return 2
    return demo.finish()


def _tell(demo: _Demo, stack: ExitStack, folder: Path) -> None:
    services: list[UsersService] = []

    def start() -> _Outcome:
        services.append(stack.enter_context(running_users_api()))
        return _Outcome(f"the users API, REST and GraphQL over PostgreSQL, at {services[0].url}", good=True)

    demo.step("1. start the provider", start)
    demo.step("2. replay the consumer's tests, network closed", lambda: _replay(folder))
    demo.step("3. derive the contract from the recordings", lambda: _derive(folder))
    demo.step("4. verify the provider with the official verifier", lambda: _verify(folder, services[0]))
    demo.step(
        f"5. break the provider: {_BROKEN[0]} becomes {_BROKEN[1]}", lambda: _break(folder, services[0])
    )


def _replay(folder: Path) -> _Outcome:
    report = folder / "junit.xml"
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        _CONSUMER_TESTS,
        "-m",
        "cassette",
        "-q",
        f"--junitxml={report}",
    ]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603 -- our own tests
    suite = ET.parse(report).getroot().find("testsuite") if report.is_file() else None  # noqa: S314 -- our own report
    if done.returncode != 0 or suite is None:
        return _Outcome(f"the tests failed\n{done.stdout}{done.stderr}", good=False)
    return _Outcome(f"{suite.get('tests')} tests passed, answered by their cassettes alone", good=True)


def _derive(folder: Path) -> _Outcome:
    settings = load_settings(_ROOT)
    derivation = derive(settings)
    write_contracts(derivation, folder)
    same = all(
        (folder / each.file_name).read_bytes() == (settings.pacts / each.file_name).read_bytes()
        for each in derivation.contracts
    )
    interactions = sum(len(each.interactions) for each in derivation.contracts)
    compared = "as committed, byte for byte" if same else "and they are not those that are committed"
    return _Outcome(
        f"{derivation.cassettes} cassettes gave {interactions} interactions, {compared}", good=same
    )


def _verify(folder: Path, service: UsersService) -> _Outcome:
    result = _verification(folder, service, url=service.url)
    return _Outcome(f"{_passed(result)}{_failures(result)}", good=result.passed)


def _break(folder: Path, service: UsersService) -> _Outcome:
    old, new = _BROKEN
    with running(rename_field(service.app, old=old, new=new)) as url:
        result = _verification(folder, service, url=url)
    caught = any(old in failure for each in result.failed for failure in each.failures)
    told = f"caught: {_passed(result)}, and the failures name the field" if caught else "not caught"
    return _Outcome(f"{told}{_failures(result)}", good=caught)


def _verification(folder: Path, service: UsersService, *, url: str) -> Verification:
    return verify_provider(
        sorted(folder.glob("*.json")), url=url, states=STATES, headers=service.authorization()
    )


def _passed(result: Verification) -> str:
    return f"{len(result.results) - len(result.failed)} of {len(result.results)} interactions passed"


def _failures(result: Verification) -> str:
    return "".join(
        f"\n  FAILED {each.description}\n         {failure}"
        for each in result.failed
        for failure in each.failures
    )


if __name__ == "__main__":
    sys.exit(main())
