"""Retries: which failed calls are repeated, how long to wait, and what makes a write repeatable."""

from __future__ import annotations

import logging
import math
import random
import time
import uuid
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_number
from pactape_clients.caller_code.values import tuple_of
from pactape_clients.errors import (
    ClientError,
    DeadlineExceededError,
    GraphQLResponseError,
    ResponseError,
    TokenUnavailableError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "GENERATED",
    "IDEMPOTENT",
    "Generated",
    "RetryPolicy",
    "idempotency_key_for",
    "pause",
    "repeat",
    "retry_after",
]

T = TypeVar("T")

logger = logging.getLogger(__name__)

#: Idempotent methods (RFC 9110 section 9.2.2).
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_LONGEST_WAIT = 3600.0  # seconds; longer waits that a server requires are not made, even without a deadline
_DEFINITE = frozenset({"tls", "not-http", "encoding"})  # reasons that will not go away in a retry


class Generated:
    """The type of `GENERATED`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "GENERATED"

    def __reduce__(self) -> str:
        return "GENERATED"


#: Makes the client generate a new idempotency key for each call.
GENERATED: Final = Generated()


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When and how often a call is repeated.

    A call is repeatable if its method is in `methods`, or if it has an Idempotency-Key. An idempotent call (RFC
    9110 section 9.2.2) is also repeatable if the server closed the connection without a response. A body that can
    be read only once is never sent again. All attempts and the waits between them share the call's deadline. Waits
    grow from `wait_initial` by powers of 2 up to `wait_max`, plus up to `wait_jitter`; a response's Retry-After
    (RFC 9110 section 10.2.3) replaces them.

    Args:
        attempts: The most attempts, including the first; 1 for no retries.
        statuses: Statuses that are worth another attempt.
        methods: Methods whose calls may always be repeated: the safe ones (RFC 9110 section 9.2.1).
        wait_initial: Seconds.
        wait_max: Seconds.
        wait_jitter: Seconds.

    Raises:
        UsageError: A value is out of range.
    """

    attempts: int = 3
    statuses: frozenset[int] = frozenset({429, 502, 503, 504})
    methods: frozenset[str] = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
    wait_initial: float = 0.1
    wait_max: float = 5.0
    wait_jitter: float = 0.25

    @public
    def __post_init__(self) -> None:
        check_number("RetryPolicy.attempts", self.attempts, least=1, whole=True)
        for name in ("wait_initial", "wait_max", "wait_jitter"):
            check_number(f"RetryPolicy.{name}", getattr(self, name), finite=True)
        methods = tuple_of("RetryPolicy.methods", self.methods, str, "strings")
        statuses = tuple_of("RetryPolicy.statuses", self.statuses, int, "numbers")
        msgspec.structs.force_setattr(self, "methods", frozenset(map(str.upper, methods)))
        msgspec.structs.force_setattr(self, "statuses", frozenset(statuses))

    def repeats(self, error: ClientError) -> bool:
        """Return whether a retry may succeed after this failure."""
        if isinstance(error, ResponseError | GraphQLResponseError):
            return error.status in self.statuses
        if isinstance(error, TokenUnavailableError):
            return error.status in self.statuses or error.reason not in {None, *_DEFINITE}
        if isinstance(error, DeadlineExceededError):
            return False
        return isinstance(error, TransportError) and error.reason not in _DEFINITE

    def wait_before(self, attempt: int, error: ClientError, remaining: float | None) -> float | None:
        """Return how long to wait before another attempt.

        Args:
            attempt: The number of attempts so far, at least 1.
            error: The last attempt's failure.
            remaining: The call's remaining seconds; None without a deadline.

        Returns:
            Seconds; None if waiting is pointless, because the server requires more than the remaining time, or than
            an hour.

        Example:
            >>> from pactape_clients.errors import RateLimitedError
            >>> refusal = RateLimitedError(status=429, headers={"Retry-After": "2"})
            >>> RetryPolicy().wait_before(1, refusal, 30.0), RetryPolicy().wait_before(1, refusal, 1.0)
            (2.0, None)
        """
        retry_after_seconds = retry_after(error.headers)
        if retry_after_seconds is not None:
            limit = _LONGEST_WAIT if remaining is None else min(remaining, _LONGEST_WAIT)
            return retry_after_seconds if retry_after_seconds < limit else None
        backoff = min(self.wait_max, self.wait_initial * 2.0 ** min(attempt - 1, 60))
        wait = backoff + random.uniform(0, self.wait_jitter)  # noqa: S311 -- spreads load; not used for secrets
        return wait if remaining is None else min(wait, remaining / 4)


def repeat(
    policy: RetryPolicy,
    attempt: Callable[[int], T],
    *,
    is_repeatable: Callable[[ClientError], bool],
    remaining: Callable[[], float | None],
    name: str,
) -> T:
    """Make a call until it succeeds or the policy gives up.

    Args:
        policy: The number of attempts and the waits.
        attempt: Makes the call, given the number of the attempt, from 0.
        is_repeatable: Whether the call may be made again after this failure.
        remaining: Returns the remaining seconds; None without a deadline.
        name: The operation's name, for the log.

    Raises:
        ClientError: The error of the last attempt.
    """
    for number in range(policy.attempts):
        try:
            return attempt(number)
        except ClientError as error:
            if number + 1 >= policy.attempts or not is_repeatable(error):
                raise
            wait = policy.wait_before(number + 1, error, remaining())
            if wait is None:
                raise
            cause = error.status or error.reason or type(error).__name__
        logger.info("%s: attempt %d failed (%s); next attempt in %.2f s", name, number + 1, cause, wait)
        pause(wait)
    raise AssertionError("unreachable: the last attempt returns or raises")


def pause(seconds: float) -> None:
    """Wait between two attempts; tests may replace this function."""
    time.sleep(seconds)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return a response's Retry-After in seconds, from seconds or a date; None if missing or invalid.

    Fractions are accepted, because servers send them; a date without a zone is in GMT (RFC 9110 section 5.6.7).

    Example:
        >>> retry_after({"Retry-After": "1.5"}), retry_after({"Retry-After": "soon"})
        (1.5, None)
    """
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if value.isascii() and value.replace(".", "", 1).isdecimal():
        seconds = float(value)
        return seconds if math.isfinite(seconds) else None
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:
            date = parsedate_to_datetime(f"{value} GMT")
        return max(0.0, date.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def idempotency_key_for(key: str | Generated | None) -> str | None:
    """Return the value of the Idempotency-Key header, which all attempts of a call share."""
    return str(uuid.uuid4()) if isinstance(key, Generated) else key
