"""Running the official verifier in a process of its own."""

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
from pactape.pact_cli.environment import tool_environment

if TYPE_CHECKING:
    from pactape.verification.official.job import Job

__all__ = ["EngineRun", "run"]

_ENGINE = "pactape.verification.official.engine"


class EngineRun(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run of the official verifier.

    Args:
        report: Its report (`Verifier.results` of pact-python).
        log: What it wrote to standard error, in lines.
    """

    report: dict[str, Any]
    log: tuple[str, ...]


def run(job: Job) -> EngineRun:
    """Run a job in a child process.

    Raises:
        VerifierCrashError: The child ended without a report.
    """
    with tempfile.TemporaryDirectory(prefix="pactape-") as folder:
        report = Path(folder) / "report.json"
        child = subprocess.run(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-P", "-m", _ENGINE, str(report)],
            input=msgspec.json.encode(job),
            capture_output=True,
            env=tool_environment(os.environ),
            check=False,
        )
        log = tuple(child.stderr.decode(errors="replace").strip().splitlines())
        if not report.is_file():
            last = log[-1] if log else "no output"
            raise VerifierCrashError(f"the official verifier ended with code {child.returncode}: {last}")
        return EngineRun(report=json.loads(report.read_bytes()), log=log)
