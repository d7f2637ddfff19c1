"""Runs pact-python's verifier in a process of its own: a job on standard input, its report in a file.

The verifier prints to its process's standard output, and a panic in its native library ends its process;
neither may reach the caller. Run as `python -m pactape.verification.official.process REPORT`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import VerifierCrashError

if TYPE_CHECKING:
    from pact import Verifier
    from pact.verifier import BrokerSelectorBuilder

__all__ = ["SELECTIONS", "BrokerSource", "Job", "run"]

#: What a broker can be asked to select, beside "branch:NAME".
SELECTIONS = ("main-branch", "deployed-or-released", "matching-branch", "latest")


_LOOPBACK = "127.0.0.1"


class BrokerSource(msgspec.Struct, frozen=True, kw_only=True):
    """Contracts that come from a broker; credentials are the official PACT_BROKER_* variables.

    Args:
        url: The broker's base URL.
        select: Which consumer versions' contracts: "main-branch", "deployed-or-released", "latest",
            "matching-branch", or "branch:NAME".
        include_pending: Whether to verify new contracts, too, whose failure does not count yet.
        version: The provider's version, under which results are published; None publishes nothing.
        branch: The provider's branch.
        build_url: Where the verification's build can be looked at.
    """

    url: str
    select: tuple[str, ...] = ("main-branch", "deployed-or-released")
    include_pending: bool = True
    version: str | None = None
    branch: str | None = None
    build_url: str | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier is to do.

    Args:
        provider: The provider's name in the contracts.
        url: The running provider's base URL; None for messages only.
        message_port: The loopback port at which its messages are made; None for requests only.
        pacts: The paths of the pact files; empty when they come from a broker.
        broker: The broker that they come from; None when they are files.
        state_url: Where provider states are set up.
        headers: Headers added to every request, in place of recorded ones; they may hold credentials.
    """

    provider: str
    url: str | None
    pacts: tuple[str, ...]
    state_url: str
    headers: dict[str, str]
    message_port: int | None = None
    broker: BrokerSource | None = None

    def __repr__(self) -> str:
        return f"Job({self.provider!r} at {self.url!r}, {self.pacts!r}, headers {sorted(self.headers)!r})"


def run(job: Job) -> dict[str, Any]:
    """Run `job` in a child process and give the verifier's report.

    Raises:
        VerifierCrashError: The child ended without a report.
    """
    environment = {**os.environ, "PACT_DO_NOT_TRACK": "true"}
    with tempfile.TemporaryDirectory(prefix="pactape-") as folder:
        report = Path(folder) / "report.json"
        child = subprocess.run(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-P", "-m", __name__, str(report)],
            input=msgspec.json.encode(job),
            capture_output=True,
            env=environment,
            check=False,
        )
        if not report.is_file():
            last = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise VerifierCrashError(f"the official verifier ended with code {child.returncode}: {last}")
        return dict(json.loads(report.read_bytes()))


def _verify(job: Job) -> dict[str, Any]:
    from pact import Verifier  # noqa: PLC0415 -- loads a native library, wanted in the child only

    verifier = Verifier(job.provider, _host(job.url) if job.url else _LOOPBACK)
    if job.url is not None:
        verifier.add_transport(url=job.url)
    if job.message_port is not None:
        verifier.add_transport(protocol="message", port=job.message_port, path="/", scheme="http")
    verifier.state_handler(job.state_url, teardown=False, body=True)
    for pact in job.pacts:
        verifier.add_source(Path(pact))
    if job.broker is not None:
        _add_broker(verifier, job.broker)
    verifier.add_custom_headers(job.headers)
    verifier.set_coloured_output(enabled=False)
    try:
        verifier.verify()
    except RuntimeError:
        if not verifier.results.get("interactionResults") and not verifier.results.get("errors"):
            raise
    return dict(verifier.results)


def _add_broker(verifier: Verifier, broker: BrokerSource) -> None:
    if broker.version is not None:
        verifier.set_publish_options(broker.version, broker.build_url, broker.branch)
    chosen = verifier.broker_source(broker.url, selector=True)
    if broker.branch is not None:
        chosen = chosen.provider_branch(broker.branch)
    if broker.include_pending:
        chosen = chosen.include_pending()
    for name in broker.select:
        chosen = _select(chosen, name)
    chosen.build()


def _select(chosen: BrokerSelectorBuilder, name: str) -> BrokerSelectorBuilder:
    kind, _, branch = name.partition(":")
    if kind == "branch":
        return chosen.consumer_version(branch=branch)
    return {
        "main-branch": lambda: chosen.consumer_version(main_branch=True),
        "deployed-or-released": lambda: chosen.consumer_version(deployed_or_released=True),
        "matching-branch": lambda: chosen.consumer_version(matching_branch=True),
        "latest": lambda: chosen.consumer_version(latest=True),
    }[kind]()


def _host(url: str) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415 -- as above

    return urlsplit(url).hostname or "localhost"


if __name__ == "__main__":
    results = _verify(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))
    Path(sys.argv[1]).write_text(json.dumps(results), encoding="utf-8")
