"""The outcome of the test that uses a cassette, which decides what is written and raised at its end."""

from __future__ import annotations

import sys
import unittest
from enum import Enum

__all__ = ["TestOutcome", "is_skip"]


class TestOutcome(Enum):
    """How a test ended.

    PASSED: its recording is written, and a request without a recorded response raises, even if the code under test
    swallowed the error. SKIPPED, also of expected failures: such a request raises, too, and the recording is
    written unless it would replace an earlier one. FAILED: nothing is written and nothing is raised.
    FAILED_AND_KEPT: its recording is written and nothing is raised.
    """

    __test__ = False  # pytest would collect it as a test class

    PASSED = "passed"
    SKIPPED = "skipped"
    FAILED = "failed"
    FAILED_AND_KEPT = "failed and kept"


def is_skip(error: BaseException) -> bool:
    """Whether an exception skips a test of unittest or pytest, or makes it an expected failure."""
    pytest = sys.modules.get("pytest")
    return isinstance(error, unittest.SkipTest) or (
        pytest is not None and isinstance(error, (pytest.skip.Exception, pytest.xfail.Exception))
    )
