"""Reads cassettes as exchanges and messages, without executing anything in them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
import yaml
from vcr.serializers import yamlserializer

from pactape.cassettes.format.fast_yaml import UnsupportedYamlError, parse_fast
from pactape.cassettes.format.metadata import KEY, CassetteMetadata, decode_metadata
from pactape.cassettes.format.vcr_formats import body_bytes, headers_of, modern_request, modern_response
from pactape.errors import CassetteFormatError, DamagedRecordingError
from pactape.exchange import Exchange, RecordedMessage, Request, Response
from pactape.garbage_collection import collection_paused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vcr.request import Request as VcrRequest

__all__ = [
    "ReplayContents",
    "read_cassette",
    "read_contents",
    "read_for_replay",
    "read_messages",
]

#: What the text of each cassette with an interaction contains.
_WORDS = (re.compile(r"^interactions:|\"interactions\"\s*:", re.MULTILINE), re.compile(r"\brequest\b"))
_POINTER = b"version https://git-lfs.github.com/"
_REMEDY = "restore the file from version control, or delete it and record it again"


class ReplayContents(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a cassette file in vcrpy's form.

    Args:
        requests: The requests, in the order in which they were recorded.
        responses: The response to each request.
        metadata: The key `pactape`; its calls and reads are empty, or one for each request.
    """

    requests: list[Any]
    responses: list[dict[str, Any]]
    metadata: CassetteMetadata


def read_cassette(path: Path) -> list[Exchange]:
    """Read the exchanges of a cassette, in the order in which they were recorded.

    Args:
        path: A cassette in vcrpy's YAML or JSON form, of any version and from any of the libraries that
            vcrpy records.

    Raises:
        CassetteFormatError: The file can't be read as a cassette; the message says where and why.
    """
    return read_contents(path)[0]


def read_messages(path: Path) -> list[RecordedMessage]:
    """Read the messages of a cassette, in the order in which they were recorded.

    Raises:
        CassetteFormatError: The file can't be read as a cassette; the message says where and why.
    """
    return read_contents(path)[1]


def read_contents(path: Path, data: bytes | None = None) -> tuple[list[Exchange], list[RecordedMessage]]:
    """Read the exchanges and the messages of a cassette.

    Args:
        path: The cassette's file.
        data: Its bytes, if they have been read already.

    Raises:
        CassetteFormatError: The file can't be read as a cassette; the message says where and why.
    """
    document = _parse_file(path) if data is None else _parse(path, data)
    contents = _contents(path, document)
    return list(_exchanges(path, document, contents)), list(_messages(path, contents.metadata))


def _exchanges(path: Path, data: dict[str, Any], contents: ReplayContents) -> Iterator[Exchange]:
    nothing = (None,) * len(contents.requests)
    calls, reads = contents.metadata.calls or nothing, contents.metadata.reads or nothing
    for index, (request, response, interaction) in enumerate(
        zip(contents.requests, contents.responses, data["interactions"], strict=True)
    ):
        yield Exchange(
            request=_request(request, interaction["request"]),
            response=_response(response),
            cassette=str(path),
            index=index,
            call=calls[index],
            reads=reads[index],
            provenance=contents.metadata.provenance,
        )


def _messages(path: Path, metadata: CassetteMetadata) -> Iterator[RecordedMessage]:
    for index, message in enumerate(metadata.messages):
        yield msgspec.structs.replace(
            message, cassette=str(path), index=index, provenance=metadata.provenance
        )


def read_for_replay(path: Path, data: bytes | None = None) -> ReplayContents:
    """Read a cassette for replay.

    Args:
        path: The cassette's file.
        data: Its bytes, if they have been read already.

    Raises:
        CassetteFormatError: The file can't be read as a cassette; the message says where and why.
    """
    return _contents(path, _parse_file(path) if data is None else _parse(path, data))


