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
from pactape.broker import running_broker
from pactape.broker.official.tool import Answer, run_broker
from pactape.contracts import derive, write_contracts
from pactape.errors import PactapeError
from pactape.settings import load_settings
from pactape.verification import BrokerSource, Verification, verify_from_broker, verify_provider
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
_WEB, _USERS = "storefront-web", "storefront-users"


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
    broker = _Broker(stack.enter_context(running_broker(folder / "broker.sqlite")))
    demo.step("6. publish the contract to the embedded broker", lambda: _publish(folder, broker))
    demo.step("7. verify from the broker; can the web be deployed?", lambda: _deploy(services[0], broker))
    demo.step("8. the broken provider again; can it be deployed?", lambda: _refuse(services[0], broker))


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


def _publish(folder: Path, broker: _Broker) -> _Outcome:
    pacts = sorted(map(str, folder.glob("*.json")))
    published = broker.ask("publish", *pacts, "--consumer-app-version", "web-1", "--branch", "main")
    broker.ask("create-environment", "--name", "production", "--production")
    return _Outcome(f"version web-1 of {_WEB}, with {len(pacts)} contract", good=published.code == 0)


def _deploy(service: UsersService, broker: _Broker) -> _Outcome:
    result = broker.verify(service, url=service.url, version="users-1")
    broker.deploy(_USERS, "users-1")
    answer = broker.may_deploy(_WEB, "web-1")
    told = "yes" if answer.code == 0 else _reason(answer)
    return _Outcome(f"{_passed(result)}; can-i-deploy web-1: {told}", good=result.passed and answer.code == 0)


def _refuse(service: UsersService, broker: _Broker) -> _Outcome:
    broker.deploy(_WEB, "web-1")
    old, new = _BROKEN
    with running(rename_field(service.app, old=old, new=new)) as url:
        result = broker.verify(service, url=url, version="users-2")
    answer = broker.may_deploy(_USERS, "users-2")
    refused = answer.code != 0 and "Computer says no" in answer.text
    told = f"no\n  {_reason(answer)}" if refused else "yes"
    return _Outcome(f"{_passed(result)}; can-i-deploy users-2: {told}", good=refused)


def _reason(answer: Answer) -> str:
    """The broker's own sentence about the verification that decided."""
    lines = [line.strip() for line in answer.text.splitlines()]
    return next((line for line in lines if line.startswith("The verification")), answer.text.strip())


class _Broker:
    """A broker, asked by the official command.

    Args:
        url: Its base URL.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, *arguments: str) -> Answer:
        """The official command's answer to these arguments."""
        return run_broker(self._url, arguments, retries=0)

    def deploy(self, pacticipant: str, version: str) -> None:
        """Record that a version is in production."""
        place = ("--pacticipant", pacticipant, "--version", version, "--environment", "production")
        self.ask("record-deployment", *place)

    def may_deploy(self, pacticipant: str, version: str) -> Answer:
        """Ask whether a version may go to production."""
        place = ("--pacticipant", pacticipant, "--version", version, "--to-environment", "production")
        return self.ask("can-i-deploy", *place)

    def verify(self, service: UsersService, *, url: str, version: str) -> Verification:
        """Verify the provider at `url` with the contracts of the broker, and publish the results there."""
        source = BrokerSource(
            url=self._url, select=("main-branch",), include_pending=False, version=version, branch="main"
        )
        return verify_from_broker(
            _USERS, broker=source, url=url, states=STATES, headers=service.authorization()
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
