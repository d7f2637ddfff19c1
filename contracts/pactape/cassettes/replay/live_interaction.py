"""Live interactions, before anything was replaced; kept in memory for the self-check."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["LiveInteraction"]


class LiveInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction before anything was replaced, which is never written anywhere.

    Args:
        position: Its position in the cassette.
        request: The request in vcrpy's form.
        response: The response in vcrpy's form.
    """

    position: int
    request: Any
    response: dict[str, Any]

    def __repr__(self) -> str:
        return f"LiveInteraction(position={self.position})"
