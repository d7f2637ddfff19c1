"""Magic numbers: whether bytes look like a content type, going by how they begin."""

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


def why_not_of_type(data: bytes, wanted: str) -> str | None:
    """Return why bytes don't look like the content type `wanted`; None when they do."""
    magic = next((name for start, name in _MAGIC if data.startswith(start)), None)
    if magic == wanted:
        return None
    found = magic or str(guess_content_type(data))
    if magic is None and wanted in {found, "text/plain"} and guess_content_type(data).known:
        return None
    return f"looks like {found}, not like {wanted}"
