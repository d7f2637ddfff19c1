"""Access tokens: their sources, their renewal, and how requests carry them."""

from pactape_clients.auth._authlib import AuthlibTokens
from pactape_clients.auth._endpoint import ClientAuth
from pactape_clients.auth._oauth import ClientCredentials, TokenRequestOptions
from pactape_clients.auth._refresh_token import RefreshToken, RefreshTokenStore
from pactape_clients.auth._simple import CallableTokens, StaticToken
from pactape_clients.auth._token import RefreshWindows, Token
from pactape_clients.auth._token_auth import TokenAuth
from pactape_clients.auth._token_source import TokenSource

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
