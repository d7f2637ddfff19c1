"""Writing cassettes: the whole file in one step, joined with what others have recorded to it in the meantime."""

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
    "extend_cassette",
    "merge_cassette",
    "replace_cassette",
]


class RecordedInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded interaction, scrubbed.

    Args:
        request: In vcrpy's form.
        response: In vcrpy's form.
        call: What the client announced; None when it announced nothing.
        reads: The response fields that the test read; None where all count as read.
    """

    request: Any
    response: dict[str, Any]
    call: Any = None
    reads: tuple[str, ...] | None = None


_Annotated = TypeVar("_Annotated", RecordedInteraction, RecordedMessage)


def replace_cassette(
    path: Path,
    interactions: Sequence[RecordedInteraction],
    *,
    metadata: CassetteMetadata,
    scrubber: Scrubber,
) -> None:
    """Write a cassette that holds exactly these interactions, and the messages of `metadata`.

    Raises:
        OutputError: The file can't be written; the old one is still there.
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
    """Append interactions, and the messages of `metadata`, to a cassette; a missing file is made.

    They come after what the file holds by now, whichever process wrote that.

    Raises:
        CassetteFormatError: The file can't be read; it stays unchanged.
        OutputError: The file can't be written; the old one is still there.
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
    """Add to a cassette of several tests the interactions that it doesn't hold yet.

    Args:
        path: The cassette's file.
        interactions: What one of its tests has recorded.
        metadata: What that test declared, and its messages.
        scrubber: Replaces secrets in the metadata.
        key_of: Returns the key of a recorded request; equal requests are added as often as they are missing.
        outdated: The file's bytes from before the run, which are replaced; None to keep whatever is there.

    Raises:
        CassetteFormatError: The file can't be read; it stays unchanged.
        OutputError: The file can't be written; the old one is still there.
    """
    with locked(path):
        is_outdated = not path.is_file() or path.read_bytes() == outdated
        old, messages = ([], ()) if is_outdated else _current(path)
        counts = Counter(key_of(each.request) for each in old)
        new = []
        for each in interactions:
            key = key_of(each.request)
            counts[key] -= 1
            if counts[key] < 0:
                new.append(each)
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
    """Write into a cassette which fields its test was seen to read.

    Args:
        path: The cassette's file.
        reads: The response fields that were read, by the interaction's index.
        metadata: The test that uses it.
        message_reads: The fields that were read, by the message's index.
        scrubber: Replaces secrets in what the test declared and in messages.

    Raises:
        CassetteFormatError: The file can't be read; it stays unchanged.
        OutputError: The file can't be written; the old one is still there.
    """
    with locked(path):
        interactions, messages = _current(path)
        annotated = tuple(_with_reads(each, index, message_reads) for index, each in enumerate(messages))
        _write(
            path,
            [_with_reads(each, index, reads) for index, each in enumerate(interactions)],
            msgspec.structs.replace(metadata, messages=annotated),
            scrubber,
        )


def _with_reads(each: _Annotated, index: int, reads: ReadFields) -> _Annotated:
    return msgspec.structs.replace(each, reads=reads[index]) if index in reads else each


def _current(path: Path) -> tuple[list[RecordedInteraction], tuple[RecordedMessage, ...]]:
    """Return the interactions and the messages that a file holds by now."""
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
        interactions: In order.
        metadata: What the test declared, and its messages.
        scrubber: Replaces secrets in the metadata.
    """
    bodies = BodyPlaceholders()
    document = {
        "interactions": [_interaction(each.request, each.response, bodies) for each in interactions],
        "version": CASSETTE_FORMAT_VERSION,
        KEY: encode_metadata(
            msgspec.structs.replace(
                metadata,
                calls=tuple(each.call for each in interactions),
                reads=tuple(each.reads for each in interactions),
            ),
            scrubber,
        ),
    }
    return bodies.fill(yamlserializer.serialize(document)).encode("utf-8")


def _interaction(request: VcrRequest, response: dict[str, Any], bodies: BodyPlaceholders) -> dict[str, Any]:
    document = compat.convert_to_unicode({"body": None, **request._to_dict()})  # noqa: SLF001 -- as vcr.serialize does
    answer = compat.convert_to_unicode({**response, "body": dict(response["body"])})
    document["body"] = bodies.for_text(document["body"])
    if "string" in answer["body"]:
        answer["body"]["string"] = bodies.for_text(answer["body"]["string"])
    return {"request": document, "response": answer}
