"""Token sources for tokens that somebody else manages: a fixed one, and one that a function gives."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from pactape_clients.auth._source import RefreshWindows, Token, TokenSource, principal_of
from pactape_clients.errors import ClientError, TokenUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CallableTokens", "StaticToken"]


class StaticToken(TokenSource):
    """One token that never changes; when the server refuses it, that is final.

    Args:
        value: The token.

    Example:
        >>> StaticToken("eyJhbGciOi").token()
        Token(value='***', expires_in=None, refresh_token=None)
    """

    def __init__(self, value: str) -> None:
        super().__init__(principal=principal_of("static", value))
        self._token = Token(value=value)

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- there is only one
        """The token."""
        return self._token

    def renew(self, rejected: Token) -> Token:
        """The same token: there is no other."""
        return rejected


class CallableTokens(TokenSource):
    """Tokens that a function gives.

    Args:
        give: Called without arguments for each new token. A plain text counts as good until the server
            refuses it; a `Token` may say when it ends.
        principal: Names whose tokens they are, for keeping cached values apart; None takes a name that no
            other source has.
        windows: When to renew tokens that say when they end.
        timer: A monotonic clock in seconds.

    Example:
        >>> CallableTokens(lambda: Token(value="eyJhbGciOi", expires_in=60)).token().expires_in
        60
    """

    def __init__(
        self,
        give: Callable[[], str | Token],
        *,
        principal: str | None = None,
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            principal=principal_of("callable", principal or uuid.uuid4().hex), windows=windows, timer=timer
        )
        self._give = give

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the function knows
        """What the function gives.

        Raises:
            TokenUnavailableError: The function raised; its error's type is named, its text is kept back.
        """
        try:
            given = self._give()
        except ClientError:
            raise
        except Exception as error:  # noqa: BLE001 -- a function of the user's own may raise anything
            failure = TokenUnavailableError(f"the function that gives tokens raised {type(error).__name__}")
        else:
            return Token(value=given) if isinstance(given, str) else given
        raise failure  # outside of the handler: the frames below may hold secrets
