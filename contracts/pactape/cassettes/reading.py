"""Reading: any cassette file becomes exchanges, and nothing in it is ever executed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import yaml
from vcr.serializers import yamlserializer

from pactape.cassettes.notes import KEY, decode_notes
from pactape.errors import CassetteFormatError
from pactape.exchange import Exchange, Headers, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_cassette", "read_document"]

_REMEDY = "restore the file from version control, or delete it and record it again"


def read_cassette(path: Path) -> list[Exchange]:
    """Read the exchanges of a cassette, in the order in which they were recorded.

    Args:
        path: A cassette in vcrpy's YAML or JSON form.

    Raises:
        CassetteFormatError: The file can't be read as a cassette; the message says where and why.
    """
    document = read_document(path)
    notes = decode_notes(document.get(KEY), path=path)
    calls = notes.calls or (None,) * len(document["interactions"])
    if len(calls) != len(document["interactions"]):
        _refuse(
            path,
            f"the key {KEY!r} tells of {len(calls)} calls, but there are {len(document['interactions'])}",
        )
    return [
        Exchange(
            request=_request(interaction["request"]),
            response=_response(interaction["response"]),
            cassette=str(path),
            index=index,
            call=calls[index],
            provenance=notes.provenance,
        )
        for index, interaction in enumerate(document["interactions"])
    ]


def read_document(path: Path) -> dict[str, Any]:
    """The cassette as plain data, its shape checked: `interactions` lists requests with responses.

    Raises:
        CassetteFormatError: The file can't be read as a cassette; the message says where and why.
    """
    document = _parse(path)
    if not isinstance(document, dict) or not isinstance(document.get("interactions"), list):
        _refuse(path, "has no list of interactions")
    for index, interaction in enumerate(document["interactions"]):
        _check(path, index, interaction)
    return document


def _parse(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else yamlserializer.deserialize(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        _refuse(f"{path}:{line}", f"is not YAML that a cassette may hold ({error.problem})")
    except yaml.YAMLError as error:
        _refuse(path, f"is not YAML ({error})")
    except json.JSONDecodeError as error:
        _refuse(f"{path}:{error.lineno}", f"is not JSON ({error.msg})")
    except UnicodeDecodeError as error:
        _refuse(path, f"is not UTF-8 (byte {error.start})")
    except OSError as error:
        _refuse(path, f"can't be read ({error.strerror})")


def _check(path: Path, index: int, interaction: object) -> None:
    place = f"interactions[{index}]"
    if not isinstance(interaction, dict):
        _refuse(path, f"{place} is not a mapping")
    for side, names in (("request", ("method", "uri")), ("response", ("status",))):
        part = interaction.get(side)
        if not isinstance(part, dict):
            _refuse(path, f"{place} has no {side}")
        missing = [name for name in names if name not in part]
        if missing:
            _refuse(path, f"{place}.{side} has no {' and no '.join(missing)}")


def _refuse(where: object, what: str) -> NoReturn:
    raise CassetteFormatError(what, where=where, remedy=_REMEDY)


def _request(part: dict[str, Any]) -> Request:
    return Request(
        method=str(part["method"]).upper(),
        url=str(part["uri"]),
        headers=_headers(part.get("headers")),
        body=_bytes(part.get("body")),
    )


def _response(part: dict[str, Any]) -> Response:
    status, body = part["status"], part.get("body")
    return Response(
        status=int(status["code"] if isinstance(status, dict) else status),
        headers=_headers(part.get("headers")),
        body=_bytes(body.get("string") if isinstance(body, dict) else body),
    )


def _headers(value: Any) -> Headers:
    return tuple(
        (str(name), str(each))
        for name, values in (value or {}).items()
        for each in (values if isinstance(values, list | tuple) else [values])
    )


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    if hasattr(value, "read"):
        return bytes(value.read())
    return value if isinstance(value, bytes) else str(value).encode()
