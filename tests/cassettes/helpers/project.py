"""Test helpers: a project whose tests run with Pactape's plugin only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest.mock import patch

from pactape.pytest_record import (
    hygiene,  # noqa: F401 -- else each run imports this and vcrpy again
    session,  # noqa: F401 -- as above
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Project:
    """A project whose tests run in this process; those with workers have processes of their own."""

    def __init__(self, pytester: pytest.Pytester, api: str) -> None:
        self._pytester, self.api = pytester, api
        self.root: Path = pytester.path
        (self.root / "pyproject.toml").write_text("[tool.pactape]\n")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def pytest(self, *options: str) -> str:
        """Return the output, with the exit code at its end."""
        run = self._pytester.runpytest_subprocess if "-n" in options else self._pytester.runpytest_inprocess
        with patch.dict(os.environ, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "API": self.api}):
            result = run("-q", "-W", "default", "-p", "pactape.plugin", "--import-mode=importlib", *options)
        return f"{result.stdout}\n{result.stderr}\nexit {int(result.ret)}"
