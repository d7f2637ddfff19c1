"""Volatile values of requests, which each run seems to generate, and the setting for them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pactape.cassettes.replay.request_keys.request_fields import BODY, PATH

__all__ = ["cure_for", "moment_of", "volatile_reason"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1467][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])(?:[0-9a-f]{16,}|[0-9A-F]{16,}|[A-Za-z0-9_+/-]{20,}={0,2})")
_SECONDS, _MILLISECONDS = re.compile(r"\d{10}(\.\d+)?"), re.compile(r"\d{13}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_NEAR = timedelta(days=1)


def volatile_reason(value: str, *, now: float | None) -> str | None:
    """Return why a value looks as if each run generates it; None if it doesn't.

    Args:
        value: A field of a request.
        now: Seconds since 1970: only times within a day of it count as volatile; None for any time.

    Example:
        >>> volatile_reason("1751371200", now=None)
        'is a time'
        >>> volatile_reason("Ada", now=None) is None
        True
    """
    if _UUID.fullmatch(value):
        return "is a fresh UUID"
    moment = moment_of(value)
    if moment is not None and (now is None or abs(moment - datetime.fromtimestamp(now, UTC)) < _NEAR):
        return "is a time"
    return "is a random value" if _RANDOM.fullmatch(value) else None


def moment_of(value: str) -> datetime | None:
    """Return the time in a text: seconds or milliseconds since 1970, ISO 8601 or an HTTP date."""
    moment: datetime | None = None
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        if _SECONDS.fullmatch(value):
            moment = datetime.fromtimestamp(float(value), UTC)
        elif _MILLISECONDS.fullmatch(value):
            moment = datetime.fromtimestamp(int(value) / 1000, UTC)
        elif _DATE.fullmatch(value):
            moment = datetime.fromisoformat(value)
        elif value.endswith("GMT"):
            moment = parsedate_to_datetime(value)
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def cure_for(field: str) -> str:
    """Return the remedy for a field whose value each run generates."""
    if field.startswith(PATH) or field == BODY:
        return "make the test send the same value each time"
    return f'[tool.pactape.match] ignore = ["{field}"], or make the test send the same value each time'
