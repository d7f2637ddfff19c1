"""Content codings (RFC 9110, section 8.4): decoding gzip, deflate, br and zstd where they are still present.

Recorders often decode a body but keep the header that names its coding. So the bytes decide: a body with
another coding than its header names is decoded accordingly; a body without one is returned unchanged.
"""

from __future__ import annotations

import gzip
import importlib
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.http_bodies.content_types import parse_content_type
from pactape.http_bodies.headers import content_type, header, header_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.exchange import Headers, Request, Response
    from pactape.http_bodies.headers import AnyHeaders

__all__ = [
    "actual_codings",
    "can_decode",
    "content_codings",
    "decode_body",
    "decoded_body",
    "encode_body",
    "sniffed_coding",
    "without_coding_headers",
]

#: Larger results (512 MiB) are rejected, so that a small file can't fill the memory.
_MAX_BYTES = 512 * 2**20
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
#: The first bytes of gzip, Zstandard and zlib.
_FIRST_BYTES = (_GZIP[:2], _ZSTD[:2], b"\x78")
_ALIASES = {"x-gzip": "gzip", "x-compress": "compress", "x-deflate": "deflate"}


def content_codings(headers: AnyHeaders | None) -> tuple[str, ...]:
    """Return the content codings that headers name, in the order in which they were applied, in lower case.

    "identity" is omitted, and "x-gzip" is "gzip" (RFC 9110, section 8.4.1.3).

    Example:
        >>> content_codings({"content-encoding": "X-GZIP, br"})
        ('gzip', 'br')
    """
    if type(headers) is tuple and header(headers, "content-encoding") is None:  # the usual case
        return ()
    names = [
        name.strip().lower()
        for value in header_values(headers, "content-encoding")
        for name in value.split(",")
    ]
    return tuple(_ALIASES.get(name, name) for name in names if name not in {"", "identity"})


def actual_codings(headers: AnyHeaders | None, body: bytes) -> tuple[str, ...]:
    """Return the codings that headers name or, for text types without one, those that the bytes show.

    Some recorders drop the header that names the coding but keep the encoded bytes, which can't be text.

    Example:
        >>> actual_codings({"content-type": "application/json"}, b"(")
        ()
    """
    named = content_codings(headers)
    if named or not body.startswith(_FIRST_BYTES):
        return named
    kind = parse_content_type(content_type(headers))
    coding = None if kind.is_binary or not kind.is_known else sniffed_coding(body)
    with suppress(ValueError):
        return (coding,) if coding and decode_body(body, coding) is not body else ()
    return ()


def decoded_body(message: Request | Response) -> bytes:
    """Return the body of a message without its content codings.

    Raises:
        ValueError: The body is damaged, or its coding isn't supported here.
    """
    return decode_body(message.body, content_codings(message.headers))


def decode_body(body: bytes, codings: tuple[str, ...] | str) -> bytes:
    """Return a body without its content codings.

    Args:
        body: The bytes as sent.
        codings: The codings in the order in which they were applied, or one of them; see `content_codings`.

    Raises:
        ValueError: The body is damaged, or its coding isn't supported here; the message says why.

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


def can_decode(name: str) -> bool:
    """Return whether bodies with a content coding can be decoded here; br and zstd need a library."""
    library = {"br": _brotli_library, "zstd": _zstd_library}.get(name)
    try:
        return library() is not None if library else _ALIASES.get(name, name) in {*_DECODERS, "identity"}
    except ValueError:
        return False


def encode_body(body: bytes, codings: tuple[str, ...]) -> bytes:
    """Return a body with content codings, the opposite of `decode_body`; equal bodies give equal bytes.

    Args:
        body: The bytes.
        codings: The codings in the order in which they are to be applied; see `content_codings`.

    Raises:
        ValueError: A coding isn't supported here.

    Example:
        >>> decode_body(encode_body(b"text", ("gzip", "deflate")), ("gzip", "deflate"))
        b'text'
    """
    for name in codings:
        encoder = _ENCODERS.get(name)
        if encoder is None:
            raise ValueError(f"the content coding {name!r} isn't supported here")
        body = encoder(body)
    return body


def sniffed_coding(body: bytes) -> str | None:
    """Return the coding that a body's bytes show: "gzip", "zstd", "deflate" (zlib format) or None."""
    if body.startswith(_GZIP):
        return "gzip"
    if body.startswith(_ZSTD):
        return "zstd"
    return "deflate" if _is_zlib(body) else None


