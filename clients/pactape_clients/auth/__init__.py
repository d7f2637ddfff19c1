"""Access tokens: where they come from, when they are renewed, and how a request carries them."""

from pactape_clients.auth._authlib import AuthlibTokens
from pactape_clients.auth._oauth import ClientCredentials, RefreshToken
from pactape_clients.auth._requests import TokenAuth
from pactape_clients.auth._simple import CallableTokens, StaticToken
from pactape_clients.auth._source import RefreshWindows, Token, TokenSource

__all__ = [
    "AuthlibTokens",
    "CallableTokens",
    "ClientCredentials",
    "RefreshToken",
    "RefreshWindows",
    "StaticToken",
    "Token",
    "TokenAuth",
    "TokenSource",
]
