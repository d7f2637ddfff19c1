"""Runs pact-python's verifier in a process of its own: a job on standard input, its report in a file.

The verifier prints to its process's standard output, and a panic in its native library ends its process;
neither may reach the caller. Run as `python -m pactape.verification.official REPORT`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from pactape.errors import PactapeError

__all__ = ["Job", "VerifierCrashError", "run"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier is to do.

    Args:
        provider: The provider's name in the contracts.
        url: The running provider's base URL.
        pacts: The paths of the pact files.
        state_url: Where provider states are set up.
        headers: Headers added to every request, in place of recorded ones; they may hold credentials.
    """

    provider: str
    url: str
    pacts: tuple[str, ...]
    state_url: str
    headers: dict[str, str]

    def __repr__(self) -> str:
        return f"Job({self.provider!r} at {self.url!r}, {self.pacts!r}, headers {sorted(self.headers)!r})"


class VerifierCrashError(PactapeError):
    """The official verifier ended without a report."""


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

    verifier = Verifier(job.provider, _host(job.url)).add_transport(url=job.url)
    verifier.state_handler(job.state_url, teardown=False, body=True)
    for pact in job.pacts:
        verifier.add_source(Path(pact))
    verifier.add_custom_headers(job.headers)
    verifier.set_coloured_output(enabled=False)
    try:
        verifier.verify()
    except RuntimeError:
        if not verifier.results.get("interactionResults"):
            raise
    return dict(verifier.results)


def _host(url: str) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415 -- as above

    return urlsplit(url).hostname or "localhost"


if __name__ == "__main__":
    results = _verify(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))
    Path(sys.argv[1]).write_text(json.dumps(results), encoding="utf-8")
