"""The top-level key `pactape` of a cassette: what the test knew beyond the wire.

Stock vcrpy and pytest-recording ignore the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import CassetteFormatError
from pactape.exchange import Call, Provenance, RecordedMessage

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.cassettes.scrubbing.scrubber import Scrubber

__all__ = ["KEY", "Notes", "decode_notes", "encode_notes"]

KEY = "pactape"
_VERSION = 1


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What a cassette says of itself.

    Args:
        provenance: The test that recorded it; None in a cassette that another tool wrote.
        calls: One for each interaction, None where the client announced nothing.
        reads: For each interaction the fields that the test read of its answer; None where all count as read.
        messages: The messages that the test received.
    """

    provenance: Provenance | None = None
    calls: tuple[Call | None, ...] = ()
    reads: tuple[tuple[str, ...] | None, ...] = ()
    messages: tuple[RecordedMessage, ...] = ()


def encode_notes(notes: Notes, scrubber: Scrubber) -> dict[str, Any]:
    """The value of the key, as plain data without secrets; what has its default is left out."""
    value: dict[str, Any] = {"version": _VERSION, "calls": [call and _plain(call) for call in notes.calls]}
    if any(paths is not None for paths in notes.reads):
        value["reads"] = [paths if paths is None else list(paths) for paths in notes.reads]
    if notes.messages:
        value["messages"] = [_plain_message(each, scrubber) for each in notes.messages]
    if notes.provenance is not None:
        value |= _plain(notes.provenance)
        for state in value.get("states", ()):
            state["parameters"] = scrubber.value(state["parameters"])
    return value


def decode_notes(value: object, *, path: Path) -> Notes:
    """Read the value of the key; an absent one (None) gives empty notes.

    Raises:
        CassetteFormatError: It isn't what `encode_notes` writes, or a newer version wrote it.
    """
    if value is None:
        return Notes()
    try:
        found = msgspec.convert(value, _Notes)
        provenance = msgspec.convert(value, Provenance) if found.test is not None else None
    except msgspec.ValidationError as error:
        raise CassetteFormatError(
            f"the key {KEY!r} can't be read ({error})",
            where=path,
            remedy="record the cassette again, or delete the key to lose what the test declared",
        ) from None
    if found.version != _VERSION:
        raise CassetteFormatError(
            f"the key {KEY!r} has version {found.version}, and this Pactape knows {_VERSION}",
            where=path,
            remedy="upgrade Pactape, or record the cassette again",
        )
    return Notes(provenance=provenance, calls=found.calls, reads=found.reads, messages=found.messages)


class _Notes(msgspec.Struct):
    version: int
    calls: tuple[Call | None, ...] = ()
    reads: tuple[tuple[str, ...] | None, ...] = ()
    messages: tuple[RecordedMessage, ...] = ()
    test: str | None = None
    description: str | None = None


def _plain_message(message: RecordedMessage, scrubber: Scrubber) -> dict[str, Any]:
    """Without what the file and the rest of the key say of it."""
    own = msgspec.structs.replace(
        message,
        content=scrubber.value(message.content),
        metadata=scrubber.value(message.metadata),
        cassette="",
        index=0,
        provenance=None,
    )
    return {"content": own.content} | _plain(own)


def _plain(value: Call | Provenance | RecordedMessage) -> dict[str, Any]:
    plain = msgspec.json.decode(msgspec.json.encode(value))
    defaults = {field.name: field.default for field in msgspec.structs.fields(type(value))}
    return {name: each for name, each in plain.items() if each != defaults[name] and each not in ([], {})}
