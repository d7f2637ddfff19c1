"""Telemetry: one event for each request, with OpenTelemetry's attribute names."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

__all__ = ["Hook", "RequestEvent", "call_hooks", "log_to"]

_logger = logging.getLogger(__name__)


class RequestEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to send a request.

    Args:
        attributes: Values by the names of OpenTelemetry's semantic conventions for HTTP clients:
            `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`,
            `error.type` (an error's class name or the status), `http.request.resend_count`; and
            `pactape.operation`. No header, body or filled-in URL: those may contain secrets.
        duration: Seconds from the request's start to the response or failure, including token renewal.
    """

    attributes: dict[str, str | int]
    duration: float


#: A function that is called with the event of each request.
Hook = Callable[[RequestEvent], None]


def log_to(logger: logging.Logger, *, level: int = logging.INFO) -> Hook:
    """Return a hook that logs one line for each request.

    Example:
        >>> hook = log_to(logging.getLogger("users"))
        >>> hook(RequestEvent(attributes={"pactape.operation": "GET /users/{id}"}, duration=0.01))
    """

    def log(event: RequestEvent) -> None:
        attributes = event.attributes
        outcome = attributes.get("http.response.status_code", attributes.get("error.type", ""))
        logger.log(level, "%s %s in %.3f s", attributes["pactape.operation"], outcome, event.duration)

    return log


def call_hooks(hooks: tuple[Hook, ...], event: RequestEvent) -> None:
    """Call each hook with the event; exceptions of hooks are logged and have no other effect."""
    for hook in hooks:
        try:
            hook(event)
        except Exception:
            _logger.exception("the hook %r failed", hook)
