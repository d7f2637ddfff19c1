"""Writing pact files: the same bytes for the same content."""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

__all__ = ["Specification", "encode_document"]

#: The versions of the Pact specification that Pactape writes.
Specification = Literal["V3", "V4"]
_VERSIONS = {"V3": "3.0.0", "V4": "4.0"}


def encode_document(
    *,
    consumer: str,
    provider: str,
    interactions: list[dict[str, Any]],
    specification: Specification,
    key: Literal["interactions", "messages"] = "interactions",
) -> bytes:
    """Encode a pact file: UTF-8 JSON, keys sorted, indented by two spaces, with a newline at the end.

    Args:
        consumer: The consumer's name.
        provider: The provider's name.
        interactions: In the form of that version of the specification, in the order they are to have.
        specification: The version of the Pact specification.
        key: The list that holds them: V3 has messages in a list of their own.
    """
    document = {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        key: interactions,
        "metadata": {"pactSpecification": {"version": _VERSIONS[specification]}},
    }
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return msgspec.json.format(text.encode(), indent=2) + b"\n"  # as `json` would do it, but faster
