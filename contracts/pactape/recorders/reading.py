"""Reads other recorders' files: finds the format by the content, and turns the entries into exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import msgspec

from pactape.errors import CassetteFormatError
from pactape.exchange import Exchange, Provenance, Request, Response
from pactape.http_bodies import content_codings, decode_body, header_pairs, without_coding_headers
from pactape.recorders.betamax import BETAMAX
from pactape.recorders.bruno import BRUNO
from pactape.recorders.go_vcr import GO_VCR
from pactape.recorders.har import HAR, POLLY
from pactape.recorders.hoverfly import HOVERFLY
from pactape.recorders.keploy import KEPLOY
from pactape.recorders.mitmproxy import MITMPROXY
from pactape.recorders.mockserver import MOCKSERVER
from pactape.recorders.ndjson import NDJSON
from pactape.recorders.nock import NOCK
from pactape.recorders.postman import POSTMAN
from pactape.recorders.recording import ReadOptions, Recording, SkipEntryError, SkippedEntry
from pactape.recorders.responses import RESPONSES
from pactape.recorders.source import Source
from pactape.recorders.vcr_ruby import RVCR, VCR_RUBY
from pactape.recorders.wiremock import WIREMOCK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.exchange import Headers
    from pactape.recorders.recording import Entry, Reader, RecordedPair

__all__ = ["READERS", "read_entries", "read_if_recording", "read_recording", "reader_of"]

#: Every format, the more particular before the more general.
READERS: tuple[Reader, ...] = (
    MITMPROXY,
    POLLY,
    HAR,
    NDJSON,
    BETAMAX,
    RVCR,
    VCR_RUBY,
    HOVERFLY,
    NOCK,
    MOCKSERVER,
    POSTMAN,
    WIREMOCK,
    RESPONSES,
    KEPLOY,
    GO_VCR,
    BRUNO,
)
_HEAD = 64 * 2**10


def read_recording(path: Path, options: ReadOptions | None = None, *, data: bytes | None = None) -> Recording:
    """Read the exchanges of a file that another recorder wrote.

    Response bodies come without their content coding, and without the headers that are about it.

    Args:
        path: The file, in any format of `READERS`; it may be compressed or, for HAR, a zip archive.
        options: What the format doesn't say; None for nothing.
        data: The file's bytes, when they have been read already.

    Raises:
        CassetteFormatError: It can't be read, has no known format, or is damaged; the message says which tool's
            file it is, and where.
    """
    source = Source(path, _bytes(path) if data is None else data)
    reader = reader_of(source)
    if reader is None:
        raise _unreadable(source)
    return _read(reader, source, options or ReadOptions())


def read_if_recording(path: Path, data: bytes, options: ReadOptions | None = None) -> Recording | None:
    """Read a file if another recorder wrote it; None when it has no format that is recognized.

    Args:
        path: The file.
        data: Its bytes.
        options: What the format doesn't say; None for nothing.

    Raises:
        CassetteFormatError: It is a damaged file of a known tool; the message says which, and where.
    """
    source = Source(path, data)
    reader = reader_of(source)
    if reader is not None:
        return _read(reader, source, options or ReadOptions())
    if _damaged_format(source) is not None:
        raise _unreadable(source)
    return None


def reader_of(source: Source) -> Reader | None:
    """Return the reader of a file's format, by its content; None when there is none."""
    return next((each for each in READERS if each.recognizes(source)), None)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CassetteFormatError(
            f"can't be read ({error.strerror})", where=path, remedy="make the file readable, or leave it out"
        ) from error


def _damaged_format(source: Source) -> Reader | None:
    """The format that a file's text shows though no reader recognizes it: it is cut off, say."""
    head = source.data[:_HEAD]
    return next((each for each in READERS if all(marker in head for marker in each.markers)), None)


def _unreadable(source: Source) -> CassetteFormatError:
    reader = _damaged_format(source)
    if reader is None:
        tools = ", ".join(dict.fromkeys(each.tool for each in READERS))
        return CassetteFormatError(
            "is not a recording in a known format",
            where=source.path,
            remedy=f"pass a cassette of vcrpy, or a file of one of: {tools}",
        )
    return CassetteFormatError(
        f"is a damaged file of {reader.tool} ({source.damage()})",
        where=source.path,
        remedy="restore the file from version control, or record it again",
    )


def _read(reader: Reader, source: Source, options: ReadOptions) -> Recording:
    return read_entries(reader, source, options, enumerate(reader.entries(source)))


def read_entries(
    reader: Reader, source: Source, options: ReadOptions, entries: Iterable[tuple[int, Entry]]
) -> Recording:
    """Return the exchanges of some entries of a file, each with its number.

    Args:
        reader: The reader of the file's format.
        source: The file.
        options: What the format doesn't say.
        entries: The entries with their numbers in the file, from 0.
    """
    exchanges: list[Exchange] = []
    skipped: list[SkippedEntry] = []
    for index, entry in entries:
        try:
            exchanges.append(_exchange(_pair(reader, entry, source), options, str(source.path), index))
        except SkipEntryError as reason:
            skipped.append(SkippedEntry(place=entry.place, reason=str(reason)))
    return Recording(
        tool=reader.tool, exchanges=tuple(exchanges), skipped=tuple(skipped), unrecorded=reader.unrecorded
    )


def _pair(reader: Reader, entry: Entry, source: Source) -> RecordedPair:
    """The entry understood; one of an unexpected form is skipped with the reason, and stops nothing."""
    try:
        return reader.pair(entry, source)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise SkipEntryError(f"has an unexpected form ({type(error).__name__}: {error})") from error


def _exchange(pair: RecordedPair, options: ReadOptions, path: str, index: int) -> Exchange:
    request = Request(
        method=_method(pair.method),
        url=_absolute(pair.url, options),
        headers=tuple(header_pairs(pair.request_headers)),
        body=pair.request_body,
    )
    response = Response(
        status=pair.status, headers=tuple(header_pairs(pair.response_headers)), body=pair.response_body
    )
    return Exchange(
        request=msgspec.structs.replace(request, **_decoded(request.headers, request.body)),
        response=msgspec.structs.replace(response, **_decoded(response.headers, response.body)),
        cassette=path,
        index=index,
        provenance=Provenance(test=pair.test, description="") if pair.test else None,
        recorded_at=pair.recorded_at,
        unrecorded=pair.unrecorded,
    )


def _method(method: str) -> str:
    if not method.isalpha():
        raise SkipEntryError(
            f"has the method {method!r}, which is not a method" if method else "has no method"
        )
    return method.upper()


def _absolute(url: str, options: ReadOptions) -> str:
    if not url:
        raise SkipEntryError("has no URL")
    if url.startswith("/"):
        if options.base_url is None:
            raise SkipEntryError(
                "has a path and no host: pass --base-url, or set base_url in [tool.pactape] recordings"
            )
        return urljoin(options.base_url, url)
    return url


def _decoded(headers: Headers, body: bytes) -> dict[str, Headers | bytes]:
    """A message's body without its content coding, and its headers without those about it."""
    codings = content_codings(headers)
    if not codings:
        return {"headers": headers, "body": body}
    try:
        return {"headers": without_coding_headers(headers), "body": decode_body(body, codings)}
    except ValueError as error:
        raise SkipEntryError(f"has a body that can't be decoded ({error})") from error
