"""Reads responses of token endpoints: RFC 6749 sections 5.1 and 5.2, and the deviations of providers."""

from __future__ import annotations

import math
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.error_parts.response_texts import error_reason, form_in, printable

if TYPE_CHECKING:
    import requests

__all__ = ["TokenResponse", "read_token_response"]


class TokenResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A token endpoint's response, read leniently.

    Args:
        access_token: The token; None if missing.
        refresh_token: The refresh token; None if missing.
        lifetime: The token's remaining seconds; None if the response doesn't state them readably.
        code: The error's code; "" if missing.
        description: The error's description; "" if missing.
    """

    access_token: str | None = None
    refresh_token: str | None = None
    lifetime: float | None = None
    code: str = ""
    description: str = ""

    def __repr__(self) -> str:
        return f"TokenResponse(code={self.code!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("code", self.code)]


def read_token_response(response: requests.Response) -> TokenResponse:
    """Read a response; if it is neither JSON nor a form, only its text is used.

    Some providers report errors with status 200, as objects, or under other names; send lifetimes as strings or not
    at all; or return a form instead of JSON.
    """
    members = _members(response)
    code, description = _error_in(members)
    return TokenResponse(
        access_token=_text(members.get("access_token")),
        refresh_token=_text(members.get("refresh_token")),
        lifetime=_lifetime(members, response),
        code=code,
        description=printable(description) or error_reason(response),
    )


def _members(response: requests.Response) -> dict[str, Any]:
    body = response.content.removeprefix(b"\xef\xbb\xbf")
    try:
        members = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return dict(form_in(body))
    return members if isinstance(members, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _error_in(members: dict[str, Any]) -> tuple[str, str]:
    error = members.get("error")
    description = (
        members.get("error_description") or members.get("error_message") or members.get("message") or ""
    )
    if isinstance(error, list):
        error = next(iter(error), None)
    if isinstance(error, dict):
        code = error.get("code", error.get("type", error.get("status", "")))
        return str(code), str(error.get("message") or error.get("description") or description)
    if error:
        return str(error), str(description)
    code = members.get("error_code") or members.get("errorCode") or ""
    return str(code), str(description)


def _lifetime(members: dict[str, Any], response: requests.Response) -> float | None:
    """Return the token's remaining seconds, measured with the server's clock if it states a point in time."""
    seconds = _number(members.get("expires_in"))
    if seconds is not None:
        return seconds
    ends = _point_in_time(members.get("expires_at"))
    return None if ends is None else ends - _server_time(response)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _point_in_time(value: Any) -> float | None:
    number = _number(value)
    if number is not None or not isinstance(value, str):
        return number
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _server_time(response: requests.Response) -> float:
    try:
        return parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return time.time()
