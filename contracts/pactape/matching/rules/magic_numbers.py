"""Magic numbers: whether the first bytes of a body are those of a content type."""

from __future__ import annotations

from pactape.http_bodies import guess_content_type

__all__ = ["why_not_of_type"]

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BM", "image/bmp"),
    (b"<?xml", "text/xml"),
)


def why_not_of_type(data: bytes, media_type: str) -> str | None:
    """Return why bytes don't look like the content type `media_type`; None when they do."""
    magic = next((name for start, name in _MAGIC if data.startswith(start)), None)
    if magic == media_type:
        return None
    actual = magic or str(guess_content_type(data))
    if magic is None and media_type in {actual, "text/plain"} and guess_content_type(data).is_known:
        return None
    return f"looks like {actual}, not like {media_type}"
