"""Access tokens: where they come from, when they are renewed, and how a request carries them."""

from pactape_clients.auth._authlib import AuthlibTokens
from pactape_clients.auth._endpoint import ClientAuth
from pactape_clients.auth._oauth import (
    ClientCredentials,
    RefreshToken,
    RefreshTokenStore,
    TokenRequestOptions,
)
from pactape_clients.auth._requests import TokenAuth
from pactape_clients.auth._simple import CallableTokens, StaticToken
from pactape_clients.auth._source import TokenSource
from pactape_clients.auth._token import RefreshWindows, Token

__all__ = [
    "AuthlibTokens",
    "CallableTokens",
    "ClientAuth",
    "ClientCredentials",
    "RefreshToken",
    "RefreshTokenStore",
    "RefreshWindows",
    "StaticToken",
    "Token",
    "TokenAuth",
    "TokenRequestOptions",
    "TokenSource",
]
