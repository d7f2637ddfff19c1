"""Reads other recorders' files: detects the format by the content, and turns the entries into exchanges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import msgspec

from pactape.errors import CassetteFormatError, DamagedRecordingError
from pactape.exchange import Exchange, Provenance, Request, Response
from pactape.http_bodies import actual_codings, decode_body, header_pairs, without_coding_headers
from pactape.recorders.formats.betamax import BETAMAX
from pactape.recorders.formats.bruno import BRUNO
from pactape.recorders.formats.ddapm_test_agent import DDAPM_TEST_AGENT
from pactape.recorders.formats.easy_vcr import EASY_VCR
from pactape.recorders.formats.exvcr import EXVCR
from pactape.recorders.formats.go_vcr import GO_VCR
from pactape.recorders.formats.har import HAR, POLLY
from pactape.recorders.formats.hoverfly import HOVERFLY
from pactape.recorders.formats.keploy import KEPLOY
from pactape.recorders.formats.mitmproxy import MITMPROXY
from pactape.recorders.formats.mockserver import MOCKSERVER
from pactape.recorders.formats.ndjson import NDJSON
from pactape.recorders.formats.nock import NOCK
from pactape.recorders.formats.php_vcr import PHP_VCR
from pactape.recorders.formats.postman import POSTMAN
from pactape.recorders.formats.responses import RESPONSES
from pactape.recorders.formats.vcr_ruby import RVCR, VCR_RUBY
from pactape.recorders.formats.wiremock import WIREMOCK
from pactape.recorders.recording import ReadOptions, Recording, SkipEntryError, SkippedEntry
from pactape.recorders.source import Source, file_bytes
from pactape.recorders.variables import with_base_url
from pactape.urls import url_error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.exchange import Headers
    from pactape.recorders.recording import Entry, Reader, RecordedPair

__all__ = ["READERS", "read_entries", "read_if_recording", "read_recording", "reader_of"]

#: Every format, specific ones before general ones.
READERS: tuple[Reader, ...] = (
    MITMPROXY,
    POLLY,
    HAR,
    DDAPM_TEST_AGENT,
    NDJSON,
    BETAMAX,
    RVCR,
    VCR_RUBY,
    HOVERFLY,
    NOCK,
    EASY_VCR,
    PHP_VCR,
    EXVCR,
    MOCKSERVER,
    POSTMAN,
    WIREMOCK,
    RESPONSES,
    KEPLOY,
    GO_VCR,
    BRUNO,
)
#: The order for damaged files, which are recognized by texts in them: formats with few names last.
_DAMAGED = (*(reader for reader in READERS if reader not in {NDJSON, WIREMOCK}), NDJSON, WIREMOCK)
_HEAD = 64 * 2**10
#: Matches most URLs, which then need no further check.
_USUAL_URL = re.compile(r"https?://[\w.-]+(?::\d{1,4})?(?:[/?#]|$)")
#: Spaces, control characters and characters beyond ASCII; others are encoded by some clients only.
_NOT_IN_URLS = re.compile(r"[^!-~]+")
_ORIGIN = re.compile(r"https?://[^/?#]*")
_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # of the tokens of RFC 9110, those that methods are
_FIRST_FINAL_STATUS = 200
_NO_CONTENT = 204


def read_recording(path: Path, options: ReadOptions | None = None, *, data: bytes | None = None) -> Recording:
    """Read the exchanges of a file that another recorder wrote.

    Response bodies are returned without content coding, and without its headers.

    Args:
        path: The file, in any format of `READERS`; it may be compressed or, for HAR, a zip archive.
        options: What the format doesn't record; None for nothing.
        data: The file's bytes, if they have been read already.

    Raises:
        CassetteFormatError: It can't be read, has no known format, or is damaged; the message contains the tool and
            the location.
    """
    source = Source(path, file_bytes(path) if data is None else data)
    reader = reader_of(source)
    if reader is None:
        raise _unreadable(source)
    return _read(reader, source, options or ReadOptions())


def read_if_recording(path: Path, data: bytes, options: ReadOptions | None = None) -> Recording | None:
    """Read a file if another recorder wrote it; return None for an unknown format.

    Args:
        path: The file.
        data: Its bytes.
        options: What the format doesn't record; None for nothing.

    Raises:
        CassetteFormatError: It is a damaged file of a known tool; the message contains the tool and the location.
    """
    source = Source(path, data)
    reader = reader_of(source)
    if reader is not None:
        return _read(reader, source, options or ReadOptions())
    if _damaged_format(source) is not None:
        raise _unreadable(source)
    return None


def reader_of(source: Source) -> Reader | None:
    """Return the reader of a file's format, by its content; None for an unknown format."""
    return next((reader for reader in READERS if reader.recognizes(source)), None)


def _damaged_format(source: Source) -> Reader | None:
    """Return the format that a damaged file's text shows, for example of a file that is cut off.

    A file that can be parsed isn't cut off, and has a format only if its outer members are those of the format.
    """
    head = source.outline if source.is_parsed else source.data[:_HEAD]
    kinds = {candidate: candidate.markers for candidate in _DAMAGED}
    if not source.is_parsed:
        kinds = {candidate: candidate.early_markers or candidate.markers for candidate in _DAMAGED}
    return next(
        (
            candidate
            for candidate, markers in kinds.items()
            if all(re.search(marker, head) for marker in markers)
        ),
        None,
    )


def _unreadable(source: Source) -> CassetteFormatError:
    reader = _damaged_format(source)
    if reader is None:
        tools = ", ".join(dict.fromkeys(reader.tool for reader in READERS))
        return CassetteFormatError(
            "is not a recording in a known format",
            where=source.path,
            remedy=f"pass a cassette of vcrpy, or a file of one of: {tools}",
        )
    return DamagedRecordingError(
        f"is a damaged file of {reader.tool} ({source.damage()})",
        where=source.path,
        remedy="restore the file from version control, or record it again",
    )


