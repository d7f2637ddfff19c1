"""Forms (application/x-www-form-urlencoded)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from pactape.http_bodies.headers import media_type
from pactape.http_bodies.json_values import text_body

if TYPE_CHECKING:
    from pactape.exchange import Request, Response

__all__ = ["form_fields", "is_form"]


def is_form(media: str | None) -> bool:
    """Whether a media type is that of a form."""
    return media == "application/x-www-form-urlencoded"


def form_fields(message: Request | Response) -> dict[str, list[str]]:
    """Return the fields of a form body, including blank ones; empty for any other body."""
    return parse_qs(text_body(message), keep_blank_values=True) if is_form(media_type(message)) else {}
