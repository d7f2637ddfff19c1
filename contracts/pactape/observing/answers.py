"""Answers: what code under test was given, and what it read of it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.observing.models import field_paths
from pactape.observing.tracking import TrackedArray, TrackedObject, track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Observed", "Observer", "internal"]

_ABOUT_BODIES = ("Content-Type", "Content-Encoding")
#: Headers that every library reads, or that say nothing of the resource.
_TRANSPORT = frozenset(
    "content-type content-length content-encoding transfer-encoding connection date server set-cookie vary".split()  # noqa: SIM905
)
#: Whether a library is reading for itself.
_INTERNAL: ContextVar[bool] = ContextVar("pactape_internal", default=False)
_SHORTEST_BODY = 2


@contextmanager
def internal() -> Iterator[None]:
    """Note nothing in the context: the library reads for itself, not for its caller."""
    token = _INTERNAL.set(True)
    try:
        yield
    finally:
        _INTERNAL.reset(token)


class Observed(msgspec.Struct, kw_only=True):
    """An answer that was given to the code under test.

    Args:
        method: The request's method; empty when the request isn't known.
        url: The request's URL, as it was sent.
        headers: The request's headers that say what its body is.
        body: The request's body.
        position: Where it stands in the cassette, when it was found by its body.
        usage: What was read of its JSON value, so far.
        is_parsed: Whether its body was read as JSON.
        is_touched: Whether its body was handed out as bytes or text.
        headers_read: The names of its headers that were read, in lower case.
    """

    method: str = ""
    url: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""
    position: int | None = None
    usage: Any = None
    is_parsed: bool = False
    is_touched: bool = False
    headers_read: set[str] = set()

    def paths(self) -> tuple[str, ...] | None:
        """Return the paths of the fields and headers that were read; None when every field was.

        A body that was handed out and not read as JSON counts as read whole: nobody knows by whom.
        """
        unparsed = None if self.is_touched else ()
        fields = self.usage.paths() if self.is_parsed else unparsed
        headers = tuple(f"header: {name}" for name in sorted(self.headers_read))
        return fields if not headers else (*(("",) if fields is None else fields), *headers)


class Observer:
    """All answers that were given to the code under test while observing.

    Args:
        find: Finds the position of a recorded answer by its body; None when answers are found by their library.
    """

    def __init__(self, find: Callable[[bytes], int | None] | None = None) -> None:
        self._find = find
        self._answers: dict[int, tuple[object, Observed]] = {}
        self._bodies: dict[bytes, Observed] = {}
        self._by_position: dict[int, Observed] = {}

    @property
    def observed(self) -> list[Observed]:
        """The answers that were read as JSON, in the order in which they were given."""
        return [each for each in self.answers if each.is_parsed]

    @property
    def answers(self) -> list[Observed]:
        """All answers whose reading can be observed, in the order in which they were given."""
        return [*(each for _, each in self._answers.values()), *self._by_position.values()]

    def given(self, response: Any) -> Observed:
        """Return what is known of a library's response object."""
        known = self._answers.get(id(response))
        if known is None:
            known = self._answers[id(response)] = (
                response,
                _observed(response),
            )  # kept: its id stays its own
        return known[1]

    def touch(self, response: Any, body: Any) -> Any:
        """Note that a response's body was handed out, and remember whose it is."""
        if not _INTERNAL.get() and body is not None:
            answer = self.given(response)
            answer.is_touched = True
            self.remember(body, answer)
        return body

    def remember(self, body: Any, answer: Observed) -> None:
        """Remember whose a body is, to know it when it is parsed."""
        key = _key(body)
        if key is not None:
            self._bodies[key] = answer

    def read_header(self, response: Any, name: Any) -> None:
        """Note that a response's header was read."""
        if not _INTERNAL.get() and str(name).lower() not in _TRANSPORT:
            self.given(response).headers_read.add(str(name).lower())

    def read(self, response: Any, value: Any) -> Any:
        """Return the JSON `value` of a response, noting what is read of it; several values share the notes."""
        return self._tracked(self.given(response), value)

    def parsed(self, text: Any, value: Any) -> Any:
        """Return a JSON value that was parsed from `text`, noting what is read if that is an answer's body."""
        answer = None if _INTERNAL.get() or isinstance(value, _TRACKED) else self.answer_with(text)
        return value if answer is None else self._tracked(answer, value)

    def answer_with(self, body: Any) -> Observed | None:
        """Return the answer that has this body; None when none has."""
        key = _key(body)
        if key is None or len(key) < _SHORTEST_BODY:
            return None
        known = self._bodies.get(key)
        if known is None and self._find is not None and key[:1] in b"{[":
            position = self._find(key)
            if position is not None:
                known = self._by_position.setdefault(position, Observed(position=position, usage=Usage()))
                self._bodies[key] = known
        return known

    def read_as(self, value: Any, model: Any) -> bool:
        """Note that a value is read as a model; whether it is one of an answer, or an answer's body."""
        if isinstance(value, _TRACKED):
            value.read(field_paths(model))
            return True
        answer = self.answer_with(value)
        if answer is None:
            return False
        answer.is_parsed = True
        answer.usage.looked_into()
        answer.usage.read(field_paths(model))
        return True

    def _tracked(self, answer: Observed, value: Any) -> Any:
        answer.is_parsed = True
        return track(value, answer.usage)


_TRACKED = (TrackedObject, TrackedArray)


def _key(body: Any) -> bytes | None:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return bytes(body) if isinstance(body, bytes | bytearray | memoryview) else None


def _observed(response: Any) -> Observed:
    """What a response object says of its request; nothing when somebody made it by hand."""
    answer = Observed(usage=Usage(), headers={}, headers_read=set())
    try:
        request = getattr(response, "request", None) or getattr(response, "request_info", None)
    except RuntimeError:  # httpx refuses to say
        request = None
    if request is None:
        return answer
    body = getattr(request, "body", None) if hasattr(request, "body") else _content(request)
    answer.method, answer.url = str(request.method), str(request.url)
    answer.body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
    if answer.body:
        found = ((name, request.headers.get(name)) for name in _ABOUT_BODIES)
        answer.headers = {name: value for name, value in found if value is not None}
    return answer


def _content(request: Any) -> Any:
    """The body of an httpx request; none of one that streams it."""
    try:
        return getattr(request, "content", None)
    except RuntimeError:
        return None
