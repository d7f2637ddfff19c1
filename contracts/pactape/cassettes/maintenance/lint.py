"""Linting: finds secrets in cassettes and other files, without showing their values."""

from __future__ import annotations

import re
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, TypeGuard

import msgspec

from pactape.cassettes.contents import read_any
from pactape.cassettes.scrubbing.detection.second_look import possible_secrets
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.file_cache import cached_data
from pactape.files import unreadable
from pactape.http_bodies import content_type, decode_text, decoded_body

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pactape.exchange import Exchange, Provenance, RecordedMessage, Request, Response

__all__ = ["FoundSecret", "lint_cassette", "lint_file"]

_DEFAULT_RULES = ScrubRules()
_PAIR = 2
_PRINTABLE = re.compile(rb"[\x20-\x7e\t\r\n]{8,}")


class FoundSecret(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A secret in a file.

    Args:
        cassette: The file.
        interaction: The position of its interaction or message in the file, from 0.
        place: The location in it: "request url", "response header Set-Cookie", "response body", "content".
        kind: The kind of secret: "JSON Web Token", "secret field".
        of: The container: "interactions", "messages" or "file".
        field: The JSON path or the parameter's name; empty if the place is sufficient.
        possible: Whether only the second detector found it, so that a person has to decide.
    """

    cassette: str
    interaction: int
    place: str
    kind: str
    of: str = "interactions"
    field: str = ""
    possible: bool = False

    def __str__(self) -> str:
        where = self.cassette if self.of == "file" else f"{self.cassette}: {self.of}[{self.interaction}]"
        parts = [where, self.place, self.field, f"possible: {self.kind}" if self.possible else self.kind]
        return ": ".join(part for part in parts if part)


def lint_cassette(path: Path, rules: ScrubRules = _DEFAULT_RULES) -> list[FoundSecret]:
    """Find the secrets in a cassette: what recording it today would scrub, and what the second detector finds.

    Args:
        path: The cassette's file.
        rules: The project's scrub rules.

    Returns:
        One finding for each secret, in the order of the file.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
    """
    contents = read_any(path)
    look = _FileFindings(str(path), rules)
    for exchange in contents.exchanges:
        look.at_exchange(exchange)
    for message in contents.messages:
        look.at_message(message)
    return look.findings


def lint_file(path: Path, rules: ScrubRules = _DEFAULT_RULES) -> list[FoundSecret]:
    """Find the secrets in another file: a pact file, or a cached file in `.pactape/`.

    Args:
        path: The file; if it isn't text, its printable parts are checked.
        rules: The project's scrub rules.

    Raises:
        CassetteFormatError: The file can't be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    look = _FileFindings(str(path), rules)
    look.at_data(data)
    return look.findings


class _FileFindings:
    """The findings in one file."""

    def __init__(self, path: str, rules: ScrubRules) -> None:
        self.findings: list[FoundSecret] = []
        self._path, self._rules = path, rules

    def at_exchange(self, exchange: Exchange) -> None:
        """Check a request and its response."""
        index, request = exchange.index, exchange.request
        self._look(index, "request url", methodcaller("url", request.url))
        for side, message in (("request", request), ("response", exchange.response)):
            for name, value in message.headers:
                self._look(index, f"{side} header {name}", methodcaller("header", name, value), header=name)
            body, kind = _body(message), content_type(message.headers)
            self._look(index, f"{side} body", partial(_scrub_body, body=body, content_type=kind))
        self._at_provenance(exchange.provenance, index, of="interactions")

    def at_message(self, message: RecordedMessage) -> None:
        """Check a message."""
        for place, value in (("content", message.content), ("metadata", message.metadata)):
            self._look(message.index, place, partial(_scrub_value, value=value), of="messages")
        self._at_provenance(message.provenance, message.index, of="messages")

    def at_data(self, data: bytes) -> None:
        """Check a whole file."""
        cached = cached_data(data)
        if cached is not None:
            self._at_cached(cached)
            return
        if not _is_text(data):
            data = b"\n".join(_PRINTABLE.findall(data))
        self._look(0, "", partial(_scrub_body, body=data, content_type=""), of="file")

    def _at_cached(self, data: bytes) -> None:
        """Check a file of `.pactape/`, whose data is encoded as MessagePack or JSON."""
        try:
            scrub = partial(_scrub_cached, value=msgspec.msgpack.decode(data))
        except msgspec.DecodeError:
            scrub = partial(_scrub_body, body=data, content_type="")
        self._look(0, "", scrub, of="file")

    def _at_provenance(self, provenance: Provenance | None, index: int, *, of: str) -> None:
        if provenance is None:
            return
        self._look(index, "test", methodcaller("text", f"{provenance.test} {provenance.description}"), of=of)
        for state in provenance.states:
            value = {"state": state.name, **state.parameters}
            self._look(index, "provider state", partial(_scrub_value, value=value), of=of)

    def _look(
        self,
        index: int,
        place: str,
        scrub: Callable[[Scrubber], str],
        *,
        of: str = "interactions",
        header: str = "",
    ) -> None:
        """Collect what the scrubber replaces, and what the second detector finds in the remaining text."""
        scrubber = Scrubber(self._rules)
        clean_text = scrub(scrubber)
        secrets = [(secret.field, secret.kind, False) for secret in scrubber.replaced]
        secrets += [
            (possible_secret.name, possible_secret.kind, True)
            for possible_secret in possible_secrets(f"{header}: {clean_text}" if header else clean_text)
        ]
        for field, kind, possible in secrets:
            self.findings.append(
                FoundSecret(
                    cassette=self._path,
                    interaction=index,
                    place=place,
                    kind=kind,
                    of=of,
                    field="" if field.lower() == header.lower() else field.removeprefix("cookie "),
                    possible=possible,
                )
            )


def _scrub_body(scrubber: Scrubber, *, body: bytes, content_type: str) -> str:
    return decode_text(scrubber.body(body, content_type), content_type)


def _scrub_value(scrubber: Scrubber, *, value: object) -> str:
    return msgspec.json.encode(scrubber.value(value)).decode()


def _body(message: Request | Response) -> bytes:
    """Return the body without content coding, or unchanged if it can't be decoded."""
    try:
        return decoded_body(message)
    except ValueError:
        return message.body


def _scrub_cached(scrubber: Scrubber, *, value: object) -> str:
    """Scrub each text in a decoded value on its own; bytes are bodies, and two texts a header or a parameter."""
    if isinstance(value, bytes):
        return decode_text(scrubber.body(value, ""), "")
    if isinstance(value, str):
        return scrubber.text(value)
    if _is_pair(value):
        name, text = value
        return f"{name}: {scrubber.header(name, text)}"
    items = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return "\n".join(_scrub_cached(scrubber, value=item) for item in items)


def _is_pair(value: object) -> TypeGuard[list[str]]:
    """Whether a decoded value is a name and a text, and not the number of a cached result."""
    return (
        isinstance(value, list)
        and len(value) == _PAIR
        and all(isinstance(item, str) for item in value)
        and not value[1].isdecimal()
    )


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
