"""What a value looks like, whatever its name: random, a word, an address, a date."""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import re
from collections import Counter
from functools import lru_cache

from pactape.patterns import compile_when_used

__all__ = [
    "entropy",
    "is_file_path",
    "is_public_key",
    "is_public_value",
    "is_uuid",
    "looks_chosen",
    "looks_random",
]

_UUID = compile_when_used(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX = compile_when_used(r"(?:0x)?[0-9a-fA-F]{16,}")
_ALLOWED = compile_when_used(r"[\w+/=.~:!#$%^&*@-]+", re.ASCII)
_SEGMENT = compile_when_used(r"[A-Za-z0-9]+")
_CHUNK = compile_when_used(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORDLIKE = compile_when_used(
    r"[A-Za-z]{1,4}|(?=[a-z]*[aeiouy])(?!.*[bcdfghjklmnpqrstvwxz]{6})[a-z]+", re.IGNORECASE
)
_DATE = compile_when_used(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
#: Addresses of blockchains and people, content identifiers of IPFS, Twilio's identifiers of accounts and messages.
_ADDRESS = compile_when_used(
    r"0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{20,}|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{56}|(?!SK)[A-Z]{2}[0-9a-f]{32}"
)
_BASE58_ADDRESS = compile_when_used(r"[13T][1-9A-HJ-NP-Za-km-z]{25,33}")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: A moment or a count, and the beginning of a commit's number: the version of a Go module or of a plug-in of
#: Jenkins that has no tag, a deployment.
_UNTAGGED = compile_when_used(
    r"(?:v\d+\.\d+\.\d+-(?:[\w.]{1,32}\.)?|[a-z])?20\d{12}-[0-9a-f]{12}|\d{1,5}(?:[.-]\d{1,5}){0,4}\.v[0-9a-f_]{8,24}"
)
_PATH = compile_when_used(r"/?[\w.@-]+(?:/[\w.@ -]*)+")
_FILE = compile_when_used(r"[\w@ -]+\.(?:[a-z][a-z0-9]{1,4})(?:\.(?:gz|bz2|zip|xz|map))?", re.IGNORECASE)
#: The beginnings of public keys, certificates and signatures, also in base64 and after a user's name.
_PUBLIC_KEY = compile_when_used(
    r"-----BEGIN (?:PGP SIGNATURE|SSH SIGNATURE|PUBLIC|CERTIFICATE)|LS0tLS1CRUdJTiB(?:QVUJMSUMg|DRVJUSUZJQ0FURS0)"
    r"|(?:[\w.-]{1,64}:)?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]{1,32}|sk-[\w.@-]{1,64})[ _+]AAAA"
)
#: The beginnings of names of pages and of resources of clouds.
_PUBLIC_STARTS = ("next:", "prev:", "urn:", "arn:", "crn:v1:", "ocid1.")
_SHORTEST = 12
_SHORTEST_LETTERS = 20


#: Small and capital letters and digits, which names, versions and algorithms rarely mix.
_CHOSEN = compile_when_used(r"(?=\D*\d)(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[^\s<>]{8,64}")


def looks_chosen(value: str) -> bool:
    """Whether a value looks like a password that somebody chose, after a word that says that it is one.

    Example:
        >>> [looks_chosen(value) for value in ("tulip-7-Garden", "SHA-256", "2026-01-31", "required")]
        [True, False, False, False]
    """
    return _CHOSEN.fullmatch(value) is not None and not is_public_value(value)


def is_uuid(value: str) -> bool:
    """Whether a value is a UUID with hyphens (RFC 9562)."""
    return len(value) == 36 and _UUID.fullmatch(value) is not None  # noqa: PLR2004 -- 32 digits and 4 hyphens


#: A digest of a content with its algorithm, as registries of images write it.
_DIGEST = compile_when_used(r"(?:[\w./:-]{1,255}+@)?sha(?:1|256|384|512):[0-9a-f]{40,128}")


def is_public_value(value: str) -> bool:
    """Whether a value is public by its form: an address, a date, a path, a URL, a public key.

    Example:
        >>> [is_public_value(value) for value in ("reports/2026/january.pdf", "q8Zr1LmX0vTy7PbK")]
        [True, False]
    """
    if "://" in value[:32] or value.startswith(_PUBLIC_STARTS) or is_public_key(value):
        return True
    if _DIGEST.fullmatch(value) or _UNTAGGED.fullmatch(value):
        return True
    if value[4:5] == "-" and _DATE.fullmatch(value):
        return True
    if _ADDRESS.fullmatch(value) or ("." in value and _FILE.fullmatch(value)):
        return True
    return _is_base58_address(value) or ("/" in value and _is_path(value))


def is_public_key(value: str) -> bool:
    """Whether a value is a public key, a certificate or a detached signature.

    Example:
        >>> is_public_key("ada:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ"), is_public_key("ssh-keys")
        (True, False)
    """
    return _PUBLIC_KEY.match(value) is not None


def is_file_path(value: str) -> bool:
    """Whether a value is a path to a file with a suffix.

    Example:
        >>> is_file_path("reports/2026/january.pdf"), is_file_path("aB3/dE5fG7hI9")
        (True, False)
    """
    return "/" in value and _FILE.fullmatch(value.rpartition("/")[2]) is not None and _is_path(value)


def _is_base58_address(value: str) -> bool:
    """Whether a value is an address of Bitcoin or Tron: 21 bytes in base58 with a valid checksum."""
    if not _BASE58_ADDRESS.fullmatch(value):
        return False
    number = functools.reduce(lambda sum_, digit: sum_ * 58 + _BASE58.index(digit), value, 0)
    if number >= 1 << 200:
        return False
    data = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(data[:21]).digest()).digest()[:4] == data[21:]


def _is_path(value: str) -> bool:
    """Whether a value is a path and not base64 with slashes: half of its segments are words or have a suffix."""
    if "//" in value or not _PATH.fullmatch(value):
        return False
    parts = [part for part in value.split("/") if part]
    name_count = sum(1 for part in parts if _FILE.fullmatch(part) or _is_made_of_words(part))
    return name_count * 2 >= len(parts)


def looks_random(value: str) -> bool:
    """Whether a value looks generated: hexadecimal, base62 or base64 digits, and no words.

    Example:
        >>> [looks_random(value) for value in ("q8Zr1LmX0vTy7PbK", "0011223344556677", "GB-ENG-2026-0042-K")]
        [True, True, False]
    """
    return len(value) >= _SHORTEST and _ALLOWED.fullmatch(value) is not None and _is_random(value)


@lru_cache(maxsize=4096)
def _is_random(value: str) -> bool:
    """Whether a value of allowed characters looks random; cached, because several checks ask it."""
    if is_public_value(value):
        return False
    if is_uuid(value) or _HEX.fullmatch(value):
        return True
    return not _is_made_of_words(value) and _is_irregular(value)


def _is_irregular(value: str) -> bool:
    """Whether letters and digits are mixed irregularly, or many letters are too varied for words."""
    has_digits = any(map(str.isdigit, value))
    has_letters = any(map(str.isalpha, value))
    if has_digits and has_letters:
        return entropy(value) >= min(3.0, math.log2(len(value)) * 0.7)
    return has_letters and len(value) >= _SHORTEST_LETTERS and entropy(value) >= 3.5  # noqa: PLR2004 -- bits


def _is_made_of_words(value: str) -> bool:
    """Whether most of a value's characters belong to words, or to short numbers between words."""
    segments = _SEGMENT.findall(value)
    if not segments:
        return True
    plain = sum(len(segment) for segment in segments if _is_word_with_number(segment))
    return plain * 4 >= sum(map(len, segments)) * 3


def _is_word_with_number(segment: str) -> bool:
    """Whether letters and digits are words with at most one number: "sheet1", "WebKit"."""
    chunks = _CHUNK.findall(segment)
    if len(chunks) == 1:
        return (chunks[0].isdigit() and len(chunks[0]) <= 14) or bool(_WORDLIKE.fullmatch(chunks[0]))  # noqa: PLR2004 -- a time stamp with milliseconds and one digit
    changes = sum(one.isdigit() != other.isdigit() for one, other in itertools.pairwise(chunks))
    letters = [chunk for chunk in chunks if not chunk.isdigit()]
    short = sum(len(chunk) <= 2 for chunk in letters)  # noqa: PLR2004 -- "dE5fG7" has many, "WebKit2" none
    return changes <= 2 and short <= 1 and all(_WORDLIKE.fullmatch(chunk) for chunk in letters)  # noqa: PLR2004 -- "sheet1", "v2beta"


def entropy(text: str) -> float:
    """Return Shannon's entropy in bits per character; English has about 4, random base64 5 to 6."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
