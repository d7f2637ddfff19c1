"""Request bodies: every attempt sends the same bytes, unless a body can be sent only once."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import callback_error, error_text, passes_through
from pactape_clients.caller_code.checks import check_kind
from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.encoding.headers import check_headers
from pactape_clients.encoding.parameters import ParameterStyle, Query, encode_query, query_pairs
from pactape_clients.errors import UsageError

__all__ = ["RequestBody", "Upload", "form_body", "multipart_body", "raw_body"]

_PIECE = 65_536  # bytes
_END = object()
_LASTING = (bytes, list, tuple)  # types that can be read any number of times
_FORM = "application/x-www-form-urlencoded"


class Upload:
    """A file to upload: the value of a multipart field, or of a variable (GraphQL multipart request specification).

    Its content is read once, when the request is created; every attempt sends the same bytes.

    Args:
        content: Its bytes, or a file opened for reading bytes.
        name: Its file name.
        content_type: Its media type.

    Raises:
        UsageError: The content has another type.

    Example:
        >>> Upload(content=b"a,b", name="a.csv", content_type="text/csv")
        Upload(name='a.csv', content_type='text/csv')
    """

    __slots__ = ("content", "content_type", "name")

    @public
    def __init__(
        self, *, content: bytes | BinaryIO, name: str, content_type: str = "application/octet-stream"
    ) -> None:
        if not isinstance(content, bytes | bytearray) and not hasattr(content, "read"):
            raise UsageError(f"{name}: an upload's content is bytes or a file opened for reading bytes")
        check_kind("Upload.name", name, str, "a string")
        check_headers({"Content-Type": content_type})
        self.content = content
        self.name = name
        self.content_type = content_type

    def __repr__(self) -> str:
        return f"Upload(name={self.name!r}, content_type={self.content_type!r})"

    def read(self) -> bytes:
        """Return the content.

        Raises:
            UsageError: The file can't be read, or returns text.
        """
        return (
            bytes(self.content)
            if isinstance(self.content, bytes | bytearray)
            else _read(self.content, self.name)
        )


def _read(file: BinaryIO, name: str) -> bytes:
    try:
        content: Any = file.read()
    except Exception as error:
        if passes_through(error):
            raise
        words = str(error) if isinstance(error, OSError | ValueError) else error_text(error)
        failure = UsageError(
            f"{name}: the file can't be read ({words}). Fix: give it opened for reading bytes"
        )
    else:
        if isinstance(content, bytes):
            return content
        failure = UsageError(f"{name}: the file returns text. Fix: open it for reading bytes, with mode 'rb'")
    raise failure


class RequestBody:
    """A body with its media type.

    Args:
        content: Bytes, a file opened for reading bytes, or an iterable of bytes.
        content_type: Its media type; None if the caller's headers have it.
    """

    __slots__ = ("_content", "_start", "_was_opened", "content_type")

    def __init__(self, content: bytes | BinaryIO | Iterable[bytes], content_type: str | None) -> None:
        self.content_type = content_type
        self._content: Any = content
        self._start = _position(content)
        self._was_opened = False

    @property
    def can_be_sent(self) -> bool:
        """Whether it can be sent (again): bytes, lists and seekable files always, other bodies once."""
        return isinstance(self._content, _LASTING) or self._start is not None or not self._was_opened

    def open(self) -> Any:
        """Return the body from the beginning, in a form that requests sends.

        Raises:
            UsageError: It was already sent, and can't be read again.
        """
        if isinstance(self._content, bytes):
            return self._content
        if not self.can_be_sent:
            raise UsageError("the body can be read only once, and was sent before")
        self._was_opened = True
        if not hasattr(self._content, "read"):
            return _pieces(self._content)
        if self._start is not None:
            self._content.seek(self._start)
            return _File(self._content, self._start)
        return _pieces(iter(lambda: self._content.read(_PIECE), b""))


def _position(content: Any) -> int | None:
    try:
        if hasattr(content, "read") and content.seekable():
            return int(content.tell())
    except (OSError, ValueError, AttributeError):
        pass
    return None


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces until the deadline passes.

    Raises:
        CallbackError: Reading a piece raised.
    """
    pieces = _read_safely(lambda: iter(content))
    while (piece := _read_safely(lambda: next(pieces, _END))) is not _END:
        remaining_time()
        yield piece


def _read_safely(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Exception as error:
        if passes_through(error):
            raise
        failure = callback_error(error, "reading it", "the body can't be read")
    raise failure


class _File:
    """A file that is read until the deadline passes."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._end = file.seek(0, io.SEEK_END)
        file.seek(start)

    def __len__(self) -> int:
        return self._end  # requests subtracts the position

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(_PIECE), b"")

    def read(self, size: int = -1) -> bytes:
        """Read from the file."""
        remaining_time()
        piece: bytes = _read_safely(lambda: self._file.read(size))
        return piece

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position."""
        return self._file.seek(offset, whence)


def raw_body(content: Any, content_type: str | None) -> RequestBody:
    """Return a body of bytes, text (as UTF-8), a file, or an iterable of bytes.

    Raises:
        UsageError: The content has another type.
    """
    if isinstance(content, str):
        return RequestBody(_utf8(content), content_type or "text/plain; charset=utf-8")
    if isinstance(content, bytes | bytearray | memoryview):
        return RequestBody(bytes(content), content_type)
    if isinstance(content, io.TextIOBase):
        raise UsageError("content is a file opened for text. Fix: open it for reading bytes, with mode 'rb'")
    if hasattr(content, "read") or (isinstance(content, Iterable) and not isinstance(content, Mapping)):
        return RequestBody(content, content_type)
    raise UsageError(
        f"content is bytes, text, a file or an iterable of bytes, not {type(content).__name__}. "
        "Fix: use json= or form="
    )


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        failure = UsageError("content contains a lone surrogate, which UTF-8 can't express")
    raise failure


def form_body(form: Query, style: ParameterStyle) -> RequestBody:
    """Return a URL-encoded form (the HTML standard's application/x-www-form-urlencoded)."""
    return RequestBody(encode_query(query_pairs(form, style)).encode(), _FORM)


def multipart_body(
    form: Query | None, files: Mapping[str, Upload | bytes], style: ParameterStyle
) -> RequestBody:
    """Return form fields and files as multipart/form-data (RFC 7578); files are read once.

    Raises:
        UsageError: A file can't be read.
    """
    parts = [RequestField.from_tuples(name, value) for name, value in query_pairs(form, style)]
    for name, file in files.items():
        upload = file if isinstance(file, Upload) else Upload(content=file, name=name)
        parts.append(RequestField.from_tuples(name, (upload.name, upload.read(), upload.content_type)))
    try:
        content, content_type = encode_multipart_formdata(parts)
    except UnicodeError:
        failure = UsageError("a field or file name of the form contains a lone surrogate")
    else:
        return RequestBody(content, content_type)
    raise failure
