"""A pytest plugin that writes the outcome of each test to a file, used only for trial runs of an adoption.

It is in this package because loading it must not import vcrpy or requests, which other plugins patch first.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__: list[str] = []

_VARIABLE = "PACTAPE_ADOPT_OUTCOMES"
_UNMATCHED = "pactape_unmatched"
_outcomes: dict[str, tuple[bool, str]] = {}
_LONGEST = 4000


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Record whether a phase of a test passed; one failed phase makes the test fail."""
    passed, reason = _outcomes.get(report.nodeid, (True, ""))
    if report.failed:
        text = str(report.longrepr)
        crash = getattr(getattr(report.longrepr, "reprcrash", None), "message", text)
        passed, reason = False, reason or str(crash)
    elif report.skipped:
        passed = False
    unmatched = " ".join(getattr(report, _UNMATCHED, ()))  # a client may have wrapped this error in its own
    if unmatched and not passed:
        reason = unmatched
    _outcomes[report.nodeid] = (passed, " ".join(reason.split())[:_LONGEST])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the outcomes, with absolute paths: pytest's root folder may differ from the project's."""
    path = os.environ.get(_VARIABLE)
    if path and not hasattr(session.config, "workerinput"):
        outcomes = {str(session.config.rootpath / nodeid): outcome for nodeid, outcome in _outcomes.items()}
        Path(path).write_text(json.dumps(outcomes), "utf-8")
