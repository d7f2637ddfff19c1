"""The demo: replay, derive, verify, and catch a provider that breaks its contract.

Run as `python -m storefront.demo`; exits with 0 only if every step had the expected outcome.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pactape.broker import running_broker
from pactape.contracts import derive, write_contracts
from pactape.errors import PactapeError
from pactape.pact_cli.command import CommandResult, run_broker
from pactape.provider_states import load_states
from pactape.settings import load_settings
from pactape.verification import BrokerSource, Verification, verify_from_broker, verify_provider
from pactape.verification.message_factories import load_message_factories
from rich.console import Console

from storefront.demo_console import DemoConsole, Outcome
from storefront.demo_orders import order_goes_through, order_is_undone
from storefront.faults import rename_field
from storefront.server import running
from storefront.system import Storefront, running_storefront
from storefront.users.states import STATES

if TYPE_CHECKING:
    from storefront.users.service import UsersService

__all__ = ["main"]

_ROOT = Path(__file__).resolve().parents[1]
_CONSUMER_TESTS = "tests/storefront/consumer"
_BROKEN = ("email", "mail")
_WEB, _USERS = "storefront-web", "storefront-users"
_CONTRACT = f"{_WEB}-{_USERS}.json"


def main() -> int:
    """Run the demo and return its exit code."""
    demo = DemoConsole(Console())
    try:
        with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="pactape-demo-") as folder:
            _run_steps(demo, stack, Path(folder))
    except PactapeError as error:
        print(f"demo: {error}", file=sys.stderr)  # noqa: T201 -- a command's error
        return 2
    return demo.finish()


def _run_steps(demo: DemoConsole, stack: ExitStack, folder: Path) -> None:
    running_now: list[Storefront] = []

    def start() -> Outcome:
        running_now.append(stack.enter_context(running_storefront()))
        return Outcome(f"{', '.join(running_now[0].urls)}: each with its own tables in PostgreSQL", good=True)

    demo.step("1. start all services", start)
    storefront = running_now[0]
    service = storefront.users
    demo.step("2. an order goes through five services", lambda: order_goes_through(storefront))
    demo.step("3. an order fails and is rolled back", lambda: order_is_undone(storefront))
    demo.step("4. replay the consumers' tests, network closed", lambda: _replay(folder))
    demo.step("5. derive the contracts from the recordings", lambda: _derive(folder))
    demo.step("6. verify all providers with the official verifier", lambda: _verify_all(folder, storefront))
    demo.step(f"7. break the users API: {_BROKEN[0]} becomes {_BROKEN[1]}", lambda: _break(folder, service))
    broker = _Broker(stack.enter_context(running_broker(folder / "broker.sqlite")))
    demo.step("8. publish a contract to the embedded broker", lambda: _publish(folder, broker))
    demo.step("9. verify from the broker; can the web be deployed?", lambda: _deploy(service, broker))
    demo.step("10. the broken users API again; can it be deployed?", lambda: _refuse(service, broker))


def _replay(folder: Path) -> Outcome:
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
    process = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603 -- our own tests
    suite = ET.parse(report).getroot().find("testsuite") if report.is_file() else None  # noqa: S314 -- our own report
    if process.returncode != 0 or suite is None:
        return Outcome(f"the tests failed\n{process.stdout}{process.stderr}", good=False)
    return Outcome(f"{suite.get('tests')} tests passed with responses from their cassettes only", good=True)


def _derive(folder: Path) -> Outcome:
    settings = load_settings(_ROOT)
    derivation = derive(settings)
    write_contracts(derivation, folder)
    names = [name for contract in derivation.contracts for name in contract.file_names]
    same = all((folder / name).read_bytes() == (settings.pacts / name).read_bytes() for name in names)
    interactions = sum(
        len(contract.interactions) + len(contract.messages) for contract in derivation.contracts
    )
    handwritten_count = sum(len(contract.handwritten) for contract in derivation.contracts)
    comparison = "as committed, byte for byte" if same else "but they differ from the committed ones"
    return Outcome(
        f"{derivation.cassettes} cassettes gave {interactions} interactions "
        f"in addition to {handwritten_count} handwritten, {comparison}",
        good=same,
    )


def _verify_all(folder: Path, storefront: Storefront) -> Outcome:
    providers = load_settings(_ROOT).providers

    def verify(key: str) -> Verification:
        return verify_provider(
            sorted(folder.glob(f"*-{providers[key].name}.*json")),  # those on messages, too
            url=storefront.urls[key],
            states=load_states(providers[key].states, root=_ROOT),
            headers=storefront.authorization(key),
            messages=load_message_factories(providers[key].messages, root=_ROOT),
        )

    # The orders' states set up the same accounts and stock as the other providers' states: they run last.
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(verify, sorted(providers.keys() - {"orders"})))
    results.append(verify("orders"))
    contracts = len(list(folder.glob("*.json")))
    passes = sum(len(result.results) - len(result.failed) for result in results)
    summary = f"{len(results)} providers satisfy {contracts} contracts: {passes} interactions passed"
    failures = "".join(_failures(result) for result in results)
    return Outcome(f"{summary}{failures}", good=all(result.passed for result in results))


def _break(folder: Path, service: UsersService) -> Outcome:
    old, new = _BROKEN
    with running(rename_field(service.app, old=old, new=new)) as url:
        result = _verification(folder, service, url=url)
    names_field = all(any(old in failure for failure in failed.failures) for failed in result.failed)
    is_caught = names_field and {failed.description for failed in result.failed} == _reading(
        folder / _CONTRACT, old
    )
    summary = f"caught: {_pass_count(result)}, and the failures name the field" if is_caught else "not caught"
    return Outcome(f"{summary}{_failures(result)}", good=is_caught)


def _reading(contract: Path, field: str) -> set[str]:
    """Return the interactions whose responses contain the field, which a provider without it must fail."""
    interactions = json.loads(contract.read_bytes())["interactions"]
    return {
        interaction["description"]
        for interaction in interactions
        if _holds(interaction["response"].get("body"), field)
    }


def _holds(value: Any, field: str) -> bool:
    if isinstance(value, dict):
        return field in value or any(_holds(member, field) for member in value.values())
    return isinstance(value, list) and any(_holds(item, field) for item in value)


def _verification(folder: Path, service: UsersService, *, url: str) -> Verification:
    return verify_provider([folder / _CONTRACT], url=url, states=STATES, headers=service.authorization())


def _publish(folder: Path, broker: _Broker) -> Outcome:
    pact = str(folder / _CONTRACT)
    output = broker.run("publish", pact, "--consumer-app-version", "web-1", "--branch", "main")
    broker.run("create-environment", "--name", "production", "--production")
    return Outcome(f"version web-1 of {_WEB}, with its contract with {_USERS}", good=output.code == 0)


def _deploy(service: UsersService, broker: _Broker) -> Outcome:
    result = broker.verify(service, url=service.url, version="users-1")
    broker.deploy(_USERS, "users-1")
    output = broker.may_deploy(_WEB, "web-1")
    decision = "yes" if output.code == 0 else _reason(output)
    return Outcome(
        f"{_pass_count(result)}; can-i-deploy web-1: {decision}", good=result.passed and output.code == 0
    )


def _refuse(service: UsersService, broker: _Broker) -> Outcome:
    broker.deploy(_WEB, "web-1")
    old, new = _BROKEN
    with running(rename_field(service.app, old=old, new=new)) as url:
        result = broker.verify(service, url=url, version="users-2")
    output = broker.may_deploy(_USERS, "users-2")
    is_refusal = output.code != 0 and "Computer says no" in output.text
    decision = f"no\n  {_reason(output)}" if is_refusal else "yes"
    return Outcome(f"{_pass_count(result)}; can-i-deploy users-2: {decision}", good=is_refusal)


def _reason(output: CommandResult) -> str:
    """Return the broker's sentence about the decisive verification."""
    lines = [line.strip() for line in output.text.splitlines()]
    return next((line for line in lines if line.startswith("The verification")), output.text.strip())


