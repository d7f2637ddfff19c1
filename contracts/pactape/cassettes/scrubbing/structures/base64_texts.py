"""Base64 (RFC 4648) and hexadecimal digits: texts that decode to a structure are scrubbed in their decoded form."""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from typing import TYPE_CHECKING

from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["decode_base64", "decode_hex", "decode_short", "holds_encoded", "is_padded", "scrub_encoded"]

_WHOLE = compile_when_used(r"[A-Za-z0-9+/_-]{16,}={0,2}(?:\r?\n[A-Za-z0-9+/_-]{1,76}={0,2})*+\s*")
_TEXT = compile_when_used(r"[\x20-\x7e\t\r\n\u0080-\uffff]*")
_STRUCTURED = compile_when_used(
    r'[{<]\s*["\'\w/?!]|-----BEGIN |[\w\]][ \t]?=[ \t]?\S|\w:\s*\S|://|--\w|(?i:passw\w+)\s+\S'
    r'|^[\w "|-]{1,64}[,;|\t][^\n]{1,512}\n[^\n]'
)
#: Hexadecimal digits that decode to a text: bytes of ASCII and of UTF-8.
_HEX = compile_when_used(
    r"(?:0?x)?((?:[2-7][0-9a-f]|0[9ad]|[c-f][0-9a-f](?:[89ab][0-9a-f]){1,3}+){12,}+)\s*", re.IGNORECASE
)
_PADDED = compile_when_used(
    r"(?=[A-Za-z+/]*[0-9+/]|[A-Z]+[a-z]|[a-z]+[A-Z]|[A-Za-z]+==)[A-Za-z0-9+/]{2,}={1,2}"
)
_LONGEST = 4_000_000
#: First characters of base64 that decode neither to a text nor to a compressed text.
_OTHER_STARTS = frozenset("ABEFGghijklmnopqrstuv")
_HEAD = 16
#: The first bytes of gzip (RFC 1952) and of zlib's usual streams (RFC 1950).
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
#: The most bytes of a truncated UTF-8 character.
_CUT_OFF = 3


def decode_base64(text: str) -> str | None:
    """Return the text that base64 or base64url decodes to, if it has a structure; None otherwise.

    Example:
        >>> decode_base64("eyJwYXNzd29yZCI6ICJ4In0="), decode_base64("q8Zr1LmX0vTy7PbK")
        ('{"password": "x"}', None)
    """
    if text[:1] in _OTHER_STARTS or len(text) > _LONGEST:
        return None
    if not _begins_as_text(text[:_HEAD]) or not _WHOLE.fullmatch(text):
        return None
    compact = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    if len(compact) % 4 == 1:
        return None
    try:
        plain = _decompressed(base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError, zlib.error):
        return None
    return plain if _TEXT.fullmatch(plain) and _STRUCTURED.search(plain) else None


def is_padded(text: str) -> bool:
    """Whether a text is base64 with its padding, which is no sign of an assignment.

    Example:
        >>> is_padded("PSI8Pw=="), is_padded("pw="), is_padded("password=")
        (True, False, False)
    """
    return len(text) % 4 == 0 and _PADDED.fullmatch(text) is not None


def _decompressed(data: bytes) -> bytes:
    """The data of a complete gzip or zlib stream of a few megabytes at most; other data unchanged."""
    if not data.startswith(_COMPRESSED):
        return data
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
    plain = stream.decompress(data, _LONGEST)
    return plain if stream.eof and not stream.unused_data else data


def _compressed_like(data: bytes, before: str) -> bytes:
    """Compress data as the base64 text before it was compressed; return them unchanged if it wasn't."""
    start = base64.b64decode(before[:4], altchars=b"-_" if "-" in before or "_" in before else None)
    if start[:2] == _COMPRESSED[0]:
        return gzip.compress(data, mtime=0)
    return zlib.compress(data) if start.startswith(_COMPRESSED) else data


def _begins_as_text(head: str) -> bool:
    """Whether the first characters decode to the beginning of a text or of a compressed text."""
    try:
        data = base64.b64decode(head, altchars=b"-_" if "-" in head or "_" in head else None, validate=True)
    except (ValueError, binascii.Error):
        return len(head) < _HEAD or not head.isascii() or "\n" in head
    if data.startswith(_COMPRESSED):
        return True
    text = data.decode("utf-8", "ignore")
    return len(text.encode()) >= len(data) - _CUT_OFF and _TEXT.fullmatch(text) is not None


def decode_hex(text: str) -> str | None:
    """Return the text that hexadecimal digits decode to, if it has a structure; None otherwise.

    Example:
        >>> decode_hex('{"password": "x"}'.encode().hex()), decode_hex("0011223344556677")
        ('{"password": "x"}', None)
    """
    if len(text) > _LONGEST or (match := _HEX.fullmatch(text)) is None:
        return None
    try:
        plain = bytes.fromhex(match[1]).decode()
    except ValueError:
        return None
    return plain if _STRUCTURED.search(plain) else None


def _encode_hex_like(decoded: str, before: str) -> str:
    """Return a text in hexadecimal digits, with the prefix and the case of the text before."""
    prefix, _, digits = before.rpartition("x")
    clean = decoded.encode().hex()
    return (
        f"{prefix}x{clean}" if prefix or before[:1] == "x" else clean.upper() if digits.isupper() else clean
    )


def holds_encoded(run: str) -> bool:
    """Whether letters and digits decode to a text with a structure."""
    return decode_base64(run) is not None or decode_hex(run) is not None


def scrub_encoded(text: str, visitor: Visitor) -> str:
    """Return a text in base64 or in hexadecimal digits without secrets; empty for other texts."""
    plain = decode_base64(text)
    encode = _encode_like
    if plain is None:
        plain, encode = decode_hex(text), _encode_hex_like
    if plain is None:
        return ""
    clean = visitor.document(plain)
    return text if clean == plain else encode(clean, text)


def decode_short(text: str) -> str | None:
    """Return the text that a short base64 text decodes to; None if it isn't a text."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
    return plain if _TEXT.fullmatch(plain) else None


def _encode_like(decoded: str, before: str) -> str:
    """Return a text in base64, with the alphabet and the padding of the text before."""
    data = _compressed_like(decoded.encode(), before.lstrip())
    base64_text = base64.b64encode(data).decode()
    if "-" in before or "_" in before:
        base64_text = base64.urlsafe_b64encode(data).decode()
    padded = before.rstrip().endswith("=") or len("".join(before.split())) % 4 == 0
    return base64_text if padded else base64_text.rstrip("=")
