"""Requests tokens from a token endpoint: authentication of the client, and reading of the response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote_plus

import requests

from pactape_clients.auth._token import Token
from pactape_clients.auth._token_responses import TokenResponse, read_token_response
from pactape_clients.caller_code.checks import check_choice, check_kind, is_instance
from pactape_clients.concurrency.call_context import current_call, remaining_time
from pactape_clients.encoding.urls import parse_server, shown
from pactape_clients.error_parts.redaction import redact, secrets_of
from pactape_clients.errors import (
    ClientError,
    TokenError,
    TokenRefusedError,
    TokenUnavailableError,
    TransportError,
    UsageError,
)
from pactape_clients.retries import repeat
from pactape_clients.settings import DEFAULT_SETTINGS, TransportSettings
from pactape_clients.wire import Connections, ResponseReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.settings import Timeouts

__all__ = ["ClientAuth", "Form", "TokenEndpoint"]

#: How a client authenticates: OpenID Connect's values of token_endpoint_auth_method.
ClientAuth = Literal["client_secret_basic", "client_secret_post", "none"]

_MOST = 2**20  # bytes
_BAD_REQUEST = 400
_TOO_MANY = 429
_SERVER_ERROR = 500
_REDIRECTS = range(300, 400)


class Form:
    """The fields of a token request; no repr shows them."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)


class TokenEndpoint:
    """Requests tokens at one token endpoint, as one client.

    Requests use the settings of the client whose call needs the token: time-outs, environment, retries.

    Args:
        url: The endpoint.
        client_id: The client.
        client_secret: Its secret; "" for a public client, which sends its id in the body (RFC 6749 3.2.1).
        client_auth: How it authenticates; None for HTTP Basic, or for "none" without a secret.
        session: Sends the requests; None to create a session.
        timeouts: Seconds to connect, and between bytes; None for those of the client.

    Raises:
        UsageError: The URL is invalid, or the secret doesn't fit `client_auth`.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        client_secret: str,
        client_auth: ClientAuth | None,
        session: requests.Session | None,
        timeouts: Timeouts | None,
    ) -> None:
        parse_server(url)
        if client_auth is None:
            client_auth = "client_secret_basic" if client_secret else "none"
        check_choice("client_auth", client_auth, ("client_secret_basic", "client_secret_post", "none"))
        if not is_instance(client_id, str) or not is_instance(client_secret, str) or not client_id:
            raise UsageError("client_id and client_secret must be strings. Fix: check where they come from")
        check_kind("session", session, (requests.Session, type(None)), "a requests.Session")
        self._url = url
        self._name = shown(url)
        self._client_id = client_id
        self._secret = client_secret
        self._client_auth = client_auth
        self._session = session
        self._timeouts = None if timeouts is None else TransportSettings(timeouts=timeouts).connect_and_read
        self._connections: dict[bool, Connections] = {}

    def request(self, form: Form) -> Token:
        """Post a form and return the token of the response.

        Raises:
            TokenRefusedError: The endpoint returned an OAuth error.
            TokenUnavailableError: No response came, or one without a token, even after retries.
            DeadlineExceededError: The deadline of the call on this thread passed.
        """
        call = current_call.get()
        settings = DEFAULT_SETTINGS if call is None else call.settings
        policy = settings.retries
        return repeat(
            policy,
            lambda _: self._request_once(form, settings),
            is_repeatable=policy.repeats,
            remaining=remaining_time,
            name=self._name,
        )

    def _request_once(self, form: Form, settings: TransportSettings) -> Token:
        response = self._post(form, settings)
        token_response = read_token_response(response)
        if token_response.access_token is not None and response.status_code < _BAD_REQUEST:
            return self._token(token_response)
        raise self._refusal_error(token_response, response, form)

    def _token(self, token_response: TokenResponse) -> Token:
        try:
            return Token(
                value=token_response.access_token or "",
                expires_in=token_response.lifetime,
                refresh_token=token_response.refresh_token,
            )
        except UsageError as error:
            words = str(error)
        raise TokenUnavailableError(f"{self._name}: {words}")

    def _post(self, form: Form, settings: TransportSettings) -> requests.Response:
        connections = self._connections_for(settings)
        request = requests.Request(
            "POST", self._url, data=self._fields(form), headers={"Accept": "application/json"}
        )
        request.auth = self._no_auth if self._client_auth != "client_secret_basic" else self._basic_auth()
        try:
            prepared = connections.prepare(request, self._name)
            return connections.send(
                prepared,
                name=self._name,
                timeouts=self._timeouts or settings.connect_and_read,
                reader=ResponseReader(self._name, max_bytes=_MOST),
                announced=False,
            )
        except TransportError as error:
            remaining_time()
            failure = TokenUnavailableError(str(error), reason=error.reason or "reset", sent=error.sent)
        except ClientError as error:
            failure = TokenUnavailableError(str(error), status=error.status)
        raise failure  # outside the handler: the frames below contain the client's secret

    def _fields(self, form: Form) -> dict[str, str]:
        if self._client_auth == "client_secret_basic":
            return form.fields
        fields = {**form.fields, "client_id": self._client_id}
        return fields if self._client_auth == "none" else {**fields, "client_secret": self._secret}

    def _basic_auth(self) -> requests.auth.HTTPBasicAuth:
        return requests.auth.HTTPBasicAuth(quote_plus(self._client_id), quote_plus(self._secret))

    @staticmethod
    def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Prevent requests from adding credentials of the URL, the session or netrc."""
        request.headers.pop("Authorization", None)
        return request

    def _connections_for(self, settings: TransportSettings) -> Connections:
        trust_env = settings.trust_env
        if trust_env not in self._connections:
            self._connections[trust_env] = Connections(self._session, url=self._url, trust_env=trust_env)
        return self._connections[trust_env]

    def _refusal_error(
        self, token_response: TokenResponse, response: requests.Response, form: Form
    ) -> TokenError:
        status = response.status_code
        secrets = [self._secret, quote_plus(self._secret), form.fields.get("refresh_token", "")]
        secrets += secrets_of(response.request) - {self._client_id, quote_plus(self._client_id)}
        description = redact(
            f" ({token_response.description})" if token_response.description else "", filter(None, secrets)
        )
        code = redact(token_response.code, filter(None, secrets))
        headers = (
            {"Retry-After": response.headers["Retry-After"]} if "Retry-After" in response.headers else {}
        )
        if status in _REDIRECTS:
            message = (
                f"{self._name} answered {status}, a redirect, which would send the credentials elsewhere"
            )
            return TokenUnavailableError(
                f"{message}. Fix: give the token endpoint's final URL", status=status
            )
        if code and status < _SERVER_ERROR and status != _TOO_MANY:
            message = f"{self._name} refused: {code}{description}"
            return TokenRefusedError(message, code=code, status=status)
        details = f": {code}{description}" if code else description or " without a token"
        return TokenUnavailableError(
            f"{self._name} answered {status}{details}", code=code, status=status, headers=headers
        )
