"""Test helpers: limits on the time that a block takes."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ended_within"]


@contextmanager
def ended_within(seconds: float) -> Iterator[None]:
    """Check that the block ends within so many seconds."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds
