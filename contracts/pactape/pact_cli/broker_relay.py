"""A loopback server between an official tool and a broker.

The official tools drop the text of a broker's error, and hide that the broker refused a result. The relay sees
every response: the contracts that were served, the results that arrived, and the reason of each refusal. The
tool needs neither credentials nor certificate authorities: the relay adds them.
"""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
import requests

from pactape.exchange import Response
from pactape.http_bodies import end_to_end
from pactape.pact_cli.broker_session import broker_session
from pactape.pact_cli.error_text import error_sentence
from pactape.serving import LoopbackServer
from pactape.urls import is_base_url, without_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.serving import ReceivedRequest

__all__ = ["BrokerRelay", "RelayedCall"]

_TIMEOUT_SECONDS = 60
#: The official tools give up at once after a 4xx, and try again for two minutes after a 5xx.
_UNREACHABLE = HTTPStatus.FAILED_DEPENDENCY
_FIRST_REDIRECT = 300
_FIRST_FAILURE = 400
_FIRST_SERVER_ERROR = 500
#: How long to wait before each further attempt after a 5xx; then the tool is told to give up.
_WAITS_SECONDS = (0.2, 0.5, 1.0)
#: Headers that the relay sets itself.
_OWN = frozenset({"authorization", "content-encoding", "content-length", "host"})


class RelayedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of the broker's API.

    Args:
        method: In upper case.
        path: The path below the broker's base URL.
        status: The broker's status code; 0 when it couldn't be reached.
        document: The response's JSON; None when it has none.
        reason: The broker's own sentence when it refused; the error when it couldn't be reached.
        is_page: Whether a web page came in place of the broker's response: a sign-in page, or a proxy's.
    """

    method: str
    path: str
    status: int
    document: Any = None
    reason: str = ""
    is_page: bool = False

    @property
    def has_arrived(self) -> bool:
        """Whether the broker took what was sent."""
        return not self.has_failed and self.status < _FIRST_REDIRECT

    @property
    def is_foreign(self) -> bool:
        """Whether this is no error, and no document of a broker either."""
        is_own = isinstance(self.document, dict) and "_links" in self.document
        return 0 < self.status < _FIRST_FAILURE and not is_own

    @property
    def has_failed(self) -> bool:
        """Whether the broker refused, couldn't be reached, or something else answered in its place."""
        return self.status == 0 or self.status >= _FIRST_FAILURE or self.is_page

    def __str__(self) -> str:
        if self.status == 0:
            return f"the broker can't be reached: {self.reason}"
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else ""
        status = f"{self.status} {phrase}".strip()
        if self.is_page and self.status < _FIRST_REDIRECT:
            return (
                f"a web page came with {status} in place of the broker's answer: a proxy's, or a sign-in page"
            )
        if self.status < _FIRST_FAILURE:
            return f"the broker redirects with {status}; give the URL that it redirects to as its base URL"
        return (
            f"the broker rejected the request with {status}: {self.reason}"
            if self.reason
            else f"the broker rejected the request with {status}"
        )


