"""Content codings (RFC 9110, section 8.4): gzip, deflate, br and zstd, undone as far as they are still there.

Recorders often undo a coding and keep the header that names it. So the bytes decide: a body that doesn't have the
coding that its header names, but another one, loses that one; a body that has none stays as it is.
"""

from __future__ import annotations

import importlib
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.http_bodies.headers import header_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.exchange import Headers, Request, Response
    from pactape.http_bodies.headers import AnyHeaders

__all__ = ["content_codings", "decode_body", "decoded_body", "sniffed_coding", "without_coding_headers"]

#: A larger result is refused, so that a small file can't fill the memory: 512 MiB.
_MAX_BYTES = 512 * 2**20
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ALIASES = {"x-gzip": "gzip", "x-compress": "compress", "x-deflate": "deflate"}


def content_codings(headers: AnyHeaders | None) -> tuple[str, ...]:
    """Return the content codings that headers name, in the order in which they were applied, in lower case.

    "identity" is left out, and "x-gzip" is "gzip" (RFC 9110, section 8.4.1.3).

    Example:
        >>> content_codings({"content-encoding": "X-GZIP, br"})
        ('gzip', 'br')
    """
    names = [
        name.strip().lower()
        for value in header_values(headers, "content-encoding")
        for name in value.split(",")
    ]
    return tuple(_ALIASES.get(name, name) for name in names if name not in {"", "identity"})


def decoded_body(message: Request | Response) -> bytes:
    """Return the body of a message without its content codings.

    Raises:
        ValueError: The body is damaged, or coded in a way that can't be undone here.
    """
    return decode_body(message.body, content_codings(message.headers))


def decode_body(body: bytes, codings: tuple[str, ...] | str) -> bytes:
    """Return a body without its content codings.

    Args:
        body: The bytes as they were sent.
        codings: The codings in the order in which they were applied, or one of them; see `content_codings`.

    Raises:
        ValueError: The body is damaged, or coded in a way that can't be undone here; the message says why.

    Example:
        >>> decode_body(b"plain text under a wrong label", "gzip")
        b'plain text under a wrong label'
    """
    names = content_codings({"content-encoding": codings}) if isinstance(codings, str) else codings
    for name in reversed(names):
        if not body:
            return body
        body = _undo(name, body)
    return body


def sniffed_coding(body: bytes) -> str | None:
    """Return the coding that a body's bytes show: "gzip", "zstd", "deflate" (in zlib's form) or None."""
    if body.startswith(_GZIP):
        return "gzip"
    if body.startswith(_ZSTD):
        return "zstd"
    return "deflate" if _is_zlib(body) else None


def without_coding_headers(headers: Headers) -> Headers:
    """Return headers without those that are about coded bytes: Content-Encoding and Content-Length."""
    return tuple(each for each in headers if each[0].lower() not in {"content-encoding", "content-length"})


def _undo(name: str, body: bytes) -> bytes:
    """By the magic number, whatever the label says; where the coding has none, by trying."""
    sniffed = sniffed_coding(body)
    decoder = _DECODERS.get(sniffed or name)
    if sniffed is None and (name in {"gzip", "zstd"} or decoder is None):
        return _plain(name, body, "its bytes don't look like it")
    try:
        return decoder(body) if decoder else body
    except (ValueError, OSError, EOFError, zlib.error, MemoryError) as error:
        if sniffed in {"gzip", "zstd"}:
            raise ValueError(f"its content coding {sniffed} is damaged ({error})") from error
        return _plain(name, body, str(error))


def _plain(name: str, body: bytes, reason: str) -> bytes:
    """The body itself when it is text, which no coded body is."""
    with suppress(UnicodeDecodeError):
        if b"\0" not in body:
            body.decode()
            return body
    if name in {"gzip", "zstd"}:
        return body  # without the magic number it isn't coded: a picture under a wrong label
    raise ValueError(f"its content coding {name!r} can't be undone ({reason})")


def _inflate(body: bytes, window: int) -> bytes:
    """All members of a zlib or gzip stream; like clients, ignore what follows the last one."""
    parts: list[bytes] = []
    size, rest = 0, body
    while rest:
        decompressor = zlib.decompressobj(window)
        try:
            parts.append(decompressor.decompress(rest, _MAX_BYTES - size))
        except zlib.error:
            if parts:
                break
            raise
        size += len(parts[-1])
        if decompressor.unconsumed_tail:
            raise ValueError(f"it has more than {_MAX_BYTES} bytes")
        if not decompressor.eof:
            raise ValueError("it ends too early")
        rest = decompressor.unused_data
    return b"".join(parts)


def _gunzip(body: bytes) -> bytes:
    return _inflate(body, zlib.MAX_WBITS | 16)


def _deflate(body: bytes) -> bytes:
    """Both kinds: zlib's format, as RFC 9110 has it, and the raw stream that some servers send."""
    try:
        return _inflate(body, zlib.MAX_WBITS)
    except (ValueError, zlib.error):
        return _inflate(body, -zlib.MAX_WBITS)


def _is_zlib(body: bytes) -> bool:
    """A zlib header (RFC 1950) and a whole stream: the header alone is two usual characters."""
    if len(body) < 6 or body[0] & 0x0F != 8 or body[0] >> 4 > 7 or (body[0] * 256 + body[1]) % 31:  # noqa: PLR2004 -- RFC 1950, section 2.2
        return False
    with suppress(ValueError, zlib.error):
        _inflate(body, zlib.MAX_WBITS)
        return True
    return False


def _unbrotli(body: bytes) -> bytes:
    library = _first_of("brotli", "brotlicffi")
    if library is None:
        raise ValueError("install the package brotli")
    try:
        return bytes(library.decompress(body))
    except library.error as error:
        raise ValueError(str(error)) from error


def _unzstd(body: bytes) -> bytes:
    library = _first_of("compression.zstd", "backports.zstd", "zstandard")
    if library is None:
        raise ValueError("install the package zstandard")
    if library.__name__ != "zstandard":
        return bytes(library.decompress(body))
    try:
        return _all_frames(library, body)
    except library.ZstdError as error:
        raise ValueError(str(error)) from error


def _all_frames(library: Any, body: bytes) -> bytes:
    parts: list[bytes] = []
    while body:
        decompressor = library.ZstdDecompressor().decompressobj()
        parts.append(decompressor.decompress(body))
        if not decompressor.eof:
            raise ValueError("it ends too early")
        body = decompressor.unused_data
    return b"".join(parts)


def _first_of(*names: str) -> Any:
    """The first of these optional libraries that is installed; None without one."""
    for name in names:
        with suppress(ImportError):
            return importlib.import_module(name)
    return None


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
