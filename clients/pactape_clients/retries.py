"""Which failed calls are made again, after how long, and what makes a POST repeatable."""

from __future__ import annotations

import time
import uuid
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import msgspec

from pactape_clients.errors import (
    ClientError,
    DeadlineExceededError,
    GraphQLResponseError,
    ResponseError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GENERATED", "Generated", "RetryPolicy", "idempotency_key_for", "retry_after"]


class Generated:
    """The type of `GENERATED`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "GENERATED"


#: An idempotency key of the client's own making, a new one for each call.
GENERATED: Final = Generated()


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When and how often a call is made again.

    A call is repeatable if its method is in `methods`, or if it carries an Idempotency-Key. All attempts and the
    waits between them share the call's total deadline. Waits grow from `wait_initial` by powers of 2 up to
    `wait_max`, plus up to `wait_jitter`; an answer's Retry-After (RFC 9110 section 10.2.3) takes their place.

    Args:
        attempts: How often a call is made at most, the first time included; 1 makes none again.
        statuses: Answers that are worth another attempt.
        methods: Methods whose calls may always be repeated: the safe ones (RFC 9110 section 9.2.1).
        wait_initial: Seconds.
        wait_max: Seconds.
        wait_jitter: Seconds.
    """

    attempts: int = 3
    statuses: frozenset[int] = frozenset({429, 502, 503, 504})
    methods: frozenset[str] = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
    wait_initial: float = 0.1
    wait_max: float = 5.0
    wait_jitter: float = 0.25

    def repeats(self, error: ClientError) -> bool:
        """Whether this failure may be gone the next time."""
        if isinstance(error, ResponseError | GraphQLResponseError):
            return error.status in self.statuses
        return isinstance(error, TransportError) and not isinstance(error, DeadlineExceededError)

    def wait_before(self, error: ClientError, remaining: float | None) -> bool | float:
        """How long to wait after this failure.

        Args:
            error: The failure.
            remaining: Seconds that the call has left; None without a deadline.

        Returns:
            Seconds; True for the growing wait; False when waiting is no use.

        Example:
            >>> from pactape_clients.errors import RateLimitedError
            >>> refusal = RateLimitedError(status=429, headers={"Retry-After": "2"})
            >>> RetryPolicy().wait_before(refusal, 30.0), RetryPolicy().wait_before(refusal, 1.0)
            (2.0, False)
        """
        if not self.repeats(error):
            return False
        asked = retry_after(error.headers)
        if asked is not None:
            return asked if remaining is None or asked < remaining else False
        if remaining is not None and remaining <= self.wait_max + self.wait_jitter:
            return min(self.wait_initial, remaining / 4)
        return True


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer's Retry-After asks for, given as such or as a date; None without a usable one."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def idempotency_key_for(wanted: str | Generated | None) -> str | None:
    """The value of the Idempotency-Key header; one for a whole call, so that its attempts share it."""
    return str(uuid.uuid4()) if isinstance(wanted, Generated) else wanted
