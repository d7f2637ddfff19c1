"""The toolkit's common data types: recorded exchanges, and what the test knew about them beyond the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

__all__ = [
    "Call",
    "Exchange",
    "Headers",
    "Provenance",
    "ProviderState",
    "RecordedMessage",
    "Request",
    "Response",
]

Headers = tuple[tuple[str, str], ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded HTTP request.

    Args:
        method: In upper case.
        url: Absolute, as sent (scrubbed).
        headers: Name and value pairs in the order on the wire; a name may come several times.
        body: The bytes as sent; empty when there was none.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded HTTP response.

    Args:
        status: The status code.
        headers: Name and value pairs in the order on the wire; a name may come several times.
        body: The bytes as received, any content encoding still on them.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What a client announced about a request before it sent it.

    Args:
        operation: The operation's name: "GET /users/{id}", or a GraphQL operation's name.
        path: The route template, "/users/{id}"; None when the client declares none.
        fields: The response fields that the client's model reads, as paths ("id", "posts[].title"), sorted;
            None when every field counts as read. For GraphQL they start at the response's "data"
            ("data.user.id"); taken from a document instead of a model, they are its response keys, and a list
            has no "[]", because only the schema knows what is a list ("data.user.posts.title").
    """

    operation: str
    path: str | None = None
    fields: tuple[str, ...] | None = None


class ProviderState(msgspec.Struct, frozen=True, kw_only=True):
    """What must be true of the provider for an interaction to happen as recorded.

    Args:
        name: A sentence: "a user exists".
        parameters: JSON values by name.
    """

    name: str
    parameters: dict[str, Any] = {}


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where a cassette comes from: the test that recorded it, and what that test declared.

    Args:
        test: The test's pytest node id.
        description: The test's name as a phrase: "gets a user".
        states: The provider states that the test's `given` markers declare, outermost first.
        consumer: The consumer, when it differs from `[tool.pactape] consumer`.
        contract: Whether the recording takes part in contracts.
        ignore: The parts of requests that are ignored in this test, in addition to those in the settings.
        ignore_body: Whether request bodies are ignored in this test.
    """

    test: str
    description: str
    states: tuple[ProviderState, ...] = ()
    consumer: str | None = None
    contract: bool = True
    ignore: tuple[str, ...] = ()
    ignore_body: bool = False


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded request and its response, with everything known about them.

    Args:
        request: What was sent.
        response: What came back.
        cassette: The cassette's path, as the reader was given it.
        index: The interaction's position in the cassette, from 0.
        call: What the client announced about the request, if anything.
        reads: The response fields that the test was observed to read, as paths like those of `Call.fields`;
            "posts{}" is an object or array whose content was not read. None when nothing was observed.
        provenance: The test that recorded it, when known.
        recorded_at: When it was recorded, with its time zone, when known.
        unrecorded: What its recorder didn't keep: "request headers", "request body", "response body".
            Contracts require nothing of these parts.
        traffic: Whether it was captured from live traffic, by a tool that knows nothing about tests.
    """

    request: Request
    response: Response
    cassette: str
    index: int
    call: Call | None = None
    reads: tuple[str, ...] | None = None
    provenance: Provenance | None = None
    recorded_at: datetime | None = None
    unrecorded: tuple[str, ...] = ()
    traffic: bool = False


class RecordedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded message of a queue or a topic, as its consumer received it, with everything known about it.

    Args:
        description: What the message is about: "a user was created".
        provider: The key of the provider that sends it, as in `[tool.pactape.providers]`.
        content: A JSON value.
        metadata: What was sent along with the content: JSON values by name.
        cassette: The cassette's path, as the reader was given it.
        index: The message's position in the cassette, from 0.
        reads: The fields of the content that the test was observed to read, as for an `Exchange`; None when
            nothing was observed.
        provenance: The test that recorded it, when known.
    """

    description: str
    provider: str
    content: Any
    metadata: dict[str, Any] = {}
    cassette: str = ""
    index: int = 0
    reads: tuple[str, ...] | None = None
    provenance: Provenance | None = None

    @property
    def reference(self) -> str:
        """Its location: "path#messages[0]"."""
        return f"{self.cassette}#messages[{self.index}]"
