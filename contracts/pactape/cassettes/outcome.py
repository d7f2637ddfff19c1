"""The outcome of the test that uses a cassette, which decides what is written and raised at its end."""

from __future__ import annotations

from enum import Enum

__all__ = ["TestOutcome"]


class TestOutcome(Enum):
    """How a test ended.

    PASSED: its recording is written, and a request without a recorded response raises, even if the code under test
        swallowed the error. FAILED: nothing is written and nothing is raised. FAILED_AND_KEPT: its recording is
    written and nothing is raised.
    """

    __test__ = False  # pytest would collect it as a test class

    PASSED = "passed"
    FAILED = "failed"
    FAILED_AND_KEPT = "failed and kept"
