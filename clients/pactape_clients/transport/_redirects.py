"""Redirects: which ones are followed, and what is sent to their target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape_clients.encoding.headers import without_credentials
from pactape_clients.encoding.urls import keeps_credentials, shown
from pactape_clients.errors import RedirectError
from pactape_clients.wire import redirect_target

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    Send = Callable[[requests.PreparedRequest, "RedirectState"], requests.Response]

__all__ = ["RedirectState", "follow_redirects"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_KEEPS_METHOD = frozenset({307, 308})
_REDIRECTS = range(300, 400)
_NOT_MODIFIED = 304


class RedirectState:
    """The redirects of a request so far.

    Args:
        name: The operation's name, for messages.
        most: The most redirects to follow.
    """

    __slots__ = ("abroad", "count", "most", "name", "seen")

    def __init__(self, name: str, *, most: int) -> None:
        self.name = name
        self.most = most
        self.count = 0
        self.abroad = False
        self.seen: set[str] = set()


def follow_redirects(
    request: requests.PreparedRequest,
    hop: RedirectState,
    *,
    send: Send,
    session: requests.Session,
    can_be_sent_again: Callable[[], bool],
) -> requests.Response:
    """Send a request, and follow its redirects as far as that is safe.

    A safe request (RFC 9110 section 9.2.1) is redirected anywhere, but credentials are only sent to its own host. A
    write follows 307 and 308 on its own host only, and never becomes a GET.

    Raises:
        RedirectError: The redirect isn't followed.
    """
    while True:
        hop.seen.add(request.url or "")
        response = send(request, hop)
        if not response.is_redirect:
            if response.status_code in _REDIRECTS and response.status_code != _NOT_MODIFIED:
                raise _refusal_error(response, hop, "the redirect has no Location header", "")
            return response
        target = redirect_target(response, hop.name)
        _check(response, request, target, hop, can_be_sent_again)
        request = _follow(request, response, target, hop, session)


def _check(
    response: requests.Response,
    request: requests.PreparedRequest,
    target: str,
    hop: RedirectState,
    can_be_sent_again: Callable[[], bool],
) -> None:
    hop.count += 1
    place = shown(target)
    if hop.count > hop.most:
        raise _refusal_error(response, hop, f"more than {hop.most} redirects, the last to {place}", place)
    stays = keeps_credentials(request.url or "", target)
    if request.method in _SAFE:
        if request.body is not None and not stays:
            why = f"the body of a {request.method} isn't sent to another host, {place}. Fix: call that host"
            raise _refusal_error(response, hop, why, place)
        _check_body(response, hop, place, can_be_sent_again)
        return
    if response.status_code not in _KEEPS_METHOD:
        why = f"a {request.method} that is redirected to {place} would become a GET. Fix: call that URL"
        raise _refusal_error(response, hop, why, place)
    if not stays:
        why = f"a {request.method} isn't redirected to another host, {place}. Fix: call that host if you trust it"
        raise _refusal_error(response, hop, why, place)
    _check_body(response, hop, place, can_be_sent_again)


def _check_body(
    response: requests.Response, hop: RedirectState, place: str, can_be_sent_again: Callable[[], bool]
) -> None:
    if not can_be_sent_again():
        raise _refusal_error(
            response, hop, f"the body can't be sent again to {place}. Fix: call that URL", place
        )


def _follow(
    request: requests.PreparedRequest,
    response: requests.Response,
    target: str,
    hop: RedirectState,
    session: requests.Session,
) -> requests.PreparedRequest:
    again = request.copy()
    if not keeps_credentials(request.url or "", target):
        hop.abroad = True
    try:
        again.prepare_url(target, None)
    except ValueError:
        failure = _refusal_error(
            response, hop, "the server redirects to something that is not an http or https URL", ""
        )
    else:
        if again.url in hop.seen:
            place = shown(target)
            raise _refusal_error(response, hop, f"the server redirects in a loop, to {place}", place)
        again.headers.pop("Cookie", None)
        if hop.abroad:
            _remove_credentials(again, session)
        else:
            again.prepare_cookies(session.cookies)
        _rewind(again)
        return again
    raise failure


def _remove_credentials(request: requests.PreparedRequest, session: requests.Session) -> None:
    """Remove headers that may identify the caller, and hooks of an `auth` that respond to a 401 (digest, NTLM)."""
    remaining_headers = without_credentials(request.headers)
    for name in [name for name in request.headers if name not in remaining_headers]:
        del request.headers[name]
    session_hooks: Any = session.hooks.get("response") or []
    of_session = [session_hooks] if callable(session_hooks) else list(session_hooks)
    request.hooks = {"response": [hook for hook in request.hooks["response"] if hook in of_session]}


def _rewind(request: requests.PreparedRequest) -> None:
    start = getattr(request, "_body_position", None)
    body: Any = request.body
    if isinstance(start, int) and hasattr(body, "seek"):
        body.seek(start)


def _refusal_error(response: requests.Response, hop: RedirectState, why: str, place: str) -> RedirectError:
    return RedirectError(
        f"{hop.name}: {response.status_code}: {why}",
        location=place,
        status=response.status_code,
        headers=response.headers,
    )
