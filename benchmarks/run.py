"""Runs every benchmark of this folder and writes their figures to build/bench.json.

A benchmark is a module here with a function `run`, which prints its own side-by-side table and returns its figures
by key ("clients.cached_get.speedup_vs_hishel"). Name modules to run only those: `python benchmarks/run.py clients`.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "build" / "bench.json"


def main() -> None:
    """Run what the arguments name, or everything."""
    sys.path.append(str(HERE.parent))  # where the reference system is
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("[!_]*.py") if path.stem != "run")
    figures: dict[str, float] = {}
    for name in names:
        print(f"\n== {name}")
        figures |= importlib.import_module(name).run()
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine()}
    RESULT.write_text(json.dumps({"on": machine, "figures": figures}, indent=2, sort_keys=True) + "\n")
    print(f"\n{len(figures)} figures written to {RESULT}")


if __name__ == "__main__":
    main()
