"""Requests to a broker with the credentials of the official PACT_BROKER_* variables."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pactape.errors import BrokerError
from pactape.pact_cli.environment import without_loopback_proxy
from pactape.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Session

__all__ = ["broker_session"]


def broker_session(url: str, environment: Mapping[str, str]) -> Session:
    """Return a session that authenticates at a broker.

    Credentials are those in the URL, PACT_BROKER_USERNAME with PACT_BROKER_PASSWORD, or PACT_BROKER_TOKEN. The
    certificate authorities are those of REQUESTS_CA_BUNDLE or SSL_CERT_FILE. A broker on this machine is never
    reached through a proxy.

    Args:
        url: The broker's base URL.
        environment: The variables.

    Raises:
        BrokerError: There are both a token and a user.
    """
    from requests import Session  # noqa: PLC0415 -- keeps `pactape --help` fast

    parts = urlsplit(url)
    user = unquote(parts.username or "") or environment.get("PACT_BROKER_USERNAME") or ""
    password = unquote(parts.password or "") or environment.get("PACT_BROKER_PASSWORD") or ""
    token = environment.get("PACT_BROKER_TOKEN") or ""
    if token and user:
        raise BrokerError(
            "both a token and a user are set as credentials",
            where=without_credentials(url),
            remedy="unset PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD",
        )
    session = Session()
    session.trust_env = False  # a ~/.netrc would override the credentials
    session.proxies.update(_proxies(url))
    session.verify = environment.get("REQUESTS_CA_BUNDLE") or environment.get("SSL_CERT_FILE") or True
    if token:
        session.headers["Authorization"] = f"Bearer {token}"
    elif user:
        session.auth = _basic(user, password)
    return session


def _basic(user: str, password: str) -> Callable[[PreparedRequest], PreparedRequest]:
    """Basic authentication in UTF-8 (RFC 7617); requests would encode it as Latin-1."""
    credentials = b64encode(f"{user}:{password}".encode()).decode()

    def authenticate(request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Basic {credentials}"
        return request

    return authenticate


def _proxies(url: str) -> dict[str, Any]:
    from requests.utils import get_environ_proxies  # noqa: PLC0415 -- as above

    no_proxy = without_loopback_proxy(os.environ)["NO_PROXY"]
    return dict(get_environ_proxies(url, no_proxy=no_proxy))
