"""Bodies of WireMock's responses: texts, JSON, base64 and files, since version 4 also in an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import SkipEntryError
from pactape.recorders.values import base64_bytes, compact_json, text_bytes

if TYPE_CHECKING:
    from pactape.recorders.source import Source

__all__ = ["BODY_FOLDERS", "response_body"]

#: The folder of body files, relative to a mapping at any depth.
BODY_FOLDERS = ("../__files", "__files", *(f"{'../' * depth}__files" for depth in range(2, 9)))
_MEMBERS = frozenset(
    {"base64Data", "charset", "compression", "data", "dataRef", "dataStore", "encoding", "filePath", "format"}
)


def response_body(response: dict[str, Any], source: Source) -> bytes:
    """Return the bytes of a response's body.

    Raises:
        SkipEntryError: Its file is missing, or it isn't in a file.
    """
    if response.get("bodyFileName"):
        return _of_file(response["bodyFileName"], source)
    if response.get("base64Body") is not None:
        return base64_bytes(response["base64Body"])
    if response.get("jsonBody") is not None:
        return compact_json(response["jsonBody"])
    body = response.get("body")
    if isinstance(body, dict) and body and body.keys() <= _MEMBERS:
        return _of_entity(body, source)
    return text_bytes(body)


def _of_entity(body: dict[str, Any], source: Source) -> bytes:
    if "dataRef" in body:
        raise SkipEntryError("its body is in a data store of WireMock, not in the file")
    if body.get("filePath"):
        return _of_file(body["filePath"], source)
    if body.get("base64Data") is not None:
        return base64_bytes(body["base64Data"])
    return text_bytes(body.get("data"), str(body.get("charset") or "utf-8"))


def _of_file(name: Any, source: Source) -> bytes:
    data = source.attachment(str(name), *BODY_FOLDERS)
    if data is None:
        raise SkipEntryError(f"its body is in the file {name!r}, which is missing")
    return data
