"""Headers with a digest of the body: a contract can state one only if it belongs to the body in the contract."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_body_digest", "is_digest_of"]

#: RFC 1864, RFC 3230, RFC 9530, and Amazon S3's checksums.
_NAME = re.compile(r"content-md5|digest|content-digest|repr-digest|x-amz-checksum-\w+|x-goog-hash")
_VALUE = re.compile(r"(?:(?P<algorithm>[\w-]+)=)?:?(?P<digest>[A-Za-z0-9+/]+={0,2}):?")
_ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
    "sha512": lambda body: hashlib.sha512(body).digest(),
}


def is_body_digest(name: str) -> bool:
    """Return whether a header contains a digest of the body.

    Args:
        name: In lower case.
    """
    return _NAME.fullmatch(name) is not None


def is_digest_of(name: str, value: str, body: bytes) -> bool:
    """Return whether a header contains the digest of `body`, by a supported algorithm.

    Args:
        name: In lower case; "x-amz-checksum-sha256" names its algorithm.
        value: In base64, after the algorithm's name where the header allows several.
        body: As sent.

    Example:
        >>> is_digest_of("content-md5", "XUFAKrxLKna5cZ2REBfFkg==", b"hello")
        True
    """
    match = _VALUE.fullmatch(value.strip())
    if match is None:
        return False
    algorithm = (match["algorithm"] or name.rpartition("-")[2]).lower().replace("-", "")
    digest = _ALGORITHMS.get(algorithm)
    return digest is not None and base64.b64encode(digest(body)).decode() == match["digest"]
