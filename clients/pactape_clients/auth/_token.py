"""Access tokens, and when they are renewed."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_number
from pactape_clients.errors import UsageError

__all__ = ["RefreshWindows", "Secret", "Token", "TokenState", "principal_of"]

_VISIBLE = re.compile(r"[!-~]+(?: +[!-~]+)*")


class Token(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An access token. Tokens are compared by identity, because each fetch is a generation.

    White space around the value is removed: files and environment variables often end with a line break.

    Args:
        value: The token itself; no repr shows it.
        expires_in: Seconds from its request to its end; None if it is valid until rejected.
        refresh_token: The refresh token for the next renewal; None if the server sent none.

    Raises:
        UsageError: The value is empty, is not a string, or can't be sent in a header.

    Example:
        >>> Token(value="eyJhbGciOi", expires_in=300)
        Token(value='***', expires_in=300, refresh_token=None)
    """

    value: str
    expires_in: float | None = None
    refresh_token: str | None = None

    @public
    def __post_init__(self) -> None:
        problem = _problem_of(self.value)
        if problem is None:
            msgspec.structs.force_setattr(self, "value", self.value.strip())
        else:
            msgspec.structs.force_setattr(self, "value", "")  # the traceback contains this object
            raise UsageError(f"the access token {problem}")
        if self.refresh_token is not None and not isinstance(self.refresh_token, str):
            raise UsageError(f"Token.refresh_token must be a string, not {type(self.refresh_token).__name__}")
        if self.expires_in is not None:
            check_number("Token.expires_in", self.expires_in, least=float("-inf"))

    def __repr__(self) -> str:
        refresh_token = None if self.refresh_token is None else "***"
        return f"Token(value='***', expires_in={self.expires_in!r}, refresh_token={refresh_token!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what rich shows in a traceback with locals; the default of a struct would show the token."""
        hidden = None if self.refresh_token is None else "***"
        return [("value", "***"), ("expires_in", self.expires_in), ("refresh_token", hidden)]


def _problem_of(value: Any) -> str | None:
    if not isinstance(value, str):
        return (
            f"is {type(value).__name__}, not a string. Fix: check where it comes from, e.g. an unset variable"
        )
    if not value.strip():
        return "is empty. Fix: check where it comes from, e.g. an unset environment variable"
    if not _VISIBLE.fullmatch(value.strip()):
        return (
            "contains characters that a header can't contain. Fix: check that it was read completely, and "
            "as plain text"
        )
    return None


class Secret:
    """A text that no repr shows, because tracebacks may show local variables."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "Secret('***')"


class RefreshWindows(msgspec.Struct, frozen=True, kw_only=True):
    """When a token is renewed before its end.

    Both windows are smaller for short-lived tokens: the smaller of the seconds and the share of the lifetime
    counts.

    Args:
        advisory: Seconds before the end from which one thread renews while the others keep the old token.
        advisory_share: The same as a share of the lifetime, 0 to 1.
        mandatory: Seconds before the end from which every thread waits for the new token. This margin also
            compensates for a server clock that is ahead of ours.
        mandatory_share: The same as a share of the lifetime, 0 to 1.
        retry_after: Seconds until a failed renewal is tried again; until then, callers get the old token if it is
            still valid, otherwise the same failure.

    Raises:
        UsageError: A value is out of range.

    Example:
        >>> RefreshWindows().advisory_for(3600.0), RefreshWindows().advisory_for(60.0)
        (60.0, 12.0)
    """

    advisory: float = 60.0
    advisory_share: float = 0.2
    mandatory: float = 10.0
    mandatory_share: float = 0.05
    retry_after: float = 1.0

    @public
    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            check_number(f"RefreshWindows.{name}", getattr(self, name))
            if name.endswith("_share") and getattr(self, name) > 1:
                raise UsageError(
                    f"RefreshWindows.{name} must be a share from 0 to 1, not {getattr(self, name)}"
                )

    def advisory_for(self, lifetime: float) -> float:
        """Return how many seconds before the end of its lifetime a token should be renewed."""
        return max(min(self.advisory, lifetime * self.advisory_share), self.mandatory_for(lifetime))

    def mandatory_for(self, lifetime: float) -> float:
        """Return how many seconds before the end of its lifetime a token must be renewed."""
        return min(self.mandatory, lifetime * self.mandatory_share)


class TokenState:
    """A token with its times on the local clock."""

    __slots__ = ("advised", "ends", "required", "token")

    def __init__(self, token: Token, windows: RefreshWindows, requested_at: float) -> None:
        self.token = token
        lifetime = token.expires_in
        if lifetime is None:
            self.advised = self.required = self.ends = float("inf")
        else:
            self.ends = requested_at + lifetime
            self.advised = self.ends - windows.advisory_for(lifetime)
            self.required = self.ends - windows.mandatory_for(lifetime)


def principal_of(*parts: str) -> str:
    """Return a short hash for a principal, which reveals none of its parts.

    Example:
        >>> principal_of("https://example.test/token", "web")
        '942de50727ee'
    """
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
