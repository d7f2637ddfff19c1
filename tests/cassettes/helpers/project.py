"""Test helpers: a project whose tests run in a process of their own, with Pactape's plugin only."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Project:
    """A project whose tests run in a process of their own."""

    def __init__(self, root: Path, api: str) -> None:
        self.root, self.api = root, api
        (root / "pyproject.toml").write_text("[tool.pactape]\n")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def pytest(self, *options: str) -> str:
        """Return the output, with the exit code at its end."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "pactape.plugin",
                "--import-mode=importlib",
                *options,
            ],
            cwd=self.root,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "API": self.api},
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{done.stdout}{done.stderr}\nexit {done.returncode}"
