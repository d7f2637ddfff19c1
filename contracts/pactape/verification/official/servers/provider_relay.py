"""A loopback server between the official verifier and a provider.

The verifier supports one host, constant headers and its built-in certificate authorities. The relay adds values of
provider states in headers, TLS with other certificate authorities, and the reasons of failures.
"""

from __future__ import annotations

import http.client
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pactape.exchange import Response
from pactape.http_bodies import end_to_end, header
from pactape.serving import LoopbackServer
from pactape.verification.headers import expand_headers
from pactape.verification.tls import tls_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.serving import ReceivedRequest
    from pactape.verification.official.reasons import Reasons
    from pactape.verification.official.servers.state_server import StateServer
    from pactape.verification.options import VerificationOptions

__all__ = ["ProviderRelay"]

#: Headers that the relay sets itself.
_OWN = frozenset({"content-length", "host"})


class ProviderRelay(LoopbackServer):
    """Forwards requests to a provider, and its responses back, byte for byte.

    Args:
        url: The provider's base URL.
        headers: Headers for every request, which replace those of the contract; may have placeholders.
        options: Time-outs and TLS.
        states: The state server, whose values replace placeholders in headers.
        reasons: Collects failures.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        options: VerificationOptions,
        states: StateServer,
        reasons: Reasons,
    ) -> None:
        self._parts = urlsplit(url)
        self._headers = headers
        self._options = options
        self._states = states
        self._reasons = reasons
        self._context = tls_context(options) if self._parts.scheme == "https" else None
        super().__init__()

    def reply(self, request: ReceivedRequest) -> Response | None:
        """Forward a request; return None, which closes the connection, if the provider doesn't respond."""
        started = time.monotonic()
        connection = self._connection()
        try:
            self._send(connection, request)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._reasons.add_connection(
                _failure_reason(error, time.monotonic() - started, self._options.timeout)
            )
            return None
        finally:
            connection.close()
        return Response(status=response.status, headers=tuple(response.getheaders()), body=body)

    def _connection(self) -> http.client.HTTPConnection:
        host, port, timeout = self._parts.hostname or "", self._parts.port, self._options.timeout
        if self._context is None:
            return http.client.HTTPConnection(host, port, timeout=timeout)
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context)

    def _send(self, connection: http.client.HTTPConnection, request: ReceivedRequest) -> None:
        expanded = expand_headers(self._headers, self._states.take_values())
        replaced = {name.lower() for name in expanded}
        target = self._parts.path.rstrip("/") + request.target
        connection.putrequest(request.method, target, skip_accept_encoding=True)
        for name, value in end_to_end(request.headers):
            if name.lower() not in _OWN | replaced:
                connection.putheader(name, value)
        for name, value in expanded.items():
            connection.putheader(name, value)
        if request.body or header(request.headers, "Content-Length"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)


def _failure_reason(error: Exception, seconds: float, limit: float) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the provider's certificate can't be verified ({error.verify_message}): "
            "give its certificate authority with --ca-file"
        )
    if isinstance(error, TimeoutError):
        return f"the provider did not respond within {limit:g} s (it took {seconds:.1f} s; the limit is --timeout)"
    return f"the connection to the provider failed: {error}"
