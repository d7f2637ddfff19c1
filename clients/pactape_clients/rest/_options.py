"""The options of REST clients and calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TypedDict

import msgspec

from pactape_clients.caller_code.checks import UnknownOptionError
from pactape_clients.caller_code.values import dict_of

if TYPE_CHECKING:
    import requests

    from pactape_clients.auth import TokenSource
    from pactape_clients.cache import Cache
    from pactape_clients.encoding.json_codec import DecHook, EncHook
    from pactape_clients.encoding.parameters import ParameterStyle, Query
    from pactape_clients.retries import Generated
    from pactape_clients.settings import TransportSettings
    from pactape_clients.wire import Upload

__all__ = ["CallOptions", "ClientOptions", "ReadOptions", "WriteOptions", "call_options"]

Content = bytes | str | BinaryIO | Iterable[bytes]


class ReadOptions(TypedDict, total=False):
    """The options of a read.

    Args:
        path: A value for each placeholder, escaped as a path segment.
        query: Query parameters; a list repeats a parameter, None omits it.
        headers: Additional request headers.
        deadline: Seconds for the whole call; None for the client's.
    """

    path: Mapping[str, object] | None
    query: Query | None
    headers: Mapping[str, str] | None
    deadline: float | None


class WriteOptions(ReadOptions, total=False):
    """The options of a write.

    Args:
        json: The body, anything that msgspec can encode or a pydantic model; None for no body.
        form: The fields of a form: URL-encoded, or multipart with files.
        files: Files by field name, as `Upload` or bytes; the body becomes multipart/form-data.
        content: The body, sent unchanged: bytes, text (sent as UTF-8), a file opened for reading bytes, or an
            iterable of bytes, which can be sent only once unless it is a list or tuple.
        content_type: The media type of `content`.
        invalidates: Keys of cached reads that this write makes stale; may contain the template's placeholders.
            Reads of the same path are always invalidated (RFC 9111 section 4.4), even if no response was received.
        idempotency_key: Sent as Idempotency-Key, unchanged in every attempt, which makes the write repeatable;
            GENERATED for a random one.
    """

    json: Any
    form: Query | None
    files: Mapping[str, Upload | bytes] | None
    content: Content | None
    content_type: str | None
    invalidates: tuple[str, ...]
    idempotency_key: str | Generated | None


class CallOptions(msgspec.Struct, kw_only=True):
    """The options of one call; unknown options are rejected."""

    path: Any = None
    query: Any = None
    headers: Any = None
    deadline: Any = None
    json: Any = None
    form: Any = None
    files: Any = None
    content: Any = None
    content_type: Any = None
    invalidates: Any = ()
    idempotency_key: Any = None

    def __repr__(self) -> str:
        return "CallOptions(…)"  # headers and bodies may be secrets, which a traceback with locals would show

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


def call_options(options: Mapping[str, Any]) -> CallOptions:
    """Return the options of a call, with copies of mappings, which are read once.

    Raises:
        TypeError: An option is unknown.
        UsageError: A mapping has another type, or reading it raised.
    """
    if unknown_names := options.keys() - set(CallOptions.__struct_fields__):
        raise UnknownOptionError(f"unexpected keyword argument {min(unknown_names)!r}")
    call = CallOptions(**options)
    call.path = (
        None if call.path is None else dict_of("path", call.path, "a mapping of placeholders to values")
    )
    call.headers = None if call.headers is None else dict_of("headers", call.headers)
    return call


class ClientOptions(TypedDict, total=False):
    """The options of a client, which subclasses of `RestClient` can pass on.

    Args:
        session: Sends the requests; None to create a session with its own pool.
        tokens: The source of access tokens; None to send none.
        cache: The cache of reads; None to create one in memory. Clients may share a cache; values are separated by
            caller, and by server unless both use the same key.
        settings: Time-outs, deadline, retries, pool size, environment, hooks.
        headers: Sent with each request; a call's own headers take precedence.
        parameters: How values are written into URLs.
        dec_hook: Decodes a type that msgspec doesn't know: `dec_hook(type, value)`.
        enc_hook: Converts a value that JSON can't express into one that it can: `enc_hook(value)`.
    """

    session: requests.Session | None
    tokens: TokenSource | None
    cache: Cache | None
    settings: TransportSettings | None
    headers: Mapping[str, str] | None
    parameters: ParameterStyle | None
    dec_hook: DecHook | None
    enc_hook: EncHook | None
