"""Transport settings: time-outs, deadline, size, retries, environment, hooks."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_callable, check_kind, check_number
from pactape_clients.caller_code.values import tuple_of
from pactape_clients.errors import CacheUnavailableError, UsageError
from pactape_clients.retries import RetryPolicy
from pactape_clients.telemetry import Hook

__all__ = ["DEFAULT_SETTINGS", "CacheHook", "Timeouts", "TransportSettings", "report_cache_failure"]

Timeouts = tuple[float, float]
#: A function that is called if a write succeeded but its cached reads couldn't be invalidated.
CacheHook = Callable[[CacheUnavailableError], None]

logger = logging.getLogger(__name__)
_PAIR = 2


class TransportSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests are sent. `pool_size` and `trust_env` apply to a client's own session, not to a given one.

    Token requests of a source without its own session use the settings of the client that needs the token.

    Args:
        timeouts: Seconds to connect, and between bytes; one number applies to both.
        deadline: Seconds for a whole call: waiting for another thread's load, the cache server, tokens, redirects,
            attempts and the waits between them, resolving names, connecting, heads and bodies; None for no limit.
            Your own functions, such as a session's `auth`, aren't interrupted: if one returns too late, the call
            ends, and nothing more is sent.
        max_body_bytes: The largest decompressed body of a response in bytes; None for no limit. The body of an
            error status is cut to this size instead.
        max_redirects: The most redirects of a read to follow; 0 for none.
        retries: Which calls are repeated.
        pool_size: The most connections kept open.
        trust_env: Whether proxies and CA bundle come from the environment. They are read once, when the client is
            created; netrc is never read.
        hooks: Called with each request's event, on the calling thread. Exceptions of hooks are logged.
        cache_hooks: Called if a write succeeded but its cached reads couldn't be invalidated.

    Raises:
        UsageError: A value is out of range.
    """

    timeouts: tuple[float, float] | float = (5.0, 30.0)
    deadline: float | None = 60.0
    max_body_bytes: int | None = 64 * 2**20
    max_redirects: int = 10
    retries: RetryPolicy = RetryPolicy()
    pool_size: int = 10
    trust_env: bool = True
    hooks: tuple[Hook, ...] = ()
    cache_hooks: tuple[CacheHook, ...] = ()

    @public
    def __post_init__(self) -> None:
        timeouts = (
            self.timeouts if isinstance(self.timeouts, tuple | list) else (self.timeouts, self.timeouts)
        )
        if len(timeouts) != _PAIR:
            raise UsageError(
                f"TransportSettings.timeouts must be (connect, read) in seconds, not {timeouts!r}"
            )
        for seconds in timeouts:
            check_number("TransportSettings.timeouts", seconds, above=True, finite=True)
        msgspec.structs.force_setattr(self, "timeouts", tuple(timeouts))
        if self.deadline is not None:
            check_number("TransportSettings.deadline", self.deadline, above=True, finite=True)
        if self.max_body_bytes is not None:
            check_number("TransportSettings.max_body_bytes", self.max_body_bytes, whole=True)
        check_number("TransportSettings.max_redirects", self.max_redirects, whole=True)
        check_number("TransportSettings.pool_size", self.pool_size, least=1, whole=True)
        check_kind("TransportSettings.retries", self.retries, RetryPolicy, "a RetryPolicy")
        check_kind("TransportSettings.trust_env", self.trust_env, bool, "True or False")
        for name in ("hooks", "cache_hooks"):
            hooks = tuple_of(f"TransportSettings.{name}", getattr(self, name), object, "functions")
            for hook in hooks:
                check_callable(f"TransportSettings.{name}", hook)
            msgspec.structs.force_setattr(self, name, hooks)

    @property
    def connect_and_read(self) -> Timeouts:
        """The time-outs as a pair."""
        return self.timeouts  # type: ignore[return-value]  # converted to a pair above


#: The default settings.
DEFAULT_SETTINGS = TransportSettings()


def report_cache_failure(error: CacheUnavailableError, settings: TransportSettings) -> None:
    """Log that an invalidation failed, and call the hooks; their exceptions are also logged."""
    logger.warning("cached reads couldn't be invalidated: %s", error)
    for hook in settings.cache_hooks:
        try:
            hook(error)
        except Exception:
            logger.exception("a cache hook failed")
