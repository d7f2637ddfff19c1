"""Saving: the whole file in one step, joined with what others have recorded to it in the meantime."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import platformdirs
from filelock import FileLock
from vcr.serialize import CASSETTE_FORMAT_VERSION
from vcr.serializers import compat, yamlserializer

from pactape.cassettes.format.metadata import KEY, Notes, encode_notes
from pactape.cassettes.format.reading import read_recorded
from pactape.cassettes.format.yaml_bodies import Placeholders
from pactape.errors import OutputError
from pactape.exchange import RecordedMessage
from pactape.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.scrubbing.scrubber import Scrubber

__all__ = ["Take", "annotate_cassette", "extend_cassette", "replace_cassette"]

_SECONDS_TO_WAIT = 60


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded interaction, clean.

    Args:
        request: As vcrpy has it.
        response: As vcrpy has it.
        call: What the client announced; None when it announced nothing.
        reads: The fields that the test read of the answer; None where all count as read.
    """

    request: Any
    response: dict[str, Any]
    call: Any = None
    reads: tuple[str, ...] | None = None


_Read = TypeVar("_Read", Take, RecordedMessage)


def replace_cassette(path: Path, takes: list[Take], *, notes: Notes, scrubber: Scrubber) -> None:
    """Write a cassette that holds exactly `takes`.

    Raises:
        OutputError: The file can't be written; the old one is still there.
    """
    with _locked(path):
        _write(path, takes, notes, scrubber)


def extend_cassette(path: Path, takes: list[Take], *, notes: Notes, scrubber: Scrubber) -> None:
    """Add `takes`, and the messages of `notes`, to the cassette; a missing file is made.

    They come after what it holds by now, whoever wrote that.

    Raises:
        CassetteFormatError: What is there can't be read; it stays as it is.
        OutputError: The file can't be written; the old one is still there.
    """
    with _locked(path):
        old, messages = _held(path) if path.is_file() else ([], ())
        joined = msgspec.structs.replace(notes, messages=(*messages, *notes.messages))
        _write(path, [*old, *takes], joined, scrubber)


def annotate_cassette(
    path: Path,
    reads: Mapping[int, tuple[str, ...] | None],
    *,
    notes: Notes,
    of_messages: Mapping[int, tuple[str, ...] | None],
    scrubber: Scrubber,
) -> None:
    """Write into a cassette what its test was seen to read.

    Args:
        path: The cassette's file.
        reads: By the interaction's place, what was read of its answer.
        notes: The test that uses it.
        of_messages: By the message's place, what was read of its content.
        scrubber: Replaces secrets in what the test declared and in messages.

    Raises:
        CassetteFormatError: What is there can't be read; it stays as it is.
        OutputError: The file can't be written; the old one is still there.
    """
    with _locked(path):
        takes, messages = _held(path)
        _write(
            path,
            [_reading(take, place, reads) for place, take in enumerate(takes)],
            msgspec.structs.replace(
                notes,
                messages=tuple(_reading(each, place, of_messages) for place, each in enumerate(messages)),
            ),
            scrubber,
        )


def _reading(each: _Read, place: int, reads: Mapping[int, tuple[str, ...] | None]) -> _Read:
    return msgspec.structs.replace(each, reads=reads[place]) if place in reads else each


def _held(path: Path) -> tuple[list[Take], tuple[RecordedMessage, ...]]:
    """The interactions and the messages that a file holds by now."""
    recorded = read_recorded(path)
    nothing = (None,) * len(recorded.requests)
    told = (recorded.notes.calls or nothing, recorded.notes.reads or nothing)
    takes = [
        Take(request=request, response=response, call=call, reads=reads)
        for request, response, call, reads in zip(recorded.requests, recorded.responses, *told, strict=True)
    ]
    return takes, recorded.notes.messages


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes from writing; the lock lies outside the project, whose folder stays clean."""
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]
    try:
        lock = FileLock(_lock_folder() / f"{name}.lock", timeout=_SECONDS_TO_WAIT)
        lock.acquire()
    except TimeoutError:
        raise OutputError(
            f"is being written by another process for more than {_SECONDS_TO_WAIT} seconds",
            where=path,
            remedy="end that process, and try again",
        ) from None
    except OSError as error:
        raise OutputError(
            f"can't be locked ({error.strerror})",
            where=path,
            remedy=f"make {_lock_folder()} writable for you",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _lock_folder() -> Path:
    """A folder of this user's own."""
    return Path(platformdirs.user_cache_dir("pactape")) / "locks"


def _write(path: Path, takes: list[Take], notes: Notes, scrubber: Scrubber) -> None:
    words = Placeholders()
    document = {
        "interactions": [_interaction(take.request, take.response, words) for take in takes],
        "version": CASSETTE_FORMAT_VERSION,
        KEY: encode_notes(
            msgspec.structs.replace(
                notes,
                calls=tuple(take.call for take in takes),
                reads=tuple(take.reads for take in takes),
            ),
            scrubber,
        ),
    }
    write_atomically(path, words.replaced(yamlserializer.serialize(document)).encode("utf-8"))


def _interaction(request: VcrRequest, response: dict[str, Any], words: Placeholders) -> dict[str, Any]:
    sent = compat.convert_to_unicode({"body": None, **request._to_dict()})  # noqa: SLF001 -- as vcr.serialize does
    answer = compat.convert_to_unicode({**response, "body": dict(response["body"])})
    sent["body"] = words.for_text(sent["body"])
    if "string" in answer["body"]:
        answer["body"]["string"] = words.for_text(answer["body"]["string"])
    return {"request": sent, "response": answer}
