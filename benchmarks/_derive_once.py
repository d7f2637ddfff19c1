"""Derives the contracts of the project that the argument names, and prints the process's peak memory, in bytes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from pactape.contracts import derive
from pactape.settings import load_settings

if __name__ == "__main__":
    derive(load_settings(Path(sys.argv[1])))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