class _Broker:
    """A broker, called through the official command.

    Args:
        url: Its base URL.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def run(self, *arguments: str) -> CommandResult:
        """Run the official command with these arguments."""
        return run_broker(self._url, arguments, retries=0)

    def deploy(self, pacticipant: str, version: str) -> None:
        """Record that a version is in production."""
        place = ("--pacticipant", pacticipant, "--version", version, "--environment", "production")
        self.run("record-deployment", *place)

    def may_deploy(self, pacticipant: str, version: str) -> CommandResult:
        """Run can-i-deploy for a version and production."""
        place = ("--pacticipant", pacticipant, "--version", version, "--to-environment", "production")
        return self.run("can-i-deploy", *place)

    def verify(self, service: UsersService, *, url: str, version: str) -> Verification:
        """Verify the provider at `url` against the broker's contracts, and publish the results."""
        source = BrokerSource(
            url=self._url, select=("main-branch",), include_pending=False, version=version, branch="main"
        )
        return verify_from_broker(
            _USERS, broker=source, url=url, states=STATES, headers=service.authorization()
        )


def _pass_count(result: Verification) -> str:
    return f"{len(result.results) - len(result.failed)} of {len(result.results)} interactions passed"


def _failures(result: Verification) -> str:
    return "".join(
        f"\n  FAILED {failed.description}\n         {failure}"
        for failed in result.failed
        for failure in failed.failures
    )


if __name__ == "__main__":
    sys.exit(main())
