"""Unmatched requests: short tracebacks, and a section at the end of the run.

Clients that wrap errors hide the report in a test's traceback, but the section shows it.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

from pactape.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pactape.errors import PactapeError

__all__ = ["attach_unmatched", "shorten_traceback", "show_unmatched"]

#: The attribute of a test report for the errors' texts, which pytest-xdist workers also send.
_ATTRIBUTE = "pactape_unmatched"
_INSTALLED = {"site-packages", "dist-packages"}
_OWN = Path(__file__).parents[1]


def show_unmatched(terminalreporter: pytest.TerminalReporter, requests: Mapping[str, Sequence[str]]) -> None:
    """Show each test with the texts of its unmatched requests.

    Args:
        terminalreporter: Pytest's reporter.
        requests: The texts of unmatched requests by node id.
    """
    terminalreporter.section("pactape: requests without a recorded response")
    for nodeid, texts in requests.items():
        terminalreporter.line(nodeid)
        for text in texts:
            for line in text.splitlines():
                terminalreporter.line(f"  {line}")


def attach_unmatched(report: pytest.TestReport, errors: Sequence[PactapeError]) -> None:
    """Attach the texts of unmatched requests to a test report, which fails even where a failure is expected."""
    if errors:
        setattr(report, _ATTRIBUTE, list(dict.fromkeys(map(str, errors))))
        if report.skipped and hasattr(report, "wasxfail"):
            report.outcome = "failed"
            del report.wasxfail


def shorten_traceback(call: pytest.CallInfo[None], rootpath: Path) -> None:
    """Remove the frames of libraries from the tracebacks of replay errors, so that the test's line is visible."""
    excinfo = call.excinfo
    if excinfo is None:
        return
    errors = list(_chain(excinfo.value))
    if not any(isinstance(error, ReplayError) for error in errors):
        return
    for error in errors:
        error.__traceback__ = _own_frames(error.__traceback__, rootpath)
    if excinfo.value.__traceback__ is not None:
        call.excinfo = pytest.ExceptionInfo.from_exception(excinfo.value)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that it was raised from or after."""
    ids: set[int] = set()
    while error is not None and id(error) not in ids:
        ids.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _own_frames(traceback: TracebackType | None, rootpath: Path) -> TracebackType | None:
    """Return the frames of a traceback that belong to the project; all frames if none does."""
    frames = []
    current = traceback
    while current is not None:
        if _is_own(Path(current.tb_frame.f_code.co_filename), rootpath):
            frames.append(current)
        current = current.tb_next
    if not frames:
        return traceback
    shortened: TracebackType | None = None
    for frame in reversed(frames):
        shortened = TracebackType(shortened, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shortened


def _is_own(path: Path, rootpath: Path) -> bool:
    if path.is_relative_to(_OWN) or _INSTALLED & set(path.parts):
        return False
    return path.is_relative_to(rootpath)
