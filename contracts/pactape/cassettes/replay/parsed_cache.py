"""The parsed cache: stores cassettes in a form that loads many times faster."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from vcr.request import Request as VcrRequest

from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.vcr_formats import body_bytes
from pactape.file_cache import FileCache

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "PackedInteraction",
    "ParsedCassette",
    "find_parsed",
    "store_parsed",
    "unpacked_request",
    "unpacked_response",
]


class PackedInteraction(msgspec.Struct, array_like=True, gc=False):
    """An interaction whose request and response are decoded on demand.

    Args:
        key: The request key.
        request: See `unpacked_request`.
        response: See `unpacked_response`.
    """

    key: bytes
    request: msgspec.Raw
    response: msgspec.Raw


class ParsedCassette(msgspec.Struct, array_like=True):
    """A whole cassette.

    Args:
        interactions: The interactions, in order.
        metadata: The key `pactape`.
    """

    interactions: list[PackedInteraction]
    metadata: CassetteMetadata


class _Request(msgspec.Struct, array_like=True):
    method: str
    uri: str
    body: bytes
    headers: dict[str, str]


_decode = msgspec.msgpack.Decoder(ParsedCassette).decode
_decode_request = msgspec.msgpack.Decoder(_Request).decode
_decode_response = msgspec.msgpack.Decoder(dict).decode
_encode = msgspec.msgpack.Encoder().encode


def find_parsed(folder: Path, data: bytes, fingerprint: bytes) -> ParsedCassette | None:
    """Return the cached copy of the cassette whose bytes are `data`; None if there is no usable one."""
    cache = _cache(folder)
    content = cache.read(_name(cache, data, fingerprint))
    with suppress(msgspec.DecodeError):
        return None if content is None else _decode(content)
    return None


def store_parsed(
    folder: Path,
    data: bytes,
    interactions: Sequence[tuple[bytes, VcrRequest, dict[str, Any]]],
    *,
    metadata: CassetteMetadata,
    fingerprint: bytes,
) -> None:
    """Cache the cassette whose bytes are `data`; do nothing if it can't be written.

    Args:
        folder: The cache folder.
        data: The cassette's bytes.
        interactions: Key, request and response of each interaction.
        metadata: The key `pactape`.
        fingerprint: Identifies the rules of scrubbing and matching, which the keys depend on.
    """
    packed = [
        (
            key,
            _Request(request.method, request.uri, body_bytes(request), dict(request.headers.items())),
            response,
        )
        for key, request, response in interactions
    ]
    cache = _cache(folder)
    cache.write(_name(cache, data, fingerprint), _encode((packed, metadata)))


def _unpack_request(raw: msgspec.Raw) -> VcrRequest:
    """Return the request of a packed interaction."""
    request = _decode_request(raw)
    return VcrRequest(request.method, request.uri, request.body, request.headers)


def _unpack_response(raw: msgspec.Raw) -> dict[str, Any]:
    """Return the response of a packed interaction, a new object each time."""
    response: dict[str, Any] = _decode_response(raw)
    return response


def unpacked_request(request: Any) -> VcrRequest:
    """Return a recorded request that may still be packed."""
    return _unpack_request(request) if isinstance(request, msgspec.Raw) else request


def unpacked_response(response: Any) -> dict[str, Any]:
    """Return a recorded response that may still be packed, in new containers."""
    if isinstance(response, msgspec.Raw):
        return _unpack_response(response)
    headers = {name: list(values) for name, values in response["headers"].items()}
    return {**response, "headers": headers, "body": dict(response["body"])}


@lru_cache(maxsize=8)
def _cache(folder: Path) -> FileCache:
    return FileCache(folder, "cassettes")


def _name(cache: FileCache, data: bytes, fingerprint: bytes) -> str:
    return cache.name_of(fingerprint, data)
