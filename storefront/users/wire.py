"""The wire format of values in REST and GraphQL."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["timestamp"]


def timestamp(moment: datetime) -> str:
    """Format a time in UTC, to the second (RFC 3339): "2026-01-31T12:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
