"""The observer: which parts of the responses that it got the code under test read."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.observing.fragments import Fragments, StreamedBody
from pactape.observing.models.converters import PLAIN
from pactape.observing.models.field_paths import field_paths
from pactape.observing.observed_response import ObservedResponse, body_of, observed_response
from pactape.observing.plain_values import plain
from pactape.observing.tracking import TrackedArray, TrackedObject, track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.observing.models.converters import Reading

__all__ = ["Observer", "internal", "is_internal", "presence"]

#: Headers that every library reads, or that say nothing of the resource.
_TRANSPORT = frozenset(
    "content-type content-length content-encoding transfer-encoding connection date server set-cookie vary".split()  # noqa: SIM905 -- readable
)
#: Whether a library is reading for itself.
_INTERNAL: ContextVar[bool] = ContextVar("pactape_internal", default=False)
#: Whether only the presence of a header or cookie is tested, for which a library may read its value.
_PRESENCE: ContextVar[bool] = ContextVar("pactape_presence", default=False)
_SHORTEST_BODY = 2


@contextmanager
def internal() -> Iterator[None]:
    """Note nothing in the context: the library reads for itself, not for its caller."""
    token = _INTERNAL.set(True)
    try:
        yield
    finally:
        _INTERNAL.reset(token)


def is_internal() -> bool:
    """Return whether a library is reading for itself."""
    return _INTERNAL.get()


@contextmanager
def presence() -> Iterator[None]:
    """Note no value in the context: only whether there is a header or cookie is tested."""
    token = _PRESENCE.set(True)
    try:
        yield
    finally:
        _PRESENCE.reset(token)


class Observer:
    """All answers that were given to the code under test while observing.

    Args:
        find: Finds the position of a recorded answer by its body; None when answers are found by their library.

    Attributes:
        fragments: The parts of texts by which it is known whose they are.
        values_read: The headers ("header x-token"), cookies ("cookie sid") and targets of redirects that the client
            followed ("redirect of http://…") whose values were read; "header x-token of any response" where the
            response doesn't say what was requested.
    """

    def __init__(self, find: Callable[[bytes], int | None] | None = None) -> None:
        self._find = find
        self.values_read: set[str] = set()
        self.fragments: Fragments[ObservedResponse] = Fragments()
        self._answers: dict[int, tuple[object, ObservedResponse]] = {}
        self._bodies: dict[bytes, ObservedResponse] = {}
        self._by_position: dict[int, ObservedResponse] = {}

    @property
    def observed(self) -> list[ObservedResponse]:
        """The answers that were read as JSON, in the order in which they were given."""
        return [each for each in self.answers if each.is_parsed]

    @property
    def answers(self) -> list[ObservedResponse]:
        """All answers whose reading can be observed, in the order in which they were given."""
        return [*(each for _, each in self._answers.values()), *self._by_position.values()]

    def answer_of(self, response: Any) -> ObservedResponse:
        """Return what is known of a library's response object."""
        entry = self._answers.get(id(response))
        if entry is None:
            entry = self._answers[id(response)] = (
                response,
                observed_response(response),
            )  # kept: its id stays its own
        return entry[1]

    def touch(self, response: Any, body: Any) -> Any:
        """Note that a response's body was given to the test, and remember which response it belongs to."""
        if not _INTERNAL.get() and body is not None:
            answer = self.answer_of(response)
            answer.is_touched = True
            self.remember(body, answer)
            self._locate(answer, body)
            if key := _key(body):
                self.fragments.add(key, _media_type(response), answer)
        return body

    def streamed(self, response: Any) -> StreamedBody[ObservedResponse]:
        """Note that a response's body is given to the test part by part; the result takes the parts."""
        answer = self.answer_of(response)
        answer.is_touched = True
        return StreamedBody(self.fragments, _media_type(response), answer)

    def _locate(self, answer: ObservedResponse, body: Any) -> None:
        """Find an answer by its body, when its response doesn't say what was requested, as botocore's."""
        key = _key(body)
        if self._find is not None and not answer.method and answer.position is None and key:
            answer.position = self._find(key)

    def remember(self, body: Any, answer: ObservedResponse) -> None:
        """Remember whose a body is, to know it when it is parsed."""
        key = _key(body)
        if key is not None:
            self._bodies[key] = answer

    def read_header(self, response: Any, name: Any) -> None:
        """Note that a response's header was read."""
        if not _INTERNAL.get() and str(name).lower() not in _TRANSPORT:
            answer = self.answer_of(response)
            answer.headers_read.add(str(name).lower())
            self._read_value(f"header {str(name).lower()}")
            if answer.is_followed and str(name).lower() == "location":
                self.read_redirects([response])

    def read_header_of_any(self, response: Any, headers: Any, name: str) -> None:
        """Note that a header was read of a response that doesn't say what was requested."""
        if name.lower() not in _TRANSPORT:
            self._read_value(f"header {name.lower()} of any response")
            answer = None if _INTERNAL.get() else self._answer_by_body(response)
            if answer is not None:
                answer.headers_read.add(name.lower())
        if (
            name.lower() == "location"
            and id(response) in self._answers
            and self.answer_of(response).is_followed
        ):
            self.read_redirects([response])
        if name.lower() == "set-cookie":
            values = headers.getall(name, ()) if hasattr(headers, "getall") else [headers.get(name, "")]
            for value in values:
                self.read_cookie(value.partition("=")[0].strip())

    def _answer_by_body(self, response: Any) -> ObservedResponse | None:
        """Return the answer with a response's body, which counts as read as long as nothing parses it."""
        body = body_of(response)
        if not body:  # others may have none, too
            answer = self.answer_of(response)
            return answer if answer.method else None
        position = None if self._find is None else self._find(body)
        if position is None:
            return None
        unread = ObservedResponse(position=position, usage=Usage(), is_touched=True)
        return self._by_position.setdefault(position, unread)

    def follow(self, response: Any) -> None:
        """Note that the test looks at a redirect that its client followed."""
        self.answer_of(response).is_followed = True

    def read_redirects(self, responses: Iterable[Any]) -> None:
        """Note that the test reads where redirects led that its client followed."""
        for each in responses:
            self._read_value(f"redirect of {self.answer_of(each).url}")

    def read_cookie(self, name: Any) -> None:
        """Note that a cookie's value was read, of whichever response."""
        self._read_value(f"cookie {name}")

    def _read_value(self, name: str) -> None:
        if not (_INTERNAL.get() or _PRESENCE.get()):
            self.values_read.add(name)

    def read(self, response: Any, value: Any) -> Any:
        """Return the JSON `value` of a response, noting what is read of it; several values share the notes."""
        return self._tracked(self.answer_of(response), value)

    def parsed(self, text: Any, value: Any) -> Any:
        """Return a JSON value that was parsed from `text`, noting what is read if that is an answer's body."""
        answer = None if _INTERNAL.get() or isinstance(value, _TRACKED) else self.answer_with(text)
        return value if answer is None else self._tracked(answer, value)

    def usage_of_text(self, text: Any) -> Usage | None:
        """Return where reads of a text that is an answer's body are noted; None for any other text."""
        return _parsed_usage(None if _INTERNAL.get() else self.answer_with(text))

    def usage_of_row(self, line: Any) -> Usage | None:
        """Return the same for the first line of a table."""
        return _parsed_usage(self.fragments.row(line) if isinstance(line, str) else None)

    def answer_with(self, body: Any) -> ObservedResponse | None:
        """Return the answer that has this body; None when none has."""
        key = _key(body)
        if key is None or len(key) < _SHORTEST_BODY:
            return None
        answer = self._bodies.get(key) or self.fragments.event(key)
        if answer is None and self._find is not None and key[:1] in b"{[":
            position = self._find(key)
            if position is not None:
                answer = self._by_position.setdefault(
                    position, ObservedResponse(position=position, usage=Usage())
                )
                self._bodies[key] = answer
        return answer

    def read_as(self, value: Any, model: Any, reading: Reading = PLAIN) -> bool:
        """Note that a value is read as a model; whether it is one of an answer, or an answer's body."""
        if isinstance(value, _TRACKED):
            value.read(field_paths(model, reading, plain(value)))
            return True
        answer = self.answer_with(value)
        if answer is None:
            return False
        answer.is_parsed = True
        answer.usage.looked_into()
        answer.usage.read(field_paths(model, reading, _decoded(value)))
        return True

    def _tracked(self, answer: ObservedResponse, value: Any) -> Any:
        answer.is_parsed = True
        return track(value, answer.usage)


_TRACKED = (TrackedObject, TrackedArray)


def _parsed_usage(answer: ObservedResponse | None) -> Usage | None:
    if answer is None:
        return None
    answer.is_parsed = True
    usage: Usage = answer.usage
    return usage


def _media_type(response: Any) -> str:
    """The media type that a response states, in lower case."""
    get: Callable[[str], Any] | None = getattr(getattr(response, "headers", None), "get", None)
    with internal():
        value = get("content-type") if get is not None else None
    return str(value or "").partition(";")[0].strip().lower()


def _key(body: Any) -> bytes | None:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return bytes(body) if isinstance(body, bytes | bytearray | memoryview) else None


def _decoded(body: Any) -> Any:
    """The JSON value of a body; None when it is none."""
    try:
        with internal():
            return msgspec.json.decode(_key(body) or b"")
    except (ValueError, RecursionError):
        return None