def _contents(path: Path, document: dict[str, Any]) -> ReplayContents:
    interactions = document["interactions"]
    metadata = decode_metadata(document.get(KEY), path=path)
    for name, values in (("calls", metadata.calls), ("reads", metadata.reads)):
        if values and len(values) != len(interactions):
            _refuse(
                path,
                f"the key {KEY!r} has {len(values)} {name} for {len(interactions)} interactions",
                is_cassette=True,
            )
    requests, responses = [], []
    for index, interaction in enumerate(interactions):
        _check(path, index, interaction)
        try:
            requests.append(modern_request(interaction["request"]))
            responses.append(modern_response(interaction["response"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            _refuse(
                path,
                f"interactions[{index}] can't be read ({type(error).__name__}: {error})",
                is_cassette=True,
            )
    return ReplayContents(requests=requests, responses=responses, metadata=metadata)


def _parse_file(path: Path) -> dict[str, Any]:
    try:
        return _parse(path, path.read_bytes())
    except OSError as error:
        _refuse(path, f"can't be read ({error.strerror})", is_cassette=True)


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    text = _decode(path, data)
    if not text.strip():
        _refuse(path, "is empty", is_cassette=True)  # as after a full disk
    document = _parse_text(path, text)
    if (count := _count_lists(text, document)) > 1:
        what = f"has the key 'interactions' {count} times, of which only the last would be read"
        _refuse(path, what, is_cassette=_looks_like_one(text))
    if not isinstance(document, dict) or not isinstance(document.get("interactions"), list):
        _refuse(path, "has no list of interactions")
    return document


def _count_lists(text: str, document: object) -> int:
    """Return how often the top level has the key `interactions`: parsers keep only the last value of a key."""
    if text[:1] != "{":
        return f"\n{text}".count("\ninteractions:")
    if text.count('"interactions"') < 2 or not isinstance(document, dict):  # noqa: PLR2004 -- only once
        return 1
    pairs: list[tuple[str, Any]] = []
    json.loads(text, object_pairs_hook=lambda members: pairs.__setitem__(slice(None), members))
    return [name for name, _ in pairs].count("interactions")


def _decode(path: Path, data: bytes) -> str:
    if data.startswith(_POINTER):
        what = "is a pointer of Git LFS, whose file was not fetched"
        raise DamagedRecordingError(what, where=path, remedy="run `git lfs pull`")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        is_cassette = b"interactions" in data.replace(b"\0", b"")  # in UTF-16, each letter has a zero byte
        _refuse(f"{path}:{line}", f"is not UTF-8 (byte {error.start})", is_cassette=is_cassette)


def _parse_text(path: Path, text: str) -> object:
    """Parse JSON, detected by the file's name or first character, or else YAML, which can't parse all JSON."""
    try:
        if path.suffix.lower() == ".json" or text[:1] == "{":
            return json.loads(text)
        with collection_paused():
            return _parse_yaml(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        _refuse(
            f"{path}:{line}",
            f"is not valid YAML for a cassette ({error.problem})",
            is_cassette=_looks_like_one(text),
        )
    except yaml.YAMLError as error:
        _refuse(path, f"is not valid YAML ({error})", is_cassette=_looks_like_one(text))
    except json.JSONDecodeError as error:
        _refuse(
            f"{path}:{error.lineno}", f"is not valid JSON ({error.msg})", is_cassette=_looks_like_one(text)
        )
    except RecursionError:
        _refuse(path, "is nested too deeply", is_cassette=_looks_like_one(text))
    except (ValueError, TypeError) as error:
        _refuse(path, f"contains an invalid value ({error})", is_cassette=_looks_like_one(text))


def _parse_yaml(text: str) -> object:
    try:
        return parse_fast(text)
    except UnsupportedYamlError:
        from pactape.recorders.aliases import check_expansion  # noqa: PLC0415 -- start-up time: few files need it

        document = yamlserializer.deserialize(text)
        check_expansion(document)  # only this parser supports aliases
        return document


def _check(path: Path, index: int, interaction: object) -> None:
    place = f"interactions[{index}]"
    if not isinstance(interaction, dict):
        _refuse(path, f"{place} is not a mapping", is_cassette=index > 0)
    sent = interaction.get("request")  # a contract's has a path
    is_cassette = index > 0 or (isinstance(sent, dict) and "path" not in sent)
    for side, names in (("request", ("method", "uri")), ("response", ("status",))):
        part = interaction.get(side)
        if not isinstance(part, dict):
            _refuse(path, f"{place} has no {side}", is_cassette=is_cassette)
        missing = [name for name in names if name not in part and f"{name}_code" not in part]
        if missing:
            _refuse(path, f"{place}.{side} has no {' and no '.join(missing)}", is_cassette=is_cassette)


def _looks_like_one(text: str) -> bool:
    return all(word.search(text) for word in _WORDS)


def _refuse(where: object, what: str, *, is_cassette: bool = False) -> NoReturn:
    """Raise the error for a file that is not a cassette, or for one that is damaged."""
    raise (DamagedRecordingError if is_cassette else CassetteFormatError)(what, where=where, remedy=_REMEDY)


def _request(request: VcrRequest, part: dict[str, Any]) -> Request:
    """Return the request, with headers from the file, because vcrpy's class keeps only one value of each."""
    headers = headers_of(part.get("headers"))
    return Request(
        method=request.method.upper(), url=request.uri, headers=_pairs(headers), body=body_bytes(request)
    )


def _response(response: dict[str, Any]) -> Response:
    return Response(
        status=response["status"]["code"],
        headers=_pairs(response["headers"]),
        body=response["body"]["string"],
    )


def _pairs(headers: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values)
