"""The connections of a client: its own session, or a given one."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
from requests.adapters import HTTPAdapter
from requests.utils import prepend_scheme_if_needed, select_proxy

from pactape_clients.caller_code.callbacks import callback_error, error_text, passes_through
from pactape_clients.concurrency.call_context import bounded, current_call
from pactape_clients.concurrency.processes import renew_after_fork
from pactape_clients.errors import ClientError, UsageError
from pactape_clients.wire._failures import SENDING_ERRORS, failure_of, without_traceback
from pactape_clients.wire._pools import make_pools_timed, pooled_session, renew_pools

if TYPE_CHECKING:
    from pactape_clients.settings import Timeouts
    from pactape_clients.wire._reading import ResponseReader

__all__ = ["MOST_OF_BODY", "Connections", "settings_of"]

_CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
MOST_OF_BODY = 65_536  # how many bytes of a response an error keeps


class Connections:
    """Sends prepared requests, and turns failures into `ClientError`s.

    Args:
        session: Sends the requests; None to create a session.
        url: The server, for the proxies of the environment.
        pool_size: The most connections that its own session keeps open.
        trust_env: Whether its own session uses proxies and CA bundle from the environment.
    """

    def __init__(
        self, session: requests.Session | None, *, url: str, pool_size: int = 10, trust_env: bool = True
    ) -> None:
        if session is not None and not isinstance(session, requests.Session):
            raise UsageError(f"session must be a requests.Session, not {type(session).__name__}")
        self.is_own = session is None
        self.session = pooled_session(pool_size) if session is None else session
        self.url = url
        self._host = urlsplit(url).hostname
        self._trust_env = trust_env
        self._environment_options = _environment(url, trust_env=trust_env) if self.is_own else None
        self._adapters: weakref.WeakSet[HTTPAdapter] = weakref.WeakSet()
        if self.is_own:
            weakref.finalize(self, self.session.close)  # otherwise its open sockets warn when collected
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Replace the parent's connections."""
        renew_pools(self.session)
        self._adapters = weakref.WeakSet()

    def close(self) -> None:
        """Close the connections of its own session, but not those of a given one."""
        if self.is_own:
            self.session.close()

    def prepare(self, request: requests.Request, name: str) -> requests.PreparedRequest:
        """Prepare the request with the session.

        Raises:
            UsageError: The request can't be sent.
        """
        try:
            return self.session.prepare_request(request)
        except ClientError as error:
            failure = error
        except SENDING_ERRORS as error:
            failure = failure_of(error, name)
        except Exception as error:
            if passes_through(error):
                raise
            failure = UsageError(f"{name}: the session's auth {error_text(error)}", sent=False)
        raise without_traceback(failure)

    def send(
        self,
        request: requests.PreparedRequest,
        *,
        name: str,
        timeouts: Timeouts,
        reader: ResponseReader,
        streaming: bool = False,
        abroad: bool = False,
        announced: bool = True,
    ) -> requests.Response:
        """Send one request, without following redirects, and return the response, whose body `reader` reads.

        Args:
            request: The request, which is sent unchanged.
            name: The operation's name, for messages.
            timeouts: Seconds to connect, and between bytes; the deadline of the current call also applies.
            reader: Reads the body.
            streaming: Whether to leave the body of a successful response unread.
            abroad: Whether it is sent to another host, which must not get the client certificate.
            announced: Whether to call the observers.

        Raises:
            ClientError: No response was received, or it can't be read.
        """
        call = current_call.get()
        hooks = request.hooks["response"]
        request.hooks["response"] = [reader, *(_Guarded(hook, name) for hook in hooks)]
        try:
            options = self._options(request, streaming=streaming, abroad=abroad)
            options["timeout"] = bounded(timeouts, None if call is None else call.remaining())
            if call is not None and announced:
                call.announce()
            return self._send(request, options)
        except ClientError as error:
            failure = error
        except SENDING_ERRORS as error:
            failure = failure_of(error, name)
        except Exception as error:
            if passes_through(error):
                raise
            failure = callback_error(error, "the session or its adapter", name)
        finally:
            request.hooks["response"] = hooks
        raise self._with_context(failure)  # outside the handler: the frames below contain the token

    def _with_context(self, failure: ClientError) -> ClientError:
        call = current_call.get()
        if call is not None:
            failure.operation = failure.operation or call.operation
            call.remaining()
        return without_traceback(failure)

    def _send(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        try:
            return self.session.send(request, **options, allow_redirects=False)
        except requests.HTTPError as error:  # raised by a session that calls raise_for_status
            if error.response is None:
                raise
            return error.response

    def _options(self, request: requests.PreparedRequest, *, streaming: bool, abroad: bool) -> dict[str, Any]:
        url = request.url or ""
        options: dict[str, Any]
        if self._environment_options is None:
            self.keep_deadlines(url)
            options = settings_of(self.session, url)
            self._keep_deadlines_through(options["proxies"], url)
        elif urlsplit(url).hostname == self._host:
            options = self._environment_options.copy()
        else:
            options = _environment(url, trust_env=self._trust_env)
        options["stream"] = streaming
        if abroad:
            options["cert"] = None
        return options

    def keep_deadlines(self, url: str) -> None:
        """Replace the pools of a given session's adapter with timed ones, once for each adapter."""
        try:
            adapter = self.session.get_adapter(url)
        except requests.exceptions.InvalidSchema:
            return
        if isinstance(adapter, HTTPAdapter) and adapter not in self._adapters:
            self._adapters.add(adapter)
            make_pools_timed(adapter.poolmanager)

    def _keep_deadlines_through(self, proxies: Any, url: str) -> None:
        """Replace the pools of a given session's proxies with timed ones; adapters keep them separately."""
        proxy = select_proxy(url, proxies) if proxies else None
        adapter: Any = self.session.get_adapter(url) if proxy else None
        if isinstance(adapter, HTTPAdapter):
            address = prepend_scheme_if_needed(proxy, "http")  # type: ignore[no-untyped-call]  # requests' types
            make_pools_timed(adapter.proxy_manager_for(address))


def settings_of(session: requests.Session, url: str) -> dict[str, Any]:
    """Return a session's settings merged with the environment, as in requests, but faster without proxies."""
    is_plain = type(session).merge_environment_settings is requests.Session.merge_environment_settings
    if not is_plain or (session.trust_env and getproxies()):
        return dict(session.merge_environment_settings(url, {}, None, None, None))
    bundle = next(filter(None, map(os.environ.get, _CA_BUNDLES)), None) if session.trust_env else None
    own: Any = session.proxies  # None means no proxy
    proxies = {name: value for name, value in own.items() if value is not None}
    return {"proxies": proxies, "verify": bundle or session.verify, "cert": session.cert}


class _Guarded:
    """A response hook of the session, whose exceptions become `ClientError`s."""

    __slots__ = ("_hook", "_name")

    def __init__(self, hook: Any, name: str) -> None:
        self._hook = hook
        self._name = name

    def __call__(self, response: requests.Response, **sending: Any) -> Any:
        try:
            return self._hook(response, **sending)
        except requests.HTTPError as error:
            if error.response is not None:  # it calls raise_for_status; the response is checked later anyway
                return error.response
            failure = self._failure(error, response)
        except Exception as error:
            if passes_through(error):
                raise
            failure = self._failure(error, response)
        response.close()
        raise failure

    def _failure(self, error: BaseException, response: requests.Response) -> ClientError:
        body = getattr(response, "_content", b"") or b""
        return callback_error(
            error,
            "a response hook of the session",
            self._name,
            status=response.status_code,
            headers=response.headers,
            body=body[:MOST_OF_BODY],
            sent=True,
        )


def _environment(url: str, *, trust_env: bool) -> dict[str, Any]:
    """Return proxies and CA bundle once; reading the environment would take a fifth of each request's time."""
    if not trust_env:
        return {"proxies": {}}
    with requests.Session() as session:
        return dict(session.merge_environment_settings(url, {}, None, None, None))
