"""The observer: records which parts of its responses the code under test reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.observing.fragments import Fragments, StreamedBody
from pactape.observing.models.converters import PLAIN
from pactape.observing.models.field_paths import field_paths
from pactape.observing.observed_response import ObservedResponse, add_request, body_of
from pactape.observing.plain_values import plain
from pactape.observing.reading_contexts import internal, is_internal, is_presence, is_sending
from pactape.observing.tracking import TrackedArray, TrackedObject, track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.observing.models.converters import Reading

__all__ = ["Observer"]

#: Headers that every library reads, or that are not about the resource.
_TRANSPORT = frozenset(
    "content-type content-length content-encoding transfer-encoding connection date server set-cookie vary".split()  # noqa: SIM905 -- readable
)
_SHORTEST_BODY = 2


class Observer:
    """All responses that the code under test received while it was observed.

    Args:
        find: Finds the position of a recorded response by its body; None if responses are found through their
            library.

    Attributes:
        fragments: Fragments of texts that identify the response that they belong to.
        values_read: The headers ("header x-token"), cookies ("cookie sid") and targets of followed redirects
            ("redirect of http://…") whose values were read; "header x-token of any response" if the response has no
            request.
        files: The responses of http.client, urllib and urllib3, whose bodies are files, with their positions.
    """

    def __init__(self, find: Callable[[bytes], int | None] | None = None) -> None:
        self._find = find
        self.values_read: set[str] = set()
        self.fragments: Fragments[ObservedResponse] = Fragments()
        self._responses: dict[int, tuple[object, ObservedResponse]] = {}
        self._bodies: dict[bytes, ObservedResponse] = {}
        self._by_position: dict[int, ObservedResponse] = {}
        self.files: list[tuple[Any, int]] = []

    @property
    def observed(self) -> list[ObservedResponse]:
        """The responses that were read as JSON, in the order in which they were received."""
        return [observed for observed in self.responses if observed.is_parsed]

    @property
    def responses(self) -> list[ObservedResponse]:
        """All responses that can be observed, in the order in which they were received."""
        return [*(response for _, response in self._responses.values()), *self._by_position.values()]

    def receive(self, response: Any, body: bytes) -> None:
        """Note a response whose body is a file."""
        position = self._find(body) if self._find is not None and body else None
        if position is not None:
            self.files.append((response, position))

    def find_observed(self, response: Any) -> ObservedResponse:
        """Return the observed response of a library's response object."""
        entry = self._responses.get(id(response))
        if entry is None:
            observed = ObservedResponse(usage=Usage(), headers={}, headers_read=set())
            entry = self._responses[id(response)] = (
                response,
                observed,
            )  # kept alive, so that its id stays unique
        if not entry[1].method:
            add_request(entry[1], response)
        return entry[1]

    def touch(self, response: Any, body: Any) -> Any:
        """Record that the test got a response's body, and which response it belongs to."""
        if not is_internal() and body is not None:
            observed = self.find_observed(response)
            observed.is_touched = True
            self.remember(body, observed)
            self._locate(observed, body)
            if key := _key(body):
                self.fragments.add(key, _media_type(response), observed)
        return body

    def receive_body(self, response: Any, body: Any) -> Any:
        """Record that the test got a response's body; code that runs while it is sent may only load it."""
        if is_sending() and not is_internal():
            self.remember(body, self.find_observed(response))
            return body
        return self.touch(response, body)

    def streamed(self, response: Any) -> StreamedBody[ObservedResponse]:
        """Record that the test gets a response's body in parts; add the parts to the result."""
        observed = self.find_observed(response)
        observed.is_touched = True
        return StreamedBody(self.fragments, _media_type(response), observed)

    def _locate(self, observed: ObservedResponse, body: Any) -> None:
        """Find a response by its body, if it has no request, as in botocore."""
        key = _key(body)
        if self._find is not None and not observed.method and observed.position is None and key:
            observed.position = self._find(key)

    def remember(self, body: Any, observed: ObservedResponse) -> None:
        """Remember which response a body belongs to, so that it is recognized when it is parsed."""
        key = _key(body)
        if key is not None:
            observed.content = key
            self._bodies[key] = observed

    def read_header(self, response: Any, name: Any) -> None:
        """Record that a response's header was read."""
        if not is_internal() and str(name).lower() not in _TRANSPORT:
            observed = self.find_observed(response)
            observed.headers_read.add(str(name).lower())
            self._read_value(f"header {str(name).lower()}")
            if observed.is_followed and str(name).lower() == "location":
                self.read_redirects([response])

    def read_header_of_any(self, response: Any, headers: Any, name: str) -> None:
        """Record that a header was read of a response without a request."""
        if name.lower() not in _TRANSPORT:
            self._read_value(f"header {name.lower()} of any response")
            observed = None if is_internal() else self._observed_by_body(response)
            if observed is not None:
                observed.headers_read.add(name.lower())
        if (
            name.lower() == "location"
            and id(response) in self._responses
            and self.find_observed(response).is_followed
        ):
            self.read_redirects([response])
        if name.lower() == "set-cookie":
            values = headers.getall(name, ()) if hasattr(headers, "getall") else [headers.get(name, "")]
            for value in values:
                self.read_cookie(value.partition("=")[0].strip())

    def _observed_by_body(self, response: Any) -> ObservedResponse | None:
        """Return an observed response; one without a request is found by its body.

        The body of the latter counts as read completely as long as nothing parses it. The parsers of botocore have
        only the body.
        """
        if isinstance(response, bytes):
            return self.observed_with_body(response)
        observed, body = self.find_observed(response), body_of(response)
        if observed.method:
            observed.content = observed.content or body or b""
            return observed
        position = None if self._find is None or not body else self._find(body)
        if position is None:  # others may have none, too
            return None
        unread = ObservedResponse(position=position, usage=Usage(), is_touched=True)
        return self._by_position.setdefault(position, unread)

    def follow(self, response: Any) -> None:
        """Record that the test looks at a redirect that its client followed."""
        self.find_observed(response).is_followed = True

    def read_redirects(self, responses: Iterable[Any]) -> None:
        """Record that the test reads the targets of redirects that its client followed."""
        for response in responses:
            self._read_value(f"redirect of {self.find_observed(response).url}")

    def read_cookie(self, name: Any) -> None:
        """Record that a cookie's value was read, of any response."""
        self._read_value(f"cookie {name}")

    def _read_value(self, name: str) -> None:
        if not (is_internal() or is_presence()):
            self.values_read.add(name)

    def read(self, response: Any, value: Any) -> Any:
        """Return the JSON `value` of a response as a tracked value; several values share their usage."""
        return self._track(self.find_observed(response), value)

    def parsed(self, text: Any, value: Any) -> Any:
        """Return a JSON value parsed from `text`, tracked if the text is a response's body."""
        observed = None if is_internal() or isinstance(value, _TRACKED) else self.observed_with_body(text)
        return value if observed is None else self._track(observed, value)

    def usage_of_text(self, text: Any) -> Usage | None:
        """Return the usage of a text that is a response's body; None for any other text."""
        key = None if is_internal() else _key(text)
        return _parsed_usage(self.observed_with_body(text) or self._observed_at(key)) if key else None

    def usage_of_row(self, line: Any) -> Usage | None:
        """Return the usage of the table that begins with a line; None for any other line."""
        return _parsed_usage(self.fragments.row(line) if isinstance(line, str) else None)

    def observed_with_body(self, body: Any) -> ObservedResponse | None:
        """Return the response with this body; None if there is none."""
        key = _key(body)
        if key is None or len(key) < _SHORTEST_BODY:
            return None
        observed = self._bodies.get(key) or self.fragments.event(key)
        return self._observed_at(key) if observed is None and key[:1] in b"{[" else observed

    def _observed_at(self, key: bytes) -> ObservedResponse | None:
        """Return the recorded response with this body; None without one."""
        position = self._find(key) if self._find is not None else None
        if position is None:
            return None
        return self._by_position.setdefault(position, ObservedResponse(position=position, usage=Usage()))

    def read_as(self, value: Any, model: Any, reading: Reading = PLAIN) -> Usage | None:
        """Record that a value is read as a model, whether it is a value in a response or a response's body.

        Returns:
            The usage of the value; None if it isn't a response's.
        """
        if isinstance(value, _TRACKED):
            value.read(field_paths(model, reading, plain(value)))
            return value.usage
        observed = self.observed_with_body(value)
        if observed is None:
            return None
        usage: Usage = observed.usage
        observed.is_parsed = True
        usage.looked_into()
        usage.read(field_paths(model, reading, _decode(value)))
        return usage

    def _track(self, observed: ObservedResponse, value: Any) -> Any:
        observed.is_parsed = True
        return track(value, observed.usage)


_TRACKED = (TrackedObject, TrackedArray)


def _parsed_usage(observed: ObservedResponse | None) -> Usage | None:
    if observed is None:
        return None
    observed.is_parsed = True
    usage: Usage = observed.usage
    return usage


def _media_type(response: Any) -> str:
    """Return the media type that a response declares, in lower case."""
    get: Callable[[str], Any] | None = getattr(getattr(response, "headers", None), "get", None)
    with internal():
        value = get("content-type") if get is not None else None
    return str(value or "").partition(";")[0].strip().lower()


def _key(body: Any) -> bytes | None:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return bytes(body) if isinstance(body, bytes | bytearray | memoryview) else None


def _decode(body: Any) -> Any:
    """Return the JSON value of a body; None if it isn't JSON."""
    try:
        with internal():
            return msgspec.json.decode(_key(body) or b"")
    except (ValueError, RecursionError):
        return None
