"""Codings of responses: recordings are decoded, but `http.client` gives the code under test the coded bytes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.cassettes.format.vcr_formats import CODING
from pactape.http_bodies import content_codings, decode_body, encode_body

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["as_read", "body_as_read"]


def body_as_read(body: bytes, headers: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a response's body as it is recorded, with its coding if the code under test reads the coded bytes.

    Args:
        body: The bytes that the library gives to the code under test.
        headers: The response's headers.
    """
    codings = content_codings(headers)
    if body and codings:
        with suppress(ValueError):
            if decode_body(body, codings) != body:
                return {"string": body, CODING: ", ".join(codings)}
    return {"string": body}


def as_read(response: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded response with the bytes that the code under test read; itself if they were not coded."""
    coding = response["body"].get(CODING)
    if not coding or content_codings(response["headers"]):
        return response
    with suppress(ValueError):  # without the library of the coding, the decoded body is still readable
        body = encode_body(response["body"]["string"], content_codings({"content-encoding": coding}))
        headers = {
            name: [str(len(body))] if name.lower() == "content-length" else values
            for name, values in response["headers"].items()
        }
        return {**response, "headers": {**headers, "Content-Encoding": [coding]}, "body": {"string": body}}
    return response
