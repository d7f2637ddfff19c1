"""What forked children of a test tell their parent: their memory is separate."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

import msgspec

__all__ = ["ChildLog"]

_numbers = count()


class ChildLog:
    """Texts that forked children write, and the process that created the log reads."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._file = Path(tempfile.gettempdir(), f"pactape-{self._process}-{next(_numbers)}.log")

    def add(self, text: str) -> None:
        """Write a text if this is a child."""
        if os.getpid() != self._process:
            with suppress(OSError), self._file.open("ab") as log:
                log.write(msgspec.json.encode(text) + b"\n")

    def take(self) -> list[str]:
        """Return the texts of the children, and forget them."""
        if not self._file.exists():
            return []
        texts = [msgspec.json.decode(line, type=str) for line in self._file.read_bytes().splitlines()]
        self._file.unlink(missing_ok=True)
        return texts
