"""Converts recordings: reads those of any recorder, scrubs them, and writes them in the form of one tool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.contents import Contents, read_any
from pactape.contracts.samples.sanitizing import message_without_secrets, without_secrets
from pactape.converting.cassette_writer import write_cassette
from pactape.converting.har_sanitizer import sanitize_har
from pactape.converting.har_writer import write_har
from pactape.converting.ndjson_writer import write_ndjson
from pactape.converting.vcr_ruby_writer import write_vcr_ruby
from pactape.converting.wiremock_writer import write_wiremock
from pactape.exchange import Exchange, RecordedMessage
from pactape.files import write_atomically
from pactape.recorders import ReadOptions, SkippedEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pactape.cassettes.scrubbing.scrubber import Scrubber

__all__ = ["FORMATS", "Conversion", "convert", "encode_recording", "read_exchanges", "sanitized_har"]

_WRITERS: dict[str, Callable[[Iterable[Exchange]], bytes]] = {
    "har": write_har,
    "ndjson": write_ndjson,
    "vcr-ruby": write_vcr_ruby,
    "wiremock": write_wiremock,
}
#: The forms that recordings can be written in.
FORMATS: tuple[str, ...] = ("cassette", *_WRITERS)


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, and what of it can't be written.

    Args:
        exchanges: In the order of the files, and in each file's order.
        messages: Messages, which only cassettes can hold.
        skipped: What gave no exchange, each with its file.
        tools: The recorders that wrote the files.
    """

    exchanges: tuple[Exchange, ...]
    messages: tuple[RecordedMessage, ...] = ()
    skipped: tuple[tuple[str, SkippedEntry], ...] = ()
    tools: frozenset[str] = frozenset()


def read_exchanges(
    paths: Iterable[Path], *, base_url: str | None = None, scrubber: Scrubber | None = None
) -> Conversion:
    """Read the recordings of any recorders.

    Args:
        paths: The files.
        base_url: Scheme and host for formats that record only paths.
        scrubber: Replaces secrets; None keeps them.

    Raises:
        CassetteFormatError: A file can't be read.
    """
    contents = [(path, read_any(path, ReadOptions(base_url=base_url))) for path in paths]
    skipped = [(str(path), each) for path, found in contents for each in found.skipped]
    exchanges: list[Exchange] = []
    for path, found in contents:
        exchanges += _scrubbed(path, found, scrubber, skipped)
    messages = [each for _, found in contents for each in found.messages]
    if scrubber is not None:
        messages = [message_without_secrets(each, scrubber) for each in messages]
    return Conversion(
        exchanges=tuple(exchanges),
        messages=tuple(messages),
        skipped=tuple(skipped),
        tools=frozenset(found.tool for _, found in contents),
    )


def _scrubbed(
    path: Path, contents: Contents, scrubber: Scrubber | None, skipped: list[tuple[str, SkippedEntry]]
) -> list[Exchange]:
    if scrubber is None:
        return list(contents.exchanges)
    clean: list[Exchange] = []
    for each in contents.exchanges:
        try:
            clean.append(without_secrets(each, scrubber))
        except ValueError as error:
            reason = f"has a body that can't be read, and so not be scrubbed: {error}"
            skipped.append((str(path), SkippedEntry(place=f"[{each.index}]", reason=reason)))
    return clean


def encode_recording(exchanges: Iterable[Exchange], to: str) -> bytes:
    """Return exchanges in a form other than a cassette's.

    Args:
        exchanges: What to write.
        to: One of `FORMATS`, but not "cassette", which is written as a file.
    """
    return _WRITERS[to](exchanges)


def convert(
    paths: Sequence[Path],
    output: Path,
    *,
    to: str,
    base_url: str | None = None,
    scrubber: Scrubber | None = None,
) -> Conversion:
    """Write recordings of any recorders to one file in the form of a tool.

    Args:
        paths: The recordings.
        output: The file that is written.
        to: One of `FORMATS`.
        base_url: Scheme and host for formats that record only paths.
        scrubber: Replaces secrets; None keeps them.

    Raises:
        CassetteFormatError: A file can't be read.
        OutputError: The file can't be written.

    Example:
        >>> from pathlib import Path
        >>> line = '{"request": {"method": "GET", "url": "http://a.test/"}, "response": {"status": 204}}'
        >>> _ = Path("traffic.ndjson").write_text(line)
        >>> len(convert([Path("traffic.ndjson")], Path("traffic.har"), to="har").exchanges)
        1
    """
    found = read_exchanges(paths, base_url=base_url, scrubber=scrubber)
    if to == "cassette":
        from pactape.cassettes.scrubbing.scrubber import Scrubber  # noqa: PLC0415 -- the default's own class

        write_cassette(output, found.exchanges, found.messages, scrubber=scrubber or Scrubber())
    else:
        write_atomically(output, encode_recording(found.exchanges, to))
    return found


def sanitized_har(path: Path, scrubber: Scrubber) -> bytes | None:
    """Return a HAR file without secrets and otherwise as it is; None for a file that isn't a plain HAR document.

    Raises:
        CassetteFormatError: The file can't be read.
    """
    contents = read_any(path)
    if contents.tool not in {"HAR", "Polly.js"}:
        return None
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError:
        return None  # compressed, or an archive
    return json.dumps(sanitize_har(document, scrubber), indent=2, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