class BrokerRelay(LoopbackServer):
    """Relays the calls of an official tool to a broker, and keeps what came of them.

    Args:
        broker: The broker's base URL; it may hold a user and a password.
        environment: The variables with the credentials.

    Attributes:
        calls: All calls, in the order of their responses.
    """

    def __init__(self, broker: str, environment: Mapping[str, str]) -> None:
        self._session = broker_session(broker, environment)
        super().__init__()
        self._broker = without_credentials(broker).rstrip("/")
        self._bases = {self._broker}
        self.calls: list[RelayedCall] = []

    @property
    def failures(self) -> list[RelayedCall]:
        """The calls whose last attempt failed."""
        last = {(call.method, call.path): call for call in self.calls}
        return [call for call in last.values() if call.has_failed]

    def shown(self, text: str) -> str:
        """Return a tool's text with the broker's URL in place of the relay's."""
        return text.replace(self.url, self._broker)

    def reply(self, request: ReceivedRequest) -> Response:
        """Send a request on to the broker, and its response back."""
        try:
            response = self._send_with_retries(request)
        except requests.RequestException as error:
            unreached = RelayedCall(method=request.method, path=_path(request), status=0, reason=_why(error))
            self.calls.append(unreached)
            return Response(status=_UNREACHABLE)
        document = _document(response)
        if request.target.strip("/") == "":
            self._note_base_url(document)
        failed = response.status_code >= _FIRST_FAILURE
        reason = error_sentence(response.content) if failed else ""
        self.calls.append(
            RelayedCall(
                method=request.method,
                path=_path(request),
                status=response.status_code,
                document=document,
                reason=reason,
                is_page="html" in response.headers.get("Content-Type", "").lower(),
            )
        )
        headers = tuple(
            (name, self._relayed(value))
            for name, value in response.headers.items()
            if name.lower() not in _OWN
        )
        status = _UNREACHABLE if response.status_code >= _FIRST_SERVER_ERROR else response.status_code
        return Response(status=status, headers=headers, body=self._body(response, document))

    def _send_with_retries(self, request: ReceivedRequest) -> requests.Response:
        """Send a request to the broker, several times as long as it has an error of its own.

        Raises:
            requests.RequestException: It can't be reached.
        """
        response = self._send(request)
        for wait in _WAITS_SECONDS:
            if response.status_code < _FIRST_SERVER_ERROR:
                break
            time.sleep(wait)
            response = self._send(request)
        return response

    def _send(self, request: ReceivedRequest) -> requests.Response:
        return self._session.request(
            request.method,
            f"{self._broker}{request.target}",
            headers={name: value for name, value in end_to_end(request.headers) if name.lower() not in _OWN},
            data=request.body,
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
        )

    def _note_base_url(self, index: Any) -> None:
        """Learn the URL that the broker itself has in its links; behind a reverse proxy it may be another."""
        links = index.get("_links") if isinstance(index, dict) else None
        own = links.get("self") if isinstance(links, dict) else None
        href = own.get("href") if isinstance(own, dict) else None
        if isinstance(href, str) and is_base_url(href):
            self._bases.add(href.rstrip("/"))

    def _body(self, response: requests.Response, document: Any) -> bytes:
        if not isinstance(document, dict | list):
            return response.content
        return json.dumps(self._with_relayed_links(document), ensure_ascii=False).encode()

    def _with_relayed_links(self, value: Any) -> Any:
        """The document with links through the relay; what isn't a link stays, above all the contract."""
        if isinstance(value, list):
            return [self._with_relayed_links(item) for item in value]
        if not isinstance(value, dict):
            return value
        changed = dict(value)
        if "_links" in value:
            changed["_links"] = self._hrefs(value["_links"])
        if "_embedded" in value:
            changed["_embedded"] = {
                name: self._with_relayed_links(child) for name, child in dict(value["_embedded"]).items()
            }
        return changed

    def _hrefs(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._hrefs(item) for item in value]
        if isinstance(value, dict):
            return {
                name: self._relayed(child)
                if name == "href" and isinstance(child, str)
                else self._hrefs(child)
                for name, child in value.items()
            }
        return value

    def _relayed(self, url: str) -> str:
        """The URL through the relay, when it is one of the broker's."""
        for base in self._bases:
            if url == base or url.startswith((f"{base}/", f"{base}?")):
                return self.url + url[len(base) :]
        return url


def _path(request: ReceivedRequest) -> str:
    return request.target.partition("?")[0]


def _document(response: requests.Response) -> Any:
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        return json.loads(response.content)
    except ValueError:
        return None


def _why(error: requests.RequestException) -> str:
    """The innermost reason of a failed request, without addresses of objects."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    text = str(reason or error)
    return text.rpartition(">: ")[2] or text
