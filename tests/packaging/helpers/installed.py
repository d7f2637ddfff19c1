"""Test helpers: environments that have one more library, which `make setup-libraries` installs."""

from __future__ import annotations

import os
import site
import subprocess
from pathlib import Path

import pytest

__all__ = ["run_with_library"]

ROOT = Path(__file__).resolve().parents[3]
_SECONDS = 300


def run_with_library(folder: Path, library: str, program: str) -> str:
    """Return what a program prints that runs with the toolkit and a library that isn't installed here.

    The test is skipped where the library isn't installed; with PACTAPE_REQUIRE_SERVICES=1 it fails.
    """
    environment = ROOT / "build" / "libraries" / library
    python = str(environment / "bin" / "python")
    if not (environment / ".ready").is_file():
        reason = f"{library} isn't installed. Fix: make setup-libraries"
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    (own,) = (environment / "lib").glob("python*/site-packages")
    paths = [str(ROOT / "contracts"), *site.getsitepackages()]
    (own / "installed.pth").write_text("\n".join(paths), encoding="utf-8")
    (folder / "program.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [python, "program.py"],
        cwd=folder,
        env={**os.environ, "PYSPARK_PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
