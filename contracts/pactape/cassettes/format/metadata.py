"""Cassette metadata: the top-level key `pactape`, with information beyond the HTTP messages.

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

__all__ = ["KEY", "CassetteMetadata", "decode_metadata", "encode_metadata", "join_reads"]

KEY = "pactape"
_VERSION = 1
#: The path of a whole body, all of whose fields are read.
_EVERY_FIELD, _HEADER = "", "header: "


class CassetteMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata of a cassette.

    Args:
        provenance: The test that recorded it; None in a cassette of another tool.
        calls: The announced call of each interaction; None without an announcement.
        reads: The fields that the test read of each response; None if all count as read.
        messages: The messages that the test received.
    """

    provenance: Provenance | None = None
    calls: tuple[Call | None, ...] = ()
    reads: tuple[tuple[str, ...] | None, ...] = ()
    messages: tuple[RecordedMessage, ...] = ()


def encode_metadata(metadata: CassetteMetadata, scrubber: Scrubber) -> dict[str, Any]:
    """Return the value of the key: plain data, scrubbed, without default values."""
    value: dict[str, Any] = {"version": _VERSION, "calls": [call and _plain(call) for call in metadata.calls]}
    if any(paths is not None for paths in metadata.reads):
        value["reads"] = [paths if paths is None else list(paths) for paths in metadata.reads]
    if metadata.messages:
        value["messages"] = [_plain_message(message, scrubber) for message in metadata.messages]
    if metadata.provenance is not None:
        value |= _plain(metadata.provenance)
        for name in ("test", "description"):
            value[name] = scrubber.text(value[name])
        for state in value.get("states", ()):
            state["name"] = scrubber.text(state["name"])
            state["parameters"] = scrubber.value(state["parameters"])
    return value


def decode_metadata(value: object, *, path: Path) -> CassetteMetadata:
    """Read the value of the key; None, if the key is missing, means empty metadata.

    Raises:
        CassetteFormatError: It has another form than that of `encode_metadata`, or a newer version wrote it.
    """
    if value is None:
        return CassetteMetadata()
    try:
        table = msgspec.convert(value, _MetadataTable)
        provenance = msgspec.convert(value, Provenance) if table.test is not None else None
    except msgspec.ValidationError as error:
        raise CassetteFormatError(
            f"the key {KEY!r} can't be read ({error})",
            where=path,
            remedy="record the cassette again, or delete the key to drop what the test declared",
        ) from None
    if table.version != _VERSION:
        raise CassetteFormatError(
            f"the key {KEY!r} has version {table.version}, but this version of Pactape reads {_VERSION}",
            where=path,
            remedy="upgrade Pactape, or record the cassette again",
        )
    return CassetteMetadata(
        provenance=provenance, calls=table.calls, reads=table.reads, messages=table.messages
    )


def join_reads(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the joined reads of two equal responses; None for every field and no header.

    Example:
        >>> join_reads(("id",), ("name", "header: etag")), join_reads(None, ("id", "header: etag"))
        (('header: etag', 'id', 'name'), ('', 'header: etag'))
    """
    paths = {*((_EVERY_FIELD,) if one is None else one), *((_EVERY_FIELD,) if other is None else other)}
    if _EVERY_FIELD in paths:
        paths = {_EVERY_FIELD, *(path for path in paths if path.startswith(_HEADER))}
    return None if paths == {_EVERY_FIELD} else tuple(sorted(paths))


class _MetadataTable(msgspec.Struct):
    version: int
    calls: tuple[Call | None, ...] = ()
    reads: tuple[tuple[str, ...] | None, ...] = ()
    messages: tuple[RecordedMessage, ...] = ()
    test: str | None = None
    description: str | None = None


def _plain_message(message: RecordedMessage, scrubber: Scrubber) -> dict[str, Any]:
    """Return a message without redundant members."""
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
    return {name: value for name, value in plain.items() if value != defaults[name] and value not in ([], {})}
