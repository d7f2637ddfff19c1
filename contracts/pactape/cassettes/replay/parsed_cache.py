"""Copies: what a cassette says, in a form that loads many times faster; the YAML stays the source of truth.

A copy is named after the content of its cassette, so it can't be out of date; a broken one is made anew. It
belongs into a folder that version control ignores.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from vcr.request import Request as VcrRequest

from pactape.cassettes.format.metadata import Notes
from pactape.cassettes.format.vcr_formats import body_bytes
from pactape.cassettes.scrubbing.rules import current_rules
from pactape.errors import OutputError
from pactape.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def find_copy(folder: Path, data: bytes) -> Copy | None:
    """The copy of the cassette whose bytes are `data`; None when there is none that can be used."""
    try:
        return _decode(_path(folder, data).read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def store_copy(
    folder: Path,
    data: bytes,
    interactions: Sequence[tuple[bytes, VcrRequest, dict[str, Any]]],
    *,
    notes: Notes,
) -> None:
    """Keep a copy of the cassette whose bytes are `data`; where nothing can be written, do without.

    Args:
        folder: Where copies are kept.
        data: The cassette's bytes.
        interactions: Key, request and response of each.
        notes: The key `pactape`.
    """
    packed = [
        (
            key,
            _Request(request.method, request.uri, body_bytes(request), dict(request.headers.items())),
            response,
        )
        for key, request, response in interactions
    ]
    with suppress(OutputError, OSError):
        _prepare(folder)
        write_atomically(_path(folder, data), _encode((packed, notes)))


def _prepare(folder: Path) -> None:
    """Keep version control out of the folder, and take away copies that this state of the code can't use."""
    ignore = folder / ".gitignore"
    state = f"# made by Pactape {_code().hex()}\n*\n"
    if ignore.is_file() and ignore.read_text(encoding="utf-8") == state:
        return
    for old in folder.glob("[0-9a-f]*"):
        old.unlink(missing_ok=True)
    write_atomically(ignore, state.encode())


def unpack_request(raw: msgspec.Raw) -> VcrRequest:
    """The request of a packed interaction."""
    request = _decode_request(raw)
    return VcrRequest(request.method, request.uri, request.body, request.headers)


def unpack_response(raw: msgspec.Raw) -> dict[str, Any]:
    """The response of a packed interaction, each time anew."""
    response: dict[str, Any] = _decode_response(raw)
    return response


def _path(folder: Path, data: bytes) -> Path:
    digest = hashlib.sha256(_code() + current_rules().salt)  # most processors have an instruction for it
    digest.update(data)
    return folder / digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _code() -> bytes:
    """The state of the code that makes keys: a copy made by another state isn't found."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    states = [(file.name, (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files]
    return hashlib.blake2b(repr(states).encode(), digest_size=16).digest()
