"""Sources of tokens that are managed elsewhere: a fixed token, and tokens that a function returns."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING

from pactape_clients.auth._token import RefreshWindows, Token, principal_of
from pactape_clients.auth._token_source import TokenSource
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import call_for, error_text, passes_through
from pactape_clients.caller_code.checks import check_callable, is_instance
from pactape_clients.errors import ClientError, TokenUnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CallableTokens", "StaticToken"]


class StaticToken(TokenSource):
    """A token that never changes; if the server rejects it, it isn't renewed.

    Args:
        value: The token; white space around it is removed.

    Raises:
        UsageError: The value is empty, is not a string, or can't be sent in a header.

    Example:
        >>> StaticToken("eyJhbGciOi").token()
        Token(value='***', expires_in=None, refresh_token=None)
    """

    @public
    def __init__(self, value: str) -> None:
        self._token = Token(value=value)
        super().__init__(principal=principal_of("static", self._token.value))

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the token never changes
        """Return the token."""
        return self._token

    def renew(self, rejected: Token) -> Token:
        """Return the same token: this source has only one."""
        return rejected


class CallableTokens(TokenSource):
    """Tokens that a function returns.

    A function that returns strings is called for each request, on its thread, so that it can return the token of
    the thread's current user. A `Token` is kept for all threads until it expires or is rejected.

    Without a `principal`, the function is also called to look up a cached value, whose key contains a hash of the
    token. Give a principal (or a function that returns it) to serve cached values without a token.

    Args:
        give: Called without arguments.
        principal: Identifies the tokens' owner, or is called for each call to do so; None for a hash of each
            string, or a unique name for a `Token`.
        windows: When to renew tokens with a known lifetime.
        timer: A monotonic clock in seconds.

    Example:
        >>> CallableTokens(lambda: Token(value="eyJhbGciOi", expires_in=60)).token().expires_in
        60
        >>> user = "ada"
        >>> tokens = CallableTokens(lambda: f"token-of-{user}")
        >>> before = tokens.identity()
        >>> user = "bob"
        >>> before == tokens.identity()
        False
    """

    @public
    def __init__(
        self,
        give: Callable[[], str | Token],
        *,
        principal: str | Callable[[], str] | None = None,
        windows: RefreshWindows | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        check_callable("CallableTokens' function", give)
        identity = principal if isinstance(principal, str) and principal else uuid.uuid4().hex
        self._give = give
        self._name = principal if callable(principal) else None
        self.varies = not isinstance(principal, str) or not principal
        self._gives_strings = False
        super().__init__(principal=principal_of("callable", identity), windows=windows, timer=timer)

    def after_fork(self) -> None:
        """Discard the renewal in progress on a thread of the parent process."""
        super().after_fork()
        self._last_fetch = threading.local()

    def identity(self) -> str:
        """Return the name that separates cached values, for a call made now.

        Raises:
            TokenError: The function failed.
            UsageError: `principal` failed, or returned no string.
        """
        if self._name is not None:
            return principal_of("callable", _call_for_name(self._name))
        if not self.varies:
            return self.principal
        token = self.token()
        return principal_of("string", token.value) if self._gives_strings else self.principal

    def token(self) -> Token:
        """Return a token for a request made now.

        Raises:
            TokenError: The function failed.
        """
        if self._gives_strings:
            return self._call()
        token = super().token()
        if not self._is_per_request():
            return token
        own = getattr(self._last_fetch, "token", None) is token  # another thread may serve another user
        return token if own else self._call()

    def _is_per_request(self) -> bool:
        return self._gives_strings

    def renew(self, rejected: Token) -> Token:
        """Return a token other than the rejected one, or the rejected one if the function returns it again.

        Raises:
            TokenError: The function failed.
        """
        if not self._gives_strings:
            return super().renew(rejected)
        token = self._call()
        return rejected if token.value == rejected.value else token

    def fetch(self, previous: Token | None) -> Token:  # noqa: ARG002 -- the function decides
        """Return the function's token.

        Raises:
            TokenUnavailableError: The function raised, or returned no token; the message omits the error's text.
        """
        token = self._last_fetch.token = self._call()
        return token

    def _call(self) -> Token:
        try:
            token = self._give()
        except ClientError:
            raise
        except Exception as error:
            if passes_through(error):
                raise
            words = f" {error_text(error)}"
        else:
            if isinstance(token, Token):
                return token
            self._gives_strings = is_instance(token, str)
            try:
                return Token(value=token)
            except UsageError as error:
                words = f": {error}"
            finally:
                del token  # a traceback may show local variables
        raise TokenUnavailableError(f"the function that returns tokens{words}")


def _call_for_name(name: Callable[[], str]) -> str:
    what = "the function that returns the principal"
    return call_for(name, str, what=what, expected="a string", failure=UsageError)
