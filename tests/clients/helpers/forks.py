"""Test helpers: work in a forked child, and what it returns."""

from __future__ import annotations

import json
import os
import select
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Child"]


class Child:
    """A forked child process that does one piece of work and sends its result as JSON."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._read)
            try:
                outcome = work()
            except BaseException as error:  # noqa: BLE001 -- the failure is the outcome
                outcome = f"{type(error).__name__}: {error}"
            os.write(write, json.dumps(outcome).encode())
            os._exit(0)
        os.close(write)

    def result(self, *, seconds: float = 20.0) -> Any:
        """What the work returned; "hangs" when it doesn't end in time."""
        ready, _, _ = select.select([self._read], [], [], seconds)
        if not ready:
            os.kill(self._pid, signal.SIGKILL)
        body = os.read(self._read, 1_000_000) if ready else b'"hangs"'
        os.close(self._read)
        os.waitpid(self._pid, 0)
        return json.loads(body)
