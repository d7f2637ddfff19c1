"""Derives the contracts of a project, and prints the most memory that the process took before and after."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pactape.contracts import derive
from pactape.settings import load_settings


def _peak() -> int:
    """The kernel's own figure; that of `resource` begins with what the parent took."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else 0


if __name__ == "__main__":
    settings = load_settings(Path(sys.argv[1]))
    print(_peak())
    derive(settings)
    print(_peak())
