"""Test helpers: code that runs without being traced, which costs it a third to a half of its time."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["unmeasured"]

_CHILDREN = "COVERAGE_PROCESS_CONFIG"  # coverage starts in each process that has this variable


@contextmanager
def unmeasured() -> Iterator[None]:
    """Measure nothing in this thread, nor in the threads and processes that it starts meanwhile."""
    trace, trace_of_threads, of_children = (
        sys.gettrace(),
        threading.gettrace(),
        os.environ.pop(_CHILDREN, None),
    )
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        if of_children is not None:
            os.environ[_CHILDREN] = of_children
        threading.settrace(trace_of_threads)
        sys.settrace(trace)