def without_coding_headers(headers: Headers) -> Headers:
    """Return headers without those that describe encoded bytes: Content-Encoding and Content-Length."""
    return tuple(
        header for header in headers if header[0].lower() not in {"content-encoding", "content-length"}
    )


def _undo(name: str, body: bytes) -> bytes:
    """Decode by the magic number, ignoring the declared coding; by trial when the coding has no magic number."""
    coding = sniffed_coding(body)
    decoder = _DECODERS.get(coding or name)
    if coding is None and (name in {"gzip", "zstd"} or decoder is None):
        return _plain(name, body, "its bytes have a different format")
    try:
        return decoder(body) if decoder else body
    except (ValueError, OSError, EOFError, zlib.error, MemoryError) as error:
        if coding in {"gzip", "zstd"}:
            raise ValueError(f"its content coding {coding} is damaged ({error})") from error
        return _plain(name, body, str(error))


def _plain(name: str, body: bytes, reason: str) -> bytes:
    """The body itself when it is text, which an encoded body can't be."""
    with suppress(UnicodeDecodeError):
        if b"\0" not in body:
            body.decode()
            return body
    if name in {"gzip", "zstd"}:
        return body  # without the magic number it isn't encoded: an image with a wrong label
    raise ValueError(f"its content coding {name!r} can't be decoded ({reason})")


def _inflate(body: bytes, window: int) -> bytes:
    """All members of a zlib or gzip stream; data after the last one is ignored, as clients do."""
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
    """Decode both kinds of deflate: the zlib format of RFC 9110, and the raw stream that some servers send."""
    try:
        return _inflate(body, zlib.MAX_WBITS)
    except (ValueError, zlib.error):
        return _inflate(body, -zlib.MAX_WBITS)


def _is_zlib(body: bytes) -> bool:
    """Whether there is a zlib header (RFC 1950) and a complete stream; the header alone could be text."""
    if len(body) < 6 or body[0] & 0x0F != 8 or body[0] >> 4 > 7 or (body[0] * 256 + body[1]) % 31:  # noqa: PLR2004 -- RFC 1950, section 2.2
        return False
    with suppress(ValueError, zlib.error):
        _inflate(body, zlib.MAX_WBITS)
        return True
    return False


def _unbrotli(body: bytes) -> bytes:
    library = _brotli_library()
    try:
        return bytes(library.decompress(body))
    except library.error as error:
        raise ValueError(str(error)) from error


def _unzstd(body: bytes) -> bytes:
    library = _zstd_library()
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


def _brotli_library() -> Any:
    return _first_of("brotli", "brotlicffi", package="brotli")


def _zstd_library() -> Any:
    return _first_of("compression.zstd", "backports.zstd", "zstandard", package="zstandard")


def _first_of(*names: str, package: str) -> Any:
    """The first of these libraries that is installed; without one, the error names the package to install."""
    for name in names:
        with suppress(ImportError):
            return importlib.import_module(name)
    raise ValueError(f"install the package {package}")


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _brotli(body: bytes) -> bytes:
    return bytes(_brotli_library().compress(body))


def _zstd(body: bytes) -> bytes:
    return bytes(_zstd_library().compress(body))


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "deflate": zlib.compress,
    "br": _brotli,
    "zstd": _zstd,
}
_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
