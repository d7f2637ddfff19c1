"""Kept copies of cassettes without secrets: an unchanged cassette is neither parsed nor scrubbed again.

A copy is named after the cassette's content, and after the code and the project's own rules that scrub, so it is
never out of date; it holds nothing that a contract could not hold. The folder is one that version control ignores.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import msgspec

from pactape.cassettes.format.reading import read_contents
from pactape.cassettes.scrubbing import rules as scrub_rules
from pactape.cassettes.scrubbing import scrubber as scrubbing
from pactape.cassettes.scrubbing import secrets
from pactape.cassettes.scrubbing.rules import current_rules
from pactape.contracts.samples import sanitizing as boundary
from pactape.contracts.samples.sanitizing import message_without_secrets, without_secrets
from pactape.exchange import Exchange, RecordedMessage
from pactape.file_cache import KeptFiles, cassette_bytes

__all__ = ["CleanCopies"]

_FORM = b"2"


class _Copy(msgspec.Struct, array_like=True):
    """The exchanges without secrets, for each why that could not be had (empty when it could), and the messages."""

    exchanges: list[Exchange]
    broken: list[str]
    messages: list[RecordedMessage]


class CleanCopies:
    """Cassettes without secrets, from their copies as far as there are some.

    Args:
        folder: Where copies are kept; None keeps none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._files = None if folder is None else KeptFiles(folder)

    def read(self, path: Path) -> tuple[list[tuple[Exchange, str]], list[RecordedMessage]]:
        """The exchanges of a cassette, each without secrets or with the reason why that can't be had; its messages.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        copy = self._copy(path)
        exchanges = [
            (msgspec.structs.replace(exchange, cassette=str(path)), broken)
            for exchange, broken in zip(copy.exchanges, copy.broken, strict=True)
        ]
        return exchanges, [msgspec.structs.replace(each, cassette=str(path)) for each in copy.messages]

    def forget_others(self) -> None:
        """Delete the copies of what has not been read."""
        if self._files is not None:
            self._files.forget_others()

    def _copy(self, path: Path) -> _Copy:
        if self._files is None:
            return _made(path)
        name = _name(path)
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.msgpack.decode(self._files.find(name), type=_Copy)
        copy = _made(path)
        with suppress(OSError, OverflowError, TypeError):
            self._files.keep(name, msgspec.msgpack.encode(copy))
        return copy


def _made(path: Path) -> _Copy:
    exchanges, messages = read_contents(path)
    copy = _Copy([], [], [message_without_secrets(each) for each in messages])
    for exchange in exchanges:
        try:
            clean, broken = without_secrets(exchange), ""
        except ValueError as error:
            clean, broken = _emptied(exchange), f"a body can't be read: {error}"
        copy.exchanges.append(clean)
        copy.broken.append(broken)
    return copy


def _emptied(exchange: Exchange) -> Exchange:
    """What is left of an exchange that can't be scrubbed: enough to name it, and to say whose it is."""
    return msgspec.structs.replace(
        exchange,
        request=msgspec.structs.replace(
            exchange.request, url=scrubbing.scrub_url(exchange.request.url), headers=(), body=b""
        ),
        response=msgspec.structs.replace(exchange.response, headers=(), body=b""),
        provenance=None,
    )


def _name(path: Path) -> str:
    data = cassette_bytes(path)
    digest = hashlib.blake2b(data, digest_size=20, key=_code(), salt=current_rules().salt).hexdigest()
    return f"{digest}{path.suffix}.copy"


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Stands for the code that scrubs: when it changes, every copy is made anew."""
    digest = hashlib.blake2b(_FORM, digest_size=32)
    for module in (scrub_rules, scrubbing, secrets, boundary):
        digest.update(Path(module.__file__ or "").read_bytes())
    return digest.digest()
