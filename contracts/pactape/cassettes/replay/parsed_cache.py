"""The parsed cache: what a cassette says, in a form that loads many times faster."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from vcr.request import Request as VcrRequest

from pactape.cassettes.format.metadata import Notes
from pactape.cassettes.format.vcr_formats import body_bytes
from pactape.file_cache import FileCache

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["Copy", "Packed", "find_copy", "store_copy", "unpack_request", "unpack_response"]


class Packed(msgspec.Struct, array_like=True, gc=False):
    """An interaction whose two sides are decoded only when they are asked for.

    Args:
        key: What a request must have to be answered by it.
        request: See `unpack_request`.
        response: See `unpack_response`.
    """

    key: bytes
    request: msgspec.Raw
    response: msgspec.Raw


class Copy(msgspec.Struct, array_like=True):
    """A whole cassette.

    Args:
        interactions: In order.
        notes: The key `pactape`.
    """

    interactions: list[Packed]
    notes: Notes


class _Request(msgspec.Struct, array_like=True):
    method: str
    uri: str
    body: bytes
    headers: dict[str, str]


_decode = msgspec.msgpack.Decoder(Copy).decode
_decode_request = msgspec.msgpack.Decoder(_Request).decode
_decode_response = msgspec.msgpack.Decoder(dict).decode
_encode = msgspec.msgpack.Encoder().encode


def find_copy(folder: Path, data: bytes, rules: ScrubRules) -> Copy | None:
    """Return the cached copy of the cassette whose bytes are `data`; None when none can be used."""
    cache = _cache(folder)
    stored = cache.read(_name(cache, data, rules))
    with suppress(msgspec.DecodeError):
        return None if stored is None else _decode(stored)
    return None


def store_copy(
    folder: Path,
    data: bytes,
    interactions: Sequence[tuple[bytes, VcrRequest, dict[str, Any]]],
    *,
    notes: Notes,
    rules: ScrubRules,
) -> None:
    """Cache the cassette whose bytes are `data`; where nothing can be written, nothing is cached.

    Args:
        folder: The cache folder.
        data: The cassette's bytes.
        interactions: Key, request and response of each.
        notes: The key `pactape`.
        rules: The rules of what a secret is, which the interactions' keys depend on.
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
    cache.write(_name(cache, data, rules), _encode((packed, notes)))


def unpack_request(raw: msgspec.Raw) -> VcrRequest:
    """The request of a packed interaction."""
    request = _decode_request(raw)
    return VcrRequest(request.method, request.uri, request.body, request.headers)


def unpack_response(raw: msgspec.Raw) -> dict[str, Any]:
    """The response of a packed interaction, each time anew."""
    response: dict[str, Any] = _decode_response(raw)
    return response


@lru_cache(maxsize=8)
def _cache(folder: Path) -> FileCache:
    return FileCache(folder, "cassettes")


def _name(cache: FileCache, data: bytes, rules: ScrubRules) -> str:
    return cache.name_of(rules.fingerprint, data)