def _read(reader: Reader, source: Source, options: ReadOptions) -> Recording:
    recording = _read_main(reader, source, options)
    reason = "is another recording in the archive: unpack the archive to read it"
    others = tuple(SkippedEntry(location=recording, reason=reason) for recording in source.other_recordings)
    return msgspec.structs.replace(recording, skipped=(*recording.skipped, *others)) if others else recording


def _read_main(reader: Reader, source: Source, options: ReadOptions) -> Recording:
    if reader.is_whole is None or source.json is not None or not source.ends_within_a_line:
        return read_entries(reader, source, options, enumerate(reader.entries(source)))
    entries = list(enumerate(reader.entries(source)))
    cut_off = entries.pop()[1] if entries and not reader.is_whole(entries[-1][1], source) else None
    recording = read_entries(reader, source, options, entries)
    if cut_off is None:
        return recording
    reason = (
        "seems to be cut off: the file ends within a line. If nothing is missing, add a line break at the end"
    )
    skipped = (*recording.skipped, SkippedEntry(location=cut_off.location, reason=reason))
    return msgspec.structs.replace(recording, skipped=skipped)


def read_entries(
    reader: Reader, source: Source, options: ReadOptions, entries: Iterable[tuple[int, Entry]]
) -> Recording:
    """Return the exchanges of some entries of a file.

    Args:
        reader: The reader of the file's format.
        source: The file.
        options: What the format doesn't record.
        entries: The entries with their numbers in the file, from 0.
    """
    exchanges: list[Exchange] = []
    skipped: list[SkippedEntry] = []
    for index, entry in entries:
        try:
            exchanges.append(_decode_entry(reader, entry, source, options, index))
        except SkipEntryError as reason:
            skipped.append(SkippedEntry(location=entry.location, reason=str(reason)))
    return Recording(
        tool=reader.tool, exchanges=tuple(exchanges), skipped=tuple(skipped), unrecorded=reader.unrecorded
    )


def _decode_entry(reader: Reader, entry: Entry, source: Source, options: ReadOptions, index: int) -> Exchange:
    """Decode an entry; one with an unexpected structure is skipped with the reason, and doesn't stop the others."""
    try:
        pair = reader.pair(entry, source)
        exchange = _exchange(pair, options, str(source.path), index)
        is_traffic = reader.captures_traffic and not pair.test
        return msgspec.structs.replace(exchange, traffic=True) if is_traffic else exchange
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise SkipEntryError(f"has an unexpected structure ({type(error).__name__}: {error})") from error


def _exchange(pair: RecordedPair, options: ReadOptions, path: str, index: int) -> Exchange:
    method, url = _method(pair.method), _absolute(pair, options)
    if pair.status < _FIRST_FINAL_STATUS:
        raise SkipEntryError(f"has the status {pair.status}, which is not the status of a final response")
    sent_headers, sent = _decode_body(tuple(header_pairs(pair.request_headers)), pair.request_body)
    has_content = method != "HEAD" and pair.status != _NO_CONTENT  # RFC 9110, section 6.4.1
    received = pair.response_body if has_content else b""
    headers, body = _decode_body(tuple(header_pairs(pair.response_headers)), received)
    return Exchange(
        request=Request(method=method, url=url, headers=sent_headers, body=sent),
        response=Response(status=pair.status, headers=headers, body=body),
        cassette=path,
        index=index,
        provenance=Provenance(test=pair.test, description="") if pair.test else None,
        recorded_at=pair.recorded_at,
        unrecorded=pair.unrecorded,
    )


def _method(method: str) -> str:
    if not _METHOD.fullmatch(method):
        raise SkipEntryError(
            f"has the method {method!r}, which is not a method" if method else "has no method"
        )
    if method.upper() == "CONNECT":
        raise SkipEntryError("is a tunnel (CONNECT), not a request to an API")
    return method.upper()


def _absolute(pair: RecordedPair, options: ReadOptions) -> str:
    url = _encoded(with_base_url(pair.url, options.base_url))
    if not url:
        raise SkipEntryError("has no URL")
    if url.startswith("/"):
        return f"{_origin(pair.host, options.base_url)}{url}"
    if _USUAL_URL.match(url) or "://" not in url:  # without "://", the URL has a placeholder for the host
        return url
    if problem := url_error(url):
        raise SkipEntryError(f"has a URL that can't be requested: {problem}")
    return url


def _encoded(url: str) -> str:
    """Return a URL as clients send it: characters that URLs can't have are percent-encoded, except in the host."""
    if _NOT_IN_URLS.search(url) is None:
        return url
    origin = _ORIGIN.match(url)
    start = origin.end() if origin else 0
    return url[:start] + _NOT_IN_URLS.sub(lambda match: quote(match[0], errors="replace"), url[start:])


def _origin(host: str, base_url: str | None) -> str:
    """Return scheme and host of a path: those of the base URL, unless the format records another host."""
    base = urlsplit(base_url or "")
    if host and host.lower() != base.netloc.lower():
        return f"{'https' if host.endswith(':443') else 'http'}://{host.removesuffix(':443')}"
    if base_url is None:
        raise SkipEntryError(
            "has a path but no host: pass --base-url, or set base_url in [tool.pactape] recordings"
        )
    return f"{base.scheme}://{base.netloc}"


def _decode_body(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Return a message's decoded body, and its headers without content codings."""
    codings = actual_codings(headers, body)
    if not codings:
        return headers, body
    try:
        return without_coding_headers(headers), decode_body(body, codings)
    except ValueError as error:
        raise SkipEntryError(f"has a body that can't be decoded ({error})") from error
