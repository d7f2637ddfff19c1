"""Writes cassettes atomically, merged with what other processes have recorded in the meantime."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from vcr.serialize import CASSETTE_FORMAT_VERSION
from vcr.serializers import compat, yamlserializer

from pactape.cassettes.format.locking import locked
from pactape.cassettes.format.metadata import KEY, CassetteMetadata, encode_metadata
from pactape.cassettes.format.reading import read_for_replay
from pactape.cassettes.format.yaml_bodies import BodyPlaceholders
from pactape.exchange import RecordedMessage
from pactape.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.scrubbing.scrubber import Scrubber

    ReadFields = Mapping[int, tuple[str, ...] | None]

__all__ = [
    "RecordedInteraction",
    "annotate_cassette",
    "encode_cassette",
    "encode_interaction",
    "extend_cassette",
    "merge_cassette",
    "replace_cassette",
    "write_encoded_interactions",
]


class RecordedInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded interaction, scrubbed.

    Args:
        request: The request in vcrpy's form.
        response: The response in vcrpy's form.
        call: The announced call; None without an announcement.
        reads: The response fields that the test read; None if all count as read.
    """

    request: Any
    response: dict[str, Any]
    call: Any = None
    reads: tuple[str, ...] | None = None


#: An interaction without an announced call, in the metadata.
_NO_CALL = b"  - null\n"
_Annotated = TypeVar("_Annotated", RecordedInteraction, RecordedMessage)


def replace_cassette(
    path: Path,
    interactions: Sequence[RecordedInteraction],
    *,
    metadata: CassetteMetadata,
    scrubber: Scrubber,
) -> None:
    """Write a cassette with exactly these interactions, and the messages of `metadata`.

    Raises:
        OutputError: The file can't be written; the old one is unchanged.
    """
    with locked(path):
        _write(path, interactions, metadata, scrubber)


def extend_cassette(
    path: Path,
    interactions: Sequence[RecordedInteraction],
    *,
    metadata: CassetteMetadata,
    scrubber: Scrubber,
) -> None:
    """Append interactions, and the messages of `metadata`, to a cassette, which is created if missing.

    They are added to the current content of the file, whichever process wrote it.

    Raises:
        CassetteFormatError: The file can't be read; it is not changed.
        OutputError: The file can't be written; the old one is unchanged.
    """
    with locked(path):
        old, messages = _current(path) if path.is_file() else ([], ())
        all_metadata = msgspec.structs.replace(metadata, messages=(*messages, *metadata.messages))
        _write(path, [*old, *interactions], all_metadata, scrubber)


def merge_cassette(
    path: Path,
    interactions: Sequence[RecordedInteraction],
    *,
    metadata: CassetteMetadata,
    scrubber: Scrubber,
    key_of: Callable[[Any], bytes],
    outdated: bytes | None,
) -> None:
    """Add interactions to a shared cassette, if it doesn't contain them yet.

    Args:
        path: The cassette's file.
        interactions: The interactions that one of its tests has recorded.
        metadata: The declarations of that test, and its messages.
        scrubber: Replaces secrets in the metadata.
        key_of: Returns the key of a recorded request; equal requests are added until their number matches.
        outdated: The file's bytes from before the run, which are replaced; None to keep its content.

    Raises:
        CassetteFormatError: The file can't be read; it is not changed.
        OutputError: The file can't be written; the old one is unchanged.
    """
    with locked(path):
        is_outdated = not path.is_file() or path.read_bytes() == outdated
        old, messages = ([], ()) if is_outdated else _current(path)
        counts = Counter(key_of(interaction.request) for interaction in old)
        new = []
        for interaction in interactions:
            key = key_of(interaction.request)
            counts[key] -= 1
            if counts[key] < 0:
                new.append(interaction)
        all_metadata = msgspec.structs.replace(metadata, messages=(*messages, *metadata.messages))
        _write(path, [*old, *new], all_metadata, scrubber)


