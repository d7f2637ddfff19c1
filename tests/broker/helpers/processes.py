"""Test helpers: the broker as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


COMMAND = [sys.executable, "-P", "-m", "pactape", "broker"]


@contextmanager
def process(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A broker's process and its URL."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PACTAPE_")}
    with subprocess.Popen(
        [*COMMAND, "--database", str(folder / "broker.sqlite"), "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**clean, "PYTHONUNBUFFERED": "1", **environment},
    ) as child:
        assert child.stdout is not None
        words = child.stdout.readline().split()
        try:
            yield child, words[3].rstrip(",")
        finally:
            child.kill()
