"""The interface of the broker's databases: reading and writing transactions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

__all__ = ["Clock", "Database", "text_of", "utc_now"]

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time, with its zone."""
    return datetime.now(UTC)


def text_of(moment: datetime) -> str:
    """Return a time in the tables' format: ISO 8601 in UTC with microseconds, so that texts sort like times.

    Example:
        >>> text_of(datetime(2026, 1, 31, 12, tzinfo=UTC))
        '2026-01-31T12:00:00.000000+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Database(ABC):
    """A broker's database; several threads may use it at once.

    Attributes:
        shown: Its location without credentials, for messages and logs.
        shared: Whether several processes may use it at once.
    """

    shown: str
    shared: bool

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """Open a consistent view of the data, without waiting for writers."""

    @abstractmethod
    def writing(self, *, exclusive: bool = True) -> AbstractContextManager[Connection]:
        """Open a transaction that changes the data: durable when the block ends, rolled back if it raises.

        Args:
            exclusive: Whether no other writing transaction may run at the same time. If False, the block locks what
                it needs (`locks.lock`).
        """

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""