def annotate_cassette(
    path: Path,
    reads: ReadFields,
    *,
    metadata: CassetteMetadata,
    message_reads: ReadFields,
    scrubber: Scrubber,
) -> None:
    """Write the observed reads of a test into its cassette.

    Args:
        path: The cassette's file.
        reads: The response fields that were read, by the interaction's index.
        metadata: The test that uses it.
        message_reads: The fields that were read, by the message's index.
        scrubber: Replaces secrets in the test's declarations and in messages.

    Raises:
        CassetteFormatError: The file can't be read; it is not changed.
        OutputError: The file can't be written; the old one is unchanged.
    """
    with locked(path):
        interactions, messages = _current(path)
        annotated = tuple(
            _with_reads(message, index, message_reads) for index, message in enumerate(messages)
        )
        _write(
            path,
            [_with_reads(interaction, index, reads) for index, interaction in enumerate(interactions)],
            msgspec.structs.replace(metadata, messages=annotated),
            scrubber,
        )


def _with_reads(interaction: _Annotated, index: int, reads: ReadFields) -> _Annotated:
    return msgspec.structs.replace(interaction, reads=reads[index]) if index in reads else interaction


def _current(path: Path) -> tuple[list[RecordedInteraction], tuple[RecordedMessage, ...]]:
    """Return the current interactions and messages of a file."""
    contents = read_for_replay(path)
    nothing = (None,) * len(contents.requests)
    columns = (contents.metadata.calls or nothing, contents.metadata.reads or nothing)
    interactions = [
        RecordedInteraction(request=request, response=response, call=call, reads=reads)
        for request, response, call, reads in zip(
            contents.requests, contents.responses, *columns, strict=True
        )
    ]
    return interactions, contents.metadata.messages


def _write(
    path: Path, interactions: Sequence[RecordedInteraction], metadata: CassetteMetadata, scrubber: Scrubber
) -> None:
    write_atomically(path, encode_cassette(interactions, metadata, scrubber))


def encode_cassette(
    interactions: Sequence[RecordedInteraction], metadata: CassetteMetadata, scrubber: Scrubber
) -> bytes:
    """Return the bytes of a cassette's file.

    Args:
        interactions: The interactions, in order.
        metadata: The test's declarations, and its messages.
        scrubber: Replaces secrets in the metadata.
    """
    bodies = BodyPlaceholders()
    document = {
        "interactions": [
            _interaction(interaction.request, interaction.response, bodies) for interaction in interactions
        ],
        "version": CASSETTE_FORMAT_VERSION,
        KEY: encode_metadata(
            msgspec.structs.replace(
                metadata,
                calls=tuple(interaction.call for interaction in interactions),
                reads=tuple(interaction.reads for interaction in interactions),
            ),
            scrubber,
        ),
    }
    return bodies.fill(yamlserializer.serialize(document)).encode("utf-8")


def encode_interaction(interaction: RecordedInteraction) -> bytes:
    """Return the YAML of one interaction in a cassette, for `write_encoded_interactions`."""
    bodies = BodyPlaceholders()
    item = _interaction(interaction.request, interaction.response, bodies)
    return bodies.fill(yamlserializer.serialize({"interactions": [item]})).partition("\n")[2].encode()


def write_encoded_interactions(
    path: Path, items: Sequence[bytes], *, metadata: CassetteMetadata, scrubber: Scrubber
) -> None:
    """Write a cassette with exactly these interactions, which are encoded already.

    Args:
        path: The cassette's file.
        items: At least one interaction, see `encode_interaction`.
        metadata: The test's declarations, and its messages.
        scrubber: Replaces secrets in the metadata.

    Raises:
        OutputError: The file can't be written; the old one is unchanged.
    """
    value = encode_metadata(msgspec.structs.replace(metadata, calls=(None,)), scrubber)
    end = yamlserializer.serialize({"version": CASSETTE_FORMAT_VERSION, KEY: value}).encode()
    end = end.replace(_NO_CALL, _NO_CALL * len(items), 1)
    with locked(path):
        write_atomically(path, b"".join((b"interactions:\n", *items, end)))


def _interaction(request: VcrRequest, response: dict[str, Any], bodies: BodyPlaceholders) -> dict[str, Any]:
    document = compat.convert_to_unicode({"body": None, **request._to_dict()})  # noqa: SLF001 -- as vcr.serialize does
    written = compat.convert_to_unicode({**response, "body": dict(response["body"])})
    document["body"] = bodies.for_text(document["body"])
    if "string" in written["body"]:
        written["body"]["string"] = bodies.for_text(written["body"]["string"])
    return {"request": document, "response": written}
