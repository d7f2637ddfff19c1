"""Runs the official verifier in a child process."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pactape.errors import VerifierCrashError
from pactape.pact_cli.environment import tool_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.verification.official.child_process.job import Job

__all__ = ["run", "start_early"]

_ENGINE = Path(__file__).with_name("engine.py")
_NO_AUTHORITY = Path(__file__).with_name("no_authority.pem")
#: The package of the native library, and the module that it imports.
_NATIVE = ("pact_ffi", "_cffi_backend")
#: The child process that `start_early` started, until a job uses it.
_started: list[subprocess.Popen[bytes]] = []


@contextmanager
def start_early() -> Iterator[None]:
    """Start the child process early, so that it loads the verifier while the job is being prepared."""
    child = _start()
    _started.append(child)
    try:
        yield
    finally:
        if child in _started:  # no job was run
            _started.remove(child)
            child.kill()
            child.communicate()


def run(job: Job, on_start: Callable[[], object] | None = None) -> dict[str, Any]:
    """Run a job in a child process, and return the verifier's report (`Verifier.results` of pact-python).

    Args:
        job: The job.
        on_start: Called while the verifier runs.

    Raises:
        VerifierCrashError: The child ended without a report.
    """
    import msgspec  # noqa: PLC0415 -- imported while the child loads

    with _started.pop() if _started else _start() as child:
        try:
            _send(child, marshal.dumps(msgspec.to_builtins(job)))
            import json  # noqa: PLC0415 -- imported while the child runs

            if on_start is not None:
                on_start()
            output, log = child.communicate()
        except BaseException:
            child.kill()
            raise
    report = json.loads(output) if child.returncode == 0 else {}
    if not (report.get("interactionResults") or report.get("errors") or report.get("result")):
        lines = log.decode(errors="replace").strip().splitlines() or ["no output"]
        raise VerifierCrashError(f"the official verifier ended with code {child.returncode}: {lines[-1]}")
    return dict(report)


def _send(child: subprocess.Popen[bytes], job: bytes) -> None:
    pipe, child.stdin = child.stdin, None
    if pipe is not None:
        with suppress(BrokenPipeError), pipe:  # the child has ended; its error output has the reason
            pipe.write(job)


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-I", "-S", str(_ENGINE), *_native_folders()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )


def _native_folders() -> list[str]:
    """Return the folders of the native library, because the child's interpreter ignores site-packages."""
    specs = [find_spec(name) for name in _NATIVE]
    origins = [Path(spec.origin) for spec in specs if spec is not None and spec.origin]
    return [str(origin.parent.parent if origin.stem == "__init__" else origin.parent) for origin in origins]


def _environment() -> dict[str, str]:
    """Return the environment with a single certificate authority instead of the system's.

    The verifier loads all authorities for each request, which takes longer than the request itself. It needs none,
    because https goes through our relays. The private key of this one was discarded.
    """
    environment = tool_environment(os.environ)
    environment.pop("SSL_CERT_DIR", None)
    return environment | {"SSL_CERT_FILE": str(_NO_AUTHORITY)}
